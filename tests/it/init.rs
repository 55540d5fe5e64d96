//! `gristmill init RUN`: the configuration that it writes.

use crate::run::{gristmill, root};
use gristmill::config::{Config, parse};
use gristmill::ingest::{Input, Memory, Options};
use gristmill::pipeline::Request;
use gristmill::starter::starter;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

fn written<I: Input>(files: &[I]) -> String {
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    starter(&inputs, &Options { lenient: true, threads: 2 }).unwrap_or_else(|error| panic!("{error}")).value
}

/// The files of a folder without its configuration.
fn files(folder: &str) -> Vec<impl Input> {
    let files = crate::samples::files(&root().join("fixtures").join(folder));
    files.into_iter().filter(|file| file.name() != "gristmill.toml").collect()
}

/// `report.json` of files with a configuration.
fn report<I: Input>(files: &[I], config: &Config) -> Value {
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let made = gristmill::pipeline::run(&Request {
        options: Options { lenient: false, threads: 2 },
        formats: &["json"],
        ..Request::new(&inputs, config)
    });
    let made = made.unwrap_or_else(|error| panic!("{error}")).value;
    serde_json::from_slice(&made[0].bytes).unwrap()
}

/// The file with every sign of comment taken away that stands before a key or a table.
fn set(toml: &str) -> String {
    let is_setting = |line: &str| {
        let key = line.split(" = ").next().unwrap_or_default();
        line.starts_with("[[")
            || (line.contains(" = ") && key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()))
    };
    let line = |line: &str| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line).to_owned();
    toml.lines().map(line).collect::<Vec<_>>().join("\n")
}

const RUNS: [&str; 8] = [
    "runs/qwen3-coder-next-fp8-1x-h200-sxm",
    "runs/qwen3-coder-next-fp8-2x-rtx-pro-6000-blackwell",
    "runs/glm-5.2-mxfp4-4x-mi355x",
    "runs/gemma-4-26b-a4b-nvfp4-dgx-spark",
    "samples/aiperf/qwen3-0.6b-rtx6000ada-sweep",
    "samples/inference-perf/vllm",
    "samples/llmperf/merged-sweep",
    "suites/ten-prompts",
];

#[test]
fn a_report_with_it_has_the_figures_of_one_without() {
    for run in RUNS {
        let files = files(run);
        let toml = written(&files);
        let with = parse(&toml, "gristmill.toml").unwrap_or_else(|error| panic!("{run}: {error}\n{toml}"));
        let (with, without) = (report(&files, &with), report(&files, &Config::default()));
        for key in ["cells", "sweep", "findings", "capacity", "not_tested", "request_rates", "suite", "warnings"] {
            assert_eq!(with[key], without[key], "{run}: {key}");
        }
        for key in ["title", "model", "hardware", "engine", "date"] {
            assert_eq!(with["run"][key], without["run"][key], "{run}: {key}");
        }
    }
}

#[test]
fn every_key_that_is_left_open_is_one_that_can_be_set() {
    for run in RUNS {
        let toml = set(&written(&files(run)));
        let config = parse(&toml, "gristmill.toml").unwrap_or_else(|error| panic!("{run}: {error}\n{toml}"));
        assert!(config.cost.gpu_hour.is_some() && config.brand.contact.is_some(), "{run}: {toml}");
    }
}

#[test]
fn what_is_found_is_set_and_the_rest_is_left_open() {
    insta::assert_snapshot!("own records", written(&files("runs/qwen3-coder-next-fp8-2x-rtx-pro-6000-blackwell")));
    insta::assert_snapshot!("a tool's files", written(&files("samples/aiperf/qwen3-0.6b-rtx6000ada-sweep")));
    insta::assert_snapshot!("rates", written(&files("runs/gemma-4-26b-a4b-nvfp4-dgx-spark")));
    insta::assert_snapshot!("a suite", written(&files("suites/ten-prompts")));
}

#[test]
fn files_that_nothing_says_the_load_of_get_an_entry_to_fill_in() {
    let files = files("samples/llmperf/individual");
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let made = starter(&inputs, &Options { lenient: true, threads: 2 }).unwrap();
    let warnings: Vec<String> = made.warnings.iter().map(ToString::to_string).collect();
    let (_, entries) = made.value.split_once("contact = ").unwrap();
    insta::assert_snapshot!("no load", format!("{entries}\nwarning: {}", warnings.join("\nwarning: ")));
    parse(&set(&made.value), "gristmill.toml").unwrap();
}

