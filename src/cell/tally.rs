//! What the first reading keeps of the requests of one level and run.

use super::Window;
use super::failures::Failures;
use super::lengths::Lengths;
use super::metrics::Metrics;
use crate::record::Record;
use serde::{Deserialize, Serialize};

/// Counts, exact sums and histograms. Two tallies merge to the same numbers in any order and grouping.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Tally {
    /// Requests, warm-up left out.
    pub requests: u64,
    /// Failures among them.
    pub failed: u64,
    /// Warm-up requests.
    pub warmup: u64,
    /// Why requests failed.
    pub failures: Failures,
    /// First submission to last end of the successes.
    pub window: Option<Window>,
    /// Whether a success lacks its submission time or its duration.
    pub untimed: bool,
    /// Input tokens of the successes.
    pub input_tokens: Tokens,
    /// Output tokens of the successes.
    pub output_tokens: Tokens,
    /// Output tokens of the successes that count their chunks.
    pub chunked_tokens: u128,
    /// Their chunks.
    pub chunks: u128,
    /// Input tokens of all requests, where the context is to be decided from them.
    pub lengths: Lengths,
    /// Of the successes.
    pub metrics: Metrics,
}

impl Tally {
    /// Counts a request, but for its metrics; true where it is a success, whose metrics count.
    pub fn add(&mut self, record: &Record) -> bool {
        if record.warmup {
            self.warmup += 1;
            return false;
        }
        self.requests += 1;
        if record.context.is_none()
            && let Some(tokens) = record.input_tokens
        {
            self.lengths.add(tokens);
        }
        if !record.success {
            self.failed += 1;
            self.failures.add(record.error.unwrap_or_default());
            return false;
        }
        match window(record) {
            Some(window) => self.window = Some(self.window.map_or(window, |seen| seen.union(window))),
            None => self.untimed = true,
        }
        self.add_tokens(record);
        true
    }

    fn add_tokens(&mut self, record: &Record) {
        self.input_tokens.add(record.input_tokens);
        self.output_tokens.add(record.output_tokens);
        if let (Some(tokens), Some(chunks @ 1..)) = (record.output_tokens, record.output_chunks) {
            self.chunked_tokens += u128::from(tokens);
            self.chunks += u128::from(chunks);
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.requests += other.requests;
        self.failed += other.failed;
        self.warmup += other.warmup;
        self.failures.merge(other.failures);
        self.window = match (self.window, other.window) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.or(b),
        };
        self.untimed |= other.untimed;
        self.input_tokens.merge(other.input_tokens);
        self.output_tokens.merge(other.output_tokens);
        self.chunked_tokens += other.chunked_tokens;
        self.chunks += other.chunks;
        self.lengths.merge(other.lengths);
        self.metrics.merge(other.metrics);
    }
}

/// Submission to end of one request.
fn window(record: &Record) -> Option<Window> {
    let start_ps = record.start_ps?;
    let end_ps = start_ps.saturating_add(rounded(record.e2e_s? * 1e12));
    Some(Window { start_ps, end_ps })
}

/// The nearest whole number, away from zero where two are as near.
///
/// As `round` gives it, which every request of a large file would wait for: most processors' own instructions for it are
/// none that a program may take for granted.
fn rounded(value: f64) -> i128 {
    /// Up to here the whole numbers are 64-bit ones, and from a much smaller one on a double has no fraction.
    const SMALL: f64 = 9e18;
    if value.abs() < SMALL {
        let whole = value as i64;
        let fraction = value - whole as f64;
        i128::from(whole + i64::from(fraction >= 0.5) - i64::from(fraction <= -0.5))
    } else {
        value as i128
    }
}

/// Tokens over the requests that have a number of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Tokens {
    /// Requests that do.
    pub n: u64,
    /// Their tokens.
    pub sum: u128,
}

impl Tokens {
    pub(super) fn add(&mut self, tokens: Option<u64>) {
        if let Some(tokens) = tokens {
            self.n += 1;
            self.sum += u128::from(tokens);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
    }

    /// Tokens per request.
    pub fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_up_counts_as_warm_up_and_a_failure_as_a_failure() {
        let mut tally = Tally::default();
        let record = Record { e2e_s: Some(1.0), output_tokens: Some(10), ..Record::default() };
        tally.add(&Record { warmup: true, ..record.clone() });
        tally.add(&Record { success: false, error: Some("timeout"), ..record.clone() });
        tally.add(&Record { start_ps: Some(5), e2e_s: Some(2e-12), ..record.clone() });
        assert_eq!((tally.requests, tally.failed, tally.warmup), (2, 1, 1));
        assert_eq!(tally.output_tokens, Tokens { n: 1, sum: 10 });
        assert_eq!(tally.window, Some(Window { start_ps: 5, end_ps: 7 }));
        assert!(!tally.untimed);
        tally.add(&record);
        assert!(tally.untimed, "no submission time");
    }

    #[test]
    fn a_time_is_rounded_as_ever() {
        let values = [0.0, 0.4, 0.5, 1.5, 2.5, 0.499_999_999_999_999_94, 4_503_599_627_370_495.5, 8.9e18, 9.1e18, 1e30];
        for value in values.into_iter().flat_map(|value| [value, -value]) {
            assert_eq!(rounded(value), value.round() as i128, "{value}");
        }
    }
}
