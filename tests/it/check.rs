//! `gristmill check`: what is said of runs, whole, broken and strange.

use crate::run::{RUNS, bundled, gristmill, report, root};
use gristmill::check::{Check, check, text};
use gristmill::config::parse;
use gristmill::ingest::{Input, Memory, Options};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Output;

const HEADER: &str = "context_tokens,concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n";

fn checked<I: Input>(files: &[I], config: &str) -> Check {
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    check(&inputs, &parse(config, "gristmill.toml").unwrap(), &Options { lenient: false, threads: 2 }, "run", &[])
}

/// Everything that a person sees.
fn seen(check: &Check) -> String {
    let mut out = text(check);
    out.push('\n');
    for problem in &check.problems {
        writeln!(out, "error: {}", problem.error()).unwrap();
    }
    for warning in &check.warnings {
        writeln!(out, "warning: {warning}").unwrap();
    }
    out
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn sample(folder: &str) -> Check {
    checked(&crate::samples::files(&root().join("fixtures/samples").join(folder)), "")
}

#[test]
fn a_bundled_run_passes_and_its_cells_are_shown() {
    let output = gristmill([Path::new("check"), &bundled(RUNS[0])]);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
    insta::assert_snapshot!("bundled run", out);
}

#[test]
fn real_files_of_tools_are_told_with_what_a_report_would_lack() {
    insta::assert_snapshot!("aiperf", seen(&sample("aiperf/qwen3-0.6b-rtx6000ada-sweep")));
    insta::assert_snapshot!("two models", seen(&sample("llama-bench/csv")));
    insta::assert_snapshot!("no load", seen(&sample("llmperf/individual")));
    insta::assert_snapshot!("all at once", seen(&sample("sglang")));
    insta::assert_snapshot!("levels from names", seen(&sample("vllm/inferencex-glm5-fp8-token-position")));
}

#[test]
fn no_line_is_wider_than_a_hundred_columns() {
    for folder in ["aiperf/kimi-k2.7-mi355x-sweep", "llama-bench/csv", "vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep"] {
        for line in text(&sample(folder)).lines() {
            assert!(line.chars().count() <= 100 || !line.trim().contains(' '), "{line}");
        }
    }
    let many: String = (1..=90).map(|n| format!("1024,{n},10,90,1024,10\n")).collect();
    let wide = text(&checked(&[Memory::new("records.csv", format!("{HEADER}{many}"))], ""));
    assert!(wide.lines().all(|line| line.chars().count() <= 100), "{wide}");
    assert!(wide.contains("   89   90\n") || wide.contains("  89  90\n"), "every level is there: {wide}");
}

#[test]
fn every_problem_of_a_folder_of_junk_shows_at_once() {
    let files = [
        Memory::new("a.csv", format!("{HEADER}1024,1,10,90,1024,10\n1024,1,ten,90,1024,10\n1024,1,10,-90,1024,10\n")),
        Memory::new(
            "b/copy.csv",
            format!("{HEADER}1024,1,10,90,1024,10\n1024,1,ten,90,1024,10\n1024,1,10,-90,1024,10\n"),
        ),
        Memory::new("broken.json", r#"[{"ttft_ms": 1, "e2e_ms": 2,"#),
        Memory::new("empty.csv", ""),
        Memory::new("no-load.csv", "ttft_ms,e2e_ms,input_tokens,output_tokens\n1,2,3,4\n"),
        Memory::new("notes.txt", "dear diary"),
        Memory::new(
            "odd\u{1b}[31m.csv",
            format!("{HEADER}8192,2,10,90,8192,10\n").replace("ttft_ms", "ttft_ms,mood").replace("10,90", "10,fine,90"),
        ),
        Memory::new("power.csv", "timestamp, index, power.draw [W]\n2026/01/15 08:00:00.000, 0, 300.00 W\n"),
    ];
    let check = checked(&files, "");
    insta::assert_snapshot!("junk", seen(&check));
    insta::assert_snapshot!("junk as JSON", serde_json::to_string_pretty(&check).unwrap());
}

#[test]
fn problems_are_bounded_and_counted() {
    let bad = "1024,1,ten,90,1024,10\n".repeat(500);
    let check = checked(&[Memory::new("records.csv", format!("{HEADER}1024,1,10,90,1024,10\n{bad}"))], "");
    assert_eq!(check.problems.len(), 3);
    assert_eq!(check.problems[2].more, 497);
    assert!(check.problems[2].error().to_string().contains("(and 497 more records like it)"));
    assert_eq!(check.files[0].bad_records["wrong type"], 500);
    assert_eq!(check.warnings, [], "what is told as a problem is no warning too");
}

#[test]
fn a_run_of_nothing_is_a_problem() {
    for files in [vec![], vec![Memory::new("notes.txt", "dear diary")]] {
        let check = checked(&files, "");
        assert_eq!((check.problems.len(), check.totals.is_none()), (1, true));
        assert!(check.problems[0].message.starts_with("found no "), "{}", check.problems[0].message);
    }
}

#[test]
fn results_and_messages_go_their_own_ways_and_the_status_tells() {
    let run = tempfile::tempdir().unwrap();
    let file = run.path().join("records.csv");
    std::fs::write(&file, format!("{HEADER}1024,1,10,90,1024,10\n1024,1,ten,90,1024,10\n")).unwrap();
    let output = gristmill([Path::new("check"), &file]);
    let (out, err) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains("bad records: 1 × wrong type"), "{out}");
    assert!(err.contains("records.csv:3:3: `ttft_ms`: expected a number, found `ten`"), "{err}");

    let output = gristmill([Path::new("check"), &file, Path::new("--json")]);
    let (out, err) = said(&output);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((output.status.code(), json["problems"][0]["place"]["line"].as_u64()), (Some(1), Some(3)));
    assert_eq!(err.lines().count(), 1, "{err}");

    assert_eq!(gristmill(["check"]).status.code(), Some(2));
    assert_eq!(gristmill(["check", "no such run"]).status.code(), Some(1));
}

#[test]
fn a_folder_that_was_written_is_told_from_a_run() {
    let run = tempfile::tempdir().unwrap();
    let out = run.path().join("out");
    std::fs::write(run.path().join("records.csv"), format!("{HEADER}1024,1,10,90,1024,10\n")).unwrap();
    report(run.path(), &out);
    let whole = gristmill([Path::new("check"), &out]);
    assert_eq!(whole.status.code(), Some(0), "{:?}", said(&whole));
    assert!(said(&whole).0.contains("is a report that Gristmill wrote"), "{:?}", said(&whole));
    std::fs::remove_file(out.join("cells.csv")).unwrap();
    let torn = gristmill([Path::new("check"), &out]);
    assert_eq!(torn.status.code(), Some(1));
    assert!(said(&torn).1.contains("cells.csv is gone"), "{:?}", said(&torn));

    let (listed, err) = said(&gristmill([Path::new("check"), run.path()]));
    assert!(listed.contains("1 file\n") && !listed.contains("report.html"), "{listed}{err}");
}