#[test]
fn where_every_record_is_bad_the_first_one_is_told() {
    let file = Memory::new("a.csv", "concurrency,e2e_ms,input_tokens,output_tokens\n1,900,100,0\n");
    let error = starter(&[&file], &Options::default()).unwrap_err().to_string();
    assert!(error.starts_with("a.csv:2:4: `output_tokens`: expected at least 1 token"), "{error}");
}

const LOG: &str =
    "Request ID,Sent At,Latency (ms),prompt_tokens,completion_tokens,status\n1,2026-01-15 08:00:02,900,100,64,ok\n";

#[test]
fn a_guess_is_written_and_never_set() {
    let logs = [
        Memory::new("load-1.csv", LOG),
        Memory::new("load-2.csv", LOG.replace("900", "800")),
        Memory::new("notes.txt", "dear diary"),
    ];
    let inputs: Vec<&dyn Input> = logs.iter().map(|file| file as &dyn Input).collect();
    let made = starter(&inputs, &Options { lenient: true, threads: 1 }).unwrap();
    let warnings: Vec<String> = made.warnings.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("a guess alone", format!("{}\nwarning: {}", made.value, warnings.join("\nwarning: ")));
    assert_eq!(parse(&made.value, "gristmill.toml").unwrap(), Config::default());
    let set = parse(&set(&made.value).replace("\"load-1.csv\"", "\"load-*.csv\""), "gristmill.toml").unwrap();
    assert_eq!(report(&logs, &set)["cells"][0]["requests"], 2, "what the guess says can be read");
}

#[test]
fn names_of_files_stay_within_their_comments() {
    let name = "a\"\n[brand]\nname = \"x\"\u{2028}\r[[file]]\u{202e}.csv";
    let records = "concurrency,e2e_ms,input_tokens,output_tokens\n1,900,100,10\n";
    let toml = written(&[Memory::new(name, records), Memory::new(format!("{name}2"), LOG)]);
    assert_eq!(
        parse(&toml, "gristmill.toml").unwrap(),
        Config { test: parse("[test]\noutput_tokens = 10\n", "").unwrap().test, ..Config::default() }
    );
    let named = |line: &&str| line.contains("[[file]]\"") || line.contains("name = \"x");
    assert!(toml.lines().filter(named).all(|line| line.starts_with('#')), "{toml}");
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn init(arguments: &[&Path]) -> (Option<i32>, String, String) {
    said(&gristmill([Path::new("init")].iter().chain(arguments)))
}

#[test]
fn a_file_that_is_there_is_never_replaced_unasked() {
    let run = tempfile::tempdir().unwrap();
    let (records, config) = (run.path().join("records.csv"), run.path().join("gristmill.toml"));
    fs::write(&records, "concurrency,e2e_ms,input_tokens,output_tokens\n1,900,100,10\n2,950,100,10\n").unwrap();
    let (status, out, err) = init(&[run.path()]);
    assert_eq!((status, out.trim(), err.as_str()), (Some(0), config.to_str().unwrap(), ""));
    let made = fs::read_to_string(&config).unwrap();
    assert!(made.contains("# - sweep: context of 100 at 1 and 2 concurrent requests\n"), "{made}");
    fs::write(&config, "title = \"mine\"\nnonsense = [").unwrap();
    // Beside a file of the run it is the same one.
    for given in [run.path(), &records] {
        let (status, out, err) = init(&[given]);
        assert_eq!((status, out.as_str()), (Some(1), ""));
        let shown = err.replace(&run.path().display().to_string(), "RUN");
        insta::assert_snapshot!("there already", shown);
    }
    assert_eq!(fs::read_to_string(&config).unwrap(), "title = \"mine\"\nnonsense = [");
    let (status, out, _) = init(&[run.path(), Path::new("-o"), Path::new("-")]);
    assert_eq!((status, out), (Some(0), made.clone()));
    let other = run.path().join("new.toml");
    assert_eq!(init(&[run.path(), Path::new("-o"), &other]).0, Some(0));
    assert!(fs::read_to_string(&other).unwrap().contains("\n[model]\n"));
    assert_eq!(init(&[run.path(), Path::new("--force")]).0, Some(0));
    // The file that was written beside them is no record.
    assert_eq!(fs::read_to_string(&config).unwrap(), made);
}

#[test]
fn a_folder_without_records_is_told_what_records_are() {
    let run = tempfile::tempdir().unwrap();
    fs::write(run.path().join("notes.txt"), "dear diary\n").unwrap();
    let (status, _, err) = init(&[run.path()]);
    assert_eq!(status, Some(1));
    insta::assert_snapshot!("no records", err);
    assert!(!run.path().join("gristmill.toml").exists());
    let (status, _, err) = init(&[]);
    assert_eq!(status, Some(2));
    assert!(err.contains("<RUN>") || err.contains("RUN"), "{err}");
}
