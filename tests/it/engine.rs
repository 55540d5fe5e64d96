//! Pages of engine metrics: what lies between two of them.

use crate::on_disk::OnDisk;
use crate::run::root;
use gristmill::cell::{Cell, Origin};
use gristmill::config::Config;
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::metric::MetricId;

fn read(names: &[&str], more: &[Memory]) -> Result<Warned<Ingested>> {
    let folder = root().join("fixtures/inputs/engine");
    let files: Vec<_> = names.iter().map(|name| OnDisk::new(folder.join(name))).collect();
    let inputs = files.iter().map(|file| file as &dyn Input).chain(more.iter().map(|file| file as &dyn Input));
    ingest(&inputs.collect::<Vec<_>>(), &Config::default(), &Options { lenient: false, threads: 2 })
}

fn mean(cell: &Cell, id: MetricId) -> f64 {
    cell.metric(id).mean.unwrap_or_else(|| panic!("no mean of {}", id.metric().key))
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected, "{found} is not {expected}");
}

#[test]
fn differences_of_vllms_pages_are_the_engines_own_figures() {
    let names = ["vllm_1u_1k_start.txt", "vllm_1u_1k_end.txt", "vllm_8u_1k_start.txt", "vllm_8u_1k_end.txt"];
    let found = read(&names, &[]).unwrap();
    assert_eq!(found.warnings, []);
    let cells = &found.value.cells;
    let levels: Vec<_> =
        cells.iter().map(|cell| (cell.key.context.as_ref().unwrap().label.as_str(), cell.key.load.level())).collect();
    assert_eq!(levels, [("1K", 1.0), ("1K", 8.0)]);
    let one = &cells[0];
    near(mean(one, MetricId::GenerationSpeed), 4294.0 / 52.141);
    near(mean(one, MetricId::Ttft), 0.76 / 5.0);
    near(mean(one, MetricId::Queue), 0.001 / 5.0);
    near(mean(one, MetricId::PrefillSpeed), 5120.0 / 0.712);
    near(mean(one, MetricId::Itl), 51.6 / 4289.0);
    assert_eq!(
        (one.requests, one.failed, one.output_tokens, one.throughput_tok_s),
        (Some(5), Some(0), Some(4294), None)
    );
    assert_eq!((one.metric(MetricId::Ttft).n, one.metric(MetricId::Itl).counted()), (5, None), "its count is of gaps");
    near(one.metric(MetricId::Ttft).quantiles.p50.unwrap(), 0.1 + 0.15 * 2.5 / 5.0);
    assert_eq!(one.metric(MetricId::Ttft).origin, Origin::Engine);

    let eight = &cells[1];
    assert_eq!((eight.requests, eight.failed), (Some(99), Some(1)), "an abort is a failure");
    assert_eq!(
        (eight.metric(MetricId::Ttft).n, eight.metric(MetricId::E2e).n),
        (100, 99),
        "one was in flight at the end"
    );
    // 10, 40 (to 0.25), 90 (to 0.75) of 100: the median is the 40th of the 50 that follow the first 40.
    near(eight.metric(MetricId::Ttft).quantiles.p50.unwrap(), 0.25 + 0.5 * 10.0 / 50.0);
    near(eight.metric(MetricId::Ttft).quantiles.p90.unwrap(), 0.75);
    assert_eq!(eight.metric(MetricId::Ttft).quantiles.p95, None, "100 requests carry no p95");
    assert_eq!(found.value.setup.get(gristmill::ingest::part::Property::Model), Some("Qwen3-Coder-30B"));
}

#[test]
fn sglang_tells_the_decode_time_from_e2e_and_ttft() {
    let found = read(&["sglang_c4_ctx8192_before.txt", "sglang_c4_ctx8192_after.txt"], &[]).unwrap().value;
    let cell = &found.cells[0];
    assert_eq!((cell.key.context.as_ref().unwrap().label.as_str(), cell.key.load.level()), ("8K", 4.0));
    near(mean(cell, MetricId::GenerationSpeed), 4000.0 / ((6.0 - 1.0) * 10.0));
    near(mean(cell, MetricId::Queue), 0.15);
    assert_eq!((cell.requests, cell.failed), (Some(10), None), "failures are not on the page");
    assert!(!cell.metric(MetricId::PrefillSpeed).is_measured(), "SGLang does not export it");
}

#[test]
fn a_counter_that_went_down_and_a_page_without_its_twin_are_told() {
    let error = read(&["restarted_c4_before.txt", "restarted_c4_after.txt"], &[]).unwrap_err().to_string();
    assert_eq!(
        error,
        "restarted_c4_after.txt: the counter `sglang:generation_tokens_total` went down from 5000 in restarted_c4_before.txt to \
         120: the engine was started again in between\nhint: measure the level again with one engine, or take the two pages out \
         of the run"
    );
    let stray = Memory::new("stray.txt", "sglang:num_requests_total 5\n");
    let names = ["vllm_1u_1k_start.txt", "vllm_1u_1k_end.txt", "vllm_8u_1k_start.txt"];
    let warnings = read(&names, &[stray]).unwrap().warnings;
    let told: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "stray.txt: a page of engine metrics whose name does not end in `_start` or `_end` was left out: only the difference of \
             two pages tells of a run",
            "vllm_8u_1k_start.txt: a page of engine metrics without the one saved after the run was left out"
        ]
    );
}

#[test]
fn one_slow_request_that_makes_the_mean_is_pointed_out() {
    let page = |all: &str, sum: &str| {
        format!(
            "vllm:time_to_first_token_seconds_bucket{{le=\"6\"}} {}\nvllm:time_to_first_token_seconds_bucket{{le=\"+Inf\"}} {all}\n\
             vllm:time_to_first_token_seconds_sum {sum}\nvllm:time_to_first_token_seconds_count {all}\n",
            if all == "0" { "0" } else { "6" }
        )
    };
    let pages =
        [Memory::new("c1_ctx1024_start.txt", page("0", "0")), Memory::new("c1_ctx1024_end.txt", page("7", "234.5"))];
    let warnings = read(&[], &pages).unwrap().warnings;
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["c1_ctx1024_end.txt: one of 7 requests alone makes the mean TTFT of 33.5 s: all others took at most 6.0 s"]
    );
}
