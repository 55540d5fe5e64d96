//! What a report says of its requests: counts, latencies and rates, each with its unit.

use super::TOOL;
use super::scenario::Facts;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Error, Place, Result};
use crate::format::counted;
use crate::ingest::inference_perf::put_times_per_token;
use crate::ingest::loose::Number;
use crate::ingest::part::Part;
use crate::ingest::statistics::Statistics;
use crate::metric::MetricId;
use serde::Deserialize;

/// Counts and latencies, which both schemas write alike, and rates, which they do not.
#[derive(Deserialize)]
pub struct Performance<R> {
    #[serde(default)]
    requests: Requests,
    #[serde(default)]
    latency: Latency,
    throughput: Option<R>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Requests {
    total: Number,
    failures: Number,
    /// Cut off by the end of the test: neither a success nor a failure.
    incomplete: Number,
    input_length: Option<Statistics>,
    output_length: Option<Statistics>,
}

#[derive(Default, Deserialize)]
struct Latency {
    request_latency: Option<Statistics>,
    time_to_first_token: Option<Statistics>,
    time_per_output_token: Option<Statistics>,
    inter_token_latency: Option<Statistics>,
}

/// Requests and output tokens per second.
pub trait Rates {
    /// Completed requests per second.
    fn requests(&self) -> Option<f64>;
    /// Output tokens per second.
    fn output_tokens(&self) -> Option<f64>;
}

/// Schema 0.1: plain numbers with the unit in their names.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Rates01 {
    output_tokens_per_sec: Number,
    requests_per_sec: Number,
}

/// Schema 0.2: statistics, always in tokens/s and queries/s.
#[derive(Deserialize)]
pub struct Rates02 {
    output_token_rate: Option<Statistics>,
    request_rate: Option<Statistics>,
}

impl Rates for Rates01 {
    fn requests(&self) -> Option<f64> {
        self.requests_per_sec.value()
    }
    fn output_tokens(&self) -> Option<f64> {
        self.output_tokens_per_sec.value()
    }
}

impl Rates for Rates02 {
    fn requests(&self) -> Option<f64> {
        self.request_rate.as_ref()?.mean.value()
    }
    fn output_tokens(&self) -> Option<f64> {
        self.output_token_rate.as_ref()?.mean.value()
    }
}

/// A run as it was read, and what its reader must be told.
pub struct Run {
    /// The run.
    pub part: Part,
    /// In sentences.
    pub doubts: Vec<String>,
}

/// Faster than any one user is served: a time per output token below it (5000 tokens per second) has another unit than it says.
const SHORTEST_TPOT_S: f64 = 2e-4;

impl<R: Rates> Performance<R> {
    /// The run that it describes. `place` is where it stands in its file.
    ///
    /// Errors: no count of requests, or no latency of them; a unit that is no time; a first token after the end.
    pub fn run(&self, duration_s: Option<f64>, facts: Facts, place: &Place) -> Result<Run> {
        let at = |key: &str| {
            let path = place.path.as_deref().map_or(String::new(), |path| format!("{path}."));
            place.clone().path(format!("{path}{key}"))
        };
        let requests = &self.requests;
        let total = requests.total.whole().ok_or_else(|| TOOL.missing(at("requests"), "total"))?;
        let incomplete = requests.incomplete.whole().unwrap_or(0);
        let failed = requests.failures.whole().unwrap_or(0);
        let successes = total.saturating_sub(incomplete + failed);
        let mean = |tokens: &Option<Statistics>| tokens.as_ref()?.mean.value();
        let sd = |tokens: &Option<Statistics>| tokens.as_ref()?.stddev.value();
        let rates = self.throughput.as_ref();
        let mut aggregate = Aggregate {
            requests: Some(total - incomplete.min(total)),
            failed: Some(failed),
            duration_s,
            mean_input_tokens: mean(&requests.input_length),
            input_tokens_sd: sd(&requests.input_length),
            mean_output_tokens: mean(&requests.output_length),
            output_tokens: requests.output_length.as_ref().and_then(|tokens| tokens.sum(successes)),
            throughput_tok_s: rates.and_then(Rates::output_tokens),
            achieved_rate: rates.and_then(Rates::requests),
            ..Aggregate::default()
        };
        let mut doubts = facts.doubts;
        if incomplete > 0 {
            let cut = counted(incomplete, "request was", "requests were");
            doubts.push(format!("{cut} cut off by the end of the test, neither a success nor a failure, and left out"));
        }
        if successes > 0 {
            if self.latency.request_latency.is_none() {
                return Err(TOOL.missing(at("latency"), "request_latency"));
            }
            doubts.extend(self.latency.put(&mut aggregate, successes, &facts.generator, &at("latency"))?);
        }
        let part = Part { level: facts.level, setup: facts.setup, aggregate: Some(aggregate), ..Part::default() };
        Ok(Run { part, doubts })
    }
}

