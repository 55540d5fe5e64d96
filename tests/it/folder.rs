//! Real files of a tool, read as a run.

use crate::on_disk::OnDisk;
use crate::run::root;
use gristmill::cell::{Cell, Summary};
use gristmill::config;
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Options, ingest};
use gristmill::metric::MetricId;
use std::path::PathBuf;

/// Reads files and folders below `fixtures/samples/{tool}`, called by their paths there, with `toml` for a configuration.
pub fn read(tool: &str, paths: &[&str], toml: &str) -> Result<Warned<Ingested>> {
    let base = root().join("fixtures/samples").join(tool);
    let mut pending: Vec<PathBuf> = paths.iter().map(|path| base.join(path)).collect();
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.strip_prefix(&base).unwrap().to_str().unwrap().replace('\\', "/");
        files.push(OnDisk::named(path, name));
    }
    read_inputs(&files, toml)
}

/// The same for files that are at hand.
pub fn read_inputs<I: Input>(files: &[I], toml: &str) -> Result<Warned<Ingested>> {
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    ingest(&inputs, &config::parse(toml, "gristmill.toml").unwrap(), &Options::default())
}

/// The warnings of a reading, in order.
pub fn warnings(read: &Warned<Ingested>) -> Vec<String> {
    read.warnings.iter().map(ToString::to_string).collect()
}

/// What a cell knows of a metric in the order mean, median, p99.
pub fn figures(cell: &Cell, id: MetricId) -> [Option<f64>; 3] {
    let Summary { mean, quantiles, .. } = cell.metric(id);
    [*mean, quantiles.p50, quantiles.p99]
}
