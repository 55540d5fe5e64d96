//! The figures of a prompt suite, from its cases.

use crate::cell::suite::Case;

/// Fewest cases with a speed among which one can be called far off the rest.
pub const FEWEST: u64 = 4;

/// How many times as slow or as fast as the median a case is at least that is called far off the rest.
pub const FAR_FACTOR: f64 = 1.5;

/// How many robust standard deviations it lies from the median at least, on a scale of ratios.
pub const FAR_DEVIATIONS: f64 = 3.5;

/// The median absolute deviation of a normal distribution times this is its standard deviation.
const NORMAL: f64 = 1.4826;

/// Every figure of a prompt suite. Unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// The cases, in the order in which they were run or by name, see [`crate::cell::suite::Cases`].
    pub cases: Vec<CaseFigures>,
    /// Cases of which every run succeeded.
    pub succeeded: u64,
    /// Cases of which every run failed.
    pub failed: u64,
    /// Runs of all cases, warm-up left out.
    pub runs: u64,
    /// Runs that failed.
    pub failed_runs: u64,
    /// Warm-up requests beside them.
    pub warmup: u64,
    /// The cases' speeds; none where no case has one.
    pub speeds: Option<Speeds>,
    /// Sum of the cases' times, seconds.
    pub total_time_s: Option<f64>,
    /// Sum of the cases' output tokens; means over their runs, so it need not be whole.
    pub total_output_tokens: Option<f64>,
    /// That sum over the sum of the times, tok/s.
    pub overall_tok_s: Option<f64>,
}

/// A case and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFigures {
    /// What was counted.
    pub case: Case,
    /// How it went.
    pub outcome: Outcome,
    /// On which side its speed lies far off the rest.
    pub far: Option<Side>,
}

/// How a case went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every run succeeded.
    Succeeded,
    /// Some runs failed.
    PartlyFailed,
    /// Every run failed: it has no figures.
    Failed,
}

/// Where a speed lies that is far off the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Below the median, as a cold start does.
    Slow,
    /// Above it.
    Fast,
}

/// The speeds of all cases that have one, tok/s.
#[derive(Debug, Clone, PartialEq)]
pub struct Speeds {
    /// How many cases have one.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// Place of the fastest in [`Suite::cases`]; of equals the first.
    pub fastest: usize,
    /// Place of the slowest.
    pub slowest: usize,
    /// Mean of those that do not lie far off the rest; none where none does.
    pub mean_without_far: Option<f64>,
}

impl Suite {
    /// The figures of these cases.
    pub fn of(cases: &[Case], warmup: u64) -> Self {
        let far = far_off(&cases.iter().map(|case| case.speed_tok_s).collect::<Vec<_>>());
        let figures =
            |(case, far): (&Case, Option<Side>)| CaseFigures { outcome: outcome(case), case: case.clone(), far };
        let cases: Vec<CaseFigures> = cases.iter().zip(far).map(figures).collect();
        let count = |outcome| cases.iter().filter(|case| case.outcome == outcome).count() as u64;
        let sum = |value: fn(&Case) -> Option<f64>| {
            let known: Vec<f64> = cases.iter().filter_map(|figures| value(&figures.case)).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>())
        };
        let (total_time_s, total_output_tokens) = (sum(|case| case.e2e_s), sum(|case| case.output_tokens));
        Self {
            succeeded: count(Outcome::Succeeded),
            failed: count(Outcome::Failed),
            runs: cases.iter().map(|figures| figures.case.runs).sum(),
            failed_runs: cases.iter().map(|figures| figures.case.failed).sum(),
            warmup,
            speeds: speeds(&cases),
            overall_tok_s: total_output_tokens
                .zip(total_time_s)
                .filter(|(_, time)| *time > 0.0)
                .map(|(tokens, time)| tokens / time),
            total_time_s,
            total_output_tokens,
            cases,
        }
    }

    /// The cases whose speed lies far off the rest.
    pub fn far(&self) -> impl Iterator<Item = &CaseFigures> {
        self.cases.iter().filter(|figures| figures.far.is_some())
    }

    /// Whether a case was run before all others; unknown, and so false, where not all have times.
    pub fn ran_first(&self, figures: &CaseFigures) -> bool {
        let timed = self.cases.iter().all(|other| other.case.start_ps.is_some());
        timed && self.cases.first().is_some_and(|first| first.case.name == figures.case.name)
    }

    /// Whether some case was run more than once, so that figures are means.
    pub fn repeats(&self) -> bool {
        self.cases.iter().any(|figures| figures.case.runs > 1)
    }
}

fn outcome(case: &Case) -> Outcome {
    match case.failed {
        0 => Outcome::Succeeded,
        failed if failed < case.runs => Outcome::PartlyFailed,
        _ => Outcome::Failed,
    }
}

