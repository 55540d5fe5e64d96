//! What each deployment draws and costs.

use super::Compared;
use super::charts::{OF_POWER, Picture, data, figures, of_kind, picture};
use crate::analysis::CellFigures;
use crate::analysis::compare::{Agreement, Area};
use crate::chart::kinds::KINDS;
use crate::format;
use crate::record::Load;
use crate::report::figure::{left, load_cell, load_title, right};
use crate::report::sections::Draft;
use crate::report::templates::clean;
use crate::report::{Cell, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    charts: Vec<Picture>,
    context: Option<String>,
    tables: Vec<String>,
    unmeasured: Option<String>,
    unpriced: Option<String>,
    /// Prices that differ, in words.
    prices: Option<String>,
}

/// A figure of a cell that is shown by load, and how it is printed with a deployment's currency.
struct Shown {
    id: &'static str,
    title: &'static str,
    value: fn(&CellFigures) -> Option<f64>,
    print: fn(f64, &str) -> String,
}

static SHOWN: [Shown; 3] = [
    Shown { id: "power-by-load", title: "Power", value: |cell| cell.power_w, print: |watts, _| format::watts(watts) },
    Shown {
        id: "energy-by-load",
        title: "Energy per output token",
        value: |cell| cell.energy_per_token_j,
        print: |joules, _| format!("{} J", format::fixed(joules, 2)),
    },
    Shown {
        id: "cost-by-load",
        title: "Cost per million output tokens",
        value: |cell| cell.cost_per_million_tokens,
        print: format::money,
    },
];

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let compared: Vec<_> =
        KINDS.iter().filter(|kind| OF_POWER.contains(&kind.id)).filter_map(|kind| of_kind(input, kind)).collect();
    let tables: Vec<Table> =
        SHOWN.iter().map(|shown| table(input, shown)).filter(|table| !table.rows.is_empty()).collect();
    if compared.is_empty() && tables.is_empty() {
        return None;
    }
    let lacks = |value: fn(&CellFigures) -> Option<f64>| {
        let none = |at: &usize| input.deployments[*at].analysis.cells.iter().all(|cell| value(cell).is_none());
        let all: Vec<usize> = (0..input.names.len()).filter(none).collect();
        (!all.is_empty() && all.len() < input.names.len()).then(|| input.named(&all))
    };
    let prices = input.comparison.conditions.iter().filter(|one| one.area == Area::Price);
    let prices: Vec<String> =
        prices.filter(|one| one.agreement != Agreement::Same).map(|one| super::within_a_sentence(one.title)).collect();
    let view = View {
        charts: compared.iter().enumerate().map(|(at, one)| picture(input, at + 1, one)).collect(),
        context: input.comparison.slice.context.as_ref().map(|context| context.noun()),
        tables: tables.iter().map(|table| table.id.clone()).collect(),
        unmeasured: lacks(|cell| cell.power_w),
        unpriced: lacks(|cell| cell.cost_per_million_tokens),
        prices: (!prices.is_empty()).then(|| format::list(&prices)),
    };
    let charts = compared.into_iter().map(|one| (data(&one.chart, &one.marks), one.chart));
    let charts = charts.map(|(table, chart)| (chart, table)).collect();
    let draft = figures(Draft::new(&view), charts);
    Some(tables.into_iter().fold(draft, Draft::table))
}

/// A figure at the chosen context: loads down, deployments across.
fn table(input: &Compared, shown: &Shown) -> Table {
    let slice = &input.comparison.slice;
    let cells = |at: usize| {
        let analysis = slice.of(input.deployments[at].analysis);
        let swept = analysis.into_iter().flat_map(|analysis| analysis.sweep_cells());
        swept.filter(|figures| figures.cell.key.context == slice.context)
    };
    let value = |at: usize, load: Load| {
        cells(at).find(|figures| figures.cell.key.load == load).and_then(|figures| (shown.value)(figures))
    };
    let count = input.names.len();
    let mut loads: Vec<Load> = (0..count)
        .flat_map(|at| cells(at).filter(|figures| (shown.value)(figures).is_some()))
        .map(|figures| figures.cell.key.load)
        .collect();
    loads.sort();
    loads.dedup();
    let row = |load: &Load| {
        let cell = |at: usize| {
            let currency = input.deployments[at].config.power.currency.as_str();
            value(at, *load).map_or_else(Cell::unknown, |value| Cell::number((shown.print)(value, currency), value))
        };
        std::iter::once(load_cell(*load)).chain((0..count).map(cell)).collect()
    };
    let names = input.names.iter().map(|name| right(clean(name)));
    let place = slice.context.as_ref().map(|context| format!(" at {}", context.noun())).unwrap_or_default();
    Table {
        id: shown.id.to_owned(),
        caption: format!("{}{place}", shown.title),
        columns: std::iter::once(left(load_title(loads.iter().copied()))).chain(names).collect(),
        rows: loads.iter().map(row).collect(),
        row_headings: true,
    }
}
