//! What AIPerf and GenAI-Perf print over a run, in JSON and in CSV alike.

use crate::cell::aggregate::{Aggregate, Printed};
use crate::cell::{Quantiles, Window};
use crate::error::{Error, Place};
use crate::ingest::document::Tool;
use crate::ingest::loose::{Number, Text};
use crate::metric::MetricId;
use serde::Deserialize;

/// What is printed of one metric. Of a derived one only `avg`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Statistics {
    pub unit: Text,
    pub avg: Number,
    pub std: Number,
    pub min: Number,
    pub p1: Number,
    pub p5: Number,
    pub p10: Number,
    pub p50: Number,
    pub p90: Number,
    pub p95: Number,
    pub p99: Number,
    pub count: Number,
    pub sum: Number,
}

/// The metrics that are read, by their tags. `None` where a metric is missing or null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Figures {
    pub request_latency: Option<Statistics>,
    pub time_to_first_token: Option<Statistics>,
    /// One value per request: the TPOT.
    pub inter_token_latency: Option<Statistics>,
    /// The gaps between the chunks of all requests.
    pub inter_chunk_latency: Option<Statistics>,
    /// 1 / `inter_token_latency` of each request.
    pub output_token_throughput_per_user: Option<Statistics>,
    /// Input tokens / TTFT of each request.
    pub prefill_throughput_per_user: Option<Statistics>,
    /// What it was called until 0.3.
    pub prefill_throughput: Option<Statistics>,
    pub input_sequence_length: Option<Statistics>,
    /// Tokens of a response, reasoning included.
    pub output_sequence_length: Option<Statistics>,
    pub total_isl: Option<Statistics>,
    pub total_osl: Option<Statistics>,
    pub output_token_throughput: Option<Statistics>,
    pub request_throughput: Option<Statistics>,
    /// Successes.
    pub request_count: Option<Statistics>,
    pub error_request_count: Option<Statistics>,
    pub benchmark_duration: Option<Statistics>,
    pub min_request_timestamp: Option<Statistics>,
    pub max_response_timestamp: Option<Statistics>,
}

/// A unit in which no time is given.
#[derive(Debug)]
pub struct BadUnit {
    metric: &'static str,
    unit: String,
}

impl BadUnit {
    /// The error that says so of a file.
    pub fn told(&self, tool: &Tool, place: Place) -> Error {
        tool.error(place.path(self.metric), format!("expected a unit of time, found `{}`", self.unit))
    }
}

impl Figures {
    /// How many requests succeeded.
    pub fn successes(&self) -> Option<u64> {
        self.request_count.as_ref()?.avg.whole()
    }

    /// Whether there were successes and nothing says how long they took: every run has that.
    pub fn lacks_latency(&self) -> bool {
        let failures_alone = self.request_count.is_none() && self.error_request_count.is_some();
        self.request_latency.is_none() && self.successes() != Some(0) && !failures_alone
    }

