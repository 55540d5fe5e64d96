//! What the first reading keeps of the metrics of a level, and what it may already know of them.

use super::Summary;
use super::histogram::Histogram;
use super::selection::Selection;
use super::shelf::Values;
use super::sum::{self, Sum};
use crate::metric::{self, METRIC_COUNT, METRICS, MetricId};
use crate::record::Record;
use serde::{Deserialize, Serialize};

/// A metric's value where it can be one: time differences that rounding made negative or next to nothing measure
/// nothing, and neither does a speed computed from them.
#[inline]
pub fn measured(value: Option<f64>) -> Option<f64> {
    value.filter(|value| sum::fits(*value))
}

/// What is looked for in each metric, in the order of [`METRICS`].
pub type Selections = [Selection; METRIC_COUNT];

/// All metrics over the successes of a level. Two of them merge to the same in any order and grouping.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Metrics {
    /// In the order of [`METRICS`].
    tallies: [MetricTally; METRIC_COUNT],
    /// What a second reading would find, where the values were all there at once. Given up with the first value that is
    /// added.
    answer: Option<Box<Selections>>,
}

impl Metrics {
    /// Of values that are all there, however they are cut.
    pub fn answered(values: &[Values]) -> Self {
        let mut tallies: [MetricTally; METRIC_COUNT] = Default::default();
        let answer = std::array::from_fn(|at| {
            let (parts, tally) = (values.iter().map(|values| values.of(at)), &mut tallies[at]);
            tally.add_all(parts.clone());
            let mut selection = Selection::new(tally, METRICS[at].better);
            parts.for_each(|values| selection.add_all(values));
            selection.settle();
            selection
        });
        Self { tallies, answer: Some(Box::new(answer)) }
    }

    /// Counts a successful request.
    pub fn add(&mut self, record: &Record) {
        self.answer = None;
        for (tally, value) in self.tallies.iter_mut().zip(metric::values(record)) {
            if let Some(value) = measured(value) {
                tally.add(value);
            }
        }
    }

    /// Counts several.
    pub fn add_all(&mut self, values: &Values) {
        self.answer = None;
        for (at, tally) in self.tallies.iter_mut().enumerate() {
            tally.add_all(std::iter::once(values.of(at)));
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = other;
            return;
        }
        self.answer = None;
        for (tally, more) in self.tallies.iter_mut().zip(other.tallies) {
            tally.merge(more);
        }
    }

    fn is_empty(&self) -> bool {
        self.tallies.iter().all(|tally| tally.n == 0)
    }

    /// What the second reading has to look for, and whether nothing is left to be found.
    pub fn selections(&mut self) -> (Selections, bool) {
        match self.answer.take() {
            Some(answer) => (*answer, true),
            None => {
                let new = |at: usize| Selection::new(&self.tallies[at], METRICS[at].better);
                (std::array::from_fn(new), self.is_empty())
            }
        }
    }

    /// What is known of one metric.
    pub fn of(&self, id: MetricId) -> &MetricTally {
        &self.tallies[id as usize]
    }

    /// What is known of each, in the order of [`METRICS`].
    pub fn tallies(&self) -> &[MetricTally; METRIC_COUNT] {
        &self.tallies
    }
}

/// One metric over the successes of a level.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct MetricTally {
    n: u64,
    sum: Sum,
    smallest: f64,
    largest: f64,
    histogram: Histogram,
}

impl Default for MetricTally {
    fn default() -> Self {
        Self { n: 0, sum: Sum::default(), smallest: f64::INFINITY, largest: 0.0, histogram: Histogram::default() }
    }
}

impl MetricTally {
    fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum.add(value);
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
        self.histogram.add(value);
    }

    fn add_all<'v>(&mut self, parts: impl Iterator<Item = &'v [f64]> + Clone) {
        let (smallest, largest) =
            parts.clone().map(extremes).fold((f64::INFINITY, 0.0), |(a, b), (c, d)| (f64::min(a, c), f64::max(b, d)));
        for values in parts {
            self.n += values.len() as u64;
            self.sum.add_all(values, smallest, largest);
            self.histogram.add_all(values, smallest, largest);
        }
        self.smallest = self.smallest.min(smallest);
        self.largest = self.largest.max(largest);
    }

    fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.sum.merge(other.sum);
        self.smallest = self.smallest.min(other.smallest);
        self.largest = self.largest.max(other.largest);
        self.histogram.merge(other.histogram);
    }

    /// Arithmetic mean.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.value() / self.n as f64)
    }

    /// Largest value less the smallest.
    pub fn range(&self) -> f64 {
        if self.n > 0 { self.largest - self.smallest } else { 0.0 }
    }

    /// Where its values lie.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// What the first reading alone can say: n and mean.
    pub fn summary(&self) -> Summary {
        Summary { n: self.n, mean: self.mean(), ..Summary::default() }
    }
}

/// The smallest and the largest of several values, none of which is NaN.
fn extremes(values: &[f64]) -> (f64, f64) {
    let smaller = |a: f64, b: f64| if b < a { b } else { a };
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    // Four at a time, which do not wait for each other; smallest and largest apart, as processors have them.
    let (mut smallest, mut largest) = ([f64::INFINITY; 4], [0.0; 4]);
    let (chunks, rest) = values.as_chunks::<4>();
    for chunk in chunks {
        smallest.iter_mut().zip(chunk).for_each(|(smallest, value)| *smallest = smaller(*smallest, *value));
        largest.iter_mut().zip(chunk).for_each(|(largest, value)| *largest = larger(*largest, *value));
    }
    let all = |of: [f64; 4], first: f64, which: fn(f64, f64) -> f64| of.iter().chain(rest).copied().fold(first, which);
    (all(smallest, f64::INFINITY, smaller), all(largest, 0.0, larger))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_are_those_of_all_values() {
        let values = [0.5, 0.0, 7.0, 3.0, 0.25, 9.5, 1.0, 2.0, 11.0];
        for length in 1..=values.len() {
            for from in 0..length {
                let values = &values[from..length];
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                assert_eq!(extremes(values), (sorted[0], sorted[sorted.len() - 1]));
            }
        }
        assert_eq!(extremes(&[]), (f64::INFINITY, 0.0));
    }

    #[test]
    fn a_speed_over_no_time_is_not_measured() {
        assert_eq!(measured(Some(f64::INFINITY)), None);
        assert_eq!(measured(Some(1e300)), None);
        assert_eq!(measured(Some(-1e-17)), None);
        assert_eq!(measured(Some(0.0)), Some(0.0));
    }
}
