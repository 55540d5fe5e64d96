//! Home-made power logs: CSV whose columns `[[power.columns]]` names.

use super::ToldBy;
use super::table::{self, Column, Columns};
use super::time::Clock;
use crate::config::{Config, PowerColumns, column_number};
use crate::error::{Error, Place, Result, Warning};
use crate::ingest::csv::{Rows, Split};
use crate::ingest::format::{FORMATS, Format, Head};
use crate::ingest::records::value::shown;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use jiff::tz::TimeZone;

/// A CSV that the configuration says is a power log.
pub struct Mapped;

/// The formats that a file can have: where the configuration speaks of it, that alone.
pub fn formats(config: &Config, name: &str) -> &'static [&'static dyn Format] {
    static MAPPED: &[&dyn Format] = &[&Mapped];
    if mapping(config, name).is_some() { MAPPED } else { FORMATS }
}

/// A warning for each mapping that speaks of none of these files.
pub fn unmatched<'n>(config: &Config, names: impl Iterator<Item = &'n str> + Clone) -> Vec<Warning> {
    let mappings = config.power.columns.iter().enumerate();
    let unused = mappings.filter(|(_, mapping)| !names.clone().any(|name| mapping.matches(name)));
    unused
        .map(|(nth, mapping)| {
            Warning::new(format!("no file is called `{}`, of which `power.columns[{nth}]` speaks", mapping.file))
        })
        .collect()
}

/// The first mapping that speaks of a file, with its place in the configuration.
pub fn mapping<'c>(config: &'c Config, name: &str) -> Option<(usize, &'c PowerColumns)> {
    config.power.columns.iter().enumerate().find(|(_, mapping)| mapping.matches(name))
}

impl Format for Mapped {
    fn name(&self) -> &'static str {
        "power log (CSV with configured columns)"
    }

    /// Whatever it holds: the configuration says so.
    fn recognizes(&self, _: &Head) -> bool {
        true
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let zone = sink.config.timezone()?;
        let (nth, mapping) = mapping(sink.config, file)
            .ok_or_else(|| Error::at(Place::file(file), "no `[[power.columns]]` of the configuration speaks of it"))?;
        let mut rows = Rows::new(stream);
        if mapping.by_number() {
            let columns = columns(mapping, &zone, |column| column_number(column).map(|number| number - 1));
            let columns = columns.map_err(|missing| missing.error(file, nth, &[]))?;
            return table::read(&mut rows, file, columns, &|_| None, sink);
        }
        let header: Vec<String> = match rows.next_row()? {
            Some(Split::Row(row)) => row.cells().map(str::to_owned).collect(),
            other => {
                let found = if other.is_none() { "the file is empty" } else { "the first line cannot be read" };
                let message = format!("expected a header that names its columns: {found}");
                let hint = "give it one, or number its columns in `[[power.columns]]`: `time = 1`";
                return Err(Error::at(Place::file(file).line(1), message).hint(hint));
            }
        };
        let find = |column: &str| header.iter().position(|name| name == column);
        let columns = columns(mapping, &zone, find).map_err(|missing| missing.error(file, nth, &header))?;
        let again = |cells: &[&str]| (cells == header).then(|| columns.clone());
        table::read(&mut rows, file, columns.clone(), &again, sink)
    }
}

/// A mapped column that a file does not have.
struct Missing<'m> {
    key: &'static str,
    column: &'m str,
}

impl Missing<'_> {
    fn error(&self, file: &str, nth: usize, header: &[String]) -> Error {
        let Self { key, column } = self;
        let there: Vec<String> = header.iter().map(|name| shown(name)).collect();
        let message = format!(
            "has no column `{column}`, which `power.columns[{nth}].{key}` names; its columns are {}",
            there.join(", ")
        );
        let nearest = header.iter().min_by_key(|name| strsim::damerau_levenshtein(name, column));
        let hint = nearest.map_or_else(String::new, |name| format!("the nearest one is `{name}`"));
        Error::at(Place::file(file).line(1), message).hint(hint)
    }
}

/// The columns of a log, of which `find` knows the places.
fn columns<'m>(
    mapping: &'m PowerColumns,
    zone: &TimeZone,
    find: impl Fn(&str) -> Option<usize>,
) -> std::result::Result<Columns, Missing<'m>> {
    let place = |key, column: &'m str| find(column).ok_or(Missing { key, column });
    let named = |key, column: &'m str| {
        let name = if mapping.by_number() { String::new() } else { column.to_owned() };
        Ok(Column { at: place(key, column)?, name })
    };
    let (key, draw, watts) = match (&mapping.watts, &mapping.milliwatts) {
        (None, Some(milliwatts)) => ("milliwatts", milliwatts.as_str(), 0.001),
        (watts, _) => ("watts", watts.as_deref().unwrap_or_default(), 1.0),
    };
    let device = mapping.device.as_deref().map(|column| place("device", column)).transpose()?;
    let (clock, time_hint) = clock(mapping, zone);
    let time = named("time", &mapping.time)?;
    Ok(Columns {
        time_hint,
        watts,
        gpu: device.map(|at| (ToldBy::Device, at)),
        ..Columns::new(time, clock, named(key, draw)?)
    })
}

