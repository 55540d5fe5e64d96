//! The files of a run: which of them are known from an earlier one, and both readings of the others.

use super::apart::{Folded, Part, Plan, Worker};
use super::entry::{Counted, Entry};
use super::{Keys, Store};
use crate::cell::fold::apart::FilePicking;
use crate::cell::fold::{Counting, Picking};
use crate::cell::level::Levels;
use crate::config::Config;
use crate::error::Result;
use crate::ingest::format::Format;
use crate::ingest::reading::{FileReading, Reading, Recognised, read_all, workers};
use crate::ingest::stream::fingerprint;
use crate::ingest::{Input, Options, blocks, records};
use crate::threads::Threads;

/// The files of a run beside what a store has of them, by their number.
pub struct Files<'s> {
    store: &'s dyn Store,
    files: Vec<File>,
}

struct File {
    key: String,
    stamp: Option<String>,
    /// None where nothing of it can be kept.
    entry: Option<Entry>,
    /// Whether the store has not this entry.
    is_new: bool,
    /// Whether it was not read for the first reading.
    was_known: bool,
    /// The first reading, until it is asked for.
    known: Option<Known>,
    /// Of its records, once the first reading is over.
    levels: Option<Levels>,
}

struct Known {
    format: Option<&'static dyn Format>,
    reading: FileReading,
    counting: Counting,
}

impl Known {
    /// None where the entry names no format that a file of this name can have, or cannot be read.
    fn of(entry: &Entry, name: &str, config: &Config) -> Option<Self> {
        let format = entry.format(records::mapped::formats(config, name))?;
        Some(Self { format, reading: entry.reading(name, format)?, counting: entry.counting()? })
    }
}

impl<'s> Files<'s> {
    /// Looks up what the store has of each input that is still what it was; nothing, unless it is to be trusted.
    pub fn new(store: &'s dyn Store, trusted: bool, inputs: &[&dyn Input], config: &Config, options: &Options) -> Self {
        let keys = Keys::new(config, options);
        let file = |input: &&dyn Input| {
            let key = keys.of(input.name());
            let stamp = input.stamp();
            let found = store.get(&key).filter(|_| trusted).and_then(|bytes| Entry::decode(&key, &bytes));
            let mut file = File { key, stamp, entry: None, is_new: false, was_known: false, known: None, levels: None };
            if let Some(entry) = found {
                file.recall(entry, *input, config);
            }
            file
        };
        Self { store, files: Threads::new(options.threads).map(inputs, file) }
    }

    /// Whether any of them is known.
    pub fn are_known(&self) -> bool {
        self.files.iter().any(|file| file.was_known)
    }