fn speeds(cases: &[CaseFigures]) -> Option<Speeds> {
    let known: Vec<(usize, f64)> =
        cases.iter().enumerate().filter_map(|(at, figures)| Some((at, figures.case.speed_tok_s?))).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let all: Vec<f64> = known.iter().map(|(_, speed)| *speed).collect();
    let near: Vec<f64> = known.iter().filter(|(at, _)| cases[*at].far.is_none()).map(|(_, speed)| *speed).collect();
    let (first, rest) = known.split_first()?;
    let best = |better: fn(f64, f64) -> bool| rest.iter().fold(*first, |a, b| if better(b.1, a.1) { *b } else { a }).0;
    Some(Speeds {
        n: all.len() as u64,
        mean: mean(&all),
        median: median(&all)?,
        fastest: best(|a, b| a > b),
        slowest: best(|a, b| a < b),
        mean_without_far: (near.len() < all.len()).then(|| mean(&near)),
    })
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 0 => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

/// Which speeds lie far off the rest: at least [`FAR_FACTOR`] times as slow or as fast as the median, and more than
/// [`FAR_DEVIATIONS`] robust standard deviations from it.
///
/// The deviation is the median absolute deviation of the logarithms, so that half and double lie equally far, and a cold start
/// does not hide itself by what it adds to the spread (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993, who
/// take the same 3.5). Fewer than half of the speeds can lie that far.
fn far_off(speeds: &[Option<f64>]) -> Vec<Option<Side>> {
    let logarithms: Vec<Option<f64>> =
        speeds.iter().map(|speed| speed.filter(|speed| *speed > 0.0).map(libm::log)).collect();
    let known: Vec<f64> = logarithms.iter().copied().flatten().collect();
    let centre = median(&known).filter(|_| known.len() as u64 >= FEWEST);
    let spread =
        centre.and_then(|centre| median(&known.iter().map(|value| (value - centre).abs()).collect::<Vec<_>>()));
    let Some((centre, spread)) = centre.zip(spread) else { return vec![None; speeds.len()] };
    let far = libm::log(FAR_FACTOR).max(FAR_DEVIATIONS * NORMAL * spread);
    let side = |value: &Option<f64>| match (*value)? - centre {
        distance if distance < -far => Some(Side::Slow),
        distance if distance > far => Some(Side::Fast),
        _ => None,
    };
    logarithms.iter().map(side).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn case(name: &str, tokens: f64, e2e_s: f64) -> Case {
        Case {
            name: name.to_owned(),
            runs: 1,
            failed: 0,
            start_ps: None,
            e2e_s: Some(e2e_s),
            speed_tok_s: Some(tokens / e2e_s),
            input_tokens: Some(10.0),
            output_tokens: Some(tokens),
            ttft_s: None,
            ttft_estimate_s: None,
            failures: BTreeMap::new(),
            response: None,
        }
    }

    fn failed(name: &str) -> Case {
        let known = case(name, 1.0, 1.0);
        Case { failed: 1, e2e_s: None, speed_tok_s: None, output_tokens: None, input_tokens: None, ..known }
    }

    #[test]
    fn totals_are_sums_and_the_average_is_the_mean_of_the_cases_speeds() {
        let suite = Suite::of(&[case("a", 100.0, 2.0), failed("b"), case("c", 300.0, 10.0)], 1);
        assert_eq!((suite.succeeded, suite.failed, suite.runs, suite.failed_runs, suite.warmup), (2, 1, 3, 1, 1));
        assert_eq!((suite.total_time_s, suite.total_output_tokens), (Some(12.0), Some(400.0)));
        assert_eq!(suite.overall_tok_s, Some(400.0 / 12.0));
        let speeds = suite.speeds.unwrap();
        assert_eq!((speeds.n, speeds.mean, speeds.median), (2, 40.0, 40.0));
        assert_eq!((speeds.fastest, speeds.slowest, speeds.mean_without_far), (0, 2, None));
        assert_eq!(suite.cases[1].outcome, Outcome::Failed);
    }

    #[test]
    fn without_a_success_nothing_is_known() {
        let suite = Suite::of(&[failed("a")], 0);
        assert_eq!((suite.speeds, suite.total_time_s, suite.overall_tok_s), (None, None, None));
    }

    #[test]
    fn a_cold_start_is_far_off_and_the_average_without_it_is_known() {
        let speeds = [10.0, 60.0, 58.0, 62.0, 59.0, 61.0];
        let cases: Vec<Case> = speeds.iter().map(|speed| case("c", *speed, 1.0)).collect();
        let suite = Suite::of(&cases, 0);
        assert_eq!(suite.cases[0].far, Some(Side::Slow));
        assert_eq!(suite.far().count(), 1);
        assert_eq!(suite.speeds.unwrap().mean_without_far, Some(60.0));
    }

    #[test]
    fn only_what_is_plainly_off_is_called_so() {
        let far = |speeds: &[f64]| {
            let far = far_off(&speeds.iter().map(|speed| Some(*speed)).collect::<Vec<_>>());
            far.iter().enumerate().filter(|(_, side)| side.is_some()).map(|(at, _)| at).collect::<Vec<_>>()
        };
        assert_eq!(far(&[60.0, 60.0, 60.0, 45.0]), [0; 0], "less than half as slow again");
        assert_eq!(far(&[60.0, 60.0, 60.0, 30.0]), [3]);
        assert_eq!(far(&[60.0, 60.0, 60.0, 120.0]), [3], "fast ones too");
        assert_eq!(far(&[60.0, 60.0, 20.0]), [0; 0], "too few to tell");
        assert_eq!(far(&[20.0, 35.0, 50.0, 80.0, 140.0]), [0; 0], "a suite of unlike cases");
        assert_eq!(far(&[5.0, 5.0, 50.0, 50.0]), [0; 0], "half of them are no exception");
        assert_eq!(far_off(&[Some(60.0), None, Some(60.0), Some(60.0), Some(6.0)])[4], Some(Side::Slow));
    }
}
