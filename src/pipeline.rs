//! The whole way, from inputs to named bytes: what `gristmill report` does between reading and writing.
//!
//! ```text
//! ingest -> analyze -> compose -> render
//! ```

mod compare;

pub use compare::{COMPARE_FORMATS, Comparing, compare};

use crate::analysis::compare::Deployment;
use crate::analysis::{self, Analysis};
use crate::config::Config;
use crate::error::{Result, Warned, Warning};
use crate::font::{FontFile, Fonts};
use crate::format::{Terms, in_terms};
use crate::ingest::cache::Store;
use crate::ingest::{self, Ingested, Input, Options};
use crate::logo::Logo;
use crate::render::{ChartFiles, Document, OutputFile, PageSize, Renderer, renderer};
use crate::report::templates::clean;
use crate::report::{self, Composition, Cover, Reference, Report, Templates};
use crate::threads::Threads;
use std::collections::BTreeMap;

/// What the files of a report are called, before the dot.
const REPORT: &str = "report";

/// What to make a report of, and how.
pub struct Request<'r> {
    /// The run's files.
    pub inputs: &'r [&'r dyn Input],
    /// What is configured for it.
    pub config: &'r Config,
    /// What a brand brings along, read from the files that the configuration and the command line name.
    pub assets: &'r Assets,
    /// What the run is called where nothing else names it.
    pub run_name: &'r str,
    /// What the reader may do.
    pub options: Options,
    /// Names of the formats to write, see [`crate::render::RENDERERS`].
    pub formats: &'r [&'r str],
    /// Size of the PDF's pages.
    pub page: PageSize,
    /// What the charts' own files are.
    pub charts: ChartFiles,
    /// Files of an earlier run that stay beside these; `report.json` goes on listing them.
    pub kept_files: &'r [String],
    /// What was noticed before the files were read.
    pub warnings: &'r [Warning],
    /// The run that `[reference]` of the configuration names; its own reference is not followed.
    pub reference: Option<&'r Request<'r>>,
    /// What was read of the run's files before, so that only those are read that changed; see [`crate::ingest::cache`].
    pub store: Option<&'r dyn Store>,
}

static NO_ASSETS: Assets = Assets { logo: None, fonts: Vec::new(), templates: BTreeMap::new() };

impl<'r> Request<'r> {
    /// A report in every format, of A4 pages, with bad records refused and the bundled typefaces and templates. Whatever
    /// else is wanted is set by struct update: `Request { formats: &["html"], ..Request::new(&inputs, &config) }`.
    pub fn new(inputs: &'r [&'r dyn Input], config: &'r Config) -> Self {
        Self {
            inputs,
            config,
            assets: &NO_ASSETS,
            run_name: "Benchmark",
            options: Options::default(),
            formats: &["html", "markdown", "pdf", "charts", "json", "csv"],
            page: PageSize::A4,
            charts: ChartFiles::Svg,
            kept_files: &[],
            warnings: &[],
            reference: None,
            store: None,
        }
    }
}

/// What a brand brings along.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// Its logo.
    pub logo: Option<Logo>,
    /// Typefaces in the place of the bundled ones, or beside them.
    pub fonts: Vec<FontFile>,
    /// Templates in the place of the built-in ones, by name.
    pub templates: BTreeMap<String, String>,
}

/// A run whose numbers and sentences stand, before any format is written.
pub struct Prepared {
    /// What the files gave.
    pub ingested: Ingested,
    /// Every number.
    pub analysis: Analysis,
    /// Every section.
    pub report: Report,
    /// What was configured, completed by what the files say of themselves.
    pub config: Config,
    /// The typefaces, bundled and brought along.
    pub fonts: Fonts,
    /// The prose.
    pub templates: Templates,
    /// The run that is shown beside it.
    pub reference: Option<Box<PreparedReference>>,
}

