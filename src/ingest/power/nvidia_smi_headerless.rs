//! `nvidia-smi --query-gpu=timestamp,…,power.draw --format=csv,noheader`: the cells say what they are.

use super::ToldBy;
use super::nvidia_smi;
use super::table::{self, Column, Columns};
use super::time::{self, Clock};
use crate::error::{Error, Place, Result};
use crate::ingest::csv::Rows;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// The CSV that nvidia-smi prints without a header. Without units too (`noheader,nounits`) nothing in it shows which
/// column is the draw: such a log is not recognised.
pub struct NvidiaSmiHeaderless;

impl Format for NvidiaSmiHeaderless {
    fn name(&self) -> &'static str {
        "power log (nvidia-smi without a header)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        Shape::of(head).is_some()
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let zone = sink.config.timezone()?;
        let shape = Shape::of(&Head::of(stream)?).ok_or_else(|| {
            let message = "expected rows such as `2026/01/15 08:00:02.000, 0, 132.54 W`";
            Error::at(Place::file(file).line(1), message).hint("remove what stands before the first of them")
        })?;
        let column = |at| Column { at, name: String::new() };
        let columns = Columns {
            gpu: shape.gpu,
            width: Some(shape.width),
            ..Columns::new(column(shape.time), Clock::Dates(zone.clone()), column(shape.draw(file)?))
        };
        table::read(&mut Rows::new(stream), file, columns, &|cells| nvidia_smi::columns(cells, &zone), sink)
    }
}

/// What the cells of the first rows show.
struct Shape {
    time: usize,
    /// Columns that hold watts.
    draws: Vec<usize>,
    gpu: Option<(ToldBy, usize)>,
    width: usize,
}

impl Shape {
    /// None where the first row has no time as nvidia-smi prints it, or no column holds watts.
    fn of(head: &Head) -> Option<Self> {
        let first = head.rows().next()?;
        let (time, width) = (first.iter().position(|cell| time::civil(cell).is_some())?, first.len());
        let rows: Vec<Vec<&str>> = head.rows().filter(|row| row.len() == width).collect();
        let all = |at: usize, is: fn(&str) -> bool| rows.iter().all(|row| is(row[at]));
        let draws: Vec<usize> = (0..width).filter(|at| rows.iter().any(|row| is_watts(row[*at]))).collect();
        let by = |told_by, is: fn(&str) -> bool| (0..width).find(|at| all(*at, is)).map(|at| (told_by, at));
        let index = || {
            let counts = |at: &usize| rows.iter().map(|row| row[*at].parse().ok()).collect::<Option<Vec<_>>>();
            let at = (0..width).find(|at| counts(at).is_some_and(|counts| counts_round(&counts)))?;
            Some((ToldBy::Index, at))
        };
        let gpu = by(ToldBy::Uuid, is_uuid).or_else(|| by(ToldBy::Bus, is_bus)).or_else(index);
        (!draws.is_empty()).then_some(Self { time, draws, gpu, width })
    }

    /// The column of the draw. Errors: there are several that hold watts.
    fn draw(&self, file: &str) -> Result<usize> {
        if let [draw] = self.draws[..] {
            return Ok(draw);
        }
        let columns: Vec<String> = self.draws.iter().map(|at| (at + 1).to_string()).collect();
        let message = format!(
            "the columns {} hold watts: without a header a draw cannot be told from a limit",
            columns.join(" and ")
        );
        let hint = format!(
            "number the columns in the configuration: `[[power.columns]]` with `file`, `time = {}` and `watts = …`",
            self.time + 1
        );
        Err(Error::at(Place::file(file).line(1), message).hint(hint))
    }
}

fn is_watts(cell: &str) -> bool {
    cell.strip_suffix(" W").is_some_and(|number| number.trim_end().parse::<f64>().is_ok())
}

