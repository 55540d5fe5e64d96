//! One benchmark of a report, as it was read: its level, its figures, and what became of the requests beside them.

use super::TOOL;
use super::figures::{ByStatus, Figures};
use super::strategy::Strategy;
use crate::cell::Window;
use crate::error::{Place, Result, Warning};
use crate::format;
use crate::ingest::loose::{Number, Text};
use crate::ingest::part::{LevelFacts, Part, Property, Setup};
use crate::ingest::sink::Sink;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a benchmark says beside its figures and requests.
#[derive(Debug, Default)]
pub struct Benchmark {
    /// Its number in the report, from 0.
    pub number: usize,
    pub id: Text,
    pub strategy: Option<Strategy>,
    pub model: Text,
    /// The text that says how prompts were made.
    pub data: String,
    pub figures: Option<Figures>,
    /// Until 0.3.
    pub totals: Option<ByStatus<Number>>,
    /// Seconds of the Unix epoch between which requests are measured; from 0.4 on.
    pub measured: Option<(f64, f64)>,
    pub start_time: Number,
    pub end_time: Number,
    pub duration: Number,
    /// The requests that the file holds.
    pub held: Held,
    /// Whether its times and so on were rounded.
    pub rounded: bool,
}

/// How many requests the file holds one by one, warm-up left out.
#[derive(Debug, Default)]
pub struct Held {
    pub successes: u64,
    pub failures: u64,
    pub warmup: u64,
    /// How often each reason for a failure was given.
    pub reasons: BTreeMap<String, u64>,
}

/// What a benchmark without figures or requests of its own may still need from the report around it.
#[derive(Debug, Default)]
pub struct Around {
    pub model: Text,
    pub data: String,
}

impl Benchmark {
    /// Hands the benchmark to the sink as the next run of the file, and says what its reader must know.
    ///
    /// Errors: it says neither how requests were sent, nor how many succeeded, nor what was measured.
    pub fn hand_on(mut self, around: &Around, name: &str, sink: &mut Sink) -> Result<()> {
        let path = format!("benchmarks[{}]", self.number);
        let place =
            |key: &str| Place::file(name).path(if key.is_empty() { path.clone() } else { format!("{path}.{key}") });
        let figures = self.figures.take().ok_or_else(|| TOOL.missing(place(""), "metrics"))?;
        let strategy = self.strategy.take().ok_or_else(|| TOOL.missing(place(""), "strategy"))?;
        let totals = figures.request_totals.clone().or_else(|| self.totals.clone()).unwrap_or_default();
        let successes = totals.successes().ok_or_else(|| TOOL.missing(place("request_totals"), "successful"))?;
        let failures = totals.failures();
        let incomplete = totals.incomplete();
        if successes > 0 && figures.request_latency.is_missing() {
            return Err(TOOL.missing(place("metrics"), "request_latency"));
        }
        let load = strategy.load(Some(successes + failures + incomplete));
        let is_whole = self.held.successes == successes && self.held.failures == failures && successes + failures > 0;

        let mut aggregate = figures.aggregate(successes, failures, self.duration.value());
        aggregate.window = self.window();
        aggregate.rounded = self.rounded;
        if self.held.failures == failures {
            aggregate.failures = std::mem::take(&mut self.held.reasons);
        }
        let warn = |message: String, sink: &mut Sink| sink.warn(Warning::at(place(""), message));
        if incomplete > 0 {
            let cut = format::counted(incomplete, "request was", "requests were");
            let message =
                format!("{cut} cut off by the end of the benchmark, neither a success nor a failure, and left out");
            warn(message, sink);
        }
        if let Some(doubt) = figures.doubt().filter(|_| successes > 0) {
            warn(doubt, sink);
        }
        if is_whole {
            // The report rests on the requests; only figures under the same definition can check them.
            aggregate.leave_means_of_requests();
        } else if successes > 0 && figures.weighs_by_tokens() {
            let message =
                "TPOT and generation speed are what the tool computed, in which requests weigh by their tokens";
            warn(message.to_owned(), sink);
        }
        if load.is_none() && strategy.is_without_level() && sink.config.file_rule(name).load().is_none() {
            warn(left_out(&strategy, aggregate.achieved_rate), sink);
            // Without a place among the runs its requests belong nowhere.
            sink.part(Part { place: path, left_out: true, ..Part::default() });
            return Ok(());
        }
        let model = self.model.get().or(around.model.get());
        let data = if self.data.is_empty() { &around.data } else { &self.data };
        sink.part(Part {
            place: path,
            id: self.id.get().map(str::to_owned),
            sampled: !is_whole,
            level: LevelFacts {
                load,
                context: tokens(data, "prompt_tokens"),
                output_tokens: tokens(data, "output_tokens"),
                run: None,
            },
            setup: Setup::default().with(Property::Model, model),
            aggregate: Some(aggregate),
            ..Part::default()
        });
        Ok(())
    }

