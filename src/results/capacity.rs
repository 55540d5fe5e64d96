//! Capacity limits.

use super::{Level, LoadKind, LoadLevel};
use crate::analysis::capacity::{Condition, Kind};
use crate::cell::Statistic;
use crate::config::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a use case can carry.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Capacity {
    /// Id of the use case.
    pub use_case: String,
    /// As the report calls it.
    pub name: String,
    /// Its context in tokens.
    pub context_tokens: u64,
    /// The same as a reader is told.
    pub context_label: String,
    /// Output tokens of a request.
    pub output_tokens: Option<u64>,
    /// What it asks for.
    pub thresholds: Thresholds,
    /// Which level is called the limit.
    pub rule: Rule,
    /// Which statistic was held against the thresholds.
    pub statistic: Statistic,
    /// What its levels are; null where none was tested.
    pub load: Option<LoadKind>,
    /// The limit.
    pub limit: Limit,
    /// The largest level within every threshold; null where there is none.
    pub within: Option<Within>,
    /// The condition that set the limit; null where it is open or not judged.
    pub binding: Option<Condition>,
    /// Largest passing and smallest failing level: `[N, null]` where open, `[null, N]` where unmet.
    pub bracket: [Option<Level>; 2],
    /// Where the straight line between the two crosses the threshold.
    pub crossing: Option<f64>,
    /// 95 % interval of the crossing.
    pub crossing_interval: Option<(f64, f64)>,
    /// Smallest level, limit and largest level, each once.
    pub columns: Vec<Column>,
    /// The levels that were judged, ascending.
    pub levels: Vec<TestedLevel>,
    /// Levels that could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// Levels that pass although a smaller one fails.
    pub passing_above: Vec<Level>,
}

/// Thresholds of a use case; null where it has none.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Thresholds {
    /// TTFT must not exceed it, seconds.
    pub max_ttft_s: Option<f64>,
    /// E2E must not exceed it, seconds.
    pub max_e2e_s: Option<f64>,
    /// Generation speed must not fall below it, tok/s per user.
    pub min_speed_tok_s: Option<f64>,
}

/// The limit of a use case.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Limit {
    /// As printed: `6`, `~39`, `10+`, `<1`, `not judged`.
    pub text: String,
    /// The level; both keys null where unmet or not judged. For an open limit the largest level.
    #[serde(flatten)]
    pub level: LoadLevel,
    /// How it came about.
    pub kind: Kind,
}

/// The largest level within every threshold.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Within {
    /// As printed: `6` or `~38`.
    pub text: String,
    /// The level.
    #[serde(flatten)]
    pub level: LoadLevel,
    /// Whether it was read off a line rather than tested.
    pub estimated: bool,
    /// The condition that keeps it from being larger; null where every level passes.
    pub binding: Option<Condition>,
}

/// A column of a use case's table: the chosen statistic of each metric.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Column {
    /// The level.
    #[serde(flatten)]
    pub level: LoadLevel,
    /// Whether its values are read off straight lines between tested levels.
    pub estimated: bool,
    /// TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// E2E, seconds.
    pub e2e_s: Option<f64>,
    /// Generation speed per user.
    pub generation_speed_tok_s: Option<f64>,
    /// Thresholds that the values miss.
    pub exceeded: Vec<Condition>,
}

/// A level that was judged: the chosen statistic of each metric.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct TestedLevel {
    /// The level.
    #[serde(flatten)]
    pub level: LoadLevel,
    /// Scenario of the cell it was read from.
    pub scenario: String,
    /// Requests; null where the source does not say.
    pub requests: Option<u64>,
    /// Failures among them; null where the source does not say.
    pub failed: Option<u64>,
    /// TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// E2E, seconds.
    pub e2e_s: Option<f64>,
    /// Generation speed per user.
    pub generation_speed_tok_s: Option<f64>,
    /// Conditions that fail here.
    pub exceeded: Vec<Condition>,
}

/// A level that could not be judged.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Unjudged {
    /// The level.
    #[serde(flatten)]
    pub level: LoadLevel,
    /// The condition whose statistic is unknown.
    pub unknown: Condition,
}
