//! Whole documents of JSON or YAML, as tools write them: with `NaN` and `Infinity` in place of numbers, one after the other
//! in one file, and with prompts and responses that are read over and never held.

use super::stream::Stream;
use crate::error::{Error, Place, Result, Warned, Warning};
use crate::limits::LARGEST_YAML;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;
use std::rc::Rc;

/// Who wrote a file, for messages.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// `vllm bench serve`
    pub name: &'static str,
    /// The versions whose files are known to be read: `0.6 to 0.26`.
    pub versions: &'static str,
}

impl Tool {
    /// An error that says which versions are known to work.
    pub fn error(&self, place: Place, message: impl Into<String>) -> Error {
        Error::at(place, message).hint(format!(
            "files of {} {} are known to be read; check that this one is whole and was not changed by hand",
            self.name, self.versions
        ))
    }

    /// A table's row has a cell under each of `width` headings. Errors: it ends before, as the last row of a file that was cut
    /// short does; its last cell may be the first half of a number then.
    pub fn whole_row(&self, place: Place, cells: usize, width: usize) -> Result<()> {
        if cells >= width {
            return Ok(());
        }
        Err(self.error(place, format!("the row ends after {cells} of {width} cells: the file looks cut short")))
    }

    /// A key that matters and is not there.
    pub fn missing(&self, place: Place, key: &str) -> Error {
        self.error(place, format!("expected the key `{key}`, as {} writes it; found none", self.name))
    }
}

/// Reads the one JSON document of a file. Errors: it is none, or not of the expected shape.
pub fn json<T: DeserializeOwned>(stream: &mut Stream, tool: &Tool) -> Result<T> {
    json_seed(stream, tool, PhantomData)
}

/// The same into whatever `seed` makes of it while it is read: for documents too large to hold.
pub fn json_seed<'de, S: DeserializeSeed<'de>>(stream: &mut Stream, tool: &Tool, seed: S) -> Result<S::Value> {
    let name = stream.name();
    let mut parser = serde_json::Deserializer::from_reader(BufReader::new(Standard::new(stream)));
    let read = seed.deserialize(&mut parser).and_then(|value| parser.end().map(|()| value));
    read.map_err(|error| broken(name, tool, error))
}

/// Reads a file that is one JSON array, an element at a time. `each` is also given the place of the element, from 0.
///
/// Errors: it is none, or an element is not of the expected shape; what `each` passes on.
pub fn json_list<T: DeserializeOwned>(
    stream: &mut Stream,
    tool: &Tool,
    each: impl FnMut(T, u64) -> Result<()>,
) -> Result<()> {
    let mut refused = None;
    let read = json_seed(stream, tool, Elements { each, refused: &mut refused, element: PhantomData });
    refused.map_or(read, Err)
}

/// Hands on the elements of an array. What `each` refuses is kept aside: serde passes on texts only.
struct Elements<'r, T, F> {
    each: F,
    refused: &'r mut Option<Error>,
    element: PhantomData<T>,
}

impl<'de, T: DeserializeOwned, F: FnMut(T, u64) -> Result<()>> DeserializeSeed<'de> for Elements<'_, T, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T, u64) -> Result<()>> Visitor<'de> for Elements<'_, T, F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list")
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> std::result::Result<(), A::Error> {
        let mut index = 0;
        while let Some(element) = list.next_element()? {
            if let Err(error) = (self.each)(element, index) {
                *self.refused = Some(error);
                return Err(serde::de::Error::custom("refused"));
            }
            index += 1;
        }
        Ok(())
    }
}

/// Reads the one document of a file that may be JSON or YAML. Errors: those of [`json`] and [`yaml`].
pub fn json_or_yaml<T: DeserializeOwned>(stream: &mut Stream, tool: &Tool) -> Result<Warned<T>> {
    if is_json(stream)? { json(stream, tool).map(Warned::clean) } else { yaml(stream, tool) }
}

/// Whether a document that may be JSON or YAML begins as JSON does. Errors: those of [`Stream::read_more`].
pub fn is_json(stream: &mut Stream) -> Result<bool> {
    while stream.unread().iter().all(u8::is_ascii_whitespace) && stream.read_more()? {}
    Ok(matches!(stream.unread().trim_ascii_start().first(), Some(b'{' | b'[')))
}

/// Reads every JSON document of a file that may hold several: JSON Lines, or objects appended to each other. `each` is also
/// given the line that the document begins in.
///
/// Errors: a document is none, or not of the expected shape; what `each` passes on.
pub fn json_each<T: DeserializeOwned>(
    stream: &mut Stream,
    tool: &Tool,
    mut each: impl FnMut(T, u64) -> Result<()>,
) -> Result<()> {
    let name = stream.name();
    let begun = Rc::new(Cell::new(None));
    let counted = FirstLines { inner: BufReader::new(Standard::new(stream)), line: 1, begun: Rc::clone(&begun) };
    for document in serde_json::Deserializer::from_reader(counted).into_iter::<T>() {
        let document = document.map_err(|error| broken(name, tool, error))?;
        each(document, begun.take().unwrap_or(1))?;
    }
    Ok(())
}

