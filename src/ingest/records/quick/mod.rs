//! The fast scan: records in their usual form, read without a second look.
//!
//! What one of ten million records costs decides what a report costs. The careful readers beside this module split a row into cells, each cell into text, and each text into a number that may be anything. Nearly every
//! row that a program writes needs none of that: plain decimal numbers, text without quotes or escapes, keys in the order of
//! the line before. Such a row is read here in one pass, eight digits at a time.
//!
//! What makes that safe:
//!
//! 1. **Checked, never assumed.** Every byte of a record is looked at. The first one that the usual form does not have (a
//!    sign, an exponent, a blank, a quote, an escape, another key) gives the whole record to the careful reader, from its
//!    start. Nothing of what was read so far stays.
//! 2. **No verdict here.** A value that may be wrong goes to the careful reader too, which alone words complaints. What is
//!    right goes through [`super::row::Row::judge`] on both ways, so that both judge alike.
//! 3. **The same number.** At most 15 digits are a whole number that a double holds exactly, and so is the power of ten it is
//!    divided by, with that of the unit; the one division rounds once, as reading the text does ([`decimal::Decimal`],
//!    [`super::value::seconds`]).
//! 4. **One level, one mark.** A row that begins with the very bytes that named the level of the row before bears the same
//!    [`LevelMark`](crate::record::LevelMark), so that nobody compares the level again: only where no column behind these bytes has
//!    a say in it (`front.rs`).
//!
//! `tests/it/quick.rs` writes awkward files of every kind and holds both ways against each other.

pub mod csv;
pub mod decimal;
mod front;
pub mod json;
pub mod numbers;
mod scan;
mod steps;

pub use scan::eight;

use crate::error::Result;
use crate::record::Record;

/// Reads records of one form.
pub trait Records<'r> {
    /// The first record of the text, and its length with its line ending; none where it has to be read carefully: because of
    /// its form, because something may be wrong with it, or because its end is not in sight.
    fn next(&mut self, text: &'r str) -> Option<(&Record<'r>, usize)>;
}

/// Gives `each` the records in sight that have the usual form, up to the first that has not, each with the number of lines in
/// front of it. How many bytes and lines these were. Errors: those of `each`.
#[inline(always)]
pub fn records<'r>(
    unread: &'r [u8],
    mut reader: impl Records<'r>,
    mut each: impl FnMut(&Record<'r>, u64) -> Result<()>,
) -> Result<(usize, u64)> {
    let (mut at, mut lines) = (0, 0);
    loop {
        let (window, start) = (window(&unread[at..]), at);
        while let Some((record, length)) = reader.next(&window[at - start..]) {
            each(record, lines)?;
            at += length;
            lines += 1;
        }
        if at == start {
            return Ok((at, lines));
        }
    }
}

/// Bytes that are checked to be UTF-8 at once: few enough that those behind an unusual record are not checked many times.
const WINDOW: usize = 16 << 10;

/// The first of the bytes as text, as far as they are text; records that reach beyond it come first in another window.
fn window(bytes: &[u8]) -> &str {
    let bytes = &bytes[..bytes.len().min(WINDOW)];
    simdutf8::compat::from_utf8(bytes).unwrap_or_else(|error| {
        let (text, _) = bytes.split_at(error.valid_up_to());
        std::str::from_utf8(text).unwrap_or_default()
    })
}
