//! `config.yaml`: what inference-perf was told to do. It names the model and the engine, which no report does.

use super::TOOL;
use crate::error::Result;
use crate::ingest::document::yaml;
use crate::ingest::format::{Format, Head};
use crate::ingest::loose::Text;
use crate::ingest::part::{Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde::Deserialize;

/// The configuration that inference-perf copies beside its reports.
pub struct Configuration;

impl Format for Configuration {
    fn name(&self) -> &'static str {
        "inference-perf configuration"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.yaml_keys();
        let beside_load = ["api", "data", "server", "tokenizer"];
        keys.contains(&"load")
            && (keys.iter().any(|key| beside_load.contains(key)) || head.text().contains("\n  stages:"))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        // Written by hand, where a last line without a line break means nothing.
        let Configured { server } = yaml(stream, &TOOL)?.value;
        let server = server.unwrap_or_default();
        let (model, engine) = (server.model_name.get(), server.kind.get());
        if model.or(engine).is_none() {
            sink.set_aside("it names neither a model nor an engine");
        }
        sink.setup(Setup::default().with(Property::Model, model).with(Property::Engine, engine));
        Ok(())
    }
}

#[derive(Deserialize)]
struct Configured {
    server: Option<Server>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Server {
    model_name: Text,
    #[serde(rename = "type")]
    kind: Text,
}
