//! Workloads with thresholds: the built-in ones and those of `gristmill.toml`.

use crate::config::Config;
use crate::context::Context;
use crate::error::Result;

/// A workload with thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct UseCase {
    /// Stable id; the scenario of its own cells.
    pub id: String,
    /// As the report calls it.
    pub name: String,
    /// Input tokens.
    pub context: Context,
    /// Output tokens of a request; where none, all of the sweep's cells at its context are its levels.
    pub output_tokens: Option<u64>,
    /// TTFT must not exceed it, seconds.
    pub max_ttft_s: Option<f64>,
    /// Generation speed must not fall below it, tok/s per user.
    pub min_speed: Option<f64>,
    /// E2E must not exceed it, seconds.
    pub max_e2e_s: Option<f64>,
    /// What the workload is, where the configuration says.
    pub description: Option<String>,
}

/// The built-in use cases with those of the configuration in their place or after them.
///
/// Errors: a use case without id or threshold, an unreadable or missing context, a threshold that is not above 0.
pub fn use_cases(config: &Config) -> Result<Vec<UseCase>> {
    let _ = config;
    todo!("the use cases")
}
