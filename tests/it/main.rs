//! Integration tests, linked into one binary: linking is what takes the time.
//!
//! `expect` and `unwrap` are how a test says what must hold.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod browser;
mod charts;
mod data_files;
mod html;
mod markdown;
mod prose;
mod published;
mod run;
mod sample;
