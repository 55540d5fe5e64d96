//! What was tested, and what came out.

use super::{Composition, Draft, LeftOut, average};
use crate::analysis::capacity::{Capacity, Kind};
use crate::analysis::{Findings, Span};
use crate::context::Context;
use crate::format;
use crate::metric::MetricId;
use crate::record::{Load, SWEEP};
use crate::report::cover;
use crate::report::figure::{left, right};
use crate::report::markdown::is_safe;
use crate::report::reference::in_brackets;
use crate::report::templates::{capital, clean};
use crate::report::words::{self, Print};
use crate::report::{Cell, Inline, Table};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View {
    model: Option<String>,
    model_facts: String,
    engine: Option<String>,
    hardware: Option<String>,
    vram: Option<String>,
    requests: String,
    has_requests: bool,
    /// Successes, where no source counts its failures.
    completed: Option<String>,
    /// Whether no request succeeded, so that there is no load to explain.
    nothing: bool,
    warmup: Option<String>,
    sweep: Option<Sweep>,
    /// Whether the engine measured itself, one sequence at a time, and no request was sent.
    engine_alone: bool,
    /// Levels of the sweep's context grid under the other kind of load.
    other_loads: Option<String>,
    /// Whether a section of its own shows them.
    rates_section: bool,
    own_scenarios: Option<String>,
    repeats: Option<u64>,
    caching: Option<bool>,
    speculative_decoding: Option<String>,
    speculation_off: bool,
    kv_cache: Option<String>,
    notes: Option<String>,
    failed: Option<Failed>,
    findings: bool,
    reference: Option<Other>,
    rates: bool,
    concurrencies: bool,
}

#[derive(Serialize)]
struct Sweep {
    contexts: Option<String>,
    loads: String,
    output_tokens: Option<String>,
    /// The mean of what came, where that is not what was asked for.
    came: Option<String>,
}

