//! What every folder of `fixtures/inputs/tools` gives when it is read as a run.
//!
//! Each folder is named after the tool and what it shows; a new one only needs its snapshot.

use crate::folder::{read_inputs, warnings};
use crate::on_disk::OnDisk;
use crate::run::root;
use crate::samples::files;
use gristmill::cell::{Cell, Origin};
use gristmill::error::{Result, Warned};
use gristmill::format;
use gristmill::ingest::{Ingested, Memory};
use gristmill::metric::{METRICS, MetricId};
use std::fmt::Write as _;
use std::path::PathBuf;

fn tools() -> PathBuf {
    root().join("fixtures/inputs/tools")
}

pub fn run(folder: &str) -> Result<Warned<Ingested>> {
    read_inputs(&files(&tools().join(folder)), "")
}

fn told(read: &Result<Warned<Ingested>>) -> String {
    let read = match read {
        Err(error) => return format!("error: {error}\n"),
        Ok(read) => read,
    };
    let mut out = String::new();
    for warning in warnings(read) {
        writeln!(out, "warning: {warning}").unwrap();
    }
    let Ingested { sources, cells, setup, .. } = &read.value;
    for source in sources {
        let format = source.format.as_deref().unwrap_or("not recognised");
        let outcome = match &source.set_aside {
            Some(reason) => format!("set aside: {reason}"),
            None => format!("{} requests, {} runs", source.records, source.runs),
        };
        let named = source.from_name.as_ref().map_or(String::new(), |named| format!("; from its name: {named}"));
        writeln!(out, "{}: {format}: {outcome}{named}", source.name).unwrap();
    }
    for (property, value) in setup.iter() {
        writeln!(out, "{} = {value}", property.key()).unwrap();
    }
    cells.iter().for_each(|cell| tell(cell, &mut out));
    out
}

fn tell(cell: &Cell, out: &mut String) {
    let count = |n: Option<u64>| n.map_or("–".to_owned(), |n| n.to_string());
    let context = cell.key.context.as_ref().map_or("–", |context| &context.label);
    writeln!(out, "\n{}, context {context}, {}", cell.key.scenario, format::load(cell.key.load)).unwrap();
    write!(out, "    {} of {} requests failed, {} runs", count(cell.failed), count(cell.requests), cell.runs).unwrap();
    let figures = [("tok/s", cell.throughput_tok_s), ("req/s", cell.achieved_rate), ("s", cell.span_s)];
    figures.iter().for_each(|(unit, value)| write!(out, ", {} {unit}", number(*value)).unwrap());
    writeln!(out, ", {} chunks", number(cell.tokens_per_chunk)).unwrap();
    for (reason, count) in &cell.failures {
        writeln!(out, "    {count} × {}", reason.lines().next().unwrap_or_default()).unwrap();
    }
    for metric in METRICS.iter().filter(|metric| cell.metric(metric.id).is_measured()) {
        let summary = cell.metric(metric.id);
        let q = summary.quantiles;
        let values = [summary.mean, summary.sd, q.p1, q.p5, q.p10, q.p50, q.p90, q.p95, q.p99].map(number);
        writeln!(out, "    {:?} {:?} n={}: {}", metric.id, summary.origin, summary.n, values.join(" ")).unwrap();
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{}", (value * 1e6).round() / 1e6))
}

#[test]
fn every_folder_of_a_tool_gives_what_its_files_say() {
    let mut folders: Vec<_> = std::fs::read_dir(tools()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path("snapshots/tool_files");
        settings.bind(|| insta::assert_snapshot!(name, told(&run(name))));
    }
}

fn written(file: &str) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(tools().join(file)).unwrap()).unwrap()
}

fn close(ours: Option<f64>, theirs: f64, what: &str) {
    assert!((ours.unwrap() - theirs).abs() <= 1e-9 * theirs.abs(), "{what}: {ours:?} is not {theirs}");
}

