//! Use cases, their thresholds and what the deployment can carry of each.

use super::{Composition, Draft, LeftOut};
use crate::analysis::Saturation;
use crate::analysis::capacity::{Capacity, Condition, Kind};
use crate::analysis::use_cases::UseCase;
use crate::chart::kinds;
use crate::context::Context;
use crate::format;
use crate::metric::{Better, MetricId};
use crate::record::Load;
use crate::report::cover::is_concurrency;
use crate::report::figure::{context_cell, left, number, right, sweep_table};
use crate::report::templates::clean;
use crate::report::words;
use crate::report::{Cell, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    use_cases: usize,
    /// Contexts that were tested, where one of the configuration's own use cases could be judged at them.
    contexts: Option<String>,
    statistic: Option<String>,
    open: bool,
    unmet: bool,
    estimated: bool,
    reaching: bool,
    /// Whether failed requests set a limit, and whether they set all that are set.
    failing: bool,
    all_failing: bool,
    rule_within: bool,
    not_tested: Option<String>,
    one_not_tested: bool,
    contact: Option<String>,
    contact_link: Option<String>,
    /// What the maps show of a cell: `mean`, `p95`, `p5`.
    ttft_statistic: &'static str,
    speed_statistic: &'static str,
    basis: Option<&'static str>,
    /// Whether the whole sweep keeps every threshold on a metric.
    ttft_limits_hold: bool,
    speed_floors_hold: bool,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    if analysis.capacity.is_empty()
        && (analysis.not_tested.is_empty() || !super::has_sweep(input) || super::all_failed(input))
    {
        return None;
    }
    if !analysis.capacity.is_empty() && !analysis.not_tested.is_empty() {
        let names: Vec<_> = analysis.not_tested.iter().map(|use_case| use_case.name.clone()).collect();
        let what = format!("Capacity of {}", format::list(&names));
        left_out.note(&what, "no tested level has the context and the output length of the workload");
    }
    let any = |kind: Kind| analysis.capacity.iter().any(|capacity| capacity.limit.kind == kind);
    let names: Vec<_> = analysis.not_tested.iter().map(|use_case| use_case.name.clone()).collect();
    let bindings: Vec<_> = analysis.capacity.iter().filter_map(|capacity| capacity.binding).collect();
    let contact = input.config.brand.contact.clone();
    let judged = |metric| kinds::judged(analysis, metric);
    let view = View {
        use_cases: analysis.capacity.len(),
        contexts: tested_contexts(input),
        statistic: statistic_note(input),
        open: any(Kind::Open),
        unmet: any(Kind::Unmet),
        estimated: any(Kind::Estimated),
        reaching: analysis.capacity.iter().any(reaches),
        failing: bindings.contains(&Condition::Success),
        all_failing: !bindings.is_empty() && bindings.iter().all(|binding| *binding == Condition::Success),
        rule_within: rule_within(input),
        not_tested: (!names.is_empty()).then(|| format::list(&names)),
        one_not_tested: names.len() == 1,
        contact_link: contact.as_deref().and_then(super::contact::link),
        contact,
        ttft_statistic: judged(MetricId::Ttft).name(Better::Lower),
        speed_statistic: judged(MetricId::GenerationSpeed).name(Better::Higher),
        basis: analysis.speed_basis,
        ttft_limits_hold: kinds::ttft_limits_hold(analysis),
        speed_floors_hold: kinds::speed_floors_hold(analysis),
    };
    let grid = |id: &str, title: &str, print: words::Print, metric: MetricId| {
        let (statistic, better) = (judged(metric), metric.metric().better);
        sweep_table(analysis, id, title, print, |cell| cell.cell.metric(metric).statistic(statistic, better))
    };
    let speed = "Generation speed per user (tok/s)";
    let draft = Draft::new(&view)
        .table(table(input))
        .table(to_test(input))
        .further_figure(input, "ttft-map", grid("ttft-map-data", "TTFT", format::latency, MetricId::Ttft))
        .further_figure(
            input,
            "speed-map",
            grid("speed-map-data", speed, |v| format::fixed(v, 1), MetricId::GenerationSpeed),
        );
    Some(draft)
}

/// The contexts of the sweep that a use case can have, in words; none where there are none. Mixed lengths are no context of one.
fn tested_contexts(input: &Composition) -> Option<String> {
    let contexts = input.analysis.sweep.contexts.iter().filter(|context| !context.mixed && context.tokens > 0);
    let contexts: Vec<_> = contexts.map(Context::noun).collect();
    (!contexts.is_empty()).then(|| format::list(&contexts))
}

