//! Prompt suites: what the requests of each case add up to.
//!
//! A run is a suite where every request but warm-up names a case and was sent alone. Anything else (a second request in
//! flight, a request rate, a request without a case) makes it a sweep, in which a case is but a name, and nothing is kept. So
//! do several contexts, where the records name their load beside them: that is a grid, if one of a single row.

use super::failures::Failures;
use super::level::RunName;
use super::metrics::measured;
use super::sum::Sum;
use super::tally::Tokens;
use crate::context;
use crate::error::{Error, Result};
use crate::format::thousands;
use crate::record::{Load, PREVIEW, PROMPT_SUITE, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation;

/// Most cases of a suite: each is told one by one, and of each something is kept.
pub const MOST_CASES: usize = 1000;

/// Characters of a case's name that are kept; names that differ only behind them are one.
const LONGEST_NAME: usize = 200;

/// One case of a suite, over all its runs. Means are over the runs that succeeded and have the value; unknown is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// As the records call it.
    pub name: String,
    /// How often it was run, warm-up left out; at least 1.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Earliest submission, picoseconds on the source's clock.
    pub start_ps: Option<i128>,
    /// Mean E2E, seconds.
    pub e2e_s: Option<f64>,
    /// Mean of output tokens / E2E, tok/s.
    pub speed_tok_s: Option<f64>,
    /// Mean input tokens.
    pub input_tokens: Option<f64>,
    /// Mean output tokens.
    pub output_tokens: Option<f64>,
    /// Mean TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// Mean of the TTFT that the log estimated, seconds.
    pub ttft_estimate_s: Option<f64>,
    /// How often each reason for a failure was given; runs without a reason are under `""`.
    pub failures: BTreeMap<String, u64>,
    /// The beginning of the response: of the first run that succeeded and has one, else of the first that has one.
    pub response: Option<Preview>,
}

/// The beginning of a response.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preview {
    /// At most [`PREVIEW`] characters; as it was received.
    pub text: String,
    /// Whether the response goes on.
    pub is_cut: bool,
}

impl Preview {
    /// The first [`PREVIEW`] characters of a response, or fewer, so that no grapheme cluster is cut in two.
    pub fn of(response: &str) -> Self {
        let Some((most, _)) = response.char_indices().nth(PREVIEW) else {
            return Self { text: response.to_owned(), is_cut: false };
        };
        let ends = response.grapheme_indices(true).map(|(start, cluster)| start + cluster.len());
        let end = ends.take_while(|end| *end <= most).last().unwrap_or(0);
        Self { text: response[..end].to_owned(), is_cut: true }
    }
}

/// Requests to cases. Parts that were counted apart merge in any order to the same.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Suite {
    /// Requests that no suite has.
    others: u64,
    /// Requests that name a case and no load.
    apart: u64,
    /// Never written down: they hold texts of requests.
    #[serde(skip)]
    cases: BTreeMap<String, CaseTally>,
    /// Smallest and largest context of the requests that name their load, where they name one.
    contexts: Option<(u64, u64)>,
    /// Whether there were more cases than are kept.
    overfull: bool,
}

/// What became of the cases of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Cases {
    /// The run is a suite: its cases, in the order in which they were run or, where not all have times, by name.
    Suite(Vec<Case>),
    /// The run is none; that many of its requests name a case and no load.
    Apart(u64),
}

impl Suite {
    /// Folds a request in.
    pub fn add(&mut self, record: &Record) {
        if record.warmup {
            return;
        }
        if record.scenario == PROMPT_SUITE {
            self.apart += u64::from(record.case.is_some());
        } else {
            let is_known = |context| self.contexts.is_some_and(|(low, high)| (low..=high).contains(&context));
            if let Some(context) = record.context.filter(|context| !is_known(*context)) {
                self.span(Some((context, context)));
            }
        }
        match record.case {
            Some(case) if record.load == Some(Load::Concurrency(1)) => {
                if self.others == 0 {
                    self.case(case).add(record);
                    self.trim();
                }
            }
            _ => {
                if self.others == 0 {
                    self.cases.clear();
                }
                self.others += 1;
            }
        }
    }

    /// Whether it holds texts of requests: names of cases, beginnings of responses.
    pub fn holds_texts(&self) -> bool {
        !self.cases.is_empty()
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.others += other.others;
        self.apart += other.apart;
        self.span(other.contexts);
        self.overfull |= other.overfull;
        if self.others > 0 {
            return self.cases.clear();
        }
        for (name, tally) in other.cases {
            self.case(&name).merge(tally);
        }
        self.trim();
    }

