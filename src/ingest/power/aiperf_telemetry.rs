//! AIPerf's `gpu_telemetry_export.jsonl`: a line per GPU and scrape of an exporter.

use super::samples::Samples;
use super::table::{bad, cut_short};
use super::{Gpu, ToldBy};
use crate::error::{Place, Result};
use crate::ingest::format::{Format, Head};
use crate::ingest::lines::{Line, Lines};
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;
use serde::Deserialize;
use std::borrow::Cow;

/// GPU telemetry that AIPerf writes beside its records.
pub struct AiperfTelemetry;

impl Format for AiperfTelemetry {
    fn name(&self) -> &'static str {
        "power log (AIPerf GPU telemetry)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        !head.is_array() && ["timestamp_ns", "gpu_uuid", "telemetry_data"].iter().all(|key| keys.contains(key))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut lines = Lines::new(stream);
        let mut samples = Samples::default();
        while let Some(line) = lines.next_line()? {
            if line.text.is_empty() {
                continue;
            }
            match serde_json::from_str::<Row>(&line.text) {
                // Two exporters may report one GPU: summing both would double its draw.
                Ok(row) => samples.add_from(&row.endpoint, row.gpu(), row.timestamp_ns, row.telemetry_data.watts()),
                Err(error) if error.is_eof() && !line.terminated => sink.warn(cut_short(file, line.number)),
                Err(error) => sink.bad(unreadable(file, &line, &error))?,
            }
        }
        samples.finish(file, sink)
    }
}

fn unreadable(file: &str, line: &Line, error: &serde_json::Error) -> Bad {
    let place = Place::file(file).line(line.number).column(error.column() as u64);
    let text = error.to_string();
    let found = text.split(" at line ").next().unwrap_or_default();
    let message = format!("expected a sample of GPU telemetry, found what is none: {found}");
    bad("unreadable line of GPU telemetry", place, message, "remove the line")
}

/// A line, as AIPerf names its parts.
#[derive(Deserialize)]
struct Row<'r> {
    timestamp_ns: i64,
    #[serde(borrow, default, alias = "dcgm_url", alias = "telemetry_source_url")]
    endpoint: Cow<'r, str>,
    gpu_index: Option<u64>,
    #[serde(borrow)]
    gpu_uuid: Option<Cow<'r, str>>,
    #[serde(borrow)]
    hostname: Option<Cow<'r, str>>,
    telemetry_data: Telemetry,
}

/// What was measured. Newer versions name it by maker, older ones `gpu_power_usage`; all in watts.
#[derive(Deserialize)]
struct Telemetry {
    nvidia_power_usage: Option<f64>,
    gpu_power_usage: Option<f64>,
    amd_power: Option<f64>,
}

impl Row<'_> {
    fn gpu(&self) -> Gpu {
        match self.gpu_uuid.as_deref().filter(|uuid| !uuid.is_empty()) {
            Some(uuid) => Gpu::new(ToldBy::Uuid, uuid),
            None => {
                let index = self.gpu_index.map_or_else(String::new, |index| index.to_string());
                let host = self.hostname.as_deref().unwrap_or_default();
                Gpu::new(ToldBy::Device, format!("{host} {index}").trim())
            }
        }
    }
}

impl Telemetry {
    fn watts(&self) -> Option<f64> {
        self.nvidia_power_usage.or(self.gpu_power_usage).or(self.amd_power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::ingest::power::Log;
    use crate::ingest::tests::{Memory, read};

    fn line(at_ns: i64, endpoint: &str, uuid: &str, draw: &str) -> String {
        format!(
            "{{\"timestamp_ns\": {at_ns}, {endpoint}, \"gpu_index\": 0, \"gpu_uuid\": {uuid}, \"hostname\": \"a\", \
             \"telemetry_data\": {{{draw}}}}}\n"
        )
    }

    fn log(lines: &[String]) -> Log {
        let input = Memory::new("gpu.jsonl", lines.concat());
        assert!(AiperfTelemetry.recognizes(&Head::read(&input).unwrap()));
        read(&AiperfTelemetry, &input, &Config::default(), false).unwrap().power.unwrap()
    }

    #[test]
    fn a_gpu_that_two_endpoints_report_counts_once_and_times_keep_every_digit() {
        let (a, b) = ("\"dcgm_url\": \"http://a\"", "\"telemetry_source_url\": \"http://b\"");
        let draw = "\"gpu_power_usage\": 30.5, \"power_management_limit\": 300.0";
        let log = log(&[
            line(1_762_551_530_946_074_466, a, "\"GPU-1\"", draw),
            line(1_762_551_530_947_417_488, b, "\"GPU-1\"", "\"gpu_power_usage\": 99.0"),
            line(1_762_551_530_947_417_489, b, "\"GPU-2\"", "\"nvidia_power_usage\": 40.0"),
            line(1_762_551_530_947_417_490, b, "null", "\"amd_power\": 50.0"),
            line(1_762_551_531_280_334_975, a, "\"GPU-1\"", "\"gpu_power_usage\": null"),
        ]);
        let samples: Vec<_> = log
            .gpus
            .iter()
            .map(|(gpu, samples)| (gpu.name(), samples[0].at_ns, samples[0].watts, samples.len()))
            .collect();
        assert_eq!(
            samples,
            [
                ("GPU `GPU-1`".to_owned(), 1_762_551_530_946_074_466, 30.5, 1),
                ("GPU `GPU-2`".to_owned(), 1_762_551_530_947_417_489, 40.0, 1),
                ("GPU `a 0`".to_owned(), 1_762_551_530_947_417_490, 50.0, 1),
            ]
        );
    }

    #[test]
    fn what_is_no_sample_is_an_error_with_its_place() {
        let good = line(1_762_551_530_946_074_466, "\"dcgm_url\": \"a\"", "\"GPU-1\"", "");
        let error = |text: String| {
            let input = Memory::new("gpu.jsonl", text);
            read(&AiperfTelemetry, &input, &Config::default(), false).map_err(|error| error.to_string())
        };
        let text = error(format!("{good}{}", good.replace("1762551530946074466", "\"soon\""))).unwrap_err();
        assert!(
            text.starts_with("gpu.jsonl:2:23: expected a sample of GPU telemetry, found what is none: invalid type"),
            "{text}"
        );
        let cut = error(format!("{good}{}", &good[..40])).unwrap();
        assert_eq!(cut.warnings[0].to_string(), "gpu.jsonl:2: the last sample is cut short and was left out");
    }
}
