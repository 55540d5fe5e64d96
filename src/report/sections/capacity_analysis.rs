//! Each use case: what it is, what was measured for it, and how much of it the deployment carries.

use super::use_case_guidance::{condition, reaches, saturated};
use super::{Composition, Draft, LeftOut, because};
use crate::analysis::capacity::{Capacity, Column as LevelColumn, Condition, Kind, Shown};
use crate::cell::Statistic;
use crate::chart::{Chart, kinds};
use crate::format;
use crate::metric::{Better, MetricId};
use crate::record::Load;
use crate::report::cover::is_concurrency;
use crate::report::figure::{left, load_cell, load_title, number, right};
use crate::report::templates::{capital, clean};
use crate::report::words::{self, Print};
use crate::report::{Cell, Inline, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    use_cases: Vec<UseCase>,
    statistic: String,
    is_mean: bool,
    caching: Option<bool>,
    estimated: bool,
    own_rule: bool,
    /// Whether some of the use cases have a limit by request rate too, in a section of its own.
    by_rate: bool,
}

/// A use case in words; `number` names its directives.
#[derive(Serialize)]
pub(super) struct UseCase {
    number: usize,
    /// Whether it stands beside the same use case by requests in flight.
    beside: bool,
    id: String,
    name: String,
    context: String,
    description: Option<String>,
    output_tokens: Option<String>,
    thresholds: String,
    statistic: &'static str,
    kind: Kind,
    /// `6 concurrent requests`
    limit: String,
    /// The same without `+`, for an open limit.
    level: String,
    values: Vec<Value>,
    binding: Option<&'static str>,
    failed: Option<Failed>,
    reaches: bool,
    exceeded: Option<String>,
    within: Option<Within>,
    low: Option<String>,
    high: Option<String>,
    crossing: Option<String>,
    interval: Option<String>,
    /// The rate from which on the deployment is past saturation, where the limit does not lie below it.
    saturated: Option<String>,
    passing_above: Option<String>,
    one_passing_above: bool,
    unjudged: Vec<String>,
}

/// A metric at the limit, against its threshold.
#[derive(Serialize)]
struct Value {
    metric: String,
    value: String,
    /// Empty, as is the threshold, where it has none.
    distance: &'static str,
    threshold: String,
}

/// Failures at the first level with too many.
#[derive(Serialize)]
struct Failed {
    load: String,
    failed: String,
    of: String,
    most: String,
}

#[derive(Serialize)]
struct Within {
    level: String,
    same: bool,
    binding: Option<&'static str>,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let capacities = &input.analysis.capacity;
    if capacities.is_empty() {
        let why = because(input, "no tested level has the context and the output length of a use case");
        left_out.note("Capacity analysis", why);
        return None;
    }
    let statistic = capacities.iter().map(|capacity| capacity.statistic).next().unwrap_or_default();
    let view = View {
        use_cases: use_cases(input, false),
        statistic: statistic.name(Better::Lower).to_owned(),
        is_mean: statistic == Statistic::Mean,
        caching: input.config.test.prompt_caching,
        estimated: capacities.iter().any(|capacity| capacity.columns.iter().any(|column| column.estimated)),
        own_rule: input.config.capacity.rule == crate::config::Rule::Within,
        by_rate: input.config.report.shows("request-rates")
            && input.analysis.request_rates.as_ref().is_some_and(|rates| !rates.capacity.is_empty()),
    };
    Some(with_levels(Draft::new(&view), input, ""))
}

/// Every use case in words, for `use-case.md`; `beside` where the report shows them by requests in flight already.
pub(super) fn use_cases(input: &Composition, beside: bool) -> Vec<UseCase> {
    let numbered = input.analysis.capacity.iter().enumerate();
    numbered.map(|(at, capacity)| UseCase { beside, ..use_case(input, at + 1, capacity) }).collect()
}

/// The draft with the charts and tables that `use-case.md` places; `prefix` keeps their ids apart from others of the report.
pub(super) fn with_levels(mut draft: Draft, input: &Composition, prefix: &str) -> Draft {
    for (at, capacity) in input.analysis.capacity.iter().enumerate() {
        let name = format!("capacity-{}", at + 1);
        let table = Table { id: format!("levels-{}", at + 1), ..columns_table(capacity) };
        draft = draft.table(table);
        if let Some(mut chart) = kinds::capacity(capacity) {
            let mut levels = levels_table(capacity);
            if let Some(reference) = &input.reference {
                let id = &capacity.use_case.id;
                chart = kinds::with_reference_capacity(chart, reference.run.analysis, id, &reference.name);
                levels = with_reference(levels, capacity, &chart);
            }
            chart.id.insert_str(0, prefix);
            levels.id.insert_str(0, prefix);
            draft = draft.figure(&name, Some(chart), levels);
        }
    }
    draft
}

/// How a metric of a use case is printed.
fn print(shown: &Shown) -> Print {
    match shown.metric {
        MetricId::E2e => format::milliseconds,
        MetricId::GenerationSpeed => format::whole_speed,
        _ => format::seconds_1,
    }
}

