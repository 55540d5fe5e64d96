//! What moved, for a person to read: plain text.

use super::{CapacityMove, CapacityVerdict, CellName, Figure, Gate, Move, Verdict};
use crate::error::visible;
use crate::format::{self, counted};
use crate::record::{Load, SWEEP};

/// Most rows of figures that regressed, and of those that did not.
const REGRESSED: usize = 20;
const OTHERS: usize = 10;

/// The comparison as text: unlike conditions first, then what moved, worst first.
pub fn text(gate: &Gate) -> String {
    let mut lines = vec![format!("{} against the baseline {}", side(&gate.now), side(&gate.baseline))];
    if !gate.differences.is_empty() {
        lines.extend([String::new(), "Not alike, so that figures may differ for this reason alone:".to_owned()]);
        let rows = gate.differences.iter().map(|one| vec![one.what.clone(), format!("{} → {}", one.before, one.now)]);
        lines.extend(table(rows.collect(), &[]));
    }
    let (mut rows, mut more) = (Vec::new(), Vec::new());
    let regressed = gate.fallen().map(capacity).chain(gate.of(Verdict::Regressed).map(figure));
    shown(&mut rows, &mut more, regressed.collect(), REGRESSED, "regressed");
    let fell = gate.capacity.iter().filter(|one| one.verdict == CapacityVerdict::Fell).map(capacity);
    shown(
        &mut rows,
        &mut more,
        fell.chain(gate.of(Verdict::Worse).map(figure)).collect(),
        OTHERS,
        "worse within the limit",
    );
    let rose = gate.capacity.iter().filter(|one| one.verdict == CapacityVerdict::Rose).map(capacity);
    shown(&mut rows, &mut more, rose.chain(gate.of(Verdict::Better).map(figure)).collect(), OTHERS, "better");
    if !rows.is_empty() {
        lines.push(String::new());
        let head = ["", "", "cell", "before", "now", "ratio (95 %)"].map(str::to_owned).to_vec();
        lines.extend(table([vec![head], rows].concat(), &[3, 4, 5]));
        lines.extend(more.into_iter().map(|line| format!("  {line}")));
        if gate.moves.iter().any(|one| one.interval.is_none() && one.verdict != Verdict::WithinNoise) {
            lines.push("  * spread not known: the limit alone decides".to_owned());
        }
    }
    notes(gate, &mut lines);
    lines.extend([String::new(), verdict(gate)]);
    lines.into_iter().map(|line| format!("{}\n", visible(line.trim_end()))).collect()
}

/// A cell as a row names it: `32K × 4`, `general-chatbot 32K × 4`, `8K at 2.5 requests/s`.
pub(super) fn cell(name: &CellName) -> String {
    let context = name.context_label.as_deref().unwrap_or("unknown context");
    let load = match name.load.load() {
        Some(Load::Concurrency(n)) => format!("× {n}"),
        Some(load) => format!("at {}", format::load(load)),
        None => String::new(),
    };
    let scenario = if name.scenario == SWEEP { String::new() } else { format!("{} ", name.scenario) };
    format!("{scenario}{context} {load}")
}

fn side(side: &super::Side) -> String {
    let date = side.date.as_ref().map_or(String::new(), |date| format!(" of {date}"));
    format!("{}{date}", side.title)
}

/// Adds rows up to a number, and says how many more there are.
fn shown(rows: &mut Vec<Vec<String>>, more: &mut Vec<String>, all: Vec<Vec<String>>, most: usize, what: &str) {
    let left = all.len().saturating_sub(most);
    rows.extend(all.into_iter().take(most));
    if left > 0 {
        more.push(format!("and {left} more {what}"));
    }
}

fn figure(one: &Move) -> Vec<String> {
    let Some(figure) = super::FIGURES.iter().find(|figure| figure.name == one.figure) else { return Vec::new() };
    let Figure { title, print, .. } = figure;
    let verdict = match one.verdict {
        Verdict::Regressed => format!("regressed (limit {})", percent(one.limit)),
        Verdict::Worse => "worse".to_owned(),
        Verdict::Better => "better".to_owned(),
        Verdict::WithinNoise => "within noise".to_owned(),
    };
    let statistic = if one.statistic == Some("p50") { " (median)" } else { "" };
    let interval = one.interval.map_or(" *".to_owned(), |(low, high)| format!(" ({}–{})", ratio(low), ratio(high)));
    vec![
        verdict,
        format!("{title}{statistic}"),
        cell(&one.cell),
        print(one.before),
        print(one.now),
        format!("{}{interval}", ratio(one.ratio)),
    ]
}

fn capacity(one: &CapacityMove) -> Vec<String> {
    let verdict = match one.verdict {
        CapacityVerdict::Regressed if one.limit > 0.0 => format!("regressed (limit {})", percent(one.limit)),
        CapacityVerdict::Regressed => "regressed".to_owned(),
        CapacityVerdict::Fell => "worse".to_owned(),
        CapacityVerdict::Rose => "better".to_owned(),
        _ => String::new(),
    };
    let unit = if one.unit == "requests/s" { " (requests/s)" } else { "" };
    vec![verdict, format!("Capacity{unit}"), one.use_case.clone(), one.before.clone(), one.now.clone(), String::new()]
}

