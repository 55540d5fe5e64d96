//! The fields of one row, each read as its column means it.

use crate::cell::table::Column;
use crate::format::shortest;
use crate::ingest::records::judge::doubt_duration;
use crate::ingest::records::value::{number, picoseconds, shown, whole};
use crate::limits::{MOST_OF_A_SUM, is_on_a_clock};

/// Tokens of a request, requests in flight and watts that nothing reaches. Sums over many requests may be larger.
const MOST: f64 = 1e12;

const LEAVE_EMPTY: &str = "leave it empty where it is not known";

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    /// Where it shows.
    pub column: Column,
    /// What is wrong, without the value: lenient reading counts by it.
    pub reason: &'static str,
    /// What was expected and what was found.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl Complaint {
    /// One that says what was expected and what was found.
    pub fn expected(column: Column, reason: &'static str, expected: &str, found: &str, hint: &'static str) -> Self {
        Self { column, reason, message: format!("expected {expected}, found {found}"), hint }
    }
}

/// One row under its header.
pub struct Fields<'r> {
    columns: &'r [Option<Column>],
    cells: &'r [&'r str],
}

impl<'r> Fields<'r> {
    /// As many cells as columns.
    pub fn new(columns: &'r [Option<Column>], cells: &'r [&'r str]) -> Self {
        Self { columns, cells }
    }

    /// Text; none where the column is missing or its cell empty.
    pub fn text(&self, column: Column) -> Option<&'r str> {
        let at = self.columns.iter().position(|known| *known == Some(column))?;
        self.cells.get(at).copied().filter(|text| !text.is_empty())
    }

    /// A finite number.
    fn number(&self, column: Column) -> Result<Option<f64>, Complaint> {
        self.text(column).map(|text| finite(column, text)).transpose()
    }

    /// A count of at least 0.
    pub fn whole(&self, column: Column) -> Result<Option<u64>, Complaint> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let number = finite(column, text)?;
        let refused = |reason, expected| Complaint::expected(column, reason, expected, &shown(text), LEAVE_EMPTY);
        match text.parse().ok().or_else(|| whole(text)) {
            _ if number < 0.0 => Err(refused("negative count", "a count of at least 0")),
            Some(count) if column.counts_requests() && count > MOST_OF_A_SUM => {
                Err(refused("beyond reason", "at most 10^15 requests"))
            }
            Some(count) => Ok(Some(count)),
            None if number >= u64::MAX as f64 => Err(refused("beyond reason", "a count below 2^64")),
            None => Err(refused("not a whole number", "a whole number")),
        }
    }

    /// A part of the cell's name: from 1 to 1e12.
    pub fn level(&self, column: Column) -> Result<Option<u64>, Complaint> {
        match self.positive(column)? {
            Some(level) if level as f64 > MOST => {
                Err(Complaint::expected(column, "beyond reason", "at most 1e12", &level.to_string(), LEAVE_EMPTY))
            }
            level => Ok(level),
        }
    }

    /// A count of at least 1.
    pub fn positive(&self, column: Column) -> Result<Option<u64>, Complaint> {
        match self.whole(column)? {
            Some(0) => Err(Complaint::expected(column, "zero", "at least 1", "0", LEAVE_EMPTY)),
            count => Ok(count),
        }
    }

    /// A speed, rate or mean above 0.
    pub fn rate(&self, column: Column) -> Result<Option<f64>, Complaint> {
        let Some(rate) = self.number(column)? else { return Ok(None) };
        if rate <= 0.0 {
            let found = shortest(rate);
            return Err(Complaint::expected(column, "not above 0", "a number above 0", &found, LEAVE_EMPTY));
        }
        Ok(Some(rate))
    }

    /// A deviation, a rate that may be none, or a draw: at least 0.
    pub fn amount(&self, column: Column) -> Result<Option<f64>, Complaint> {
        match self.number(column)? {
            Some(amount) if amount < 0.0 => {
                let found = shortest(amount);
                Err(Complaint::expected(column, "negative", "a number of at least 0", &found, LEAVE_EMPTY))
            }
            amount => Ok(amount),
        }
    }

    /// How long something took, seconds.
    pub fn duration(&self, column: Column) -> Result<Option<f64>, Complaint> {
        let Some(seconds) = self.number(column)? else { return Ok(None) };
        match doubt_duration(seconds) {
            Some((reason, expected, _)) => {
                let found = format!("{} s", shortest(seconds));
                let hint = "check the query that computed it, and that its times are in seconds";
                Err(Complaint::expected(column, reason, expected, &found, hint))
            }
            None => Ok(Some(seconds)),
        }
    }

    /// A moment in seconds, in picoseconds.
    pub fn moment(&self, column: Column) -> Result<Option<i128>, Complaint> {
        self.text(column).map(|text| moment(column, text)).transpose()
    }

    /// The items of a list, written `[a, b]` with or without the brackets; empty where there is none.
    pub fn list(&self, column: Column) -> impl Iterator<Item = &'r str> {
        let text = self.text(column).unwrap_or_default().trim();
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        // Some databases quote text within a list.
        let items = inner.split([',', ' ']).map(|item| item.trim_matches(['\'', '"']));
        items.filter(|item| !item.is_empty())
    }
}

/// A number that is one.
pub fn finite(column: Column, text: &str) -> Result<f64, Complaint> {
    let refused = |reason, expected| Complaint::expected(column, reason, expected, &shown(text), LEAVE_EMPTY);
    match number(text) {
        Some(number) if number.is_finite() => Ok(number),
        Some(_) => Err(refused("not a finite number", "a finite number")),
        None => Err(refused("wrong type", "a number")),
    }
}

/// A moment in seconds, in picoseconds and without a double on the way.
pub fn moment(column: Column, text: &str) -> Result<i128, Complaint> {
    let hint = "write seconds since 1970 as a decimal number, not as a date";
    let refused = |reason, expected| Complaint::expected(column, reason, expected, &shown(text), hint);
    match picoseconds(text, 0) {
        Some(moment) if is_on_a_clock(moment) => Ok(moment),
        Some(_) => Err(refused("beyond reason", "a time before the year 10,000")),
        None => Err(refused("wrong type", "a time in seconds")),
    }
}