/// `mean TTFT`, `p5 generation speed`, `mean generation speed (from mean TPOT)`.
fn metric(shown: &Shown, capacity: &Capacity) -> String {
    let statistic = capacity.statistics[shown.metric as usize];
    let basis = capacity.speed_basis.filter(|_| shown.metric == MetricId::GenerationSpeed);
    let basis = basis.map(|basis| format!(" ({basis})")).unwrap_or_default();
    format!("{} {}{basis}", statistic.name(shown.better()), condition(shown.condition))
}

/// `8 s`, `15 tok/s`.
fn threshold_text(shown: &Shown) -> String {
    let unit = if shown.better() == Better::Higher { "tok/s" } else { "s" };
    shown.threshold.map_or_else(String::new, |threshold| format!("{} {unit}", format::shortest(threshold)))
}

/// As a level is printed: whole where it is, else with up to two decimals.
fn level_number(level: f64, concurrency: bool) -> String {
    if concurrency { format::fixed(level, 0) } else { format::shortest(level) }
}

fn use_case(input: &Composition, number: usize, capacity: &Capacity) -> UseCase {
    let concurrency = is_concurrency(capacity);
    let noun = |text: &str| words::level(text, concurrency);
    let shown = capacity.shown();
    let column = capacity.columns.iter().find(|column| Some(column.level) == at_limit(capacity));
    let values: Vec<_> =
        column.into_iter().flat_map(|column| shown.iter().filter_map(|shown| value(capacity, shown, column))).collect();
    let exceeded: Vec<_> = column
        .into_iter()
        .flat_map(|column| &column.exceeded)
        .map(|exceeded| condition(*exceeded).to_owned())
        .collect();
    let bracket = capacity.bracket;
    let level = |level: f64| level_number(level, concurrency);
    let position = |at: f64| format::fixed(at, if at < 10.0 { 2 } else { 1 });
    UseCase {
        number,
        beside: false,
        id: capacity.use_case.id.clone(),
        name: capacity.use_case.name.clone(),
        context: capacity.use_case.context.noun(),
        description: capacity.use_case.description.clone(),
        output_tokens: capacity.use_case.output_tokens.map(|n| format::counted(n, "output token", "output tokens")),
        thresholds: thresholds(capacity),
        statistic: capacity.statistic.name(Better::Lower),
        kind: capacity.limit.kind,
        limit: noun(&capacity.limit.text),
        level: match at_limit(capacity) {
            Some(at) if capacity.limit.kind != Kind::Estimated => noun(&level(at)),
            _ => noun(&capacity.limit.text),
        },
        values,
        binding: capacity.binding.map(condition),
        failed: (capacity.binding == Some(Condition::Success)).then(|| failed(input, capacity)).flatten(),
        reaches: reaches(capacity),
        exceeded: (!exceeded.is_empty()).then(|| format::list(&exceeded)),
        within: capacity.within.as_ref().map(|within| Within {
            level: noun(&within.text),
            same: Some(within.level) == capacity.limit.level,
            binding: within.binding.map(condition),
        }),
        low: bracket.0.map(level),
        high: bracket.1.map(level),
        crossing: capacity.crossing.map(position),
        interval: capacity.crossing_interval.map(|(from, to)| format!("{} to {}", position(from), position(to))),
        saturated: saturated(input, capacity),
        passing_above: (!capacity.passing_above.is_empty()).then(|| format::loads(&capacity.passing_above)),
        one_passing_above: capacity.passing_above.len() == 1,
        unjudged: unjudged(capacity),
    }
}

/// The level whose values the limit is explained by: the limit, or the smallest level where that already fails.
fn at_limit(capacity: &Capacity) -> Option<f64> {
    match capacity.limit.kind {
        Kind::Unmet => capacity.levels.first().map(|level| level.load.level()),
        _ => capacity.limit.level,
    }
}

fn value(capacity: &Capacity, shown: &Shown, column: &LevelColumn) -> Option<Value> {
    let value = shown.in_column(column)?;
    let mark = if column.estimated { "~" } else { "" };
    Some(Value {
        metric: metric(shown, capacity),
        value: format!("{mark}{}", print(shown)(value)),
        distance: shown.threshold.map_or("", |threshold| words::distance(value, threshold, print(shown))),
        threshold: threshold_text(shown),
    })
}

fn thresholds(capacity: &Capacity) -> String {
    let use_case = &capacity.use_case;
    let seconds = |name: &str, limit: Option<f64>| limit.map(|s| format!("{name} at most {} s", format::shortest(s)));
    let all = [
        seconds("TTFT", use_case.max_ttft_s),
        seconds("E2E", use_case.max_e2e_s),
        use_case.min_speed.map(|speed| format!("generation speed at least {} tok/s", format::shortest(speed))),
    ];
    format::list(&all.into_iter().flatten().collect::<Vec<_>>())
}

