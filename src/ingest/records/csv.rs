//! Records as CSV with a header.

use super::columns::{Column, Field, are_records, misspelt, nearest};
use super::names::Names;
use super::row::{Complaint, Otherwise, Row};
use super::value::{Value, shown};
use super::{CUT_SHORT, not_utf8, quick};
use crate::error::{Error, Place, Result, Warning};
use crate::ingest::blocks::{Blocks, Body};
use crate::ingest::cells::are_cells;
use crate::ingest::csv::{self, Rows, Split};
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;
use crate::record::Record;
use jiff::tz::TimeZone;

/// Records as CSV with a header.
pub struct RecordsCsv;

impl Format for RecordsCsv {
    fn name(&self) -> &'static str {
        "records (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let header = head.header();
        let of_cells = are_cells(header.iter().copied());
        !of_cells && (are_records(header.iter().copied()) || other_separator(&header).is_some())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let otherwise = Otherwise::configured(sink);
        read_csv(stream, sink, Names::Own, otherwise)
    }

    fn blocks(&self) -> Option<Blocks> {
        let start = |stream: &mut Stream, sink: &mut Sink| {
            let otherwise = Otherwise::configured(sink);
            Ok(Header::of(stream, sink, Names::Own, otherwise)?.map(Body::Csv))
        };
        Some(Blocks { whole: csv::whole_rows, start })
    }
}

/// Reads a CSV whose columns are called by `naming`; `otherwise` is the load of a record that names none.
pub(super) fn read_csv(stream: &mut Stream, sink: &mut Sink, naming: Names, otherwise: Otherwise) -> Result<()> {
    match Header::of(stream, sink, naming, otherwise)? {
        Some(header) => header.rows(stream, sink),
        None => Ok(()),
    }
}

/// The columns of a file.
#[derive(Debug, Clone)]
pub struct Header {
    names: Vec<String>,
    fields: Vec<Option<Field>>,
    naming: Names,
    zone: TimeZone,
    otherwise: Otherwise,
    separator: u8,
}

impl Header {
    /// Reads the first row; none where there is no row. Errors: those of [`Header::read`], and a row that cannot be split.
    fn of(stream: &mut Stream, sink: &mut Sink, naming: Names, otherwise: Otherwise) -> Result<Option<Self>> {
        let name = stream.name();
        while !stream.unread().trim_ascii_start().contains(&b'\n') && stream.read_more()? {}
        let first = stream.unread().trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
        let separator = naming.separator(&String::from_utf8_lossy(first));
        let mut rows = Rows::separated_by(separator, stream);
        let header = match rows.next_row()? {
            Some(Split::Row(row)) => Self::read(&row, separator, name, sink, naming, otherwise)?,
            Some(broken) => return Err(unreadable_row(name, &broken).error),
            None => return Ok(None),
        };
        rows.stream();
        Ok(Some(header))
    }

    /// Reads the rows up to the end.
    pub fn rows(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let mut rows = Rows::separated_by(self.separator, stream);
        loop {
            self.usual_rows(rows.stream(), sink)?;
            match rows.next_row()? {
                Some(Split::Row(row)) => self.record(&row, name, sink)?,
                // Everything up to the end of the file stands within that quote: rows may be lost.
                Some(split @ Split::OpenQuote { lines: 1.., .. }) => return Err(unreadable_row(name, &split).error),
                Some(broken) => sink.bad(unreadable_row(name, &broken))?,
                None => return Ok(()),
            }
        }
    }

    /// Reads the rows in sight as long as they have the usual form. Columns that are mapped may hold dates and words of
    /// their own, and are read carefully.
    fn usual_rows(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        if self.naming.mapped().is_some() {
            return Ok(());
        }
        let reader = quick::csv::Reader::new(&self.fields, sink.wants_ids());
        let (bytes, lines) = quick::records(stream.unread(), reader, |record, lines| {
            let line = stream.line() + lines;
            sink.record(record, line, || self.place(Column::RequestId, stream.name(), line))
        })?;
        stream.consume(bytes, lines);
        Ok(())
    }

