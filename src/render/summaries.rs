//! The metrics of a cell as data files name them, shared by `report.json` and `cells.csv`.

use crate::analysis::Analysis;
use crate::cell::{Cell, Statistic, Summary};
use crate::metric::{Better, METRICS, Metric, MetricId};

/// The metrics in their order, each with its summary in a cell.
///
/// Prefill speed stands once, from whichever source the run uses; without one its summary is none.
pub(super) fn summaries<'c>(
    analysis: &'c Analysis,
    cell: &'c Cell,
) -> impl Iterator<Item = (&'static Metric, Option<&'c Summary>)> {
    metrics().map(|metric| match metric.id {
        MetricId::PrefillSpeed => (metric, analysis.prefill(cell)),
        id => (metric, Some(cell.metric(id))),
    })
}

/// The metrics that data files hold.
pub(super) fn metrics() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| metric.id != MetricId::PrefillSpeedFromTtft)
}

/// Percentiles by name: for speeds the slow tail is p10, p5 and p1.
pub(super) fn percentiles(better: Better) -> [(&'static str, Statistic); 4] {
    match better {
        Better::Lower => {
            [("p50", Statistic::P50), ("p90", Statistic::P90), ("p95", Statistic::P95), ("p99", Statistic::P99)]
        }
        Better::Higher => {
            [("p50", Statistic::P50), ("p10", Statistic::P90), ("p5", Statistic::P95), ("p1", Statistic::P99)]
        }
    }
}
