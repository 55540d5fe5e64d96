//! Every bundled and sample file, damaged: each result is a report whose figures can be, or an error that names the place.
//!
//! A fixed sample runs with the other tests. All of it (per file 200 cuts, 500 flips of each class of bytes, 100 of each
//! edit of lines and values) is a command of its own, in parts or in whole:
//!
//! ```text
//! GRISTMILL_MUTATIONS=1 cargo test --test it mutations -- --ignored --nocapture
//! ```
//!
//! `GRISTMILL_MUTATIONS` is the share of it, in percent: `10` are the first ten, `10..20` the ten that follow.

use crate::judge::{Outcome, judged};
use crate::mutator::{CLASSES, Class, Damage, Damaged, EDITS, Random, damage};
use crate::run::root;
use gristmill::cell::Quantiles;
use gristmill::check::check;
use gristmill::config::{self, Config};
use gristmill::ingest::{Input, Memory, Options, ingest};
use gristmill::metric::MetricId;
use gristmill::pipeline::{self, Request};
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Where the files lie that are damaged.
const FOLDERS: [&str; 4] = ["fixtures/samples", "fixtures/runs", "fixtures/inputs", "fixtures/suites"];

/// Longer files that hold a record per line are thinned to this size: what is damaged stays the same.
const MOST_BYTES: usize = 64 << 10;

/// What no damaged file may take longer than.
const HANG: Duration = Duration::from_secs(10);

/// Records beside power logs, which are no run without them.
const RECORDS: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
    1024,1,1770372000,100,1000,1024,100\n1024,1,1770372001,120,1100,1024,100\n1024,2,1770372003,150,1300,1024,100\n";

/// A file to damage, with what lies beside it.
struct Victim {
    name: String,
    bytes: Vec<u8>,
    beside: Vec<Memory>,
    config: String,
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, into);
        } else if path.extension().is_none_or(|kind| kind != "md") {
            into.push(path);
        }
    }
}

fn read(path: &Path) -> Memory {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let by_line = path.extension().is_some_and(|kind| ["csv", "jsonl", "txt"].iter().any(|known| kind == *known));
    if !by_line || bytes.len() <= MOST_BYTES {
        return Memory::new(name, bytes);
    }
    let every = bytes.len().div_ceil(MOST_BYTES);
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
    Memory::new(
        name,
        lines.filter(|(at, _)| *at < 3 || at % every == 0).flat_map(|(_, line)| line).copied().collect::<Vec<u8>>(),
    )
}

fn victims() -> Vec<Victim> {
    let mut paths = Vec::new();
    FOLDERS.iter().for_each(|folder| files_below(&root().join(folder), &mut paths));
    paths.iter().map(|path| victim(path)).collect()
}

fn victim(path: &Path) -> Victim {
    let name = path.strip_prefix(root().join("fixtures")).unwrap().to_str().unwrap().to_owned();
    let folder = path.parent().unwrap();
    let is_configuration = |path: &Path| path.file_name().is_some_and(|name| name == "gristmill.toml");
    let needs_folder = is_configuration(path)
        || ["runs/", "inputs/engine/", "inputs/power/mapped/"].iter().any(|part| name.starts_with(part));
    let beside = match needs_folder {
        true => {
            let mut siblings = Vec::new();
            files_below(folder, &mut siblings);
            siblings.retain(|sibling| sibling != path && !is_configuration(sibling));
            siblings.iter().map(|sibling| read(sibling)).collect()
        }
        false if name.contains("power/") || name.contains("telemetry") => vec![Memory::new("records.csv", RECORDS)],
        false => Vec::new(),
    };
    let config = std::fs::read_to_string(folder.join("gristmill.toml")).unwrap_or_default();
    Victim { name, bytes: read(path).bytes().to_vec(), beside, config }
}

impl Victim {
    fn damaged(&self, how: Damage, number: u64) -> Option<Damaged> {
        let mut random = Random::new(&format!("{} {how:?}", self.name), number);
        damage(&self.bytes, how, &mut random)
    }

    fn outcome(&self, damaged: &Damaged, also_checked: bool) -> Outcome {
        let (started, busy) = (Instant::now(), busy());
        let told = catch_unwind(AssertUnwindSafe(|| self.told(damaged, also_checked)));
        let outcome = told.unwrap_or_else(|_| Outcome::Wrong("panicked".to_owned()));
        // By the time of this thread, where the system counts it: others may keep the processor busy meanwhile.
        let took = match (busy, self::busy()) {
            (Some(before), Some(now)) => now - before,
            _ => started.elapsed(),
        };
        match took > HANG {
            true => Outcome::Wrong(format!("took {took:?}")),
            false => outcome,
        }
    }

