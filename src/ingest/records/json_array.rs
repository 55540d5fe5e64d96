//! Records as one JSON array of objects.

use super::CUT_SHORT;
use super::columns::{Column, are_records};
use super::json::{Objects, not_utf8};
use super::names::Names;
use super::row::Otherwise;
use crate::error::{Error, Place, Result};
use crate::format;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;

/// Records as one JSON array of objects.
pub struct RecordsJsonArray;

impl Format for RecordsJsonArray {
    fn name(&self) -> &'static str {
        "records (JSON array)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.is_empty_array() || (head.is_array() && are_records(head.keys()))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let otherwise = Otherwise::configured(sink);
        read_array(stream, sink, Names::Own, otherwise)
    }
}

/// Reads objects whose keys are called by `naming`; `otherwise` is the load of a record that names none.
pub(super) fn read_array(stream: &mut Stream, sink: &mut Sink, naming: Names, otherwise: Otherwise) -> Result<()> {
    let mut array = Array { file: stream.name(), stream, column: 1, index: 0, within: String::new() };
    if let Some((path, key)) = naming.list().filter(|_| array.stream.unread().trim_ascii_start().starts_with(b"{")) {
        array.enter(path, &key)?;
    }
    let mut objects = Objects::named(naming, otherwise);
    array.expect(b"[")?;
    if array.peek()? == Some(b']') {
        array.step();
        return array.expect_end();
    }
    loop {
        if !array.element(&mut objects, sink)? {
            break;
        }
        if array.expect(b",]")? == Some(b']') {
            array.expect_end()?;
            break;
        }
    }
    if let Some(missing) = objects.missing(array.file).filter(|_| array.index > 0) {
        return Err(missing);
    }
    objects.warn_of_misspelt(array.file, sink);
    Ok(())
}

/// Steps through the array element by element; the stream holds no more than one.
struct Array<'a, 'i> {
    file: &'i str,
    stream: &'a mut Stream<'i>,
    /// Column of the next unread byte, in characters counted from 1.
    column: u64,
    index: u64,
    /// Path of the array where it stands in an object; else empty.
    within: String,
}

impl Array<'_, '_> {
    fn place(&self) -> Place {
        Place::file(self.file).line(self.stream.line()).column(self.column)
    }

