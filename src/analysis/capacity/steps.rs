//! Which numbers a limit may be: whole requests in flight, or request rates of two significant digits.

use crate::record::Load;

/// What an intersection of two lines may lose to rounding, so that a crossing at 7 is not called 6.
const BINARY: f64 = 1e-9;

/// The numbers a limit may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Steps {
    /// Requests in flight.
    Whole,
    /// Requests per second, to two significant digits.
    TwoDigits,
}

impl Steps {
    /// The steps of a kind of load.
    pub fn of(load: Load) -> Self {
        if load.is_concurrency() { Steps::Whole } else { Steps::TwoDigits }
    }

    /// The largest step that is not above `crossing`, from `lo` on and below `hi`.
    pub fn down(self, crossing: f64, lo: f64, hi: f64) -> f64 {
        match self {
            Steps::Whole => (crossing + BINARY).floor().min(hi - 1.0).max(lo),
            Steps::TwoDigits => two_digits_down(crossing).max(lo),
        }
    }

    /// The step nearest to `crossing`, half up, from `lo` on; a whole one stays below `hi`.
    pub fn nearest(self, crossing: f64, lo: f64, hi: f64) -> f64 {
        match self {
            // What lies less than one step above a tested level is that level.
            Steps::Whole if self.down(crossing, lo, hi) == lo => lo,
            Steps::Whole => (crossing + 0.5 + BINARY).floor().min(hi - 1.0),
            Steps::TwoDigits => two_digits(crossing).0.max(lo),
        }
    }
}

/// `value` to two significant digits, with the digits as a whole number and the power of ten they count.
fn two_digits(value: f64) -> (f64, i64, i32) {
    let text = format!("{value:.1e}");
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let digits: i64 = digits.replace('.', "").parse().expect("two digits");
    let exponent: i32 = exponent.parse().expect("a whole exponent");
    (scaled(digits, exponent - 1), digits, exponent - 1)
}

/// The same, rounded towards zero.
fn two_digits_down(value: f64) -> f64 {
    let (rounded, digits, exponent) = two_digits(value);
    match digits {
        _ if rounded <= value * (1.0 + BINARY) => rounded,
        10 => scaled(99, exponent - 1),
        _ => scaled(digits - 1, exponent),
    }
}

/// The number nearest to digits × 10^exponent: read as text, so that 0.1 is what a person writes as `0.1`.
fn scaled(digits: i64, exponent: i32) -> f64 {
    format!("{digits}e{exponent}").parse().expect("a number in scientific notation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_two_significant_digits() {
        let table = [
            (2.345, 2.3, 2.3),
            (2.38, 2.4, 2.3),
            (0.0999, 0.1, 0.099),
            (123.0, 120.0, 120.0),
            (9.99, 10.0, 9.9),
            (0.1, 0.1, 0.1),
        ];
        for (crossing, nearest, down) in table {
            assert_eq!(Steps::TwoDigits.nearest(crossing, 0.0, 1e9), nearest, "{crossing}");
            assert_eq!(Steps::TwoDigits.down(crossing, 0.0, 1e9), down, "{crossing}");
        }
    }

    #[test]
    fn a_rate_is_never_rounded_below_the_level_that_passed() {
        assert_eq!(Steps::TwoDigits.down(1.29, 1.25, 1.5), 1.25);
        assert_eq!(Steps::TwoDigits.nearest(1.242, 1.24, 1.5), 1.24);
    }

    #[test]
    fn a_crossing_on_a_whole_number_is_that_number() {
        assert_eq!(Steps::Whole.down(6.999_999_999_999_9, 5.0, 10.0), 7.0);
        assert_eq!(Steps::Whole.nearest(7.5, 5.0, 10.0), 8.0, "half up");
        assert_eq!(Steps::Whole.nearest(9.8, 5.0, 10.0), 9.0, "below the level that failed");
        assert_eq!(Steps::Whole.nearest(5.9, 5.0, 10.0), 5.0, "less than a step above a tested level");
    }
}