    fn told(&self, damaged: &Damaged, also_checked: bool) -> Outcome {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        let is_configuration = file == "gristmill.toml";
        let text = String::from_utf8_lossy(&damaged.bytes);
        let config = match config::parse(if is_configuration { &text } else { &self.config }, "gristmill.toml") {
            Ok(config) => config,
            Err(error) if error.place.is_some() => return Outcome::Error,
            Err(error) => return Outcome::Wrong(format!("an error without a place: {error}")),
        };
        let damaged_file = (!is_configuration).then(|| Memory::new(file, &damaged.bytes));
        let inputs: Vec<&dyn Input> =
            damaged_file.iter().chain(&self.beside).map(|input| input as &dyn Input).collect();
        if also_checked {
            check(&inputs, &config, &Options::default(), "run", &[]);
        }
        judged(
            &inputs,
            &config,
            &format!("{text}{}{}", self.config, self.name),
            cut_short(damaged, file).then_some(file),
        )
    }
}

/// How long this thread has been on a processor.
fn busy() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
}

/// Whether a file is damaged in a way that nobody can take for a shorter file: cut off within a JSON document or line, within
/// a line of YAML that no human wrote, or before the line that ends an MLPerf summary.
fn cut_short(damaged: &Damaged, file: &str) -> bool {
    let in_a_line = !damaged.bytes.is_empty() && !damaged.bytes.ends_with(b"\n");
    if file == "mlperf_log_summary.txt" || file.ends_with(".yaml") && file != "config.yaml" && in_a_line {
        return damaged.how == Damage::CutOff;
    }
    let is_json = file.ends_with(".json") || file.ends_with(".jsonl");
    let bytes = &damaged.bytes;
    let reads = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    let (first, last) = (bytes.split(|byte| *byte == b'\n').next(), bytes.rsplit(|byte| *byte == b'\n').next());
    let is_lines = first.is_some_and(reads) && last.is_some_and(|line| line.trim_ascii().is_empty() || reads(line));
    let is_whole = bytes.is_empty() || is_lines || reads(bytes);
    damaged.how == Damage::CutOff && is_json && !is_whole
}

/// Damages files and fails with all that went wrong. Gives how many were damaged, by outcome.
fn hold(victims: &[Victim], work: &[(usize, Damage, u64)]) -> BTreeMap<&'static str, usize> {
    let next = AtomicUsize::new(0);
    let found: Mutex<(BTreeMap<&str, usize>, Vec<String>)> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((victim, how, number)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let victim = &victims[*victim];
                    let Some(damaged) = victim.damaged(*how, *number) else { continue };
                    let outcome = victim.outcome(&damaged, number % 4 == 0);
                    let mut found = found.lock().unwrap();
                    let kind = match outcome {
                        Outcome::Report => "reports",
                        Outcome::Error => "errors",
                        Outcome::Wrong(what) => {
                            let line = format!("{} (number {number}): {}\n    {what}", victim.name, damaged.what);
                            println!("{line}");
                            found.1.push(line);
                            "wrong"
                        }
                    };
                    *found.0.entry(kind).or_default() += 1;
                }
            });
        }
    });
    let (counts, wrong) = found.into_inner().unwrap();
    println!("{} files, damaged: {counts:?}", victims.len());
    assert!(wrong.is_empty(), "{} damaged files went wrong, the first: {}", wrong.len(), wrong[0]);
    counts
}

#[test]
fn a_sample_of_damaged_files_gives_reports_or_errors_that_name_the_place() {
    let mut victims = victims();
    victims.retain(|victim| victim.bytes.len() <= 2 * MOST_BYTES);
    let mut random = Random::new("sample", 0);
    let mut work = Vec::new();
    for victim in 0..victims.len() {
        work.push((victim, Damage::Flip(CLASSES[random.below(CLASSES.len())]), 1));
        work.push(match random.below(3) {
            0 => (victim, Damage::CutOff, 1),
            _ => (victim, EDITS[random.below(EDITS.len())], 1),
        });
    }
    let counts = hold(&victims, &work);
    assert!(counts["reports"] > 100 && counts["errors"] > 100, "{counts:?}");
}

/// Damage that once ended in a panic, or in a report that said `inf`.
const WENT_WRONG: [(&str, Damage, u64); 9] = [
    ("runs/qwen3-coder-next-fp8-1x-h200-sxm/power.csv", Damage::OddNumber, 21),
    ("runs/qwen3-coder-next-fp8-1x-h200-sxm/power.csv", Damage::OddNumber, 43),
    ("samples/aiperf/kimi-k2.7-mi355x-sweep/conc1/profile_export_aiperf.json", Damage::Flip(Class::LineBreak), 237),
    ("samples/llmperf/summary/bedrock_13b.json", Damage::OddNumber, 52),
    (
        "inputs/tools/inferencex-disaggregated/agg_dsr1_8k1k_fp4_dynamo-trt_conc64_gb200-nv_0.json",
        Damage::OddNumber,
        53,
    ),
    ("inputs/engine/sglang_c4_ctx8192_before.txt", Damage::OddNumber, 64),
    ("inputs/engine/sglang_c4_ctx8192_after.txt", Damage::OddNumber, 92),
    ("inputs/tools/trtllm-bench-failures/conc8/request.json", Damage::OddNumber, 67),
    // Its name says `inf`, which a report may repeat.
    ("inputs/records/request-rate-inf.csv", Damage::OddNumber, 92),
];

