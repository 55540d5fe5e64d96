//! Every number of the report, from the cells. No words, no colours, no rounding.

pub mod capacity;
pub mod findings;
pub mod power;
pub mod scaling;
pub mod use_cases;

use crate::cell::{Cell, Statistic, Summary};
use crate::config::Config;
use crate::context::Context;
use crate::error::Warned;
use crate::metric::{METRIC_COUNT, MetricId};
use crate::record::Load;

/// Every number of the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// All cells with what follows from them, ordered by [`crate::cell::CellKey`].
    pub cells: Vec<CellFigures>,
    /// The dimensions of the sweep.
    pub sweep: Sweep,
    /// What stands for a metric's middle in findings and charts: the mean, or the median for a metric that some cell
    /// has a median and no mean of. One entry per metric.
    pub central: [Statistic; METRIC_COUNT],
    /// Whether prefill speed comes from the engine's prefill times or from TTFT (queue included); none without either.
    pub prefill_source: Option<PrefillSource>,
    /// What the report says of the sweep as a whole.
    pub findings: Findings,
    /// One per use case with a level to judge, in the order of the use cases.
    pub capacity: Vec<capacity::Capacity>,
    /// Use cases that nothing was tested for.
    pub not_tested: Vec<use_cases::UseCase>,
}

/// A cell and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFigures {
    /// What was counted.
    pub cell: Cell,
    /// throughput(c) / throughput(c₀) × c₀ / c at this context; sweep cells with a concurrency only.
    pub scaling_efficiency: Option<f64>,
    /// Mean draw of all GPUs over the cell's windows, watts.
    pub power_w: Option<f64>,
    /// Cost of that draw, per hour.
    pub power_cost_per_hour: Option<f64>,
    /// Joules per output token.
    pub energy_per_token_j: Option<f64>,
    /// (GPU-hour price × GPUs + power cost) / million output tokens per hour.
    pub cost_per_million_tokens: Option<f64>,
}

/// The dimensions of the sweep: contexts and levels that have a cell, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sweep {
    /// Contexts tested.
    pub contexts: Vec<Context>,
    /// Levels of the sweep's main kind of load: concurrencies, or request rates where there are no concurrencies.
    pub loads: Vec<Load>,
    /// Output tokens the sweep's requests asked for or, unconfigured, the one number that all cells agree on (to 1 %).
    pub output_tokens: Option<u64>,
}

/// Where prefill speed comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PrefillSource {
    /// Input tokens over the engine's own prefill time.
    Engine,
    /// Input tokens over TTFT, queue included.
    Ttft,
}

/// A value and the cell it was found in.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// The value, in the unit of what it is a value of.
    pub value: f64,
    /// The cell's scenario.
    pub scenario: String,
    /// The cell's context.
    pub context: Option<Context>,
    /// The cell's load.
    pub load: Load,
}

/// The same metric at the shortest and at the longest context; equal where there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// At the shortest context that has the value.
    pub shortest: At,
    /// At the longest context that has the value.
    pub longest: At,
}

/// Requests and successes over every scenario, warm-up left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Success {
    /// Successes / requests; none without a request.
    pub rate: Option<f64>,
    /// Requests sent.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Warm-up requests beside them.
    pub warmup: u64,
}

/// Throughput at the largest concurrency against the smallest, at the shortest context.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// How many times as much.
    pub ratio: f64,
    /// Smallest concurrency tested at that context.
    pub from: Load,
    /// Largest.
    pub to: Load,
    /// The shortest context.
    pub context: Option<Context>,
}

/// Highest prefill speed over the contexts at one load level.
#[derive(Debug, Clone, PartialEq)]
pub struct PrefillPeak {
    /// Where it peaks, and how high, tok/s.
    pub peak: At,
    /// At the longest context of the same level, where it has usually fallen again.
    pub longest: At,
}

