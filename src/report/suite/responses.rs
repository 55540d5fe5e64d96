//! Each case with its figures and the beginning of its response.

use super::cases::{FIGURES, reasons};
use super::{name, suite_of};
use crate::analysis::suite::{CaseFigures, Outcome, Side, Suite};
use crate::format;
use crate::record::PREVIEW;
use crate::report::figure::{number, right};
use crate::report::sections::{Draft, LeftOut};
use crate::report::{Composition, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    cases: Vec<CaseView>,
    repeats: bool,
    most: String,
    responses: bool,
    cut: bool,
    controls: bool,
}

#[derive(Serialize)]
struct CaseView {
    number: usize,
    name: String,
    /// Whether nothing of it succeeded.
    failed: bool,
    /// `1 of 3 runs`, where some failed and some did not.
    partly: Option<String>,
    /// Why, as `: timeout`.
    reasons: String,
    /// `3 runs`, where it was run more than once.
    runs: Option<String>,
    slow: bool,
    fast: bool,
    response: bool,
    cut: bool,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let suite = suite_of(input)?;
    let responses = suite.cases.iter().any(|figures| figures.case.response.is_some());
    if !responses {
        left_out.note("Previews of the responses", "no record has a `response`");
    }
    let previews = || suite.cases.iter().filter_map(|figures| figures.case.response.as_ref());
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let view = View {
        controls: previews().any(|response| response.text.chars().any(is_control)),
        cases: suite.cases.iter().enumerate().map(view).collect(),
        repeats: suite.repeats(),
        most: format::thousands(PREVIEW as f64),
        responses,
        cut: previews().any(|response| response.is_cut),
    };
    let mut draft = Draft::new(&view);
    for (at, figures) in suite.cases.iter().enumerate() {
        draft = draft.table(table(at, suite));
        if let Some(response) = &figures.case.response {
            let end = if response.is_cut { "…" } else { "" };
            draft.inserts.codes.insert(format!("response-{}", at + 1), format!("{}{end}", response.text));
        }
    }
    Some(draft)
}

fn view((at, figures): (usize, &CaseFigures)) -> CaseView {
    let case = &figures.case;
    CaseView {
        number: at + 1,
        name: name(figures),
        failed: figures.outcome == Outcome::Failed,
        partly: (figures.outcome == Outcome::PartlyFailed)
            .then(|| format!("{} of {}", case.failed, format::counted(case.runs, "run", "runs"))),
        reasons: reasons(figures),
        runs: (case.runs > 1).then(|| format::counted(case.runs - case.failed, "run", "runs")),
        slow: figures.far == Some(Side::Slow),
        fast: figures.far == Some(Side::Fast),
        response: case.response.is_some(),
        cut: case.response.as_ref().is_some_and(|response| response.is_cut),
    }
}

/// The figures that a case has, side by side; nothing stands for one that it has not.
fn table(at: usize, suite: &Suite) -> Table {
    let figures = &suite.cases[at];
    let known: Vec<_> =
        FIGURES.iter().filter_map(|(title, print, value)| Some((*title, *print, value(&figures.case)?))).collect();
    let row: Vec<_> = known.iter().map(|(_, print, value)| number(Some(*value), *print)).collect();
    Table {
        id: format!("case-{}", at + 1),
        caption: String::new(),
        columns: known.iter().map(|(title, ..)| right(*title)).collect(),
        rows: if row.is_empty() { Vec::new() } else { vec![row] },
        row_headings: false,
    }
}
