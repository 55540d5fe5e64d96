//! How well a crossing is known: the delta method on the line through two means.

use super::limit::Line;
use crate::cell::Summary;

/// 97.5th percentile of the standard normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// Fewest runs of a cell between which a spread is taken.
pub(in crate::analysis) const RUNS: usize = 3;

/// Standard error of a mean: between runs where there are three or more, else sd / √n; none where n or sd is unknown.
///
/// Requests of one run share its conditions, so that the spread between runs is the honest one where it is known.
pub(in crate::analysis) fn standard_error(summary: &Summary) -> Option<f64> {
    if summary.run_means.len() >= RUNS {
        return Some(standard_deviation(&summary.run_means) / (summary.run_means.len() as f64).sqrt());
    }
    let error = summary.sd? / (summary.n as f64).sqrt();
    (summary.n > 0 && error.is_finite()).then_some(error)
}

/// 95 % interval of the level at which `line` has `value`, clamped to the line's ends.
///
/// With y₀ and y₁ the means at x₀ and x₁, c = x₀ + (x₁ − x₀)(t − y₀)/(y₁ − y₀); its variance is
/// (∂c/∂y₀ · SE₀)² + (∂c/∂y₁ · SE₁)², where ∂c/∂y₀ = (x₁ − x₀)(t − y₁)/(y₁ − y₀)² and
/// ∂c/∂y₁ = −(x₁ − x₀)(t − y₀)/(y₁ − y₀)².
pub(super) fn crossing_interval(line: &Line, value: f64, errors: (f64, f64)) -> (f64, f64) {
    let ((x0, y0), (x1, y1)) = (line.from, line.to);
    let scale = (x1 - x0) / ((y1 - y0) * (y1 - y0));
    let from = scale * (value - y1) * errors.0;
    let to = scale * (value - y0) * errors.1;
    let half = Z_95 * (from * from + to * to).sqrt();
    let crossing = line.crossing(value);
    ((crossing - half).clamp(x0, x1), (crossing + half).clamp(x0, x1))
}

/// Standard deviation with n − 1 of at least two values.
fn standard_deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From 2 s at level 4 to 4 s at level 8: a threshold of 3 s is crossed at 6, in the middle.
    const LINE: Line = Line { from: (4.0, 2.0), to: (8.0, 4.0) };

    #[test]
    fn an_error_at_one_end_moves_the_crossing_by_half_of_it_over_the_slope() {
        // Both derivatives are (8 − 4) × 1 / 2² = 1; with errors of 0.3 and 0.4 the crossing's is 0.5.
        let (low, high) = crossing_interval(&LINE, 3.0, (0.3, 0.4));
        assert!((low - (6.0 - Z_95 * 0.5)).abs() < 1e-12, "{low}");
        assert!((high - (6.0 + Z_95 * 0.5)).abs() < 1e-12, "{high}");
    }

    #[test]
    fn the_interval_stays_between_the_levels() {
        assert_eq!(crossing_interval(&LINE, 3.0, (30.0, 40.0)), (4.0, 8.0));
    }

    #[test]
    fn three_runs_are_compared_with_each_other_and_two_are_not() {
        let mut summary = Summary { n: 100, sd: Some(5.0), run_means: vec![1.0, 2.0, 3.0], ..Summary::default() };
        assert_eq!(standard_error(&summary), Some(1.0 / 3.0_f64.sqrt()), "sd 1 between the means of 3 runs");
        summary.run_means.pop();
        assert_eq!(standard_error(&summary), Some(0.5), "5 / √100");
        summary.sd = None;
        assert_eq!(standard_error(&summary), None);
        assert_eq!(standard_error(&Summary { sd: Some(1.0), ..Summary::default() }), None, "n is unknown");
    }
}
