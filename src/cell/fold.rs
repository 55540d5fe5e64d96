//! Records to cells: [`Counting`] reads them, and [`Picking`] once more where that left something open ([`super::shelf`]).
//!
//! Whatever the order of the records, however they are split and merged: the cells are the same to the last bit. Sums
//! are whole numbers ([`super::sum`]), extremes do not depend on order, and a histogram only says where to look for the
//! order statistics that are then found exactly.

use super::breaks::{Activity, Broken, Crowded};
use super::group::{Closed, Group};
use super::lengths::Lengths;
use super::level::{LevelName, Levels, Placements, RunName};
use super::metrics::{Selections, measured};
use super::shelf::{self, Shelf, Values};
use super::suite::{Cases, Suite};
use super::tally::Tally;
use super::{Cell, CellKey};
use crate::context::Context;
use crate::error::{Result, Warned, Warning};
use crate::metric;
use crate::record::{PROMPT_SUITE, Record};
use crate::threads::Threads;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The first reading: counts, exact sums and histograms. Chunks of records can be counted apart and merged in any order.
///
/// Can be written down once it is settled, but for the cases of a suite: [`apart`].
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Counting {
    levels: Levels,
    /// In the order of the levels' numbers.
    tallies: Vec<Tally>,
    /// The cases that records name.
    suite: Suite,
    /// Whether all records are of one prompt suite, so that they are one cell.
    is_suite: bool,
    /// Values of the last records, until they go onto the shelf.
    #[serde(skip)]
    gathered: Gathered,
    /// Values of levels that are being read. Clones share it: what several threads read of a level comes together there.
    #[serde(skip)]
    shelf: Arc<Mutex<Shelf>>,
}

/// Values of records of one level that followed one another.
#[derive(Debug, Clone, Default)]
struct Gathered {
    /// The level's number.
    level: usize,
    values: Values,
    /// How often values went onto the shelf, and how many rows these had together.
    put: (usize, usize),
    /// Whether the shelf takes nothing more.
    is_over: bool,
}

impl Gathered {
    /// Rows that are put together: few enough that their values stay in a cache.
    const MOST_ROWS: usize = 2048;

    /// Whether levels alternate so often that gathering them costs more than it saves.
    fn is_in_vain(&self) -> bool {
        let (times, rows) = self.put;
        times > 65_536 && rows < 16 * times
    }
}

impl Counting {
    /// Folds a record in. `file` is the number of its source: a context that is not given is decided per file and load.
    ///
    /// Records of one cell are one run where their `run` is the same, whichever file they come from.
    pub fn add(&mut self, record: &Record, file: usize) {
        let number = self.levels.number(record, file);
        if self.tally(number).add(record) {
            self.measure(number, record);
        }
        self.suite.add(record);
    }

    /// Takes the metrics of a success.
    #[inline]
    fn measure(&mut self, level: usize, record: &Record) {
        if self.gathered.level != level || self.gathered.values.rows() == Gathered::MOST_ROWS {
            self.put_down();
            self.gathered.level = level;
        }
        if self.gathered.is_over {
            self.tallies[level].metrics.add(record);
        } else {
            self.gathered.values.add(record);
        }
    }

    /// Puts onto the shelf what was gathered.
    fn put_down(&mut self) {
        let Gathered { level, values, put, is_over } = &mut self.gathered;
        let rows = values.rows();
        let Some(name) = self.levels.name(*level).filter(|_| rows > 0) else { return };
        if !shelf::put(&self.shelf, name, values) {
            *is_over = true;
            self.tallies[*level].metrics.add_all(values);
            *values = Values::default();
        }
        *put = (put.0 + 1, put.1 + rows);
        if self.gathered.is_in_vain() {
            shelf::lock(&self.shelf).shut();
        }
    }

    /// Takes everything from the shelf, when all records are there.
    pub fn settle(&mut self, threads: &Threads) {
        self.put_down();
        let (levels, mut metrics) = std::mem::take(&mut *shelf::lock(&self.shelf)).finish(threads);
        for (name, number) in levels.iter() {
            let own = self.levels.number_named(name);
            let metrics = metrics.get_mut(number).map(std::mem::take).unwrap_or_default();
            self.tally(own).metrics.merge(metrics);
        }
        self.gathered = Gathered::default();
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.merge_as(other, |source| source);
    }

