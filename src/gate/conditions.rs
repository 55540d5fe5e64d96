//! Conditions under which the two runs were not alike.

use crate::results::{Cell, Results};
use serde::Serialize;
use serde_json::Value;

/// Output tokens of a cell that lie further apart are told: longer responses take longer.
const OUTPUT_TOKENS: f64 = 0.1;

/// A condition that is not the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Which: `model`, `prompt caching`, …
    pub what: String,
    /// In the baseline; `not said` where it does not say.
    pub before: String,
    /// In this run.
    pub now: String,
}

/// Where a condition stands in `report.json`, and what it is called.
const CONDITIONS: [(&str, &str); 18] = [
    ("/configuration/model/name", "model"),
    ("/configuration/model/precision", "precision"),
    ("/configuration/hardware/gpu", "GPU"),
    ("/configuration/hardware/count", "GPUs"),
    ("/configuration/engine/name", "engine"),
    ("/configuration/engine/version", "engine version"),
    ("/sweep/output_tokens", "output tokens"),
    ("/sweep/load", "load"),
    ("/configuration/test/prompt_caching", "prompt caching"),
    ("/configuration/test/speculative_decoding", "speculative decoding"),
    ("/configuration/test/kv_cache", "KV cache"),
    ("/configuration/test/kv_offload", "KV offload"),
    ("/findings/generation_speed_basis", "generation speed"),
    ("/configuration/power/price_per_kwh", "price per kWh"),
    ("/configuration/power/pue", "PUE"),
    ("/configuration/power/currency", "currency"),
    ("/configuration/cost/gpu_hour", "price per GPU-hour"),
    ("/configuration/capacity/max_failure_rate", "max_failure_rate"),
];

/// What is not alike; `cells` are those that both have, before and now.
pub(super) fn differences(before: &Results, now: &Results, cells: &[(&Cell, &Cell)]) -> Vec<Difference> {
    let json = |results: &Results| serde_json::to_value(results).unwrap_or_default();
    let (old, new) = (json(before), json(now));
    let at = |root: &Value, pointer: &str| match root.pointer(pointer) {
        None | Some(Value::Null) => "not said".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let conditions = CONDITIONS.into_iter().filter_map(|(pointer, what)| {
        let (before, now) = (at(&old, pointer), at(&new, pointer));
        (before != now).then(|| Difference { what: what.to_owned(), before, now })
    });
    conditions.chain(other_lengths(cells)).collect()
}

/// Cells whose responses are longer or shorter than they were: the one that is furthest off, and how many there are.
fn other_lengths(cells: &[(&Cell, &Cell)]) -> Option<Difference> {
    let lengths = cells.iter().filter_map(|(old, new)| {
        let (before, now) = (old.mean_output_tokens?, new.mean_output_tokens?);
        let apart = (now / before - 1.0).abs();
        (apart > OUTPUT_TOKENS).then(|| (apart, before, now, super::text::cell(&super::name(new))))
    });
    let mut lengths: Vec<_> = lengths.collect();
    lengths.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (_, before, now, cell) = lengths.first()?;
    let what = match lengths.len() {
        1 => format!("mean output tokens at {cell}"),
        n => format!("mean output tokens of {n} cells, such as {cell}"),
    };
    Some(Difference { what, before: format!("{before:.0}"), now: format!("{now:.0}") })
}
