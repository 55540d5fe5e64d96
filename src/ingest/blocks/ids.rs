//! Whether request ids may occur twice, without keeping them in order.

use super::super::duplicates::{self, DUPLICATE_WINDOW};
use crate::record::{LevelMark, Record};
use std::collections::{BTreeMap, VecDeque};

/// The request ids of one block.
#[derive(Debug)]
pub struct BlockIds {
    /// Of the ids with their levels, in the order of the records.
    hashes: Vec<u64>,
    /// Whether each id is larger than the one before.
    rise: bool,
    /// The first id and the last, as far as they rise.
    first: Number,
    last: Number,
    /// The hash of the last record's level, with its mark.
    level: (LevelMark, u64),
}

/// A short id, as a number: two of them differ as their ids do.
type Number = (usize, u128);

impl BlockIds {
    /// No ids yet, with room for so many.
    pub fn with_room(records: usize) -> Self {
        // Until there is one, every other is larger.
        let [first, last] = [(0, 0); 2];
        Self { hashes: Vec::with_capacity(records), rise: true, first, last, level: (LevelMark::default(), 0) }
    }

    /// Takes the id of a record, where it has one.
    #[inline]
    pub fn add(&mut self, record: &Record) {
        if !record.level_mark.is_same(self.level.0) {
            self.level = (record.level_mark, duplicates::hash_level(record));
        }
        let (Some(hash), Some(id)) = (duplicates::hash_within(self.level.1, record), record.request_id) else { return };
        if self.rise {
            self.rise = self.goes_on_with(id);
        }
        self.hashes.push(hash);
    }

    /// Whether an id is larger than all before, which is noted.
    #[inline]
    fn goes_on_with(&mut self, id: &str) -> bool {
        let Some(id) = number(id).filter(|id| *id > self.last) else { return false };
        if self.hashes.is_empty() {
            self.first = id;
        }
        self.last = id;
        true
    }
}

/// Of ids of at most 16 bytes; none has length 0.
#[inline]
fn number(id: &str) -> Option<Number> {
    let bytes = id.as_bytes();
    let number = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if bytes.len() <= 16 => {
            u128::from(u64::from_be_bytes(*first)) << 64 | u128::from(u64::from_be_bytes(*last))
        }
        (None, _) => bytes.iter().fold(0, |all, byte| all << 8 | u128::from(*byte)),
        _ => return None,
    };
    Some((bytes.len(), number))
}

/// What is known of the request ids so far: enough to tell those that were not there before.
#[derive(Debug, Default)]
pub struct Ids {
    /// The block whose ids come next.
    next: usize,
    /// Ids of later blocks.
    waiting: BTreeMap<usize, BlockIds>,
    seen: Seen,
}

#[derive(Debug)]
enum Seen {
    /// Most programs number their requests, so that every id is larger than all before. Then nothing has to be looked up.
    Rising {
        last: Number,
        /// The hashes of the last blocks, as far back as duplicates are looked for: should the ids cease to rise.
        kept: VecDeque<Vec<u64>>,
        count: usize,
    },
    Tables(Box<Tables>),
}

impl Default for Seen {
    fn default() -> Self {
        Self::Rising { last: (0, 0), kept: VecDeque::new(), count: 0 }
    }
}

impl Ids {
    /// Takes the ids of a block; false where one of those that can be judged now may have been there before.
    pub fn are_new(&mut self, block: usize, ids: BlockIds) -> bool {
        self.waiting.insert(block, ids);
        let mut new = true;
        while let Some(ids) = self.waiting.remove(&self.next) {
            self.next += 1;
            new &= ids.hashes.is_empty() || self.seen.are_new(ids);
        }
        new
    }
}

impl Seen {
    fn are_new(&mut self, ids: BlockIds) -> bool {
        match self {
            Self::Rising { last, kept, count } if ids.rise && ids.first > *last => {
                *last = ids.last;
                *count += ids.hashes.len();
                kept.push_back(ids.hashes);
                while let Some(oldest) = kept.front().filter(|oldest| *count - oldest.len() >= DUPLICATE_WINDOW) {
                    *count -= oldest.len();
                    kept.pop_front();
                }
                true
            }
            Self::Rising { kept, .. } => {
                let mut tables = Box::<Tables>::default();
                for hash in std::mem::take(kept).into_iter().flatten() {
                    tables.is_new(hash);
                }
                *self = Self::Tables(tables);
                self.are_new(ids)
            }
            Self::Tables(tables) => ids.hashes.into_iter().fold(true, |new, hash| new & tables.is_new(hash)),
        }
    }
}

/// The hashes of the request ids of the last records, in two generations: together they reach back as far as duplicates are
/// looked for, and up to as far again.
#[derive(Debug, Default)]
struct Tables {
    recent: Table,
    before: Table,
}

impl Tables {
    fn is_new(&mut self, hash: u64) -> bool {
        let new = !self.before.holds(hash) && self.recent.insert(hash);
        if self.recent.count == DUPLICATE_WINDOW {
            std::mem::swap(&mut self.before, &mut self.recent);
            self.recent.clear();
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
        let ids = |from: u64, to: u64| {
            let hashes = (from..to).map(|id| id.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
            BlockIds { hashes, rise: false, ..BlockIds::with_room(0) }
        };
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

    fn block<'i>(texts: impl IntoIterator<Item = &'i str>) -> BlockIds {
        let mut ids = BlockIds::with_room(0);
        for text in texts {
            ids.add(&Record { request_id: Some(text), ..Record::default() });
        }
        ids
    }

    #[test]
    fn ids_that_rise_are_new_and_are_known_once_they_do_not() {
        let numbered = |from: usize, to: usize| (from..to).map(|id| format!("req-{id}")).collect::<Vec<_>>();
        let of = |texts: &[String]| block(texts.iter().map(String::as_str));
        let blocks = [numbered(0, 90), numbered(90, 40_000), numbered(40_000, 100_000), numbered(100_000, 170_000)];
        assert!(blocks.iter().all(|texts| of(texts).rise), "also from req-9 to req-10");
        for (again, new) in [("req-169999", false), ("req-104500", false), ("req-7", true), ("x", true)] {
            let mut seen = Ids::default();
            assert!(blocks.iter().enumerate().all(|(at, texts)| seen.are_new(at, of(texts))));
            assert!(matches!(seen.seen, Seen::Rising { count, .. } if count < DUPLICATE_WINDOW + 70_000));
            assert_eq!(seen.are_new(4, block([again])), new, "{again}");
            assert!(matches!(seen.seen, Seen::Tables(_)) || again == "x");
        }
    }

    #[test]
    fn ids_rise_only_where_each_is_larger() {
        for texts in
            [&["b", "a"][..], &["a", "a"], &["aa", "b"], &["12345678-1234567890"], &["a", "b", "b"], &["ab", "aa"]]
        {
            assert!(!block(texts.iter().copied()).rise, "{texts:?}");
        }
        let rising = block(["", "b", "aa", "0123456789abcdef", "0123456789abcdff", "0223456789abcdef"]);
        assert!(!rising.rise, "an id without characters is none");
        let rising = block(["b", "aa", "0123456789abcdef", "0123456789abcdff", "0223456789abcdef"]);
        assert_eq!((rising.rise, rising.first.0, rising.last.0), (true, 1, 16));
        let mut seen = Ids::default();
        assert!(seen.are_new(0, block(["1", "2"])));
        assert!(!seen.are_new(1, block(["2", "3"])), "it rises within its block alone");
    }
}
