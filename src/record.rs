//! One request, as every format delivers it.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::atomic::{self, AtomicU64};

/// The load a request was sent under: what the load generator held constant.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub enum Load {
    /// Requests held in flight at once (closed loop).
    Concurrency(u64),
    /// Requests sent per second (open loop); finite and above 0.
    RequestRate(f64),
}

impl Load {
    /// The level as a number: requests in flight, or requests per second.
    pub fn level(self) -> f64 {
        match self {
            Load::Concurrency(n) => n as f64,
            Load::RequestRate(rate) => rate,
        }
    }

    /// Whether the load is a number of requests in flight.
    pub fn is_concurrency(self) -> bool {
        matches!(self, Load::Concurrency(_))
    }
}

impl Eq for Load {}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Concurrencies first, then request rates, each ascending.
impl Ord for Load {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Load::Concurrency(a), Load::Concurrency(b)) => a.cmp(b),
            (Load::RequestRate(a), Load::RequestRate(b)) => a.total_cmp(b),
            (Load::Concurrency(_), Load::RequestRate(_)) => Ordering::Less,
            (Load::RequestRate(_), Load::Concurrency(_)) => Ordering::Greater,
        }
    }
}

/// The scenario of the context × load grid.
pub const SWEEP: &str = "sweep";

/// The scenario of requests that name a case of a prompt suite and no load.
pub const PROMPT_SUITE: &str = "prompt-suite";

/// Characters of a response that a report may show; nothing behind them is kept.
pub const PREVIEW: usize = 300;

/// As much of a response as a preview is made from: one character more than [`PREVIEW`], which says whether the response
/// goes on and whether it may be cut there.
pub fn preview_of(response: &str) -> &str {
    response.char_indices().nth(PREVIEW + 1).map_or(response, |(end, _)| &response[..end])
}

/// Says of records that they name the same level, so that nobody has to compare their scenario, context, load and run.
///
/// A reader that knows it of a row by the bytes in front gives both rows the same mark. Marks say nothing else: two records are
/// the same whatever their marks are, and which mark a level has differs from run to run.
#[derive(Debug, Clone, Copy, Default)]
pub struct LevelMark(u64);

impl LevelMark {
    /// One that no record has, in this process.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, atomic::Ordering::Relaxed))
    }

    /// Whether records of these marks are known to be of one level.
    #[inline]
    pub fn is_same(self, other: Self) -> bool {
        self.0 == other.0 && self.0 != 0
    }
}

impl PartialEq for LevelMark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// One call to the server. Not measured is `None`.
///
/// Borrowed from the reader's buffers: a record is folded into its cell and dropped, never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    /// What the request was sent for: [`SWEEP`] or the id of a use case.
    pub scenario: &'a str,
    /// Input tokens the request was built to have, where the source says so.
    pub context: Option<u64>,
    /// The load it was sent under; none where the record does not say.
    ///
    /// Such a record belongs to the level of its `part`, which then decides scenario, context, load and run together.
    pub load: Option<Load>,
    /// Which run of its file it belongs to, counted from 0, where a file describes its runs beside the requests.
    pub part: usize,
    /// Which repeat of the cell this is, where a level was run more than once.
    pub run: Option<&'a str>,
    /// The same in records that are known to name the same level; who changes what names the level takes it away.
    pub level_mark: LevelMark,
    /// The source's own id of the request.
    pub request_id: Option<&'a str>,
    /// Submission, in picoseconds on the source's clock (the Unix epoch where the source uses one).
    ///
    /// An integer: a double of epoch seconds loses the digits that throughput needs.
    pub start_ps: Option<i128>,
    /// Submission to the end of the response, seconds.
    pub e2e_s: Option<f64>,
    /// Submission to the first non-empty token, seconds; absent when the response was not streamed.
    pub ttft_s: Option<f64>,
    /// Wait in the engine's queue, seconds.
    pub queue_s: Option<f64>,
    /// Reading of the prompt, as the engine measured it, seconds.
    pub prefill_s: Option<f64>,
    /// Mean gap between streamed chunks, seconds.
    pub itl_s: Option<f64>,
    /// Streamed chunks.
    pub output_chunks: Option<u64>,
    /// Prompt tokens, counted as the source counted them.
    pub input_tokens: Option<u64>,
    /// Tokens of the response, counted as the source counted them.
    pub output_tokens: Option<u64>,
    /// Whether the request succeeded. Failures count in the success rate and nowhere else.
    pub success: bool,
    /// Warm-up: counted as such, and left out of everything else.
    pub warmup: bool,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// The case of a prompt suite that was sent.
    pub case: Option<&'a str>,
    /// The beginning of the response, see [`preview_of`]; readers take it of cases only.
    pub response: Option<&'a str>,
    /// TTFT as a log estimated it, seconds; it counts in no metric.
    pub ttft_estimate_s: Option<f64>,
}

impl Default for Record<'_> {
    fn default() -> Self {
        Self {
            scenario: SWEEP,
            context: None,
            load: Some(Load::Concurrency(1)),
            part: 0,
            run: None,
            level_mark: LevelMark::default(),
            request_id: None,
            start_ps: None,
            e2e_s: None,
            ttft_s: None,
            queue_s: None,
            prefill_s: None,
            itl_s: None,
            output_chunks: None,
            input_tokens: None,
            output_tokens: None,
            success: true,
            warmup: false,
            error: None,
            case: None,
            response: None,
            ttft_estimate_s: None,
        }
    }
}
