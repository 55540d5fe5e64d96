//! Cells of sources that keep only aggregates: what a tool, or an engine's own counters, computed over one run.

use super::{Cell, CellKey, Origin, Quantiles, Summary, Window};
use crate::metric::{METRIC_COUNT, MetricId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One run of one level, summed up by its source. What the source does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Aggregate {
    /// Requests sent, warm-up left out.
    pub requests: Option<u64>,
    /// Failures among them.
    pub failed: Option<u64>,
    /// Warm-up requests beside them.
    pub warmup: u64,
    /// How often each reason for a failure was given.
    pub failures: BTreeMap<String, u64>,
    /// Length of the measured part, seconds.
    pub duration_s: Option<f64>,
    /// First submission to last end on an epoch clock, where the source has one.
    pub window: Option<Window>,
    /// Prompt tokens of the successes.
    pub input_tokens: Option<u64>,
    /// Output tokens of the successes.
    pub output_tokens: Option<u64>,
    /// Output tokens per second, where the source prints it; else it follows from tokens and duration.
    pub throughput_tok_s: Option<f64>,
    /// Completed requests per second, where the source prints it; else it follows from requests and duration.
    pub achieved_rate: Option<f64>,
    /// Mean prompt tokens, where no sum is given.
    pub mean_input_tokens: Option<f64>,
    /// Standard deviation of the prompt tokens, where the source gives it: whether its requests have one length.
    pub input_tokens_sd: Option<f64>,
    /// Mean output tokens, where no sum is given.
    pub mean_output_tokens: Option<f64>,
    /// Output tokens per streamed chunk, where the source counts chunks.
    pub tokens_per_chunk: Option<f64>,
    /// Whether the figures were rounded for people to read.
    pub rounded: bool,
    /// Whether the median of an even number of requests is the upper of the two in the middle, not their mean.
    pub upper_median: bool,
    /// One summary per entry of [`crate::metric::METRICS`].
    pub metrics: [Summary; METRIC_COUNT],
}

/// What a tool prints of one metric, in the metric's own unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Printed {
    /// Requests it is computed over; 0 where the tool does not say.
    pub n: u64,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation.
    pub sd: Option<f64>,
    /// Percentiles.
    pub quantiles: Quantiles,
}

impl Printed {
    /// The same in a unit `divisor` times as large: milliseconds over 1000 are seconds.
    ///
    /// A division, because the product with 0.001 would lose the last digit of a number that was printed exactly.
    pub fn over(self, divisor: f64) -> Self {
        let divide = |value: f64| value / divisor;
        Self { n: self.n, mean: self.mean.map(divide), sd: self.sd.map(divide), quantiles: self.quantiles.map(divide) }
    }

    /// The same with a deviation over n − 1, where the tool's is over n (NumPy's default); none where n is not known.
    pub fn of_sample(self) -> Self {
        let correct = |sd: f64| sd * (self.n as f64 / (self.n - 1) as f64).sqrt();
        Self { sd: self.sd.filter(|_| self.n > 1).map(correct), ..self }
    }

    /// The same of values that are not one per request, such as the gaps of all requests together: how many they are and
    /// how far they deviate is not said of requests.
    pub fn pooled(self) -> Self {
        Self { n: 0, sd: None, ..self }
    }

    fn summary(self, origin: Origin) -> Summary {
        let Printed { n, mean, sd, quantiles } = self;
        Summary { n, mean, sd, quantiles, run_means: Vec::new(), origin }
    }
}

impl Aggregate {
    /// Keeps what a tool prints of a metric; nothing where it prints no statistic of it.
    pub fn set(&mut self, id: MetricId, printed: Printed) {
        self.put(id, printed.summary(Origin::Tool));
    }

    /// Keeps a time per output token and, where the source has no speed of its own, the speed that follows from it.
    ///
    /// A speed is the inverse of a time, so that its slow tail is the inverse of the time's; the mean of speeds is not the
    /// inverse of the mean time, which is why the speed's origin is [`Origin::MeanTpot`].
    pub fn set_tpot(&mut self, printed: Printed) {
        self.set(MetricId::Tpot, printed);
        if self.metrics[MetricId::GenerationSpeed as usize].is_measured() {
            return;
        }
        let inverse = |value: Option<f64>| value.filter(|value| *value > 0.0).map(|value| 1.0 / value);
        let q = printed.quantiles;
        let quantiles = Quantiles {
            p1: inverse(q.p99),
            p5: inverse(q.p95),
            p10: inverse(q.p90),
            p50: inverse(q.p50),
            p90: inverse(q.p10),
            p95: inverse(q.p5),
            p99: inverse(q.p1),
        };
        let speed = Printed { n: printed.n, mean: inverse(printed.mean), sd: None, quantiles };
        self.put(MetricId::GenerationSpeed, speed.summary(Origin::MeanTpot));
    }

