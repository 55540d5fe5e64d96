//! What was read of each file, kept for the next run, so that a run of which one file changed costs what that file costs.
//!
//! Of a file is kept what the first reading gave (its partial cells and what was found beside its records) and what the second
//! one picked, with exactly what it looked for (`entry.rs`). An entry counts only for the same file, read the same way: its key
//! is the file's name, all of the configuration that a reading can see, and the version of the program; its bytes are
//! told by their hash, or by a [stamp](super::Input::stamp) that says that nobody wrote to them. Where anything is in doubt,
//! the file is read; where anything goes wrong although entries were used, the whole run is read again without them, so that
//! errors are those of the files themselves ([`super::ingest_with`]).
//!
//! Not kept are files with bad records that were skipped, and files of prompt suites, since no text of a prompt or of a response
//! may lie anywhere but in the report.

mod apart;
mod bytes;
mod entry;
mod files;
mod findings;

use super::Options;
use crate::config::Config;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use bytes::Bytes;
pub use files::Files;

/// Keeps entries from one run to the next. Losing one costs a reading and nothing else.
///
/// Implemented by [`InMemory`], and on top of it by the commands; this stage writes no file.
pub trait Store: Sync {
    /// What was last put under a key.
    fn get(&self, key: &str) -> Option<Bytes>;
    /// Keeps an entry in the place of an earlier one.
    fn put(&self, key: &str, entry: Bytes);
}

/// A store without a file.
#[derive(Debug, Default)]
pub struct InMemory {
    earlier: BTreeMap<String, Bytes>,
    /// What was asked for or put since.
    current: Mutex<BTreeMap<String, Bytes>>,
}

impl InMemory {
    /// A store with entries of an earlier run.
    pub fn with(earlier: BTreeMap<String, Bytes>) -> Self {
        Self { earlier, current: Mutex::default() }
    }

    /// The entries that are of use: those that were asked for or put.
    pub fn used(&self) -> BTreeMap<String, Bytes> {
        self.current().clone()
    }

    /// Whether some of its entries were of no use, or new ones were put.
    pub fn has_changed(&self) -> bool {
        let current = self.current();
        let is_as_before = |(key, entry): (_, &Bytes)| self.earlier.get(key).is_some_and(|earlier| earlier.is(entry));
        current.len() != self.earlier.len() || !current.iter().all(is_as_before)
    }

    fn current(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for InMemory {
    fn get(&self, key: &str) -> Option<Bytes> {
        let mut current = self.current();
        if let Some(entry) = current.get(key) {
            return Some(entry.clone());
        }
        let entry = self.earlier.get(key)?;
        current.insert(key.to_owned(), entry.clone());
        Some(entry.clone())
    }

    fn put(&self, key: &str, entry: Bytes) {
        self.current().insert(key.to_owned(), entry);
    }
}

/// Keys of files: hashes of all that decides how they are read besides their bytes.
struct Keys {
    /// Of what is the same for all of them.
    shared: blake3::Hasher,
}

impl Keys {
    /// Of files that are read like this.
    fn new(config: &Config, options: &Options) -> Self {
        let shared = (entry::LAYOUT, env!("CARGO_PKG_VERSION"), options.lenient, config);
        let text = serde_json::to_vec(&shared).expect("a configuration has no keys but texts");
        let mut hasher = blake3::Hasher::new();
        hasher.update(&text);
        Self { shared: hasher }
    }

    /// Of a file of this name.
    fn of(&self, name: &str) -> String {
        self.shared.clone().update(name.as_bytes()).finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests;
