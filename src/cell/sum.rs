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

/// The value times 2⁶⁴, cut off below the binary point; the value is at least 0 and below [`TOO_LARGE`].
fn fixed(value: f64) -> u128 {
    const MANTISSA_BITS: i32 = 52;
    let bits = value.to_bits();
    let exponent = ((bits >> MANTISSA_BITS) & 0x7ff) as i32 - 1023;
    let mantissa = (bits & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS);
    match exponent - MANTISSA_BITS + FRACTION_BITS {
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
    fn what_cannot_be_measured_does_not_fit() {
        assert!(fits(0.0) && fits(-0.0) && fits(4e9));
        for value in [-1e-9, 1e-24, f64::NAN, f64::INFINITY, TOO_LARGE] {
            assert!(!fits(value), "{value}");
        }
    }
}
