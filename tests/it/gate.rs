//! `gristmill check --against`: what counts as a regression, and what a person and a program are told.

use crate::results::report_json;
use crate::run::{RUNS, bundled, gristmill, root};
use gristmill::config::{Config, parse as configuration};
use gristmill::gate::{CapacityVerdict, FIGURES, Gate, Limits, Verdict, compare, text};
use gristmill::ingest::{Input, Memory};
use gristmill::pipeline::{Request, run};
use gristmill::results::{Results, parse};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

const HEADER: &str =
    "scenario,context_tokens,concurrency,request_rate,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,success\n";

/// What a run does.
#[derive(Clone, Copy)]
struct Run {
    /// By how much TTFT and the time of generation are stretched.
    slower: f64,
    /// Half of how far requests lie apart, as a share.
    spread: f64,
    /// Levels of the sweep at 32K.
    levels: &'static [u64],
    /// Requests of a level that fail.
    failed: u64,
}

const USUAL: Run = Run { slower: 1.0, spread: 0.05, levels: &[1, 4, 8], failed: 0 };

impl Run {
    /// 40 requests of each level: TTFT 1 s × level, then 1,000 tokens at 50 / (1 + level / 10) tok/s.
    fn records(self) -> String {
        let mut records = HEADER.to_owned();
        for &level in self.levels {
            for n in 0..40_u64 {
                // From -1 to 1 in an order that no level shares with the time of submission.
                let place = (n * 17 % 40) as f64 / 19.5 - 1.0;
                let stretch = self.slower * (1.0 + self.spread * place);
                let ttft = 1000.0 * level as f64 * stretch;
                let e2e = ttft + 20_000.0 * (1.0 + level as f64 / 10.0) * stretch;
                let (start, ok) = (level * 10_000 + n / level * 40, n >= self.failed);
                match ok {
                    true => writeln!(records, "sweep,32768,{level},,{start},{ttft:.3},{e2e:.3},32768,1001,true"),
                    false => writeln!(records, "sweep,32768,{level},,{start},,,,,false"),
                }
                .unwrap();
            }
        }
        records
    }

    fn results(self) -> Results {
        results(&self.records(), "")
    }
}

fn made(records: &str, toml: &str) -> String {
    let (records, config) = (Memory::new("records.csv", records), configuration(toml, "gristmill.toml").unwrap());
    let inputs: [&dyn Input; 1] = [&records];
    let made = run(&Request { formats: &["json"], run_name: "nightly", ..Request::new(&inputs, &config) }).unwrap();
    String::from_utf8(made.value[0].bytes.clone()).unwrap()
}

fn results(records: &str, toml: &str) -> Results {
    parse(&made(records, toml), "report.json").unwrap()
}

fn against(before: &Results, now: &Results) -> Gate {
    compare(before, now, &Limits::default()).unwrap()
}

fn count(gate: &Gate, verdict: Verdict) -> usize {
    gate.of(verdict).count()
}

#[test]
fn the_same_run_has_not_moved() {
    let results = USUAL.results();
    let gate = against(&results, &results);
    assert!(gate.passed);
    assert!(gate.moves.iter().all(|one| one.ratio == 1.0 && one.verdict == Verdict::WithinNoise), "{gate:?}");
    assert!(gate.capacity.iter().all(|one| one.verdict == CapacityVerdict::Same), "{gate:?}");
    insta::assert_snapshot!("same run", text(&gate));
}

#[test]
fn a_slower_run_regresses_worst_first() {
    let gate = against(&USUAL.results(), &Run { slower: 1.2, ..USUAL }.results());
    assert!(!gate.passed);
    // Every time is 1.2 times as long: 20 %, and every speed 1 − 1 / 1.2 = 16.7 % lower.
    for one in gate.of(Verdict::Regressed) {
        let expected = if one.ratio > 1.0 { 0.2 } else { 1.0 - 1.0 / 1.2 };
        assert!((one.worse_by - expected).abs() < 1e-3, "{one:?}");
    }
    insta::assert_snapshot!("slower run", text(&gate));
    let faster = against(&Run { slower: 1.2, ..USUAL }.results(), &USUAL.results());
    assert!(faster.passed && count(&faster, Verdict::Better) > 5, "{faster:?}");
    insta::assert_snapshot!("faster run", text(&faster));
}

