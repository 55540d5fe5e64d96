//! The request rates of a run that was also tested with numbers of requests in flight.

use super::capacity_analysis::{self, UseCase};
use super::system_throughput::{self, Saturated};
use super::{Composition, Draft, LeftOut, average, use_case_guidance};
use crate::analysis::saturation::largest_keeps_up;
use crate::analysis::{Analysis, At};
use crate::context::Context;
use crate::format;
use crate::metric::MetricId;
use crate::record::Load;
use crate::report::Table;
use crate::report::figure::sweep_table;
use crate::report::words::{Print, Spot};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    /// The rates that were swept; none where only use cases were tested with both kinds of load.
    rates: Option<String>,
    requests: Option<String>,
    failed: Option<String>,
    peak: Option<Spot>,
    ttft: Option<Spot>,
    slowest: Option<Spot>,
    has_rates_table: bool,
    saturated: Vec<Saturated>,
    keeps_up: Vec<KeepsUp>,
    average_ttft: &'static str,
    average_speed: &'static str,
    basis: Option<&'static str>,
    use_cases: Vec<UseCase>,
    own_rule: bool,
    estimated: bool,
}

/// The largest rate of a context, where the deployment keeps up with it.
#[derive(Serialize)]
struct KeepsUp {
    rate: String,
    context: Option<String>,
}

pub(super) fn draft(input: &Composition, _: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis.request_rates.as_deref()?;
    let swept = input.analysis.swept_request_rates();
    let rates = &Composition { analysis, ..*input };
    let findings = &analysis.findings;
    let spot = |at: &Option<At>, print: Print| at.as_ref().filter(|_| swept.is_some()).map(|at| Spot::new(at, print));
    let table = if swept.is_some() { system_throughput::rates(rates) } else { Table::default() };
    let success = &findings.success;
    let view = View {
        rates: swept.map(|swept| format::loads(&swept.sweep.loads)),
        requests: (success.requests > 0).then(|| format::counted(success.requests, "request", "requests")),
        failed: (success.failed > 0).then(|| format::thousands(success.failed as f64)),
        peak: spot(&findings.peak_throughput, format::throughput),
        ttft: spot(&findings.ttft_highest, format::latency),
        slowest: spot(&findings.slowest_generation, format::throughput),
        has_rates_table: !table.rows.is_empty(),
        saturated: swept
            .iter()
            .flat_map(|swept| &swept.findings.saturation)
            .map(|saturation| system_throughput::saturated(rates, saturation))
            .collect(),
        keeps_up: swept.map(keeps_up).unwrap_or_default(),
        average_ttft: average(rates, MetricId::Ttft),
        average_speed: average(rates, MetricId::GenerationSpeed),
        basis: analysis.speed_basis,
        use_cases: capacity_analysis::use_cases(rates, true),
        own_rule: input.config.capacity.rule == crate::config::Rule::Within,
        estimated: analysis.capacity.iter().flat_map(|capacity| &capacity.columns).any(|column| column.estimated),
    };
    let limits = Table {
        id: "rate-limits".to_owned(),
        caption: "Use cases and their limits in requests per second".to_owned(),
        ..use_case_guidance::table(rates)
    };
    let mut draft = capacity_analysis::with_levels(Draft::new(&view).table(table).table(limits), rates, "rates-");
    if swept.is_some() {
        for (id, data) in figures(analysis) {
            draft = draft.sweep_figure(input, id, data);
        }
    }
    Some(draft)
}

/// The charts over the request rate, each with its numbers.
fn figures(analysis: &Analysis) -> [(&'static str, Table); 3] {
    let one_decimal: Print = |value| format::fixed(value, 1);
    let table = |id: &str, title: &str, print, value: fn(&Analysis, &crate::analysis::CellFigures) -> Option<f64>| {
        sweep_table(analysis, id, title, print, |figures| value(analysis, figures))
    };
    [
        (
            "rates-throughput",
            table("rates-throughput-data", "System throughput (output tok/s)", one_decimal, |_, figures| {
                figures.cell.throughput_tok_s
            }),
        ),
        (
            "rates-ttft",
            table("rates-ttft-data", "Time to first token", format::latency, |analysis, figures| {
                analysis.central(&figures.cell, MetricId::Ttft)
            }),
        ),
        (
            "rates-generation-speed",
            table(
                "rates-generation-speed-data",
                "Generation speed (tok/s per user)",
                one_decimal,
                |analysis, figures| analysis.central(&figures.cell, MetricId::GenerationSpeed),
            ),
        ),
    ]
}

/// Contexts whose largest rate the deployment keeps up with.
fn keeps_up(rates: &Analysis) -> Vec<KeepsUp> {
    let cells: Vec<_> = rates.sweep_cells().collect();
    let contexts = &rates.sweep.contexts;
    let largest = |context: &Context| -> Option<Load> {
        let here = cells.iter().filter(|figures| figures.cell.key.context.as_ref() == Some(context));
        here.map(|figures| figures.cell.key.load).max()
    };
    contexts
        .iter()
        .filter(|context| largest_keeps_up(&cells, context))
        .filter_map(|context| {
            let context_name = (contexts.len() > 1).then(|| context.noun());
            Some(KeepsUp { rate: format::load(largest(context)?), context: context_name })
        })
        .collect()
}
