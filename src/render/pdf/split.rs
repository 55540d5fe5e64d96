//! A table too wide for its column, as several: each has the columns that name the rows, and some of the others.

use super::flow::Flow;
use super::style::Column;
use crate::report::{Align, Table};

/// Fewer columns are not worth a table of their own.
const FEW: usize = 4;

impl Flow<'_> {
    /// The table in parts that can be read; none where it can be read as it is, or where parts would not help.
    pub fn split(&self, table: &Table, column: Column) -> Option<Vec<Table>> {
        let names = table.columns.iter().take_while(|column| column.align == Align::Left).count();
        let others = table.columns.len() - names;
        if names == 0 || others < 2 * FEW || self.can_be_read(table, column) {
            return None;
        }
        // As few parts as can be read, of about the same number of columns.
        (2..=others / FEW)
            .map(|parts| in_parts(table, names, parts))
            .find(|parts| parts.iter().all(|part| self.can_be_read(part, column)))
    }
}

fn in_parts(table: &Table, names: usize, parts: usize) -> Vec<Table> {
    let others = table.columns.len() - names;
    let edge = |part: usize| names + part * others / parts;
    let kept = |part: usize| (0..names).chain(edge(part)..edge(part + 1)).collect::<Vec<_>>();
    let part = |part: usize| {
        let kept = kept(part);
        let caption = match (part, table.caption.is_empty()) {
            (0, _) | (_, true) => table.caption.clone(),
            _ => format!("{}, continued", table.caption),
        };
        let row = |row: &Vec<crate::report::Cell>| kept.iter().filter_map(|at| row.get(*at).cloned()).collect();
        Table {
            caption,
            columns: kept.iter().map(|at| table.columns[*at].clone()).collect(),
            rows: table.rows.iter().map(row).collect(),
            ..table.clone()
        }
    };
    (0..parts).map(part).collect()
}
