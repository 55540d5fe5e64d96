//! Turns the raw output of LLM-inference benchmark runs into a finished report.
//!
//! The library is the pipeline without its files: inputs in, named bytes out. Each stage is a pure function, so the same
//! input gives the same bytes.
//!
//! ```
//! use gristmill::{config::Config, ingest::Memory, pipeline::{Request, run}};
//!
//! # let out = tempfile::tempdir()?;
//! # let out = out.path();
//! # let text = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n1024,1,0,400,2400,1024,101\n";
//! let records = Memory::new("records.csv", text);
//! let config = Config::default();
//! for file in run(&Request { formats: &["html", "pdf"], ..Request::new(&[&records], &config) })?.value {
//!     std::fs::write(out.join(&file.path), &file.bytes)?;
//! }
//! # assert!(out.join("report.html").is_file() && out.join("report.pdf").is_file());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Stage by stage: [`ingest::ingest`] folds records into [`cell::Cell`]s, [`analysis::analyze`] computes every number,
//! [`report::compose()`] writes sections of blocks, and each [`render::Renderer`] turns them into files. [`pipeline::run`]
//! is all of them. [`results::parse`] reads a `report.json` back.
#![deny(missing_docs)]

pub mod analysis;
pub mod cell;
pub mod chart;
pub mod check;
pub mod colour;
pub mod config;
pub mod context;
pub mod error;
pub mod font;
pub mod format;
pub mod gate;
pub mod ingest;
pub mod limits;
pub mod logo;
pub mod markup;
pub mod metric;
pub mod pipeline;
pub mod record;
pub mod render;
pub mod report;
pub mod results;
pub mod schema;
pub mod starter;
pub mod threads;
