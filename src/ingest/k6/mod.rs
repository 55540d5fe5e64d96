//! k6: the summary of a run, and its samples as CSV or JSON Lines. It knows of HTTP requests, not of tokens: their time to the
//! first byte (`http_req_waiting`) is no TTFT, and is not read.

pub mod samples;
pub mod summary;

use super::document::Tool;
use crate::error::{Place, Warning};

const TOOL: Tool = Tool { name: "k6", versions: "0.40 to 1.3" };

/// What a reader must know of these figures.
fn note(file: &str) -> Warning {
    let message = "k6 counts no tokens and times no first token (`http_req_waiting` ends with the first byte, which is none): \
                   its requests have an E2E only";
    Warning::at(Place::file(file), message)
}
