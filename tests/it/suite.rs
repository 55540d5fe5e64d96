//! Prompt suites: the bundled one against its table, the forms in which records come, and what is no suite.

use crate::run::{gristmill, report, root};
use gristmill::config::{Config, parse};
use gristmill::ingest::{Input, Memory, Options};
use gristmill::pipeline::Request;
use gristmill::render::OutputFile;
use pulldown_cmark::{Event, Options as Markdown, Parser, Tag, TagEnd};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    root().join("fixtures/suites/ten-prompts")
}

fn records() -> String {
    std::fs::read_to_string(folder().join("results.jsonl")).unwrap()
}

fn objects() -> Vec<Value> {
    records().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The files of a report on records, and the warnings.
fn made(name: &str, text: &str, config: &Config) -> Result<(Vec<OutputFile>, Vec<String>), String> {
    let input = Memory::new(name, text);
    let inputs: [&dyn Input; 1] = [&input];
    let made = gristmill::pipeline::run(&Request {
        run_name: "suite",
        options: Options { lenient: false, threads: 2 },
        formats: &["html", "markdown", "pdf", "charts", "json", "csv"],
        ..Request::new(&inputs, config)
    })
    .map_err(|error| error.to_string())?;
    Ok((made.value, made.warnings.iter().map(ToString::to_string).collect()))
}

fn text<'f>(files: &'f [OutputFile], path: &str) -> &'f str {
    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} was not written"));
    std::str::from_utf8(&file.bytes).unwrap()
}

fn read(name: &str, records: &str) -> Value {
    let (files, _) = made(name, records, &Config::default()).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(text(&files, "report.json")).unwrap()
}

/// A suite of plain cases: name, milliseconds, tokens.
fn plain(cases: &[(&str, u64, u64)]) -> String {
    let rows: String = cases.iter().map(|(name, ms, tokens)| format!("{name},{ms},10,{tokens}\n")).collect();
    format!("case,e2e_ms,input_tokens,output_tokens\n{rows}")
}

#[test]
fn every_figure_is_the_one_that_can_be_computed_by_head() {
    let out = tempfile::tempdir().unwrap();
    report(&folder(), out.path());
    let json: Value = serde_json::from_slice(&std::fs::read(out.path().join("report.json")).unwrap()).unwrap();
    let suite = &json["suite"];
    // Name, seconds, completion tokens, tok/s.
    let expected = [
        ("greeting", 12.0, 120.0, 10.0),
        ("nested code fences", 5.0, 260.0, 52.0),
        ("tables | and *marks*", 4.0, 200.0, 50.0),
        ("emoji 🚀", 2.5, 135.0, 54.0),
        ("html <b>and</b> script", 3.0, 153.0, 51.0),
        ("combining characters", 1.0, 53.0, 53.0),
        ("right-to-left שלום", 2.0, 98.0, 49.0),
        ("long answer", 10.0, 550.0, 55.0),
        ("control characters", 4.0, 208.0, 52.0),
    ];
    let cases: Vec<&Value> = suite["cases"].as_array().unwrap().iter().collect();
    assert_eq!(cases.len(), 10);
    let answered: Vec<_> = cases.iter().filter(|case| case["outcome"] == "succeeded").collect();
    assert_eq!(answered.len(), expected.len());
    for (case, (name, e2e_s, tokens, speed)) in answered.iter().zip(expected) {
        let found = [&case["case"], &case["e2e_s"], &case["output_tokens"], &case["speed_tok_s"]];
        assert_eq!(found, [&json!(name), &json!(e2e_s), &json!(tokens), &json!(speed)]);
    }
    let failed = cases.iter().find(|case| case["outcome"] == "failed").unwrap();
    assert_eq!((&failed["case"], &failed["e2e_s"]), (&json!("long context"), &Value::Null));
    assert_eq!(failed["failures"], json!({ "HTTP 504: upstream timed out after 60 s": 1 }));
    assert_eq!((&suite["succeeded"], &suite["failed"]), (&json!(9), &json!(1)));
    assert_eq!((&suite["total_time_s"], &suite["total_output_tokens"]), (&json!(43.5), &json!(1777.0)));
    assert_eq!(suite["overall_speed_tok_s"], json!(1777.0 / 43.5));
    assert_eq!(
        suite["speed_tok_s"],
        json!({ "n": 9, "mean": 426.0 / 9.0, "median": 52.0, "max": 55.0, "max_case": "long answer", "min": 10.0,
                "min_case": "greeting", "mean_without_outliers": 52.0 })
    );
    assert_eq!((&suite["rating"], &cases[0]["outlier"]), (&json!("good"), &json!("slow")));
    assert_eq!(cases.iter().filter(|case| !case["outlier"].is_null()).count(), 1);
    assert_eq!((&cases[9]["ttft_s"], &cases[9]["ttft_est_s"]), (&Value::Null, &json!(0.21)), "never one for the other");
    // A suite is no sweep, and tests no use case.
    assert_eq!((&json["findings"]["peak_throughput"], &json["capacity"]), (&Value::Null, &json!([])));
    assert_eq!((&json["not_tested"], json["cells"].as_array().unwrap().len()), (&json!([]), 1));
    assert_eq!((&json["cells"][0]["scenario"], &json["cells"][0]["requests"]), (&json!("prompt-suite"), &json!(10)));
    assert!(json["files"].as_array().unwrap().contains(&json!("cases.csv")));
    let csv = std::fs::read_to_string(out.path().join("cases.csv")).unwrap();
    assert!(csv.contains("\nnested code fences,1,0,5,52,260,52,0.18,,\n"), "{csv}");
}