/// What was not compared.
fn notes(gate: &Gate, lines: &mut Vec<String>) {
    let mut notes = Vec::new();
    for one in gate.capacity.iter().filter(|one| one.verdict == CapacityVerdict::Changed) {
        notes.push(format!(
            "{} is not the same use case, so that its limits ({}, now {}) are not compared: {}",
            one.use_case,
            one.before,
            one.now,
            one.changed.join(", ")
        ));
    }
    for one in gate.capacity.iter().filter(|one| one.verdict == CapacityVerdict::Unclear) {
        notes.push(format!(
            "{}: {} now and {} before; whether that moved was not tested",
            one.use_case, one.now, one.before
        ));
    }
    let names = |cells: &[CellName]| listed(cells.iter().map(cell).collect());
    if !gate.missing.is_empty() {
        let n = counted(gate.missing.len() as u64, "cell", "cells");
        notes.push(format!("Only in the baseline: {n} ({})", names(&gate.missing)));
    }
    if !gate.missing_use_cases.is_empty() {
        notes.push(format!("Use cases only in the baseline: {}", format::list(&gate.missing_use_cases)));
    }
    if !gate.new.is_empty() {
        let n = counted(gate.new.len() as u64, "cell", "cells");
        notes.push(format!("New, with nothing to compare: {n} ({})", names(&gate.new)));
    }
    if !gate.unmeasured.is_empty() {
        let what = gate.unmeasured.iter().map(|one| format!("{} at {}", one.figure, cell(&one.cell))).collect();
        notes.push(format!("Measured in the baseline and not now: {}", listed(what)));
    }
    if !notes.is_empty() {
        lines.push(String::new());
        lines.extend(notes);
    }
}

/// The first of a list, and how many more there are.
fn listed(names: Vec<String>) -> String {
    const NAMED: usize = 6;
    match names.len() {
        n if n <= NAMED => names.join(", "),
        n => format!("{} and {} more", names[..NAMED].join(", "), n - NAMED),
    }
}

fn verdict(gate: &Gate) -> String {
    let count = |verdict| gate.of(verdict).count();
    let mut lines = vec![format!(
        "{} of {} compared: {} regressed, {} worse within the limit, {} better, {} within noise.",
        counted(gate.moves.len() as u64, "figure", "figures"),
        counted(gate.cells as u64, "cell", "cells"),
        count(Verdict::Regressed),
        count(Verdict::Worse),
        count(Verdict::Better),
        count(Verdict::WithinNoise)
    )];
    let limits = |verdict| gate.capacity.iter().filter(|one| one.verdict == verdict).count();
    let same = limits(CapacityVerdict::Same) + limits(CapacityVerdict::WithinNoise);
    let parts = [
        (limits(CapacityVerdict::Regressed), "regressed"),
        (limits(CapacityVerdict::Fell), "fell within the limit"),
        (limits(CapacityVerdict::Rose), "rose"),
        (same, "the same or within noise"),
        (limits(CapacityVerdict::Unclear), "not to be told"),
        (limits(CapacityVerdict::Changed), "of another use case"),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if !parts.is_empty() {
        let n = counted(gate.capacity.len() as u64, "capacity limit", "capacity limits");
        lines.push(format!("{n}: {}.", parts.join(", ")));
    }
    if gate.worse_by_chance >= 1.0 && count(Verdict::Regressed) + count(Verdict::Worse) > 0 {
        let chance = format::fixed(gate.worse_by_chance, 0);
        lines.push(format!("Of so many figures, about {chance} would be worse beyond noise by chance alone."));
    }
    if gate.coarse > 0 {
        let (n, are) = (counted(gate.coarse as u64, "figure", "figures"), if gate.coarse == 1 { "is" } else { "are" });
        lines.push(format!(
            "{n} {are} known less well than the limit: more requests in a level, or three runs of it, would tell more."
        ));
    }
    lines.join("\n")
}

/// A ratio to three digits behind the point.
fn ratio(ratio: f64) -> String {
    format::fixed(ratio, 3)
}

fn percent(share: f64) -> String {
    // 0.07 × 100 is 7.000000000000001.
    format!("{}%", format::shortest((share * 1e6).round() / 1e4))
}

/// Rows with their columns below each other; those of `right` end together. No line is wrapped.
fn table(rows: Vec<Vec<String>>, right: &[usize]) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|text| length(text)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let cell = |(at, text): (usize, &String)| {
        let gap = " ".repeat(widths[at] - length(text));
        if right.contains(&at) { format!("{gap}{text}") } else { format!("{text}{gap}") }
    };
    rows.iter().map(|row| format!("  {}", row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  "))).collect()
}
