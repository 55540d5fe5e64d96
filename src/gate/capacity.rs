//! Capacity limits, before and now.

use crate::analysis::capacity::Kind;
use crate::results::{Capacity, Results};
use serde::Serialize;

/// What became of a capacity limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityVerdict {
    /// It fell by more than its limit, beyond the noise.
    Regressed,
    /// It fell, within its limit.
    Fell,
    /// The use case is not the same: nothing was compared.
    Changed,
    /// What is known of the two fits a fall as well as a rise: `~39` and `32+`.
    Unclear,
    /// The 95 % intervals of the two overlap.
    WithinNoise,
    /// The same limit.
    Same,
    /// It rose.
    Rose,
}

/// A use case's limit, before and now.
///
/// A limit is what is known of it: `6` and `~39` are that number, `10+` anything from 10 on, `<4` anything below 4. It fell
/// where all that it may be now lies below all that it may have been. Where the crossing has a 95 % interval that, too, must
/// lie apart. Thresholds, context, output tokens, rule or statistic that are not the same make it another use case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CapacityMove {
    /// Id of the use case.
    pub use_case: String,
    /// As the report calls it.
    pub name: String,
    /// `concurrent requests` or `requests/s`.
    pub unit: &'static str,
    /// The limit in the baseline, as printed.
    pub before: String,
    /// The limit now.
    pub now: String,
    /// How far it may fall, as a share.
    pub limit: f64,
    /// What became of it.
    pub verdict: CapacityVerdict,
    /// What is not the same of the use case: `max_ttft_s: 8 → 10`.
    pub changed: Vec<String>,
}

/// What a limit may be: from and to, both included.
#[derive(Clone, Copy)]
struct Range(f64, f64);

impl Range {
    fn of(capacity: &Capacity) -> Option<Self> {
        let level = capacity.limit.level.load().map(|load| load.level());
        match capacity.limit.kind {
            Kind::Tested | Kind::Estimated => level.map(|level| Self(level, level)),
            Kind::Open => level.map(|level| Self(level, f64::INFINITY)),
            // Below the smallest level tested, so that level is not part of it.
            Kind::Unmet => capacity.bracket[1].map(|level| Self(0.0, level.value().next_down())),
            Kind::NotJudged => None,
        }
    }

    /// The same by the 95 % interval of the crossing, where there is one.
    fn with_noise(capacity: &Capacity) -> Option<Self> {
        capacity.crossing_interval.map(|(low, high)| Self(low, high)).or_else(|| Self::of(capacity))
    }

    fn is_below(self, other: Self) -> bool {
        self.1 < other.0
    }
}

/// Every use case that both have, worst first.
pub(super) fn moves(before: &Results, now: &Results, limit: f64) -> Vec<CapacityMove> {
    let pairs = all(now).filter_map(|new| Some((counterpart(new, before)?, new)));
    let mut moves: Vec<_> = pairs.map(|(old, new)| moved(old, new, limit)).collect();
    moves.sort_by_key(|one| one.verdict);
    moves
}

/// Use cases whose limit only the baseline has.
pub(super) fn missing(before: &Results, now: &Results) -> Vec<String> {
    all(before).filter(|old| counterpart(old, now).is_none()).map(|old| old.use_case.clone()).collect()
}

/// Limits in requests in flight, and those in requests per second.
fn all(results: &Results) -> impl Iterator<Item = &Capacity> {
    results.capacity.iter().chain(results.request_rates.iter().flat_map(|rates| &rates.capacity))
}

fn counterpart<'r>(capacity: &Capacity, other: &'r Results) -> Option<&'r Capacity> {
    all(other).find(|one| one.use_case == capacity.use_case && one.load == capacity.load)
}

fn moved(before: &Capacity, now: &Capacity, limit: f64) -> CapacityMove {
    let changed = changes(before, now);
    let verdict = if changed.is_empty() { verdict(before, now, limit) } else { CapacityVerdict::Changed };
    CapacityMove {
        use_case: now.use_case.clone(),
        name: now.name.clone(),
        unit: match now.load {
            Some(crate::results::LoadKind::RequestRate) => "requests/s",
            _ => "concurrent requests",
        },
        before: before.limit.text.clone(),
        now: now.limit.text.clone(),
        limit,
        verdict,
        changed,
    }
}

fn verdict(before: &Capacity, now: &Capacity, limit: f64) -> CapacityVerdict {
    let Some((old, new)) = Range::of(before).zip(Range::of(now)) else {
        let both_unjudged = before.limit.kind == Kind::NotJudged && now.limit.kind == Kind::NotJudged;
        return if both_unjudged { CapacityVerdict::Same } else { CapacityVerdict::Unclear };
    };
    let noise = || Range::with_noise(before).zip(Range::with_noise(now));
    let apart = |low: Range, high: Range| low.is_below(high);
    if old.0 == new.0 && old.1 == new.1 {
        CapacityVerdict::Same
    } else if new.is_below(old) {
        match noise() {
            Some((old, new)) if !apart(new, old) => CapacityVerdict::WithinNoise,
            _ if 1.0 - new.1 / old.0 > limit => CapacityVerdict::Regressed,
            _ => CapacityVerdict::Fell,
        }
    } else if old.is_below(new) {
        match noise() {
            Some((old, new)) if !apart(old, new) => CapacityVerdict::WithinNoise,
            _ => CapacityVerdict::Rose,
        }
    } else {
        CapacityVerdict::Unclear
    }
}

/// What is not the same of a use case and of how its limit is read.
fn changes(before: &Capacity, now: &Capacity) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("none".to_owned(), |value| format!("{value}"));
    let tokens = |value: Option<u64>| value.map_or("any".to_owned(), |value| value.to_string());
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let (old, new) = (&before.thresholds, &now.thresholds);
    let all = [
        ("context", before.context_label.clone(), now.context_label.clone()),
        ("output_tokens", tokens(before.output_tokens), tokens(now.output_tokens)),
        ("max_ttft_s", number(old.max_ttft_s), number(new.max_ttft_s)),
        ("min_speed", number(old.min_speed_tok_s), number(new.min_speed_tok_s)),
        ("max_e2e_s", number(old.max_e2e_s), number(new.max_e2e_s)),
        ("rule", word(serde_json::to_value(before.rule)), word(serde_json::to_value(now.rule))),
        ("statistic", word(serde_json::to_value(before.statistic)), word(serde_json::to_value(now.statistic))),
    ];
    all.into_iter().filter(|(_, a, b)| a != b).map(|(key, a, b)| format!("{key}: {a} → {b}")).collect()
}
