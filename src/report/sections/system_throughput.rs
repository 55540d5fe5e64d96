//! What the deployment produces in all.

use super::executive_summary::scenario_name;
use super::{Composition, Draft, LeftOut, average, because};
use crate::analysis::{At, Saturation};
use crate::context::Context;
use crate::format;
use crate::metric::MetricId;
use crate::record::Load;
use crate::report::figure::{context_cell, left, load_unit, pairs_table, right, sweep_table};
use crate::report::words::Spot;
use crate::report::{Cell, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    peak: Spot,
    tokens_per_hour: String,
    responses: Option<Responses>,
    pace: &'static str,
    peak_before_largest: Option<String>,
    beyond: Option<Beyond>,
    largest_load: Option<String>,
    middle: Option<Spot>,
    longest: Option<Spot>,
    falls: bool,
    several_cells: bool,
    rates: bool,
    saturated: Vec<Saturated>,
    /// Of generation speed: `mean`, and `from mean TPOT` where it is.
    average: &'static str,
    basis: Option<&'static str>,
    /// `concurrent requests`
    load_unit: &'static str,
}

#[derive(Serialize)]
pub(super) struct Saturated {
    offered: String,
    achieved: String,
    context: Option<String>,
    /// The largest rate below saturation.
    keeps_up: Option<String>,
}

#[derive(Serialize)]
struct Responses {
    count: String,
    tokens: String,
}

#[derive(Serialize)]
struct Beyond {
    spot: Spot,
    scenario: String,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    let findings = &analysis.findings;
    let Some(peak) = &findings.peak_throughput else {
        let why =
            because(input, "a throughput needs the time at which each request was submitted, which is not recorded");
        left_out.note("System throughput", why);
        return None;
    };
    let at_largest = &findings.throughput_at_largest_load;
    let longest = at_largest.last().filter(|at| !same_cell(at, peak));
    let middle =
        middle(at_largest).filter(|at| !same_cell(at, peak) && longest.is_none_or(|longest| !same_cell(at, longest)));
    let largest_here = analysis
        .sweep_cells()
        .filter(|cell| cell.cell.key.context == peak.context && cell.cell.throughput_tok_s.is_some())
        .map(|cell| cell.cell.key.load)
        .max();
    let rates = rates(input);
    let per_hour = peak.value * 3600.0;
    let tokens = peak_output_tokens(input, peak);
    let view = View {
        tokens_per_hour: format::large(per_hour),
        responses: tokens.map(|tokens| Responses {
            count: format::large(two_digits(per_hour / tokens)),
            tokens: format::thousands(tokens),
        }),
        pace: match per_hour {
            rate if rate >= 1e6 => "high",
            rate if rate >= 1e5 => "middle",
            _ => "low",
        },
        peak_before_largest: largest_here.filter(|largest| *largest > peak.load).map(format::load),
        beyond: findings
            .throughput_beyond_sweep
            .as_ref()
            .map(|at| Beyond { spot: Spot::new(at, format::throughput), scenario: scenario_name(input, &at.scenario) }),
        largest_load: at_largest.last().map(|at| format::load(at.load)),
        falls: falls(at_largest),
        middle: middle.map(|at| Spot::new(at, format::throughput)),
        longest: longest.map(|at| Spot::new(at, format::throughput)),
        peak: Spot::new(peak, format::throughput),
        several_cells: analysis.sweep_cells().count() > 1,
        rates: !rates.rows.is_empty(),
        average: average(input, MetricId::GenerationSpeed),
        basis: analysis.speed_basis,
        load_unit: load_unit(analysis),
        saturated: findings.saturation.iter().map(|saturation| saturated(input, saturation)).collect(),
    };
    let title = "System throughput (output tok/s)";
    let data =
        sweep_table(analysis, "throughput-data", title, |v| format::fixed(v, 1), |cell| cell.cell.throughput_tok_s);
    let pairs = pairs_table(
        analysis,
        "trade-off-data",
        ("System throughput (tok/s)", |v| format::fixed(v, 1), |_, cell| cell.cell.throughput_tok_s),
        (
            "Generation speed (tok/s per user)",
            |v| format::fixed(v, 1),
            |analysis, cell| analysis.central(&cell.cell, MetricId::GenerationSpeed),
        ),
    );
    let draft = Draft::new(&view).sweep_figure(input, "throughput", data).further_figure(input, "trade-off", pairs);
    Some(draft.table(rates))
}

