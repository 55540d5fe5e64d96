//! A check for a person to read: plain text of at most 100 columns.

use super::{Check, CheckedFile, Level, Outcome, Span, Totals};
use crate::error::visible;
use crate::format::{self, counted};
use crate::ingest::power::time;
use crate::record::Load;
use crate::report::Outline;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use unicode_segmentation::UnicodeSegmentation;

/// Longest line; a word that is longer stands alone on its own.
const WIDTH: usize = 100;

/// The check as text. Problems and warnings are counted at its end; they belong on standard error.
pub fn text(check: &Check) -> String {
    let mut page = Page::default();
    page.line("", &format!("{}: {}", check.run, counted(check.files.len() as u64, "file", "files")));
    for file in &check.files {
        page.blank();
        page.line("", &file.name);
        file_lines(file).iter().for_each(|line| page.line("  ", line));
    }
    if let Some(totals) = &check.totals {
        page.blank();
        totals_lines(&mut page, totals);
    }
    if let Some(outline) = &check.report {
        page.blank();
        outline_lines(&mut page, outline);
    }
    for guess in &check.guesses {
        page.blank();
        page.line("", &format!("{} was not recognised. To have it read, put into gristmill.toml:", guess.file));
        page.blank();
        guess.toml.lines().for_each(|line| page.row(line));
    }
    page.blank();
    page.line("", &verdict(check));
    page.text
}

/// Lines that are wrapped where they are longer than [`WIDTH`].
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line behind an indentation, which its continuation repeats and deepens.
    fn line(&mut self, indent: &str, line: &str) {
        let line = visible(line).replace(['\n', '\t'], " ");
        let width = |text: &str| text.graphemes(true).count();
        let mut current = indent.to_owned();
        let mut fresh = true;
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            if !fresh && width(&current) + 1 + width(word) > WIDTH {
                self.text.push_str(&current);
                self.text.push('\n');
                current = format!("{indent}  ");
                fresh = true;
            }
            current.push_str(if fresh { "" } else { " " });
            current.push_str(word);
            fresh = false;
        }
        self.text.push_str(current.trim_end());
        self.text.push('\n');
    }

    /// A line whose spaces stay.
    fn row(&mut self, row: &str) {
        self.text.push_str(visible(row).trim_end());
        self.text.push('\n');
    }
}

fn file_lines(file: &CheckedFile) -> Vec<String> {
    let mut format = file.format.unwrap_or_default().to_owned();
    if let Some(version) = &file.version {
        format.push_str(&format!(", version {version}"));
    }
    let mut lines = vec![match (file.outcome, &file.reason) {
        (Outcome::Empty, _) => "is empty".to_owned(),
        (Outcome::NotRecognised, _) => "not recognised, left out".to_owned(),
        (Outcome::Failed, _) if format.is_empty() => "cannot be used, see the problems".to_owned(),
        (Outcome::Failed, _) => format!("{format}: cannot be used, see the problems"),
        (Outcome::SetAside, reason) => {
            let name = if format.is_empty() { String::new() } else { format!("{format}, ") };
            format!("{name}set aside: {}", reason.as_deref().unwrap_or("nothing in it is used"))
        }
        (Outcome::Read, _) => format,
    }];
    lines.extend(gave(file));
    lines.extend(file.from_name.as_ref().map(|taken| format!("from its name: {taken}")));
    if !file.setup.is_empty() {
        let said: Vec<_> = file.setup.iter().map(|(key, value)| format!("{key} {value}")).collect();
        lines.push(format!("says: {}", said.join("; ")));
    }
    if !file.bad_records.is_empty() {
        let reasons: Vec<_> = file
            .bad_records
            .iter()
            .map(|(reason, count)| format!("{} × {reason}", format::thousands(*count as f64)))
            .collect();
        lines.push(format!("bad records: {}", reasons.join(", ")));
    }
    if !file.unknown_columns.is_empty() {
        lines.push(format!("unknown columns, left out: {}", shortened(&file.unknown_columns)));
    }
    lines
}

/// What it gave: requests, levels, samples, times.
fn gave(file: &CheckedFile) -> Vec<String> {
    let mut parts = Vec::new();
    if file.requests > 0 {
        parts.push(counted(file.requests, "request", "requests"));
    }
    let summed: Vec<u64> = file.runs.iter().copied().flatten().collect();
    if !summed.is_empty() {
        let runs = match file.runs.len() {
            1 => String::new(),
            n => format!("{}: ", counted(n as u64, "run", "runs")),
        };
        parts.push(format!("{runs}{} summed up by its tool", counted(summed.iter().sum(), "request", "requests")));
    } else if file.runs.len() > 1 {
        parts.push(counted(file.runs.len() as u64, "run", "runs"));
    }
    if !file.cells.is_empty() {
        let requests: u64 = file.cells.iter().flatten().sum();
        let of = if requests > 0 { format!(" of {}", counted(requests, "request", "requests")) } else { String::new() };
        parts.push(format!("{}{of}", counted(file.cells.len() as u64, "cell", "cells")));
    }
    let concurrencies: Vec<_> = file.concurrencies.iter().map(|n| n.to_string()).collect();
    let rates: Vec<_> = file.request_rates.iter().map(|rate| format::shortest(*rate)).collect();
    parts.extend((!concurrencies.is_empty()).then(|| format!("concurrency {}", shortened(&concurrencies))));
    let per_second = if rates == ["1"] { "request/s" } else { "requests/s" };
    parts.extend((!rates.is_empty()).then(|| format!("{} {per_second}", shortened(&rates))));
    let noun = if file.contexts.len() == 1 { "context" } else { "contexts" };
    parts.extend((!file.contexts.is_empty()).then(|| format!("{noun} {}", shortened(&file.contexts))));
    if !file.power_samples.is_empty() {
        let samples = file.power_samples.values().sum();
        let gpus = counted(file.power_samples.len() as u64, "GPU", "GPUs");
        parts.push(format!("{} of {gpus}", counted(samples, "sample", "samples")));
    }
    let mut lines = Vec::new();
    lines.extend((!parts.is_empty()).then(|| parts.join("; ")));
    lines.extend(file.span.map(span));
    lines
}

