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
        let whole = |value: &f64| u128::from(mantissa(*value) << ((exponent(*value) - lowest) & 63));
        let sum: u128 = values.iter().map(whole).sum();
        self.0 = self.0.saturating_add(sum << shift);
    }

    /// Adds the squares of several shares, of which the larger ones are taken as 1.
    ///
    /// The same to the last bit as adding each.
    pub fn add_squares(&mut self, shares: impl Iterator<Item = f64>) {
        let (mut ones, mut sum) = (0_u64, 0_u128);
        for share in shares {
            let square = share * share;
            ones += u64::from(square >= 1.0);
            // The mantissa from the highest bit on, moved down to its place behind the binary point.
            let places = (-1 - exponent(square)).cast_unsigned();
            let moved = (mantissa(square) << (63 - MANTISSA_BITS)) >> (places & 63);
            sum += u128::from(if places < 64 { moved } else { 0 });
        }
        self.0 = self.0.saturating_add(sum + (u128::from(ones) << FRACTION_BITS));
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
pub fn fits(value: f64) -> bool {
    value == 0.0 || (SMALLEST..TOO_LARGE).contains(&value)
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
        for share in shares {
            let mut squares = Sum::default();
            squares.add_squares([share, 0.7].into_iter());
            assert_eq!(squares, sum(&[(share * share).min(1.0), 0.7 * 0.7]), "{share}");
        }
    }

    #[test]
    fn what_cannot_be_measured_does_not_fit() {
        assert!(fits(0.0) && fits(-0.0) && fits(4e9));
        for value in [-1e-9, 1e-24, f64::NAN, f64::INFINITY, TOO_LARGE] {
            assert!(!fits(value), "{value}");
        }
    }
}
