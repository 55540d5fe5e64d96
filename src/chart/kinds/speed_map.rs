//! Generation speed over the grid, parted by the floors of the use cases.

use super::lens::Lens;
use super::map::{self, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "speed-map";

const SHOWN: Shown = Shown {
    id: ID,
    metric: MetricId::GenerationSpeed,
    subject: "Generation speed",
    quantity: Quantity::TokensPerSecond,
    bounds_title: "Speed at least the floor of",
    unit: "tok/s",
    threshold: |case| case.min_speed,
};

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    map::chart(analysis, lens, &SHOWN)
}

/// Whether generation speed reaches the floor of every use case at every level of the sweep.
pub fn speed_floors_hold(analysis: &Analysis) -> bool {
    map::keeps_all(analysis, &SHOWN)
}
