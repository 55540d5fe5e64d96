//! `[[columns]]`: which columns of a home-made log of requests hold what.

use super::Config;
use super::problems::Problem;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use wildmatch::WildMatch;

/// What a record holds that is no time, as a key of a mapping.
const PLAIN: [&str; 12] = [
    "scenario",
    "context_tokens",
    "concurrency",
    "request_rate",
    "request_id",
    "output_chunks",
    "input_tokens",
    "output_tokens",
    "success",
    "error",
    "warmup",
    "run",
];
/// Times; the key ends in the unit of the column.
const TIMES: [&str; 6] = ["start", "e2e", "ttft", "queue", "prefill", "itl"];
const UNITS: [&str; 4] = ["_s", "_ms", "_us", "_ns"];

/// One mapping: the files it speaks of, and what their columns (or the keys of their JSON objects) are called. What each
/// column holds is what it holds in Gristmill's own records; a key within a JSON object is a path: `usage.prompt_tokens`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(default, deny_unknown_fields, extend("required" = ["file", "input_tokens", "output_tokens"]))]
pub struct RecordColumns {
    /// The files, below the run folder or by their last part alone: `*` stands for any text, `?` for one character.
    pub file: String,
    /// Zone of the dates in the column `start`, where they name none.
    pub timezone: String,
    /// Where the records stand in a list within a JSON object: its path, `results.requests`.
    pub list: Option<String>,
    /// What stands before the decimals of a number in a CSV: `.` or `,`.
    pub decimal: String,
    /// What stands in the column `success` of a request that succeeded; default: `true` or `1`.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub success_is: Option<String>,
    /// The column of each field of a record. A time's key ends in the unit of its column: `e2e_s`, `ttft_us`; `start`
    /// without a unit holds dates with a time of day. A key within a JSON object is a path: `usage.prompt_tokens`.
    #[serde(flatten)]
    #[schemars(with = "Fields")]
    pub fields: BTreeMap<String, String>,
}

impl Default for RecordColumns {
    fn default() -> Self {
        Self {
            file: String::new(),
            timezone: "UTC".into(),
            list: None,
            decimal: ".".into(),
            success_is: None,
            fields: BTreeMap::new(),
        }
    }
}

impl RecordColumns {
    /// Every key that names a column.
    pub fn keys() -> impl Iterator<Item = String> {
        let times = TIMES.iter().flat_map(|time| UNITS.iter().map(move |unit| format!("{time}{unit}")));
        PLAIN.iter().map(|key| (*key).to_owned()).chain(times).chain(["start".to_owned()])
    }

    /// A mapping with every key, for the list of the keys there can be.
    pub(super) fn complete() -> Self {
        Self { fields: Self::keys().map(|key| (key, String::new())).collect(), ..Self::default() }
    }

    /// Whether it speaks of a file: `name` is the file below the run folder, or its path.
    pub fn matches(&self, name: &str) -> bool {
        let pattern = WildMatch::new(&self.file);
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        pattern.matches(name) || pattern.matches(last)
    }

    /// Whether it maps one of these fields.
    pub fn maps(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.fields.contains_key(*key))
    }

    fn problems(&self, zone: Option<TimeZone>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |key: &str, message: String, hint: &str| problems.push(Problem::new(key, message, hint));
        if self.file.is_empty() {
            problem("", "it names no file".into(), "say which files it is for: `file = \"requests-*.csv\"`");
        }
        if zone.is_none() {
            let message = format!("expected a time zone, found `{}`", self.timezone);
            problem("timezone", message, "write it as `UTC`, `Europe/Berlin` or `+02:00`");
        }
        if ![".", ","].contains(&self.decimal.as_str()) {
            let message = format!("expected `.` or `,`, found `{}`", self.decimal);
            problem("decimal", message, "write what stands before the decimals: `decimal = \",\"`");
        }
        if self.list.as_deref().is_some_and(str::is_empty) {
            problem(
                "list",
                "expected the path of a list, found nothing".into(),
                "leave the key out where there is none",
            );
        }
        for time in TIMES {
            let units: Vec<&String> = self
                .fields
                .keys()
                .filter(|key| key.rsplit_once('_').map_or(key.as_str(), |(stem, _)| stem) == time)
                .collect();
            if let [first, second, ..] = units[..] {
                problem(second, format!("`{first}` says it already"), "keep the key with the unit that the column has");
            }
        }
        if !TIMES.is_empty() && !self.fields.keys().any(|key| key.starts_with("e2e_")) {
            problem(
                "",
                "it names no column of the E2E".into(),
                "a success needs it: `e2e_s = \"latency\"`, or another unit",
            );
        }
        for key in ["input_tokens", "output_tokens"].into_iter().filter(|key| !self.maps(&[key])) {
            problem(
                "",
                format!("it names no column of `{key}`"),
                "a success needs both `input_tokens` and `output_tokens`",
            );
        }
        if self.maps(&["concurrency"]) && self.maps(&["request_rate"]) {
            let hint = "keep the one that the load generator held constant";
            problem("request_rate", "a file has a concurrency or a request rate, not both".into(), hint);
        }
        if self.success_is.is_some() && !self.maps(&["success"]) {
            problem("success_is", "it names no column `success`".into(), "add it: `success = \"status\"`");
        }
        for (key, _) in self.fields.iter().filter(|(_, column)| column.is_empty()) {
            problem(
                key,
                "expected the name of a column, found nothing".into(),
                "leave the key out where there is none",
            );
        }
        problems
    }
}

/// What is wrong with the mappings, in their order.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let mappings = config.columns.iter().enumerate();
    mappings
        .flat_map(|(nth, mapping)| {
            let table = format!("columns[{nth}]");
            let zone = super::timezone(&mapping.timezone);
            mapping.problems(zone).into_iter().map(move |problem| problem.below(&table))
        })
        .collect()
}

/// The keys that name a column, for the schema.
struct Fields;

impl JsonSchema for Fields {
    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let column = |key: String| {
            let text = match key.rsplit_once('_').filter(|(stem, _)| TIMES.contains(stem)) {
                Some((stem, unit)) => format!("Column of `{stem}`, in {unit}."),
                None if key == "start" => "Column of the submission, as dates with a time of day.".to_owned(),
                None => format!("Column of `{key}`."),
            };
            (key, serde_json::json!({ "description": text, "type": "string" }))
        };
        let properties: serde_json::Map<_, _> = RecordColumns::keys().map(column).collect();
        json_schema!({ "type": "object", "properties": properties })
    }
}

impl<'de> Deserialize<'de> for RecordColumns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = RecordColumns;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("struct RecordColumns")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RecordColumns, A::Error> {
                let mut columns = RecordColumns::default();
                // Keys that nobody knows were refused before.
                while let Some(key) = map.next_key::<String>()? {
                    let value: String = map.next_value()?;
                    match key.as_str() {
                        "file" => columns.file = value,
                        "timezone" => columns.timezone = value,
                        "list" => columns.list = Some(value),
                        "decimal" => columns.decimal = value,
                        "success_is" => columns.success_is = Some(value),
                        _ => _ = columns.fields.insert(key, value),
                    }
                }
                Ok(columns)
            }
        }
        deserializer.deserialize_map(Table)
    }
}