#[test]
fn the_report_says_what_stands_in_the_table() {
    let out = tempfile::tempdir().unwrap();
    report(&folder(), out.path());
    let markdown = std::fs::read_to_string(out.path().join("report.md")).unwrap();
    let (before, _) = markdown.split_once("## Case by case").unwrap();
    insta::assert_snapshot!("report until the cases", before);
    let (_, method) = markdown.split_once("### Definitions").unwrap();
    let (definitions, _) = method.split_once("### Sources").unwrap();
    insta::assert_snapshot!("definitions", definitions);
}

#[test]
fn csv_json_and_json_lines_hold_the_same_suite() {
    let lines = read("a.jsonl", &records());
    assert_eq!(lines["suite"]["cases"].as_array().unwrap().len(), 10);
    // Escaped, so that the careful reader has it.
    let escaped: String = records().chars().fold(String::new(), |mut out, c| {
        let mut units = [0; 2];
        match c.is_ascii() {
            true => out.push(c),
            false => c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
        out
    });
    assert_eq!(read("a.jsonl", &escaped)["suite"], lines["suite"]);
    let array = serde_json::to_string_pretty(&objects()).unwrap();
    assert_eq!(read("a.json", &array)["suite"], lines["suite"]);
    let columns = [
        "case",
        "start_s",
        "e2e_ms",
        "ttft_ms",
        "ttft_est_ms",
        "input_tokens",
        "output_tokens",
        "success",
        "error",
        "response",
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    for object in objects() {
        let cell = |column: &&str| match &object[*column] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        writer.write_record(columns.iter().map(cell)).unwrap();
    }
    let csv = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    assert_eq!(read("a.csv", &csv)["suite"], lines["suite"]);
}

#[test]
fn a_preview_ends_before_the_cluster_that_does_not_fit() {
    let suite = read("a.jsonl", &records());
    let response = |name: &str| -> (String, bool) {
        let cases = suite["suite"]["cases"].as_array().unwrap();
        let response = &cases.iter().find(|case| case["case"] == name).unwrap()["response"];
        (response["preview"].as_str().unwrap().to_owned(), response["cut"].as_bool().unwrap())
    };
    let (cut, is_cut) = response("combining characters");
    assert!(is_cut && cut.ends_with("the three-hundredth character is "), "{cut}");
    assert!(cut.chars().count() < 300);
    let (long, is_cut) = response("long answer");
    assert_eq!((long.chars().count(), is_cut), (300, true));
    assert!(!response("emoji 🚀").1);
}

#[test]
fn a_response_that_its_own_program_cut_in_half_a_character_is_shown_all_the_same() {
    let line = r#"{"case":"x","e2e_ms":1000,"input_tokens":10,"output_tokens":50,"response":"a\tb\/\"\\ \u00e9 \ud83d\ude80 \ud83d|\ude80"}"#;
    let response = &read("a.jsonl", line)["suite"]["cases"][0]["response"];
    assert_eq!(response["preview"], "a\tb/\"\\ é 🚀 \u{fffd}|\u{fffd}");
}

/// The text of each block of code, and of each heading.
fn blocks(markdown: &str) -> (Vec<String>, Vec<String>) {
    let (mut codes, mut headings, mut current) = (Vec::new(), Vec::new(), String::new());
    for event in Parser::new_ext(markdown, Markdown::ENABLE_TABLES | Markdown::ENABLE_GFM) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Heading { .. }) => current.clear(),
            Event::End(TagEnd::CodeBlock) => codes.push(current.trim_end_matches('\n').to_owned()),
            Event::End(TagEnd::Heading(_)) => headings.push(current.clone()),
            Event::Text(text) | Event::Code(text) => current.push_str(&text),
            Event::Html(html) => assert!(!html.contains("script") && !html.contains("gm:"), "{html}"),
            _ => {}
        }
    }
    (codes, headings)
}

