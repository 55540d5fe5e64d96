//! What is compared of a cell.

use crate::analysis::ratio::{Estimate, Ratio};
use crate::cell::Summary;
use crate::format;
use crate::metric::{Better, MetricId};
use crate::results::Cell;

/// A figure of a cell that is held against a baseline.
pub struct Figure {
    /// As `[gate.limits]` and `--max-regress` call it.
    pub name: &'static str,
    /// As a reader is told.
    pub title: &'static str,
    /// Which way it gets better.
    pub better: Better,
    of: Of,
    /// A value as a reader is told.
    pub print: fn(f64) -> String,
}

/// Where a figure stands.
enum Of {
    /// A statistic of a metric: the mean, and the median where one of the two has no mean.
    Metric(MetricId),
    /// One number of the cell, with what is known of its spread.
    Number(fn(&Cell) -> Option<Estimate>),
}

/// Every figure. Time per token and the gap between chunks stand beside generation speed: some tools print only one of them.
pub static FIGURES: &[Figure] = &[
    Figure {
        name: "throughput",
        title: "Throughput",
        better: Better::Higher,
        of: Of::Number(|cell| {
            let (load, e2e) = (cell.load.load()?, cell.metrics.get(MetricId::E2e)?);
            Estimate::of_throughput_under(cell.throughput_tok_s?, load, e2e)
        }),
        print: format::throughput,
    },
    Figure { name: "ttft", title: "TTFT", better: Better::Lower, of: Of::Metric(MetricId::Ttft), print: seconds },
    Figure {
        name: "generation_speed",
        title: "Generation speed",
        better: Better::Higher,
        of: Of::Metric(MetricId::GenerationSpeed),
        print: format::throughput,
    },
    Figure { name: "e2e", title: "E2E", better: Better::Lower, of: Of::Metric(MetricId::E2e), print: seconds },
    Figure { name: "tpot", title: "TPOT", better: Better::Lower, of: Of::Metric(MetricId::Tpot), print: seconds },
    Figure { name: "itl", title: "ITL", better: Better::Lower, of: Of::Metric(MetricId::Itl), print: seconds },
    Figure {
        name: "success_rate",
        title: "Success rate",
        better: Better::Higher,
        of: Of::Number(|cell| {
            let (requests, failed) = cell.requests.zip(cell.failed)?;
            Estimate::of_share(requests.saturating_sub(failed), requests)
        }),
        print: |share| format!("{}%", format::fixed(share * 100.0, 1)),
    },
    Figure {
        name: "energy",
        title: "Energy per token",
        better: Better::Lower,
        of: Of::Number(|cell| cell.energy_per_token_j.map(Estimate::bare)),
        print: |joules| format!("{} J", format::fixed(joules, 3)),
    },
    Figure {
        name: "cost",
        title: "Cost per million tokens",
        better: Better::Lower,
        of: Of::Number(|cell| cell.cost_per_million_tokens.map(Estimate::bare)),
        print: |cost| format::fixed(cost, 3),
    },
];

impl Figure {
    /// Now over before, and both; none where one of them is not known.
    ///
    /// A share that fell to 0 has no interval, and no logarithm: its ratio is 0.
    pub(super) fn ratio(&self, before: &Cell, now: &Cell) -> Option<(Ratio, (f64, f64))> {
        let (a, b) = match &self.of {
            Of::Number(number) => (number(before)?, number(now)?),
            Of::Metric(id) => {
                let (a, b) = (before.metrics.get(*id)?, now.metrics.get(*id)?);
                let median = |summary: &Summary| summary.quantiles.p50.map(Estimate::bare);
                let means = Estimate::of_mean(a).zip(Estimate::of_mean(b));
                means.or_else(|| median(a).zip(median(b)))?
            }
        };
        let fell_to_zero = Ratio { value: 0.0, interval: None };
        let ratio = Ratio::of(a, b).or((a.value > 0.0 && b.value == 0.0).then_some(fell_to_zero))?;
        Some((ratio, (a.value, b.value)))
    }

    /// Which statistic of a metric the two values are.
    pub(super) fn statistic_of(&self, cell: &Cell, now: f64) -> Option<&'static str> {
        let Of::Metric(id) = &self.of else { return None };
        Some(if cell.metrics.get(*id)?.mean == Some(now) { "mean" } else { "p50" })
    }

    /// Whether a cell has it.
    pub(super) fn is_known(&self, cell: &Cell) -> bool {
        match &self.of {
            Of::Number(number) => number(cell).is_some(),
            Of::Metric(id) => cell.metrics.get(*id).is_some_and(Summary::is_measured),
        }
    }
}

/// A time with as many digits as a small move needs.
fn seconds(seconds: f64) -> String {
    match seconds {
        _ if seconds < 0.1 => format!("{} ms", format::fixed(seconds * 1e3, 2)),
        _ if seconds < 1.0 => format!("{} ms", format::fixed(seconds * 1e3, 0)),
        _ => format!("{} s", format::fixed(seconds, 2)),
    }
}
