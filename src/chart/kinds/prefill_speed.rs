//! Prefill speed, said to be from TTFT where no engine measured it.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::{Analysis, PrefillSource};
use crate::chart::{Chart, Quantity};

pub(super) const ID: &str = "prefill-speed";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    let source = analysis.prefill_source?;
    let unit = match source {
        PrefillSource::Engine => "tok/s per user",
        PrefillSource::Ttft => "tok/s per user, from TTFT, queue included",
    };
    let shown = Shown {
        id: ID,
        subject: sweep::subject(analysis, source.metric(), "Prefill speed"),
        unit: unit.to_owned(),
        quantity: Quantity::WholeTokensPerSecond,
        along: Along::Contexts,
        may_be_log: false,
        metric: Some(source.metric()),
    };
    sweep::chart(analysis, lens, shown, |figures| analysis.prefill_speed(&figures.cell))
}
