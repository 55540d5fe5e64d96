//! `nvidia-smi dmon -s p -o DT`: a table of text whose two header lines come again every few rows.

use super::samples::{Samples, draw};
use super::table::{bad, cut_short};
use super::{Gpu, ToldBy, time};
use crate::error::{Place, Result};
use crate::ingest::format::{Format, Head};
use crate::ingest::lines::{Line, Lines};
use crate::ingest::records::value::shown;
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;
use jiff::tz::TimeZone;

/// What dmon prints.
pub struct Dmon;

impl Format for Dmon {
    fn name(&self) -> &'static str {
        "power log (nvidia-smi dmon)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let mut lines = head.text().lines().map(str::trim).filter(|line| !line.is_empty());
        let mut holds = |name: &str| {
            let cells = lines.next().and_then(header);
            cells.is_some_and(|cells| cells.contains(&name))
        };
        holds("gpu") && holds("Idx")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let zone = sink.config.timezone()?;
        let mut lines = Lines::new(stream);
        let (mut columns, mut samples) = (None, Samples::default());
        while let Some(line) = lines.next_line()? {
            match (header(&line.text), &columns) {
                (Some(names), _) if names.contains(&"gpu") => match Columns::of(&names) {
                    Ok(again) => columns = Some(again),
                    Err(missing) => {
                        sink.set_aside(missing);
                        return Ok(());
                    }
                },
                (None, Some(columns)) if !line.text.is_empty() => {
                    let cells = cells(&line.text);
                    if cells.len() < columns.width && !line.terminated {
                        sink.warn(cut_short(file, line.number));
                        continue;
                    }
                    match columns.sample(&cells, &line, file, &zone) {
                        Ok((gpu, at_ns, watts)) => samples.add(gpu, at_ns, watts),
                        Err(bad) => sink.bad(bad)?,
                    }
                }
                // The units below a header, empty lines, and what stands before the first header.
                _ => {}
            }
        }
        samples.finish(file, sink)
    }
}

/// The cells of a header line: `#Date Time gpu pwr`.
fn header(line: &str) -> Option<Vec<&str>> {
    line.strip_prefix('#').map(cells)
}

/// The cells of a line; `--format csv` has commas between them.
fn cells(line: &str) -> Vec<&str> {
    line.split(|c: char| c == ',' || c.is_whitespace()).filter(|cell| !cell.is_empty()).collect()
}

struct Columns {
    date: usize,
    time: usize,
    gpu: usize,
    draw: usize,
    width: usize,
}

impl Columns {
    /// The columns of a header, or why its rows cannot be joined to anything.
    fn of(names: &[&str]) -> std::result::Result<Self, &'static str> {
        let at = |name: &str| names.iter().position(|other| *other == name);
        let draw = at("pwr").ok_or("it has no column `pwr` (`-s p` adds it)")?;
        match (at("Date"), at("Time"), at("gpu")) {
            (Some(date), Some(time), Some(gpu)) => Ok(Self { date, time, gpu, draw, width: names.len() }),
            (None, Some(_), _) => {
                Err("its times have no date: a draw cannot be joined to a cell (`-o DT` prints both)")
            }
            _ => Err("its rows have no time: a draw cannot be joined to a cell (`-o DT` prints date and time)"),
        }
    }

    fn sample(
        &self,
        cells: &[&str],
        line: &Line,
        file: &str,
        zone: &TimeZone,
    ) -> std::result::Result<(Gpu, i64, Option<f64>), Bad> {
        let place = || Place::file(file).line(line.number);
        if cells.len() != self.width {
            let message = format!("expected {} cells, as many as the header has, found {}", self.width, cells.len());
            return Err(bad("wrong number of cells in a power log", place(), message, "remove the line"));
        }
        let (date, clock) = (cells[self.date], cells[self.time]);
        let at_ns = moment(date, clock, zone).ok_or_else(|| {
            let message =
                format!("expected a time such as `20260115 08:00:02`, found {}", shown(&format!("{date} {clock}")));
            bad("unreadable time in a power log", place(), message, "remove the line")
        })?;
        let watts = draw(cells[self.draw]).ok_or_else(|| {
            let message = format!("expected watts such as `132`, or `-`, found {}", shown(cells[self.draw]));
            bad("unreadable draw in a power log", place().path("pwr"), message, "remove the line")
        })?;
        Ok((Gpu::new(ToldBy::Index, cells[self.gpu]), at_ns, watts))
    }
}

/// `20260115` and `08:00:02`, nanoseconds since the Unix epoch.
fn moment(date: &str, clock: &str, zone: &TimeZone) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| date.get(range).filter(|_| date.len() == 8);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    time::parse(&format!("{year}/{month}/{day} {clock}"), zone)
}

#[cfg(test)]
mod tests {
    use super::super::draws;
    use super::*;
    use crate::config::Config;
    use crate::ingest::format::recognise;
    use crate::ingest::sink::Findings;
    use crate::ingest::tests::{Memory, read};

    const TIMED: &str = "#Date       Time        gpu    pwr  gtemp\n#YYYYMMDD   HH:MM:SS    Idx      W      C\n \
        20260115   08:00:00      0    130     37\n 20260115   08:00:00      1      -     36\n \
        20260115   08:00:01      0    132     37\n";

    fn findings(text: &str) -> Findings {
        let input = Memory::new("dmon.log", text);
        let format = recognise(&input, &[&Dmon]).unwrap().expect("a log of dmon");
        read(format, &input, &Config::default(), false).unwrap()
    }

    #[test]
    fn rows_with_date_and_time_are_samples_and_headers_come_again() {
        let log = findings(TIMED).power.unwrap();
        assert_eq!(draws(&log), [("GPU 0".to_owned(), vec![130.0, 132.0]), ("GPU 1".to_owned(), vec![])]);
        assert_eq!(log.span_ns(), Some((1_768_464_000_000_000_000, 1_768_464_001_000_000_000)));
        let longer = format!("{TIMED}\n{}", TIMED.replace("08:00:0", "08:00:1"));
        assert_eq!(findings(&longer).power.unwrap().samples(), 4);
        let commas = TIMED.replace("    ", ", ").replace("Date  ", "Date, ");
        assert_eq!(findings(&commas).power.unwrap(), log, "{commas}");
    }

    #[test]
    fn without_date_time_or_draw_it_is_set_aside() {
        let without = |columns: &[&str]| {
            let text = columns.iter().fold(TIMED.to_owned(), |text, column| text.replace(column, ""));
            findings(&text).set_aside.unwrap()
        };
        let time = ["Date  ", "YYYYMMDD ", "20260115 "];
        assert!(without(&time).starts_with("its times have no date"));
        assert!(without(&["Date  ", "Time"]).starts_with("its rows have no time"));
        assert!(without(&["pwr"]).starts_with("it has no column `pwr`"));
    }
}
