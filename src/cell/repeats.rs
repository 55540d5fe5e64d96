//! One cell of several that were each computed over other runs of the same level.

use super::{Cell, Quantiles, Summary};
use crate::metric::METRIC_COUNT;

impl Cell {
    /// The cell of all runs; none of no cell.
    ///
    /// Counts and sums add up, means weigh by n and deviations follow exactly; percentiles cannot be had from percentiles and
    /// become unknown, and so does what one of the cells does not say.
    pub fn of_repeats(mut cells: Vec<Cell>) -> Option<Cell> {
        if cells.len() < 2 {
            return cells.pop();
        }
        let key = cells[0].key.clone();
        let whole = |value: fn(&Cell) -> Option<u64>| cells.iter().map(value).sum::<Option<u64>>();
        let span_s: Option<f64> = cells.iter().map(|cell| cell.span_s).sum();
        let span = span_s.filter(|span| *span > 0.0);
        let output_tokens = whole(|cell| cell.output_tokens);
        let successes = whole(Cell::successes);
        let per_second = |amount: Option<u64>| Some(amount? as f64 / span?);
        let mean = |value: fn(&Cell) -> Option<f64>| {
            let sum: Option<f64> = cells.iter().map(|cell| Some(value(cell)? * cell.successes()? as f64)).sum();
            Some(sum? / successes.filter(|n| *n > 0)? as f64)
        };
        let asked = cells[0].asked_output_tokens;
        let mut all = Cell {
            requests: whole(|cell| cell.requests),
            failed: whole(|cell| cell.failed),
            warmup: cells.iter().map(|cell| cell.warmup).sum(),
            runs: cells.iter().map(|cell| cell.runs).sum(),
            span_s,
            output_tokens,
            throughput_tok_s: per_second(output_tokens),
            achieved_rate: per_second(successes),
            asked_output_tokens: asked.filter(|_| cells.iter().all(|cell| cell.asked_output_tokens == asked)),
            mean_output_tokens: mean(|cell| cell.mean_output_tokens),
            mean_input_tokens: mean(|cell| cell.mean_input_tokens),
            tokens_per_chunk: tokens_per_chunk(&cells, output_tokens),
            metrics: std::array::from_fn(|at| merged(&cells, at)),
            ..Cell::unknown(key)
        };
        for cell in cells {
            all.windows.extend(cell.windows);
            for (reason, count) in cell.failures {
                *all.failures.entry(reason).or_default() += count;
            }
        }
        Some(all)
    }
}

/// All tokens over all chunks.
fn tokens_per_chunk(cells: &[Cell], output_tokens: Option<u64>) -> Option<f64> {
    let chunks: Option<f64> = cells.iter().map(|cell| Some(cell.output_tokens? as f64 / cell.tokens_per_chunk?)).sum();
    Some(output_tokens? as f64 / chunks.filter(|chunks| *chunks > 0.0)?)
}

/// A metric over all cells: one that a cell without a success lacks is that of the others.
fn merged(cells: &[Cell], at: usize) -> Summary {
    let has_requests = |cell: &&Cell| cell.successes() != Some(0);
    let counted: Vec<(&Cell, &Summary)> =
        cells.iter().filter(has_requests).map(|cell| (cell, &cell.metrics[at])).collect();
    let summaries = || counted.iter().map(|(_, summary)| *summary);
    debug_assert!(at < METRIC_COUNT);
    let n: u64 = summaries().map(|summary| summary.n).sum();
    let known = n > 0 && summaries().all(|summary| summary.n > 0);
    let sum: Option<f64> = summaries().map(|summary| Some(summary.mean? * summary.n as f64)).sum();
    let mean = sum.filter(|_| known).map(|sum| sum / n as f64);
    // Of each run within its cell, where the cell has several.
    let run_means = counted.iter().map(|(cell, summary)| match cell.runs {
        1 => summary.mean.map(|mean| vec![mean]),
        _ => Some(summary.run_means.clone()).filter(|means| !means.is_empty()),
    });
    let run_means: Option<Vec<Vec<f64>>> = run_means.collect();
    Summary {
        n: if known { n } else { 0 },
        mean,
        sd: mean.and_then(|mean| deviation(summaries(), mean, n)),
        quantiles: Quantiles::default(),
        run_means: run_means.map(|means| means.concat()).filter(|means| means.len() > 1).unwrap_or_default(),
        origin: summaries().map(|summary| summary.origin).next().unwrap_or_default(),
    }
}

/// With n − 1, from what each cell deviates within and what its mean deviates from that of all.
fn deviation<'s>(summaries: impl Iterator<Item = &'s Summary>, mean: f64, n: u64) -> Option<f64> {
    let mut squares = 0.0;
    for summary in summaries {
        let within = match summary.n {
            1 => 0.0,
            n => summary.sd?.powi(2) * (n - 1) as f64,
        };
        squares += within + (summary.mean? - mean).powi(2) * summary.n as f64;
    }
    (n > 1).then(|| (squares / (n - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::{CellKey, Window};
    use crate::metric::MetricId;
    use crate::record::{Load, SWEEP};

    fn cell(values: &[f64], span_s: f64) -> Cell {
        let key = CellKey { scenario: SWEEP.into(), context: None, load: Load::Concurrency(2) };
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let mut cell = Cell {
            requests: Some(values.len() as u64 + 1),
            failed: Some(1),
            windows: vec![Window { start_ps: 0, end_ps: 1 }],
            span_s: Some(span_s),
            output_tokens: Some(values.len() as u64 * 10),
            failures: [("timeout".to_owned(), 1)].into(),
            ..Cell::unknown(key)
        };
        cell.metrics[MetricId::Ttft as usize] =
            Summary { n: values.len() as u64, mean: Some(mean), sd: Some(sd), ..Summary::default() };
        cell
    }

    #[test]
    fn what_adds_up_is_what_all_requests_together_give() {
        let all = Cell::of_repeats(vec![cell(&[1.0, 2.0], 4.0), cell(&[4.0, 5.0, 9.0], 6.0)]).expect("a cell");
        let together = cell(&[1.0, 2.0, 4.0, 5.0, 9.0], 10.0);
        let (ttft, expected) = (all.metric(MetricId::Ttft), together.metric(MetricId::Ttft));
        assert_eq!((ttft.n, ttft.mean), (5, expected.mean));
        assert!((ttft.sd.expect("known") - expected.sd.expect("known")).abs() < 1e-15);
        assert_eq!((ttft.quantiles, ttft.run_means.as_slice()), (Quantiles::default(), [1.5, 6.0].as_slice()));
        assert_eq!((all.runs, all.requests, all.failed, all.windows.len()), (2, Some(7), Some(2), 2));
        assert_eq!((all.throughput_tok_s, all.achieved_rate), (Some(5.0), Some(0.5)));
        assert_eq!(all.failures["timeout"], 2);
        let one = cell(&[1.0, 2.0], 4.0);
        assert_eq!(Cell::of_repeats(vec![one.clone()]), Some(one));
        assert_eq!(Cell::of_repeats(Vec::new()), None);
    }

    #[test]
    fn what_one_cell_does_not_say_is_unknown() {
        let mut unsaid = cell(&[1.0, 2.0], 4.0);
        (unsaid.span_s, unsaid.metrics[MetricId::Ttft as usize].sd) = (None, None);
        let all = Cell::of_repeats(vec![unsaid, cell(&[4.0, 5.0], 6.0)]).expect("a cell");
        let ttft = all.metric(MetricId::Ttft);
        assert_eq!((all.throughput_tok_s, ttft.mean, ttft.sd), (None, Some(3.0), None));
    }
}
