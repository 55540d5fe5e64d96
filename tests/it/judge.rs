//! What must hold of any run, however odd its files: a report whose figures can be, or an error that names the place.

use gristmill::config::Config;
use gristmill::error::one_line;
use gristmill::ingest::Input;
use gristmill::pipeline::{self, Request};
use serde_json::Value;

/// What became of a run's files.
pub enum Outcome {
    Report,
    Error,
    Wrong(String),
}

/// Makes the report of a run. `text` is what stands in its files: whatever is written there may stand in the report.
/// A file that is `cut_short` makes an error or is told in a warning.
pub fn judged(inputs: &[&dyn Input], config: &Config, text: &str, cut_short: Option<&str>) -> Outcome {
    let request = Request { formats: &["json", "markdown"], ..Request::new(inputs, config) };
    let prepared = match pipeline::prepare(&request) {
        Ok(prepared) => prepared,
        Err(error) => {
            let named = inputs.iter().any(|input| error.to_string().contains(&one_line(input.name())));
            return match error.place.is_some() || named {
                true => Outcome::Error,
                false => Outcome::Wrong(format!("an error without a place: {error}")),
            };
        }
    };
    let mut problems = Vec::new();
    if let Some(file) = cut_short.filter(|file| !prepared.warnings.iter().any(|said| said.to_string().contains(file))) {
        problems.push(format!("{file} is cut short, and nothing says so"));
    }
    if let Some(found) = not_finite(&format!("{:?}", prepared.value.analysis)) {
        problems.push(format!("no number in the analysis: {found}"));
    }
    let files = match pipeline::render(prepared, &request) {
        Ok(files) => files.value,
        Err(error) => return Outcome::Wrong(format!("not written: {error}")),
    };
    for file in files {
        let written = String::from_utf8(file.bytes).unwrap();
        if file.path == "report.json" {
            impossible(&serde_json::from_str(&written).unwrap(), &mut problems);
        } else if let Some(line) = written.lines().find(|line| says_no_number(line, text)) {
            problems.push(format!("{}: {line}", file.path));
        }
    }
    match problems.is_empty() {
        true => Outcome::Report,
        false => Outcome::Wrong(problems.join("; ")),
    }
}

/// A value that is no number, in what a value prints as for debugging; texts in quotes are passed over.
pub fn not_finite(debug: &str) -> Option<String> {
    let found = debug.match_indices("NaN").chain(debug.match_indices("inf")).find(|(at, word)| {
        let before = debug[..*at].chars().next_back();
        let after = debug[at + word.len()..].chars().next();
        before.is_some_and(|c| " (-[".contains(c))
            && after.is_some_and(|c| ",)]} ".contains(c))
            && !in_quotes(debug, *at)
    });
    found.map(|(at, word)| debug[at.saturating_sub(160)..at + word.len()].to_owned())
}

fn in_quotes(debug: &str, at: usize) -> bool {
    let mut inside = false;
    let mut escaped = false;
    for byte in debug[..at].bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => inside = !inside,
            _ => {}
        }
    }
    inside
}

fn says_no_number(line: &str, text: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| ["NaN", "inf", "Infinity"].contains(word)).any(|word| !text.contains(word))
}

/// Figures that no run can have.
fn impossible(report: &Value, problems: &mut Vec<String>) {
    for (number, cell) in report["cells"].as_array().into_iter().flatten().enumerate() {
        let mut wrong = |what: &str, value: &Value| problems.push(format!("cell {number}: {what} {value}"));
        for key in ["throughput_tok_s", "span_s", "achieved_rate_req_s", "scaling_efficiency", "energy_per_token_j"] {
            if cell[key].as_f64().is_some_and(|value| value <= 0.0) {
                wrong(key, &cell[key]);
            }
        }
        if cell["failed"].as_u64().zip(cell["requests"].as_u64()).is_some_and(|(failed, requests)| failed > requests) {
            wrong("more failed than sent", &cell["failed"]);
        }
        for (key, block) in cell.as_object().into_iter().flatten().filter(|(_, block)| block["origin"].is_string()) {
            // A record whose E2E is exactly 0 is read with a warning.
            let is_wait = ["queue_s", "itl_s", "ttft_s"].contains(&key.as_str())
                || (key == "e2e_s" && block["origin"] == "records");
            let negative = |value: f64| if is_wait { value < 0.0 } else { value <= 0.0 };
            for name in ["mean", "p50", "p90", "p95", "p99", "p10", "p5", "p1"] {
                if block[name].as_f64().is_some_and(negative) {
                    wrong(&format!("{key}.{name}"), &block[name]);
                }
            }
            let ordered = ["p1", "p5", "p10", "p50", "p90", "p95", "p99"].map(|name| block[name].as_f64());
            let known: Vec<f64> = ordered.into_iter().flatten().collect();
            if known.windows(2).any(|pair| pair[1] < pair[0] * (1.0 - 1e-9)) {
                wrong(&format!("{key} falls"), block);
            }
            let empty = block["n"].as_u64() == Some(0);
            if empty && !block["mean"].is_null() {
                wrong(&format!("{key} of none"), &block["mean"]);
            }
        }
    }
}
