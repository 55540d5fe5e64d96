//! How well a mean is known.

use super::capacity::{RUNS, standard_error};
use crate::cell::Summary;

/// Fewest values of which an interval is told: with fewer, Student's factor says more than the data.
pub(super) const FEWEST: usize = 5;

/// 95 % interval of a mean: mean ± t · standard error, with t of Student's distribution.
///
/// The standard error is sd / √n over requests; where the cell was run three or more times, it is taken between the runs'
/// means. None where n, sd or mean is unknown, or for fewer than five requests.
pub fn mean_interval(summary: &Summary) -> Option<(f64, f64)> {
    let runs = summary.run_means.len();
    let values = if runs >= RUNS { runs } else { usize::try_from(summary.n).ok().filter(|n| *n >= FEWEST)? };
    let half = student(values - 1) * standard_error(summary)?;
    Some((summary.mean? - half, summary.mean? + half))
}

/// 97.5th percentile of Student's distribution.
///
/// Exact below 10 degrees of freedom; above, the expansion in powers of 1/ν of Fisher and Cornish (1960), which is right
/// to 1e-5 there.
pub(super) fn student(freedom: usize) -> f64 {
    const FEW: [f64; 9] = [
        12.706_204_736,
        4.302_652_730,
        3.182_446_305,
        2.776_445_105,
        2.570_581_836,
        2.446_911_851,
        2.364_624_252,
        2.306_004_135,
        2.262_157_163,
    ];
    if let Some(exact) = freedom.checked_sub(1).and_then(|at| FEW.get(at)) {
        return *exact;
    }
    let (z, v) = (1.959_963_984_540_054_f64, freedom as f64);
    let square = z * z;
    // Odd powers of z with their coefficients, from the first up.
    let odd = |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * square + c) * z;
    z + odd(&[1.0, 1.0]) / (4.0 * v)
        + odd(&[3.0, 16.0, 5.0]) / (96.0 * v * v)
        + odd(&[-15.0, 17.0, 19.0, 3.0]) / (384.0 * v * v * v)
        + odd(&[-945.0, -1920.0, 1482.0, 776.0, 79.0]) / (92_160.0 * v * v * v * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_factor_is_that_of_the_tables() {
        for (freedom, expected) in [(1, 12.70620), (9, 2.26216), (10, 2.22814), (30, 2.04227), (120, 1.97993)] {
            let found = student(freedom);
            assert!((found - expected).abs() < 2e-5, "{freedom}: {found}");
        }
    }

    #[test]
    fn an_interval_needs_a_spread_and_five_requests_or_three_runs() {
        let summary = |n, sd, run_means: &[f64]| Summary {
            n,
            mean: Some(10.0),
            sd,
            run_means: run_means.to_vec(),
            ..Summary::default()
        };
        let (low, high) = mean_interval(&summary(25, Some(5.0), &[])).expect("known");
        // t(24) = 2.06390; 5 / √25 = 1.
        assert!((low - 7.9361).abs() < 1e-4 && (high - 12.0639).abs() < 1e-4, "{low} {high}");
        assert_eq!(mean_interval(&summary(25, None, &[])), None);
        assert_eq!(mean_interval(&summary(4, Some(5.0), &[])), None);
        // Between runs: sd 1 over √3, t(2) = 4.30265.
        let (low, high) = mean_interval(&summary(3, None, &[9.0, 10.0, 11.0])).expect("three runs");
        assert!((high - low - 2.0 * 4.30265 / 3.0_f64.sqrt()).abs() < 1e-4, "{low} {high}");
    }
}
