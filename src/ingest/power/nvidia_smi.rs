//! `nvidia-smi --query-gpu=timestamp,…,power.draw --format=csv`, as it is printed or without units.

use super::{Gpu, Log, Sample, ToldBy, time};
use crate::error::{Error, Place, Result, Warning};
use crate::ingest::csv::{Row, Rows, Split};
use crate::ingest::format::{Format, Head};
use crate::ingest::records::value::shown;
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What no GPU draws.
const MOST_WATTS: f64 = 100_000.0;
/// Columns that show the draw, the best first; never a limit.
const DRAWS: [&str; 3] = ["power.draw", "power.draw.average", "power.draw.instant"];

/// The CSV that nvidia-smi prints.
pub struct NvidiaSmi;

impl Format for NvidiaSmi {
    fn name(&self) -> &'static str {
        "power log (nvidia-smi)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        Columns::of(head.header().into_iter()).is_some()
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let zone = &sink.config.timezone()?;
        let mut rows = Rows::new(stream);
        let columns = match rows.next_row()? {
            Some(Split::Row(row)) => Columns::of(row.cells()),
            _ => None,
        };
        let Some(mut columns) = columns else {
            let message = "expected the header of a power log: the first line cannot be read";
            return Err(Error::at(Place::file(file).line(1), message).hint("remove what stands before the header"));
        };
        let mut samples = Samples::default();
        while let Some(split) = rows.next_row()? {
            let row = match split {
                Split::Row(row) => row,
                Split::NotUtf8 { line, .. } | Split::BadQuote { line, .. } | Split::OpenQuote { line, .. } => {
                    sink.bad(unreadable(Place::file(file).line(line)))?;
                    continue;
                }
            };
            // A logger that was started again into the same file printed its header once more.
            if let Some(again) = Columns::of(row.cells()) {
                columns = again;
                continue;
            }
            if row.width() < columns.count && !row.terminated {
                sink.warn(Warning::at(
                    Place::file(file).line(row.line),
                    "the last sample is cut short and was left out",
                ));
                continue;
            }
            match columns.sample(&row, file, zone) {
                Ok(reading) => samples.add(&columns, &row, reading),
                Err(bad) => sink.bad(bad)?,
            }
        }
        let log = samples.finish(file, sink)?;
        sink.power(log);
        Ok(())
    }
}

fn unreadable(place: Place) -> Bad {
    let message = "expected a row of a power log, found what is no CSV";
    Bad { reason: "unreadable row of a power log", error: Error::at(place, message).hint("remove the line") }
}

/// Where the columns of a log stand.
struct Columns {
    time: usize,
    draw: usize,
    gpu: Option<(ToldBy, usize)>,
    name: Option<usize>,
    count: usize,
}

/// When, and how much; none where the sample is missing.
type Reading = (i64, Option<f64>);

impl Columns {
    /// Those of a header; none where it is none of a power log.
    fn of<'c>(cells: impl Iterator<Item = &'c str>) -> Option<Self> {
        // `power.draw [W]` is the column `power.draw`.
        let names: Vec<&str> = cells.map(|cell| cell.split_once('[').map_or(cell, |(name, _)| name).trim()).collect();
        let at = |name: &str| names.iter().position(|other| *other == name);
        let ids = [
            (ToldBy::Index, "index"),
            (ToldBy::Uuid, "uuid"),
            (ToldBy::Uuid, "gpu_uuid"),
            (ToldBy::Bus, "pci.bus_id"),
            (ToldBy::Bus, "gpu_bus_id"),
        ];
        Some(Self {
            time: at("timestamp")?,
            draw: DRAWS.into_iter().find_map(at)?,
            gpu: ids.into_iter().find_map(|(told_by, name)| Some((told_by, at(name)?))),
            name: at("name").or_else(|| at("gpu_name")),
            count: names.len(),
        })
    }

    fn sample(&self, row: &Row, file: &str, zone: &TimeZone) -> std::result::Result<Reading, Bad> {
        let place = |at: usize| Place::file(file).line(row.line).column(at as u64 + 1);
        if row.width() != self.count {
            let message = format!("expected {} cells, as many as the header has, found {}", self.count, row.width());
            let error = Error::at(place(row.width().min(self.count)), message).hint("remove the line");
            return Err(Bad { reason: "wrong number of cells in a power log", error });
        }
        let cell = |at| row.get(at).unwrap_or_default();
        let at_ns = time::parse(cell(self.time), zone).ok_or_else(|| {
            let message =
                format!("expected a time such as `2026/01/15 08:00:02.000`, found {}", shown(cell(self.time)));
            let error = Error::at(place(self.time).path("timestamp"), message).hint("remove the line");
            Bad { reason: "unreadable time in a power log", error }
        })?;
        let watts = watts(cell(self.draw)).ok_or_else(|| {
            let message = format!("expected watts such as `132.54 W`, or `[N/A]`, found {}", shown(cell(self.draw)));
            let error = Error::at(place(self.draw).path("power.draw"), message).hint("remove the line");
            Bad { reason: "unreadable draw in a power log", error }
        })?;
        Ok((at_ns, watts))
    }
}

