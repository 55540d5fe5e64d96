//! Figures of AIPerf and GenAI-Perf: as printed, and as its requests give them.

use crate::samples::{cell, close, ingested, samples};
use gristmill::cell::{Cell, Origin};
use gristmill::config::Config;
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::metric::MetricId;
use gristmill::record::Load;
use serde_json::{Value, json};

const QWEN: &str = "aiperf/qwen3-0.6b-rtx6000ada-sweep";
const KIMI: &str = "aiperf/kimi-k2.7-mi355x-sweep";

fn document(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(samples().join(path)).unwrap()).unwrap()
}

fn read(inputs: &[Memory]) -> Result<Warned<Ingested>> {
    let inputs: Vec<&dyn Input> = inputs.iter().map(|input| input as &dyn Input).collect();
    ingest(&inputs, &Config::default(), &Options::default())
}

fn copy(path: &str, name: &str) -> Memory {
    Memory::new(name, std::fs::read(samples().join(path)).unwrap())
}

/// Holds a cell against a summary; `rounding` is what printing with fewer digits may cost, in the file's unit.
fn holds(cell: &Cell, summary: &Value, rounding: f64) {
    let n = summary["request_count"]["avg"].as_f64().unwrap();
    let table = [
        (MetricId::Ttft, "time_to_first_token", 1000.0),
        (MetricId::E2e, "request_latency", 1000.0),
        (MetricId::Tpot, "inter_token_latency", 1000.0),
        (MetricId::Itl, "inter_chunk_latency", 1000.0),
        (MetricId::GenerationSpeed, "output_token_throughput_per_user", 1.0),
        (MetricId::PrefillSpeedFromTtft, "prefill_throughput_per_user", 1.0),
    ];
    for (id, name, per_unit) in table {
        let ours = cell.metric(id);
        assert_eq!(ours.origin, Origin::Tool, "{name}");
        let q = ours.quantiles;
        let statistics = [("avg", ours.mean), ("p1", q.p1), ("p50", q.p50), ("p90", q.p90), ("p99", q.p99)];
        for (statistic, ours) in statistics {
            let theirs = summary[name][statistic].as_f64().unwrap() / per_unit;
            let ours = ours.unwrap();
            let allowed = rounding / per_unit + 1e-12 * theirs.abs();
            assert!((ours - theirs).abs() <= allowed, "{name} {statistic}: {ours} is not {theirs}");
        }
        // NumPy's deviation is over n, ours over n − 1; that of all gaps together is none of requests.
        let sd = summary[name]["std"].as_f64().unwrap() / per_unit * (n / (n - 1.0)).sqrt();
        let allowed = 1.01 * rounding / per_unit + 1e-12 * sd;
        assert!(
            if id == MetricId::Itl { ours.sd.is_none() } else { (ours.sd.unwrap() - sd).abs() <= allowed },
            "{name}"
        );
    }
    let figure = |name: &str| summary[name]["avg"].as_f64();
    assert_eq!((cell.successes().map(|n| n as f64), cell.failed), (figure("request_count"), Some(0)));
    assert_eq!(cell.output_tokens.map(|tokens| tokens as f64), figure("total_osl"));
    for (ours, name) in [
        (cell.throughput_tok_s, "output_token_throughput"),
        (cell.achieved_rate, "request_throughput"),
        (cell.span_s, "benchmark_duration"),
    ] {
        assert!((ours.unwrap() - figure(name).unwrap()).abs() <= rounding + 1e-12 * ours.unwrap(), "{name}");
    }
}

