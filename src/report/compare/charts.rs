//! Every chart of the sweep with a line per deployment.

use super::Compared;
use crate::analysis::Analysis;
use crate::chart::kinds::{self, KINDS, Kind, compare, compare_per_gpu};
use crate::chart::{Chart, Form, Quantity};
use crate::format;
use crate::report::figure::{left, number, right};
use crate::report::sections::Draft;
use crate::report::{Cell, Table};
use serde::Serialize;

/// Charts that the section on power and cost shows.
pub(super) const OF_POWER: [&str; 2] = ["power", "power-by-throughput"];

#[derive(Serialize)]
struct View {
    charts: Vec<Picture>,
    load: Option<String>,
    context: Option<String>,
    /// How load and context were chosen: whether all share them.
    load_shared: bool,
    context_shared: bool,
    chosen_load: bool,
    chosen_context: bool,
    /// Deployments that were not tested with the kind of load that is drawn.
    other_load: Option<String>,
    one_other: bool,
    concurrency: bool,
    no_gpus: Option<String>,
}

/// A chart in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Picture {
    pub number: usize,
    pub title: String,
    /// Where its lines stand: `10 concurrent requests`, `32K context`.
    pub place: Option<String>,
    /// Whether it lies from load to load between two measured values.
    pub path: bool,
    /// Deployments without a line, and those whose figure is another one.
    pub missing: Option<String>,
    pub unlike: Option<String>,
    pub bands: bool,
    /// What a point is called at: `concurrent requests`.
    pub load_unit: &'static str,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let kinds = KINDS.iter().filter(|kind| !OF_POWER.contains(&kind.id));
    let mut compared: Vec<kinds::Compared> = Vec::new();
    for kind in kinds {
        compared.extend(of_kind(input, kind));
        if kind.id == "trade-off" {
            compared.extend(per_gpu(input));
        }
    }
    if compared.is_empty() {
        return None;
    }
    let slice = &input.comparison.slice;
    let analyses = input.analyses();
    let at_load = |analysis: &Analysis| slice.load.is_some_and(|load| analysis.sweep.loads.contains(&load));
    let at_context =
        |analysis: &Analysis| analysis.sweep_cells().any(|figures| figures.cell.key.context == slice.context);
    let other: Vec<usize> = (0..analyses.len()).filter(|at| slice.of(analyses[*at]).is_none()).collect();
    let without: Vec<usize> =
        (0..analyses.len()).filter(|at| input.deployments[*at].config.hardware.count.is_none()).collect();
    let view = View {
        charts: compared.iter().enumerate().map(|(at, one)| picture(input, at + 1, one)).collect(),
        load: slice.load.map(format::load),
        context: slice.context.as_ref().map(|context| context.noun()),
        load_shared: analyses.iter().all(|analysis| slice.of(analysis).is_some_and(at_load)),
        context_shared: analyses.iter().all(|analysis| at_context(slice.of(analysis).unwrap_or(analysis))),
        chosen_load: slice.chosen_load,
        chosen_context: slice.chosen_context,
        one_other: other.len() == 1,
        other_load: (!other.is_empty()).then(|| input.named(&other)),
        concurrency: slice.concurrency,
        no_gpus: (!without.is_empty()).then(|| input.named(&without)),
    };
    let figured = compared.into_iter().map(|one| (data(&one.chart, &one.marks), one.chart));
    let charts = figured.map(|(table, chart)| (chart, table)).collect();
    Some(figures(Draft::new(&view), charts))
}

/// A chart of the sweep, where at least two deployments have a line.
pub(super) fn of_kind(input: &Compared, kind: &Kind) -> Option<kinds::Compared> {
    compare(kind, &input.labels(), &input.analyses(), &input.comparison.slice)
}

fn per_gpu(input: &Compared) -> Option<kinds::Compared> {
    let gpus = input.deployments.iter().map(|one| (one.analysis, one.config.hardware.count)).collect::<Vec<_>>();
    compare_per_gpu(&input.labels(), &gpus, &input.comparison.slice)
}

pub(super) fn picture(input: &Compared, number: usize, compared: &kinds::Compared) -> Picture {
    let chart = &compared.chart;
    let slice = &input.comparison.slice;
    let along_contexts = chart.form == Form::Levels && chart.x.quantity == Quantity::Context;
    let place = if along_contexts {
        slice.load.map(format::load)
    } else {
        slice.context.as_ref().map(|context| context.noun())
    };
    let named = |places: &[usize]| (!places.is_empty()).then(|| input.named(places));
    Picture {
        number,
        title: chart.title.clone(),
        place,
        path: chart.form == Form::Path,
        missing: named(&compared.missing),
        unlike: named(&compared.unlike),
        bands: chart.series.iter().any(|series| series.band.len() > 1),
        load_unit: match (slice.concurrency, compared.marks.iter().flatten().any(|mark| mark.ends_with("/s"))) {
            (true, false) => "concurrent requests",
            (true, true) => "concurrent requests, or requests per second (/s),",
            (false, _) => "requests per second",
        },
    }
}

/// Charts and their numbers as figures `chart-1`, `chart-2`, … of a draft.
pub(super) fn figures(mut draft: Draft, charts: Vec<(Chart, Table)>) -> Draft {
    for (at, (chart, table)) in charts.into_iter().enumerate() {
        draft = draft.figure(&format!("chart-{}", at + 1), Some(chart), table);
    }
    draft
}

/// The numbers of a chart: its levels down, deployments across; of a path a row per point, with its load.
pub(super) fn data(chart: &Chart, marks: &[Vec<String>]) -> Table {
    let mut table = Table {
        id: format!("{}-data", chart.id),
        caption: chart.title.clone(),
        row_headings: true,
        ..Table::default()
    };
    if chart.form == Form::Path {
        table.columns = vec![left("Deployment"), right("Load"), right(&chart.x.title), right(&chart.y.title)];
        for (line, loads) in chart.series.iter().zip(marks) {
            for ((x, y), load) in line.points.iter().zip(loads) {
                table.rows.push(vec![
                    Cell::text(&line.name),
                    load.parse().map_or_else(|_| Cell::text(load), |value| Cell::number(load, value)),
                    number(Some(*x), |value| format::fixed(value, 1)),
                    Cell::number(chart.y.quantity.print(*y), *y),
                ]);
            }
        }
        return table;
    }
    let head = if chart.x.quantity == Quantity::Context { "Context" } else { chart.x.title.as_str() };
    table.columns = std::iter::once(left(head)).chain(chart.series.iter().map(|line| right(&line.name))).collect();
    table.rows = chart
        .x
        .levels
        .iter()
        .map(|level| {
            let value = |line: &crate::chart::Series| {
                let found = line.points.iter().find(|(x, _)| x == level);
                let quantity = line.quantity.unwrap_or(chart.y.quantity);
                found.map_or_else(Cell::unknown, |(_, y)| Cell::number(quantity.print(*y), *y))
            };
            let head = Cell::number(chart.x.print(*level), *level);
            std::iter::once(head).chain(chart.series.iter().map(value)).collect()
        })
        .collect();
    table
}