/// Another run that stands beside this one.
#[derive(Serialize)]
struct Other {
    name: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct Failed {
    requests: String,
    of: String,
    one: bool,
    all: bool,
    only_reason: Option<String>,
    several_reasons: bool,
}

pub(super) fn draft(input: &Composition, _: &mut LeftOut) -> Option<Draft> {
    let config = input.config;
    let analysis = input.analysis;
    let success = &analysis.findings.success;
    let reasons = reasons(input);
    let findings = key_findings(input);
    let findings = match &input.reference {
        Some(reference) => in_brackets(findings, &key_findings(&reference.run)),
        None => findings,
    };
    let speculation = config.test.speculative_decoding.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let speculation_off = speculation.is_some_and(|name| name.eq_ignore_ascii_case("none"));
    let runs = analysis.cells.iter().map(|figures| figures.cell.runs).max().unwrap_or(1);
    let completed: u64 = analysis.cells.iter().filter_map(|figures| figures.cell.successes()).sum();
    let loads = || analysis.cells.iter().map(|figures| figures.cell.key.load);
    let engine_alone = super::is_of_engine_alone(input) && loads().all(|load| load == Load::Concurrency(1));
    let view = View {
        model: config.model.name.clone(),
        model_facts: model_facts(input),
        engine: cover::engine(config),
        hardware: cover::hardware(config),
        vram: cover::vram(config),
        requests: format::counted(success.requests, "request", "requests"),
        has_requests: success.requests > 0,
        completed: (success.requests == 0 && completed > 0).then(|| format::counted(completed, "request", "requests")),
        nothing: super::all_failed(input),
        warmup: (success.warmup > 0).then(|| format::counted(success.warmup, "warm-up request", "warm-up requests")),
        sweep: sweep(input),
        engine_alone,
        other_loads: other_loads(input),
        rates_section: config.report.shows("request-rates"),
        own_scenarios: own_scenarios(input),
        repeats: (runs > 1).then_some(runs),
        caching: config.test.prompt_caching,
        speculative_decoding: speculation.filter(|_| !speculation_off).map(words::speculative_decoding),
        speculation_off,
        kv_cache: config.test.kv_cache.clone(),
        notes: config.test.notes.clone(),
        failed: (success.failed > 0).then(|| Failed {
            requests: format::counted(success.failed, "request", "requests"),
            of: format::thousands(success.requests as f64),
            one: success.failed == 1,
            all: success.failed == success.requests,
            only_reason: (reasons.len() == 1).then(|| reasons[0].0.clone()).filter(|reason| !reason.is_empty()),
            several_reasons: reasons.len() > 1,
        }),
        findings: !findings.rows.is_empty(),
        reference: input.reference.as_ref().map(|reference| Other {
            name: reference.name.clone(),
            url: reference.url.clone().filter(|url| is_safe(url)),
        }),
        rates: loads().any(|load| !load.is_concurrency()),
        concurrencies: loads().any(Load::is_concurrency),
    };
    Some(Draft::new(&view).table(findings).table(failures(&reasons)))
}

/// Who made the model, its size, architecture and precision, separated by commas.
pub fn model_facts(input: &Composition) -> String {
    let model = &input.config.model;
    let facts = [
        model.organization.clone(),
        model.parameters.as_ref().map(|size| format!("{size} parameters")),
        model.architecture.clone(),
        model.precision.clone(),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// More levels than this are given as a range.
const MOST_LISTED: usize = 12;

fn sweep(input: &Composition) -> Option<Sweep> {
    let sweep = &input.analysis.sweep;
    let (first, last) = (*sweep.loads.first()?, *sweep.loads.last()?);
    let concurrency = first.is_concurrency();
    let count = sweep.loads.len();
    let (levels, in_all) = if count > MOST_LISTED {
        (format!("{} to {}", format::level(first), format::level(last)), format!(" ({count} levels)"))
    } else {
        let levels: Vec<_> = sweep.loads.iter().map(|load| format::level(*load)).collect();
        (format::list(&levels), String::new())
    };
    let one = sweep.loads.len() == 1 && last.level() == 1.0;
    let noun = if one { "request" } else { "requests" };
    Some(Sweep {
        contexts: contexts(&sweep.contexts),
        loads: if concurrency {
            format!("held {levels} {noun} in flight at a time{in_all}")
        } else {
            format!("sent {levels} {noun} per second{in_all}")
        },
        output_tokens: sweep.output_tokens.map(|n| format::counted(n, "output token", "output tokens")),
        came: sweep.output_tokens.and_then(|asked| came(input, asked)),
    })
}

/// Mean output tokens over the sweep's successes, where they differ from those asked for by more than 2 %.
fn came(input: &Composition, asked: u64) -> Option<String> {
    let cells = input.analysis.sweep_cells().map(|figures| &figures.cell);
    let (mut tokens, mut successes) = (0.0, 0.0);
    for (mean, n) in cells.filter_map(|cell| cell.mean_output_tokens.zip(cell.successes())) {
        tokens += mean * n as f64;
        successes += n as f64;
    }
    let mean = tokens / successes;
    let differs = successes > 0.0 && (mean / asked as f64 - 1.0).abs() > 0.02;
    differs.then(|| format::thousands(mean))
}

fn contexts(contexts: &[Context]) -> Option<String> {
    let (first, last) = (contexts.first()?, contexts.last()?);
    let labels = |mixed: bool| contexts.iter().filter(move |context| context.mixed == mixed);
    let nominal: Vec<_> = labels(false).map(|context| context.label.clone()).collect();
    let mixed: Vec<_> = labels(true).map(|context| context.label.trim_end_matches(", mixed").to_owned()).collect();
    let mixed = (!mixed.is_empty()).then(|| format!("mixed lengths ({} tokens on average)", format::list(&mixed)));
    let nominal = match nominal.len() {
        0 => None,
        1..=MOST_LISTED => Some(format!("{} tokens", format::list(&nominal))),
        n => Some(format!("{} to {} tokens ({n} lengths)", first.label, last.label)),
    };
    Some(format::list(&[nominal, mixed].into_iter().flatten().collect::<Vec<_>>()))
}

/// Request rates that were tested beside the sweep of concurrencies.
fn other_loads(input: &Composition) -> Option<String> {
    let sweep = &input.analysis.sweep;
    let cells = input.analysis.cells.iter().map(|figures| &figures.cell);
    let mut loads: Vec<_> = cells.filter(|cell| cell.is_swept()).map(|cell| cell.key.load).collect();
    loads.retain(|load| !sweep.loads.contains(load));
    loads.sort();
    loads.dedup();
    (!loads.is_empty()).then(|| format::loads(&loads))
}

/// Names of the use cases that were tested with requests of their own.
fn own_scenarios(input: &Composition) -> Option<String> {
    let mut names = Vec::new();
    for figures in &input.analysis.cells {
        let scenario = &figures.cell.key.scenario;
        let name = scenario_name(input, scenario);
        if scenario != SWEEP && !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| format::list(&names))
}

/// A scenario as a reader is told.
pub(in crate::report) fn scenario_name(input: &Composition, scenario: &str) -> String {
    let judged = input.analysis.capacity.iter().map(|capacity| &capacity.use_case);
    match judged.chain(&input.analysis.not_tested).find(|use_case| use_case.id == scenario) {
        Some(use_case) => clean(&use_case.name),
        None if scenario == SWEEP => "Sweep".to_owned(),
        None => clean(scenario),
    }
}

/// Reasons for failures over all cells, most frequent first.
fn reasons(input: &Composition) -> Vec<(String, u64)> {
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, n) in input.analysis.cells.iter().flat_map(|figures| &figures.cell.failures) {
        *sums.entry(reason).or_default() += n;
    }
    let mut reasons: Vec<_> = sums.into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    reasons
}

/// Failures by reason; empty below two reasons, which a sentence can say.
fn failures(reasons: &[(String, u64)]) -> Table {
    const MOST: usize = 12;
    let mut table = Table {
        id: "failures".to_owned(),
        caption: "Failed requests by reason".to_owned(),
        columns: vec![left("Reason"), right("Requests")],
        row_headings: true,
        ..Table::default()
    };
    if reasons.len() < 2 {
        return table;
    }
    let row =
        |reason: &str, n: u64| vec![Cell::text(clean(reason)), Cell::number(format::thousands(n as f64), n as f64)];
    for (reason, n) in reasons.iter().take(MOST) {
        table.rows.push(row(if reason.is_empty() { "no reason recorded" } else { reason }, *n));
    }
    if reasons.len() > MOST {
        let rest = reasons[MOST..].iter().map(|(_, n)| n).sum();
        table.rows.push(row("other reasons", rest));
    }
    table
}

/// The findings that decide, a row each.
pub fn key_findings(input: &Composition) -> Table {
    let findings = &input.analysis.findings;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row = |name: String, value: String, condition: String, number: Option<f64>| {
        rows.push(finding(name, value, condition, number));
    };
    if let Some(peak) = &findings.peak_throughput {
        let spot = words::Spot::new(peak, format::throughput);
        row("Peak system throughput".into(), spot.value, spot.condition, Some(peak.value));
    }
    let spans: [(&str, MetricId, &Option<Span>, Print); 2] = [
        ("TTFT", MetricId::Ttft, &findings.ttft_single, format::latency),
        ("generation speed", MetricId::GenerationSpeed, &findings.speed_single, format::throughput),
    ];
    for (name, id, span, print) in spans {
        if let Some(span) = span {
            let basis = input.analysis.speed_basis.filter(|_| id == MetricId::GenerationSpeed);
            let basis = basis.map(|basis| format!(" ({basis})")).unwrap_or_default();
            let name = format!("{} {name}{basis}, {}", average(input, id), single_name(findings));
            let (value, condition) = span_words(span, print);
            row(capital(&name), value, condition, None);
        }
    }
    if let Some(capacity) = cover::headline_capacity(input) {
        let (name, text, condition) = capacity_words(capacity);
        row(name, text, condition, capacity.limit.level);
    }
    if let Some(scaling) = &findings.throughput_scaling {
        let context = scaling.context.as_ref().map(|context| format!(", {}", context.noun()));
        let (from, to) = (format::level(scaling.from), format::load(scaling.to));
        let condition = format!("{from} to {to}{}", context.unwrap_or_default());
        row("Throughput scaling".into(), format::ratio(scaling.ratio), condition, Some(scaling.ratio));
    }
    for saturation in &findings.saturation {
        let from = format!("from {}", format::load(Load::RequestRate(saturation.offered)));
        let context = saturation.context.as_ref().map(|context| format!(", {}", context.noun())).unwrap_or_default();
        let achieved = super::system_throughput::rate(saturation.achieved);
        row(
            "Past saturation".into(),
            from,
            format!("{achieved} completed per second{context}"),
            Some(saturation.offered),
        );
    }
    let success = &findings.success;
    if let Some(rate) = format::success_rate(success.requests, success.failed) {
        let failed = if success.failed > 0 {
            format!("; {} failed", format::thousands(success.failed as f64))
        } else {
            String::new()
        };
        let noun = if success.requests == 1 { "request" } else { "requests" };
        row(
            "Success rate".into(),
            rate,
            format!("across {} {noun}{failed}", format::count(success.requests)),
            success.rate,
        );
    }
    Table {
        id: "key-findings".to_owned(),
        caption: "Key findings".to_owned(),
        columns: vec![left("Finding"), right("Value"), left("Condition")],
        rows,
        row_headings: true,
    }
}

/// A finding with its value and the condition under which it was made.
fn finding(name: String, value: String, condition: String, number: Option<f64>) -> Vec<Cell> {
    let value = vec![Inline::Strong(vec![Inline::Text(value)])];
    vec![Cell::text(name), Cell { content: value, value: number, exceeded: false }, Cell::text(condition)]
}

/// The limit of a use case as a finding.
pub(in crate::report) fn capacity_row(capacity: &Capacity) -> Vec<Cell> {
    let (name, text, condition) = capacity_words(capacity);
    finding(name, text, condition, capacity.limit.level)
}

fn capacity_words(capacity: &Capacity) -> (String, String, String) {
    let text = match capacity.limit.kind {
        Kind::NotJudged => format::in_house(&capacity.limit.text),
        _ => words::level(&capacity.limit.text, cover::is_concurrency(capacity)),
    };
    (format!("{} capacity", clean(&capacity.use_case.name)), text, capacity.use_case.context.noun())
}

fn single_name(findings: &Findings) -> String {
    match findings.single_load {
        Some(Load::Concurrency(1)) | None => "single request".to_owned(),
        Some(other) => format::load(other),
    }
}

/// Value and condition of a metric from the shortest to the longest context.
fn span_words(span: &Span, print: Print) -> (String, String) {
    let label = |context: &Option<Context>| context.as_ref().map(|context| context.label.clone()).unwrap_or_default();
    if span.shortest.context == span.longest.context {
        let context = span.shortest.context.as_ref().map(Context::noun);
        return (print(span.shortest.value), context.unwrap_or_else(|| format::load(span.shortest.load)));
    }
    let condition = format!("{} → {} context", label(&span.shortest.context), label(&span.longest.context));
    let (shortest, longest) = (print(span.shortest.value), print(span.longest.value));
    if shortest == longest {
        return (shortest, condition);
    }
    (format!("{shortest} → {longest}"), condition)
}
