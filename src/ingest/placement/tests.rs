//! Where runs are placed, and what is said about it.

use super::*;
use crate::cell::aggregate::Aggregate;
use crate::config::parse;

fn level(load: Option<Load>, context: Option<u64>) -> Part {
    Part { level: LevelFacts { load, context, ..LevelFacts::default() }, ..Part::default() }
}

fn mean_input(load: u64, mean: f64, sd: Option<f64>) -> Part {
    let aggregate = Aggregate {
        requests: Some(10),
        failed: Some(0),
        mean_input_tokens: Some(mean),
        input_tokens_sd: sd,
        ..Aggregate::default()
    };
    Part { aggregate: Some(aggregate), ..level(Some(Load::Concurrency(load)), None) }
}

fn placed(files: &[(&str, Part)], config: &str) -> Result<Warned<Decided>> {
    let parts: Vec<_> = files.iter().map(|(_, part)| vec![part.clone()]).collect();
    let described: Vec<_> = files
        .iter()
        .zip(&parts)
        .enumerate()
        .map(|(file, ((name, _), parts))| Described { file, name, parts })
        .collect();
    place(&described, &BTreeMap::new(), &parse(config, "gristmill.toml").unwrap())
}

fn shown(files: &[(&str, Part)], config: &str) -> Vec<String> {
    let decided = placed(files, config).unwrap().value;
    let one = |placement: &Placement| {
        let context = placement.context.as_ref().map_or("–", |context| context.label.as_str());
        format!("{} {} {context}", placement.scenario, format::level(placement.load))
    };
    decided.placements.values().map(one).collect()
}

const RATE: fn(f64) -> Part = |rate| level(Some(Load::RequestRate(rate)), Some(4096));

#[test]
fn the_configuration_wins_over_the_tool_and_the_tool_over_the_name() {
    let file = |name| (name, level(Some(Load::Concurrency(8)), None));
    assert_eq!(shown(&[file("conc8_ctx1024.json")], ""), ["sweep 8 1K"]);
    let found = placed(&[file("conc8_ctx1024.json")], "").unwrap();
    assert_eq!(found.value.from_names[&0], "context 1K");
    assert_eq!(found.warnings, []);

    let error = placed(&[file("conc4.json")], "").unwrap_err().to_string();
    assert!(
        error.starts_with("conc4.json: the file says concurrency 8, its name says concurrency 4\nhint: rename"),
        "{error}"
    );

    let config = "[[file]]\nmatch = \"conc4*\"\nconcurrency = 2\ncontext = \"2K\"";
    let found = placed(&[file("conc4.json")], config).unwrap();
    assert_eq!(found.value.placements[&(0, 0)].load, Load::Concurrency(2));
    assert_eq!(
        found.warnings[0].to_string(),
        "conc4.json: `[[file]]` says concurrency 2, the file itself says concurrency 8"
    );
}