#[test]
fn figures_of_the_summaries_come_out_and_their_tables_count_once() {
    let found = ingested(KIMI, "").unwrap();
    for concurrency in ["1", "4", "8", "16", "32"] {
        let cell = cell(&found.value, concurrency.parse().unwrap());
        holds(cell, &document(&format!("{KIMI}/conc{concurrency}/profile_export_aiperf.json")), 0.0);
        assert_eq!((cell.runs, cell.windows.len()), (1, 1));
        assert!((cell.tokens_per_chunk.unwrap() - 1.0).abs() < 0.005, "one token in a chunk, but for the first");
    }
    assert_eq!(cell(&found.value, 16.0).warmup, 26);
    let context = cell(&found.value, 1.0).key.context.as_ref().unwrap();
    assert!(context.mixed, "an agentic trace has no one length: {}", context.label);
    let warnings: Vec<_> = found.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "conc4/server_metrics_export.csv: recognised as AIPerf server metrics and set aside: it holds what the server \
             exported about itself, sampled rather than counted over the run",
            "5 files repeat what another file of the same run says in full (conc1/profile_export_aiperf.csv and so on); \
             each run counts once"
        ]
    );
}

#[test]
fn a_table_alone_gives_the_figures_of_its_summary_to_two_decimals() {
    let table = copy(&format!("{KIMI}/conc16/profile_export_aiperf.csv"), "conc16/profile_export_aiperf.csv");
    let found = read(&[table]).unwrap().value;
    assert_eq!(found.cells[0].key.load, Load::Concurrency(16));
    holds(&found.cells[0], &document(&format!("{KIMI}/conc16/profile_export_aiperf.json")), 0.005 + 1e-9);
}

#[test]
fn requests_give_what_each_of_them_was_measured_to_be() {
    let found = ingested(QWEN, "").unwrap();
    let text = std::fs::read_to_string(samples().join(QWEN).join("concurrency2/profile_export.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mean = |value: &dyn Fn(&Value) -> f64| lines.iter().map(value).sum::<f64>() / lines.len() as f64;
    let measured = |name: &'static str| move |line: &Value| line["metrics"][name]["value"].as_f64().unwrap();
    let cell = cell(&found.value, 2.0);
    for (id, name, per_unit) in [
        (MetricId::Ttft, "time_to_first_token", 1000.0),
        (MetricId::E2e, "request_latency", 1000.0),
        (MetricId::Tpot, "inter_token_latency", 1000.0),
        (MetricId::GenerationSpeed, "output_token_throughput_per_user", 1.0),
    ] {
        close(cell.metric(id).mean, Some(mean(&measured(name)) / per_unit), name);
    }
    let gaps = |line: &Value| {
        let gaps = line["metrics"]["inter_chunk_latency"]["value"].as_array().unwrap();
        gaps.iter().map(|gap| gap.as_f64().unwrap()).sum::<f64>() / gaps.len() as f64
    };
    close(cell.metric(MetricId::Itl).mean, Some(mean(&gaps) / 1000.0), "gaps between chunks");
    let start = lines.iter().map(|line| line["metadata"]["request_start_ns"].as_i64().unwrap()).min().unwrap();
    assert_eq!(cell.windows[0].start_ps, i128::from(start) * 1000, "no digit of the time is lost");
    assert_eq!((cell.requests, cell.failed, cell.output_tokens), (Some(10), Some(0), Some(2000)));
    assert_eq!((cell.asked_output_tokens, cell.tokens_per_chunk), (Some(200), Some(1.0)));
    assert_eq!(cell.key.context.as_ref().unwrap().label, "100");
    assert_eq!(found.value.date.as_deref(), Some("2025-11-07"));
    let setup: Vec<_> = found.value.setup.iter().map(|(key, value)| format!("{}={value}", key.key())).collect();
    assert_eq!(setup, ["model.name=Qwen3-0.6B", "hardware.gpu=NVIDIA RTX 6000 Ada Generation"]);
    let fewer = "concurrency2/profile_export_aiperf.json at 2 concurrent requests: the tool counts 64 successes, the \
                 files hold 10; the report rests on those that the files hold";
    assert!(found.warnings.iter().any(|warning| warning.to_string() == fewer), "{:?}", found.warnings);
}

fn request(id: &str, metadata: Value, metrics: Value, error: Value) -> String {
    let mut line = json!({
        "metadata": {"x_request_id": id, "request_start_ns": 1_762_551_534_797_067_827_i64, "benchmark_phase": "profiling"},
        "metrics": metrics, "error": error,
    });
    for (key, value) in metadata.as_object().unwrap() {
        line["metadata"][key] = value.clone();
    }
    format!("{line}\n")
}

fn answered(ttft_ms: f64) -> Value {
    json!({
        "time_to_first_token": {"value": ttft_ms, "unit": "ms"}, "request_latency": {"value": 1000.0, "unit": "ms"},
        "input_sequence_length": {"value": 128, "unit": "tokens"},
        "output_sequence_length": {"value": 1, "unit": "tokens"},
    })
}

#[test]
fn failures_warm_up_and_what_was_cancelled_are_told_apart() {
    let failed = json!({"code": 503, "type": "HTTPError", "message": "overloaded"});
    let ended = json!({"code": 499, "type": "RequestCancellationError", "message": "cancelled"});
    let lines = [
        request("a", json!({}), answered(100.0), Value::Null),
        request("b", json!({"benchmark_phase": "warmup"}), answered(900.0), Value::Null),
        request("c", json!({}), json!({"error_isl": {"value": 128, "unit": "tokens"}}), failed),
        request("d", json!({"was_cancelled": true}), json!({}), ended),
    ];
    let found = read(&[Memory::new("c2/profile_export.jsonl", lines.concat())]).unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.requests, cell.failed, cell.warmup), (Some(2), Some(1), 1));
    assert_eq!(cell.failures.iter().next().unwrap(), (&"HTTPError: overloaded".to_owned(), &1));
    assert_eq!(cell.metric(MetricId::Ttft).mean, Some(0.1));
    assert_eq!(cell.metric(MetricId::Tpot).n, 0, "one token has no time per further token");
    assert_eq!(
        found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["c2/profile_export.jsonl: 1 request was cancelled by AIPerf itself and left out"]
    );
}

