//! How long each case of a prompt suite took, and how much of that passed before the first token.

use super::case_speed::{bars, chart};
use super::lens::Lens;
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "case-time";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    // A suite has no grid that another run's could be laid over.
    if !matches!(lens, Lens::Grid) {
        return None;
    }
    let bars = bars(analysis, |figures| (figures.case.e2e_s, figures.case.ttft_s), "until the first token")?;
    Some(chart(ID, "Time of each case".to_owned(), "Time to the end of the response", Quantity::Hundredths, bars))
}
