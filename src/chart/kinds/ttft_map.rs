//! Time to first token over the grid, parted by the limits of the use cases.

use super::lens::Lens;
use super::map::{self, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "ttft-map";

const SHOWN: Shown = Shown {
    id: ID,
    metric: MetricId::Ttft,
    subject: "Time to first token",
    quantity: Quantity::Seconds,
    bounds_title: "TTFT within the limit of",
    unit: "s",
    threshold: |case| case.max_ttft_s,
};

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    map::chart(analysis, lens, &SHOWN)
}

/// Whether TTFT keeps the limit of every use case at every level of the sweep.
pub fn ttft_limits_hold(analysis: &Analysis) -> bool {
    map::keeps_all(analysis, &SHOWN)
}
