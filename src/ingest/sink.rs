//! What a format gives its findings to while it reads a file.

use super::cells::GivenCell;
use super::duplicates::{DUPLICATE_WINDOW, Duplicates};
use super::engine::page::Page;
use super::part::{Part, Setup};
use super::placement::{context_in_words, load_in_words, same_context};
use super::power::Log;
use crate::config::{Config, FileRule};
use crate::error::{Error, Place, Result, Warned, Warning};
use crate::limits::is_on_a_clock;
use crate::record::{LevelMark, Load, PROMPT_SUITE, Record, SWEEP};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Unknown names that are kept of one file; keys that differ from record to record must not fill the memory.
const UNKNOWN_NAMES: usize = 256;

/// Bad records of one reason and file that a lenient reading remembers; the others are counted.
pub const REMEMBERED: u64 = 3;

/// Reason of a record whose request id was there before.
pub const DUPLICATE: &str = "duplicate request id";

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// What is wrong, without the value: lenient reading counts by it.
    pub reason: &'static str,
    /// What a strict reading stops with.
    pub error: Error,
}

/// What one reading of a file gave beside the records themselves.
#[derive(Debug, Default)]
pub struct Findings {
    /// Records that were handed on.
    pub records: u64,
    /// Bad records that were skipped, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// The first of them of each reason, at most [`REMEMBERED`].
    pub remembered: Vec<Bad>,
    /// The version of the tool or of its format, where the file says it.
    pub version: Option<String>,
    /// Columns and keys that nobody knows.
    pub unknown: BTreeSet<String>,
    /// What of the records' levels the configuration overruled.
    pub overruled: BTreeSet<&'static str>,
    /// What the user must be told.
    pub warnings: Vec<Warning>,
    /// Latest submission that is known, picoseconds on the source's clock; where single requests are not, the start of a run.
    pub latest_start_ps: Option<i128>,
    /// The runs that the file describes beside its records, by their number.
    pub parts: Vec<Part>,
    /// The cells that the file gives, computed elsewhere.
    pub cells: Vec<GivenCell>,
    /// What a file that describes no run says of the setup.
    pub setup: Setup,
    /// Why nothing of a recognised file is used: a clause.
    pub set_aside: Option<String>,
    /// A page of engine metrics.
    pub page: Option<Page>,
    /// The samples of a power log.
    pub power: Option<Log>,
    /// Successes whose TTFT or E2E is exactly 0.
    pub zero_times: u64,
}

/// Takes what a format reads from one file.
pub struct Sink<'s> {
    /// What was configured, for formats that leave something open.
    pub config: &'s Config,
    /// What the configuration says of the level of all records of the file, where it says something.
    rule: Option<Rc<FileRule>>,
    lenient: bool,
    fold: &'s mut dyn FnMut(&Record),
    duplicates: Option<Duplicates>,
    /// Whether anyone looks at request ids.
    wants_ids: bool,
    findings: Findings,
}

impl<'s> Sink<'s> {
    /// A sink whose good records go to `fold`. Bad ones stop the reading unless `lenient`.
    pub fn new(config: &'s Config, lenient: bool, fold: &'s mut dyn FnMut(&Record)) -> Self {
        Self {
            config,
            rule: None,
            lenient,
            fold,
            duplicates: Some(Duplicates::default()),
            wants_ids: true,
            findings: Findings::default(),
        }
    }

    /// The same sink for a file: what `[[file]]` says of its level overrules its records.
    pub fn for_file(mut self, name: &str) -> Self {
        let rule = self.config.file_rule(name);
        self.rule = rule.overrules_records().then(|| Rc::new(rule));
        self
    }

    /// The load that the configuration names for the whole file.
    pub fn configured_load(&self) -> Option<Load> {
        self.rule.as_ref().and_then(|rule| rule.load())
    }

    /// The same sink without a search for duplicates: for the second reading of a file that had none in the first.
    pub fn without_duplicates(mut self) -> Self {
        self.duplicates = None;
        self.wants_ids = false;
        self
    }

    /// The same sink, whose records go to someone who looks for duplicates.
    pub fn with_ids(mut self) -> Self {
        self.wants_ids = true;
        self
    }

    /// Whether records are wanted with their request ids.
    pub fn wants_ids(&self) -> bool {
        self.wants_ids
    }

    /// Hands a record on that was found at `line`, unless its request id was there before.
    ///
    /// Errors: a duplicate, in a strict reading; `place` is asked for then only.
    pub fn record(&mut self, record: &Record, line: u64, place: impl FnOnce() -> Place) -> Result<()> {
        // What does not say its load is placed with its part, where the configuration counts as well.
        if record.load.is_some()
            && let Some(rule) = self.rule.clone()
        {
            let overruled = self.overrule(record, &rule);
            return self.take(&overruled, line, place);
        }
        self.take(record, line, place)
    }

    #[inline]
    fn take(&mut self, record: &Record, line: u64, place: impl FnOnce() -> Place) -> Result<()> {
        if let Some(first) = self.duplicates.as_mut().and_then(|seen| seen.find(record, line)) {
            return self.bad(duplicate(record, first, place()));
        }
        let findings = &mut self.findings;
        findings.records += 1;
        findings.latest_start_ps = findings.latest_start_ps.max(record.start_ps);
        if record.success && !record.warmup && (record.ttft_s == Some(0.0) || record.e2e_s == Some(0.0)) {
            findings.zero_times += 1;
        }
        (self.fold)(record);
        Ok(())
    }