/// Where the sweep goes past saturation, in words.
pub(super) fn saturated(input: &Composition, saturation: &Saturation) -> Saturated {
    let context = saturation.context.as_ref().filter(|_| input.analysis.sweep.contexts.len() > 1);
    Saturated {
        offered: format::load(Load::RequestRate(saturation.offered)),
        achieved: rate(saturation.achieved),
        context: context.map(Context::noun),
        keeps_up: saturation.keeps_up.map(|rate| format::load(Load::RequestRate(rate))),
    }
}

/// A measured rate, in requests per second.
pub(super) fn rate(rate: f64) -> String {
    format::fixed(rate, if rate < 10.0 { 2 } else { 1 })
}

/// Requests sent and completed per second, side by side; empty for a sweep of concurrencies.
pub(super) fn rates(input: &Composition) -> Table {
    let several = input.analysis.sweep.contexts.len() > 1;
    let mut rows = Vec::new();
    for figures in input.analysis.sweep_cells() {
        let cell = &figures.cell;
        let (Load::RequestRate(offered), Some(achieved)) = (cell.key.load, cell.achieved_rate) else { continue };
        let mut row = Vec::new();
        row.extend(several.then(|| context_cell(cell.key.context.as_ref())));
        row.push(Cell::number(format::shortest(offered), offered));
        row.push(Cell::number(rate(achieved), achieved));
        row.push(Cell::number(format::percent(achieved / offered), achieved / offered));
        rows.push(row);
    }
    let mut columns = Vec::new();
    columns.extend(several.then(|| left("Context")));
    columns.extend(["Sent (requests/s)", "Completed (requests/s)", "Completed / sent"].map(right));
    Table {
        id: "rates".to_owned(),
        caption: "Requests sent and completed per second".to_owned(),
        columns,
        rows,
        row_headings: true,
    }
}

/// Whether throughput at the largest load falls from the shortest context to the longest.
fn falls(at_largest: &[At]) -> bool {
    let (Some(shortest), Some(longest)) = (at_largest.first(), at_largest.last()) else { return false };
    shortest.context != longest.context && longest.value < shortest.value
}

/// Rounded to two significant digits: what an estimate can carry.
fn two_digits(value: f64) -> f64 {
    let mut unit = 1.0;
    while value / unit >= 100.0 {
        unit *= 10.0;
    }
    (value / unit).round() * unit
}

/// At 32K context, or at the middle one.
fn middle(at: &[At]) -> Option<&At> {
    let named = at.iter().find(|at| at.context.as_ref().is_some_and(|context| context.label == "32K"));
    named.or_else(|| at.get(at.len() / 2))
}

fn same_cell(a: &At, b: &At) -> bool {
    (&a.scenario, &a.context, a.load) == (&b.scenario, &b.context, b.load)
}

/// Output tokens of a request in the cell of the peak, to say what an hour of it amounts to.
fn peak_output_tokens(input: &Composition, peak: &At) -> Option<f64> {
    let configured = input.analysis.sweep.output_tokens.map(|tokens| tokens as f64);
    let cell = input.analysis.sweep_cell(peak.context.as_ref(), peak.load);
    configured.or_else(|| cell?.cell.mean_output_tokens).filter(|tokens| *tokens >= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::record::{Load, SWEEP};

    #[test]
    fn an_estimate_has_two_digits() {
        assert_eq!([2691.0, 12.4, 7.6, 995.0].map(two_digits), [2700.0, 12.0, 8.0, 1000.0]);
    }

    #[test]
    fn the_middle_context_is_32k_where_it_was_tested() {
        let at = |tokens| At {
            value: 1.0,
            scenario: SWEEP.to_owned(),
            context: Some(Context::nominal(tokens)),
            load: Load::Concurrency(1),
        };
        let label = |tokens: &[u64]| {
            let all: Vec<_> = tokens.iter().map(|tokens| at(*tokens)).collect();
            middle(&all).and_then(|at| at.context.clone()).map(|context| context.noun())
        };
        assert_eq!(label(&[1024, 32768, 65536, 131_072]).as_deref(), Some("32K context"));
        assert_eq!(label(&[1024, 2048, 4096]).as_deref(), Some("2K context"));
        assert_eq!(label(&[]), None);
    }
}
