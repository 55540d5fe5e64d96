//! TOML to [`Config`], with the place of everything that is wrong.

use super::Config;
use super::entries::{self, Entry};
use crate::error::{Error, Place, Result};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a configuration file. `file` is what messages call it.
///
/// Errors, each at its line and column: what is no TOML, a key that nobody knows (with the nearest one that is known),
/// a value of the wrong type, and one that cannot stand, see [`Config::problems`].
pub fn parse(text: &str, file: &str) -> Result<Config> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { text, file };
    let mut table = DeTable::parse(text).map_err(|error| {
        let message = format!("expected TOML, found what is none: {}", error.message());
        Error::at(source.place(error.span()), message).hint("write `key = value` lines below `[table]` lines")
    })?;
    list_of_one(&mut table);
    let entries = entries::entries(table.get_ref());
    if let Some(unknown) = entries::first_unknown(&entries) {
        return Err(source.unknown_key(unknown));
    }
    tolerate(&mut table);
    let config = Config::deserialize(toml::Deserializer::from(table)).map_err(|error| {
        let entry = error.span().and_then(|span| entries.iter().find(|entry| entry.value == span));
        source.wrong_type(error.message(), error.span(), entry)
    })?;
    match config.problems().into_iter().next() {
        Some(problem) => {
            let entry = entries::nearest(&entries, &problem.path);
            Err(problem.error(source.place(entry.map(|entry| entry.value.clone()))))
        }
        None => Ok(config),
    }
}

/// A single `[columns]` or `[power.columns]` is a list of one.
fn list_of_one(table: &mut Spanned<DeTable>) {
    fn listed(table: &mut DeTable) {
        let Some(columns) = table.get_mut("columns").filter(|columns| columns.get_ref().is_table()) else { return };
        let only = Spanned::new(columns.span(), std::mem::replace(columns.get_mut(), DeValue::Boolean(false)));
        *columns.get_mut() = DeValue::Array([only].into_iter().collect());
    }
    listed(table.get_mut());
    if let Some(DeValue::Table(power)) = table.get_mut().get_mut("power").map(Spanned::get_mut) {
        listed(power);
    }
}

/// Takes what can be meant in one way only: a bare date is a text, and so are a context of `32768` and a column's number.
fn tolerate(table: &mut Spanned<DeTable>) {
    fn text(table: &mut DeTable, key: &str) {
        let Some(value) = table.get_mut(key) else { return };
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => return,
        };
        *value.get_mut() = DeValue::String(text.into());
    }
    fn each<'t, 'i>(table: &'t mut DeTable<'i>, key: &str) -> impl Iterator<Item = &'t mut DeTable<'i>> {
        let list = table.get_mut(key).map(Spanned::get_mut);
        let list = list.and_then(|list| if let DeValue::Array(list) = list { Some(list) } else { None });
        list.into_iter().flat_map(|list| list.iter_mut()).filter_map(|item| match item.get_mut() {
            DeValue::Table(table) => Some(table),
            _ => None,
        })
    }
    let table = table.get_mut();
    text(table, "date");
    if let Some(DeValue::Table(test)) = table.get_mut("test").map(Spanned::get_mut) {
        text(test, "time");
    }
    for (list, key) in [("use_case", "context"), ("file", "context"), ("file", "run"), ("columns", "success_is")] {
        each(table, list).for_each(|entry| text(entry, key));
    }
    if let Some(DeValue::Table(power)) = table.get_mut("power").map(Spanned::get_mut) {
        for columns in each(power, "columns") {
            ["time", "start", "device", "watts", "milliwatts"].into_iter().for_each(|key| text(columns, key));
        }
    }
}

/// The file, for places in it.
struct Source<'s> {
    text: &'s str,
    file: &'s str,
}

impl Source<'_> {
    /// Line and column of where a span starts, both counted from 1, columns in characters.
    fn place(&self, span: Option<Range<usize>>) -> Place {
        let place = Place::file(self.file);
        let Some(before) = span.and_then(|span| self.text.get(..span.start)) else { return place };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        place.line(line as u64).column(column as u64)
    }

    fn unknown_key(&self, entry: &Entry) -> Error {
        let place = self.place(Some(entry.key.clone())).path(&entry.path);
        Error::at(place, "nobody knows this key").hint(entries::hint(&entry.generic))
    }

    /// An error of the deserializer, in words.
    fn wrong_type(&self, message: &str, span: Option<Range<usize>>, entry: Option<&Entry>) -> Error {
        let mut place = self.place(span);
        if let Some(entry) = entry {
            place = place.path(&entry.path);
        }
        let Some((found, expected)) = message.split_once(", expected ") else {
            return Error::at(place, message).hint("see the keys that `gristmill init` writes");
        };
        let (expected, hint) = in_words(expected);
        Error::at(place, format!("expected {expected}, found {}", found_in_words(found))).hint(hint)
    }
}

/// What a value should have been, and how to write one.
fn in_words(expected: &str) -> (&str, &str) {
    match expected {
        "f32" | "f64" => ("a number", "write it without quotes and without a unit"),
        "u32" | "u64" => ("a whole number from 0 on", "write it without quotes and without a unit"),
        "a string" => ("a text", "put it in quotes"),
        "a boolean" => ("`true` or `false`", "write it without quotes"),
        "a sequence" => ("a list", "write its tables with two brackets, as in `[[use_case]]`"),
        _ if expected.starts_with("struct ") => ("a table", "write its keys below a line like `[model]`"),
        _ => (expected, "write it as one of these"),
    }
}

/// What a value was.
fn found_in_words(found: &str) -> String {
    let found = found
        .trim_start_matches("invalid type: ")
        .trim_start_matches("invalid value: ")
        .trim_start_matches("unknown variant ");
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    match (kind, value) {
        ("string", value) => format!("the text {value}"),
        ("integer", value) | ("floating", value) => format!("the number {}", value.trim_start_matches("point ")),
        ("boolean", value) => value.to_owned(),
        ("map", _) => "a table or a date".to_owned(),
        ("sequence", _) => "a list".to_owned(),
        _ => found.to_owned(),
    }
}
