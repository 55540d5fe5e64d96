//! The page of dcgm-exporter in Prometheus' text format: one scrape, or many with the time of each.

use super::samples::Samples;
use super::table::bad;
use super::time::Clock;
use super::{Gpu, ToldBy};
use crate::error::{Place, Result, Warning};
use crate::format::counted;
use crate::ingest::format::{Format, Head};
use crate::ingest::lines::{Line, Lines};
use crate::ingest::records::value::shown;
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;
use std::collections::BTreeMap;

/// The draw in watts.
const DRAW: &str = "DCGM_FI_DEV_POWER_USAGE{";
/// Times of the text format.
const CLOCK: Clock = Clock::Counted { exponent: 3, unit: "milliseconds", since_ns: None };

/// Prometheus text of dcgm-exporter.
pub struct DcgmExporter;

impl Format for DcgmExporter {
    fn name(&self) -> &'static str {
        "power log (dcgm-exporter)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let mut lines = head.text().lines().map(str::trim);
        lines.find(|line| !line.is_empty() && !line.starts_with('#')).is_some_and(|line| line.starts_with("DCGM_FI_"))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut lines = Lines::new(stream);
        let (mut samples, mut timeless) = (Samples::default(), 0_u64);
        while let Some(line) = lines.next_line()? {
            let Some(rest) = line.text.strip_prefix(DRAW) else { continue };
            match Sample::read(rest, &line, file) {
                Ok(Sample { at_ns: None, .. }) => timeless += 1,
                Ok(Sample { gpu, instance, at_ns: Some(at_ns), watts }) => {
                    samples.add_from(&instance, gpu, at_ns, watts)
                }
                Err(bad) => sink.bad(bad)?,
            }
        }
        if samples.is_empty() {
            sink.set_aside(match timeless {
                0 => "it holds no `DCGM_FI_DEV_POWER_USAGE`, the draw in watts",
                _ => "a scrape without a time: a draw cannot be joined to a cell",
            });
            return Ok(());
        }
        if timeless > 0 {
            let message = format!("{} no time; left out", counted(timeless, "draw has", "draws have"));
            sink.warn(Warning::at(Place::file(file), message));
        }
        samples.finish(file, sink)
    }
}

/// A line that shows a draw.
struct Sample {
    gpu: Gpu,
    /// Slices of one GPU (MIG) all show the draw of the whole.
    instance: String,
    at_ns: Option<i64>,
    watts: Option<f64>,
}

impl Sample {
    /// Reads what stands behind the opening brace: `gpu="0",UUID="GPU-…"} 170.58 1768464000000`.
    fn read(text: &str, line: &Line, file: &str) -> std::result::Result<Self, Bad> {
        let unreadable = |expected: &str, found: &str| {
            let message = format!("expected {expected}, found {}", shown(found));
            let place = Place::file(file).line(line.number).path("DCGM_FI_DEV_POWER_USAGE");
            bad("unreadable draw of dcgm-exporter", place, message, "remove the line")
        };
        let (labels, rest) = labels(text).ok_or_else(|| unreadable("labels such as `{gpu=\"0\"}`", &line.text))?;
        let mut words = rest.split_whitespace();
        let value = words.next().unwrap_or_default();
        let watts = value.parse::<f64>().map_err(|_| unreadable("watts such as `132.54`", value))?;
        let at_ns = words.next().map(|time| CLOCK.read(time).ok_or_else(|| unreadable(&CLOCK.expected(), time)));
        let label = |name: &str| labels.get(name).map(String::as_str).filter(|value| !value.is_empty());
        let gpu = match label("UUID") {
            Some(uuid) => Gpu::new(ToldBy::Uuid, uuid),
            None => {
                let named = [label("Hostname"), label("gpu")].into_iter().flatten().collect::<Vec<_>>().join(" ");
                Gpu::new(ToldBy::Device, &named)
            }
        };
        let instance = label("GPU_I_ID").unwrap_or_default().to_owned();
        Ok(Self { gpu, instance, at_ns: at_ns.transpose()?, watts: Some(watts).filter(|watts| watts.is_finite()) })
    }
}

/// The labels up to the closing brace, and what follows it.
fn labels(text: &str) -> Option<(BTreeMap<&str, String>, &str)> {
    let mut labels = BTreeMap::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((labels, behind));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, behind) = quoted_text(quoted)?;
        labels.insert(name.trim(), value);
        rest = behind.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

/// A label's value up to the quote that ends it, unescaped, and what follows it.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::draws;
    use super::*;
    use crate::config::Config;
    use crate::ingest::sink::Findings;
    use crate::ingest::tests::{Memory, read};

    const SCRAPE: &str = "# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).\n\
        DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-a\",modelName=\"x \\\"}\\\" y\"} 170.58\n\
        DCGM_FI_DEV_POWER_USAGE{gpu=\"1\",Hostname=\"h\"} NaN\n\
        DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=\"0\",UUID=\"GPU-a\"} 5\n";

    fn findings(text: &str) -> Result<Findings> {
        let input = Memory::new("dcgm.txt", text);
        assert!(DcgmExporter.recognizes(&Head::read(&input)?));
        read(&DcgmExporter, &input, &Config::default(), false)
    }

    #[test]
    fn a_series_with_times_is_read_and_slices_of_a_gpu_count_once() {
        let timed = |ms: u64| SCRAPE.replace("170.58", &format!("170.58 {ms}")).replace("NaN", &format!("NaN {ms}"));
        let slices = "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-a\",GPU_I_ID=\"1\"} 171 1768464000000\n";
        let log = findings(&(timed(1_768_464_000_000) + slices + &timed(1_768_464_002_500))).unwrap().power.unwrap();
        assert_eq!(draws(&log), [("GPU `GPU-a`".to_owned(), vec![170.58, 170.58]), ("GPU `h 1`".to_owned(), vec![])]);
        assert_eq!(log.span_ns(), Some((1_768_464_000_000_000_000, 1_768_464_002_500_000_000)));
    }

    #[test]
    fn a_scrape_without_a_time_is_set_aside() {
        let reason = |text: &str| findings(text).unwrap().set_aside.unwrap();
        assert_eq!(reason(SCRAPE), "a scrape without a time: a draw cannot be joined to a cell");
        assert!(reason("DCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 30\n").starts_with("it holds no `DCGM_FI_DEV_POWER_USAGE`"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_an_error_with_its_place() {
        let error = |line: &str| findings(&format!("{SCRAPE}{line}\n")).unwrap_err().to_string();
        let seconds = error("DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} 170 1768464000");
        assert!(
            seconds.starts_with(
                "dcgm.txt:5: `DCGM_FI_DEV_POWER_USAGE`: expected milliseconds since 1970, found `1768464000`"
            ),
            "{seconds}"
        );
        assert!(error("DCGM_FI_DEV_POWER_USAGE{gpu=\"0} 170").contains("expected labels"));
        assert!(error("DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} much").contains("expected watts"));
    }
}
