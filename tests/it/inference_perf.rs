//! inference-perf: the figures it printed come out, and those it printed wrongly do not.

use crate::folder::{figures, read, warnings};
use gristmill::cell::Origin;
use gristmill::ingest::part::Property;
use gristmill::metric::MetricId;
use gristmill::record::Load;

#[test]
fn a_sweep_over_rates_is_read_from_its_stages_alone() {
    let found = read("inference-perf", &["vllm", "config.yaml"], "").unwrap();
    let cells = &found.value.cells;
    let rates: Vec<_> = cells.iter().map(|cell| cell.key.load).collect();
    let expected = [1.0, 31.4, 61.79, 92.19, 122.59, 152.98, 183.38].map(Load::RequestRate);
    assert_eq!(rates, expected, "as requested, saturated or not");
    let saturated = &cells[5];
    assert_eq!((saturated.requests, saturated.failed), (Some(9178), Some(0)));
    assert_eq!(saturated.throughput_tok_s, Some(6323.774659230487));
    assert_eq!(saturated.achieved_rate, Some(101.46021159671109), "what was completed, not the 105.6 that were sent");
    assert_eq!(saturated.output_tokens, Some(572_043));
    assert_eq!(
        figures(saturated, MetricId::Ttft),
        [Some(2.93708448660302), Some(3.034543322515674), Some(3.304704702957533)]
    );
    assert_eq!(
        figures(saturated, MetricId::E2e),
        [Some(4.161168321326422), Some(4.264888312551193), Some(4.53581401944859)]
    );
    assert_eq!(found.value.setup.get(Property::Model), Some("Meta-Llama-3-8B-Instruct"));
    assert_eq!(found.value.setup.get(Property::Engine), Some("vllm"));
    let aside: Vec<_> = found.value.sources.iter().filter(|source| source.set_aside.is_some()).collect();
    let aside: Vec<_> = aside.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(
        (aside.len(), aside[7]),
        (9, "vllm/summary_lifecycle_metrics.json"),
        "and Prometheus' view of each stage"
    );
}

#[test]
fn the_figures_of_every_stage_come_out() {
    for (run, stages) in [("vllm", 7), ("vllm-batch_size", 7)] {
        let found = read("inference-perf", &[run, "config.yaml"], "").unwrap();
        assert_eq!(found.value.cells.len(), stages, "{run}");
        for (stage, cell) in found.value.cells.iter().enumerate() {
            let file =
                crate::samples::samples().join(format!("inference-perf/{run}/stage_{stage}_lifecycle_metrics.json"));
            let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            let figure = |path: &str| written.pointer(&format!("/successes{path}")).and_then(serde_json::Value::as_f64);
            assert_eq!(cell.successes().map(|n| n as f64), figure("/count"), "{run}, stage {stage}");
            assert_eq!(cell.throughput_tok_s, figure("/throughput/output_tokens_per_sec"), "{run}, stage {stage}");
            assert_eq!(cell.achieved_rate, figure("/throughput/requests_per_sec"), "{run}, stage {stage}");
            for (id, name) in [(MetricId::E2e, "request_latency"), (MetricId::Ttft, "time_to_first_token")] {
                let q = &cell.metric(id).quantiles;
                let ours = [cell.metric(id).mean, q.p50, q.p90, q.p99];
                let theirs = ["mean", "median", "p90", "p99"].map(|key| figure(&format!("/latency/{name}/{key}")));
                assert_eq!(ours, theirs, "{run}, stage {stage}: {name}");
            }
        }
    }
}

