//! Cells: all requests of one scenario, context and load.
//!
//! Records are folded into [`tally::Tally`]s as they stream and dropped; what their metrics are waits on a [`shelf`] until
//! the order statistics of their level can be picked ([`selection`]), or a second reading picks them. [`Cell`] is what comes out, and what a source that keeps only aggregates gives
//! directly: the rest of the program cannot tell them apart.

pub mod aggregate;
pub mod breaks;
mod failures;
pub mod fold;
mod group;
mod histogram;
pub mod lengths;
pub mod level;
pub mod metrics;
mod packed;
mod repeats;
pub mod selection;
pub mod shelf;
pub mod suite;
pub mod sum;
pub mod table;
pub mod tally;

use crate::context::Context;
use crate::metric::{Better, METRIC_COUNT, MetricId};
use crate::record::Load;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What distinguishes one cell from the next.
///
/// Ordered with the sweep first, then scenarios by name; within one, by context and then by load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellKey {
    /// [`crate::record::SWEEP`] or the id of a use case.
    pub scenario: String,
    /// Input tokens; none where neither the records nor their token counts say.
    pub context: Option<Context>,
    /// What the load generator held constant.
    pub load: Load,
}

impl CellKey {
    /// Whether this cell belongs to the context × load grid.
    pub fn is_sweep(&self) -> bool {
        self.scenario == crate::record::SWEEP
    }
}

impl PartialOrd for CellKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CellKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        fn order(key: &CellKey) -> (bool, &str, Option<&Context>, Load) {
            (!key.is_sweep(), &key.scenario, key.context.as_ref(), key.load)
        }
        order(self).cmp(&order(other))
    }
}

/// First submission to last end of one run's successes, picoseconds on the source's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Window {
    /// First submission.
    pub start_ps: i128,
    /// Last end; at or after `start_ps`.
    pub end_ps: i128,
}

impl Window {
    /// Its length in seconds.
    pub fn span_s(&self) -> f64 {
        (self.end_ps - self.start_ps) as f64 / 1e12
    }

    /// From the first start to the last end of both.
    pub fn union(self, other: Self) -> Self {
        Self { start_ps: self.start_ps.min(other.start_ps), end_ps: self.end_ps.max(other.end_ps) }
    }
}

/// Where a statistic comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize, Serialize, JsonSchema)]
pub enum Origin {
    /// Computed here from per-request records.
    #[default]
    #[serde(rename = "records")]
    Records,
    /// As a tool printed it.
    #[serde(rename = "tool")]
    Tool,
    /// A speed, as the inverse of a tool's time per output token: the mean of speeds is not the inverse of the mean.
    #[serde(rename = "mean TPOT")]
    MeanTpot,
    /// From a tool's means of E2E, TTFT and output tokens: requests weigh by their tokens.
    #[serde(rename = "means of E2E, TTFT and tokens")]
    Means,
    /// Engine metrics before and after: means from sums and counts, percentiles from histogram buckets.
    #[serde(rename = "engine metrics")]
    Engine,
}

impl Origin {
    /// Every origin there is.
    pub const ALL: [Self; 5] = [Self::Records, Self::Tool, Self::MeanTpot, Self::Means, Self::Engine];

    /// As `report.json` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Records => "records",
            Origin::Tool => "tool",
            Origin::MeanTpot => "mean TPOT",
            Origin::Means => "means of E2E, TTFT and tokens",
            Origin::Engine => "engine metrics",
        }
    }
}

/// A metric over the successes of one cell. Units are the metric's own. Unknown is `None`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Summary {
    /// Requests that have a value; 0 beside a known statistic where the source does not say how many.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation with n − 1; needs 2 values.
    pub sd: Option<f64>,
    /// Type 7 (linear between order statistics), as far as n can carry them.
    pub quantiles: Quantiles,
    /// Mean of each run, where the cell was run more than once and each run has a value; ordered by run.
    pub run_means: Vec<f64>,
    /// Who computed it.
    pub origin: Origin,
}

/// Percentiles of a metric; `None` where the sample cannot carry one.
///
/// p90 needs 64 values, p95 130 and p99 662; p10, p5 and p1 likewise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, Serialize)]
#[allow(missing_docs)]
pub struct Quantiles {
    pub p1: Option<f64>,
    pub p5: Option<f64>,
    pub p10: Option<f64>,
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

impl Quantiles {
    /// The same with each known value changed.
    pub fn map(self, change: impl Fn(f64) -> f64) -> Self {
        let Self { p1, p5, p10, p50, p90, p95, p99 } = self;
        let [p1, p5, p10, p50, p90, p95, p99] = [p1, p5, p10, p50, p90, p95, p99].map(|value| value.map(&change));
        Self { p1, p5, p10, p50, p90, p95, p99 }
    }
}

/// A statistic of a metric, as a threshold is judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// Arithmetic mean.
    #[default]
    Mean,
    /// Median.
    P50,
    /// 90th percentile of a latency; 10th of a speed.
    P90,
    /// 95th percentile of a latency; 5th of a speed.
    P95,
    /// 99th percentile of a latency; 1st of a speed.
    P99,
}

