//! The date of a report: the UTC day that the files themselves give, and none where they name no zone.

use crate::folder::{read, read_inputs};
use crate::tool_files::run;
use gristmill::ingest::Memory;

#[test]
fn the_day_is_that_of_the_latest_start_that_a_tool_gives_with_its_zone() {
    for (tool, file, day) in [
        ("llama-bench", "jsonl/gpt-oss-20b.default-hip.jsonl", Some("2025-10-28")),
        ("llmperf", "summary/groq_70b.json", Some("2024-01-10")),
        ("inferencex", "b200-gptoss-conc16.json", Some("2026-06-12")),
        // Its run stops before it starts.
        ("llm-d-benchmark", "br_v0_1_example.yaml", None),
        ("llm-d-benchmark", "br_v0_2_example.yaml", Some("2025-11-05")),
        // `"date": "20260516-…"` is the time of day of the load generator's host, wherever that stands.
        ("vllm", "dgx-spark-gemma4-26b-nvfp4-rate-sweep/11-rate-sweep-0.5.json", None),
    ] {
        assert_eq!(read(tool, &[file], "").unwrap().value.date.as_deref(), day, "{file}");
    }
    assert_eq!(run("inference-benchmarker").unwrap().value.date.as_deref(), Some("2026-03-01"));
}

#[test]
fn the_window_of_a_summed_up_run_gives_the_day_and_a_clock_of_another_kind_none() {
    let summary = |start: &str| {
        format!(
            r#"{{"request_latency": {{"unit": "ms", "avg": 3.0}}, "request_count": {{"unit": "requests", "avg": 1.0}},
                "input_config": {{"loadgen": {{"concurrency": 4}}}},
                "min_request_timestamp": {{"unit": "ns", "avg": {start}}}, "max_response_timestamp": {{"unit": "ns", "avg": {start}}}}}"#
        )
    };
    for (start, day) in [("1768464005000000000.0", Some("2026-01-15")), ("5000000000.0", None)] {
        let found = read_inputs(&[Memory::new("a_aiperf.json", summary(start))], "").unwrap().value;
        assert_eq!(found.date.as_deref(), day, "{start}");
    }
}
