//! The metrics of a cell as data files name them, shared by `report.json` and `cells.csv`.

use crate::analysis::Analysis;
use crate::cell::{Cell, Summary};
use crate::metric::{Metric, MetricId};
use crate::results::Metrics;

/// The metrics in their order, each with its summary in a cell.
///
/// Prefill speed stands once, from whichever source the run uses; without one its summary is none.
pub(super) fn summaries<'c>(
    analysis: &'c Analysis,
    cell: &'c Cell,
) -> impl Iterator<Item = (&'static Metric, Option<&'c Summary>)> {
    Metrics::all().map(|metric| match metric.id {
        MetricId::PrefillSpeed => (metric, analysis.prefill(cell)),
        id => (metric, Some(cell.metric(id))),
    })
}
