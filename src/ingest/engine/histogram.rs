//! What a Prometheus histogram says of the observations between two pages.

use crate::cell::Quantiles;
use crate::cell::selection::carries;

/// Differences of cumulative bucket counts, of a sum and of a count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    /// Observations.
    pub count: f64,
    /// Their sum, in the metric's unit.
    pub sum: f64,
    /// Upper bound and how many observations are at or below it, ascending; the last bound may be infinite.
    pub buckets: Vec<(f64, f64)>,
}

impl Histogram {
    /// Exactly: sum over count.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }

    /// How many observations, as a whole number.
    pub fn n(&self) -> u64 {
        self.count.max(0.0).round() as u64
    }

    /// As Prometheus' `histogram_quantile`: linear between the bounds of the bucket that holds the rank, with 0 below the
    /// first. A rank in the bucket without an upper bound is unknown.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let all = self.buckets.last()?.1;
        if all <= 0.0 {
            return None;
        }
        let rank = share * all;
        let at = self.buckets.iter().position(|(_, below)| *below >= rank)?;
        let (upper, below) = self.buckets[at];
        let (lower, before) = if at == 0 { (0.0, 0.0) } else { self.buckets[at - 1] };
        if upper.is_infinite() || below <= before {
            return None;
        }
        Some(lower + (upper - lower) * (rank - before) / (below - before))
    }

    /// The percentiles that so many observations can carry.
    pub fn quantiles(&self) -> Quantiles {
        let n = self.n();
        let at = |percent: u64| carries(percent, n).then(|| self.quantile(percent as f64 / 100.0)).flatten();
        Quantiles { p50: at(50), p90: at(90), p95: at(95), p99: at(99), ..Quantiles::default() }
    }

    /// The bound that all observations but one lie at or below, where that one is so large that the mean lies above it.
    pub fn outlier(&self) -> Option<f64> {
        let all = self.buckets.last()?.1;
        let bound = self.buckets.iter().find(|(_, below)| *below >= all - 1.0).map(|(bound, _)| *bound)?;
        (all >= 3.0 && bound.is_finite() && self.mean()? > bound).then_some(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(buckets: &[(f64, f64)], sum: f64) -> Histogram {
        Histogram { count: buckets.last().map_or(0.0, |(_, all)| *all), sum, buckets: buckets.to_vec() }
    }

    #[test]
    fn quantiles_are_linear_inside_a_bucket_as_prometheus_computes_them() {
        // 60 up to 0.1, 30 more up to 0.2, 8 up to 0.5, 2 beyond.
        let found = histogram(&[(0.1, 60.0), (0.2, 90.0), (0.5, 98.0), (f64::INFINITY, 100.0)], 20.0);
        assert_eq!(found.quantile(0.5), Some(0.1 * 50.0 / 60.0));
        assert_eq!(found.quantile(0.6), Some(0.1), "on a bound");
        assert!((found.quantile(0.75).unwrap() - 0.15).abs() < 1e-15);
        assert_eq!(found.quantile(0.99), None, "beyond the last bound");
        let carried = found.quantiles();
        assert_eq!((carried.p90, carried.p95), (Some(0.2), None), "100 observations carry no p95");
        assert_eq!(histogram(&[(0.1, 0.0)], 0.0).quantile(0.5), None);
        assert_eq!(Histogram::default().mean(), None);
    }

    #[test]
    fn one_observation_that_owns_the_mean_is_seen() {
        let compiled = histogram(&[(2.0, 0.0), (6.0, 6.0), (100.0, 6.0), (f64::INFINITY, 7.0)], 234.5);
        assert_eq!(compiled.outlier(), Some(6.0));
        assert_eq!(histogram(&[(2.0, 3.0), (6.0, 7.0)], 20.0).outlier(), None);
    }
}
