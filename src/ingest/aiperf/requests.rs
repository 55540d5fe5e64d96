//! AIPerf's `profile_export.jsonl`: one line per request.

use super::{AIPERF, kin};
use crate::error::{Place, Result, Warning};
use crate::format::counted;
use crate::ingest::document::json_each;
use crate::ingest::format::{Format, Head};
use crate::ingest::logged::Log;
use crate::ingest::loose::{Gaps, Number, Text};
use crate::ingest::part::Part;
use crate::ingest::records::columns::Column;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::record::Record;
use serde::Deserialize;

/// AIPerf's requests as JSON Lines. Their level stands in the summary beside them.
pub struct AiperfRequests;

const LOG: Log = Log { tool: &AIPERF, key };

impl Format for AiperfRequests {
    fn name(&self) -> &'static str {
        "AIPerf requests (JSON Lines)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        keys.contains(&"metadata") && keys.contains(&"metrics") && head.text().contains("\"request_start_ns\"")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut cancelled = 0;
        json_each(stream, &AIPERF, |request: Request, line| {
            if request.was_cancelled() {
                cancelled += 1;
                return Ok(());
            }
            let error = request.error.as_ref().map(Failure::reason);
            LOG.hand_on(&request.record(error.as_deref()), line, || Place::file(file).line(line), sink)
        })?;
        sink.part(Part { kin: Some(kin(file)), ..Part::default() });
        sink.warn_cancelled(file, cancelled);
        Ok(())
    }
}

impl Sink<'_> {
    /// Says how many requests AIPerf itself ended: neither successes nor failures.
    pub(super) fn warn_cancelled(&mut self, file: &str, cancelled: u64) {
        if cancelled > 0 {
            let message = format!(
                "{} by AIPerf itself and left out",
                counted(cancelled, "request was cancelled", "requests were cancelled")
            );
            self.warn(Warning::at(Place::file(file), message));
        }
    }
}

/// A line. Prompts and responses do not stand in it.
#[derive(Debug, Deserialize)]
struct Request {
    metadata: Metadata,
    #[serde(default)]
    metrics: Metrics,
    error: Option<Failure>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    x_request_id: Text,
    /// Nanoseconds since the Unix epoch, which a double cannot hold.
    request_start_ns: i64,
    #[serde(default)]
    benchmark_phase: Text,
    #[serde(default)]
    phase_kind: Text,
    #[serde(default)]
    was_cancelled: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metrics {
    time_to_first_token: Measured,
    request_latency: Measured,
    inter_chunk_latency: Chunks,
    input_sequence_length: Measured,
    /// With the tokens of the reasoning.
    output_sequence_length: Measured,
}

/// Milliseconds or tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Measured {
    value: Number,
}

/// Milliseconds from each chunk to the next.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chunks {
    value: Gaps,
}

/// What went wrong, as AIPerf tells it; also in its summaries.
#[derive(Debug, Deserialize)]
pub struct Failure {
    /// HTTP status.
    #[serde(default)]
    code: Number,
    #[serde(rename = "type", default)]
    kind: Text,
    #[serde(default)]
    message: Text,
}

impl Failure {
    /// Whether AIPerf ended the request itself.
    pub fn is_cancellation(&self) -> bool {
        self.code.whole() == Some(499)
    }

    /// Kind and message in one line.
    pub fn reason(&self) -> String {
        let code = self.code.whole().map(|code| code.to_string());
        let kind = self.kind.get().map(str::to_owned);
        let message = self.message.get().map(str::to_owned);
        [kind.or(code), message].into_iter().flatten().collect::<Vec<_>>().join(": ")
    }
}

impl Request {
    fn was_cancelled(&self) -> bool {
        self.metadata.was_cancelled || self.error.as_ref().is_some_and(Failure::is_cancellation)
    }

    fn record<'r>(&'r self, error: Option<&'r str>) -> Record<'r> {
        let Self { metadata, metrics, .. } = self;
        let seconds = |measured: &Measured| measured.value.value().map(|milliseconds| milliseconds / 1e3);
        let ttft_s = seconds(&metrics.time_to_first_token);
        let gaps = metrics.inter_chunk_latency.value;
        let is_warmup = |text: &Text| text.get() == Some("warmup");
        Record {
            load: None,
            request_id: metadata.x_request_id.get(),
            start_ps: Some(i128::from(metadata.request_start_ns) * 1000),
            e2e_s: seconds(&metrics.request_latency),
            ttft_s,
            itl_s: gaps.mean().map(|milliseconds| milliseconds / 1e3),
            // The first chunk has no gap before it.
            output_chunks: ttft_s.map(|_| gaps.count + 1),
            input_tokens: metrics.input_sequence_length.value.whole(),
            output_tokens: metrics.output_sequence_length.value.whole(),
            success: self.error.is_none(),
            warmup: is_warmup(&metadata.benchmark_phase) || is_warmup(&metadata.phase_kind),
            error,
            ..Record::default()
        }
    }
}

fn key(column: Column) -> &'static str {
    match column {
        Column::Ttft => "metrics.time_to_first_token",
        Column::E2e => "metrics.request_latency",
        Column::Itl => "metrics.inter_chunk_latency",
        Column::InputTokens => "metrics.input_sequence_length",
        Column::OutputTokens => "metrics.output_sequence_length",
        Column::RequestId => "metadata.x_request_id",
        _ => "",
    }
}