/// `132.54 W` or `132.54`; `Some(None)` where the driver had no sample.
fn watts(cell: &str) -> Option<Option<f64>> {
    let missing = cell.is_empty() || cell.starts_with('[') || ["N/A", "ERR!", "-"].contains(&cell);
    if missing {
        return Some(None);
    }
    let number = cell.strip_suffix('W').unwrap_or(cell).trim_end();
    let watts: f64 = number.parse().ok()?;
    (0.0..=MOST_WATTS).contains(&watts).then_some(Some(watts))
}

/// The readings of each GPU in the order of the file.
#[derive(Default)]
struct Samples {
    gpus: BTreeMap<Gpu, Vec<Reading>>,
}

impl Samples {
    fn add(&mut self, columns: &Columns, row: &Row, reading: Reading) {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let (told_by, id) = match (columns.gpu, columns.name) {
            (Some((ToldBy::Index, at)), _) => (ToldBy::Index, format!("{:>4}", cell(at))),
            (Some((told_by, at)), _) => (told_by, cell(at).to_owned()),
            (None, name) => (ToldBy::Order, name.map_or_else(String::new, |at| cell(at).to_owned())),
        };
        self.gpus.entry(Gpu { told_by, id }).or_default().push(reading);
    }

    /// The samples of each GPU, in order of time. Rows that are out of order are put in order, with a warning: a clock
    /// that was set back, or a log that was put together by hand.
    fn finish(self, file: &str, sink: &mut Sink) -> Result<Log> {
        let mut log = Log::default();
        let mut backwards = 0_u64;
        for (gpu, readings) in self.gpus {
            backwards += readings.windows(2).filter(|pair| pair[1].0 < pair[0].0).count() as u64;
            let parts =
                if gpu.told_by == ToldBy::Order { in_order(gpu, readings, file)? } else { vec![(gpu, readings)] };
            for (gpu, mut readings) in parts {
                readings.sort_by_key(|(at_ns, _)| *at_ns);
                let samples = readings.into_iter().filter_map(|(at_ns, watts)| Some(Sample { at_ns, watts: watts? }));
                log.gpus.insert(gpu, samples.collect());
            }
        }
        if backwards > 0 {
            let times = crate::format::counted(backwards, "time", "times");
            let message = format!("its clock runs backwards {times}; its samples were put in order of time");
            sink.warn(Warning::at(Place::file(file), message));
        }
        Ok(log)
    }
}

