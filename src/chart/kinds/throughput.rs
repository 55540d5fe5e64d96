//! System throughput: output tokens per second over all requests in flight.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "throughput";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    along(analysis, lens, ID, Along::Loads)
}

/// The same under another id, along the dimension that is asked for.
pub(super) fn along(analysis: &Analysis, lens: Lens, id: &'static str, along: Along) -> Option<Chart> {
    let shown = Shown {
        id,
        subject: "System throughput".to_owned(),
        unit: "tok/s".to_owned(),
        quantity: Quantity::TokensPerSecond,
        along,
        may_be_log: false,
        metric: None,
    };
    sweep::chart(analysis, lens, shown, |figures| figures.cell.throughput_tok_s)
}
