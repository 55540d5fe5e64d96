//! `report.json`, read back by the library.

use crate::run::{gristmill, root};
use gristmill::config::Config;
use gristmill::ingest::{Input, Memory};
use gristmill::metric::MetricId;
use gristmill::pipeline::{Request, run};
use gristmill::results::{Metrics, parse};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Every bundled run.
pub fn bundled_runs() -> Vec<PathBuf> {
    let mut runs: Vec<PathBuf> =
        fs::read_dir(root().join("fixtures/runs")).unwrap().map(|e| e.unwrap().path()).collect();
    runs.retain(|path| path.is_dir());
    runs.sort();
    assert!(runs.len() >= 4);
    runs
}

/// The text of the `report.json` of a run on disk.
pub fn report_json(run: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let words = [Path::new("report"), run, Path::new("-o"), out.path(), Path::new("--format"), Path::new("json")];
    let output = gristmill(words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(out.path().join("report.json")).unwrap()
}

/// The same of records in memory.
fn of_records(records: &str) -> String {
    let (records, config) = (Memory::new("records.csv", records), Config::default());
    let inputs: [&dyn Input; 1] = [&records];
    let made = run(&Request { formats: &["json"], ..Request::new(&inputs, &config) }).unwrap().value;
    String::from_utf8(made[0].bytes.clone()).unwrap()
}

const HEADER: &str =
    "context_tokens,concurrency,request_rate,run,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,success\n";

/// Both kinds of load, three runs of a level, a failure.
pub fn many_sided() -> String {
    let mut records = HEADER.to_owned();
    for (nth, run) in ["a", "b", "c"].into_iter().enumerate() {
        writeln!(records, "32768,1,,{run},{nth}0,40{nth},240{nth},32768,1001,true").unwrap();
    }
    records.push_str("32768,4,,,40,900,4400,32768,1001,true\n32768,4,,,40,910,4500,32768,1001,true\n");
    records.push_str(
        "32768,4,,,40,,,,,false\n32768,,2.0,,60,500,2900,32768,1001,true\n32768,,2.0,,60.5,510,2900,32768,1001,true\n",
    );
    records.push_str("32768,,4.5,,80,900,5900,32768,1001,true\n");
    of_records(&records)
}

#[test]
fn what_is_read_is_written_with_the_same_bytes() {
    let mut texts: Vec<String> = bundled_runs().iter().map(|run| report_json(run)).collect();
    texts.push(many_sided());
    for text in texts {
        let results = parse(&text, "report.json").unwrap();
        assert_eq!(String::from_utf8(results.to_json().unwrap()).unwrap(), text);
    }
}

#[test]
fn what_was_measured_is_there() {
    let results = parse(&many_sided(), "report.json").unwrap();
    let cell = &results.cells[0];
    assert_eq!((cell.load.concurrency, cell.runs, cell.success_rate()), (Some(1), 3, Some(1.0)));
    let ttft = cell.metrics.get(MetricId::Ttft).unwrap();
    assert_eq!((ttft.n, ttft.mean), (3, Some(0.401)));
    assert_eq!(ttft.run_means, [0.4, 0.401, 0.402]);
    assert_eq!(cell.metrics.get(MetricId::Queue).unwrap().mean, None, "not measured is none");
    assert_eq!(results.cells[1].success_rate(), Some(2.0 / 3.0));
    let rates = results.request_rates.as_ref().expect("both kinds of load");
    assert_eq!(rates.sweep.levels.iter().map(|level| level.value()).collect::<Vec<_>>(), [2.0, 4.5]);
    assert!(results.cells.iter().all(|cell| Metrics::all().all(|metric| cell.metrics.get(metric.id).is_some())));
}

#[test]
fn the_means_of_runs_are_written_only_where_there_are_several() {
    let text: Value = serde_json::from_str(&many_sided()).unwrap();
    assert_eq!(text["cells"][0]["e2e_s"]["run_means"], json!([2.4, 2.401, 2.402]));
    assert_eq!(text["cells"][1]["e2e_s"].get("run_means"), None);
}

#[test]
fn keys_that_nobody_knows_are_left_out() {
    let text = many_sided();
    let mut newer: Value = serde_json::from_str(&text).unwrap();
    newer["weather"] = json!("fine");
    newer["cells"][0]["ttft_s"]["p42"] = json!(0.5);
    newer["cells"][0]["colour_s"] = json!({ "mean": 1 });
    newer["configuration"]["capacity"]["mood"] = json!("good");
    newer["capacity"][0]["limit"]["weight"] = json!(1);
    let read = parse(&newer.to_string(), "report.json").unwrap();
    assert_eq!(read, parse(&text, "report.json").unwrap());
}

#[test]
fn what_is_no_report_is_told_with_what_to_do() {
    let text = many_sided();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json: Value = serde_json::from_str(&text).unwrap();
        change(&mut json);
        serde_json::to_string_pretty(&json).unwrap()
    };
    let cases = [
        ("empty", String::new()),
        ("a table", "context_tokens,concurrency\n1024,1\n".to_owned()),
        ("cut short", text[..text.find("\"cells\"").unwrap()].to_owned()),
        ("another tool's", r#"{"date": "20260115", "completed": 40}"#.to_owned()),
        ("a list", "[1, 2]".to_owned()),
        ("a list of charts", r#"{"gristmill": "0.1.0", "files": ["ttft.svg"]}"#.to_owned()),
        ("a check", r#"{"gristmill": "0.1.0", "schema": 1, "run": "h200", "files": []}"#.to_owned()),
        ("a later schema", changed(&|json| (json["schema"], json["gristmill"]) = (json!(2), json!("3.1.0")))),
        (
            "of a later version",
            changed(&|json| {
                json["gristmill"] = json!("0.9.0");
                json["capacity"][0]["limit"]["kind"] = json!("guessed");
            }),
        ),
        ("text for a number", changed(&|json| json["cells"][0]["requests"] = json!("many"))),
    ];
    let mut told = String::new();
    for (name, text) in cases {
        writeln!(told, "{name}\n{}\n", parse(&text, "baseline.json").unwrap_err()).unwrap();
    }
    insta::assert_snapshot!(told);
}
