//! Two real sweeps, as their load generators wrote them: what was published of them comes out.

use crate::run::{bundled, report, root};
use serde_json::Value;
use std::fs;
use std::path::Path;

const GLM: &str = "glm-5.2-mxfp4-4x-mi355x";
const GEMMA: &str = "gemma-4-26b-a4b-nvfp4-dgx-spark";

struct Made {
    json: Value,
    markdown: String,
}

fn made(name: &str) -> Made {
    let out = tempfile::tempdir().unwrap();
    report(&bundled(name), out.path());
    Made {
        json: json(&out.path().join("report.json")),
        markdown: fs::read_to_string(out.path().join("report.md")).unwrap(),
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn assert_close(found: &Value, expected: f64, what: &str) {
    let found = number(found);
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{what}: {found}, expected {expected}");
}

fn sweep_cell<'r>(report: &'r Value, load: &str, level: f64) -> &'r Value {
    let cells = report["cells"].as_array().unwrap();
    let here = |cell: &&Value| cell["scenario"] == "sweep" && cell[load].as_f64() == Some(level);
    cells.iter().find(here).unwrap_or_else(|| panic!("no level {level}"))
}

#[test]
fn what_the_load_generator_printed_of_a_concurrency_sweep_comes_out() {
    let Made { json: report, markdown } = made(GLM);
    for level in 1..=10 {
        let file = format!("sglang_fp4_mtp_tp4_conc{level}_isl8192_osl1024.json");
        let printed = json(&bundled(GLM).join(file));
        let cell = sweep_cell(&report, "concurrency", f64::from(level));
        let ms = |key: &str| number(&printed[key]) / 1000.0;
        assert_close(&cell["throughput_tok_s"], number(&printed["output_throughput"]), "throughput");
        for (metric, name) in [("ttft_s", "ttft"), ("e2e_s", "e2el"), ("itl_s", "itl"), ("tpot_s", "tpot")] {
            for (ours, theirs) in [("mean", "mean"), ("p50", "median"), ("p90", "p90"), ("p99", "p99")] {
                assert_close(&cell[metric][ours], ms(&format!("{theirs}_{name}_ms")), metric);
            }
        }
        assert_close(&cell["generation_speed_tok_s"]["mean"], 1.0 / ms("mean_tpot_ms"), "speed from mean TPOT");
    }
    // A chunk carries several tokens, so a gap between chunks is nowhere called a time between tokens.
    assert_eq!(report["findings"]["itl_is_per_chunk"], Value::Bool(true));
    for sentence in [
        "| Peak system throughput | **529.7 tok/s** | 10 concurrent requests, 8K context |",
        "Speculative decoding was on, with multi-token prediction (MTP)",
        "### Time between chunks",
        "here a chunk can carry more than one token (2.9 on average)",
        "**21 ms** between chunks, with a TPOT of 7 ms",
    ] {
        assert!(markdown.contains(sentence), "{sentence}");
    }
    assert!(!markdown.contains("nter-token latency"));
}

#[test]
fn the_owners_digest_of_a_rate_sweep_comes_out() {
    let Made { json: report, markdown } = made(GEMMA);
    let digest = json(&root().join("fixtures/expected").join(GEMMA).with_extension("json"));
    let rounded = |value: &Value, digits: usize| format!("{:.digits$}", number(value));
    for step in digest["steps"].as_array().unwrap() {
        let cell = sweep_cell(&report, "request_rate", number(&step["configured_rps"]));
        assert_eq!(rounded(&cell["achieved_rate_req_s"], 3), rounded(&step["achieved_rps"], 3));
        assert_eq!(rounded(&cell["throughput_tok_s"], 1), rounded(&step["output_tps"], 1));
        assert_eq!(cell["requests"], step["total_requests"]);
        for percentile in ["p50", "p95", "p99"] {
            let milliseconds = Value::from(1000.0 * number(&cell["ttft_s"][percentile]));
            let printed = &step[format!("ttft_{percentile}_ms")];
            assert!((number(&milliseconds) - number(printed)).abs() < 0.051, "{percentile}: {milliseconds}, {printed}");
        }
    }
    // The knee that the owner names is where the deployment is past saturation.
    let saturation = &report["findings"]["saturation"][0];
    assert_eq!(saturation["request_rate"], digest["queue_knee_rps"]);
    assert_eq!(number(&saturation["keeps_up_request_rate"]), 0.5);
    assert!(markdown.contains("From **0.7 requests/s** on the deployment is past saturation: 0.55 requests"));
    // The owner's capacity is the largest tested rate whose p95 TTFT is within the threshold.
    for (milliseconds, seconds) in [("2000", "2"), ("5000", "5"), ("10000", "10")] {
        let id = format!("first-token-{seconds}s");
        let capacities = report["capacity"].as_array().unwrap();
        let capacity = capacities.iter().find(|capacity| capacity["use_case"] == id.as_str()).unwrap();
        assert_eq!(capacity["statistic"], "p95");
        assert_eq!(capacity["load"], "request_rate");
        let published = &digest["capacity_by_slo_ms"][milliseconds]["configured_rps"];
        assert_eq!(number(&capacity["bracket"][0]), number(published), "{id}");
    }
    assert!(markdown.contains("Requests sent and completed per second"));
    assert!(markdown.contains("Reaches its TTFT threshold at \\~0.86 requests/s; past saturation from 0.7 requests/s"));
    assert_eq!(markdown.matches("This limit holds for a test as long as this one").count(), 2, "not that of 2 s");
    assert!(!markdown.contains("concurrent request"), "nothing here is a number of requests in flight");
}

