//! Errors, warnings and the places they speak of. Imports no stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where in the input something was found.
///
/// Printed as `file:line:column: path`, each part only where it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
pub struct Place {
    /// The file as the user named it, or as it is called below the run folder.
    pub file: String,
    /// Line in the file, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in the line, counted from 1: a character where text was parsed, a field in a CSV row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// What was looked at: a column name, a configuration key or a JSON path such as `[17].ttft_ms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The same file at a line, counted from 1.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same line at a column, counted from 1.
    pub fn column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    /// The same place, naming the column, key or JSON path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(path) = &self.path {
            write!(f, ": `{}`", one_line(path))?;
        }
        Ok(())
    }
}

/// What went wrong, where, and what to do about it.
///
/// `message` says what was found and what was expected; `hint` says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where it was found; none for errors that concern no single file.
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: String,
    /// What the user can do about it.
    pub hint: Option<String>,
}

/// The result of every fallible function of the library.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into(), hint: None }
    }

    /// An error that concerns no single file.
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: None }
    }

    /// The same error of one run among several, which it names.
    pub fn within(mut self, run: &str) -> Self {
        within(&mut self.place, &mut self.message, run);
        self
    }

    /// The same error with advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&visible(&self.message))?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {}", visible(hint))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Something the user must know although the work went on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
pub struct Warning {
    /// Where it was found; none where it concerns the run as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was found and what was done about it.
    pub message: String,
}

impl Warning {
    /// A warning about the run as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into() }
    }

    /// A warning at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into() }
    }
}

impl Warning {
    /// The same warning of one run among several, which it names.
    pub fn within(mut self, run: &str) -> Self {
        within(&mut self.place, &mut self.message, run);
        self
    }
}

/// Puts the run before the place, or before the message where there is none.
fn within(place: &mut Option<Place>, message: &mut String, run: &str) {
    let first = place.as_mut().map_or(message, |place| &mut place.file);
    first.insert_str(0, &format!("{run}: "));
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&visible(&self.message))
    }
}

/// A value and what the user must be told about how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Warned<T> {
    /// The value.
    pub value: T,
    /// In the order in which they arose.
    pub warnings: Vec<Warning>,
}

impl<T> Warned<T> {
    /// A value without warnings.
    pub fn clean(value: T) -> Self {
        Self { value, warnings: Vec::new() }
    }

    /// Hands the warnings over and keeps the value.
    pub fn take(self, warnings: &mut Vec<Warning>) -> T {
        warnings.extend(self.warnings);
        self.value
    }
}

/// Text from input as a terminal may show it: control characters (which could move the cursor, change colours or
/// reorder the line) become visible escapes; a line break stays.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if hidden {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same for what stands within a line, such as the name of a file: line breaks and tabs become escapes too.
pub fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n").replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_where_what_and_what_next() {
        let place = Place::file("run/records.csv").line(17).column(8).path("ttft_ms");
        let error = Error::at(place, "expected a number, found `abc`").hint("remove the cell if it was not measured");
        assert_eq!(
            error.to_string(),
            "run/records.csv:17:8: `ttft_ms`: expected a number, found `abc`\nhint: remove the cell if it was not measured"
        );
    }

    #[test]
    fn control_characters_cannot_reach_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\n"), "a\\u{1b}[31mb\\u{202e}c\n");
        let place = Place::file("a.csv\nerror: b").line(1);
        assert_eq!(Error::at(place, "empty").to_string(), "a.csv\\nerror: b:1: empty");
    }
}
