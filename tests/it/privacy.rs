//! Prompts and responses stand in the files of many tools and reach no report.

use crate::run::{report, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Stands in the place of every prompt and response.
const SECRET: &str = "the-patient-said-so-in-confidence";

/// What the tools call them.
const KEYS: [&str; 9] = [
    "prompt",
    "output",
    "generated_texts",
    "generated_text",
    "request",
    "response",
    "request_args",
    "answer",
    "output_text",
];

/// Folder or file below the repository, and what else a report of it needs.
const RUNS: [(&str, &str); 6] = [
    ("fixtures/inputs/tools/vllm-detailed-newest/c2.json", ""),
    ("fixtures/inputs/tools/sglang-output-details", ""),
    ("fixtures/samples/guidellm/v0.3-constant-rate/benchmarks.json", ""),
    ("fixtures/samples/guidellm/v0.6-llamacpp-synchronous/gemma4-31b-dense.json", ""),
    (
        "fixtures/samples/inference-perf/v0.5.0-schema-golden/per_request_lifecycle_metrics.json",
        "[[file]]\nmatch = \"*.json\"\nrequest_rate = 1\n",
    ),
    ("fixtures/inputs/tools/trtllm-bench/conc4", "[[file]]\nmatch = \"*.json\"\nconcurrency = 4\n"),
];

/// Every file of a folder, or the file itself.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// Puts [`SECRET`] where prompts and responses stand, and counts how often.
fn confide(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(confide).sum(),
        Value::Object(keys) => keys.iter_mut().map(|(key, value)| confide_key(key, value)).sum(),
        _ => 0,
    }
}

fn confide_key(key: &str, value: &mut Value) -> usize {
    match value {
        Value::String(text) if KEYS.contains(&key) => {
            *text = SECRET.to_owned();
            1
        }
        Value::Array(texts) if KEYS.contains(&key) && texts.iter().all(Value::is_string) => {
            texts.iter_mut().for_each(|text| *text = SECRET.into());
            texts.len()
        }
        other => confide(other),
    }
}

#[test]
fn no_prompt_and_no_response_reaches_any_file_of_a_report() {
    for (run, toml) in RUNS {
        let folder = tempfile::tempdir().unwrap();
        let mut confided = 0;
        for file in files(&root().join(run)) {
            let text = fs::read_to_string(&file).unwrap();
            // JSON Lines are one value each, and nothing else here goes on over lines that are JSON by themselves.
            let whole = serde_json::from_str::<Value>(&text);
            let mut values: Vec<Value> = match whole {
                Ok(value) => vec![value],
                Err(_) => text
                    .lines()
                    .filter_map(|line| serde_json::from_str(&line.replace("Infinity", "1e9")).ok())
                    .collect(),
            };
            confided += values.iter_mut().map(confide).sum::<usize>();
            let text: Vec<String> = values.iter().map(Value::to_string).collect();
            fs::write(folder.path().join(file.file_name().unwrap()), text.join("\n")).unwrap();
        }
        assert!(confided > 0, "{run} holds prompts or responses");
        fs::write(folder.path().join("gristmill.toml"), toml).unwrap();
        let out = folder.path().join("out");
        let said = report(folder.path(), &out);
        let mut written = files(&out);
        written.extend(fs::read_dir(out.join("charts")).into_iter().flatten().map(|entry| entry.unwrap().path()));
        assert!(written.len() > 4, "{run}: {written:?}");
        let texts = written.iter().map(|file| (file.display().to_string(), fs::read(file).unwrap()));
        for (name, bytes) in texts.chain([("what is printed".to_owned(), [said.stdout, said.stderr].concat())]) {
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(SECRET) && !text.contains("in-confidence"), "{run}: {name}");
        }
    }
}