#[test]
fn a_request_that_cannot_be_is_told_by_its_line_and_key() {
    let lines =
        request("a", json!({}), answered(100.0), Value::Null) + &request("b", json!({}), answered(1100.0), Value::Null);
    let error = read(&[Memory::new("c2/profile_export.jsonl", lines)]).unwrap_err().to_string();
    assert_eq!(
        error,
        "c2/profile_export.jsonl:2: `metrics.time_to_first_token`: expected a TTFT of at most the E2E of 1 s, found 1.1 \
         s\nhint: files of AIPerf 0.3 to 0.13 are known to be read; check that this one is whole and was not changed by \
         hand; `--lenient` skips such records and counts them"
    );
}

#[test]
fn a_run_in_which_everything_failed_has_no_latency() {
    let summary = json!({
        "request_latency": null, "request_count": null, "error_request_count": {"unit": "requests", "avg": 7.0},
        "benchmark_duration": {"unit": "sec", "avg": 10.0},
        "error_summary": [
            {"error_details": {"code": 503, "type": "HTTPError", "message": "overloaded"}, "count": 5},
            {"error_details": {"code": 499, "type": "RequestCancellationError", "message": ""}, "count": 2},
        ],
        "input_config": {"loadgen": {"concurrency": 4}}, "was_cancelled": true,
    });
    let found = read(&[Memory::new("a_aiperf.json", summary.to_string())]).unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.requests, cell.failed, cell.failures["HTTPError: overloaded"]), (Some(5), Some(5), 5));
    assert!(!cell.metric(MetricId::E2e).is_measured());
    assert_eq!(
        found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "a_aiperf.json: 2 requests were cancelled by AIPerf itself and left out",
            "a_aiperf.json: the run was cancelled before its end"
        ]
    );
}