#[test]
fn noise_is_no_regression_and_a_small_sure_move_stays_within_the_limit() {
    // 8 % slower, but requests lie ± 60 % apart: 40 of them cannot tell.
    let noisy = Run { spread: 0.6, ..USUAL };
    let gate = against(&noisy.results(), &Run { slower: 1.08, ..noisy }.results());
    let ttft = |gate: &Gate| gate.moves.iter().find(|one| one.figure == "ttft").unwrap().clone();
    assert!((ttft(&gate).worse_by - 0.08).abs() < 1e-3);
    assert_eq!(ttft(&gate).verdict, Verdict::WithinNoise);
    assert!(ttft(&gate).is_coarse() && gate.coarse > 3, "± 12 % cannot show 5 %: {}", gate.coarse);
    insta::assert_snapshot!("noise only", text(&gate));
    // 3 % slower and sure of it: told, and let pass.
    let gate = against(&USUAL.results(), &Run { slower: 1.03, ..USUAL }.results());
    assert_eq!(ttft(&gate).verdict, Verdict::Worse, "{gate:?}");
    assert_eq!(count(&gate, Verdict::Regressed), 0);
    insta::assert_snapshot!("worse within the limit", text(&gate));
    let strict = Limits::default().with("ttft=2%").unwrap();
    let gate = compare(&USUAL.results(), &Run { slower: 1.03, ..USUAL }.results(), &strict).unwrap();
    assert!(gate.of(Verdict::Regressed).all(|one| one.figure == "ttft") && !gate.passed);
}

#[test]
fn limits_come_from_the_configuration_and_the_command_line_wins() {
    let toml = "[gate]\nmax_regress = \"8%\"\n[gate.limits]\nttft = \"25%\"\ncapacity = \"50%\"\n";
    let configured = Limits::configured(&configuration(toml, "gristmill.toml").unwrap().gate);
    assert_eq!([configured.of("e2e"), configured.of("ttft"), configured.of("capacity")], [0.08, 0.25, 0.5]);
    let said = configured.with("ttft=1%").unwrap().with("3%").unwrap();
    assert_eq!([said.of("e2e"), said.of("ttft"), said.of("capacity")], [0.03, 0.01, 0.5]);
    let usual = Limits::configured(&Config::default().gate);
    assert_eq!([usual.of("e2e"), usual.of("capacity")], [0.05, 0.0], "any fall of a limit is a regression");
    assert!(usual.clone().with("ttft=fast").unwrap_err().to_string().contains("expected a share in percent"));
    assert!(usual.with("weather=1%").unwrap_err().to_string().contains("no figure is called `weather`"));
}

/// A general chatbot at 32K whose TTFT is what the levels have.
fn chatbot(ttft_s: &[(u64, f64)], toml: &str) -> Results {
    let mut records = HEADER.to_owned();
    for (level, ttft) in ttft_s {
        for n in 0..10 {
            // ± 1 %.
            let ttft = ttft * 1000.0 * (1.0 + 0.01 * (f64::from(n) / 4.5 - 1.0));
            let start = level * 1000 + u64::try_from(n).unwrap() * 40;
            writeln!(records, "sweep,32768,{level},,{start},{ttft},{},32768,1001,true", ttft + 20_000.0).unwrap();
        }
    }
    results(&records, toml)
}

#[test]
fn a_capacity_limit_that_fell_is_a_regression_and_what_nobody_can_tell_is_not() {
    use CapacityVerdict::{Changed, Regressed, Rose, Same, Unclear, WithinNoise};
    let open = chatbot(&[(1, 2.0), (10, 7.0)], "");
    let fell = chatbot(&[(1, 2.0), (10, 9.9)], "");
    let fails = chatbot(&[(1, 9.0), (10, 12.0)], "");
    let far = chatbot(&[(1, 2.0), (10, 7.0), (40, 7.5)], "");
    let beyond = chatbot(&[(1, 2.0), (10, 7.0), (40, 20.0)], "");
    let edge = chatbot(&[(1, 2.0), (10, 9.92)], "");
    let other =
        chatbot(&[(1, 2.0), (10, 7.0)], "[[use_case]]\nid = \"general-chatbot\"\nmax_ttft_s = 10\nmin_speed = 15\n");
    let limit = |results: &Results| results.capacity[0].limit.text.clone();
    let limits: Vec<_> = [&open, &fell, &fails, &far, &beyond].into_iter().map(limit).collect();
    insta::assert_snapshot!(limits.join(" "), @"10+ ~8 <1 40+ ~12");
    let cases = [
        (&open, &open, Same),
        (&open, &fell, Regressed),
        (&fell, &open, Rose),
        (&open, &fails, Regressed),
        (&fails, &open, Rose),
        (&fails, &fails, Same),
        // Tested further or less far: either may be the other's number.
        (&open, &far, Unclear),
        (&far, &open, Unclear),
        (&open, &beyond, Unclear),
        (&beyond, &open, Unclear),
        (&far, &beyond, Regressed),
        (&open, &other, Changed),
    ];
    for (before, now, expected) in cases {
        let gate = against(before, now);
        let found = &gate.capacity[0];
        assert_eq!(found.verdict, expected, "{} → {}", found.before, found.now);
        assert!(expected != Regressed || !gate.passed, "a limit that fell fails the gate");
    }
    // ~8 both times in whole requests, or a request apart within what the crossing is known to.
    let near = against(&fell, &edge);
    assert!(matches!(near.capacity[0].verdict, Same | WithinNoise), "{:?}", near.capacity[0]);
    insta::assert_snapshot!("capacity fell", text(&against(&open, &fell)));
    insta::assert_snapshot!("another use case", text(&against(&open, &other)));
    let gate = compare(&far, &beyond, &Limits::default().with("capacity=80%").unwrap()).unwrap();
    assert_eq!(gate.capacity[0].verdict, CapacityVerdict::Fell);
}