impl Latency {
    /// Keeps the latencies under their definitions, and says what is doubtful about them.
    fn put(&self, aggregate: &mut Aggregate, n: u64, generator: &str, place: &Place) -> Result<Vec<String>> {
        let in_seconds = |key: &str, statistics: &Option<Statistics>| {
            statistics.as_ref().map(|statistics| seconds(statistics, n, place, key)).transpose()
        };
        let e2e = in_seconds("request_latency", &self.request_latency)?;
        let ttft = in_seconds("time_to_first_token", &self.time_to_first_token)?;
        let tpot = in_seconds("time_per_output_token", &self.time_per_output_token)?;
        let gaps = in_seconds("inter_token_latency", &self.inter_token_latency)?;
        ordered(ttft, e2e, place)?;
        for (id, printed) in [(MetricId::E2e, e2e), (MetricId::Ttft, ttft)] {
            printed.into_iter().for_each(|printed| aggregate.set(id, printed));
        }
        let mut doubts = Vec::new();
        // What GuideLLM calls the time between tokens is the time per output token after the first, and the other has the
        // first in it.
        let (tpot, gaps) = if generator == "guidellm" { (gaps, None) } else { (tpot, gaps) };
        doubts.extend(tpot.and_then(|tpot| put_times_per_token(aggregate, tpot, gaps)));
        if let Some(shortest) = tpot.and_then(|tpot| tpot.mean).filter(|mean| *mean < SHORTEST_TPOT_S) {
            doubts.push(format!(
                "a mean time per output token of {:.3} ms would be {:.0} tokens per second for one user, and no engine is that \
                 fast: the file's `units` seem to be wrong, and the report is as wrong as they are",
                shortest * 1000.0,
                1.0 / shortest
            ));
        }
        Ok(doubts)
    }
}

/// A metric in seconds. Errors: a unit that is missing or no time.
fn seconds(statistics: &Statistics, n: u64, place: &Place, key: &str) -> Result<Printed> {
    let path = format!("{}.{key}", place.path.as_deref().unwrap_or_default());
    let place = || place.clone().path(path.clone());
    let units = statistics.units.get().ok_or_else(|| TOOL.missing(place(), "units"))?;
    let per_second = match units {
        "s" | "s/token" => 1.0,
        "ms" | "ms/token" => 1000.0,
        other => {
            let message = format!("expected `units` of `s`, `ms`, `s/token` or `ms/token`, found `{other}`");
            return Err(TOOL.error(place(), message));
        }
    };
    Ok(statistics.printed(n).over(per_second))
}

/// Errors: the mean first token comes after the mean end, over the same requests.
fn ordered(ttft: Option<Printed>, e2e: Option<Printed>, place: &Place) -> Result<()> {
    let mean = |printed: Option<Printed>| printed?.mean;
    match mean(ttft).zip(mean(e2e)) {
        Some((ttft, e2e)) if ttft > e2e * (1.0 + 1e-6) => {
            let shown = crate::format::shortest;
            let message =
                format!("expected a mean TTFT of at most the mean E2E of {} s, found {} s", shown(e2e), shown(ttft));
            Err(Error::at(
                place.clone().path(format!("{}.time_to_first_token", place.path.as_deref().unwrap_or_default())),
                message,
            )
            .hint("the first token cannot come after the response's end: check the `units` of both"))
        }
        _ => Ok(()),
    }
}
