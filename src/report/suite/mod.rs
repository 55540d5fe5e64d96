//! The report on a prompt suite: its sections, and what they print alike.

mod cases;
mod compact;
mod information;
mod overview;
mod responses;

pub use compact::summarize;

use super::compose::Composition;
use super::sections::{self, Entry};
use super::templates::clean;
use super::words::{Band, Scale};
use super::{Cell, Highlight, Table};
use crate::analysis::suite::{CaseFigures, Suite};
use crate::format;
use crate::metric::Better;

/// Every section in reading order.
pub static SECTIONS: &[Entry] = &[
    Entry { id: "suite-summary", draft: overview::draft },
    Entry { id: "suite-test", draft: information::draft },
    Entry { id: "suite-cases", draft: cases::draft },
    Entry { id: "suite-responses", draft: responses::draft },
    Entry { id: "method", draft: sections::method::draft },
    Entry { id: "contact", draft: sections::contact::draft },
];

/// How the average speed of a suite is rated, tok/s.
pub static RATING: Scale =
    Scale::new(&[(50.0, "excellent"), (25.0, "good"), (15.0, "average")], "poor", Better::Higher);

/// The rating of an average speed, decided on the unrounded value.
pub fn rating(tok_s: f64) -> Band {
    RATING.band(tok_s, format::throughput)
}

/// A case's name as it may stand anywhere.
fn name(figures: &CaseFigures) -> String {
    Some(clean(&figures.case.name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

/// Tokens, which may be a mean: `1,024`, `1,024.5`.
fn tokens(tokens: f64) -> String {
    if tokens.fract() == 0.0 { format::thousands(tokens) } else { format::fixed(tokens, 1) }
}

/// The speed of a case that is printed as a number alone.
fn speed(tok_s: f64) -> String {
    format::fixed(tok_s, 1)
}

/// How many of the cases succeeded: `9 of 10`.
fn succeeded(suite: &Suite) -> String {
    format!("{} of {}", suite.succeeded, suite.cases.len())
}

/// The names of the cases that lie far off the rest.
fn far_names(suite: &Suite) -> String {
    names(suite.far())
}

/// The names of some cases; of many the first ones, and how many more.
fn names<'s>(cases: impl Iterator<Item = &'s CaseFigures>) -> String {
    const NAMED: usize = 6;
    let mut names: Vec<String> = cases.map(name).collect();
    if names.len() > NAMED {
        let more = names.split_off(NAMED - 1).len();
        names.push(format!("{more} more"));
    }
    format::list(&names)
}

/// The summary of a suite; a row without a value is left out.
fn summary_table(suite: &Suite) -> Table {
    let mut table = Table {
        id: "suite-summary".to_owned(),
        caption: "Summary".to_owned(),
        columns: vec![super::figure::left("Figure"), super::figure::right("Value"), super::figure::left("What it is")],
        rows: Vec::new(),
        row_headings: true,
    };
    let mut row = |title: &str, value: Option<Cell>, about: String| {
        if let Some(value) = value {
            table.rows.push(vec![Cell::text(title), value, Cell::text(about)]);
        }
    };
    let speeds = suite.speeds.as_ref();
    let throughput = |value: f64| Cell::number(format::throughput(value), value);
    let kept = if suite.repeats() { "cases of which every run succeeded" } else { "cases that were answered" };
    row("Successful cases", Some(Cell::number(succeeded(suite), suite.succeeded as f64)), kept.to_owned());
    row("Average speed", speeds.map(|speeds| throughput(speeds.mean)), "mean of the cases’ speeds".to_owned());
    let without = speeds.and_then(|speeds| speeds.mean_without_far);
    row("Average speed, outliers left out", without.map(throughput), format!("the same without {}", far_names(suite)));
    row(
        "Total time",
        suite.total_time_s.map(|time| Cell::number(format::seconds_2(time), time)),
        "sum of the cases’ times".to_owned(),
    );
    row(
        "Completion tokens",
        suite.total_output_tokens.map(|sum| Cell::number(tokens(sum), sum)),
        "sum over the cases".to_owned(),
    );
    row("Overall speed", suite.overall_tok_s.map(throughput), "completion tokens / total time".to_owned());
    table
}

/// What stands out on the cover.
pub fn highlights(suite: &Suite) -> Vec<Highlight> {
    let mut out = Vec::new();
    if let Some(speeds) = &suite.speeds {
        out.push(Highlight {
            value: format::fixed(speeds.mean, 1),
            label: "tok/s average speed".to_owned(),
            condition: format!("{}, mean of {}", rating(speeds.mean).word, format::counted(speeds.n, "case", "cases")),
        });
    }
    out.push(Highlight {
        value: format!("{}/{}", suite.succeeded, suite.cases.len()),
        label: if suite.cases.len() == 1 { "case succeeded" } else { "cases succeeded" }.to_owned(),
        condition: if suite.repeats() {
            format!("in {}", format::counted(suite.runs, "run", "runs"))
        } else {
            "each sent alone".to_owned()
        },
    });
    if let Some((time, sum)) = suite.total_time_s.zip(suite.total_output_tokens) {
        out.push(Highlight {
            value: format::fixed(time, 2),
            label: "s in all".to_owned(),
            condition: format!("for {} completion tokens", tokens(sum)),
        });
    }
    out
}

/// The suite of a report on one.
fn suite_of<'c>(input: &'c Composition) -> Option<&'c Suite> {
    input.analysis.suite.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SECTION_IDS;

    #[test]
    fn a_configuration_can_name_every_section() {
        assert!(SECTIONS.iter().all(|section| SECTION_IDS.contains(&section.id)));
    }

    #[test]
    fn a_rating_is_decided_on_the_unrounded_average() {
        let rated = |value| rating(value).word;
        assert_eq!(
            [50.0, 49.96, 25.0, 24.99, 15.0, 14.96].map(rated),
            ["excellent", "good", "good", "average", "average", "poor"]
        );
        assert_eq!(rating(49.96).edge.as_deref(), Some("50.0 tok/s"), "prints as 50.0 and is not excellent");
    }
}