#[test]
fn failures_regress_the_success_rate() {
    let gate = against(&USUAL.results(), &Run { failed: 12, ..USUAL }.results());
    let worst = &gate.moves[0];
    assert_eq!((worst.figure, worst.verdict), ("success_rate", Verdict::Regressed));
    assert_eq!((worst.before, worst.now), (1.0, 0.7));
    let (_, high) = worst.interval.unwrap();
    assert!(high < 0.95, "{worst:?}");
    // One of 40 is nothing to go by.
    let gate = against(&USUAL.results(), &Run { failed: 1, ..USUAL }.results());
    assert!(gate.moves.iter().all(|one| one.figure != "success_rate" || one.verdict == Verdict::WithinNoise));
}

#[test]
fn cells_that_only_one_has_and_unlike_conditions_are_told() {
    let toml = |text: &str| format!("[model]\nname = \"Qwen3\"\n[engine]\nname = \"vLLM\"\n{text}");
    let before = results(&USUAL.records(), &toml("version = \"0.11\"\n[test]\nprompt_caching = false\n"));
    let now = Run { levels: &[1, 4, 16], ..USUAL }.records().replace(",1001,true", ",700,true");
    let now = results(&now, &toml("version = \"0.12\"\n[test]\nprompt_caching = true\n"));
    let gate = against(&before, &now);
    assert_eq!((gate.cells, gate.missing.len(), gate.new.len()), (2, 1, 1));
    insta::assert_snapshot!("unlike", text(&gate));
    let json = serde_json::to_value(&gate).unwrap();
    assert_eq!(
        json["missing"],
        json!([{ "scenario": "sweep", "context_label": "32K", "concurrency": 8, "request_rate": null }])
    );
}

