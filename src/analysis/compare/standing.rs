//! Who carries more of a use case, as far as the tests can tell.

use super::Deployment;
use crate::analysis::capacity::{Capacity, Kind};
use crate::analysis::use_cases::UseCase;

/// How deployments stand in one use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The use case, as the first deployment that was tested for it has it.
    pub use_case: UseCase,
    /// Place of the use case among those of each deployment's analysis; none for one that was not tested for it.
    pub at: Vec<Option<usize>>,
    /// What follows.
    pub outcome: Outcome,
}

/// Who carries more of a use case. Deployments are named by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This one carries more than every other.
    Winner(usize),
    /// These have the same limit, and every other carries less.
    Tie(Vec<usize>),
    /// Which of these carries most cannot be told: what is known of their limits overlaps. Every other carries less.
    Undecided(Vec<usize>),
    /// Every deployment fails at the smallest level that was tested.
    NoneMeetsIt,
    /// The deployments judge the use case by different thresholds, lengths or rules, or its load is not of one kind.
    Unlike,
    /// Fewer than two deployments were judged.
    Alone,
}

/// The standing in every use case that some deployment was tested for.
pub(super) fn standings(deployments: &[Deployment]) -> Vec<Standing> {
    let mut standings: Vec<Standing> = Vec::new();
    for (at, deployment) in deployments.iter().enumerate() {
        for (place, capacity) in deployment.analysis.capacity.iter().enumerate() {
            let id = &capacity.use_case.id;
            let known = standings.iter().position(|standing| standing.use_case.id == *id);
            let known = known.unwrap_or_else(|| {
                standings.push(Standing {
                    use_case: capacity.use_case.clone(),
                    at: vec![None; deployments.len()],
                    outcome: Outcome::Alone,
                });
                standings.len() - 1
            });
            standings[known].at[at] = Some(place);
        }
    }
    for standing in &mut standings {
        standing.outcome = outcome(deployments, &standing.at);
    }
    standings
}

fn outcome(deployments: &[Deployment], at: &[Option<usize>]) -> Outcome {
    let judged: Vec<(usize, &Deployment, &Capacity)> = deployments
        .iter()
        .enumerate()
        .filter_map(|(at_deployment, deployment)| {
            Some((at_deployment, deployment, &deployment.analysis.capacity[at[at_deployment]?]))
        })
        .filter(|(_, _, capacity)| capacity.limit.kind != Kind::NotJudged)
        .collect();
    let [first, others @ ..] = &judged[..] else { return Outcome::Alone };
    if others.is_empty() {
        return Outcome::Alone;
    }
    if others.iter().any(|other| !is_alike((first.1, first.2), (other.1, other.2))) {
        return Outcome::Unlike;
    }
    let limits: Vec<(usize, Known)> = judged.iter().map(|(at, _, capacity)| (*at, Known::of(capacity))).collect();
    decide(&limits)
}

/// Whether two deployments judge the same thing: thresholds, lengths, rule, statistics and the kind of load.
fn is_alike(a: (&Deployment, &Capacity), b: (&Deployment, &Capacity)) -> bool {
    let judged_by = |(deployment, capacity): (&Deployment, &Capacity)| {
        let case = &capacity.use_case;
        let rule = &deployment.config.capacity;
        let thresholds = [case.max_ttft_s, case.max_e2e_s, case.min_speed];
        let concurrency = capacity.levels.first().map(|level| level.load.is_concurrency());
        let metrics: Vec<_> = capacity
            .shown()
            .iter()
            .filter(|shown| shown.threshold.is_some())
            .map(|shown| capacity.statistics[shown.metric as usize])
            .collect();
        let numbers = (thresholds, rule.near, rule.max_failure_rate);
        (case.context.clone(), case.output_tokens, numbers, rule.rule, concurrency, metrics)
    };
    judged_by(a) == judged_by(b)
}

/// What is known of a limit: the load lies in `low..=high`.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    low: f64,
    /// Infinite where every tested level passes.
    high: f64,
    /// As printed.
    text: String,
    kind: Kind,
}

impl Known {
    /// The 95 % interval of the crossing where there is one, widened to hold the limit itself; else the tested levels
    /// between which it lies. An open limit has no end, one that is not met lies below the smallest level.
    fn of(capacity: &Capacity) -> Self {
        let limit = &capacity.limit;
        let (low, high) = match (limit.kind, limit.level, capacity.crossing_interval, capacity.bracket) {
            (Kind::Open, level, ..) => (level.unwrap_or(0.0), f64::INFINITY),
            (Kind::Unmet | Kind::NotJudged, _, _, (_, high)) => (0.0, high.unwrap_or(0.0)),
            (_, Some(level), Some((low, high)), _) => (low.min(level), high.max(level)),
            (_, Some(level), None, (low, high)) => (low.unwrap_or(level).min(level), high.unwrap_or(level).max(level)),
            (_, None, ..) => (0.0, f64::INFINITY),
        };
        Self { low, high, text: limit.text.clone(), kind: limit.kind }
    }

