//! Gristmill's own records: a CSV with a header, a JSON array of objects, or JSON Lines.
//!
//! The three share [`columns`] (names), [`value`] (text to numbers) and [`row`] (values to a judged record), so that
//! they agree on every figure and every message.

pub mod columns;
pub mod csv;
pub mod json;
pub mod json_array;
pub mod json_lines;
pub mod row;
pub mod value;
