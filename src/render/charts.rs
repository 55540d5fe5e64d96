//! Every chart as a standalone SVG file.

use super::{Document, OutputFile, Renderer};
use crate::chart::{Chart, svg};
use crate::error::{Error, Result, Warned};

/// Writes `charts/<id>.svg`.
pub struct Charts;

impl Renderer for Charts {
    fn name(&self) -> &'static str {
        "charts"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let mut files: Vec<OutputFile> = Vec::new();
        for figure in document.report.figures() {
            let path = path(&figure.chart);
            if files.iter().any(|file| file.path == path) {
                return Err(Error::new(format!("two charts would be written to `{path}`"))
                    .hint("give the use cases ids that differ in letters or digits"));
            }
            let svg = svg::standalone(&figure.scene, &figure.chart.title, &figure.alternative);
            files.push(OutputFile { path, bytes: svg.into_bytes() });
        }
        Ok(Warned::clean(files))
    }
}

/// Where a chart's file lies below OUT. An id is data: what is neither a letter, a digit nor a hyphen becomes a hyphen,
/// so that it cannot lead out of the folder.
pub fn path(chart: &Chart) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("charts/{}.svg", chart.id.chars().map(safe).collect::<String>())
}
