//! `report.json` and `cells.csv` of the bundled runs, as other programs read them.

use crate::run::{RUNS, bundled, root};
use gristmill::analysis::analyze;
use gristmill::config;
use gristmill::font::Fonts;
use gristmill::format;
use gristmill::ingest::{Memory, Options, ingest};
use gristmill::render::{ChartFiles, Document, PageSize, renderer};
use gristmill::report::{Cover, Report, Templates};
use gristmill::threads::Threads;
use serde_json::{Value, json};

/// `report.json` and `cells.csv` of a bundled run.
fn data_files(run: &str) -> (Value, String) {
    let read = |name| Memory::new(name, std::fs::read(bundled(run).join(name)).unwrap());
    let (records, power) = (read("records.csv"), read("power.csv"));
    let text = std::fs::read_to_string(bundled(run).join("gristmill.toml")).unwrap();
    let config = config::parse(&text, "gristmill.toml").unwrap();
    let ingested = ingest(&[&records, &power], &config, &Options { lenient: false, threads: 2 }).unwrap().value;
    let analysis = analyze(ingested.cells.clone(), ingested.power_w.clone(), &config).unwrap().value;
    let document = Document {
        report: &Report { cover: Cover::default(), sections: Vec::new() },
        analysis: &analysis,
        ingested: &ingested,
        config: &config,
        warnings: &[],
        fonts: &Fonts::load(),
        templates: &Templates::built_in().unwrap(),
        page: PageSize::A4,
        charts: ChartFiles::Svg,
        stem: "report",
        reference: None,
        files: &[],
        threads: Threads::default(),
    };
    let written = |name| renderer(name).unwrap().render(&document).unwrap().value.remove(0).bytes;
    (serde_json::from_slice(&written("json")).unwrap(), String::from_utf8(written("csv")).unwrap())
}

/// A column of a use case's table as it was published: whole milliseconds, seconds with a decimal, whole speeds.
fn printed(column: &Value, published: &Value) -> Value {
    let mut out = json!({ "concurrency": column["concurrency"] });
    let mut print = |key: &str, name: &str, print: fn(f64) -> String| {
        if published.get(name).is_some() {
            let text = print(column[key].as_f64().unwrap());
            out[name] = json!(text.split(' ').next());
        }
    };
    print("ttft_s", "ttft_s", format::seconds_1);
    print("e2e_s", "e2e_ms", format::milliseconds);
    print("generation_speed_tok_s", "generation_speed_tok_s", format::whole_speed);
    out
}

#[test]
fn published_capacity_tables_come_out_of_report_json() {
    for run in RUNS {
        let (report, _) = data_files(run);
        let path = root().join("fixtures/expected").join(format!("{run}.json"));
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let published = expected["capacity"].as_object().unwrap();
        let found = report["capacity"].as_array().unwrap();
        assert_eq!(found.len(), published.len(), "{run}");
        for capacity in found {
            let published = &published[capacity["use_case"].as_str().unwrap()];
            assert_eq!(capacity["limit"]["text"], published["limit"], "{run}");
            let columns = published["columns"].as_array().unwrap();
            let found: Vec<_> =
                capacity["columns"].as_array().unwrap().iter().zip(columns).map(|(a, b)| printed(a, b)).collect();
            assert_eq!(&found, columns, "{run}: {}", capacity["use_case"]);
        }
    }
}

#[test]
fn cells_csv_holds_the_figures_of_report_json() {
    let (report, table) = data_files(RUNS[0]);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let names = reader.headers().unwrap().clone();
    let mut rows = 0;
    for (row, cell) in reader.records().zip(report["cells"].as_array().unwrap()) {
        rows += 1;
        for (name, text) in names.iter().zip(&row.unwrap()) {
            let figure = name.strip_suffix("_run_means").map(|metric| (metric, "run_means"));
            let figure = figure.or_else(|| name.rsplit_once('_'));
            let in_block = figure.and_then(|(metric, statistic)| cell.get(metric)?.get(statistic));
            match in_block.or_else(|| cell.get(name)) {
                Some(Value::Null) => assert_eq!(text, "", "{name}"),
                // The reader of JSON may lose the last bit of what stands in the file.
                Some(Value::Number(number)) => {
                    let (text, number) = (text.parse::<f64>().unwrap(), number.as_f64().unwrap());
                    assert!((text - number).abs() <= 1e-15 * number.abs(), "{name}: {text} and {number}");
                }
                Some(Value::Object(reasons)) => assert!(reasons.is_empty() && text.is_empty(), "{name}"),
                Some(value) => assert_eq!(text, value.as_str().unwrap(), "{name}"),
                None if ["windows", "latest_start_s"].contains(&name) => assert_ne!(text, ""),
                // A cell that was run once has no means of its runs.
                None => assert!(name == "prefill_speed_source" || name.ends_with("_run_means"), "{name}"),
            }
        }
    }
    assert_eq!(rows, report["cells"].as_array().unwrap().len());
}
