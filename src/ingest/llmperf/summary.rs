//! `…_summary.json`: what LLMPerf computed over a run. Also several of them in one object, by concurrency, as people merge
//! a sweep.

use super::{TOOL, kin};
use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result};
use crate::ingest::document::json;
use crate::ingest::flat::Flat;
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;
use crate::record::Load;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A key that every summary has.
const TELLTALE: &str = "results_ttft_s_quantiles_p50";

/// The summary of a run, or of several.
pub struct LlmperfSummary;

impl Format for LlmperfSummary {
    fn name(&self) -> &'static str {
        "LLMPerf summary"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        let merged = || keys.first().is_some_and(|key| key.parse::<u64>().is_ok()) && head.text().contains(TELLTALE);
        !head.is_array() && (keys.contains(&TELLTALE) || merged())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let document: Map<String, Value> = json(stream, &TOOL)?;
        if document.values().any(Value::is_object) {
            for (key, summary) in document {
                put(summary, Place::file(name).path(key), None, sink)?;
            }
            return Ok(());
        }
        put(Value::Object(document), Place::file(name), Some(kin(name)), sink)
    }
}

/// Hands a summary on.
fn put(summary: Value, place: Place, kin: Option<String>, sink: &mut Sink) -> Result<()> {
    let summary = Flat::deserialize(summary)
        .map_err(|error| TOOL.error(place.clone(), format!("expected the summary of a run: {error}")))?;
    sink.version(summary.text("version"));
    sink.started_s(summary.number("timestamp"));
    sink.part(Part {
        aggregate: Some(aggregate(&summary, &place)?),
        place: place.path.unwrap_or_default(),
        kin,
        level: level(&summary),
        setup: Setup::default().with(Property::Model, summary.text("model")),
        ..Part::default()
    });
    Ok(())
}

/// The lengths are nominal ones where all requests were built alike.
fn level(summary: &Flat) -> LevelFacts {
    let built_alike =
        |stddev: &str, mean: &str| summary.number(stddev).filter(|sd| *sd == 0.0).and(summary.whole(mean));
    LevelFacts {
        load: summary.whole("num_concurrent_requests").filter(|n| *n > 0).map(Load::Concurrency),
        context: built_alike("stddev_input_tokens", "mean_input_tokens"),
        output_tokens: built_alike("stddev_output_tokens", "mean_output_tokens"),
        run: None,
    }
}

fn aggregate(summary: &Flat, place: &Place) -> Result<Aggregate> {
    let count = |key: &str| summary.whole(key).ok_or_else(|| TOOL.missing(place.clone(), key));
    let completed = count("results_num_completed_requests")?;
    let per_minute = summary.number("results_num_completed_requests_per_min").filter(|rate| *rate > 0.0);
    let sum =
        |metric: &str| Some((summary.number(&format!("results_{metric}_mean"))? * completed as f64).round() as u64);
    let mut aggregate = Aggregate {
        requests: Some(count("results_num_requests_started")?),
        failed: Some(count("results_number_errors")?),
        failures: failures(&summary.text("results_error_code_frequency").unwrap_or_default()),
        // The rate is over the whole run, and so gives its length.
        duration_s: per_minute.map(|rate| completed as f64 / rate * 60.0),
        achieved_rate: per_minute.map(|rate| rate / 60.0),
        input_tokens: sum("number_input_tokens"),
        output_tokens: sum("number_output_tokens"),
        input_tokens_sd: summary.number("results_number_input_tokens_stddev"),
        // Of the whole system over the whole run, although it is called a mean.
        throughput_tok_s: summary.number("results_mean_output_throughput_token_per_s"),
        ..Aggregate::default()
    };
    if completed > 0 {
        aggregate.set(MetricId::Ttft, printed(summary, "ttft_s", completed));
        aggregate.set(MetricId::E2e, printed(summary, "end_to_end_latency_s", completed));
        // `inter_token_latency_s` is E2E / tokens, which has the first token in it.
        aggregate.set_tpot_from_means();
    }
    Ok(aggregate)
}

fn printed(summary: &Flat, metric: &str, n: u64) -> Printed {
    let value = |statistic: &str| summary.number(&format!("results_{metric}_{statistic}"));
    let quantiles = Quantiles {
        p50: value("quantiles_p50"),
        p90: value("quantiles_p90"),
        p95: value("quantiles_p95"),
        p99: value("quantiles_p99"),
        ..Quantiles::default()
    };
    Printed { n, mean: value("mean"), sd: value("stddev"), quantiles }
}

/// How often each code occurred, from what Python prints of a dictionary: `{-100.0: 97}`.
fn failures(printed: &str) -> BTreeMap<String, u64> {
    let pairs = printed.trim_matches(['{', '}']).split(',').filter_map(|pair| pair.rsplit_once(':'));
    let counts = pairs.filter_map(|(code, count)| {
        let code = code.trim().trim_matches('\'');
        Some((format!("error {}", code.strip_suffix(".0").unwrap_or(code)), count.trim().parse().ok()?))
    });
    counts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_counted_as_python_prints_them() {
        let counted = |text: &str| failures(text).into_iter().collect::<Vec<_>>();
        assert_eq!(counted("{-100.0: 97}"), [("error -100".to_owned(), 97)]);
        assert_eq!(counted("{429.0: 3, -1: 2}"), [("error -1".to_owned(), 2), ("error 429".to_owned(), 3)]);
        assert_eq!(counted("{}"), []);
    }
}
