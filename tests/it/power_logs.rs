//! What every file of `fixtures/inputs/power` gives: samples by GPU, a reason why there are none, or an error that helps.
//!
//! Each file is named after what it shows; a new one only needs its snapshot.

use crate::run::root;
use gristmill::config::{self, Config};
use gristmill::error::{Result, Warned};
use gristmill::ingest::format::recognise;
use gristmill::ingest::power::{Log, combine, mapped, time};
use gristmill::ingest::sink::{Findings, Sink};
use gristmill::ingest::stream::Stream;
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

fn logs() -> PathBuf {
    root().join("fixtures/inputs/power")
}

/// A fixture, called by its path below `logs`.
fn fixture(name: &str) -> Memory {
    Memory::new(name, fs::read(logs().join(name)).unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// The mappings of the home-made logs.
fn configured() -> Config {
    config::parse(&fs::read_to_string(logs().join("mapped/gristmill.toml")).unwrap(), "gristmill.toml").unwrap()
}

/// Every fixture, ordered by name.
fn names() -> Vec<String> {
    let folders = fs::read_dir(logs()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let below = |path: PathBuf| path.strip_prefix(logs()).unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = files.map(below).filter(|name| !name.ends_with(".toml")).collect();
    names.sort();
    names
}

/// The name of the format that claims a file, and what it finds there.
fn findings(name: &str, lenient: bool) -> Result<Option<(&'static str, Findings)>> {
    let (input, config) = (fixture(name), configured());
    let Some(format) = recognise(&input, mapped::formats(&config, name))? else { return Ok(None) };
    let mut fold = |_: &gristmill::record::Record| {};
    let mut sink = Sink::new(&config, lenient, &mut fold);
    format.read(&mut Stream::open(&input)?, &mut sink)?;
    Ok(Some((format.name(), sink.finish())))
}

fn told(outcome: &Result<Option<(&'static str, Findings)>>) -> String {
    let (format, findings) = match outcome {
        Err(error) => return format!("error: {error}\n"),
        Ok(None) => return "not recognised\n".to_owned(),
        Ok(Some(found)) => found,
    };
    let mut out = format!("{format}\n");
    for warning in &findings.warnings {
        writeln!(out, "warning: {warning}").unwrap();
    }
    for (reason, count) in &findings.skipped {
        writeln!(out, "skipped: {count} × {reason}").unwrap();
    }
    if let Some(reason) = &findings.set_aside {
        writeln!(out, "set aside: {reason}").unwrap();
    }
    for (gpu, samples) in findings.power.iter().flat_map(|log| &log.gpus) {
        let watts: f64 = samples.iter().map(|sample| sample.watts).sum();
        let span = match (samples.first(), samples.last()) {
            (Some(first), Some(last)) => format!(", {} to {}", time::print(first.at_ns), time::print(last.at_ns)),
            _ => String::new(),
        };
        writeln!(out, "{}: {} samples{span}, {watts:.3} W in all", gpu.name(), samples.len()).unwrap();
    }
    out
}

#[test]
fn every_power_log_is_read_set_aside_or_told_what_is_wrong_with_it() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots/power_logs");
    for name in names() {
        let strict = told(&findings(&name, false));
        let lenient = told(&findings(&name, true));
        let lenient = if lenient == strict { "the same\n".to_owned() } else { lenient };
        let file = name.replace('/', " ");
        settings.bind(|| insta::assert_snapshot!(file, format!("{strict}\n--lenient\n{lenient}")));
    }
}

/// Records of one cell whose one request begins and ends at these times, seconds since 1970.
fn request(start_s: &str, e2e_ms: &str) -> Memory {
    let header = "context_tokens,concurrency,start_s,e2e_ms,ttft_ms,input_tokens,output_tokens";
    Memory::new("records.csv", format!("{header}\n1024,1,{start_s},{e2e_ms},1,1024,100\n"))
}

fn run(records: &Memory, logs: &[&str], config: &Config) -> Warned<Ingested> {
    let logs: Vec<Memory> = logs.iter().map(|name| fixture(name)).collect();
    let inputs: Vec<&dyn Input> = std::iter::once(records).chain(&logs).map(|input| input as &dyn Input).collect();
    ingest(&inputs, config, &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn power(records: &Memory, log: &str, config: &Config) -> f64 {
    run(records, &[log], config).value.power_w[0].unwrap_or_else(|| panic!("{log}"))
}

/// The figures come from a computation of their own (trapezoids over the rows that lie in the window, in exact fractions).
#[test]
fn the_power_of_a_cell_is_what_an_independent_computation_gives() {
    let config = configured();
    let table = [
        ("nvidia-smi/one-gpu-without-index.csv", "1775067829.0", "45000", 104.913_181_686_435_4),
        ("nvidia-smi/rewrapped.csv", "1757323610.5", "6000", 587.315),
        ("mapped/rocm-smi-script.csv", "1754586815", "170000", 1_232.676_829_268_292_7),
        ("aiperf/concurrency1.jsonl", "1762551531.2", "2700", 99.900_055_507_718_12),
    ];
    for (log, start_s, e2e_ms, expected) in table {
        let watts = power(&request(start_s, e2e_ms), log, &config);
        assert!((watts / expected - 1.0).abs() < 1e-12, "{log}: {watts}, expected {expected}");
    }
}

#[test]
fn the_logs_of_a_sweep_that_follow_each_other_are_one() {
    let names = ["aiperf/concurrency1.jsonl", "aiperf/concurrency2.jsonl", "aiperf/concurrency4.jsonl"];
    let log = |name: &&str| (name.to_string(), findings(name, false).unwrap().unwrap().1.power.unwrap());
    let all: Log = combine(names.iter().map(log).collect()).unwrap().unwrap();
    let samples: Vec<_> = all.gpus.values().collect();
    assert_eq!((samples.len(), samples[0].len()), (1, 30));
    assert!(samples[0].is_sorted_by_key(|sample| sample.at_ns));
}

#[test]
fn a_file_that_is_set_aside_and_a_mapping_without_a_file_are_told() {
    let records = request("1768464000", "1000");
    let config =
        config::parse("[power.columns]\nfile = \"own-*.csv\"\ntime = \"t\"\nwatts = \"w\"", "gristmill.toml").unwrap();
    let run = run(&records, &["dcgm/one-scrape.txt"], &config);
    assert_eq!(run.value.power_w, [None]);
    assert_eq!(run.value.sources[0].format.as_deref(), Some("power log (dcgm-exporter)"));
    assert_eq!(
        run.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "dcgm/one-scrape.txt: recognised as power log (dcgm-exporter) and set aside: a scrape without a time: a draw \
             cannot be joined to a cell",
            "no file is called `own-*.csv`, of which `power.columns[0]` speaks",
        ]
    );
}
