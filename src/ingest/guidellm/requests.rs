//! The requests of a benchmark: flat until 0.3, with times and tokens in objects of their own from 0.4 on.

use crate::ingest::loose::{Number, Text};
use crate::record::Record;
use serde::Deserialize;

/// How a request ended; what was cut off is counted by the tool alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Whole.
    Successful,
    /// Failed.
    Errored,
}

/// One request. Prompt and response are not read. Times are seconds of the Unix epoch.
///
/// Latencies that were computed from the times are not read: until 0.3 they are 0 where they are not defined.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Request {
    request_id: Text,
    prompt_tokens: Number,
    output_tokens: Number,
    start_time: Number,
    end_time: Number,
    first_token_time: Number,
    error: Text,
    /// From 0.4 on.
    request_start_time: Number,
    /// From 0.4 on.
    request_end_time: Number,
    /// From 0.4 on.
    info: Option<Info>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    timings: Option<Timings>,
    error: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Timings {
    request_start: Number,
    request_end: Number,
    first_token_iteration: Number,
    /// Chunks, whatever was in them.
    request_iterations: Number,
    /// Chunks with tokens that are counted.
    token_iterations: Number,
}

impl Request {
    fn timing(&self, of: fn(&Timings) -> Number) -> Option<f64> {
        of(self.info.as_ref()?.timings.as_ref()?).value()
    }

    /// When it was sent.
    pub fn start(&self) -> Option<f64> {
        let flat = self.start_time.value().or(self.request_start_time.value());
        flat.or_else(|| self.timing(|timings| timings.request_start))
    }

    /// When its response ended.
    pub fn end(&self) -> Option<f64> {
        let flat = self.end_time.value().or(self.request_end_time.value());
        flat.or_else(|| self.timing(|timings| timings.request_end))
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&str> {
        self.error.get().or_else(|| self.info.as_ref()?.error.get())
    }

    /// Chunks with tokens, unless the rest of them were tokens too, of a thinking that was not timed.
    fn chunks(&self) -> Option<u64> {
        let timings = self.info.as_ref()?.timings.as_ref()?;
        let counted = timings.token_iterations.whole().filter(|chunks| *chunks > 0)?;
        let all = timings.request_iterations.whole().unwrap_or(counted) as f64;
        let tokens = self.output_tokens.whole().unwrap_or(0) as f64;
        (all < 0.9 * tokens || counted as f64 >= 0.8 * all).then_some(counted)
    }

    /// As every format delivers it, in the benchmark of this number.
    pub fn record(&self, part: usize, status: Status, warmup: bool) -> Record<'_> {
        let success = status == Status::Successful;
        let start = self.start();
        let since = |time: Option<f64>| time.zip(start).map(|(time, start)| time - start).filter(|_| success);
        let first = self.first_token_time.value().or_else(|| self.timing(|timings| timings.first_token_iteration));
        Record {
            load: None,
            part,
            request_id: self.request_id.get(),
            start_ps: start.map(|start| (start * 1e12).round() as i128),
            e2e_s: since(self.end()),
            ttft_s: since(first),
            output_chunks: self.chunks().filter(|_| success),
            input_tokens: self.prompt_tokens.whole(),
            output_tokens: self.output_tokens.whole().filter(|_| success),
            success,
            warmup,
            error: self.error(),
            ..Record::default()
        }
    }
}
