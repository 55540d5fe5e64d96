//! `docs/configuration.md`: every key of `gristmill.toml`, from the types of the configuration.

use crate::generated::current;
use gristmill::config::{Config, FileRule, PowerColumns, RecordColumns, UseCaseConfig, built_in};
use gristmill::schema::Schema;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt::{self, Write as _};

/// The keys of a table in the order in which they are declared.
enum Keys {
    Table(Vec<(String, Keys)>),
    List(Vec<Keys>),
    Value,
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    keys.push(entry);
                }
                Ok(Keys::Table(keys))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Keys::List(items))
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys::Value)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
                Ok(Keys::Value)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Keys, E> {
                Ok(Keys::Value)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
                Ok(Keys::Value)
            }
            fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
                Ok(Keys::Value)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A configuration that holds every key.
fn complete() -> Config {
    let fields = RecordColumns::keys().map(|key| (key, String::new())).collect();
    let mut config = Config {
        use_case: vec![UseCaseConfig::default()],
        file: vec![FileRule::default()],
        columns: vec![RecordColumns { fields, ..RecordColumns::default() }],
        ..Config::default()
    };
    config.power.columns = vec![PowerColumns::default()];
    config
}

struct Page {
    schema: Value,
    text: String,
}

impl Page {
    /// The schema that a reference or a list of tables leads to.
    fn target<'s>(&'s self, schema: &'s Value) -> &'s Value {
        if let Some(one) = schema["anyOf"].as_array().and_then(|kinds| kinds.first()) {
            return self.target(one);
        }
        if let Some(pointer) = schema["$ref"].as_str() {
            return self.target(self.schema.pointer(&pointer[1..]).unwrap());
        }
        if schema["items"]["$ref"].is_string() { self.target(&schema["items"]) } else { schema }
    }

    /// A table and those below it, its own keys first.
    fn table(&mut self, path: &str, keys: &[(String, Keys)], schema: &Value, about: &str, list: bool) {
        let title = heading(path, list);
        writeln!(self.text, "\n## {title}\n").unwrap();
        if !about.is_empty() {
            writeln!(self.text, "{about}\n").unwrap();
        }
        self.text.push_str("| key | value | default | |\n| --- | --- | --- | --- |\n");
        let mut below = Vec::new();
        for (key, value) in keys {
            let own = schema["properties"][key].clone();
            assert!(own.is_object(), "{path}.{key} has no schema");
            match value {
                Keys::Table(keys) => below.push((key, keys, own, false)),
                Keys::List(items) if matches!(items.first(), Some(Keys::Table(_))) => {
                    let Some(Keys::Table(keys)) = items.first() else { unreachable!("matched above") };
                    below.push((key, keys, own, true));
                }
                _ => self.row(key, &own, schema),
            }
        }
        for (key, keys, own, list) in below {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let target = self.target(&own).clone();
            let about = [target["description"].as_str(), own["description"].as_str()].into_iter().flatten();
            // A description that only names the table says nothing.
            let mut about = about.map(|text| text.strip_prefix(&format!("{}: ", heading(&path, list))).unwrap_or(text));
            let about = about.find(|text| !text.starts_with("`[")).unwrap_or_default();
            let about = about[..1].to_uppercase() + &about[1..];
            self.table(&path, keys, &target, &about, list);
        }
    }

    fn row(&mut self, key: &str, own: &Value, table: &Value) {
        // A key that ends in a unit stands for all units.
        let (key, unit) = match key.rsplit_once('_') {
            Some((stem, "s")) if !table["properties"][format!("{stem}_ns")].is_null() => {
                (format!("{stem}_s`, `{stem}_ms`, `{stem}_us`, `{stem}_ns"), true)
            }
            Some((stem, "ms" | "us" | "ns")) if !table["properties"][format!("{stem}_s")].is_null() => return,
            _ => (key.to_owned(), false),
        };
        let target = self.target(own);
        let values = self.values(own);
        let default = match &own["default"] {
            _ if table["required"].as_array().is_some_and(|required| required.contains(&Value::from(key.as_str()))) => {
                "required".to_owned()
            }
            Value::Null => String::new(),
            default => format!("`{default}`"),
        };
        let mut about = own["description"].as_str().unwrap_or_default().to_owned();
        if unit {
            about = about.replace(", in s.", ", in the unit that the key ends in.");
        }
        for one in target["oneOf"].as_array().into_iter().flatten() {
            write!(about, "<br>`{}`: {}", one["const"], one["description"].as_str().unwrap_or_default()).unwrap();
        }
        writeln!(self.text, "| `{key}` | {values} | {default} | {} |", about.replace('|', "\\|")).unwrap();
    }

