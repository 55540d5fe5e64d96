//! `stage_N_lifecycle_metrics.json`: what inference-perf computed over the requests of one stage.

use super::{TOOL, put_times_per_token, stage};
use crate::cell::aggregate::Aggregate;
use crate::error::{Place, Result, Warning};
use crate::ingest::document::json_or_yaml;
use crate::ingest::format::{Format, Head};
use crate::ingest::loose::Number;
use crate::ingest::part::{LevelFacts, Part};
use crate::ingest::sink::Sink;
use crate::ingest::statistics::Statistics;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;
use crate::record::Load;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Its reports over a stage, over all stages, and from Prometheus, which share their outermost keys.
pub struct Lifecycle;

impl Format for Lifecycle {
    fn name(&self) -> &'static str {
        "inference-perf report"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.document_keys();
        !head.is_array()
            && keys.contains(&"load_summary")
            && (keys.contains(&"successes") || keys.contains(&"failures"))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let report: Report = sink.told(json_or_yaml(stream, &TOOL)?);
        if report.successes.rate.value().is_some() {
            sink.set_aside(
                "these are figures that Prometheus read off the server, over a window that holds other requests too",
            );
            return Ok(());
        }
        let load = report.load_summary.load();
        if load.is_none() && sink.config.file_rule(name).load().is_none() {
            sink.set_aside(
                "it sums up the requests of every stage, whatever their load; where there was one stage only, a load for \
                 it in `[[file]]` lets it be read",
            );
            return Ok(());
        }
        let successes = report.successes.count.whole();
        let successes = successes.ok_or_else(|| TOOL.missing(Place::file(name).path("successes"), "count"))?;
        if successes > 0 && report.successes.latency.request_latency.is_none() {
            return Err(TOOL.missing(Place::file(name).path("successes.latency"), "request_latency"));
        }
        let (aggregate, contradiction) = report.aggregate(successes);
        sink.part(Part {
            kin: stage(name),
            level: LevelFacts { load, ..LevelFacts::default() },
            aggregate: Some(aggregate),
            ..Part::default()
        });
        if let Some(contradiction) = contradiction {
            sink.warn(Warning::at(Place::file(name), contradiction));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Report {
    /// First submission to last end over all requests.
    #[serde(default)]
    benchmark_time_seconds: Number,
    load_summary: LoadSummary,
    successes: Successes,
    #[serde(default)]
    failures: Failures,
}

/// `achieved_rate` is not read: it is how fast requests were sent, not how fast they were completed.
#[derive(Deserialize)]
struct LoadSummary {
    #[serde(default)]
    requested_rate: Number,
    #[serde(default)]
    concurrency: Number,
}

#[derive(Deserialize)]
struct Successes {
    #[serde(default)]
    count: Number,
    /// Stands in Prometheus' reports alone.
    #[serde(default)]
    rate: Number,
    #[serde(default)]
    latency: Latency,
    #[serde(default)]
    throughput: Throughput,
    prompt_len: Option<Statistics>,
    output_len: Option<Statistics>,
    /// Newer: as the server counted.
    prompt_tokens: Option<Statistics>,
    output_tokens: Option<Statistics>,
}

/// Seconds. Blocks are null where responses were not streamed.
#[derive(Default, Deserialize)]
struct Latency {
    request_latency: Option<Statistics>,
    time_to_first_token: Option<Statistics>,
    time_per_output_token: Option<Statistics>,
    inter_token_latency: Option<Statistics>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Throughput {
    output_tokens_per_sec: Number,
    requests_per_sec: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failures {
    count: Number,
    by_label: BTreeMap<String, Label>,
}

#[derive(Deserialize)]
struct Label {
    count: Number,
}

impl LoadSummary {
    /// Requests in flight for a stage that holds them constant: its rate is then whatever came of it.
    fn load(&self) -> Option<Load> {
        let concurrency = self.concurrency.whole().filter(|concurrency| *concurrency > 0).map(Load::Concurrency);
        let rate = || self.requested_rate.value().filter(|rate| *rate > 0.0).map(Load::RequestRate);
        concurrency.or_else(rate)
    }
}

impl Report {
    fn aggregate(self, successes: u64) -> (Aggregate, Option<String>) {
        let Successes { latency, throughput, prompt_len, output_len, prompt_tokens, output_tokens, .. } =
            self.successes;
        let failed = self.failures.count.whole().unwrap_or(0);
        let rate = throughput.requests_per_sec.value().filter(|rate| *rate > 0.0);
        let (input, output) = (prompt_tokens.or(prompt_len), output_tokens.or(output_len));
        let by_label = self.failures.by_label.into_iter();
        let mut aggregate = Aggregate {
            requests: Some(successes + failed),
            failed: Some(failed),
            failures: by_label.filter_map(|(label, failures)| Some((label, failures.count.whole()?))).collect(),
            // Older versions do not print it; the rate of completed requests is successes over it.
            duration_s: self.benchmark_time_seconds.value().or_else(|| Some(successes as f64 / rate?)),
            achieved_rate: throughput.requests_per_sec.value(),
            throughput_tok_s: throughput.output_tokens_per_sec.value(),
            input_tokens: input.as_ref().and_then(|tokens| tokens.sum(successes)),
            output_tokens: output.as_ref().and_then(|tokens| tokens.sum(successes)),
            ..Aggregate::default()
        };
        let contradiction = (successes > 0).then(|| latency.put(&mut aggregate, successes)).flatten();
        (aggregate, contradiction)
    }
}

impl Latency {
    /// Keeps the latencies, and says where the time per output token cannot be what it is printed as.
    fn put(&self, aggregate: &mut Aggregate, n: u64) -> Option<String> {
        let printed = |statistics: &Option<Statistics>| statistics.as_ref().map(|statistics| statistics.printed(n));
        if let Some(e2e) = printed(&self.request_latency) {
            aggregate.set(MetricId::E2e, e2e);
        }
        if let Some(ttft) = printed(&self.time_to_first_token) {
            aggregate.set(MetricId::Ttft, ttft);
        }
        put_times_per_token(aggregate, printed(&self.time_per_output_token)?, printed(&self.inter_token_latency))
    }
}