    /// The format of each input. Errors: those of [`Recognised::of`].
    pub fn recognise<'i>(&self, inputs: &[&'i dyn Input], config: &Config) -> Result<Vec<Recognised<'i>>> {
        let of = |(file, input): (&File, &&'i dyn Input)| match &file.known {
            Some(known) => Ok(Recognised::as_known(*input, config, known.format)),
            None => Recognised::of(*input, config),
        };
        self.files.iter().zip(inputs).map(of).collect()
    }

    /// The first reading of every file. Errors: those of [`read_all`].
    pub fn count(
        &mut self,
        files: &[Recognised],
        config: &Config,
        options: &Options,
    ) -> Result<(Counting, Vec<FileReading>)> {
        let unknown: Vec<usize> = (0..files.len()).filter(|at| self.files[*at].known.is_none()).collect();
        let plan = |at: &usize| Plan { part: Some(Counting::default()), shared: is_shared(&files[*at], options) };
        let plans: Vec<_> = unknown.iter().map(plan).collect();
        let (read, readings) = Reader { files, first: &[], config, options }.read(
            &unknown,
            &plans,
            Counting::merge,
            Counting::default(),
        )?;
        let (counted, kept) = read.unwrap_or_default();

        // In the order of the files, so that what is the same in two runs asks the same in the second reading.
        let mut all = Counting::default();
        let mut first: Vec<(usize, FileReading)> = unknown.iter().copied().zip(readings).collect();
        for (at, file) in self.files.iter_mut().enumerate() {
            let Some(Known { reading, counting, .. }) = file.known.take() else { continue };
            file.levels = Some(counting.levels().clone());
            all.merge_file(counting, at);
            first.push((at, reading));
        }
        all.merge(counted);
        first.sort_by_key(|(at, _)| *at);
        let first: Vec<FileReading> = first.into_iter().map(|(_, reading)| reading).collect();
        for at in unknown {
            if first[at].findings.records == 0 {
                let kept = Counted::of(&Counting::default());
                kept.into_iter().for_each(|counted| self.files[at].read(&first[at], counted, Levels::default()));
            }
        }
        for (at, (counted, levels)) in kept {
            self.files[at].read(&first[at], counted, levels);
        }
        Ok((all, first))
    }

    /// The second reading, of the files that held records, from what was decided after the first. Errors: those of
    /// [`read_all`].
    pub fn pick(
        &mut self,
        files: &[Recognised],
        first: &[FileReading],
        decided: Picking,
        config: &Config,
        options: &Options,
    ) -> Result<Picking> {
        let (mut unknown, mut plans, mut recalled) = (Vec::new(), Vec::new(), Vec::new());
        for (at, file) in self.files.iter().enumerate().filter(|(at, _)| first[*at].findings.records > 0) {
            let mut part = file.levels.as_ref().and_then(|levels| decided.of_file(levels, at));
            if part.as_ref().is_some_and(FilePicking::is_answered) {
                continue;
            }
            let share = file.entry.as_ref().and_then(Entry::share);
            let is_known = part.as_mut().zip(share).is_some_and(|(part, share)| part.recall(share));
            match part {
                Some(part) if is_known => recalled.push(part),
                part => {
                    unknown.push(at);
                    plans.push(Plan { part, shared: is_shared(&files[at], options) });
                }
            }
        }
        let merge = |all: &mut Picking, more| all.merge(more);
        let (mut picked, kept) = match unknown.is_empty() {
            true => (decided, Vec::new()),
            false => {
                let reader = Reader { files, first, config, options };
                reader.read(&unknown, &plans, merge, decided)?.0.expect("there is at least one worker")
            }
        };
        recalled.into_iter().for_each(|part| picked.merge_file(part));
        for (at, share) in kept {
            let file = &mut self.files[at];
            if let Some(entry) = &mut file.entry {
                entry.keep_share(share);
                file.is_new = true;
            }
        }
        Ok(picked)
    }

    /// Puts what is new into the store, once all went well.
    pub fn keep(&self) {
        for File { key, entry, .. } in self.files.iter().filter(|file| file.is_new) {
            if let Some(bytes) = entry.as_ref().and_then(|entry| entry.encode(key)) {
                self.store.put(key, bytes.into());
            }
        }
    }
}

impl File {
    /// Takes an entry over where the input is still what it was.
    fn recall(&mut self, mut entry: Entry, input: &dyn Input, config: &Config) {
        let has_stamp = self.stamp.is_some() && entry.stamp == self.stamp;
        let has_bytes = || {
            entry.fingerprint.bytes == input.size()
                && fingerprint(input).is_ok_and(|found| found.is_of_same_bytes(&entry.fingerprint))
        };
        if !has_stamp && !has_bytes() {
            return;
        }
        let Some(known) = Known::of(&entry, input.name(), config) else { return };
        self.is_new = entry.stamp != self.stamp;
        entry.stamp.clone_from(&self.stamp);
        (self.entry, self.known, self.was_known) = (Some(entry), Some(known), true);
    }

    /// Takes note of a first reading.
    fn read(&mut self, reading: &FileReading, counted: Counted, levels: Levels) {
        self.entry = Entry::of(reading, counted, self.stamp.clone());
        self.levels = self.entry.as_ref().map(|_| levels);
        self.is_new = true;
    }
}

/// Whether several workers may read a file together.
fn is_shared(file: &Recognised, options: &Options) -> bool {
    !options.lenient && blocks::is_large(file)
}

/// Reads some of the files of a run, each folded apart.
struct Reader<'r> {
    files: &'r [Recognised<'r>],
    /// What the first reading gave of all files; empty in the first.
    first: &'r [FileReading],
    config: &'r Config,
    options: &'r Options,
}

impl Reader<'_> {
    /// Reads the files of these numbers, with a plan for each, into `whole`.
    fn read<P: Part + Clone + Sync>(
        &self,
        numbers: &[usize],
        plans: &[Plan<P>],
        merge: impl Fn(&mut P::Whole, P::Whole),
        whole: P::Whole,
    ) -> Result<(Option<Folded<P>>, Vec<FileReading>)>
    where
        P::Whole: Clone,
    {
        let chosen: Vec<Recognised> = numbers.iter().map(|at| self.files[*at]).collect();
        let first: Vec<&FileReading> = numbers.iter().filter_map(|at| self.first.get(*at)).collect();
        let wholes = std::iter::repeat_n(whole, workers(&chosen, self.options));
        let folds = wholes.map(|whole| Worker::new(whole, numbers, plans)).collect();
        let Reading { folds, files } =
            read_all(&chosen, self.config, self.options, &first, folds, |worker, record, nth| worker.add(record, nth))?;
        Ok((Worker::together(folds, merge, &Threads::new(self.options.threads)), files))
    }
}
