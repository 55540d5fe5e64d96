//! Files to cells. Every source is read once, and a second time to pick order statistics where the first one could not hold the
//! values they lie among ([`crate::cell::shelf`]); nothing holds all rows.

pub mod aggregates;
pub mod aiperf;
pub mod blocks;
pub mod cache;
pub mod cells;
pub mod csv;
pub mod document;
pub mod duplicates;
pub mod engine;
mod faults;
pub mod fingerprint;
pub mod flat;
pub mod foreign;
pub mod format;
pub mod guidellm;
mod impossible;
pub mod inference_benchmarker;
pub mod inference_perf;
pub mod k6;
pub mod lines;
pub mod llama_cpp;
pub mod llm_d;
pub mod llmperf;
pub mod locust;
pub mod logged;
pub mod loose;
mod memory;
pub mod mlperf;
pub mod names;
pub mod optimum_benchmark;
pub mod part;
pub mod placement;
pub mod power;
pub mod reading;
pub mod records;
pub mod repeats;
pub mod serving;
pub mod set_aside;
pub mod setup;
pub mod sink;
pub mod statistics;
pub mod stream;
pub mod survey;
pub(crate) mod together;
pub mod trtllm_bench;

use crate::cell::fold::{Counting, Picking};
use crate::cell::level::Placements;
use crate::cell::suite::{Case, Cases};
use crate::cell::{Cell, CellKey};
use crate::config::Config;
use crate::error::{Error, Place, Result, Warned, Warning, one_line};
use crate::format::counted;
use crate::limits::{HIGHEST_MOST_CELLS, MOST_LEVELS};
use crate::record::{PROMPT_SUITE, Record};
use crate::threads::Threads;
use aggregates::Placed;
use cache::{Files, Store};
pub use fingerprint::HashKind;
pub use memory::Memory;
use part::Setup;
use placement::{Decided, Described};
use reading::{FileReading, Recognised, read_all, workers};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use setup::Said;
use sink::Findings;
use std::collections::BTreeMap;
use std::io::Read;

/// A source of bytes that can be read from its start more than once.
///
/// Implemented by [`Memory`] and by the commands (files, a spooled pipe); this stage opens nothing itself.
pub trait Input: Sync {
    /// As messages name it: the path as the user gave it, or below the run folder.
    fn name(&self) -> &str;
    /// The bytes from the start, as stored (still compressed where the file is).
    fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>>;
    /// Size in bytes as stored.
    fn size(&self) -> u64;
    /// What tells from the outside that the bytes are those of an earlier run: alike only where nobody can have written to
    /// them in between. None where that is not certain; then they are hashed.
    fn stamp(&self) -> Option<String> {
        None
    }
    /// Whether nobody seems to have written to it since it was opened for this run, as far as can be seen from the outside.
    fn is_unchanged(&self) -> bool {
        true
    }
}

/// What the reader may do. The default stops at a bad record and reads one file at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Skip bad records and count them by reason instead of stopping at the first.
    pub lenient: bool,
    /// Files read at once, at least one; any number gives the same bytes.
    pub threads: usize,
}

/// Everything that was read from a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingested {
    /// Ordered by key.
    pub cells: Vec<Cell>,
    /// Mean draw of all GPUs in watts over the windows of each cell, in the order of `cells`.
    pub power_w: Vec<Option<f64>>,
    /// The cases of a prompt suite, where the run is one; its only cell is then the suite as a whole.
    pub suite: Option<Vec<Case>>,
    /// Every file of the run with what became of it, ordered by name.
    pub sources: Vec<Source>,
    /// Bad records that were skipped, by reason, most frequent first (then by reason); empty unless lenient.
    pub skipped: Vec<(String, u64)>,
    /// UTC day of the latest submission, or of the latest start that a tool gives, where the clock is an epoch or says its zone: `2026-02-06`.
    pub date: Option<String>,
    /// The moment that `date` is the day of, picoseconds on the source's clock.
    pub latest_start_ps: Option<i128>,
    /// Columns and keys that were left out because no one knows them, by file.
    pub unknown_columns: Vec<(String, Vec<String>)>,
    /// What the files say of model, hardware, engine and test where the configuration does not.
    pub setup: Setup,
    /// What makes figures wrong although every record is good: told among the warnings too, and a problem to `check`.
    pub faults: Vec<Warning>,
}