fn failed(input: &Composition, capacity: &Capacity) -> Option<Failed> {
    let high = capacity.bracket.1?;
    let level = capacity.levels.iter().find(|level| level.load.level() == high)?;
    Some(Failed {
        load: format::load(level.load),
        failed: format::thousands(level.failed? as f64),
        of: format::counted(level.requests?, "request", "requests"),
        most: super::method::percent(input.config.capacity.max_failure_rate),
    })
}

/// Levels without a verdict, grouped by what is unknown there.
fn unjudged(capacity: &Capacity) -> Vec<String> {
    let mut conditions: Vec<_> = capacity.unjudged.iter().map(|(_, condition)| *condition).collect();
    conditions.sort();
    conditions.dedup();
    conditions
        .into_iter()
        .map(|unknown| {
            let loads: Vec<Load> =
                capacity.unjudged.iter().filter(|(_, other)| *other == unknown).map(|(load, _)| *load).collect();
            let better = if unknown == Condition::GenerationSpeed { Better::Higher } else { Better::Lower };
            let statistic = capacity.statistic.name(better);
            format!("At {} the {statistic} {} is unknown", format::loads(&loads), condition(unknown))
        })
        .collect()
}

/// Smallest level, limit and largest level side by side.
fn columns_table(capacity: &Capacity) -> Table {
    let concurrency = is_concurrency(capacity);
    let head = |column: &LevelColumn| {
        let mark = if column.estimated { "~" } else { "" };
        let text = format!("{mark}{}", level_number(column.level, concurrency));
        let unit = match (concurrency, column.level == 1.0) {
            (true, true) => "request",
            (true, false) => "requests",
            (false, true) => "request/s",
            (false, false) => "requests/s",
        };
        right(format!("@ {text} {unit}"))
    };
    let mut rows: Vec<Vec<Cell>> = capacity
        .shown()
        .iter()
        .map(|shown| {
            let name = capital(&metric(shown, capacity));
            let values = capacity.columns.iter().map(|column| {
                let exceeded = column.exceeded.contains(&shown.condition);
                let mark = if column.estimated { "~" } else { "" };
                shown.in_column(column).map_or_else(Cell::unknown, |value| {
                    marked(format!("{mark}{}", print(shown)(value)), value, exceeded)
                })
            });
            std::iter::once(Cell::text(name)).chain(values).collect()
        })
        .collect();
    if capacity.levels.iter().any(|level| level.exceeded.contains(&Condition::Success)) {
        let values = capacity.columns.iter().map(|column| {
            let level = capacity.levels.iter().find(|level| level.load.level() == column.level);
            let counted = level.and_then(|level| level.failed.zip(level.requests));
            counted.map_or_else(Cell::unknown, |(failed, requests)| {
                let text = format!("{failed} of {}", format::thousands(requests as f64));
                marked(text, failed as f64, column.exceeded.contains(&Condition::Success))
            })
        });
        rows.push(std::iter::once(Cell::text("Failed requests")).chain(values).collect());
    }
    let columns = std::iter::once(left("Metric")).chain(capacity.columns.iter().map(head)).collect();
    let rows = if capacity.columns.is_empty() { Vec::new() } else { rows };
    Table { id: String::new(), caption: String::new(), columns, rows, row_headings: true }
}

/// A value that says in words when it misses its threshold.
fn marked(text: String, value: f64, exceeded: bool) -> Cell {
    if !exceeded {
        return Cell::number(text, value);
    }
    let content = vec![Inline::Strong(vec![Inline::Text(text)]), Inline::Text(" (threshold exceeded)".to_owned())];
    Cell { content, value: Some(value), exceeded: true }
}

/// The same with a column for each line of the chart's reference.
fn with_reference(mut table: Table, capacity: &Capacity, chart: &Chart) -> Table {
    let Some(reference) = &chart.reference else { return table };
    let shown = capacity.shown();
    for (at, line) in &reference.lines {
        let Some(metric) = shown.get(*at) else { continue };
        let value = |level: Option<f64>| line.points.iter().find(|(x, _)| Some(*x) == level).map(|(_, value)| *value);
        for row in &mut table.rows {
            row.push(number(value(row[0].value), print(metric)));
        }
        table.columns.push(right(format!("{}, {}", line.name, clean(&reference.name))));
    }
    table
}

/// Every level of a use case: the numbers behind its chart.
fn levels_table(capacity: &Capacity) -> Table {
    let shown = capacity.shown();
    let title = load_title(capacity.levels.iter().map(|level| level.load));
    let heads = shown.iter().map(|shown| right(capital(&metric(shown, capacity))));
    Table {
        id: format!("levels-of-{}", crate::report::slug::slug(&capacity.use_case.id)),
        caption: format!("{}: every tested level", clean(&capacity.use_case.name)),
        columns: std::iter::once(left(title)).chain(heads).collect(),
        rows: capacity
            .levels
            .iter()
            .map(|level| {
                let values = shown.iter().map(|shown| {
                    let cell = number(shown.at_level(level), print(shown));
                    Cell { exceeded: level.exceeded.contains(&shown.condition), ..cell }
                });
                std::iter::once(load_cell(level.load)).chain(values).collect()
            })
            .collect(),
        row_headings: true,
    }
}
