//! Files to cells. Every source is read twice: once to count, once to pick order statistics; nothing holds all rows.

pub mod power;

use crate::cell::Cell;
use crate::config::Config;
use crate::error::{Error, Result, Warned};
use std::io::Read;

/// A source of bytes that can be read from its start more than once.
///
/// Implemented by the commands (files, a spooled pipe) and by tests (memory); this stage opens nothing itself.
pub trait Input: Sync {
    /// As messages name it: the path as the user gave it, or below the run folder.
    fn name(&self) -> &str;
    /// The bytes from the start, as stored (still compressed where the file is).
    fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>>;
    /// Size in bytes as stored.
    fn size(&self) -> u64;
}

/// What the reader may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Skip bad records and count them by reason instead of stopping at the first.
    pub lenient: bool,
    /// Files read at once; any number gives the same bytes.
    pub threads: usize,
}

/// Everything that was read from a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingested {
    /// Ordered by key.
    pub cells: Vec<Cell>,
    /// Mean draw of all GPUs in watts over the windows of each cell, in the order of `cells`.
    pub power_w: Vec<Option<f64>>,
    /// Every file of the run with what became of it, ordered by name.
    pub sources: Vec<Source>,
    /// Bad records that were skipped, by reason, most frequent first (then by reason); empty unless lenient.
    pub skipped: Vec<(String, u64)>,
    /// UTC day of the latest submission, where the clock is an epoch: `2026-02-06`.
    pub date: Option<String>,
    /// Columns and keys that were left out because no one knows them, by file.
    pub unknown_columns: Vec<(String, Vec<String>)>,
}

/// A file of the run and what became of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Source {
    /// As messages name it.
    pub name: String,
    /// What it was recognised as: `records (CSV)`, `power log (nvidia-smi)`; none where nobody recognised it.
    pub format: Option<String>,
    /// `sha256` up to 64 MiB, `blake3` above.
    pub hash_kind: &'static str,
    /// Hash of the bytes as stored, lower-case hexadecimal.
    pub hash: String,
    /// Size in bytes as stored.
    pub bytes: u64,
    /// Records, or samples of a power log, that were read from it.
    pub records: u64,
}

/// Reads a run: recognises each input by its content, folds the records into cells and joins the power log.
///
/// Errors: no input holds records; a bad record unless lenient; two formats claim one file; see the README's table.
pub fn ingest(inputs: &[&dyn Input], config: &Config, options: &Options) -> Result<Warned<Ingested>> {
    let _ = (inputs, config, options);
    Err(Error::new("not yet"))
}
