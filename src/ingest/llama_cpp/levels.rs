//! The tests of a `llama-bench` file, by the context they were made at.
//!
//! The context of a test is its depth: the tokens in the cache when it starts. So a prefill and a generation test of one depth
//! meet in one cell, which holds how fast a prompt is read behind that many tokens and how fast tokens are written behind
//! them. Where a file reads prompts of several lengths at one depth, the prompt is what it sweeps: its prefill tests then
//! have the tokens at their end for a context, depth + prompt. Concurrency is 1.

use super::bench::TOOL;
use super::test::{Kind, Test};
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Error, Place, Result, Warning};
use crate::format::{counted, list};
use crate::ingest::part::{LevelFacts, Part, Property};
use crate::ingest::sink::Sink;
use crate::metric::MetricId;
use crate::record::Load;
use std::collections::{BTreeMap, BTreeSet};

/// What was measured at one context in one go.
#[derive(Default)]
struct Level {
    prefill: Option<Printed>,
    generation: Option<Printed>,
}

/// Hands the tests of a file on, a part for each context; one that was tested again is another run.
///
/// Errors: a column that matters is missing; tests of one model with different settings, which is more than one deployment.
pub fn put(tests: &[Test], file: &str, sink: &mut Sink) -> Result<()> {
    let Some(first) = tests.first() else { return Ok(()) };
    if let Some(key) = tests.iter().find_map(Test::lacks) {
        return Err(TOOL.missing(Place::file(file), key));
    }
    if let Some((setting, one, other)) = tests.iter().find_map(|test| first.differs(test)) {
        let message = format!("was run with `{setting}` {one} and with {other}: one run is one deployment");
        return Err(Error::at(Place::file(file), message).hint(
            "split the file, one part for each setting, and make a report of each, or compare them with `gristmill compare`",
        ));
    }
    sink.version(first.setup().get(Property::EngineVersion));
    tests.iter().for_each(|test| sink.started_at(test.time()));
    for ((context, _), (level, test)) in levels(tests) {
        let mut aggregate = Aggregate::default();
        if let Some(speed) = level.prefill {
            aggregate.set(MetricId::PrefillSpeed, speed);
        }
        if let Some(speed) = level.generation {
            aggregate.set(MetricId::GenerationSpeed, speed);
        }
        sink.part(Part {
            place: format!("context {context}"),
            level: LevelFacts { load: Some(Load::Concurrency(1)), context: Some(context), ..LevelFacts::default() },
            setup: test.setup(),
            aggregate: Some(aggregate),
            ..Part::default()
        });
    }
    for message in notes(tests) {
        sink.warn(Warning::at(Place::file(file), message));
    }
    Ok(())
}

/// The levels of a file by context and run, each with a test that describes it.
fn levels(tests: &[Test]) -> BTreeMap<(u64, usize), (Level, &Test)> {
    let prompts_swept = prompts_swept(tests);
    let mut levels: BTreeMap<(u64, usize), (Level, &Test)> = BTreeMap::new();
    for test in tests {
        let kind = test.kind();
        let context = match kind {
            Kind::Both => continue,
            Kind::Prefill if prompts_swept => test.depth() + test.prompt(),
            _ => test.depth(),
        };
        let mut run = 0;
        loop {
            let (level, _) = levels.entry((context, run)).or_insert_with(|| (Level::default(), test));
            let speed = if kind == Kind::Prefill { &mut level.prefill } else { &mut level.generation };
            if speed.is_none() {
                *speed = Some(test.speed());
                break;
            }
            run += 1;
        }
    }
    levels
}

/// Whether prompts of several lengths are read at one depth.
fn prompts_swept(tests: &[Test]) -> bool {
    let mut prompts: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    for test in tests.iter().filter(|test| test.kind() == Kind::Prefill) {
        prompts.entry(test.depth()).or_default().insert(test.prompt());
    }
    prompts.values().any(|prompts| prompts.len() > 1)
}

/// What a reader must know to understand the cells.
fn notes(tests: &[Test]) -> Vec<String> {
    let mut notes = vec![
        "llama-bench times the engine alone: there are no requests, so TTFT, E2E and throughput are unknown".to_owned(),
    ];
    let prompts: BTreeSet<u64> = tests.iter().filter(|test| test.kind() == Kind::Prefill).map(Test::prompt).collect();
    let lengths: Vec<String> = prompts.iter().map(u64::to_string).collect();
    if prompts_swept(tests) {
        notes.push(
            "the context of a prefill test is its depth and its prompt together; of a generation test, its depth"
                .to_owned(),
        );
    } else {
        let reading = if lengths.is_empty() {
            String::new()
        } else {
            format!("; prefill speed is that of reading {} tokens behind them", list(&lengths))
        };
        notes.push(format!("the context is the depth: the tokens in the cache when a test starts{reading}"));
    }
    let both = tests.iter().filter(|test| test.kind() == Kind::Both).count() as u64;
    if both > 0 {
        let tests = counted(both, "test was", "tests were");
        notes.push(format!("{tests} left out: they time a prompt and its response together, the speed of neither"));
    }
    notes
}
