//! `per_request_lifecycle_metrics.json`: every request of a run, without the stage it belongs to.

use super::TOOL;
use crate::error::{Place, Result};
use crate::ingest::document::json_list;
use crate::ingest::format::{Format, Head};
use crate::ingest::logged::Log;
use crate::ingest::loose::{Number, Text};
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
        Column::E2e => "end_time",
        Column::Ttft => "info.response_metrics.output_token_times",
        Column::InputTokens => "info.request_metrics.text.input_tokens",
        Column::OutputTokens => "info.response_metrics.output_tokens",
        _ => "",
    }
}

/// The list of a run's requests.
pub struct Requests;

impl Format for Requests {
    fn name(&self) -> &'static str {
        "inference-perf requests"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        head.is_array() && ["start_time", "end_time", "info"].iter().all(|key| keys.contains(key))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        if sink.config.file_rule(name).load().is_none() {
            sink.set_aside(
                "its requests do not say which stage, and so which load, they belong to; the reports of the stages do. \
                 Where there was one stage only, a load for it in `[[file]]` lets it be read",
            );
            return Ok(());
        }
        sink.part(Part::default());
        json_list(stream, &TOOL, |request: Request, index| {
            let place = || Place::file(name).path(format!("[{index}]"));
            let start = request.start_time.value().ok_or_else(|| TOOL.missing(place(), "start_time"))?;
            let end = request.end_time.value().ok_or_else(|| TOOL.missing(place(), "end_time"))?;
            LOG.hand_on(&request.record(start, end), index + 1, place, sink)
        })
    }
}

/// `request` and `response` are not read. Times are seconds on a monotonic clock.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    start_time: Number,
    #[serde(default)]
    end_time: Number,
    info: Option<Info>,
    error: Option<Failure>,
}

/// Tokens and times stand here in older versions, and below their own objects in newer ones.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    request_metrics: Option<RequestMetrics>,
    response_metrics: Option<ResponseMetrics>,
    input_tokens: Number,
    output_tokens: Number,
    output_token_times: Vec<Number>,
}

#[derive(Deserialize)]
struct RequestMetrics {
    text: Option<TextMetrics>,
}

#[derive(Deserialize)]
struct TextMetrics {
    #[serde(default)]
    input_tokens: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResponseMetrics {
    output_tokens: Number,
    output_token_times: Vec<Number>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failure {
    error_type: Text,
    error_msg: Text,
}

impl Request {
    fn record(&self, start: f64, end: f64) -> Record<'_> {
        let info = self.info.as_ref();
        let text = info.and_then(|info| info.request_metrics.as_ref()?.text.as_ref());
        let response = info.and_then(|info| info.response_metrics.as_ref());
        let times = response.map(|response| &response.output_token_times).or(info.map(|info| &info.output_token_times));
        let first = times.and_then(|times| times.first()?.value());
        let input = text.and_then(|text| text.input_tokens.whole());
        let output = response.and_then(|response| response.output_tokens.whole());
        Record {
            load: None,
            start_ps: Some((start * 1e12).round() as i128),
            e2e_s: Some(end - start),
            ttft_s: first.map(|first| first - start),
            input_tokens: input.or_else(|| info?.input_tokens.whole()),
            output_tokens: output.or_else(|| info?.output_tokens.whole()),
            success: self.error.is_none(),
            error: self.error.as_ref().and_then(|error| error.error_type.get().or(error.error_msg.get())),
            ..Record::default()
        }
    }
}
