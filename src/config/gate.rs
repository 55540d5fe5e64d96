//! `[gate]`: how far a figure may regress against an earlier report.

use super::{Config, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What holds where nobody says otherwise.
pub const MAX_REGRESS: f64 = 0.05;

/// `[gate]`: what `gristmill check --against` lets pass.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Gate {
    /// How much worse a figure may be than in the baseline, as in `"5%"`; default: 5 %. The command line's `--max-regress`
    /// goes before it.
    #[schemars(regex(pattern = r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$"))]
    pub max_regress: Option<String>,
    /// The same for single figures.
    pub limits: GateLimits,
}

/// `[gate.limits]`: limits of single figures, each as in `"10%"`; default: `gate.max_regress`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct GateLimits {
    /// System throughput.
    pub throughput: Option<String>,
    /// TTFT.
    pub ttft: Option<String>,
    /// Generation speed per user.
    pub generation_speed: Option<String>,
    /// E2E.
    pub e2e: Option<String>,
    /// Time per output token.
    pub tpot: Option<String>,
    /// Gap between streamed chunks.
    pub itl: Option<String>,
    /// Share of requests that succeed.
    pub success_rate: Option<String>,
    /// Energy per output token.
    pub energy: Option<String>,
    /// Cost of a million output tokens.
    pub cost: Option<String>,
    /// Capacity limits of use cases; default: `"0%"`, any fall is a regression.
    pub capacity: Option<String>,
}

impl GateLimits {
    /// Every limit by its name.
    pub fn by_name(&self) -> [(&'static str, Option<&str>); 10] {
        let Self { throughput, ttft, generation_speed, e2e, tpot, itl, success_rate, energy, cost, capacity } = self;
        [
            ("throughput", throughput.as_deref()),
            ("ttft", ttft.as_deref()),
            ("generation_speed", generation_speed.as_deref()),
            ("e2e", e2e.as_deref()),
            ("tpot", tpot.as_deref()),
            ("itl", itl.as_deref()),
            ("success_rate", success_rate.as_deref()),
            ("energy", energy.as_deref()),
            ("cost", cost.as_deref()),
            ("capacity", capacity.as_deref()),
        ]
    }
}

/// Reads a share as a person writes it: `5%`, `0.5 %`.
pub fn percent(text: &str) -> Option<f64> {
    let number = text.trim().strip_suffix('%')?.trim_end();
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    number.parse::<f64>().ok().filter(|percent| digits && percent.is_finite()).map(|percent| percent / 100.0)
}

pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let limits = config.gate.limits.by_name().map(|(name, text)| (format!("gate.limits.{name}"), text));
    let all = limits.into_iter().chain([("gate.max_regress".to_owned(), config.gate.max_regress.as_deref())]);
    all.filter_map(|(path, text)| {
        let text = text.filter(|text| percent(text).is_none())?;
        Some(Problem::new(path, format!("expected a share in percent, found `{text}`"), "write it as `\"5%\"`"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn a_limit_is_a_share_in_percent() {
        assert_eq!(percent("5%"), Some(0.05));
        assert_eq!(percent(" 0.5 % "), Some(0.005));
        assert_eq!(percent("0%"), Some(0.0));
        for text in ["5", "0.05", "-5%", "%", "five%", "1e3%", "inf%", "nan%", "5%%"] {
            assert_eq!(percent(text), None, "{text}");
        }
        let error = parse("[gate.limits]\nttft = \"10\"", "gristmill.toml").expect_err("refused").to_string();
        assert!(error.starts_with("gristmill.toml:2:8: `gate.limits.ttft`: expected a share in percent"), "{error}");
    }
}
