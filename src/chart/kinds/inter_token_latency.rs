//! Inter-token latency, or the time between chunks where a chunk carries more than a token.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "inter-token-latency";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let name = if analysis.findings.itl_is_per_chunk { "Time between chunks" } else { "Inter-token latency" };
    let shown = Shown {
        id: ID,
        subject: sweep::subject(analysis, MetricId::Itl, name),
        unit: "".to_owned(),
        quantity: Quantity::Milliseconds,
        along: Along::Contexts,
        may_be_log: false,
        metric: Some(MetricId::Itl),
    };
    sweep::chart(analysis, lens, shown, |figures| analysis.central(&figures.cell, MetricId::Itl))
}
