//! The configuration that AIPerf and GenAI-Perf repeat in their summaries: what it says of level and model.
//!
//! It has been laid out in four ways: flat (GenAI-Perf before 0.0.12), under `perf_analyzer` (GenAI-Perf), under `loadgen`
//! (AIPerf), and as `phases` (AIPerf from 0.13 on).

use crate::ingest::part::LevelFacts;
use crate::record::Load;
use serde_json::Value;

/// From this spread on, as a share of the mean, requests were not built to have one length.
const SPREAD: f64 = 0.12;

/// `input_config` of a summary.
#[derive(Debug, Default)]
pub struct InputConfig(pub Value);

impl InputConfig {
    /// Whether it is laid out as AIPerf does.
    pub fn is_aiperf(&self) -> bool {
        self.0.get("loadgen").is_some() || self.0.get("phases").is_some()
    }

    /// The model, where there is one only.
    pub fn model(&self) -> Option<&str> {
        let lists = ["/endpoint/model_names", "/models/items", "/model_names", "/model"];
        let models = lists.iter().find_map(|path| self.0.pointer(path)?.as_array())?;
        let [model] = models.as_slice() else { return None };
        model.as_str().or_else(|| model.get("name")?.as_str())
    }

    /// What it says of the level. A rate goes before a concurrency, which then is a cap.
    pub fn level(&self) -> LevelFacts {
        let phase = self.measured_phase();
        let rate = self
            .number(&["/loadgen/request_rate", "/perf_analyzer/stimulus/request_rate", "/request_rate"])
            .or_else(|| phase?.get("rate")?.as_f64());
        let concurrency = self
            .number(&["/loadgen/concurrency", "/perf_analyzer/stimulus/concurrency", "/concurrency"])
            .or_else(|| phase?.get("concurrency")?.as_f64());
        let load = match (rate.filter(|rate| *rate > 0.0), concurrency.filter(|n| *n >= 1.0)) {
            (Some(rate), _) => Some(Load::RequestRate(rate)),
            (None, Some(concurrency)) => Some(Load::Concurrency(concurrency as u64)),
            (None, None) => None,
        };
        let context = self
            .length(&["/input/prompt/input_tokens", "/input/synthetic_tokens", "/datasets/0/prompts/isl"])
            .filter(|_| self.is_synthetic());
        let output_tokens =
            self.length(&["/input/prompt/output_tokens", "/input/output_tokens", "/datasets/0/prompts/osl"]);
        LevelFacts { load, context, output_tokens, run: None }
    }

    /// The phase whose requests are measured, where there is one only.
    fn measured_phase(&self) -> Option<&Value> {
        let is_warmup =
            |phase: &&Value| ["kind", "name"].iter().any(|key| phase.get(*key).is_some_and(|is| is == "warmup"));
        let mut measured = self.0.get("phases")?.as_array()?.iter().filter(|phase| !is_warmup(phase));
        measured.next().filter(|_| measured.next().is_none())
    }

    /// Whether prompts were made up to a length, rather than taken from a file or put behind a shared beginning.
    fn is_synthetic(&self) -> bool {
        let says = |path: &&str| match self.0.pointer(path) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(_) => true,
        };
        let sources = [
            "/input/file",
            "/input/public_dataset",
            "/input/prompt/prefix_prompt/length",
            "/input/prefix_prompt/length",
            "/datasets/0/prefix_prompts",
        ];
        let kind = self.0.pointer("/datasets/0/type").and_then(Value::as_str);
        !sources.iter().any(says) && kind.is_none_or(|kind| kind == "synthetic")
    }

    fn number(&self, paths: &[&str]) -> Option<f64> {
        paths.iter().find_map(|path| self.0.pointer(path)?.as_f64())
    }

    /// A number of tokens that all requests were built to have: written bare, or as the mean of what hardly spreads.
    fn length(&self, paths: &[&str]) -> Option<u64> {
        let length = paths.iter().find_map(|path| self.0.pointer(path))?;
        let number = |key| length.get(key).and_then(Value::as_f64);
        let mean = length.as_f64().or_else(|| number("value")).or_else(|| number("mean"))?;
        let spread = number("stddev").unwrap_or_default();
        (mean >= 1.0 && spread <= SPREAD * mean).then_some(mean.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_layout_says_its_level_and_model() {
        let aiperf = json!({
            "endpoint": {"model_names": ["Qwen/Qwen3-0.6B"]}, "loadgen": {"concurrency": 4},
            "input": {"prompt": {"input_tokens": {"mean": 1024, "stddev": 0.0}, "output_tokens": {"mean": 200}}},
        });
        let phases = json!({
            "models": {"items": [{"name": "Qwen/Qwen3-0.6B"}]},
            "phases": [{"name": "warmup", "concurrency": 1}, {"name": "a", "kind": "profiling", "concurrency": 4}],
            "datasets": [{"type": "synthetic", "prompts": {"isl": {"value": 1024}, "osl": 200}}],
        });
        let genai_perf = json!({
            "model_names": ["Qwen/Qwen3-0.6B"], "perf_analyzer": {"stimulus": {"concurrency": 4}},
            "input": {"file": "", "synthetic_tokens": {"mean": 1024, "stddev": 0}, "output_tokens": {"mean": 200}},
        });
        for config in [aiperf, phases, genai_perf] {
            let config = InputConfig(config);
            let level = config.level();
            assert_eq!((level.load, level.context), (Some(Load::Concurrency(4)), Some(1024)), "{:?}", config.0);
            assert_eq!((level.output_tokens, config.model()), (Some(200), Some("Qwen/Qwen3-0.6B")));
        }
        let flat = InputConfig(json!({"model": ["a", "b"], "concurrency": null, "request_rate": 2.5})).level();
        assert_eq!((flat.load, flat.context), (Some(Load::RequestRate(2.5)), None));
    }

    #[test]
    fn a_rate_goes_before_the_cap_on_what_is_in_flight() {
        let config = InputConfig(json!({"loadgen": {"concurrency": 100, "request_rate": 4.0}}));
        assert_eq!(config.level().load, Some(Load::RequestRate(4.0)));
    }

    #[test]
    fn a_length_is_said_only_where_prompts_were_built_to_have_it() {
        let context = |input| InputConfig(json!({"input": input})).level().context;
        let tokens = json!({"mean": 550, "stddev": 0});
        assert_eq!(context(json!({"prompt": {"input_tokens": tokens}})), Some(550));
        assert_eq!(context(json!({"prompt": {"input_tokens": tokens}, "public_dataset": "sharegpt"})), None);
        assert_eq!(context(json!({"synthetic_tokens": tokens, "file": "prompts.jsonl"})), None);
        assert_eq!(context(json!({"prompt": {"input_tokens": {"mean": 550, "stddev": 200}}})), None);
    }
}
