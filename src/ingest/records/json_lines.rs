//! Records as JSON Lines: one object on each line.

use super::columns::{Column, are_records};
use super::json::{Broken, Objects, not_utf8};
use super::names::Names;
use super::row::Otherwise;
use super::{CUT_SHORT, quick};
use crate::error::{Place, Result};
use crate::ingest::blocks::{Blocks, Body};
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// Records as JSON Lines.
pub struct RecordsJsonLines;

impl Format for RecordsJsonLines {
    fn name(&self) -> &'static str {
        "records (JSON Lines)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        !head.is_array() && are_records(head.keys())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let objects = objects(sink);
        read_all(objects, stream, sink)
    }

    fn blocks(&self) -> Option<Blocks> {
        let whole = |bytes: &[u8]| memchr::memrchr(b'\n', bytes).map(|at| at + 1);
        Some(Blocks { whole, start: |_, sink| Ok(Some(Body::JsonLines(objects(sink)))) })
    }
}

/// A reader of objects with Gristmill's own keys.
fn objects(sink: &Sink) -> Objects {
    Objects::named(Names::Own, Otherwise::configured(sink))
}

/// Reads every line of a file, and says at its end what its keys lack.
pub(super) fn read_all(mut objects: Objects, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
    read_lines(&mut objects, stream, sink)?;
    if let Some(missing) = objects.missing(stream.name()) {
        return Err(missing);
    }
    objects.warn_of_misspelt(stream.name(), sink);
    Ok(())
}

/// Reads the lines up to the end.
pub fn read_lines(objects: &mut Objects, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
    let name = stream.name();
    // Bytes of the line that were looked through for its end without finding one.
    let mut searched = 0;
    loop {
        if searched == 0 {
            usual_lines(objects, stream, sink)?;
        }
        let unread = stream.unread();
        let length = memchr::memchr(b'\n', &unread[searched..]).map(|at| searched + at + 1);
        match length {
            None if !stream.ended() => {
                searched = unread.len();
                stream.read_more()?;
            }
            None => {
                return read_line(objects, unread, Line { file: name, number: stream.line(), last: true }, sink);
            }
            Some(length) => {
                let line = Line { file: name, number: stream.line(), last: false };
                read_line(objects, &unread[..length - 1], line, sink)?;
                stream.consume(length, 1);
                searched = 0;
            }
        }
    }
}

/// Reads the lines in sight as long as they are written as the last one that was read carefully.
fn usual_lines(objects: &Objects, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
    let reader = quick::json::Reader::new(&objects.template);
    let (bytes, lines) = quick::records(stream.unread(), reader, |record, lines| {
        let line = stream.line() + lines;
        sink.record(record, line, || Place::file(stream.name()).line(line).path(Column::RequestId.name()))
    })?;
    stream.consume(bytes, lines);
    Ok(())
}

struct Line<'f> {
    file: &'f str,
    number: u64,
    /// Whether the file ends with it, without a line break.
    last: bool,
}

fn read_line(objects: &mut Objects, bytes: &[u8], line: Line, sink: &mut Sink) -> Result<()> {
    let place = || Place::file(line.file).line(line.number);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return sink.bad(not_utf8(bytes, place(), error.valid_up_to())),
    };
    if text.trim().is_empty() {
        return Ok(());
    }
    let broken = match objects.read(text, sink) {
        Ok(record) => {
            sink.record(&record, line.number, || place().path(Column::RequestId.name()))?;
            objects.learn(bytes.strip_suffix(b"\r").unwrap_or(bytes));
            return Ok(());
        }
        Err(broken) => broken,
    };
    // A key that no record has so far is more likely misspelt than left out.
    if let Some(missing) = objects.missing(line.file).filter(|_| broken.reason.starts_with("no ")) {
        return Err(missing);
    }
    sink.bad(explain(broken, line.last).at(text, place().column(1), ""))
}

/// Says more of an object that ends too early, which is a cut-off file or an object over several lines.
fn explain(broken: Broken, last: bool) -> Broken {
    match (broken.incomplete, last) {
        (true, true) => Broken {
            reason: CUT_SHORT,
            message: "the last line ends within its object: the file looks cut short".to_owned(),
            hint: "copy it again, or remove the line",
            ..broken
        },
        (true, false) => Broken {
            message: "the object does not end on its line".to_owned(),
            hint: "write each record on one line, or all records as one array",
            ..broken
        },
        _ => broken,
    }
}
