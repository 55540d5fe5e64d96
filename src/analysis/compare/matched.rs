//! Cells of the same scenario, context and load, and how their figures relate.

use super::Deployment;
use super::measures::MEASURES;
use crate::analysis::CellFigures;
use crate::analysis::ratio::Ratio;
use crate::cell::CellKey;
use std::collections::BTreeMap;

/// A cell that at least one deployment has.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Its scenario, context and load, as the first deployment that has it says.
    pub key: CellKey,
    /// Place of the cell among the cells of each deployment; none for one that does not have it.
    pub at: Vec<Option<usize>>,
    /// Each deployment's figures over those of the first, in the order of [`MEASURES`]; empty for the first itself and
    /// where either of the two does not have the cell.
    pub ratios: Vec<Vec<Option<Ratio>>>,
}

impl Matched {
    /// Whether every deployment has it.
    pub fn is_shared(&self) -> bool {
        self.at.iter().all(Option::is_some)
    }
}

/// Every cell that some deployment has, by key; a cell of warm-up requests alone was not measured.
pub(super) fn matched(deployments: &[Deployment]) -> Vec<Matched> {
    let mut cells: BTreeMap<&CellKey, Vec<Option<usize>>> = BTreeMap::new();
    for (at, deployment) in deployments.iter().enumerate() {
        for (place, figures) in deployment.analysis.cells.iter().enumerate() {
            if !figures.cell.is_warm_up_alone() {
                cells.entry(&figures.cell.key).or_insert_with(|| vec![None; deployments.len()])[at] = Some(place);
            }
        }
    }
    let all = cells.into_iter().map(|(key, at)| {
        let cell =
            |deployment: usize| -> Option<&CellFigures> { deployments[deployment].analysis.cells.get(at[deployment]?) };
        let ratios = (0..deployments.len())
            .map(|other| match (cell(0), cell(other)) {
                (Some(base), Some(cell)) if other > 0 => MEASURES
                    .iter()
                    .map(|measure| measure.ratio((&deployments[0], base), (&deployments[other], cell)))
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        Matched { key: key.clone(), at, ratios }
    });
    all.collect()
}

/// How one deployment's figure of a measure lies to the base's, over all cells that both have.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Cells whose interval lies on the deployment's good side of 1.
    pub better: usize,
    /// Cells whose interval lies on its bad side.
    pub worse: usize,
    /// Cells whose interval holds 1.
    pub undecided: usize,
    /// Cells with a ratio of whose spread nothing is known.
    pub without_interval: usize,
    /// Smallest and largest ratio; none without a cell.
    pub range: Option<(f64, f64)>,
}

impl Tally {
    /// Cells with a ratio.
    pub fn cells(&self) -> usize {
        self.better + self.worse + self.undecided + self.without_interval
    }
}

/// Counts the ratios of a measure (its place in [`MEASURES`]) of one deployment.
pub fn tally(cells: &[Matched], deployment: usize, measure: usize) -> Tally {
    let mut tally = Tally::default();
    for ratio in cells.iter().filter_map(|cell| *cell.ratios.get(deployment)?.get(measure)?) {
        match ratio.holds_one() {
            None => tally.without_interval += 1,
            Some(true) => tally.undecided += 1,
            Some(false) if MEASURES[measure].is_better(ratio.value) => tally.better += 1,
            Some(false) => tally.worse += 1,
        }
        let (low, high) = tally.range.unwrap_or((ratio.value, ratio.value));
        tally.range = Some((low.min(ratio.value), high.max(ratio.value)));
    }
    tally
}