    /// A record with what the configuration says of it; the first one that differs is told.
    fn overrule<'r>(&mut self, record: &Record<'r>, rule: &'r FileRule) -> Record<'r> {
        let mut differs = |what: &'static str, configured: String, found: String| {
            if self.findings.overruled.insert(what) {
                let message = format!("`[[file]]` says {configured}, its records say {found}; `gristmill.toml` counts");
                self.findings.warnings.push(Warning::at(Place::file(&rule.matches), message));
            }
        };
        let mut record = Record { level_mark: LevelMark::default(), ..record.clone() };
        // The load of a case that names none is assumed, not said.
        let assumed = record.scenario == PROMPT_SUITE && rule.load().is_some();
        if assumed {
            record.scenario = SWEEP;
        }
        if let (Some(load), Some(found)) = (rule.load(), record.load) {
            if load != found && !assumed {
                differs("load", load_in_words(&load), load_in_words(&found));
            }
            record.load = Some(load);
        }
        if let Some(context) = rule.context_tokens() {
            if let Some(found) = record.context.filter(|found| !same_context(found, &context)) {
                differs("context", context_in_words(&context), context_in_words(&found));
            }
            record.context = Some(context);
        }
        if let Some(scenario) = rule.scenario.as_deref() {
            if record.scenario != scenario && record.scenario != SWEEP {
                differs("scenario", format!("scenario `{scenario}`"), format!("scenario `{}`", record.scenario));
            }
            record.scenario = scenario;
        }
        record.run = rule.run.as_deref().or(record.run);
        record
    }

    /// Skips a bad record and counts it or, in a strict reading, gives its error back.
    pub fn bad(&mut self, bad: Bad) -> Result<()> {
        if self.lenient {
            let count = self.findings.skipped.entry(bad.reason).or_default();
            *count += 1;
            if *count <= REMEMBERED {
                self.findings.remembered.push(bad);
            }
            return Ok(());
        }
        let mut error = bad.error;
        let advice = "`--lenient` skips such records and counts them";
        error.hint = Some(error.hint.map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}")));
        Err(error)
    }

    /// Notes a column or key that nobody knows and that is left out.
    pub fn unknown(&mut self, name: &str) {
        let unknown = &mut self.findings.unknown;
        if unknown.len() < UNKNOWN_NAMES && !unknown.contains(name) {
            unknown.insert(name.to_owned());
        }
    }

    /// Notes what the user must be told.
    pub fn warn(&mut self, warning: Warning) {
        self.findings.warnings.push(warning);
    }

    /// Takes the warnings of what was read and gives the rest back.
    pub fn told<T>(&mut self, read: Warned<T>) -> T {
        read.take(&mut self.findings.warnings)
    }

    /// Takes what the file says of its next run: the first call describes part 0, before or after its records.
    pub fn part(&mut self, part: Part) {
        let window = part.aggregate.as_ref().and_then(|aggregate| aggregate.window);
        let start_ps = window.map(|window| window.start_ps).filter(|start| is_on_a_clock(*start));
        self.findings.latest_start_ps = self.findings.latest_start_ps.max(start_ps);
        self.findings.parts.push(part);
    }

    /// Takes a cell that was computed elsewhere.
    pub fn cell(&mut self, given: GivenCell) {
        self.findings.latest_start_ps = self.findings.latest_start_ps.max(given.latest_start_ps);
        self.findings.cells.push(given);
    }

    /// Takes when a run was started, or its figures written, in seconds of the Unix epoch; what no clock shows is not taken.
    pub fn started_s(&mut self, seconds: Option<f64>) {
        let start_ps = seconds.map(|seconds| ((seconds * 1e6) as i128).saturating_mul(1_000_000));
        let start_ps = start_ps.filter(|start| is_on_a_clock(*start));
        self.findings.latest_start_ps = self.findings.latest_start_ps.max(start_ps);
    }

    /// The same as ISO 8601 with `Z` or an offset; a local time without says no UTC day and is not taken.
    pub fn started_at(&mut self, time: Option<impl AsRef<str>>) {
        let time = time.and_then(|time| time.as_ref().parse::<jiff::Timestamp>().ok());
        let start_ps = time.map(|time| time.as_nanosecond() * 1000);
        self.findings.latest_start_ps = self.findings.latest_start_ps.max(start_ps);
    }

    /// Takes the version that the file was written by or in; blank text says nothing.
    pub fn version(&mut self, version: Option<impl AsRef<str>>) {
        let version = version.map(|version| version.as_ref().trim().to_owned());
        self.findings.version = version.filter(|version| !version.is_empty()).or(self.findings.version.take());
    }

    /// Takes what a file says of the setup that describes no run.
    pub fn setup(&mut self, setup: Setup) {
        self.findings.setup = setup;
    }

    /// Leaves the file out although it was recognised. The reason is a clause: `an owner's digest of other files`.
    pub fn set_aside(&mut self, reason: impl Into<String>) {
        self.findings.set_aside = Some(reason.into());
    }

    /// Takes a page of engine metrics.
    pub fn page(&mut self, page: Page) {
        self.findings.page = Some(page);
    }

    /// Takes the samples of a power log.
    pub fn power(&mut self, log: Log) {
        self.findings.power = Some(log);
    }

    /// What this reading gave.
    pub fn finish(self) -> Findings {
        self.findings
    }
}

fn duplicate(record: &Record, first: u64, place: Place) -> Bad {
    let id = super::records::value::shown(record.request_id.unwrap_or_default());
    let window = crate::format::thousands(DUPLICATE_WINDOW as f64);
    let message = format!(
        "{id} is the request id of line {first} too, under the same scenario, context, load and run (looked for within \
         {window} records)"
    );
    let hint = "remove the record that was written twice; where repeats of a level number their requests alike, tell \
                them apart in the column `run`";
    Bad { reason: DUPLICATE, error: Error::at(place, message).hint(hint) }
}
