//! Capacity limits in JSON.

use crate::analysis::capacity as found;
use crate::config::Rule;
use crate::results::{Capacity, Column, Level, Limit, LoadKind, LoadLevel, TestedLevel, Thresholds, Unjudged, Within};

pub(super) fn capacity(capacity: &found::Capacity, rule: Rule) -> Capacity {
    let use_case = &capacity.use_case;
    let first = capacity.levels.first().map(|level| level.load).or(capacity.unjudged.first().map(|(load, _)| *load));
    let kind = first.map_or(LoadKind::Concurrency, LoadKind::from);
    let level = |value: Option<f64>| value.map_or_else(LoadLevel::default, |value| LoadLevel::new(value, kind));
    Capacity {
        use_case: use_case.id.clone(),
        name: use_case.name.clone(),
        context_tokens: use_case.context.tokens,
        context_label: use_case.context.label.clone(),
        output_tokens: use_case.output_tokens,
        thresholds: Thresholds {
            max_ttft_s: use_case.max_ttft_s,
            max_e2e_s: use_case.max_e2e_s,
            min_speed_tok_s: use_case.min_speed,
        },
        rule,
        statistic: capacity.statistic,
        load: first.map(LoadKind::from),
        limit: Limit {
            text: capacity.limit.text.clone(),
            level: level(capacity.limit.level),
            kind: capacity.limit.kind,
        },
        within: capacity.within.as_ref().map(|bound| Within {
            text: bound.text.clone(),
            level: level(Some(bound.level)),
            estimated: bound.estimated,
            binding: bound.binding,
        }),
        binding: capacity.binding,
        bracket: [capacity.bracket.0, capacity.bracket.1].map(|end| end.map(|end| Level::new(end, kind))),
        crossing: capacity.crossing,
        crossing_interval: capacity.crossing_interval,
        columns: capacity
            .columns
            .iter()
            .map(|column| Column {
                level: level(Some(column.level)),
                estimated: column.estimated,
                ttft_s: column.ttft_s,
                e2e_s: column.e2e_s,
                generation_speed_tok_s: column.generation_speed_tok_s,
                exceeded: column.exceeded.clone(),
            })
            .collect(),
        levels: capacity.levels.iter().map(tested).collect(),
        unjudged: capacity
            .unjudged
            .iter()
            .map(|(load, unknown)| Unjudged { level: (*load).into(), unknown: *unknown })
            .collect(),
        passing_above: capacity.passing_above.iter().map(|load| (*load).into()).collect(),
    }
}

fn tested(level: &found::Level) -> TestedLevel {
    TestedLevel {
        level: level.load.into(),
        scenario: level.scenario.clone(),
        requests: level.requests,
        failed: level.failed,
        ttft_s: level.ttft_s,
        e2e_s: level.e2e_s,
        generation_speed_tok_s: level.generation_speed_tok_s,
        exceeded: level.exceeded.clone(),
    }
}
