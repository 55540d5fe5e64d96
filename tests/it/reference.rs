//! `[reference]`: another run, thin and grey in the charts and in brackets in the key findings.

use crate::compare::run_of;
use crate::run::{RUNS, bundled, gristmill, report};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of a bundled run with a reference, or without one.
fn copy(run: &str, to: &Path, reference: &str) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(bundled(run)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    let file = to.join("gristmill.toml");
    let configuration = fs::read_to_string(&file).unwrap();
    fs::write(file, format!("{configuration}\n{reference}")).unwrap();
    to.to_owned()
}

fn error(run: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let output = gristmill(["report".as_ref(), run.as_os_str(), "-o".as_ref(), out.path().as_os_str()]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const NAMED: &str =
    "[reference]\nrun = \"../other\"\nname = \"on <one> H200\"\nreport_url = \"https://example.org/h200\"\n";

#[test]
fn a_reference_stands_in_charts_findings_parameters_and_json() {
    let folder = tempfile::tempdir().unwrap();
    // The other run names a reference too; that one is not followed.
    copy(RUNS[0], &folder.path().join("other"), "[reference]\nrun = \"../nowhere\"\n");
    let run = copy(RUNS[1], &folder.path().join("run"), NAMED);
    let out = folder.path().join("out");
    let output = report(&run, &out);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = fs::read_to_string(out.join("report.md")).unwrap();
    assert!(text.contains("| Peak system throughput | **765.4 tok/s** (852.6 tok/s) |"), "{text}");
    assert!(text.contains("for another run, [on \\<one> H200](https://example.org/h200)"), "{text}");
    assert!(text.contains("| Reference | [on \\<one> H200](https://example.org/h200) |"), "{text}");
    assert!(text.contains("In grey, on \\<one> H200: 1K context, 1 concurrent request: 152.3 tok/s"), "{text}");
    assert!(text.contains("10 requests, on \\<one> H200"), "the figures' numbers hold it");
    assert!(!text.contains("is not drawn yet"));
    let plain = tempfile::tempdir().unwrap();
    report(&bundled(RUNS[1]), plain.path());
    for entry in fs::read_dir(out.join("charts")).unwrap() {
        let path = entry.unwrap().path();
        let svg = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(svg.contains("gm-reference"), !name.ends_with("-map.svg"), "{name}");
        let without = fs::read_to_string(plain.path().join("charts").join(&name)).unwrap();
        assert!(!without.contains("gm-reference"), "{name}");
    }
    let read =
        |folder: &Path| -> Value { serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap() };
    let (with, without) = (read(&out), read(plain.path()));
    assert_eq!(with["cells"], without["cells"], "its own figures are its own");
    assert_eq!(with["capacity"], without["capacity"]);
    assert_eq!(with["reference"]["name"], "on <one> H200");
    assert_eq!(with["reference"]["findings"]["peak_throughput"]["context_tokens"], 1024);
    assert!(without.get("reference").is_none());
}

#[test]
fn a_reference_inside_the_run_is_no_part_of_it_and_one_around_it_leaves_it_out() {
    let folder = tempfile::tempdir().unwrap();
    let run = copy(RUNS[1], &folder.path().join("run"), "[reference]\nrun = \"before\"\n");
    copy(RUNS[0], &run.join("before"), "");
    let out = folder.path().join("out");
    report(&run, &out);
    let json: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    let plain = tempfile::tempdir().unwrap();
    report(&bundled(RUNS[1]), plain.path());
    let alone: Value = serde_json::from_slice(&fs::read(plain.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(json["cells"], alone["cells"]);
    assert_eq!(json["sources"], alone["sources"]);
    assert_eq!(json["reference"]["name"], "Qwen3-Coder-Next", "without a name, its title");

    let around = folder.path().join("around");
    copy(RUNS[0], &around, "");
    let inner = copy(RUNS[1], &around.join("inner"), "[reference]\nrun = \"..\"\nname = \"around\"\n");
    let out = folder.path().join("inner-out");
    report(&inner, &out);
    let json: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(json["cells"], alone["cells"]);
    assert_eq!(json["reference"]["sources"].as_array().unwrap().len(), 2, "without the files of the inner run");
}

#[test]
fn a_reference_that_is_no_run_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = copy(RUNS[1], &folder.path().join("run"), NAMED);
    let told = error(&missing);
    assert!(
        told.contains("gristmill.toml: `reference.run`: expected another run, found no folder and no file at"),
        "{told}"
    );
    let checked = gristmill(["check".as_ref(), missing.as_os_str()]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("`reference.run`"), "{checked:?}");
    fs::create_dir(folder.path().join("other")).unwrap();
    assert!(error(&missing).contains("expected another run, found no file in"));
    fs::write(folder.path().join("other/notes.txt"), "nothing measured").unwrap();
    let told = error(&missing);
    assert!(told.starts_with("error: reference `../other`: "), "{told}");
    let itself = copy(RUNS[1], &folder.path().join("itself"), "[reference]\nrun = \".\"\n");
    assert!(error(&itself).contains("expected another run, found this one"));
    let unnamed = copy(RUNS[1], &folder.path().join("unnamed"), "[reference]\nname = \"x\"\n");
    assert!(error(&unnamed).contains("`reference.run`: expected the folder or file of another run, found none"));
}

#[test]
fn a_reference_of_one_cell_is_a_point_and_what_it_does_not_have_is_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let head = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n";
    let rows: String = (0..9).map(|at| format!("8192,2,{at},{},9000,8192,1024\n", 700 + at)).collect();
    run_of(folder.path(), "other", &format!("{head}{rows}"), "");
    let run = copy(RUNS[1], &folder.path().join("run"), "[reference]\nrun = \"../other\"\nname = \"a point\"\n");
    let out = folder.path().join("out");
    report(&run, &out);
    let chart = |name: &str| fs::read_to_string(out.join("charts").join(name)).unwrap();
    let ttft = chart("ttft.svg");
    assert_eq!(ttft.matches("class=\"gm-reference\"").count(), 1, "one line has a counterpart");
    assert!(ttft.contains("8K context, 2 concurrent requests, a point: 704 ms"), "{ttft}");
    assert!(!chart("queue-wait.svg").contains("gm-reference"), "no queue wait was recorded there");
}
