//! `benchmarks.json` and `benchmarks.yaml`: every benchmark of a run, with its requests where they were kept.

use super::TOOL;
use super::stream::Report;
use crate::error::{Place, Result};
use crate::ingest::document::{is_json, json_seed, yaml};
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde::de::DeserializeSeed;
use serde_json::Value;

/// GuideLLM's report.
pub struct GuideLlmReport;

impl Format for GuideLlmReport {
    fn name(&self) -> &'static str {
        "GuideLLM report"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let told = ["generative_benchmark", "completed_strategies", "guidellm_version"];
        !head.is_array()
            && head.document_keys().contains(&"benchmarks")
            && told.iter().any(|word| head.text().contains(word))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let mut refused = None;
        let read = if is_json(stream)? {
            json_seed(stream, &TOOL, Report { name, sink, refused: &mut refused })
        } else {
            let document: Value = sink.told(yaml(stream, &TOOL)?);
            let read = Report { name, sink, refused: &mut refused }.deserialize(document);
            read.map_err(|error| TOOL.error(Place::file(name), format!("expected YAML as GuideLLM writes it: {error}")))
        };
        let read = refused.map_or(read, Err)?;
        sink.version(read.version.get());
        let benchmarks = read.benchmarks.ok_or_else(|| TOOL.missing(Place::file(name), "benchmarks"))?;
        if benchmarks.is_empty() {
            sink.set_aside("it holds no benchmark: none was completed");
        }
        for benchmark in benchmarks {
            benchmark.hand_on(&read.around, name, sink)?;
        }
        Ok(())
    }
}
