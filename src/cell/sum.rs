//! Sums that do not depend on the order of what is added.

use serde::{Deserialize, Serialize};

/// Bits below the binary point: a value is kept to 2⁻⁶⁴ (5e-20), what lies below is cut off.
const FRACTION_BITS: i32 = 64;

/// Values from here on are no time in seconds and no speed in tok/s (2³² s are 136 years).
///
/// 2³² such values fit into a sum before it could overflow.
pub const TOO_LARGE: f64 = 4_294_967_296.0;

/// 2⁻⁶⁴: what is smaller, and not 0, would be added as 0.
const SMALLEST: f64 = 1.0 / (4_294_967_296.0 * 4_294_967_296.0);

/// A sum of values from 0 up to [`TOO_LARGE`], exact to 2⁻⁶⁴ per value.
///
/// Fixed point, because integers add up to the same bits in any order and any grouping, which floats do not: cells are
/// the same bytes for any number of threads. A time of a microsecond still keeps 13 decimal digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Sum(u128);

impl Sum {
    /// Adds a value that [`fits`], or a share that may be smaller.
    pub fn add(&mut self, value: f64) {
        debug_assert!((0.0..TOO_LARGE).contains(&value), "{value}");
        self.0 = self.0.saturating_add(fixed(value));
    }

    /// Adds several, none of which is smaller or larger than these.
    ///
    /// The same to the last bit as one by one, and quicker where they are alike enough: with 11 powers of two between the
    /// smallest and the largest they are whole 64-bit numbers of the last binary place of the smallest.
    pub fn add_all(&mut self, values: &[f64], smallest: f64, largest: f64) {
        let (lowest, highest) = (exponent(smallest), exponent(largest));
        let shift = lowest - MANTISSA_BITS + FRACTION_BITS;
        if values.is_empty() || shift < 0 || highest - lowest > 63 - MANTISSA_BITS - 1 {
            values.iter().for_each(|value| self.add(*value));
            return;
        }
        // In 2³² of that last place.
        let scale = power_of_two(MANTISSA_BITS - 32 - lowest);
        self.0 = self.0.saturating_add(sum_of_whole(values.iter().map(|value| value * scale)) << shift);
    }

    /// Adds the squares of several shares, each rounded to 2⁻⁶⁴, of which the larger ones are taken as 1.
    pub fn add_squares(&mut self, shares: impl ExactSizeIterator<Item = f64>) {
        let squares = shares.map(|share| {
            let square = share * share;
            (if square < 1.0 { square } else { 1.0 }) * HALF_A_WORD
        });
        self.0 = self.0.saturating_add(sum_of_whole(squares));
    }

    /// Adds what was summed elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// The sum, rounded once.
    pub fn value(self) -> f64 {
        // A power of two: the product is exact.
        self.0 as f64 / 2f64.powi(FRACTION_BITS)
    }
}

/// Whether a value can be summed and is still itself then: finite, 0 or at least 2⁻⁶⁴, and below [`TOO_LARGE`].
#[inline]
pub fn fits(value: f64) -> bool {
    // Positive doubles are in the order of their bits, and what is negative or NaN lies behind them.
    const RANGE: u64 = TOO_LARGE.to_bits() - SMALLEST.to_bits();
    value.to_bits().wrapping_sub(SMALLEST.to_bits()) < RANGE || is_zero(value)
}

/// Asked last, as it nearly never is.
#[cold]
fn is_zero(value: f64) -> bool {
    value == 0.0
}

/// Bits of a double behind the first one.
const MANTISSA_BITS: i32 = 52;

/// The power of two that a value is at or above; of 0 one below all others.
#[inline]
fn exponent(value: f64) -> i32 {
    ((value.to_bits() >> MANTISSA_BITS) & 0x7ff) as i32 - 1023
}

/// The bits of a normal value, the first one included.
#[inline]
fn mantissa(value: f64) -> u64 {
    (value.to_bits() & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS)
}

/// Two to a power that a normal double can hold.
#[inline]
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023).cast_unsigned() as u64) << MANTISSA_BITS)
}

/// 2³².
const HALF_A_WORD: f64 = TOO_LARGE;

/// 1.5 × 2⁵²: doubles near it lie 1 apart, so that what is added to it is rounded to a whole number, by which its bits grow.
const ROUNDS: f64 = 6_755_399_441_055_744.0;

