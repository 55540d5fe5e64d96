//! What tables of cells give a run: nothing beside requests, else their cells, each level once.

use super::super::part::Part;
use super::super::reading::FileReading;
use super::GivenCell;
use crate::cell::{Cell, CellKey};
use crate::error::{Warned, Warning};
use crate::format::counted;
use std::collections::BTreeMap;

/// Why a table of cells does not count.
const BESIDE_REQUESTS: &str = "requests, or a tool's own figures of them, are read beside it, and cells computed from requests would count \
     them twice";

/// Sets every table of cells aside where the run has requests of its own: what was computed from them, perhaps from an
/// earlier state of them, adds nothing that could be trusted.
pub fn set_aside(files: &mut [FileReading]) {
    // What an engine's counters say fills in what cells do not know, as it does beside requests.
    let summed_up = |part: &Part| part.aggregate.is_some() && !part.from_engine;
    let has_requests = |file: &FileReading| file.findings.records > 0 || file.findings.parts.iter().any(summed_up);
    if !files.iter().any(|file| file.holds_requests() && has_requests(file)) {
        return;
    }
    for file in files.iter_mut().filter(|file| !file.findings.cells.is_empty()) {
        file.findings.cells.clear();
        file.findings.latest_start_ps = None;
        file.findings.set_aside = Some(BESIDE_REQUESTS.to_owned());
    }
}

/// What all tables give.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Ordered by key.
    pub cells: Vec<Cell>,
    /// Mean draw of all GPUs, watts, of the cells that say it.
    pub power_w: BTreeMap<CellKey, f64>,
}

/// The cells of all tables with what they say of their power.
///
/// The same cell in two tables counts once; a level of which they say different things was run more than once.
pub fn gather(files: &[FileReading]) -> Warned<Gathered> {
    let mut by_key: BTreeMap<CellKey, Vec<(&str, &GivenCell)>> = BTreeMap::new();
    let mut again: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for file in files {
        for given in &file.findings.cells {
            let known = by_key.entry(given.cell.key.clone()).or_default();
            match known.iter().find(|(_, other)| other.cell == given.cell) {
                Some((first, _)) => *again.entry((&file.name, first)).or_default() += 1,
                None => known.push((&file.name, given)),
            }
        }
    }
    let told_again = |((file, first), cells): ((&str, &str), u64)| {
        let cells = counted(cells, "cell", "cells");
        Warning::new(format!("{file} holds {cells} that {first} holds too; each counts once"))
    };
    let warnings = again.into_iter().map(told_again).collect();
    let mut gathered = Gathered::default();
    for (key, given) in by_key {
        gathered.power_w.extend(power(&given).map(|watts| (key, watts)));
        gathered.cells.extend(Cell::of_repeats(given.into_iter().map(|(_, given)| given.cell.clone()).collect()));
    }
    Warned { value: gathered, warnings }
}

/// Mean draw over the runs, weighted by their spans; none where one of them does not say.
fn power(given: &[(&str, &GivenCell)]) -> Option<f64> {
    if let [(_, only)] = given {
        return only.power_w;
    }
    let (mut joules, mut seconds) = (0.0, 0.0);
    for (_, GivenCell { cell, power_w, .. }) in given {
        joules += (*power_w)? * cell.span_s?;
        seconds += cell.span_s?;
    }
    (seconds > 0.0).then(|| joules / seconds)
}
