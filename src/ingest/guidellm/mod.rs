//! GuideLLM: one report with a benchmark per level, as JSON or YAML ([`report`]) and as CSV ([`table`]).
//!
//! What it calls `inter_token_latency_ms` is (last token − first token) / (output tokens − 1): the TPOT. Over a benchmark it
//! weighs requests by their tokens. What it calls `time_per_output_token_ms` is the same over all tokens in 0.2 and 0.3, and
//! holds the first token from 0.4 on; it is not read. Requests that were cut off by the end of a benchmark are
//! `incomplete`: neither successes nor failures.
//!
//! Its `output_tokens_per_second` is a distribution over the moments in which tokens came, and leaves out the time before
//! the first; it is not read either. Throughput follows from tokens and time, as everywhere.

mod benchmark;
mod figures;
pub mod report;
mod requests;
mod strategy;
mod stream;
pub mod table;

use super::document::Tool;

const TOOL: Tool = Tool { name: "GuideLLM", versions: "0.2 to 0.8" };
