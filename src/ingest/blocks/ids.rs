//! Whether request ids may occur twice, without keeping them in order.

use super::super::duplicates::DUPLICATE_WINDOW;
use std::collections::BTreeMap;

/// The hashes of the request ids of the last records, in two generations: together they reach back as far as duplicates are
/// looked for, and up to as far again.
#[derive(Debug, Default)]
pub struct Ids {
    /// The block whose ids come next.
    next: usize,
    /// Ids of later blocks.
    waiting: BTreeMap<usize, Vec<u64>>,
    recent: Table,
    before: Table,
}

impl Ids {
    /// Takes the ids of a block; false where one of those that can be judged now may have been there before.
    pub fn are_new(&mut self, block: usize, ids: Vec<u64>) -> bool {
        self.waiting.insert(block, ids);
        let mut new = true;
        while let Some(ids) = self.waiting.remove(&self.next) {
            self.next += 1;
            for id in ids {
                new &= !self.before.holds(id) && self.recent.insert(id);
                if self.recent.count == DUPLICATE_WINDOW {
                    std::mem::swap(&mut self.before, &mut self.recent);
                    self.recent.clear();
                }
            }
        }
        new
    }
}

/// A set of hashes, at most a quarter full: then what a place holds can mostly be foretold, and nothing waits for memory.
#[derive(Debug)]
struct Table {
    /// The upper half of the hash that stands there, 0 is a free place. With the lower bits, which chose the place, that is
    /// enough: two different ids are taken for one in a file of ten million once in a thousand times, and then read
    /// carefully.
    places: Vec<u32>,
    count: usize,
}

/// A power of two that the compiler knows: no id waits for a division.
const PLACES: usize = 4 * DUPLICATE_WINDOW;

impl Default for Table {
    fn default() -> Self {
        Self { places: vec![0; PLACES], count: 0 }
    }
}

impl Table {
    #[inline]
    fn holds(&self, hash: u64) -> bool {
        self.places[self.place(hash)] != 0
    }

    /// False where it is there already.
    #[inline]
    fn insert(&mut self, hash: u64) -> bool {
        let place = self.place(hash);
        if self.places[place] != 0 {
            return false;
        }
        self.places[place] = mark(hash);
        self.count += 1;
        true
    }

    /// Where a hash stands, or would.
    #[inline]
    fn place(&self, hash: u64) -> usize {
        let mut place = hash as usize % PLACES;
        while self.places[place] != 0 && self.places[place] != mark(hash) {
            place = (place + 1) % PLACES;
        }
        place
    }

    fn clear(&mut self) {
        self.places.fill(0);
        self.count = 0;
    }
}

#[inline]
fn mark(hash: u64) -> u32 {
    ((hash >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_again_within_the_window_whatever_the_order_of_the_blocks() {
        let ids = |from: u64, to: u64| (from..to).map(|id| id.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect::<Vec<_>>();
        let window = DUPLICATE_WINDOW as u64;
        for distance in [1, 1000, window - 1, window] {
            let mut seen = Ids::default();
            assert!(seen.are_new(1, ids(100, distance)), "waits for the block before");
            assert!(seen.are_new(0, ids(0, 100.min(distance))));
            assert!(!seen.are_new(2, ids(0, 1)), "{distance} records later");
        }
        let mut seen = Ids::default();
        assert!(seen.are_new(0, ids(0, 3 * window)));
        assert!(seen.are_new(1, ids(0, 1)), "out of the window");
    }
}
