//! What one file gave.

use crate::ingest::power::join::EPOCH_FROM_S;
use crate::ingest::survey::{self, Given, Surveyed};
use crate::ingest::{Ingested, Source};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was read.
    Read,
    /// It was recognised, and holds nothing that a report uses: `reason` says why.
    SetAside,
    /// It is empty.
    Empty,
    /// Nobody recognises it.
    NotRecognised,
    /// It cannot be used: `problems` says why.
    Failed,
}

/// A file of the run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedFile {
    /// As messages name it.
    pub name: String,
    /// Its format; absent where nobody recognised it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    /// The version of the tool or of its format, where the file says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was set aside: a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Requests that it holds one by one, bad ones left out.
    pub requests: u64,
    /// Runs that it sums up or describes, each with the requests that its tool counted; null where it did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<Option<u64>>,
    /// Cells that it gives, computed elsewhere, each with the requests that it counts; null where it does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Option<u64>>,
    /// Requests in flight that it names itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub concurrencies: Vec<u64>,
    /// Requests per second that it names itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_rates: Vec<f64>,
    /// Labels of the contexts that it names itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<String>,
    /// First and last submission of its requests, or first and last sample of a power log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Samples of a power log by GPU.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub power_samples: BTreeMap<String, u64>,
    /// What it says of model, hardware, engine and test, by the key of `gristmill.toml`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub setup: BTreeMap<&'static str, String>,
    /// What was taken from its name or its folder's because nothing else said it: `concurrency 8, context 1K`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_name: Option<String>,
    /// Columns and keys that nobody knows and that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_columns: Vec<String>,
    /// Bad records by reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bad_records: BTreeMap<String, u64>,
}

/// From one moment to another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// Whether the seconds count from 1970 (UTC); else from any moment, and power cannot be joined.
    pub epoch: bool,
    /// Seconds.
    pub first_s: f64,
    /// Seconds.
    pub last_s: f64,
}

impl Span {
    /// From picoseconds.
    pub fn of_ps((first, last): (i128, i128)) -> Self {
        let second = 1_000_000_000_000;
        let epoch = first.div_euclid(second) >= EPOCH_FROM_S;
        // Whole seconds by themselves: a double of so many picoseconds may lie below the second that it stands for.
        let seconds = |ps: i128| ps.div_euclid(second) as f64 + ps.rem_euclid(second) as f64 / second as f64;
        Self { epoch, first_s: seconds(first), last_s: seconds(last) }
    }
}

/// Every file with what became of it. `left_out` are those that the run cannot be read with.
pub(super) fn files(
    surveyed: Vec<Surveyed>,
    ingested: Option<&Ingested>,
    left_out: &BTreeSet<String>,
) -> Vec<CheckedFile> {
    let sources = || ingested.into_iter().flat_map(|ingested| &ingested.sources);
    let source = |name: &str| sources().find(|source| source.name == name);
    surveyed
        .into_iter()
        .map(|file| {
            let (source, failed) = (source(&file.name), left_out.contains(&file.name));
            checked(file, source, failed)
        })
        .collect()
}

fn checked(file: Surveyed, source: Option<&Source>, failed: bool) -> CheckedFile {
    // Beside requests a table of cells counts for nothing, which its own bytes do not say.
    let beside = source.and_then(|source| source.set_aside.clone());
    let (outcome, reason, given) = match file.outcome {
        survey::Outcome::Read(given) if beside.is_some() && !given.cells.is_empty() => {
            (Outcome::SetAside, beside, Given::default())
        }
        survey::Outcome::Read(given) if !failed => (Outcome::Read, None, given),
        survey::Outcome::Read(given) => (Outcome::Failed, None, given),
        survey::Outcome::SetAside(reason) => (Outcome::SetAside, Some(reason), Given::default()),
        survey::Outcome::Empty => (Outcome::Empty, None, Given::default()),
        survey::Outcome::NotRecognised => (Outcome::NotRecognised, None, Given::default()),
        survey::Outcome::Failed(_) => (Outcome::Failed, None, Given::default()),
    };
    let concurrencies = given.loads.iter().filter_map(|load| match load {
        crate::record::Load::Concurrency(n) => Some(*n),
        crate::record::Load::RequestRate(_) => None,
    });
    let rates = given.loads.iter().filter(|load| !load.is_concurrency());
    let mut setup: BTreeMap<&'static str, String> = BTreeMap::new();
    for (key, value) in given.setup {
        let all = setup.entry(key).or_default();
        all.push_str(if all.is_empty() { "" } else { ", " });
        all.push_str(&value);
    }
    CheckedFile {
        name: file.name,
        format: file.format,
        version: file.version,
        outcome,
        reason,
        requests: given.records,
        runs: given.runs,
        cells: given.cells,
        concurrencies: concurrencies.collect(),
        request_rates: rates.map(|load| load.level()).collect(),
        contexts: given.contexts.iter().map(|context| context.label.clone()).collect(),
        span: given.starts_ps.map(Span::of_ps).or_else(|| power_span(given.power_span_ns)),
        power_samples: given.gpus.into_iter().collect(),
        setup,
        from_name: source.and_then(|source| source.from_name.clone()),
        unknown_columns: file.unknown,
        bad_records: file.skipped.into_iter().collect(),
    }
}

/// Power logs are on the epoch's clock always.
fn power_span(span_ns: Option<(i64, i64)>) -> Option<Span> {
    let (first, last) = span_ns?;
    Some(Span { epoch: true, ..Span::of_ps((i128::from(first) * 1000, i128::from(last) * 1000)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_second_is_that_second() {
        for second in 1_770_372_000..1_770_372_100 {
            let span = Span::of_ps((second * 1_000_000_000_000, second * 1_000_000_000_000 + 250_000_000_000));
            assert_eq!((span.first_s, span.last_s), (second as f64, second as f64 + 0.25));
        }
        assert_eq!(Span::of_ps((-1_500_000_000_000, 0)).first_s, -1.5, "a clock of its own");
    }
}
