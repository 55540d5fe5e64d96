//! Cells for the tests of the analysis.

use super::CellFigures;
use crate::cell::{Cell, CellKey, Summary};
use crate::context::{Context, parse};
use crate::metric::MetricId;
use crate::record::{Load, SWEEP};

/// A cell of the sweep with 10 requests and nothing measured.
pub fn cell(context: &str, load: Load) -> Cell {
    let context = Some(Context::nominal(parse(context).expect("a context")));
    Cell {
        key: CellKey { scenario: SWEEP.into(), context, load },
        requests: 10,
        failed: 0,
        warmup: 0,
        failures: Default::default(),
        windows: Vec::new(),
        runs: 1,
        span_s: None,
        output_tokens: None,
        throughput_tok_s: None,
        achieved_rate: None,
        mean_output_tokens: None,
        mean_input_tokens: None,
        tokens_per_chunk: None,
        metrics: Default::default(),
    }
}

/// The same cell with the mean of a metric.
pub fn with(mut cell: Cell, id: MetricId, mean: f64) -> Cell {
    cell.metrics[id as usize] = Summary { n: 10, mean: Some(mean), ..Summary::default() };
    cell
}

/// A cell of which nothing follows.
pub fn figures(cell: Cell) -> CellFigures {
    CellFigures {
        cell,
        scaling_efficiency: None,
        power_w: None,
        power_cost_per_hour: None,
        energy_per_token_j: None,
        cost_per_million_tokens: None,
    }
}
