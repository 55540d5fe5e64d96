//! Real files of the tools: what each of them is taken for, and that the figures their tools printed come out.

use crate::on_disk::OnDisk;
use crate::run::root;
use gristmill::cell::{Cell, Origin};
use gristmill::config::{Config, parse};
use gristmill::error::{Result, Warned};
use gristmill::format;
use gristmill::ingest::survey::{Given, Outcome, Surveyed, survey};
use gristmill::ingest::{Ingested, Input, Options, ingest};
use gristmill::metric::{METRICS, MetricId};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const OPTIONS: Options = Options { lenient: false, threads: 2 };

pub fn samples() -> PathBuf {
    root().join("fixtures/samples")
}

/// Every file below a folder, called by its path in it.
pub fn files(folder: &Path) -> Vec<OnDisk> {
    let mut pending = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.push(OnDisk::named(path, name));
            }
        }
    }
    files.sort_by(|a, b| a.name().cmp(b.name()));
    files
}

pub fn ingested(run: &str, config: &str) -> Result<Warned<Ingested>> {
    let files = files(&samples().join(run));
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    ingest(&inputs, &parse(config, "gristmill.toml")?, &OPTIONS)
}

#[test]
fn every_sample_has_a_named_outcome() {
    let files = files(&samples());
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let mut table = String::new();
    for file in survey(&inputs, &Config::default(), &OPTIONS) {
        writeln!(table, "{}\n    {}", file.name, outcome(&file)).unwrap();
        for warning in &file.warnings {
            writeln!(table, "    warning: {warning}").unwrap();
        }
    }
    insta::assert_snapshot!("samples", table);
}

fn outcome(file: &Surveyed) -> String {
    let format = file.format.unwrap_or("–");
    match &file.outcome {
        Outcome::Read(given) => format!("{format}: {}", gave(given)),
        Outcome::SetAside(reason) => format!("{format}: set aside: {reason}"),
        Outcome::Empty => "empty".to_owned(),
        Outcome::NotRecognised => "not recognised".to_owned(),
        Outcome::Failed(error) => format!("{format}: error: {error}"),
    }
}

fn gave(given: &Given) -> String {
    let mut parts = Vec::new();
    if given.records > 0 {
        parts.push(format::counted(given.records, "request", "requests"));
    }
    if !given.runs.is_empty() {
        let requests: Vec<_> = given.runs.iter().map(|n| n.map_or("–".to_owned(), |n| n.to_string())).collect();
        parts.push(format!(
            "{} of {} requests",
            format::counted(requests.len() as u64, "run", "runs"),
            requests.join(", ")
        ));
    }
    parts.extend((!given.loads.is_empty()).then(|| format::loads(&given.loads.iter().copied().collect::<Vec<_>>())));
    let contexts: Vec<_> = given.contexts.iter().map(|context| context.label.clone()).collect();
    parts.extend((!contexts.is_empty()).then(|| format!("contexts {}", contexts.join(", "))));
    parts.extend(given.setup.iter().map(|(key, value)| format!("{key} {value}")));
    parts.extend(given.gpus.iter().map(|(gpu, samples)| format!("{gpu} {samples} samples")));
    parts.join("; ")
}

/// A figure in a result file by its key, in seconds where the key says milliseconds.
fn printed(file: &Path, key: &str) -> Option<f64> {
    let text = std::fs::read_to_string(file).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = value.pointer(&format!("/{}", key.replace('.', "/"))).or_else(|| value.get(key))?.as_f64()?;
    Some(if key.ends_with("_ms") { value / 1000.0 } else { value })
}

pub fn close(ours: Option<f64>, theirs: Option<f64>, what: &str) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => {
            assert!((ours - theirs).abs() <= 1e-12 * theirs.abs(), "{what}: {ours} is not {theirs}");
        }
        (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
    }
}

/// The cell of a load, where the run has one context.
pub fn cell(ingested: &Ingested, level: f64) -> &Cell {
    let found: Vec<_> =
        ingested.cells.iter().filter(|cell| cell.key.is_sweep() && cell.key.load.level() == level).collect();
    assert_eq!(found.len(), 1, "cells at {level}");
    found[0]
}