#[test]
fn genai_perf_counts_no_failures_and_writes_thousands() {
    let csv = "Metric,avg,min,max,p99,p95,p90,p75,p50,p25,p10,p5,p1\n\
        Time To First Token (ms),\"1,234.56\",1.00,\"2,000.00\",\"1,900.00\",\"1,800.00\",\"1,700.00\",\"1,500.00\",\"1,200.00\",900.00,700.00,600.00,500.00\n\
        Inter Token Latency (ms),10.00,9.00,11.00,10.90,10.80,10.70,10.50,10.00,9.50,9.30,9.20,9.10\n\
        Request Latency (ms),\"3,000.00\",2.00,5000.00,5000.00,4500.00,4000.00,3500.00,3000.00,2500.00,2000.00,1500.00,1000.00\n\
        Output Sequence Length (tokens),200.00,200.00,200.00,200.00,200.00,200.00,200.00,200.00,200.00,200.00,200.00,200.00\n\
        \n\
        Metric,Value\n\
        Output Token Throughput (tokens/sec),\"12,345.67\"\n\
        Request Throughput (per sec),N/A\n\
        Request Count (count),50.00\n";
    let found = read(&[Memory::new("concurrency8/profile_export_genai_perf.csv", csv)]).unwrap().value;
    let cell = &found.cells[0];
    let ttft = cell.metric(MetricId::Ttft);
    assert_eq!((ttft.mean, ttft.quantiles.p1, ttft.quantiles.p99), (Some(1234.56 / 1000.0), Some(0.5), Some(1.9)));
    assert_eq!((cell.metric(MetricId::Tpot).mean, cell.metric(MetricId::Itl).mean), (Some(0.01), None));
    assert_eq!((cell.throughput_tok_s, cell.achieved_rate), (Some(12345.67), None));
    assert_eq!((cell.requests, cell.failed, ttft.n), (None, None, 50), "it skips what failed");

    let error = read(&[Memory::new("c8.csv", csv.replace("10.90", "fast"))]).unwrap_err().to_string();
    assert!(error.starts_with("c8.csv:3:5: expected a number, found `fast`"), "{error}");
}

#[test]
fn a_summary_in_another_unit_is_refused_by_name() {
    let summary = json!({
        "request_latency": {"unit": "fortnights", "avg": 3.0}, "request_count": {"unit": "requests", "avg": 1.0},
        "input_config": {"loadgen": {"concurrency": 4}},
    });
    let error = read(&[Memory::new("a_aiperf.json", summary.to_string())]).unwrap_err().to_string();
    assert!(
        error.starts_with("a_aiperf.json: `request_latency`: expected a unit of time, found `fortnights`"),
        "{error}"
    );
}

#[test]
fn what_else_lies_in_the_folder_is_set_aside_by_name() {
    for (name, text, format) in [
        ("inputs.json", r#"{"data": [{"session_id": "a", "payloads": []}]}"#, "AIPerf or GenAI-Perf inputs"),
        ("t.json", r#"{"timeslices": [], "input_config": {}}"#, "AIPerf time slices"),
        ("t.csv", "Timeslice,Start_NS,End_NS,Metric,Unit,Stat,Value\n", "AIPerf time slices"),
        (
            "raw.jsonl",
            r#"{"metadata": {"request_start_ns": 1}, "start_perf_ns": 1, "payload": {}}"#,
            "AIPerf raw records",
        ),
        ("s.jsonl", r#"{"endpoint_url": "a", "timestamp_ns": 1, "metrics": {}}"#, "AIPerf server metrics"),
        (
            "s.json",
            r#"{"schema_version": "1.0", "aiperf_version": "0.8.0", "summary": {}, "metrics": {}}"#,
            "AIPerf server metrics",
        ),
    ] {
        let beside = copy(&format!("{KIMI}/conc1/profile_export_aiperf.json"), "a_aiperf.json");
        let found = read(&[beside, Memory::new(name, text)]).unwrap();
        let source = found.value.sources.iter().find(|source| source.name == name).unwrap();
        assert_eq!(source.format.as_deref(), Some(format), "{name}");
        assert!(source.set_aside.is_some(), "{name}");
    }
}
