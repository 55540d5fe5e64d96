//! Every number of the report, from the cells. No words, no colours, no rounding.

pub mod capacity;
pub mod compare;
pub mod findings;
mod mean_interval;
pub mod power;
pub mod ratio;
pub mod saturation;
pub mod scaling;
pub mod suite;
#[cfg(test)]
mod testing;
pub mod use_cases;

use crate::cell::suite::Case;
use crate::cell::{Cell, Origin, Statistic, Summary};
use crate::config::Config;
use crate::context::Context;
use crate::error::{Result, Warned, Warning};
use crate::metric::{METRIC_COUNT, MetricId};
use crate::record::Load;
use capacity::Outcome;
pub use mean_interval::mean_interval;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use use_cases::UseCase;

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
    /// What generation speed is computed from where that is not each request: `from mean TPOT`.
    pub speed_basis: Option<&'static str>,
    /// What the report says of the sweep as a whole.
    pub findings: Findings,
    /// One per use case with a level to judge, in the order of the use cases.
    pub capacity: Vec<capacity::Capacity>,
    /// Use cases that nothing was tested for.
    pub not_tested: Vec<use_cases::UseCase>,
    /// The request rates, where they were tested beside numbers of requests in flight: the same figures of the cells that
    /// were sent at a rate alone, with the limits of the use cases that have levels of both kinds.
    pub request_rates: Option<Box<Analysis>>,
    /// The figures of a prompt suite, where the run is one.
    pub suite: Option<suite::Suite>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PrefillSource {
    /// Input tokens over the engine's own prefill time.
    Engine,
    /// Input tokens over TTFT, queue included.
    Ttft,
}

impl PrefillSource {
    /// The metric that prefill speed is.
    pub fn metric(self) -> MetricId {
        match self {
            PrefillSource::Engine => MetricId::PrefillSpeed,
            PrefillSource::Ttft => MetricId::PrefillSpeedFromTtft,
        }
    }
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

/// Requests and successes over every scenario, warm-up left out; cells whose source does not count both are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
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

/// The rate from which on a deployment completes fewer requests than are sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saturation {
    /// Requests sent per second.
    pub offered: f64,
    /// Requests completed per second there.
    pub achieved: f64,
    /// The largest rate tested below it; none where the smallest is past saturation.
    pub keeps_up: Option<f64>,
    /// The context.
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
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// Where a sweep of request rates goes past saturation, one per context that does.
    pub saturation: Vec<Saturation>,
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
    /// The same with the figures of a prompt suite, where the run is one. No use case was meant to be tested by it.
    pub fn with_suite(mut self, cases: Option<&[Case]>) -> Self {
        if let Some(cases) = cases {
            self.suite = Some(suite::Suite::of(cases, self.findings.success.warmup));
            self.not_tested.clear();
        }
        self
    }

    /// The summary's statistic that stands for the metric's middle throughout the run.
    pub fn central(&self, cell: &Cell, id: MetricId) -> Option<f64> {
        cell.metric(id).statistic(self.central[id as usize], id.metric().better)
    }

    /// The summary that prefill speed is read from in this run.
    pub fn prefill<'c>(&self, cell: &'c Cell) -> Option<&'c Summary> {
        Some(cell.metric(self.prefill_source?.metric()))
    }

    /// Prefill speed of a cell, tok/s: the statistic that stands for its middle throughout the run.
    pub fn prefill_speed(&self, cell: &Cell) -> Option<f64> {
        self.central(cell, self.prefill_source?.metric())
    }

    /// The sweep's cell at a context and load.
    pub fn sweep_cell(&self, context: Option<&Context>, load: Load) -> Option<&CellFigures> {
        self.cells
            .iter()
            .find(|f| f.cell.key.is_sweep() && f.cell.key.context.as_ref() == context && f.cell.key.load == load)
    }

    /// The sweep's cells under its main kind of load, ordered by context and load; not those of warm-up requests alone.
    pub fn sweep_cells(&self) -> impl Iterator<Item = &CellFigures> {
        self.cells.iter().filter(|f| f.cell.is_swept() && self.sweep.loads.contains(&f.cell.key.load))
    }
}

