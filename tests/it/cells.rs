//! Cells that were computed elsewhere: what they give is what their records would have given, and what is wrong with them
//! is told.

use crate::on_disk::OnDisk;
use crate::run::{RUNS, bundled, gristmill, report, root};
use crate::samples::files;
use gristmill::cell::table::Column;
use gristmill::config::{self, Config};
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::metric::MetricId;
use gristmill::pipeline::{self, Request};
use gristmill::render::OutputFile;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> Vec<PathBuf> {
    let folder = root().join("fixtures/inputs/cells");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read(inputs: &[&dyn Input], lenient: bool) -> Result<Warned<Ingested>> {
    ingest(inputs, &Config::default(), &Options { lenient, threads: 2 })
}

fn told(outcome: &Result<Warned<Ingested>>) -> String {
    let Warned { value, warnings } = match outcome {
        Err(error) => return format!("error: {error}\n"),
        Ok(warned) => warned,
    };
    let mut out = String::new();
    for warning in warnings {
        writeln!(out, "warning: {warning}").unwrap();
    }
    for source in &value.sources {
        writeln!(out, "{}: {}, {} records", source.name, source.format.as_deref().unwrap_or("–"), source.records)
            .unwrap();
    }
    for (file, columns) in &value.unknown_columns {
        writeln!(out, "{file}: unknown columns {columns:?}").unwrap();
    }
    for cell in &value.cells {
        let context = cell.key.context.as_ref().map_or("–", |context| &context.label);
        let ttft = &cell.metrics[0];
        let count = |n: Option<u64>| n.map_or("–".to_owned(), |n| n.to_string());
        write!(out, "context {context}, {}: ", gristmill::format::load(cell.key.load)).unwrap();
        write!(out, "{} of {} failed, {:?} tok/s; ", count(cell.failed), count(cell.requests), cell.throughput_tok_s)
            .unwrap();
        let q = &ttft.quantiles;
        let percentiles = [q.p50, q.p90, q.p95, q.p99];
        writeln!(out, "TTFT of {}: {:?} s, sd {:?}, {percentiles:?}", ttft.n, ttft.mean, ttft.sd).unwrap();
    }
    out
}

#[test]
fn every_wrong_row_is_told_with_its_place_and_what_to_do() {
    for path in fixtures() {
        let file = OnDisk::new(path.clone());
        let strict = told(&read(&[&file], false));
        let lenient = told(&read(&[&file], true));
        let lenient = if lenient == strict { "the same\n".to_owned() } else { lenient };
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path("snapshots/cells");
        let name = path.file_name().unwrap().to_str().unwrap();
        settings.bind(|| insta::assert_snapshot!(name, format!("{strict}\n--lenient\n{lenient}")));
    }
}

/// `report.json` and `cells.csv` of a run.
fn data_files(inputs: &[&dyn Input], config: &Config) -> Result<(Value, Vec<u8>)> {
    let request = Request { formats: &["json", "csv"], ..Request::new(inputs, config) };
    let files = pipeline::run(&request)?.value;
    let bytes = |name: &str| files.iter().find(|file: &&OutputFile| file.path == name).unwrap().bytes.clone();
    Ok((serde_json::from_slice(&bytes("report.json")).unwrap(), bytes("cells.csv")))
}

/// What of `report.json` tells of the files rather than of the figures.
const OF_FILES: [&str; 5] = ["files", "sources", "warnings", "unknown_columns", "skipped"];

fn figures(mut report: Value) -> Value {
    let keys = report.as_object_mut().unwrap();
    OF_FILES.iter().for_each(|key| _ = keys.remove(*key));
    _ = keys["configuration"].as_object_mut().unwrap().remove("file");
    report
}

/// The places in which two values differ, for a message that can be read.
fn differences(path: &str, a: &Value, b: &Value, into: &mut Vec<String>) {
    match (a, b) {
        _ if a == b => {}
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                differences(&format!("{path}.{key}"), &of(a), &of(b), into);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, into);
            }
        }
        _ => into.push(format!("{path}: {a} and {b}")),
    }
}

