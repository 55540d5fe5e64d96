//! InferenceX (formerly InferenceMAX): the aggregate made of a client's result file, its agentic variant, and baselines in the
//! same shape. Times are in seconds unless a key ends in `_ms`.

use super::latencies;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result};
use crate::ingest::document::{Tool, json_each};
use crate::ingest::flat::{Flat, Naming};
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;
use crate::record::Load;

const TOOL: Tool = Tool { name: "InferenceX", versions: "of 2025 and 2026" };

/// Its names of the metrics: `mean_tpot`.
const METRICS: [(MetricId, &str); 4] =
    [(MetricId::Ttft, "ttft"), (MetricId::E2e, "e2el"), (MetricId::Tpot, "tpot"), (MetricId::Itl, "itl")];

/// An aggregate of one run.
pub struct InferenceX;

impl Format for InferenceX {
    fn name(&self) -> &'static str {
        "InferenceX aggregate"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        let has = |key: &str| keys.contains(&key);
        // Its own names are enough, so that a key that is missing is told.
        let own = ["hw", "conc", "framework", "precision", "tp"].into_iter().filter(|key| has(key)).count();
        own >= 4 || (has("hw") && has("conc") && (has("tput_per_gpu") || has("request_metrics") || has("metrics")))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        json_each(stream, &TOOL, |flat: Flat, line| {
            let Some(concurrency) = flat.whole("conc").filter(|n| *n > 0) else {
                return Err(TOOL.missing(Place::file(file).line(line), "conc"));
            };
            sink.started_at(flat.text("ts"));
            let agentic = flat
                .number("request_metrics.duration_seconds")
                .or(flat.number("request_metrics.throughput.duration_seconds"));
            let aggregate = match agentic {
                Some(_) => agentic_run(&flat),
                None if flat.number("metrics.request_throughput").is_some() => baseline(&flat),
                None => fixed_lengths(&flat),
            };
            let measured = |id: MetricId| aggregate.metrics[id as usize].is_measured();
            if !measured(MetricId::E2e) && !measured(MetricId::Tpot) {
                let key = if flat.number("tput_per_gpu").is_some() { "mean_e2el" } else { "metrics" };
                return Err(TOOL.missing(Place::file(file).line(line), key));
            }
            sink.part(Part {
                place: if line == 1 { String::new() } else { format!("line {line}") },
                level: LevelFacts {
                    load: Some(Load::Concurrency(concurrency)),
                    context: flat.whole("isl"),
                    output_tokens: flat.whole("osl"),
                    run: None,
                },
                setup: setup(&flat),
                aggregate: Some(aggregate),
                ..Part::default()
            });
            Ok(())
        })
    }
}

/// Every figure of the client with `_ms` dropped, and throughput per GPU. How many requests there were is not in it.
fn fixed_lengths(flat: &Flat) -> Aggregate {
    let mut aggregate = Aggregate::default();
    latencies(&mut aggregate, flat, METRICS, Naming { prefix: "", suffix: "", per_second: 1.0 });
    let single = flat.text("disagg").as_deref() != Some("true") && flat.text("is_multinode").as_deref() != Some("true");
    // The divisor is `tp`; with prefill and decode apart it is another, which is not in the file.
    let gpus = flat.number("tp").filter(|_| single);
    aggregate.throughput_tok_s = flat.number("output_tput_per_gpu").zip(gpus).map(|(each, gpus)| each * gpus);
    aggregate
}

fn baseline(flat: &Flat) -> Aggregate {
    let n = flat.whole("metrics.successful_requests").unwrap_or(0);
    let naming = Naming { prefix: "metrics.", suffix: "_ms", per_second: 1000.0 };
    let mut aggregate = Aggregate {
        throughput_tok_s: flat.number("metrics.output_token_throughput"),
        achieved_rate: flat.number("metrics.request_throughput"),
        ..Aggregate::default()
    };
    for (id, name) in METRICS {
        let printed = flat.printed(name, n, naming);
        match id {
            MetricId::Itl => aggregate.set(id, printed.pooled()),
            MetricId::Tpot => aggregate.set_tpot(printed),
            _ => aggregate.set(id, printed),
        }
    }
    aggregate
}

/// Replayed traces of agents: mixed lengths; its `itl` repeats `tpot`, so that gaps between chunks are not known.
fn agentic_run(flat: &Flat) -> Aggregate {
    let n = flat.whole("num_requests_successful");
    let warmup = flat.whole("request_accounting.records_warmup_dropped").unwrap_or(0);
    let profiled = flat.whole("request_accounting.records_total").and_then(|total| total.checked_sub(warmup));
    let figure = |path: &str| flat.number(&format!("request_metrics.{path}"));
    let printed = |name: &str| {
        let value = |statistic: &str| figure(&format!("latency.{name}.{statistic}"));
        let quantiles = flat.quantiles(&format!("request_metrics.latency.{name}"));
        Printed { n: n.unwrap_or(0), mean: value("mean"), sd: value("std"), quantiles }
    };
    let mut aggregate = Aggregate {
        requests: profiled.or(n),
        failed: profiled.zip(n).and_then(|(profiled, n)| profiled.checked_sub(n)),
        warmup,
        duration_s: figure("duration_seconds").or_else(|| figure("throughput.duration_seconds")),
        throughput_tok_s: figure("throughput.output.tokens_per_second"),
        mean_input_tokens: figure("tokens.input.mean"),
        input_tokens_sd: figure("tokens.input.std"),
        mean_output_tokens: figure("tokens.output_actual.mean"),
        ..Aggregate::default()
    };
    aggregate.set(MetricId::Ttft, printed("ttft"));
    aggregate.set(MetricId::E2e, printed("e2el"));
    aggregate.set_tpot(printed("tpot"));
    aggregate
}

fn setup(flat: &Flat) -> Setup {
    let version = flat.text("image").and_then(|image| image.rsplit_once(':').map(|(_, tag)| tag.to_owned()));
    Setup::default()
        .with(Property::Model, flat.text("model"))
        .with(Property::Precision, flat.text("precision").map(|text| text.to_uppercase()))
        .with(Property::Gpu, flat.text("hw").map(|text| hardware(&text)))
        .with(Property::GpuCount, flat.text("tp"))
        .with(Property::Engine, flat.text("framework").map(|text| engine(&text)))
        .with(Property::EngineVersion, version)
        .with(
            Property::SpeculativeDecoding,
            flat.text("spec_decoding").map(|text| if text == "none" { text } else { text.to_uppercase() }),
        )
}

/// `mi355x` and `cluster:mi355x-amds` are the same GPU.
fn hardware(text: &str) -> String {
    let text = text.rsplit(':').next().unwrap_or(text);
    text.split(['-', '_']).next().unwrap_or(text).to_uppercase()
}

fn engine(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "vllm" => "vLLM",
        "sglang" => "SGLang",
        "trt" | "trtllm" | "tensorrt-llm" => "TensorRT-LLM",
        _ => text,
    }
    .to_owned()
}