    fn merge_as(&mut self, mut other: Self, source: impl Fn((usize, usize)) -> (usize, usize)) {
        if Arc::ptr_eq(&self.shelf, &other.shelf) {
            other.put_down();
        } else {
            other.settle(&Threads::default());
        }
        for (name, number) in other.levels.iter() {
            let own = self.levels.number_named(LevelName { source: source(name.source), ..name });
            self.tally(own).merge(std::mem::take(&mut other.tallies[number]));
        }
        self.suite.merge(other.suite);
    }

    /// Whether there are more than [`MOST_LEVELS`](crate::limits::MOST_LEVELS); what was counted means nothing then.
    pub fn has_too_many_levels(&self) -> bool {
        self.levels.are_too_many()
    }

    /// Takes the cases of a prompt suite. Where the records are one, and nothing else is part of the run (`alone`), they
    /// become one cell of their own scenario, without a context: prompts of a suite are of any length.
    ///
    /// Errors: those of [`Suite::finish`].
    pub fn take_cases(&mut self, alone: bool) -> Result<Cases> {
        let cases = std::mem::take(&mut self.suite).finish(alone)?;
        self.is_suite = matches!(cases, Cases::Suite(_));
        Ok(cases)
    }

    /// What the input tokens say of the context of each part whose records do not name their load.
    pub fn part_lengths(&self) -> BTreeMap<(usize, usize), Lengths> {
        let mut parts: BTreeMap<_, Lengths> = BTreeMap::new();
        for (name, number) in self.levels.iter().filter(|(name, _)| name.load.is_none()) {
            parts.entry(name.source).or_default().merge(self.tallies[number].lengths.clone());
        }
        parts
    }

    /// Decides contexts and wanted ranks: what the second reading has to look for.
    ///
    /// Records that do not name their load go where `placements` has their part, or nowhere.
    pub fn decide(mut self, placements: &Placements) -> Picking {
        self.settle(&Threads::default());
        let contexts = decided_contexts(&self.levels, &self.tallies);
        let mut groups: BTreeMap<CellKey, Group> = BTreeMap::new();
        for (name, number) in self.levels.iter() {
            let (placement, load) = match name.load {
                Some(load) => (None, load),
                None => match placements.get(&name.source) {
                    Some(placement) => (Some(placement), placement.load),
                    None => continue,
                },
            };
            let context = match (placement, name.context) {
                _ if self.is_suite => None,
                (Some(placement), _) => placement.context.clone(),
                (None, Some(tokens)) => Some(Context::nominal(tokens)),
                (None, None) => contexts[number].clone(),
            };
            let scenario = match placement {
                _ if self.is_suite => PROMPT_SUITE.to_owned(),
                Some(placement) => placement.scenario.clone(),
                None => name.scenario.to_owned(),
            };
            let run = placement.map_or(name.run, |placement| placement.run.as_deref());
            let key = CellKey { scenario, context: context.clone(), load };
            let group = groups.entry(key).or_insert_with(|| Group::new(context.clone()));
            let run = RunName(run.map(str::to_owned));
            group.add(context, run, std::mem::take(&mut self.tallies[number]), number);
            group.ask(placement.and_then(|placement| placement.asked_output_tokens));
        }
        Picking::new(self.levels, groups, self.tallies.len())
    }

    fn tally(&mut self, number: usize) -> &mut Tally {
        if number == self.tallies.len() {
            self.tallies.push(Tally::default());
        }
        &mut self.tallies[number]
    }
}

/// The contexts that records with a load do not name, by the level's number: decided per file, scenario and load over all
/// runs.
fn decided_contexts(levels: &Levels, tallies: &[Tally]) -> Vec<Option<Context>> {
    let mut places: BTreeMap<_, (Lengths, Vec<usize>)> = BTreeMap::new();
    for (name, number) in levels.iter().filter(|(name, _)| name.context.is_none() && name.load.is_some()) {
        let (lengths, numbers) = places.entry((name.source, name.scenario, name.load)).or_default();
        lengths.merge(tallies[number].lengths.clone());
        numbers.push(number);
    }
    let mut contexts = vec![None; tallies.len()];
    for (lengths, numbers) in places.into_values() {
        let context = lengths.context();
        for number in numbers {
            contexts[number] = context.clone();
        }
    }
    contexts
}

