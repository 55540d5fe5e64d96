//! Every chart as a file of its own.

use super::{ChartFiles, Document, OutputFile, Renderer};
use crate::chart::{Chart, card, png, svg, theme};
use crate::error::{Error, Result, Warned};
use crate::report::Figure;
use std::collections::BTreeSet;

/// Writes `charts/<id>.svg`, and `charts/<id>.png` where it was asked for.
pub struct Charts;

impl Renderer for Charts {
    fn name(&self) -> &'static str {
        "charts"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let figures = document.report.figures();
        let mut paths = BTreeSet::new();
        if let Some(path) = figures.iter().map(|figure| path(&figure.chart)).find(|path| !paths.insert(path.clone())) {
            return Err(Error::new(format!("two charts would be written to `{path}`"))
                .hint("give the use cases ids that differ in letters or digits"));
        }
        let files = document.threads.map(&figures, |figure| files(figure, document));
        Ok(Warned::clean(files.into_iter().flatten().collect()))
    }
}

fn files(figure: &Figure, document: &Document) -> Vec<OutputFile> {
    let mut files = Vec::new();
    let card = card(&figure.scene, &figure.chart.title, document.fonts);
    if document.charts == ChartFiles::SvgAndPng {
        let bytes = png::encode(&card, document.fonts, theme::rgb, png::PIXELS_PER_POINT);
        files.push(OutputFile { path: named(&figure.chart, "png"), bytes });
    }
    let svg = svg::standalone(&card, &figure.chart.title, &figure.alternative);
    files.push(OutputFile { path: path(&figure.chart), bytes: svg.into_bytes() });
    files
}

/// Where a chart's file lies below OUT.
pub fn path(chart: &Chart) -> String {
    named(chart, "svg")
}

/// An id is data: what is neither a letter, a digit nor a hyphen becomes a hyphen, so that it cannot lead out of the
/// folder.
fn named(chart: &Chart, extension: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("charts/{}.{extension}", chart.id.chars().map(safe).collect::<String>())
}
