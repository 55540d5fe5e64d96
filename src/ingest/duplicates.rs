//! Request ids that occur twice.

use crate::record::{Load, Record};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Records within which a request id must not return; bounded, so that memory does not grow with the file.
pub const DUPLICATE_WINDOW: usize = 65_536;

/// The request ids of the last [`DUPLICATE_WINDOW`] records of a file that have one.
///
/// Load generators often number the requests of each level from 1 again, so an id counts together with scenario,
/// context, load, run and warm-up. Kept as 64-bit hashes: that two of ten million different ids are ever taken for one
/// has a chance of 4 in 100 million.
#[derive(Debug)]
pub struct Duplicates {
    window: usize,
    lines: HashMap<u64, u64, BuildHasherDefault<Identity>>,
    order: VecDeque<u64>,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self { window: DUPLICATE_WINDOW, lines: HashMap::default(), order: VecDeque::new() }
    }
}

impl Duplicates {
    /// The line of the record that had the same id, where there was one; else notes this one.
    pub fn find(&mut self, record: &Record, line: u64) -> Option<u64> {
        let hash = hash(record, record.request_id?);
        if let Some(first) = self.lines.get(&hash) {
            return Some(*first);
        }
        if self.order.len() == self.window
            && let Some(oldest) = self.order.pop_front()
        {
            self.lines.remove(&oldest);
        }
        self.order.push_back(hash);
        self.lines.insert(hash, line);
        None
    }
}

/// With fixed keys, so that every run agrees on it.
fn hash(record: &Record, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    record.scenario.hash(&mut hasher);
    let load = match record.load {
        None => (0_u8, record.part as u64),
        Some(Load::Concurrency(n)) => (1, n),
        Some(Load::RequestRate(rate)) => (2, rate.to_bits()),
    };
    (record.context, load, record.run, record.warmup).hash(&mut hasher);
    hasher.finish()
}

/// Hashes what is a hash already.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only 64-bit hashes are kept")
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(id: &'a str, run: Option<&'a str>) -> Record<'a> {
        Record { request_id: Some(id), run, ..Record::default() }
    }

    #[test]
    fn an_id_may_return_after_the_window_and_in_another_cell_or_run() {
        let mut seen = Duplicates { window: 2, ..Duplicates::default() };
        assert_eq!(seen.find(&request("a", None), 2), None);
        assert_eq!(seen.find(&request("a", None), 3), Some(2));
        assert_eq!(seen.find(&request("a", Some("2")), 4), None);
        assert_eq!(seen.find(&Record { load: Some(Load::Concurrency(2)), ..request("a", None) }, 5), None);
        assert_eq!(seen.find(&request("a", None), 6), None, "two records later it is out of the window");
        assert_eq!(seen.find(&Record::default(), 7), None, "no id");
    }
}
