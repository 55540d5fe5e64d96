//! Generation speed per user.

use super::lens::Lens;
use super::sweep::{self, Along, Shown};
use crate::analysis::Analysis;
use crate::chart::{Chart, Quantity, RuleMark};
use crate::metric::MetricId;

pub(super) const ID: &str = "generation-speed";

/// Tokens per second that a person reads at, and below which the report calls generation slow.
const READING_SPEED: f64 = 15.0;
/// The rule is shown where some value is at most this many times the reading speed: else it would lie on the axis.
const WITHIN_SIGHT: f64 = 8.0;

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    along(analysis, lens, ID, Along::Contexts)
}

/// The same under another id, along the dimension that is asked for.
pub(super) fn along(analysis: &Analysis, lens: Lens, id: &'static str, along: Along) -> Option<Chart> {
    let shown = Shown {
        id,
        subject: sweep::subject(analysis, MetricId::GenerationSpeed, "Generation speed"),
        unit: format!("tok/s per user{}", analysis.speed_basis.map(|basis| format!(", {basis}")).unwrap_or_default()),
        quantity: Quantity::TokensPerSecond,
        along,
        may_be_log: false,
        metric: Some(MetricId::GenerationSpeed),
    };
    let mut chart =
        sweep::chart(analysis, lens, shown, |figures| analysis.central(&figures.cell, MetricId::GenerationSpeed))?;
    let slowest = sweep::values(&chart).fold(f64::INFINITY, f64::min);
    if slowest <= WITHIN_SIGHT * READING_SPEED {
        let label = "15 tok/s: reading speed".to_owned();
        chart.rules.push(RuleMark { value: READING_SPEED, label, ..RuleMark::default() });
    }
    Some(chart)
}
