//! Why it is so: queue, prefill, inter-token latency and scaling.

use super::{Composition, Draft, LeftOut, average, because};
use crate::analysis::{At, PrefillSource};
use crate::format;
use crate::metric::MetricId;
use crate::record::Load;
use crate::report::figure::{context_cell, left, load_cell, load_title, number, right, short, sweep_table};
use crate::report::words::{self, Band, Print, Spot};
use crate::report::{Cell, Table};
use serde::Serialize;
use std::cmp::Ordering;

#[derive(Serialize)]
struct View {
    queue: Option<Queue>,
    prefill: Option<Prefill>,
    itl: Option<Itl>,
    scaling: Option<Scaling>,
}

#[derive(Serialize)]
struct Queue {
    average: &'static str,
    longest: Spot,
    one_cell: bool,
    negligible: bool,
}

#[derive(Serialize)]
struct Prefill {
    average: &'static str,
    /// Whether no request was sent.
    engine_alone: bool,
    from_ttft: bool,
    /// Whether prompts are known to have been read in full.
    uncached: bool,
    highest: Spot,
    falls_with_load: bool,
    /// `rises and falls`, `rises`, `falls` or `flat`: over the contexts at the lowest load.
    shape: &'static str,
    longest: Option<Spot>,
}

#[derive(Serialize)]
struct Itl {
    average: &'static str,
    per_chunk: bool,
    tokens_per_chunk: Option<String>,
    single: Option<Spot>,
    single_name: String,
    single_stands_in: bool,
    single_tpot: Option<String>,
    highest: Spot,
    highest_tpot: Option<String>,
    band: Band,
    one_cell: bool,
}

#[derive(Serialize)]
struct Scaling {
    to: String,
    several: bool,
    /// Whether all contexts print alike.
    same: bool,
    best: Spot,
    worst: Spot,
    above_one: bool,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let view = View {
        queue: queue(input, left_out),
        prefill: prefill(input, left_out),
        itl: itl(input, left_out),
        scaling: scaling(input, left_out),
    };
    if view.queue.is_none() && view.prefill.is_none() && view.itl.is_none() && view.scaling.is_none() {
        return None;
    }
    let analysis = input.analysis;
    let gaps = if analysis.findings.itl_is_per_chunk { "Time between chunks" } else { "Inter-token latency" };
    let grid = |id: &str, title: &str, print: Print, metric: MetricId| {
        sweep_table(analysis, id, title, print, |cell| analysis.central(&cell.cell, metric))
    };
    let prefill = sweep_table(analysis, "prefill-data", "Prefill speed (tok/s)", format::thousands, |cell| {
        analysis.prefill_speed(&cell.cell)
    });
    let efficiency =
        sweep_table(analysis, "scaling-data", "Scaling efficiency", format::percent, |cell| cell.scaling_efficiency);
    let draft = Draft::new(&view)
        .sweep_figure(input, "queue-wait", grid("queue-data", "Queue wait", format::latency, MetricId::Queue))
        .sweep_figure(input, "prefill-speed", prefill)
        .sweep_figure(input, "inter-token-latency", grid("itl-data", gaps, format::milliseconds, MetricId::Itl))
        .sweep_figure(input, "scaling-efficiency", efficiency)
        .table(peaks_table(input))
        .table(efficiency_table(input));
    Some(draft)
}

fn queue(input: &Composition, left_out: &mut LeftOut) -> Option<Queue> {
    let Some(longest) = &input.analysis.findings.longest_queue else {
        left_out.note("Queue wait", because(input, "the engine's queue times are not recorded"));
        return None;
    };
    Some(Queue {
        average: average(input, MetricId::Queue),
        longest: Spot::new(longest, format::latency),
        one_cell: super::measured_cells(input, MetricId::Queue) == 1,
        negligible: longest.value < 0.1,
    })
}

fn prefill(input: &Composition, left_out: &mut LeftOut) -> Option<Prefill> {
    let peaks = &input.analysis.findings.prefill_peaks;
    let source = input.analysis.prefill_source;
    let (Some(first), Some(source)) = (peaks.first(), source) else {
        let why = because(
            input,
            "neither the engine's prefill times nor both input tokens and TTFT of single requests are recorded",
        );
        left_out.note("Prefill speed", why);
        return None;
    };
    let highest = peaks.iter().map(|peak| &peak.peak).reduce(|a, b| if b.value > a.value { b } else { a })?;
    let metric = source.metric();
    let contexts: Vec<_> = input
        .analysis
        .sweep_cells()
        .filter(|cell| cell.cell.key.load == first.peak.load && input.analysis.central(&cell.cell, metric).is_some())
        .map(|cell| cell.cell.key.context.clone())
        .collect();
    let shape = match (
        contexts.len(),
        contexts.first() == Some(&first.peak.context),
        contexts.last() == Some(&first.peak.context),
    ) {
        (0 | 1, ..) => "flat",
        (_, true, _) => "falls",
        (_, _, true) => "rises",
        _ => "rises and falls",
    };
    Some(Prefill {
        engine_alone: super::is_of_engine_alone(input),
        average: average(input, metric),
        from_ttft: source == PrefillSource::Ttft,
        uncached: input.config.test.prompt_caching == Some(false),
        highest: Spot::new(highest, format::prefill_speed),
        falls_with_load: peaks.last().is_some_and(|last| last.peak.value < first.peak.value),
        longest: (shape != "flat" && shape != "rises").then(|| Spot::new(&first.longest, format::prefill_speed)),
        shape,
    })
}