/// A run of the repository: the folder with its configuration, if it has one.
fn runs() -> Vec<PathBuf> {
    let mut runs: Vec<PathBuf> = Vec::new();
    for place in [
        "fixtures/runs",
        "fixtures/inputs/tools",
        "fixtures/samples/vllm",
        "fixtures/samples/guidellm",
        "fixtures/samples/aiperf",
        "fixtures/samples/inference-perf",
    ] {
        let entries = fs::read_dir(root().join(place)).unwrap().map(|entry| entry.unwrap().path());
        runs.extend(entries.filter(|path| path.is_dir()));
    }
    runs.sort();
    runs
}

#[test]
fn cells_give_the_figures_that_their_records_gave() {
    let mut compared = 0;
    for run in runs() {
        let files = files(&run);
        let is_input = |file: &&OnDisk| file.name() != "gristmill.toml";
        let inputs: Vec<&dyn Input> = files.iter().filter(is_input).map(|file| file as &dyn Input).collect();
        let text = fs::read_to_string(run.join("gristmill.toml")).unwrap_or_default();
        let config = config::parse(&text, "gristmill.toml").unwrap();
        let Ok(read) = ingest(&inputs, &config, &Options::default()) else { continue };
        // What the files say of the setup stands in no cell, and what `[[file]]` says of their levels in each.
        let config = read.value.setup.complete(&config);
        let (records, table) =
            data_files(&inputs, &config).unwrap_or_else(|error| panic!("{}: {error}", run.display()));
        let config = Config { file: Vec::new(), ..config };
        if read.value.suite.is_some() {
            continue;
        }
        let cells = Memory::new("cells.csv", table.clone());
        let (again, table_again) =
            data_files(&[&cells], &config).unwrap_or_else(|error| panic!("{}: {error}", run.display()));
        let mut found = Vec::new();
        differences("", &figures(records), &figures(again), &mut found);
        assert!(found.is_empty(), "{}:\n{}", run.display(), found.join("\n"));
        assert!(table == table_again, "{}: the table itself", run.display());
        compared += 1;
    }
    assert!(compared > 15, "{compared}");
}

fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn a_power_log_beside_cells_is_joined_to_their_windows() {
    let [first, second] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    report(&bundled(RUNS[0]), first.path());
    let table = fs::read_to_string(first.path().join("cells.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name == "power_w").unwrap();
    let mut writer = csv::Writer::from_path(second.path().join("cells.csv")).unwrap();
    writer.write_record(&header).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        assert_ne!(&row[at], "");
        writer.write_record(row.iter().enumerate().map(|(column, cell)| if column == at { "" } else { cell })).unwrap();
    }
    writer.flush().unwrap();
    copy(&bundled(RUNS[0]), second.path(), &["power.csv", "gristmill.toml"]);
    let out = second.path().join("out");
    report(second.path(), &out);
    assert_eq!(fs::read_to_string(out.join("cells.csv")).unwrap(), table);
}

/// Columns of a table, by their names.
fn only(table: &[u8], keep: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(table);
    let header = reader.headers().unwrap().clone();
    let kept: Vec<usize> = header.iter().enumerate().filter(|(_, name)| keep(name)).map(|(at, _)| at).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kept.iter().map(|at| &header[*at])).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        writer.write_record(kept.iter().map(|at| &row[*at])).unwrap();
    }
    writer.into_inner().unwrap()
}

fn bundled_table() -> (Vec<u8>, Config) {
    let records = OnDisk::new(bundled(RUNS[0]).join("records.csv"));
    let text = fs::read_to_string(bundled(RUNS[0]).join("gristmill.toml")).unwrap();
    let config = config::parse(&text, "gristmill.toml").unwrap();
    (data_files(&[&records], &config).unwrap().1, config)
}