    /// The cases; `alone` says whether the run has no other requests beside these.
    ///
    /// Errors: a suite of more than [`MOST_CASES`].
    pub fn finish(self, alone: bool) -> Result<Cases> {
        let is_grid = self.contexts.is_some_and(|(low, high)| context::label(low) != context::label(high));
        if !alone || self.others > 0 || self.cases.is_empty() || is_grid {
            return Ok(Cases::Apart(self.apart));
        }
        if self.overfull {
            let most = thousands(MOST_CASES as f64);
            return Err(Error::new(format!(
                "the run names more than {most} cases: a report on a prompt suite tells each one, and has at most {most}"
            ))
            .hint(
                "make several runs of it; where `case` only names the prompts of a load test, give `concurrency` beside it and \
                 more than one request in flight, or leave `case` out",
            ));
        }
        let mut cases: Vec<Case> = self.cases.into_iter().map(|(name, tally)| tally.finish(name)).collect();
        let timed = cases.iter().all(|case| case.start_ps.is_some());
        // As people count: `case 2` before `case 10`.
        let by_name = |case: &Case| RunName(Some(case.name.clone()));
        cases.sort_by_key(|case| (case.start_ps.filter(|_| timed), by_name(case)));
        Ok(Cases::Suite(cases))
    }

    fn case(&mut self, name: &str) -> &mut CaseTally {
        let name = name.trim();
        let end = name.char_indices().nth(LONGEST_NAME).map_or(name.len(), |(end, _)| end);
        // Found without allocating where it is known.
        if !self.cases.contains_key(&name[..end]) {
            self.cases.insert(name[..end].to_owned(), CaseTally::default());
        }
        self.cases.get_mut(&name[..end]).expect("it was put there where it was missing")
    }

    fn span(&mut self, contexts: Option<(u64, u64)>) {
        let wider = |(low, high): (u64, u64), (a, b): (u64, u64)| (low.min(a), high.max(b));
        self.contexts = self.contexts.into_iter().chain(contexts).reduce(wider);
    }

    /// Keeps the first cases by name: whatever the order of the records, the same ones.
    fn trim(&mut self) {
        while self.cases.len() > MOST_CASES {
            self.cases.pop_last();
            self.overfull = true;
        }
    }
}

/// What is kept of one case.
#[derive(Debug, Clone, Default)]
struct CaseTally {
    runs: u64,
    failed: u64,
    start_ps: Option<i128>,
    e2e_s: Mean,
    speed_tok_s: Mean,
    ttft_s: Mean,
    ttft_estimate_s: Mean,
    input_tokens: Tokens,
    output_tokens: Tokens,
    failures: Failures,
    response: Option<Response>,
}

/// A response, ordered by what makes it the one to show: success, time, run, and its text where nothing else decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Response {
    failed: bool,
    untimed: bool,
    start_ps: Option<i128>,
    run: RunName,
    preview: Preview,
}

impl CaseTally {
    fn add(&mut self, record: &Record) {
        self.runs += 1;
        self.start_ps = earlier(self.start_ps, record.start_ps);
        if let Some(text) = record.response {
            let response = Response {
                failed: !record.success,
                untimed: record.start_ps.is_none(),
                start_ps: record.start_ps,
                run: RunName(record.run.map(str::to_owned)),
                preview: Preview::of(text),
            };
            self.show(Some(response));
        }
        if !record.success {
            self.failed += 1;
            self.failures.add(record.error.unwrap_or_default());
            return;
        }
        self.e2e_s.add(record.e2e_s);
        self.speed_tok_s.add(record.output_tokens.zip(record.e2e_s).map(|(tokens, e2e)| tokens as f64 / e2e));
        self.ttft_s.add(record.ttft_s);
        self.ttft_estimate_s.add(record.ttft_estimate_s);
        self.input_tokens.add(record.input_tokens);
        self.output_tokens.add(record.output_tokens);
    }

    fn merge(&mut self, other: Self) {
        self.runs += other.runs;
        self.failed += other.failed;
        self.start_ps = earlier(self.start_ps, other.start_ps);
        self.e2e_s.merge(other.e2e_s);
        self.speed_tok_s.merge(other.speed_tok_s);
        self.ttft_s.merge(other.ttft_s);
        self.ttft_estimate_s.merge(other.ttft_estimate_s);
        self.input_tokens.merge(other.input_tokens);
        self.output_tokens.merge(other.output_tokens);
        self.failures.merge(other.failures);
        self.show(other.response);
    }

    fn show(&mut self, response: Option<Response>) {
        self.response = match (self.response.take(), response) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn finish(self, name: String) -> Case {
        Case {
            name,
            runs: self.runs,
            failed: self.failed,
            start_ps: self.start_ps,
            e2e_s: self.e2e_s.value(),
            speed_tok_s: self.speed_tok_s.value(),
            input_tokens: self.input_tokens.mean(),
            output_tokens: self.output_tokens.mean(),
            ttft_s: self.ttft_s.value(),
            ttft_estimate_s: self.ttft_estimate_s.value(),
            failures: self.failures.named(),
            response: self.response.map(|response| response.preview),
        }
    }
}

fn earlier(a: Option<i128>, b: Option<i128>) -> Option<i128> {
    a.into_iter().chain(b).min()
}

/// A mean that does not depend on the order of its values.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    n: u64,
    sum: Sum,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = measured(value) {
            self.n += 1;
            self.sum.add(value);
        }
    }

    fn merge(&mut self, other: Self) {
        self.n += other.n;
        self.sum.merge(other.sum);
    }

    fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.value() / self.n as f64)
    }
}

#[cfg(test)]
mod tests;