impl Statistic {
    /// The percentiles of a metric by name: for speeds the slow tail is p10, p5 and p1.
    pub fn percentiles(better: Better) -> [(&'static str, Statistic); 4] {
        let [p90, p95, p99] = match better {
            Better::Lower => ["p90", "p95", "p99"],
            Better::Higher => ["p10", "p5", "p1"],
        };
        [("p50", Statistic::P50), (p90, Statistic::P90), (p95, Statistic::P95), (p99, Statistic::P99)]
    }

    /// What it is called; for a speed, the percentile of its slow tail.
    pub fn name(self, better: Better) -> &'static str {
        match (self, better) {
            (Statistic::Mean, _) => "mean",
            (Statistic::P50, _) => "median",
            (Statistic::P90, Better::Lower) => "p90",
            (Statistic::P95, Better::Lower) => "p95",
            (Statistic::P99, Better::Lower) => "p99",
            (Statistic::P90, Better::Higher) => "p10",
            (Statistic::P95, Better::Higher) => "p5",
            (Statistic::P99, Better::Higher) => "p1",
        }
    }
}

impl Summary {
    /// Requests that have a value; none where a tool printed a statistic without saying of how many.
    pub fn counted(&self) -> Option<u64> {
        (self.n > 0 || !self.is_measured()).then_some(self.n)
    }

    /// Whether anything is known of the metric.
    pub fn is_measured(&self) -> bool {
        self.n > 0 || self.mean.is_some() || self.quantiles != Quantiles::default()
    }

    /// The statistic, with percentiles mirrored to the slow tail where more is better.
    pub fn statistic(&self, statistic: Statistic, better: Better) -> Option<f64> {
        let q = &self.quantiles;
        match (statistic, better) {
            (Statistic::Mean, _) => self.mean,
            (Statistic::P50, _) => q.p50,
            (Statistic::P90, Better::Lower) => q.p90,
            (Statistic::P95, Better::Lower) => q.p95,
            (Statistic::P99, Better::Lower) => q.p99,
            (Statistic::P90, Better::Higher) => q.p10,
            (Statistic::P95, Better::Higher) => q.p5,
            (Statistic::P99, Better::Higher) => q.p1,
        }
    }
}

/// All requests of one scenario, context and load, summed up.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Which cell it is.
    pub key: CellKey,
    /// Requests sent, warm-up left out: successes and failures; none where the source does not say.
    pub requests: Option<u64>,
    /// Requests that failed, warm-up left out; none where the source does not say.
    pub failed: Option<u64>,
    /// Warm-up requests, counted in nothing else.
    pub warmup: u64,
    /// How often each reason for a failure was given; requests without a reason are under `""`.
    pub failures: BTreeMap<String, u64>,
    /// One per run that has submission times on every success; ordered by run.
    pub windows: Vec<Window>,
    /// How many runs the cell has; at least 1.
    pub runs: u64,
    /// Sum of the runs' spans in seconds; none where a success lacks its submission time.
    pub span_s: Option<f64>,
    /// Output tokens of the successes.
    pub output_tokens: Option<u64>,
    /// Output tokens per second: output tokens of the successes over `span_s`.
    pub throughput_tok_s: Option<f64>,
    /// Requests per second that were completed, over `span_s`.
    pub achieved_rate: Option<f64>,
    /// Output tokens that each request asked for, where a file, its name or the configuration of the file says so.
    pub asked_output_tokens: Option<u64>,
    /// Mean output tokens of the successes.
    pub mean_output_tokens: Option<f64>,
    /// Mean input tokens of the successes.
    pub mean_input_tokens: Option<f64>,
    /// Output tokens per streamed chunk, over the successes that count their chunks; from a tool's own figures, mean gap
    /// between chunks over mean TPOT.
    pub tokens_per_chunk: Option<f64>,
    /// One summary per entry of [`crate::metric::METRICS`].
    pub metrics: [Summary; METRIC_COUNT],
}

impl Cell {
    /// A cell of which nothing is known yet.
    pub fn unknown(key: CellKey) -> Self {
        Self {
            key,
            requests: None,
            failed: None,
            warmup: 0,
            failures: BTreeMap::new(),
            windows: Vec::new(),
            runs: 1,
            span_s: None,
            output_tokens: None,
            throughput_tok_s: None,
            achieved_rate: None,
            asked_output_tokens: None,
            mean_output_tokens: None,
            mean_input_tokens: None,
            tokens_per_chunk: None,
            metrics: Default::default(),
        }
    }

    /// The summary of one metric.
    pub fn metric(&self, id: MetricId) -> &Summary {
        &self.metrics[id as usize]
    }

    /// Whether it stands for a level of the context × load grid; a cell of warm-up requests alone tests nothing.
    pub fn is_swept(&self) -> bool {
        self.key.is_sweep() && !self.is_warm_up_alone()
    }

    /// Whether all its requests were warm-up.
    pub fn is_warm_up_alone(&self) -> bool {
        self.requests == Some(0)
    }

    /// Requests that succeeded; none where the source does not say. One that does not count its failures still says over how
    /// many successes it computed.
    pub fn successes(&self) -> Option<u64> {
        match self.requests.zip(self.failed) {
            Some((requests, failed)) => Some(requests - failed),
            None => Some(self.metric(MetricId::E2e).n).filter(|n| *n > 0),
        }
    }
}
