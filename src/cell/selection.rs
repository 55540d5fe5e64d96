//! What is kept of one metric of a cell once it is known what to look for: the values at wanted ranks and the squared deviations.

use super::histogram::{Bucket, Filter, Histogram, bits};
use super::metrics::MetricTally;
use super::sum::Sum;
use super::{Quantiles, Summary};
use crate::metric::Better;
use serde::{Deserialize, Serialize};

/// Percentiles with the number of values that can carry them.
const PERCENTILES: [(u64, u64); 4] = [(50, 1), (90, 64), (95, 130), (99, 662)];

/// Whether so many values can carry a percentile of the slow tail: 50, 90, 95 or 99.
pub fn carries(percent: u64, n: u64) -> bool {
    PERCENTILES.iter().any(|(known, needed)| *known == percent && n >= *needed)
}

/// One metric of one cell, between the first reading and its finished [`Summary`].
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Selection {
    /// How many values the first reading saw.
    n: u64,
    /// Their mean; 0 without a value.
    mean: f64,
    /// Percentiles that n can carry, mirrored where more is better.
    percentiles: Vec<u64>,
    /// The buckets in which their order statistics lie, ascending.
    buckets: Vec<Collected>,
    /// Tells most values that lie in none of them.
    filter: Filter,
    /// How many values were seen.
    seen: u64,
    /// One over the range of the values; 0 where they are all equal.
    scale: f64,
    /// Squared deviations from the mean in units of the range, so that none exceeds 1 and no digit is lost.
    deviations: Sum,
}

/// A bucket of the histogram with the values seen in it.
#[derive(Debug, Clone, Deserialize, Serialize)]
struct Collected {
    bucket: Bucket,
    values: Values,
}

impl Selection {
    /// Decides what to look for.
    pub fn new(tally: &MetricTally, better: Better) -> Self {
        let Summary { n, mean, .. } = tally.summary();
        let percentiles: Vec<_> = PERCENTILES
            .into_iter()
            .filter(|(percent, _)| carries(*percent, n))
            .map(|(percent, _)| if better == Better::Lower { percent } else { 100 - percent })
            .collect();
        let ranks = percentiles.iter().flat_map(|percent| ranks(*percent, n));
        let range = tally.range();
        let buckets = buckets(tally.histogram(), ranks.collect());
        Self {
            n,
            mean: mean.unwrap_or_default(),
            filter: tally.histogram().filter(buckets.iter().map(|collected| &collected.bucket)),
            buckets,
            percentiles,
            seen: 0,
            scale: if range > f64::MIN_POSITIVE { 1.0 / range } else { 0.0 },
            deviations: Sum::default(),
        }
    }

    /// Sees a value again.
    pub fn add(&mut self, value: f64) {
        self.deviations.add_squares(std::iter::once((value - self.mean) * self.scale));
        self.seen += 1;
        self.pick(bits(value));
    }

    /// Keeps a value, by its bits, where it lies in a bucket that is looked for.
    #[inline(always)]
    fn pick(&mut self, bits: u64) {
        if self.filter.may_hold(bits) {
            self.keep(bits);
        }
    }

    /// The same of a value that may lie in one of them.
    fn keep(&mut self, bits: u64) {
        let of = self.buckets.iter_mut().find(|collected| bits <= collected.bucket.high);
        if let Some(collected) = of.filter(|collected| bits >= collected.bucket.low) {
            collected.values.add(bits, 1);
        }
    }

    /// Sees several.
    pub fn add_all(&mut self, values: &[f64]) {
        let (mean, scale) = (self.mean, self.scale);
        self.deviations.add_squares(values.iter().map(|value| (value - mean) * scale));
        self.seen += values.len() as u64;
        values.iter().for_each(|value| self.pick(bits(*value)));
    }

    /// Keeps of what was seen no more than its ranks need; nothing may be seen after that.
    pub fn settle(&mut self) {
        let mut wanted: Vec<u64> = self.percentiles.iter().flat_map(|percent| ranks(*percent, self.n)).collect();
        wanted.sort_unstable();
        for Collected { bucket, values } in &mut self.buckets {
            let within = bucket.below..bucket.below + bucket.count;
            values.keep(wanted.iter().filter(|rank| within.contains(rank)).map(|rank| rank - bucket.below));
        }
    }

    /// Adds what was seen elsewhere of the same selection.
    pub fn merge(&mut self, other: Self) {
        self.deviations.merge(other.deviations);
        self.seen += other.seen;
        for (collected, more) in self.buckets.iter_mut().zip(other.buckets) {
            for (bits, count) in more.values.seen {
                collected.values.add(bits, count);
            }
        }
    }

    /// Whether another one looks for the same, to the last bit.
    pub fn asks_as(&self, other: &Self) -> bool {
        let buckets = |selection: &Self| selection.buckets.iter().map(|collected| collected.bucket).collect::<Vec<_>>();
        (self.n, &self.percentiles) == (other.n, &other.percentiles)
            && self.mean.to_bits() == other.mean.to_bits()
            && self.scale.to_bits() == other.scale.to_bits()
            && buckets(self) == buckets(other)
    }