#[test]
fn nothing_in_common_is_an_error_and_no_pass() {
    let other = Run { levels: &[2, 3], ..USUAL }.results();
    let error = compare(&USUAL.results(), &other, &Limits::default()).unwrap_err();
    insta::assert_snapshot!(error, @"
    no cell of the baseline is one of this run: the baseline has 32K × 1, 32K × 4, 32K × 8, the run has 32K × 2, 32K × 3
    hint: compare runs of the same contexts and loads, or make a new baseline
    ");
}

#[test]
fn request_rates_are_compared_with_request_rates() {
    let rates = |slower: f64| {
        let mut records = HEADER.to_owned();
        for n in 0..40 {
            let ttft = 500.0 * slower * (1.0 + 0.001 * f64::from(n % 7));
            writeln!(records, "sweep,8192,,2.0,{},{ttft},{},8192,101,true", f64::from(n) / 2.0, ttft + 2000.0).unwrap();
        }
        results(&records, "")
    };
    let gate = against(&rates(1.0), &rates(1.5));
    let throughput = gate.moves.iter().find(|one| one.figure == "throughput").unwrap();
    assert_eq!(throughput.interval, None, "the sender decides it");
    assert_eq!(gate.moves[0].figure, "ttft");
    insta::assert_snapshot!("request rates", text(&gate));
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_status_tells_and_results_go_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let slow = Run { slower: 1.2, ..USUAL };
    fs::write(path("usual.csv"), USUAL.records()).unwrap();
    fs::write(path("slow.csv"), slow.records()).unwrap();
    fs::write(path("baseline.json"), made(&USUAL.records(), "")).unwrap();
    let check = |run: &str, more: &[&str]| {
        let (run, baseline) = (path(run), path("baseline.json"));
        let words = ["check", run.to_str().unwrap(), "--against", baseline.to_str().unwrap()];
        said(&gristmill(words.iter().chain(more)))
    };
    let (status, out, err) = check("usual.csv", &[]);
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains(": 0 regressed"), "{out}");

    let (status, out, err) = check("slow.csv", &["--max-regress", "5%"]);
    assert_eq!(status, Some(1));
    assert!(out.contains("regressed (limit 5%)") && !out.contains("error"), "{out}");
    assert!(err.starts_with("error: the run regressed against ") && err.contains("hint: "), "{err}");
    assert_eq!(err.lines().count(), 2, "{err}");

    let (status, out, _) = check("slow.csv", &["--max-regress", "30%,capacity=50%", "--json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &json["passed"], &json["schema"]), (Some(0), &json!(true), &json!(1)));
    assert_eq!(json["moves"][0]["verdict"], "worse");

    // `[gate]` beside the run.
    fs::write(path("gristmill.toml"), "[gate]\nmax_regress = \"30%\"\nlimits = { capacity = \"50%\" }\n").unwrap();
    assert_eq!(check("slow.csv", &[]).0, Some(0));
    assert_eq!(check("slow.csv", &["--max-regress", "5%"]).0, Some(1), "the command line wins");

    let (status, _, err) = check("slow.csv", &["--max-regress", "5"]);
    assert_eq!(status, Some(2));
    assert!(err.contains("write it as `5%` or `ttft=10%`"), "{err}");
    assert_eq!(gristmill(["check", "x", "--max-regress", "5%"]).status.code(), Some(2), "without --against");
}

#[test]
fn a_report_that_was_written_is_a_run_and_a_baseline_too() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let run = bundled(RUNS[0]);
    let output =
        gristmill([Path::new("report"), &run, Path::new("-o"), &out, Path::new("--format"), Path::new("json")]);
    assert!(output.status.success());
    let baseline = folder.path().join("baseline");
    fs::create_dir(&baseline).unwrap();
    fs::copy(out.join("report.json"), baseline.join("report.json")).unwrap();
    for run in [out.clone(), out.join("report.json"), run] {
        let output = said(&gristmill([Path::new("check"), &run, Path::new("--against"), &baseline]));
        assert_eq!((output.0, output.2.as_str()), (Some(0), ""), "{output:?}");
        assert!(output.1.contains(" 0 regressed, 0 worse within the limit, 0 better"), "{output:?}");
    }
    let (status, _, err) =
        said(&gristmill([Path::new("check"), &out, Path::new("--against"), &out.join("report.json")]));
    assert_eq!(status, Some(1));
    assert!(err.contains("cannot be compared with itself") && err.contains("baseline.json"), "{err}");
}

#[test]
fn a_baseline_that_is_none_is_an_error_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let run = bundled(RUNS[0]);
    let mut told = String::new();
    for (name, text) in [
        ("records.csv", "a,b\n1,2\n"),
        ("other.json", "{\"a\": 1}"),
        ("old.json", "{\"gristmill\": \"9.9.9\", \"schema\": 7}"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let (status, out, err) = said(&gristmill([Path::new("check"), &run, Path::new("--against"), &path]));
        assert_eq!((status, out.as_str()), (Some(1), ""));
        told.push_str(&err.replace(&format!("{}/", folder.path().display()), ""));
    }
    let (status, _, err) = said(&gristmill([Path::new("check"), &run, Path::new("--against"), folder.path()]));
    assert_eq!(status, Some(1));
    told.push_str(&err.replace(&folder.path().display().to_string(), "FOLDER"));
    insta::assert_snapshot!("no baseline", told);
}

#[test]
fn two_deployments_are_seen_as_such() {
    let [a, b] = RUNS.map(|run| parse(&report_json(&bundled(run)), "report.json").unwrap());
    let gate = against(&a, &b);
    insta::assert_snapshot!("two deployments", text(&gate));
}

#[test]
fn the_page_on_ci_and_the_workflow_say_what_the_program_knows() {
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let (page, workflow) = (read("docs/ci-gate.md"), read("examples/github-workflow.yml"));
    let mut commands = 0;
    let said_there = page.lines().chain(workflow.lines()).map(|line| line.trim().trim_start_matches("$ "));
    for line in said_there.filter(|line| line.starts_with("gristmill ")) {
        let mut words = line.split(' ').skip(1);
        let command = words.next().unwrap();
        let help = said(&gristmill([command, "--help"])).1;
        for flag in words.filter(|word| word.starts_with('-')) {
            assert!(help.contains(flag), "{line}: {command} has no {flag}");
        }
        commands += 1;
    }
    assert!(commands >= 6, "{commands}");
    let limits = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(Limits::configured(&configuration(limits, "docs/ci-gate.md").unwrap().gate).of("success_rate"), 0.005);
}

#[test]
fn every_figure_has_a_limit_of_its_own() {
    let names = Config::default().gate.limits.by_name().map(|(name, _)| name);
    let figures: Vec<&str> = FIGURES.iter().map(|figure| figure.name).chain(["capacity"]).collect();
    assert_eq!(names.to_vec(), figures);
}
