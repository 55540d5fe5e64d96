//! The compact summary of a suite, for a README, a pull request or a job's page.

use super::{rating, suite_of, summary_table};
use crate::chart::{draw, kinds};
use crate::error::Result;
use crate::format;
use crate::report::figure::figure;
use crate::report::markdown::{Inserts, parse};
use crate::report::sections::executive_summary::model_facts;
use crate::report::slug::Slugs;
use crate::report::{Block, Composition, Figure, Table, cover};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    title: String,
    model_facts: String,
    engine: Option<String>,
    hardware: Option<String>,
    date: Option<String>,
    failed: Option<String>,
    repeats: bool,
    rating: Option<&'static str>,
    caption: String,
    imprint: String,
    warnings: Option<String>,
}

/// Deployment, figures, one chart and how it was made, as blocks; none where the run is no suite.
///
/// Errors: a template that was replaced names what does not exist.
pub fn summarize(input: &Composition) -> Result<Option<Vec<Block>>> {
    let Some(suite) = suite_of(input) else { return Ok(None) };
    let cover = cover::cover(input, Vec::new());
    let chart = kinds::build("case-speed", input.analysis);
    let failed = suite.cases.len() as u64 - suite.succeeded;
    let view = View {
        title: cover.title,
        model_facts: model_facts(input),
        engine: cover::engine(input.config),
        hardware: cover::hardware(input.config),
        date: cover.date_text,
        failed: (failed > 0)
            .then(|| format!("{failed} of {}", format::counted(suite.cases.len() as u64, "case", "cases"))),
        repeats: suite.repeats(),
        rating: suite.speeds.as_ref().map(|speeds| rating(speeds.mean).word),
        caption: chart.as_ref().map(|chart| chart.title.clone()).unwrap_or_default(),
        imprint: cover.imprint,
        warnings: (!input.warnings.is_empty())
            .then(|| format::counted(input.warnings.len() as u64, "warning", "warnings")),
    };
    let view = tera::Context::from_serialize(&view).expect("a view is a struct of strings and flags");
    let mut inserts = Inserts::default();
    let table = summary_table(suite);
    inserts.tables.insert(table.id.clone(), table);
    if let Some(chart) = chart {
        let scene = draw(&chart, input.fonts);
        inserts.figures.insert("chart".to_owned(), Figure { scene, ..figure(chart, Table::default()) });
    }
    let markdown = input.templates.render("suite-compact.md", &view)?;
    Ok(Some(parse(&markdown, inserts, &mut Slugs::default(), &mut 0).blocks))
}
