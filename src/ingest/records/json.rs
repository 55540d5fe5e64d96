//! One JSON object to one record: what JSON Lines and arrays have in common.

use super::columns::{Column, Field, misspelt};
use super::names::Names;
use super::quick::json::Template;
use super::response;
use super::row::{Complaint, Otherwise, Row};
use super::value::Value;
use crate::error::{Error, Place, Warning};
use crate::ingest::sink::{Bad, Sink};
use crate::limits::DEEPEST_VALUE as DEEPEST;
use crate::record::Record;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Keys that are remembered of a file; more of them differ from record to record.
const REMEMBERED: usize = 1024;

/// Reads objects one after the other, with buffers and known keys that are used again.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// How the object was written that was read last.
    pub template: Template,
    naming: Names,
    otherwise: Otherwise,
    keys: Vec<(String, Option<Field>)>,
    values: Vec<Found>,
    unescaped: String,
}

/// A value of an object: which key it stands under, and where.
#[derive(Debug, Clone, Copy)]
struct Found {
    field: Field,
    kind: Kind,
    start: usize,
    end: usize,
    /// Where the value begins in the object's text; the same as `start` unless it was unescaped.
    position: usize,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Null,
    Bool,
    Number,
    /// Between its quotes in the object's text.
    Text,
    /// In `unescaped`.
    Unescaped,
    Array,
    Object,
}

/// What is wrong with an object's text.
pub struct Broken {
    /// What is wrong, without the value.
    pub reason: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
    /// Where, in bytes from the start of the text.
    pub position: usize,
    /// The key, where it concerns one.
    pub key: Option<String>,
    /// Whether the text is no JSON, so that nothing in it can be trusted.
    pub syntax: bool,
    /// Whether the text only ends too early.
    pub incomplete: bool,
}

impl Objects {
    /// Objects whose keys are called by `naming`; `otherwise` is the load of a record that names none.
    pub fn named(naming: Names, otherwise: Otherwise) -> Self {
        Self { naming, otherwise, ..Self::default() }
    }

    /// Remembers how an object was written that was read and found good. One whose keys are mapped may hold dates and
    /// words of their own: such objects are always read carefully.
    pub fn learn(&mut self, object: &[u8]) {
        if self.naming.mapped().is_none() {
            self.template = Template::learn(object);
        }
    }

    /// The first mapped key that no object had so far, as an error.
    pub fn missing(&self, file: &str) -> Option<Error> {
        let keys: Vec<&str> = self.keys.iter().map(|(key, _)| key.as_str()).collect();
        // Where nothing failed, no object may have a key for it.
        self.naming.missing(&keys, &["error", "warmup"], Place::file(file))
    }

    /// The record that an object's text holds.
    pub fn read<'r>(&'r mut self, text: &'r str, sink: &mut Sink) -> Result<Record<'r>, Broken> {
        self.values.clear();
        self.unescaped.clear();
        let mut collector =
            Collector { objects: self, text, sink, next: 0, prefix: String::new(), key: None, broken: None };
        let mut parser = serde_json::Deserializer::from_str(text);
        let parsed = parser.deserialize_map(&mut collector).and_then(|()| parser.end());
        let (broken, key) = (collector.broken.take(), collector.key.take());
        if let Err(error) = parsed {
            return Err(syntax_error(text, &error, key));
        }
        if let Some(broken) = broken {
            return Err(broken);
        }
        self.judge(text)
    }

    fn judge<'r>(&'r self, text: &'r str) -> Result<Record<'r>, Broken> {
        let mut row = Row::default();
        for found in &self.values {
            let value = self.naming.read(found.field, self.value(text, found));
            let read = if found.field == Field::DATES {
                row.set_date(found.field, value, &self.naming.zone())
            } else {
                row.set(found.field, value)
            };
            read.map_err(|complaint| self.broken(complaint))?;
        }
        row.finish_under(self.otherwise).map_err(|complaint| self.broken(complaint))
    }

    fn value<'r>(&'r self, text: &'r str, found: &Found) -> Value<'r> {
        let slice = &text[found.start..];
        match found.kind {
            Kind::Null => Value::Absent,
            Kind::Bool => Value::Bool(slice.starts_with('t')),
            Kind::Number => Value::Number(&text[found.start..found.end]),
            Kind::Text => Value::Text(&text[found.start..found.end]),
            Kind::Unescaped => Value::Text(&self.unescaped[found.start..found.end]),
            Kind::Array => Value::Nested("an array"),
            Kind::Object => Value::Nested("an object"),
        }
    }

    fn broken(&self, complaint: Complaint) -> Broken {
        let Complaint { column, reason, message, hint } = complaint;
        let position = self.position(column);
        let key = Some(self.key(column));
        Broken { reason, message, hint, position, key, syntax: false, incomplete: false }
    }