/// The sum of up to 2³⁰ whole numbers from 0 to 2⁶⁴, each given in units of 2³²; what is finer than 2⁻³² of these is rounded.
///
/// Processors add doubles and words two at a time, but turn one into the other one by one. So each number is split into its
/// upper and its lower half by adding, and what is added up are the bits that come of it.
#[inline]
fn sum_of_whole(numbers: impl ExactSizeIterator<Item = f64>) -> u128 {
    let count = numbers.len() as u64;
    debug_assert!(count <= 1 << 30);
    let (mut upper, mut lower) = (0_u64, 0_u64);
    for number in numbers {
        let rounded = number + ROUNDS;
        let rest = (number - (rounded - ROUNDS)) * HALF_A_WORD + ROUNDS;
        upper = upper.wrapping_add(rounded.to_bits());
        lower = lower.wrapping_add(rest.to_bits());
    }
    let offset = count.wrapping_mul(ROUNDS.to_bits());
    let [upper, lower] = [upper, lower].map(|sum| i128::from(sum.wrapping_sub(offset).cast_signed()));
    // The rest of a number may be below 0, the number is not.
    ((upper << 32) + lower).cast_unsigned()
}

/// The value times 2⁶⁴, cut off below the binary point; the value is at least 0 and below [`TOO_LARGE`].
fn fixed(value: f64) -> u128 {
    let mantissa = mantissa(value);
    match exponent(value) - MANTISSA_BITS + FRACTION_BITS {
        left @ 0.. => u128::from(mantissa) << left,
        right @ -63..0 => u128::from(mantissa >> -right),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> Sum {
        let mut sum = Sum::default();
        values.iter().for_each(|value| sum.add(*value));
        sum
    }

    #[test]
    fn the_order_of_the_values_changes_no_bit() {
        let values = [1e9, 0.1, 1e-12, 0.7, 3e-4, 123_456.789];
        let mut backwards = values;
        backwards.reverse();
        assert_eq!(sum(&values), sum(&backwards));
        let mut parts = sum(&values[..2]);
        parts.merge(sum(&values[2..]));
        assert_eq!(parts, sum(&values));
    }

    #[test]
    fn what_fits_is_zero_or_neither_too_small_nor_too_large() {
        let above = |value: f64| f64::from_bits(value.to_bits() + 1);
        let below = |value: f64| f64::from_bits(value.to_bits() - 1);
        for value in [0.0, -0.0, SMALLEST, above(SMALLEST), 0.1, 1e9, below(TOO_LARGE)] {
            assert!(fits(value), "{value:e}");
        }
        let others = [below(SMALLEST), 5e-324, TOO_LARGE, above(TOO_LARGE), 1e300, -1e-300, -1.0, -1e300];
        for value in others.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN]) {
            assert!(!fits(value), "{value:e}");
        }
    }

    #[test]
    fn ten_tenths_are_one() {
        assert_eq!(sum(&[0.1; 10]).value(), 1.0);
        assert_eq!(sum(&[0.0, -0.0]).value(), 0.0);
        assert_eq!(sum(&[0.5, 4_294_967_295.5]).value(), 4_294_967_296.0);
        assert_eq!(sum(&[1e-6]).value(), 1e-6 - 1e-6 % 2f64.powi(-64));
    }

    #[test]
    fn several_at_once_are_the_same_as_one_by_one() {
        let alike = [0.051, 1.7, 3.0, 0.062_499_999, 12.5];
        let far_apart = [0.0, 1e-15, 3e-4, 0.9, 4e9];
        let small = [1e-5, 2e-5, 1.1e-5];
        for values in [&alike[..], &far_apart, &small, &[0.0, 0.0], &[7.25], &[]] {
            let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = values.iter().copied().fold(0.0, f64::max);
            let mut together = Sum::default();
            together.add_all(values, smallest, largest);
            assert_eq!(together, sum(values), "{values:?}");
        }
        let shares = [0.0, 1.0, -1.0, 1.000_000_1, 0.5, -0.3, 1e-3, 1e-9, 3e-10, 1e-200, 0.999_999_999_999];
        let mut together = Sum::default();
        together.add_squares(shares.into_iter());
        let mut apart = Sum::default();
        for share in shares {
            let mut square = Sum::default();
            square.add_squares([share].into_iter());
            let cut_off = sum(&[(share * share).min(1.0)]);
            assert!(square.0 - cut_off.0 <= 1, "{share}: the nearest is what is cut off, or the next");
            apart.merge(square);
        }
        assert_eq!(together, apart);
        let mut least = Sum::default();
        least.add_squares([f64::powi(2.0, -32), f64::powi(2.0, -33)].into_iter());
        assert_eq!(least.0, 1, "2⁻⁶⁴, and of 2⁻⁶⁶ nothing");
    }

    #[test]
    fn what_cannot_be_measured_does_not_fit() {
        assert!(fits(0.0) && fits(-0.0) && fits(4e9));
        for value in [-1e-9, 1e-24, f64::NAN, f64::INFINITY, TOO_LARGE] {
            assert!(!fits(value), "{value}");
        }
    }
}