/// A file of the run and what became of it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Source {
    /// As messages name it.
    pub name: String,
    /// What it was recognised as: `records (CSV)`, `power log (nvidia-smi)`; none where nobody recognised it.
    pub format: Option<String>,
    /// What it is told by.
    pub hash_kind: HashKind,
    /// Hash of the bytes as stored, lower-case hexadecimal.
    pub hash: String,
    /// Size in bytes as stored.
    pub bytes: u64,
    /// Requests, one by one or as its tool summed them up, or samples of a power log, that were read from it.
    pub records: u64,
    /// Runs that it describes beside its requests; 0 for records and power logs.
    pub runs: u64,
    /// Why nothing of it is used although it was recognised: a clause.
    pub set_aside: Option<String>,
    /// What was taken from its name because nothing else said it: `concurrency 8, context 1K`.
    pub from_name: Option<String>,
}

/// Reads a run: recognises each input by its content, folds the records into cells and joins the power log.
///
/// Errors: no input holds records; a bad record unless lenient; two formats claim one file; an input that cannot be
/// read, is damaged, or changes while it is read. Of several, the one in the first file by name is told.
pub fn ingest(inputs: &[&dyn Input], config: &Config, options: &Options) -> Result<Warned<Ingested>> {
    ingest_with(inputs, config, options, None)
}

/// The same with a store of what was read of each file in an earlier run: only files that it does not know are read, and what
/// they give is put there. The result is the same in any case.
pub fn ingest_with(
    inputs: &[&dyn Input],
    config: &Config,
    options: &Options,
    store: Option<&dyn Store>,
) -> Result<Warned<Ingested>> {
    let mut inputs = inputs.to_vec();
    inputs.sort_by(|a, b| a.name().cmp(b.name()));
    // Readers are shown no more of the configuration, so that a store that goes by it cannot miss what they go by.
    let shown = config.of_reading();
    let Some(store) = store else { return read(&inputs, config, &shown, options, None) };
    let files = |trusted| Files::new(store, trusted, &inputs, &shown, options);
    let mut known = files(true);
    match read(&inputs, config, &shown, options, Some(&mut known)) {
        // What is wrong is told from the files alone.
        Err(_) if known.are_known() => read(&inputs, config, &shown, options, Some(&mut files(false))),
        outcome => outcome,
    }
}