/// Responses as they are shown.
fn shown() -> Vec<String> {
    let suite = read("a.jsonl", &records());
    let control = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    let response = |case: &Value| {
        let end = if case["response"]["cut"] == json!(true) { "…" } else { "" };
        let text = case["response"]["preview"].as_str().unwrap().replace("\r\n", "\n");
        format!("{}{end}", text.chars().map(control).collect::<String>())
    };
    suite["suite"]["cases"].as_array().unwrap().iter().map(response).collect()
}

#[test]
fn a_response_appears_as_it_is_in_markdown_and_on_the_page() {
    let (files, _) = made("a.jsonl", &records(), &Config::default()).unwrap();
    let (codes, headings) = blocks(text(&files, "report.md"));
    assert_eq!(codes[..10], shown(), "and the checksums behind them");
    for foreign in ["Not a heading of the report", "Here is some Rust:"] {
        assert!(!headings.iter().any(|heading| heading.contains(foreign)), "{foreign}");
    }
    let page = text(&files, "report.html");
    let unescape = |text: &str| {
        let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        signs.iter().fold(text.to_owned(), |text, (escaped, sign)| text.replace(escaped, sign))
    };
    let pieces = page.split("<pre><code>").skip(1).map(|piece| piece.split("</code></pre>").next().unwrap());
    assert_eq!(pieces.map(unescape).take(10).collect::<Vec<_>>(), shown());
    for markup in ["<script>alert", "<img ", "href=\"javascript", "<details><summary>open", "example.com/track.png\""] {
        assert!(!page.contains(markup), "{markup}");
    }
}