/// Holds a cell against the flat keys of a file of vLLM's client; `suffix` is `_ms`, or nothing for seconds.
fn holds_vllms_figures(cell: &Cell, file: &Path, suffix: &str) {
    let what = |key: &str| format!("{}: {key}", file.display());
    let figure = |key: &str| printed(file, key);
    assert_eq!(cell.successes().map(|n| n as f64), figure("completed"), "{}", what("completed"));
    close(cell.output_tokens.map(|tokens| tokens as f64), figure("total_output_tokens"), &what("total_output_tokens"));
    close(cell.throughput_tok_s, figure("output_throughput"), &what("output_throughput"));
    close(cell.achieved_rate, figure("request_throughput"), &what("request_throughput"));
    close(cell.span_s, figure("duration"), &what("duration"));
    let mut compared = 0;
    for (id, name) in
        [(MetricId::Ttft, "ttft"), (MetricId::E2e, "e2el"), (MetricId::Tpot, "tpot"), (MetricId::Itl, "itl")]
    {
        let summary = cell.metric(id);
        let q = summary.quantiles;
        let statistics = [("mean", summary.mean), ("median", q.p50), ("p90", q.p90), ("p95", q.p95), ("p99", q.p99)];
        for (statistic, ours) in statistics {
            let key = format!("{statistic}_{name}{suffix}");
            close(ours, figure(&key), &what(&key));
            compared += usize::from(ours.is_some());
        }
        if summary.is_measured() {
            assert_eq!(summary.origin, Origin::Tool);
        }
        // NumPy's deviation is over n, ours over n − 1; the gaps of all requests together have none of requests.
        let n = figure("completed").unwrap();
        let sd = figure(&format!("std_{name}{suffix}")).filter(|_| id != MetricId::Itl);
        close(summary.sd, sd.map(|sd| sd * (n / (n - 1.0)).sqrt()), &what(&format!("std_{name}")));
    }
    assert!(compared >= 6, "{}: {compared} figures", file.display());
    // Speed is the inverse of the time per token; its slow tail the inverse of the slow tail.
    let (speed, tpot) = (cell.metric(MetricId::GenerationSpeed), cell.metric(MetricId::Tpot));
    close(speed.mean, tpot.mean.map(|tpot| 1.0 / tpot), "speed");
    close(speed.quantiles.p1, tpot.quantiles.p99.map(|tpot| 1.0 / tpot), "slow tail of the speed");
    assert_eq!(speed.origin, Origin::MeanTpot);
}

#[test]
fn figures_of_vllms_client_come_out() {
    let run = "vllm/inferencex-glm5.2-mxfp4-mi355x-conc-sweep";
    let found = ingested(run, "").unwrap();
    assert_eq!(found.warnings, []);
    assert_eq!(found.value.cells.len(), 10);
    for concurrency in 1..=10 {
        let cell = cell(&found.value, f64::from(concurrency));
        assert_eq!((cell.key.context.as_ref().unwrap().label.as_str(), cell.asked_output_tokens), ("8K", Some(1024)));
        let file = format!("{run}/sglang_fp4_mtp_tp4_conc{concurrency}_isl8192_osl1024.json");
        holds_vllms_figures(cell, &samples().join(file), "_ms");
        assert!(cell.tokens_per_chunk.unwrap() > 2.5, "MTP puts several tokens into a chunk");
    }
    assert_eq!(found.value.sources[0].from_name.as_deref(), Some("context 8K, 1,024 output tokens"));

    let run = "vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep";
    let found = ingested(run, "").unwrap().value;
    for rate in ["0.1", "0.2", "0.3", "0.5", "0.7", "1.0"] {
        holds_vllms_figures(
            cell(&found, rate.parse().unwrap()),
            &samples().join(format!("{run}/11-rate-sweep-{rate}.json")),
            "_ms",
        );
    }
    let scenarios: Vec<_> =
        found.cells.iter().filter(|cell| !cell.key.is_sweep()).map(|cell| cell.key.scenario.as_str()).collect();
    assert_eq!(scenarios, ["07-office-baseline", "08-sharegpt", "09-reasoning", "10-monday-peak"]);
}