    /// Brings what was seen into the one order and the least room that it has.
    pub fn compress(&mut self) {
        self.buckets.iter_mut().for_each(|collected| collected.values.compress());
    }

    /// Completes the summary; false where the two readings did not see the same values, so that it stays as it is.
    pub fn finish(mut self, summary: &mut Summary) -> bool {
        self.compress();
        let complete = self.buckets.iter().all(|collected| collected.values.count() == collected.bucket.count);
        if self.seen != self.n || !complete {
            return false;
        }
        summary.sd = self.standard_deviation();
        for &percent in &self.percentiles {
            *slot(&mut summary.quantiles, percent) = self.quantile(percent);
        }
        true
    }

    /// n − 1 in the denominator.
    fn standard_deviation(&self) -> Option<f64> {
        match (self.n, self.scale) {
            (..2, _) => None,
            (_, 0.0) => Some(0.0),
            (n, scale) => Some((self.deviations.value() / (n - 1) as f64).sqrt() / scale),
        }
    }

    /// Type 7: linear between the order statistics around (n − 1) p. In whole numbers, so that a rank that is one is hit.
    fn quantile(&self, percent: u64) -> Option<f64> {
        let [low, high] = ranks(percent, self.n).map(|rank| self.at(rank));
        let share = (u128::from(self.n - 1) * u128::from(percent) % 100) as f64 / 100.0;
        let (low, high) = (low?, high?);
        Some(low + (high - low) * share)
    }

    /// The value of a rank.
    fn at(&self, rank: u64) -> Option<f64> {
        let collected =
            self.buckets.iter().find(|c| (c.bucket.below..c.bucket.below + c.bucket.count).contains(&rank))?;
        collected.values.at(rank - collected.bucket.below).map(f64::from_bits)
    }
}

/// The ranks, counted from 0, between which a percentile of n values lies; equal where it is one of them.
fn ranks(percent: u64, n: u64) -> [u64; 2] {
    let hundredths = u128::from(n - 1) * u128::from(percent);
    [(hundredths / 100) as u64, hundredths.div_ceil(100) as u64]
}

/// The distinct buckets that hold any of the ranks, ascending.
fn buckets(histogram: &Histogram, mut ranks: Vec<u64>) -> Vec<Collected> {
    ranks.sort_unstable();
    let mut buckets: Vec<_> = ranks.into_iter().filter_map(|rank| histogram.locate(rank)).collect();
    buckets.dedup();
    buckets.into_iter().map(|bucket| Collected { bucket, values: Values::default() }).collect()
}

fn slot(quantiles: &mut Quantiles, percent: u64) -> &mut Option<f64> {
    match percent {
        1 => &mut quantiles.p1,
        5 => &mut quantiles.p5,
        10 => &mut quantiles.p10,
        50 => &mut quantiles.p50,
        90 => &mut quantiles.p90,
        95 => &mut quantiles.p95,
        _ => &mut quantiles.p99,
    }
}

/// Makes one of neighbours with the same value.
fn join_equal(seen: &mut Vec<(u64, u64)>) {
    seen.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
}

/// Values of one bucket; equal ones take the room of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct Values {
    /// Bits of the value and how often it was seen; in order and each once after [`Values::compress`].
    seen: Vec<(u64, u64)>,
    /// How long `seen` was after the last compression.
    #[serde(skip)]
    compressed: usize,
}

impl Values {
    /// How many values may wait to be compressed, at least.
    const WAITING: usize = 512;

    fn add(&mut self, bits: u64, count: u64) {
        self.seen.push((bits, count));
        if self.seen.len() >= 2 * self.compressed + Self::WAITING {
            self.compress();
        }
    }

    fn compress(&mut self) {
        self.seen.sort_unstable();
        join_equal(&mut self.seen);
        self.compressed = self.seen.len();
    }

    /// Keeps the values of some ranks, in ascending order; of those between them no more than how many they are.
    fn keep(&mut self, ranks: impl Iterator<Item = u64>) {
        self.compress();
        let (all, mut below) = (self.count(), 0);
        let mut kept: Vec<(u64, u64)> = Vec::new();
        for rank in ranks {
            let Some(bits) = self.at(rank) else { break };
            kept.push((bits, rank + 1 - below));
            below = rank + 1;
        }
        if let Some((_, last)) = kept.last_mut() {
            *last += all - below;
            join_equal(&mut kept);
            kept.shrink_to_fit();
            (self.seen, self.compressed) = (kept, 0);
        }
    }

    fn count(&self) -> u64 {
        self.seen.iter().map(|(_, count)| count).sum()
    }

    fn at(&self, mut rank: u64) -> Option<u64> {
        for &(bits, count) in &self.seen {
            if rank < count {
                return Some(bits);
            }
            rank -= count;
        }
        None
    }
}
