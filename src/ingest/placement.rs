//! Which level each run of a file belongs to, where its requests do not say: from the configuration, else from the tool's
//! own words, else from the names of file and folder, else (the context) from the tokens that were counted.

mod scenarios;
mod unplaced;

use super::names;
use super::part::{LevelFacts, Part};
use crate::cell::lengths::Lengths;
use crate::cell::level::{Placement, Placements};
use crate::config::{Config, FileRule};
use crate::context::{Context, STANDARD};
use crate::error::{Error, Place, Result, Warned, Warning};
use crate::format;
use crate::record::{Load, SWEEP};
use scenarios::{gather_mixed, name_scenarios, tell_datasets_apart};
use std::collections::{BTreeMap, BTreeSet};
pub use unplaced::{AT_ONCE, lacks_load};
use unplaced::{no_load, sent_at_once};

/// How far a mean may lie from a standard context, as a share of it.
const NEAR: f64 = 0.12;

/// A file with the runs it describes.
#[derive(Debug, Clone, Copy)]
pub struct Described<'f> {
    /// Its number among the run's files.
    pub file: usize,
    /// As messages name it.
    pub name: &'f str,
    /// Its runs.
    pub parts: &'f [Part],
}

/// What was decided for all runs.
#[derive(Debug, Default, PartialEq)]
pub struct Decided {
    /// The level of each run, by number of file and part.
    pub placements: Placements,
    /// By number of file: what was taken from its name, in words.
    pub from_names: BTreeMap<usize, String>,
    /// What is wrong where no run is left.
    pub none_left: Option<Error>,
    /// Numbers of the files of which every run was sent at once, and so left out.
    pub left_out: BTreeSet<usize>,
}

/// Decides the level of every run. `lengths` are the input tokens of runs whose requests are known.
///
/// Warns where the configuration and a tool differ, and says which files were taken for scenarios of their own. Errors:
/// nothing says under which load a run was made; a tool and a name contradict each other and the configuration is silent.
pub fn place(
    files: &[Described],
    lengths: &BTreeMap<(usize, usize), Lengths>,
    config: &Config,
) -> Result<Warned<Decided>> {
    let mut warnings = Vec::new();
    let mut decided = Decided::default();
    let mut runs = Vec::new();
    let (mut without_load, mut at_once) = (Vec::new(), Vec::new());
    let shared = shared_by_kin(files);
    for file in files {
        let rule = config.file_rule(file.name);
        let alone = file.parts.len() == 1;
        for (number, part) in file.parts.iter().enumerate().filter(|(_, part)| !part.left_out) {
            let said = complete(&part.level, part.kin.as_deref().and_then(|kin| shared.get(kin)));
            // A number in the name of a file with many levels repeats none of them.
            let known = said.load.filter(|_| alone);
            let mut named = names::read(file.name, known);
            let place = Place { path: (!part.place.is_empty()).then(|| part.place.clone()), ..Place::file(file.name) };
            let source = (file.file, number);
            let derived = lengths.get(&source).filter(|lengths| lengths.mean().is_some());
            let weighted_mean = derived.and_then(Lengths::mean).or_else(|| mean_of(part));
            if said.context.or(rule.context_tokens()).is_none()
                && let Some(warning) = forget_far_context(&mut named.level, weighted_mean, part, &place)
            {
                warnings.push(warning);
            }
            let mut choice = Choice { place, alone, warnings: &mut warnings, taken: Vec::new() };
            let level = choice.level(&rule, &said, &named.level)?;
            if !choice.taken.is_empty() {
                decided.from_names.insert(file.file, choice.taken.join(", "));
            }
            let Some(load) = level.load else {
                let unplaced = if part.at_once { &mut at_once } else { &mut without_load };
                decided.left_out.insert(file.file);
                unplaced.push((file.name, part));
                continue;
            };
            runs.push(Run {
                source,
                context: level.context.map(Context::nominal).or_else(|| derived_context(derived, part)),
                derived: level.context.is_none(),
                weighted_mean,
                load,
                asked_output_tokens: level.output_tokens,
                run: format!("{} {}{}", level.run.unwrap_or_default(), file.name, part.place).trim_start().to_owned(),
                scenario: rule.scenario.clone(),
                // What tells the files of one run apart is no difference between runs.
                stem: part.kin.as_deref().map_or(named.stem, |kin| names::read(kin, known).stem),
                dataset: part.dataset.clone(),
            });
        }
    }
    if !without_load.is_empty() {
        return Err(no_load(&without_load));
    }
    if let Some(told) = sent_at_once(&at_once) {
        let Error { place, message, hint } = told.clone();
        let message = format!("{message}; left out. {}", hint.unwrap_or_default());
        warnings.push(Warning { place, message });
        decided.none_left = Some(told);
    }
    let by_dataset = tell_datasets_apart(&mut runs);
    name_scenarios(&mut runs, by_dataset, config, &mut warnings);
    warnings.extend(other_output_tokens(&runs, files, config));
    gather_mixed(&mut runs);
    runs.iter().for_each(|run| _ = decided.left_out.remove(&run.source.0));
    decided.placements = runs.into_iter().map(|run| (run.source, run.placement())).collect();
    Ok(Warned { value: decided, warnings })
}

