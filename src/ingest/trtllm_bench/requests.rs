//! The file of `--request_json`: every request, its times in nanoseconds on a monotonic clock.

use super::{TOOL, kin};
use crate::error::{Place, Result};
use crate::ingest::document::json_list;
use crate::ingest::format::{Format, Head};
use crate::ingest::logged::Log;
use crate::ingest::loose::Number;
use crate::ingest::part::Part;
use crate::ingest::records::columns::Column;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::record::Record;
use serde::Deserialize;

const LOG: Log = Log { tool: &TOOL, key };

/// The keys that times and tokens are told by.
fn key(column: Column) -> &'static str {
    match column {
        Column::E2e => "end_timestamp",
        Column::Ttft => "first_token_timestamp",
        Column::InputTokens => "num_input_tokens",
        Column::OutputTokens => "output_tokens",
        _ => "",
    }
}

/// The list of a run's requests.
pub struct TrtllmRequests;

impl Format for TrtllmRequests {
    fn name(&self) -> &'static str {
        "trtllm-bench requests"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        head.is_array() && ["start_timestamp", "end_timestamp", "num_input_tokens"].iter().all(|key| keys.contains(key))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        sink.part(Part { kin: Some(kin(name)), ..Part::default() });
        json_list(stream, &TOOL, |request: Request, index| {
            let place = || Place::file(name).path(format!("[{index}]"));
            let time = |value: Number, key: &str| value.value().ok_or_else(|| TOOL.missing(place(), key));
            let (start, end) =
                (time(request.start_timestamp, "start_timestamp")?, time(request.end_timestamp, "end_timestamp")?);
            LOG.hand_on(&request.record(start, end), index + 1, place, sink)
        })
    }
}

/// `tokens` and `output` are not read.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    start_timestamp: Number,
    #[serde(default)]
    first_token_timestamp: Number,
    #[serde(default)]
    end_timestamp: Number,
    #[serde(default)]
    num_input_tokens: Number,
    /// Versions write it under one of these two keys, or under both.
    #[serde(default)]
    output_tokens: Number,
    #[serde(default)]
    num_output_tokens: Number,
    #[serde(default)]
    error_tokens: Number,
}

impl Request {
    /// A request failed where any of its events was an error; −1 is a time that was never taken. Without streaming the first
    /// event is the last, and no first token is timed.
    fn record(&self, start: f64, end: f64) -> Record<'_> {
        const SECOND: f64 = 1e9;
        let success = self.error_tokens.value().unwrap_or(0.0) == 0.0 && end > 0.0;
        let first = self.first_token_timestamp.value().filter(|first| *first > 0.0 && *first < end);
        Record {
            load: None,
            start_ps: Some((start as i128).saturating_mul(1000)),
            e2e_s: Some((end - start) / SECOND).filter(|_| success),
            ttft_s: first.map(|first| (first - start) / SECOND).filter(|_| success),
            input_tokens: self.num_input_tokens.whole(),
            output_tokens: self.output_tokens.whole().or(self.num_output_tokens.whole()).filter(|_| success),
            success,
            error: (!success).then_some("an event of the response was an error"),
            ..Record::default()
        }
    }
}
