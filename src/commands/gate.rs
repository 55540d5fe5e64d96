//! `gristmill check --against`

use super::{input, output, say, say_warnings};
use crate::cli::Check;
use anyhow::Result;
use gristmill::config;
use gristmill::error::Error;
use gristmill::format::counted;
use gristmill::gate::{Limits, Verdict, compare, text};
use gristmill::ingest::Options;
use gristmill::pipeline;
use gristmill::render::json;
use gristmill::results::{self, Results};
use std::fs;
use std::path::{Path, PathBuf};

/// Holds a run against an earlier report. A regression is an error in the end, so that the exit status tells.
pub fn run(arguments: &Check, baseline: &Path) -> Result<()> {
    let baseline = report_in(baseline);
    let before = read(&baseline, "baseline")?;
    let (now, gate) = this_run(arguments, &baseline)?;
    let mut said = arguments.max_regress.iter();
    let limits = said.try_fold(Limits::configured(&gate), |limits, said| limits.with(said))?;
    let gate = compare(&before, &now, &limits)?;
    if arguments.json {
        say(&serde_json::to_string_pretty(&gate)?);
    } else {
        say(text(&gate).trim_end());
    }
    if gate.passed {
        return Ok(());
    }
    let figures = gate.of(Verdict::Regressed).count() as u64;
    let fallen = gate.fallen().count() as u64;
    let counts = [(figures, "figure", "figures"), (fallen, "capacity limit", "capacity limits")];
    let counts = counts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(n, one, many));
    let counts = counts.collect::<Vec<_>>().join(" and ");
    Err(Error::new(format!("the run regressed against {}: {counts}", baseline.display()))
        .hint("where that is meant, make the report of this run the new baseline")
        .into())
}

/// The results of the run, and the limits that are configured for it: of a report that was written before, or of its files.
fn this_run(arguments: &Check, baseline: &Path) -> Result<(Results, config::Gate)> {
    if let [only] = arguments.inputs.as_slice() {
        let file = report_in(only);
        if only.file_name().is_some_and(|name| name == output::MANIFEST) || output::is_report(only) {
            if let (Ok(a), Ok(b)) = (fs::canonicalize(&file), fs::canonicalize(baseline))
                && a == b
            {
                return Err(Error::new(format!("{} cannot be compared with itself", file.display()))
                    .hint(
                        "keep the baseline where `gristmill report` does not write: `cp out/report.json baseline.json`",
                    )
                    .into());
            }
            let results = read(&file, "report")?;
            let gate = match &arguments.config {
                Some(config) => input::read_config(config)?.gate,
                None => results.configuration.gate.clone(),
            };
            return Ok((results, gate));
        }
    }
    let opened = input::open(&arguments.inputs, arguments.config.as_deref(), None)?;
    let inputs = opened.inputs();
    let options = Options { lenient: false, threads: super::threads(None) };
    let request = opened.request(&inputs, options, &[]);
    let mut warnings = Vec::new();
    let prepared = pipeline::prepare(&request)?.take(&mut warnings);
    say_warnings(&warnings);
    Ok((json::results(&prepared.document(&request, &warnings, &[])), opened.config.gate.clone()))
}

/// The `report.json` of a folder; a file is itself.
fn report_in(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(output::MANIFEST) } else { path.to_owned() }
}

fn read(file: &Path, what: &str) -> Result<Results> {
    Ok(results::parse(&input::read_text(file, what)?, &file.display().to_string())?)
}
