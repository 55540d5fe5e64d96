//! Limits for the page's calculator to agree with: what it is given of a use case, and what the analysis says.

use gristmill::analysis::analyze;
use gristmill::analysis::capacity::Kind;
use gristmill::config::Config;
use gristmill::ingest::{Input, Memory, Options, ingest};
use gristmill::render::html;
use serde_json::{Value, json};

/// A tested level: load, TTFT in ms, generation speed in tok/s, and how many of its ten requests failed.
type Level = (f64, f64, f64, usize);

/// Levels that rise, stand still, dip, fail, and lie close together.
const LEVELS: [&[Level]; 8] = [
    &[(1.0, 400.0, 150.0, 0), (2.0, 900.0, 120.0, 0), (5.0, 3000.0, 60.0, 0), (10.0, 8000.0, 30.0, 0)],
    &[(1.0, 1700.0, 144.0, 0), (10.0, 13_100.0, 79.0, 0)],
    &[(1.0, 500.0, 50.0, 0), (4.0, 500.0, 50.0, 0), (64.0, 7900.0, 9.5, 0), (128.0, 30_000.0, 3.0, 0)],
    &[(2.0, 2000.0, 40.0, 0), (4.0, 1500.0, 45.0, 0), (8.0, 6000.0, 20.0, 0), (9.0, 5000.0, 22.0, 0)],
    &[(1.0, 300.0, 90.0, 0), (3.0, 600.0, 80.0, 3), (6.0, 1200.0, 70.0, 1), (12.0, 2400.0, 60.0, 10)],
    &[(3.0, 1000.0, 33.0, 4), (7.0, 2000.0, 31.0, 0)],
    &[(5.0, 8000.0, 15.0, 0)],
    &[(1.0, 100.0, 200.0, 0), (512.0, 100_000.0, 1.0, 0)],
];

/// Thresholds as TTFT in seconds and speed in tok/s; 0 for none.
const TTFT: [f64; 9] = [0.0, 0.1, 0.5, 0.55, 1.95, 2.0, 7.5, 8.0, 60.0];
const SPEED: [f64; 7] = [0.0, 2.5, 15.0, 32.0, 45.0, 80.0, 300.0];

/// Every limit of every run: over requests in flight and over rates, by both rules, by mean and by median.
pub fn cases() -> Vec<Value> {
    let mut out = Vec::new();
    for levels in LEVELS {
        for head in ["concurrency", "request_rate"] {
            for (rule, statistic, near) in
                [("crossing", "mean", 0.07), ("within", "mean", 0.07), ("crossing", "p50", 0.2)]
            {
                let capacity = format!("[capacity]\nrule = \"{rule}\"\nstatistic = \"{statistic}\"\nnear = {near}\n");
                out.extend(limits(&records(head, levels), &(capacity + &use_cases())));
            }
        }
    }
    out
}

fn limits(records: &str, configuration: &str) -> Vec<Value> {
    let config: Config = toml::from_str(configuration).unwrap();
    let records = Memory::new("records.csv", records);
    let ingested = ingest(&[&records as &dyn Input], &config, &Options { lenient: true, threads: 1 }).unwrap().value;
    let analysis = analyze(ingested.cells, ingested.power_w, &config).unwrap().value;
    let judged = analysis.capacity.iter().filter(|capacity| capacity.limit.kind != Kind::NotJudged);
    let case = |capacity: &gristmill::analysis::capacity::Capacity| {
        let within = capacity.within.as_ref();
        json!({
            "name": capacity.use_case.name,
            "given": html::use_case(capacity, &config),
            "limit": {
                "kind": capacity.limit.kind,
                "level": capacity.limit.level,
                "text": capacity.limit.text,
                "within": within.map(|w| json!({ "level": w.level, "text": w.text, "binding": w.binding })),
                "binding": capacity.binding,
                "bracket": capacity.bracket,
                "crossing": capacity.crossing,
                "interval": capacity.crossing_interval,
            },
        })
    };
    judged.map(case).collect()
}

fn records(head: &str, levels: &[Level]) -> String {
    let mut out = format!("{head},context_tokens,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,success\n");
    for (load, ttft, speed, failed) in levels {
        let load = if head == "request_rate" { load * 0.37 } else { *load };
        for at in 0..10 {
            let ttft = ttft + f64::from(at) - 4.5;
            let e2e = ttft + 100.0 / speed * 1000.0;
            let success = at as usize >= *failed;
            out += &format!("{load},1024,{at},{ttft},{e2e},1024,101,{success}\n");
        }
    }
    out
}

/// Every combination of thresholds as a use case.
fn use_cases() -> String {
    let mut out = String::new();
    for (ttft, speed) in TTFT.iter().flat_map(|ttft| SPEED.map(|speed| (*ttft, speed))) {
        let e2e = if speed == 0.0 { "max_e2e_s = 2.25\n" } else { "" };
        out += &format!(
            "[[use_case]]\nid = \"t{ttft}-s{speed}\"\nname = \"{ttft} s, {speed} tok/s\"\ncontext = \"1K\"\n{e2e}"
        );
        out += &if ttft > 0.0 { format!("max_ttft_s = {ttft}\n") } else { String::new() };
        out += &if speed > 0.0 { format!("min_speed = {speed}\n") } else { String::new() };
    }
    out
}

#[test]
fn the_cases_hold_every_kind_of_limit() {
    let cases = cases();
    for kind in ["tested", "estimated", "open", "unmet"] {
        assert!(cases.iter().any(|case| case["limit"]["kind"] == kind), "{kind}");
    }
    assert!(cases.iter().filter(|case| case["limit"]["interval"].is_array()).count() > 100, "intervals");
    for binding in ["success", "ttft", "e2e", "generation_speed"] {
        assert!(cases.iter().any(|case| case["limit"]["binding"] == binding), "{binding}");
    }
}