/// Reads a run, with the files of a store where there is one.
fn read(
    inputs: &[&dyn Input],
    config: &Config,
    shown: &Config,
    options: &Options,
    mut known: Option<&mut Files>,
) -> Result<Warned<Ingested>> {
    let files = match &known {
        Some(known) => known.recognise(inputs, shown)?,
        None => inputs.iter().map(|input| Recognised::of(*input, shown)).collect::<Result<Vec<_>>>()?,
    };
    let (mut counted, mut first) = match &mut known {
        Some(known) => known.count(&files, shown, options)?,
        None => count(&files, shown, options)?,
    };
    if counted.has_too_many_levels() {
        return Err(too_many("levels (scenario, context, load and run)", MOST_LEVELS, ""));
    }
    let mut warnings = pair_pages(&mut first)?;
    let impossible = impossible::leave_out(&mut first).take(&mut warnings);
    cells::gather::set_aside(&mut first);
    refuse_copies(&first)?;
    let measured = first.iter().filter(|file| file.holds_requests());
    serving::sweep::refuse_two_servers(measured.map(|file| file.name.as_str()))?;
    warnings.extend(repeats::mark(&mut first));
    warnings.extend(file_warnings(&first, config));
    if !first.iter().any(FileReading::holds_requests) {
        return Err(no_records(&first));
    }
    let alone = first.iter().all(|file| file.findings.parts.iter().all(|part| part.left_out));
    let suite = match counted.take_cases(alone)? {
        Cases::Suite(cases) => Some(cases),
        Cases::Apart(requests) => {
            warnings.extend(apart(requests));
            None
        }
    };
    let setup = setup::agree(&said(&first), config)?.take(&mut warnings);
    let Decided { placements, from_names, none_left, left_out } =
        placement::place(&described(&first), &counted.part_lengths(), config)?.take(&mut warnings);
    let decided = counted.decide(&of_requests(&first, &placements));
    let picked = match &mut known {
        Some(known) => known.pick(&files, &first, decided, shown, options)?,
        None => pick(&files, &first, decided, shown, options)?,
    };
    refuse_changed(inputs, &first)?;
    let (mut cells, mut faults) = finish(picked, &first, known)?.take(&mut warnings);
    faults.splice(..0, impossible);
    warnings.extend(faults.iter().cloned());
    // Where there are requests, tables of cells were set aside.
    let given = cells::gather::gather(&first).take(&mut warnings);
    cells.extend(given.cells);
    let cells = aggregates::join(cells, &placed(&first, &placements)).take(&mut warnings);
    if let Some(error) = none_left.filter(|_| cells.is_empty()) {
        return Err(error);
    }
    let most = config.limits.cells;
    if cells.len() > most {
        let raised = format!("; `limits.cells` in gristmill.toml takes up to {HIGHEST_MOST_CELLS}");
        return Err(too_many("cells", most, if most < HIGHEST_MOST_CELLS { &raised } else { "" }));
    }

    let skipped = skipped(&first);
    warnings.extend(skipped_warning(&skipped));
    let source = |(at, file): (usize, &FileReading)| {
        let source = file.source();
        let unplaced = left_out.contains(&at).then(|| placement::AT_ONCE.to_owned());
        Source { from_name: from_names.get(&at).cloned(), set_aside: source.set_aside.clone().or(unplaced), ..source }
    };
    let sources = first.iter().enumerate().map(source).collect();
    let unknown_columns = unknown_columns(&first);
    let latest_start_ps = first.iter().filter_map(|file| file.findings.latest_start_ps).max();
    let date = latest_start_ps.and_then(day);
    let power_w = power(first, &cells, &given.power_w)?.take(&mut warnings);
    Ok(Warned {
        value: Ingested {
            cells,
            power_w,
            suite,
            sources,
            skipped,
            date,
            latest_start_ps,
            unknown_columns,
            setup,
            faults,
        },
        warnings,
    })
}

/// That requests name a case and form no suite; they disturb no sweep.
fn apart(requests: u64) -> Option<Warning> {
    let names = if requests == 1 { "names" } else { "name" };
    (requests > 0).then(|| {
        Warning::new(format!(
            "{} {names} a `case` and no load, beside requests of another kind: they stand apart as scenario `{PROMPT_SUITE}`, \
             and the report is not one on a prompt suite; to have that, make a run of them alone",
            counted(requests, "request", "requests")
        ))
    })
}

/// The first reading of every file.
fn count(files: &[Recognised], config: &Config, options: &Options) -> Result<(Counting, Vec<FileReading>)> {
    let empty = vec![Counting::default(); workers(files, options)];
    let reading = read_all(files, config, options, &[], empty, |counting, record, file| counting.add(record, file))?;
    let merge = |mut all: Counting, part| {
        all.merge(part);
        all
    };
    let mut counted = reading.folds.into_iter().reduce(merge).unwrap_or_default();
    counted.settle(&Threads::new(options.threads));
    Ok((counted, reading.files))
}

/// More than anyone's sweep has; `otherwise` is what else can be done about it.
fn too_many(what: &str, most: usize, otherwise: &str) -> Error {
    Error::new(format!("expected the {what} of a benchmark, found more than {most}")).hint(format!(
        "look whether a column that differs in every record is taken for the scenario, context, load or run: \
         `gristmill check` shows what each is read as; or make several runs of it{otherwise}"
    ))
}