#[test]
fn what_a_table_leaves_out_is_left_out_of_the_report() {
    let (table, config) = bundled_table();
    let table = only(&table, |name| {
        ["scenario", "context_tokens", "concurrency", "ttft_s_mean", "generation_speed_tok_s_mean"].contains(&name)
    });
    let cells = Memory::new("cells.csv", table);
    let report = data_files(&[&cells], &config).unwrap().0;
    assert_eq!(report["findings"]["peak_throughput"], Value::Null);
    assert_eq!(report["findings"]["success"]["rate"], Value::Null);
    assert_eq!(report["cells"][0]["ttft_s"]["n"], Value::Null);
    let chatbot = report["capacity"].as_array().unwrap().iter().find(|c| c["use_case"] == "general-chatbot").unwrap();
    assert!(chatbot["limit"]["concurrency"].is_u64(), "{chatbot}");
    assert_eq!(chatbot["crossing_interval"], Value::Null, "no deviation, no interval");
}

#[test]
fn several_tables_are_one_run_and_a_cell_in_two_of_them_counts_once() {
    let (table, config) = bundled_table();
    let text = String::from_utf8(table.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
    let (front, back) = (part(&lines[1..10]), part(&lines[8..]));
    let (front, back) = (Memory::new("a.csv", front), Memory::new("b.csv", back));
    let whole = Memory::new("cells.csv", table);
    let expected = figures(data_files(&[&whole], &config).unwrap().0);
    assert_eq!(figures(data_files(&[&back, &front], &config).unwrap().0), expected);
    let warnings = ingest(&[&front, &back], &config, &Options::default()).unwrap().warnings;
    let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert!(
        warnings.contains(&"b.csv holds 2 cells that a.csv holds too; each counts once".to_owned()),
        "{warnings:?}"
    );
}

#[test]
fn a_level_of_two_tables_was_run_twice() {
    let header = "concurrency,requests,failed,span_s,output_tokens,ttft_s_n,ttft_s_mean,ttft_s_sd,ttft_s_p50";
    let table = |name: &str, row: &str| Memory::new(name, format!("{header}\n{row}\n"));
    let (monday, tuesday) =
        (table("mon.csv", "4,10,0,5,1000,10,0.4,0.1,0.4"), table("tue.csv", "4,30,3,15,3000,27,0.8,0.1,0.8"));
    let read = read(&[&monday, &tuesday], false).unwrap().value;
    let cell = &read.cells[0];
    assert_eq!((read.cells.len(), cell.runs, cell.requests, cell.failed), (1, 2, Some(40), Some(3)));
    assert_eq!((cell.throughput_tok_s, cell.metrics[0].quantiles.p50), (Some(200.0), None));
    assert_eq!(cell.metrics[0].run_means, [0.4, 0.8]);
}

#[test]
fn records_win_over_the_cells_beside_them() {
    let run = tempfile::tempdir().unwrap();
    copy(&bundled(RUNS[0]), run.path(), &["records.csv", "gristmill.toml"]);
    let out = run.path().join("out");
    report(run.path(), &out);
    let alone = fs::read_to_string(out.join("report.json")).unwrap();
    // In a folder of its own a report is no input at all; among the records its table is set aside.
    copy(&out, run.path(), &["cells.csv"]);
    let output = report(run.path(), &out);
    let errors = String::from_utf8(output.stderr).unwrap();
    let reason = "requests, or a tool's own figures of them, are read beside it, and cells computed from requests would count them twice";
    assert!(errors.contains(&format!("cells.csv: recognised as cells (CSV) and set aside: {reason}")), "{errors}");
    let method = fs::read_to_string(out.join("report.md")).unwrap();
    assert!(method.contains(&format!("cells.csv (cells (CSV)): {reason}.")));
    let json = |text: &str| figures(serde_json::from_str(text).unwrap());
    assert_eq!(json(&fs::read_to_string(out.join("report.json")).unwrap()), json(&alone));
    let check = gristmill([Path::new("check"), run.path()]);
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(text.replace("\n    ", " ").contains("cells (CSV), set aside: requests"), "{text}");
}

#[test]
fn check_says_what_a_table_of_cells_gives() {
    let check = gristmill(["check", "fixtures/inputs/cells/plain.csv"]);
    assert!(check.status.success());
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(text.contains("2 cells of 221 requests; concurrency 1 and 4; context 1K"), "{text}");
}

#[test]
fn the_folder_of_a_report_is_a_run_of_its_cells() {
    let [out, again] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    report(&bundled(RUNS[0]), out.path());
    copy(&bundled(RUNS[0]), out.path(), &["gristmill.toml"]);
    let output = report(out.path(), again.path());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let read = |folder: &Path| fs::read(folder.join("cells.csv")).unwrap();
    assert!(read(out.path()) == read(again.path()));
}

#[test]
fn the_page_and_the_statement_name_every_column() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let (page, statement) = (read("docs/warehouse.md"), read("examples/sql/cells.sql"));
    // What records in SQL do not hold, or what is the default.
    let left_out = ["power_w", "context_label", "asked_output_tokens", "failures"];
    for column in Column::all() {
        let name = column.name();
        let (told, figure) = match column {
            Column::Metric(id, _) => {
                let key = id.metric().key;
                (page.contains(&format!("`{key}`")), name.strip_prefix(key).unwrap().to_owned())
            }
            _ => (true, name.clone()),
        };
        assert!(
            told && (page.contains(&format!("`{figure}`")) || page.contains(&format!("METRIC{figure}`"))),
            "{name}"
        );
        let given = statement.contains(&name);
        assert_eq!(given, !left_out.contains(&name.as_str()) && !name.ends_with("_origin"), "{name}");
    }
}

