//! Every chart as a standalone SVG file.

use crate::chart::Chart;

/// Where a chart's file lies below OUT. An id is data: what is neither a letter, a digit nor a hyphen becomes a hyphen,
/// so that it cannot lead out of the folder.
pub fn path(chart: &Chart) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("charts/{}.svg", chart.id.chars().map(safe).collect::<String>())
}
