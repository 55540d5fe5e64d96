//! Power logs: what the GPUs drew, and how much of it falls to each cell.

pub mod aiperf_telemetry;
pub mod amd_smi;
pub mod code_carbon;
pub mod dcgm_exporter;
pub mod dcgmi_dmon;
pub mod dmon;
pub mod join;
pub mod mapped;
pub mod nvidia_smi;
pub mod nvidia_smi_headerless;
pub mod rocm_smi;
mod samples;
mod table;
pub mod time;
mod usual;
pub mod zeus;

use crate::error::{Error, Place, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a GPU drew at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
pub struct Sample {
    /// Nanoseconds since the Unix epoch.
    pub at_ns: i64,
    /// Watts.
    pub watts: f64,
}

/// The samples of one or more power logs, by GPU.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Log {
    /// Each GPU with its samples in order of time; one whose every sample is missing has none.
    pub gpus: BTreeMap<Gpu, Vec<Sample>>,
}

/// A GPU of a power log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Gpu {
    /// What the log tells its GPUs apart by.
    pub told_by: ToldBy,
    /// The GPU among them: its index, UUID, bus, name or place in the row order. An index is padded so that 10 follows 9.
    pub id: String,
}

/// What a log tells its GPUs apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum ToldBy {
    /// `index`.
    Index,
    /// `uuid`.
    Uuid,
    /// `pci.bus_id`.
    Bus,
    /// A name that is its own on its host: `card0`.
    Device,
    /// The order of the rows that have one time, within a `name` where there is one.
    Order,
}

impl Gpu {
    /// The GPU that a log calls `id`.
    pub fn new(told_by: ToldBy, id: &str) -> Self {
        let id = if told_by == ToldBy::Index { format!("{id:>4}") } else { id.to_owned() };
        Self { told_by, id }
    }

    /// As messages call it.
    pub fn name(&self) -> String {
        let id = self.id.trim_start();
        match self.told_by {
            ToldBy::Index | ToldBy::Device if id.parse::<u32>().is_ok() => format!("GPU {id}"),
            ToldBy::Order if id.is_empty() => "the GPU".to_owned(),
            _ => format!("GPU `{id}`"),
        }
    }
}

impl Log {
    /// How many samples it has.
    pub fn samples(&self) -> u64 {
        self.gpus.values().map(|samples| samples.len() as u64).sum()
    }

    /// First and last sample of all GPUs, nanoseconds since the Unix epoch.
    pub fn span_ns(&self) -> Option<(i64, i64)> {
        let first = self.gpus.values().filter_map(|samples| samples.first()).map(|sample| sample.at_ns).min()?;
        let last = self.gpus.values().filter_map(|samples| samples.last()).map(|sample| sample.at_ns).max()?;
        Some((first, last))
    }
}

/// Puts the logs of a run together, each with the name of its file.
///
/// Logs of one GPU that follow each other (a logger that was started again) are one log. None where no log names a GPU:
/// the draw of no GPU is unknown, not 0 W. Errors: two that overlap in time and may show the same GPU, so that its draw
/// would be counted twice.
pub fn combine(logs: Vec<(String, Log)>) -> Result<Option<Log>> {
    let mut combined: Option<Log> = None;
    let mut earlier: Vec<(&str, (i64, i64), Vec<Gpu>)> = Vec::new();
    for (name, log) in &logs {
        let gpus: Vec<Gpu> = log.gpus.keys().cloned().collect();
        if let Some(span) = log.span_ns() {
            let twin = earlier.iter().find(|(_, other, others)| overlap(*other, span) && may_be_one(others, &gpus));
            if let Some((first, ..)) = twin {
                let message =
                    format!("covers the same time and the same GPUs as {first}: their draw would count twice");
                return Err(Error::at(Place::file(name), message)
                    .hint("keep one of the two logs, or log `uuid` if they come from different hosts"));
            }
            earlier.push((name, span, gpus));
        }
        let all = combined.get_or_insert_default();
        for (gpu, samples) in &log.gpus {
            all.gpus.entry(gpu.clone()).or_default().extend(samples);
        }
    }
    combined = combined.filter(|log| !log.gpus.is_empty());
    if let Some(log) = &mut combined {
        log.gpus.values_mut().for_each(|samples| samples.sort_by_key(|sample| sample.at_ns));
    }
    Ok(combined)
}

fn overlap(a: (i64, i64), b: (i64, i64)) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// Only ids of the same kind can show that two GPUs are different ones.
fn may_be_one(a: &[Gpu], b: &[Gpu]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.told_by != b.told_by || a == b))
}

/// Each GPU of a log, and what it drew.
#[cfg(test)]
type Draws = Vec<(String, Vec<f64>)>;

#[cfg(test)]
fn draws(log: &Log) -> Draws {
    let watts = |samples: &[Sample]| samples.iter().map(|sample| sample.watts).collect();
    log.gpus.iter().map(|(gpu, samples)| (gpu.name(), watts(samples))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(index: &str, from: i64, to: i64) -> Log {
        let samples = (from..to).map(|s| Sample { at_ns: s * 1_000_000_000, watts: 100.0 }).collect();
        Log { gpus: [(Gpu { told_by: ToldBy::Index, id: index.into() }, samples)].into() }
    }

    #[test]
    fn logs_that_follow_each_other_are_one_and_overlapping_ones_are_refused() {
        let both = |a, b| combine(vec![("a.csv".into(), a), ("b.csv".into(), b)]);
        assert_eq!(both(log("0", 10, 20), log("0", 0, 5)).unwrap().unwrap().gpus.values().next().unwrap().len(), 15);
        assert_eq!(both(log("0", 0, 10), log("1", 0, 10)).unwrap().unwrap().gpus.len(), 2, "two GPUs");
        let error = both(log("0", 0, 10), log("0", 5, 10)).unwrap_err();
        assert!(error.to_string().starts_with("b.csv: covers the same time"), "{error}");
        assert_eq!(combine(Vec::new()).unwrap(), None);
        assert_eq!(combine(vec![("a.csv".into(), Log::default())]).unwrap(), None, "the draw of no GPU is not 0 W");
    }
}
