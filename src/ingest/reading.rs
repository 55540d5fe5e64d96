//! One reading of every file, several at once.

use super::blocks;
use super::cells::GivenCell;
use super::fingerprint::Fingerprint;
use super::format::{Format, recognise};
use super::part::Setup;
use super::records;
use super::sink::{Findings, Sink};
use super::stream::{Stream, fingerprint};
use super::{Input, Options, Source};
use crate::config::Config;
use crate::error::{Error, Place, Result, Warning};
use crate::record::Record;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// An input and the format that claims it.
#[derive(Clone, Copy)]
pub struct Recognised<'i> {
    /// The input.
    pub input: &'i dyn Input,
    /// Who claims it; none where nobody does.
    pub format: Option<&'static dyn Format>,
    /// Whether the configuration leaves it out.
    pub ignored: bool,
}

impl<'i> Recognised<'i> {
    /// Finds the format of an input, unless the configuration leaves it out. Errors: those of [`recognise`].
    pub fn of(input: &'i dyn Input, config: &Config) -> Result<Self> {
        let ignored = config.file_rule(input.name()).ignore == Some(true);
        let formats = records::mapped::formats(config, input.name());
        let format = if ignored { None } else { recognise(input, formats)? };
        Ok(Self { input, format, ignored })
    }

    /// The same of an input whose format is known.
    pub fn as_known(input: &'i dyn Input, config: &Config, format: Option<&'static dyn Format>) -> Self {
        let ignored = config.file_rule(input.name()).ignore == Some(true);
        Self { input, format, ignored }
    }
}

/// What a reading found in one file.
#[derive(Debug)]
pub struct FileReading {
    /// As messages name it.
    pub name: String,
    /// Name of its format; none where nobody recognised it.
    pub format: Option<&'static str>,
    /// Whether it has no bytes at all.
    pub empty: bool,
    /// What its bytes were.
    pub fingerprint: Fingerprint,
    /// What was found beside the records themselves.
    pub findings: Findings,
    /// Whether it was read in blocks, and so can be read a second time.
    pub in_blocks: bool,
}

/// What a reading of all files gave.
pub struct Reading<F> {
    /// What the records were folded into: one per worker.
    pub folds: Vec<F>,
    /// One per file that was read, in order.
    pub files: Vec<FileReading>,
}

/// How many workers read a run: at most one per file, or as many as share a large one.
pub fn workers(files: &[Recognised], options: &Options) -> usize {
    let large = !options.lenient && files.iter().any(blocks::is_large);
    options.threads.clamp(1, files.len().max(if large { blocks::MOST_THREADS } else { 1 }))
}

/// Reads every file once (large ones one after the other in blocks, each by all workers, then the others, each by one) and folds its records with `add`, with a worker for each of `folds` (the
/// first is this thread); in a second reading (`first` is what the first one gave) only
/// the files that held records.
///
/// Errors: what is wrong with a file; a file that is no longer what it was in the first reading. Workers take the files in order, so that of several errors the one in the first file is always found; folds must not
/// depend on the order of records.
pub fn read_all<F: Send>(
    files: &[Recognised],
    config: &Config,
    options: &Options,
    first: &[&FileReading],
    mut folds: Vec<F>,
    add: impl Fn(&mut F, &Record, usize) + Sync,
) -> Result<Reading<F>> {
    let mut outcomes = read_large(files, config, options, first, &mut folds, &add);
    let done: BTreeSet<usize> = outcomes.iter().map(|(at, _)| *at).collect();
    // Behind a file that cannot be read none is of interest.
    let end = outcomes.iter().find(|(_, outcome)| outcome.is_err()).map_or(files.len(), |(at, _)| *at);
    let files = &files[..end];
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let work = |mut fold: F| {
        let mut read = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { break };
            let earlier = first.get(at).copied();
            if done.contains(&at) || earlier.is_some_and(|earlier| earlier.findings.records == 0) {
                continue;
            }
            let outcome = read_file(file, config, options.lenient, earlier, &mut |record| add(&mut fold, record, at));
            failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
            read.push((at, outcome));
        }
        (fold, read)
    };
    let read: Vec<_> = thread::scope(|scope| {
        let work = &work;
        let mut folds = folds.into_iter();
        let own = folds.next();
        let spawned: Vec<_> = folds.map(|fold| scope.spawn(move || work(fold))).collect();
        let own = own.map(work);
        let others =
            spawned.into_iter().map(|worker| worker.join().expect("a panic ends the program, not one reading"));
        own.into_iter().chain(others).collect()
    });
    let (folds, others): (Vec<F>, Vec<_>) = read.into_iter().unzip();
    outcomes.extend(others.into_iter().flatten());
    outcomes.sort_by_key(|(at, _)| *at);
    let files = outcomes.into_iter().map(|(_, outcome)| outcome).collect::<Result<_>>()?;
    Ok(Reading { folds, files })
}

