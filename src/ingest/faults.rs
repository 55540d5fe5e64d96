//! What is said of runs whose times show that their throughput is wrong.

use super::power::{join::EPOCH_FROM_S, time};
use crate::cell::breaks::{Broken, Crowded, Stretch};
use crate::cell::{CellKey, Window};
use crate::error::Warning;
use crate::format::{self, counted};
use crate::record::PROMPT_SUITE;
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
