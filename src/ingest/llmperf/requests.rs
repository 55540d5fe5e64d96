//! `…_individual_responses.json`: a row per request. Under which load they were sent, the summary beside it says.

use super::{TOOL, kin};
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
        Column::E2e => "end_to_end_latency_s",
        Column::Ttft => "ttft_s",
        Column::InputTokens => "number_input_tokens",
        Column::OutputTokens => "number_output_tokens",
        _ => "",
    }
}

/// The list of a run's requests.
pub struct LlmperfRequests;

impl Format for LlmperfRequests {
    fn name(&self) -> &'static str {
        "LLMPerf requests"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        head.is_array() && keys.contains(&"ttft_s") && keys.contains(&"end_to_end_latency_s")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        sink.part(Part { kin: Some(kin(name)), ..Part::default() });
        json_list(stream, &TOOL, |row: Row, index| {
            let place = || Place::file(name).path(format!("[{index}]"));
            LOG.hand_on(&row.record(), index + 1, place, sink)
        })
    }
}

/// `inter_token_latency_s` is not read: it is E2E / tokens, and in the rows of failures not even divided.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Row {
    error_code: Text,
    error_msg: Text,
    ttft_s: Number,
    end_to_end_latency_s: Number,
    number_input_tokens: Number,
    number_output_tokens: Number,
}

impl Row {
    fn record(&self) -> Record<'_> {
        Record {
            load: None,
            e2e_s: self.end_to_end_latency_s.value(),
            // A response that brought no token leaves 0.
            ttft_s: self.ttft_s.value().filter(|ttft| *ttft > 0.0),
            input_tokens: self.number_input_tokens.whole(),
            output_tokens: self.number_output_tokens.whole(),
            success: self.error_code.get().is_none(),
            error: self.error_code.get().map(|code| reason(self.error_msg.get().unwrap_or(code))),
            ..Record::default()
        }
    }
}

/// A message without the number it ends in: `Output too few tokens 39` is one reason, whatever the number.
fn reason(message: &str) -> &str {
    let words = message.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    if words.is_empty() { message } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_row_with_a_code_is_a_failure_whatever_its_figures() {
        let text = r#"{"error_code": -100, "error_msg": "Output too few tokens 39", "ttft_s": 0.8, "end_to_end_latency_s": 1.7,
            "inter_token_latency_s": 1.7, "number_output_tokens": 39, "number_input_tokens": 550, "GEN_TEXT": "lives the"}"#;
        let row = row(text);
        let record = row.record();
        assert_eq!((record.success, record.error), (false, Some("Output too few tokens")));
        assert_eq!(reason("429"), "429");
    }

    #[test]
    fn a_row_without_one_is_a_success() {
        let row = row(r#"{"error_code": null, "error_msg": "", "ttft_s": 0.25, "end_to_end_latency_s": 2.5,
            "number_output_tokens": 150, "number_input_tokens": 550}"#);
        let record = row.record();
        assert_eq!((record.success, record.error, record.load), (true, None, None));
        assert_eq!((record.ttft_s, record.e2e_s, record.output_tokens), (Some(0.25), Some(2.5), Some(150)));
    }
}