#[test]
fn a_time_per_token_that_the_other_figures_contradict_is_replaced_and_said() {
    let found = read("inference-perf", &["vllm", "config.yaml"], "").unwrap();
    let cell = &found.value.cells[5];
    // (4.161168321326422 − 2.93708448660302) / (62.32763129222053 − 1); the server's own figure was 0.0194.
    let tpot = cell.metric(MetricId::Tpot);
    assert!((tpot.mean.unwrap() - 0.019959745).abs() < 1e-9, "{tpot:?}");
    assert_eq!(tpot.quantiles.p50, None);
    let speed = cell.metric(MetricId::GenerationSpeed);
    assert!(speed.origin == Origin::Means && (speed.mean.unwrap() - 50.1008).abs() < 1e-4, "{speed:?}");
    assert!(!cell.metric(MetricId::Itl).is_measured());
    let said = warnings(&found);
    let said: Vec<_> = said.iter().filter(|warning| warning.contains("_lifecycle_metrics.json: prints")).collect();
    assert_eq!(
        said,
        [
            "vllm/stage_0_lifecycle_metrics.json: prints a mean time per output token of 3.5 ms, which its own E2E, TTFT and \
             output tokens contradict: they give 7.2 ms, which the report uses. Versions of inference-perf that count a \
             special token with every chunk print half the time; its time between tokens is left out for the same reason; \
             so is it with 6 more files (vllm/stage_1_lifecycle_metrics.json and so on), which have figures of their own"
        ]
    );
}

#[test]
fn two_stages_of_one_rate_are_two_runs_of_one_level() {
    let found = read("inference-perf/v0.5.0-schema-golden", &[""], "").unwrap();
    let [cell] = &found.value.cells[..] else { panic!("{:?}", found.value.cells) };
    assert_eq!((cell.key.load, cell.runs), (Load::RequestRate(1.0), 2));
    assert_eq!((cell.requests, cell.failed, cell.successes()), (Some(6), Some(1), Some(5)));
    assert_eq!((cell.output_tokens, cell.span_s), (Some(44), Some(4.2)), "26 + 18 tokens in 2.2 + 2 s");
    assert_eq!(cell.failures.iter().collect::<Vec<_>>(), [(&"500 - Internal Server Error".to_owned(), &1)]);
    let ttft = cell.metric(MetricId::Ttft).mean.unwrap();
    assert!((ttft - 0.12600288600288598).abs() < 1e-12, "as the summary over both prints it: {ttft}");
}

#[test]
fn a_list_of_requests_is_read_where_the_configuration_says_under_which_load() {
    let toml =
        "[[file]]\nmatch = \"per_request*\"\nrequest_rate = 1.0\n[[file]]\nmatch = \"*stage_*\"\nignore = true\n";
    let found = read("inference-perf/v0.5.0-schema-golden", &[""], toml).unwrap();
    let [cell] = &found.value.cells[..] else { panic!("{:?}", found.value.cells) };
    assert_eq!((cell.requests, cell.failed, cell.output_tokens, cell.span_s), (Some(6), Some(1), Some(44), Some(12.0)));
    // What `summary_lifecycle_metrics.json` prints of the same requests.
    assert_eq!(figures(cell, MetricId::E2e)[..2], [Some(1.2), Some(1.2000000000000002)]);
    let ttft = cell.metric(MetricId::Ttft);
    assert!((ttft.mean.unwrap() - 0.12600288600288598).abs() < 1e-12, "{ttft:?}");
}

#[test]
fn a_report_in_yaml_says_the_same() {
    let found = read("llm-d-benchmark", &["inference_perf_lifecycle.yaml"], "").unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.key.load, cell.requests), (Load::RequestRate(1.0), Some(3)));
    assert_eq!((cell.span_s, cell.throughput_tok_s), (Some(2.48), Some(64.51612903225806)));
    assert_eq!(figures(cell, MetricId::Ttft)[..2], [Some(0.033333333333333354), Some(0.030000000000000027)]);
}

#[test]
fn files_that_were_set_aside_stand_once_in_the_report() {
    let out = tempfile::tempdir().unwrap();
    crate::run::report(&crate::samples::samples().join("inference-perf/vllm"), out.path());
    let markdown = std::fs::read_to_string(out.path().join("report.md")).unwrap();
    assert_eq!(markdown.matches("figures that Prometheus read off the server").count(), 1);
    assert_eq!(markdown.matches("set aside").count(), 0, "not among the warnings too");
    assert!(
        !markdown.contains("  stage_0_prometheus_metrics.json"),
        "no checksum of a file that the report was not made from"
    );
}