    /// Where the value of a column begins; the start of the object where it has none.
    pub fn position(&self, column: Column) -> usize {
        self.values.iter().find(|found| found.field.column == column).map_or(0, |found| found.position)
    }

    /// The key of a column as this file spells it, else as the documentation does.
    pub fn key(&self, column: Column) -> String {
        let field = self.values.iter().find(|found| found.field.column == column).map(|found| found.field);
        let known = self.keys.iter().find(|(_, other)| other.is_some() && *other == field);
        known.map_or_else(|| column.name().to_owned(), |(key, _)| key.clone())
    }

    /// The column of a key. Keys usually come in the order of the object before, so `next` is looked at first.
    fn field(&mut self, key: &str, next: &mut usize, sink: &mut Sink) -> Option<Field> {
        let known = |at: usize| self.keys.get(at).is_some_and(|(known, _)| known == key);
        let at = if known(*next) { Some(*next) } else { self.keys.iter().position(|(known, _)| known == key) };
        if let Some(at) = at {
            *next = at + 1;
            return self.keys[at].1;
        }
        let field = self.naming.field(key);
        if field.is_none() {
            sink.unknown(key);
        }
        if self.keys.len() < REMEMBERED {
            *next = self.keys.len() + 1;
            self.keys.push((key.to_owned(), field));
        }
        field
    }

    /// Takes over the known keys that another reader of the same file saw; false where it saw others that nobody knows.
    pub fn absorb(&mut self, other: Self) -> bool {
        let mut same = true;
        for (key, field) in other.keys {
            if !self.keys.iter().any(|(known, _)| *known == key) {
                same &= field.is_some();
                self.keys.push((key, field));
            }
        }
        same
    }

    /// Names each key that nobody knows and that is nearly one that nobody gave; at the end of a file.
    pub fn warn_of_misspelt(&self, file: &str, sink: &mut Sink) {
        if self.naming.mapped().is_some() {
            return;
        }
        let present = |column: Column| self.keys.iter().any(|(_, field)| field.is_some_and(|f| f.column == column));
        for (key, _) in self.keys.iter().filter(|(_, field)| field.is_none()) {
            if let Some(known) = misspelt(key, present) {
                let message = format!("is no known key and was left out; `{known}` is one");
                sink.warn(Warning::at(Place::file(file).path(key), message));
            }
        }
    }
}

impl Broken {
    /// The same as a bad record of a file; `at` is the place of the object's first byte, and `prefix` its path.
    pub fn at(self, text: &str, at: Place, prefix: &str) -> Bad {
        let mut place = locate(text, at, self.position);
        let path = match (&self.key, prefix) {
            (Some(key), "") => Some(key.clone()),
            (Some(key), prefix) => Some(format!("{prefix}.{key}")),
            (None, "") => None,
            (None, prefix) => Some(prefix.to_owned()),
        };
        place.path = path;
        Bad { reason: self.reason, error: Error::at(place, self.message).hint(self.hint) }
    }
}

/// A line or element whose bytes are UTF-8 up to `valid` only; `start` is the place of its first byte.
pub fn not_utf8(bytes: &[u8], start: Place, valid: usize) -> Bad {
    let text = String::from_utf8_lossy(&bytes[..valid]);
    super::not_utf8(locate(&text, start, text.len()), bytes[valid])
}

/// The place of a byte in a text whose first byte stands at `start`.
fn locate(text: &str, start: Place, position: usize) -> Place {
    let before = &text[..character(text, position)];
    let lines = before.bytes().filter(|byte| *byte == b'\n').count() as u64;
    let last = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
    let first = if lines == 0 { start.column.unwrap_or(1) } else { 1 };
    let line = start.line.unwrap_or(1) + lines;
    start.line(line).column(first + last)
}

/// Start of the character that a byte belongs to.
fn character(text: &str, position: usize) -> usize {
    (0..=position.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

struct Collector<'c, 't, 's, 'f> {
    objects: &'c mut Objects,
    text: &'t str,
    sink: &'s mut Sink<'f>,
    next: usize,
    /// Path of the object that is being read, with a dot behind it; empty for the outermost.
    prefix: String,
    /// The key whose value is being read.
    key: Option<Cow<'t, str>>,
    broken: Option<Broken>,
}

impl<'t> Visitor<'t> for &mut Collector<'_, 't, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let key = if self.prefix.is_empty() { key } else { Cow::Owned(format!("{}{key}", self.prefix)) };
            let inner = self.objects.naming.reach_below(&key);
            let field = if inner { None } else { self.objects.field(&key, &mut self.next, self.sink) };
            let key = self.key.insert(key).clone();
            let raw: &'t RawValue = map.next_value()?;
            if inner && raw.get().starts_with('{') && depth(raw.get()) <= DEEPEST {
                self.object(raw.get(), &key).map_err(A::Error::custom)?;
            } else if let Some(field) = field {
                self.collect(field, &key, raw.get()).map_err(A::Error::custom)?;
            } else if depth(raw.get()) > DEEPEST {
                self.complain(too_deep(&key, self.offset(raw.get())));
            }
        }
        Ok(())
    }
}