#[test]
fn a_name_that_the_configuration_overrules_is_told_where_the_tool_says_nothing() {
    let told = |part: Part, config: &str| {
        let warnings = placed(&[("conc4.json", part)], config).unwrap().warnings;
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let config = "[[file]]\nmatch = \"*\"\nconcurrency = 8";
    let said = "conc4.json: `[[file]]` says concurrency 8, the name of the file concurrency 4";
    assert_eq!(told(level(None, Some(1024)), config), [said]);
    assert_eq!(
        told(level(Some(Load::Concurrency(8)), Some(1024)), config),
        Vec::<String>::new(),
        "settled with the tool"
    );
}

#[test]
fn a_context_in_a_name_that_the_requests_are_far_from_is_none() {
    let found = placed(&[("conc4_isl8.json", mean_input(4, 1024.0, Some(0.0)))], "").unwrap();
    assert_eq!(found.value.placements[&(0, 0)].context, Some(Context::nominal(1024)));
    assert_eq!(
        found.warnings[0].to_string(),
        "conc4_isl8.json: its name says context 8, its requests have 1,024 input tokens on average; the name is not taken for \
         their context"
    );
    assert_eq!(shown(&[("conc4_isl2048.json", mean_input(4, 1024.0, None))], ""), ["sweep 4 2K"], "random lengths");
    let settled = "[[file]]\nmatch = \"*\"\ncontext = 8";
    let kept = placed(&[("conc4_isl8.json", mean_input(4, 1024.0, None))], settled).unwrap();
    assert_eq!((kept.value.placements[&(0, 0)].context.clone(), kept.warnings.len()), (Some(Context::nominal(8)), 0));
}

#[test]
fn output_tokens_that_differ_from_the_configuration_are_told_once() {
    let files = [("conc1_osl128.json", level(None, Some(1024))), ("conc2_osl128.json", level(None, Some(1024)))];
    let found = placed(&files, "[test]\noutput_tokens = 256").unwrap();
    assert_eq!(
        found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "conc1_osl128.json: says 128 output tokens where `test.output_tokens` in `gristmill.toml` says 256 output tokens; so is \
             it with 1 more file"
        ]
    );
    assert_eq!(placed(&files, "[test]\noutput_tokens = 128").unwrap().warnings, []);
    assert_eq!(placed(&files, "").unwrap().warnings, []);
    let settled = "[test]\noutput_tokens = 256\n[[file]]\nmatch = \"*\"\noutput_tokens = 256";
    let warnings = placed(&files, settled).unwrap().warnings;
    assert!(warnings.iter().all(|warning| warning.message.starts_with("`[[file]]` says")), "{warnings:?}");
}

#[test]
fn every_run_without_a_load_is_counted() {
    let files = [("a.json", level(None, None)), ("conc2.json", level(None, None)), ("b.json", level(None, None))];
    let error = placed(&files, "").unwrap_err().to_string();
    assert!(error.starts_with("a.json: nothing says under which load"), "{error}");
    assert!(error.contains("request rate; so is it with 1 more file\n"), "{error}");
}

#[test]
fn a_run_without_a_load_is_an_error_that_says_what_to_write() {
    let error = placed(&[("a.json", level(None, None))], "").unwrap_err().to_string();
    assert!(error.starts_with("a.json: nothing says under which load this was measured"), "{error}");
    assert!(error.contains("`[[file]]` with `match = \"a.json\"`"), "{error}");
}

#[test]
fn files_of_one_kin_share_their_level() {
    let kin = |part: Part| Part { kin: Some("c8/profile_export".into()), ..part };
    let files = [
        ("c8/profile_export.jsonl", kin(level(None, None))),
        ("c8/profile_export_aiperf.json", kin(level(Some(Load::Concurrency(8)), Some(100)))),
    ];
    assert_eq!(shown(&files, ""), ["sweep 8 100", "sweep 8 100"]);
}

#[test]
fn what_tells_files_of_one_kin_apart_makes_no_scenarios_of_them() {
    let kin = |part: Part| Part { kin: Some("groq".into()), ..part };
    let files = [
        ("individual/groq.json", kin(level(None, None))),
        ("summary/groq.json", kin(level(Some(Load::Concurrency(5)), Some(550)))),
    ];
    assert_eq!(shown(&files, ""), ["sweep 5 550", "sweep 5 550"]);
}

#[test]
fn the_name_of_a_file_with_many_levels_contradicts_none_of_them() {
    let parts = [1, 2, 4].map(|load| level(Some(Load::Concurrency(load)), Some(4096)));
    let described = Described { file: 0, name: "tp_1_conc2_isl1024.json", parts: &parts };
    let decided = place(&[described], &BTreeMap::new(), &Config::default()).unwrap();
    let placements: Vec<_> = decided.value.placements.values().collect();
    assert!(placements.iter().all(|placement| placement.scenario == SWEEP), "{placements:?}");
    assert!(placements.iter().all(|placement| placement.context == Some(Context::nominal(4096))), "{placements:?}");
}