/// Computes every number of the report.
///
/// `power_w` gives the mean draw of each cell in the order of `cells`, see [`crate::ingest::power`]. Errors: those of
/// [`use_cases::use_cases`].
pub fn analyze(cells: Vec<Cell>, power_w: Vec<Option<f64>>, config: &Config) -> Result<Warned<Analysis>> {
    let mut analysis = Analysis {
        sweep: sweep(cells.iter(), config),
        central: central_statistics(&cells),
        prefill_source: prefill_source(&cells),
        speed_basis: None,
        findings: Findings::default(),
        capacity: Vec::new(),
        not_tested: Vec::new(),
        request_rates: None,
        suite: None,
        cells: Vec::new(),
    };
    analysis.speed_basis = speed_basis(&cells, analysis.central[MetricId::GenerationSpeed as usize]);
    let metered = power_w.iter().any(Option::is_some);
    let mut warnings = power::warnings(metered, config);
    let rates = analysis.judge(&cells, use_cases::use_cases(config)?, config, &mut warnings);
    analysis.cells = figures(cells, power_w, metered, config);
    analysis.findings = findings::find(&analysis, config);
    analysis.request_rates = analysis.of_request_rates(rates, config).map(Box::new);
    Ok(Warned { value: analysis, warnings })
}

impl Analysis {
    /// Finds the limit of every use case that something was tested for; gives those in requests per second that stand
    /// beside a limit in requests in flight.
    fn judge(
        &mut self,
        cells: &[Cell],
        use_cases: Vec<UseCase>,
        config: &Config,
        warnings: &mut Vec<Warning>,
    ) -> Vec<capacity::Capacity> {
        let mut by_rate = Vec::new();
        for use_case in use_cases {
            by_rate.extend(capacity::judge_rates(cells, &use_case, config, &self.central).take(warnings));
            match capacity::judge(cells, &use_case, config, &self.central).take(warnings) {
                Outcome::Judged(capacity) => self.capacity.push(capacity),
                Outcome::NotTested => self.not_tested.push(use_case),
            }
        }
        by_rate
    }

    /// The figures of the request rates; none where the run has no level of the other kind beside them.
    fn of_request_rates(&self, capacity: Vec<capacity::Capacity>, config: &Config) -> Option<Analysis> {
        let at_a_rate = |figures: &&CellFigures| !figures.cell.key.load.is_concurrency();
        let cells: Vec<_> = self.cells.iter().filter(at_a_rate).cloned().collect();
        let sweep = sweep(cells.iter().map(|figures| &figures.cell), config);
        if capacity.is_empty() && (sweep.loads.is_empty() || sweep.loads == self.sweep.loads) {
            return None;
        }
        let statistic = self.central[MetricId::GenerationSpeed as usize];
        let mut rates = Analysis {
            sweep,
            central: self.central,
            prefill_source: self.prefill_source,
            speed_basis: speed_basis(cells.iter().map(|figures| &figures.cell), statistic),
            findings: Findings::default(),
            capacity,
            not_tested: Vec::new(),
            request_rates: None,
            suite: None,
            cells,
        };
        rates.findings = findings::find(&rates, config);
        Some(rates)
    }

    /// The same where the rates are swept beside a sweep of requests in flight, not only levels of use cases.
    pub fn swept_request_rates(&self) -> Option<&Analysis> {
        self.request_rates
            .as_deref()
            .filter(|rates| !rates.sweep.loads.is_empty() && rates.sweep.loads != self.sweep.loads)
    }
}

/// Each cell with what follows from it.
fn figures(cells: Vec<Cell>, power_w: Vec<Option<f64>>, metered: bool, config: &Config) -> Vec<CellFigures> {
    let efficiencies: Vec<_> = cells.iter().map(|cell| scaling::efficiency(cell, &cells)).collect();
    let power_w = power_w.into_iter().chain(std::iter::repeat(None));
    let each = cells.into_iter().zip(efficiencies).zip(power_w);
    each.map(|((cell, scaling_efficiency), power_w)| {
        let costs = power::costs(&cell, power_w, metered, config);
        CellFigures {
            cell,
            scaling_efficiency,
            power_w,
            power_cost_per_hour: costs.power_per_hour,
            energy_per_token_j: costs.energy_per_token_j,
            cost_per_million_tokens: costs.per_million_tokens,
        }
    })
    .collect()
}