/// Another run that is shown beside one.
pub struct PreparedReference {
    /// What it is called.
    pub name: String,
    /// Where its report lives.
    pub report_url: Option<String>,
    /// Its numbers.
    pub run: Prepared,
    run_name: String,
}

impl Prepared {
    /// What a renderer is given.
    pub fn document<'p>(&'p self, request: &Request, warnings: &'p [Warning], files: &'p [String]) -> Document<'p> {
        Document {
            report: &self.report,
            analysis: &self.analysis,
            ingested: &self.ingested,
            config: &self.config,
            reference: None,
            warnings,
            fonts: &self.fonts,
            templates: &self.templates,
            page: request.page,
            charts: request.charts,
            stem: REPORT,
            files,
            threads: Threads::new(request.options.threads),
        }
    }

    /// How the house prints its numbers.
    pub fn terms(&self) -> Terms {
        self.config.numbers.terms().unwrap_or_default()
    }

    /// What a comparison is made from.
    fn deployment(&self) -> Deployment<'_> {
        let date = self.config.date.as_deref().or(self.ingested.date.as_deref());
        Deployment { analysis: &self.analysis, config: &self.config, date }
    }

    /// What a part of the report is written from, without the run that is shown beside: see [`Self::shown_reference`].
    pub fn composition<'p>(&'p self, request: &'p Request, warnings: &'p [Warning]) -> Composition<'p> {
        Composition {
            analysis: &self.analysis,
            ingested: &self.ingested,
            config: &self.config,
            warnings,
            run_name: request.run_name,
            fonts: &self.fonts,
            logo: request.assets.logo.as_ref(),
            templates: &self.templates,
            reference: None,
        }
    }

    /// The run that is shown beside, as sections and data files show it.
    pub fn shown_reference(&self) -> Option<Reference<'_>> {
        self.reference.as_ref().map(|reference| Reference {
            name: reference.name.clone(),
            url: reference.report_url.clone(),
            run: reference.run.bare_composition(&reference.run_name),
        })
    }

    /// The same for a run that is shown beside another.
    fn bare_composition<'p>(&'p self, run_name: &'p str) -> Composition<'p> {
        Composition {
            analysis: &self.analysis,
            ingested: &self.ingested,
            config: &self.config,
            warnings: &[],
            run_name,
            fonts: &self.fonts,
            logo: None,
            templates: &self.templates,
            reference: None,
        }
    }
}

/// Reads a run, computes its numbers and writes its sections.
///
/// Errors: those of [`ingest::ingest`], a use case that makes no sense.
pub fn prepare(request: &Request) -> Result<Warned<Prepared>> {
    let Warned { value: mut prepared, mut warnings } = read(request)?;
    if let Some(reference) = request.reference {
        prepared.reference = Some(Box::new(self::reference(reference, &prepared.config)?.take(&mut warnings)));
    }
    let reference = prepared.shown_reference();
    let composition = Composition { reference: reference.as_ref(), ..prepared.composition(request, &warnings) };
    let threads = Threads::new(request.options.threads);
    let report = in_house_terms(&prepared.config, || report::compose(&composition, &threads))?;
    prepared.report = report;
    Ok(Warned { value: prepared, warnings })
}

/// The same before its sections are written, without the run that is shown beside it.
fn read(request: &Request) -> Result<Warned<Prepared>> {
    let mut warnings = request.warnings.to_vec();
    let brought = || (Fonts::with(&request.assets.fonts), Templates::with_overrides(request.assets.templates.clone()));
    let (brought, ingested) = Threads::new(request.options.threads)
        .both(brought, || ingest::ingest_with(request.inputs, request.config, &request.options, request.store));
    let ingested = ingested?.take(&mut warnings);
    let config = ingested.setup.complete(request.config);
    let analysis = analysis::analyze(ingested.cells.clone(), ingested.power_w.clone(), &config)?.take(&mut warnings);
    let analysis = analysis.with_suite(ingested.suite.as_deref());
    let (fonts, templates) = (brought.0?, brought.1?);
    let report = Report { cover: Cover::default(), sections: Vec::new() };
    let value = Prepared { ingested, analysis, report, config, fonts, templates, reference: None };
    Ok(Warned { value, warnings })
}

