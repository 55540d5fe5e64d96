//! GuideLLM: what it printed comes out, or by which formula it differs.

use crate::run::root;
use crate::samples::{cell, close, ingested, samples};
use gristmill::cell::{Cell, Origin};
use gristmill::config::Config;
use gristmill::error::{Result, Warned};
use gristmill::ingest::part::Property;
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::metric::MetricId;
use gristmill::record::Load;
use serde_json::Value;

const CONSTANT: &str = "guidellm/v0.3-constant-rate";
const MOCK: &str = "guidellm/v0.8-dev-mock";

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(samples().join("guidellm").join(path)).unwrap()
}

fn fixture(name: &str) -> Memory {
    Memory::new(name, std::fs::read(root().join("fixtures/inputs/guidellm").join(name)).unwrap())
}

fn read(inputs: &[Memory]) -> Result<Warned<Ingested>> {
    let inputs: Vec<&dyn Input> = inputs.iter().map(|input| input as &dyn Input).collect();
    ingest(&inputs, &Config::default(), &Options::default())
}

fn told(found: &Warned<Ingested>) -> String {
    found.warnings.iter().map(|warning| format!("{warning}\n")).collect()
}

/// The successes' statistics of one metric in a benchmark.
fn printed(report: &[u8], benchmark: usize, metric: &str) -> Value {
    let report: Value = serde_json::from_slice(report).unwrap();
    report["benchmarks"][benchmark]["metrics"][metric]["successful"].clone()
}

fn near(ours: Option<f64>, theirs: f64, share: f64, what: &str) {
    let ours = ours.unwrap();
    assert!((ours - theirs).abs() <= share * theirs, "{what}: {ours} is not {theirs}");
}

/// Holds means, medians and so on against what was printed, where they are the tool's own.
fn holds(cell: &Cell, report: &[u8], benchmark: usize) {
    for (id, name, per_unit) in [
        (MetricId::E2e, "request_latency", 1.0),
        (MetricId::Ttft, "time_to_first_token_ms", 1000.0),
        (MetricId::Tpot, "inter_token_latency_ms", 1000.0),
    ] {
        let theirs = printed(report, benchmark, name);
        let figure = |value: &Value| value.as_f64().map(|value| value / per_unit);
        let (ours, q) = (cell.metric(id), cell.metric(id).quantiles);
        assert_eq!(ours.origin, Origin::Tool, "{name}");
        close(ours.mean, figure(&theirs["mean"]), name);
        close(q.p50, figure(&theirs["median"]), name);
        for (ours, key) in [(q.p1, "p01"), (q.p10, "p10"), (q.p90, "p90"), (q.p95, "p95"), (q.p99, "p99")] {
            close(ours, figure(&theirs["percentiles"][key]), &format!("{name} {key}"));
        }
    }
    let mean = |name: &str| printed(report, benchmark, name)["mean"].as_f64();
    close(cell.achieved_rate, mean("requests_per_second"), "requests per second");
    close(cell.mean_output_tokens, mean("output_token_count"), "output tokens");
    // Its own tokens per second are a distribution over the moments in which tokens came; this one counts the whole time.
    let throughput = mean("requests_per_second").zip(mean("output_token_count")).map(|(rate, tokens)| rate * tokens);
    close(cell.throughput_tok_s, throughput, "throughput");
}

