//! Several runs to the files of one comparison.

use super::{Assets, Prepared, Request, in_house_terms, read, render_all};
use crate::analysis::compare::{self, Asked, Comparison, Deployment, FEWEST, MOST};
use crate::config::Config;
use crate::error::{Error, Result, Warned, Warning};
use crate::font::Fonts;
use crate::render::json::compare::{self as json, compare_json};
use crate::render::{ChartFiles, Document, OutputFile, PageSize, renderer};
use crate::report::compare::{Compared, compose, names};
use crate::report::{Composition, Report, Templates, cover};
use crate::threads::Threads;

/// What the files of a comparison are called, before the dot.
const COMPARE: &str = "compare";

/// Formats of a comparison in the order of the renderers.
pub const COMPARE_FORMATS: [&str; 5] = ["html", "markdown", "pdf", "charts", "json"];

/// What to compare, and how.
pub struct Comparing<'r> {
    /// Each run, with what is configured for it; its formats, page, charts and kept files are not looked at.
    pub runs: &'r [Request<'r>],
    /// Each run as the user named it, for errors and warnings.
    pub labels: &'r [String],
    /// Whose comparison it is, and how it prints its numbers: title, subtitle, brand and number terms.
    pub config: &'r Config,
    /// What that brand brings along.
    pub assets: &'r Assets,
    /// Where charts of one line per deployment are to stand.
    pub asked: &'r Asked,
    /// How many threads may render.
    pub threads: usize,
    /// Names of the formats to write, see [`COMPARE_FORMATS`].
    pub formats: &'r [&'r str],
    /// Size of the PDF's pages.
    pub page: PageSize,
    /// What the charts' own files are.
    pub charts: ChartFiles,
    /// Files of an earlier comparison that stay beside these; `compare.json` goes on listing them.
    pub kept_files: &'r [String],
}

/// Makes the files of a comparison, ordered by path. The same request gives the same bytes, with any number of threads.
///
/// Errors: fewer than two runs or more than eight; those of [`super::prepare`] for each run, which they name; a context or load
/// that no run was tested with; a format that a comparison does not have.
pub fn compare(request: &Comparing) -> Result<Warned<Vec<OutputFile>>> {
    known_formats(request.formats)?;
    if !(FEWEST..=MOST).contains(&request.runs.len()) {
        return Err(Error::new(format!("expected {FEWEST} to {MOST} runs to compare, found {}", request.runs.len()))
            .hint("more lines than that cannot be told apart; compare them in several goes"));
    }
    let mut runs: Vec<(Prepared, Vec<Warning>)> = Vec::new();
    for (run, label) in request.runs.iter().zip(request.labels) {
        let Warned { value, warnings } = read(run).map_err(|error| error.within(label))?;
        runs.push((value, warnings));
    }
    let deployments: Vec<Deployment> = runs.iter().map(|(run, _)| run.deployment()).collect();
    let comparison = compare::compare(&deployments, request.asked)?;
    let mut warnings: Vec<Warning> = Vec::new();
    for ((_, all), label) in runs.iter().zip(request.labels) {
        warnings.extend(all.iter().map(|warning| warning.clone().within(label)));
    }
    let files = files(request, &runs, &comparison)?.take(&mut warnings);
    Ok(Warned { value: files, warnings })
}

/// Writes and renders the comparison of runs that were read.
fn files(
    request: &Comparing,
    runs: &[(Prepared, Vec<Warning>)],
    comparison: &Comparison,
) -> Result<Warned<Vec<OutputFile>>> {
    let mut warnings = Vec::new();
    let fonts = Fonts::with(&request.assets.fonts)?;
    let templates = Templates::with_overrides(request.assets.templates.clone())?;
    let compositions: Vec<Composition> = runs
        .iter()
        .zip(request.runs)
        .map(|((prepared, warnings), run)| Composition {
            fonts: &fonts,
            templates: &templates,
            ..prepared.composition(run, warnings)
        })
        .collect();
    let names = names(&compositions);
    // Readers see the house's terms, programs the usual ones.
    let deployments: Vec<Deployment> = runs.iter().map(|(run, _)| run.deployment()).collect();
    let conditions = in_house_terms(request.config, || compare::conditions(&deployments));
    let shown = Comparison { conditions, ..comparison.clone() };
    let compared = Compared {
        comparison: &shown,
        deployments: &compositions,
        names: &names.full,
        labels: &names.short,
        config: request.config,
        logo: request.assets.logo.as_ref(),
        warnings: &[],
        fonts: &fonts,
        templates: &templates,
    };
    let report = in_house_terms(request.config, || compose(&compared, &Threads::new(request.threads)))?;
    let document = document(request, &runs[0].0, &report, (&fonts, &templates));
    let renderers: Vec<_> = request
        .formats
        .iter()
        .filter(|format| **format != "json")
        .map(|format| renderer(format))
        .collect::<Result<_>>()?;
    let mut files = Vec::new();
    for rendered in render_all(&renderers, &document) {
        files.extend(rendered?.take(&mut warnings));
    }
    if request.formats.contains(&"json") {
        let own = format!("{COMPARE}.json");
        let mut paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        paths.extend(request.kept_files.iter().cloned().chain([own.clone()]));
        paths.sort();
        paths.dedup();
        let covers: Vec<_> = compositions.iter().map(|one| cover(one, Vec::new())).collect();
        let deployments: Vec<json::Deployment> = compositions
            .iter()
            .zip(&names.full)
            .zip(&covers)
            .map(|((one, name), cover)| json::Deployment {
                name,
                cover,
                analysis: one.analysis,
                ingested: one.ingested,
                config: one.config,
                warnings: one.warnings,
            })
            .collect();
        files.push(OutputFile { path: own, bytes: compare_json(&deployments, comparison, &warnings, &paths)? });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Warned { value: files, warnings })
}

/// What the renderers are given. Of the base's own numbers they show none: its capacity charts are not in the report.
fn document<'d>(
    request: &'d Comparing,
    base: &'d Prepared,
    report: &'d Report,
    (fonts, templates): (&'d Fonts, &'d Templates),
) -> Document<'d> {
    Document {
        report,
        analysis: &base.analysis,
        ingested: &base.ingested,
        config: request.config,
        warnings: &[],
        fonts,
        templates,
        page: request.page,
        charts: request.charts,
        stem: COMPARE,
        reference: None,
        files: &[],
        threads: Threads::new(request.threads),
    }
}

fn known_formats(formats: &[&str]) -> Result<()> {
    match formats.iter().find(|format| !COMPARE_FORMATS.contains(format)) {
        Some(format) => Err(Error::new(format!("a comparison is not written as `{format}`"))
            .hint(format!("choose from {}", COMPARE_FORMATS.join(", ")))),
        None => Ok(()),
    }
}
