//! What GuideLLM computed over the requests of a benchmark, in JSON, YAML and CSV alike.

use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::ingest::loose::Number;
use crate::metric::MetricId;
use serde::Deserialize;

/// A value for each status that a request may end with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ByStatus<T> {
    pub successful: Option<T>,
    pub errored: Option<T>,
    pub incomplete: Option<T>,
}

impl ByStatus<Number> {
    fn count(status: &Option<Number>) -> Option<u64> {
        status.as_ref().and_then(|count| count.whole())
    }

    /// Requests that succeeded.
    pub fn successes(&self) -> Option<u64> {
        Self::count(&self.successful)
    }

    /// Requests that failed; 0 where nothing is said of them.
    pub fn failures(&self) -> u64 {
        Self::count(&self.errored).unwrap_or(0)
    }

    /// Requests that were cut off; 0 where nothing is said of them.
    pub fn incomplete(&self) -> u64 {
        Self::count(&self.incomplete).unwrap_or(0)
    }
}

/// The distribution of one metric over the successes. Without a value everything in it is 0.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Distribution {
    pub mean: Number,
    pub median: Number,
    pub std_dev: Number,
    pub min: Number,
    pub count: Number,
    pub total_sum: Number,
    pub percentiles: Percentiles,
}

/// `p001` is 0.1 %, `p01` is 1 %.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Percentiles {
    pub p01: Number,
    pub p05: Number,
    pub p10: Number,
    pub p90: Number,
    pub p95: Number,
    pub p99: Number,
}

/// `metrics` of a benchmark.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// From 0.4 on; before, it stands beside the metrics.
    pub request_totals: Option<ByStatus<Number>>,
    pub requests_per_second: Metric,
    pub request_latency: Metric,
    pub prompt_token_count: Metric,
    pub output_token_count: Metric,
    pub time_to_first_token_ms: Metric,
    /// The TPOT, in which requests weigh by their tokens.
    pub inter_token_latency_ms: Metric,
    /// Chunks of a response, whether or not GuideLLM counts them as tokens.
    pub request_streaming_iterations_count: Metric,
    /// Output tokens after the first per chunk that is counted.
    pub iter_tokens_per_iteration: Metric,
}

/// A metric; null where it was not computed.
#[derive(Debug, Clone, Default)]
pub struct Metric(pub Option<Distribution>);

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let by_status = Option::<ByStatus<Distribution>>::deserialize(deserializer)?;
        Ok(Self(by_status.and_then(|by_status| by_status.successful)))
    }
}

impl Metric {
    /// Whether the file has nothing of it for the successes, not even zeros.
    pub fn is_missing(&self) -> bool {
        self.0.is_none()
    }

    /// The mean of what cannot be 0 where it is known.
    pub fn mean(&self) -> Option<f64> {
        self.known()?.mean.value()
    }

    /// The distribution where there is one: all values are 0 where a metric is not defined.
    fn known(&self) -> Option<&Distribution> {
        self.0.as_ref().filter(|distribution| distribution.mean.value().is_some_and(|mean| mean > 0.0))
    }

    /// Its statistics in a unit `divisor` times as large. Deviations are over n.
    fn printed(&self, successes: u64, divisor: f64) -> Option<Printed> {
        let distribution = self.known()?;
        let q = &distribution.percentiles;
        let quantiles = Quantiles {
            p1: q.p01.value(),
            p5: q.p05.value(),
            p10: q.p10.value(),
            p50: distribution.median.value(),
            p90: q.p90.value(),
            p95: q.p95.value(),
            p99: q.p99.value(),
        };
        let n = distribution.count.whole().filter(|n| *n <= successes).unwrap_or(successes);
        let printed = Printed { n, mean: distribution.mean.value(), sd: distribution.std_dev.value(), quantiles };
        Some(printed.of_sample().over(divisor))
    }

    fn sum(&self, n: u64) -> Option<u64> {
        let distribution = self.known()?;
        distribution.total_sum.whole().or_else(|| Some((distribution.mean.value()? * n as f64).round() as u64))
    }
}