/// A list that names the first and counts the rest where it is long.
fn shortened(items: &[String]) -> String {
    const NAMED: usize = 12;
    if items.len() <= NAMED {
        return format::list(items);
    }
    format!("{} and {} more", items[..NAMED - 1].join(", "), items.len() - NAMED + 1)
}

fn span(span: Span) -> String {
    let length = format::duration(span.last_s - span.first_s);
    if !span.epoch {
        let seconds = |at: f64| format!("{} s", format::fixed(at, 1));
        return format!(
            "from {} to {} on a clock of its own ({length}): power cannot be joined",
            seconds(span.first_s),
            seconds(span.last_s)
        );
    }
    format!("{} ({length})", time::print_span((span.first_s * 1e9) as i64, (span.last_s * 1e9) as i64))
}

fn totals_lines(page: &mut Page, totals: &Totals) {
    let mut parts = vec![match totals.cases {
        Some(cases) => format!("a prompt suite of {}", counted(cases, "case", "cases")),
        None => counted(totals.cells.len() as u64, "cell", "cells"),
    }];
    parts.push(match (totals.requests, totals.failed) {
        (Some(requests), Some(0)) => format!("{}, none failed", counted(requests, "request", "requests")),
        (Some(requests), Some(failed)) => {
            format!("{}, {} failed", counted(requests, "request", "requests"), format::thousands(failed as f64))
        }
        (Some(requests), None) => {
            format!("{}; not every file counts failures", counted(requests, "request", "requests"))
        }
        (None, _) => "not every file counts its requests".to_owned(),
    });
    parts.extend((totals.warmup > 0).then(|| counted(totals.warmup, "warm-up request", "warm-up requests")));
    page.line("", &format!("Together: {}", parts.join("; ")));
    if let Some(all) = totals.span {
        page.line("  ", &span(all));
    }
    // A suite is a single cell, whose requests are counted already.
    if totals.cases.is_some() {
        return;
    }
    let mut scenarios: BTreeMap<(bool, &str, bool), Vec<&Level>> = BTreeMap::new();
    for cell in &totals.cells {
        let sweep = cell.scenario == crate::record::SWEEP;
        scenarios.entry((!sweep, &cell.scenario, cell.concurrency.is_none())).or_default().push(cell);
    }
    for ((_, scenario, rates), cells) in scenarios {
        let unit = if rates { "requests per second" } else { "concurrency" };
        let dots = if cells.iter().any(|cell| cell.requests.is_none()) { " (• not counted)" } else { "" };
        page.line("  ", &format!("{scenario}: requests by context and {unit}{dots}"));
        grid(page, &cells);
    }
}

/// Requests of each context and load, so that a hole in the sweep is seen.
fn grid(page: &mut Page, cells: &[&Level]) {
    let loads: BTreeSet<Load> = cells.iter().map(|cell| cell.load()).collect();
    let mut contexts: Vec<&Option<String>> = Vec::new();
    for cell in cells {
        if !contexts.contains(&&cell.context) {
            contexts.push(&cell.context);
        }
    }
    let name = |context: &Option<String>| context.clone().unwrap_or_else(|| "unknown".to_owned());
    let requests = |context: &Option<String>, load: Load| {
        let cell = cells.iter().find(|cell| cell.context == *context && cell.load() == load);
        cell.map_or(String::new(), |cell| cell.requests.map_or("•".to_owned(), |n| format::thousands(n as f64)))
    };
    let first = contexts.iter().map(|context| name(context).chars().count()).max().unwrap_or(0);
    let loads: Vec<Load> = loads.into_iter().collect();
    let widths: Vec<usize> = loads
        .iter()
        .map(|load| {
            let below = contexts.iter().map(|context| requests(context, *load).chars().count());
            below.chain([format::level(*load).chars().count()]).max().unwrap_or(0) + 2
        })
        .collect();
    let mut from = 0;
    while from < loads.len() {
        // As many columns as fit, at least one.
        let mut to = from + 1;
        while to < loads.len() && 4 + first + widths[from..=to].iter().sum::<usize>() <= WIDTH {
            to += 1;
        }
        let row = |head: &str, cell: &dyn Fn(Load) -> String| {
            let mut row = format!("    {head:<first$}");
            for at in from..to {
                let _ = write!(row, "{:>1$}", cell(loads[at]), widths[at]);
            }
            row
        };
        page.row(&row("", &format::level));
        for context in &contexts {
            page.row(&row(&name(context), &|load| requests(context, load)));
        }
        from = to;
    }
}

fn outline_lines(page: &mut Page, outline: &Outline) {
    page.line("", &format!("A report would have: {}.", outline.sections.join(", ")));
    if !outline.left_out.is_empty() {
        page.line("", "It would leave out:");
        for gap in &outline.left_out {
            page.line("  ", &format!("{}: {}", format::list(&gap.what), gap.why));
        }
    }
}

fn verdict(check: &Check) -> String {
    let warnings = counted(check.warnings.len() as u64, "warning", "warnings");
    match (check.problems.len() as u64, check.warnings.len()) {
        (0, 0) => "No problem was found.".to_owned(),
        (0, _) => format!("No problem was found; {warnings}."),
        (n, 0) => format!("{} found.", counted(n, "problem was", "problems were")),
        (n, _) => format!("{} found; {warnings}.", counted(n, "problem was", "problems were")),
    }
}