/// What a test must hold for each use case that nothing was tested for.
fn to_test(input: &Composition) -> Table {
    let sweep = &input.analysis.sweep;
    let rows = input.analysis.not_tested.iter().map(|use_case| {
        let here = sweep.contexts.contains(&use_case.context);
        let tested = match (here, sweep.output_tokens) {
            (false, _) => "no level at this context".to_owned(),
            (true, Some(tokens)) => format!("levels with {}", format::counted(tokens, "output token", "output tokens")),
            (true, None) => "levels with another number of output tokens, or an unknown one".to_owned(),
        };
        vec![
            Cell::text(clean(&use_case.name)),
            context_cell(Some(&use_case.context)),
            number(use_case.output_tokens.map(|tokens| tokens as f64), format::thousands),
            Cell::text(limits(use_case)),
            Cell::text(tested),
        ]
    });
    Table {
        id: "to-test".to_owned(),
        caption: "Use cases that were not tested, and what a test of them needs".to_owned(),
        columns: vec![
            left("Use case"),
            left("Context"),
            right("Output tokens"),
            left("Thresholds"),
            left("This run has"),
        ],
        rows: rows.collect(),
        row_headings: true,
    }
}

/// `TTFT ≤ 8 s, speed ≥ 15 tok/s`.
/// The thresholds of a use case, in words.
pub(in crate::report) fn limits(use_case: &UseCase) -> String {
    let ttft = use_case.max_ttft_s.map(|limit| format!("TTFT ≤ {} s", format::shortest(limit)));
    let speed = use_case.min_speed.map(|limit| format!("speed ≥ {} tok/s", format::shortest(limit)));
    let e2e = use_case.max_e2e_s.map(|limit| format!("E2E ≤ {} s", format::shortest(limit)));
    [ttft, speed, e2e].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Whether the limit is the level within every threshold.
fn rule_within(input: &Composition) -> bool {
    input.config.capacity.rule == crate::config::Rule::Within
}

/// Which statistic the thresholds are held against; none for means.
fn statistic_note(input: &Composition) -> Option<String> {
    use crate::cell::Statistic::{Mean, P50};
    use crate::metric::Better::{Higher, Lower};
    let statistic =
        input.analysis.capacity.iter().map(|capacity| capacity.statistic).find(|statistic| *statistic != Mean)?;
    let latency = statistic.name(Lower);
    Some(match statistic {
        P50 => latency.to_owned(),
        _ => {
            format!("{latency} ({} for generation speed, whose slow tail counts)", statistic.name(Higher))
        }
    })
}

/// Whether the limit lies beyond the largest level within every threshold.
pub(super) fn reaches(capacity: &Capacity) -> bool {
    matches!(capacity.limit.kind, Kind::Tested | Kind::Estimated)
        && capacity.within.as_ref().is_none_or(|within| Some(within.level) != capacity.limit.level)
}

/// Each use case with its thresholds, its limit and a verdict.
pub(super) fn table(input: &Composition) -> Table {
    let capacities = &input.analysis.capacity;
    let has = |test: fn(&Capacity) -> bool| capacities.iter().any(test);
    let ttft = has(|capacity| capacity.use_case.max_ttft_s.is_some());
    let speed = has(|capacity| capacity.use_case.min_speed.is_some());
    let e2e = has(|capacity| capacity.use_case.max_e2e_s.is_some());
    let mut columns = vec![left("Use case"), left("Context")];
    columns.extend(ttft.then(|| right("TTFT at most")));
    columns.extend(speed.then(|| right("Speed at least")));
    columns.extend(e2e.then(|| right("E2E at most")));
    let within = !rule_within(input);
    columns.push(right("Limit"));
    columns.extend(within.then(|| right("Within")));
    columns.push(left("Verdict"));
    let seconds: words::Print = |value| format!("{} s", format::shortest(value));
    let rate: words::Print = |value| format!("{} tok/s", format::shortest(value));
    let rows = capacities
        .iter()
        .map(|capacity| {
            let use_case = &capacity.use_case;
            let mut row = vec![Cell::text(clean(&use_case.name)), context_cell(Some(&use_case.context))];
            row.extend(ttft.then(|| number(use_case.max_ttft_s, seconds)));
            row.extend(speed.then(|| number(use_case.min_speed, rate)));
            row.extend(e2e.then(|| number(use_case.max_e2e_s, seconds)));
            row.push(Cell { value: capacity.limit.level, ..Cell::text(limit(capacity)) });
            row.extend(within.then(|| within_cell(capacity)));
            row.push(Cell::text(verdict(input, capacity)));
            row
        })
        .collect();
    Table {
        id: "use-cases".to_owned(),
        caption: "Use cases and their capacity limits".to_owned(),
        columns,
        rows,
        row_headings: true,
    }
}

/// The same on few columns: each use case with its thresholds in words, its limit and the level within.
pub fn compact(input: &Composition) -> Table {
    let within = !rule_within(input);
    let mut columns = vec![left("Use case"), left("Context"), left("Thresholds"), right("Limit")];
    columns.extend(within.then(|| right("Within")));
    let row = |capacity: &Capacity| {
        let use_case = &capacity.use_case;
        let mut row = vec![
            Cell::text(clean(&use_case.name)),
            context_cell(Some(&use_case.context)),
            Cell::text(limits(use_case)),
            Cell { value: capacity.limit.level, ..Cell::text(limit(capacity)) },
        ];
        row.extend(within.then(|| within_cell(capacity)));
        row
    };
    Table {
        id: "capacity".to_owned(),
        caption: match input.analysis.capacity.iter().all(is_concurrency) {
            true => "Concurrent requests that each use case can carry".to_owned(),
            false => "Load that each use case can carry".to_owned(),
        },
        columns,
        rows: input.analysis.capacity.iter().map(row).collect(),
        row_headings: true,
    }
}

/// The largest level inside every threshold.
fn within_cell(capacity: &Capacity) -> Cell {
    match &capacity.within {
        Some(within) => Cell::number(per_second(&within.text, capacity), within.level),
        None => Cell::text(if capacity.limit.kind == Kind::NotJudged { "–" } else { "none" }),
    }
}

fn limit(capacity: &Capacity) -> String {
    match capacity.limit.kind {
        Kind::NotJudged => capacity.limit.text.clone(),
        _ => per_second(&capacity.limit.text, capacity),
    }
}

/// A printed level; a request rate says that it is one.
fn per_second(level: &str, capacity: &Capacity) -> String {
    if is_concurrency(capacity) { level.to_owned() } else { format!("{}/s", format::in_house(level)) }
}

/// A threshold as a reader is told.
pub(super) fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::Success => "success rate",
        Condition::Ttft => "TTFT",
        Condition::E2e => "E2E",
        Condition::GenerationSpeed => "generation speed",
    }
}

