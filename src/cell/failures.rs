//! Why requests failed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many distinct reasons a tally remembers. Reasons that hold an id or a time would fill the memory.
const REASONS: usize = 1000;

/// How many reasons a cell names.
const NAMED: usize = 50;

/// How long a reason may be, characters.
const LENGTH: usize = 120;

/// What stands for the reasons that are not named.
pub const OTHER_REASONS: &str = "other reasons";

/// Failures by reason.
///
/// Of more than [`REASONS`] distinct reasons the first by text are remembered: whatever the order of the records, the
/// same ones, and with their full counts, since a reason among the first of all is among the first of any part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Failures {
    total: u64,
    reasons: BTreeMap<String, u64>,
}

impl Failures {
    /// Counts a failure; without a reason it counts under `""`.
    pub fn add(&mut self, reason: &str) {
        let reason = reason.trim();
        let end = reason.char_indices().nth(LENGTH).map_or(reason.len(), |(end, _)| end);
        self.total += 1;
        self.count(&reason[..end], 1);
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.total += other.total;
        for (reason, count) in other.reasons {
            self.count(&reason, count);
        }
    }

    fn count(&mut self, reason: &str, times: u64) {
        if let Some(count) = self.reasons.get_mut(reason) {
            *count += times;
            return;
        }
        self.reasons.insert(reason.to_owned(), times);
        if self.reasons.len() > REASONS {
            self.reasons.pop_last();
        }
    }

    /// The most frequent reasons (of equals the first by text), the rest under [`OTHER_REASONS`].
    pub fn named(self) -> BTreeMap<String, u64> {
        let mut reasons: Vec<_> = self.reasons.into_iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        reasons.truncate(NAMED);
        let rest = self.total - reasons.iter().map(|(_, count)| count).sum::<u64>();
        let mut named: BTreeMap<_, _> = reasons.into_iter().collect();
        if rest > 0 {
            *named.entry(OTHER_REASONS.to_owned()).or_default() += rest;
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_without_end_are_counted_but_not_named() {
        let reasons: Vec<_> = (0..3000).map(|i| format!("request {} failed", i % 1500)).collect();
        let mut one = Failures::default();
        let (mut left, mut right) = (Failures::default(), Failures::default());
        for (i, reason) in reasons.iter().enumerate() {
            one.add(reason);
            if i % 7 < 3 { left.add(reason) } else { right.add(reason) }
        }
        one.add("timeout");
        one.add("timeout");
        one.add("request 0 failed");
        right.add("request 0 failed");
        left.add("timeout");
        right.add("timeout");
        right.merge(left);
        assert_eq!(right, one, "in any order");
        let named = one.named();
        assert_eq!(named["request 0 failed"], 3);
        assert_eq!(named.len(), 51);
        assert_eq!(named.values().sum::<u64>(), 3003);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let mut failures = Failures::default();
        failures.add(&"ä".repeat(500));
        assert_eq!(failures.named().into_keys().next(), Some("ä".repeat(120)));
    }
}
