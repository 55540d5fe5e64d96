//! JSON Schemas (2020-12) of what Gristmill reads and writes, so that editors complete it and programs check it.
//!
//! They are made from the types themselves and from what their comments say; `docs/schema` holds what [`Schema::text`] gives.

mod records;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::results::Results;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, RestrictFormats};
use serde_json::{Value, json};

/// A schema and what it describes.
pub struct Schema {
    /// As the command line calls it.
    pub name: &'static str,
    /// What it describes.
    pub about: &'static str,
    make: fn() -> Value,
}

/// Every schema.
pub static SCHEMAS: &[Schema] = &[
    Schema { name: "report", about: "report.json: every figure of a report", make: report },
    Schema { name: "records", about: "a request in JSON or JSON Lines, or a list of them", make: records::records },
    Schema { name: "configuration", about: "gristmill.toml", make: configuration },
];

impl Schema {
    /// The schema of a name.
    pub fn named(name: &str) -> Result<&'static Self> {
        SCHEMAS.iter().find(|schema| schema.name == name).ok_or_else(|| {
            let names: Vec<_> = SCHEMAS.iter().map(|schema| format!("`{}`", schema.name)).collect();
            Error::new(format!("no schema is called `{name}`")).hint(format!("the schemas are {}", names.join(", ")))
        })
    }

    /// The schema as JSON.
    pub fn json(&self) -> Value {
        let mut schema = (self.make)();
        schema["title"] = format!("Gristmill: {}", self.about).into();
        schema
    }

    /// The schema as text, with a line break at its end.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json())
    }
}

fn report() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    // A newer version may write more keys.
    let open = |schema: &mut schemars::Schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
        }
        schema.remove("default");
    };
    generate::<Results>(settings.with_transform(RecursiveTransform(open)))
}

fn configuration() -> Value {
    let settings = SchemaSettings::draft2020_12();
    generate::<Config>(settings.with_transform(RecursiveTransform(as_toml)))
}

fn generate<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let lines = |schema: &mut schemars::Schema| {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
        }
    };
    // Formats such as `uint64` are Rust's, and strict validators refuse them.
    let settings = settings.with_transform(RestrictFormats::default()).with_transform(RecursiveTransform(lines));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// TOML has no null, and a default of a whole table says nothing that the defaults of its keys do not say.
fn as_toml(schema: &mut schemars::Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(kinds)) = schema.get_mut("anyOf") {
        kinds.retain(|kind| *kind != json!({ "type": "null" }));
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only.as_object().into_iter().flatten() {
                schema.insert(key.clone(), value.clone());
            }
        }
    }
    let says_nothing = |default: &Value| match default {
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        other => other.is_null() || other.is_object(),
    };
    if schema.get("default").is_some_and(says_nothing) {
        schema.remove("default");
    }
}