#[test]
fn figures_of_further_sweeps_of_vllms_client_come_out() {
    let run = "vllm/dgx-spark-gemma4-26b-bf16-rate-sweep";
    let found = ingested(run, "").unwrap().value;
    assert_eq!(found.cells.len(), 6);
    for rate in ["0.1", "0.2", "0.3", "0.5", "0.7", "1.0"] {
        let file = samples().join(format!("{run}/11-rate-sweep-{rate}.json"));
        holds_vllms_figures(cell(&found, rate.parse().unwrap()), &file, "_ms");
    }
    let run = "vllm/inferencex-glm5.2-mxfp4-mi355x-tp8";
    let found = ingested(run, "").unwrap().value;
    assert_eq!(found.cells.len(), 3);
    for level in [4, 16, 32] {
        let file = samples().join(format!("{run}/sglang_fp4_dpa_tp8_conc{level}_isl8192_osl1024.json"));
        holds_vllms_figures(cell(&found, f64::from(level)), &file, "_ms");
    }
}

#[test]
fn figures_of_inferencexs_baselines_come_out() {
    for level in [16, 64, 128] {
        let name = format!("b200-gptoss-conc{level}.json");
        let file = samples().join("inferencex").join(&name);
        let input = OnDisk::named(file.clone(), name);
        let found = ingest(&[&input as &dyn Input], &Config::default(), &OPTIONS).unwrap().value;
        let cell = cell(&found, f64::from(level));
        let figure = |key: &str| printed(&file, &format!("metrics.{key}"));
        close(cell.throughput_tok_s, figure("output_token_throughput"), "throughput");
        close(cell.achieved_rate, figure("request_throughput"), "rate");
        assert_eq!(cell.successes().map(|n| n as f64), figure("successful_requests"));
        for (id, name) in
            [(MetricId::Ttft, "ttft"), (MetricId::E2e, "e2el"), (MetricId::Tpot, "tpot"), (MetricId::Itl, "itl")]
        {
            let q = &cell.metric(id).quantiles;
            close(q.p50, figure(&format!("median_{name}_ms")), name);
            close(q.p99, figure(&format!("p99_{name}_ms")), name);
        }
    }
}

#[test]
fn trimmed_files_are_in_seconds_and_have_medians_only() {
    let run = "vllm/inferencex-glm5-fp8-token-position";
    let found = ingested(run, "").unwrap().value;
    assert_eq!(found.cells.len(), 12);
    for found in &found.cells {
        let isl = found.key.context.as_ref().unwrap().tokens;
        let file = format!("{run}/glm5_fp8_vllm_tp8_isl{isl}_osl128_conc{}.json", found.key.load.level());
        holds_vllms_figures(found, &samples().join(file), "");
        assert!(METRICS.iter().all(|metric| found.metric(metric.id).mean.is_none()), "no mean is in the file");
    }
}

#[test]
fn an_aggregate_and_the_file_it_was_made_of_count_once() {
    let names = [
        "agg_kimik2.5_8k1k_int4_vllm_tp8-ep1-dpafalse_disagg-false_spec-mtp_conc64_MI355-gbt350-odcdh5-wbb3.json",
        "kimik2.5_8k1k_int4_vllm_tp8-ep1-dpafalse_disagg-false_spec-mtp_conc64_MI355-gbt350-odcdh5-wbb3.json",
    ];
    let files = names.map(|name| OnDisk::named(samples().join("inferencex").join(name), name.to_owned()));
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let found = ingest(&inputs, &Config::default(), &OPTIONS).unwrap();
    assert_eq!(found.value.cells.len(), 1);
    let cell = &found.value.cells[0];
    assert_eq!((cell.runs, cell.key.load.level()), (1, 64.0));
    holds_vllms_figures(cell, &samples().join("inferencex").join(names[1]), "_ms");
    let properties: Vec<_> =
        found.value.setup.iter().map(|(property, value)| format!("{}={value}", property.key())).collect();
    assert_eq!(
        properties,
        [
            "model.name=Kimi-K2.5",
            "model.precision=INT4",
            "hardware.gpu=MI355X",
            "hardware.count=8",
            "engine.name=vLLM",
            "engine.version=v0.21.0",
            "test.speculative_decoding=MTP"
        ]
    );

    // The aggregate alone: throughput per GPU times the GPUs is that of the client, and the number of requests is unknown.
    let alone = ingest(&inputs[..1], &Config::default(), &OPTIONS).unwrap().value;
    let theirs = printed(&samples().join("inferencex").join(names[1]), "output_throughput");
    close(alone.cells[0].throughput_tok_s, theirs, "throughput");
    assert_eq!((alone.cells[0].requests, alone.cells[0].failed), (None, None));
    assert_eq!(alone.cells[0].metric(MetricId::Ttft).sd, None, "of how many requests is not known");
}