/// From here on tokens per chunk are told: as everywhere in a report.
const SEVERAL_TOKENS: f64 = 1.2;

impl Figures {
    /// The aggregate of `successes` and `failures`.
    pub fn aggregate(&self, successes: u64, failures: u64, duration_s: Option<f64>) -> Aggregate {
        // Completed requests per second from the first submission to the last end.
        let rate = self.requests_per_second.mean();
        let tokens = &self.output_token_count;
        let mut aggregate = Aggregate {
            requests: Some(successes + failures),
            failed: Some(failures),
            duration_s: rate.map(|rate| successes as f64 / rate).or(duration_s),
            achieved_rate: rate,
            input_tokens: self.prompt_token_count.sum(successes),
            mean_input_tokens: self.prompt_token_count.mean(),
            input_tokens_sd: self.prompt_token_count.known().and_then(|lengths| lengths.std_dev.value()),
            output_tokens: tokens.sum(successes),
            mean_output_tokens: tokens.mean(),
            tokens_per_chunk: self.tokens_per_chunk().filter(|_| !self.is_reasoning_in_ttft()),
            ..Aggregate::default()
        };
        if successes == 0 {
            return aggregate;
        }
        let latencies =
            [(MetricId::E2e, &self.request_latency, 1.0), (MetricId::Ttft, &self.time_to_first_token_ms, 1000.0)];
        for (id, metric, divisor) in latencies {
            metric.printed(successes, divisor).into_iter().for_each(|printed| aggregate.set(id, printed));
        }
        if let Some(tpot) = self.inter_token_latency_ms.printed(successes, 1000.0) {
            // How far requests deviate is not said where each weighs by its tokens, and one of a single token has no value.
            let all = tokens.known().and_then(|tokens| tokens.min.value()).is_some_and(|least| least >= 2.0);
            aggregate.set_tpot(Printed { n: if all { successes } else { 0 }, sd: None, ..tpot });
        }
        aggregate
    }

    /// Whether requests that weigh by their tokens weigh differently in the time per output token.
    pub fn weighs_by_tokens(&self) -> bool {
        let spread = |tokens: &Distribution| Some(tokens.std_dev.value()? > 1e-6 * tokens.mean.value()?);
        let differ = self.output_token_count.known().and_then(spread).unwrap_or(true);
        differ && self.inter_token_latency_ms.known().is_some()
    }

    fn tokens_per_chunk(&self) -> Option<f64> {
        self.iter_tokens_per_iteration.mean()
    }

    /// Whether there are as many chunks as tokens, of which GuideLLM counts only some: the others were the thinking before
    /// the answer, and the first token is the answer's.
    fn is_reasoning_in_ttft(&self) -> bool {
        let chunks = self.request_streaming_iterations_count.mean();
        let several = self.tokens_per_chunk().is_some_and(|tokens| tokens > SEVERAL_TOKENS);
        several && chunks.zip(self.output_token_count.mean()).is_some_and(|(chunks, tokens)| chunks >= 0.9 * tokens)
    }

    /// What the tokens per chunk give away, in a sentence.
    pub fn doubt(&self) -> Option<String> {
        let tokens = self.tokens_per_chunk().filter(|tokens| *tokens > SEVERAL_TOKENS)?;
        Some(if self.is_reasoning_in_ttft() {
            format!(
                "{tokens:.2} output tokens stand against each chunk that was timed, though the server sent about one chunk per \
                 token: TTFT holds the time in which the model was thinking, while its tokens count as output. TPOT is too small \
                 and generation speed too high by about that factor; GuideLLM 0.7 and later time the thinking too"
            )
        } else {
            format!(
                "{tokens:.2} output tokens stand against each chunk that was timed: either a chunk carries several tokens, as with \
                 speculative decoding, or TTFT holds the time in which the model was thinking while its tokens count as output; \
                 TPOT is then too small and generation speed too high"
            )
        })
    }
}
