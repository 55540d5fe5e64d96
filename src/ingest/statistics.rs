//! One metric as tools print it: a mean, a deviation and percentiles under their usual names.

use super::loose::{Number, Text};
use crate::cell::Quantiles;
use crate::cell::aggregate::Printed;
use serde::Deserialize;

/// The statistics of one metric. What a tool does not print is none.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// The unit of all of them, where the file names it: `ms`, `s/token`.
    pub units: Text,
    /// Arithmetic mean.
    #[serde(alias = "avg")]
    pub mean: Number,
    /// Standard deviation.
    #[serde(alias = "std", alias = "std_dev")]
    pub stddev: Number,
    /// Sum over all requests, where the tool gives one.
    pub total: Number,
    p1: Number,
    p5: Number,
    p10: Number,
    #[serde(alias = "median")]
    p50: Number,
    p90: Number,
    p95: Number,
    p99: Number,
}

impl Statistics {
    /// The same for an aggregate; `n` is how many requests they are computed over, 0 where the tool does not say.
    pub fn printed(&self, n: u64) -> Printed {
        let quantiles = Quantiles {
            p1: self.p1.value(),
            p5: self.p5.value(),
            p10: self.p10.value(),
            p50: self.p50.value(),
            p90: self.p90.value(),
            p95: self.p95.value(),
            p99: self.p99.value(),
        };
        Printed { n, mean: self.mean.value(), sd: self.stddev.value(), quantiles }
    }

    /// The sum over `n` requests: as it is printed, else from the mean, which times `n` is a whole number of tokens.
    pub fn sum(&self, n: u64) -> Option<u64> {
        self.total.whole().or_else(|| Some((self.mean.value()? * n as f64).round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_read_under_each_of_their_names() {
        let read = |text: &str| serde_json::from_str::<Statistics>(text).unwrap();
        let printed = read(r#"{"mean": 2, "std": "0.5", "median": 1.5, "p99": 9, "p99.9": 10, "max": 11}"#).printed(7);
        assert_eq!((printed.n, printed.mean, printed.sd), (7, Some(2.0), Some(0.5)));
        let q = printed.quantiles;
        assert_eq!((q.p50, q.p90, q.p99), (Some(1.5), None, Some(9.0)));
        assert_eq!(read(r#"{"p50": 3}"#).printed(0).quantiles.p50, Some(3.0));
    }

    #[test]
    fn a_sum_is_as_printed_or_follows_from_the_mean() {
        let read = |text: &str| serde_json::from_str::<Statistics>(text).unwrap();
        assert_eq!(read(r#"{"mean": 8.666666666666666, "total": 26.0}"#).sum(4), Some(26));
        assert_eq!(read(r#"{"mean": 62.32763129222053}"#).sum(9178), Some(572_043));
        assert_eq!(read("{}").sum(3), None);
    }
}
