//! Cells: what was counted, and the same keys for every metric whether it was measured or not.

use super::LoadLevel;
use crate::analysis::PrefillSource;
use crate::cell::{Origin, Quantiles, Statistic, Summary};
use crate::metric::{Better, Metric, MetricId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// All requests of one scenario, context and load.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Cell {
    /// `sweep`, or the id of a use case.
    pub scenario: String,
    /// Input tokens that the requests were built to have, or the mean of mixed lengths.
    pub context_tokens: Option<u64>,
    /// The same as a reader is told: `32K`. Two contexts are the same where their labels are.
    pub context_label: Option<String>,
    /// The load.
    #[serde(flatten)]
    pub load: LoadLevel,
    /// Requests sent, warm-up left out; null where the source does not say.
    pub requests: Option<u64>,
    /// Requests that failed, warm-up left out; null where the source does not say.
    pub failed: Option<u64>,
    /// Warm-up requests, counted in nothing else.
    pub warmup: u64,
    /// How often each reason for a failure was given; requests without a reason are under the empty text.
    pub failures: BTreeMap<String, u64>,
    /// How often the cell was run.
    pub runs: u64,
    /// System throughput: output tokens of the successes over `span_s`.
    pub throughput_tok_s: Option<f64>,
    /// Throughput over that of the smallest concurrency, per request in flight; 1 is perfect scaling.
    pub scaling_efficiency: Option<f64>,
    /// Requests completed per second.
    pub achieved_rate_req_s: Option<f64>,
    /// First submission to last end of the successes, summed over the runs.
    pub span_s: Option<f64>,
    /// Output tokens of the successes.
    pub output_tokens: Option<u64>,
    /// Output tokens that each request asked for.
    pub asked_output_tokens: Option<u64>,
    /// Mean output tokens of the successes.
    pub mean_output_tokens: Option<f64>,
    /// Mean input tokens of the successes.
    pub mean_input_tokens: Option<f64>,
    /// Output tokens per streamed chunk; above 1.2, ITL is no time per token.
    pub tokens_per_chunk: Option<f64>,
    /// Mean draw of all GPUs, watts.
    pub power_w: Option<f64>,
    /// Cost of that draw, per hour.
    pub power_cost_per_hour: Option<f64>,
    /// Joules per output token.
    pub energy_per_token_j: Option<f64>,
    /// Cost of a million output tokens.
    pub cost_per_million_tokens: Option<f64>,
    /// The statistics of each metric.
    #[serde(flatten)]
    pub metrics: Metrics,
}

impl Cell {
    /// Successes / requests; none where one of them is unknown, or without a request.
    pub fn success_rate(&self) -> Option<f64> {
        let (requests, failed) = self.requests.zip(self.failed)?;
        (requests > 0).then(|| requests.saturating_sub(failed) as f64 / requests as f64)
    }
}

/// The statistics of each metric, under the metric's key.
///
/// Prefill speed stands once, from whichever source the run uses.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Metrics {
    summaries: BTreeMap<MetricId, Summary>,
    /// What prefill speed is computed from; none where it is not known.
    pub prefill_source: Option<PrefillSource>,
}

impl Metrics {
    /// The metrics that data files hold, in their order.
    pub fn all() -> impl Iterator<Item = &'static Metric> {
        crate::cell::table::metrics()
    }

    /// The summaries of a cell.
    pub fn new(
        summaries: impl IntoIterator<Item = (MetricId, Summary)>,
        prefill_source: Option<PrefillSource>,
    ) -> Self {
        Self { summaries: summaries.into_iter().collect(), prefill_source }
    }

    /// The summary of a metric; none where the file has no such metric. Only the percentiles of its slow tail are known.
    pub fn get(&self, id: MetricId) -> Option<&Summary> {
        self.summaries.get(&id)
    }
}

/// The statistics of a metric as they are written. The outer option says whether there is such a key.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Block {
    mean: Option<f64>,
    p50: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p90: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p95: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p10: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p5: Option<Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p1: Option<Option<f64>>,
    sd: Option<f64>,
    n: Option<u64>,
    origin: Option<Origin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Option<PrefillSource>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    run_means: Vec<f64>,
}

