//! Turns the raw output of LLM-inference benchmark runs into a finished report.
//!
//! The library is the pipeline without its files: inputs in, named bytes out. Each stage is a pure function, so the same
//! input gives the same bytes.
//!
//! ```
//! use gristmill::config::Config;
//! use gristmill::ingest::{Input, Memory, Options};
//! use gristmill::pipeline::{Assets, Request, run};
//! use gristmill::render::{ChartFiles, PageSize};
//!
//! let records = Memory::new(
//!     "records.csv",
//!     "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
//!      1024,1,0,400,2400,1024,101\n\
//!      1024,2,5,600,3100,1024,101\n",
//! );
//! let inputs: [&dyn Input; 1] = [&records];
//! let made = run(&Request {
//!     inputs: &inputs,
//!     config: &Config::default(),
//!     assets: &Assets::default(),
//!     run_name: "two requests",
//!     options: Options::default(),
//!     formats: &["markdown", "charts"],
//!     page: PageSize::A4,
//!     charts: ChartFiles::Svg,
//!     kept_files: &[],
//!     warnings: &[],
//! })?;
//! let report = made.value.iter().find(|file| file.path == "report.md").expect("it was asked for");
//! assert!(report.bytes.starts_with(b"# two requests"));
//! # Ok::<(), gristmill::error::Error>(())
//! ```
//!
//! Stage by stage: [`ingest::ingest`] folds records into [`cell::Cell`]s, [`analysis::analyze`] computes every number,
//! [`report::compose()`] writes sections of blocks, and each [`render::Renderer`] turns them into files. [`pipeline::run`]
//! is all of them.
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
pub mod ingest;
pub mod logo;
pub mod markup;
pub mod metric;
pub mod pipeline;
pub mod record;
pub mod render;
pub mod report;
