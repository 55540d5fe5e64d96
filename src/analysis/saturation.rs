//! Where a deployment no longer completes the requests that are sent.

use super::{CellFigures, Saturation};
use crate::context::Context;
use crate::metric::MetricId;
use crate::record::Load;

/// Share of the requests that could have been completed below which a level is past saturation.
const KEEPS_UP: f64 = 0.9;

/// The smallest rate at which a context is past saturation, one per context that is, ascending; `cells` are the sweep's.
///
/// Without saturation n requests sent at a rate r are all answered by n / r + t, where t is how long the last one takes: its
/// mean E2E at the smallest rate, where nothing waits. A level that completes less than nine tenths of n in that time, with
/// every larger level of its context, is past saturation. Where fewer than one request was in flight on average (Little's law:
/// completed rate × E2E), the server had nothing to do for part of the time, and whatever the rate says, nothing piled up: the
/// test was short, or the load generator late. None for numbers of concurrent requests, which hold their own load.
pub fn saturation(cells: &[&CellFigures], contexts: &[Context]) -> Vec<Saturation> {
    contexts.iter().filter_map(|context| of_context(cells, context)).collect()
}

/// Whether the largest rate of a context keeps up; false also where its figures do not say.
pub fn largest_keeps_up(cells: &[&CellFigures], context: &Context) -> bool {
    levels(cells, context).is_some_and(|levels| levels.last().is_some_and(|(_, keeps_up)| *keeps_up))
}

fn of_context(cells: &[&CellFigures], context: &Context) -> Option<Saturation> {
    let mut levels = levels(cells, context)?.into_iter().rev().peekable();
    let mut behind = None;
    while let Some((saturation, _)) = levels.next_if(|(_, keeps_up)| !keeps_up) {
        behind = Some(saturation);
    }
    Some(Saturation { keeps_up: levels.next().map(|(level, _)| level.offered), ..behind? })
}

/// The levels of a context, each with whether it keeps up; none where the figures of one do not say.
fn levels(cells: &[&CellFigures], context: &Context) -> Option<Vec<(Saturation, bool)>> {
    let here: Vec<_> = cells.iter().filter(|figures| figures.cell.key.context.as_ref() == Some(context)).collect();
    let e2e = here.first()?.cell.metric(MetricId::E2e);
    let unhindered_s = e2e.mean.or(e2e.quantiles.p50)?;
    here.iter().map(|figures| level(figures, unhindered_s)).collect()
}

/// A level with whether it keeps up; none where its figures do not say.
fn level(figures: &CellFigures, unhindered_s: f64) -> Option<(Saturation, bool)> {
    let cell = &figures.cell;
    let Load::RequestRate(offered) = cell.key.load else { return None };
    let achieved = cell.achieved_rate?;
    let successes = cell.successes()? as f64 / cell.runs as f64;
    let possible = successes / (successes / offered + unhindered_s);
    let context = cell.key.context.clone();
    let e2e = cell.metric(MetricId::E2e);
    let idles = e2e.mean.or(e2e.quantiles.p50).is_some_and(|e2e_s| achieved * e2e_s < 1.0);
    Some((Saturation { offered, achieved, keeps_up: None, context }, idles || achieved >= KEEPS_UP * possible))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cell, figures, with};
    use super::*;

    fn levels(rates: &[(f64, f64)]) -> Vec<CellFigures> {
        let level = |(offered, achieved): &(f64, f64)| {
            let mut cell = with(cell("4K", Load::RequestRate(*offered)), MetricId::E2e, 20.0);
            (cell.requests, cell.achieved_rate) = (Some(100), Some(*achieved));
            figures(cell)
        };
        rates.iter().map(level).collect()
    }

    fn found(rates: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let levels = levels(rates);
        let saturation = saturation(&levels.iter().collect::<Vec<_>>(), &[Context::nominal(4096)]);
        saturation.into_iter().map(|saturation| (saturation.offered, saturation.achieved)).collect()
    }

    #[test]
    fn the_largest_rate_below_is_named_with_it() {
        let keeps_up = |rates: &[(f64, f64)]| {
            let levels = levels(rates);
            let found = saturation(&levels.iter().collect::<Vec<_>>(), &[Context::nominal(4096)]);
            found.first().map(|saturation| saturation.keeps_up)
        };
        assert_eq!(keeps_up(&[(0.1, 0.098), (1.0, 0.5), (2.0, 0.6)]), Some(Some(0.1)));
        assert_eq!(keeps_up(&[(1.0, 0.5), (2.0, 0.6)]), Some(None));
        assert_eq!(keeps_up(&[(0.1, 0.098)]), None);
    }

    #[test]
    fn a_long_tail_is_no_saturation() {
        // 100 requests at 0.5 per second take 200 s to send and 20 s to finish: 0.4545 per second at best.
        assert_eq!(found(&[(0.1, 0.098), (0.5, 0.437)]), []);
        assert_eq!(found(&[(0.1, 0.098), (0.5, 0.40)]), [(0.5, 0.40)]);
    }

    #[test]
    fn the_smallest_rate_from_which_on_none_keeps_up_is_named() {
        assert_eq!(found(&[(0.1, 0.098), (1.0, 0.5), (2.0, 0.6)]), [(1.0, 0.5)]);
        assert_eq!(found(&[(0.1, 0.05), (1.0, 0.83)]), [], "the largest keeps up");
        let keeps_up = |rates: &[(f64, f64)]| {
            let levels = levels(rates);
            largest_keeps_up(&levels.iter().collect::<Vec<_>>(), &Context::nominal(4096))
        };
        assert!(keeps_up(&[(0.1, 0.05), (1.0, 0.83)]));
        assert!(!keeps_up(&[(0.1, 0.098), (1.0, 0.5)]));
        assert!(!keeps_up(&[]), "nothing is known");
    }

    #[test]
    fn a_server_that_idles_is_not_past_saturation() {
        let mut levels = levels(&[(2.0, 0.4), (4.0, 0.8)]);
        let mut saturated = |e2e_s: f64| {
            levels.iter_mut().for_each(|level| level.cell.metrics[MetricId::E2e as usize].mean = Some(e2e_s));
            !saturation(&levels.iter().collect::<Vec<_>>(), &[Context::nominal(4096)]).is_empty()
        };
        assert!(!saturated(0.02), "20 ms of work, 0.8 times a second");
        assert!(saturated(5.0), "2 and 4 requests in flight");
    }

    #[test]
    fn concurrency_and_unknown_rates_saturate_nothing() {
        let mut levels = levels(&[(0.1, 0.01)]);
        levels[0].cell.achieved_rate = None;
        assert_eq!(saturation(&levels.iter().collect::<Vec<_>>(), &[Context::nominal(4096)]), []);
        levels[0].cell.achieved_rate = Some(0.01);
        levels[0].cell.key.load = Load::Concurrency(1);
        assert_eq!(saturation(&levels.iter().collect::<Vec<_>>(), &[Context::nominal(4096)]), []);
    }
}
