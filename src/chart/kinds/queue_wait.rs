//! Wait in the engine's queue.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "queue-wait";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let shown = Shown {
        id: ID,
        subject: sweep::subject(analysis, MetricId::Queue, "Queue wait"),
        unit: "".to_owned(),
        quantity: Quantity::Seconds,
        along: Along::Contexts,
        may_be_log: true,
        metric: Some(MetricId::Queue),
    };
    sweep::chart(analysis, lens, shown, |figures| analysis.central(&figures.cell, MetricId::Queue))
}
