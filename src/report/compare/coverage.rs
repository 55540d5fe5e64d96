//! Cells that only some of the deployments have.

use super::Compared;
use super::summary::columns;
use crate::analysis::compare::Matched;
use crate::record::SWEEP;
use crate::report::figure::{context_cell, left, load_cell, load_title, right};
use crate::report::sections::{Draft, executive_summary};
use crate::report::{Cell, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    shared: usize,
    partial: usize,
    all: usize,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let cells = &input.comparison.cells;
    let shared = cells.iter().filter(|cell| cell.is_shared()).count();
    let view = View { shared, partial: cells.len() - shared, all: cells.len() };
    Some(Draft::new(&view).table(table(input)))
}

fn table(input: &Compared) -> Table {
    let cells: Vec<&Matched> = input.comparison.cells.iter().filter(|cell| !cell.is_shared()).collect();
    let scenarios = cells.iter().any(|cell| cell.key.scenario != SWEEP);
    let mut heads = Vec::new();
    heads.extend(scenarios.then(|| left("Scenario")));
    heads.push(left("Context"));
    heads.push(right(load_title(cells.iter().map(|cell| cell.key.load))));
    let row = |cell: &&Matched| {
        let mut row = Vec::new();
        let owner = cell.at.iter().position(Option::is_some).unwrap_or_default();
        row.extend(
            scenarios
                .then(|| Cell::text(executive_summary::scenario_name(&input.deployments[owner], &cell.key.scenario))),
        );
        row.push(context_cell(cell.key.context.as_ref()));
        row.push(load_cell(cell.key.load));
        row.extend(cell.at.iter().map(|at| if at.is_some() { Cell::text("measured") } else { Cell::unknown() }));
        row
    };
    Table {
        id: "coverage".to_owned(),
        caption: "Cells that only some deployments have".to_owned(),
        columns: heads.into_iter().chain(columns(input)).collect(),
        rows: cells.iter().map(row).collect(),
        row_headings: true,
    }
}