fn peaks_table(input: &Composition) -> Table {
    let peaks = &input.analysis.findings.prefill_peaks;
    let several_contexts = peaks.iter().any(|peak| peak.peak.context != peak.longest.context);
    let source =
        if input.analysis.prefill_source == Some(PrefillSource::Ttft) { " (from TTFT, queue included)" } else { "" };
    let mut columns = vec![
        left(load_title(peaks.iter().map(|peak| peak.peak.load))),
        right(format!("Peak prefill speed{source}")),
        right("At context"),
    ];
    columns.extend(several_contexts.then(|| right("At the longest context")));
    let rows = peaks
        .iter()
        .map(|peak| {
            let mut row = vec![
                load_cell(peak.peak.load),
                number(Some(peak.peak.value), format::prefill_speed),
                context_cell(peak.peak.context.as_ref()),
            ];
            row.extend(several_contexts.then(|| number(Some(peak.longest.value), format::prefill_speed)));
            row
        })
        .collect();
    Table {
        id: "prefill-peaks".to_owned(),
        caption: format!("Highest prefill speed per load level{source}"),
        columns,
        rows,
        row_headings: true,
    }
}

fn itl(input: &Composition, left_out: &mut LeftOut) -> Option<Itl> {
    let findings = &input.analysis.findings;
    let Some(highest) = &findings.itl_highest else {
        left_out.note("Inter-token latency", because(input, "no gaps between streamed chunks are recorded"));
        return None;
    };
    let tpot = |at: &At| {
        let cell = input.analysis.sweep_cell(at.context.as_ref(), at.load)?;
        input.analysis.central(&cell.cell, MetricId::Tpot).map(format::milliseconds)
    };
    let per_chunk = findings.itl_is_per_chunk;
    let single = findings.itl_single.as_ref();
    Some(Itl {
        average: average(input, MetricId::Itl),
        per_chunk,
        tokens_per_chunk: findings.tokens_per_chunk.map(|n| format::fixed(n, 1)),
        single: single.map(|at| Spot::new(at, format::milliseconds)),
        single_stands_in: findings.single_load != Some(Load::Concurrency(1)),
        single_name: findings.single_load.map(words::single).unwrap_or_default(),
        single_tpot: single.filter(|_| per_chunk).and_then(tpot),
        highest: Spot::new(highest, format::milliseconds),
        highest_tpot: Some(highest).filter(|_| per_chunk).and_then(tpot),
        band: words::ITL.band(highest.value, format::milliseconds),
        one_cell: super::measured_cells(input, MetricId::Itl) == 1,
    })
}

/// Whether throughput is known at two levels of load or more: with one, each context's efficiency is 1 by definition, which
/// says nothing.
pub(super) fn scales(input: &Composition) -> bool {
    let from = input.analysis.sweep.loads.first().copied();
    input.analysis.findings.efficiency_at_largest_load.first().is_some_and(|at| Some(at.load) != from)
}

fn scaling(input: &Composition, left_out: &mut LeftOut) -> Option<Scaling> {
    let findings = &input.analysis.findings;
    let efficiency = &findings.efficiency_at_largest_load;
    let Some(largest) = efficiency.first().filter(|_| scales(input)) else {
        left_out.note("Scaling efficiency", because(input, "it needs the throughput at two concurrencies or more"));
        return None;
    };
    let pick = |order: Ordering| {
        efficiency.iter().reduce(|a, b| if b.value.total_cmp(&a.value) == order { b } else { a }).unwrap_or(largest)
    };
    let (best, worst) = (pick(Ordering::Greater), pick(Ordering::Less));
    Some(Scaling {
        to: format::load(largest.load),
        several: efficiency.len() > 1,
        above_one: best.value > 1.0,
        same: format::percent(best.value) == format::percent(worst.value),
        best: Spot::new(best, format::percent),
        worst: Spot::new(worst, format::percent),
    })
}

fn efficiency_table(input: &Composition) -> Table {
    let efficiency = &input.analysis.findings.efficiency_at_largest_load;
    let head = efficiency.first().map(|at| format!("Efficiency @ {}", short(at.load))).unwrap_or_default();
    let rows: Vec<Vec<Cell>> = efficiency
        .iter()
        .map(|at| vec![context_cell(at.context.as_ref()), number(Some(at.value), format::percent)])
        .collect();
    Table {
        id: "efficiency".to_owned(),
        caption: "Scaling efficiency at the largest load level".to_owned(),
        columns: vec![left("Context"), right(head)],
        rows: if rows.len() > 1 { rows } else { Vec::new() },
        row_headings: true,
    }
}
