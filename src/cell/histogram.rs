//! Counts of values in buckets of equal ratio: where the wanted order statistics lie, in little memory.

use super::packed::Counts;
use serde::{Deserialize, Serialize};

/// Buckets of a histogram, at most.
const BUCKETS: u64 = 1024;

/// Windows start and end at multiples of this, so that they rarely have to grow.
const BLOCK: u64 = 64;

/// Low bits of a value that a new histogram ignores: its buckets are 2⁻²⁰ of a power of two wide.
const FINEST: u32 = 32;

/// Counts of values of at least 0, by the leading bits of their floating-point representation.
///
/// The bits of two such values are ordered as the values are, so a bucket is an interval and the buckets of an octave
/// are equally wide (log-linear). Buckets start narrow; where the values spread over more than [`BUCKETS`] of them,
/// neighbours are joined, which keeps a cell whose values lie close together as easy to select from as any other.
/// How wide the buckets are may therefore depend on the order of the values; what [`Histogram::locate`] says of the
/// bucket it finds is true in any case.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Histogram {
    zeros: u64,
    /// Low bits of a value that are ignored.
    shift: u32,
    /// Number of the first bucket in `counts`.
    first: u64,
    counts: Counts,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { zeros: 0, shift: FINEST, first: 0, counts: Counts::default() }
    }
}

/// An interval of values and how many lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Bucket {
    /// Bits of the smallest value.
    pub low: u64,
    /// Bits of the largest value; at least `low`.
    pub high: u64,
    /// Values below the interval.
    pub below: u64,
    /// Values in it.
    pub count: u64,
}

/// Numbers of buckets of one histogram: as many places as it has buckets at most, so that no two of them share one.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Filter {
    shift: u32,
    /// A bit for each place.
    places: [u64; (BUCKETS / 64) as usize],
}

impl Filter {
    /// Whether a value, by its bits, may lie in one of the buckets. Nearly every value that does not is told apart.
    #[inline(always)]
    pub fn may_hold(&self, bits: u64) -> bool {
        let (word, bit) = self.place(bits);
        self.places[word] >> bit & 1 == 1
    }

    #[inline]
    fn place(&self, bits: u64) -> (usize, u64) {
        let place = (bits >> self.shift) % BUCKETS;
        ((place / 64) as usize, place % 64)
    }
}

impl Histogram {
    /// Tells values in some of its buckets from those outside.
    pub fn filter<'b>(&self, buckets: impl IntoIterator<Item = &'b Bucket>) -> Filter {
        let mut filter = Filter { shift: self.shift, places: [0; (BUCKETS / 64) as usize] };
        for bucket in buckets {
            let (word, bit) = filter.place(bucket.low);
            filter.places[word] |= 1 << bit;
        }
        filter
    }

    /// Counts a finite value of at least 0.
    pub fn add(&mut self, value: f64) {
        let bits = bits(value);
        if bits == 0 {
            self.zeros += 1;
            return;
        }
        if !self.holds(bits) {
            self.cover(bits, bits);
        }
        self.counts.open()[((bits >> self.shift) - self.first) as usize] += 1;
    }

    /// Counts several, of which these are the smallest and the largest.
    pub fn add_all(&mut self, values: &[f64], smallest: f64, largest: f64) {
        let (mut smallest, largest) = (bits(smallest), bits(largest));
        if largest == 0 || values.is_empty() {
            self.zeros += values.len() as u64;
            return;
        }
        let has_zeros = smallest == 0;
        if has_zeros {
            // The smallest of the others: 0 less 1 is the largest number.
            let less_one = values.iter().map(|value| bits(*value).wrapping_sub(1));
            smallest = less_one.fold(largest - 1, u64::min) + 1;
        }
        if !(self.holds(smallest) && self.holds(largest)) {
            self.cover(smallest, largest);
        }
        let (shift, first, counts) = (self.shift, self.first, self.counts.open().as_mut_slice());
        let mut count = |bits: u64| {
            if let Some(count) = counts.get_mut(((bits >> shift) - first) as usize) {
                *count += 1;
            }
        };
        if has_zeros {
            for bits in values.iter().map(|value| bits(*value)) {
                if bits == 0 {
                    self.zeros += 1;
                } else {
                    count(bits);
                }
            }
        } else {
            values.iter().for_each(|value| count(value.to_bits()));
        }
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, mut other: Self) {
        self.zeros += other.zeros;
        if other.counts.is_empty() {
            return;
        }
        if self.counts.is_empty() {
            (self.shift, self.first, self.counts) = (other.shift, other.first, other.counts);
            return;
        }
        while self.shift < other.shift {
            self.coarsen();
        }
        while other.shift < self.shift {
            other.coarsen();
        }
        self.cover(other.first << other.shift, (other.first + other.counts.look().len() as u64 - 1) << other.shift);
        while other.shift < self.shift {
            other.coarsen();
        }
        let offset = (other.first - self.first) as usize;
        for (count, more) in self.counts.open()[offset..].iter_mut().zip(other.counts.look()) {
            *count += more;
        }
    }

    /// The bucket that holds the value of a rank, counted from 0; none where there are not that many values.
    pub fn locate(&self, rank: u64) -> Option<Bucket> {
        if rank < self.zeros {
            return Some(Bucket { low: 0, high: 0, below: 0, count: self.zeros });
        }
        let mut below = self.zeros;
        for (number, &count) in (self.first..).zip(self.counts.look()) {
            if rank < below + count {
                let low = number << self.shift;
                return Some(Bucket { low: low.max(1), high: low | ((1 << self.shift) - 1), below, count });
            }
            below += count;
        }
        None
    }

    fn holds(&self, bits: u64) -> bool {
        (bits >> self.shift).wrapping_sub(self.first) < self.counts.look().len() as u64
    }

    /// Makes room for two values and all between them, joining buckets where there would be too many.
    fn cover(&mut self, low: u64, high: u64) {
        let old = self.counts.look();
        // How far neighbours have to be joined is worked out first, so that they are joined once.
        let mut joined = 0;
        let (first, last) = loop {
            let shift = self.shift + joined;
            let (mut first, mut last) = (low >> shift, high >> shift);
            if !old.is_empty() {
                first = first.min(self.first >> joined);
                last = last.max((self.first + old.len() as u64 - 1) >> joined);
            }
            (first, last) = (first / BLOCK * BLOCK, last / BLOCK * BLOCK + BLOCK - 1);
            if last - first < BUCKETS {
                break (first, last);
            }
            joined += 1;
        };
        let mut counts = vec![0; (last - first + 1) as usize];
        if joined == 0 && !old.is_empty() {
            let offset = (self.first - first) as usize;
            counts[offset..offset + old.len()].copy_from_slice(old);
        } else {
            for (number, &count) in (self.first..).zip(old) {
                counts[((number >> joined) - first) as usize] += count;
            }
        }
        self.shift += joined;
        (self.first, self.counts) = (first, counts.into());
    }

    /// Joins each even bucket with its upper neighbour; there are some.
    fn coarsen(&mut self) {
        let first = self.first >> 1;
        let mut counts = vec![0; self.counts.look().len() / 2 + 1];
        for (number, &count) in (self.first..).zip(self.counts.look()) {
            counts[((number >> 1) - first) as usize] += count;
        }
        self.shift += 1;
        (self.first, self.counts) = (first, counts.into());
    }
}

