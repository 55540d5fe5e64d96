//! The keys of a configuration file: which stand in it and where, and which there can be.

use super::{Config, FileRule, Power, PowerColumns, RecordColumns, UseCaseConfig};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A key of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// With its tables: `power.pue`, `use_case[0].id`.
    pub path: String,
    /// The same for every table of a list: `use_case[].id`.
    pub generic: String,
    /// Where the key stands, in bytes.
    pub key: Range<usize>,
    /// Where its value stands, in bytes.
    pub value: Range<usize>,
}

/// Every key of a file in the order in which they stand there, tables and the tables of lists among them.
pub(super) fn entries(table: &DeTable) -> Vec<Entry> {
    fn walk(table: &DeTable, path: &str, generic: &str, entries: &mut Vec<Entry>) {
        for (key, value) in table {
            let path = format!("{path}{}", key.get_ref());
            let generic = format!("{generic}{}", key.get_ref());
            entries.push(Entry { path: path.clone(), generic: generic.clone(), key: key.span(), value: value.span() });
            match value.get_ref() {
                DeValue::Table(table) => walk(table, &format!("{path}."), &format!("{generic}."), entries),
                DeValue::Array(array) => {
                    for (nth, value) in array.iter().enumerate() {
                        let DeValue::Table(table) = value.get_ref() else { continue };
                        let (path, generic) = (format!("{path}[{nth}]"), format!("{generic}[]"));
                        let (key, value) = (key.span(), value.span());
                        entries.push(Entry { path: path.clone(), generic: generic.clone(), key, value });
                        walk(table, &format!("{path}."), &format!("{generic}."), entries);
                    }
                }
                _ => {}
            }
        }
    }
    let mut entries = Vec::new();
    walk(table, "", "", &mut entries);
    entries.sort_by_key(|entry| entry.key.start);
    entries
}

/// The first key that nobody knows.
///
/// A table where a list of tables belongs is no unknown key but a wrong type, and what stands in it is not looked at.
pub(super) fn first_unknown(entries: &[Entry]) -> Option<&Entry> {
    let known = known();
    let in_a_list = |entry: &Entry| known.contains(&format!("{}[]", split(&entry.generic).0));
    entries.iter().find(|entry| !known.contains(&entry.generic) && !in_a_list(entry))
}

/// The entry of a path or, where the file has none, of the table that it would stand in.
pub(super) fn nearest<'e>(entries: &'e [Entry], path: &str) -> Option<&'e Entry> {
    let find = |path: &str| entries.iter().find(|entry| entry.path == path);
    find(path).or_else(|| find(split(path).0))
}

/// Every key there can be, read off the types themselves: the path as in [`Entry::generic`].
pub(super) fn known() -> BTreeSet<String> {
    fn walk(value: &Value, path: &str, known: &mut BTreeSet<String>) {
        match value {
            Value::Object(keys) => {
                for (key, value) in keys {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    known.insert(path.clone());
                    walk(value, &path, known);
                }
            }
            Value::Array(tables) => {
                for table in tables {
                    let path = format!("{path}[]");
                    known.insert(path.clone());
                    walk(table, &path, known);
                }
            }
            _ => {}
        }
    }
    let power = Power { columns: vec![PowerColumns::default()], ..Power::default() };
    let (use_case, file) = (vec![UseCaseConfig::default()], vec![FileRule::default()]);
    let columns = vec![RecordColumns::complete()];
    let complete = Config { use_case, file, columns, power, ..Config::default() };
    let mut known = BTreeSet::new();
    walk(&serde_json::to_value(complete).expect("every key is a text"), "", &mut known);
    known
}

/// The nearest known key, and in which table it stands where that is another one.
pub(super) fn hint(unknown: &str) -> String {
    let (table, key) = split(unknown);
    let distance = |candidate: &String| {
        let (its_table, its_key) = split(candidate);
        // Two slips of the pen weigh more than the wrong table, and that weighs more than a unit that was forgotten.
        let slips = 2 * strsim::damerau_levenshtein(key, its_key);
        let unit = its_key.strip_prefix(key).filter(|rest| rest.starts_with('_')).map_or(slips, str::len);
        slips.min(unit) + if its_table == table { 0 } else { 3 }
    };
    let known = known();
    let candidates = known.iter().filter(|candidate| !candidate.ends_with(']'));
    let nearest = candidates.min_by_key(|candidate| distance(candidate)).map_or("", String::as_str);
    let (its_table, its_key) = split(nearest);
    match its_table {
        _ if its_table == table => format!("the nearest known key is `{its_key}`"),
        "" => format!("the nearest known key is `{its_key}`, above the first table"),
        list if list.ends_with("[]") => {
            format!("the nearest known key is `{its_key}` in `[[{}]]`", list.trim_end_matches("[]"))
        }
        _ => format!("the nearest known key is `{its_key}` in `[{its_table}]`"),
    }
}

/// A path as its table and its last key.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}
