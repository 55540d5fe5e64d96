//! The figures that were published for the two bundled runs come out, to the last printed digit: in `report.json`, and
//! in the text of `report.md` and of `report.pdf`, each in its own section.

use crate::run::{RUNS, bundled, report, root};
use gristmill::{context, format};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// One thing that must be said: in which section, and which words must stand close together in this order.
struct Claim {
    section: &'static str,
    words: Vec<String>,
}

fn claim(section: &'static str, words: impl IntoIterator<Item = String>) -> Claim {
    Claim { section, words: words.into_iter().collect() }
}

fn expected(name: &str) -> Value {
    let path = root().join("fixtures/expected").join(name).with_extension("json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// `379ms` as the report prints it: `379 ms`.
fn spaced(value: &str) -> String {
    let at = value.find(|c: char| c.is_alphabetic()).expect("a unit");
    format!("{} {}", &value[..at], &value[at..])
}

fn requests(concurrency: &Value) -> String {
    if *concurrency == 1 { "1 concurrent request".to_owned() } else { format!("{concurrency} concurrent requests") }
}

/// Every value of an `expected.json` as something the report must say.
fn claims(expected: &Value) -> Vec<Claim> {
    let e = |key: &str| text(&expected[key]);
    let tok_s = |value: &Value| format!("{} tok/s", text(value));
    let peak = &expected["peak_throughput"];
    let mut claims = vec![
        claim("Executive summary", [tok_s(&peak["tok_s"]), requests(&peak["concurrency"]), text(&peak["context"])]),
        claim("System throughput", [tok_s(&peak["tok_s"]), text(&peak["context"]), requests(&peak["concurrency"])]),
        claim("System throughput", [text(&peak["tokens_per_hour"])]),
        claim("Executive summary", [format!("{}×", e("throughput_scaling"))]),
        claim("Executive summary", [e("success_rate"), e("requests")]),
    ];
    for at in list(&expected["throughput"]) {
        claims.push(claim(
            "System throughput",
            [text(&at["context"]), requests(&at["concurrency"]), tok_s(&at["tok_s"])],
        ));
    }
    let single = |key: &str, field: &str| list(&expected[key]).iter().map(|at| text(&at[field])).collect::<Vec<_>>();
    let [first, last] = &single("ttft_single", "value")[..] else { panic!("two values") };
    for section in ["Executive summary", "Time to first token"] {
        claims.push(claim(section, [spaced(first), spaced(last)]));
    }
    let speeds = list(&expected["generation_speed"]);
    for section in ["Executive summary", "Per-user generation speed"] {
        claims.push(claim(section, [text(&speeds[0]["tok_s"]), tok_s(&speeds[1]["tok_s"])]));
    }
    let slowest = &speeds[2];
    assert_eq!(slowest["context"], expected["slowest_generation"]["context"]);
    let place = [text(&slowest["context"]), requests(&slowest["concurrency"]), tok_s(&slowest["tok_s"])];
    claims.push(claim("Per-user generation speed", place));
    let queue = &expected["longest_queue"];
    let place = [format!("{} s", text(&queue["s"])), text(&queue["context"]), requests(&queue["concurrency"])];
    claims.push(claim("Technical analysis", place));
    for peak in list(&expected["prefill_peaks"]) {
        let row = [text(&peak["concurrency"]), tok_s(&peak["tok_s"]), text(&peak["context"])];
        claims.push(claim("Technical analysis", row));
    }
    let [alone, highest] = list(&expected["itl_ms"]) else { panic!("two values") };
    claims.push(claim("Technical analysis", [text(&alone["context"]), format!("{} ms", text(&alone["ms"]))]));
    let place = [format!("{} ms", text(&highest["ms"])), text(&highest["context"]), requests(&highest["concurrency"])];
    claims.push(claim("Technical analysis", place));
    let power = &expected["peak_power"];
    let place = [format!("{} W", text(&power["w"])), text(&power["context"]), requests(&power["concurrency"])];
    claims.push(claim("Power and cost", place));
    claims.push(claim("Power and cost", [format!("${} per hour", text(&power["cost_per_hour"]))]));
    claims
        .push(claim("Executive summary", [text(&expected["capacity"]["general-chatbot"]["limit"]), "32K".to_owned()]));
    for (id, capacity) in expected["capacity"].as_object().unwrap() {
        let section = USE_CASES.iter().find(|(known, _)| known == id).expect("a built-in use case").1;
        claims.push(claim(section, [format!("Capacity limit: {}", text(&capacity["limit"]))]));
        let columns = list(&capacity["columns"]);
        for (key, metric, unit) in [
            ("ttft_s", "Mean TTFT", " s"),
            ("e2e_ms", "Mean E2E", " ms"),
            ("generation_speed_tok_s", "Mean generation speed", " tok/s"),
        ] {
            if columns[0].get(key).is_some() {
                let values = columns.iter().map(|column| text(&column[key]) + unit);
                claims.push(claim(section, std::iter::once(metric.to_owned()).chain(values)));
            }
        }
    }
    claims
}

const USE_CASES: [(&str, &str); 5] = [
    ("code-completion", "Code Completion (1K context)"),
    ("short-form-chatbot", "Short-form Chatbot (8K context)"),
    ("general-chatbot", "General Chatbot (32K context)"),
    ("long-document-processing", "Long Document Processing (64K context)"),
    ("automated-coding-assistant", "Automated Coding Assistant (96K context)"),
];

/// Where sections begin and end.
const SECTIONS: [&str; 9] = [
    "Executive summary",
    "Use case guidance",
    "System throughput",
    "Per-user generation speed",
    "Time to first token",
    "Capacity analysis",
    "Technical analysis",
    "Power and cost",
    "Percentiles",
];

/// The text between a heading and the next one, white space folded.
fn section(lines: &[String], heading: &str) -> String {
    let is_heading = |line: &str| SECTIONS.contains(&line) || USE_CASES.iter().any(|(_, name)| *name == line);
    let start = lines.iter().position(|line| line == heading).unwrap_or_else(|| panic!("no heading {heading}"));
    let end = lines[start + 1..].iter().position(|line| is_heading(line)).map_or(lines.len(), |at| start + 1 + at);
    lines[start..end].join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether words stand in this order, each whole and within 160 characters of the one before.
fn says(text: &str, words: &[String]) -> bool {
    let Some((first, rest)) = words.split_first() else { return true };
    let part_of_a_number = |after: &str| {
        let mut next = after.chars();
        next.next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | ','))
            && next.next().is_some_and(char::is_alphanumeric)
    };
    let whole = |at: usize| {
        let begins = !text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        begins && !part_of_a_number(&text[at + first.len()..])
    };
    text.match_indices(first.as_str()).filter(|(at, _)| whole(*at)).any(|(at, _)| {
        let after: String = text[at + first.len()..].chars().take(160).collect();
        says(&after, rest)
    })
}

fn assert_said(what: &str, lines: &[String], claims: &[Claim]) {
    for Claim { section: heading, words } in claims {
        let text = section(lines, heading);
        assert!(says(&text, words), "{what}, {heading}: {words:?} is not said in\n{text}");
    }
}

#[test]
fn every_published_figure_is_in_the_markdown_and_the_pdf() {
    for name in RUNS {
        let out = tempfile::tempdir().unwrap();
        report(&bundled(name), out.path());
        let claims = claims(&expected(name));
        assert!(claims.len() > 35, "{}", claims.len());

        let markdown = fs::read_to_string(out.path().join("report.md")).unwrap();
        let body = &markdown[markdown.find("\n## Executive summary").unwrap()..];
        let plain = |line: &str| line.trim_start_matches(['#', '>', ' ']).replace("**", "").replace(['\\', '|'], "");
        let lines: Vec<_> = body.lines().map(plain).collect();
        assert_said(&format!("{name}: report.md"), &lines, &claims);

        let pdf = Command::new("pdftotext").arg("-layout").arg(out.path().join("report.pdf")).arg("-").output();
        let pdf = pdf.expect("pdftotext is installed: tests/run does it");
        let pages = String::from_utf8(pdf.stdout).unwrap();
        // The running head of each page names a section too; it is the first line of the page. Cover and contents
        // come first.
        let lines: Vec<_> = pages
            .split('\u{c}')
            .skip(2)
            .flat_map(|page| page.lines().filter(|line| !line.trim().is_empty()).skip(1))
            .map(|line| line.trim().to_owned())
            .collect();
        assert_said(&format!("{name}: report.pdf"), &lines, &claims);
    }
}

#[test]
fn every_published_figure_is_in_the_json() {
    for name in RUNS {
        let out = tempfile::tempdir().unwrap();
        report(&bundled(name), out.path());
        check_json(out.path(), &expected(name), name);
    }
}

fn check_json(out: &Path, expected: &Value, name: &str) {
    let report: Value = serde_json::from_str(&fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
    let found = &report["findings"];
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{name}: {value} is no number"));
    let label = |value: &Value| context::label(value["context_tokens"].as_u64().unwrap());
    let same = |what: &str, printed: String, wanted: &Value| {
        assert_eq!(printed, text(wanted).replace("ms", "").replace(['s', '%'], ""), "{name}: {what}");
    };
    let cell = |at: &Value| {
        let is = |cell: &&Value| {
            cell["scenario"] == "sweep"
                && label(cell) == text(&at["context"])
                && cell["concurrency"] == at["concurrency"]
        };
        list(&report["cells"]).iter().find(is).unwrap_or_else(|| panic!("{name}: no cell {at}")).clone()
    };

    let peak = &expected["peak_throughput"];
    same("peak", format::fixed(number(&found["peak_throughput"]["tok_s"]), 1), &peak["tok_s"]);
    assert_eq!(found["peak_throughput"]["concurrency"], peak["concurrency"]);
    assert_eq!(label(&found["peak_throughput"]), text(&peak["context"]));
    assert_eq!(format::large(number(&found["peak_throughput"]["tokens_per_hour"])), text(&peak["tokens_per_hour"]));
    for at in list(&expected["throughput"]) {
        same("throughput", format::fixed(number(&cell(at)["throughput_tok_s"]), 1), &at["tok_s"]);
    }
    same("scaling", format::fixed(number(&found["throughput_scaling"]["ratio"]), 1), &expected["throughput_scaling"]);
    for (at, key) in list(&expected["ttft_single"]).iter().zip(["shortest", "longest"]) {
        let single = &found["ttft_single"][key];
        assert_eq!(format::latency(number(&single["s"])).replace(' ', ""), text(&at["value"]), "{name}: TTFT {key}");
        assert_eq!(label(single), text(&at["context"]));
    }
    for at in list(&expected["generation_speed"]) {
        let mean = number(&cell(at)["generation_speed_tok_s"]["mean"]);
        same("generation speed", format::fixed(mean, 1), &at["tok_s"]);
    }
    assert_eq!(label(&found["slowest_generation"]), text(&expected["slowest_generation"]["context"]));
    assert_eq!(found["slowest_generation"]["concurrency"], expected["slowest_generation"]["concurrency"]);
    let sent = found["success"]["requests"].as_u64().unwrap();
    assert_eq!(format::count(sent), text(&expected["requests"]));
    same("success", format::fixed(number(&found["success"]["rate"]) * 100.0, 1), &expected["success_rate"]);
    let queue = &expected["longest_queue"];
    same("queue", format::fixed(number(&found["longest_queue"]["s"]), 1), &queue["s"]);
    assert_eq!(label(&found["longest_queue"]), text(&queue["context"]));
    assert_eq!(found["longest_queue"]["concurrency"], queue["concurrency"]);
    assert_eq!(list(&found["prefill_peaks"]).len(), list(&expected["prefill_peaks"]).len());
    for (peak, wanted) in list(&found["prefill_peaks"]).iter().zip(list(&expected["prefill_peaks"])) {
        same("prefill peak", format::thousands(number(&peak["tok_s"])), &wanted["tok_s"]);
        assert_eq!((label(peak), &peak["concurrency"]), (text(&wanted["context"]), &wanted["concurrency"]));
    }
    let [alone, highest] = list(&expected["itl_ms"]) else { panic!("two values") };
    same("ITL alone", format::fixed(number(&found["itl_single_s"]) * 1e3, 0), &alone["ms"]);
    same("highest ITL", format::fixed(number(&found["itl_highest"]["s"]) * 1e3, 0), &highest["ms"]);
    assert_eq!(label(&found["itl_highest"]), text(&highest["context"]));
    let power = &expected["peak_power"];
    same("power", format::fixed(number(&found["peak_power"]["w"]), 0), &power["w"]);
    same("power cost", format::fixed(number(&found["peak_power"]["cost_per_hour"]), 2), &power["cost_per_hour"]);
    assert_eq!(label(&found["peak_power"]), text(&power["context"]));
    assert_eq!(found["peak_power"]["concurrency"], power["concurrency"]);

    let wanted = expected["capacity"].as_object().unwrap();
    assert_eq!(list(&report["capacity"]).len(), wanted.len());
    for capacity in list(&report["capacity"]) {
        let id = text(&capacity["use_case"]);
        assert_eq!(capacity["limit"]["text"], wanted[&id]["limit"], "{name}: {id}");
        let columns = list(&wanted[&id]["columns"]);
        assert_eq!(list(&capacity["columns"]).len(), columns.len(), "{name}: {id}");
        for (column, wanted) in list(&capacity["columns"]).iter().zip(columns) {
            assert_eq!(number(&column["concurrency"]), number(&wanted["concurrency"]), "{name}: {id}");
            for (key, factor, decimals, field) in [
                ("ttft_s", 1.0, 1, "ttft_s"),
                ("e2e_ms", 1e3, 0, "e2e_s"),
                ("generation_speed_tok_s", 1.0, 0, "generation_speed_tok_s"),
            ] {
                if wanted.get(key).is_some() {
                    same(
                        &format!("{id} {key}"),
                        format::fixed(number(&column[field]) * factor, decimals),
                        &wanted[key],
                    );
                }
            }
        }
    }
}
