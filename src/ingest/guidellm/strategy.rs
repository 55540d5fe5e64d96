//! How a benchmark sent its requests, and which load that is.

use crate::ingest::loose::{Number, Text};
use crate::record::Load;
use serde::Deserialize;

/// `strategy` of a benchmark.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Strategy {
    #[serde(rename = "type_")]
    pub kind: Text,
    streams: Number,
    rate: Number,
    /// For a rate a cap on what is in flight, and no load.
    max_concurrency: Number,
}

impl Strategy {
    /// As CSV names it: `synchronous`, `concurrent@4`, `constant@2.00`.
    pub fn named(name: &str) -> Self {
        let (kind, level) = name.split_once('@').unwrap_or((name, ""));
        let level = Number::from(level.parse::<f64>().ok());
        let (mut streams, mut rate, mut max_concurrency) = Default::default();
        match kind {
            "concurrent" => streams = level,
            "throughput" => max_concurrency = level,
            _ => rate = level,
        }
        Self { kind: Text::from(kind), streams, rate, max_concurrency }
    }

    /// What it held constant, for so many requests.
    ///
    /// `throughput` sends as fast as it can. With a cap that there are more requests than it holds the cap in flight;
    /// without one it holds nothing constant, and neither does the replay of a `trace`.
    pub fn load(&self, requests: Option<u64>) -> Option<Load> {
        let in_flight = |n: Number| n.whole().filter(|n| *n > 0);
        match self.kind.get()? {
            "synchronous" => Some(Load::Concurrency(1)),
            "concurrent" => in_flight(self.streams).or_else(|| in_flight(self.max_concurrency)).map(Load::Concurrency),
            "constant" | "poisson" => self.rate.value().filter(|rate| *rate > 0.0).map(Load::RequestRate),
            "throughput" => {
                let cap = in_flight(self.max_concurrency)?;
                (requests? > cap).then_some(Load::Concurrency(cap))
            }
            _ => None,
        }
    }

    /// Whether it holds nothing constant by its nature, rather than for want of a number.
    pub fn is_without_level(&self) -> bool {
        !matches!(self.kind.get(), Some("synchronous" | "concurrent" | "constant" | "poisson"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_strategy_that_holds_something_constant_is_a_load() {
        let load = |text: &str| serde_json::from_str::<Strategy>(text).unwrap().load(Some(100));
        assert_eq!(load(r#"{"type_": "synchronous", "max_concurrency": 1}"#), Some(Load::Concurrency(1)));
        assert_eq!(load(r#"{"type_": "concurrent", "streams": 8}"#), Some(Load::Concurrency(8)));
        let constant = r#"{"type_": "constant", "rate": 2.5, "max_concurrency": 10240}"#;
        assert_eq!(load(constant), Some(Load::RequestRate(2.5)), "the cap is no load");
        assert_eq!(load(r#"{"type_": "throughput", "max_concurrency": 64}"#), Some(Load::Concurrency(64)));
        assert_eq!(load(r#"{"type_": "throughput", "max_concurrency": 512}"#), None, "the cap was never reached");
        assert_eq!(load(r#"{"type_": "throughput", "max_concurrency": null}"#), None);
        assert_eq!(load(r#"{"type_": "trace", "time_scale": 1.0}"#), None);
    }

    #[test]
    fn a_name_says_what_the_object_says() {
        assert_eq!(Strategy::named("concurrent@4").load(None), Some(Load::Concurrency(4)));
        assert_eq!(Strategy::named("poisson@0.50").load(None), Some(Load::RequestRate(0.5)));
        assert_eq!(Strategy::named("synchronous").load(None), Some(Load::Concurrency(1)));
        assert_eq!(Strategy::named("constant").load(None), None);
        assert!(Strategy::named("throughput@unlimited").is_without_level());
    }
}