#[test]
fn requests_give_what_the_tool_computed_over_them() {
    let found = ingested(CONSTANT, "").unwrap();
    let report = sample("v0.3-constant-rate/benchmarks.json");
    let cell = cell(&found.value, 10.0);
    assert_eq!(cell.key.load, Load::RequestRate(10.0));
    assert_eq!((cell.requests, cell.failed, cell.output_tokens), (Some(586), Some(0), Some(75_008)));
    assert_eq!(cell.asked_output_tokens, Some(128));
    assert_eq!(cell.key.context.as_ref().unwrap().label, "128");
    assert_eq!(found.value.setup.get(Property::Model), Some("Qwen3-0.6B"));
    assert_eq!(found.value.date.as_deref(), Some("2025-09-23"));
    assert_eq!(
        told(&found),
        "benchmarks.json: `benchmarks[0]`: 23 requests were cut off by the end of the benchmark, neither a success nor a \
         failure, and left out\n"
    );
    for (id, name, per_unit) in
        [(MetricId::E2e, "request_latency", 1.0), (MetricId::Ttft, "time_to_first_token_ms", 1000.0)]
    {
        let theirs = printed(&report, 0, name);
        let figure = |key: &str| theirs[key].as_f64().unwrap() / per_unit;
        let ours = cell.metric(id);
        assert_eq!((ours.origin, ours.n), (Origin::Records, 586));
        near(ours.mean, figure("mean"), 1e-7, name);
        near(
            ours.quantiles.p50,
            figure("median"),
            1e-4,
            "its percentiles are one of the values, without interpolation",
        );
        // Its deviation is over n, ours over n − 1.
        near(ours.sd, figure("std_dev") * (586.0_f64 / 585.0).sqrt(), 1e-4, name);
    }
    // Our E2E ends with the response, its time between tokens with the last token: a few microseconds earlier here.
    let theirs = printed(&report, 0, "inter_token_latency_ms")["mean"].as_f64().unwrap() / 1000.0;
    near(cell.metric(MetricId::Tpot).mean, theirs, 1e-4, "TPOT");
    let rate = printed(&report, 0, "requests_per_second")["mean"].as_f64().unwrap();
    near(cell.achieved_rate, rate, 1e-7, "completed requests per second");
    near(cell.throughput_tok_s, rate * 128.0, 1e-7, "throughput");
    near(cell.throughput_tok_s, 1251.5371956866534, 1e-4, "its own, over the moments in which tokens came");
}

#[test]
fn a_report_without_its_requests_gives_what_the_tool_printed() {
    let found = ingested(MOCK, "").unwrap().value;
    let report = sample("v0.8-dev-mock/guidellm_report_v2.json");
    assert_eq!(found.cells.len(), 2);
    for (benchmark, rate) in [(0, 2.0), (1, 4.0)] {
        let cell = cell(&found, rate);
        assert_eq!((cell.key.load, cell.requests, cell.failed), (Load::RequestRate(rate), Some(2), Some(0)));
        holds(cell, &report, benchmark);
        assert_eq!(cell.metric(MetricId::Tpot).sd, None, "requests weigh by their tokens in it");
    }
    assert_eq!(found.date.as_deref(), Some("2026-08-14"), "of the window, since no request is known");
}

#[test]
fn report_and_table_of_one_run_count_once() {
    let folder = "v0.6-llamacpp-synchronous";
    let names = ["benchmarks.csv", "benchmarks.json"];
    let files = names.map(|name| Memory::new(name, sample(&format!("{folder}/{name}"))));
    let found = read(&files).unwrap();
    let only = cell(&found.value, 1.0);
    assert_eq!((only.key.load, only.requests, only.runs), (Load::Concurrency(1), Some(1), 1));
    assert_eq!(only.metric(MetricId::E2e).origin, Origin::Records);
    let told = told(&found);
    assert!(told.contains("1 file repeats what another file of the same run says in full (benchmarks.csv)"), "{told}");
    assert!(told.contains("TTFT holds the time in which the model was thinking"), "{told}");

    let table = read(&files[..1]).unwrap().value;
    holds(cell(&table, 1.0), &sample(&format!("{folder}/benchmarks.json")), 0);
    assert_eq!(table.setup.get(Property::Model), Some("gemma-4-26B-A4B-it-GGUF"));

    // The report as YAML, in which keys are sorted: requests stand before the times that bound them.
    let yaml = read(&[fixture("0.6.yaml")]).unwrap().value;
    let json = read(&files[1..]).unwrap().value;
    assert_eq!(yaml.cells, json.cells);
}