impl Block {
    fn of(metric: &Metric, summary: &Summary, source: Option<PrefillSource>) -> Self {
        let q = summary.quantiles;
        let is_prefill = metric.id == MetricId::PrefillSpeed;
        let (lower, higher) = (metric.better == Better::Lower, metric.better == Better::Higher);
        Self {
            mean: summary.mean,
            p50: q.p50,
            p90: lower.then_some(q.p90),
            p95: lower.then_some(q.p95),
            p99: lower.then_some(q.p99),
            p10: higher.then_some(q.p10),
            p5: higher.then_some(q.p5),
            p1: higher.then_some(q.p1),
            sd: summary.sd,
            // Without a source nobody knows whether there are none.
            n: summary.counted().filter(|_| !is_prefill || source.is_some()),
            origin: summary.is_measured().then_some(summary.origin),
            source: is_prefill.then_some(source),
            run_means: summary.run_means.clone(),
        }
    }

    fn summary(self) -> Summary {
        let Self { mean, p50, p90, p95, p99, p10, p5, p1, sd, n, origin, source: _, run_means } = self;
        let [p90, p95, p99, p10, p5, p1] = [p90, p95, p99, p10, p5, p1].map(Option::flatten);
        Summary {
            n: n.unwrap_or(0),
            mean,
            sd,
            quantiles: Quantiles { p1, p5, p10, p50, p90, p95, p99 },
            run_means,
            origin: origin.unwrap_or_default(),
        }
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, summary) in &self.summaries {
            let metric = id.metric();
            map.serialize_entry(metric.key, &Block::of(metric, summary, self.prefill_source))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Metrics;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the statistics of each metric")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metrics, A::Error> {
                let mut metrics = Metrics::default();
                while let Some(key) = map.next_key::<String>()? {
                    let Some(metric) = Metrics::all().find(|metric| metric.key == key) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let block: Block = map.next_value()?;
                    metrics.prefill_source = block.source.flatten().or(metrics.prefill_source);
                    metrics.summaries.insert(metric.id, block.summary());
                }
                Ok(metrics)
            }
        }
        deserializer.deserialize_map(Table)
    }
}

impl JsonSchema for Metrics {
    fn schema_name() -> Cow<'static, str> {
        "Metrics".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = serde_json::Map::new();
        let mut required = Vec::new();
        for metric in Metrics::all() {
            let mut block = match (metric.id, metric.better) {
                (MetricId::PrefillSpeed, _) => generator.subschema_for::<PrefillStatistics>(),
                (_, Better::Lower) => generator.subschema_for::<LatencyStatistics>(),
                (_, Better::Higher) => generator.subschema_for::<SpeedStatistics>(),
            };
            block.insert("description".to_owned(), format!("{}: {}.", metric.title, metric.definition).into());
            properties.insert(metric.key.to_owned(), block.to_value());
            required.push(metric.key);
        }
        json_schema!({ "type": "object", "properties": properties, "required": required })
    }
}

/// Generates the schema of a metric's block: by which way the metric gets better, and whether it names its source.
macro_rules! statistics {
    ($name:ident, $better:expr, $sourced:expr) => {
        struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                statistics_schema($better, $sourced, generator)
            }
        }
    };
}

statistics!(LatencyStatistics, Better::Lower, false);
statistics!(SpeedStatistics, Better::Higher, false);
statistics!(PrefillStatistics, Better::Higher, true);

fn statistics_schema(better: Better, sourced: bool, generator: &mut SchemaGenerator) -> Schema {
    let number = |text: &str| serde_json::json!({ "description": text, "type": ["number", "null"] });
    let mut properties = serde_json::Map::new();
    let mut add = |key: &str, schema: serde_json::Value| {
        properties.insert(key.to_owned(), schema);
    };
    add("mean", number("Arithmetic mean over the requests."));
    for (name, _) in Statistic::percentiles(better) {
        add(name, number("Percentile (type 7); null where n cannot carry it."));
    }
    add("sd", number("Standard deviation with n − 1."));
    let n = "Requests that have a value; null where a tool does not say.";
    add("n", serde_json::json!({ "description": n, "type": ["integer", "null"], "minimum": 0 }));
    add("origin", generator.subschema_for::<Option<Origin>>().to_value());
    if sourced {
        add("source", generator.subschema_for::<Option<PrefillSource>>().to_value());
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    let runs = "Mean of each run, where the cell was run more than once.";
    properties.insert(
        "run_means".to_owned(),
        serde_json::json!({ "description": runs, "type": "array", "items": { "type": "number" } }),
    );
    json_schema!({ "type": "object", "properties": properties, "required": required })
}
