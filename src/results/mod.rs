//! `report.json` as types: what the program writes, and what a program that reads it is given.
//!
//! Every figure of a report at full precision. Its shape is a promise to other programs: keys are added, and none changes
//! its meaning without a new number in `schema`. Units stand in the names of the keys; unknown is `null`, never 0.
//!
//! ```
//! # use gristmill::{config::Config, ingest::Memory, pipeline::{Request, run}};
//! # let records = "context_tokens,concurrency,start_s,e2e_ms,input_tokens,output_tokens\n1024,1,0,2000,1024,100\n";
//! # let (records, config) = (Memory::new("records.csv", records), Config::default());
//! # let made = run(&Request { formats: &["json"], ..Request::new(&[&records], &config) })?;
//! # let text = String::from_utf8(made.value[0].bytes.clone())?;
//! let results = gristmill::results::parse(&text, "out/report.json")?;
//! let peak = results.findings.peak_throughput.expect("throughput was measured");
//! assert_eq!((peak.tok_s, peak.at.load.concurrency), (50.0, Some(1)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `sweep`, `findings` and `capacity` are those of the run's main kind of load. Where request rates were tested beside
//! numbers of requests in flight, `request_rates` holds the same three of the cells that were sent at a rate; else it is null.

mod capacity;
mod cells;
mod findings;
mod level;
mod read;
mod suite;

pub use capacity::{Capacity, Column, Limit, TestedLevel, Thresholds, Unjudged, Within};
pub use cells::{Cell, Metrics};
pub use findings::{
    At, Ends, Findings, Power, PrefillPeak, Saturated, Scaling, Share, Speed, Success, Throughput, Time,
};
pub use level::{Level, LoadKind, LoadLevel};
pub use read::parse;
pub use suite::{Response, Suite, SuiteCase, SuiteSpeeds};

use crate::analysis::PrefillSource;
use crate::cell::Statistic;
use crate::config::{Config, Engine, Hardware, Model, Test};
use crate::error::{Error, Result, Warning};
use crate::ingest::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the file's shape.
pub const SCHEMA: u64 = 1;

/// A whole `report.json`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Results {
    /// Version of Gristmill that wrote it.
    pub gristmill: String,
    /// Version of the file's shape; it changes where a key changes its meaning or goes.
    pub schema: u64,
    /// What was tested, and when.
    pub run: Run,
    /// The dimensions of the sweep.
    pub sweep: Sweep,
    /// Every cell: the sweep first, then use cases by name; within one by context and load.
    pub cells: Vec<Cell>,
    /// What the report says of the sweep as a whole.
    pub findings: Findings,
    /// The limit of each use case that was tested.
    pub capacity: Vec<Capacity>,
    /// Ids of the use cases that nothing was tested for.
    pub not_tested: Vec<String>,
    /// The figures of request rates beside numbers of requests in flight; null where the run has one kind of load.
    pub request_rates: Option<RequestRates>,
    /// The cases of a prompt suite; null for every other run. `cells` is then the suite as one cell.
    #[serde(default)]
    pub suite: Option<Suite>,
    /// The files that were read.
    pub sources: Vec<Source>,
    /// Bad records that were left out, by reason.
    pub skipped: Vec<Skipped>,
    /// Columns that nobody knows, by file.
    pub unknown_columns: BTreeMap<String, Vec<String>>,
    /// What was configured, completed by what the files say of themselves.
    pub configuration: Config,
    /// The run that is shown beside; there only where one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Every file of the report, below its folder.
    pub files: Vec<String>,
    /// What the reader was told.
    pub warnings: Vec<Warning>,
}

/// What was tested, and when.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(expecting = "a table")]
#[non_exhaustive]
pub struct Run {
    /// Title of the report.
    pub title: String,
    /// The line below it.
    pub subtitle: Option<String>,
    /// The model that was served.
    pub model: Model,
    /// What it was served on.
    pub hardware: Hardware,
    /// What served it.
    pub engine: Engine,
    /// How it was tested.
    pub test: Test,
    /// `YYYY-MM-DD`
    pub date: Option<String>,
}

/// The dimensions of the sweep, and what stands for a metric's middle throughout the run.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Sweep {
    /// Contexts of the sweep, ascending.
    pub contexts_tokens: Vec<u64>,
    /// The same as a reader is told: `32K`.
    pub context_labels: Vec<String>,
    /// The kind of its levels; null without a sweep.
    pub load: Option<LoadKind>,
    /// Its levels, ascending.
    pub levels: Vec<Level>,
    /// Output tokens that its requests asked for, or that all of them had.
    pub output_tokens: Option<u64>,
    /// What stands for the middle of each metric: `mean`, or `p50` where some cell has a median and no mean of it.
    pub central: BTreeMap<String, Statistic>,
    /// What prefill speed is computed from; null where it is not known.
    pub prefill_source: Option<PrefillSource>,
}

/// The figures of the request rates beside a run's requests in flight.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RequestRates {
    /// The dimensions of their sweep.
    pub sweep: Sweep,
    /// What is said of it.
    pub findings: Findings,
    /// Limits in requests per second.
    pub capacity: Vec<Capacity>,
}

/// The run that is shown beside, with the same figures.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Reference {
    /// What it is called.
    pub name: String,
    /// Where a report on it lies.
    pub report_url: Option<String>,
    /// Every cell of it.
    pub cells: Vec<Cell>,
    /// What a report would say of its sweep.
    pub findings: Findings,
    /// The limit of each use case that was tested.
    pub capacity: Vec<Capacity>,
    /// Its files.
    pub sources: Vec<Source>,
    /// What was configured for it, completed by what its files say of themselves.
    pub configuration: Config,
}

/// Bad records that were left out.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Skipped {
    /// Why.
    pub reason: String,
    /// How many.
    pub records: u64,
}

impl Results {
    /// The file. What was read with [`parse`] and not changed is written with the same bytes.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let json = serde_json::to_vec_pretty(self);
        let mut bytes = json.map_err(|error| Error::new(format!("`report.json`: {error}")))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
