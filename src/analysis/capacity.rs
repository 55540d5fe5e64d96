//! Capacity limits: the largest load at which a use case's thresholds hold.

use super::use_cases::UseCase;
use crate::cell::Statistic;
use crate::record::Load;
use serde::Serialize;

/// A threshold of a use case, or the share of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Failures above `max_failure_rate`, and at least 2.
    Success,
    /// TTFT above its maximum.
    Ttft,
    /// E2E above its maximum.
    E2e,
    /// Generation speed below its minimum.
    GenerationSpeed,
}

/// How a limit came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A level that was tested.
    Tested,
    /// Read off the line between two tested levels.
    Estimated,
    /// Every tested level passes: the limit lies at or above the largest.
    Open,
    /// The smallest tested level already fails.
    Unmet,
    /// No level could be judged.
    NotJudged,
}

/// What a use case can carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// The workload and its thresholds.
    pub use_case: UseCase,
    /// Statistic that was held against the thresholds (the median where a source has no mean).
    pub statistic: Statistic,
    /// The levels that were judged, ascending by load.
    pub levels: Vec<Level>,
    /// Levels that could not be judged, with the condition whose statistic is unknown.
    pub unjudged: Vec<(Load, Condition)>,
    /// The verdict under the configured rule.
    pub limit: Limit,
    /// The largest level that stays within every threshold; none where there is none.
    pub within: Option<Bound>,
    /// The condition that set the limit; none where it is open or not judged.
    pub binding: Option<Condition>,
    /// Largest passing and smallest failing level of the binding condition: [N, –] where open, [–, N] where unmet.
    pub bracket: (Option<f64>, Option<f64>),
    /// Where the straight line crosses the threshold of the binding condition.
    pub crossing: Option<f64>,
    /// 95 % interval of the crossing, clamped to the bracket.
    pub crossing_interval: Option<(f64, f64)>,
    /// Smallest level, limit, largest level, each once, ascending.
    pub columns: Vec<Column>,
    /// Levels that pass although a smaller one fails, ascending.
    pub passing_above: Vec<Load>,
}

/// One level of a use case: a cell, as its conditions see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its load.
    pub load: Load,
    /// Scenario of the cell it was read from.
    pub scenario: String,
    /// The chosen statistic of TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// The chosen statistic of E2E, seconds.
    pub e2e_s: Option<f64>,
    /// The chosen statistic of generation speed, tok/s.
    pub generation_speed_tok_s: Option<f64>,
    /// Requests and failures.
    pub requests: u64,
    /// Failures among them.
    pub failed: u64,
    /// Conditions that fail here.
    pub exceeded: Vec<Condition>,
}

/// The limit of a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// How it came about.
    pub kind: Kind,
    /// The number; none where unmet or not judged. For an open limit the largest level.
    pub level: Option<f64>,
    /// As printed: `6`, `~39`, `10+`, `<1`, `not judged`.
    pub text: String,
}

/// The largest level within every threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The number.
    pub level: f64,
    /// Whether it was read off a line rather than tested.
    pub estimated: bool,
    /// As printed: `6` or `~38`.
    pub text: String,
    /// The condition that keeps it from being larger; none where every level passes.
    pub binding: Option<Condition>,
}

/// A column of a use case's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The level.
    pub level: f64,
    /// Whether its values are read off straight lines between tested levels.
    pub estimated: bool,
    /// The chosen statistic of TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// The chosen statistic of E2E, seconds.
    pub e2e_s: Option<f64>,
    /// The chosen statistic of generation speed, tok/s.
    pub generation_speed_tok_s: Option<f64>,
    /// Thresholds that the values miss.
    pub exceeded: Vec<Condition>,
}
