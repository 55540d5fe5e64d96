//! The llm-d benchmark report: its units are honoured, and figures that cannot be are never silent.

use crate::folder::{figures, read, read_inputs, warnings};
use gristmill::ingest::Memory;
use gristmill::ingest::part::Property;
use gristmill::metric::MetricId;
use gristmill::record::Load;

#[test]
fn the_second_schema_gives_level_setup_and_statistics() {
    for file in ["br_v0_2_example.yaml", "br_v0_2_1_example.yaml"] {
        let found = read("llm-d-benchmark", &[file], "").unwrap();
        let cell = &found.value.cells[0];
        assert_eq!(
            (cell.key.load, cell.requests, cell.failed),
            (Load::RequestRate(10.0), Some(500), Some(0)),
            "{file}"
        );
        assert_eq!(cell.key.context.as_ref().unwrap().tokens, 2148, "as the lengths were fixed, not the mean of 2262");
        assert_eq!(
            figures(cell, MetricId::Ttft),
            [Some(0.0368578234128654), Some(0.03622930939309299), Some(0.05029489721637218)]
        );
        assert_eq!((cell.span_s, cell.throughput_tok_s), (Some(49.97206788184121), Some(2262.448)));
        let setup = &found.value.setup;
        let said = [Property::Model, Property::Gpu, Property::GpuCount].map(|property| setup.get(property));
        assert_eq!(said, [Some("Qwen3-0.6B"), Some("NVIDIA-H100-80GB-HBM3"), Some("16")], "two replicas of eight");
    }
}

#[test]
fn the_first_schema_is_read_and_its_impossible_figures_are_pointed_out() {
    let found = read("llm-d-benchmark", &["br_v0_1_example.yaml"], "").unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.key.load, cell.requests, cell.failed), (Load::RequestRate(1.34), Some(31), Some(0)));
    assert_eq!(cell.metric(MetricId::E2e).mean, Some(0.00331325431142327), "as its units say: milliseconds");
    assert_eq!((cell.span_s, cell.throughput_tok_s), (Some(16.531641244888306), Some(32.544923821416)));
    let setup = &found.value.setup;
    let said = [Property::Model, Property::Precision, Property::GpuCount, Property::Engine].map(|p| setup.get(p));
    assert_eq!(said, [Some("DeepSeek-R1-0528"), Some("fp16"), Some("17"), Some("vllm")]);
    assert_eq!(
        warnings(&found),
        [
            "br_v0_1_example.yaml: prints 32.544923821416 output tokens per second, but 985 in 16.531641244888306 s are \
             59.5827108397098: check which of them is wrong",
            "br_v0_1_example.yaml: `metrics.time` stops 3.468 s before it starts; neither is used",
            "br_v0_1_example.yaml: 1 request was cut off by the end of the test, neither a success nor a failure, and left out",
            "br_v0_1_example.yaml: a mean time per output token of 0.084 ms would be 11948 tokens per second for one user, and no \
             engine is that fast: the file's `units` seem to be wrong, and the report is as wrong as they are",
        ]
    );
}

#[test]
fn the_reports_beside_inference_perfs_stages_are_the_same_runs() {
    let found = read("inference-perf/v0.5.0-schema-golden", &[""], "").unwrap();
    assert_eq!((found.value.cells[0].runs, found.value.cells[0].requests), (2, Some(6)));
    let told = warnings(&found);
    assert!(
        told.contains(
            &"2 files repeat what another file of the same run says in full (stage_0_lifecycle_metrics.json and so on); each run \
              counts once"
                .to_owned()
        ),
        "{told:?}"
    );
}

/// A report in JSON with the latencies given.
fn report(latency: &str) -> Memory {
    let text = format!(
        r#"{{"version": "0.2", "run": {{"time": {{"duration": "PT10S"}}}},
            "scenario": {{"load": {{"standardized": {{"tool": "guidellm", "concurrency": 4, "rate_qps": null}}}}}},
            "results": {{"request_performance": {{"aggregate": {{"requests": {{"total": 20, "failures": 0}},
                "latency": {{{latency}}}}}}}}}}}"#
    );
    Memory::new("report.json", text)
}

#[test]
fn a_first_token_after_the_end_is_an_error() {
    let latency = r#""request_latency": {"units": "s", "mean": 2}, "time_to_first_token": {"units": "s", "mean": 300}"#;
    let error = read_inputs(&[report(latency)], "").unwrap_err().to_string();
    assert_eq!(
        error,
        "report.json: `results.request_performance.aggregate.latency.time_to_first_token`: expected a mean TTFT of at most the \
         mean E2E of 2 s, found 300 s\nhint: the first token cannot come after the response's end: check the `units` of both"
    );
}

#[test]
fn a_unit_is_never_guessed() {
    for (latency, expected) in [
        (r#""request_latency": {"mean": 2}"#, "expected the key `units`"),
        (r#""request_latency": {"units": "min", "mean": 2}"#, "found `min`"),
    ] {
        let error = read_inputs(&[report(latency)], "").unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn guidellms_times_per_token_are_taken_by_their_definition() {
    let latency = r#""request_latency": {"units": "ms", "mean": 2000}, "time_to_first_token": {"units": "ms", "mean": 500},
        "time_per_output_token": {"units": "ms/token", "mean": 20}, "inter_token_latency": {"units": "ms/token", "mean": 15}"#;
    let found = read_inputs(&[report(latency)], "").unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.key.load, cell.metric(MetricId::Tpot).mean), (Load::Concurrency(4), Some(0.015)));
    assert!(!cell.metric(MetricId::Itl).is_measured());
}