    /// Errors: a column that stands twice, a missing column without which no record is whole.
    fn read(
        row: &csv::Row,
        separator: u8,
        file: &str,
        sink: &mut Sink,
        naming: Names,
        otherwise: Otherwise,
    ) -> Result<Self> {
        let names: Vec<String> = row.cells().map(str::to_owned).collect();
        let place = || Place::file(file).line(row.line);
        let cells: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Some((separator, called)) = other_separator(&cells) {
            let message = format!("expected columns separated by commas, found {called} (`{separator}`)");
            return Err(Error::at(place(), message).hint("export it again with commas and decimal points"));
        }
        if let Some(missing) = naming.missing(&cells, &[], place()) {
            return Err(missing);
        }
        let fields: Vec<_> = names.iter().map(|name| naming.field(name)).collect();
        let zone = naming.zone();
        let header = Self { names, fields, naming, zone, otherwise, separator };
        header.refuse_duplicates(&place)?;
        header.refuse_gaps(&place)?;
        header.note_unknown(&place, sink);
        Ok(header)
    }

    fn refuse_duplicates(&self, place: &dyn Fn() -> Place) -> Result<()> {
        for (at, field) in self.fields.iter().enumerate() {
            let same = |other: &Option<Field>| other.is_some() && other.map(|o| o.column) == field.map(|f| f.column);
            if let Some(first) = self.fields[..at].iter().position(same) {
                let message = format!("stands a second time; column {} is {}", first + 1, shown(&self.names[first]));
                let place = place().column(at as u64 + 1).path(&self.names[at]);
                return Err(Error::at(place, message).hint("keep one of the two columns"));
            }
        }
        Ok(())
    }

