//! The bundled runs give the figures that were published for them, to the last digit.

use crate::run::{RUNS, bundled, root};
use gristmill::analysis::{Analysis, At, analyze};
use gristmill::config::Config;
use gristmill::format;
use gristmill::ingest::{Memory, Options, ingest};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn analysis(run: &str, threads: usize) -> Analysis {
    let read = |name| Memory::new(name, std::fs::read(bundled(run).join(name)).unwrap());
    let (records, power) = (read("records.csv"), read("power.csv"));
    let config: Config =
        toml::from_str(&std::fs::read_to_string(bundled(run).join("gristmill.toml")).unwrap()).unwrap();
    let ingested = ingest(&[&records, &power], &config, &Options { lenient: false, threads }).unwrap().value;
    analyze(ingested.cells, ingested.power_w, &config).value
}

fn expected(run: &str) -> Value {
    let path = root().join("fixtures/expected").join(format!("{run}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A printed figure without its unit.
fn bare(printed: String) -> String {
    printed.trim_matches(|c: char| !c.is_ascii_digit()).to_owned()
}

/// Where a figure was found, and under `key` the figure as it is printed.
fn found(at: &At, key: &str, print: impl Fn(f64) -> String) -> Value {
    let context = &at.context.as_ref().unwrap().label;
    json!({ "context": context, "concurrency": at.load.level() as u64, key: print(at.value) })
}

/// The same where the published figure names the context alone.
fn without_concurrency(mut value: Value) -> Value {
    value.as_object_mut().unwrap().remove("concurrency");
    value
}

#[test]
fn published_findings_come_out_to_the_last_digit() {
    for run in RUNS {
        let (analysis, expected) = (analysis(run, 2), expected(run));
        let findings = &analysis.findings;

        let peak = findings.peak_throughput.as_ref().unwrap();
        let mut peak_value = found(peak, "tok_s", |value| bare(format::throughput(value)));
        peak_value["tokens_per_hour"] = json!(format::large(peak.value * 3600.0));
        assert_eq!(peak_value, expected["peak_throughput"], "{run}");

        let largest = |label| {
            let mut at = findings.throughput_at_largest_load.iter();
            found(at.find(|at| at.context.as_ref().unwrap().label == label).unwrap(), "tok_s", |value| {
                bare(format::throughput(value))
            })
        };
        assert_eq!(json!([largest("32K"), largest("256K")]), expected["throughput"], "{run}");

        let scaling = findings.throughput_scaling.as_ref().unwrap();
        assert_eq!(bare(format::ratio(scaling.ratio)), expected["throughput_scaling"], "{run}");

        let ttft = findings.ttft_single.as_ref().unwrap();
        let printed = |at| found(at, "value", |seconds| format::latency(seconds).replace(' ', ""));
        let ttft = [&ttft.shortest, &ttft.longest].map(|at| without_concurrency(printed(at)));
        assert_eq!(json!(ttft), expected["ttft_single"], "{run}");

        let speed = findings.speed_single.as_ref().unwrap();
        let slowest = findings.slowest_generation.as_ref().unwrap();
        let speeds = [&speed.shortest, &speed.longest, slowest]
            .map(|at| found(at, "tok_s", |value| bare(format::throughput(value))));
        assert_eq!(json!(speeds), expected["generation_speed"], "{run}");

        let queue = findings.longest_queue.as_ref().unwrap();
        let queue = found(queue, "s", |value| bare(format::seconds_1(value)));
        assert_eq!(queue, expected["longest_queue"], "{run}");

        let peaks = findings.prefill_peaks.iter();
        let peaks: Vec<_> =
            peaks.map(|peak| found(&peak.peak, "tok_s", |value| bare(format::prefill_speed(value)))).collect();
        assert_eq!(json!(peaks), expected["prefill_peaks"], "{run}");

        let itl = [&findings.itl_single, &findings.itl_highest];
        let itl = itl.map(|at| found(at.as_ref().unwrap(), "ms", |value| bare(format::milliseconds(value))));
        assert_eq!(json!(itl), expected["itl_ms"], "{run}");

        let mut power = found(findings.peak_power.as_ref().unwrap(), "w", |value| bare(format::watts(value)));
        power["cost_per_hour"] = json!(bare(format::money(findings.peak_power_cost_per_hour.unwrap(), "$")));
        assert_eq!(power, expected["peak_power"], "{run}");

        let success = findings.success;
        assert_eq!(format::count(success.requests), expected["requests"], "{run}");
        assert_eq!(format::success_rate(success.requests, success.failed).unwrap(), expected["success_rate"], "{run}");
    }
}

#[test]
fn every_digit_is_the_same_with_any_number_of_threads() {
    for run in RUNS {
        assert_eq!(analysis(run, 1), analysis(run, 3), "{run}");
    }
}

#[test]
fn published_capacity_limits_come_out() {
    for run in RUNS {
        let expected = expected(run);
        let limits: BTreeMap<_, _> =
            analysis(run, 2).capacity.into_iter().map(|capacity| (capacity.use_case.id, capacity.limit.text)).collect();
        let published = expected["capacity"].as_object().unwrap().iter();
        let published: BTreeMap<_, _> =
            published.map(|(id, capacity)| (id.clone(), capacity["limit"].as_str().unwrap().to_owned())).collect();
        assert_eq!(limits, published, "{run}");
    }
}
