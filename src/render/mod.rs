//! Reports to files: one renderer per format. No arithmetic, no wording.

mod accent;
pub mod charts;
pub mod csv;
pub mod html;
pub mod json;
pub mod markdown;
mod outline;
pub mod pdf;
mod summaries;
pub mod summary;
#[cfg(test)]
mod testing;
mod text;

use crate::analysis::Analysis;
use crate::config::Config;
use crate::error::{Error, Result, Warned};
use crate::font::Fonts;
use crate::ingest::Ingested;
use crate::report::{Reference, Report, Templates};
use crate::threads::Threads;

/// Everything a renderer may show.
pub struct Document<'d> {
    /// The report.
    pub report: &'d Report,
    /// The numbers behind it.
    pub analysis: &'d Analysis,
    /// Where they came from.
    pub ingested: &'d Ingested,
    /// What was configured.
    pub config: &'d Config,
    /// The run that the report shows beside its own.
    pub reference: Option<&'d Reference<'d>>,
    /// The warnings of every stage, as the method section prints them.
    pub warnings: &'d [crate::error::Warning],
    /// The bundled typefaces.
    pub fonts: &'d Fonts,
    /// The templates of sections and page.
    pub templates: &'d Templates,
    /// Size of the PDF's pages.
    pub page: PageSize,
    /// What the charts' own files are.
    pub charts: ChartFiles,
    /// What its files are called, before the dot: `report`.
    pub stem: &'static str,
    /// Paths of all files that are written together, sorted: what `report.json` lists, itself among them.
    pub files: &'d [String],
    /// How many threads may render: they change nothing of what is written.
    pub threads: Threads,
}

/// Size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageSize {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// What is written of a chart beside the documents that show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartFiles {
    /// `charts/*.svg`.
    #[default]
    Svg,
    /// The same, and beside each a PNG at twice its size.
    SvgAndPng,
}

/// A file to be written below OUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Relative, with `/`: `report.html`, `charts/ttft.svg`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Writes a report in one format.
pub trait Renderer: Sync {
    /// As `--format` names it.
    fn name(&self) -> &'static str;
    /// The files of this format. The same document gives the same bytes.
    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>>;
}

/// Every output format, in the order in which help and messages name them.
pub static RENDERERS: &[&dyn Renderer] =
    &[&html::Html, &markdown::Markdown, &pdf::Pdf, &charts::Charts, &json::Json, &csv::Csv];

/// The renderer of a name.
pub fn renderer(name: &str) -> Result<&'static dyn Renderer> {
    RENDERERS.iter().find(|r| r.name() == name).copied().ok_or_else(|| {
        let known: Vec<_> = RENDERERS.iter().map(|r| r.name()).collect();
        Error::new(format!("no output format is called `{name}`")).hint(format!("choose from {}", known.join(", ")))
    })
}