    fn refuse_gaps(&self, place: &dyn Fn() -> Place) -> Result<()> {
        let has = |column| self.position(column).is_some();
        let loads = [Column::Concurrency, Column::RequestRate, Column::Case];
        let required = [Column::E2e, Column::InputTokens, Column::OutputTokens];
        let missing = match required.into_iter().find(|column| !has(*column)) {
            Some(column) => column,
            None if self.otherwise == Otherwise::Unknown && !loads.into_iter().any(has) => Column::Concurrency,
            None => return Ok(()),
        };
        let message = match missing {
            Column::Concurrency => {
                "no column `concurrency` or `request_rate`; a record must say under which load it was sent".to_owned()
            }
            column => format!("no column `{}`; a record needs it", column.name()),
        };
        let unknown =
            self.names.iter().zip(&self.fields).filter(|(_, field)| field.is_none()).map(|(name, _)| name.as_str());
        let hint = match nearest(missing.name(), unknown) {
            Some(name) => format!("{} comes nearest: if it is meant, call it `{}`", shown(name), missing.name()),
            None => {
                format!("the columns are {}", self.names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "))
            }
        };
        Err(Error::at(place(), message).hint(hint))
    }

    fn note_unknown(&self, place: &dyn Fn() -> Place, sink: &mut Sink) {
        for (at, name) in self.names.iter().enumerate().filter(|(at, _)| self.fields[*at].is_none()) {
            sink.unknown(name);
            if self.naming.mapped().is_some() {
                continue;
            }
            if let Some(known) = misspelt(name, |column| self.position(column).is_some()) {
                let place = place().column(at as u64 + 1).path(name);
                sink.warn(Warning::at(place, format!("is no known column and was left out; `{known}` is one")));
            }
        }
    }

    fn position(&self, column: Column) -> Option<usize> {
        self.fields.iter().position(|field| field.is_some_and(|field| field.column == column))
    }

    fn record(&self, row: &csv::Row, file: &str, sink: &mut Sink) -> Result<()> {
        if row.width() != self.fields.len() {
            return sink.bad(self.ragged(row, file));
        }
        if csv::repeats_header(row.cells(), &self.names) {
            return sink.bad(csv::repeated_header(Place::file(file).line(row.line)));
        }
        let place = |column| self.place(column, file, row.line);
        let pointed: Vec<String>;
        let values = if self.naming.has_decimal_commas() {
            pointed = row.cells().map(with_point).collect();
            self.values(pointed.iter().map(String::as_str))
        } else {
            self.values(row.cells())
        };
        match values {
            Ok(record) => sink.record(&record, row.line, || place(Column::RequestId)),
            Err(Complaint { column, reason, message, hint }) => {
                sink.bad(Bad { reason, error: Error::at(place(column), message).hint(hint) })
            }
        }
    }

    /// Where the cell of a column stands in the row at a line.
    fn place(&self, column: Column, file: &str, line: u64) -> Place {
        let at = self.position(column);
        let name = at.map_or(column.name(), |at| self.names[at].as_str());
        let place = Place::file(file).line(line).path(name);
        at.map_or(place.clone(), |at| place.column(at as u64 + 1))
    }

    fn values<'r>(&self, cells: impl Iterator<Item = &'r str>) -> std::result::Result<Record<'r>, Complaint> {
        let mut values = Row::default();
        for (field, cell) in self.fields.iter().zip(cells) {
            if let Some(field) = field {
                let value = if cell.is_empty() { Value::Absent } else { Value::Cell(cell) };
                if *field == Field::DATES {
                    values.set_date(*field, value, &self.zone)?;
                } else {
                    values.set(*field, self.naming.read(*field, value))?;
                }
            }
        }
        values.finish_under(self.otherwise)
    }

    fn ragged(&self, row: &csv::Row, file: &str) -> Bad {
        let (found, expected) = (row.width(), self.fields.len());
        let place = Place::file(file).line(row.line).column(found.min(expected) as u64 + 1);
        let count = crate::format::counted(found as u64, "cell", "cells");
        if found < expected && !row.terminated {
            let message = format!("the last row ends after {count} of {expected}: the file looks cut short");
            return Bad {
                reason: CUT_SHORT,
                error: Error::at(place, message).hint("copy it again, or remove the row"),
            };
        }
        let message = format!("expected {expected} cells, as many as the header has, found {found}");
        let hint = "put text that holds commas into double quotes";
        Bad { reason: "wrong number of cells", error: Error::at(place, message).hint(hint) }
    }
}

/// A cell with a point before its decimals, where it is a number with a comma there: `1.234,5` is 1234.5.
fn with_point(cell: &str) -> String {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    if is_number && cell.contains(',') { cell.replace('.', "").replace(',', ".") } else { cell.to_owned() }
}

/// The separator of a header that has records' columns but for the commas.
fn other_separator(header: &[&str]) -> Option<(char, &'static str)> {
    let [line] = header else { return None };
    [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find(|(separator, _)| are_records(line.split(*separator).map(|cell| cell.trim().trim_matches('"'))))
}

fn unreadable_row(file: &str, split: &Split) -> Bad {
    let file = Place::file(file);
    match split {
        Split::NotUtf8 { line, column, byte } => not_utf8(file.line(*line).column(*column), *byte),
        Split::BadQuote { line, cell } => {
            let message = "found text between a closing quote and the next comma".to_owned();
            let hint = "double each quote within a quoted cell";
            Bad {
                reason: "misplaced quote",
                error: Error::at(file.line(*line).column(*cell as u64), message).hint(hint),
            }
        }
        Split::OpenQuote { line, cell, lines } => {
            let message = match lines {
                0 => "the last row ends within quotes: the file looks cut short".to_owned(),
                _ => "a quote is opened here and never closed".to_owned(),
            };
            let hint = "copy the file again, or close the quote";
            Bad { reason: CUT_SHORT, error: Error::at(file.line(*line).column(*cell as u64), message).hint(hint) }
        }
        Split::Row(_) => unreachable!("rows that can be split are read"),
    }
}
