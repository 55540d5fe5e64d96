//! Reports of real sweeps say what their data can carry, and nothing that contradicts it.

use crate::run::{report, root};
use std::fs;

/// The Markdown report of files below `fixtures/samples`, in a folder of their own.
fn markdown(files: &[&str]) -> String {
    let run = tempfile::tempdir().unwrap();
    for file in files {
        let from = root().join("fixtures/samples").join(file);
        fs::copy(&from, run.path().join(from.file_name().unwrap())).unwrap();
    }
    let out = run.path().join("out");
    report(run.path(), &out);
    fs::read_to_string(out.join("report.md")).unwrap()
}

fn says(report: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(report.contains(sentence), "{sentence}");
    }
}

fn never_says(report: &str, phrases: &[&str]) {
    for phrase in phrases {
        let found = report.lines().find(|line| line.contains(phrase));
        assert_eq!(found, None, "{phrase}");
    }
}

#[test]
fn an_engine_that_measured_itself_answered_no_request() {
    let report = markdown(&["llama-bench/jsonl/gpt-oss-20b.default-hip.jsonl"]);
    says(
        &report,
        &[
            "The engine measured itself, one sequence at a time, at contexts of 0, 1K, 4K, 16K and 64K tokens; no request was sent.",
            "Mean generation speed of one response, over the engine's own tests at each context.",
            "Mean prefill speed of one prompt, over the engine's own tests at each context.",
            "- System throughput, Time to first token, Capacity analysis, Queue wait, Inter-token latency and Scaling efficiency: the \
             engine measured itself, and no request was sent.",
            "- Percentiles: the source gives means alone.",
            "A cell is all tests of one scenario, context and load level. Means are arithmetic. Standard deviations divide by n − 1.",
        ],
    );
    never_says(
        &report,
        &[
            "uccessful requests",
            "## Percentiles",
            "which is not recorded",
            "responses that are not streamed",
            "in flight",
            "A **concurrent request** is",
        ],
    );
}

#[test]
fn a_speed_that_follows_from_means_is_said_to() {
    let report = markdown(&["llmperf/merged-sweep/mistralai_Mistral-7B-Instruct-v0.2_tp_1_results.json"]);
    says(
        &report,
        &[
            "It follows here from the means of E2E, TTFT and output tokens, in which requests weigh by their tokens",
            "| Generation speed | 1 / TPOT (from mean TPOT), where single requests are not known |",
            "| TPOT | (mean E2E − mean TTFT) / (mean output tokens − 1), where the tool prints no TPOT: requests weigh by their tokens |",
        ],
    );
    never_says(&report, &["as the tool printed it", "would be somewhat higher", "slower than p10"]);
}

#[test]
fn what_was_read_is_told_by_what_the_source_counts() {
    let tells = |file: &str| {
        let out = tempfile::tempdir().unwrap();
        let output = report(&root().join("fixtures/samples").join(file), out.path());
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned()
    };
    assert_eq!(tells("llama-bench/jsonl/gpt-oss-20b.default-hip.jsonl"), "5 cells", "no request was sent");
    let online = tells("sglang/llama_3_3_70b_online_output.jsonl");
    assert_eq!(online, "11,300 requests that succeeded in 7 cells", "failures were not counted");
}

#[test]
fn the_cover_counts_the_files_that_the_method_lists() {
    let out = tempfile::tempdir().unwrap();
    report(&root().join("fixtures/samples/inference-perf/vllm"), out.path());
    let report = fs::read_to_string(out.path().join("report.md")).unwrap();
    // The summary and the metrics of the server lie beside the stages and are set aside.
    says(&report, &["from 7 files, listed in the method section"]);
}

#[test]
fn one_rate_is_no_smallest_rate() {
    let report = markdown(&["guidellm/v0.3-constant-rate/benchmarks.json"]);
    says(
        &report,
        &["Requests that are sent at a rate may overlap, so that this need not be what a request that is alone gets."],
    );
    never_says(&report, &["the smallest rate", "comes closest"]);
}

#[test]
fn percentiles_of_a_speed_are_explained_where_they_are_shown() {
    let files: Vec<String> = [4, 8, 16]
        .map(|level| {
            format!("vllm/inferencex-glm5-fp8-token-position/glm5_fp8_vllm_tp8_isl1024_osl128_conc{level}.json")
        })
        .into();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let report = markdown(&files);
    says(&report, &["For a speed the slow tail is at the low end: 1% of the requests are slower than p1."]);
}