#[test]
fn a_run_of_both_kinds_of_load_says_where_its_rates_stand() {
    let row = |load: &str, start: u64| format!("1024,{load},{start},900,1024,64\n");
    let records = format!(
        "context_tokens,concurrency,request_rate,start_s,e2e_ms,input_tokens,output_tokens\n{}{}{}{}",
        row("1,", 1_700_000_000),
        row("2,", 1_700_000_010),
        row(",0.5", 1_700_000_020),
        row(",2", 1_700_000_030),
    );
    let said = crate::prose::text(&crate::prose::report_of(&[("records.csv", &records)], ""));
    assert!(said.contains("held 1 and 2 requests in flight at a time"), "{said}");
    assert!(said.contains("Further levels were sent at 0.5 and 2 requests/s, whatever was in flight"), "{said}");
}

#[test]
fn a_run_of_both_kinds_of_load_gives_both() {
    let records = fs::read_to_string(root().join("fixtures/inputs/loads/both-kinds.csv")).unwrap();
    let (report, analysis, _) = crate::prose::composed(&[("records.csv", &records)], "");
    let rates = analysis.request_rates.expect("rates beside the concurrencies");
    // Ten requests of 128 tokens: sent over 2.25 s and answered within 3 s each, so 1280 tokens in 5.25 s.
    assert_eq!(rates.findings.peak_throughput.as_ref().map(|peak| peak.value), Some(1280.0 / 5.25));
    assert_eq!(analysis.findings.peak_throughput.map(|peak| peak.value), Some(1280.0 / 7.5), "of those in flight");
    let saturation = &rates.findings.saturation[0];
    assert_eq!((saturation.offered, saturation.achieved, saturation.keeps_up), (4.0, 10.0 / 5.25, Some(2.0)));
    // E2E is 1.5 s at 2 requests/s and 3 s at 4: the line meets 2 s after a third of the way.
    let crossing = rates.capacity[0].crossing.unwrap();
    assert!((crossing - (2.0 + 2.0 / 3.0)).abs() < 1e-9, "{crossing}");
    assert_eq!(analysis.capacity[0].limit.text, "2+", "no rate is taken for a number of requests in flight");
    let text = crate::prose::text(&report);
    let from = text.find("# Request rates").expect("a section of its own");
    let section = &text[from..from + text[from..].find("# Technical analysis").unwrap()];
    insta::assert_snapshot!("request rates", section);
    assert!(!text.contains("left out, because its limit"), "no rate is left out");
}

#[test]
fn a_run_of_one_kind_of_load_has_no_section_on_request_rates() {
    for rows in ["1024,1,,0,900,1024,64\n1024,2,,10,900,1024,64\n", "1024,,1,0,900,1024,64\n1024,,2,10,900,1024,64\n"] {
        let records =
            format!("context_tokens,concurrency,request_rate,start_s,e2e_ms,input_tokens,output_tokens\n{rows}");
        let (report, analysis, _) = crate::prose::composed(&[("records.csv", &records)], "");
        assert_eq!(analysis.request_rates, None);
        assert!(report.sections.iter().all(|section| section.id != "request-rates"));
    }
}
