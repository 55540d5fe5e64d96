//! What was served, on what, and how it was tested, with what differs marked.

use super::Compared;
use super::summary::columns;
use crate::analysis::compare::{Agreement, Area, Condition};
use crate::report::figure::left;
use crate::report::sections::Draft;
use crate::report::templates::clean;
use crate::report::{Cell, Inline, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    differing: usize,
    unknown: bool,
    prices: bool,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let conditions = &input.comparison.conditions;
    let count = |agreement: Agreement| conditions.iter().filter(|one| one.agreement == agreement).count();
    let view = View {
        differing: count(Agreement::Differ),
        unknown: count(Agreement::Unknown) > 0,
        prices: conditions.iter().any(|one| one.area == Area::Price && one.agreement != Agreement::Same),
    };
    (!conditions.is_empty()).then(|| Draft::new(&view).table(table(input)))
}

fn table(input: &Compared) -> Table {
    let row = |condition: &Condition| {
        let differs = condition.agreement == Agreement::Differ;
        let value = |value: &Option<String>| match value {
            Some(value) => Cell { content: marked(value, differs), ..Cell::default() },
            None => Cell::unknown(),
        };
        let head = [Cell::text(condition.title), Cell { content: marked(word(condition), differs), ..Cell::default() }];
        head.into_iter().chain(condition.values.iter().map(value)).collect()
    };
    Table {
        id: "differences".to_owned(),
        caption: "What was served, on what, and how it was tested".to_owned(),
        columns: [left("Property"), left("")].into_iter().chain(columns(input)).collect(),
        rows: input.comparison.conditions.iter().map(row).collect(),
        row_headings: true,
    }
}

fn word(condition: &Condition) -> &'static str {
    match condition.agreement {
        Agreement::Same => "same",
        Agreement::Differ => "differs",
        Agreement::Unknown => "unknown",
    }
}

fn marked(text: &str, strong: bool) -> Vec<Inline> {
    let text = vec![Inline::Text(clean(text))];
    if strong { vec![Inline::Strong(text)] } else { text }
}
