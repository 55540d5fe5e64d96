//! Turns the raw output of LLM-inference benchmark runs into a finished report.
#![deny(missing_docs)]

pub mod analysis;
pub mod cell;
pub mod chart;
pub mod config;
pub mod context;
pub mod error;
pub mod font;
pub mod format;
pub mod ingest;
pub mod logo;
pub mod metric;
pub mod pipeline;
pub mod record;
pub mod render;
pub mod report;