/// Reads the one YAML document of a file, and tells of one that looks cut short. Errors: it is none, not of the expected shape,
/// or larger than 64 MiB.
pub fn yaml<T: DeserializeOwned>(stream: &mut Stream, tool: &Tool) -> Result<Warned<T>> {
    let name = stream.name();
    let mut bytes = Vec::new();
    while stream.read_more()? || !stream.unread().is_empty() {
        let unread = stream.unread();
        let length = unread.len();
        bytes.extend_from_slice(unread);
        stream.consume(length, 0);
        if bytes.len() > LARGEST_YAML {
            let message = format!("is a YAML document of more than {} MiB", LARGEST_YAML >> 20);
            return Err(Error::at(Place::file(name), message)
                .hint("let the tool write JSON instead, which is read without holding it"));
        }
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let message = format!("expected UTF-8, found what is none at byte {}", error.utf8_error().valid_up_to());
        tool.error(Place::file(name), message)
    })?;
    // `.inf` is how these tools write «without a limit».
    let options =
        serde_saphyr::options! { non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough };
    let value = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        let place = Place::file(name);
        let place = match error.location() {
            Some(location) => place.line(location.line()).column(location.column()),
            None => place,
        };
        let message = error.without_snippet().to_string();
        tool.error(place, format!("expected YAML as {} writes it: {}", tool.name, first_line(&message)))
    })?;
    Ok(Warned { value, warnings: half_a_line(&text, Place::file(name)).into_iter().collect() })
}

/// That a YAML document ends within a line: the beginning of a document is a document, and the beginning of a number a number.
/// Every tool ends its last line.
fn half_a_line(text: &str, place: Place) -> Option<Warning> {
    let message = "the last line has no line break: the file may be cut short, and a figure with it; copy it again, or end the \
                   line if it is whole";
    (!text.is_empty() && !text.ends_with('\n')).then(|| Warning::at(place.line(text.lines().count() as u64), message))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What is wrong with a JSON document, in words.
fn broken(name: &str, tool: &Tool, error: serde_json::Error) -> Error {
    let place = Place::file(name).line(error.line() as u64).column(error.column() as u64);
    if error.is_io() {
        let error = io::Error::from(error);
        let own = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).cloned();
        return own.unwrap_or_else(|| Error::at(Place::file(name), format!("cannot be read: {error}")));
    }
    if error.is_eof() {
        return Error::at(place, "the document ends in the middle: the file is cut short")
            .hint(format!("wait until {} has ended, or copy the file again", tool.name));
    }
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    match message.strip_prefix("missing field ") {
        Some(key) => tool.missing(place, key.trim_matches('`')),
        None => tool.error(place, format!("expected JSON as {} writes it: {message}", tool.name)),
    }
}

/// A stream whose `NaN` and `Infinity` outside of strings are written as texts of the same length, so that what follows is
/// JSON and every position stays: `""` and `"inf"`, which [`super::loose::Number`] reads.
struct Standard<'s, 'i> {
    stream: &'s mut Stream<'i>,
    in_string: bool,
    escaped: bool,
    out: Vec<u8>,
    at: usize,
}

/// What is not JSON, and what stands in for it.
const WORDS: [(&[u8], &[u8]); 3] = [(b"NaN", b"\"\" "), (b"Infinity", b"\"inf\"   "), (b"-Infinity", b"\"-inf\"   ")];
const LONGEST_WORD: usize = 9;

impl<'s, 'i> Standard<'s, 'i> {
    fn new(stream: &'s mut Stream<'i>) -> Self {
        Self { stream, in_string: false, escaped: false, out: Vec::new(), at: 0 }
    }

