//! The file as another program reads it.

use super::*;
use crate::config::Config;
use crate::error::Warning;
use crate::font::Fonts;
use crate::ingest::Ingested;
use crate::render::testing::analysis;
use crate::render::{ChartFiles, PageSize};
use crate::report::Templates;
use crate::threads::Threads;
use serde_json::{Value, json};

fn written(analysis: &crate::analysis::Analysis) -> Value {
    let report = crate::report::Report { cover: Default::default(), sections: Vec::new() };
    let ingested = Ingested {
        cells: Vec::new(),
        suite: None,
        power_w: Vec::new(),
        sources: Vec::new(),
        skipped: vec![("a negative duration".to_owned(), 2)],
        date: None,
        latest_start_ps: None,
        unknown_columns: vec![("records.csv".to_owned(), vec!["colour".to_owned()])],
        setup: Default::default(),
        faults: Vec::new(),
    };
    let document = Document {
        report: &report,
        analysis,
        ingested: &ingested,
        config: &Config::default(),
        warnings: &[Warning::new("a warning")],
        fonts: &Fonts::load(),
        templates: &Templates::built_in().unwrap(),
        page: PageSize::A4,
        charts: ChartFiles::Svg,
        stem: "report",
        reference: None,
        files: &["cells.csv".to_owned(), "report.json".to_owned()],
        threads: Threads::default(),
    };
    let files = Json.render(&document).expect("a file").value;
    assert_eq!(files[0].path, "report.json");
    serde_json::from_slice(&files[0].bytes).expect("JSON")
}

#[test]
fn cells_have_the_same_keys_whether_measured_or_not() {
    let written = written(&analysis());
    let cell = &written["cells"][0];
    assert_eq!(cell["concurrency"], json!(1));
    assert_eq!(cell["request_rate"], Value::Null);
    assert_eq!(cell["throughput_tok_s"], json!(121.5));
    assert_eq!(
        cell["ttft_s"],
        json!({ "mean": 0.398, "p50": 0.397, "p90": 0.43, "p95": null, "p99": null, "sd": 0.02, "n": 120,
                "origin": "records" })
    );
    assert_eq!(
        cell["generation_speed_tok_s"],
        json!({ "mean": 153.6, "p50": 153.0, "p10": 150.0, "p5": null, "p1": null, "sd": null, "n": 120,
                "origin": "records" })
    );
    assert_eq!(cell["prefill_speed_tok_s"]["source"], "ttft");
    assert_eq!(cell["prefill_speed_tok_s"]["mean"], json!(2600.0));

    let other = &written["cells"][1];
    assert_eq!(other["concurrency"], Value::Null);
    assert_eq!(other["request_rate"], json!(2.5));
    let keys = |cell: &Value| -> Vec<String> { cell.as_object().expect("a table").keys().cloned().collect() };
    assert_eq!(keys(cell), keys(other));
    for key in ["ttft_s", "e2e_s", "generation_speed_tok_s", "queue_s", "prefill_speed_tok_s", "itl_s", "tpot_s"] {
        assert_eq!(keys(&cell[key]), keys(&other[key]), "{key}");
    }
    assert_eq!(other["queue_s"]["n"], json!(0));
    assert_eq!(other["queue_s"]["origin"], Value::Null);
}

#[test]
fn what_was_left_out_and_written_is_listed() {
    let written = written(&analysis());
    assert_eq!(written["gristmill"], env!("CARGO_PKG_VERSION"));
    assert_eq!(written["schema"], json!(1));
    assert_eq!(written["files"], json!(["cells.csv", "report.json"]));
    assert_eq!(written["skipped"], json!([{ "reason": "a negative duration", "records": 2 }]));
    assert_eq!(written["unknown_columns"], json!({ "records.csv": ["colour"] }));
    assert_eq!(written["warnings"], json!([{ "message": "a warning" }]));
    assert_eq!(written["configuration"]["capacity"]["near"], json!(0.07));
}

#[test]
fn a_limit_names_its_level_by_the_kind_of_load() {
    let written = written(&analysis());
    let completion = &written["capacity"][0];
    assert_eq!(completion["use_case"], "code-completion");
    assert_eq!(completion["limit"], json!({ "text": "1+", "concurrency": 1, "request_rate": null, "kind": "open" }));
    assert_eq!(completion["bracket"], json!([1, null]));
    assert_eq!(completion["binding"], Value::Null);
    assert_eq!(completion["crossing"], Value::Null);
    assert_eq!(completion["within"]["concurrency"], json!(1));
    assert_eq!(completion["columns"][0]["e2e_s"], json!(1.9));
    assert_eq!(
        written["not_tested"],
        json!(["short-form-chatbot", "general-chatbot", "long-document-processing", "automated-coding-assistant"])
    );
}

#[test]
fn no_number_is_nan_or_infinite() {
    let mut analysis = analysis();
    analysis.cells[0].cell.throughput_tok_s = Some(f64::NAN);
    analysis.cells[0].power_w = Some(f64::INFINITY);
    let written = written(&analysis);
    assert_eq!(written["cells"][0]["throughput_tok_s"], Value::Null);
    assert_eq!(written["cells"][0]["power_w"], Value::Null);
}