    /// Everything but how many requests failed, which each file says in its own way. Where nothing succeeded no latency is
    /// kept.
    pub fn aggregate(&self) -> Result<Aggregate, BadUnit> {
        let mut aggregate = Aggregate {
            duration_s: self.scalar("benchmark_duration", &self.benchmark_duration)?,
            window: self.window(),
            input_tokens: total(&self.total_isl),
            output_tokens: total(&self.total_osl),
            throughput_tok_s: average(&self.output_token_throughput),
            achieved_rate: average(&self.request_throughput),
            mean_input_tokens: average(&self.input_sequence_length),
            input_tokens_sd: self.input_sequence_length.as_ref().and_then(|lengths| lengths.std.value()),
            mean_output_tokens: average(&self.output_sequence_length),
            tokens_per_chunk: self.tokens_per_chunk(),
            ..Aggregate::default()
        };
        if self.successes() == Some(0) {
            return Ok(aggregate);
        }
        let successes = self.successes().unwrap_or_default();
        // A response of one token has no time per further token.
        let all_have_two = self.output_sequence_length.as_ref().and_then(|tokens| tokens.min.value());
        let decoded = if all_have_two.is_some_and(|least| least >= 2.0) { successes } else { 0 };
        for (id, name, metric, n) in [
            (MetricId::E2e, "request_latency", &self.request_latency, successes),
            (MetricId::Ttft, "time_to_first_token", &self.time_to_first_token, successes),
            (MetricId::Tpot, "inter_token_latency", &self.inter_token_latency, decoded),
        ] {
            let Some(statistics) = metric else { continue };
            let printed = statistics.printed(n).over(statistics.divisor(name)?);
            if id == MetricId::Tpot {
                self.speed(decoded, &mut aggregate);
                aggregate.set_tpot(printed);
            } else {
                aggregate.set(id, printed);
            }
        }
        if let Some(gaps) = &self.inter_chunk_latency {
            let printed = gaps.printed(0).pooled();
            aggregate.set(MetricId::Itl, printed.over(gaps.divisor("inter_chunk_latency")?));
        }
        if let Some(speed) = self.prefill_throughput_per_user.as_ref().or(self.prefill_throughput.as_ref()) {
            aggregate.set(MetricId::PrefillSpeedFromTtft, speed.printed(successes));
        }
        Ok(aggregate)
    }

    fn speed(&self, decoded: u64, aggregate: &mut Aggregate) {
        if let Some(speed) = &self.output_token_throughput_per_user {
            aggregate.set(MetricId::GenerationSpeed, speed.printed(decoded));
        }
    }

    /// Tokens over chunks, where both were counted: every request has one chunk more than gaps.
    fn tokens_per_chunk(&self) -> Option<f64> {
        let gaps = self.inter_chunk_latency.as_ref()?.count.value()?;
        let streamed = self.time_to_first_token.as_ref()?.count.value()?;
        let tokens = self.output_sequence_length.as_ref()?.sum.value()?;
        (gaps + streamed > 0.0).then(|| tokens / (gaps + streamed))
    }

    /// First submission to last end, in nanoseconds of the Unix epoch, as a double shows them: to a quarter of a microsecond.
    fn window(&self) -> Option<Window> {
        let picoseconds =
            |stamp: &Option<Statistics>| average(stamp).map(|nanoseconds| (nanoseconds as i128).saturating_mul(1000));
        let window = Window {
            start_ps: picoseconds(&self.min_request_timestamp)?,
            end_ps: picoseconds(&self.max_response_timestamp)?,
        };
        (window.start_ps <= window.end_ps).then_some(window)
    }

    fn scalar(&self, name: &'static str, metric: &Option<Statistics>) -> Result<Option<f64>, BadUnit> {
        let Some(statistics) = metric else { return Ok(None) };
        let divisor = statistics.divisor(name)?;
        Ok(statistics.avg.value().map(|value| value / divisor))
    }
}

impl Statistics {
    /// As they are printed, the deviation over n − 1; `n` where the file does not count the values itself.
    fn printed(&self, n: u64) -> Printed {
        Printed {
            n: self.count.whole().unwrap_or(n),
            mean: self.avg.value(),
            sd: self.std.value(),
            quantiles: Quantiles {
                p1: self.p1.value(),
                p5: self.p5.value(),
                p10: self.p10.value(),
                p50: self.p50.value(),
                p90: self.p90.value(),
                p95: self.p95.value(),
                p99: self.p99.value(),
            },
        }
        .of_sample()
    }

    /// How many of its unit a second has; milliseconds where it names none.
    fn divisor(&self, metric: &'static str) -> Result<f64, BadUnit> {
        match self.unit.get() {
            None | Some("ms") => Ok(1e3),
            Some("sec" | "s" | "seconds") => Ok(1.0),
            Some("us") => Ok(1e6),
            Some("ns") => Ok(1e9),
            Some(unit) => Err(BadUnit { metric, unit: unit.to_owned() }),
        }
    }
}

fn average(metric: &Option<Statistics>) -> Option<f64> {
    metric.as_ref()?.avg.value()
}

fn total(metric: &Option<Statistics>) -> Option<u64> {
    metric.as_ref()?.avg.whole()
}
