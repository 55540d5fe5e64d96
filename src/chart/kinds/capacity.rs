//! What a use case's thresholds are held against, by load, with the limit.

use super::sweep::load_axis;
use crate::analysis::capacity::{Capacity, Kind, Level, Shown};
use crate::cell::Statistic;
use crate::chart::{Axis, Chart, LimitKind, LimitMark, Quantity, RuleMark, Scale, Series, Side};
use crate::format;
use crate::metric::MetricId;
use crate::record::Load;

/// A metric of a use case, and how the chart shows it.
pub(super) struct Held {
    pub shown: Shown,
    /// Stands at its line.
    pub name: &'static str,
    pub side: Side,
    pub quantity: Quantity,
}

/// The chart of a use case; none where fewer than two levels were judged.
pub fn capacity(capacity: &Capacity) -> Option<Chart> {
    let held: Vec<Held> = capacity.shown().into_iter().map(held).collect();
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
        let value = metric.shown.threshold?;
        Some(RuleMark { value, side: metric.side, series: Some(at), label: rule(metric, &format::shortest(value)) })
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
    let name = |metric: &Held| match (metric.side, statistic(metric, capacity)) {
        (Side::Right, Statistic::Mean) => "generation speed".to_owned(),
        _ => named(metric, capacity),
    };
    let names: Vec<String> = held.iter().map(name).collect();
    let along = if loads.iter().all(|load| load.is_concurrency()) { "concurrency" } else { "request rate" };
    format!("{}: {} by {along}", capacity.use_case.name, format::list(&names))
}

/// Latencies stand on the left axis, speed on the right.
pub(super) fn held(shown: Shown) -> Held {
    let (name, side, quantity) = match shown.metric {
        MetricId::GenerationSpeed => ("Generation speed", Side::Right, Quantity::TokensPerSecond),
        MetricId::E2e => ("E2E", Side::Left, Quantity::Milliseconds),
        _ => ("TTFT", Side::Left, Quantity::Seconds),
    };
    Held { shown, name, side, quantity }
}

/// What a threshold is called, given the printed number: `TTFT limit 8 s`.
pub(super) fn rule(metric: &Held, threshold: &str) -> String {
    match metric.side {
        Side::Left => format!("{} limit {threshold} s", metric.name),
        Side::Right => format!("Speed floor {threshold} tok/s"),
    }
}

pub(super) fn series(metric: &Held, capacity: &Capacity) -> Series {
    let point = |level: &Level| Some((level.load.level(), metric.shown.at_level(level)?));
    Series {
        name: named(metric, capacity),
        subject: named(metric, capacity),
        side: metric.side,
        quantity: Some(metric.quantity),
        points: capacity.levels.iter().filter_map(point).collect(),
        ..Series::default()
    }
}

/// The metric with the statistic that was judged: `TTFT`, `Median TTFT`, `p5 generation speed`.
pub(super) fn named(metric: &Held, capacity: &Capacity) -> String {
    let name = if metric.side == Side::Right { "generation speed" } else { metric.name };
    match statistic(metric, capacity) {
        Statistic::Mean => metric.name.to_owned(),
        Statistic::P50 => format!("Median {name}"),
        percentile => format!("{} {name}", percentile.name(metric.shown.better())),
    }
}

fn statistic(metric: &Held, capacity: &Capacity) -> Statistic {
    capacity.statistics[metric.shown.metric as usize]
}

pub(super) fn axis(capacity: &Capacity, metrics: &[&Held]) -> Axis {
    let names: Vec<String> = metrics.iter().map(|metric| named(metric, capacity)).collect();
    let is_speed = metrics.iter().all(|metric| metric.side == Side::Right);
    Axis {
        title: if is_speed {
            let basis = capacity.speed_basis.map(|basis| format!(", {basis}")).unwrap_or_default();
            format!("{} (tok/s{basis})", names.join(", "))
        } else {
            names.join(", ")
        },
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
    let bracket = match capacity.bracket {
        (Some(low), Some(high)) => Some((low, high)),
        _ => None,
    };
    let label = format!("Capacity limit: {text} {unit}");
    Some(LimitMark { level, label, kind, bracket, interval: capacity.crossing_interval })
}