#[test]
fn an_engine_fills_in_what_cells_do_not_know() {
    let page = |name: &str| OnDisk::new(root().join("fixtures/inputs/engine").join(name));
    let (start, end) = (page("vllm_1u_1k_start.txt"), page("vllm_1u_1k_end.txt"));
    let mut inputs: Vec<&dyn Input> = vec![&start, &end];
    let alone = read(&inputs, false).unwrap().value;
    let engine = alone.cells.iter().find(|cell| cell.metric(MetricId::Queue).is_measured()).unwrap();
    let (context, load) = (engine.key.context.as_ref().unwrap(), engine.key.load.level());
    let table = format!("context_tokens,concurrency,ttft_s_n,ttft_s_mean\n{},{load},7,0.125\n", context.tokens);
    let table = Memory::new("cells.csv", table);
    inputs.push(&table);
    let both = read(&inputs, false).unwrap().value;
    assert_eq!(both.cells.len(), alone.cells.len());
    let cell = both.cells.iter().find(|cell| cell.key == engine.key).unwrap();
    assert_eq!((cell.metric(MetricId::Ttft).n, cell.metric(MetricId::Ttft).mean), (7, Some(0.125)));
    assert_eq!(cell.metric(MetricId::Queue), engine.metric(MetricId::Queue));
}

#[test]
fn what_is_configured_of_a_table_counts_for_all_of_its_cells() {
    let table = Memory::new("west.csv", "concurrency,ttft_s_mean\n1,0.4\n4,0.6\n");
    let config =
        config::parse("[[file]]\nmatch = \"west.csv\"\ncontext = \"32K\"\nscenario = \"west\"\n", "gristmill.toml")
            .unwrap();
    let read = ingest(&[&table], &config, &Options::default()).unwrap().value;
    let keys: Vec<_> =
        read.cells.iter().map(|cell| (cell.key.scenario.as_str(), cell.key.context.clone().unwrap().label)).collect();
    assert_eq!(keys, [("west", "32K".to_owned()), ("west", "32K".to_owned())]);
}
