//! llama-bench: prefill and generation speed against the context, and nothing that it does not measure.

use crate::folder::read;
use crate::run::report;
use crate::samples::samples;
use gristmill::cell::Cell;
use gristmill::ingest::part::Property;
use gristmill::metric::MetricId;

/// Context, prefill speed and generation speed of each cell.
fn speeds(cells: &[Cell]) -> Vec<(&str, Option<f64>, Option<f64>)> {
    let row = |cell: &'_ Cell| [MetricId::PrefillSpeed, MetricId::GenerationSpeed].map(|id| cell.metric(id).mean);
    let labels = cells.iter().map(|cell| cell.key.context.as_ref().unwrap().label.as_str());
    labels.zip(cells.iter().map(row)).map(|(label, [prefill, generation])| (label, prefill, generation)).collect()
}

#[test]
fn a_sweep_over_depths_gives_both_speeds_at_each_depth() {
    let found = read("llama-bench/jsonl", &["gpt-oss-20b.default-hip.jsonl"], "").unwrap();
    assert_eq!(
        speeds(&found.value.cells),
        [
            ("0", Some(1472.012844), Some(49.924186)),
            ("1K", Some(1387.579598), Some(49.269793)),
            ("4K", Some(1175.717826), Some(48.147182)),
            ("16K", Some(713.904142), Some(44.38472)),
            ("64K", Some(277.577995), Some(34.758679)),
        ]
    );
    let cell = &found.value.cells[1];
    assert_eq!((cell.requests, cell.throughput_tok_s), (None, None));
    assert!(!cell.metric(MetricId::Ttft).is_measured() && !cell.metric(MetricId::E2e).is_measured());
    assert_eq!(cell.metric(MetricId::PrefillSpeed).sd, None, "one repetition");
    let setup = &found.value.setup;
    let said = [Property::Model, Property::Precision, Property::Gpu, Property::EngineVersion].map(|p| setup.get(p));
    assert_eq!(said, [Some("gpt-oss-20b-F16"), Some("F16"), Some("Radeon 8060S Graphics"), Some("b6865")]);
}

#[test]
fn a_sweep_over_prompts_gives_a_prefill_speed_for_each_of_them() {
    let found = read("llama-bench/csv", &["qwen3-next-80b-ud-q4-k-xl-b9010-p4k-64k-r3.csv"], "").unwrap();
    assert_eq!(
        speeds(&found.value.cells),
        [
            ("0", None, Some(55.584298)),
            ("4K", Some(741.677765), None),
            ("8K", Some(735.501127), None),
            ("16K", Some(700.492506), None),
            ("32K", Some(644.819733), None),
            ("64K", Some(543.892424), None),
        ]
    );
    assert_eq!(found.value.cells[1].metric(MetricId::PrefillSpeed).sd, Some(2.298009));
}

#[test]
fn a_prefill_and_a_generation_test_of_one_depth_are_one_cell() {
    for (file, prefill, generation) in [
        ("qwen3-coder-30b-a3b-ud-q4-k-xl-b9010-r20.csv", (1350.679089, 84.822213), (97.336351, 0.270165)),
        ("qwen3-coder-30b-a3b-ud-q4-k-xl-b9010-r20-run2.csv", (1341.869073, 86.733975), (97.146114, 0.646836)),
    ] {
        let found = read("llama-bench/csv", &[file], "").unwrap();
        let [cell] = &found.value.cells[..] else { panic!("{:?}", found.value.cells) };
        for (id, (mean, sd)) in [(MetricId::PrefillSpeed, prefill), (MetricId::GenerationSpeed, generation)] {
            assert_eq!((cell.metric(id).mean, cell.metric(id).sd), (Some(mean), Some(sd)), "{file}");
        }
    }
}

#[test]
fn the_report_defines_speeds_as_the_engines_own_test_does() {
    let out = tempfile::tempdir().unwrap();
    let made = report(&samples().join("llama-bench/jsonl/gpt-oss-20b.default-hip.jsonl"), out.path());
    let told = String::from_utf8(made.stderr).unwrap();
    assert!(!told.contains("test.output_tokens"), "no number of tokens makes a use case's level of it: {told}");
    let markdown = std::fs::read_to_string(out.path().join("report.md")).unwrap();
    assert!(markdown.contains("output tokens / the time of writing them, in a test that the engine ran by itself"));
    assert!(!markdown.contains("(E2E − TTFT)") && !markdown.contains("(e2e − ttft)"), "no request was timed");
}