    /// The time per output token that follows from the means of E2E, TTFT and output tokens, seconds: Σ(E2E − TTFT) /
    /// Σ(output tokens − 1), the mean in which requests weigh by their tokens.
    pub fn tpot_from_means(&self) -> Option<f64> {
        let mean = |id: MetricId| self.metrics[id as usize].mean;
        let tokens = self.mean_output()? - 1.0;
        let seconds = mean(MetricId::E2e)? - mean(MetricId::Ttft)?;
        (tokens > 0.0 && seconds > 0.0).then(|| seconds / tokens)
    }

    /// Keeps [`Aggregate::tpot_from_means`] and the speed that it is the inverse of, for tools that print no time per output
    /// token, or a wrong one.
    pub fn set_tpot_from_means(&mut self) {
        let Some(tpot) = self.tpot_from_means() else { return };
        let n = self.metrics[MetricId::E2e as usize].n;
        for (id, mean) in [(MetricId::Tpot, tpot), (MetricId::GenerationSpeed, 1.0 / tpot)] {
            let printed = Printed { n, mean: Some(mean), ..Printed::default() };
            self.put(id, printed.summary(Origin::Means));
        }
    }

    /// Leaves of the metrics only what can be held against the requests themselves, for sources that weigh requests by their
    /// tokens in the time per output token and take percentiles without interpolation.
    pub fn leave_means_of_requests(&mut self) {
        for id in [MetricId::Tpot, MetricId::GenerationSpeed] {
            self.metrics[id as usize] = Summary::default();
        }
        self.metrics.iter_mut().for_each(|summary| summary.quantiles = Quantiles::default());
    }

    /// Keeps a summary that knows anything.
    pub fn put(&mut self, id: MetricId, summary: Summary) {
        let nothing = Summary { n: summary.n, origin: summary.origin, ..Summary::default() };
        if summary != nothing {
            self.metrics[id as usize] = summary;
        }
    }

    /// How much it tells: of two descriptions of one run the richer one is kept, and one in full digits before a rounded one.
    pub fn richness(&self) -> (bool, usize) {
        let counts = usize::from(self.requests.is_some()) + usize::from(self.failed.is_some());
        (!self.rounded, self.statistics().flatten().count() + counts)
    }

    /// Takes over the counts, lengths and reasons that another description of the same run has and this one has not.
    pub fn complete(&mut self, other: Self) {
        self.requests = self.requests.or(other.requests);
        self.failed = self.failed.or(other.failed);
        self.duration_s = self.duration_s.or(other.duration_s);
        self.input_tokens = self.input_tokens.or(other.input_tokens);
        self.output_tokens = self.output_tokens.or(other.output_tokens);
        self.throughput_tok_s = self.throughput_tok_s.or(other.throughput_tok_s);
        self.achieved_rate = self.achieved_rate.or(other.achieved_rate);
        if self.failures.is_empty() {
            self.failures = other.failures;
        }
    }

    /// Whether another source describes the same run: at least three statistics are known to both, and all that are agree
    /// to 2 ‰, which is more than two runs ever do and less than printing with two decimals costs.
    pub fn same_run(&self, other: &Self) -> bool {
        let pairs: Vec<_> = self.statistics().zip(other.statistics()).filter_map(|(a, b)| a.zip(b)).collect();
        let agree = |(a, b): &(f64, f64)| (a - b).abs() <= 2e-3 * a.abs().max(b.abs());
        pairs.len() >= 3 && pairs.iter().all(agree)
    }

    /// Every statistic of every metric, in a fixed order.
    fn statistics(&self) -> impl Iterator<Item = Option<f64>> {
        self.metrics.iter().flat_map(|summary| {
            let q = summary.quantiles;
            [summary.mean, summary.sd, q.p1, q.p5, q.p10, q.p50, q.p90, q.p95, q.p99]
        })
    }

    /// Requests that succeeded. A source that does not count its failures still says over how many successes it computed.
    pub fn successes(&self) -> Option<u64> {
        match self.requests.zip(self.failed) {
            Some((requests, failed)) => requests.checked_sub(failed),
            None => Some(self.metrics[MetricId::E2e as usize].n).filter(|n| *n > 0),
        }
    }

    fn mean_tokens(&self, sum: Option<u64>, mean: Option<f64>) -> Option<f64> {
        let from_sum = || Some(sum? as f64 / self.successes().filter(|n| *n > 0)? as f64);
        mean.or_else(from_sum)
    }

    /// Mean prompt tokens of the successes.
    pub fn mean_input(&self) -> Option<f64> {
        self.mean_tokens(self.input_tokens, self.mean_input_tokens)
    }