/// Gives each run between two pages of engine metrics to the file that was saved after it.
fn pair_pages(files: &mut [FileReading]) -> Result<Vec<Warning>> {
    let pages: Vec<_> = files
        .iter()
        .enumerate()
        .filter_map(|(at, file)| Some((at, file.name.as_str(), file.findings.page.as_ref()?)))
        .collect();
    let mut warnings = Vec::new();
    let runs = engine::pairs::runs(&pages)?.take(&mut warnings);
    for (file, part) in runs {
        files[file].findings.parts.push(part);
    }
    Ok(warnings)
}

/// That a file with records was written to while it was read: a benchmark may still be running.
fn refuse_changed(inputs: &[&dyn Input], first: &[FileReading]) -> Result<()> {
    let changed = |(input, file): &(&&dyn Input, &FileReading)| file.findings.records > 0 && !input.is_unchanged();
    match inputs.iter().zip(first).find(changed) {
        Some((_, file)) => Err(reading::changed(&file.name)),
        None => Ok(()),
    }
}

/// The second reading, of the files that held records.
fn pick(
    files: &[Recognised],
    first: &[FileReading],
    decided: Picking,
    config: &Config,
    options: &Options,
) -> Result<Picking> {
    if decided.is_answered() {
        return Ok(decided);
    }
    // The last one is the original: what was decided is large, and one worker needs no copy of it.
    let decided = std::iter::repeat_n(decided, workers(files, options)).collect();
    let add = |picking: &mut Picking, record: &Record, file| picking.add(record, file);
    let first: Vec<_> = first.iter().collect();
    let mut folds = read_all(files, config, options, &first, decided, add)?.folds.into_iter();
    let mut picked = folds.next().expect("there is at least one worker");
    folds.for_each(|part| picked.merge(part));
    Ok(picked)
}

/// The cells, and what is wrong with them although every record is good.
///
/// Errors: the readings did not see the same where files of a store were used.
fn finish(
    picked: Picking,
    first: &[FileReading],
    known: Option<&mut Files>,
) -> Result<Warned<(Vec<Cell>, Vec<Warning>)>> {
    let names: Vec<_> = first.iter().map(|file| file.name.as_str()).collect();
    let broken = picked.broken();
    let faults = faults::warnings(&broken, picked.crowded(), &names);
    let Warned { value: cells, mut warnings } = picked.finish();
    if let Some(known) = known {
        match warnings.first() {
            Some(warning) if known.are_known() => return Err(Error::new(&warning.message)),
            Some(_) => {}
            None => known.keep(),
        }
    }
    warnings.extend(faults::one_by_one(&cells, &broken));
    Ok(Warned { value: (cells, faults), warnings })
}

/// What the files say of the setup.
fn said(files: &[FileReading]) -> Vec<Said<'_>> {
    let mut said = Vec::new();
    for file in files {
        said.push(Said { name: &file.name, setup: &file.findings.setup });
        said.extend(file.findings.parts.iter().map(|part| Said { name: &file.name, setup: &part.setup }));
    }
    said
}

/// The files that describe runs.
fn described(files: &[FileReading]) -> Vec<Described<'_>> {
    let all = files.iter().enumerate();
    let all = all.map(|(file, reading)| Described { file, name: &reading.name, parts: &reading.findings.parts });
    all.filter(|file| !file.parts.is_empty()).collect()
}

/// The placements of those runs whose requests are all in the file.
fn of_requests(files: &[FileReading], placements: &Placements) -> Placements {
    let is_whole = |&(file, part): &(usize, usize)| !files[file].findings.parts[part].sampled;
    placements.iter().filter(|(source, _)| is_whole(source)).map(|(source, level)| (*source, level.clone())).collect()
}

/// The runs with their levels.
fn placed<'f>(files: &'f [FileReading], placements: &'f Placements) -> Vec<Placed<'f>> {
    let of = |(&(file, part), placement)| {
        let reading: &'f FileReading = &files[file];
        Placed { name: &reading.name, placement, part: &reading.findings.parts[part] }
    };
    placements.iter().map(of).collect()
}