    /// Whether it lies above another beyond doubt. At a common end the one passes where the other fails; two limits that
    /// print alike are never apart.
    fn is_above(&self, other: &Known) -> bool {
        let passes_there = self.kind == Kind::Open || other.kind == Kind::Unmet;
        self.text != other.text && (self.low > other.high || (passes_there && self.low == other.high))
    }
}

/// The deployments that no other lies above beyond doubt, and whether they can be told apart.
fn decide(limits: &[(usize, Known)]) -> Outcome {
    if limits.iter().all(|(_, known)| known.kind == Kind::Unmet) {
        return Outcome::NoneMeetsIt;
    }
    let leads = |known: &Known| limits.iter().all(|(_, other)| !other.is_above(known));
    let leaders: Vec<&(usize, Known)> = limits.iter().filter(|(_, known)| leads(known)).collect();
    let names = || leaders.iter().map(|(at, _)| *at).collect();
    match &leaders[..] {
        [(winner, known)] if limits.iter().all(|(at, other)| at == winner || known.is_above(other)) => {
            Outcome::Winner(*winner)
        }
        [(_, first), rest @ ..]
            if !rest.is_empty()
                && first.kind != Kind::Open
                && rest.iter().all(|(_, other)| other.text == first.text) =>
        {
            Outcome::Tie(names())
        }
        _ => Outcome::Undecided(names()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str, low: f64, high: f64) -> Known {
        let kind = match text.as_bytes() {
            [.., b'+'] => Kind::Open,
            [b'<', ..] => Kind::Unmet,
            [b'~', ..] => Kind::Estimated,
            _ => Kind::Tested,
        };
        Known { low, high, text: text.to_owned(), kind }
    }

    fn outcome(limits: &[(&str, f64, f64)]) -> Outcome {
        let limits: Vec<_> = limits.iter().map(|(text, low, high)| known(text, *low, *high)).enumerate().collect();
        decide(&limits)
    }

    const OPEN: f64 = f64::INFINITY;

    #[test]
    fn an_open_limit_wins_against_one_below_it_and_against_no_other() {
        assert_eq!(outcome(&[("10+", 10.0, OPEN), ("~8", 7.6, 8.3)]), Outcome::Winner(0));
        assert_eq!(outcome(&[("~8", 5.0, 10.0), ("10+", 10.0, OPEN)]), Outcome::Winner(1), "it fails at 10");
        assert_eq!(outcome(&[("10+", 10.0, OPEN), ("12+", 12.0, OPEN)]), Outcome::Undecided(vec![0, 1]));
        assert_eq!(outcome(&[("10+", 10.0, OPEN), ("10+", 10.0, OPEN)]), Outcome::Undecided(vec![0, 1]));
        assert_eq!(outcome(&[("10+", 10.0, OPEN), ("~39", 38.0, 40.0)]), Outcome::Undecided(vec![0, 1]));
    }

    #[test]
    fn limits_whose_intervals_overlap_are_not_decided_and_equal_ones_are_a_tie() {
        assert_eq!(outcome(&[("~6", 5.8, 6.4), ("~8", 7.7, 8.2)]), Outcome::Winner(1));
        assert_eq!(outcome(&[("~7", 6.0, 7.9), ("~8", 7.7, 8.2)]), Outcome::Undecided(vec![0, 1]));
        assert_eq!(outcome(&[("6", 6.0, 6.3), ("6", 5.7, 6.1)]), Outcome::Tie(vec![0, 1]));
        assert_eq!(outcome(&[("6", 6.0, 6.3), ("6", 5.7, 6.1), ("~3", 2.9, 3.4)]), Outcome::Tie(vec![0, 1]));
        assert_eq!(outcome(&[("~8", 5.0, 10.0), ("~6", 5.0, 10.0)]), Outcome::Undecided(vec![0, 1]), "no interval");
    }

    #[test]
    fn what_fails_at_once_loses_against_what_does_not() {
        assert_eq!(outcome(&[("<1", 0.0, 1.0), ("~3", 2.0, 3.3)]), Outcome::Winner(1));
        assert_eq!(outcome(&[("<1", 0.0, 1.0), ("1", 1.0, 1.2)]), Outcome::Winner(1), "1 passes where the other fails");
        assert_eq!(outcome(&[("<5", 0.0, 5.0), ("~3", 2.0, 3.3)]), Outcome::Undecided(vec![0, 1]));
        assert_eq!(outcome(&[("<1", 0.0, 1.0), ("<1", 0.0, 1.0)]), Outcome::NoneMeetsIt);
    }

    #[test]
    fn three_of_which_one_is_doubtful_have_no_winner() {
        let found = outcome(&[("~8", 7.7, 8.2), ("~6", 5.8, 6.2), ("~8", 7.9, 8.4)]);
        assert_eq!(found, Outcome::Tie(vec![0, 2]));
        let found = outcome(&[("~8", 7.7, 8.2), ("~6", 5.8, 6.2), ("~9", 7.9, 9.4)]);
        assert_eq!(found, Outcome::Undecided(vec![0, 2]));
    }
}
