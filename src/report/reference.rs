//! Another run in a report: its figures in brackets, its lines behind those of the charts.

use super::compose::Composition;
use super::figure::{right, short};
use super::markdown::is_safe;
use super::templates::clean;
use super::{Cell, Figure, Inline, Table, plain_text};
use crate::chart::{Chart, Form, Quantity, Series};
use crate::record::Load;

/// Another run that a report shows beside its own.
pub struct Reference<'c> {
    /// What it is called: `without MTP`.
    pub name: String,
    /// Where its report lives.
    pub url: Option<String>,
    /// The run, as a report of its own would be written from it.
    pub run: Composition<'c>,
}

impl Reference<'_> {
    /// Its name, as a link where its report has an address.
    pub(super) fn linked(&self) -> Vec<Inline> {
        let content = vec![Inline::Text(self.name.clone())];
        match self.url.clone().filter(|url| is_safe(url) && !url.starts_with('#')) {
            Some(target) => vec![Inline::Link { target, content }],
            None => content,
        }
    }
}

/// A table of findings with those of the reference in brackets behind each value; what was found under another condition
/// says so.
pub(super) fn in_brackets(mut own: Table, reference: &Table) -> Table {
    for row in &mut own.rows {
        let name = plain_text(&row[0].content);
        let found = reference.rows.iter().find(|other| plain_text(&other[0].content) == name);
        let Some([_, value, condition]) = found.map(Vec::as_slice) else { continue };
        let (value, condition) = (plain_text(&value.content), plain_text(&condition.content));
        let elsewhere = if condition == plain_text(&row[2].content) { String::new() } else { format!("; {condition}") };
        row[1].content.push(Inline::Text(format!(" ({value}{elsewhere})")));
    }
    own
}

/// A figure with what its caption says of a reference's lines.
pub(super) fn told(mut figure: Figure) -> Figure {
    if let Some(reference) = &figure.chart.reference {
        let note = format!(" Thin and grey, with the same marks: {}.", clean(&reference.name));
        figure.caption.push(Inline::Text(note));
    }
    figure
}

/// The numbers of a chart of the sweep with those of its reference's lines.
pub(super) fn with_lines(mut table: Table, chart: Option<&Chart>) -> Table {
    let Some((chart, reference)) = chart.and_then(|chart| Some((chart, chart.reference.as_ref()?))) else {
        return table;
    };
    for (_, line) in &reference.lines {
        table = with_line(table, chart, line, &clean(&reference.name));
    }
    table
}

/// The numbers of a figure with those of a reference's line: a column where the table has the chart's levels down, a row
/// where it has them across. Those of a path, which have no levels, stand in the picture alone.
fn with_line(mut table: Table, chart: &Chart, line: &Series, name: &str) -> Table {
    let Some(head) = table.columns.first().filter(|_| chart.form == Form::Levels) else { return table };
    let has_levels_down = (head.title == "Context") == (chart.x.quantity == Quantity::Context);
    let quantity = line.quantity.unwrap_or(chart.axis(line.side).quantity);
    // A table whose heads name the unit has none in its cells.
    let bare = table.rows.iter().flatten().skip(1).any(|cell| {
        cell.value.is_some_and(|value| quantity.print(value).starts_with(&format!("{} ", plain_text(&cell.content))))
    });
    let cell = |x: Option<f64>| {
        let found = line.points.iter().find(|(level, _)| x.is_some_and(|x| chart.x.print(x) == chart.x.print(*level)));
        found.map_or_else(Cell::unknown, |(_, y)| {
            let printed = quantity.print(*y);
            let printed = if bare { printed.split(' ').next().unwrap_or_default() } else { &printed };
            Cell::number(printed, *y)
        })
    };
    let named = [line.name.as_str(), name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    if has_levels_down {
        table.rows.iter_mut().for_each(|row| row.push(cell(row[0].value)));
        table.columns.push(right(named));
    } else {
        let level = |title: &str| chart.x.levels.iter().copied().find(|level| short(load(chart, *level)) == title);
        let values = table.columns.iter().skip(1).map(|column| cell(level(&column.title)));
        let row = std::iter::once(Cell::text(named)).chain(values).collect();
        table.rows.push(row);
    }
    table
}

/// A level of the horizontal axis as a load.
fn load(chart: &Chart, level: f64) -> Load {
    match chart.x.quantity {
        Quantity::Concurrency => Load::Concurrency(level as u64),
        _ => Load::RequestRate(level),
    }
}
