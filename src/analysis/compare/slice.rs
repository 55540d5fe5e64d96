//! Where charts of one line per deployment stand: at one context and at one load.

use super::Deployment;
use crate::analysis::Analysis;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::format;
use crate::record::Load;
use std::collections::BTreeMap;

/// Where the charts are to stand, as far as someone asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// A context, in tokens.
    pub context_tokens: Option<u64>,
    /// A load.
    pub load: Option<Load>,
}

/// The level of each dimension at which deployments are drawn beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Context of the lines along loads; none for requests of no known context.
    pub context: Option<Context>,
    /// Load of the lines along contexts; none where no sweep has a load.
    pub load: Option<Load>,
    /// Whether there are several contexts at the load.
    pub several_contexts: bool,
    /// Whether there are several loads at the context.
    pub several_loads: bool,
    /// Whether the loads are numbers of requests in flight; request rates otherwise.
    pub concurrency: bool,
    /// Whether someone asked for this context.
    pub chosen_context: bool,
    /// The same for the load.
    pub chosen_load: bool,
}

impl Slice {
    /// The figures of a deployment under the kind of load that is compared; none where it was not tested with that.
    pub fn of<'a>(&self, analysis: &'a Analysis) -> Option<&'a Analysis> {
        of_kind(analysis, self.concurrency)
    }
}

/// A run's figures under one kind of load, be it the main one or the other beside it.
fn of_kind(analysis: &Analysis, concurrency: bool) -> Option<&Analysis> {
    let has =
        |analysis: &&Analysis| analysis.sweep.loads.first().is_some_and(|load| load.is_concurrency() == concurrency);
    Some(analysis).filter(has).or_else(|| analysis.swept_request_rates().filter(has))
}

/// The slice that was asked for; else the largest load and the shortest context that all share, or that most do.
///
/// The kind of load is the one that most deployments were tested with, of equals the number of requests in flight.
pub(super) fn slice(deployments: &[Deployment], asked: &Asked) -> Result<Slice> {
    let tested = |concurrency: bool| -> Vec<&Analysis> {
        deployments.iter().filter_map(|deployment| of_kind(deployment.analysis, concurrency)).collect()
    };
    let concurrency = match asked.load {
        Some(load) => load.is_concurrency(),
        None => tested(true).len() >= tested(false).len(),
    };
    let tested = tested(concurrency);
    let loads = counted(tested.iter().map(|analysis| analysis.sweep.loads.clone()));
    // Where both axes of a chart are measured, those of another kind of load stand beside the others.
    let all = deployments.iter().map(|one| of_kind(one.analysis, concurrency).unwrap_or(one.analysis));
    let contexts = counted(all.map(contexts));
    let load = match asked.load {
        Some(load) if loads.contains_key(&load) => Some(load),
        Some(load) => return Err(no_such_load(load, &loads)),
        None => most(&loads, |a, b| a.cmp(b)),
    };
    let context = match asked.context_tokens.map(Context::nominal) {
        Some(context) if contexts.contains_key(&Some(context.clone())) => Some(context),
        Some(context) => return Err(no_such_context(&context, &contexts)),
        None => most(&contexts, |a, b| b.cmp(a)).flatten(),
    };
    let at_load = counted(tested.iter().map(|analysis| {
        let there = analysis.sweep_cells().filter(|figures| Some(figures.cell.key.load) == load);
        there.map(|figures| figures.cell.key.context.clone()).collect()
    }));
    let at_context = counted(tested.iter().map(|analysis| {
        let there = analysis.sweep_cells().filter(|figures| figures.cell.key.context == context);
        there.map(|figures| figures.cell.key.load).collect()
    }));
    Ok(Slice {
        context,
        load,
        several_contexts: at_load.len() > 1,
        several_loads: at_context.len() > 1,
        concurrency,
        chosen_context: asked.context_tokens.is_some(),
        chosen_load: asked.load.is_some(),
    })
}

/// The contexts of a sweep; none among them where the context of some of its cells is not known.
fn contexts(analysis: &Analysis) -> Vec<Option<Context>> {
    let mut all: Vec<_> = analysis.sweep_cells().map(|figures| figures.cell.key.context.clone()).collect();
    all.sort();
    all.dedup();
    all
}

/// How many deployments have each level.
fn counted<T: Ord>(levels: impl Iterator<Item = Vec<T>>) -> BTreeMap<T, usize> {
    let mut counted = BTreeMap::new();
    for level in levels.flatten() {
        *counted.entry(level).or_default() += 1;
    }
    counted
}

/// The level that most have; of equals the greatest in the given order.
fn most<T: Clone>(counted: &BTreeMap<T, usize>, order: fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    counted.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| order(a.0, b.0))).map(|(level, _)| level.clone())
}

fn no_such_load(load: Load, known: &BTreeMap<Load, usize>) -> Error {
    let known: Vec<Load> = known.keys().copied().collect();
    let error = Error::new(format!("no deployment was tested with {}", format::load(load)));
    match known[..] {
        [] => error.hint("leave the load out: these runs have no sweep of that kind"),
        _ => error.hint(format!("tested were {}", format::loads(&known))),
    }
}

fn no_such_context(context: &Context, known: &BTreeMap<Option<Context>, usize>) -> Error {
    let known: Vec<String> = known.keys().flatten().map(|context| context.label.clone()).collect();
    let error = Error::new(format!("no deployment was tested with {}", context.noun()));
    if known.is_empty() {
        error.hint("leave `--context` out: these runs do not say how long their prompts are")
    } else {
        error.hint(format!("tested were {}", format::list(&known)))
    }
}
