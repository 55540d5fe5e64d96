//! One file per section: what it needs of the numbers, as a view for its template.

mod capacity_analysis;
pub(super) mod contact;
pub(super) mod executive_summary;
mod generation_speed;
pub(super) mod method;
mod percentiles;
mod power_and_cost;
mod request_rates;
mod system_throughput;
mod technical_analysis;
mod time_to_first_token;
pub(super) mod use_case_guidance;

use super::compose::Composition;
use super::markdown::Inserts;
use super::words::{Print, Spot, single};
use super::{Table, figure, reference};
use crate::analysis::Span;
use crate::chart::{Chart, kinds};
use crate::format;
use crate::metric::MetricId;
use serde::Serialize;

/// A section of the report.
pub struct Entry {
    /// Stable id; its template is `{id}.md`.
    pub id: &'static str,
    /// What it needs; none where it has nothing to say. What is missing, and why, is noted for the method section.
    pub draft: fn(&Composition, &mut LeftOut) -> Option<Draft>,
}

/// What the report leaves out and why.
#[derive(Debug, Default)]
pub struct LeftOut {
    /// Each reason once, with all that is left out for it.
    reasons: Vec<(String, Vec<String>)>,
}

impl LeftOut {
    /// Notes that something is missing, and why.
    pub(super) fn note(&mut self, what: &str, why: impl std::fmt::Display) {
        let why = why.to_string();
        match self.reasons.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, all)) => all.push(what.to_owned()),
            None => self.reasons.push((why, vec![what.to_owned()])),
        }
    }

    /// Each reason with all that is left out for it, in the order in which they were noted.
    pub fn into_reasons(self) -> Vec<(String, Vec<String>)> {
        self.reasons
    }

    /// A line for each reason, as the method section lists them.
    fn lines(&self) -> Vec<String> {
        self.reasons.iter().map(|(why, all)| format!("{}: {why}", format::list(all))).collect()
    }
}

/// Every section in reading order. The method section stands behind all that may be left out.
pub static SECTIONS: &[Entry] = &[
    Entry { id: "executive-summary", draft: executive_summary::draft },
    Entry { id: "use-case-guidance", draft: use_case_guidance::draft },
    Entry { id: "system-throughput", draft: system_throughput::draft },
    Entry { id: "per-user-generation-speed", draft: generation_speed::draft },
    Entry { id: "time-to-first-token", draft: time_to_first_token::draft },
    Entry { id: "capacity-analysis", draft: capacity_analysis::draft },
    Entry { id: "request-rates", draft: request_rates::draft },
    Entry { id: "technical-analysis", draft: technical_analysis::draft },
    Entry { id: "power-and-cost", draft: power_and_cost::draft },
    Entry { id: "percentiles", draft: percentiles::draft },
    Entry { id: "method", draft: method::draft },
    Entry { id: "contact", draft: contact::draft },
];

/// What a template is filled with.
pub struct Draft {
    /// Its variables.
    pub view: tera::Context,
    /// Its tables and figures.
    pub inserts: Inserts,
}

impl Draft {
    /// A draft from a struct whose fields are the template's variables.
    pub(in crate::report) fn new(view: &impl Serialize) -> Self {
        let view = tera::Context::from_serialize(view).expect("a view is a struct of strings, numbers and lists");
        Self { view, inserts: Inserts::default() }
    }

    /// The same with a table for `<!-- gm:table {id} -->`, unless it is empty.
    pub(in crate::report) fn table(mut self, table: Table) -> Self {
        if !table.rows.is_empty() {
            self.inserts.tables.insert(table.id.clone(), table);
        }
        self
    }

    /// The same with a chart of the sweep for `<!-- gm:figure {id} -->`.
    fn sweep_figure(self, input: &Composition, id: &str, data: Table) -> Self {
        let chart = chart(input, id);
        let data = reference::with_lines(data, chart.as_ref());
        self.figure(id, chart, data)
    }

    /// The same with a chart that shows numbers of other figures anew: where it cannot be drawn, nothing is missing.
    pub(in crate::report) fn further_figure(self, input: &Composition, id: &str, data: Table) -> Self {
        let chart = chart(input, id);
        let data = if chart.is_some() { reference::with_lines(data, chart.as_ref()) } else { Table::default() };
        self.figure(id, chart, data)
    }

    /// The same with a figure for `<!-- gm:figure {name} -->`. Without a chart its numbers stand there as a table,
    /// where there are several. The template learns whether there is a chart (`chart_ttft`), and whether bands show how
    /// well its means are known (`bands_ttft`).
    pub(in crate::report) fn figure(mut self, name: &str, chart: Option<Chart>, data: Table) -> Self {
        let variable = name.replace('-', "_");
        let has_bands = chart.iter().flat_map(|chart| &chart.series).any(|series| series.band.len() > 1);
        self.view.insert(format!("chart_{variable}"), &chart.is_some());
        self.view.insert(format!("bands_{variable}"), &has_bands);
        match chart {
            Some(chart) => {
                self.inserts.figures.insert(name.to_owned(), reference::told(figure::figure(chart, data)));
            }
            None if data.rows.len() > 1 => {
                self.inserts.tables.insert(name.to_owned(), data);
            }
            None => {}
        }
        self
    }
}

