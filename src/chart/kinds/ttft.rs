//! Time to first token.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity, RuleMark};
use crate::metric::MetricId;

pub(super) const ID: &str = "ttft";

/// Seconds after which many users give up.
const PATIENCE: f64 = 10.0;
/// The rule is shown where some value is longer: else nobody waits anywhere near as long.
const WITHIN_SIGHT: f64 = 3.0;

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    along(analysis, lens, ID, Along::Contexts)
}

/// The same under another id, along the dimension that is asked for.
pub(super) fn along(analysis: &Analysis, lens: Lens, id: &'static str, along: Along) -> Option<Chart> {
    let shown = Shown {
        id,
        subject: sweep::subject(analysis, MetricId::Ttft, "Time to first token"),
        unit: "".to_owned(),
        quantity: Quantity::Seconds,
        along,
        may_be_log: true,
        metric: Some(MetricId::Ttft),
    };
    let mut chart = sweep::chart(analysis, lens, shown, |figures| analysis.central(&figures.cell, MetricId::Ttft))?;
    if sweep::values(&chart).any(|value| value > WITHIN_SIGHT) {
        let label = "10 s: many users give up".to_owned();
        chart.rules.push(RuleMark { value: PATIENCE, label, ..RuleMark::default() });
    }
    Some(chart)
}
