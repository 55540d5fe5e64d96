//! HuggingFace's inference-benchmarker: every step of a run in one file, times in milliseconds.

use super::document::{Tool, json};
use super::format::{Format, Head};
use super::loose::{Number, Text};
use super::part::{LevelFacts, Part, Property, Setup};
use super::sink::Sink;
use super::statistics::Statistics;
use super::stream::Stream;
use crate::cell::aggregate::Aggregate;
use crate::error::{Place, Result};
use crate::metric::MetricId;
use crate::record::Load;
use serde::Deserialize;

const TOOL: Tool = Tool { name: "HuggingFace inference-benchmarker", versions: "1.0 and 1.1" };

/// The results of a run.
pub struct InferenceBenchmarker;

impl Format for InferenceBenchmarker {
    fn name(&self) -> &'static str {
        "HuggingFace inference-benchmarker"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        !head.is_array()
            && keys.contains(&"config")
            && keys.contains(&"results")
            && head.text().contains("\"executor_type\"")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let Report { config, results, start_time } = json(stream, &TOOL)?;
        sink.started_at(start_time.get());
        let config = config.unwrap_or_default();
        let model = config.model_name.get().or(config.tokenizer.get());
        let asked = |lengths: &Option<Lengths>| lengths.as_ref().and_then(Lengths::fixed);
        for (index, step) in results.iter().enumerate().filter(|(_, step)| step.id.get() != Some("warmup")) {
            let place = || Place::file(file).path(format!("results[{index}]"));
            sink.part(Part {
                place: format!("results[{index}]"),
                level: LevelFacts {
                    load: step.load(),
                    context: asked(&config.prompt_options),
                    output_tokens: asked(&config.decode_options),
                    run: None,
                },
                setup: Setup::default().with(Property::Model, model),
                aggregate: Some(step.aggregate(place)?),
                ..Part::default()
            });
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Report {
    config: Option<Settings>,
    results: Vec<Step>,
    /// UTC.
    #[serde(default)]
    start_time: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    model_name: Text,
    tokenizer: Text,
    prompt_options: Option<Lengths>,
    decode_options: Option<Lengths>,
}

/// How long requests were built to be.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Lengths {
    num_tokens: Number,
    variance: Number,
}

impl Lengths {
    /// The length, where all requests have it.
    fn fixed(&self) -> Option<u64> {
        self.num_tokens.whole().filter(|_| self.variance.value().unwrap_or(0.0) == 0.0)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Step {
    id: Text,
    executor_type: Text,
    config: Executor,
    successful_requests: Number,
    failed_requests: Number,
    request_rate: Number,
    total_tokens: Number,
    token_throughput_secs: Number,
    duration_ms: Number,
    time_to_first_token_ms: Option<Statistics>,
    inter_token_latency_ms: Option<Statistics>,
    e2e_latency_ms: Option<Statistics>,
    total_tokens_sent: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Executor {
    max_vus: Number,
    rate: Number,
}

impl Step {
    /// `ConstantVUs` holds users; `ConstantArrivalRate` holds a rate, and has `max_vus` for a cap.
    fn load(&self) -> Option<Load> {
        let rate = self.config.rate.value().filter(|rate| *rate > 0.0).map(Load::RequestRate);
        let users = || self.config.max_vus.whole().filter(|n| *n > 0).map(Load::Concurrency);
        match self.executor_type.get() {
            Some("ConstantVUs") => users(),
            Some("ConstantArrivalRate") => rate,
            _ => rate.or_else(users),
        }
    }

    fn aggregate(&self, place: impl Fn() -> Place) -> Result<Aggregate> {
        let count = |number: Number, key: &str| number.whole().ok_or_else(|| TOOL.missing(place(), key));
        let successes = count(self.successful_requests, "successful_requests")?;
        let failed = count(self.failed_requests, "failed_requests")?;
        let mut aggregate = Aggregate {
            requests: Some(successes + failed),
            failed: Some(failed),
            duration_s: self.duration_ms.value().map(|ms| ms / 1e3).filter(|seconds| *seconds > 0.0),
            input_tokens: self.total_tokens_sent.whole(),
            output_tokens: self.total_tokens.whole(),
            throughput_tok_s: self.token_throughput_secs.value(),
            achieved_rate: self.request_rate.value(),
            ..Aggregate::default()
        };
        if successes == 0 {
            return Ok(aggregate);
        }
        let printed = |statistics: &Option<Statistics>, key: &str| match statistics {
            Some(statistics) => Ok(statistics.printed(successes).over(1e3)),
            None => Err(TOOL.missing(place(), key)),
        };
        aggregate.set(MetricId::E2e, printed(&self.e2e_latency_ms, "e2e_latency_ms")?);
        aggregate.set(MetricId::Ttft, printed(&self.time_to_first_token_ms, "time_to_first_token_ms")?);
        // What follows the first chunk over the tokens after the first (over all tokens in early versions, which makes it less
        // by one part in as many): the TPOT of each request.
        aggregate.set_tpot(printed(&self.inter_token_latency_ms, "inter_token_latency_ms")?);
        Ok(aggregate)
    }
}
