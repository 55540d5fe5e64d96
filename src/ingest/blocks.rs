//! A large file, read in blocks of whole records by several threads.
//!
//! One thread at a time takes the next bytes of the file and finds where their last whole record ends; what follows it goes
//! to the next block. That is quick, so that the threads rarely wait for each other, and exact: it knows how each block
//! begins. Everything else, hashes included, happens to several blocks at once.
//!
//! Only what is beyond doubt is read this way. A bad record, a request id that may have been there before, a key that no one
//! knows and that the first block did not have: any of it, and the file is read once more from its start, which alone finds
//! messages and their places. Files in which bad records are to be skipped are never read in blocks.
//!
//! Nothing depends on which thread reads which block: folds merge to the same in any order, and the rest is kept by the
//! block's number.

mod hash;
mod ids;
mod source;

use super::reading::{FileReading, Recognised, changed, read_file};
use super::records::csv::Header;
use super::records::json::Objects;
use super::records::json_lines;
use super::sink::{Findings, Sink};
use super::stream::{Stream, unreadable};
use crate::config::Config;
use crate::error::Result;
use crate::record::Record;
use hash::Hashes;
use ids::{BlockIds, Ids};
use source::{Piece, Source};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Bytes that are taken at once: a power of two, so that blocks are subtrees of BLAKE3, and small enough for a cache.
const BLOCK: usize = 512 << 10;

/// Bytes of a record that is not much longer than it has to be: a guess for the room that its id will need.
const SHORT_RECORD: usize = 64;

/// Files from here on are read in blocks.
const LARGE: u64 = 4 << 20;

/// Threads beyond that would wait for the next block, and each keeps an own fold.
pub const MOST_THREADS: usize = 4;

/// How a format is read in blocks.
#[derive(Clone, Copy)]
pub struct Blocks {
    /// Length of the whole records that the bytes begin with, of which the first stands at a record's start.
    pub whole: fn(&[u8]) -> Option<usize>,
    /// Reads what stands before the records; none where nothing does and there is no record either.
    pub start: fn(&mut Stream, &mut Sink) -> Result<Option<Body>>,
}

/// What has to be known of a file to read records from its middle.
#[derive(Clone)]
pub enum Body {
    /// Its columns.
    Csv(Header),
    /// The keys that were seen so far.
    JsonLines(Objects),
}

impl Body {
    /// Reads the records up to the end.
    fn read(&mut self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        match self {
            Body::Csv(header) => header.rows(stream, sink),
            Body::JsonLines(objects) => json_lines::read_lines(objects, stream, sink),
        }
    }

    /// Takes over what another block taught; false where that has to be told in the order of the file.
    fn absorb(&mut self, other: Self) -> bool {
        match (self, other) {
            (Body::JsonLines(objects), Body::JsonLines(others)) => objects.absorb(others),
            _ => true,
        }
    }

    fn finish(&self, name: &str, sink: &mut Sink) {
        if let Body::JsonLines(objects) = self {
            objects.warn_of_misspelt(name, sink);
        }
    }
}

/// Whether a file is large and of a format that is read in blocks.
pub fn is_large(file: &Recognised) -> bool {
    file.input.size() >= LARGE && file.format.is_some_and(|format| format.blocks().is_some())
}

/// Reads a file in blocks, with a thread for each of `folds` (the first is this one), and folds its records with `add`. None
/// where it has to be read from its start only: it is compressed, or its first block tells too little of the others.
///
/// `earlier` is what the first reading gave, in the second. Errors: as for [`read_file`], with the same words.
pub fn read<F: Send>(
    file: &Recognised,
    config: &Config,
    earlier: Option<&FileReading>,
    folds: &mut [F],
    add: impl Fn(&mut F, &Record) + Sync,
) -> Result<Option<FileReading>> {
    read_by(BLOCK, file, config, earlier, folds, add)
}

fn read_by<F: Send>(
    block: usize,
    file: &Recognised,
    config: &Config,
    earlier: Option<&FileReading>,
    folds: &mut [F],
    add: impl Fn(&mut F, &Record) + Sync,
) -> Result<Option<FileReading>> {
    let name = file.input.name();
    let Some((format, blocks)) = file.format.and_then(|format| Some((format, format.blocks()?))) else {
        return Ok(None);
    };
    // What the configuration says of a file is held against each record, which a reading from the start does.
    if config.file_rule(name).overrules_records() {
        return Ok(None);
    }
    let failed = |error| unreadable(name, &error);
    let Some(source) = Source::open(file.input, blocks.whole, block).map_err(failed)? else { return Ok(None) };
    let reading = Reading {
        name,
        config,
        by_blake3: source.sha256.is_none(),
        source: Mutex::new(source),
        ids: earlier.is_none().then(Mutex::default),
        broken: AtomicBool::new(false),
        doubt: AtomicBool::new(false),
    };
    let Some(gathered) = reading.run(blocks, folds, &add)? else { return Ok(None) };
    let doubt = reading.doubt.into_inner() || reading.broken.into_inner();
    let source = reading.source.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Gathered { hashes, findings, .. } = gathered;
    let fingerprint = hashes.finish(source);
    let format = Some(format.name());
    let reading = FileReading { name: name.to_owned(), format, empty: false, fingerprint, findings, in_blocks: true };
    let changed = || changed(name);
    if !doubt {
        return if earlier.is_none_or(|earlier| reading.same_as(earlier)) { Ok(Some(reading)) } else { Err(changed()) };
    }
    let careful = read_file(file, config, false, earlier, &mut |_| {})?;
    if careful.findings.records != reading.findings.records {
        return Err(changed());
    }
    Ok(Some(FileReading { in_blocks: true, ..careful }))
}