impl<'t> Collector<'_, 't, '_, '_> {
    /// Reads the object within an object, at a path.
    fn object(&mut self, raw: &'t str, path: &str) -> Result<(), serde_json::Error> {
        let outer = std::mem::replace(&mut self.prefix, format!("{path}."));
        let read = serde_json::Deserializer::from_str(raw).deserialize_map(&mut *self);
        self.prefix = outer;
        read
    }

    fn collect(&mut self, field: Field, key: &str, raw: &'t str) -> Result<(), serde_json::Error> {
        let position = self.offset(raw);
        let (mut start, mut end) = (position, position + raw.len());
        let kind = match raw.as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'"') if raw.contains('\\') => {
                let unescaped = &mut self.objects.unescaped;
                start = unescaped.len();
                let text = match field.column {
                    Column::Response => response::beginning(raw),
                    _ => serde_json::from_str::<String>(raw)?,
                };
                unescaped.push_str(&text);
                end = unescaped.len();
                Kind::Unescaped
            }
            Some(b'"') => {
                (start, end) = (start + 1, end - 1);
                Kind::Text
            }
            Some(b'[') => Kind::Array,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        };
        if matches!(kind, Kind::Array | Kind::Object) && depth(raw) > DEEPEST {
            self.complain(too_deep(key, position));
        }
        if self.objects.values.iter().any(|found| found.field.column == field.column) {
            self.complain(Broken {
                reason: "a key twice",
                message: "stands a second time in this record".to_owned(),
                hint: "keep one of the two",
                position,
                key: Some(key.to_owned()),
                syntax: false,
                incomplete: false,
            });
        }
        self.objects.values.push(Found { field, kind, start, end, position });
        Ok(())
    }

    /// Only the first complaint is told.
    fn complain(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    fn offset(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.text.as_ptr() as usize
    }
}

fn too_deep(key: &str, position: usize) -> Broken {
    Broken {
        reason: "nested too deep",
        message: format!("expected at most {DEEPEST} levels of nesting, found more"),
        hint: "records are flat: take it out",
        position,
        key: Some(key.to_owned()),
        syntax: false,
        incomplete: false,
    }
}

/// Levels of brackets in a value whose syntax was checked.
fn depth(raw: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    if !raw.starts_with(['[', '{']) {
        return 0;
    }
    for byte in raw.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn syntax_error(text: &str, error: &serde_json::Error, key: Option<Cow<str>>) -> Broken {
    let incomplete = error.is_eof();
    let at_start = Broken {
        reason: "not an object",
        message: format!("expected an object, found {}", kind(text)),
        hint: "write each record as an object: {\"ttft_ms\": 405.5, …}",
        position: 0,
        key: None,
        syntax: false,
        incomplete,
    };
    if error.is_data() {
        return at_start;
    }
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // serde_json counts the bytes it has read, the one at fault included.
    let fault = character(text, line_start + error.column().saturating_sub(1));
    let position = if text[..fault].ends_with('-') { fault - 1 } else { fault };
    let position = text.len() - text[position..].trim_start().len();
    let words = ["NaN", "Infinity", "-Infinity", "-NaN", "nan", "inf", "-inf"];
    match words.into_iter().filter(|word| text[position..].starts_with(word)).max_by_key(|word| word.len()) {
        Some(word) => Broken {
            reason: "not a finite number",
            message: format!("expected a finite number, found `{word}`"),
            hint: "write `null` where it was not measured",
            position,
            key: key.map(Cow::into_owned),
            ..at_start
        },
        None => {
            let described = error.to_string();
            let described = described.rsplit_once(" at line ").map_or(described.as_str(), |(what, _)| what);
            Broken {
                reason: "invalid JSON",
                message: format!("this is no JSON: {described}"),
                hint: "look for a missing quote, comma or bracket",
                position: fault,
                syntax: true,
                ..at_start
            }
        }
    }
}

fn kind(text: &str) -> String {
    match text.trim_start().as_bytes().first() {
        Some(b'[') => "an array".to_owned(),
        _ => super::value::shown(text.trim()),
    }
}

/// A key, borrowed unless it is escaped.
struct KeySeed;

impl<'t> serde::de::DeserializeSeed<'t> for KeySeed {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for KeySeed {
    type Value = Cow<'t, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'t str) -> Result<Self::Value, E> {
        Ok(key.into())
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(key.to_owned().into())
    }
}