    /// What a key may hold, in words.
    fn values(&self, own: &Value) -> String {
        let target = self.target(own);
        let alternatives: Vec<Value> = match (&target["enum"], &target["oneOf"]) {
            (Value::Array(values), _) => values.clone(),
            (_, Value::Array(kinds)) => kinds.iter().map(|kind| kind["const"].clone()).collect(),
            _ => Vec::new(),
        };
        if !alternatives.is_empty() {
            return alternatives.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        }
        let word = |name: &Value| match name.as_str().unwrap() {
            "string" => "text",
            "integer" => "whole number",
            "number" => "number",
            "boolean" => "`true` or `false`",
            other => panic!("type {other}"),
        };
        match &target["type"] {
            Value::Array(names) => names.iter().map(word).collect::<Vec<_>>().join(" or "),
            name if name == "array" && target["items"]["enum"].is_array() => {
                format!("list of {}", self.values(&target["items"]))
            }
            name if name == "array" => format!("list of {}s", word(&target["items"]["type"])),
            name => format!("{}{}", word(name), range(target)),
        }
    }
}

/// Between what a number must lie: ` ≥ 0, < 1`.
fn range(schema: &Value) -> String {
    let signs = [("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<")];
    let bounds = signs.iter().filter_map(|(key, sign)| Some(format!("{sign} {}", schema.get(*key)?)));
    // That a count is not below 0 goes without saying.
    let bounds: Vec<_> = bounds.filter(|bound| schema["type"] != "integer" || bound != "≥ 0").collect();
    if bounds.is_empty() { String::new() } else { format!(" {}", bounds.join(", ")) }
}

fn heading(path: &str, list: bool) -> String {
    match (path, list) {
        ("", _) => "Above the first table".to_owned(),
        (path, false) => format!("`[{path}]`"),
        (path, true) => format!("`[[{path}]]`"),
    }
}

fn reference() -> String {
    let mut page = Page { schema: Schema::named("configuration").unwrap().json(), text: String::new() };
    page.text.push_str(
        "# Reference of `gristmill.toml`\n\n\
         `gristmill.toml` lies in the folder of a run, or beside its file; `--config FILE` names another one. Every key is\n\
         optional but for those marked as required, which their table needs. A key that nobody knows is an error that names the nearest\n\
         known one. `[[table]]` may stand several times.\n\n\
         Editors complete it: `gristmill schema configuration > gristmill.schema.json`, and `#:schema ./gristmill.schema.json` as the first\n\
         line of `gristmill.toml`.\n\n\
         This page is made from the code: `GRISTMILL_DOCS=update cargo test --test it configuration` writes it anew.\n",
    );
    let Keys::Table(keys) = serde_json::from_str(&serde_json::to_string(&complete()).unwrap()).unwrap() else {
        panic!("a configuration is a table")
    };
    let root = page.schema.clone();
    page.table("", &keys, &root, "", false);
    page.text.push_str(
        "\n## Built-in use cases\n\nA `[[use_case]]` of the same id takes the place of one of these.\n\n\
         | id | name | context | output tokens | thresholds |\n| --- | --- | --- | --- | --- |\n",
    );
    for UseCaseConfig { id, name, context, output_tokens, max_ttft_s, min_speed, max_e2e_s, .. } in built_in() {
        let thresholds = [("max_e2e_s", max_e2e_s), ("max_ttft_s", max_ttft_s), ("min_speed", min_speed)];
        let thresholds: Vec<_> =
            thresholds.into_iter().filter_map(|(key, value)| Some(format!("`{key} = {}`", value?))).collect();
        let (name, context, tokens) = (name.unwrap(), context.unwrap(), output_tokens.unwrap());
        writeln!(page.text, "| `{id}` | {name} | {context} | {tokens} | {} |", thresholds.join(", ")).unwrap();
    }
    page.text
}

#[test]
fn the_reference_is_current() {
    current("docs/configuration.md", &reference());
}

#[test]
fn defaults_in_the_reference_are_those_of_an_empty_configuration() {
    let schema = Schema::named("configuration").unwrap().json();
    let empty = serde_json::to_value(Config::default()).unwrap();
    let mut defaults = 0;
    for (table, values) in empty.as_object().unwrap() {
        let Some(pointer) = schema["properties"][table]["$ref"].as_str() else { continue };
        for (key, own) in schema.pointer(&pointer[1..]).unwrap()["properties"].as_object().into_iter().flatten() {
            if let Some(default) = own.get("default") {
                assert_eq!(default, &values[key], "{table}.{key}");
                defaults += 1;
            }
        }
    }
    assert!(defaults >= 9, "{defaults}");
}