fn file_warnings(files: &[FileReading], config: &Config) -> Vec<Warning> {
    let sources: Vec<_> = files.iter().map(FileReading::source).collect();
    let mut warnings = together::set_aside(&sources);
    warnings.extend(together::not_recognised(files));
    warnings.extend(together::alike(files));
    for file in files {
        let place = || Place::file(&file.name);
        let found = match &file.findings {
            Findings { set_aside: Some(_), .. } => continue,
            _ if file.format.is_none() && file.empty => "is empty".to_owned(),
            _ if file.format.is_none() => continue,
            findings if file.holds_nothing() && findings.skipped.is_empty() => "holds no record".to_owned(),
            findings if findings.zero_times > 0 => format!(
                "the TTFT or E2E of {} is exactly 0; leave the cell empty where it was not measured",
                counted(findings.zero_times, "success", "successes")
            ),
            _ => continue,
        };
        warnings.push(Warning::at(place(), found));
    }
    warnings.extend(records::mapped::unmatched(config, files.iter().map(|file| file.name.as_str())));
    warnings.extend(records::mapped::contested(config, files.iter().map(|file| file.name.as_str())));
    warnings.extend(power::mapped::unmatched(config, files.iter().map(|file| file.name.as_str())));
    let gpus: usize =
        files.iter().filter_map(|file| file.findings.power.as_ref()).map(|log| log.gpus.len()).max().unwrap_or(0);
    if let Some(configured) = config.hardware.count.filter(|count| gpus > 0 && *count as usize != gpus) {
        warnings.push(Warning::new(format!(
            "the power log shows {}, `hardware.count` says {configured}; power is the sum over all GPUs of the log",
            counted(gpus as u64, "GPU", "GPUs")
        )));
    }
    warnings
}

/// The same file twice (a copy, a download of it, itself compressed) would count every request twice.
fn refuse_copies(files: &[FileReading]) -> Result<()> {
    let mut seen: BTreeMap<&str, &FileReading> = BTreeMap::new();
    for file in files.iter().filter(|file| file.holds_requests()) {
        if let Some(first) = seen.insert(&file.fingerprint.content, file) {
            let unpacked = if first.fingerprint.hash == file.fingerprint.hash { "" } else { " once unpacked" };
            let message =
                format!("holds the same bytes as {}{unpacked}: its records would count twice", one_line(&first.name));
            return Err(Error::at(Place::file(&file.name), message).hint("take one of the two out of the run"));
        }
    }
    Ok(())
}

fn no_records(files: &[FileReading]) -> Error {
    const NAMED: usize = 10;
    let instead = foreign::instead(files.iter().filter_map(|file| file.format));
    if let ([file], Some(instead)) = (files, &instead) {
        let message = format!("recognised as {}, from which nothing is read", file.format.unwrap_or_default());
        return Error::at(Place::file(&file.name), message).hint(instead);
    }
    let verdict = |file: &FileReading| match &file.findings.set_aside {
        // Of one file there is room for the reason.
        Some(reason) if files.len() == 1 => format!("{} was set aside: {reason}", one_line(&file.name)),
        _ => format!("{} ({})", one_line(&file.name), file.verdict()),
    };
    let mut looked_at: Vec<String> = files.iter().take(NAMED).map(verdict).collect();
    if files.len() > NAMED {
        looked_at.push(format!("{} more", files.len() - NAMED));
    }
    let message = match files.len() {
        0 => "found no file to read; expected at least one with records".to_owned(),
        _ => format!("found no records in {}: {}", counted(files.len() as u64, "file", "files"), looked_at.join(", ")),
    };
    if let Some(instead) = instead {
        return Error::new(message).hint(instead);
    }
    let is_left_out = |file: &FileReading| {
        file.format.is_some()
            && (file.findings.set_aside.is_some() || file.findings.parts.iter().any(|part| part.left_out))
    };
    if !files.is_empty() && files.iter().all(is_left_out) {
        return Error::new(message).hint(
            "every file was recognised, and none holds requests, or figures over them, of a known load; `gristmill check` says of \
             each what it is and why it was left out",
        );
    }
    if files.iter().any(|file| file.findings.power.is_some()) && !files.iter().any(|file| file.format.is_none()) {
        return Error::new(message).hint(
            "a power log is joined to the requests of a test by their times: put it into the folder of the files that hold them",
        );
    }
    Error::new(message).hint(
        "records are a CSV with a header, a JSON array or JSON Lines, with columns such as `concurrency`, `ttft_ms`, `e2e_ms`, \
         `input_tokens` and `output_tokens`; the result files of many load generators are read too",
    )
}