/// The second reading: the order statistics and squared deviations that the first one could only narrow down.
#[derive(Debug, Clone)]
pub struct Picking {
    levels: Levels,
    /// Place in `cells` by the level's number; none for records that are left out.
    cell_of: Vec<Option<usize>>,
    cells: Vec<Picked>,
    /// Runs that may have passed most of their time without a request, each with the place of its cell.
    doubtful: Vec<(usize, Activity)>,
    /// Place in `doubtful` by the level's number; no others are in doubt.
    doubt_of: BTreeMap<usize, usize>,
    /// Runs with more requests in flight than their level says, in the order of their cells.
    crowded: Vec<Crowded>,
    /// Records whose level the first reading did not see.
    strays: u64,
}

/// A cell, finished but for what the second reading finds.
#[derive(Debug, Clone)]
struct Picked {
    cell: Cell,
    selections: Selections,
    /// Whether nothing is left to be found.
    answered: bool,
}

impl Picked {
    fn merge(&mut self, more: Selections) {
        if !self.answered {
            self.selections.iter_mut().zip(more).for_each(|(selection, more)| selection.merge(more));
        }
    }
}

impl Picking {
    fn new(levels: Levels, groups: BTreeMap<CellKey, Group>, numbers: usize) -> Self {
        let mut cell_of = vec![None; numbers];
        let mut cells = Vec::with_capacity(groups.len());
        let (mut doubtful, mut doubt_of, mut crowded) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (key, group) in groups {
            for number in &group.levels {
                cell_of[*number] = Some(cells.len());
            }
            let Closed { cell, selections, answered, doubtful: of_cell, crowded: too_many } = group.close(key);
            crowded.extend(too_many);
            for (activity, numbers) in of_cell {
                doubt_of.extend(numbers.into_iter().map(|number| (number, doubtful.len())));
                doubtful.push((cells.len(), activity));
            }
            cells.push(Picked { cell, selections, answered });
        }
        Self { levels, cell_of, cells, doubtful, doubt_of, crowded, strays: 0 }
    }

    /// Whether nothing is left for a second reading to find.
    pub fn is_answered(&self) -> bool {
        self.doubtful.is_empty() && self.cells.iter().all(|picked| picked.answered)
    }

    /// Folds the same record in again.
    pub fn add(&mut self, record: &Record, file: usize) {
        if record.warmup || (!record.success && self.doubt_of.is_empty()) {
            return;
        }
        let number = self.levels.number(record, file);
        if let Some(doubt) = self.doubt_of.get(&number) {
            self.doubtful[*doubt].1.add(record, file);
        }
        if !record.success {
            return;
        }
        let cell = match self.cell_of.get(number) {
            Some(Some(cell)) => *cell,
            Some(None) => return,
            None => {
                self.strays += 1;
                return;
            }
        };
        let picked = &mut self.cells[cell];
        if picked.answered {
            return;
        }
        for (selection, value) in picked.selections.iter_mut().zip(metric::values(record)) {
            if let Some(value) = measured(value) {
                selection.add(value);
            }
        }
    }

    /// Adds what was picked elsewhere; both come from clones of one [`Counting::decide`].
    pub fn merge(&mut self, other: Self) {
        self.strays += other.strays;
        for (picked, more) in self.cells.iter_mut().zip(other.cells) {
            picked.merge(more.selections);
        }
        for ((_, activity), (_, more)) in self.doubtful.iter_mut().zip(other.doubtful) {
            activity.merge(more);
        }
    }

    /// The runs with more requests in flight than their level says, in the order of their cells.
    pub fn crowded(&self) -> &[Crowded] {
        &self.crowded
    }

    /// The runs that passed most of their time without a request, in the order of their cells.
    pub fn broken(&self) -> Vec<Broken> {
        let key = |cell: usize| &self.cells[cell].cell.key;
        let broken = |(cell, activity): &(usize, Activity)| {
            Some(Broken { key: key(*cell).clone(), stretches: activity.stretches(key(*cell).load)? })
        };
        self.doubtful.iter().filter_map(broken).collect()
    }

    /// The cells, ordered by key.
    ///
    /// Warns where the two readings did not see the same records; percentiles and deviations are then unknown.
    pub fn finish(self) -> Warned<Vec<Cell>> {
        let mut changed = self.strays > 0;
        let mut cells = Vec::with_capacity(self.cells.len());
        for Picked { mut cell, selections, .. } in self.cells {
            for (summary, selection) in cell.metrics.iter_mut().zip(selections) {
                changed |= !selection.finish(summary);
            }
            cells.push(cell);
        }
        let mut warned = Warned::clean(cells);
        if changed {
            warned.warnings.push(Warning::new(
                "the records changed while they were read: percentiles and standard deviations are left out",
            ));
        }
        warned
    }
}

pub mod apart;

#[cfg(test)]
mod tests;
