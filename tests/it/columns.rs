//! `[columns]`: home-made logs of requests as CSV, JSON and JSON Lines; and what counts where several say a level.

use crate::folder::{read_inputs, warnings};
use crate::on_disk::OnDisk;
use crate::run::root;
use gristmill::check::check;
use gristmill::config::parse;
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::metric::MetricId;
use gristmill::record::Load;

const CSV: &str = r#"
    [columns]
    file = "load-test.csv"
    timezone = "Europe/Berlin"
    start = "Sent At"
    e2e_s = "Latency (s)"
    ttft_ms = "First Token (ms)"
    input_tokens = "Prompt Tokens"
    output_tokens = "Completion Tokens"
    concurrency = "Users"
    success = "Status"
    success_is = 200
"#;

const JSON: &str = r#"
    [[columns]]
    file = "*.json*"
    start_ms = "ts"
    e2e_us = "total"
    ttft_s = "times.first"
    input_tokens = "usage.prompt_tokens"
    output_tokens = "usage.completion_tokens"
    success = "ok"
"#;

fn fixture(name: &str) -> OnDisk {
    OnDisk::new(root().join("fixtures/inputs/columns").join(name))
}

fn read_text(name: &str) -> String {
    std::fs::read_to_string(root().join("fixtures/inputs/columns").join(name)).unwrap()
}

fn told(name: &str, toml: &str) -> String {
    let file = fixture(name);
    let inputs: [&dyn Input; 1] = [&file];
    ingest(&inputs, &parse(toml, "gristmill.toml").unwrap(), &Options::default()).unwrap_err().to_string()
}

fn holds_the_requests(read: Result<Warned<Ingested>>) -> Ingested {
    let read = read.unwrap().value;
    assert_eq!(read.cells.len(), 1);
    let cell = &read.cells[0];
    assert_eq!((cell.key.load, cell.requests, cell.failed), (Load::Concurrency(2), Some(4), Some(1)));
    assert_eq!(cell.key.context.as_ref().unwrap().label, "1K");
    assert!((cell.metric(MetricId::Ttft).mean.unwrap() - 0.55).abs() < 1e-12);
    assert_eq!(cell.metric(MetricId::E2e).mean, Some(2.5));
    // From 08:00:00 to 08:00:05.5: 303 tokens.
    assert_eq!(cell.throughput_tok_s, Some(303.0 / 5.5));
    assert_eq!(read.date.as_deref(), Some("2026-01-15"));
    read
}

#[test]
fn names_units_and_clock_are_mapped_in_every_form() {
    holds_the_requests(read_inputs(&[fixture("load-test.csv")], CSV));
    let read = holds_the_requests(read_inputs(&[fixture("conc2.jsonl")], JSON));
    assert_eq!(read.sources[0].from_name.as_deref(), Some("concurrency 2"));
    let error = format!("{JSON}\nerror = \"error.message\"");
    holds_the_requests(read_inputs(&[fixture("conc2.jsonl")], &error));
    let constant = format!("{JSON}\n[[file]]\nmatch = \"array.json\"\nconcurrency = 2");
    holds_the_requests(read_inputs(&[fixture("array.json")], &constant));
}

#[test]
fn a_list_within_an_object_is_entered() {
    let list = read_text("array.json");
    let wrapped = format!(
        r#"{{"tool": "own", "settings": {{"list": [1, "]}}"], "n": null}}, "runs": {{"n": -1.5, "requests": {list}, "after": []}}, "end": 1}}"#
    );
    let toml = |path: &str| format!("{JSON}\nlist = \"{path}\"\n[[file]]\nmatch = \"wrapped.json\"\nconcurrency = 2");
    let read = |text: &str, path: &str| read_inputs(&[Memory::new("wrapped.json", text)], &toml(path));
    holds_the_requests(read(&wrapped, "runs.requests"));
    let bad = wrapped.replace("\"total\": ", "\"total\": -");
    assert_ne!(bad, wrapped);
    let told = [
        read(&wrapped, "runs.records").unwrap_err().to_string(),
        read(&wrapped, "results").unwrap_err().to_string(),
        read(&wrapped, "tool").unwrap_err().to_string(),
        read(&bad, "runs.requests").unwrap_err().to_string(),
        read(&wrapped[..wrapped.len() / 2], "runs.requests").unwrap_err().to_string(),
    ];
    insta::assert_snapshot!("a list within an object", told.join("\n\n"));
    // A file that is a list itself needs no path.
    let constant = format!("{JSON}\nlist = \"requests\"\n[[file]]\nmatch = \"array.json\"\nconcurrency = 2");
    holds_the_requests(read_inputs(&[fixture("array.json")], &constant));
}

