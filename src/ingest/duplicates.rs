//! Request ids that occur twice.

use crate::record::{Load, Record};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

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
        let hash = hash(record)?;
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

/// What is compared of a record that has a request id. Every run agrees on it.
pub fn hash(record: &Record) -> Option<u64> {
    hash_within(hash_level(record), record)
}

/// The same, where [`hash_level`] of the record is known.
#[inline]
pub fn hash_within(level: u64, record: &Record) -> Option<u64> {
    Some(mix(level ^ u64::from(record.warmup), hash_text(record.request_id?)))
}

/// What is compared of a record's level.
pub fn hash_level(record: &Record) -> u64 {
    let (kind, load) = match record.load {
        None => (0, record.part as u64),
        Some(Load::Concurrency(n)) => (1, n),
        Some(Load::RequestRate(rate)) => (2, rate.to_bits()),
    };
    let flags = kind | u64::from(record.context.is_some()) << 2 | u64::from(record.run.is_some()) << 3;
    let texts = [hash_text(record.scenario), record.run.map_or(0, hash_text)];
    [load, record.context.unwrap_or_default()].into_iter().chain(texts).fold(flags, mix)
}

/// Both halves of a product of 128 bits: every bit of what goes in changes half of what comes out.
#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(u128::from(word ^ 0xd6e8_feb8_6659_fd93));
    (product as u64) ^ (product >> 64) as u64
}

#[inline]
fn hash_text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let length = bytes.len() as u64;
    let Some(last) = bytes.last_chunk::<8>() else { return mix(length, few(bytes)) };
    // The last eight may overlap those before.
    let (words, _) = bytes[..bytes.len() - 1].as_chunks::<8>();
    words.iter().chain([last]).map(|word| u64::from_le_bytes(*word)).fold(length, mix)
}

/// Fewer than eight bytes as a number; with their count they are known by it.
fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        (_, _, [first, .., last]) => {
            [*first, bytes[bytes.len() / 2], *last].iter().fold(0, |all, byte| all << 8 | u64::from(*byte))
        }
        _ => bytes.first().map_or(0, |only| u64::from(*only)),
    }
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
    fn every_text_has_a_hash_of_its_own() {
        let text = "abcdefghijklmnopqrstuvwxyz";
        let mut hashes: Vec<u64> = Vec::new();
        for length in 0..=text.len() {
            hashes.push(hash_text(&text[..length]));
            for at in 0..length {
                let mut other = text[..length].to_owned();
                other.replace_range(at..=at, "_");
                hashes.push(hash_text(&other));
            }
        }
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
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
