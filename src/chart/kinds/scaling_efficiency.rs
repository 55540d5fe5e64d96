//! Scaling efficiency: throughput per concurrent request against that of the smallest concurrency.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "scaling-efficiency";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let shown = Shown {
        id: ID,
        subject: "Scaling efficiency".to_owned(),
        unit: "".to_owned(),
        quantity: Quantity::Percent,
        along: Along::Loads,
        may_be_log: false,
        metric: None,
    };
    sweep::chart(analysis, lens, shown, |figures| figures.scaling_efficiency)
}