/// Reads the large files, up to the first one that cannot be read.
fn read_large<F: Send>(
    files: &[Recognised],
    config: &Config,
    options: &Options,
    first: &[&FileReading],
    folds: &mut [F],
    add: &(impl Fn(&mut F, &Record, usize) + Sync),
) -> Vec<(usize, Result<FileReading>)> {
    let mut outcomes = Vec::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| !options.lenient && blocks::is_large(file)) {
        let earlier = first.get(at).copied();
        if earlier.is_some_and(|earlier| earlier.findings.records == 0 || !earlier.in_blocks) {
            continue;
        }
        let outcome = blocks::read(file, config, earlier, folds, |fold, record| add(fold, record, at)).transpose();
        let Some(outcome) = outcome else { continue };
        let failed = outcome.is_err();
        outcomes.push((at, outcome));
        if failed {
            break;
        }
    }
    outcomes
}

/// Reads one file, and in a second reading holds it against the first.
pub fn read_file(
    file: &Recognised,
    config: &Config,
    lenient: bool,
    earlier: Option<&FileReading>,
    fold: &mut dyn FnMut(&Record),
) -> Result<FileReading> {
    let name = file.input.name().to_owned();
    let Some(format) = file.format else {
        let fingerprint = fingerprint(file.input)?;
        let empty = fingerprint.bytes == 0;
        let set_aside = file.ignored.then(|| "`gristmill.toml` leaves it out".to_owned());
        let findings = Findings { set_aside, ..Findings::default() };
        return Ok(FileReading { name, format: None, empty, fingerprint, findings, in_blocks: false });
    };
    let mut stream = Stream::open(file.input)?;
    let mut sink = Sink::new(config, lenient, fold).for_file(&name);
    if earlier.is_some_and(|earlier| !earlier.findings.skipped.contains_key(super::sink::DUPLICATE)) {
        sink = sink.without_duplicates();
    }
    format.read(&mut stream, &mut sink)?;
    let findings = sink.finish();
    let fingerprint = stream.finish()?;
    let reading =
        FileReading { name, format: Some(format.name()), empty: false, fingerprint, findings, in_blocks: false };
    match earlier {
        Some(earlier) if !reading.same_as(earlier) => Err(changed(&reading.name)),
        _ => Ok(reading),
    }
}

/// That a file is not what it was when its reading began.
pub(super) fn changed(name: &str) -> Error {
    Error::at(Place::file(name), "changed while it was being read")
        .hint("wait until the benchmark has ended, then run this again")
}

impl FileReading {
    /// Whether neither records, runs, samples nor the setup were read from it.
    pub fn holds_nothing(&self) -> bool {
        self.amount() == 0
            && self.findings.parts.is_empty()
            && self.findings.cells.is_empty()
            && self.findings.page.is_none()
            && self.findings.setup == Setup::default()
    }

    /// Whether requests can be told from it: one by one, or as its tool or a table of cells summed them up.
    pub fn holds_requests(&self) -> bool {
        let parts = &self.findings.parts;
        let is_left_out = !parts.is_empty() && parts.iter().all(|part| part.left_out);
        let has_records = self.findings.records > 0 && !is_left_out;
        has_records || parts.iter().any(|part| part.aggregate.is_some()) || !self.findings.cells.is_empty()
    }

    fn amount(&self) -> u64 {
        let sampled = self.findings.parts.iter().any(|part| part.sampled);
        let requests = || match self.findings.records {
            records if records > 0 && !sampled => records,
            _ if !self.findings.cells.is_empty() => {
                self.findings.cells.iter().map(|GivenCell { cell, .. }| cell.requests.unwrap_or(0) + cell.warmup).sum()
            }
            _ => self.findings.parts.iter().filter_map(|part| part.aggregate.as_ref()?.requests).sum(),
        };
        self.findings.power.as_ref().map_or_else(requests, super::power::Log::samples)
    }

    /// What became of it, in few words; where something of it was left out, why.
    pub fn verdict(&self) -> String {
        let skipped: u64 = self.findings.skipped.values().sum();
        let parts = &self.findings.parts;
        let left_out = || parts.iter().filter(|part| part.left_out).map(|part| part.place.as_str());
        let is_reason = |warning: &&Warning| {
            let path = warning.place.as_ref().and_then(|place| place.path.as_deref()).unwrap_or_default();
            left_out().any(|place| place == path)
        };
        let reason = self.findings.warnings.iter().rfind(is_reason);
        if let (Some(format), Some(reason), false) = (self.format, reason, self.holds_requests()) {
            return format!("{format}; {}", reason.message);
        }
        match self.format {
            Some(format) if super::foreign::is_foreign(format) => format.to_owned(),
            _ if self.findings.set_aside.is_some() => "set aside".to_owned(),
            None if self.empty => "empty".to_owned(),
            None => "not recognised".to_owned(),
            Some(format) if skipped > 0 => format!("{format}, every record is bad"),
            Some(format) if self.holds_nothing() => format!("{format}, but it holds no record"),
            Some(format) => format.to_owned(),
        }
    }

    /// As reports list it.
    pub fn source(&self) -> Source {
        let Fingerprint { hash_kind, hash, bytes, .. } = self.fingerprint.clone();
        let format = self.format.map(str::to_owned);
        let runs = self.findings.parts.len() as u64;
        let set_aside = self.findings.set_aside.clone();
        let (name, records) = (self.name.clone(), self.amount());
        Source { name, format, hash_kind, hash, bytes, records, runs, set_aside, from_name: None }
    }

    /// Whether another reading found the same bytes and the same records in them.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && self.findings.records == other.findings.records
            && self.findings.skipped == other.findings.skipped
    }
}
