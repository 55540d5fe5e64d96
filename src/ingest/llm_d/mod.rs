//! The benchmark report of llm-d, in YAML or JSON: one run of one level, by whichever tool it was made. Schema 0.1 has it
//! under `metrics`, 0.2 and 0.2.1 under `results`. Units are part of the file.

mod performance;
mod scenario;

use super::document::{Tool, json_or_yaml};
use super::format::{Format, Head};
use super::inference_perf::stage;
use super::loose::{Number, Text};
use super::part::Part;
use super::sink::Sink;
use super::stream::Stream;
use crate::error::{Place, Result, Warning};
use performance::{Performance, Rates01, Rates02};
use scenario::Scenario;
use serde::Deserialize;

const TOOL: Tool = Tool { name: "the llm-d benchmark report", versions: "0.1, 0.2 and 0.2.1" };

/// The benchmark report of llm-d.
pub struct LlmDReport;

impl Format for LlmDReport {
    fn name(&self) -> &'static str {
        "llm-d benchmark report"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.document_keys();
        let has = |key: &str| keys.contains(&key);
        let first = has("version") && has("scenario") && has("metrics");
        // Named by its own words, so that a key that is missing is told.
        let words = ["request_performance", "session_performance", "component_health"];
        let named = || words.iter().any(|word| head.text().contains(word));
        let second = has("results") && (has("version") && has("scenario") || named());
        !head.is_array() && (first || second)
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let report: Report = sink.told(json_or_yaml(stream, &TOOL)?);
        sink.version(report.version.get());
        let mut facts = report.scenario.facts();
        let place = Place::file(name);
        let run = match (report.metrics, report.results) {
            (Some(Metrics { time, performance }), _) => {
                let doubt = time.doubt();
                sink.started_s(time.start.value().filter(|_| doubt.is_none()));
                facts.doubts.extend(doubt);
                performance.run(time.duration.value(), facts, &place.clone().path("metrics"))?
            }
            (None, Some(results)) => {
                let time = report.run.and_then(|run| run.time).unwrap_or_default();
                sink.started_at(time.start.get());
                let duration = time.duration.get().and_then(seconds);
                let place = place.clone().path("results.request_performance.aggregate");
                results.request_performance.aggregate.run(duration, facts, &place)?
            }
            (None, None) => return Err(TOOL.missing(place, "results")),
        };
        sink.part(Part { kin: stage(name), ..run.part });
        for doubt in run.doubts {
            sink.warn(Warning::at(place.clone(), doubt));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    version: Text,
    #[serde(default)]
    scenario: Scenario,
    /// Schema 0.1.
    metrics: Option<Metrics>,
    /// Schema 0.2.
    run: Option<RunInformation>,
    /// Schema 0.2.
    results: Option<Results>,
}

#[derive(Deserialize)]
struct Metrics {
    #[serde(default)]
    time: Time,
    #[serde(flatten)]
    performance: Performance<Rates01>,
}

/// Seconds, of the Unix epoch where they are points in time.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Time {
    duration: Number,
    start: Number,
    stop: Number,
}

#[derive(Deserialize)]
struct RunInformation {
    time: Option<RunTime>,
}

/// `start` and `end` enclose more than the requests, and tell no more than the day: inference-perf writes a monotonic clock
/// there, which is none of an epoch.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RunTime {
    /// ISO 8601: `PT49.9S`.
    duration: Text,
    /// ISO 8601 with a zone.
    start: Text,
}

#[derive(Deserialize)]
struct Results {
    request_performance: RequestPerformance,
}

#[derive(Deserialize)]
struct RequestPerformance {
    aggregate: Performance<Rates02>,
}

impl Time {
    fn doubt(&self) -> Option<String> {
        let (start, stop) = (self.start.value()?, self.stop.value()?);
        (stop < start).then(|| format!("`metrics.time` stops {:.3} s before it starts; neither is used", start - stop))
    }
}

/// The seconds of an ISO 8601 duration up to hours: `PT1M49.9S`.
fn seconds(duration: &str) -> Option<f64> {
    let mut rest = duration.strip_prefix("PT")?;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let factor = match &rest[end..=end] {
            "H" => 3600.0,
            "M" => 60.0,
            "S" => 1.0,
            _ => return None,
        };
        seconds += rest[..end].parse::<f64>().ok()? * factor;
        rest = &rest[end + 1..];
    }
    (seconds > 0.0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_writes_them() {
        assert_eq!(seconds("PT49.97206788184121S"), Some(49.97206788184121));
        assert_eq!(seconds("PT1H2M0.5S"), Some(3720.5));
        assert_eq!((seconds("PT"), seconds("P1D"), seconds("PTxS"), seconds("5")), (None, None, None, None));
    }
}
