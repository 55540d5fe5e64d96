//! The whole way, from inputs to named bytes: what `gristmill report` does between reading and writing.
//!
//! ```text
//! ingest -> analyze -> compose -> render
//! ```

use crate::analysis;
use crate::config::{Config, Reference};
use crate::error::{Result, Warned, Warning};
use crate::font::{FontFile, Fonts};
use crate::format::{Terms, in_terms};
use crate::ingest::{self, Input, Options};
use crate::logo::Logo;
use crate::render::{ChartFiles, Document, OutputFile, PageSize, Renderer, renderer};
use crate::report::{self, Composition, Templates};
use std::collections::BTreeMap;

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

/// Makes the files of a report, ordered by path. The same request gives the same bytes, with any number of threads.
///
/// Errors: those of [`ingest::ingest`], a use case that makes no sense, a format that no one knows.
pub fn run(request: &Request) -> Result<Warned<Vec<OutputFile>>> {
    let renderers = request.formats.iter().map(|name| renderer(name)).collect::<Result<Vec<_>>>()?;
    let mut warnings = request.warnings.to_vec();
    if request.config.reference != Reference::default() {
        warnings.push(Warning::new("`[reference]` was read but is not drawn yet: this report shows its own run alone"));
    }
    let ingested = ingest::ingest(request.inputs, request.config, &request.options)?.take(&mut warnings);
    let config = &ingested.setup.complete(request.config);
    let analysis = analysis::analyze(ingested.cells.clone(), ingested.power_w.clone(), config)?.take(&mut warnings);
    let fonts = Fonts::with(&request.assets.fonts)?;
    let templates = Templates::with_overrides(request.assets.templates.clone())?;
    let terms = config.numbers.terms().unwrap_or_default();
    let composition = Composition {
        analysis: &analysis,
        ingested: &ingested,
        config,
        warnings: &warnings,
        run_name: request.run_name,
        fonts: &fonts,
        logo: request.assets.logo.as_ref(),
        templates: &templates,
    };
    let report = in_terms(terms, || report::compose(&composition))?;
    let said = warnings.clone();
    let mut document = Document {
        report: &report,
        analysis: &analysis,
        ingested: &ingested,
        config,
        warnings: &said,
        fonts: &fonts,
        templates: &templates,
        page: request.page,
        charts: request.charts,
        files: &[],
    };
    // report.json lists the files of all others, so it comes last.
    let (last, first): (Vec<&dyn Renderer>, Vec<_>) = renderers.into_iter().partition(|r| r.name() == "json");
    let mut files = Vec::new();
    for rendered in render_all(&first, &document, request.options.threads) {
        files.extend(rendered?.take(&mut warnings));
    }
    let mut paths: Vec<String> =
        files.iter().map(|file| file.path.clone()).chain(request.kept_files.to_vec()).collect();
    paths.extend(last.iter().map(|_| "report.json".to_owned()));
    paths.sort();
    paths.dedup();
    document.files = &paths;
    let said = warnings.clone();
    document.warnings = &said;
    for renderer in last {
        files.extend(renderer.render(&document)?.take(&mut warnings));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Warned { value: files, warnings })
}

/// Renders in the order of the renderers, up to `threads` at once.
fn render_all(
    renderers: &[&dyn Renderer],
    document: &Document,
    threads: usize,
) -> Vec<Result<Warned<Vec<OutputFile>>>> {
    if threads < 2 {
        return renderers.iter().map(|renderer| render(*renderer, document)).collect();
    }
    // Three renderers do nearly all of the work, so one thread each is as good as a queue.
    std::thread::scope(|scope| {
        let running: Vec<_> =
            renderers.iter().map(|renderer| scope.spawn(move || render(*renderer, document))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Renders with numbers in the house's terms, but for data files: programs read those.
fn render(renderer: &dyn Renderer, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
    let terms = match renderer.name() {
        "json" | "csv" => Terms::default(),
        _ => document.config.numbers.terms().unwrap_or_default(),
    };
    in_terms(terms, || renderer.render(document))
}
