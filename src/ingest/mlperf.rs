//! MLPerf loadgen: `mlperf_log_summary.txt`, lines of `key : value` with latencies in nanoseconds.

use super::document::Tool;
use super::format::{Format, Head};
use super::lines::Lines;
use super::part::{LevelFacts, Part};
use super::set_aside::SetAside;
use super::sink::Sink;
use super::stream::Stream;
use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result, Warning};
use crate::metric::MetricId;
use crate::record::Load;
use std::collections::BTreeMap;

const TOOL: Tool = Tool { name: "MLPerf loadgen", versions: "4.0 to 5.1" };

/// `mlperf_log_detail.txt`.
pub static DETAIL: SetAside = SetAside {
    name: "MLPerf loadgen detail log",
    reason: "it logs how the run was set up and went; what was measured stands in `mlperf_log_summary.txt`",
    recognizes: |head| head.text().trim_start().starts_with(":::MLLOG"),
};

/// The summary of a run.
pub struct MlperfSummary;

impl Format for MlperfSummary {
    fn name(&self) -> &'static str {
        "MLPerf loadgen summary"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.text().lines().take(5).any(|line| line.trim() == "MLPerf Results Summary")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let summary = Summary::read(stream)?;
        let missing = |key: &str| TOOL.missing(Place::file(file), key);
        if summary.text("Mode").is_some_and(|mode| mode != "PerformanceOnly") {
            sink.set_aside("it is of a run for accuracy, whose times count for nothing");
            return Ok(());
        }
        if !summary.is_whole {
            let message = "expected the line that counts errors at the end, as loadgen writes it, found none: the file looks cut \
                           short; copy it again";
            sink.warn(Warning::at(Place::file(file), message));
        }
        let load = match summary.text("Scenario").ok_or_else(|| missing("Scenario"))? {
            "Server" => {
                let rate = summary.number("target_qps").filter(|rate| *rate > 0.0);
                Load::RequestRate(rate.ok_or_else(|| missing("target_qps"))?)
            }
            "SingleStream" => Load::Concurrency(1),
            scenario => {
                sink.set_aside(format!(
                    "in the scenario {scenario} all samples are sent at once: there is no load, and a latency is how long the \
                     sample waited for the others"
                ));
                return Ok(());
            }
        };
        if summary.nanoseconds("Mean latency").is_none() {
            return Err(missing("Mean latency (ns)"));
        }
        if let Some(result) = summary.text("Result is").filter(|result| *result != "VALID") {
            let message =
                format!("loadgen calls the result of this run {result}: by its rules its figures do not count");
            sink.warn(Warning::at(Place::file(file), message));
        }
        let level = LevelFacts { load: Some(load), ..LevelFacts::default() };
        sink.part(Part { level, aggregate: Some(summary.aggregate()), ..Part::default() });
        Ok(())
    }
}

/// The values by their keys, the first of each, and whether the file is there to its end.
struct Summary {
    values: BTreeMap<String, String>,
    is_whole: bool,
}

impl Summary {
    /// Some keys have a space before the colon, some have none. Errors: the file cannot be read, or ends within a line.
    fn read(stream: &mut Stream) -> Result<Self> {
        let name = stream.name();
        let (mut values, mut is_whole) = (BTreeMap::new(), false);
        let mut lines = Lines::new(stream);
        while let Some(line) = lines.next_line()? {
            if !line.terminated {
                let place = Place::file(name).line(line.number);
                return Err(TOOL
                    .error(place, "the last line has no line break: the file looks cut short, and a figure with it"));
            }
            if let Some((key, value)) = line.text.split_once(':') {
                values.entry(key.trim().to_owned()).or_insert_with(|| value.trim().to_owned());
            }
            // `No errors encountered during test.`, `1 ERROR encountered. See detailed log.`
            is_whole |=
                ["error encountered", "errors encountered"].iter().any(|end| line.text.to_lowercase().contains(end));
        }
        Ok(Self { values, is_whole })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.text(key)?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn nanoseconds(&self, key: &str) -> Option<f64> {
        self.number(&format!("{key} (ns)"))
    }

    /// How many samples there were is not in the summary.
    fn aggregate(&self) -> Aggregate {
        let mut aggregate = Aggregate {
            throughput_tok_s: self.number("Completed tokens per second"),
            achieved_rate: self.number("Completed samples per second"),
            ..Aggregate::default()
        };
        aggregate.set(MetricId::E2e, self.printed("Mean latency", "latency"));
        aggregate.set(MetricId::Ttft, self.printed("Mean First Token latency", "first token latency"));
        // Loadgen divides what follows the first token by the tokens after it.
        aggregate.set_tpot(self.printed("Mean Time to Output Token", "time to output token"));
        aggregate
    }

    fn printed(&self, mean: &str, metric: &str) -> Printed {
        let percentile = |rank: &str| self.nanoseconds(&format!("{rank} percentile {metric}"));
        let quantiles = Quantiles {
            p50: percentile("50.00"),
            p90: percentile("90.00"),
            p95: percentile("95.00"),
            p99: percentile("99.00"),
            ..Quantiles::default()
        };
        Printed { n: 0, mean: self.nanoseconds(mean), sd: None, quantiles }.over(1e9)
    }
}