/// The bits of a value of at least 0; -0 counts as 0.
#[inline]
pub fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.add(*value));
        histogram
    }

    /// Every rank's bucket holds its value, and counts exactly the values in and below it.
    fn check(histogram: &Histogram, values: &[f64]) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        for (rank, value) in sorted.iter().enumerate() {
            let bucket = histogram.locate(rank as u64).expect("a rank below n");
            assert!((bucket.low..=bucket.high).contains(&bits(*value)), "{value} at {rank}");
            assert_eq!(bucket.below, sorted.iter().filter(|v| bits(**v) < bucket.low).count() as u64);
            let inside = sorted.iter().filter(|v| (bucket.low..=bucket.high).contains(&bits(**v))).count();
            assert_eq!(bucket.count, inside as u64);
            let filter = histogram.filter([&bucket]);
            assert!(filter.may_hold(bits(*value)), "{value}");
            let passed = sorted.iter().filter(|v| filter.may_hold(bits(**v))).count();
            // Zeros share the place of one other bucket.
            assert!(*value == 0.0 || passed <= inside + histogram.zeros as usize, "{value}");
        }
        assert_eq!(histogram.locate(sorted.len() as u64), None);
    }

    #[test]
    fn a_bucket_says_what_lies_in_and_below_it() {
        let values = [0.0, -0.0, 1e-300, 0.02, 0.020_000_1, 0.5, 0.5, 17.0, 3e9, 5e-324];
        check(&histogram(&values), &values);
    }

    #[test]
    fn several_values_at_once_are_counted_like_one_after_the_other() {
        let above_zero = [0.02, 0.5, 0.5, 17.0, 5e-324];
        let with_zeros = [0.0, 3e9, -0.0, 0.02, 0.0];
        for parts in
            [&[&above_zero[..], &[2.0]][..], &[&with_zeros], &[&[], &above_zero, &[0.0, 0.0]], &[&[0.0], &[]], &[&[]]]
        {
            let values = parts.concat();
            let extreme = |start: f64, which: fn(f64, f64) -> f64| values.iter().copied().fold(start, which);
            let (smallest, largest) = (extreme(f64::INFINITY, f64::min), extreme(0.0, f64::max));
            let mut histogram = Histogram::default();
            parts.iter().for_each(|part| histogram.add_all(part, smallest, largest));
            check(&histogram, &values);
        }
    }

    #[test]
    fn histograms_of_any_widths_merge() {
        let narrow = [1.0, 1.000_001, 1.000_002];
        let wide = [1e-9, 0.25, 4e9];
        let all: Vec<_> = narrow.iter().chain(&wide).copied().collect();
        for (a, b) in [(&narrow[..], &wide[..]), (&wide[..], &narrow[..]), (&all[..], &[][..]), (&[][..], &all[..])] {
            let mut merged = histogram(a);
            merged.merge(histogram(b));
            check(&merged, &all);
        }
    }

    #[test]
    fn merging_widens_no_bucket_without_need() {
        let values: Vec<_> = (0..2000).map(|i| 0.05 + f64::from(i) * 1e-3).collect();
        let mut merged = Histogram::default();
        merged.add(0.0);
        for part in values.chunks(300) {
            let mut next = Histogram::default();
            next.merge(merged);
            next.merge(histogram(part));
            merged = next;
        }
        check(&merged, &[&values[..], &[0.0]].concat());
        assert!(merged.locate(1000).expect("a rank below n").count < 10);
    }

    #[test]
    fn values_close_together_stay_apart() {
        let values: Vec<_> = (0..1000).map(|i| 0.05 + f64::from(i) * 1e-7).collect();
        let histogram = histogram(&values);
        check(&histogram, &values);
        assert!(histogram.locate(500).expect("a rank below n").count < 10);
        assert!(histogram.counts.look().len() as u64 <= BUCKETS);
    }
}
