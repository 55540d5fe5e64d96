//! Rows of a CSV file, split in the stream's own buffer.
//!
//! RFC 4180, read generously: any line ending, spaces around cells, empty lines left out. A quote counts at the start
//! of a cell only. Nothing is allocated per cell.

use super::sink::Bad;
use super::stream::Stream;
use crate::error::{Error, Place, Result};
use memchr::{memchr, memchr_iter, memrchr};
use std::str::Utf8Error;

/// Splits a stream into rows.
pub struct Rows<'s, 'i> {
    stream: &'s mut Stream<'i>,
    separator: u8,
    cells: Vec<Span>,
    unescaped: Vec<u8>,
    length: usize,
    lines: u64,
}

/// Where a cell stands: in the row or, where it held doubled quotes, among the unescaped ones.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    start: usize,
    end: usize,
    escaped: bool,
}

/// One row. Cells are trimmed, unquoted and UTF-8.
pub struct Row<'r> {
    /// Line of its first byte, counted from 1.
    pub line: u64,
    /// Whether a line ending or only the end of the file follows.
    pub terminated: bool,
    text: &'r str,
    unescaped: &'r str,
    cells: &'r [Span],
}

/// A row, or why its cells cannot be trusted.
pub enum Split<'r> {
    /// A row that can be read.
    Row(Row<'r>),
    /// Bytes that are no UTF-8.
    NotUtf8 {
        /// Line of the first of them.
        line: u64,
        /// Column of the first of them in that line, in characters counted from 1.
        column: u64,
        /// The first of them.
        byte: u8,
    },
    /// Text between a closing quote and the next separator.
    BadQuote {
        /// Line of the row.
        line: u64,
        /// The cell, counted from 1.
        cell: usize,
    },
    /// The file ends within quotes.
    OpenQuote {
        /// Line of the row.
        line: u64,
        /// The cell, counted from 1.
        cell: usize,
        /// Line breaks between the row's start and the end of the file.
        lines: u64,
    },
}

/// Whether a row is the header once more, as where files were joined; the later ones may begin with a byte order mark.
pub fn repeats_header<'c>(row: impl IntoIterator<Item = &'c str>, header: &[String]) -> bool {
    let cells = row.into_iter().enumerate();
    cells.map(|(at, cell)| if at == 0 { cell.trim_start_matches('\u{feff}') } else { cell }).eq(header)
}

/// Such a row.
pub fn repeated_header(place: Place) -> Bad {
    let error = Error::at(place, "found the header a second time, expected a row of values");
    Bad {
        reason: "repeated header",
        error: error.hint("remove this line: each file that was joined here brought its own"),
    }
}

impl<'s, 'i> Rows<'s, 'i> {
    /// Rows from the first unread byte on, of cells between commas.
    pub fn new(stream: &'s mut Stream<'i>) -> Self {
        Self::separated_by(b',', stream)
    }

    /// The same of cells between other bytes, such as semicolons or tabs.
    pub fn separated_by(separator: u8, stream: &'s mut Stream<'i>) -> Self {
        Self { stream, separator, cells: Vec::new(), unescaped: Vec::new(), length: 0, lines: 0 }
    }

    /// The stream behind the row that was handed out last.
    pub fn stream(&mut self) -> &mut Stream<'i> {
        self.stream.consume(self.length, self.lines);
        (self.length, self.lines) = (0, 0);
        self.stream
    }

    /// The next row that is not empty. Errors: those of [`Stream::read_more`].
    pub fn next_row(&mut self) -> Result<Option<Split<'_>>> {
        let outcome = loop {
            self.stream();
            let outcome = split(self.stream.unread(), self.stream.ended(), self.separator, &mut self.cells);
            match outcome {
                Outcome::Incomplete => {
                    self.stream.read_more()?;
                }
                Outcome::End => return Ok(None),
                Outcome::Row { length, lines, .. } => {
                    (self.length, self.lines) = (length, lines);
                    if !self.is_empty() {
                        break outcome;
                    }
                }
            }
        };
        Ok(Some(self.judge(outcome)))
    }

    fn is_empty(&self) -> bool {
        matches!(self.cells[..], [only] if only.start == only.end) && self.lines <= 1
    }

    fn judge(&mut self, outcome: Outcome) -> Split<'_> {
        let Outcome::Row { length, lines, terminated, open, bad } = outcome else {
            unreachable!("asked for rows only")
        };
        let line = self.stream.line();
        let bytes = &self.stream.unread()[..length];
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return not_utf8(bytes, line, error),
        };
        if let Some(cell) = bad {
            return Split::BadQuote { line, cell };
        }
        if open {
            return Split::OpenQuote { line, cell: self.cells.len(), lines };
        }
        self.unescaped.clear();
        for cell in self.cells.iter_mut().filter(|cell| cell.escaped) {
            let start = self.unescaped.len();
            unescape(&bytes[cell.start..cell.end], &mut self.unescaped);
            (cell.start, cell.end) = (start, self.unescaped.len());
        }
        let unescaped = std::str::from_utf8(&self.unescaped).expect("UTF-8 stays UTF-8 when ASCII quotes are dropped");
        Split::Row(Row { line, terminated, text, unescaped, cells: &self.cells })
    }
}

