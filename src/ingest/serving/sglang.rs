//! SGLang's `bench_serving`: a line per run, appended to one file.

use super::{at_once, counts, is_detailed, latencies, load, records};
use crate::error::{Place, Result};
use crate::ingest::document::{Tool, json_each};
use crate::ingest::flat::{Flat, Naming};
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;

const TOOL: Tool = Tool { name: "SGLang bench_serving", versions: "0.3 to 0.5" };

/// Its names of the metrics: `mean_e2e_latency_ms`.
const METRICS: [(MetricId, &str); 4] =
    [(MetricId::Ttft, "ttft"), (MetricId::E2e, "e2e_latency"), (MetricId::Tpot, "tpot"), (MetricId::Itl, "itl")];
const NAMING: Naming = Naming { prefix: "", suffix: "_ms", per_second: 1000.0 };

/// The result lines of one or more runs.
pub struct SglangServing;

impl Format for SglangServing {
    fn name(&self) -> &'static str {
        "SGLang bench_serving"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        let has = |key: &str| keys.contains(&key);
        has("backend") && has("total_output_tokens") && (has("dataset_name") || has("mean_e2e_latency_ms"))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut number = 0;
        json_each(stream, &TOOL, |flat: Flat, line| {
            // The client is part of the server's package.
            sink.version(flat.text("server_info.version"));
            for key in ["completed", "duration"] {
                if flat.number(key).is_none() {
                    return Err(TOOL.missing(Place::file(file).line(line), key));
                }
            }
            if is_detailed(&flat) {
                records(&flat, number, line, file, sink)?;
            }
            let mut aggregate = counts(&flat);
            latencies(&mut aggregate, &flat, METRICS, NAMING);
            let lengths = Lengths::of(&flat);
            aggregate.input_tokens_sd = aggregate.input_tokens_sd.or(lengths.input_deviation);
            sink.part(Part {
                place: format!("line {line}"),
                dataset: flat.text("dataset_name"),
                level: LevelFacts {
                    load: load(&flat),
                    context: lengths.input,
                    output_tokens: lengths.output,
                    run: flat.text("tag"),
                },
                at_once: at_once(&flat),
                setup: setup(&flat),
                aggregate: Some(aggregate),
                ..Part::default()
            });
            number += 1;
            Ok(())
        })
    }
}

/// What the run says of the lengths of its requests.
#[derive(Debug, Default, PartialEq)]
struct Lengths {
    input: Option<u64>,
    output: Option<u64>,
    input_deviation: Option<f64>,
}

impl Lengths {
    /// Random lengths are uniform from `random_range_ratio` × the nominal length (at least 1) up to it: only with a ratio of 1 do
    /// requests have the nominal length; with less, their deviation is that of the uniform distribution.
    fn of(flat: &Flat) -> Self {
        if !flat.text("dataset_name").is_some_and(|name| name.starts_with("random")) {
            return Self::default();
        }
        let ratio = flat.number("random_range_ratio").unwrap_or(1.0);
        let (input, output) = (flat.whole("random_input_len"), flat.whole("random_output_len"));
        if ratio >= 1.0 {
            return Self { input, output, input_deviation: None };
        }
        let deviation = |length: u64| length as f64 * (1.0 - ratio) / 12.0_f64.sqrt();
        Self { input: None, output: None, input_deviation: input.map(deviation) }
    }
}

/// Only newer files carry the server's settings. `backend` names the client's protocol.
fn setup(flat: &Flat) -> Setup {
    let version = flat.text("server_info.version");
    Setup::default()
        .with(Property::Model, flat.text("server_info.model_path"))
        .with(Property::GpuCount, flat.text("server_info.tp_size"))
        .with(Property::Precision, flat.text("server_info.quantization"))
        .with(Property::SpeculativeDecoding, flat.text("server_info.speculative_algorithm"))
        .with(Property::KvCache, flat.text("server_info.kv_cache_dtype").filter(|dtype| dtype != "auto"))
        .with(Property::Engine, version.as_ref().map(|_| "SGLang"))
        .with(Property::EngineVersion, version)
}
