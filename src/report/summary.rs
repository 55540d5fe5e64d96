//! The compact summary that a README, a pull request or a job's page shows.

use super::compose::Composition;
use super::cover;
use super::figure::figure;
use super::markdown::{Inserts, parse};
use super::sections::{executive_summary, use_case_guidance};
use super::slug::Slugs;
use super::suite;
use super::{Block, Figure, Table};
use crate::analysis::capacity::Kind;
use crate::chart::{Chart, draw, kinds};
use crate::error::Result;
use crate::format;
use serde::Serialize;

/// Charts that may stand for a run, best first: the first that its data can carry is shown.
const CHARTS: [&str; 3] = ["throughput", "generation-speed", "ttft"];

#[derive(Serialize)]
struct View {
    title: String,
    model_facts: String,
    engine: Option<String>,
    hardware: Option<String>,
    date: Option<String>,
    requests: String,
    failed: Option<String>,
    findings: bool,
    capacity: bool,
    estimated: bool,
    open: bool,
    unmet: bool,
    caption: String,
    imprint: String,
    warnings: Option<String>,
}

/// Deployment, key findings, capacity limits, one chart and how it was made, as blocks.
///
/// Errors: a template that was replaced names what does not exist.
pub fn summarize(input: &Composition) -> Result<Vec<Block>> {
    if let Some(blocks) = suite::summarize(input)? {
        return Ok(blocks);
    }
    let config = input.config;
    let cover = cover::cover(input, Vec::new());
    let success = &input.analysis.findings.success;
    let findings = executive_summary::key_findings(input);
    let capacity = use_case_guidance::compact(input);
    let chart = CHARTS.iter().find_map(|id| kinds::build(id, input.analysis));
    let any = |kind: Kind| input.analysis.capacity.iter().any(|capacity| capacity.limit.kind == kind);
    let view = View {
        title: cover.title,
        model_facts: executive_summary::model_facts(input),
        engine: cover::engine(config),
        hardware: cover::hardware(config),
        date: cover.date_text,
        requests: format::counted(success.requests, "request", "requests"),
        failed: (success.failed > 0).then(|| format::thousands(success.failed as f64)),
        findings: !findings.rows.is_empty(),
        capacity: !capacity.rows.is_empty(),
        estimated: any(Kind::Estimated),
        open: any(Kind::Open),
        unmet: any(Kind::Unmet),
        caption: chart.as_ref().map(caption).unwrap_or_default(),
        imprint: cover.imprint,
        warnings: (!input.warnings.is_empty())
            .then(|| format::counted(input.warnings.len() as u64, "warning", "warnings")),
    };
    let view = tera::Context::from_serialize(&view).expect("a view is a struct of strings and flags");
    let mut inserts = Inserts::default();
    for table in [findings, capacity] {
        inserts.tables.insert(table.id.clone(), table);
    }
    if let Some(chart) = chart {
        let scene = draw(&chart, input.fonts);
        inserts.figures.insert("chart".to_owned(), Figure { scene, ..figure(chart, Table::default()) });
    }
    let markdown = input.templates.render("summary.md", &view)?;
    Ok(parse(&markdown, inserts, &mut Slugs::default(), &mut 0).blocks)
}

/// What each point of the chart is.
fn caption(chart: &Chart) -> String {
    format!("{}. Each point is one cell: all successful requests of one context and one load level.", chart.title)
}
