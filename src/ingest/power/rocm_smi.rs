//! What rocm-smi prints: readings without a time, as JSON, CSV or text.

use crate::ingest::format::Head;
use crate::ingest::set_aside::SetAside;

/// Columns and keys of the draw, on MI200 and older, and on MI300.
const DRAWS: [&str; 2] = ["Average Graphics Package Power", "Current Socket Graphics Package Power"];

/// `rocm-smi --showpower` in any of its forms.
pub static ROCM_SMI: SetAside = SetAside {
    name: "GPU readings (rocm-smi)",
    recognizes: |head| is_json(head) || is_csv(head) || head.text().contains("= ROCm System Management Interface ="),
    reason: "its readings have no time of their own: a draw cannot be joined to a cell; where a logger added one, name \
             its columns in `[[power.columns]]` of the configuration",
};

/// `{"card0": {…}, "card1": {…}}`
fn is_json(head: &Head) -> bool {
    let is_card = |key: &&str| {
        key.strip_prefix("card").is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    !head.is_array() && head.keys().first().is_some_and(is_card)
}

fn is_csv(head: &Head) -> bool {
    head.header().iter().any(|cell| DRAWS.iter().any(|draw| cell.starts_with(draw)))
}