impl<'r> Row<'r> {
    /// How many cells it has.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// The cell at a position, counted from 0; none behind the last.
    pub fn get(&self, at: usize) -> Option<&'r str> {
        let cell = self.cells.get(at)?;
        let text = if cell.escaped { self.unescaped } else { self.text };
        Some(&text[cell.start..cell.end])
    }

    /// Its cells in order.
    pub fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r, '_> {
        (0..self.width()).filter_map(|at| self.get(at))
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    /// The row's end is not in sight.
    Incomplete,
    /// Nothing is left.
    End,
    Row {
        length: usize,
        lines: u64,
        terminated: bool,
        open: bool,
        bad: Option<usize>,
    },
}

/// Splits the first row of `bytes` into trimmed cells.
fn split(bytes: &[u8], ended: bool, separator: u8, cells: &mut Vec<Span>) -> Outcome {
    split_plain(bytes, separator, cells).unwrap_or_else(|| split_any(bytes, ended, separator, cells))
}

/// The same for a whole row without a quote, which nearly every row is: only separators and the line break count there,
/// and both are found many bytes at a time. None for any other row.
fn split_plain(bytes: &[u8], separator: u8, cells: &mut Vec<Span>) -> Option<Outcome> {
    let end = memchr(b'\n', bytes)?;
    let row = &bytes[..end];
    if memchr(b'"', row).is_some() {
        return None;
    }
    cells.clear();
    let mut start = 0;
    for at in memchr_iter(separator, row).chain(std::iter::once(end)) {
        let blanks = row[start..at].iter().take_while(|byte| is_blank(**byte)).count();
        let first = start + blanks;
        cells.push(Span { start: first, end: first + row[first..at].trim_ascii_end().len(), escaped: false });
        start = at + 1;
    }
    Some(Outcome::Row { length: end + 1, lines: 1, terminated: true, open: false, bad: None })
}

/// The same for every row.
fn split_any(bytes: &[u8], ended: bool, separator: u8, cells: &mut Vec<Span>) -> Outcome {
    let is_blank = |byte: u8| is_blank(byte) && byte != separator;
    let until_separator =
        |bytes: &[u8]| bytes.iter().position(|byte| *byte == separator || *byte == b'\n').unwrap_or(bytes.len());
    cells.clear();
    if bytes.is_empty() {
        return if ended { Outcome::End } else { Outcome::Incomplete };
    }
    let (mut at, mut lines, mut open, mut bad) = (0, 0, false, None);
    loop {
        let first = at + bytes[at..].iter().take_while(|byte| is_blank(**byte)).count();
        let cell;
        if bytes.get(first) == Some(&b'"') {
            let quoted = quoted(&bytes[first + 1..]);
            lines += quoted.lines;
            cell = Span { start: first + 1, end: first + 1 + quoted.length, escaped: quoted.escaped };
            open = !quoted.closed;
            at = (cell.end + 1).min(bytes.len());
            let rest = until_separator(&bytes[at..]);
            if !bytes[at..at + rest].iter().all(|byte| is_blank(*byte)) {
                bad = bad.or(Some(cells.len() + 1));
            }
            at += rest;
        } else {
            at = first + until_separator(&bytes[first..]);
            let kept = bytes[first..at].trim_ascii_end().len();
            cell = Span { start: first, end: first + kept, escaped: false };
        }
        cells.push(cell);
        match bytes.get(at) {
            Some(byte) if *byte == separator => at += 1,
            Some(_) => return Outcome::Row { length: at + 1, lines: lines + 1, terminated: true, open, bad },
            None if ended => return Outcome::Row { length: at, lines, terminated: false, open, bad },
            None => return Outcome::Incomplete,
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

struct Quoted {
    length: usize,
    lines: u64,
    escaped: bool,
    closed: bool,
}

/// Length of the whole rows that `bytes` begin with, of which the first stands at a row's start; none where no row ends.
///
/// Rows end where [`Rows`] ends them: not within quotes, and a quote counts at the start of a cell only.
pub fn whole_rows(bytes: &[u8]) -> Option<usize> {
    let last_end = |from: usize, to: usize| memrchr(b'\n', &bytes[from..to]).map(|at| from + at + 1);
    let (mut at, mut end) = (0, None);
    while let Some(quote) = memchr(b'"', &bytes[at..]).map(|quote| at + quote) {
        end = last_end(at, quote).or(end);
        let before = bytes[..quote].iter().rev().find(|byte| !is_blank(**byte));
        at = quote + 1;
        if !matches!(before, None | Some(b',' | b'\n')) {
            continue;
        }
        loop {
            let Some(closing) = memchr(b'"', &bytes[at..]).map(|closing| at + closing) else { return end };
            match bytes.get(closing + 1) {
                Some(b'"') => at = closing + 2,
                Some(_) => break at = closing + 1,
                // Whether this quote closes or is doubled stands behind the end.
                None => return end,
            }
        }
    }
    last_end(at, bytes.len()).or(end)
}

/// What stands between an opening quote and the closing one.
fn quoted(bytes: &[u8]) -> Quoted {
    let mut found = Quoted { length: bytes.len(), lines: 0, escaped: false, closed: false };
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' if bytes.get(at + 1) == Some(&b'"') => {
                found.escaped = true;
                at += 1;
            }
            b'"' => return Quoted { length: at, closed: true, ..found },
            b'\n' => found.lines += 1,
            _ => {}
        }
        at += 1;
    }
    found
}

