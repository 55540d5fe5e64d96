//! Cells for the tests of the analysis.

use super::CellFigures;
use crate::cell::{Cell, CellKey, Summary};
use crate::context::{Context, parse};
use crate::metric::MetricId;
use crate::record::{Load, SWEEP};

/// A cell of the sweep with 10 requests and nothing measured.
pub fn cell(context: &str, load: Load) -> Cell {
    let context = Some(Context::nominal(parse(context).expect("a context")));
    Cell { requests: Some(10), failed: Some(0), ..Cell::unknown(CellKey { scenario: SWEEP.into(), context, load }) }
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
