//! `gristmill schema`: the schemas are those of the repository, and what Gristmill reads and writes is what they say.

use crate::generated::current;
use crate::results::{bundled_runs, report_json};
use crate::run::{gristmill, root};
use gristmill::config;
use gristmill::ingest::records::columns::{Column, Field};
use gristmill::schema::{SCHEMAS, Schema};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// What is wrong with a value, with its path; nothing where the schema holds.
///
/// Knows the keywords that the schemas use, and fails on any other.
fn problem(schema: &Value, value: &Value, root: &Value, at: &str) -> Option<String> {
    let wrong = |what: String| Some(format!("{at}: {what}"));
    let holds = |schema: &Value| problem(schema, value, root, at).is_none();
    let Value::Object(keywords) = schema else {
        return (*schema == json!(false)).then(|| format!("{at}: not allowed"));
    };
    let list = |key: &str| keywords.get(key).and_then(Value::as_array);
    for (keyword, given) in keywords {
        let found = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" | "pattern" => None,
            "$ref" => {
                let pointer = given.as_str().unwrap().strip_prefix('#').unwrap();
                problem(root.pointer(pointer).unwrap(), value, root, at)
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                let one = given.as_array().map_or_else(|| is(given), |names| names.iter().any(is));
                if one { None } else { wrong(format!("{value} is not {given}")) }
            }
            "enum" => (!list("enum").unwrap().contains(value)).then(|| format!("{at}: {value} is none of {given}")),
            "const" => (value != given).then(|| format!("{at}: {value} is not {given}")),
            "anyOf" if !list("anyOf").unwrap().iter().any(holds) => wrong(format!("{value:.80} is none of anyOf")),
            "oneOf" if list("oneOf").unwrap().iter().filter(|one| holds(one)).count() != 1 => {
                wrong(format!("{value:.80} is not one of oneOf"))
            }
            "allOf" => list("allOf").unwrap().iter().find_map(|one| problem(one, value, root, at)),
            "not" => holds(given).then(|| format!("{at}: {value:.80} is what it must not be")),
            "anyOf" | "oneOf" => None,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                let bound = given.as_f64().unwrap();
                let within = value.as_f64().is_none_or(|number| match keyword.as_str() {
                    "minimum" => number >= bound,
                    "maximum" => number <= bound,
                    "exclusiveMinimum" => number > bound,
                    _ => number < bound,
                });
                if within { None } else { wrong(format!("{value} against {keyword} {given}")) }
            }
            "minItems" | "maxItems" => {
                let (length, bound) = (value.as_array().map(Vec::len), given.as_u64().unwrap() as usize);
                let within = length.is_none_or(|n| if keyword == "minItems" { n >= bound } else { n <= bound });
                if within { None } else { wrong(format!("{length:?} items")) }
            }
            "required" => {
                let lacks = |key: &&Value| value.is_object() && value.get(key.as_str().unwrap()).is_none();
                list("required").unwrap().iter().find(lacks).map(|key| format!("{at}: lacks {key}"))
            }
            "prefixItems" => value.as_array().and_then(|items| {
                let pairs = list("prefixItems").unwrap().iter().zip(items);
                pairs.enumerate().find_map(|(n, (one, item))| problem(one, item, root, &format!("{at}[{n}]")))
            }),
            "items" => value.as_array().and_then(|items| {
                items.iter().enumerate().find_map(|(n, item)| problem(given, item, root, &format!("{at}[{n}]")))
            }),
            "properties" => given
                .as_object()
                .unwrap()
                .iter()
                .find_map(|(key, one)| problem(one, value.get(key)?, root, &format!("{at}.{key}"))),
            "additionalProperties" => value.as_object().and_then(|object| {
                let known = keywords.get("properties").and_then(Value::as_object);
                let more = object.iter().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                more.filter_map(|(key, one)| problem(given, one, root, &format!("{at}.{key}"))).next()
            }),
            other => panic!("the keyword {other} is not known here"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn refused(name: &str, value: &Value) -> Option<String> {
    let schema = Schema::named(name).unwrap().json();
    problem(&schema, value, &schema, "")
}

#[test]
fn the_schemas_of_the_repository_are_current_and_printed() {
    for schema in SCHEMAS {
        current(&format!("docs/schema/{}.json", schema.name), &schema.text());
        let printed = gristmill(["schema", schema.name]);
        assert_eq!(String::from_utf8(printed.stdout).unwrap(), schema.text());
        assert_eq!(schema.json()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    let listed = String::from_utf8(gristmill(["schema"]).stdout).unwrap();
    insta::assert_snapshot!(listed, @r"
    report         report.json: every figure of a report
    records        a request in JSON or JSON Lines, or a list of them
    configuration  gristmill.toml
    ");
    assert_eq!(gristmill(["schema", "weather"]).status.code(), Some(2));
}

#[test]
fn every_report_is_what_the_schema_says() {
    for text in bundled_runs().iter().map(|run| report_json(run)).chain([crate::results::many_sided()]) {
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(refused("report", &report), None);
    }
    let mut report: Value = serde_json::from_str(&crate::results::many_sided()).unwrap();
    report["cells"][0]["ttft_s"]["mean"] = json!("fast");
    assert_eq!(refused("report", &report).unwrap(), ".cells[0].ttft_s.mean: \"fast\" is not [\"number\",\"null\"]");
    report["cells"][0].as_object_mut().unwrap().remove("ttft_s");
    assert_eq!(refused("report", &report).unwrap(), ".cells[0]: lacks \"ttft_s\"");
}

/// Every file of that name below a folder.
fn named(folder: PathBuf, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder];
    while let Some(path) = pending.pop() {
        if path.is_dir() && !path.ends_with("node_modules") {
            pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.file_name().is_some_and(|found| found == name) {
            found.push(path);
        }
    }
    found
}

/// A configuration as an editor sees it: a date is a text.
fn toml(text: &str) -> Value {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => json!(date.to_string()),
            toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, one)| (key, plain(one))).collect()),
            toml::Value::Array(list) => list.into_iter().map(plain).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    plain(toml::Value::Table(toml::from_str(text).unwrap()))
}

#[test]
fn every_configuration_is_what_the_schema_says() {
    let files: Vec<PathBuf> =
        ["fixtures", "examples"].into_iter().flat_map(|folder| named(root().join(folder), "gristmill.toml")).collect();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(refused("configuration", &toml(&text)), None, "{}", file.display());
    }
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(config::parse(example, "README.md").is_ok(), "{:?}", config::parse(example, "README.md"));
    assert_eq!(refused("configuration", &toml(example)), None);
}

#[test]
fn schema_and_reader_refuse_the_same_configurations() {
    let cases = [
        "titel = \"x\"",
        "[model]\nname = 4",
        "[hardware]\ncount = 0",
        "[hardware]\nvram_gb = 0",
        "[power]\npue = 0.5",
        "[cost]\ngpu_hour = -1",
        "[capacity]\nrule = \"best\"",
        "[capacity]\nnear = 1.0",
        "[report]\nomit = [\"weather\"]",
        "[report]\npage = \"a5\"",
        "[numbers]\ndecimal = \";\"",
        "[[use_case]]\nname = \"x\"\nmax_ttft_s = 1",
        "[[use_case]]\nid = \"x\"\ncontext = \"1K\"\nmax_ttft_s = 0",
        "[[file]]\nconcurrency = 1",
        "[[file]]\nmatch = \"a\"\nconcurrency = 0",
        "[columns]\nfile = \"a\"\ninput_tokens = \"a\"",
        "[power.columns]\nwatts = \"w\"",
    ];
    for text in cases {
        assert!(config::parse(text, "gristmill.toml").is_err(), "{text}");
        assert!(refused("configuration", &toml(text)).is_some(), "{text}");
    }
    // What the reader takes although it is written in another way.
    for text in [
        "date = 2026-02-06",
        "[[use_case]]\nid = \"x\"\ncontext = 32768\nmax_ttft_s = 1",
        "[columns]\nfile = \"a\"\ne2e_s = \"e\"\ninput_tokens = \"i\"\noutput_tokens = \"o\"\nsuccess = \"s\"\nsuccess_is = 200",
        "[[power.columns]]\nfile = \"a\"\ntime = 1\nwatts = 2",
    ] {
        assert!(config::parse(text, "gristmill.toml").is_ok(), "{text}");
        assert_eq!(refused("configuration", &toml(text)), None, "{text}");
    }
}

/// The records of a file in JSON or JSON Lines.
fn records(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    match serde_json::from_str(&text) {
        Ok(list @ Value::Array(_)) => list,
        _ => text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect(),
    }
}

#[test]
fn good_records_are_what_the_schema_says_and_bad_ones_are_not() {
    let folder = root().join("fixtures/inputs/records");
    for good in [
        "as-json-array.json",
        "as-indented-json-array.json",
        "as-json-lines.jsonl",
        "with-keys-in-any-order-and-escapes.jsonl",
    ] {
        let records = records(&folder.join(good));
        assert_eq!(refused("records", &records), None, "{good}");
        for record in records.as_array().unwrap() {
            assert_eq!(refused("records", record), None, "{good}");
        }
    }
    for bad in
        ["text-for-a-number.json", "text-for-a-number.jsonl", "array-for-a-number.jsonl", "object-as-error.jsonl"]
    {
        assert!(refused("records", &records(&folder.join(bad))).is_some(), "{bad}");
    }
}

/// A row of a table as a JSON object.
fn object(names: &csv::StringRecord, row: &csv::StringRecord) -> Value {
    let value = |(name, text): (&str, &str)| {
        let value = match Field::named(name).map(|field| field.column) {
            _ if text.is_empty() => Value::Null,
            Some(Column::Success | Column::Warmup) => json!(text == "true"),
            Some(Column::Scenario | Column::RequestId | Column::Error | Column::Run) | None => json!(text),
            Some(_) => serde_json::from_str(text).unwrap(),
        };
        (name.to_owned(), value)
    };
    Value::Object(names.iter().zip(row).map(value).collect())
}

#[test]
fn the_bundled_records_are_what_the_schema_says() {
    let mut files = named(root().join("fixtures/runs"), "records.csv");
    files.push(root().join("fixtures/inputs/loads/both-kinds.csv"));
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let mut reader = csv::Reader::from_path(&file).unwrap();
        let names = reader.headers().unwrap().clone();
        for row in reader.records() {
            let record = object(&names, &row.unwrap());
            assert_eq!(refused("records", &record), None, "{}", file.display());
        }
    }
}
