//! What `--summary-export` and `handleSummary()` write: one object, times in milliseconds.

use super::{TOOL, note};
use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result, Warning};
use crate::ingest::document::json;
use crate::ingest::flat::Flat;
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{LevelFacts, Part};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;
use crate::record::Load;

/// The summary of a run.
pub struct K6Summary;

impl Format for K6Summary {
    fn name(&self) -> &'static str {
        "k6 summary"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        !head.is_array() && keys.contains(&"metrics") && keys.contains(&"root_group")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let summary = Summary(json(stream, &TOOL)?);
        let missing = |key: &str| TOOL.missing(Place::file(file), key);
        let requests = summary.value("http_reqs", "count").ok_or_else(|| missing("metrics.http_reqs.count"))?;
        let rate = summary.value("http_reqs", "rate").filter(|rate| *rate > 0.0);
        let failed = summary.failed(requests);
        let duration_s = rate.map(|rate| requests / rate);
        let mut aggregate = Aggregate {
            requests: Some(requests as u64),
            failed,
            duration_s,
            achieved_rate: duration_s.zip(failed).map(|(seconds, failed)| (requests - failed as f64) / seconds),
            ..Aggregate::default()
        };
        sink.warn(note(file));
        match summary.duration(failed) {
            Some(metric) => {
                let n = (requests as u64).saturating_sub(failed.unwrap_or(0));
                let printed = summary.printed(metric, n);
                if printed.mean.is_none() && n > 0 {
                    return Err(missing("metrics.http_req_duration.avg"));
                }
                aggregate.set(MetricId::E2e, printed);
            }
            None => sink.warn(Warning::at(
                Place::file(file),
                "its request durations count failed requests too, and are left out; a threshold on \
                 `http_req_duration{expected_response:true}` makes k6 export those of successes",
            )),
        }
        let level = LevelFacts { load: summary.load(), ..LevelFacts::default() };
        sink.part(Part { level, aggregate: Some(aggregate), ..Part::default() });
        Ok(())
    }
}

/// Metrics by name: their statistics stand in the metric, or below `values` where `handleSummary()` wrote them.
struct Summary(Flat);

impl Summary {
    fn value(&self, metric: &str, statistic: &str) -> Option<f64> {
        let nested = || self.0.number(&format!("metrics.{metric}.values.{statistic}"));
        self.0.number(&format!("metrics.{metric}.{statistic}")).or_else(nested)
    }

    /// `http_req_failed` is a rate of failures, so that its «passes» are the requests that failed.
    fn failed(&self, requests: f64) -> Option<u64> {
        let failed = self.value("http_req_failed", "passes");
        let share = || self.value("http_req_failed", "rate").or_else(|| self.value("http_req_failed", "value"));
        failed.or_else(|| share().map(|share| (share * requests).round())).map(|failed| failed as u64)
    }

    /// The metric that times successes alone; none where failures are in all of them.
    fn duration(&self, failed: Option<u64>) -> Option<&'static str> {
        const SUCCESSES: &str = "http_req_duration{expected_response:true}";
        if self.value(SUCCESSES, "avg").is_some() {
            return Some(SUCCESSES);
        }
        (failed == Some(0)).then_some("http_req_duration")
    }

    fn printed(&self, metric: &str, n: u64) -> Printed {
        let value = |statistic: &str| self.value(metric, statistic);
        let quantiles = Quantiles {
            p50: value("med"),
            p90: value("p(90)"),
            p95: value("p(95)"),
            p99: value("p(99)"),
            ..Quantiles::default()
        };
        Printed { n, mean: value("avg"), sd: None, quantiles }.over(1e3)
    }

    /// The number of users, where it never changed.
    fn load(&self) -> Option<Load> {
        let (least, most) = (self.value("vus", "min")?, self.value("vus", "max")?);
        (least == most && least >= 1.0).then_some(Load::Concurrency(least as u64))
    }
}
