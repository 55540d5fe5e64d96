//! A row for each case.

use super::{name, speed, suite_of, tokens};
use crate::analysis::suite::{CaseFigures, Outcome, Suite};
use crate::cell::suite::Case;
use crate::format;
use crate::report::figure::{left, number, right};
use crate::report::sections::{Draft, LeftOut};
use crate::report::templates::clean;
use crate::report::words::Print;
use crate::report::{Cell, Composition, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    repeats: bool,
    estimated: bool,
    timed: bool,
    several: bool,
}

/// What is known of a case as a number: its title, how it is printed, and where it stands.
type Figure = (&'static str, Print, fn(&Case) -> Option<f64>);

/// Every figure of a case, in the order of the columns.
pub(super) const FIGURES: [Figure; 6] = [
    ("Time", format::seconds_2, |case| case.e2e_s),
    ("Prompt tokens", tokens, |case| case.input_tokens),
    ("Completion tokens", tokens, |case| case.output_tokens),
    ("Speed (tok/s)", speed, |case| case.speed_tok_s),
    ("TTFT", format::seconds_2, |case| case.ttft_s),
    ("TTFT (est.)", format::seconds_2, |case| case.ttft_estimate_s),
];

pub(super) fn draft(input: &Composition, _: &mut LeftOut) -> Option<Draft> {
    let suite = suite_of(input)?;
    let view = View {
        repeats: suite.repeats(),
        estimated: suite.cases.iter().any(|figures| figures.case.ttft_estimate_s.is_some()),
        several: suite.cases.len() > 1,
        timed: suite.cases.iter().all(|figures| figures.case.start_ps.is_some()),
    };
    let times = values(suite, "case-time", "Time of each case", "Time", format::seconds_2, |case| case.e2e_s);
    Some(Draft::new(&view).table(table(suite)).further_figure(input, "case-time", times))
}

/// A row per case; a column that no case has a value for is left out.
fn table(suite: &Suite) -> Table {
    let known: Vec<&Figure> =
        FIGURES.iter().filter(|(.., value)| suite.cases.iter().any(|figures| value(&figures.case).is_some())).collect();
    let remarkable = suite.cases.iter().any(|figures| !remark(figures).is_empty());
    let mut columns = vec![left("Case")];
    columns.extend(known.iter().map(|(title, ..)| right(*title)));
    columns.extend(suite.repeats().then(|| right("Runs")));
    columns.extend(remarkable.then(|| left("Remark")));
    let row = |figures: &CaseFigures| {
        let mut row = vec![Cell::text(name(figures))];
        row.extend(known.iter().map(|(_, print, value)| number(value(&figures.case), *print)));
        let runs = figures.case.runs as f64;
        row.extend(suite.repeats().then(|| Cell::number(format::thousands(runs), runs)));
        row.extend(remarkable.then(|| Cell { exceeded: figures.case.failed > 0, ..Cell::text(remark(figures)) }));
        row
    };
    Table {
        id: "suite-cases".to_owned(),
        caption: "Cases".to_owned(),
        columns,
        rows: suite.cases.iter().map(row).collect(),
        row_headings: true,
    }
}

/// One figure of every case that has it.
pub(super) fn values(
    suite: &Suite,
    id: &str,
    caption: &str,
    title: &str,
    print: Print,
    value: fn(&Case) -> Option<f64>,
) -> Table {
    let known = suite.cases.iter().filter_map(|figures| Some((figures, value(&figures.case)?)));
    Table {
        id: id.to_owned(),
        caption: caption.to_owned(),
        columns: vec![left("Case"), right(title)],
        rows: known.map(|(figures, value)| vec![Cell::text(name(figures)), number(Some(value), print)]).collect(),
        row_headings: true,
    }
}

/// What is to be said of a case beside its figures.
fn remark(figures: &CaseFigures) -> String {
    let mut remarks = Vec::new();
    match figures.outcome {
        Outcome::Succeeded => {}
        Outcome::Failed => remarks.push(format!("failed{}", reasons(figures))),
        Outcome::PartlyFailed => {
            remarks.push(format!("{} of {} runs failed{}", figures.case.failed, figures.case.runs, reasons(figures)))
        }
    }
    remarks.extend(figures.far.map(|_| "outlier".to_owned()));
    remarks.join("; ")
}

/// Why it failed, where that is known: `: timeout`.
pub(super) fn reasons(figures: &CaseFigures) -> String {
    let known: Vec<String> =
        figures.case.failures.keys().map(|reason| clean(reason)).filter(|reason| !reason.is_empty()).collect();
    if known.is_empty() { String::new() } else { format!(": {}", known.join("; ")) }
}
