//! How system throughput grows with concurrency.

use super::{CellFigures, Scaling};
use crate::cell::Cell;
use crate::context::Context;
use crate::record::Load;

/// throughput(c) / throughput(c₀) × c₀ / c, where c₀ is the smallest concurrency the sweep tested at the cell's context.
///
/// None outside the sweep, for request rates, and where either throughput is unknown.
pub fn efficiency(cell: &Cell, cells: &[Cell]) -> Option<f64> {
    let Load::Concurrency(concurrency) = cell.key.load else { return None };
    if !cell.is_swept() {
        return None;
    }
    let smallest = cells
        .iter()
        .filter(|other| other.is_swept() && other.key.context == cell.key.context && other.key.load.is_concurrency());
    let smallest = smallest.min_by_key(|other| other.key.load)?;
    let Load::Concurrency(smallest_concurrency) = smallest.key.load else { return None };
    let gain = ratio(cell.throughput_tok_s?, smallest.throughput_tok_s?)?;
    Some(gain * smallest_concurrency as f64 / concurrency as f64)
}

/// Throughput at the largest concurrency over that at the smallest, at one context; `cells` are the sweep's.
///
/// None for request rates, with one concurrency, and where either throughput is unknown.
pub fn throughput_scaling(cells: &[&CellFigures], context: &Context) -> Option<Scaling> {
    let here = || {
        cells
            .iter()
            .map(|figures| &figures.cell)
            .filter(|cell| cell.key.context.as_ref() == Some(context) && cell.key.load.is_concurrency())
    };
    let smallest = here().min_by_key(|cell| cell.key.load)?;
    let largest = here().max_by_key(|cell| cell.key.load)?;
    if smallest.key.load == largest.key.load {
        return None;
    }
    Some(Scaling {
        ratio: ratio(largest.throughput_tok_s?, smallest.throughput_tok_s?)?,
        from: smallest.key.load,
        to: largest.key.load,
        context: smallest.key.context.clone(),
    })
}

fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cell, figures};
    use super::*;

    fn cells() -> Vec<Cell> {
        [("1K", 2, Some(100.0)), ("1K", 10, Some(400.0)), ("8K", 4, None), ("8K", 8, Some(90.0))]
            .map(|(context, concurrency, throughput)| {
                let mut cell = cell(context, Load::Concurrency(concurrency));
                cell.throughput_tok_s = throughput;
                cell
            })
            .into()
    }

    #[test]
    fn efficiency_is_the_gain_over_the_smallest_level_per_added_request() {
        let cells = cells();
        let efficiencies: Vec<_> = cells.iter().map(|cell| efficiency(cell, &cells)).collect();
        assert_eq!(efficiencies, [Some(1.0), Some(0.8), None, None]);
    }

    #[test]
    fn a_cell_of_warm_up_requests_alone_is_no_level() {
        let mut cells = cells();
        cells[0].requests = Some(0);
        let efficiencies: Vec<_> = cells.iter().map(|cell| efficiency(cell, &cells)).collect();
        assert_eq!(efficiencies, [None, Some(1.0), None, None]);
    }

    #[test]
    fn throughput_scaling_needs_two_concurrencies_with_throughput() {
        let figures: Vec<_> = cells().into_iter().map(figures).collect();
        let cells: Vec<_> = figures.iter().collect();
        let scaling = throughput_scaling(&cells, &Context::nominal(1024)).expect("two levels");
        assert_eq!((scaling.ratio, scaling.from, scaling.to), (4.0, Load::Concurrency(2), Load::Concurrency(10)));
        assert_eq!(throughput_scaling(&cells, &Context::nominal(8192)), None, "no throughput at 4");
        assert_eq!(throughput_scaling(&cells[..1], &Context::nominal(1024)), None, "one level");
    }
}