fn verdict(input: &Composition, capacity: &Capacity) -> String {
    let verdict = before_saturation(capacity);
    match saturated(input, capacity) {
        Some(from) => format!("{verdict}; past saturation from {from}"),
        None => verdict,
    }
}

/// The rate from which on the deployment is past saturation, where the limit does not lie below it.
pub(super) fn saturated(input: &Composition, capacity: &Capacity) -> Option<String> {
    let rates = capacity.levels.iter().any(|level| !level.load.is_concurrency());
    let limit = capacity.limit.level.filter(|_| rates)?;
    let here = |saturation: &&Saturation| saturation.context.as_ref() == Some(&capacity.use_case.context);
    let saturation = input.analysis.findings.saturation.iter().find(here)?;
    (limit >= saturation.offered).then(|| format::load(Load::RequestRate(saturation.offered)))
}

fn before_saturation(capacity: &Capacity) -> String {
    let concurrency = is_concurrency(capacity);
    let noun = |text: &str| words::level(text, concurrency);
    let by = match capacity.binding {
        Some(Condition::Success) => "; failed requests set the limit".to_owned(),
        Some(binding) => format!("; {} sets the limit", condition(binding)),
        None => String::new(),
    };
    match capacity.limit.kind {
        Kind::Open => {
            let level = capacity.limit.text.trim_end_matches('+');
            format!("Suits {} and perhaps more", noun(level))
        }
        Kind::Unmet if capacity.binding == Some(Condition::Success) => {
            "Too many requests fail at the smallest level tested".to_owned()
        }
        Kind::Unmet => format!("Does not meet its thresholds at the smallest level tested{by}"),
        Kind::NotJudged => "Not judged".to_owned(),
        _ if reaches(capacity) => {
            let binding = capacity.binding.map_or("", condition);
            format!("Reaches its {binding} threshold at {}", noun(&capacity.limit.text))
        }
        _ => format!("Suits up to {}{by}", noun(&capacity.limit.text)),
    }
}
