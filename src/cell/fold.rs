//! Records to cells in two readings: [`Counting`] first, then [`Picking`].

use super::Cell;
use crate::error::Warned;
use crate::record::Record;

/// The first reading: counts, exact sums and histograms. Chunks of records can be counted apart and merged in any order.
#[derive(Debug, Clone, Default)]
pub struct Counting {}

impl Counting {
    /// Folds a record in. `file` is the number of its source: a context that is not given is decided per file and load.
    pub fn add(&mut self, record: &Record, file: usize) {
        let _ = (record, file);
        todo!()
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        let _ = other;
        todo!()
    }

    /// Decides contexts and wanted ranks: what the second reading has to look for.
    pub fn decide(self) -> Picking {
        todo!()
    }
}

/// The second reading: the order statistics and squared deviations that the first one could only narrow down.
#[derive(Debug, Clone)]
pub struct Picking {}

impl Picking {
    /// Folds the same record in again.
    pub fn add(&mut self, record: &Record, file: usize) {
        let _ = (record, file);
        todo!()
    }

    /// Adds what was picked elsewhere; both come from clones of one [`Counting::decide`].
    pub fn merge(&mut self, other: Self) {
        let _ = other;
        todo!()
    }

    /// The cells, ordered by key.
    pub fn finish(self) -> Warned<Vec<Cell>> {
        todo!()
    }
}
