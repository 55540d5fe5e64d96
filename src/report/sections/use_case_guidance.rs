//! Use cases, their thresholds and what the deployment can carry of each.

use super::{Composition, Draft, LeftOut};
use crate::analysis::capacity::{Capacity, Condition, Kind};
use crate::format;
use crate::report::cover::is_concurrency;
use crate::report::figure::{context_cell, left, number, right};
use crate::report::templates::clean;
use crate::report::words;
use crate::report::{Cell, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    use_cases: usize,
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
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    if analysis.capacity.is_empty() {
        return None;
    }
    if !analysis.not_tested.is_empty() {
        let names: Vec<_> = analysis.not_tested.iter().map(|use_case| use_case.name.clone()).collect();
        let what = format!("Capacity of {}", format::list(&names));
        left_out.note(&what, "no tested level has the context and the output length of the workload");
    }
    let any = |kind: Kind| analysis.capacity.iter().any(|capacity| capacity.limit.kind == kind);
    let names: Vec<_> = analysis.not_tested.iter().map(|use_case| use_case.name.clone()).collect();
    let bindings: Vec<_> = analysis.capacity.iter().filter_map(|capacity| capacity.binding).collect();
    let contact = input.config.brand.contact.clone();
    let view = View {
        use_cases: analysis.capacity.len(),
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
    };
    Some(Draft::new(&view).table(table(input)))
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

fn table(input: &Composition) -> Table {
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
            row.extend(within.then(|| match &capacity.within {
                Some(within) => Cell::number(per_second(&within.text, capacity), within.level),
                None => Cell::text(if capacity.limit.kind == Kind::NotJudged { "–" } else { "none" }),
            }));
            row.push(Cell::text(verdict(capacity)));
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

fn limit(capacity: &Capacity) -> String {
    match capacity.limit.kind {
        Kind::NotJudged => capacity.limit.text.clone(),
        _ => per_second(&capacity.limit.text, capacity),
    }
}

/// A printed level; a request rate says that it is one.
fn per_second(level: &str, capacity: &Capacity) -> String {
    if is_concurrency(capacity) { level.to_owned() } else { format!("{level}/s") }
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

fn verdict(capacity: &Capacity) -> String {
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
