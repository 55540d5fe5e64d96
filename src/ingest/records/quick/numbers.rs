//! The numbers of one record, as they were read and before any of them is judged.

use super::super::columns::{COLUMNS, Column, Field};
use super::super::judge::doubt_duration;
use super::super::row::MOST;
use super::decimal::Decimal;

/// A number for each column, where there is one.
///
/// Reading stores numbers here without asking what each of them means; that is done for all of them at once, in an order that
/// is always the same.
#[derive(Debug, Clone)]
pub struct Numbers {
    // In parts of their own: a number written as parts and copied as a whole is waited for.
    digits: [u64; COLUMNS.len()],
    lengths: [u8; COLUMNS.len()],
    behind: [u8; COLUMNS.len()],
    /// Of the column's unit: a second has ten to the power of this of it.
    exponents: [u32; COLUMNS.len()],
}

impl Numbers {
    /// No number yet, for columns of these fields.
    pub fn of_fields(fields: impl IntoIterator<Item = Field>) -> Self {
        let mut exponents = [0; COLUMNS.len()];
        for field in fields {
            exponents[field.column as usize] = field.exponent;
        }
        let [lengths, behind] = [[0; COLUMNS.len()]; 2];
        Self { digits: [0; COLUMNS.len()], lengths, behind, exponents }
    }

    /// Stores a number, or [`Decimal::NONE`].
    #[inline]
    pub fn store(&mut self, column: Column, decimal: Decimal) {
        let at = column as usize;
        (self.digits[at], self.lengths[at], self.behind[at]) = (decimal.digits, decimal.length, decimal.behind);
    }

    /// The number of a column.
    #[inline]
    pub fn of(&self, column: Column) -> Option<Decimal> {
        let at = column as usize;
        let decimal = Decimal { digits: self.digits[at], length: self.lengths[at], behind: self.behind[at] };
        (decimal.length > 0).then_some(decimal)
    }

    /// The exponent of a column's unit.
    #[inline]
    pub fn exponent(&self, column: Column) -> u32 {
        self.exponents[column as usize]
    }

    /// A duration in seconds; none where it may be wrong.
    #[inline(always)]
    pub fn duration(&self, column: Column) -> Option<Option<f64>> {
        let Some(decimal) = self.of(column) else { return Some(None) };
        let seconds = decimal.seconds(self.exponent(column))?;
        doubt_duration(seconds).is_none().then_some(Some(seconds))
    }

    /// A count; none where it may be wrong.
    #[inline]
    pub fn count(&self, column: Column) -> Option<Option<u64>> {
        let Some(decimal) = self.of(column) else { return Some(None) };
        Some(Some(decimal.whole().filter(|count| *count <= MOST as u64)?))
    }

    /// A count that is part of a level's name; none where it may be wrong.
    #[inline]
    pub fn level(&self, column: Column) -> Option<Option<u64>> {
        let level = self.count(column)?;
        (level != Some(0)).then_some(level)
    }
}
