//! `report.json`: every figure at full precision. Unknown is `null`, never 0.
//!
//! Its shape is the program's promise to other programs: keys are added, and none changes its meaning without a new
//! number in `schema`. Units stand in the names of the keys. Keys keep the order in which they are written here.
//!
//! `sweep`, `findings` and `capacity` are those of the run's main kind of load. Where request rates were tested beside
//! numbers of requests in flight, `request_rates` holds the same three of the cells that were sent at a rate; else it is null.

mod capacity;
mod cells;
mod findings;
mod level;

use super::{Document, OutputFile, Renderer};
use crate::analysis::{Analysis, PrefillSource};
use crate::cell::Statistic;
use crate::config::{Config, Engine, Hardware, Model, Test};
use crate::error::{Error, Result, Warned, Warning};
use crate::ingest::Source;
use crate::metric::METRICS;
use level::Level;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the file's shape.
pub const SCHEMA: u64 = 1;

/// Writes `report.json`.
pub struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let bytes = report_json(document, document.files)?;
        Ok(Warned::clean(vec![OutputFile { path: "report.json".to_owned(), bytes }]))
    }
}

/// The file. `files` are the paths below OUT that are written together with it, itself among them.
pub fn report_json(document: &Document, files: &[String]) -> Result<Vec<u8>> {
    let json = serde_json::to_vec_pretty(&Report::new(document, files));
    let mut bytes = json.map_err(|error| Error::new(format!("`report.json`: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Report<'d> {
    gristmill: &'static str,
    schema: u64,
    run: Run<'d>,
    sweep: Sweep<'d>,
    cells: Vec<cells::Cell<'d>>,
    findings: findings::Findings<'d>,
    capacity: Vec<capacity::Capacity<'d>>,
    not_tested: Vec<&'d str>,
    request_rates: Option<RequestRates<'d>>,
    sources: &'d [Source],
    skipped: Vec<Skipped<'d>>,
    unknown_columns: BTreeMap<&'d str, &'d [String]>,
    configuration: &'d Config,
    files: &'d [String],
    warnings: &'d [Warning],
}

#[derive(Serialize)]
struct Run<'d> {
    title: &'d str,
    subtitle: Option<&'d str>,
    model: &'d Model,
    hardware: &'d Hardware,
    engine: &'d Engine,
    test: &'d Test,
    date: Option<&'d str>,
}

/// The dimensions of the sweep, and what stands for a metric's middle throughout the run.
#[derive(Serialize)]
struct Sweep<'d> {
    contexts_tokens: Vec<u64>,
    context_labels: Vec<&'d str>,
    load: Option<&'static str>,
    levels: Vec<Level>,
    output_tokens: Option<u64>,
    central: BTreeMap<&'static str, Statistic>,
    prefill_source: Option<PrefillSource>,
}

/// The figures of the request rates beside a run's requests in flight.
#[derive(Serialize)]
struct RequestRates<'d> {
    sweep: Sweep<'d>,
    findings: findings::Findings<'d>,
    capacity: Vec<capacity::Capacity<'d>>,
}

/// Bad records that were left out.
#[derive(Serialize)]
struct Skipped<'d> {
    reason: &'d str,
    records: u64,
}

impl<'d> Sweep<'d> {
    fn new(analysis: &'d Analysis) -> Self {
        Self {
            contexts_tokens: analysis.sweep.contexts.iter().map(|context| context.tokens).collect(),
            context_labels: analysis.sweep.contexts.iter().map(|context| context.label.as_str()).collect(),
            load: analysis.sweep.loads.first().map(|load| level::kind(*load)),
            levels: analysis.sweep.loads.iter().map(|load| Level::of(*load)).collect(),
            output_tokens: analysis.sweep.output_tokens,
            central: METRICS.iter().map(|metric| (metric.key, analysis.central[metric.id as usize])).collect(),
            prefill_source: analysis.prefill_source,
        }
    }
}

impl<'d> Report<'d> {
    fn new(document: &'d Document, files: &'d [String]) -> Self {
        let Document { analysis, ingested, config, .. } = document;
        let cover = &document.report.cover;
        let skipped = |(reason, records): &'d (String, u64)| Skipped { reason, records: *records };
        Self {
            gristmill: env!("CARGO_PKG_VERSION"),
            schema: SCHEMA,
            run: Run {
                title: &cover.title,
                subtitle: cover.subtitle.as_deref(),
                model: &config.model,
                hardware: &config.hardware,
                engine: &config.engine,
                test: &config.test,
                date: cover.date.as_deref(),
            },
            sweep: Sweep::new(analysis),
            cells: analysis.cells.iter().map(|figures| cells::Cell::new(analysis, figures)).collect(),
            findings: findings::Findings::new(analysis),
            capacity: analysis.capacity.iter().map(|found| capacity::Capacity::new(found, config)).collect(),
            not_tested: analysis.not_tested.iter().map(|use_case| use_case.id.as_str()).collect(),
            request_rates: analysis.request_rates.as_deref().map(|rates| RequestRates {
                sweep: Sweep::new(rates),
                findings: findings::Findings::new(rates),
                capacity: rates.capacity.iter().map(|found| capacity::Capacity::new(found, config)).collect(),
            }),
            sources: &ingested.sources,
            skipped: ingested.skipped.iter().map(skipped).collect(),
            unknown_columns: ingested.unknown_columns.iter().map(|(file, names)| (file.as_str(), &names[..])).collect(),
            configuration: config,
            files,
            warnings: document.warnings,
        }
    }
}

#[cfg(test)]
mod tests;