    fn mean_output(&self) -> Option<f64> {
        self.mean_tokens(self.output_tokens, self.mean_output_tokens)
    }

    /// `amount` per second of the measured part; none where nothing came.
    fn per_second(&self, amount: Option<u64>) -> Option<f64> {
        rate(amount, self.duration_s)
    }

    fn cell(self, key: CellKey) -> Cell {
        let gap = self.metrics[MetricId::Itl as usize].mean;
        let per_token = self.metrics[MetricId::Tpot as usize].mean.filter(|tpot| *tpot > 0.0);
        Cell {
            requests: self.requests,
            failed: self.failed,
            warmup: self.warmup,
            windows: self.window.into_iter().collect(),
            span_s: self.duration_s,
            output_tokens: self.output_tokens,
            throughput_tok_s: self.throughput_tok_s.or_else(|| self.per_second(self.output_tokens)),
            achieved_rate: self.achieved_rate.or_else(|| self.per_second(self.successes())),
            mean_output_tokens: self.mean_output(),
            mean_input_tokens: self.mean_input(),
            tokens_per_chunk: self
                .tokens_per_chunk
                .or_else(|| gap.zip(per_token).map(|(gap, per_token)| gap / per_token)),
            failures: self.failures,
            metrics: self.metrics,
            ..Cell::unknown(key)
        }
    }
}

/// `amount` per second; none where nothing came: what failed has no throughput, as no record without a success has one.
fn rate(amount: Option<u64>, seconds: Option<f64>) -> Option<f64> {
    let (amount, seconds) = amount.filter(|amount| *amount > 0).zip(seconds.filter(|seconds| *seconds > 0.0))?;
    Some(amount as f64 / seconds)
}

impl Cell {
    /// The cell of a level from what its source computed over each of its runs; none without a run.
    ///
    /// Several runs merge by count and by n-weighted means; their percentiles and deviations are unknown, and so is a sum
    /// or mean that one of the runs does not give.
    pub fn from_aggregates(key: CellKey, runs: Vec<Aggregate>) -> Option<Cell> {
        if runs.len() < 2 {
            return runs.into_iter().next().map(|run| run.cell(key));
        }
        let span_s = sum(runs.iter().map(|run| run.duration_s));
        let output_tokens = total(runs.iter().map(|run| run.output_tokens));
        let successes = total(runs.iter().map(Aggregate::successes));
        let per_second = |amount: Option<u64>| rate(amount, span_s);
        let weights: Option<Vec<u64>> = runs.iter().map(Aggregate::successes).collect();
        let mean = |value: fn(&Aggregate) -> Option<f64>| weighted(weights.as_deref()?, runs.iter().map(value));
        let mut cell = Cell {
            requests: total(runs.iter().map(|run| run.requests)),
            failed: total(runs.iter().map(|run| run.failed)),
            warmup: runs.iter().map(|run| run.warmup).sum(),
            runs: runs.len() as u64,
            span_s,
            output_tokens,
            throughput_tok_s: per_second(output_tokens),
            achieved_rate: per_second(successes),
            mean_output_tokens: mean(Aggregate::mean_output),
            mean_input_tokens: mean(Aggregate::mean_input),
            metrics: std::array::from_fn(|metric| merged(runs.iter().map(|run| &run.metrics[metric]))),
            ..Cell::unknown(key)
        };
        for run in runs {
            cell.windows.extend(run.window);
            for (reason, count) in run.failures {
                *cell.failures.entry(reason).or_default() += count;
            }
        }
        Some(cell)
    }
}

/// A metric over several runs.
fn merged<'s>(runs: impl Iterator<Item = &'s Summary> + Clone) -> Summary {
    let weights: Vec<u64> = runs.clone().map(|run| run.n).collect();
    let run_means: Option<Vec<f64>> = runs.clone().map(|run| run.mean).collect();
    let counted = weights.iter().all(|n| *n > 0);
    Summary {
        n: if counted { weights.iter().sum() } else { 0 },
        mean: counted.then(|| weighted(&weights, runs.clone().map(|run| run.mean))).flatten(),
        run_means: run_means.unwrap_or_default(),
        origin: runs.map(|run| run.origin).next().unwrap_or_default(),
        ..Summary::default()
    }
}

fn weighted(weights: &[u64], values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let all: u64 = weights.iter().sum();
    let sum = sum(weights.iter().zip(values).map(|(weight, value)| Some(*weight as f64 * value?)))?;
    (all > 0).then(|| sum / all as f64)
}

fn total(values: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    values.sum()
}

fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::record::{Load, SWEEP};

    fn key() -> CellKey {
        CellKey { scenario: SWEEP.into(), context: Some(Context::nominal(1024)), load: Load::Concurrency(4) }
    }

    fn run(requests: u64, duration_s: f64, ttft_s: f64) -> Aggregate {
        let mut run = Aggregate {
            requests: Some(requests + 1),
            failed: Some(1),
            duration_s: Some(duration_s),
            output_tokens: Some(requests * 100),
            ..Aggregate::default()
        };
        let quantiles = Quantiles { p50: Some(ttft_s), p99: Some(2.0 * ttft_s), ..Quantiles::default() };
        run.set(MetricId::Ttft, Printed { n: requests, mean: Some(ttft_s), sd: Some(0.1), quantiles });
        run
    }

    #[test]
    fn one_run_keeps_what_its_tool_printed() {
        let mut aggregate = run(40, 20.0, 0.5);
        let quantiles = Quantiles { p50: Some(0.02), p90: Some(0.04), ..Quantiles::default() };
        aggregate.set_tpot(Printed { n: 40, mean: Some(0.025), sd: Some(0.01), quantiles });
        let cell = Cell::from_aggregates(key(), vec![aggregate]).expect("a cell");
        assert_eq!((cell.requests, cell.failed, cell.successes()), (Some(41), Some(1), Some(40)));
        assert_eq!(
            (cell.throughput_tok_s, cell.achieved_rate, cell.mean_output_tokens),
            (Some(200.0), Some(2.0), Some(100.0))
        );
        let ttft = cell.metric(MetricId::Ttft);
        assert_eq!((ttft.origin, ttft.mean, ttft.quantiles.p99), (Origin::Tool, Some(0.5), Some(1.0)));
        let speed = cell.metric(MetricId::GenerationSpeed);
        assert_eq!((speed.origin, speed.mean, speed.sd), (Origin::MeanTpot, Some(40.0), None));
        assert_eq!((speed.quantiles.p50, speed.quantiles.p10), (Some(50.0), Some(25.0)), "the slow tail");
        assert!(!cell.metric(MetricId::E2e).is_measured());
    }

    #[test]
    fn a_time_per_token_may_follow_from_means() {
        let mut aggregate = run(40, 20.0, 0.5);
        assert_eq!(aggregate.tpot_from_means(), None, "no E2E");
        aggregate.set(MetricId::E2e, Printed { n: 40, mean: Some(2.48), ..Printed::default() });
        aggregate.set_tpot_from_means();
        let figure = |id: MetricId| (aggregate.metrics[id as usize].mean, aggregate.metrics[id as usize].origin);
        assert_eq!(figure(MetricId::Tpot), (Some(0.02), Origin::Means), "(2.48 − 0.5) / 99");
        assert_eq!(figure(MetricId::GenerationSpeed), (Some(50.0), Origin::Means));
    }

    #[test]
    fn several_runs_merge_by_count_and_lose_their_percentiles() {
        let cell = Cell::from_aggregates(key(), vec![run(10, 10.0, 0.4), run(30, 10.0, 0.8)]).expect("a cell");
        assert_eq!((cell.runs, cell.requests, cell.failed), (2, Some(42), Some(2)));
        assert_eq!(cell.throughput_tok_s, Some(200.0), "4000 tokens in 20 s");
        let ttft = cell.metric(MetricId::Ttft);
        assert_eq!(
            (ttft.n, ttft.run_means.as_slice(), ttft.quantiles),
            (40, [0.4, 0.8].as_slice(), Quantiles::default())
        );
        assert!((ttft.mean.expect("known") - 0.7).abs() < 1e-15);
        assert_eq!(ttft.sd, None);

        let uncounted = Aggregate { requests: None, duration_s: None, ..run(10, 10.0, 0.4) };
        let cell = Cell::from_aggregates(key(), vec![run(10, 10.0, 0.4), uncounted]).expect("a cell");
        assert_eq!((cell.requests, cell.throughput_tok_s, cell.mean_output_tokens), (None, None, None));
    }

    #[test]
    fn the_same_run_is_told_by_its_figures() {
        let whole = run(40, 20.0, 0.5);
        let mut rounded = run(40, 20.0, 0.5004);
        rounded.metrics[MetricId::Ttft as usize].n = 0;
        assert!(whole.same_run(&rounded));
        assert!(!whole.same_run(&run(40, 20.0, 0.51)));
        assert!(!Aggregate::default().same_run(&Aggregate::default()), "nothing to compare");
        assert!(whole.richness() > Aggregate::default().richness());
        let mut printed_alone = Aggregate { duration_s: Some(21.0), ..Aggregate::default() };
        printed_alone.complete(Aggregate { failures: [("timeout".to_owned(), 1)].into(), ..whole.clone() });
        assert_eq!((printed_alone.requests, printed_alone.duration_s), (Some(41), Some(21.0)));
        assert_eq!(printed_alone.failures["timeout"], 1);
        assert!(Aggregate::default().richness() > Aggregate { rounded: true, ..whole }.richness());
    }
}