#[test]
fn what_once_went_wrong_no_longer_does() {
    for (name, how, number) in WENT_WRONG {
        let victim = victim(&root().join("fixtures").join(name));
        let damaged = victim.damaged(how, number).unwrap();
        if let Outcome::Wrong(what) = victim.outcome(&damaged, true) {
            panic!("{name} (number {number}): {}\n    {what}", damaged.what);
        }
    }
}

#[test]
fn no_file_that_is_whole_is_called_damaged() {
    for victim in victims() {
        let Ok(config) = config::parse(&victim.config, "gristmill.toml") else { continue };
        let file = Memory::new(victim.name.as_str(), &victim.bytes);
        let inputs: Vec<&dyn Input> =
            [&file].into_iter().chain(&victim.beside).map(|input| input as &dyn Input).collect();
        let Ok(read) = ingest(&inputs, &config, &Options::default()) else { continue };
        let damaged = read.warnings.iter().find(|warning| warning.message.contains("looks damaged"));
        assert!(damaged.is_none(), "{damaged:?}");
    }
}

#[test]
#[ignore = "takes hours: GRISTMILL_MUTATIONS sets the part in percent"]
fn every_damaged_file_gives_a_report_or_an_error_that_names_the_place() {
    let asked = std::env::var("GRISTMILL_MUTATIONS").unwrap_or_else(|_| "100".to_owned());
    let (from, to) = asked.split_once("..").unwrap_or(("0", &asked));
    let percent = |text: &str| text.parse::<u64>().unwrap();
    let share = |all: u64, part: &str| (all * percent(part)).div_ceil(100);
    let victims = victims();
    let mut work = Vec::new();
    for victim in 0..victims.len() {
        let mut add = |how, all| (share(all, from)..share(all, to)).for_each(|number| work.push((victim, how, number)));
        add(Damage::CutOff, 200);
        CLASSES.iter().for_each(|class| add(Damage::Flip(*class), 500));
        EDITS.iter().for_each(|edit| add(*edit, 100));
    }
    hold(&victims, &work);
}

#[test]
fn a_table_that_ends_within_its_last_row_is_an_error() {
    let mut told = String::new();
    for table in [
        "inputs/guidellm/0.3-sampled.csv",
        "inputs/tools/k6-samples/csv.csv",
        "inputs/tools/locust/users16_stats.csv",
        "inputs/tools/vllm-sweep/20260301_101500/summary.csv",
        "samples/guidellm/v0.6-llamacpp-synchronous/benchmarks.csv",
        "samples/llama-bench/csv/qwen3-coder-30b-a3b-ud-q4-k-xl-b9010-r20.csv",
    ] {
        let whole = std::fs::read_to_string(root().join("fixtures").join(table)).unwrap();
        let cut = &whole[..whole.trim_end().rfind(',').unwrap()];
        let file = Memory::new(table, cut);
        let error = ingest(&[&file], &Config::default(), &Options::default()).unwrap_err();
        told += &format!("{error}\n");
    }
    insta::assert_snapshot!(told);
}

/// A vLLM summary with figures put in the place of its own.
fn summary_with(figures: &[(&str, f64)]) -> Memory {
    let name = "11-rate-sweep-0.5.json";
    let folder = root().join("fixtures/samples/vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep");
    let mut value: Value = serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    for (key, figure) in figures {
        assert!(value[key].is_number(), "{key}");
        value[key] = (*figure).into();
    }
    Memory::new(name, serde_json::to_vec(&value).unwrap())
}

#[test]
fn figures_that_no_run_can_have_are_left_out_and_told() {
    let file = summary_with(&[("p99_ttft_ms", 1.0), ("output_throughput", -1.0), ("median_tpot_ms", 1e-320)]);
    let config = Config::default();
    let prepared = pipeline::prepare(&Request::new(&[&file], &config)).unwrap();
    let told: Vec<String> = prepared.warnings.iter().map(ToString::to_string).collect();
    let cell = &prepared.value.ingested.cells[0];
    let ttft = cell.metric(MetricId::Ttft);
    assert!(ttft.mean.is_some() && ttft.quantiles == Quantiles::default(), "{ttft:?}");
    assert!(cell.tokens_per_chunk.is_some_and(f64::is_finite));
    insta::assert_snapshot!(told.iter().find(|warning| warning.contains("looks damaged")).unwrap());

    let checked = check(&[&file], &config, &Options::default(), "run", &[]);
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    let untouched = check(&[&summary_with(&[])], &config, &Options::default(), "run", &[]);
    assert_eq!(untouched.problems.len(), 0, "{:?}", untouched.problems);
}
