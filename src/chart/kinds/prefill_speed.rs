//! Prefill speed, said to be from TTFT where no engine measured it.

use super::sweep::{self, Along, Shown};
use crate::analysis::{Analysis, PrefillSource};
use crate::chart::{Chart, Quantity};
use crate::metric::MetricId;

pub(super) const ID: &str = "prefill-speed";

pub(super) fn build(analysis: &Analysis) -> Option<Chart> {
    let (metric, unit) = match analysis.prefill_source? {
        PrefillSource::Engine => (MetricId::PrefillSpeed, "tok/s per user"),
        PrefillSource::Ttft => (MetricId::PrefillSpeedFromTtft, "tok/s per user, from TTFT, queue included"),
    };
    let shown = Shown {
        id: ID,
        subject: sweep::subject(analysis, metric, "Prefill speed"),
        unit,
        quantity: Quantity::WholeTokensPerSecond,
        along: Along::Contexts,
        may_be_log: false,
    };
    sweep::chart(analysis, shown, |figures| analysis.central(&figures.cell, metric))
}
