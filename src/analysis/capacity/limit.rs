//! The limit that one condition sets: the straight line between the last level that passes and the first that fails.

use super::{Condition, Kind, Level, Steps, Threshold, interval};
use crate::format;
use std::cmp::Ordering;

/// How close to the failing level the crossing must lie, as a share of it, for that level to stand on the threshold.
const ON_THRESHOLD: f64 = 0.75;

/// What one condition allows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub condition: Condition,
    pub kind: Kind,
    /// The limit; none where open or unmet.
    pub level: Option<f64>,
    /// The largest level within the threshold; the largest tested one where open, none where the smallest fails.
    pub within: Option<f64>,
    /// Last level that passes and first that fails.
    pub bracket: (Option<f64>, Option<f64>),
    /// Where the line between them crosses the threshold.
    pub crossing: Option<f64>,
    /// 95 % interval of the crossing.
    pub crossing_interval: Option<(f64, f64)>,
}

/// The straight line through a metric at two levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Level and value at the left end.
    pub from: (f64, f64),
    /// Level and value at the right end.
    pub to: (f64, f64),
}

impl Line {
    /// The value at a level.
    pub fn at(&self, level: f64) -> f64 {
        let share = (level - self.from.0) / (self.to.0 - self.from.0);
        self.from.1 + share * (self.to.1 - self.from.1)
    }

    /// The level at which it has the value, clamped to its ends; its values there differ.
    pub fn crossing(&self, value: f64) -> f64 {
        let share = (value - self.from.1) / (self.to.1 - self.from.1);
        (self.from.0 + share * (self.to.0 - self.from.0)).clamp(self.from.0, self.to.0)
    }
}

/// One verdict per condition: `success` first, then the thresholds. `levels` is not empty.
pub(super) fn verdicts(thresholds: &[Threshold], levels: &[Level], steps: Steps, near: f64) -> Vec<Verdict> {
    let mut verdicts = vec![success(levels)];
    verdicts.extend(thresholds.iter().map(|threshold| on_threshold(threshold, levels, steps, near)));
    verdicts
}

/// Failed requests: no line to read a level off, so the last level that passes is the limit.
fn success(levels: &[Level]) -> Verdict {
    let level = |level: &Level| level.load.level();
    let Some(at) = levels.iter().position(|level| level.exceeded.contains(&Condition::Success)) else {
        return Verdict::open(Condition::Success, levels);
    };
    let lo = at.checked_sub(1).map(|before| level(&levels[before]));
    Verdict {
        condition: Condition::Success,
        kind: if lo.is_some() { Kind::Tested } else { Kind::Unmet },
        level: lo,
        within: lo,
        bracket: (lo, Some(level(&levels[at]))),
        crossing: lo,
        crossing_interval: None,
    }
}

/// A threshold on a metric.
fn on_threshold(threshold: &Threshold, levels: &[Level], steps: Steps, near: f64) -> Verdict {
    let condition = threshold.condition;
    // A level where too many requests failed may lack the metric; `success` sets a limit below it in any case.
    let points: Vec<_> =
        levels.iter().filter_map(|level| Some((level, level.load.level(), level.value(condition)?))).collect();
    let Some(at) = points.iter().position(|(_, _, value)| !threshold.passes(*value)) else {
        return Verdict::open(condition, levels);
    };
    let (hi_level, hi, hi_value) = points[at];
    let on_threshold = threshold.nearly_passes(hi_value, near);
    let Some((lo_level, lo, lo_value)) = at.checked_sub(1).map(|before| points[before]) else {
        return Verdict {
            condition,
            kind: if on_threshold { Kind::Tested } else { Kind::Unmet },
            level: on_threshold.then_some(hi),
            within: None,
            bracket: (None, Some(hi)),
            crossing: None,
            crossing_interval: None,
        };
    };
    let line = Line { from: (lo, lo_value), to: (hi, hi_value) };
    let crossing = line.crossing(threshold.value);
    let down = steps.down(crossing, lo, hi);
    let nearest = steps.nearest(crossing, lo, hi);
    let level = if on_threshold && crossing >= ON_THRESHOLD * hi * (1.0 - 1e-12) {
        hi
    } else if threshold.nearly_passes(line.at(nearest), near) {
        nearest
    } else {
        down
    };
    let error = |level: &Level| level.standard_errors[threshold.metric as usize];
    let errors = error(lo_level).zip(error(hi_level));
    Verdict {
        condition,
        kind: if level == lo || level == hi { Kind::Tested } else { Kind::Estimated },
        level: Some(level),
        within: Some(down),
        bracket: (Some(lo), Some(hi)),
        crossing: Some(crossing),
        crossing_interval: errors.map(|errors| interval::crossing_interval(&line, threshold.value, errors)),
    }
}

impl Verdict {
    /// No level fails the condition.
    fn open(condition: Condition, levels: &[Level]) -> Self {
        let largest = levels.last().map(|level| level.load.level());
        Self {
            condition,
            kind: Kind::Open,
            level: None,
            within: largest,
            bracket: (largest, None),
            crossing: None,
            crossing_interval: None,
        }
    }

    /// Whether a limit or level within is not one of the two tested levels it lies between.
    pub fn is_estimated(&self, level: f64) -> bool {
        let tested = |end: Option<f64>| end == Some(level);
        !tested(self.bracket.0) && !tested(self.bracket.1)
    }

    /// Smaller limits first, then smaller crossings, then conditions in their order.
    pub fn limit_order(&self, other: &Self) -> Ordering {
        let limit = |verdict: &Self| match verdict.kind {
            Kind::Open => f64::INFINITY,
            _ => verdict.level.unwrap_or(f64::NEG_INFINITY),
        };
        limit(self).total_cmp(&limit(other)).then_with(|| self.tie_order(other))
    }

    /// Smaller levels within first, then smaller crossings, then conditions in their order.
    pub fn within_order(&self, other: &Self) -> Ordering {
        let within = |verdict: &Self| match verdict.kind {
            Kind::Open => f64::INFINITY,
            _ => verdict.within.unwrap_or(f64::NEG_INFINITY),
        };
        within(self).total_cmp(&within(other)).then_with(|| self.tie_order(other))
    }

    /// A condition that the smallest level misses crosses somewhere below every other.
    fn tie_order(&self, other: &Self) -> Ordering {
        let crossing = |verdict: &Self| verdict.crossing.unwrap_or(f64::NEG_INFINITY);
        crossing(self).total_cmp(&crossing(other)).then_with(|| self.condition.cmp(&other.condition))
    }
}

/// A level as printed: `6`, `~39`, `~2.3`.
pub(super) fn text(level: f64, estimated: bool) -> String {
    format!("{}{}", if estimated { "~" } else { "" }, format::shortest(level))
}
