//! How far the slow requests of a load level lie from its middle.

use super::lens::Lens;
use super::sweep::{distinct, load_axis};
use crate::analysis::compare::Slice;
use crate::analysis::{Analysis, CellFigures};
use crate::cell::Statistic;
use crate::chart::{Axis, Chart, Quantity, Scale, Series, calls_for_log};
use crate::context::Context;
use crate::metric::{Better, MetricId};

pub(super) const ID: &str = "ttft-percentiles";

/// From here on, the highest percentile over the median, a tail is worth a picture; below, a sentence tells it all.
const LONG: f64 = 1.25;

const SHOWN: [(Statistic, &str); 4] =
    [(Statistic::P50, "median"), (Statistic::P90, "p90"), (Statistic::P95, "p95"), (Statistic::P99, "p99")];

/// The chart of the context with most levels whose percentiles are known; of equals, the one with the longest tail.
pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    if let Lens::Line(slice) = lens {
        return one(analysis, slice);
    }
    let contexts = distinct(analysis.sweep_cells().map(|figures| figures.cell.key.context.as_ref()));
    let at = |context: Option<&Context>| -> Vec<&CellFigures> {
        analysis.sweep_cells().filter(|figures| figures.cell.key.context.as_ref() == context).collect()
    };
    let rank = |context: &Option<&Context>| {
        let known: Vec<f64> = at(*context).into_iter().filter_map(ratio).collect();
        (known.len(), known.into_iter().fold(0.0, f64::max))
    };
    let best = contexts.into_iter().max_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    })?;
    let (levels, longest) = rank(&best);
    if levels < 2 || longest < LONG {
        return None;
    }
    let cells = at(best);
    let series: Vec<Series> = SHOWN
        .into_iter()
        .map(|(statistic, name)| Series {
            name: name.to_owned(),
            subject: format!("{name} TTFT"),
            points: cells
                .iter()
                .filter_map(|figures| Some((figures.cell.key.load.level(), percentile(figures, statistic)?)))
                .collect(),
            ..Series::default()
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    let loads: Vec<_> = cells.iter().map(|figures| figures.cell.key.load).collect();
    let along = if loads.iter().all(|load| load.is_concurrency()) { "concurrency" } else { "request rate" };
    let place = best.map(|context| format!(" at {}", context.noun())).unwrap_or_default();
    let values = series.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
    let scale = if calls_for_log(values) { Scale::Log } else { Scale::Linear };
    Some(Chart {
        id: ID.to_owned(),
        title: format!("Percentiles of time to first token{place} by {along}"),
        x: load_axis(&loads),
        y: Axis { title: "Time to first token".to_owned(), scale, quantity: Quantity::Seconds, ..Axis::default() },
        series_title: "Statistic".to_owned(),
        series,
        ..Chart::default()
    })
}

/// One percentile at one context by load: p90, which most samples can carry, or p95 where a tool printed that alone.
fn one(analysis: &Analysis, slice: &Slice) -> Option<Chart> {
    let cells: Vec<&CellFigures> =
        analysis.sweep_cells().filter(|figures| figures.cell.key.context == slice.context).collect();
    let points = |statistic| -> Vec<(f64, f64)> {
        let point = |figures: &&CellFigures| Some((figures.cell.key.load.level(), percentile(figures, statistic)?));
        cells.iter().filter_map(point).collect()
    };
    let known = [Statistic::P90, Statistic::P95].map(|statistic| (statistic.name(Better::Lower), points(statistic)));
    let (name, points) = known.into_iter().find(|(_, points)| !points.is_empty())?;
    let loads: Vec<_> = cells.iter().map(|figures| figures.cell.key.load).collect();
    let along = if slice.concurrency { "concurrency" } else { "request rate" };
    let scale = if calls_for_log(points.iter().map(|(_, value)| *value)) { Scale::Log } else { Scale::Linear };
    Some(Chart {
        id: ID.to_owned(),
        title: format!("{name} of time to first token by {along}"),
        x: load_axis(&loads),
        y: Axis { title: format!("{name} time to first token"), scale, quantity: Quantity::Seconds, ..Axis::default() },
        series: vec![Series { points, ..Series::default() }],
        ..Chart::default()
    })
}

/// The highest known percentile over the median, at its longest in the sweep.
pub fn tail(analysis: &Analysis) -> Option<f64> {
    analysis.sweep_cells().filter_map(ratio).reduce(f64::max)
}

fn ratio(figures: &CellFigures) -> Option<f64> {
    let highest =
        [Statistic::P99, Statistic::P95, Statistic::P90].into_iter().find_map(|at| percentile(figures, at))?;
    let ratio = highest / percentile(figures, Statistic::P50)?;
    ratio.is_finite().then_some(ratio)
}

fn percentile(figures: &CellFigures, statistic: Statistic) -> Option<f64> {
    figures.cell.metric(MetricId::Ttft).statistic(statistic, Better::Lower)
}
