//! What one file adds to both readings, apart from the others, so that it can be kept and added again without the file.
//!
//! In the first reading that is a [`Counting`] of its own. In the second it depends on all files what is looked for: a [`Share`]
//! holds the question beside the answer, and counts only where the same is asked to the last bit.

use super::{Counting, Picking};
use crate::cell::breaks::Activity;
use crate::cell::level::Levels;
use crate::cell::metrics::Selections;
use crate::cell::selection::Selection;
use crate::record::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

impl Counting {
    /// Folds in a record of the only file.
    pub fn add_alone(&mut self, record: &Record) {
        self.add(record, 0);
    }

    /// Adds what was counted of one file by [`Self::add_alone`]; the file has that number here.
    pub fn merge_file(&mut self, other: Self, file: usize) {
        self.merge_as(other, |(_, part)| (file, part));
    }

    /// Whether it holds texts of requests, which no one writes down.
    pub fn holds_texts(&self) -> bool {
        self.suite.holds_texts()
    }

    /// The levels of its records.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }
}

/// What the second reading looks for in one file, and what it found there.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Share {
    /// Place in `selections` by the number of the level in the file; none where its records are left out.
    cell_of: Vec<Option<usize>>,
    /// Of each cell that the file has records of.
    selections: Vec<Selections>,
    /// Place in `activities` by the number of the level in the file; no other runs are in doubt.
    doubt_of: BTreeMap<usize, usize>,
    /// Of each run that may have rested.
    activities: Vec<Activity>,
}

impl Share {
    /// Whether another one looks for the same.
    pub fn asks_as(&self, other: &Self) -> bool {
        let same =
            |(own, others): (&Selections, &Selections)| own.iter().zip(others).all(|(own, other)| own.asks_as(other));
        let same_windows = || self.activities.iter().zip(&other.activities).all(|(own, other)| own.asks_as(other));
        self.cell_of == other.cell_of
            && self.doubt_of == other.doubt_of
            && self.activities.len() == other.activities.len()
            && same_windows()
            && self.selections.len() == other.selections.len()
            && self.selections.iter().zip(&other.selections).all(same)
    }
}

/// The second reading of one file alone.
#[derive(Debug, Clone)]
pub struct FilePicking {
    /// With the cells that the file has records of, and no others.
    picking: Picking,
    /// Its number.
    file: usize,
    /// Places of the cells among those of the whole.
    cells: Vec<usize>,
    /// Places of the runs that may have rested.
    doubts: Vec<usize>,
}

impl Picking {
    /// The second reading of a file alone, given the levels that the first one saw in it; none where they are not its.
    pub fn of_file(&self, levels: &Levels, file: usize) -> Option<FilePicking> {
        let (mut cells, mut doubts) = (Vec::new(), Vec::new());
        let mut cell_of = vec![None; levels.len()];
        let mut doubt_of = BTreeMap::new();
        for (mut name, own) in levels.iter() {
            name.source.0 = file;
            let number = self.levels.find(name)?;
            cell_of[own] = (*self.cell_of.get(number)?).map(|cell| place(&mut cells, cell));
            if let Some(doubt) = self.doubt_of.get(&number) {
                doubt_of.insert(own, place(&mut doubts, *doubt));
            }
        }
        let picking = Picking {
            levels: levels.clone(),
            cell_of,
            cells: cells.iter().map(|cell| self.cells[*cell].clone()).collect(),
            doubtful: doubts.iter().map(|doubt| self.doubtful[*doubt].clone()).collect(),
            doubt_of,
            crowded: Vec::new(),
            strays: 0,
        };
        Some(FilePicking { picking, file, cells, doubts })
    }

    /// Adds what was picked of one file, of those that [`Self::of_file`] gave.
    pub fn merge_file(&mut self, other: FilePicking) {
        let FilePicking { picking, file, cells, doubts } = other;
        self.strays += picking.strays;
        for (cell, picked) in cells.into_iter().zip(picking.cells) {
            self.cells[cell].merge(picked.selections);
        }
        for (doubt, (_, activity)) in doubts.into_iter().zip(picking.doubtful) {
            self.doubtful[doubt].1.merge_file(activity, file);
        }
    }
}

/// The place of a number in a list, at whose end it is put where it is new.
fn place(list: &mut Vec<usize>, number: usize) -> usize {
    list.iter().position(|known| *known == number).unwrap_or_else(|| {
        list.push(number);
        list.len() - 1
    })
}

impl FilePicking {
    /// Folds in a record of the file again.
    pub fn add(&mut self, record: &Record) {
        self.picking.add(record, 0);
    }

    /// Adds what was picked elsewhere of the same file.
    pub fn merge(&mut self, other: Self) {
        self.picking.merge(other.picking);
    }

    /// Its question and answer; none where it met records that the first reading did not see.
    pub fn share(&mut self) -> Option<Share> {
        self.picking.cells.iter_mut().flat_map(|picked| &mut picked.selections).for_each(Selection::compress);
        let picking = &self.picking;
        (picking.strays == 0).then(|| Share {
            cell_of: picking.cell_of.clone(),
            selections: picking.cells.iter().map(|picked| picked.selections.clone()).collect(),
            doubt_of: picking.doubt_of.clone(),
            activities: picking.doubtful.iter().map(|(_, activity)| activity.clone()).collect(),
        })
    }

    /// Whether nothing is left for a second reading of the file to find.
    pub fn is_answered(&self) -> bool {
        self.picking.is_answered()
    }

    /// Takes over what was found before where the same was asked; false where it was not.
    pub fn recall(&mut self, found: Share) -> bool {
        let same = self.share().is_some_and(|asked| asked.asks_as(&found));
        if same {
            for (picked, selections) in self.picking.cells.iter_mut().zip(found.selections) {
                picked.selections = selections;
            }
            for ((_, activity), found) in self.picking.doubtful.iter_mut().zip(found.activities) {
                *activity = found;
            }
        }
        same
    }
}
