//! The schema of Gristmill's own records, from the columns that the reader knows.

use crate::ingest::records::columns::{COLUMNS, Column};
use serde_json::{Map, Value, json};

/// A request on a line of its own, or a list of requests.
pub(super) fn records() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "anyOf": [{ "$ref": "#/$defs/Record" }, { "type": "array", "items": { "$ref": "#/$defs/Record" } }],
        "$defs": { "Record": record() },
    })
}

fn record() -> Value {
    let mut properties = Map::new();
    for (name, column) in COLUMNS {
        for (key, unit) in column.keys() {
            let mut schema = value(column);
            schema["description"] = match unit {
                // The documentation's spelling is named, so that an editor that lists four keys shows which is usual.
                Some(unit) if key != name => format!("{}, in {unit}. Usually `{name}`.", about(column)).into(),
                Some(unit) => format!("{}, in {unit}.", about(column)).into(),
                None => format!("{}.", about(column)).into(),
            };
            properties.insert(key, schema);
        }
    }
    let given = |key: &str| json!({ "required": [key], "properties": { key: { "not": { "type": "null" } } } });
    let any_unit = |column: Column| {
        let keys: Vec<Value> = column.keys().map(|(key, _)| given(&key)).collect();
        json!({ "anyOf": keys })
    };
    let success = json!({ "allOf": [any_unit(Column::E2e), given("input_tokens"), given("output_tokens")] });
    json!({
        "description": "One request. Keys of one's own are welcome and left out.",
        "type": "object",
        "properties": properties,
        "not": { "allOf": [given("concurrency"), given("request_rate")] },
        "anyOf": [
            { "description": "A request that failed.", "required": ["success"], "properties": { "success": failed() } },
            { "description": "A request that failed.", "allOf": [given("error")] },
            { "description": "Warm-up.", "required": ["warmup"], "properties": { "warmup": { "enum": [true, 1, "true", "1"] } } },
            success,
        ],
    })
}

fn failed() -> Value {
    json!({ "enum": [false, 0, "false", "0"] })
}

/// What a value may be. Failures and warm-up often carry -1 or nonsense for what was not measured, so that numbers have no
/// bounds here that depend on the outcome.
fn value(column: Column) -> Value {
    use Column::{
        Case, Concurrency, ContextTokens, E2e, Error, InputTokens, Itl, OutputChunks, OutputTokens, Prefill, Queue,
        RequestId, RequestRate, Response, Run, Scenario, Start, Success, Ttft, TtftEstimate, Warmup,
    };
    match column {
        ContextTokens | Concurrency => json!({ "type": ["integer", "null"], "minimum": 1, "maximum": 1e12 }),
        RequestRate => json!({ "type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1e12 }),
        OutputChunks | InputTokens | OutputTokens => json!({ "type": ["integer", "null"] }),
        Start | E2e | Ttft | Queue | Prefill | Itl | TtftEstimate => json!({ "type": ["number", "null"] }),
        Success | Warmup => json!({ "enum": [true, false, 1, 0, "true", "false", "1", "0", null] }),
        Scenario | RequestId | Error | Run | Case | Response => json!({ "type": ["string", "number", "null"] }),
    }
}

fn about(column: Column) -> &'static str {
    match column {
        Column::Scenario => "`sweep` (the default) for the context × load grid, or the id of a use case",
        Column::ContextTokens => {
            "Input tokens that the request was built to have; without it, decided from `input_tokens`"
        }
        Column::Concurrency => "Requests held in flight; a record has this or `request_rate`",
        Column::RequestRate => "Requests sent per second; a record has this or `concurrency`",
        Column::RequestId => "The request's own id; a duplicate is an error",
        Column::Start => "Submission since the Unix epoch, for throughput and power",
        Column::E2e => "Submission to the end of the response; a success must have it",
        Column::Ttft => "Submission to the first token; absent when the response was not streamed",
        Column::Queue => "Wait in the engine's queue, as the engine measured it",
        Column::Prefill => "Reading of the prompt, as the engine measured it",
        Column::Itl => "Mean gap between streamed chunks",
        Column::OutputChunks => "How many chunks were streamed",
        Column::InputTokens => "Prompt tokens; a success must have them",
        Column::OutputTokens => "Tokens of the response; a success must have them",
        Column::Success => "Outcome; without it a request succeeded unless `error` says why not",
        Column::Error => "Why it failed",
        Column::Warmup => "Warm-up: counted as such and left out of everything else",
        Column::Run => "Which repeat of its level it belongs to",
        Column::Case => "Case of a prompt suite",
        Column::Response => "What was answered, in a prompt suite",
        Column::TtftEstimate => "TTFT as the log estimates it",
    }
}