/// `GPU-ef6ef310-f8e2-cef9-036e-8f12d59b5ffc`
fn is_uuid(cell: &str) -> bool {
    cell.len() == 40 && cell.starts_with("GPU-")
}

/// `00000000:02:00.0`
fn is_bus(cell: &str) -> bool {
    let hexadecimal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = cell.split([':', '.']);
    cell.matches(':').count() == 2 && cell.matches('.').count() == 1 && parts.all(hexadecimal)
}

/// Whether numbers run 0, 1, …, n − 1, 0, 1, … over at least two rounds: the index of several GPUs, and nothing else
/// that nvidia-smi prints.
fn counts_round(numbers: &[u64]) -> bool {
    let Some(last) = numbers.iter().max().copied().filter(|last| *last > 0) else { return false };
    let follows = |pair: &[u64]| pair[1] == if pair[0] == last { 0 } else { pair[0] + 1 };
    numbers.len() as u64 >= 2 * (last + 1) && numbers.windows(2).all(follows)
}

#[cfg(test)]
mod tests {
    use super::super::{Draws, draws};
    use super::*;
    use crate::config::Config;
    use crate::ingest::format::recognise;
    use crate::ingest::tests::{Memory, read};

    /// What each GPU drew; none where the log is not recognised.
    fn read_rows(rows: &[&str]) -> Option<Result<Draws>> {
        let input = Memory::new("power.csv", rows.join("\n"));
        let format = recognise(&input, &[&NvidiaSmiHeaderless]).unwrap()?;
        let findings = read(format, &input, &Config::default(), false);
        Some(findings.map(|findings| draws(&findings.power.unwrap())))
    }

    #[test]
    fn the_draw_is_the_column_of_watts_and_the_index_counts_round() {
        let rows = [
            "2026/01/15 08:00:00.000, 31, 0, 100.50 W",
            "2026/01/15 08:00:00.004, 30, 1, 90.00 W",
            "2026/01/15 08:00:02.000, 31, 0, [N/A]",
            "2026/01/15 08:00:02.004, 30, 1, 91.00 W",
        ];
        let gpus = |a: &str, b: &str| Some(Ok(vec![(a.to_owned(), vec![100.5]), (b.to_owned(), vec![90.0, 91.0])]));
        assert_eq!(read_rows(&rows), gpus("GPU 0", "GPU 1"));
        let by_bus = rows.map(|row| row.replace(", 0,", ", 00000000:02:00.0,").replace(", 1,", ", 00000000:C1:00.0,"));
        let by_bus: Vec<&str> = by_bus.iter().map(String::as_str).collect();
        assert_eq!(read_rows(&by_bus), gpus("GPU `00000000:02:00.0`", "GPU `00000000:C1:00.0`"));
    }

    #[test]
    fn several_columns_of_watts_need_a_mapping_and_none_is_no_power_log() {
        let limit = ["2026/01/15 08:00:00.000, 700.00 W, 100.50 W", "2026/01/15 08:00:02.000, 700.00 W, 99.00 W"];
        assert_eq!(
            read_rows(&limit).unwrap().unwrap_err().to_string(),
            "power.csv:1: the columns 2 and 3 hold watts: without a header a draw cannot be told from a limit\n\
                 hint: number the columns in the configuration: `[[power.columns]]` with `file`, `time = 1` and `watts = …`"
        );
        assert_eq!(read_rows(&["2026/01/15 08:00:00.000, 100.50", "2026/01/15 08:00:02.000, 99.00"]), None);
        assert_eq!(read_rows(&["a, 100.50 W"]), None);
    }

    #[test]
    fn a_header_that_a_second_start_printed_is_stepped_over() {
        let rows = ["2026/01/15 08:00:00.000, 1.00 W", "timestamp, power.draw [W]", "2026/01/15 08:00:02.000, 2.00 W"];
        assert_eq!(read_rows(&rows), Some(Ok(vec![("the GPU".to_owned(), vec![1.0, 2.0])])));
    }
}