    /// The next byte that is no white space; none at the end.
    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let unread = self.stream.unread();
            let blank = unread.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = unread.get(blank).copied();
            self.consume(blank);
            if next.is_some() || !self.stream.read_more()? {
                return Ok(next);
            }
        }
    }

    fn consume(&mut self, length: usize) {
        let bytes = &self.stream.unread()[..length];
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let last = bytes.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // Every byte but the continuation bytes of UTF-8 begins a character.
        let characters = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64;
        self.column = if lines == 0 { self.column + characters } else { characters + 1 };
        self.stream.consume(length, lines);
    }

    fn step(&mut self) {
        self.consume(1);
    }

    /// Steps over one of the given bytes; none where the file ends before it.
    fn expect(&mut self, bytes: &[u8]) -> Result<Option<u8>> {
        match self.peek()? {
            None => Ok(None),
            Some(next) if bytes.contains(&next) => {
                self.step();
                Ok(Some(next))
            }
            Some(next) => {
                let expected: Vec<_> = bytes.iter().map(|byte| format!("`{}`", char::from(*byte))).collect();
                let found = super::value::shown(&char::from(next).to_string());
                let message = format!("expected {}, found {found}", expected.join(" or "));
                Err(Error::at(self.place(), message).hint("look for a missing comma or bracket before it"))
            }
        }
    }

    /// Steps into an object, up to the array at a path of keys. Errors: there is none; `named_by` is what says the path.
    fn enter(&mut self, path: &str, named_by: &str) -> Result<()> {
        for name in path.split('.') {
            let place = self.place();
            self.expect(b"{")?;
            let mut seen = Vec::new();
            loop {
                if self.peek()? != Some(b'"') {
                    let message =
                        format!("has no list `{path}`, which `{named_by}` names; it has {}", format::list(&seen));
                    let hint = "write the path of the list that holds the records, such as `results.requests`";
                    return Err(Error::at(place, message).hint(hint));
                }
                let key = self.key()?;
                self.expect(b":")?;
                if key == name {
                    break;
                }
                seen.push(super::value::shown(&key));
                self.skip()?;
                if self.peek()? == Some(b',') {
                    self.step();
                }
            }
        }
        if self.peek()?.is_some_and(|next| next != b'[') {
            let message = format!("is no list, though `{named_by}` names it as the one that holds the records");
            let hint = "write the path of the list, such as `results.requests`";
            return Err(Error::at(self.place().path(path), message).hint(hint));
        }
        self.within = path.to_owned();
        Ok(())
    }

    /// Steps over the key whose opening quote is the next byte.
    fn key(&mut self) -> Result<String> {
        let mut at = 1;
        loop {
            let unread = self.stream.unread();
            while at < unread.len() && unread[at] != b'"' {
                at += if unread[at] == b'\\' { 2 } else { 1 };
            }
            if at < unread.len() || !self.stream.read_more()? {
                break;
            }
        }
        let length = (at + 1).min(self.stream.unread().len());
        let key = serde_json::from_slice(&self.stream.unread()[..length]).map_err(|_| {
            Error::at(self.place(), "expected a key in double quotes")
                .hint("look for a missing quote or comma before it")
        })?;
        self.consume(length);
        Ok(key)
    }

    /// Steps over a value of any size, holding no more of it than the stream reads at once.
    fn skip(&mut self) -> Result<()> {
        self.peek()?;
        let mut scan = Scan::default();
        loop {
            let ends = |(at, byte): (usize, &u8)| Some(at + usize::from(scan.step(*byte)?));
            let end = self.stream.unread().iter().enumerate().find_map(ends);
            self.consume(end.unwrap_or(self.stream.unread().len()));
            if end.is_some() || !self.stream.read_more()? {
                return Ok(());
            }
        }
    }

    /// The element that comes next, as a path.
    fn path(&self) -> String {
        format!("{}[{}]", self.within, self.index)
    }

    fn expect_end(&mut self) -> Result<()> {
        match self.peek()? {
            // What else the object holds is of no interest.
            _ if !self.within.is_empty() => Ok(()),
            None => Ok(()),
            Some(_) => Err(Error::at(self.place(), "expected the end of the file behind the array, found more")
                .hint("put every record into one array, or write JSON Lines")),
        }
    }

    /// Reads one element; false where the file is cut short within it or before it.
    fn element(&mut self, objects: &mut Objects, sink: &mut Sink) -> Result<bool> {
        let first = self.peek()?;
        if first == Some(b']') {
            let message = "expected another record behind the comma, found `]`";
            return Err(Error::at(self.place(), message).hint("remove the comma behind the last record"));
        }
        let Some(length) = self.find_end(first)? else {
            sink.bad(self.cut_short(first.is_none()))?;
            return Ok(false);
        };
        let place = self.place();
        let path = || self.path();
        let bytes = &self.stream.unread()[..length];
        match std::str::from_utf8(bytes) {
            Err(error) => sink.bad(not_utf8(bytes, place.path(path()), error.valid_up_to()))?,
            Ok(text) => match objects.read(text, sink) {
                Ok(record) => {
                    let line = place.line.unwrap_or(1);
                    sink.record(&record, line, || place.path(format!("{}.{}", path(), Column::RequestId.name())))?;
                }
                // What follows an element that is no JSON may begin anywhere: nothing behind it can be trusted.
                Err(broken) if broken.syntax => return Err(broken.at(text, place, &path()).error),
                Err(broken) => {
                    // A key that no record has so far is more likely misspelt than left out.
                    match objects.missing(self.file).filter(|_| broken.reason.starts_with("no ")) {
                        Some(missing) => return Err(missing),
                        None => sink.bad(broken.at(text, place, &path()))?,
                    }
                }
            },
        }
        self.consume(length);
        self.index += 1;
        Ok(true)
    }

    /// Bytes of the element that begins at the first unread byte; none where the file ends before the element does.
    fn find_end(&mut self, first: Option<u8>) -> Result<Option<usize>> {
        if first.is_none() {
            return Ok(None);
        }
        let mut scan = Scan::default();
        let mut at = 0;
        loop {
            let unread = self.stream.unread();
            while at < unread.len() {
                if let Some(past) = scan.step(unread[at]) {
                    return Ok(Some(at + usize::from(past)));
                }
                at += 1;
            }
            if !self.stream.read_more()? {
                return Ok(None);
            }
        }
    }

    fn cut_short(&self, between: bool) -> Bad {
        let place = self.place().path(self.path());
        let what = if between { "its array" } else { "this record" };
        let message = format!("the file ends before {what} does: it looks cut short");
        Bad { reason: CUT_SHORT, error: Error::at(place, message).hint("copy the file again") }
    }
}

/// Finds the end of a JSON value without checking its syntax.
#[derive(Default)]
struct Scan {
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    /// Whether the value ends at this byte: `true` includes the byte, `false` does not.
    fn step(&mut self, byte: u8) -> Option<bool> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = self.quoted,
            b'"' => self.quoted = !self.quoted,
            _ if self.quoted => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                return (self.depth == 0).then_some(true);
            }
            b',' | b']' | b'}' if self.depth == 0 => return Some(false),
            _ => {}
        }
        None
    }
}
