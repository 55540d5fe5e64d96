//! The context of requests whose source does not name it, decided from their input tokens.

use crate::context::{Context, STANDARD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a request may lie from its context, in hundredths of the context.
const TOLERANCE: u128 = 12;

/// How often each number of input tokens was seen at one load level of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Lengths {
    counts: BTreeMap<u64, u64>,
}

impl Lengths {
    /// Counts a request.
    pub fn add(&mut self, input_tokens: u64) {
        *self.counts.entry(input_tokens).or_default() += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (tokens, count) in other.counts {
            *self.counts.entry(tokens).or_default() += count;
        }
    }

    /// How many requests were counted, and their mean; none without a request.
    pub fn mean(&self) -> Option<(u64, f64)> {
        let n: u64 = self.counts.values().sum();
        let sum: u128 = self.counts.iter().map(|(&tokens, &count)| u128::from(tokens) * u128::from(count)).sum();
        (n > 0).then(|| (n, sum as f64 / n as f64))
    }

    /// The standard context that nine in ten requests lie near, else their own median where nine in ten lie near that,
    /// else a mixed context; none without a request.
    pub fn context(&self) -> Option<Context> {
        let (n, mean) = self.mean()?;
        if let Some(standard) = STANDARD.into_iter().find(|standard| self.gather_at(2 * u128::from(*standard), n)) {
            return Some(Context::nominal(standard));
        }
        let twice_median = u128::from(self.at((n - 1) / 2)) + u128::from(self.at(n / 2));
        if self.gather_at(twice_median, n) {
            return Some(Context::nominal(twice_median.div_ceil(2) as u64));
        }
        Some(Context::mixed(mean))
    }

    /// Whether nine in ten of `n` requests lie within the tolerance of a length, given twice to allow for halves.
    fn gather_at(&self, twice_length: u128, n: u64) -> bool {
        let near = |tokens: u64| (2 * u128::from(tokens)).abs_diff(twice_length) * 100 <= twice_length * TOLERANCE;
        let gathered: u64 = self.counts.iter().filter(|(tokens, _)| near(**tokens)).map(|(_, count)| count).sum();
        u128::from(gathered) * 10 >= u128::from(n) * 9
    }

    /// The length of a rank below n, counted from 0.
    fn at(&self, rank: u64) -> u64 {
        let mut below = 0;
        for (&tokens, &count) in &self.counts {
            below += count;
            if rank < below {
                return tokens;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(lengths: &[(u64, u64)]) -> String {
        Lengths { counts: lengths.iter().copied().collect() }.context().map_or("–".into(), |context| context.label)
    }

    #[test]
    fn nine_in_ten_near_a_standard_context_decide() {
        assert_eq!(label(&[(1000, 9), (5000, 1)]), "1K");
        assert_eq!(label(&[(1000, 89), (5000, 11)]), "~1.4K, mixed");
        assert_eq!(label(&[(29_000, 5), (36_700, 5)]), "32K");
        assert_eq!(label(&[(28_835, 1)]), "28835", "12 % below 32K ends at 28835.84");
        assert_eq!(label(&[(28_836, 1)]), "32K");
    }

    #[test]
    fn else_their_own_median_decides() {
        assert_eq!(label(&[(99, 3), (100, 4), (101, 3)]), "100");
        assert_eq!(label(&[(3000, 9), (9000, 1)]), "3K");
        assert_eq!(label(&[(99, 1), (100, 1)]), "100", "99.5, rounded half up");
    }

    #[test]
    fn lengths_far_apart_are_mixed_and_labelled_by_their_mean() {
        assert_eq!(label(&[(100, 1), (900, 1)]), "~500, mixed");
        assert_eq!(label(&[(200, 1), (2257, 1)]), "~1.2K, mixed");
        assert_eq!(label(&[]), "–");
    }
}
