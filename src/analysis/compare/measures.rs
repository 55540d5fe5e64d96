//! What is compared of a cell.

use super::Deployment;
use crate::analysis::CellFigures;
use crate::analysis::ratio::{Estimate, Ratio};
use crate::metric::{Better, MetricId};

/// A cell with the deployment that it belongs to.
type Seen<'a> = (&'a Deployment<'a>, &'a CellFigures);

/// A figure of a cell that is set against that of the same cell of another deployment.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Stable key with the unit, as in `compare.json`.
    pub key: &'static str,
    /// As a reader is told.
    pub title: &'static str,
    /// Which way it gets better.
    pub better: Better,
    /// The figures of two cells, comparable with each other; none where one of them is unknown or they are not the same
    /// statistic.
    pair: fn(Seen, Seen) -> Option<(Estimate, Estimate)>,
}

/// Everything that is compared, in the order of the tables.
pub static MEASURES: [Measure; 7] = [
    Measure {
        key: "throughput_tok_s",
        title: "System throughput",
        better: Better::Higher,
        pair: |a, b| Estimate::of_throughput(&a.1.cell).zip(Estimate::of_throughput(&b.1.cell)),
    },
    Measure {
        key: "generation_speed_tok_s",
        title: "Generation speed",
        better: Better::Higher,
        pair: |a, b| middles(a, b, MetricId::GenerationSpeed),
    },
    Measure { key: "ttft_s", title: "TTFT", better: Better::Lower, pair: |a, b| middles(a, b, MetricId::Ttft) },
    Measure { key: "e2e_s", title: "E2E", better: Better::Lower, pair: |a, b| middles(a, b, MetricId::E2e) },
    Measure { key: "power_w", title: "Power", better: Better::Lower, pair: |a, b| bare(a.1.power_w, b.1.power_w) },
    Measure {
        key: "energy_per_token_j",
        title: "Energy per token",
        better: Better::Lower,
        pair: |a, b| bare(a.1.energy_per_token_j, b.1.energy_per_token_j),
    },
    Measure {
        key: "cost_per_million_tokens",
        title: "Cost per million tokens",
        better: Better::Lower,
        pair: |a, b| {
            // Two currencies have no ratio.
            let alike = a.0.config.power.currency == b.0.config.power.currency;
            bare(a.1.cost_per_million_tokens, b.1.cost_per_million_tokens).filter(|_| alike)
        },
    },
];

/// How many of [`MEASURES`] are answers of the server; the others are what the hardware draws and costs.
pub const SERVED: usize = 4;

impl Measure {
    /// The figure of a cell over that of the base's; none where either is unknown.
    pub fn ratio(&self, base: Seen, other: Seen) -> Option<Ratio> {
        (self.pair)(base, other).and_then(|(base, other)| Ratio::of(base, other))
    }

    /// Whether a ratio is to the advantage of the deployment over the base.
    pub fn is_better(&self, ratio: f64) -> bool {
        match self.better {
            Better::Higher => ratio > 1.0,
            Better::Lower => ratio < 1.0,
        }
    }
}

/// Means of both with their standard errors; where one has only a median, the medians of both, of whose spread nothing
/// is known. A mean is never set against a median.
fn middles((_, a): Seen, (_, b): Seen, id: MetricId) -> Option<(Estimate, Estimate)> {
    let (a, b) = (a.cell.metric(id), b.cell.metric(id));
    let means = Estimate::of_mean(a).zip(Estimate::of_mean(b));
    means.or_else(|| bare(a.quantiles.p50, b.quantiles.p50))
}

fn bare(a: Option<f64>, b: Option<f64>) -> Option<(Estimate, Estimate)> {
    a.map(Estimate::bare).zip(b.map(Estimate::bare))
}
