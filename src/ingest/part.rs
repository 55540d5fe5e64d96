//! What a tool's own file says beside the requests: its runs, their level, and how the test was set up.

use crate::cell::aggregate::Aggregate;
use crate::config::Config;
use crate::record::Load;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One run of one level, as its file describes it. A file may hold several, numbered from 0 in their order.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Part {
    /// Where in the file it stands: a line or a JSON path; empty where the file is one run.
    pub place: String,
    /// What the files of one run have in common, usually the path without what tells them apart: the level that one of
    /// them names is that of the others too. None where the file stands alone.
    pub kin: Option<String>,
    /// What the tool itself calls the run, alike in every file it wrote of it and in no other: such a run counts once.
    pub id: Option<String>,
    /// Whether the file holds but some of the run's requests, one by one: then what the tool computed over all of them counts.
    pub sampled: bool,
    /// Whether nothing of it counts: another file of the run says what this one says, or nothing was held constant.
    pub left_out: bool,
    /// Whether all its requests were sent at once, so that it is of no load unless something else names one.
    pub at_once: bool,
    /// The set of prompts that was sent, as the tool calls it: levels of two sets are no series.
    pub dataset: Option<String>,
    /// What the file says of the level.
    pub level: LevelFacts,
    /// What the file says of model, hardware, engine and test.
    pub setup: Setup,
    /// What the tool computed over the run, where it did.
    pub aggregate: Option<Aggregate>,
    /// Whether `aggregate` was read off an engine's counters: it then adds what the client could not see, and checks nothing.
    pub from_engine: bool,
}

/// What is said of a level. What is not said is `None`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct LevelFacts {
    /// What the load generator held constant.
    pub load: Option<Load>,
    /// Input tokens that requests were built to have.
    pub context: Option<u64>,
    /// Output tokens that requests asked for.
    pub output_tokens: Option<u64>,
    /// Which repeat of the level this is.
    pub run: Option<String>,
}

/// Something that a tool may say of the test's setup, and that the configuration may say too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Property {
    /// `model.name`
    Model,
    /// `model.parameters`
    Parameters,
    /// `model.precision`
    Precision,
    /// `hardware.gpu`
    Gpu,
    /// `hardware.count`
    GpuCount,
    /// `engine.name`
    Engine,
    /// `engine.version`
    EngineVersion,
    /// `test.speculative_decoding`
    SpeculativeDecoding,
    /// `test.kv_cache`
    KvCache,
    /// `test.kv_offload`
    KvOffload,
}

/// Every property with its key in the configuration.
pub const PROPERTIES: [(Property, &str); 10] = [
    (Property::Model, "model.name"),
    (Property::Parameters, "model.parameters"),
    (Property::Precision, "model.precision"),
    (Property::Gpu, "hardware.gpu"),
    (Property::GpuCount, "hardware.count"),
    (Property::Engine, "engine.name"),
    (Property::EngineVersion, "engine.version"),
    (Property::SpeculativeDecoding, "test.speculative_decoding"),
    (Property::KvCache, "test.kv_cache"),
    (Property::KvOffload, "test.kv_offload"),
];

impl Property {
    /// Its key in the configuration: `hardware.gpu`.
    pub fn key(self) -> &'static str {
        PROPERTIES[self as usize].1
    }

    /// What is configured.
    pub fn configured(self, config: &Config) -> Option<String> {
        match self {
            Property::GpuCount => config.hardware.count.map(|count| count.to_string()),
            _ => self.text(&mut config.clone()).take(),
        }
    }

    /// Configures it. A count that is no number is left out.
    pub fn configure(self, config: &mut Config, value: &str) {
        match self {
            Property::GpuCount => config.hardware.count = value.parse().ok().filter(|count| *count > 0),
            _ => *self.text(config) = Some(value.to_owned()),
        }
    }

    fn text(self, config: &mut Config) -> &mut Option<String> {
        match self {
            Property::Model => &mut config.model.name,
            Property::Parameters => &mut config.model.parameters,
            Property::Precision => &mut config.model.precision,
            Property::Gpu | Property::GpuCount => &mut config.hardware.gpu,
            Property::Engine => &mut config.engine.name,
            Property::EngineVersion => &mut config.engine.version,
            Property::SpeculativeDecoding => &mut config.test.speculative_decoding,
            Property::KvCache => &mut config.test.kv_cache,
            Property::KvOffload => &mut config.test.kv_offload,
        }
    }

    /// Whether two values mean the same: `Qwen/Qwen3-0.6B` and `qwen3 0.6b` do.
    pub fn same(self, a: &str, b: &str) -> bool {
        let plain = |text: &str| {
            let text = if self == Property::Model { model_name(text) } else { text };
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
        };
        plain(a) == plain(b)
    }
}

/// What a tool says of the test's setup.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Setup(BTreeMap<Property, String>);

impl Setup {
    /// Notes a property that a file gives; blank text says nothing.
    pub fn note(&mut self, property: Property, value: Option<impl AsRef<str>>) {
        let Some(value) = value else { return };
        let value = value.as_ref().trim();
        let value = if property == Property::Model { model_name(value) } else { value };
        if !value.is_empty() {
            self.0.insert(property, value.to_owned());
        }
    }

    /// The same for building up.
    pub fn with(mut self, property: Property, value: Option<impl AsRef<str>>) -> Self {
        self.note(property, value);
        self
    }

    /// What is known of a property.
    pub fn get(&self, property: Property) -> Option<&str> {
        self.0.get(&property).map(String::as_str)
    }

    /// What is known, in the order of [`PROPERTIES`].
    pub fn iter(&self) -> impl Iterator<Item = (Property, &str)> {
        self.0.iter().map(|(property, value)| (*property, value.as_str()))
    }
}

/// A model as people call it: the last part of `organization/name` or of a path. In Hugging Face's cache that is
/// `models--organization--name/snapshots/` with a hash behind it.
fn model_name(text: &str) -> &str {
    let text = text.trim_end_matches(['/', '\\']);
    let mut parts = text.rsplit(['/', '\\']);
    let cached = parts.clone().find_map(|part| part.strip_prefix("models--")?.rsplit("--").next());
    cached.or_else(|| parts.next()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_stands_at_its_own_place_and_is_configured_there() {
        for (place, (property, key)) in PROPERTIES.into_iter().enumerate() {
            assert_eq!(property as usize, place, "{key}");
            let mut config = Config::default();
            assert_eq!(property.configured(&config), None, "{key}");
            property.configure(&mut config, "4");
            assert_eq!(property.configured(&config).as_deref(), Some("4"), "{key}");
            let (table, name) = key.split_once('.').unwrap();
            let written = serde_json::to_value(&config).unwrap();
            assert!(!written[table][name].is_null(), "{key} is what was configured");
        }
    }

    #[test]
    fn a_model_is_the_same_with_and_without_its_organization() {
        assert!(Property::Model.same("Qwen/Qwen3-0.6B", "qwen3 0.6b"));
        assert!(!Property::Model.same("Qwen3-0.6B", "Qwen3-8B"));
        let setup = Setup::default().with(Property::Model, Some("/models/amd/GLM-5.2/")).with(Property::Gpu, Some(" "));
        assert_eq!((setup.get(Property::Model), setup.get(Property::Gpu)), (Some("GLM-5.2"), None));
        let cached = "/models/models--openai--gpt-oss-120b/snapshots/b5c939de8f754692c1647ca79fbf85e8c1e70f8a/";
        assert_eq!(model_name(cached), "gpt-oss-120b");
    }
}