fn skipped(files: &[FileReading]) -> Vec<(String, u64)> {
    let mut by_reason: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, count) in files.iter().flat_map(|file| &file.findings.skipped) {
        *by_reason.entry(reason).or_default() += count;
    }
    let mut skipped: Vec<_> = by_reason.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    skipped.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    skipped
}

/// What a report says of the bad records that it leaves out.
pub(crate) fn skipped_warning(skipped: &[(String, u64)]) -> Option<Warning> {
    let all = skipped.iter().map(|(_, count)| count).sum();
    let reasons: Vec<_> = skipped
        .iter()
        .map(|(reason, count)| format!("{} × {reason}", crate::format::thousands(*count as f64)))
        .collect();
    let records = counted(all, "bad record was", "bad records were");
    (all > 0).then(|| Warning::new(format!("{records} skipped: {}", reasons.join(", "))))
}

fn unknown_columns(files: &[FileReading]) -> Vec<(String, Vec<String>)> {
    let unknown = files.iter().filter(|file| !file.findings.unknown.is_empty());
    unknown.map(|file| (file.name.clone(), file.findings.unknown.iter().cloned().collect())).collect()
}

/// The UTC day of a submission, where its clock is an epoch.
fn day(start_ps: i128) -> Option<String> {
    let seconds = start_ps.div_euclid(1_000_000_000_000);
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    (seconds >= power::join::EPOCH_FROM_S).then(|| timestamp.strftime("%Y-%m-%d").to_string())
}

