//! Which runs belong to one series: by the names of their files and their sets of prompts.

use super::Run;
use crate::config::Config;
use crate::context::Context;
use crate::error::Warning;
use crate::format;
use crate::record::Load;
use std::collections::{BTreeMap, BTreeSet};

/// Tells runs with different sets of prompts apart by them, and says whether there are any: levels of two sets are no series.
pub(super) fn tell_datasets_apart(runs: &mut [Run]) -> bool {
    let datasets: BTreeSet<_> = runs.iter().filter_map(|run| run.dataset.clone()).collect();
    let stems: BTreeSet<_> = runs.iter().map(|run| run.stem.clone()).collect();
    if datasets.len() < 2 {
        return false;
    }
    for run in runs {
        let Some(dataset) = &run.dataset else { continue };
        run.stem = if stems.len() < 2 { dataset.clone() } else { format!("{}-{dataset}", run.stem) };
    }
    true
}

/// Names the scenario of every run that the configuration does not name.
///
/// Files whose names are the same up to the level belong together, and of these the runs with one set of prompts. Of several
/// such families the one with most levels is the sweep; the others are called by their names. Where every family is a single
/// level and no two levels are the same, the names only number the levels of one sweep.
pub(super) fn name_scenarios(runs: &mut [Run], by_dataset: bool, config: &Config, warnings: &mut Vec<Warning>) {
    let use_case = |stem: &str| {
        let plain =
            |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let ids = config
            .use_case
            .iter()
            .map(|case| case.id.clone())
            .chain(crate::config::built_in().into_iter().map(|case| case.id));
        ids.into_iter().find(|id| plain(id) == plain(stem))
    };
    for run in runs.iter_mut().filter(|run| run.scenario.is_none()) {
        run.scenario = use_case(&run.stem);
    }
    drop_common_folders(runs);
    let mut families: BTreeMap<String, BTreeSet<(Option<String>, Load)>> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.scenario.is_none()) {
        let label = run.context.as_ref().map(|context| context.label.clone());
        families.entry(run.stem.clone()).or_default().insert((label, run.load));
    }
    let levels: usize = families.values().map(BTreeSet::len).sum();
    let distinct = families.values().flatten().collect::<BTreeSet<_>>().len();
    let single = families.values().all(|levels| levels.len() == 1);
    if families.len() < 2 || (single && levels == distinct) {
        return;
    }
    // Of equals the first by name.
    let Some(sweep) = families.iter().rev().max_by_key(|(_, levels)| levels.len()).map(|(stem, _)| stem.clone()) else {
        return;
    };
    for run in runs.iter_mut().filter(|run| run.scenario.is_none() && run.stem != sweep) {
        run.scenario = Some(if run.stem.is_empty() { "unnamed".to_owned() } else { run.stem.clone() });
    }
    let others: Vec<_> = families.keys().filter(|stem| **stem != sweep).map(|stem| format!("`{stem}`")).collect();
    warnings.push(Warning::new(format!(
        "{}: `{sweep}` is taken for the sweep, {} for {} of {} own; `scenario` \
         in `[[file]]` says otherwise",
        if by_dataset {
            "the runs used different sets of prompts"
        } else {
            "the names of the files differ before the level"
        },
        format::list(&others),
        if others.len() == 1 { "a scenario" } else { "scenarios" },
        if others.len() == 1 { "its" } else { "their" },
    )));
}

/// Shortens the names of the runs without a scenario by the folders that all of them lie in: these tell nothing apart, and
/// files given one by one may come by a long way.
fn drop_common_folders(runs: &mut [Run]) {
    let unnamed = || runs.iter().filter(|run| run.scenario.is_none()).map(|run| run.stem.as_str());
    let folder = |stem: &str| stem.rfind('/').map_or(0, |slash| slash + 1);
    let Some(first) = unnamed().next() else { return };
    let common = unnamed().fold(&first[..folder(first)], |common, stem| {
        let same = common.split_inclusive('/').zip(stem[..folder(stem)].split_inclusive('/'));
        let length = same.take_while(|(one, other)| one == other).map(|(one, _)| one.len()).sum();
        &common[..length]
    });
    let length = common.len();
    for run in runs.iter_mut().filter(|run| run.scenario.is_none()) {
        run.stem.drain(..length);
    }
}

/// Levels of one scenario whose lengths are mixed, or lie around no common length, are one series: their means differ by
/// chance from level to level, and a context of its own for each would leave nothing to compare.
pub(super) fn gather_mixed(runs: &mut [Run]) {
    let mut scenarios: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate().filter(|(_, run)| run.derived && run.context.is_some()) {
        scenarios.entry(run.scenario.clone()).or_default().push(at);
    }
    for members in scenarios.into_values() {
        let labels: BTreeSet<_> =
            members.iter().filter_map(|at| runs[*at].context.as_ref()).map(|c| &c.label).collect();
        let mixed = members.iter().any(|at| runs[*at].context.as_ref().is_some_and(|context| context.mixed));
        let mut contexts: BTreeMap<Load, BTreeSet<&str>> = BTreeMap::new();
        for run in members.iter().map(|at| &runs[*at]) {
            contexts.entry(run.load).or_default().extend(run.context.as_ref().map(|context| context.label.as_str()));
        }
        // Two nominal lengths under one load are a grid, not chance.
        let grid = contexts.values().any(|labels| labels.iter().filter(|label| !label.contains("mixed")).count() > 1);
        if labels.len() < 2 || !mixed || grid {
            continue;
        }
        let weighted = members.iter().filter_map(|at| runs[*at].weighted_mean);
        let (n, sum) = weighted.fold((0, 0.0), |(n, sum), (count, mean)| (n + count, sum + count as f64 * mean));
        if n > 0 {
            let together = Context::mixed(sum / n as f64);
            members.iter().for_each(|at| runs[*at].context = Some(together.clone()));
        }
    }
}
