//! What was understood of each file of a run, whether or not a report can be made of it: what `gristmill check` shows.

use super::part::{Part, Setup};
use super::power::Log;
use super::reading::{FileReading, Recognised, read_file};
use super::sink::{Bad, Findings};
use super::{Input, Options};
use crate::config::Config;
use crate::context::Context;
use crate::error::{Error, Warning};
use crate::record::Load;
use std::collections::BTreeSet;

/// One file, looked at by itself.
#[derive(Debug)]
pub struct Surveyed {
    /// As messages name it.
    pub name: String,
    /// Its format; none where nobody recognised it.
    pub format: Option<&'static str>,
    /// What became of it.
    pub outcome: Outcome,
    /// What its reader must be told.
    pub warnings: Vec<Warning>,
    /// Columns and keys that nobody knows.
    pub unknown: Vec<String>,
    /// Bad records that were skipped, by reason; empty unless lenient.
    pub skipped: Vec<(String, u64)>,
    /// The first of them of each reason.
    pub remembered: Vec<Bad>,
    /// The version of the tool or of its format, where the file says it.
    pub version: Option<String>,
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It was read.
    Read(Given),
    /// It was recognised, and left out for this reason.
    SetAside(String),
    /// It is empty.
    Empty,
    /// Nobody recognises it.
    NotRecognised,
    /// It was recognised and cannot be read.
    Failed(Error),
}

/// What a file gave.
#[derive(Debug, Default, PartialEq)]
pub struct Given {
    /// Requests that it holds one by one.
    pub records: u64,
    /// Loads that it names itself.
    pub loads: BTreeSet<Load>,
    /// Contexts that it names itself.
    pub contexts: BTreeSet<Context>,
    /// Runs that it describes, each with the requests that its tool counted.
    pub runs: Vec<Option<u64>>,
    /// Cells that were computed elsewhere, each with the requests that it counts.
    pub cells: Vec<Option<u64>>,
    /// First and last submission of these requests, picoseconds on the file's clock.
    pub starts_ps: Option<(i128, i128)>,
    /// What it says of model, hardware and engine, by the key of the configuration.
    pub setup: Vec<(&'static str, String)>,
    /// Samples of a power log, by GPU.
    pub gpus: Vec<(String, u64)>,
    /// First and last sample of a power log, nanoseconds since the Unix epoch.
    pub power_span_ns: Option<(i64, i64)>,
}

/// Looks at each file by itself; one that cannot be read keeps no other from being looked at.
pub fn survey(inputs: &[&dyn Input], config: &Config, options: &Options) -> Vec<Surveyed> {
    let mut surveyed: Vec<_> = inputs.iter().map(|input| look(*input, config, options)).collect();
    surveyed.sort_by(|a, b| a.name.cmp(&b.name));
    surveyed
}

fn look(input: &dyn Input, config: &Config, options: &Options) -> Surveyed {
    let recognised = Recognised::of(input, config);
    let format = recognised.as_ref().ok().and_then(|recognised| recognised.format);
    let mut loads = BTreeSet::new();
    let mut contexts = BTreeSet::new();
    let mut starts_ps: Option<(i128, i128)> = None;
    let mut note = |record: &crate::record::Record| {
        if let Some(start) = record.start_ps {
            let (first, last) = starts_ps.unwrap_or((start, start));
            starts_ps = Some((first.min(start), last.max(start)));
        }
        if record.load.is_none_or(|load| !loads.contains(&load)) {
            loads.extend(record.load);
        }
        contexts.extend(record.context);
    };
    let reading = recognised.and_then(|file| read_file(&file, config, options.lenient, None, &mut note));
    let mut surveyed = Surveyed {
        name: input.name().to_owned(),
        format: format.map(super::format::Format::name),
        outcome: Outcome::NotRecognised,
        warnings: Vec::new(),
        unknown: Vec::new(),
        skipped: Vec::new(),
        remembered: Vec::new(),
        version: None,
    };
    let FileReading { empty, findings, .. } = match reading {
        Ok(reading) => reading,
        Err(error) => return Surveyed { outcome: Outcome::Failed(error), ..surveyed },
    };
    let Findings {
        records,
        parts,
        cells,
        setup,
        set_aside,
        power,
        warnings,
        unknown,
        skipped,
        remembered,
        version,
        ..
    } = findings;
    (surveyed.remembered, surveyed.version) = (remembered, version);
    surveyed.warnings = warnings;
    surveyed.unknown = unknown.into_iter().collect();
    surveyed.skipped = skipped.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect();
    surveyed.outcome = match (set_aside, format) {
        (Some(reason), _) => Outcome::SetAside(reason),
        (None, None) if empty => Outcome::Empty,
        (None, None) => Outcome::NotRecognised,
        (None, Some(_)) => {
            loads.extend(parts.iter().filter_map(|part| part.level.load));
            contexts.extend(parts.iter().filter_map(|part| part.level.context));
            let mut contexts: BTreeSet<_> = contexts.into_iter().map(Context::nominal).collect();
            loads.extend(cells.iter().map(|given| given.cell.key.load));
            contexts.extend(cells.iter().filter_map(|given| given.cell.key.context.clone()));
            let cells = cells.iter().map(|given| given.cell.requests).collect();
            Outcome::Read(Given { records, cells, loads, contexts, starts_ps, ..given(&parts, &setup, power.as_ref()) })
        }
    };
    surveyed
}

fn given(parts: &[Part], beside: &Setup, power: Option<&Log>) -> Given {
    let mut setup = Vec::new();
    let setups = std::iter::once(beside).chain(parts.iter().map(|part| &part.setup));
    for (property, value) in setups.flat_map(Setup::iter) {
        let said = (property.key(), value.to_owned());
        if !setup.contains(&said) {
            setup.push(said);
        }
    }
    Given {
        runs: parts.iter().map(|part| part.aggregate.as_ref().and_then(|aggregate| aggregate.requests)).collect(),
        setup,
        gpus: power.iter().flat_map(|log| &log.gpus).map(|(gpu, samples)| (gpu.name(), samples.len() as u64)).collect(),
        power_span_ns: power.and_then(Log::span_ns),
        ..Given::default()
    }
}
