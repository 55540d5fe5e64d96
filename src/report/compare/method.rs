//! How the comparison was made, from what, and how it should not be read.

use super::Compared;
use crate::analysis::capacity::Kind;
use crate::report::Table;
use crate::report::sections::{Draft, method};
use crate::report::templates::clean;
use serde::Serialize;

/// More warnings of one deployment than this are counted, not listed.
const MOST_WARNINGS: usize = 40;

#[derive(Serialize)]
struct View {
    version: &'static str,
    base: String,
    capacity: bool,
    power: bool,
    deployments: Vec<Run>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Run {
    number: usize,
    name: String,
    run: String,
    warnings: Vec<String>,
    more_warnings: usize,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let judged = |kind: Kind| kind != Kind::NotJudged;
    let run = |(at, one): (usize, &crate::report::Composition)| Run {
        number: at + 1,
        name: input.names[at].clone(),
        run: clean(one.run_name),
        warnings: one.warnings.iter().take(MOST_WARNINGS).map(ToString::to_string).collect(),
        more_warnings: one.warnings.len().saturating_sub(MOST_WARNINGS),
    };
    let view = View {
        version: env!("CARGO_PKG_VERSION"),
        base: input.names[0].clone(),
        capacity: input
            .deployments
            .iter()
            .any(|one| one.analysis.capacity.iter().any(|capacity| judged(capacity.limit.kind))),
        power: input.deployments.iter().any(|one| one.analysis.cells.iter().any(|cell| cell.power_w.is_some())),
        deployments: input.deployments.iter().enumerate().map(run).collect(),
        warnings: input.warnings.iter().map(ToString::to_string).collect(),
    };
    let mut draft = Draft::new(&view);
    for (at, one) in input.deployments.iter().enumerate() {
        let name = format!("sources-{}", at + 1);
        let caption = format!("Files of {}", clean(&input.names[at]));
        draft = draft.table(Table { id: name, caption, ..method::sources(one) });
        draft.inserts.codes.insert(format!("hashes-{}", at + 1), method::hashes(one));
    }
    Some(draft)
}
