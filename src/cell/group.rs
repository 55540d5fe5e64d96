//! One cell between the two readings: its runs, and what follows from them.

use super::breaks::{Activity, Crowded, may_rest};
use super::level::RunName;
use super::metrics::{MetricTally, Selections};
use super::tally::Tally;
use super::{Cell, CellKey, Summary, Window};
use crate::context::{Context, STANDARD};
use crate::metric::{METRIC_COUNT, MetricId};
use crate::record::Load;
use std::collections::{BTreeMap, BTreeSet};

/// Everything the first reading saw of one run of a cell.
#[derive(Default)]
struct Run {
    tally: Tally,
    /// Numbers of the levels it was seen under.
    levels: Vec<usize>,
}

/// A cell without what only a second reading can find, and what that one has to look for.
pub struct Closed {
    /// The cell.
    pub cell: Cell,
    /// One per metric.
    pub selections: Selections,
    /// Whether nothing is left to be found of them.
    pub answered: bool,
    /// The runs that may have passed most of their time without a request, with the numbers of their levels.
    pub doubtful: Vec<(Activity, Vec<usize>)>,
    /// The runs with more requests in flight than the level says.
    pub crowded: Vec<Crowded>,
}

/// Everything the first reading saw of one cell.
pub struct Group {
    context: Option<Context>,
    runs: BTreeMap<RunName, Run>,
    /// Every number of output tokens that was asked for.
    asked: BTreeSet<Option<u64>>,
    /// Numbers of the levels it was seen under.
    pub levels: Vec<usize>,
}

impl Group {
    /// A cell of which nothing was seen yet.
    pub fn new(context: Option<Context>) -> Self {
        Self { context, runs: BTreeMap::new(), asked: BTreeSet::new(), levels: Vec::new() }
    }

    /// Adds what was seen of it under one level; the context has the label of all others.
    pub fn add(&mut self, context: Option<Context>, run: RunName, tally: Tally, level: usize) {
        self.context = self.context.take().zip(context).map(|(a, b)| representative(a, b));
        let run = self.runs.entry(run).or_default();
        run.tally.merge(tally);
        run.levels.push(level);
        self.levels.push(level);
    }

    /// Notes how many output tokens the requests of a level asked for.
    pub fn ask(&mut self, output_tokens: Option<u64>) {
        self.asked.insert(output_tokens);
    }

    /// Decides all that the first reading can.
    pub fn close(mut self, key: CellKey) -> Closed {
        let doubtful = self.runs.values().filter_map(|run| Some((activity(&run.tally, key.load)?, run.levels.clone())));
        let doubtful = doubtful.collect();
        let crowded = self.runs.values().filter_map(|run| crowded(&run.tally, &key)).collect();
        // A run of warm-up requests alone repeats nothing.
        let tallies = self.runs.into_values().map(|run| run.tally);
        let (counted, warmed_up): (Vec<_>, Vec<_>) = tallies.partition(|run| run.requests > 0);
        let runs = counted.len().max(1) as u64;
        let windows = windows(&counted);
        let run_means = run_means(&counted);
        let mut all = Tally::default();
        counted.into_iter().chain(warmed_up).for_each(|run| all.merge(run));

        let (selections, answered) = all.metrics.selections();
        let metrics = summaries(all.metrics.tallies(), run_means);
        let key = CellKey { context: self.context, ..key };
        // Requests that asked for different numbers have no common one.
        let asked_output_tokens = self.asked.pop_first().flatten().filter(|_| self.asked.is_empty());
        let cell = Cell { asked_output_tokens, ..cell(key, all, runs, windows, metrics) };
        Closed { cell, selections, answered, doubtful, crowded }
    }
}

/// What the second reading has to see of a run whose requests may have left most of its window empty.
fn activity(run: &Tally, load: Load) -> Option<Activity> {
    let window = run.window.filter(|_| !run.untimed)?;
    may_rest(window, load, run.requests, busy_s(run)).then(|| Activity::within(window))
}

/// Whether more requests of a run were in flight than its level says.
fn crowded(run: &Tally, key: &CellKey) -> Option<Crowded> {
    Crowded::of(key, run.window.filter(|_| !run.untimed)?, busy_s(run))
}

/// What the successes took together, seconds.
fn busy_s(run: &Tally) -> f64 {
    let e2e = run.metrics.of(MetricId::E2e).summary();
    e2e.mean.unwrap_or_default() * e2e.n as f64
}

/// Of two contexts with one label: the standard one, else the shorter.
fn representative(a: Context, b: Context) -> Context {
    let rank = |context: &Context| (!STANDARD.contains(&context.tokens), context.tokens);
    if rank(&b) < rank(&a) { b } else { a }
}

fn cell(key: CellKey, all: Tally, runs: u64, windows: Vec<Window>, metrics: [Summary; METRIC_COUNT]) -> Cell {
    let span_s = if all.untimed { None } else { span_s(&windows) };
    let per_second = |amount: f64| span_s.filter(|span| *span > 0.0).map(|span| amount / span);
    let successes = all.requests - all.failed;
    // A sum that leaves out a success would be wrong rather than incomplete.
    let output_tokens = Some(all.output_tokens).filter(|tokens| successes > 0 && tokens.n == successes);
    Cell {
        requests: Some(all.requests),
        failed: Some(all.failed),
        warmup: all.warmup,
        failures: all.failures.named(),
        windows,
        runs,
        span_s,
        output_tokens: output_tokens.and_then(|tokens| u64::try_from(tokens.sum).ok()),
        throughput_tok_s: output_tokens.and_then(|tokens| per_second(tokens.sum as f64)),
        achieved_rate: per_second(successes as f64),
        mean_output_tokens: all.output_tokens.mean(),
        mean_input_tokens: all.input_tokens.mean(),
        tokens_per_chunk: (all.chunks > 0).then(|| all.chunked_tokens as f64 / all.chunks as f64),
        metrics,
        ..Cell::unknown(key)
    }
}

/// First submission to last end of each run whose successes all have their times.
fn windows(runs: &[Tally]) -> Vec<Window> {
    runs.iter().filter(|run| !run.untimed).filter_map(|run| run.window).collect()
}

/// The runs' spans together; none without a run that has one.
fn span_s(windows: &[Window]) -> Option<f64> {
    let span_ps: i128 = windows.iter().map(|window| window.end_ps - window.start_ps).sum();
    (!windows.is_empty()).then(|| span_ps as f64 / 1e12)
}

/// For each metric the mean of each run, where there are several and all have one.
fn run_means(runs: &[Tally]) -> [Vec<f64>; METRIC_COUNT] {
    std::array::from_fn(|metric| {
        let means: Option<Vec<f64>> = runs.iter().map(|run| run.metrics.tallies()[metric].mean()).collect();
        means.filter(|means| means.len() > 1).unwrap_or_default()
    })
}

fn summaries(
    tallies: &[MetricTally; METRIC_COUNT],
    mut run_means: [Vec<f64>; METRIC_COUNT],
) -> [Summary; METRIC_COUNT] {
    std::array::from_fn(|at| Summary { run_means: std::mem::take(&mut run_means[at]), ..tallies[at].summary() })
}
