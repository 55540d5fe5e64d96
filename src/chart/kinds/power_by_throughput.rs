//! What the accelerators draw for what they produce.

use super::lens::Lens;
use super::path::{self, Measured};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "power-by-throughput";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let x = Measured {
        title: "System throughput (tok/s)".to_owned(),
        quantity: Quantity::TokensPerSecond,
        after: "",
        value: &|_, figures| figures.cell.throughput_tok_s,
    };
    let y = Measured {
        title: "GPU power (W)".to_owned(),
        quantity: Quantity::Watts,
        after: "",
        value: &|_, figures| figures.power_w,
    };
    path::chart(analysis, lens, ID, "GPU power against system throughput", x, y)
}
