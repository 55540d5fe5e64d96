//! Capacity limits in JSON.

use super::level::{Keyed, Level, Levels};
use crate::analysis::capacity as found;
use crate::analysis::capacity::{Condition, Kind};
use crate::cell::Statistic;
use crate::config::{Config, Rule};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Capacity<'d> {
    use_case: &'d str,
    name: &'d str,
    context_tokens: u64,
    context_label: &'d str,
    output_tokens: Option<u64>,
    thresholds: Thresholds,
    rule: Rule,
    statistic: Statistic,
    load: Option<&'static str>,
    limit: Limit<'d>,
    within: Option<Within<'d>>,
    binding: Option<Condition>,
    bracket: [Option<Level>; 2],
    crossing: Option<f64>,
    crossing_interval: Option<(f64, f64)>,
    columns: Vec<Column<'d>>,
    levels: Vec<TestedLevel<'d>>,
    unjudged: Vec<Unjudged>,
    passing_above: Vec<Level>,
}

#[derive(Serialize)]
struct Thresholds {
    max_ttft_s: Option<f64>,
    max_e2e_s: Option<f64>,
    min_speed_tok_s: Option<f64>,
}

#[derive(Serialize)]
struct Limit<'d> {
    text: &'d str,
    #[serde(flatten)]
    level: Keyed,
    kind: Kind,
}

#[derive(Serialize)]
struct Within<'d> {
    text: &'d str,
    #[serde(flatten)]
    level: Keyed,
    estimated: bool,
    binding: Option<Condition>,
}

#[derive(Serialize)]
struct Column<'d> {
    #[serde(flatten)]
    level: Keyed,
    estimated: bool,
    ttft_s: Option<f64>,
    e2e_s: Option<f64>,
    generation_speed_tok_s: Option<f64>,
    exceeded: &'d [Condition],
}

#[derive(Serialize)]
struct TestedLevel<'d> {
    #[serde(flatten)]
    level: Keyed,
    scenario: &'d str,
    requests: Option<u64>,
    failed: Option<u64>,
    ttft_s: Option<f64>,
    e2e_s: Option<f64>,
    generation_speed_tok_s: Option<f64>,
    exceeded: &'d [Condition],
}

#[derive(Serialize)]
struct Unjudged {
    #[serde(flatten)]
    level: Keyed,
    unknown: Condition,
}

impl<'d> Capacity<'d> {
    pub fn new(capacity: &'d found::Capacity, config: &Config) -> Self {
        let use_case = &capacity.use_case;
        let first =
            capacity.levels.first().map(|level| level.load).or(capacity.unjudged.first().map(|(load, _)| *load));
        let levels = Levels { whole: first.is_none_or(|load| load.is_concurrency()) };
        Self {
            use_case: &use_case.id,
            name: &use_case.name,
            context_tokens: use_case.context.tokens,
            context_label: &use_case.context.label,
            output_tokens: use_case.output_tokens,
            thresholds: Thresholds {
                max_ttft_s: use_case.max_ttft_s,
                max_e2e_s: use_case.max_e2e_s,
                min_speed_tok_s: use_case.min_speed,
            },
            rule: config.capacity.rule,
            statistic: capacity.statistic,
            load: first.map(super::level::kind),
            limit: Limit {
                text: &capacity.limit.text,
                level: levels.keyed(capacity.limit.level),
                kind: capacity.limit.kind,
            },
            within: capacity.within.as_ref().map(|bound| Within {
                text: &bound.text,
                level: levels.keyed(Some(bound.level)),
                estimated: bound.estimated,
                binding: bound.binding,
            }),
            binding: capacity.binding,
            bracket: [capacity.bracket.0, capacity.bracket.1].map(|end| end.map(|end| levels.bare(end))),
            crossing: capacity.crossing,
            crossing_interval: capacity.crossing_interval,
            columns: capacity.columns.iter().map(|column| self::column(column, levels)).collect(),
            levels: capacity.levels.iter().map(level).collect(),
            unjudged: capacity
                .unjudged
                .iter()
                .map(|(load, unknown)| Unjudged { level: Keyed::of(*load), unknown: *unknown })
                .collect(),
            passing_above: capacity.passing_above.iter().map(|load| Level::of(*load)).collect(),
        }
    }
}

fn column(column: &found::Column, levels: Levels) -> Column<'_> {
    Column {
        level: levels.keyed(Some(column.level)),
        estimated: column.estimated,
        ttft_s: column.ttft_s,
        e2e_s: column.e2e_s,
        generation_speed_tok_s: column.generation_speed_tok_s,
        exceeded: &column.exceeded,
    }
}

fn level(level: &found::Level) -> TestedLevel<'_> {
    TestedLevel {
        level: Keyed::of(level.load),
        scenario: &level.scenario,
        requests: level.requests,
        failed: level.failed,
        ttft_s: level.ttft_s,
        e2e_s: level.e2e_s,
        generation_speed_tok_s: level.generation_speed_tok_s,
        exceeded: &level.exceeded,
    }
}
