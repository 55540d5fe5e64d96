//! Power of all GPUs together.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "power";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let shown = Shown {
        id: ID,
        subject: "GPU power".to_owned(),
        unit: "W".to_owned(),
        quantity: Quantity::Watts,
        along: Along::Contexts,
        may_be_log: false,
        metric: None,
    };
    sweep::chart(analysis, lens, shown, |figures| figures.power_w)
}
