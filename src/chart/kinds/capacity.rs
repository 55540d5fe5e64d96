//! What a use case's thresholds are held against, by load, with the limit.

use super::sweep::load_axis;
use crate::analysis::capacity::{Capacity, Kind, Level};
use crate::cell::Statistic;
use crate::chart::{Axis, Chart, LimitKind, LimitMark, Quantity, RuleMark, Scale, Series, Side};
use crate::format;
use crate::record::Load;

/// A metric of a use case.
struct Held {
    /// Stands at its line.
    name: &'static str,
    side: Side,
    quantity: Quantity,
    value: fn(&Level) -> Option<f64>,
    threshold: Option<f64>,
    /// What its threshold is called, given the printed number.
    rule: fn(&str) -> String,
}

/// The chart of a use case; none where fewer than two levels were judged.
pub fn capacity(capacity: &Capacity) -> Option<Chart> {
    let held = held(capacity);
    let series: Vec<Series> = held.iter().map(|metric| series(metric, capacity)).collect();
    let loads: Vec<Load> = capacity.levels.iter().map(|level| level.load).collect();
    if loads.len() < 2 || series.iter().all(|series| series.points.is_empty()) {
        return None;
    }
    let on = |side| held.iter().filter(move |metric| metric.side == side);
    let has_left = on(Side::Left).next().is_some();
    let right = on(Side::Right).next().map(|metric| axis(capacity, &[metric]));
    let left: Vec<&Held> = on(Side::Left).collect();
    let (y, right) = if has_left { (axis(capacity, &left), right) } else { (right?, None) };
    let rules = held.iter().enumerate().filter_map(|(at, metric)| {
        let value = metric.threshold?;
        let label = (metric.rule)(&format::shortest(value));
        Some(RuleMark { value, side: metric.side, series: Some(at), label })
    });
    Some(Chart {
        id: format!("capacity-{}", capacity.use_case.id),
        title: title(capacity, &held, &loads),
        x: Axis { scale: Scale::Linear, ..load_axis(&loads) },
        y,
        right,
        rules: rules.collect(),
        series,
        limit: limit(capacity, &loads),
        ..Chart::default()
    })
}

/// `General Chatbot: TTFT and generation speed by concurrency`
fn title(capacity: &Capacity, held: &[Held], loads: &[Load]) -> String {
    let name = |metric: &Held| match (metric.side, capacity.statistic) {
        (Side::Right, Statistic::Mean) => "generation speed".to_owned(),
        _ => named(metric, capacity.statistic),
    };
    let names: Vec<String> = held.iter().map(name).collect();
    let along = if loads.iter().all(|load| load.is_concurrency()) { "concurrency" } else { "request rate" };
    format!("{}: {} by {along}", capacity.use_case.name, format::list(&names))
}

/// The metrics with a threshold and, beside a single latency, generation speed.
fn held(capacity: &Capacity) -> Vec<Held> {
    let case = &capacity.use_case;
    let ttft = Held {
        name: "TTFT",
        side: Side::Left,
        quantity: Quantity::Seconds,
        value: |level| level.ttft_s,
        threshold: case.max_ttft_s,
        rule: |value| format!("TTFT limit {value} s"),
    };
    let e2e = Held {
        name: "E2E",
        side: Side::Left,
        quantity: Quantity::Milliseconds,
        value: |level| level.e2e_s,
        threshold: case.max_e2e_s,
        rule: |value| format!("E2E limit {value} s"),
    };
    let speed = Held {
        name: "Generation speed",
        side: Side::Right,
        quantity: Quantity::TokensPerSecond,
        value: |level| level.generation_speed_tok_s,
        threshold: case.min_speed,
        rule: |value| format!("Speed floor {value} tok/s"),
    };
    let latencies = [ttft, e2e].into_iter().filter(|metric| metric.threshold.is_some());
    let mut held: Vec<Held> = latencies.collect();
    if speed.threshold.is_some() || held.len() == 1 {
        held.push(speed);
    }
    // A metric without a threshold may not have been recorded; one with a threshold was, at every judged level.
    held.retain(|metric| capacity.levels.iter().any(|level| (metric.value)(level).is_some()));
    held
}

fn series(metric: &Held, capacity: &Capacity) -> Series {
    let point = |level: &Level| Some((level.load.level(), (metric.value)(level)?));
    Series {
        name: named(metric, capacity.statistic),
        subject: named(metric, capacity.statistic),
        side: metric.side,
        quantity: Some(metric.quantity),
        points: capacity.levels.iter().filter_map(point).collect(),
    }
}

/// The metric with the statistic that was judged: `TTFT`, `p95 TTFT`, `p5 generation speed`.
fn named(metric: &Held, statistic: Statistic) -> String {
    let is_speed = metric.side == Side::Right;
    let prefix = match statistic {
        Statistic::Mean => return metric.name.to_owned(),
        Statistic::P50 => "Median",
        Statistic::P90 if is_speed => "p10",
        Statistic::P95 if is_speed => "p5",
        Statistic::P99 if is_speed => "p1",
        Statistic::P90 => "p90",
        Statistic::P95 => "p95",
        Statistic::P99 => "p99",
    };
    let name = if is_speed { "generation speed" } else { metric.name };
    format!("{prefix} {name}")
}

fn axis(capacity: &Capacity, metrics: &[&Held]) -> Axis {
    let names: Vec<String> = metrics.iter().map(|metric| named(metric, capacity.statistic)).collect();
    let is_speed = metrics.iter().all(|metric| metric.side == Side::Right);
    Axis {
        title: if is_speed { format!("{} (tok/s)", names.join(", ")) } else { names.join(", ") },
        quantity: if is_speed { Quantity::TokensPerSecond } else { Quantity::Seconds },
        ..Axis::default()
    }
}

fn limit(capacity: &Capacity, loads: &[Load]) -> Option<LimitMark> {
    let kind = match capacity.limit.kind {
        Kind::Tested => LimitKind::Tested,
        Kind::Estimated => LimitKind::Estimated,
        Kind::Open => LimitKind::Open,
        Kind::Unmet => LimitKind::Unmet,
        Kind::NotJudged => return None,
    };
    let text = &capacity.limit.text;
    let unit = match loads.first()? {
        Load::RequestRate(_) => "requests/s",
        Load::Concurrency(_) if matches!(text.as_str(), "1" | "<1" | "~1") => "request",
        Load::Concurrency(_) => "requests",
    };
    let level = capacity.limit.level.or(loads.first().map(|load| load.level()))?;
    Some(LimitMark { level, label: format!("Capacity limit: {text} {unit}"), kind })
}
