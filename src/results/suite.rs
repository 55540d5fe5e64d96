//! A prompt suite in `report.json`: its cases and what they add up to.

use crate::analysis::suite::{Outcome, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The figures of a prompt suite. Times in seconds, speeds in tok/s.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Suite {
    /// In the order in which they were run or, where not all have times, by name.
    pub cases: Vec<SuiteCase>,
    /// Cases of which every run succeeded.
    pub succeeded: u64,
    /// Cases of which every run failed.
    pub failed: u64,
    /// Runs of all cases, warm-up left out.
    pub runs: u64,
    /// Runs that failed.
    pub failed_runs: u64,
    /// Warm-up requests beside them.
    pub warmup: u64,
    /// Over the cases that have a speed.
    pub speed_tok_s: SuiteSpeeds,
    /// Sum of the cases' times.
    pub total_time_s: Option<f64>,
    /// Sum of the cases' output tokens; means over their runs, so it need not be whole.
    pub total_output_tokens: Option<f64>,
    /// That sum over the sum of the times.
    pub overall_speed_tok_s: Option<f64>,
    /// Of the average speed: `poor`, `average`, `good`, `excellent`.
    pub rating: Option<String>,
}

/// The speeds of all cases that have one.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SuiteSpeeds {
    /// How many cases have one.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// The middle one, or the mean of the two in the middle.
    pub median: Option<f64>,
    /// That of the fastest case.
    pub max: Option<f64>,
    /// Its name.
    pub max_case: Option<String>,
    /// That of the slowest case.
    pub min: Option<f64>,
    /// Its name.
    pub min_case: Option<String>,
    /// Mean of those that do not lie far off the rest; null where none does.
    pub mean_without_outliers: Option<f64>,
}

/// A case. Its figures are means over its runs that succeeded.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SuiteCase {
    /// As the records call it.
    pub case: String,
    /// How it went.
    pub outcome: Outcome,
    /// How often it was run, warm-up left out.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How often each reason for a failure was given; runs without a reason are under `""`.
    pub failures: BTreeMap<String, u64>,
    /// Submission to the end of the response.
    pub e2e_s: Option<f64>,
    /// Tokens of the prompt.
    pub input_tokens: Option<f64>,
    /// Tokens of the response.
    pub output_tokens: Option<f64>,
    /// Output tokens / E2E.
    pub speed_tok_s: Option<f64>,
    /// Submission to the first token.
    pub ttft_s: Option<f64>,
    /// The same as the log estimated it.
    pub ttft_est_s: Option<f64>,
    /// `slow` or `fast` where its speed lies far off the rest, else null.
    pub outlier: Option<Side>,
    /// What was answered; null where the log does not hold it.
    pub response: Option<Response>,
}

/// The beginning of a response.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Response {
    /// As it was received: untrusted text.
    pub preview: String,
    /// Whether the response goes on behind the preview.
    pub cut: bool,
}