#[test]
fn names_that_differ_before_the_level_are_scenarios() {
    let files = [
        ("07-office-baseline.json", RATE(0.2)),
        ("08-general-chatbot.json", RATE(0.2)),
        ("general_chatbot.json", RATE(0.5)),
        ("11-rate-sweep-0.1.json", RATE(0.1)),
        ("11-rate-sweep-0.2.json", RATE(0.2)),
    ];
    assert_eq!(
        shown(&files, ""),
        [
            "07-office-baseline 0.2 4K",
            "08-general-chatbot 0.2 4K",
            "general-chatbot 0.5 4K",
            "sweep 0.1 4K",
            "sweep 0.2 4K"
        ]
    );
    let warnings = placed(&files, "").unwrap().warnings;
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "the names of the files differ before the level: `11-rate-sweep` is taken for the sweep, `07-office-baseline` and \
          `08-general-chatbot` for scenarios of their own; `scenario` in `[[file]]` says otherwise"
        ]
    );
}

#[test]
fn folders_that_all_files_lie_in_are_no_part_of_a_scenario() {
    let files = [
        ("home/user/runs/a/low-conc1.json", level(Some(Load::Concurrency(1)), Some(1024))),
        ("home/user/runs/b/fast-conc1.json", level(Some(Load::Concurrency(1)), Some(1024))),
        ("home/user/runs/b/fast-conc2.json", level(Some(Load::Concurrency(2)), Some(1024))),
    ];
    assert_eq!(shown(&files, ""), ["a/low 1 1K", "sweep 1 1K", "sweep 2 1K"]);
}

#[test]
fn names_that_only_number_the_levels_are_one_sweep() {
    let file = |name, concurrency| (name, level(Some(Load::Concurrency(concurrency)), Some(1024)));
    assert_eq!(shown(&[file("low.json", 1), file("high.json", 8)], ""), ["sweep 1 1K", "sweep 8 1K"]);
}

#[test]
fn mixed_lengths_of_one_scenario_are_one_series() {
    let means = |a: (f64, Option<f64>), b: (f64, Option<f64>)| {
        shown(&[("conc1.json", mean_input(1, a.0, a.1)), ("conc4.json", mean_input(4, b.0, b.1))], "")
    };
    assert_eq!(
        means((90_000.5, Some(50_000.0)), (110_000.5, Some(60_000.0))),
        ["sweep 1 ~97.7K, mixed", "sweep 4 ~97.7K, mixed"]
    );
    assert_eq!(means((1020.5, None), (1030.5, Some(0.0))), ["sweep 1 1K", "sweep 4 1K"]);
    assert_eq!(
        means((226.3, None), (220.1, None)),
        ["sweep 1 ~223, mixed", "sweep 4 ~223, mixed"],
        "one of them lies near 256"
    );
    assert_eq!(means((100.25, Some(0.5)), (100.0, None)), ["sweep 1 100", "sweep 4 100"]);
}

#[test]
fn runs_with_different_sets_of_prompts_are_different_scenarios() {
    let run = |rate: f64, dataset: &str| Part { dataset: Some(dataset.to_owned()), ..RATE(rate) };
    let parts = vec![run(2.0, "random"), run(4.0, "random"), run(4.0, "sharegpt")];
    let described = [Described { file: 0, name: "results.jsonl", parts: &parts }];
    let found = place(&described, &BTreeMap::new(), &Config::default()).unwrap();
    let scenarios: Vec<_> = found.value.placements.values().map(|placement| placement.scenario.as_str()).collect();
    assert_eq!(scenarios, ["sweep", "sweep", "sharegpt"]);
    assert_eq!(
        found.warnings[0].message,
        "the runs used different sets of prompts: `random` is taken for the sweep, `sharegpt` for a scenario of its own; \
         `scenario` in `[[file]]` says otherwise"
    );
    let same = vec![run(2.0, "random"), run(4.0, "random")];
    let described = [Described { file: 0, name: "results.jsonl", parts: &same }];
    assert_eq!(place(&described, &BTreeMap::new(), &Config::default()).unwrap().warnings, []);
}
