//! `llama-batched-bench --output-format jsonl`: prompts that are read, and responses that are written, side by side.

use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result, Warning};
use crate::ingest::document::{Tool, json_each};
use crate::ingest::format::{Format, Head};
use crate::ingest::loose::Number;
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;
use crate::record::Load;
use serde::Deserialize;

const TOOL: Tool = Tool { name: "llama-batched-bench", versions: "b6000 to b9010" };

/// One line per batch of sequences.
pub struct LlamaBatchedBench;

impl Format for LlamaBatchedBench {
    fn name(&self) -> &'static str {
        "llama-batched-bench"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        // All but one, so that a key that is missing is told.
        keys.contains(&"speed_tg") && ["pl", "pp", "tg"].iter().filter(|key| keys.contains(key)).count() >= 2
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        json_each(stream, &TOOL, |batch: Batch, line| {
            let missing = |key| TOOL.missing(Place::file(name).line(line), key);
            let sequences = batch.pl.whole().filter(|pl| *pl > 0).ok_or_else(|| missing("pl"))?;
            sink.part(batch.part(sequences, line));
            Ok(())
        })?;
        let message = "llama-batched-bench times the engine alone: there are no requests, so TTFT and E2E are unknown";
        sink.warn(Warning::at(Place::file(name), message));
        Ok(())
    }
}

/// Seconds and tokens. `speed_pp` is not read: where the prompt is shared it counts it once, else for each sequence.
#[derive(Deserialize)]
struct Batch {
    /// Tokens of each prompt.
    pp: Number,
    /// Tokens of each response.
    tg: Number,
    /// Sequences side by side.
    pl: Number,
    t_pp: Number,
    t_tg: Number,
}

impl Batch {
    fn part(&self, sequences: u64, line: u64) -> Part {
        let Self { pp, tg, t_pp, t_tg, .. } = *self;
        let per_second = |tokens: Number, seconds: Number| {
            let mean =
                tokens.value().zip(seconds.value().filter(|s| *s > 0.0)).map(|(tokens, seconds)| tokens / seconds);
            Printed { mean, ..Printed::default() }
        };
        let mut aggregate = Aggregate {
            // All sequences start together, and the time of a batch includes the reading of the prompts.
            duration_s: t_pp.value().zip(t_tg.value()).map(|(prefill, generation)| prefill + generation),
            output_tokens: tg.whole().map(|tokens| tokens * sequences),
            mean_input_tokens: pp.value(),
            mean_output_tokens: tg.value(),
            ..Aggregate::default()
        };
        aggregate.set(MetricId::PrefillSpeed, per_second(pp, t_pp));
        aggregate.set(MetricId::GenerationSpeed, per_second(tg, t_tg));
        Part {
            place: format!("line {line}"),
            level: LevelFacts {
                load: Some(Load::Concurrency(sequences)),
                context: pp.whole(),
                output_tokens: tg.whole(),
                run: None,
            },
            setup: Setup::default().with(Property::Engine, Some("llama.cpp")),
            aggregate: Some(aggregate),
            ..Part::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::{Cell, CellKey};
    use crate::context::Context;
    use crate::record::SWEEP;

    #[test]
    fn speeds_are_per_sequence_and_throughput_is_over_the_whole_batch() {
        let text = r#"{"n_kv_max": 8192, "pp": 512, "tg": 128, "pl": 4, "n_kv": 2560, "t_pp": 1.0, "speed_pp": 2048.0,
            "t_tg": 4.0, "speed_tg": 128.0, "t": 5.0, "speed": 512.0}"#;
        let part = serde_json::from_str::<Batch>(text).unwrap().part(4, 1);
        assert_eq!(part.level.load, Some(Load::Concurrency(4)));
        let key = CellKey { scenario: SWEEP.into(), context: Some(Context::nominal(512)), load: Load::Concurrency(4) };
        let cell = Cell::from_aggregates(key, vec![part.aggregate.unwrap()]).unwrap();
        assert_eq!(cell.throughput_tok_s, Some(102.4), "4 × 128 tokens in 5 s");
        assert_eq!(cell.metric(MetricId::GenerationSpeed).mean, Some(32.0), "`speed_tg` / `pl`");
        assert_eq!(cell.metric(MetricId::PrefillSpeed).mean, Some(512.0), "`speed_pp` / `pl`");
        assert_eq!(cell.requests, None);
    }
}