/// A run on its way to its level.
struct Run {
    source: (usize, usize),
    context: Option<Context>,
    /// Whether the context was decided from tokens rather than said.
    derived: bool,
    /// Requests and their mean input tokens.
    weighted_mean: Option<(u64, f64)>,
    load: Load,
    asked_output_tokens: Option<u64>,
    run: String,
    scenario: Option<String>,
    /// The file's name up to the level.
    stem: String,
    /// The set of prompts, where the tool names it.
    dataset: Option<String>,
}

impl Run {
    fn placement(self) -> Placement {
        Placement {
            scenario: self.scenario.unwrap_or_else(|| SWEEP.to_owned()),
            context: self.context,
            load: self.load,
            run: Some(self.run),
            asked_output_tokens: self.asked_output_tokens,
        }
    }
}

/// Takes a context out of what a name says where the requests are of another order of length: then the number means something
/// else. An engine's own counters may leave out what was cached, and contradict nothing.
fn forget_far_context(named: &mut LevelFacts, mean: Option<(u64, f64)>, part: &Part, place: &Place) -> Option<Warning> {
    const FAR: f64 = 3.0;
    let ((_, mean), context) = (mean.filter(|_| !part.from_engine)?, named.context?);
    let ratio = mean / context as f64;
    if (1.0 / FAR..=FAR).contains(&ratio) {
        return None;
    }
    named.context = None;
    Some(Warning::at(
        place.clone(),
        format!(
            "its name says {}, its requests have {} input tokens on average; the name is not taken for their context",
            context_in_words(&context),
            format::thousands(mean)
        ),
    ))
}

/// What the files of one kin say together, each thing only where they agree.
fn shared_by_kin<'f>(files: &[Described<'f>]) -> BTreeMap<&'f str, LevelFacts> {
    let mut said: BTreeMap<&str, Vec<&LevelFacts>> = BTreeMap::new();
    for part in files.iter().flat_map(|file| file.parts) {
        if let Some(kin) = &part.kin {
            said.entry(kin).or_default().push(&part.level);
        }
    }
    fn agreed<T: PartialEq + Clone>(values: impl Iterator<Item = Option<T>>) -> Option<T> {
        let mut values = values.flatten();
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
    let facts = |levels: Vec<&LevelFacts>| LevelFacts {
        load: agreed(levels.iter().map(|level| level.load)),
        context: agreed(levels.iter().map(|level| level.context)),
        output_tokens: agreed(levels.iter().map(|level| level.output_tokens)),
        run: agreed(levels.iter().map(|level| level.run.clone())),
    };
    said.into_iter().map(|(kin, levels)| (kin, facts(levels))).collect()
}

/// What a part says, completed by what its kin says.
fn complete(level: &LevelFacts, kin: Option<&LevelFacts>) -> LevelFacts {
    let Some(kin) = kin else { return level.clone() };
    LevelFacts {
        load: level.load.or(kin.load),
        context: level.context.or(kin.context),
        output_tokens: level.output_tokens.or(kin.output_tokens),
        run: level.run.clone().or_else(|| kin.run.clone()),
    }
}

/// Chooses between what configuration, tool and name say.
struct Choice<'w> {
    place: Place,
    /// Whether its file holds no other run: a name says little of a file with many levels, and contradicts none of them.
    alone: bool,
    warnings: &'w mut Vec<Warning>,
    /// What was taken from the name, in words.
    taken: Vec<String>,
}

