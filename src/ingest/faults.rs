//! What is said of runs whose times show that their throughput is wrong.

use super::power::{join::EPOCH_FROM_S, time};
use crate::cell::breaks::{Broken, Crowded, Stretch};
use crate::cell::{Cell, CellKey, Window};
use crate::error::Warning;
use crate::format::{self, counted};
use crate::metric::MetricId;
use crate::record::{Load, PROMPT_SUITE};
use std::collections::{BTreeMap, BTreeSet};

/// Stretches that are named one by one.
const NAMED: usize = 3;

/// Warnings of both kinds; `names` are those of the sources, by number.
pub fn warnings(broken: &[Broken], crowded: &[Crowded], names: &[&str]) -> Vec<Warning> {
    // One for all runs that come from the same files in the same order.
    let mut groups: BTreeMap<Vec<&BTreeSet<usize>>, Vec<&Broken>> = BTreeMap::new();
    // Prompts that are sent one by one have no common throughput that a pause could spoil.
    for run in broken.iter().filter(|run| run.key.scenario != PROMPT_SUITE) {
        groups.entry(run.stretches.iter().map(|stretch| &stretch.files).collect()).or_default().push(run);
    }
    let broken = groups.into_values().map(|runs| message(&runs, names));
    broken.chain(too_many(crowded)).map(Warning::new).collect()
}

/// That more requests were in flight than their level says.
fn too_many(crowded: &[Crowded]) -> Option<String> {
    let most = crowded.iter().max_by(|a, b| a.times_the_level().total_cmp(&b.times_the_level()))?;
    Some(format!(
        "{} had more requests in flight than the level says: on average {} in {}. Throughput is too high by that; most often \
         records of several runs, on clocks that start at the same moment, count as one: give each deployment a RUN folder of its \
         own, and tell repeats apart in the column `run`, or by `run` in `[[file]]`",
        cells(crowded.iter().map(|run| &run.key)),
        format::fixed(most.in_flight, 1),
        cell(&most.key)
    ))
}

/// That the requests of cells were sent one after the other although their level says several at once.
///
/// Told by Little's law: what they took together is no more than the time in which they were sent. Failed requests hold a place too,
/// for a time that is not known: cells that have some are not judged, nor are those whose runs lie far apart.
pub fn one_by_one(cells: &[Cell], broken: &[Broken]) -> Option<Warning> {
    let whole = cells.iter().filter(|cell| broken.iter().all(|run| run.key != cell.key));
    let mut alone: Vec<(f64, &CellKey)> = whole.filter_map(|cell| Some((lonely(cell)?, &cell.key))).collect();
    alone.sort_by(|a, b| (a.0 / a.1.load.level()).total_cmp(&(b.0 / b.1.load.level())));
    let (in_flight, key) = *alone.first()?;
    Some(Warning::new(format!(
        "{} had at most one request in flight on average, although the level says more: {} in {}. Figures of such a level are those of a \
         lower one: check what the load generator was told, and the `concurrency` of its records",
        self::cells(alone.iter().map(|(_, key)| *key)),
        format::fixed(in_flight, 2),
        self::cell(key)
    )))
}

/// Requests in flight on average, where it is one at most and the level is higher.
fn lonely(cell: &Cell) -> Option<f64> {
    /// Starts that were rounded to seconds make a window longer.
    const SHORTEST_S: f64 = 2.0;
    let Load::Concurrency(level) = cell.key.load else { return None };
    let e2e = cell.metric(MetricId::E2e);
    let filled = cell.failed == Some(0) && e2e.n >= level && cell.key.scenario != PROMPT_SUITE;
    let span_s = cell.span_s.filter(|span| level > 1 && filled && *span > SHORTEST_S)?;
    let in_flight = e2e.mean? * e2e.n as f64 / span_s;
    (in_flight < 1.0 + 1e-6).then_some(in_flight)
}

/// `28 cells (sweep, 1K, 1 concurrent request and so on)`.
fn cells<'k>(keys: impl Iterator<Item = &'k CellKey> + Clone) -> String {
    let first = keys.clone().next().map(cell).unwrap_or_default();
    let distinct: BTreeSet<String> = keys.map(cell).collect();
    match distinct.len() as u64 {
        1 => first,
        all => format!("{} ({first} and so on)", counted(all, "cell", "cells")),
    }
}

fn message(runs: &[&Broken], names: &[&str]) -> String {
    let first = runs[0];
    let stretches: Vec<Stretch> = (0..first.stretches.len())
        .map(|at| {
            let windows = runs.iter().map(|run| run.stretches[at].window);
            let window = windows.reduce(Window::union).unwrap_or(first.stretches[at].window);
            Stretch { window, files: first.stretches[at].files.clone() }
        })
        .collect();
    let which = format!("the requests of {}", cells(runs.iter().map(|run| &run.key)));
    let mut named: Vec<String> = stretches.iter().take(NAMED).map(|stretch| told(stretch, names)).collect();
    if stretches.len() > NAMED {
        named.push(format!("{} times more", stretches.len() - NAMED));
    }
    let longest = runs.iter().map(|run| longest_break_s(&run.stretches)).fold(0.0, f64::max);
    let one_file = stretches.iter().all(|stretch| stretch.files == stretches[0].files);
    let what_to_do = if one_file {
        "tell repeats apart in the column `run`, and give each deployment a RUN folder of its own"
    } else {
        "give each deployment a RUN folder of its own; tell repeats of one apart in the column `run`, or by `run` in `[[file]]`"
    };
    format!(
        "{which} count as one run, but lie far apart: {}, with pauses of up to {}. Throughput is taken over that \
         time too, and is far too low; {what_to_do}",
        named.join(", then "),
        format::duration(longest)
    )
}

/// `sweep, 1K, 4 concurrent requests`.
fn cell(key: &CellKey) -> String {
    let context = key.context.as_ref().map_or(String::new(), |context| format!(", {}", context.label));
    format!("{}{context}, {}", key.scenario, format::load(key.load))
}

fn longest_break_s(stretches: &[Stretch]) -> f64 {
    let between =
        |pair: &[Stretch]| Window { start_ps: pair[0].window.end_ps, end_ps: pair[1].window.start_ps }.span_s();
    stretches.windows(2).map(between).fold(0.0, f64::max)
}

/// `first/records.csv (2026-02-06 10:00:00 to 10:04:10 UTC)`.
fn told(stretch: &Stretch, names: &[&str]) -> String {
    let name = |file: &usize| names.get(*file).copied().unwrap_or_default();
    let first = stretch.files.first().map(name).unwrap_or_default();
    let files = match stretch.files.len() {
        0 | 1 => first.to_owned(),
        more => format!("{first} and {}", counted(more as u64 - 1, "more file", "more files")),
    };
    let Window { start_ps, end_ps } = stretch.window;
    let when = if start_ps >= EPOCH_FROM_S * 1_000_000_000_000 {
        time::print_span((start_ps / 1000) as i64, (end_ps / 1000) as i64)
    } else {
        let second = |ps: i128| format::fixed(ps as f64 / 1e12, 1);
        format!("{} to {} s of its clock", second(start_ps), second(end_ps))
    };
    format!("{files} ({when})")
}