#[test]
fn a_response_stays_in_its_block_in_the_pdf_and_what_no_typeface_has_is_said() {
    let (files, warnings) = made("a.jsonl", &records(), &Config::default()).unwrap();
    assert!(warnings.iter().any(|warning| warning.contains("no typeface has")), "{warnings:?}");
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("report.pdf");
    std::fs::write(&file, &files.iter().find(|file| file.path == "report.pdf").unwrap().bytes).unwrap();
    let output = Command::new("pdftotext").arg(&file).arg("-").output().expect("poppler-utils");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in ["````markdown", "~~~text", "<script>alert(\"x\")</script>", "| Rust | static | 2015 |", "👍🏽 thumbs"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn each_command_speaks_of_a_suite() {
    let said = |arguments: &[&str]| {
        let output = gristmill(arguments.iter().map(Path::new).chain([folder().as_path()]));
        assert!(output.status.success());
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(!warnings.contains("far apart"), "a pause between two cases is no fault: {warnings}");
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!("check", said(&["check"]));
    insta::assert_snapshot!("summary", said(&["summary"]));
    let out = tempfile::tempdir().unwrap();
    let charts = said(&["charts", "-o", out.path().to_str().unwrap()]);
    assert!(charts.contains("case-speed.svg") && charts.contains("case-time.svg"), "{charts}");
}

#[test]
fn a_case_that_was_run_several_times_is_the_mean_of_its_runs_and_says_so() {
    let rows = "case,run,e2e_ms,input_tokens,output_tokens,error,response\n\
                a,1,1000,10,50,,first\na,2,2000,10,50,,second\na,3,,,,timeout,\nb,1,1000,10,40,,\nb,2,1000,10,40,,\n";
    let json = read("runs.csv", rows);
    let case = &json["suite"]["cases"][0];
    assert_eq!((&case["outcome"], &case["runs"], &case["failed"]), (&json!("partly_failed"), &json!(3), &json!(1)));
    assert_eq!((&case["e2e_s"], &case["speed_tok_s"]), (&json!(1.5), &json!(37.5)));
    assert_eq!(case["response"]["preview"], "first");
    assert_eq!(json["suite"]["succeeded"], 1);
    let (files, _) = made("runs.csv", rows, &Config::default()).unwrap();
    let markdown = text(&files, "report.md");
    for sentence in [
        "That took 5 runs in all; the figures of a case are means over its runs that succeeded.",
        "1 of 5 runs failed, of a.",
        "1 of 3 runs failed: timeout.",
        "Means over 2 runs.",
        "| a | 1.50 s | 10 | 50 | 37.5 | 3 | 1 of 3 runs failed: timeout |",
    ] {
        assert!(markdown.contains(sentence), "{sentence}\n{markdown}");
    }
}

#[test]
fn beside_a_sweep_cases_stand_apart_and_change_no_figure_of_it() {
    let sweep = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,case\n\
                 1024,1,0,100,1100,1024,101,\n1024,2,5,200,2200,1024,101,\n1024,2,5,200,2200,1024,101,\n";
    let alone = read("a.csv", sweep);
    let both = format!("{sweep},,20,9000,9900,1024,2,sql-01\n,,30,9000,9900,55,2,sql-02\n");
    let mixed = read("a.csv", &both);
    assert_eq!(mixed["suite"], Value::Null);
    for key in ["peak_throughput", "ttft_single", "throughput_scaling", "ttft_highest"] {
        assert_eq!(mixed["findings"][key], alone["findings"][key], "{key}");
    }
    assert_eq!(mixed["findings"]["success"]["requests"], 5);
    let (_, warnings) = made("a.csv", &both, &Config::default()).unwrap();
    insta::assert_snapshot!("cases beside a sweep", warnings.join("\n"));
    // A case that names its load is a request of that level like any other.
    let tagged = sweep.replace(",\n", ",prompt-7\n");
    assert_eq!(read("a.csv", &tagged)["findings"], alone["findings"]);
    let config = parse("[[file]]\nmatch = \"a.csv\"\nconcurrency = 8\n", "gristmill.toml").unwrap();
    let (files, warnings) = made("a.csv", &plain(&[("a", 1000, 50), ("b", 1000, 50)]), &config).unwrap();
    let json: Value = serde_json::from_str(text(&files, "report.json")).unwrap();
    assert_eq!(
        (&json["suite"], &json["sweep"]["levels"]),
        (&Value::Null, &json!([8])),
        "the configuration knows better"
    );
    assert!(!warnings.iter().any(|warning| warning.contains("[[file]]")), "{warnings:?}");
}

#[test]
fn a_suite_beyond_reason_is_an_error_that_says_what_to_do() {
    let names: Vec<String> = (0..1001).map(|at| format!("case {at}")).collect();
    let cases: Vec<_> = names.iter().map(|name| (name.as_str(), 1000, 50)).collect();
    insta::assert_snapshot!("too many cases", made("a.csv", &plain(&cases), &Config::default()).unwrap_err());
    assert_eq!(read("a.csv", &plain(&cases[..1000]))["suite"]["succeeded"], 1000);
}

#[test]
fn little_gives_a_small_report_and_no_sentence_that_is_not_true() {
    let markdown = |rows: &str| text(&made("a.csv", rows, &Config::default()).unwrap().0, "report.md").to_owned();
    let one = markdown(&plain(&[("only", 1000, 50)]));
    assert!(one.contains("1 case was sent to the server, one request at a time."), "{one}");
    for absent in ["TTFT", "Speed statistics", "charts/", "outlier", "Outlier", "GPU |"] {
        assert!(!one.contains(absent), "{absent} in {one}");
    }
    assert!(one.contains("is **excellent**"), "on the edge it belongs to the better");
    let edge = markdown(&plain(&[("only", 10_000, 499), ("other", 100_000, 5001)]));
    assert!(edge.contains("**good**") && edge.contains("right at 50.0 tok/s"), "{edge}");
    let none = markdown("case,success,error,e2e_ms,input_tokens,output_tokens\na,false,refused,,,\n");
    assert!(none.contains("No case succeeded: there is no time and no speed to report."), "{none}");
    assert!(!none.contains("mean of the cases’ speeds") && none.contains("This case failed: refused."), "{none}");
}

#[test]
fn names_of_cases_are_text_wherever_they_stand() {
    let names =
        ["<script>x</script>", "=1+1", "a](javascript:1)", "\u{202e}evil", "-- | --", "# h", "name ".repeat(60).trim()]
            .map(str::to_owned);
    let cases: Vec<_> = names.iter().map(|name| (name.as_str(), 1000, 50)).collect();
    let (files, _) = made("a.csv", &plain(&cases), &Config::default()).unwrap();
    assert!(!text(&files, "report.html").contains("<script>x"));
    let svg = text(&files, "charts/case-speed.svg");
    assert!(!svg.contains("<script>") && !svg.contains('\u{202e}'), "{svg}");
    assert!(text(&files, "cases.csv").contains("\n'=1+1,"), "no formula");
    let (_, headings) = blocks(text(&files, "report.md"));
    assert!(
        headings.contains(&"<script>x</script>".to_owned()) && headings.contains(&"evil".to_owned()),
        "{headings:?}"
    );
}
