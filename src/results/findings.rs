//! Findings: each value with the cell it was found in.

use super::{Level, LoadLevel};
use crate::analysis::PrefillSource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the report says of the sweep as a whole; null where it was not measured.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Findings {
    /// Highest system throughput.
    pub peak_throughput: Option<Throughput>,
    /// A higher throughput that a use case's own run reached.
    pub throughput_beyond_sweep: Option<Throughput>,
    /// System throughput at the sweep's largest load, one per context.
    pub throughput_at_largest_load: Vec<Speed>,
    /// The level that stands for a single request.
    pub single_load: Option<LoadLevel>,
    /// TTFT of a single request at the shortest and at the longest context.
    pub ttft_single: Option<Ends<Time>>,
    /// Generation speed of a single request likewise.
    pub speed_single: Option<Ends<Speed>>,
    /// Longest TTFT.
    pub ttft_highest: Option<Time>,
    /// How throughput grows with load.
    pub throughput_scaling: Option<Scaling>,
    /// Request rates from which on fewer requests are completed than sent, one per context.
    pub saturation: Vec<Saturated>,
    /// Requests and successes of every scenario.
    pub success: Success,
    /// Lowest generation speed.
    pub slowest_generation: Option<Speed>,
    /// What generation speed is computed from where that is not each request.
    pub generation_speed_basis: Option<String>,
    /// Longest wait in the queue.
    pub longest_queue: Option<Time>,
    /// Highest prefill speed of each load level.
    pub prefill_peaks: Vec<PrefillPeak>,
    /// ITL of a single request at the shortest context.
    pub itl_single_s: Option<f64>,
    /// The same with its cell.
    pub itl_single: Option<Time>,
    /// Highest ITL.
    pub itl_highest: Option<Time>,
    /// Whether ITL is a time between chunks that hold several tokens.
    pub itl_is_per_chunk: bool,
    /// Output tokens per streamed chunk.
    pub tokens_per_chunk: Option<f64>,
    /// Scaling efficiency at the sweep's largest concurrency, one per context.
    pub efficiency_at_largest_load: Vec<Share>,
    /// Highest draw.
    pub peak_power: Option<Power>,
    /// Joules per output token in the cell of the peak throughput.
    pub energy_per_token_at_peak_j: Option<f64>,
    /// Cost of a million output tokens there.
    pub cost_per_million_tokens_at_peak: Option<f64>,
}

/// The cell a value was found in.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct At {
    /// Its context in tokens.
    pub context_tokens: Option<u64>,
    /// The same as a reader is told.
    pub context_label: Option<String>,
    /// Its load.
    #[serde(flatten)]
    pub load: LoadLevel,
}

/// A speed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Speed {
    /// Tokens per second.
    pub tok_s: f64,
    /// Where it was found.
    #[serde(flatten)]
    pub at: At,
}

/// A time.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Time {
    /// Seconds.
    pub s: f64,
    /// Where it was found.
    #[serde(flatten)]
    pub at: At,
}

/// A share of 1.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Share {
    /// The share; 1 is all.
    pub share: f64,
    /// Where it was found.
    #[serde(flatten)]
    pub at: At,
}

/// A system throughput.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Throughput {
    /// Output tokens per second.
    pub tok_s: f64,
    /// Scenario of the cell.
    pub scenario: String,
    /// Where it was found.
    #[serde(flatten)]
    pub at: At,
    /// The same per hour.
    pub tokens_per_hour: f64,
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Power {
    /// Watts.
    pub w: f64,
    /// Where it was found.
    #[serde(flatten)]
    pub at: At,
    /// Its cost.
    pub cost_per_hour: Option<f64>,
}

/// A value at both ends of the contexts.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[schemars(rename = "{T}Ends")]
pub struct Ends<T> {
    /// At the shortest context that has it.
    pub shortest: T,
    /// At the longest context that has it.
    pub longest: T,
}

/// Throughput at the largest load over that at the smallest.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Scaling {
    /// How many times as much.
    pub ratio: f64,
    /// Smallest level.
    pub from: Level,
    /// Largest level.
    pub to: Level,
    /// The context in tokens.
    pub context_tokens: Option<u64>,
    /// The same as a reader is told.
    pub context_label: Option<String>,
}

/// A request rate past saturation.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Saturated {
    /// Requests sent per second.
    pub request_rate: f64,
    /// Requests completed per second.
    pub achieved_rate_req_s: f64,
    /// The largest rate tested that it keeps up with.
    pub keeps_up_request_rate: Option<f64>,
    /// The context in tokens.
    pub context_tokens: Option<u64>,
    /// The same as a reader is told.
    pub context_label: Option<String>,
}

/// Requests and successes of every scenario, warm-up left out.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Success {
    /// Successes / requests.
    pub rate: Option<f64>,
    /// Requests sent.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Warm-up requests beside them.
    pub warmup: u64,
}

/// Highest prefill speed over the contexts at one load level.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PrefillPeak {
    /// Input tokens per second.
    pub tok_s: f64,
    /// Where it peaks.
    #[serde(flatten)]
    pub at: At,
    /// What it is computed from.
    pub source: Option<PrefillSource>,
    /// At the longest context of the same level.
    pub longest: Speed,
}
