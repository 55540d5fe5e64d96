//! What names the level of a row and stands in front of it.

use super::super::columns::{Column, Field};
use super::super::row::Row;
use super::numbers::Numbers;
use super::scan::Lead;
use crate::record::LevelMark;

/// The bytes in front of a row that name its level: programs write rows level by level, so that the next row mostly begins with
/// the same ones. Then they need not be read again, and the row bears the mark of the row before.
#[derive(Debug)]
pub struct LevelInFront {
    bytes: Lead,
    /// Whether they alone say which level a record belongs to.
    tell_all: bool,
    /// Of the level that they name, where they tell all of it.
    mark: LevelMark,
}

impl LevelInFront {
    /// No level yet, of rows that have these fields behind those that name the level.
    pub fn before(others: impl IntoIterator<Item = Field>) -> Self {
        let decides_level = |field: Field| field.column.names_level() || field.column == Column::Case;
        Self { bytes: Lead::default(), tell_all: !others.into_iter().any(decides_level), mark: LevelMark::default() }
    }

    /// How many bytes name the level, where a row begins with those of the row before.
    #[inline(always)]
    pub fn length_in(&self, row: &[u8]) -> Option<usize> {
        (self.is_known() && self.bytes.is_at(row, 0)).then(|| self.bytes.length())
    }

    /// The row begins with something else.
    pub fn forget(&mut self) {
        (self.bytes, self.mark) = (Lead::default(), LevelMark::default());
    }

    /// Notes the bytes that name a row's level, if any, once their numbers were read; none where one of these may be wrong.
    pub fn note(&mut self, bytes: &[u8], numbers: &Numbers, row: &mut Row<'_>) -> Option<()> {
        if self.tell_all && !bytes.is_empty() {
            row.set_level_numbers(numbers)?;
            self.mark = LevelMark::new();
        }
        self.bytes = Lead::new(bytes);
        Some(())
    }

    /// The mark of a row that was read to its end. The numbers that name its level are judged unless [`Self::note`] did that;
    /// none where one of them may be wrong.
    #[inline(always)]
    pub fn mark(&self, numbers: &Numbers, row: &mut Row<'_>) -> Option<LevelMark> {
        if !(self.tell_all && self.is_known()) {
            row.set_level_numbers(numbers)?;
        }
        Some(self.mark)
    }

    #[inline(always)]
    fn is_known(&self) -> bool {
        self.bytes.length() > 0
    }
}
