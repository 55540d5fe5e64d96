//! One figure over another, and how well that ratio is known: what a comparison and a gate against an earlier report
//! both ask.

use super::capacity::{RUNS, standard_error};
use super::mean_interval::{FEWEST, student};
use crate::cell::{Cell, Summary};
use crate::metric::MetricId;
use crate::record::Load;

/// A figure with what is known of its spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure, in its own unit.
    pub value: f64,
    /// Its standard error and the degrees of freedom of that; none where the spread is unknown.
    pub error: Option<(f64, f64)>,
}

/// b / a.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The quotient.
    pub value: f64,
    /// Its 95 % interval; none where the spread of either figure is unknown.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// A figure of whose spread nothing is known.
    pub fn bare(value: f64) -> Self {
        Self { value, error: None }
    }

    /// A mean over requests; between runs where there are three or more of them. None where the mean is unknown, without
    /// a spread for fewer than five requests: the factor would say more than the data.
    pub fn of_mean(summary: &Summary) -> Option<Self> {
        let runs = summary.run_means.len();
        let values = if runs >= RUNS { runs } else { usize::try_from(summary.n).unwrap_or(usize::MAX) };
        let known = runs >= RUNS || values >= FEWEST;
        let error = standard_error(summary).filter(|_| known).map(|error| (error, values as f64 - 1.0));
        Some(Self { value: summary.mean?, error })
    }

    /// System throughput of a cell with a fixed number of requests in flight.
    ///
    /// By Little's law it is in-flight requests × mean output tokens / mean E2E, so its relative error is that of mean E2E.
    /// Where longer responses take longer this is on the careful side: then both vary together. At a request rate the
    /// sender decides the throughput, and nothing is known of its spread.
    pub fn of_throughput(cell: &Cell) -> Option<Self> {
        Self::of_throughput_under(cell.throughput_tok_s?, cell.key.load, cell.metric(MetricId::E2e))
    }

    /// The same from what it rests on: the throughput, the load, and E2E.
    pub fn of_throughput_under(value: f64, load: Load, e2e: &Summary) -> Option<Self> {
        let closed = matches!(load, Load::Concurrency(_));
        let e2e = Self::of_mean(e2e).filter(|e2e| closed && e2e.value > 0.0);
        let error = e2e.and_then(|e2e| e2e.error.map(|(error, freedom)| (value * error / e2e.value, freedom)));
        Some(Self { value, error })
    }

    /// A share of successes; none without a trial.
    ///
    /// Its standard error is that of Agresti and Coull (1998), who add two successes and two failures: where none failed
    /// the plain one would be 0, as if nothing could.
    pub fn of_share(successes: u64, trials: u64) -> Option<Self> {
        let (s, n) = (successes as f64, trials as f64);
        let adjusted = (s + 2.0) / (n + 4.0);
        let error = (adjusted * (1.0 - adjusted) / (n + 4.0)).sqrt();
        (trials > 0).then(|| Self { value: s / n, error: Some((error, n + 3.0)) })
    }
}

impl Ratio {
    /// `b` over `a`. None unless both are above zero.
    ///
    /// The interval is that of the logarithm: ln(b/a) ± t √((SE_a/a)² + (SE_b/b)²) by the delta method, t of Student's
    /// distribution with the degrees of freedom of Welch (1947) and Satterthwaite (1946).
    pub fn of(a: Estimate, b: Estimate) -> Option<Self> {
        if !(a.value > 0.0 && b.value > 0.0 && a.value.is_finite() && b.value.is_finite()) {
            return None;
        }
        let value = b.value / a.value;
        let spread = a.error.zip(b.error).map(|((error_a, freedom_a), (error_b, freedom_b))| {
            let square = |x: f64| x * x;
            let (of_a, of_b) = (square(error_a / a.value), square(error_b / b.value));
            let variance = of_a + of_b;
            let freedom = variance * variance / (of_a * of_a / freedom_a + of_b * of_b / freedom_b);
            (variance.sqrt(), freedom)
        });
        let interval = spread.map(|(error, freedom)| {
            // Without any spread the degrees of freedom are 0 / 0, and the interval is the ratio itself. Fewer of them are
            // a wider interval, so they are rounded down.
            let half = if error > 0.0 { student((freedom.floor() as usize).max(1)) * error } else { 0.0 };
            (value * libm::exp(-half), value * libm::exp(half))
        });
        Some(Self { value, interval })
    }

