//! A configuration to start from: what `gristmill init` writes.
//!
//! It sets what the files of a run say, so that a report with it has the same figures as one without, and leaves the rest
//! open: each key with an example behind a `#`. What is a guess is never set.

mod draft;
mod page;

use crate::analysis;
use crate::check::{Guess, guess};
use crate::config::Config;
use crate::error::{Error, Result, Warned, Warning};
use crate::format;
use crate::ingest::reading::Recognised;
use crate::ingest::survey::{Outcome, survey};
use crate::ingest::{Ingested, Input, Options, ingest, placement};
use draft::{Draft, is_power};

/// Files that are named; the rest is counted.
const NAMED: usize = 12;

/// Files without a load that are found one by one.
const MOST_UNPLACED: usize = 50;

/// A commented `gristmill.toml` for a run, as text that can be read back.
///
/// Bad records are left out, with a warning. Where nobody recognises a file that looks like a log of requests, a mapping of
/// its columns is guessed and written behind signs of comment; files that nothing says the load of get an entry to fill in.
/// Errors: those of [`ingest`], unless such files are all there is.
pub fn starter(inputs: &[&dyn Input], options: &Options) -> Result<Warned<String>> {
    let config = Config::default();
    let lenient = Options { lenient: true, ..options.clone() };
    let mut warnings = Vec::new();
    let (read, unplaced) = read(inputs, &config, &lenient);
    let is_unknown = |input: &&&dyn Input| Recognised::of(**input, &config).is_ok_and(|file| file.format.is_none());
    let guesses: Vec<Guess> = inputs.iter().filter(is_unknown).filter_map(|input| guess(*input)).collect();
    let ingested = match read {
        Ok(read) => Some(read.take(&mut warnings)),
        Err(error) if error.place.is_some() || (guesses.is_empty() && unplaced.is_empty()) => {
            // Where every record is bad, the first one says more than that.
            ingest(inputs, &config, &Options { lenient: false, ..lenient })?;
            return Err(error);
        }
        Err(_) => None,
    };
    warnings.extend(to_be_filled(&guesses, &unplaced));
    let analysis = match &ingested {
        Some(ingested) => {
            let completed = ingested.setup.complete(&config);
            let analysis = analysis::analyze(ingested.cells.clone(), ingested.power_w.clone(), &completed)?;
            Some(analysis.take(&mut warnings).with_suite(ingested.suite.as_deref()))
        }
        None => None,
    };
    let metered = ingested.as_ref().and_then(|ingested| metered(inputs, ingested, &config, &lenient));
    let (ingested, analysis) = (ingested.as_ref(), analysis.as_ref());
    let toml = Draft { ingested, analysis, guesses: &guesses, unplaced: &unplaced, metered }.write();
    // Nothing may be written that cannot be read.
    crate::config::parse(&toml, "gristmill.toml")
        .map_err(|error| Error::new(format!("cannot write a configuration for these files: {error}")))?;
    Ok(Warned { value: toml, warnings })
}

/// Reads the run without the files that nothing says the load of; gives their names, too.
fn read(inputs: &[&dyn Input], config: &Config, options: &Options) -> (Result<Warned<Ingested>>, Vec<String>) {
    let mut unplaced: Vec<String> = Vec::new();
    loop {
        let kept: Vec<&dyn Input> =
            inputs.iter().copied().filter(|input| !unplaced.iter().any(|file| file == input.name())).collect();
        let read = ingest(&kept, config, options);
        let culprit = match &read {
            Err(error) if placement::lacks_load(error) => error.place.as_ref().map(|place| place.file.clone()),
            _ => None,
        };
        match culprit.filter(|culprit| kept.iter().any(|input| input.name() == culprit)) {
            // Each one costs a reading of the run.
            Some(culprit) if unplaced.len() < MOST_UNPLACED => unplaced.push(culprit),
            _ => return (read, unplaced),
        }
    }
}

/// How many GPUs the power log shows that shows most.
fn metered(inputs: &[&dyn Input], ingested: &Ingested, config: &Config, options: &Options) -> Option<usize> {
    let is_log =
        |input: &&&dyn Input| ingested.sources.iter().any(|source| source.name == input.name() && is_power(source));
    let logs: Vec<&dyn Input> = inputs.iter().filter(is_log).copied().collect();
    let gpus = survey(&logs, config, options).into_iter().map(|file| match file.outcome {
        Outcome::Read(given) => given.gpus.len(),
        _ => 0,
    });
    gpus.max().filter(|gpus| *gpus > 0)
}

/// What stays unread until the file is filled in.
fn to_be_filled(guesses: &[Guess], unplaced: &[String]) -> Vec<Warning> {
    let named = |files: Vec<&str>| {
        let shown: Vec<String> = files.iter().take(NAMED).map(|file| (*file).to_owned()).collect();
        let more = files.len() - shown.len();
        if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { format::list(&shown) }
    };
    let mut warnings = Vec::new();
    if !guesses.is_empty() {
        let files = named(guesses.iter().map(|guess| guess.file.as_str()).collect());
        let looks = if guesses.len() == 1 { "looks like a log" } else { "look like logs" };
        warnings.push(Warning::new(format!(
            "not read yet: {files} {looks} of requests; check what the new file guesses of the columns, and set it"
        )));
    }
    if !unplaced.is_empty() {
        let files = named(unplaced.iter().map(String::as_str).collect());
        warnings.push(Warning::new(format!(
            "not read yet: nothing says under which load {files} {} made; fill in `[[file]]` in the new file",
            if unplaced.len() == 1 { "was" } else { "were" }
        )));
    }
    warnings
}