/// GPUs that nothing but the order of their rows tells apart: as many as rows share each time.
fn in_order(gpu: Gpu, readings: Vec<Reading>, file: &str) -> Result<Vec<(Gpu, Vec<Reading>)>> {
    let sizes: Vec<usize> = readings.chunk_by(|a, b| a.0 == b.0).map(<[Reading]>::len).collect();
    let gpus = sizes.iter().copied().max().unwrap_or(1);
    // The last query may have been cut off.
    if sizes[..sizes.len().saturating_sub(1)].iter().any(|size| *size != gpus) {
        let message =
            format!("up to {gpus} rows have the same time, but not always as many: its GPUs cannot be told apart");
        return Err(
            Error::at(Place::file(file), message).hint("log `index` too: --query-gpu=timestamp,index,power.draw")
        );
    }
    if gpus == 1 {
        return Ok(vec![(gpu, readings)]);
    }
    let mut parts: Vec<(Gpu, Vec<Reading>)> = (0..gpus)
        .map(|place| (Gpu { told_by: ToldBy::Order, id: format!("{} {place}", gpu.id) }, Vec::new()))
        .collect();
    for query in readings.chunk_by(|a, b| a.0 == b.0) {
        for (place, reading) in query.iter().enumerate() {
            parts[place].1.push(*reading);
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::ingest::format::recognise;
    use crate::ingest::tests::{Memory, read};

    const PLAIN: &str = "timestamp, index, power.draw [W]\n\
        2026/01/15 08:00:00.000, 0, 100.50 W\n\
        2026/01/15 08:00:00.000, 1, 90.00 W\n\
        2026/01/15 08:00:02.000, 0, 101.50 W\n\
        2026/01/15 08:00:02.000, 1, [N/A]\n";

    fn log(text: &str) -> Log {
        read(&NvidiaSmi, &Memory::new("power.csv", text.as_bytes()), &Config::default(), false).unwrap().power.unwrap()
    }

    fn error(text: &str) -> String {
        let input = Memory::new("power.csv", text.as_bytes());
        read(&NvidiaSmi, &input, &Config::default(), false).unwrap_err().to_string()
    }

    fn draws(log: &Log) -> Vec<Vec<f64>> {
        log.gpus.values().map(|samples| samples.iter().map(|sample| sample.watts).collect()).collect()
    }

    #[test]
    fn gpus_are_told_apart_and_missing_samples_are_left_out() {
        let log = log(PLAIN);
        assert_eq!(draws(&log), [vec![100.5, 101.5], vec![90.0]]);
        assert_eq!(log.gpus.keys().map(Gpu::name).collect::<Vec<_>>(), ["GPU 0", "GPU 1"]);
        assert_eq!(log.span_ns(), Some((1_768_464_000_000_000_000, 1_768_464_002_000_000_000)));
    }

    #[test]
    fn the_forms_of_a_log_give_the_same_samples() {
        let nounits = PLAIN.replace(" W", "");
        let header = "timestamp, index, power.draw [W]\n";
        let repeated = PLAIN.replacen("2026/01/15 08:00:02", &format!("{header}2026/01/15 08:00:02"), 1);
        let instant = PLAIN.replace("power.draw [W]", "power.draw.instant [W]");
        for (form, text) in [("nounits", nounits), ("repeated header", repeated), ("instant", instant)] {
            assert_eq!(draws(&log(&text)), draws(&log(PLAIN)), "{form}");
        }
    }

    #[test]
    fn a_limit_is_never_taken_for_a_draw() {
        let limit =
            Memory::new("power.csv", b"timestamp, index, power.limit [W]\n2026/01/15 08:00:00.000, 0, 700.00 W\n");
        assert!(recognise(&limit, &[&NvidiaSmi]).unwrap().is_none());
        let both = "timestamp, power.limit [W], power.draw [W]\n2026/01/15 08:00:00.000, 700.00 W, 100.00 W\n";
        assert_eq!(draws(&log(both)), [vec![100.0]]);
    }

    #[test]
    fn without_an_index_rows_of_one_time_are_different_gpus() {
        let order = "timestamp, power.draw [W]\n2026/01/15 08:00:00.000, 1 W\n2026/01/15 08:00:00.000, 2 W\n\
            2026/01/15 08:00:02.000, 3 W\n2026/01/15 08:00:02.000, 4 W\n2026/01/15 08:00:04.000, 5 W\n";
        assert_eq!(draws(&log(order)), [vec![1.0, 3.0, 5.0], vec![2.0, 4.0]]);
        let unclear = order.replacen("08:00:00.000", "08:00:00.003", 1);
        assert!(error(&unclear).contains("cannot be told apart"), "{}", error(&unclear));
    }

    #[test]
    fn a_clock_that_runs_backwards_is_put_in_order_with_a_warning() {
        let text = "timestamp, power.draw [W]\n2026/01/15 08:00:04.000, 1 W\n2026/01/15 08:00:02.000, 2 W\n";
        let input = Memory::new("power.csv", text.as_bytes());
        let findings = read(&NvidiaSmi, &input, &Config::default(), false).unwrap();
        assert_eq!(draws(&findings.power.unwrap()), [vec![2.0, 1.0]]);
        assert_eq!(
            findings.warnings[0].to_string(),
            "power.csv: its clock runs backwards 1 time; its samples were put in order of time"
        );
    }

    #[test]
    fn a_last_row_that_was_cut_off_is_left_out_and_other_rubbish_is_an_error() {
        let text = format!("{PLAIN}2026/01/15 08:00:0");
        let input = Memory::new("power.csv", text.as_bytes());
        let findings = read(&NvidiaSmi, &input, &Config::default(), false).unwrap();
        assert_eq!(draws(&findings.power.unwrap()), draws(&log(PLAIN)));
        assert_eq!(findings.warnings[0].to_string(), "power.csv:6: the last sample is cut short and was left out");
        assert!(error(&PLAIN.replace("90.00 W", "-5 W")).contains("expected watts"));
        assert!(error(&PLAIN.replace("08:00:02", "8 o'clock")).contains("expected a time"));
        assert!(error(&format!("{PLAIN}NVIDIA-SMI has failed\n")).contains("expected 3 cells"));
    }

    #[test]
    fn the_time_zone_is_that_of_the_configuration() {
        let mut config = Config::default();
        let input = Memory::new("power.csv", PLAIN.as_bytes());
        for zone in ["Europe/Berlin", "+01:00"] {
            config.power.timezone = zone.into();
            let log = read(&NvidiaSmi, &input, &config, false).unwrap().power.unwrap();
            assert_eq!(log.span_ns().unwrap().0, 1_768_460_400_000_000_000, "{zone}");
        }
        config.power.timezone = "Mars".into();
        assert!(read(&NvidiaSmi, &input, &config, false).is_err());
    }
}