    /// Whether the data cannot tell the two apart: the interval holds 1. None where there is no interval.
    pub fn holds_one(&self) -> Option<bool> {
        self.interval.map(|(low, high)| low <= 1.0 && 1.0 <= high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::CellKey;

    fn estimate(value: f64, error: f64, freedom: f64) -> Estimate {
        Estimate { value, error: Some((error, freedom)) }
    }

    #[test]
    fn the_interval_is_that_of_the_logarithm() {
        // Relative errors of 3 % and 4 % make 5 %; equal freedoms of 60 and unequal variances: 60 × 625 / (81 + 256) = 111.
        let ratio = Ratio::of(estimate(100.0, 3.0, 60.0), estimate(150.0, 6.0, 60.0)).expect("both are above zero");
        let (low, high) = ratio.interval.expect("both have a spread");
        // t(111) = 1.98157.
        assert!((ratio.value - 1.5).abs() < 1e-12);
        assert!((low - 1.5 * (-0.0990785_f64).exp()).abs() < 1e-5, "{low}");
        assert!((high - 1.5 * 0.0990785_f64.exp()).abs() < 1e-5, "{high}");
        assert_eq!(ratio.holds_one(), Some(false));
    }

    #[test]
    fn no_spread_is_no_interval_and_no_verdict() {
        let ratio = Ratio::of(Estimate::bare(2.0), estimate(3.0, 0.1, 9.0)).expect("both are above zero");
        assert_eq!((ratio.interval, ratio.holds_one()), (None, None));
        assert_eq!(Ratio::of(Estimate::bare(0.0), Estimate::bare(1.0)), None);
        let same = Ratio::of(estimate(2.0, 0.0, 9.0), estimate(2.0, 0.0, 9.0)).expect("both are above zero");
        assert_eq!((same.interval, same.holds_one()), (Some((1.0, 1.0)), Some(true)));
    }

    #[test]
    fn four_requests_have_no_spread_and_three_runs_have() {
        let few = Summary { n: 4, mean: Some(2.0), sd: Some(1.0), ..Summary::default() };
        assert_eq!(Estimate::of_mean(&few), Some(Estimate::bare(2.0)));
        let runs = Summary { n: 3, mean: Some(2.0), run_means: vec![1.0, 2.0, 3.0], ..Summary::default() };
        assert_eq!(Estimate::of_mean(&runs), Some(estimate(2.0, 1.0 / 3.0_f64.sqrt(), 2.0)));
    }

    #[test]
    fn a_share_without_a_failure_is_not_certain() {
        assert_eq!(Estimate::of_share(0, 0), None);
        let all = Estimate::of_share(96, 96).expect("there were trials");
        // 98 of 100: √(0.98 × 0.02 / 100) = 0.014.
        let (error, freedom) = all.error.expect("known");
        assert!(all.value == 1.0 && (error - 0.014).abs() < 1e-12 && freedom == 99.0, "{all:?}");
    }

    #[test]
    fn throughput_of_a_closed_loop_is_as_well_known_as_its_mean_e2e() {
        let key = |load| CellKey { scenario: "sweep".into(), context: None, load };
        let mut cell = Cell::unknown(key(Load::Concurrency(4)));
        cell.throughput_tok_s = Some(200.0);
        cell.metrics[MetricId::E2e as usize] = Summary { n: 25, mean: Some(10.0), sd: Some(5.0), ..Summary::default() };
        // 5 / √25 = 1, a tenth of the mean.
        assert_eq!(Estimate::of_throughput(&cell), Some(estimate(200.0, 20.0, 24.0)));
        cell.key = key(Load::RequestRate(4.0));
        assert_eq!(Estimate::of_throughput(&cell), Some(Estimate::bare(200.0)));
    }
}
