//! LLMPerf: requests and the summary beside them agree, and a summary alone gives what it printed.

use crate::folder::{figures, read, read_inputs, warnings};
use gristmill::cell::Origin;
use gristmill::ingest::Memory;
use gristmill::ingest::part::Property;
use gristmill::metric::MetricId;
use gristmill::record::Load;

#[test]
fn the_list_of_requests_gets_its_level_from_the_summary_beside_it_and_agrees_with_it() {
    let found = read("llmperf", &["individual/groq_70b.json", "summary/groq_70b.json"], "").unwrap();
    assert_eq!(warnings(&found), [""; 0], "every mean and median that the summary prints comes out of the requests");
    let [cell] = &found.value.cells[..] else { panic!("{:?}", found.value.cells) };
    assert_eq!((cell.key.load, cell.key.context.as_ref().unwrap().label.as_str()), (Load::Concurrency(5), "550"));
    assert_eq!((cell.requests, cell.failed, cell.asked_output_tokens), (Some(150), Some(0), Some(150)));
    let ttft = cell.metric(MetricId::Ttft);
    assert!(ttft.origin == Origin::Records && (ttft.mean.unwrap() - 0.22786034579078357).abs() < 1e-15, "{ttft:?}");
    // Rows have no times of submission: how long the run took, only the summary says.
    assert_eq!(cell.throughput_tok_s, Some(441.84737788500206));
    assert!((cell.span_s.unwrap() - 22_500.0 / 441.84737788500206).abs() < 1e-9);
    assert_eq!(found.value.setup.get(Property::Model), Some("llama2-70b-4096"));
}

#[test]
fn rows_that_are_missing_are_pointed_out() {
    let named = |name: &str, text: &str| Memory::new(name, text);
    let summary = std::fs::read_to_string(crate::run::root().join("fixtures/samples/llmperf/summary/groq_70b.json"));
    let rows = r#"[{"error_code": null, "error_msg": "", "ttft_s": 0.2, "end_to_end_latency_s": 1.2, "number_output_tokens": 150,
        "number_input_tokens": 550}]"#;
    let files = [named("a_summary.json", &summary.unwrap()), named("a_individual_responses.json", rows)];
    let found = read_inputs(&files, "").unwrap();
    assert_eq!(
        warnings(&found),
        [
            "a_summary.json at 5 concurrent requests: the tool counts 150 successes, the files hold 1; the report rests on those \
             that the files hold"
        ]
    );
    assert_eq!(found.value.cells[0].throughput_tok_s, None, "other requests than those the summary timed");
}

#[test]
fn a_list_of_requests_alone_needs_a_load() {
    let rows = r#"[{"error_code": null, "ttft_s": 0.2, "end_to_end_latency_s": 1.2, "number_output_tokens": 9, "number_input_tokens": 5}]"#;
    let error = read_inputs(&[Memory::new("individual.json", rows)], "").unwrap_err().to_string();
    assert!(error.starts_with("individual.json: nothing says under which load this was measured"), "{error}");
    let found = read_inputs(&[Memory::new("c4_individual_responses.json", rows)], "").unwrap();
    assert_eq!(found.value.cells[0].key.load, Load::Concurrency(4));
}

#[test]
fn failures_are_counted_and_measure_nothing() {
    let found = read("llmperf", &["summary/bedrock_13b.json"], "").unwrap();
    let cell = &found.value.cells[0];
    assert_eq!((cell.requests, cell.failed, cell.successes()), (Some(150), Some(97), Some(53)));
    assert_eq!(cell.failures.iter().collect::<Vec<_>>(), [(&"error -100".to_owned(), &97)]);
    assert_eq!(
        figures(cell, MetricId::Ttft),
        [Some(0.3308843597923493), Some(0.2687641180000355), Some(0.7638729581993539)]
    );
    assert_eq!((cell.throughput_tok_s, cell.output_tokens), (Some(58.01992465211603), Some(7833)));
    assert!(!cell.metric(MetricId::Itl).is_measured(), "what LLMPerf calls that has the first token in it");
}

#[test]
fn a_merged_sweep_is_a_level_for_each_of_its_summaries() {
    let found = read("llmperf", &["merged-sweep"], "").unwrap();
    let loads: Vec<_> = found.value.cells.iter().map(|cell| cell.key.load).collect();
    assert_eq!(loads, [1, 2, 4, 8, 16, 32, 64, 128].map(Load::Concurrency));
    let throughput: Vec<_> = found.value.cells.iter().map(|cell| cell.throughput_tok_s.unwrap().round()).collect();
    assert_eq!(throughput, [30.0, 54.0, 100.0, 171.0, 254.0, 348.0, 395.0, 420.0]);
    let single = &found.value.cells[0];
    let speed = single.metric(MetricId::GenerationSpeed);
    // (156.44 − 1) / (5.080332283480239 − 0.19081361823002227)
    assert!(speed.origin == Origin::Means && (speed.mean.unwrap() - 31.79042).abs() < 1e-4, "{speed:?}");
    assert_eq!(
        warnings(&found),
        [
            "TPOT and generation speed of 8 levels follow from the means of E2E, TTFT and output tokens, in which requests weigh \
             by their tokens: the tool prints no mean time per output token after the first"
        ]
    );
}