/// The dimensions of the sweep, over the cells of its main kind of load.
fn sweep<'c>(cells: impl Iterator<Item = &'c Cell> + Clone, config: &Config) -> Sweep {
    let tested = || cells.clone().filter(|cell| cell.is_swept());
    let concurrencies = tested().any(|cell| cell.key.load.is_concurrency());
    let main: Vec<_> = tested().filter(|cell| cell.key.load.is_concurrency() == concurrencies).collect();
    let loads: BTreeSet<_> = main.iter().map(|cell| cell.key.load).collect();
    let contexts: BTreeSet<_> = main.iter().filter_map(|cell| cell.key.context.clone()).collect();
    Sweep {
        contexts: contexts.into_iter().collect(),
        loads: loads.into_iter().collect(),
        output_tokens: config.test.output_tokens.or_else(|| common_output_tokens(&main)),
    }
}

/// The whole number of output tokens that every cell's mean lies within 1 % of.
fn common_output_tokens(cells: &[&Cell]) -> Option<u64> {
    let asked = |cell: &&Cell| cell.asked_output_tokens.map(|tokens| tokens as f64);
    let means: Vec<_> = cells.iter().filter_map(|cell| asked(cell).or(cell.mean_output_tokens)).collect();
    let middle = (means.iter().sum::<f64>() / means.len() as f64).round();
    let agree = means.iter().all(|mean| (mean - middle).abs() <= 0.01 * middle);
    (!means.is_empty() && agree && middle >= 1.0).then_some(middle as u64)
}

/// The mean, but the median for a metric that some cell has a median and no mean of.
fn central_statistics(cells: &[Cell]) -> [Statistic; METRIC_COUNT] {
    std::array::from_fn(|metric| {
        let mut summaries = cells.iter().map(|cell| &cell.metrics[metric]);
        let lacks_mean = summaries.any(|summary| summary.mean.is_none() && summary.quantiles.p50.is_some());
        if lacks_mean { Statistic::P50 } else { Statistic::Mean }
    })
}

/// What generation speed is computed from where some cell does not have it from its requests, in words for behind it.
///
/// The mean of speeds is not the inverse of the mean time per token, so every place that shows such a speed says so.
pub fn speed_basis<'c>(cells: impl IntoIterator<Item = &'c Cell>, statistic: Statistic) -> Option<&'static str> {
    let measured =
        cells.into_iter().map(|cell| cell.metric(MetricId::GenerationSpeed)).filter(|speed| speed.is_measured());
    let origins: BTreeSet<_> = measured.map(|speed| speed.origin).collect();
    if origins.contains(&Origin::MeanTpot) || origins.contains(&Origin::Means) {
        Some(match statistic {
            Statistic::Mean => "from mean TPOT",
            Statistic::P50 => "from median TPOT",
            _ => "from TPOT",
        })
    } else {
        origins.contains(&Origin::Engine).then_some("from the engine's totals")
    }
}

