//! Gristmill's own records: a CSV with a header, a JSON array of objects, or JSON Lines.
//!
//! The three share [`columns`] (names), [`value`] (text to numbers), [`row`] (values to a judged record) and [`judge`]
//! (what cannot be), so that they agree on every figure and every message. What is written in the usual form is read by
//! [`quick`].

pub mod columns;
pub mod csv;
pub mod json;
pub mod json_array;
pub mod json_lines;
pub mod judge;
pub mod mapped;
pub mod names;
pub mod quick;
mod response;
pub mod row;
pub mod value;

use super::sink::Bad;
use crate::error::{Error, Place};

/// Reason of a last record that ends too early.
const CUT_SHORT: &str = "cut short";

/// A record that holds a byte which is no UTF-8.
fn not_utf8(place: Place, byte: u8) -> Bad {
    let message = format!("expected UTF-8, found the byte 0x{byte:02x}, which is none");
    let hint = "convert the file, for example with `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`";
    Bad { reason: "invalid UTF-8", error: Error::at(place, message).hint(hint) }
}