/// What the threads share.
struct Reading<'r> {
    name: &'r str,
    config: &'r Config,
    /// Whether blocks are hashed: the file is large enough to be told by its BLAKE3.
    by_blake3: bool,
    source: Mutex<Source<'r>>,
    /// The request ids of the first reading.
    ids: Option<Mutex<Ids>>,
    /// Whether anything was met that has to be read from the file's start, which is then all there is to do.
    broken: AtomicBool,
    /// Whether that has to be read for messages only: the records are good.
    doubt: AtomicBool,
}

/// What one thread found.
struct Gathered {
    hashes: Hashes,
    findings: Findings,
    body: Body,
}

impl<'r> Reading<'r> {
    /// Shares the file among the threads; none where its first block says nothing of the others.
    fn run<F: Send>(
        &self,
        blocks: Blocks,
        folds: &mut [F],
        add: &(impl Fn(&mut F, &Record) + Sync),
    ) -> Result<Option<Gathered>> {
        let (own, others) = folds.split_first_mut().expect("there is at least one worker");
        let mut buffer = Vec::new();
        // The first block says what has to be known to read the others.
        let first = lock(&self.source).next(&mut buffer).map_err(|error| unreadable(self.name, &error))?;
        let mut body = None;
        let mut hashes = Hashes::new(self.by_blake3);
        let mut findings = Findings::default();
        if let Some(piece) = first {
            self.piece(&piece, &mut buffer, own, add, &mut hashes, &mut findings, |stream, sink| {
                let mut started = match (blocks.start)(stream, sink)? {
                    Some(started) => started,
                    None => return Ok(false),
                };
                let read = started.read(stream, sink);
                body = Some(started);
                read.map(|()| true)
            });
        }
        let Some(body) = body else { return Ok(None) };
        let mut all = Gathered { hashes, findings, body };
        let prototype = all.body.clone();
        let gathered: Vec<Result<Gathered>> = thread::scope(|scope| {
            let prototype = &prototype;
            let spawned: Vec<_> =
                others.iter_mut().map(|fold| scope.spawn(move || self.work(prototype, fold, add))).collect();
            let own = self.work(prototype, own, add);
            let others = spawned.into_iter().map(|worker| worker.join().expect("a panic ends the program"));
            std::iter::once(own).chain(others).collect()
        });
        for part in gathered {
            let part = part?;
            all.hashes.merge(part.hashes);
            merge(&mut all.findings, part.findings);
            if !all.body.absorb(part.body) && self.ids.is_some() {
                self.doubt.store(true, Ordering::Relaxed);
            }
        }
        let mut ignore = |_: &Record| {};
        let mut sink = Sink::new(self.config, false, &mut ignore);
        all.body.finish(self.name, &mut sink);
        merge(&mut all.findings, sink.finish());
        Ok(Some(all))
    }

    /// Reads block after block until none is left or something is in doubt.
    fn work<F>(&self, prototype: &Body, fold: &mut F, add: &impl Fn(&mut F, &Record)) -> Result<Gathered> {
        let mut buffer = Vec::new();
        let (hashes, findings) = (Hashes::new(self.by_blake3), Findings::default());
        let mut gathered = Gathered { hashes, findings, body: prototype.clone() };
        while !self.broken.load(Ordering::Relaxed) {
            let next = lock(&self.source).next(&mut buffer).map_err(|error| unreadable(self.name, &error))?;
            let Some(piece) = next else { break };
            let Gathered { hashes, findings, body } = &mut gathered;
            self.piece(&piece, &mut buffer, fold, add, hashes, findings, |stream, sink| {
                body.read(stream, sink)?;
                Ok(true)
            });
        }
        Ok(gathered)
    }

    /// Reads one block with `read`, which says whether there was anything to read.
    #[allow(clippy::too_many_arguments)]
    fn piece<F>(
        &self,
        piece: &Piece,
        buffer: &mut Vec<u8>,
        fold: &mut F,
        add: &impl Fn(&mut F, &Record),
        hashes: &mut Hashes,
        findings: &mut Findings,
        read: impl FnOnce(&mut Stream, &mut Sink) -> Result<bool>,
    ) {
        hashes.add(piece, buffer);
        let mut ids = BlockIds::with_room(if self.ids.is_some() { piece.records.len() / SHORT_RECORD } else { 0 });
        let mut keep = |record: &Record| {
            if self.ids.is_some() {
                ids.add(record);
            }
            add(fold, record);
        };
        let mut sink = Sink::new(self.config, false, &mut keep).without_duplicates();
        if self.ids.is_some() {
            sink = sink.with_ids();
        }
        let mut stream = Stream::over(self.name, std::mem::take(buffer), piece.records.clone());
        let good = read(&mut stream, &mut sink).unwrap_or(false);
        merge(findings, sink.finish());
        *buffer = stream.into_buffer();
        let distinct = self.ids.as_ref().is_none_or(|all| lock(all).are_new(piece.number, ids));
        self.broken.fetch_or(!good || piece.endless, Ordering::Relaxed);
        self.doubt.fetch_or(!distinct, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds what was found in another block. Blocks of good records find nothing that has an order.
fn merge(findings: &mut Findings, other: Findings) {
    findings.records += other.records;
    findings.latest_start_ps = findings.latest_start_ps.max(other.latest_start_ps);
    findings.zero_times += other.zero_times;
    findings.unknown.extend(other.unknown);
    findings.warnings.extend(other.warnings);
}

#[cfg(test)]
mod tests;