#[test]
fn cells_may_be_separated_by_semicolons_or_tabs() {
    let commas = read_text("load-test.csv");
    let tabs = Memory::new("load-test.csv", commas.replace(',', "\t"));
    holds_the_requests(read_inputs(&[tabs], CSV));
    let semicolons = commas.replace(',', ";").replace('.', ",");
    let toml = format!("{CSV}\ndecimal = \",\"");
    holds_the_requests(read_inputs(&[Memory::new("load-test.csv", &semicolons)], &toml));
    let points = read_inputs(&[Memory::new("load-test.csv", &semicolons)], CSV).unwrap_err().to_string();
    assert!(points.starts_with("load-test.csv:2:"), "{points}");
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_nearest() {
    let told = [
        told("load-test.csv", &CSV.replace("Latency (s)", "Latency (ms)")),
        told("conc2.jsonl", &JSON.replace("usage.prompt_tokens", "usage.promt_tokens")),
        told("array.json", &JSON.replace("\"total\"", "\"totl\"")),
        told("load-test.csv", &CSV.replace("start = \"Sent At\"", "start_s = \"Sent At\"")),
        told("conc2.jsonl", &JSON.replace("start_ms", "start")),
        told("array.json", &JSON.replace("success = \"ok\"", "run = \"ok\"")),
    ];
    insta::assert_snapshot!("columns", told.join("\n\n"));
}

#[test]
fn a_mapping_that_cannot_stand_is_an_error_with_its_place() {
    let bad = [
        "[columns]\nfile = \"a\"\n",
        "[columns]\nfile = \"a\"\ne2e = \"b\"\n",
        "[columns]\nfile = \"a\"\ne2e_s = \"b\"\ne2e_ms = \"c\"\ninput_tokens = \"d\"\noutput_tokens = \"e\"\n",
        "[columns]\nfile = \"a\"\ne2e_s = \"b\"\ninput_tokens = \"d\"\noutput_tokens = \"e\"\ntimezone = \"Mars\"\n",
        "[columns]\nfile = \"a\"\ne2e_s = \"b\"\ninput_tokens = \"d\"\noutput_tokens = 5\n",
    ];
    let told: Vec<_> = bad.map(|toml| parse(toml, "gristmill.toml").unwrap_err().to_string()).into();
    insta::assert_snapshot!("columns that cannot stand", told.join("\n\n"));
}

#[test]
fn a_guess_is_printed_and_used_only_once_it_is_written_down() {
    let file = fixture("load-test.csv");
    let inputs: [&dyn Input; 1] = [&file];
    let look = |toml: &str| check(&inputs, &parse(toml, "gristmill.toml").unwrap(), &Options::default(), "run", &[]);
    let first = look("");
    assert_eq!((first.guesses.len(), first.totals.is_none()), (1, true));
    insta::assert_snapshot!("a guess", gristmill::check::text(&first));
    let second = look(&first.guesses[0].toml);
    assert_eq!(second.problems, [], "it is written down now");
    assert_eq!(second.totals.unwrap().requests, Some(4));
}

#[test]
fn the_configuration_overrules_what_records_say_and_the_difference_is_told() {
    let records = Memory::new(
        "a.csv",
        "context_tokens,concurrency,e2e_ms,input_tokens,output_tokens\n1024,8,90,1024,10\n1024,8,90,1024,10\n",
    );
    let toml = "[[file]]\nmatch = \"a.csv\"\nconcurrency = 4\ncontext = \"2K\"";
    let read = read_inputs(&[records], toml).unwrap();
    assert_eq!(
        warnings(&read),
        [
            "a.csv: `[[file]]` says concurrency 4, its records say concurrency 8; `gristmill.toml` counts",
            "a.csv: `[[file]]` says context 2K, its records say context 1K; `gristmill.toml` counts"
        ]
    );
    let key = &read.value.cells[0].key;
    assert_eq!((key.load, key.context.as_ref().unwrap().label.as_str()), (Load::Concurrency(4), "2K"));

    let without = Memory::new("b.csv", "e2e_ms,input_tokens,output_tokens\n90,1024,10\n");
    let read = read_inputs(&[without], "[[file]]\nmatch = \"b.csv\"\nrequest_rate = 0.5").unwrap();
    assert_eq!(read.value.cells[0].key.load, Load::RequestRate(0.5));
}

#[test]
fn a_file_of_which_both_mappings_speak_is_said_to_be_read_as_requests() {
    let toml = format!("{CSV}\n[[power.columns]]\nfile = \"*.csv\"\ntime = \"t\"\nwatts = \"p\"\n");
    let file = fixture("load-test.csv");
    let told = warnings(&read_inputs(&[file], &toml).unwrap());
    assert_eq!(
        told,
        [
            "load-test.csv: `columns[0]` and `power.columns[0]` both speak of it; it was read as requests. Narrow the `file` of \
          one of them"
        ]
    );
}
