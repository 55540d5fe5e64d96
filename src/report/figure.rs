//! Figures: a chart with its words and its numbers.

use super::templates::{capital, clean};
use super::words;
use super::{Align, Cell, Column, Figure, Table};
use crate::analysis::{Analysis, CellFigures};
use crate::chart::{Chart, Quantity, Series};
use crate::context::Context;
use crate::font::Fonts;
use crate::format;
use crate::record::Load;

/// The figure of a chart; number and caption follow where it is placed.
pub fn figure(chart: Chart, data: Table, fonts: &Fonts) -> Figure {
    let scene = crate::chart::draw(&chart, fonts);
    Figure { number: 0, scene, caption: Vec::new(), alternative: alternative(&chart), data, chart }
}

/// What a chart shows, written from its data: each line from end to end, and its extremes between.
fn alternative(chart: &Chart) -> String {
    let lines: Vec<_> = chart.series.iter().filter_map(|series| line(chart, series)).collect();
    let mut out = format!("{}. {}.", chart.title, capital(&lines.join("; ")));
    let rules: Vec<_> = chart.rules.iter().map(|rule| rule.label.clone()).collect();
    if !rules.is_empty() {
        out.push_str(&format!(" Dashed: {}.", format::list(&rules)));
    }
    if let Some(limit) = &chart.limit {
        out.push_str(&format!(" {}.", limit.label));
    }
    clean(&out)
}

fn line(chart: &Chart, series: &Series) -> Option<String> {
    let quantity = series.quantity.unwrap_or(chart.axis(series.side).quantity);
    let point = |(x, y): (f64, f64)| {
        let level = match chart.x.quantity {
            Quantity::Concurrency => format::load(Load::Concurrency(x as u64)),
            Quantity::RequestRate => format::load(Load::RequestRate(x)),
            _ => chart.x.print(x),
        };
        format!("{} at {level}", quantity.print(y))
    };
    let (first, last) = (*series.points.first()?, *series.points.last()?);
    let subject = if series.subject.is_empty() { &chart.y.title } else { &series.subject };
    if series.points.len() == 1 {
        return Some(format!("{subject}: {}", point(first)));
    }
    let way = match last.1.total_cmp(&first.1) {
        _ if quantity.print(first.1) == quantity.print(last.1) => "is",
        std::cmp::Ordering::Less => "falls from",
        _ => "rises from",
    };
    let join = if way == "is" { "and" } else { "to" };
    let mut out = format!("{subject}: {way} {} {join} {}", point(first), point(last));
    // An extreme that prints like an end says nothing.
    let tells = |y: f64| [first.1, last.1].iter().all(|end| quantity.print(*end) != quantity.print(y));
    let extreme = |beyond: fn(f64, f64) -> bool| {
        let found = series.points.iter().copied().reduce(|a, b| if beyond(b.1, a.1) { b } else { a })?;
        (beyond(found.1, first.1) && beyond(found.1, last.1) && tells(found.1)).then_some(found)
    };
    if let Some(highest) = extreme(|a, b| a > b) {
        out.push_str(&format!(", highest with {}", point(highest)));
    }
    if let Some(lowest) = extreme(|a, b| a < b) {
        out.push_str(&format!(", lowest with {}", point(lowest)));
    }
    Some(out)
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

/// A load as the head of a column: `1 request`, `10 requests`, `2.5 requests/s`.
pub fn short(load: Load) -> String {
    match load {
        Load::Concurrency(n) => format::counted(n, "request", "requests"),
        rate => format::load(rate),
    }
}