/// Reads the run that `[reference]` of a configuration names. What goes wrong there is said to be the reference's.
fn reference(request: &Request, config: &Config) -> Result<Warned<PreparedReference>> {
    let label = format!("reference `{}`", config.reference.run.as_deref().unwrap_or_default());
    let Warned { value: run, warnings } = read(request).map_err(|error| error.within(&label))?;
    let warnings = warnings.into_iter().map(|warning| warning.within(&label)).collect();
    let title = report::cover(&run.bare_composition(request.run_name), Vec::new()).title;
    let named = config.reference.name.as_deref().map(clean).filter(|name| !name.is_empty());
    let value = PreparedReference {
        name: named.unwrap_or(title),
        report_url: config.reference.report_url.clone(),
        run,
        run_name: request.run_name.to_owned(),
    };
    Ok(Warned { value, warnings })
}

/// Runs with numbers printed in a house's terms.
fn in_house_terms<T>(config: &Config, run: impl FnOnce() -> T) -> T {
    in_terms(config.numbers.terms().unwrap_or_default(), run)
}

/// Makes the files of a report, ordered by path. The same request gives the same bytes, with any number of threads.
///
/// Errors: those of [`prepare`], a format that no one knows.
pub fn run(request: &Request) -> Result<Warned<Vec<OutputFile>>> {
    render(prepare(request)?, request)
}

/// The second half of [`run`]: the files of a run that is prepared, for the request that it was prepared for.
///
/// Errors: a format that no one knows; what a renderer refuses.
pub fn render(prepared: Warned<Prepared>, request: &Request) -> Result<Warned<Vec<OutputFile>>> {
    let renderers = request.formats.iter().map(|name| renderer(name)).collect::<Result<Vec<_>>>()?;
    let mut warnings = Vec::new();
    let prepared = prepared.take(&mut warnings);
    let said = warnings.clone();
    // report.json lists the files of all others, so it comes last.
    let (last, first): (Vec<&dyn Renderer>, Vec<_>) = renderers.into_iter().partition(|r| r.name() == "json");
    let mut files = Vec::new();
    for rendered in render_all(&first, &prepared.document(request, &said, &[])) {
        files.extend(rendered?.take(&mut warnings));
    }
    let mut paths: Vec<String> =
        files.iter().map(|file| file.path.clone()).chain(request.kept_files.to_vec()).collect();
    paths.extend(last.iter().map(|_| format!("{REPORT}.json")));
    paths.sort();
    paths.dedup();
    let said = warnings.clone();
    let reference = prepared.shown_reference();
    for renderer in last {
        let document = Document { reference: reference.as_ref(), ..prepared.document(request, &said, &paths) };
        files.extend(renderer.render(&document)?.take(&mut warnings));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Warned { value: files, warnings })
}

/// What each renderer writes, in their order, on as many threads as the document allows.
fn render_all(renderers: &[&dyn Renderer], document: &Document) -> Vec<Result<Warned<Vec<OutputFile>>>> {
    // The PDF takes longest, so it is begun first; it parts its own work too.
    let mut begun: Vec<_> = renderers.iter().enumerate().collect();
    begun.sort_by_key(|(_, renderer)| renderer.name() != "pdf");
    let rendered = document.threads.map(&begun, |(at, renderer)| (*at, render_one(**renderer, document)));
    let in_order: BTreeMap<_, _> = rendered.into_iter().collect();
    in_order.into_values().collect()
}

/// Renders with numbers in the house's terms, but for data files: programs read those.
fn render_one(renderer: &dyn Renderer, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
    let terms = match renderer.name() {
        "json" | "csv" => Terms::default(),
        _ => document.config.numbers.terms().unwrap_or_default(),
    };
    in_terms(terms, || renderer.render(document))
}