/// What the report says of the sweep as a whole. All but `success` look at scenario `sweep` and at the sweep's main
/// kind of load alone; of equals the shorter context, then the lower load is named.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// Highest system throughput, tok/s.
    pub peak_throughput: Option<At>,
    /// A higher throughput that a use case's own run reached.
    pub throughput_beyond_sweep: Option<At>,
    /// System throughput at the sweep's largest load, one per context that has it, ascending.
    pub throughput_at_largest_load: Vec<At>,
    /// The level that stands for a single request: concurrency 1 or, where that was not run, the smallest.
    pub single_load: Option<Load>,
    /// TTFT at `single_load`, seconds.
    pub ttft_single: Option<Span>,
    /// Generation speed at `single_load`, tok/s.
    pub speed_single: Option<Span>,
    /// Longest TTFT of the sweep, seconds.
    pub ttft_highest: Option<At>,
    /// How throughput grows with load.
    pub throughput_scaling: Option<Scaling>,
    /// Requests and successes.
    pub success: Success,
    /// Lowest generation speed, tok/s.
    pub slowest_generation: Option<At>,
    /// Longest queue wait, seconds.
    pub longest_queue: Option<At>,
    /// One per load level, ascending.
    pub prefill_peaks: Vec<PrefillPeak>,
    /// ITL at `single_load` and the shortest context that has it, seconds.
    pub itl_single: Option<At>,
    /// Highest ITL, seconds.
    pub itl_highest: Option<At>,
    /// Scaling efficiency at the sweep's largest concurrency, one per context, ascending.
    pub efficiency_at_largest_load: Vec<At>,
    /// Highest draw, watts.
    pub peak_power: Option<At>,
    /// Its cost per hour.
    pub peak_power_cost_per_hour: Option<f64>,
    /// Joules per output token in the cell of the peak throughput.
    pub energy_per_token_at_peak_j: Option<f64>,
    /// Cost per million output tokens in the cell of the peak throughput.
    pub cost_per_million_at_peak: Option<f64>,
    /// Output tokens per streamed chunk over the sweep; above 1.2 a chunk gap is no time per token.
    pub tokens_per_chunk: Option<f64>,
    /// Whether ITL is a time between chunks, not between tokens: tokens per chunk above 1.2, or speculative decoding.
    pub itl_is_per_chunk: bool,
}

impl Analysis {
    /// The summary's statistic that stands for the metric's middle throughout the run.
    pub fn central(&self, cell: &Cell, id: MetricId) -> Option<f64> {
        cell.metric(id).statistic(self.central[id as usize], id.metric().better)
    }

    /// The metric and summary that prefill speed is read from in this run.
    pub fn prefill<'c>(&self, cell: &'c Cell) -> Option<&'c Summary> {
        match self.prefill_source? {
            PrefillSource::Engine => Some(cell.metric(MetricId::PrefillSpeed)),
            PrefillSource::Ttft => Some(cell.metric(MetricId::PrefillSpeedFromTtft)),
        }
    }

    /// The sweep's cell at a context and load.
    pub fn sweep_cell(&self, context: Option<&Context>, load: Load) -> Option<&CellFigures> {
        self.cells
            .iter()
            .find(|f| f.cell.key.is_sweep() && f.cell.key.context.as_ref() == context && f.cell.key.load == load)
    }

    /// The sweep's cells under its main kind of load, ordered by context and load.
    pub fn sweep_cells(&self) -> impl Iterator<Item = &CellFigures> {
        self.cells.iter().filter(|f| f.cell.key.is_sweep() && self.sweep.loads.contains(&f.cell.key.load))
    }
}

/// Computes every number of the report.
///
/// `power_w` gives the mean draw of each cell in the order of `cells`, see [`crate::ingest::power`].
pub fn analyze(cells: Vec<Cell>, power_w: Vec<Option<f64>>, config: &Config) -> Warned<Analysis> {
    let _ = (cells, power_w, config);
    todo!("the analysis")
}
