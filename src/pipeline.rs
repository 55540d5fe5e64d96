//! The whole way, from inputs to named bytes: what `gristmill report` does between reading and writing.
//!
//! ```text
//! ingest -> analyze -> compose -> render
//! ```

use crate::analysis;
use crate::config::{Config, Reference};
use crate::error::{Result, Warned, Warning};
use crate::font::Fonts;
use crate::ingest::{self, Input, Options};
use crate::logo::Logo;
use crate::render::{ChartFiles, Document, OutputFile, PageSize, Renderer, renderer};
use crate::report::{self, Composition, Templates};

/// What to make a report of, and how.
pub struct Request<'r> {
    /// The run's files.
    pub inputs: &'r [&'r dyn Input],
    /// What is configured for it.
    pub config: &'r Config,
    /// The brand's logo, read from the file that the configuration names.
    pub logo: Option<&'r Logo>,
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
    let fonts = Fonts::load();
    let report = report::compose(&Composition {
        analysis: &analysis,
        ingested: &ingested,
        config,
        warnings: &warnings,
        run_name: request.run_name,
        fonts: &fonts,
        logo: request.logo,
        templates: &Templates::built_in()?,
    })?;
    let said = warnings.clone();
    let mut document = Document {
        report: &report,
        analysis: &analysis,
        ingested: &ingested,
        config,
        warnings: &said,
        fonts: &fonts,
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
        return renderers.iter().map(|renderer| renderer.render(document)).collect();
    }
    // Three renderers do nearly all of the work, so one thread each is as good as a queue.
    std::thread::scope(|scope| {
        let running: Vec<_> = renderers.iter().map(|renderer| scope.spawn(move || renderer.render(document))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