fn unescape(bytes: &[u8], into: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        into.extend_from_slice(&rest[..=quote]);
        rest = rest.get(quote + 2..).unwrap_or_default();
    }
    into.extend_from_slice(rest);
}

fn not_utf8<'r>(bytes: &[u8], line: u64, error: Utf8Error) -> Split<'r> {
    let before = &bytes[..error.valid_up_to()];
    let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = String::from_utf8_lossy(last).chars().count() as u64 + 1;
    Split::NotUtf8 { line: line + lines, column, byte: bytes[error.valid_up_to()] }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Dripping, Memory};
    use super::*;
    use crate::ingest::Input;

    fn rows(input: &dyn Input) -> Vec<String> {
        rows_between(b',', input)
    }

    fn rows_between(separator: u8, input: &dyn Input) -> Vec<String> {
        let mut stream = Stream::open(input).unwrap();
        let mut rows = Rows::separated_by(separator, &mut stream);
        let mut out = Vec::new();
        while let Some(split) = rows.next_row().unwrap() {
            out.push(match split {
                Split::Row(row) => format!("{}: {}", row.line, row.cells().collect::<Vec<_>>().join("|")),
                Split::NotUtf8 { line, column, byte } => format!("{line}:{column}: byte {byte:02x}"),
                Split::BadQuote { line, cell } => format!("{line}: bad quote in {cell}"),
                Split::OpenQuote { line, cell, lines } => format!("{line}: open quote in {cell} over {lines}"),
            });
        }
        out
    }

    #[test]
    fn rows_are_split_the_same_wherever_the_buffer_ends() {
        let table: &[(&[u8], &[&str])] = &[
            (b"a,b\n1,2\n", &["1: a|b", "2: 1|2"]),
            (b"a,b\r\n1,2\r\n", &["1: a|b", "2: 1|2"]),
            (b" a , b \n\n  \n1,2", &["1: a|b", "4: 1|2"]),
            (b"\"a\nx\",b\n1,2\n", &["1: a\nx|b", "3: 1|2"]),
            (b"\"say \"\"hi\"\", twice\", \"\" ,x\n", &["1: say \"hi\", twice||x"]),
            (b"5\" disk,b\n", &["1: 5\" disk|b"]),
            (b"a,\n,\n", &["1: a|", "2: |"]),
            (b"\"a\"b,c\n1,2\n", &["1: bad quote in 1", "2: 1|2"]),
            (b"a\nb,\"c\nd", &["1: a", "2: open quote in 2 over 1"]),
            (b"a\n\xc3\xa4\xff,b\nc", &["1: a", "2:2: byte ff", "3: c"]),
            (b"\"a\"\"", &["1: open quote in 1 over 0"]),
            (b"", &[]),
        ];
        for (bytes, expected) in table {
            let whole = Memory::new("a.csv", bytes);
            assert_eq!(rows(&whole), *expected, "{}", String::from_utf8_lossy(bytes));
            assert_eq!(rows(&Dripping(&whole)), *expected, "byte by byte: {}", String::from_utf8_lossy(bytes));
        }
    }
    #[test]
    fn cells_may_stand_between_other_bytes() {
        let semicolons = Memory::new("a.csv", "a ; b\n1,5;\"x;y\"\n;\n");
        assert_eq!(rows_between(b';', &semicolons), ["1: a|b", "2: 1,5|x;y", "3: |"]);
        let tabs = Memory::new("a.tsv", "a\tb\tc\n1\t\t \"x\ty\" \n\t\t\n");
        assert_eq!(rows_between(b'\t', &tabs), ["1: a|b|c", "2: 1||x\ty", "3: ||"]);
    }

    #[test]
    fn a_row_without_quotes_is_split_as_any_row_is() {
        let separators = proptest::sample::select(b",;\t".to_vec());
        let text = proptest::collection::vec(proptest::sample::select(b"ab ,;\t\r\x0c\n\"\xc3".to_vec()), 0..24);
        proptest::proptest!(|(bytes in text, separator in separators)| {
            let (mut plain, mut any) = (Vec::new(), Vec::new());
            if let Some(outcome) = split_plain(&bytes, separator, &mut plain) {
                proptest::prop_assert_eq!(outcome, split_any(&bytes, false, separator, &mut any));
                proptest::prop_assert_eq!(plain, any);
            }
        });
    }
}
