//! A key that matters and is not there is an error that names the tool, the versions known to work and the key.
//!
//! Each real file has one key renamed, as a version would do that nobody here has seen yet.

use crate::folder::read_inputs;
use crate::run::root;
use gristmill::ingest::Memory;
use std::fmt::Write as _;

const INPUTS: &str = "fixtures/inputs/tools";
const SAMPLES: &str = "fixtures/samples";

const AGGREGATE: &str =
    "inferencex/agg_kimik2.5_1k1k_int4_vllm_tp8-ep1-dpafalse_disagg-false_spec-mtp_conc4_MI355-gbt350-odcdh5-wbb3.json";

/// Folder, file and key.
const TABLE: &[(&str, &str, &str)] = &[
    (SAMPLES, "vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep/11-rate-sweep-0.5.json", "completed"),
    (SAMPLES, "vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep/11-rate-sweep-0.5.json", "duration"),
    (SAMPLES, "sglang/llama_3_3_70b_online_output.jsonl", "completed"),
    (SAMPLES, "llmperf/summary/groq_70b.json", "results_num_completed_requests"),
    (SAMPLES, "llmperf/summary/groq_70b.json", "results_number_errors"),
    (SAMPLES, "inference-perf/vllm/stage_0_lifecycle_metrics.json", "count"),
    (SAMPLES, "aiperf/qwen3-0.6b-rtx6000ada-sweep/concurrency1/profile_export.jsonl", "request_latency"),
    (SAMPLES, "aiperf/qwen3-0.6b-rtx6000ada-sweep/concurrency1/profile_export_aiperf.json", "request_latency"),
    (INPUTS, "genai-perf/concurrency8/profile_export_genai_perf.json", "request_latency"),
    (INPUTS, "genai-perf/concurrency8/profile_export_genai_perf.csv", "Request Latency"),
    (SAMPLES, "guidellm/v0.8-dev-mock/guidellm_report_v2.json", "metrics"),
    (SAMPLES, "guidellm/v0.8-dev-mock/guidellm_report_v2.json", "strategy"),
    (SAMPLES, "guidellm/v0.8-dev-mock/guidellm_report_v2.json", "request_latency"),
    (SAMPLES, "guidellm/v0.6-llamacpp-synchronous/benchmarks.csv", "Request Latency"),
    (SAMPLES, "guidellm/v0.6-llamacpp-synchronous/benchmarks.csv", "Request Counts"),
    (SAMPLES, "inference-perf/vllm/stage_0_lifecycle_metrics.json", "request_latency"),
    (SAMPLES, "llm-d-benchmark/br_v0_1_example.yaml", "request_latency"),
    (SAMPLES, "llm-d-benchmark/br_v0_1_example.yaml", "total"),
    (SAMPLES, "llm-d-benchmark/br_v0_2_example.yaml", "request_performance"),
    (SAMPLES, "llm-d-benchmark/br_v0_2_1_example.yaml", "request_performance"),
    (SAMPLES, "llm-d-benchmark/br_v0_2_1_example.yaml", "request_latency"),
    (SAMPLES, "llama-bench/jsonl/gpt-oss-20b.default-hip.jsonl", "n_depth"),
    (SAMPLES, "llama-bench/jsonl/gpt-oss-20b.default-hip.jsonl", "model_filename"),
    (SAMPLES, "llama-bench/csv/qwen3-coder-30b-a3b-ud-q4-k-xl-b9010-r20.csv", "n_depth"),
    (SAMPLES, "llama-bench/csv/qwen3-coder-30b-a3b-ud-q4-k-xl-b9010-r20.csv", "model_filename"),
    (INPUTS, "llama-batched-bench/batched.jsonl", "pl"),
    (INPUTS, "llama-batched-bench/batched.jsonl", "t_tg"),
    (SAMPLES, "inferencex/b200-gptoss-conc16.json", "conc"),
    (SAMPLES, "inferencex/b200-gptoss-conc16.json", "metrics"),
    (SAMPLES, AGGREGATE, "conc"),
    (SAMPLES, AGGREGATE, "output_tput_per_gpu"),
    (SAMPLES, "inferencex/b200-gptoss-conc16.json", "output_token_throughput"),
    (INPUTS, "vllm-sweep/20260301_101500/summary.csv", "completed"),
    (INPUTS, "trtllm-bench/conc4/report.json", "system_output_throughput_tok_s"),
    (INPUTS, "trtllm-bench/conc4/report.json", "num_requests"),
    (INPUTS, "inference-benchmarker/Qwen_Qwen3-8B.json", "successful_requests"),
    (INPUTS, "inference-benchmarker/Qwen_Qwen3-8B.json", "e2e_latency_ms"),
    (INPUTS, "locust/users16_stats.csv", "Average Response Time"),
    (INPUTS, "k6-summary/export-8.json", "http_reqs"),
    (INPUTS, "k6-summary/export-8.json", "avg"),
    (SAMPLES, "mlperf/llama2-70b-interactive/mlperf_log_summary.txt", "Scenario"),
    (SAMPLES, "mlperf/llama2-70b-interactive/mlperf_log_summary.txt", "target_qps"),
    (SAMPLES, "mlperf/llama2-70b-interactive/mlperf_log_summary.txt", "Mean latency (ns)"),
];

#[test]
fn a_missing_key_names_tool_versions_and_key() {
    let mut out = String::new();
    for (folder, file, key) in TABLE {
        let text = std::fs::read_to_string(root().join(folder).join(file)).unwrap();
        // A key stands in quotes in JSON and in none elsewhere; a longer key that contains it stays.
        let quoted = format!("\"{key}\"");
        let renamed = match text.contains(&quoted) {
            true => text.replace(&quoted, "\"renamed\""),
            false => text.replace(key, "renamed"),
        };
        assert_ne!(text, renamed, "{file} has `{key}`");
        let name = file.rsplit_once('/').map_or(*file, |(_, name)| name);
        let told = match read_inputs(&[Memory::new(name, &renamed)], "") {
            Ok(read) => format!("read all the same: {:?}", crate::folder::warnings(&read)),
            Err(error) => error.to_string(),
        };
        writeln!(out, "{file} without `{key}`\n{told}\n").unwrap();
    }
    insta::assert_snapshot!(out);
}