/// A chart of the sweep, with the lines of a reference where there is one.
fn chart(input: &Composition, id: &str) -> Option<Chart> {
    let chart = kinds::build(id, input.analysis)?;
    Some(match &input.reference {
        Some(reference) => kinds::with_reference(chart, id, reference.run.analysis, &reference.name),
        None => chart,
    })
}

/// What the middle of a metric is called in this run: `mean` or `median`.
fn average(input: &Composition, id: MetricId) -> &'static str {
    input.analysis.central[id as usize].name(id.metric().better)
}

/// Whether no request of the run succeeded.
fn all_failed(input: &Composition) -> bool {
    let success = &input.analysis.findings.success;
    success.requests > 0 && success.failed == success.requests
}

/// Whether the run has a sweep.
fn has_sweep(input: &Composition) -> bool {
    input.analysis.sweep_cells().next().is_some()
}

/// Why a section about the sweep has nothing to say, where the reason is not the metric itself.
fn because(input: &Composition, otherwise: &str) -> String {
    if all_failed(input) {
        "no request succeeded".to_owned()
    } else if !has_sweep(input) {
        "the run has no sweep over contexts and load levels".to_owned()
    } else if is_of_engine_alone(input) {
        "the engine measured itself, and no request was sent".to_owned()
    } else {
        otherwise.to_owned()
    }
}

/// Whether all that was measured is the engine's work without any request, as `llama-bench` does.
fn is_of_engine_alone(input: &Composition) -> bool {
    input.analysis.cells.iter().all(|figures| without_requests(&figures.cell))
}

/// Whether a cell's speed was measured without any request.
fn without_requests(cell: &crate::cell::Cell) -> bool {
    let measured = |id| cell.metric(id).is_measured();
    let speed = measured(MetricId::GenerationSpeed) || measured(MetricId::PrefillSpeed);
    speed && !measured(MetricId::E2e) && !measured(MetricId::Ttft) && cell.requests.is_none()
}

/// Whether a speed follows from a tool's means of E2E, TTFT and output tokens.
fn follows_from_means(cells: &[crate::analysis::CellFigures]) -> bool {
    cells.iter().any(|figures| figures.cell.metric(MetricId::GenerationSpeed).origin == crate::cell::Origin::Means)
}

/// How many cells of the sweep have a metric.
fn measured_cells(input: &Composition, id: MetricId) -> usize {
    input.analysis.sweep_cells().filter(|cell| input.analysis.central(&cell.cell, id).is_some()).count()
}

/// Levels of the sweep at which a metric is not known although others have it, in words; none where every level has it, and
/// where there are several contexts, whose gaps the figure's numbers show.
fn unknown_at(input: &Composition, id: MetricId) -> Option<String> {
    let analysis = input.analysis;
    let unknown: Vec<_> = analysis
        .sweep_cells()
        .filter(|cell| analysis.central(&cell.cell, id).is_none())
        .map(|cell| cell.cell.key.load)
        .collect();
    (analysis.sweep.contexts.len() <= 1 && !unknown.is_empty()).then(|| format::loads(&unknown))
}

/// A metric from the shortest to the longest context, in words.
#[derive(Serialize)]
struct SpanView {
    /// `For a single request`, or `At` the level that stands in for it.
    name: String,
    /// Whether concurrency 1 was not run, so that another level stands in; and whether that is a rate.
    stands_in: bool,
    rate: bool,
    /// Whether it is the only level of the sweep.
    only: bool,
    shortest: Spot,
    longest: Spot,
    /// Whether there is one context only.
    same: bool,
    /// `rises`, `falls` or `stays`, as printed.
    trend: &'static str,
}

fn span(input: &Composition, span: Option<&Span>, print: Print) -> Option<SpanView> {
    let span = span?;
    let load = input.analysis.findings.single_load.unwrap_or(span.shortest.load);
    let (first, last) = (span.shortest.value, span.longest.value);
    Some(SpanView {
        name: single(load),
        stands_in: load != crate::record::Load::Concurrency(1),
        rate: !load.is_concurrency(),
        only: input.analysis.sweep.loads.len() == 1,
        same: span.shortest.context == span.longest.context,
        trend: match (print(first) == print(last), last > first) {
            (true, _) => "stays",
            (_, true) => "rises",
            (_, false) => "falls",
        },
        shortest: Spot::new(&span.shortest, print),
        longest: Spot::new(&span.longest, print),
    })
}

#[cfg(test)]
mod tests {
    use super::SECTIONS;
    use crate::config::SECTION_IDS;

    #[test]
    fn a_configuration_can_name_every_section() {
        let known: Vec<_> = SECTION_IDS.into_iter().filter(|id| !id.starts_with("suite-")).collect();
        assert_eq!(SECTIONS.iter().map(|section| section.id).collect::<Vec<_>>(), known);
    }
}