fn prefill_source(cells: &[Cell]) -> Option<PrefillSource> {
    let known =
        |id| cells.iter().map(|cell| cell.metric(id)).any(|summary| summary.mean.or(summary.quantiles.p50).is_some());
    if known(MetricId::PrefillSpeed) {
        Some(PrefillSource::Engine)
    } else {
        known(MetricId::PrefillSpeedFromTtft).then_some(PrefillSource::Ttft)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{cell, with};
    use super::*;
    use crate::cell::Quantiles;

    fn analyzed(mut cells: Vec<Cell>, config: &Config) -> Analysis {
        cells.sort_by(|a, b| a.key.cmp(&b.key));
        let power_w = vec![None; cells.len()];
        analyze(cells, power_w, config).unwrap().value
    }

    #[test]
    fn the_sweep_is_of_concurrencies_where_any_were_tested() {
        let cells = vec![
            cell("32K", Load::Concurrency(1)),
            cell("1K", Load::Concurrency(10)),
            cell("1000", Load::Concurrency(1)),
            cell("64K", Load::RequestRate(0.5)),
        ];
        let sweep = analyzed(cells.clone(), &Config::default()).sweep;
        assert_eq!(sweep.loads, [Load::Concurrency(1), Load::Concurrency(10)]);
        assert_eq!(sweep.contexts.iter().map(|c| c.label.as_str()).collect::<Vec<_>>(), ["1K", "32K"]);
        let sweep = analyzed(cells[3..].to_vec(), &Config::default()).sweep;
        assert_eq!(sweep.loads, [Load::RequestRate(0.5)]);
    }

    #[test]
    fn output_tokens_are_those_configured_or_those_all_cells_agree_on() {
        let cells = |means: [f64; 2]| {
            let loads = [1, 2].map(Load::Concurrency);
            let pairs = loads.into_iter().zip(means);
            pairs.map(|(load, mean)| Cell { mean_output_tokens: Some(mean), ..cell("1K", load) }).collect::<Vec<_>>()
        };
        let mut config = Config::default();
        assert_eq!(analyzed(cells([1020.0, 1024.0]), &config).sweep.output_tokens, Some(1022));
        assert_eq!(analyzed(cells([1000.0, 1024.0]), &config).sweep.output_tokens, None);
        assert_eq!(analyzed(vec![cell("1K", Load::Concurrency(1))], &config).sweep.output_tokens, None);
        config.test.output_tokens = Some(512);
        assert_eq!(analyzed(cells([1000.0, 1024.0]), &config).sweep.output_tokens, Some(512));
    }

    #[test]
    fn the_median_stands_for_a_metric_that_some_cell_has_no_mean_of() {
        let mean = with(cell("1K", Load::Concurrency(1)), MetricId::Ttft, 0.5);
        let mut median = with(cell("1K", Load::Concurrency(2)), MetricId::Itl, 0.01);
        median.metrics[MetricId::Ttft as usize].quantiles = Quantiles { p50: Some(0.7), ..Quantiles::default() };
        let analysis = analyzed(vec![mean, median], &Config::default());
        assert_eq!(analysis.central[MetricId::Ttft as usize], Statistic::P50);
        assert_eq!(analysis.central[MetricId::Itl as usize], Statistic::Mean);
        assert_eq!(analysis.findings.ttft_highest.as_ref().map(|at| at.value), Some(0.7));
        assert_eq!(analysis.findings.ttft_single, None, "the level of a single request has no median");
    }

    #[test]
    fn prefill_speed_is_the_engines_where_it_measured_any() {
        let from_ttft = with(cell("1K", Load::Concurrency(1)), MetricId::PrefillSpeedFromTtft, 900.0);
        let engine = with(cell("8K", Load::Concurrency(1)), MetricId::PrefillSpeed, 2000.0);
        let analysis = analyzed(vec![from_ttft.clone()], &Config::default());
        assert_eq!(analysis.prefill_source, Some(PrefillSource::Ttft));
        assert_eq!(analysis.findings.prefill_peaks[0].peak.value, 900.0);
        let analysis = analyzed(vec![from_ttft, engine], &Config::default());
        assert_eq!(analysis.prefill_source, Some(PrefillSource::Engine));
        assert_eq!(analysis.findings.prefill_peaks[0].peak.value, 2000.0);
        assert_eq!(analyzed(vec![cell("1K", Load::Concurrency(1))], &Config::default()).prefill_source, None);
    }

    #[test]
    fn use_cases_with_levels_are_judged_and_the_rest_named() {
        let chat = with(cell("32K", Load::Concurrency(1)), MetricId::Ttft, 2.0);
        let mut chat = with(chat, MetricId::GenerationSpeed, 90.0);
        chat.mean_output_tokens = Some(1024.0);
        let analysis = analyzed(vec![chat], &Config::default());
        let judged: Vec<_> =
            analysis.capacity.iter().map(|c| (c.use_case.id.as_str(), c.limit.text.as_str())).collect();
        assert_eq!(judged, [("general-chatbot", "1+")]);
        assert_eq!(analysis.not_tested.len(), 4);
    }

    #[test]
    fn a_cell_of_warm_up_requests_alone_is_no_level_of_a_use_case() {
        let mut warmed_up = cell("32K", Load::Concurrency(1));
        (warmed_up.requests, warmed_up.warmup) = (Some(0), 5);
        let mut own = warmed_up.clone();
        own.key.scenario = "general-chatbot".into();
        let warned = analyze(vec![warmed_up, own], Vec::new(), &Config::default()).unwrap();
        assert_eq!((warned.value.capacity, warned.value.not_tested.len()), (Vec::new(), 5));
        assert_eq!(warned.warnings, []);
    }

    #[test]
    fn without_a_sweep_only_the_success_rate_is_found() {
        let mut own = with(cell("1K", Load::Concurrency(1)), MetricId::Ttft, 0.5);
        own.key.scenario = "code-completion".into();
        own.throughput_tok_s = Some(80.0);
        own.failed = Some(1);
        let analysis = analyzed(vec![own], &Config::default());
        let success = Success { rate: Some(0.9), requests: 10, failed: 1, warmup: 0 };
        assert_eq!(analysis.findings, Findings { success, ..Findings::default() });
        assert_eq!(analysis.sweep, Sweep::default());
    }
}
