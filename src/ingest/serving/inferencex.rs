//! InferenceX (formerly InferenceMAX): the aggregate made of a client's result file, its agentic variant, and baselines in the
//! same shape. Times are in seconds unless a key ends in `_ms`.

use super::latencies;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result, Warning};
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
            let kind = Kind::of(&flat);
            let mut aggregate = kind.figures(&flat);
            let measured = |id: MetricId| aggregate.metrics[id as usize].is_measured();
            if !measured(MetricId::E2e) && !measured(MetricId::Tpot) {
                let key = if flat.number("tput_per_gpu").is_some() { "mean_e2el" } else { "metrics" };
                return Err(TOOL.missing(Place::file(file).line(line), key));
            }
            match kind.throughput(&flat) {
                Ok(tok_s) => aggregate.throughput_tok_s = Some(tok_s),
                Err(NoThroughput::Missing(key)) => return Err(TOOL.missing(Place::file(file).line(line), key)),
                Err(NoThroughput::NotSaid(why)) => sink.warn(Warning::at(Place::file(file), why)),
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

/// What an aggregate was made of.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The client's file, of requests of one length.
    Client,
    /// A baseline, with the figures below `metrics`.
    Baseline,
    /// Replayed traces of agents.
    Agentic,
}

impl Kind {
    fn of(flat: &Flat) -> Self {
        let duration = ["request_metrics.duration_seconds", "request_metrics.throughput.duration_seconds"];
        match flat.first(&duration, Flat::number) {
            Some(_) => Self::Agentic,
            None if flat.number("metrics.request_throughput").is_some() => Self::Baseline,
            None => Self::Client,
        }
    }

    /// Everything but the throughput.
    fn figures(self, flat: &Flat) -> Aggregate {
        match self {
            Self::Client => fixed_lengths(flat),
            Self::Baseline => baseline(flat),
            Self::Agentic => agentic_run(flat),
        }
    }

    /// Output tokens per second of all GPUs.
    fn throughput(self, flat: &Flat) -> std::result::Result<f64, NoThroughput> {
        let given = |key| flat.number(key).ok_or(NoThroughput::Missing(key));
        match self {
            Self::Client => throughput_of_client(flat),
            Self::Baseline => given("metrics.output_token_throughput"),
            Self::Agentic => {
                flat.number("request_metrics.throughput.output.tokens_per_second").ok_or(NoThroughput::NotSaid(
                    "throughput is unknown: the file has no `request_metrics.throughput.output.tokens_per_second`",
                ))
            }
        }
    }
}

/// Every figure of the client with `_ms` dropped. How many requests there were is not in it.
fn fixed_lengths(flat: &Flat) -> Aggregate {
    let mut aggregate = Aggregate::default();
    latencies(&mut aggregate, flat, METRICS, Naming { prefix: "", suffix: "", per_second: 1.0 });
    aggregate
}

/// Why a file gives no throughput.
#[derive(Debug, Clone, Copy)]
enum NoThroughput {
    /// This key is not there, and no version is known without it.
    Missing(&'static str),
    /// Its version says too little.
    NotSaid(&'static str),
}

/// The throughput of an aggregate of a client's file.
///
/// It is given per GPU that decodes (`process_result.py`): of a server in one piece that is each of them.
fn throughput_of_client(flat: &Flat) -> std::result::Result<f64, NoThroughput> {
    let Some(each) = flat.number("output_tput_per_gpu") else {
        let first_version = flat.number("tput_per_gpu").is_some() && flat.number("input_tput_per_gpu").is_none();
        return Err(match first_version {
            true => NoThroughput::NotSaid(
                "throughput is unknown: `tput_per_gpu` counts the tokens of prompts and responses together, and files of this \
                 version have no `output_tput_per_gpu`",
            ),
            false => NoThroughput::Missing("output_tput_per_gpu"),
        });
    };
    let gpus = match (flat.number("num_prefill_gpu"), flat.number("num_decode_gpu")) {
        (Some(all), Some(0.0)) => Some(all),
        (_, Some(decoding)) => Some(decoding),
        _ if is_apart(flat) => None,
        _ => flat.number("tp"),
    };
    gpus.map(|gpus| each * gpus).ok_or(NoThroughput::NotSaid(
        "throughput is unknown: it is given per GPU, and how many of them decode is not in the file",
    ))
}

/// Whether prefill and decode run on GPUs of their own, or on several nodes.
fn is_apart(flat: &Flat) -> bool {
    ["disagg", "is_multinode"].iter().any(|key| flat.text(key).as_deref() == Some("true"))
}

fn baseline(flat: &Flat) -> Aggregate {
    let n = flat.whole("metrics.successful_requests").unwrap_or(0);
    let naming = Naming { prefix: "metrics.", suffix: "_ms", per_second: 1000.0 };
    let mut aggregate = Aggregate { achieved_rate: flat.number("metrics.request_throughput"), ..Aggregate::default() };
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
    let apart = flat.whole("num_prefill_gpu").zip(flat.whole("num_decode_gpu"));
    let gpus = apart.map(|(prefill, decode)| (prefill + decode).to_string()).or_else(|| flat.text("tp"));
    let version = flat.text("image").and_then(|image| image.rsplit_once(':').map(|(_, tag)| tag.to_owned()));
    Setup::default()
        .with(Property::Model, flat.text("model"))
        .with(Property::Precision, flat.text("precision").map(|text| text.to_uppercase()))
        .with(Property::Gpu, flat.text("hw").map(|text| hardware(&text)))
        .with(Property::GpuCount, gpus)
        .with(Property::Engine, flat.text("framework").map(|text| engine(&text)))
        .with(Property::EngineVersion, version)
        .with(
            Property::SpeculativeDecoding,
            flat.text("spec_decoding").map(|text| if text == "none" { text } else { text.to_uppercase() }),
        )
        .with(Property::KvOffload, kv_offload(flat))
}

/// Where the KV cache may grow to beside the GPUs' memory, and by what: `DRAM, lmcache`.
fn kv_offload(flat: &Flat) -> Option<String> {
    let place = flat.text("kv_offloading")?;
    let backend = flat.text("kv_offload_backend.name");
    let place = if place == "none" { place } else { place.to_uppercase() };
    Some(backend.map_or(place.clone(), |backend| format!("{place}, {backend}")))
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
