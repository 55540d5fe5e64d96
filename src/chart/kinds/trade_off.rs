//! What a deployment produces in all against what each user gets of it.

use super::lens::Lens;
use super::path::{self, Measured};
use super::sweep;
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "trade-off";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let y = Measured {
        title: "System throughput (tok/s)".to_owned(),
        quantity: Quantity::TokensPerSecond,
        after: " in all",
        value: &|_, figures| figures.cell.throughput_tok_s,
    };
    against_speed(analysis, lens, ID, "System throughput against generation speed", y)
}

/// The same for what each of the GPUs produces, under another id.
pub(super) fn per_gpu(analysis: &Analysis, lens: Lens, id: &str, gpus: u32) -> Option<Chart> {
    let y = Measured {
        title: "System throughput per GPU (tok/s)".to_owned(),
        quantity: Quantity::TokensPerSecond,
        after: " per GPU",
        value: &|_, figures| figures.cell.throughput_tok_s.map(|all| all / f64::from(gpus)),
    };
    against_speed(analysis, lens, id, "System throughput per GPU against generation speed", y)
}

fn against_speed(analysis: &Analysis, lens: Lens, id: &str, title: &str, y: Measured) -> Option<Chart> {
    let basis = analysis.speed_basis.map(|basis| format!(", {basis}")).unwrap_or_default();
    let speed = sweep::subject(analysis, MetricId::GenerationSpeed, "Generation speed");
    let x = Measured {
        title: format!("{speed} (tok/s per user{basis})"),
        quantity: Quantity::TokensPerSecond,
        after: " per user",
        value: &|analysis, figures| analysis.central(&figures.cell, MetricId::GenerationSpeed),
    };
    path::chart(analysis, lens, id, title, x, y)
}