    /// First submission to last end.
    fn window(&self) -> Option<Window> {
        let picoseconds = |seconds: f64| (seconds * 1e12).round() as i128;
        let (start, end) = (self.start_time.value()?, self.end_time.value()?);
        (0.0 < start && start <= end).then(|| Window { start_ps: picoseconds(start), end_ps: picoseconds(end) })
    }

    /// Whether a request ran outside of the part of the benchmark that is measured: GuideLLM leaves out what does not touch it.
    pub fn is_warmup(&self, start: Option<f64>, end: Option<f64>) -> bool {
        let Some((from, to)) = self.measured else { return false };
        let end = end.or(start);
        let start = start.or(end);
        end.is_some_and(|end| end < from) || start.is_some_and(|start| start > to)
    }
}

fn left_out(strategy: &Strategy, rate: Option<f64>) -> String {
    let kind = strategy.kind.get().unwrap_or("this benchmark");
    let came_of_it =
        rate.map_or(String::new(), |rate| format!("; {} requests per second came of it", format::shortest(rate)));
    format!(
        "`{kind}` holds neither a number of requests in flight nor a request rate, so that it is no level of a sweep and left \
         out{came_of_it}. Where it is alone in its file, a load for it in `[[file]]` lets it be read"
    )
}

/// A number of tokens that every prompt was built to have, or every response asked to have: `prompt_tokens=128` or
/// `"prompt_tokens": 128`, where no spread and no shared beginning are asked for.
fn tokens(data: &str, key: &str) -> Option<u64> {
    let spread = ["_stdev", "_min", "_max"].iter().any(|suffix| number(data, &format!("{key}{suffix}")).is_some());
    let longer = ["prefix_tokens", "prefix_buckets", "turns"].iter().any(|key| data.contains(key));
    number(data, key).filter(|tokens| *tokens > 0 && !spread && !longer)
}

/// The whole number behind a key.
fn number(data: &str, key: &str) -> Option<u64> {
    data.match_indices(key).find_map(|(at, _)| {
        let before = data[..at].chars().next_back();
        let rest = data[at + key.len()..].trim_start_matches(['"', '\'', '\\', ' ', ':', '=']);
        let separated = rest.len() < data.len() - at - key.len();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let own = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        (own && separated).then(|| rest[..digits].parse().ok()).flatten()
    })
}

/// A small object of a report whose model and data are wanted, whatever else is in it: `config.backend`, `worker`, `args`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Described {
    model: Text,
    /// Until 0.3, in `worker`.
    backend_model: Text,
    /// From 0.4 to 0.6, in `args`.
    backend_kwargs: Option<Box<Described>>,
    /// In the `spec` of 0.7 and later, and in the `config` of a benchmark.
    backend: Value,
    data: Value,
}

impl Described {
    /// The model it names.
    pub fn model(&self) -> Text {
        let own = || self.model.get().or(self.backend_model.get()).or_else(|| self.backend.get("model")?.as_str());
        let inner = || self.backend_kwargs.as_ref().map(|inner| inner.model());
        own().map(Text::from).or_else(inner).unwrap_or_default()
    }

    /// What it says of the prompts.
    pub fn data(&self) -> String {
        match &self.data {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_nominal_only_where_prompts_were_made_to_them() {
        for data in [
            "prompt_tokens=128,output_tokens=64",
            "['prompt_tokens=128,output_tokens=64']",
            r#"[{"kind":"synthetic_text","prompt_tokens":128,"output_tokens":64}]"#,
            r#"["{\"prompt_tokens\": 128, \"output_tokens\": 64}"]"#,
        ] {
            assert_eq!((tokens(data, "prompt_tokens"), tokens(data, "output_tokens")), (Some(128), Some(64)), "{data}");
        }
        assert_eq!(tokens("prompt_tokens=128,prompt_tokens_stdev=16,output_tokens=64", "prompt_tokens"), None);
        assert_eq!(tokens(r#"{"prompt_tokens": 128, "prefix_tokens": 1000}"#, "prompt_tokens"), None);
        assert_eq!(tokens("['/prompt_tokens/128.txt']", "prompt_tokens"), None);
    }
}
