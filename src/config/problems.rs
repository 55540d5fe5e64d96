//! Values that a key cannot have although they have its type.

use super::UseCaseConfig;
use crate::context;
use crate::record::SWEEP;

/// What is wrong with the value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, within its table or with it: `max_ttft_s`, `power.pue`.
    pub key: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(key: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { key, message: message.into(), hint: hint.into() }
    }
}

impl UseCaseConfig {
    /// Values that cannot stand, in the order of the keys.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<_> = self.id_problem().into_iter().collect();
        if let Some(text) = self.context.as_deref().filter(|text| context::parse(text).is_none()) {
            let message = format!("expected a number of input tokens, found `{text}`");
            problems.push(Problem::new("context", message, "write it as `\"32K\"`, `\"1M\"` or `32768`"));
        }
        if self.output_tokens == Some(0) {
            let hint = "leave it out where every cell of the sweep at this context counts";
            problems.push(Problem::new("output_tokens", "expected at least 1, found 0", hint));
        }
        let thresholds =
            [("max_ttft_s", self.max_ttft_s), ("min_speed", self.min_speed), ("max_e2e_s", self.max_e2e_s)];
        for (key, value) in thresholds {
            let bad = value.filter(|value| !(value.is_finite() && *value > 0.0));
            problems.extend(bad.map(|value| {
                let message = format!("expected a threshold above 0, found {value}");
                Problem::new(key, message, "leave the key out where there is no such threshold")
            }));
        }
        problems
    }

    /// The id names files and places in the report, so that it has to be plain.
    fn id_problem(&self) -> Option<Problem> {
        let hint = "use the scenario of its records, for example `id = \"general-chatbot\"`";
        if self.id.is_empty() {
            return Some(Problem::new("id", "a use case needs an id", hint));
        }
        if self.id == SWEEP {
            let message = format!("`{SWEEP}` is the scenario of the context × concurrency grid, not of a use case");
            return Some(Problem::new("id", message, hint));
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        (!self.id.chars().all(plain) || self.id.starts_with('.')).then(|| {
            let message = format!("expected letters, digits, `-`, `_` and `.`, found `{}`", self.id);
            Problem::new("id", message, hint)
        })
    }
}