#[test]
fn lists_of_requests_give_e2e_as_ttft_and_gaps_in_seconds_and_no_failure_measures_anything() {
    for (folder, file, load) in [
        ("vllm-detailed-failures", "vllm-infqps-concurrency4-Qwen3-8B-20260301-101500.json", 4.0),
        ("vllm-detailed-newest", "c2.json", 2.0),
        ("vllm-detailed-older-without-failed", "c2.json", 2.0),
    ] {
        let written = written(&format!("{folder}/{file}"));
        let list = |key: &str| written[key].as_array().unwrap().clone();
        let (ttfts, itls, tokens) = (list("ttfts"), list("itls"), list("output_lens"));
        let succeeded: Vec<usize> = (0..ttfts.len()).filter(|at| tokens[*at].as_u64().unwrap() > 0).collect();
        let e2e = |at: &usize| {
            let gaps = itls[*at].as_array().unwrap();
            ttfts[*at].as_f64().unwrap() + gaps.iter().map(|gap| gap.as_f64().unwrap()).sum::<f64>()
        };
        let n = succeeded.len() as f64;

        let found = run(folder).unwrap().value;
        let cell = crate::samples::cell(&found, load);
        assert_eq!((cell.requests, cell.failed), (Some(ttfts.len() as u64), Some(3)), "{folder}");
        assert_eq!(cell.metric(MetricId::E2e).origin, Origin::Records);
        close(cell.metric(MetricId::E2e).mean, succeeded.iter().map(e2e).sum::<f64>() / n, folder);
        // The lists are in seconds, the client's own means in milliseconds.
        close(cell.metric(MetricId::Ttft).mean, written["mean_ttft_ms"].as_f64().unwrap() / 1e3, folder);
        close(cell.metric(MetricId::Tpot).mean, written["mean_tpot_ms"].as_f64().unwrap() / 1e3, folder);
        close(cell.metric(MetricId::Ttft).quantiles.p50, written["median_ttft_ms"].as_f64().unwrap() / 1e3, folder);
        assert_eq!(cell.metric(MetricId::Ttft).n, succeeded.len() as u64, "no zero of a failure among them");
    }
}

#[test]
fn what_trtllm_bench_prints_comes_out_of_its_list_of_requests() {
    let report = written("trtllm-bench/conc4/report.json");
    let figure = |path: &str| report.pointer(path).unwrap().as_f64().unwrap();
    let found = run("trtllm-bench").unwrap().value;
    let requests = crate::samples::cell(&found, 4.0);
    assert_eq!(requests.metric(MetricId::Ttft).origin, Origin::Records);
    let alone = crate::samples::cell(&found, 8.0);
    assert_eq!(alone.metric(MetricId::Ttft).origin, Origin::Tool);
    for (id, path) in [
        (MetricId::Ttft, "/streaming_metrics/avg_ttft_ms"),
        (MetricId::Tpot, "/streaming_metrics/avg_tpot_ms"),
        (MetricId::E2e, "/performance/avg_request_latency_ms"),
    ] {
        close(requests.metric(id).mean, figure(path) / 1e3, path);
    }
    close(
        requests.metric(MetricId::GenerationSpeed).mean,
        figure("/streaming_metrics/token_output_speed_tok_s"),
        "speed",
    );
    close(requests.throughput_tok_s, figure("/performance/system_output_throughput_tok_s"), "throughput");
}

#[test]
fn loadgens_figures_come_out_in_seconds() {
    let found = crate::folder::read("mlperf", &["llama2-70b-interactive"], "").unwrap().value;
    let cell = crate::samples::cell(&found, 29.5);
    let printed = |id: MetricId| {
        let summary = cell.metric(id);
        [summary.mean, summary.quantiles.p50, summary.quantiles.p99]
    };
    assert_eq!(printed(MetricId::Ttft), [Some(0.201330486), Some(0.19860224), Some(0.4359761)]);
    assert_eq!(printed(MetricId::E2e), [Some(9.716742157), Some(8.60997075), Some(30.354675329)]);
    assert_eq!(printed(MetricId::Tpot), [Some(0.03210249), Some(0.031888318), Some(0.039507635)]);
    assert_eq!((cell.throughput_tok_s, cell.achieved_rate), (Some(8840.42), Some(29.41)));
}

#[test]
fn a_file_that_is_cut_short_behind_a_figure_is_told() {
    let samples = root().join("fixtures/samples");
    let cut = |file: &str, until: &str| {
        let whole = std::fs::read_to_string(samples.join(file)).unwrap();
        let name = file.rsplit_once('/').unwrap().1;
        let kept = &whole[..whole.find(until).unwrap() + until.len()];
        let read = read_inputs(&[Memory::new(name, kept)], "");
        let told = read.map_or_else(|error| error.to_string(), |read| warnings(&read).join("\n"));
        format!("{until:?}: {told}\n")
    };
    let summary = "mlperf/llama2-70b-interactive/mlperf_log_summary.txt";
    let document = "llm-d-benchmark/br_v0_2_example.yaml";
    let told = [
        cut(summary, "No errors encountered during test.\n"),
        cut(summary, "performance_sample_count : 24576\n"),
        cut(summary, "performance_sample_count : 245"),
        cut(document, "max: 22000.0\n"),
        cut(document, "max: 22000"),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn a_folder_that_holds_nothing_measured_is_an_error_that_names_each_file() {
    let files: Vec<OnDisk> = files(&tools().join("set-aside"))
        .into_iter()
        .filter(|file| !gristmill::ingest::Input::name(file).ends_with("csv"))
        .collect();
    insta::assert_snapshot!(read_inputs(&files, "").unwrap_err());
}
