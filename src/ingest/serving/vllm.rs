//! `vllm bench serve` (formerly `benchmarks/benchmark_serving.py`), its sweeps, and clients that keep its keys: the Rust client
//! and InferenceX's fork, whose trimmed files give seconds under keys without `_ms`.

use super::{at_once, counts, is_detailed, latencies, load, records};
use crate::error::{Place, Result, Warning};
use crate::ingest::document::{Tool, json_each};
use crate::ingest::flat::{Flat, Naming, OneOrMany};
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;

pub(super) const TOOL: Tool = Tool { name: "vllm bench serve", versions: "0.5 to 0.26" };

/// Its names of the metrics: `mean_tpot_ms`.
const METRICS: [(MetricId, &str); 4] =
    [(MetricId::Ttft, "ttft"), (MetricId::E2e, "e2el"), (MetricId::Tpot, "tpot"), (MetricId::Itl, "itl")];

/// The result file of a run, several appended to each other, or the list that a sweep sums up.
pub struct VllmServe;

impl Format for VllmServe {
    fn name(&self) -> &'static str {
        "vllm bench serve"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        let has = |key: &str| keys.contains(&key);
        has("request_throughput")
            && has("total_input_tokens")
            && !has("dataset_name")
            && !has("mean_e2e_latency_ms")
            && !has("tput_per_gpu")
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let (mut parts, mut left_out) = (0, None);
        json_each(stream, &TOOL, |runs: OneOrMany, line| {
            let (runs, listed) = match runs {
                OneOrMany::One(run) => (vec![*run], false),
                OneOrMany::Many(runs) => (runs, true),
            };
            for (nth, flat) in runs.iter().enumerate() {
                let place = match (listed, line) {
                    (true, _) => format!("[{nth}]"),
                    (false, 1) => String::new(),
                    (false, line) => format!("line {line}"),
                };
                if let Some(reason) = no_level(flat) {
                    left_out = Some(reason);
                    continue;
                }
                read_run(flat, parts, place, line, file, sink)?;
                parts += 1;
            }
            Ok(())
        })?;
        match left_out {
            Some(reason) if parts == 0 => sink.set_aside(reason),
            Some(reason) => sink.warn(Warning::at(Place::file(file), format!("a run in it is left out: {reason}"))),
            None => {}
        }
        Ok(())
    }
}

/// Why a run is no measurement of a level: the warm-up of a sweep, which numbers its runs from 0, and a load that grows.
pub(super) fn no_level(run: &Flat) -> Option<&'static str> {
    if run.number("run_number") == Some(-1.0) {
        return Some("it is the warm-up of a sweep");
    }
    run.text("ramp_up_strategy")
        .map(|_| "its request rate rises while it runs (`--ramp-up-strategy`), so that it is of no one load")
}

/// Hands on a run: its requests where the file lists them, and what the client computed.
pub(super) fn read_run(
    flat: &Flat,
    number: usize,
    place: String,
    line: u64,
    file: &str,
    sink: &mut Sink,
) -> Result<()> {
    for key in ["completed", "duration"] {
        if flat.number(key).is_none() {
            return Err(TOOL.missing(Place::file(file).line(line), key));
        }
    }
    if is_detailed(flat) {
        records(flat, number, line, file, sink)?;
    }
    let mut aggregate = counts(flat);
    // Seconds or milliseconds are told by the key alone.
    latencies(&mut aggregate, flat, METRICS, Naming { prefix: "", suffix: "_ms", per_second: 1000.0 });
    latencies(&mut aggregate, flat, METRICS, Naming { prefix: "", suffix: "", per_second: 1.0 });
    sink.part(Part {
        place,
        level: LevelFacts {
            load: load(flat),
            context: flat.first(&["random_input_len", "input_len", "isl"], Flat::whole),
            output_tokens: flat.first(&["random_output_len", "output_len", "osl"], Flat::whole),
            run: flat.text("run_number"),
        },
        at_once: at_once(flat),
        setup: setup(flat),
        aggregate: Some(aggregate),
        ..Part::default()
    });
    Ok(())
}

/// The model, and what users add with `--metadata`. `backend` names the client's protocol, not the engine.
fn setup(flat: &Flat) -> Setup {
    Setup::default()
        .with(Property::Model, flat.text("model_id"))
        .with(Property::GpuCount, flat.text("tensor_parallel_size"))
        .with(Property::Gpu, flat.first(&["gpu", "gpu_name", "hardware"], Flat::text))
        .with(Property::EngineVersion, flat.first(&["vllm_version", "engine_version"], Flat::text))
        .with(Property::Precision, flat.first(&["precision", "quantization", "dtype"], Flat::text))
}
