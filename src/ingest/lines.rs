//! Lines of a text file, split in the stream's own buffer.

use super::stream::Stream;
use crate::error::Result;
use std::borrow::Cow;

/// Splits a stream into lines.
pub struct Lines<'s, 'i> {
    stream: &'s mut Stream<'i>,
    /// Bytes of the line that was handed out last.
    length: usize,
}

/// One line without its line break. Bytes that are no UTF-8 are replaced.
pub struct Line<'l> {
    /// Counted from 1.
    pub number: u64,
    /// Whether a line break or only the end of the file follows.
    pub terminated: bool,
    /// What stands in it, without white space around it.
    pub text: Cow<'l, str>,
}

impl<'s, 'i> Lines<'s, 'i> {
    /// Lines from the first unread byte on.
    pub fn new(stream: &'s mut Stream<'i>) -> Self {
        Self { stream, length: 0 }
    }

    /// The next line, empty ones too. Errors: those of [`Stream::read_more`].
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        self.stream.consume(self.length, u64::from(self.length > 0));
        self.length = 0;
        let (mut searched, mut terminated) = (0, true);
        self.length = loop {
            let unread = self.stream.unread();
            if let Some(at) = unread[searched..].iter().position(|byte| *byte == b'\n') {
                break searched + at + 1;
            }
            searched = unread.len();
            if self.stream.ended() {
                terminated = false;
                break searched;
            }
            self.stream.read_more()?;
        };
        if self.length == 0 {
            return Ok(None);
        }
        let text = self.stream.unread()[..self.length].trim_ascii();
        Ok(Some(Line { number: self.stream.line(), terminated, text: String::from_utf8_lossy(text) }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Dripping, Memory};
    use super::*;
    use crate::ingest::Input;

    fn lines(input: &dyn Input) -> Vec<String> {
        let mut stream = Stream::open(input).unwrap();
        let mut lines = Lines::new(&mut stream);
        let mut out = Vec::new();
        while let Some(Line { number, terminated, text }) = lines.next_line().unwrap() {
            out.push(format!("{number}: {text}{}", if terminated { "" } else { " (cut)" }));
        }
        out
    }

    #[test]
    fn lines_are_split_the_same_wherever_the_buffer_ends() {
        let table: &[(&[u8], &[&str])] = &[
            (b"a\r\n\n b \nc", &["1: a", "2: ", "3: b", "4: c (cut)"]),
            (b"a\xff\n", &["1: a\u{fffd}"]),
            (b"\n", &["1: "]),
            (b"", &[]),
        ];
        for (bytes, expected) in table {
            let whole = Memory::new("a.txt", bytes);
            assert_eq!(lines(&whole), *expected, "{}", String::from_utf8_lossy(bytes));
            assert_eq!(lines(&Dripping(&whole)), *expected, "byte by byte: {}", String::from_utf8_lossy(bytes));
        }
    }
}