#[test]
fn agentic_aggregates_are_of_mixed_lengths_and_of_the_requests_that_were_profiled() {
    let found = ingested("inferencex/agentic-tp8_sweep_29337493492", "").unwrap().value;
    let labels: Vec<_> = found.cells.iter().map(|cell| cell.key.context.as_ref().unwrap().label.as_str()).collect();
    assert!(labels.iter().all(|label| *label == labels[0] && label.ends_with("mixed")), "{labels:?}");
    let sixteen = cell(&found, 16.0);
    assert_eq!((sixteen.requests, sixteen.failed, sixteen.warmup), (Some(720), Some(0), 887));
    assert_eq!(sixteen.metric(MetricId::Ttft).mean, Some(33.72351));
    assert_eq!(sixteen.metric(MetricId::Ttft).quantiles.p95, Some(60.66293));
    assert_eq!(sixteen.throughput_tok_s, Some(211.01689));
    assert!(!sixteen.metric(MetricId::Itl).is_measured(), "its ITL repeats the TPOT");
}

#[test]
fn sglang_appends_runs_and_those_with_other_prompts_are_no_repeats() {
    let found = ingested("sglang", "").unwrap();
    // The whole run at once is no level.
    assert_eq!(
        found.warnings[0].to_string(),
        "deepseek_dp_mla_output.jsonl: `line 1`: all requests were sent at once, without a request rate or a limit of what is in \
         flight: no load was held constant; left out. `[[file]]` with `match = \"deepseek_dp_mla_output.jsonl\"` and `concurrency = \
         10000` in `gristmill.toml` takes it as a level of so many requests"
    );
    let found = found.value;
    let runs = |scenario: &str| -> Vec<_> {
        let cells = found.cells.iter().filter(|cell| cell.key.scenario == scenario);
        cells.map(|cell| (cell.key.load.level(), cell.runs)).collect()
    };
    assert_eq!(runs("sweep"), [(1.0, 1), (2.0, 1), (4.0, 1), (8.0, 1), (16.0, 1)], "1024 random tokens at most");
    assert_eq!(runs("sharegpt"), [(4.0, 1), (8.0, 1)]);
    let first = cell(&found, 1.0);
    assert_eq!((first.requests, first.output_tokens), (None, Some(160_347)), "how many failed is not in the file");
    assert_eq!(first.metric(MetricId::E2e).mean, Some(7840.616212638561 / 1000.0));
    assert_eq!(first.metric(MetricId::Ttft).quantiles.p50, Some(85.74514742940664 / 1000.0));
    assert_eq!(first.throughput_tok_s, Some(537.4142851849319));
    assert_eq!((first.successes(), first.achieved_rate), (Some(300), Some(300.0 / 298.3675805060193)));
    assert_eq!(first.key.context.as_ref().map(|context| context.label.as_str()), Some("~511, mixed"));

    let alone = "[[file]]\nmatch = \"llama*\"\nignore = true";
    let error = ingested("sglang", alone).unwrap_err().to_string();
    assert!(error.starts_with("deepseek_dp_mla_output.jsonl: `line 1`: all requests were sent at once"), "{error}");
    let taken = format!("{alone}\n[[file]]\nmatch = \"deepseek*\"\nconcurrency = 10000");
    assert_eq!(ingested("sglang", &taken).unwrap().value.cells[0].key.load.level(), 10_000.0);
}
