//! What a deployment produces in all against what each user gets of it.

use super::path::{self, Measured};
use super::sweep;
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "trade-off";

pub(super) fn build(analysis: &Analysis) -> Option<Chart> {
    let basis = analysis.speed_basis.map(|basis| format!(", {basis}")).unwrap_or_default();
    let speed = sweep::subject(analysis, MetricId::GenerationSpeed, "Generation speed");
    let x = Measured {
        title: format!("{speed} (tok/s per user{basis})"),
        quantity: Quantity::TokensPerSecond,
        after: " per user",
        value: |analysis, figures| analysis.central(&figures.cell, MetricId::GenerationSpeed),
    };
    let y = Measured {
        title: "System throughput (tok/s)".to_owned(),
        quantity: Quantity::TokensPerSecond,
        after: " in all",
        value: |_, figures| figures.cell.throughput_tok_s,
    };
    path::chart(analysis, ID, "System throughput against generation speed", x, y)
}
