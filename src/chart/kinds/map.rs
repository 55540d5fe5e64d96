//! A metric over the whole grid, parted by the thresholds of the use cases: what can run where.

use super::lens::Lens;
use super::sweep::{context_axis, distinct, load_axis, spread};
use crate::analysis::Analysis;
use crate::analysis::use_cases::UseCase;
use crate::cell::Statistic;
use crate::chart::{Axis, Bound, Chart, MOST_BOUNDS, Map, Quantity};
use crate::format;
use crate::metric::{Better, MetricId};

/// A metric that use cases have thresholds on, and how its map is shown.
pub(super) struct Shown {
    pub id: &'static str,
    pub metric: MetricId,
    /// `Time to first token`
    pub subject: &'static str,
    pub quantity: Quantity,
    /// Stands above the thresholds: `TTFT within`.
    pub bounds_title: &'static str,
    /// Stands behind a threshold: `s`.
    pub unit: &'static str,
    pub threshold: fn(&UseCase) -> Option<f64>,
}

/// The statistic of a metric that thresholds are held against.
pub fn judged(analysis: &Analysis, metric: MetricId) -> Statistic {
    let first = analysis.capacity.first();
    first.map_or(analysis.central[metric as usize], |capacity| capacity.statistics[metric as usize])
}

/// The map; none where every field keeps or misses the same thresholds, which words tell better, and none beside others: it
/// has no lines.
pub(super) fn chart(analysis: &Analysis, lens: Lens, shown: &Shown) -> Option<Chart> {
    if !matches!(lens, Lens::Grid) {
        return None;
    }
    let chart = whole(analysis, shown)?;
    let mut classes = classes(&chart);
    let first = classes.next()?;
    classes.any(|class| class != first).then_some(()).map(|()| chart.clone())
}

/// Whether every field of the grid keeps every threshold.
pub(super) fn keeps_all(analysis: &Analysis, shown: &Shown) -> bool {
    whole(analysis, shown).is_some_and(|chart| classes(&chart).all(|class| class == 0))
}

/// How many thresholds each measured field misses.
fn classes(chart: &Chart) -> impl Iterator<Item = usize> + '_ {
    let class = |map: &Map, value: &Option<f64>| value.map(|value| map.class(value));
    chart.map.iter().flat_map(move |map| map.values.iter().flatten().filter_map(move |value| class(map, value)))
}

/// The map; none for a grid of fewer than two contexts or loads, or without a threshold.
fn whole(analysis: &Analysis, shown: &Shown) -> Option<Chart> {
    let better = shown.metric.metric().better;
    let statistic = judged(analysis, shown.metric);
    let cells: Vec<_> = analysis
        .sweep_cells()
        .filter_map(|figures| {
            let value = figures.cell.metric(shown.metric).statistic(statistic, better).filter(|v| v.is_finite())?;
            Some((figures.cell.key.context.as_ref()?, figures.cell.key.load, value))
        })
        .collect();
    let contexts = distinct(cells.iter().map(|(context, ..)| *context));
    let loads = distinct(cells.iter().map(|(_, load, _)| *load));
    let bounds = bounds(analysis, shown);
    // A grid with most fields empty is a list.
    if contexts.len() < 2 || loads.len() < 2 || bounds.is_empty() || 2 * cells.len() < contexts.len() * loads.len() {
        return None;
    }
    let value = |context, load| cells.iter().find(|(c, l, _)| (*c, *l) == (context, load)).map(|(.., value)| *value);
    let values = loads.iter().map(|load| contexts.iter().map(|context| value(*context, *load)).collect()).collect();
    let known: Vec<_> = contexts.iter().map(|context| Some(*context)).collect();
    let name = match statistic {
        Statistic::Mean => shown.subject.to_owned(),
        other => {
            let lower = format!("{}{}", shown.subject[..1].to_lowercase(), &shown.subject[1..]);
            match other {
                Statistic::P50 => format!("Median {lower}"),
                percentile => format!("{} of {lower}", percentile.name(better)),
            }
        }
    };
    let along = if loads.iter().all(|load| load.is_concurrency()) { "concurrency" } else { "request rate" };
    Some(Chart {
        id: shown.id.to_owned(),
        title: format!("{name} by context length and {along}"),
        x: context_axis(&known),
        y: Axis { ..load_axis(&loads) },
        map: Some(Map {
            values,
            quantity: shown.quantity,
            more_is_better: better == Better::Higher,
            bounds_title: shown.bounds_title.to_owned(),
            bounds,
        }),
        ..Chart::default()
    })
}

/// Every threshold once, the hardest to meet first, with the use cases that ask for it.
fn bounds(analysis: &Analysis, shown: &Shown) -> Vec<Bound> {
    let cases = analysis.capacity.iter().map(|capacity| &capacity.use_case).chain(&analysis.not_tested);
    let mut bounds: Vec<Bound> = Vec::new();
    for case in cases {
        let Some(value) = (shown.threshold)(case) else { continue };
        match bounds.iter_mut().find(|bound| bound.value == value) {
            Some(bound) => bound.names.push(case.name.clone()),
            None => bounds.push(Bound {
                value,
                label: format!("{} {}", format::shortest(value), shown.unit),
                names: vec![case.name.clone()],
            }),
        }
    }
    bounds.sort_by(|a, b| a.value.total_cmp(&b.value));
    if shown.metric.metric().better == Better::Higher {
        bounds.reverse();
    }
    let places: Vec<usize> = (0..bounds.len()).collect();
    if bounds.len() > MOST_BOUNDS {
        let kept = spread(&places, Lens::Grid).0;
        bounds = kept.into_iter().take(MOST_BOUNDS).map(|at| bounds[at].clone()).collect();
    }
    bounds
}
