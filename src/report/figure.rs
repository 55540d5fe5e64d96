//! Figures: a chart with its words and its numbers.

use super::alternative::alternative;
use super::words;
use super::{Align, Cell, Column, Figure, Table};
use crate::analysis::{Analysis, CellFigures};
use crate::chart::Chart;
use crate::chart::scene::Scene;
use crate::context::Context;
use crate::format;
use crate::record::Load;

/// The figure of a chart; number and caption follow where it is placed, the picture once the report is whole.
pub fn figure(chart: Chart, data: Table) -> Figure {
    Figure { number: 0, scene: Scene::default(), caption: Vec::new(), alternative: alternative(&chart), data, chart }
}

/// A number in a cell, or that it was not measured.
pub fn number(value: Option<f64>, print: words::Print) -> Cell {
    value.map_or_else(Cell::unknown, |value| Cell::number(print(value), value))
}

/// A column of words.
pub fn left(title: impl Into<String>) -> Column {
    Column { title: title.into(), align: Align::Left }
}

/// A column of numbers.
pub fn right(title: impl Into<String>) -> Column {
    Column { title: title.into(), align: Align::Right }
}

/// A context as the first cell of a row.
pub fn context_cell(context: Option<&Context>) -> Cell {
    context.map_or_else(Cell::unknown, |context| Cell::number(&context.label, context.tokens as f64))
}

/// A load as the first cell of a row.
pub fn load_cell(load: Load) -> Cell {
    let unit = if load.is_concurrency() { "" } else { "/s" };
    Cell::number(format!("{}{unit}", format::level(load)), load.level())
}

/// What a column of loads is called.
pub fn load_title(loads: impl Iterator<Item = Load>) -> &'static str {
    let kinds: Vec<bool> = loads.map(Load::is_concurrency).collect();
    match (kinds.contains(&true), kinds.contains(&false)) {
        (true, true) => "Load",
        (false, true) => "Request rate",
        _ => "Concurrency",
    }
}

/// A metric over the whole sweep: contexts down, loads across; one of them alone gives a list.
///
/// Holds every measured cell, whatever a chart of it leaves out. Empty where nothing was measured.
pub fn sweep_table(
    analysis: &Analysis,
    id: &str,
    title: &str,
    print: words::Print,
    value: impl Fn(&CellFigures) -> Option<f64>,
) -> Table {
    let mut contexts: Vec<Option<&Context>> = Vec::new();
    let mut loads: Vec<Load> = Vec::new();
    for cell in analysis.sweep_cells().filter(|cell| value(cell).is_some()) {
        contexts.push(cell.cell.key.context.as_ref());
        loads.push(cell.cell.key.load);
    }
    contexts.sort();
    contexts.dedup();
    loads.sort();
    loads.dedup();
    let at = |context: Option<&Context>, load| number(analysis.sweep_cell(context, load).and_then(&value), print);
    let load_title = load_title(loads.iter().copied());
    let mut table = Table { id: id.to_owned(), caption: title.to_owned(), row_headings: true, ..Table::default() };
    match (&contexts[..], &loads[..]) {
        ([], _) | (_, []) => {}
        ([context], loads) => {
            table.columns = vec![left(load_title), right(title)];
            table.rows = loads.iter().map(|load| vec![load_cell(*load), at(*context, *load)]).collect();
        }
        (contexts, [load]) => {
            table.columns = vec![left("Context"), right(title)];
            table.rows = contexts.iter().map(|context| vec![context_cell(*context), at(*context, *load)]).collect();
        }
        (contexts, loads) => {
            table.columns =
                std::iter::once(left("Context")).chain(loads.iter().map(|load| right(short(*load)))).collect();
            table.rows = contexts
                .iter()
                .map(|context| {
                    let values = loads.iter().map(|load| at(*context, *load));
                    std::iter::once(context_cell(*context)).chain(values).collect()
                })
                .collect();
        }
    }
    table
}

/// A value of a cell, how it is called and printed.
type Printed = (&'static str, words::Print, fn(&Analysis, &CellFigures) -> Option<f64>);

/// Two values of every cell of the sweep that has both, a row each.
pub fn pairs_table(analysis: &Analysis, id: &str, first: Printed, second: Printed) -> Table {
    let mut rows = Vec::new();
    let mut loads = Vec::new();
    for figures in analysis.sweep_cells() {
        let (Some(a), Some(b)) = (first.2(analysis, figures), second.2(analysis, figures)) else { continue };
        let key = &figures.cell.key;
        loads.push(key.load);
        let numbers = [number(Some(a), first.1), number(Some(b), second.1)];
        rows.push([context_cell(key.context.as_ref()), load_cell(key.load)].into_iter().chain(numbers).collect());
    }
    Table {
        id: id.to_owned(),
        caption: format!("{} and {}", first.0, second.0),
        columns: vec![left("Context"), right(load_title(loads.into_iter())), right(first.0), right(second.0)],
        rows,
        row_headings: true,
    }
}

/// What the levels of the sweep's load count.
pub fn load_unit(analysis: &Analysis) -> &'static str {
    let all = analysis.sweep.loads.iter().all(|load| load.is_concurrency());
    if all { "concurrent requests" } else { "requests per second" }
}

/// A load as the head of a column: `1 request`, `10 requests`, `2.5 requests/s`.
pub fn short(load: Load) -> String {
    match load {
        Load::Concurrency(n) => format::counted(n, "request", "requests"),
        rate => format::load(rate),
    }
}