#[test]
fn a_sample_of_the_requests_is_not_taken_for_all_of_them() {
    let report = sample("v0.3-constant-rate/benchmarks.json");
    for name in ["0.3-sampled.yaml", "0.3-sampled.csv"] {
        let found = read(&[fixture(name)]).unwrap();
        let cell = cell(&found.value, 10.0);
        assert_eq!((cell.requests, cell.failed, cell.output_tokens), (Some(586), Some(0), Some(75_008)), "{name}");
        holds(cell, &report, 0);
        assert_eq!(found.value.setup.get(Property::Model), Some("Qwen3-0.6B"), "{name}");
        assert!(!format!("{found:?}").contains("private words"), "{name}");
    }
    let whole = Memory::new("whole.json", report);
    let found = read(&[fixture("0.3-sampled.yaml"), whole, fixture("0.3-sampled.csv")]).unwrap();
    let cell = cell(&found.value, 10.0);
    assert_eq!((cell.requests, cell.runs, cell.metric(MetricId::E2e).origin), (Some(586), 1, Origin::Records));
    assert!(told(&found).contains("2 files repeat"), "{}", told(&found));
}

#[test]
fn a_sweep_in_one_file_is_several_levels() {
    let found = read(&[fixture("0.5-sweep.json")]).unwrap();
    let loads: Vec<_> = found.value.cells.iter().map(|cell| cell.key.load).collect();
    assert_eq!(loads, [Load::Concurrency(1), Load::Concurrency(4), Load::RequestRate(2.0)]);
    let [alone, concurrent, constant] = &found.value.cells[..] else { panic!("three levels") };
    assert_eq!((alone.requests, alone.warmup), (Some(4), 1), "what ended before the measured part is warm-up");
    near(alone.metric(MetricId::Ttft).mean, 0.115, 1e-6, "(0.10 + 0.11 + 0.12 + 0.13) / 4");
    // (0.49 s + 1 ms from the last token to the end of the response) / 49.
    near(alone.metric(MetricId::Tpot).mean, 0.491 / 49.0, 1e-6, "TPOT");
    assert_eq!((concurrent.requests, concurrent.failed), (Some(7), Some(1)), "the two that were cut off are neither");
    assert_eq!(concurrent.failures.get("HTTP 500"), Some(&1));
    assert_eq!((constant.requests, constant.key.context.as_ref().unwrap().label.as_str()), (Some(5), "1K"));
    let told = told(&found);
    assert!(told.contains("`benchmarks[1]`: `throughput` holds neither"), "{told}");
    assert!(told.contains("2 requests were cut off") && told.contains("1 request was cut off"), "{told}");
    assert!(!told.contains("the tool prints"), "requests and figures agree: {told}");
    assert!(!format!("{found:?}").contains("private words"));
}

#[test]
fn a_key_that_matters_is_missed_by_its_name() {
    let text =
        String::from_utf8(std::fs::read(root().join("fixtures/inputs/guidellm/0.5-sweep.json")).unwrap()).unwrap();
    for (key, place) in [("metrics", "benchmarks[0]"), ("strategy", "benchmarks[0]"), ("request_totals", "")] {
        let renamed = Memory::new("a.json", text.replace(&format!("\"{key}\":"), "\"other\":"));
        let error = read(&[renamed]).unwrap_err().to_string();
        assert!(error.starts_with(&format!("a.json: `{place}")), "{error}");
        assert!(error.contains("GuideLLM") && error.contains("0.2 to 0.8 are known to be read"), "{error}");
    }
    let short = Memory::new("a.json", &text.as_bytes()[..text.len() / 2]);
    assert!(read(&[short]).unwrap_err().to_string().contains("the file is cut short"));
}

#[test]
fn a_file_whose_only_benchmark_holds_nothing_constant_is_refused_with_the_reason() {
    let text = std::fs::read_to_string(root().join("fixtures/inputs/guidellm/0.5-sweep.json")).unwrap();
    let mut report: Value =
        serde_json::from_str(&text.replace("NaN", "null").replace("-Infinity", "null").replace("Infinity", "null"))
            .unwrap();
    let benchmarks = report["benchmarks"].as_array_mut().unwrap();
    *benchmarks = vec![benchmarks[1].clone()];
    let error = read(&[Memory::new("benchmarks.json", report.to_string())]).unwrap_err().to_string();
    for part in [
        "benchmarks.json (GuideLLM report; `throughput` holds neither",
        "a load for it in `[[file]]`",
        "every file was recognised",
    ] {
        assert!(error.contains(part), "{error}");
    }
}