/// How the log writes its times, and what to do where one cannot be read.
fn clock(mapping: &PowerColumns, zone: &TimeZone) -> (Clock, &'static str) {
    let since_ns = mapping.start_ns(zone).flatten();
    match mapping.time_unit.counted() {
        None => (
            Clock::Dates(zone.clone()),
            "remove the line; where the column counts seconds since 1970, set `time_unit = \"s\"` in `[[power.columns]]`",
        ),
        Some((exponent, unit)) => {
            let hint = match since_ns {
                Some(_) => "remove the line",
                None => {
                    "set `time_unit` in `[[power.columns]]` to its unit (`s`, `ms`, `us`, `ns`); where it counts from \
                     the start of the log, give that moment as `start`"
                }
            };
            (Clock::Counted { exponent, unit, since_ns }, hint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Log;
    use super::*;
    use crate::config::parse;
    use crate::ingest::sink::Findings;
    use crate::ingest::tests::{Memory, read};

    fn findings(mapping: &str, text: &str) -> Result<Findings> {
        let config = parse(&format!("[power.columns]\nfile = \"*.csv\"\n{mapping}"), "gristmill.toml")?;
        read(&Mapped, &Memory::new("logs/power.csv", text), &config, false)
    }

    fn log(mapping: &str, text: &str) -> Vec<(String, Vec<(i64, f64)>)> {
        let log: Log = findings(mapping, text).unwrap().power.unwrap();
        let samples = |samples: &Vec<super::super::Sample>| samples.iter().map(|s| (s.at_ns, s.watts)).collect();
        log.gpus.iter().map(|(gpu, all)| (gpu.name(), samples(all))).collect()
    }

    const START: i64 = 1_768_464_000_000_000_000;

    #[test]
    fn columns_are_read_by_name_or_by_number() {
        let expected = [
            ("GPU `card0`".to_owned(), vec![(START, 100.5), (START + 2_000_000_000, 101.0)]),
            ("GPU `card1`".to_owned(), vec![(START, 90.0)]),
        ];
        let rows = "1768464000,card0,100.5\n1768464000,card1,90\n1768464000,\n1768464002,card0,101\n";
        let named = "time = \"at\"\ntime_unit = \"s\"\ndevice = \"card\"\nwatts = \"W\"";
        assert_eq!(log(named, &format!("at,card,W,limit\n{rows}at,card,W,limit\n")), expected);
        let numbered = "time = 1\ntime_unit = \"s\"\ndevice = 2\nwatts = \"3\"";
        assert_eq!(log(numbered, rows), expected);
        let findings = findings(numbered, rows).unwrap();
        assert_eq!(
            findings.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["logs/power.csv: 1 row names neither a GPU nor a draw; left out"]
        );
    }

    #[test]
    fn times_count_from_a_start_and_draws_may_be_milliwatts() {
        let mapping = "time = \"elapsed_s\"\ntime_unit = \"s\"\nstart = 2026-01-15T08:00:00Z\nmilliwatts = \"mw\"";
        let text = "elapsed_s,mw\n0,14360\n10.5,84200\n";
        assert_eq!(log(mapping, text), [("the GPU".to_owned(), vec![(START, 14.36), (START + 10_500_000_000, 84.2)])]);
        let without = mapping.replace("start = 2026-01-15T08:00:00Z\n", "");
        let error = findings(&without, text).unwrap_err().to_string();
        assert!(
            error.starts_with("logs/power.csv:2:1: `elapsed_s`: expected seconds since 1970, found `0`"),
            "{error}"
        );
        assert!(error.contains("give that moment as `start`"), "{error}");
    }

    #[test]
    fn dates_are_read_in_the_configured_zone() {
        let mapping = "time = \"at\"\nwatts = \"w\"\n[power]\ntimezone = \"Europe/Berlin\"";
        assert_eq!(log(mapping, "at,w\n2026-01-15 09:00:00,5\n"), [("the GPU".to_owned(), vec![(START, 5.0)])]);
    }

    #[test]
    fn a_column_that_is_not_there_is_told_with_those_that_are() {
        let error = findings("time = \"at\"\nwatts = \"power\"", "at,power_w,temp\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "logs/power.csv:1: has no column `power`, which `power.columns[0].watts` names; its columns are `at`, \
             `power_w`, `temp`\nhint: the nearest one is `power_w`"
        );
    }

    #[test]
    fn a_mapping_that_speaks_of_no_file_is_told() {
        let text = "[power.columns]\nfile = \"power.csv\"\ntime = \"a\"\nwatts = \"b\"";
        let config = parse(text, "gristmill.toml").unwrap();
        assert!(unmatched(&config, ["a.csv", "logs/power.csv"].into_iter()).is_empty());
        assert_eq!(
            unmatched(&config, ["a.csv"].into_iter())[0].to_string(),
            "no file is called `power.csv`, of which `power.columns[0]` speaks"
        );
    }
}
