//! One page: the counters and histograms that are of use, by series.

use super::Engine;
use crate::error::{Error, Place, Result};
use crate::ingest::stream::Stream;
use crate::limits::LARGEST_PAGE;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Metrics that are of use, without the engine's prefix and without `_sum`, `_count`, `_bucket`.
const OF_USE: [&str; 12] = [
    "time_to_first_token_seconds",
    "e2e_request_latency_seconds",
    "request_queue_time_seconds",
    "queue_time_seconds",
    "request_prefill_time_seconds",
    "request_decode_time_seconds",
    "inter_token_latency_seconds",
    "time_per_output_token_seconds",
    "generation_tokens_total",
    "prompt_tokens_total",
    "request_success_total",
    "num_requests_total",
];

/// What an engine showed at one moment.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Page {
    /// Whose page it is.
    pub engine: Engine,
    /// The model it served, where a label says so.
    pub model: Option<String>,
    /// Values by metric (without the engine's prefix) and label set.
    pub series: BTreeMap<String, BTreeMap<Labels, f64>>,
}

/// The labels of a series, by name.
pub type Labels = BTreeMap<String, String>;

impl Page {
    /// Reads a page. Errors: it is longer than any page is, or a line of a metric that is of use cannot be read.
    pub fn read(stream: &mut Stream) -> Result<Self> {
        let name = stream.name();
        let mut bytes = Vec::new();
        loop {
            let unread = stream.unread();
            let length = unread.len();
            bytes.extend_from_slice(unread);
            stream.consume(length, 0);
            if bytes.len() > LARGEST_PAGE {
                let message = format!("a page of engine metrics of more than {} MiB", LARGEST_PAGE >> 20);
                return Err(Error::at(Place::file(name), message).hint("save one page of `/metrics` in each file"));
            }
            if !stream.read_more()? && stream.unread().is_empty() {
                break;
            }
        }
        Self::parse(&String::from_utf8_lossy(&bytes), name)
    }

    fn parse(text: &str, file: &str) -> Result<Self> {
        let Some(engine) = Engine::of(text) else {
            return Err(Error::at(
                Place::file(file),
                "expected lines that begin with `vllm:` or `sglang:`, found none",
            )
            .hint("save the engine's `/metrics` page as it is"));
        };
        let mut page = Self { engine, model: None, series: BTreeMap::new() };
        for (nth, line) in text.lines().enumerate() {
            let Some(metric) = line.strip_prefix(engine.prefix()) else { continue };
            let name = &metric[..metric.find(['{', ' ', '\t']).unwrap_or(metric.len())];
            if !is_of_use(name) {
                continue;
            }
            let (labels, value) = sample(&metric[name.len()..]).ok_or_else(|| {
                let message = format!("expected `{name}{{…}} number`, found a line that cannot be read");
                Error::at(Place::file(file).line(nth as u64 + 1), message)
                    .hint("save the page again; this one is damaged")
            })?;
            page.model = page.model.take().or_else(|| labels.get("model_name").cloned());
            page.series.entry(name.to_owned()).or_default().insert(labels, value);
        }
        Ok(page)
    }
}

/// Whether a series belongs to a metric that is used; `_created` is a time stamp.
fn is_of_use(name: &str) -> bool {
    let metric = ["_sum", "_count", "_bucket"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
    OF_USE.contains(&metric)
}

/// The labels and the value behind a metric's name; a time stamp after the value is left out.
fn sample(rest: &str) -> Option<(Labels, f64)> {
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inner) => labels(inner)?,
        None => (Labels::new(), rest),
    };
    let value = rest.split_ascii_whitespace().next()?;
    let value = value.parse::<f64>().ok().filter(|value| !value.is_nan())?;
    Some((labels, value))
}

/// Reads `a="b",c="d"}`; in values a backslash escapes `"`, `\` and `n`.
fn labels(text: &str) -> Option<(Labels, &str)> {
    let mut labels = Labels::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start().strip_prefix('"')?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        labels.insert(name.trim().to_owned(), value);
        rest = &after[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_by_series_and_what_is_of_no_use_is_not_held() {
        let text = "# HELP vllm:generation_tokens_total Tokens.\n# TYPE vllm:generation_tokens_total gauge\n\
                    vllm:generation_tokens_total{engine=\"0\",model_name=\"a \\\"b\\\"\"} 50.0 1700000000\n\
                    vllm:generation_tokens_total{engine=\"1\",model_name=\"a\"} 1e3\n\
                    vllm:num_requests_running{engine=\"0\"} 3\nvllm:time_to_first_token_seconds_created{} 1.7e9\n\
                    vllm:time_to_first_token_seconds_bucket{le=\"+Inf\"} 6\nprocess_cpu_seconds_total 12\n";
        let page = Page::parse(text, "a.txt").unwrap();
        assert_eq!((page.engine, page.model.as_deref()), (Engine::Vllm, Some("a \"b\"")));
        let names: Vec<_> = page.series.keys().map(String::as_str).collect();
        assert_eq!(names, ["generation_tokens_total", "time_to_first_token_seconds_bucket"]);
        assert_eq!(page.series["generation_tokens_total"].values().sum::<f64>(), 1050.0);
    }

    #[test]
    fn a_damaged_line_is_an_error_with_its_place() {
        for line in ["vllm:prompt_tokens_total{a=\"b} 5", "vllm:prompt_tokens_total", "vllm:prompt_tokens_total{} x"] {
            let error = Page::parse(&format!("# x\n{line}\n"), "a.txt").unwrap_err().to_string();
            assert!(error.starts_with("a.txt:2: expected `prompt_tokens_total{…} number`"), "{error}");
        }
    }
}
