//! What lies between two pages: the differences of their counters, sums and histogram buckets.

use super::Engine;
use super::histogram::Histogram;
use super::page::{Labels, Page};
use crate::cell::aggregate::Aggregate;
use crate::cell::{Origin, Summary};
use crate::error::{Error, Place, Result, Warned, Warning};
use crate::format;
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::metric::MetricId;
use std::collections::BTreeMap;

/// The run between two pages, each with the name of its file.
///
/// Warns where one request alone makes the mean TTFT. Errors: a counter went down, so that the engine was started again.
pub fn difference(before: (&str, &Page), after: (&str, &Page)) -> Result<Warned<Part>> {
    let delta = Delta::new(before, after)?;
    let page = after.1;
    let mut part = Warned::clean(Part {
        level: LevelFacts::default(),
        setup: Setup::default()
            .with(Property::Model, page.model.as_deref())
            .with(Property::Engine, Some(page.engine.name())),
        aggregate: Some(delta.aggregate(page.engine)),
        from_engine: true,
        ..Part::default()
    });
    let ttft = delta.histogram("time_to_first_token_seconds");
    if let (Some(bound), Some(mean)) = (ttft.outlier(), ttft.mean()) {
        let message = format!(
            "one of {} requests alone makes the mean TTFT of {}: all others took at most {}",
            ttft.n(),
            format::latency(mean),
            format::latency(bound)
        );
        part.warnings.push(Warning::at(Place::file(after.0), message));
    }
    Ok(part)
}

/// Every series' growth.
struct Delta(BTreeMap<String, BTreeMap<Labels, f64>>);

impl Delta {
    /// A label set that is missing before is 0 there.
    fn new((before_name, before): (&str, &Page), (after_name, after): (&str, &Page)) -> Result<Self> {
        let mut growth: BTreeMap<String, BTreeMap<Labels, f64>> = BTreeMap::new();
        for (metric, series) in &after.series {
            for (labels, value) in series {
                let start = before.series.get(metric).and_then(|series| series.get(labels)).copied().unwrap_or(0.0);
                if *value < start {
                    return Err(went_down(before, metric, (before_name, start), (after_name, *value)));
                }
                growth.entry(metric.clone()).or_default().insert(labels.clone(), value - start);
            }
        }
        for (metric, series) in &before.series {
            for (labels, start) in series.iter().filter(|(_, start)| **start > 0.0) {
                if after.series.get(metric).is_none_or(|series| !series.contains_key(labels)) {
                    return Err(went_down(before, metric, (before_name, *start), (after_name, 0.0)));
                }
            }
        }
        Ok(Self(growth))
    }

    /// Growth of a counter over all its label sets; none where the engine does not show it.
    fn counter(&self, metric: &str) -> Option<f64> {
        self.0.get(metric).map(|series| series.values().sum())
    }

    /// Growth of a histogram over all its label sets but the bounds.
    fn histogram(&self, metric: &str) -> Histogram {
        let mut buckets: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
        for (labels, value) in self.0.get(&format!("{metric}_bucket")).into_iter().flatten() {
            let bound = labels.get("le").and_then(|bound| bound.trim_start_matches('+').parse::<f64>().ok());
            // Bits of numbers from 0 on are in the order of the numbers.
            let Some(bound) = bound.filter(|bound| *bound >= 0.0) else { continue };
            buckets.entry(bound.to_bits()).or_insert((bound, 0.0)).1 += value;
        }
        Histogram {
            count: self.counter(&format!("{metric}_count")).unwrap_or(0.0),
            sum: self.counter(&format!("{metric}_sum")).unwrap_or(0.0),
            buckets: buckets.into_values().collect(),
        }
    }

    fn aggregate(&self, engine: Engine) -> Aggregate {
        let whole = |value: Option<f64>| value.map(|value| value.round() as u64);
        let (requests, failed) = self.requests(engine);
        let output_tokens = self.counter("generation_tokens_total");
        let prompt_tokens = self.counter("prompt_tokens_total");
        let mut aggregate = Aggregate {
            requests: whole(requests),
            failed: whole(failed),
            output_tokens: whole(output_tokens),
            input_tokens: whole(prompt_tokens),
            ..Aggregate::default()
        };
        let ttft = self.histogram("time_to_first_token_seconds");
        let e2e = self.histogram("e2e_request_latency_seconds");
        let queue = self.histogram(match engine {
            Engine::Vllm => "request_queue_time_seconds",
            Engine::Sglang => "queue_time_seconds",
        });
        for (id, histogram) in [(MetricId::Ttft, &ttft), (MetricId::E2e, &e2e), (MetricId::Queue, &queue)] {
            aggregate.put(id, summary(histogram));
        }
        let newer = self.histogram("inter_token_latency_seconds");
        let gaps = if newer.count > 0.0 { newer } else { self.histogram("time_per_output_token_seconds") };
        // Its count is of gaps, not of requests.
        aggregate.put(MetricId::Itl, Summary { n: 0, ..summary(&gaps) });
        let prefill = self.histogram("request_prefill_time_seconds");
        aggregate.put(MetricId::PrefillSpeed, ratio(prompt_tokens, prefill.sum, prefill.n()));
        let decode_s = match engine {
            Engine::Vllm => self.histogram("request_decode_time_seconds").sum,
            Engine::Sglang => match (e2e.mean(), ttft.mean()) {
                (Some(e2e_s), Some(ttft_s)) => (e2e_s - ttft_s) * e2e.count,
                _ => 0.0,
            },
        };
        aggregate.put(MetricId::GenerationSpeed, ratio(output_tokens, decode_s, e2e.n()));
        aggregate
    }

    /// Requests that ended, and the failures among them where the engine tells them apart.
    fn requests(&self, engine: Engine) -> (Option<f64>, Option<f64>) {
        match engine {
            Engine::Sglang => (self.counter("num_requests_total"), None),
            Engine::Vllm => {
                let Some(series) = self.0.get("request_success_total") else { return (None, None) };
                let failed = series
                    .iter()
                    .filter(|(labels, _)| {
                        labels.get("finished_reason").is_some_and(|reason| matches!(reason.as_str(), "abort" | "error"))
                    })
                    .map(|(_, value)| value)
                    .sum();
                (Some(series.values().sum()), Some(failed))
            }
        }
    }
}

/// Mean from sum and count, percentiles from the buckets.
fn summary(histogram: &Histogram) -> Summary {
    Summary {
        n: histogram.n(),
        mean: histogram.mean(),
        quantiles: histogram.quantiles(),
        origin: Origin::Engine,
        ..Summary::default()
    }
}

/// Tokens over the time that all requests spent on them: a mean weighted by time.
fn ratio(tokens: Option<f64>, seconds: f64, n: u64) -> Summary {
    let mean = tokens.filter(|tokens| *tokens > 0.0 && seconds > 0.0).map(|tokens| tokens / seconds);
    Summary { n: if mean.is_some() { n } else { 0 }, mean, origin: Origin::Engine, ..Summary::default() }
}

fn went_down(page: &Page, metric: &str, before: (&str, f64), after: (&str, f64)) -> Error {
    let message = format!(
        "the counter `{}{metric}` went down from {} in {} to {}: the engine was started again in between",
        page.engine.prefix(),
        before.1,
        before.0,
        after.1
    );
    Error::at(Place::file(after.0), message)
        .hint("measure the level again with one engine, or take the two pages out of the run")
}
