//! What a chart shows, in words: for those who cannot see it.

use super::templates::{capital, clean};
use crate::chart::{Bar, Bars, Bound, Chart, Form, Map, Quantity, Series};
use crate::format;
use crate::record::Load;

/// What a chart shows, written from its data: each line from end to end, and its extremes between.
pub(super) fn alternative(chart: &Chart) -> String {
    if let Some(map) = &chart.map {
        return clean(&map_words(chart, map));
    }
    if let Some(bars) = &chart.bars {
        return clean(&bars_words(chart, bars));
    }
    let line = if chart.form == Form::Path { path } else { line };
    let lines: Vec<_> = chart.series.iter().filter_map(|series| line(chart, series)).collect();
    let mut out = format!("{}. {}.", chart.title, capital(&lines.join("; ")));
    if let Some(reference) = &chart.reference {
        let lines: Vec<_> =
            reference.lines.iter().filter_map(|(_, series)| line(chart, &unnamed(series, &reference.name))).collect();
        out.push_str(&format!(" In grey, {}: {}.", reference.name, lines.join("; ")));
    }
    let rules: Vec<_> = chart.rules.iter().map(|rule| rule.label.clone()).collect();
    if !rules.is_empty() {
        out.push_str(&format!(" Dashed: {}.", format::list(&rules)));
    }
    if let Some(limit) = &chart.limit {
        out.push_str(&format!(" {}.", limit.label));
    }
    clean(&out)
}

/// A line of a reference without the name that each of its points carries.
fn unnamed(series: &Series, name: &str) -> Series {
    let without = |text: &String, end: String| text.strip_suffix(&end).unwrap_or(text).to_owned();
    Series {
        subject: if series.subject == name { String::new() } else { without(&series.subject, format!(", {name}")) },
        notes: series.notes.iter().map(|note| without(note, format!(" ({name})"))).collect(),
        ..series.clone()
    }
}

/// What can run where: each threshold, with the load up to which each context keeps it.
fn map_words(chart: &Chart, map: &Map) -> String {
    let known: Vec<f64> = map.values.iter().flatten().copied().flatten().collect();
    let (low, high) =
        known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let mut out = format!("{}. From {} to {}.", chart.title, map.quantity.print(low), map.quantity.print(high));
    for bound in &map.bounds {
        // Contexts that keep it up to the same level are told together.
        let mut groups: Vec<(Option<usize>, Vec<String>)> = Vec::new();
        for (column, context) in chart.x.levels.iter().enumerate() {
            let label = chart.x.print(*context);
            let reach = reach(map, bound, column);
            match groups.iter_mut().find(|(known, _)| *known == reach) {
                Some((_, labels)) => labels.push(label),
                None => groups.push((reach, vec![label])),
            }
        }
        groups.sort_by_key(|(reach, _)| std::cmp::Reverse(*reach));
        let group = |(reach, labels): &(Option<usize>, Vec<String>)| match reach {
            Some(row) => format!("up to {} at {}", level(chart, chart.y.levels[*row]), format::list(labels)),
            None => format!("at no level at {}", format::list(labels)),
        };
        let reached: Vec<String> = groups.iter().map(group).collect();
        let word = if map.more_is_better { "At least" } else { "Within" };
        out.push_str(&format!(" {word} {} ({}): {}.", bound.label, bound.names.join(", "), reached.join("; ")));
    }
    out
}

/// The lowest and the highest bar, what stands out, and what stands across them.
fn bars_words(chart: &Chart, bars: &Bars) -> String {
    let print = |value: f64| chart.x.quantity.print(value);
    let known: Vec<(&Bar, f64)> = bars.bars.iter().filter_map(|bar| Some((bar, bar.value?))).collect();
    let ends = known.first().map(|first| {
        known.iter().fold((first, first), |(low, high), bar| {
            (if bar.1 < low.1 { bar } else { low }, if bar.1 > high.1 { bar } else { high })
        })
    });
    let mut out = format!("{}.", chart.title);
    if let Some((low, _)) = ends.filter(|(low, high)| print(low.1) == print(high.1)) {
        out.push_str(&format!(" Each {}.", print(low.1)));
    } else if let Some((low, high)) = ends {
        out.push_str(&format!(" From {} ({}) to {} ({}).", print(low.1), low.0.name, print(high.1), high.0.name));
    }
    let noted: Vec<String> =
        bars.bars.iter().filter(|bar| !bar.note.is_empty()).map(|bar| chart.describe_bar(bars, bar)).collect();
    if !noted.is_empty() {
        out.push_str(&format!(" {}.", noted.join("; ")));
    }
    let rules: Vec<_> = chart.rules.iter().map(|rule| rule.label.clone()).collect();
    if !rules.is_empty() {
        out.push_str(&format!(" Dashed: {}.", format::list(&rules)));
    }
    out
}

/// The highest row up to which a column keeps a threshold in every measured field.
fn reach(map: &Map, bound: &Bound, column: usize) -> Option<usize> {
    let mut highest = None;
    for (row, values) in map.values.iter().enumerate() {
        match values.get(column).copied().flatten() {
            Some(value) if map.meets(value, bound) => highest = Some(row),
            Some(_) => break,
            None => {}
        }
    }
    highest
}

fn level(chart: &Chart, level: f64) -> String {
    match chart.y.quantity {
        Quantity::Concurrency => format::load(Load::Concurrency(level as u64)),
        _ => format::load(Load::RequestRate(level)),
    }
}

/// A line between two measured values: its first and its last point.
fn path(_: &Chart, series: &Series) -> Option<String> {
    let (first, last) = (series.notes.first()?, series.notes.last()?);
    let last = last.strip_prefix(series.subject.as_str()).map_or(last.as_str(), |rest| rest.trim_start_matches(", "));
    Some(format!("{first}; then {last}"))
}

fn line(chart: &Chart, series: &Series) -> Option<String> {
    let quantity = series.quantity.unwrap_or(chart.axis(series.side).quantity);
    let point = |(x, y): (f64, f64)| {
        let level = match chart.x.quantity {
            Quantity::Concurrency => format::load(Load::Concurrency(x as u64)),
            Quantity::RequestRate => format::load(Load::RequestRate(x)),
            _ => chart.x.print(x),
        };
        format!("{} at {level}", quantity.print(y))
    };
    let (first, last) = (*series.points.first()?, *series.points.last()?);
    let subject = if series.subject.is_empty() { &chart.y.title } else { &series.subject };
    if series.points.len() == 1 {
        return Some(format!("{subject}: {}", point(first)));
    }
    let way = match last.1.total_cmp(&first.1) {
        _ if quantity.print(first.1) == quantity.print(last.1) => "is",
        std::cmp::Ordering::Less => "falls from",
        _ => "rises from",
    };
    let join = if way == "is" { "and" } else { "to" };
    let mut out = format!("{subject}: {way} {} {join} {}", point(first), point(last));
    // An extreme that prints like an end says nothing.
    let tells = |y: f64| [first.1, last.1].iter().all(|end| quantity.print(*end) != quantity.print(y));
    let extreme = |beyond: fn(f64, f64) -> bool| {
        let found = series.points.iter().copied().reduce(|a, b| if beyond(b.1, a.1) { b } else { a })?;
        (beyond(found.1, first.1) && beyond(found.1, last.1) && tells(found.1)).then_some(found)
    };
    if let Some(highest) = extreme(|a, b| a > b) {
        out.push_str(&format!(", highest with {}", point(highest)));
    }
    if let Some(lowest) = extreme(|a, b| a < b) {
        out.push_str(&format!(", lowest with {}", point(lowest)));
    }
    Some(out)
}
