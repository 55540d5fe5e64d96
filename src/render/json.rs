//! `report.json`: every figure at full precision, see [`crate::results`]. Unknown is `null`, never 0.

mod capacity;
mod cells;
pub mod compare;
mod findings;
mod suite;

use super::{Document, OutputFile, Renderer};
use crate::analysis::Analysis;
use crate::config::Config;
use crate::error::{Result, Warned};
use crate::ingest::Ingested;
use crate::metric::METRICS;
use crate::report::{self, Cover};
use crate::results::{Capacity, Reference, RequestRates, Results, Run, SCHEMA, Skipped, Sweep};

/// Writes `report.json`.
pub struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let bytes = results(document).to_json()?;
        Ok(Warned::clean(vec![OutputFile { path: format!("{}.json", document.stem), bytes }]))
    }
}

/// What `report.json` holds of a document.
pub fn results(document: &Document) -> Results {
    let Document { report, analysis, ingested, config, .. } = document;
    let (files, warnings) = (document.files.to_vec(), document.warnings.to_vec());
    let reference = document.reference.map(reference);
    Results { reference, files, warnings, ..figures(&report.cover, analysis, ingested, config) }
}

fn reference(shown: &report::Reference) -> Reference {
    let report::Composition { analysis, ingested, config, .. } = &shown.run;
    Reference {
        name: shown.name.clone(),
        report_url: shown.url.clone(),
        cells: analysis.cells.iter().map(|figures| cells::cell(analysis, figures)).collect(),
        findings: findings::findings(analysis),
        capacity: capacities(analysis, config),
        sources: ingested.sources.clone(),
        configuration: (*config).clone(),
    }
}

fn capacities(analysis: &Analysis, config: &Config) -> Vec<Capacity> {
    analysis.capacity.iter().map(|found| capacity::capacity(found, config.capacity.rule)).collect()
}

/// The same of one deployment, without files and warnings.
fn figures(cover: &Cover, analysis: &Analysis, ingested: &Ingested, config: &Config) -> Results {
    let skipped = |(reason, records): &(String, u64)| Skipped { reason: reason.clone(), records: *records };
    Results {
        gristmill: env!("CARGO_PKG_VERSION").to_owned(),
        schema: SCHEMA,
        run: Run {
            title: cover.title.clone(),
            subtitle: cover.subtitle.clone(),
            model: config.model.clone(),
            hardware: config.hardware.clone(),
            engine: config.engine.clone(),
            test: config.test.clone(),
            date: cover.date.clone(),
        },
        sweep: sweep(analysis),
        cells: analysis.cells.iter().map(|figures| cells::cell(analysis, figures)).collect(),
        findings: findings::findings(analysis),
        capacity: capacities(analysis, config),
        not_tested: analysis.not_tested.iter().map(|use_case| use_case.id.clone()).collect(),
        request_rates: analysis.request_rates.as_deref().map(|rates| RequestRates {
            sweep: sweep(rates),
            findings: findings::findings(rates),
            capacity: capacities(rates, config),
        }),
        suite: analysis.suite.as_ref().map(suite::suite),
        sources: ingested.sources.clone(),
        skipped: ingested.skipped.iter().map(skipped).collect(),
        unknown_columns: ingested.unknown_columns.iter().cloned().collect(),
        configuration: config.clone(),
        reference: None,
        files: Vec::new(),
        warnings: Vec::new(),
    }
}

fn sweep(analysis: &Analysis) -> Sweep {
    let dimensions = &analysis.sweep;
    Sweep {
        contexts_tokens: dimensions.contexts.iter().map(|context| context.tokens).collect(),
        context_labels: dimensions.contexts.iter().map(|context| context.label.clone()).collect(),
        load: dimensions.loads.first().map(|load| (*load).into()),
        levels: dimensions.loads.iter().map(|load| (*load).into()).collect(),
        output_tokens: dimensions.output_tokens,
        central: METRICS.iter().map(|metric| (metric.key.to_owned(), analysis.central[metric.id as usize])).collect(),
        prefill_source: analysis.prefill_source,
    }
}

#[cfg(test)]
mod tests;