impl Choice<'_> {
    fn level(&mut self, rule: &FileRule, said: &LevelFacts, named: &LevelFacts) -> Result<LevelFacts> {
        Ok(LevelFacts {
            load: self.choose("load", rule.load(), said.load, named.load, load_in_words, same_load)?,
            context: self.choose(
                "context",
                rule.context_tokens(),
                said.context,
                named.context,
                context_in_words,
                same_context,
            )?,
            output_tokens: self.choose(
                "output tokens",
                rule.output_tokens,
                said.output_tokens,
                named.output_tokens,
                |tokens| format::counted(*tokens, "output token", "output tokens"),
                PartialEq::eq,
            )?,
            run: rule.run.clone().or_else(|| said.run.clone()).or_else(|| named.run.clone()),
        })
    }

    /// The configuration wins, and a tool that differs is warned of, or a name where the tool says nothing; without it tool and
    /// name must not contradict each other.
    fn choose<T>(
        &mut self,
        what: &str,
        configured: Option<T>,
        said: Option<T>,
        named: Option<T>,
        words: fn(&T) -> String,
        same: fn(&T, &T) -> bool,
    ) -> Result<Option<T>> {
        match (configured, said, named) {
            (Some(configured), Some(said), _) if !same(&configured, &said) => {
                let message = format!("`[[file]]` says {}, the file itself says {}", words(&configured), words(&said));
                self.warnings.push(Warning::at(self.place.clone(), message));
                Ok(Some(configured))
            }
            (Some(configured), None, Some(named)) if self.alone && !same(&configured, &named) => {
                let message = format!("`[[file]]` says {}, the name of the file {}", words(&configured), words(&named));
                self.warnings.push(Warning::at(self.place.clone(), message));
                Ok(Some(configured))
            }
            (Some(configured), ..) => Ok(Some(configured)),
            (None, Some(said), Some(named)) if self.alone && !same(&said, &named) => {
                let message = format!("the file says {}, its name says {}", words(&said), words(&named));
                Err(Error::at(self.place.clone(), message).hint(format!(
                    "rename the file, or settle its {what} in `gristmill.toml` with `[[file]]` and `match = \"{}\"`",
                    self.place.file
                )))
            }
            (None, Some(said), _) => Ok(Some(said)),
            (None, None, Some(named)) => {
                self.taken.push(words(&named));
                Ok(Some(named))
            }
            (None, None, None) => Ok(None),
        }
    }
}

pub(super) fn load_in_words(load: &Load) -> String {
    match load {
        Load::Concurrency(n) => format!("concurrency {n}"),
        Load::RequestRate(rate) => {
            format!("{rate} {}", if *rate == 1.0 { "request per second" } else { "requests per second" })
        }
    }
}

pub(super) fn context_in_words(tokens: &u64) -> String {
    format!("context {}", Context::nominal(*tokens).label)
}

/// A number in flight and a rate do not contradict each other: a test may hold a rate and cap what is in flight.
fn same_load(a: &Load, b: &Load) -> bool {
    match (a, b) {
        (Load::RequestRate(a), Load::RequestRate(b)) => (a - b).abs() <= 1e-6 * a.abs(),
        _ => a == b || a.is_concurrency() != b.is_concurrency(),
    }
}

pub(super) fn same_context(a: &u64, b: &u64) -> bool {
    Context::nominal(*a) == Context::nominal(*b)
}

/// The context that the tokens show: of each request where they are known, else of their mean.
fn derived_context(lengths: Option<&Lengths>, part: &Part) -> Option<Context> {
    lengths.and_then(Lengths::context).or_else(|| mean_of(part).map(|(_, mean)| near(mean, spread(part))))
}

fn spread(part: &Part) -> Option<f64> {
    part.aggregate.as_ref()?.input_tokens_sd
}

/// The standard context that a mean lies near, else the mean itself; mixed lengths where the deviation is large, and where
/// it is unknown and the mean is no whole number.
fn near(mean: f64, deviation: Option<f64>) -> Context {
    if deviation.is_some_and(|deviation| deviation > NEAR * mean) {
        return Context::mixed(mean);
    }
    let standard = STANDARD.into_iter().find(|standard| (mean / *standard as f64 - 1.0).abs() <= NEAR);
    match standard {
        Some(standard) => Context::nominal(standard),
        None if mean.fract() == 0.0 || deviation.is_some() => Context::nominal(mean.round() as u64),
        None => Context::mixed(mean),
    }
}

fn mean_of(part: &Part) -> Option<(u64, f64)> {
    let aggregate = part.aggregate.as_ref()?;
    let n = aggregate.requests.unwrap_or(1).saturating_sub(aggregate.failed.unwrap_or(0)).max(1);
    aggregate.mean_input().filter(|mean| *mean >= 1.0).map(|mean| (n, mean))
}

/// That the requests of the sweep asked for other output tokens than the configuration says, which counts.
fn other_output_tokens(runs: &[Run], files: &[Described], config: &Config) -> Option<Warning> {
    let configured = config.test.output_tokens?;
    let differs =
        |run: &&Run| run.scenario.is_none() && run.asked_output_tokens.is_some_and(|asked| asked != configured);
    let others: BTreeMap<usize, u64> =
        runs.iter().filter(differs).filter_map(|run| Some((run.source.0, run.asked_output_tokens?))).collect();
    let (file, asked) = others.first_key_value()?;
    let name = files.iter().find(|described| described.file == *file)?.name;
    let more = match others.len() as u64 - 1 {
        0 => String::new(),
        more => format!("; so is it with {}", format::counted(more, "more file", "more files")),
    };
    let tokens = |n: u64| format::counted(n, "output token", "output tokens");
    Some(Warning::at(
        Place::file(name),
        format!(
            "says {} where `test.output_tokens` in `gristmill.toml` says {}{more}",
            tokens(*asked),
            tokens(configured)
        ),
    ))
}

#[cfg(test)]
mod tests;
