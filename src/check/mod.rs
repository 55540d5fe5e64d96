//! What was understood of a run and what is wrong with it, without making a report: what `gristmill check` shows.
//!
//! A report stops at the first error; a check goes on, so that all of them show at once. [`Check`] serialises into what
//! `gristmill check --json` prints, and [`text()`] writes the same for a person.

mod file;
mod guess;
mod levels;
mod text;

pub use file::{CheckedFile, Outcome, Span};
pub use guess::{Guess, guess};
pub use levels::{Level, Totals};
pub use text::text;

use crate::analysis;
use crate::config::Config;
use crate::error::{Error, Place, Warning};
use crate::font::Fonts;
use crate::ingest::survey::{self, Surveyed, survey};
use crate::ingest::{Ingested, Input, Options, ingest, skipped_warning};
use crate::report::{self, Composition, Outline, Templates};
use serde::Serialize;
use std::collections::BTreeSet;

/// Problems of whole files that are looked for; each one costs another reading of the run.
const MOST_FILES: usize = 20;

/// What was understood of a run, and what is wrong with it.
///
/// As JSON: absent keys are unknown or empty, as each field says.
#[derive(Debug, Serialize)]
pub struct Check {
    /// Gristmill's version.
    pub gristmill: &'static str,
    /// Version of this structure; it changes where a key changes its meaning or goes.
    pub schema: u32,
    /// What the run is called.
    pub run: String,
    /// Every file, ordered by name.
    pub files: Vec<CheckedFile>,
    /// What a report would stand on; none where no report can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Which sections a report would have, and what it would leave out and why; none where no report can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Outline>,
    /// What makes figures wrong or a report impossible: exit status 1.
    pub problems: Vec<Problem>,
    /// What the user must know although it makes no figure wrong.
    pub warnings: Vec<Warning>,
    /// For files that nobody recognises: a mapping to start from. It is a guess, and nothing uses it until it is written down.
    pub guesses: Vec<Guess>,
}

/// Something that makes figures wrong or a report impossible.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// Where it was found; absent where it concerns the run as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Further records of the same file that are bad for the same reason and not listed; told with the last that is.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self { place: error.place, message: error.message, hint: error.hint, more: 0 }
    }
}

impl From<Warning> for Problem {
    fn from(warning: Warning) -> Self {
        Self { place: warning.place, message: warning.message, hint: None, more: 0 }
    }
}

impl Problem {
    /// The same as an error, for printing.
    pub fn error(&self) -> Error {
        let more = match self.more {
            0 => String::new(),
            1 => " (and 1 more record like it)".to_owned(),
            n => format!(" (and {} more records like it)", crate::format::thousands(n as f64)),
        };
        Error { place: self.place.clone(), message: format!("{}{more}", self.message), hint: self.hint.clone() }
    }
}

/// Looks through a run. Never fails: what is wrong is part of the value.
///
/// `warnings` were noticed before the files were read. `options.lenient` makes no difference: bad records are problems, and
/// the rest is checked as if they had been skipped.
pub fn check(inputs: &[&dyn Input], config: &Config, options: &Options, run_name: &str, warnings: &[Warning]) -> Check {
    let options = Options { lenient: true, ..options.clone() };
    let surveyed = survey(inputs, config, &options);
    let mut problems: Vec<Problem> = surveyed.iter().flat_map(problems_of).collect();
    let mut warnings = warnings.to_vec();
    let failed = surveyed.iter().filter(|file| matches!(file.outcome, survey::Outcome::Failed(_)));
    let mut left_out: BTreeSet<String> = failed.map(|file| file.name.clone()).collect();
    let ingested = read(inputs, config, &options, &mut left_out, &mut problems, &mut warnings);
    for warning in surveyed.iter().flat_map(|file| &file.warnings) {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    let mut outline = None;
    if let Some(ingested) = &ingested {
        problems.extend(ingested.faults.iter().cloned().map(Problem::from));
        warnings.retain(|warning| !ingested.faults.contains(warning));
        match outline_of(ingested, config, run_name, &mut warnings) {
            Ok(made) => outline = Some(made),
            Err(error) => problems.push(error.into()),
        }
    }
    let unknown = |name: &str| {
        surveyed.iter().any(|file| file.name == name && matches!(file.outcome, survey::Outcome::NotRecognised))
    };
    let guesses =
        inputs.iter().filter(|input| unknown(input.name())).filter_map(|input| guess::guess(*input)).collect();
    Check {
        gristmill: env!("CARGO_PKG_VERSION"),
        schema: 1,
        run: run_name.to_owned(),
        files: file::files(surveyed, ingested.as_ref(), &left_out),
        totals: ingested.as_ref().map(Totals::of),
        report: outline,
        problems,
        warnings,
        guesses,
    }
}

/// Why a file cannot be read, or the first of its bad records of each kind.
fn problems_of(file: &Surveyed) -> Vec<Problem> {
    if let survey::Outcome::Failed(error) = &file.outcome {
        return vec![error.clone().into()];
    }
    let mut problems = Vec::new();
    for (reason, count) in &file.skipped {
        let of_reason = file.remembered.iter().filter(|bad| bad.reason == reason);
        let shown = problems.len();
        problems.extend(of_reason.map(|bad| Problem::from(bad.error.clone())));
        let listed = (problems.len() - shown) as u64;
        if let Some(last) = problems[shown..].last_mut() {
            last.more = count - listed;
        }
    }
    problems
}

/// Reads the run without the files that are left out. A file that makes it impossible is left out too, and told.
fn read(
    inputs: &[&dyn Input],
    config: &Config,
    options: &Options,
    left_out: &mut BTreeSet<String>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Warning>,
) -> Option<Ingested> {
    for _ in 0..MOST_FILES {
        let kept: Vec<&dyn Input> = inputs.iter().copied().filter(|input| !left_out.contains(input.name())).collect();
        let error = match ingest(&kept, config, options) {
            Ok(read) => {
                let skipped = skipped_warning(&read.value.skipped);
                warnings.extend(read.warnings.into_iter().filter(|warning| Some(warning) != skipped.as_ref()));
                return Some(read.value);
            }
            Err(error) => error,
        };
        let file = error.place.as_ref().map(|place| place.file.clone());
        let culprit = file.filter(|file| kept.iter().any(|input| input.name() == file));
        // That nothing is left to make a report of is no news where it was told why.
        if culprit.is_some() || problems.is_empty() {
            problems.push(error.into());
        }
        left_out.insert(culprit?);
    }
    problems.push(Error::new(format!("stopped after {MOST_FILES} files; there may be more problems")).into());
    None
}

fn outline_of(
    ingested: &Ingested,
    config: &Config,
    run_name: &str,
    warnings: &mut Vec<Warning>,
) -> crate::error::Result<Outline> {
    let config = &ingested.setup.complete(config);
    let analysis = analysis::analyze(ingested.cells.clone(), ingested.power_w.clone(), config)?.take(warnings);
    let analysis = analysis.with_suite(ingested.suite.as_deref());
    report::outline(&Composition {
        analysis: &analysis,
        ingested,
        config,
        warnings: &[],
        run_name,
        fonts: &Fonts::load(),
        logo: None,
        templates: &Templates::built_in()?,
        reference: None,
    })
}