/// Power from the logs; `stated` is what the source of each cell says of it, where no log could be joined to the cell.
fn power(files: Vec<FileReading>, cells: &[Cell], stated: &BTreeMap<CellKey, f64>) -> Result<Warned<Vec<Option<f64>>>> {
    let logs = files.into_iter().filter_map(|file| Some((file.name, file.findings.power?))).collect();
    let mut power_w: Vec<_> = cells.iter().map(|cell| stated.get(&cell.key).copied()).collect();
    let Some(log) = power::combine(logs)? else { return Ok(Warned::clean(power_w)) };
    // What has no times and yet says its power is not asked for them.
    let is_joined = |at: &usize| power_w[*at].is_none() || !cells[*at].windows.is_empty();
    let joined: Vec<usize> = (0..cells.len()).filter(is_joined).collect();
    let of_log: Vec<Cell> = joined.iter().map(|at| cells[*at].clone()).collect();
    let Warned { value, warnings } = power::join::join(&of_log, &log);
    for (at, watts) in joined.into_iter().zip(value) {
        power_w[at] = watts.or(power_w[at]);
    }
    Ok(Warned { value: power_w, warnings })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::format::Format;
    use super::sink::{Findings, Sink};
    use super::stream::Stream;
    use super::*;
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub use crate::ingest::Memory;

    /// The same, but each reading gives one byte.
    pub struct Dripping<'m>(pub &'m Memory);

    impl Input for Dripping<'_> {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
            struct Drops<'b>(&'b [u8]);
            impl Read for Drops<'_> {
                fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                    let one = into.len().min(1);
                    self.0.read(&mut into[..one])
                }
            }
            Ok(Box::new(Drops(self.0.bytes())))
        }
        fn size(&self) -> u64 {
            self.0.size()
        }
    }

    pub fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What one format finds in an input, its records aside.
    pub fn read(format: &dyn Format, input: &dyn Input, config: &Config, lenient: bool) -> Result<Findings> {
        let mut stream = Stream::open(input)?;
        let mut ignore = |_: &crate::record::Record| {};
        let mut sink = Sink::new(config, lenient, &mut ignore);
        format.read(&mut stream, &mut sink)?;
        Ok(sink.finish())
    }

    const HEADER: &str = "concurrency,e2e_ms,ttft_ms,input_tokens,output_tokens\n";

    fn run(inputs: &[&dyn Input], threads: usize) -> Result<Warned<Ingested>> {
        ingest(inputs, &Config::default(), &Options { lenient: false, threads })
    }

    fn level(concurrency: usize, row: &str) -> Memory {
        let rows: String = (1..=50).map(|ms| format!("{concurrency},{},{ms}.7,100,10\n", ms * 9)).collect();
        Memory::new(format!("level-{concurrency:02}.csv"), format!("{HEADER}{rows}{row}"))
    }

    #[test]
    fn any_number_of_threads_gives_the_same() {
        let files: Vec<Memory> = (1..20).map(|concurrency| level(concurrency, "3,90,20.3,100,10\n")).collect();
        let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
        let backwards: Vec<&dyn Input> = inputs.iter().rev().copied().collect();
        let alone = run(&inputs, 1).unwrap();
        assert_eq!(alone.value.cells.len(), 19);
        for threads in [0, 2, 5, 64] {
            assert_eq!(run(&inputs, threads).unwrap(), alone, "{threads} threads");
            assert_eq!(run(&backwards, threads).unwrap(), alone, "{threads} threads, files in another order");
        }
    }

    #[test]
    fn of_several_errors_the_one_in_the_first_file_is_told() {
        let bad = |concurrency| if concurrency >= 3 { "x,1,1,1,1\n" } else { "" };
        let files: Vec<Memory> = (1..20).map(|concurrency| level(concurrency, bad(concurrency))).collect();
        let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
        for threads in [1, 2, 8] {
            let error = run(&inputs, threads).unwrap_err().to_string();
            assert!(error.starts_with("level-03.csv:52:1: `concurrency`"), "{error}");
        }
    }

    #[test]
    fn a_file_that_lies_there_twice_is_refused() {
        let first = level(1, "");
        let copy = Memory::new("zcopy.csv", first.bytes());
        let error = run(&[&first, &copy], 2).unwrap_err().to_string();
        assert!(error.starts_with("zcopy.csv: holds the same bytes as level-01.csv:"), "{error}");
        let packed = Memory::new("zcopy.csv.gz", gzip(first.bytes()));
        let error = run(&[&first, &packed], 2).unwrap_err().to_string();
        assert!(error.starts_with("zcopy.csv.gz: holds the same bytes as level-01.csv once unpacked:"), "{error}");
    }

    /// Has a row more each time it is opened, from the third time on. Its level was run twice, so that it is read twice.
    struct Growing(AtomicUsize);

    impl Input for Growing {
        fn name(&self) -> &str {
            "growing.csv"
        }
        fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
            let opened = self.0.fetch_add(1, Ordering::Relaxed);
            let rows = "1,a,90,20,100,10\n1,b,90,20,100,10\n".repeat(2.max(opened + 1));
            Ok(Box::new(std::io::Cursor::new(format!("concurrency,run,{}{rows}", &HEADER[12..]).into_bytes())))
        }
        fn size(&self) -> u64 {
            100
        }
    }

    #[test]
    fn a_file_that_changes_between_the_readings_is_refused() {
        let error = run(&[&Growing(AtomicUsize::new(0))], 1).unwrap_err().to_string();
        assert!(error.starts_with("growing.csv: changed while it was being read"), "{error}");
    }

    /// Somebody writes to it.
    struct Written(Memory);

    impl Input for Written {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
            self.0.open()
        }
        fn size(&self) -> u64 {
            self.0.size()
        }
        fn is_unchanged(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_file_that_is_written_to_while_it_is_read_once_is_refused() {
        let error = run(&[&Written(level(1, ""))], 1).unwrap_err().to_string();
        assert!(error.starts_with("level-01.csv: changed while it was being read"), "{error}");
    }

    #[test]
    fn the_day_is_known_from_an_epoch_clock_only() {
        assert_eq!(day(1_768_464_005 * 1_000_000_000_000).as_deref(), Some("2026-01-15"));
        assert_eq!(day(5_000_000_000_000), None);
    }
}
