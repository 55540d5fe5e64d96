//! Values of the levels that are being read: kept until a level is over, so that no second reading has to look for them again.
//!
//! The requests of a level usually follow one another. While they come, the values of all its metrics are gathered, without a
//! look at them; once newer levels need the room, the level is over, and sums, histograms, order statistics and deviations
//! are found from its values at once, a metric at a time, which is also the quickest way to find them.
//!
//! That is a bet, and nothing depends on it but time. Where a level that was over goes on, where levels alternate from record to
//! record, or where one level alone needs more than all of the room, the shelf takes nothing more: records are then counted one
//! by one, and what was asked for is found by the second reading, to the same bits.

use super::level::{LevelName, Levels};
use super::metrics::{Metrics, measured};
use crate::metric::{self, METRIC_COUNT};
use crate::record::Record;
use crate::threads::Threads;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values of one metric each, of requests of one level.
#[derive(Debug, Clone, Default)]
pub struct Values {
    columns: [Vec<f64>; METRIC_COUNT],
    rows: usize,
}

impl Values {
    /// Adds those of a successful request.
    #[inline]
    pub fn add(&mut self, record: &Record) {
        for (column, value) in self.columns.iter_mut().zip(metric::values(record)) {
            if let Some(value) = measured(value) {
                column.push(value);
            }
        }
        self.rows += 1;
    }

    /// Of how many requests.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Those of one metric, by its place in [`metric::METRICS`].
    pub fn of(&self, metric: usize) -> &[f64] {
        &self.columns[metric]
    }

    /// Takes over what another one holds, and leaves it empty.
    fn append(&mut self, other: &mut Self) {
        for (column, more) in self.columns.iter_mut().zip(&mut other.columns) {
            column.append(more);
        }
        self.rows += std::mem::take(&mut other.rows);
    }

    /// Forgets them and keeps their room.
    fn clear(&mut self) {
        self.columns.iter_mut().for_each(Vec::clear);
        self.rows = 0;
    }
}

/// The values of the levels that are being read.
#[derive(Debug)]
pub struct Shelf {
    /// Rows that it has room for.
    most_rows: usize,
    levels: Levels,
    /// By the level's number here.
    places: Vec<Place>,
    /// Levels that may go on, the one first that has waited longest for more.
    open: Vec<usize>,
    /// How many rows these have.
    rows: usize,
    /// Room of levels that are over.
    spare: Vec<Values>,
    /// Whether it takes nothing more.
    is_shut: bool,
}

/// One level.
#[derive(Debug, Default)]
struct Place {
    /// As they came; none once the level is over.
    values: Option<Vec<Values>>,
    /// What was found once it was over.
    metrics: Metrics,
}

/// Rows of all levels that wait: 8 bytes for each metric that they have.
const MOST_ROWS: usize = 400_000;

/// Fewer rows than that are put together with others of their level.
const FEW: usize = 512;

impl Default for Shelf {
    fn default() -> Self {
        Self::with_room(MOST_ROWS)
    }
}

impl Shelf {
    /// An empty shelf with room for so many rows.
    pub fn with_room(most_rows: usize) -> Self {
        Self {
            most_rows,
            levels: Levels::default(),
            places: Vec::new(),
            open: Vec::new(),
            rows: 0,
            spare: Vec::new(),
            is_shut: false,
        }
    }

    /// Takes nothing more.
    pub fn shut(&mut self) {
        self.is_shut = true;
    }

    /// Takes values of a level, and leaves none; false where it does not, or no longer.
    fn take(&mut self, name: LevelName, values: &mut Values) -> bool {
        if self.is_shut {
            return false;
        }
        let number = self.levels.number_named(name);
        if number == self.places.len() {
            self.places.push(Place { values: Some(Vec::new()), ..Place::default() });
            self.open.push(number);
        }
        let Some(own) = self.places.get_mut(number).and_then(|place| place.values.as_mut()) else {
            self.is_shut = true;
            return false;
        };
        self.rows += values.rows();
        match own.last_mut() {
            // Few of them would take more room for themselves than for what they hold.
            Some(last) if values.rows() < FEW && last.rows() < FEW => last.append(values),
            _ => own.push(std::mem::replace(values, self.spare.pop().unwrap_or_default())),
        }
        if let Some(at) = self.open.iter().rposition(|open| *open == number) {
            self.open[at..].rotate_left(1);
        }
        true
    }

    /// The next level that is taken to be over: where the others need its room, or nothing more is taken.
    fn over(&mut self) -> Option<(usize, Vec<Values>)> {
        self.is_shut |= self.rows > self.most_rows && self.open.len() < 2;
        if self.is_shut {
            self.spare = Vec::new();
        }
        if self.open.is_empty() || (self.rows <= self.most_rows && !self.is_shut) {
            return None;
        }
        let number = self.open.remove(0);
        let values = self.places[number].values.take()?;
        self.rows -= values.iter().map(Values::rows).sum::<usize>();
        Some((number, values))
    }

    /// What was found of each level; levels that were never over are looked at by several threads.
    pub fn finish(self, threads: &Threads) -> (Levels, Vec<Metrics>) {
        let answer = |number: &usize| self.places[*number].values.as_deref().map(Metrics::answered);
        let answers = threads.map(&self.open, answer);
        let mut metrics: Vec<_> = self.places.into_iter().map(|place| place.metrics).collect();
        for (number, answer) in self.open.into_iter().zip(answers) {
            metrics[number] = answer.unwrap_or_default();
        }
        (self.levels, metrics)
    }
}

/// Puts values of a level onto a shelf that threads share; false where it takes nothing more, and they are left as they are.
pub fn put(shelf: &Mutex<Shelf>, name: LevelName, values: &mut Values) -> bool {
    let taken = lock(shelf).take(name, values);
    loop {
        let over = lock(shelf).over();
        let Some((number, mut values)) = over else { return taken };
        // Other threads go on meanwhile.
        let metrics = Metrics::answered(&values);
        values.iter_mut().for_each(Values::clear);
        let mut shelf = lock(shelf);
        shelf.places[number].metrics = metrics;
        if !shelf.is_shut {
            shelf.spare.append(&mut values);
        }
    }
}

/// The shelf, for this thread alone.
pub fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
