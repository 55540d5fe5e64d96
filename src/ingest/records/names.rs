//! What columns and keys are called: as Gristmill's own records call them, or as `[[columns]]` says.

use super::columns::{Column, Field};
use super::value::{Value, shown};
use crate::config::{self, Config, RecordColumns};
use crate::error::{Error, Place};
use jiff::tz::TimeZone;

/// What the columns of a file are called.
#[derive(Debug, Clone, Default)]
pub enum Names {
    /// As the documentation calls them.
    #[default]
    Own,
    /// As the configuration says.
    Mapped(Mapped),
}

/// A mapping of the configuration.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// Its number among the mappings.
    nth: usize,
    columns: RecordColumns,
    zone: TimeZone,
}

/// The first mapping that speaks of a file, with its number.
pub fn mapping<'c>(config: &'c Config, file: &str) -> Option<(usize, &'c RecordColumns)> {
    config.columns.iter().enumerate().find(|(_, mapping)| mapping.matches(file))
}

impl Names {
    /// What the configuration calls the columns of a file; the documentation's names where it does not speak of it.
    pub fn of(config: &Config, file: &str) -> Self {
        match mapping(config, file) {
            Some((nth, columns)) => {
                let zone = config::timezone(&columns.timezone).unwrap_or(TimeZone::UTC);
                Self::Mapped(Mapped { nth, columns: columns.clone(), zone })
            }
            None => Self::Own,
        }
    }

    /// What a column of that name, or a key at that path, holds.
    pub fn field(&self, name: &str) -> Option<Field> {
        match self {
            Self::Own => Field::named(name),
            Self::Mapped(mapped) => {
                let (key, _) = mapped.columns.fields.iter().find(|(_, column)| *column == name)?;
                if key == "start" { Some(Field::DATES) } else { Field::named(key) }
            }
        }
    }

    /// Whether it is mapped.
    pub fn mapped(&self) -> Option<&Mapped> {
        match self {
            Self::Own => None,
            Self::Mapped(mapped) => Some(mapped),
        }
    }

    /// Whether some key within the object at a path is meant: `usage` where `usage.prompt_tokens` is mapped.
    pub fn reach_below(&self, path: &str) -> bool {
        self.mapped().is_some_and(|mapped| {
            let mut columns = mapped.columns.fields.values();
            columns.any(|column| column.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
        })
    }

    /// A value as its column means it.
    pub fn read<'r>(&self, field: Field, value: Value<'r>) -> Value<'r> {
        let Self::Mapped(mapped) = self else { return value };
        match (field.column, &mapped.columns.success_is, value) {
            (Column::Success, Some(good), Value::Cell(text) | Value::Number(text) | Value::Text(text)) => {
                Value::Bool(text == good)
            }
            // Other tools quote their numbers, too.
            (_, _, Value::Text("")) => Value::Absent,
            (_, _, Value::Text(text)) => Value::Cell(text),
            _ => value,
        }
    }

    /// What separates the cells below a header: of a mapped file whatever gives most of the columns that are named, else
    /// commas.
    pub fn separator(&self, header: &str) -> u8 {
        let named = |separator: u8| {
            let cells = header.split(char::from(separator)).map(|cell| cell.trim().trim_matches('"').trim());
            cells.filter(|cell| self.field(cell).is_some()).count()
        };
        let separators = [b',', b';', b'\t', b'|'].into_iter().filter(|one| *one == b',' || self.mapped().is_some());
        // Of equals the last is taken, so commas come last.
        separators.rev().max_by_key(|one| named(*one)).unwrap_or(b',')
    }

    /// Whether numbers of a CSV have a comma before their decimals.
    pub fn has_decimal_commas(&self) -> bool {
        self.mapped().is_some_and(|mapped| mapped.columns.decimal == ",")
    }

    /// The path of the list that holds the records, where they stand in a JSON object, with the key that names it.
    pub fn list(&self) -> Option<(&str, String)> {
        let mapped = self.mapped()?;
        Some((mapped.columns.list.as_deref()?, format!("columns[{}].list", mapped.nth)))
    }

    /// Zone of dates that name none.
    pub fn zone(&self) -> TimeZone {
        self.mapped().map_or(TimeZone::UTC, |mapped| mapped.zone.clone())
    }

    /// Whether the load of a record stands in a column.
    pub fn hold_load(&self) -> bool {
        self.mapped().is_none_or(|mapped| mapped.columns.maps(&["concurrency", "request_rate"]))
    }

    /// Whether a column decides a part of the level, so that the record must know all of it.
    pub fn hold_level(&self) -> bool {
        self.mapped().is_none_or(|mapped| mapped.columns.maps(&["context_tokens", "scenario", "run"]))
    }

    /// The first mapped column that is none of those that a file has, as an error at a place in it; the fields `optional`
    /// may be missing.
    pub fn missing(&self, there: &[&str], optional: &[&str], place: Place) -> Option<Error> {
        let Mapped { nth, columns, .. } = self.mapped()?;
        let (key, column) = columns
            .fields
            .iter()
            .find(|(key, column)| !there.contains(&column.as_str()) && !optional.contains(&key.as_str()))?;
        let listed: Vec<String> = there.iter().map(|name| shown(name)).collect();
        let message =
            format!("has no column `{column}`, which `columns[{nth}].{key}` names; it has {}", listed.join(", "));
        let nearest =
            there.iter().min_by_key(|name| strsim::damerau_levenshtein(&name.to_lowercase(), &column.to_lowercase()));
        let hint = nearest.map_or_else(
            || "give the file a header that names its columns".to_owned(),
            |name| format!("the nearest one is {}", shown(name)),
        );
        Some(Error::at(place, message).hint(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_mapping_is_a_field_of_a_record() {
        for key in RecordColumns::keys() {
            let columns = RecordColumns { fields: [(key.clone(), "c".to_owned())].into(), ..RecordColumns::default() };
            let names = Names::Mapped(Mapped { nth: 0, columns, zone: TimeZone::UTC });
            assert!(names.field("c").is_some(), "{key}");
        }
    }
}
