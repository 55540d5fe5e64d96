//! The summary that AIPerf and GenAI-Perf write as JSON: `profile_export_aiperf.json`, `profile_export_genai_perf.json`.

use super::figures::{Figures, Statistics};
use super::input_config::InputConfig;
use super::requests::Failure;
use super::{AIPERF, GENAI_PERF, kin};
use crate::cell::aggregate::Aggregate;
use crate::error::{Place, Result, Warning};
use crate::ingest::document::json;
use crate::ingest::format::{Format, Head};
use crate::ingest::loose::Text;
use crate::ingest::part::{Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What AIPerf or GenAI-Perf computed over a run, with its configuration.
pub struct AiperfSummary;

impl Format for AiperfSummary {
    fn name(&self) -> &'static str {
        "AIPerf or GenAI-Perf summary (JSON)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        const FIGURES: [&str; 4] = ["request_latency", "request_throughput", "request_count", "error_request_count"];
        let keys = head.keys();
        let names_itself = keys.contains(&"input_config") || keys.contains(&"aiperf_version");
        // The configuration stands behind the figures, beyond the head where there are many.
        let printed = || head.text().contains("\"unit\"") && head.text().contains("\"avg\"");
        !head.is_array() && FIGURES.iter().any(|figure| keys.contains(figure)) && (names_itself || printed())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let summary: Summary = json(stream, &AIPERF)?;
        sink.version(summary.aiperf_version.get());
        let config = InputConfig(summary.input_config);
        let figures = summary.figures;
        // GenAI-Perf prints no duration.
        let is_aiperf = figures.benchmark_duration.is_some() || config.is_aiperf();
        let tool = if is_aiperf { &AIPERF } else { &GENAI_PERF };
        if figures.lacks_latency() {
            return Err(tool.missing(Place::file(file), "request_latency"));
        }
        let mut aggregate = figures.aggregate().map_err(|bad| bad.told(tool, Place::file(file)))?;
        aggregate.warmup = summary.warmup_metrics.request_count.map_or(0, |count| count.avg.whole().unwrap_or(0));
        if is_aiperf {
            let failures = Failures::of(summary.error_summary.unwrap_or_default());
            sink.warn_cancelled(file, failures.cancelled);
            failures.count_in(&figures, &mut aggregate);
        }
        if summary.was_cancelled == Some(true) {
            sink.warn(Warning::at(Place::file(file), "the run was cancelled before its end"));
        }
        let gpu = gpu(&summary.telemetry_data);
        sink.part(Part {
            kin: Some(kin(file)),
            level: config.level(),
            setup: Setup::default().with(Property::Model, config.model()).with(Property::Gpu, gpu),
            aggregate: Some(aggregate),
            ..Part::default()
        });
        Ok(())
    }
}

#[derive(Debug, Deserialize)]
struct Summary {
    #[serde(flatten)]
    figures: Figures,
    #[serde(default)]
    input_config: Value,
    error_summary: Option<Vec<CountedFailure>>,
    #[serde(default)]
    warmup_metrics: Warmup,
    was_cancelled: Option<bool>,
    /// From 0.8 on.
    #[serde(default)]
    aiperf_version: Text,
    #[serde(default)]
    telemetry_data: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Warmup {
    request_count: Option<Statistics>,
}

#[derive(Debug, Deserialize)]
struct CountedFailure {
    error_details: Failure,
    count: u64,
}

/// What failed, and what AIPerf ended itself, which it counts among the failures.
#[derive(Debug, Default)]
struct Failures {
    reasons: BTreeMap<String, u64>,
    cancelled: u64,
}

impl Failures {
    fn of(list: Vec<CountedFailure>) -> Self {
        let mut failures = Self::default();
        for CountedFailure { error_details, count } in list {
            if error_details.is_cancellation() {
                failures.cancelled += count;
            } else {
                *failures.reasons.entry(error_details.reason()).or_default() += count;
            }
        }
        failures
    }

    /// A count that is missing or null is 0 here; successes are counted apart from failures.
    fn count_in(self, figures: &Figures, aggregate: &mut Aggregate) {
        let errors = figures.error_request_count.as_ref().and_then(|count| count.avg.whole()).unwrap_or(0);
        let failed = errors.saturating_sub(self.cancelled);
        aggregate.failed = Some(failed);
        // Without a success AIPerf prints no count of them.
        let successes = figures.successes().or((errors > 0).then_some(0));
        aggregate.requests = successes.map(|successes| successes + failed);
        aggregate.failures = self.reasons;
    }
}

/// The GPU, where every one that was watched is the same. How many the server used is not said: others of the host may
/// have been idle.
fn gpu(telemetry: &Value) -> Option<String> {
    let endpoints = telemetry.get("endpoints")?.as_object()?.values();
    let gpus = endpoints.filter_map(|endpoint| endpoint.get("gpus")?.as_object()).flat_map(|gpus| gpus.values());
    let names: BTreeSet<&str> = gpus.filter_map(|gpu| gpu.get("gpu_name")?.as_str()).collect();
    names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned())
}
