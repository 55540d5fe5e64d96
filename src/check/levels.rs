//! What a report would stand on: its cells.

use super::Span;
use crate::cell::Cell;
use crate::ingest::Ingested;
use crate::record::Load;
use serde::Serialize;

/// All cells of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Requests of all cells, warm-up left out; null where some source does not count them.
    pub requests: Option<u64>,
    /// How many of them failed; null where some source does not count them.
    pub failed: Option<u64>,
    /// Warm-up requests beside them.
    pub warmup: u64,
    /// Cases of a prompt suite, where the run is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cases: Option<u64>,
    /// First submission to last end of the runs whose times are known; absent where none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Every cell: the sweep first, then the other scenarios by name; by context and load.
    pub cells: Vec<Level>,
}

/// A cell: a scenario at one context and load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// `sweep`, or the scenario's id.
    pub scenario: String,
    /// Label of the context; null where it is not known.
    pub context: Option<String>,
    /// Requests in flight; null for a rate.
    pub concurrency: Option<u64>,
    /// Requests per second; null for a concurrency.
    pub request_rate: Option<f64>,
    /// Requests, warm-up left out; null where the source does not count them.
    pub requests: Option<u64>,
    /// How many of them failed.
    pub failed: Option<u64>,
    /// Runs of the cell.
    pub runs: u64,
    /// Mean draw of all GPUs in watts; null where no power log covers the cell.
    pub power_w: Option<f64>,
}

impl Totals {
    /// Those of a run that was read.
    pub(super) fn of(ingested: &Ingested) -> Self {
        let cells = &ingested.cells;
        let windows = || cells.iter().flat_map(|cell| &cell.windows);
        let (first, last) =
            (windows().map(|window| window.start_ps).min(), windows().map(|window| window.end_ps).max());
        Self {
            requests: cells.iter().map(|cell| cell.requests).sum(),
            failed: cells.iter().map(|cell| cell.failed).sum(),
            warmup: cells.iter().map(|cell| cell.warmup).sum(),
            cases: ingested.suite.as_ref().map(|cases| cases.len() as u64),
            span: first.zip(last).map(Span::of_ps),
            cells: cells.iter().zip(&ingested.power_w).map(|(cell, power_w)| level(cell, *power_w)).collect(),
        }
    }
}

impl Level {
    /// What the load generator held constant.
    pub fn load(&self) -> Load {
        match self.concurrency {
            Some(concurrency) => Load::Concurrency(concurrency),
            None => Load::RequestRate(self.request_rate.unwrap_or_default()),
        }
    }
}

fn level(cell: &Cell, power_w: Option<f64>) -> Level {
    let (concurrency, request_rate) = match cell.key.load {
        Load::Concurrency(concurrency) => (Some(concurrency), None),
        Load::RequestRate(rate) => (None, Some(rate)),
    };
    Level {
        scenario: cell.key.scenario.clone(),
        context: cell.key.context.as_ref().map(|context| context.label.clone()),
        concurrency,
        request_rate,
        requests: cell.requests,
        failed: cell.failed,
        runs: cell.runs,
        power_w,
    }
}
