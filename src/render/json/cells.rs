//! Cells in JSON: what was counted, and the same keys for every metric whether it was measured or not.

use super::level::Keyed;
use crate::analysis::{Analysis, CellFigures, PrefillSource};
use crate::cell::Summary;
use crate::metric::{Better, Metric, MetricId};
use crate::render::summaries::{percentiles, summaries};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Cell<'d> {
    scenario: &'d str,
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
    #[serde(flatten)]
    load: Keyed,
    requests: Option<u64>,
    failed: Option<u64>,
    warmup: u64,
    failures: &'d BTreeMap<String, u64>,
    runs: u64,
    throughput_tok_s: Option<f64>,
    scaling_efficiency: Option<f64>,
    achieved_rate_req_s: Option<f64>,
    span_s: Option<f64>,
    output_tokens: Option<u64>,
    asked_output_tokens: Option<u64>,
    mean_output_tokens: Option<f64>,
    mean_input_tokens: Option<f64>,
    tokens_per_chunk: Option<f64>,
    power_w: Option<f64>,
    power_cost_per_hour: Option<f64>,
    energy_per_token_j: Option<f64>,
    cost_per_million_tokens: Option<f64>,
    #[serde(flatten)]
    metrics: Metrics<'d>,
}

impl<'d> Cell<'d> {
    pub fn new(analysis: &'d Analysis, figures: &'d CellFigures) -> Self {
        let cell = &figures.cell;
        let context = cell.key.context.as_ref();
        Self {
            scenario: &cell.key.scenario,
            context_tokens: context.map(|context| context.tokens),
            context_label: context.map(|context| context.label.as_str()),
            load: Keyed::of(cell.key.load),
            requests: cell.requests,
            failed: cell.failed,
            warmup: cell.warmup,
            failures: &cell.failures,
            runs: cell.runs,
            throughput_tok_s: cell.throughput_tok_s,
            scaling_efficiency: figures.scaling_efficiency,
            achieved_rate_req_s: cell.achieved_rate,
            span_s: cell.span_s,
            output_tokens: cell.output_tokens,
            asked_output_tokens: cell.asked_output_tokens,
            mean_output_tokens: cell.mean_output_tokens,
            mean_input_tokens: cell.mean_input_tokens,
            tokens_per_chunk: cell.tokens_per_chunk,
            power_w: figures.power_w,
            power_cost_per_hour: figures.power_cost_per_hour,
            energy_per_token_j: figures.energy_per_token_j,
            cost_per_million_tokens: figures.cost_per_million_tokens,
            metrics: Metrics(analysis, cell),
        }
    }
}

/// A block per metric, under the metric's key.
struct Metrics<'d>(&'d Analysis, &'d crate::cell::Cell);

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (metric, summary) in summaries(self.0, self.1) {
            let source = (metric.id == MetricId::PrefillSpeed).then_some(self.0.prefill_source);
            map.serialize_entry(metric.key, &Block { metric, summary, source })?;
        }
        map.end()
    }
}

/// The statistics of a metric. Prefill speed says where it comes from.
struct Block<'d> {
    metric: &'static Metric,
    summary: Option<&'d Summary>,
    source: Option<Option<PrefillSource>>,
}

impl Serialize for Block<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let better: Better = self.metric.better;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("mean", &self.summary.and_then(|summary| summary.mean))?;
        for (name, percentile) in percentiles(better) {
            map.serialize_entry(name, &self.summary.and_then(|summary| summary.statistic(percentile, better)))?;
        }
        map.serialize_entry("sd", &self.summary.and_then(|summary| summary.sd))?;
        map.serialize_entry("n", &self.summary.and_then(Summary::counted))?;
        let measured = self.summary.filter(|summary| summary.is_measured());
        map.serialize_entry("origin", &measured.map(|summary| summary.origin.name()))?;
        if let Some(source) = self.source {
            map.serialize_entry("source", &source)?;
        }
        map.end()
    }
}