    /// Takes the next piece of the stream; nothing at its end.
    fn refill(&mut self) -> Result<()> {
        self.out.clear();
        self.at = 0;
        while self.stream.unread().len() < LONGEST_WORD && self.stream.read_more()? {}
        let unread = self.stream.unread();
        // A word that the piece may cut in two waits for the next one.
        let end = if self.stream.ended() { unread.len() } else { unread.len() - LONGEST_WORD + 1 };
        let mut at = 0;
        while at < end {
            let byte = unread[at];
            let word = match byte {
                b'N' | b'I' | b'-' if !self.in_string => WORDS.iter().find(|(word, _)| unread[at..].starts_with(word)),
                _ => None,
            };
            if let Some((word, instead)) = word {
                self.out.extend_from_slice(instead);
                at += word.len();
                continue;
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.in_string,
                b'"' => self.in_string = !self.in_string,
                _ => {}
            }
            self.out.push(byte);
            at += 1;
        }
        let lines = unread[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        self.stream.consume(at, lines);
        Ok(())
    }
}

impl Read for Standard<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.out.len() {
            self.refill().map_err(io::Error::other)?;
        }
        let length = into.len().min(self.out.len() - self.at);
        into[..length].copy_from_slice(&self.out[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

/// Finds the lines in which documents begin. serde_json reads byte by byte, and none behind the end of a document.
struct FirstLines<R> {
    inner: R,
    line: u64,
    /// That of the document which is being read; taken when it has ended.
    begun: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for FirstLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        for byte in &into[..read] {
            if self.begun.get().is_none() && !byte.is_ascii_whitespace() {
                self.begun.set(Some(self.line));
            }
            self.line += u64::from(*byte == b'\n');
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::loose::Number;
    use super::super::tests::{Dripping, Memory};
    use super::*;

    const TOOL: Tool = Tool { name: "a tool", versions: "1 to 2" };

    #[derive(Debug, serde::Deserialize)]
    struct Run {
        done: Number,
        #[serde(default)]
        rate: Number,
    }

    fn read(text: &str) -> Result<Run> {
        json(&mut Stream::open(&Memory::new("a.json", text)).unwrap(), &TOOL)
    }

    #[test]
    fn numbers_that_are_none_are_read_wherever_they_stand() {
        let text = r#"{"note": "NaN, \"Infinity\"", "done": NaN, "other": [-Infinity, 1], "rate":Infinity}"#;
        let memory = Memory::new("a.json", text);
        for input in [&memory as &dyn super::super::Input, &Dripping(&memory)] {
            let run: Run = json(&mut Stream::open(input).unwrap(), &TOOL).unwrap();
            assert_eq!((run.done.value(), run.rate.value(), run.rate.is_infinite()), (None, None, true));
        }
    }

    #[test]
    fn documents_may_follow_each_other_on_lines_or_not() {
        for (text, expected) in [
            ("{\"done\": 1}\n{\"done\": 2}\n\n{\"done\": 3}\n", vec![(1, 1), (2, 2), (3, 4)]),
            ("{\n \"done\": 1\n}\n{\n \"done\": 2}", vec![(1, 1), (2, 4)]),
            ("", vec![]),
        ] {
            let memory = Memory::new("a.jsonl", text);
            let mut found = Vec::new();
            json_each(&mut Stream::open(&memory).unwrap(), &TOOL, |run: Run, line| {
                found.push((run.done.whole().unwrap(), line));
                Ok(())
            })
            .unwrap();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_list_is_read_element_by_element() {
        let text = "[{\"done\": 1}, {\"done\": 2},\n {\"done\": 3}]";
        let memory = Memory::new("a.json", text);
        let mut found = Vec::new();
        let mut read = |refuse| {
            json_list(&mut Stream::open(&memory).unwrap(), &TOOL, |run: Run, index| {
                found.push((run.done.whole().unwrap(), index));
                if index == refuse { Err(Error::new("no more")) } else { Ok(()) }
            })
        };
        assert_eq!(read(9), Ok(()));
        assert_eq!(read(1), Err(Error::new("no more")), "as it was refused");
        assert_eq!(found, [(1, 0), (2, 1), (3, 2), (1, 0), (2, 1)]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_the_versions_known_to_work() {
        let told = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(
            told("{\"rate\": 1}"),
            "a.json:1:11: expected the key `done`, as a tool writes it; found none\nhint: files of a tool 1 to 2 are \
             known to be read; check that this one is whole and was not changed by hand"
        );
        assert!(told("{\"done\":\n 1").starts_with("a.json:2:2: the document ends in the middle"));
        assert!(
            told("{\"done\": {}}").contains("expected JSON as a tool writes it: invalid type: map, expected a number")
        );
        assert!(
            told("{\"done\": 1} x").starts_with("a.json:1:13: expected JSON as a tool writes it: trailing characters")
        );
    }

    #[test]
    fn yaml_is_read_too() {
        let yaml_of = |text: &str| yaml::<Run>(&mut Stream::open(&Memory::new("a.yaml", text)).unwrap(), &TOOL);
        let Warned { value: run, warnings } = yaml_of("done: 5\nrate: .inf\nother: [1, 2]\n").unwrap();
        assert_eq!(warnings, []);
        assert_eq!((run.done.whole(), run.rate.is_infinite()), (Some(5), true));
        let error = yaml_of("done: [1\n").unwrap_err().to_string();
        assert!(error.starts_with("a.yaml:"), "{error}");
        for text in ["done: 5\n", " \n{\"done\": 5}"] {
            let run = json_or_yaml::<Run>(&mut Stream::open(&Memory::new("a", text)).unwrap(), &TOOL).unwrap();
            assert_eq!(run.value.done.whole(), Some(5), "{text}");
        }
        let cut = yaml_of("rate: 1\ndone: 5").unwrap();
        assert_eq!(cut.value.done.whole(), Some(5));
        assert_eq!(
            cut.warnings[0].to_string(),
            "a.yaml:2: the last line has no line break: the file may be cut short, and a figure with it; copy it again, or end \
             the line if it is whole"
        );
    }
}
