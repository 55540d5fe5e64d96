//! What a report says of the test: its load, its lengths, the model, the hardware and the engine.

use crate::ingest::flat::Flat;
use crate::ingest::loose::{Number, Text};
use crate::ingest::part::{LevelFacts, Property, Setup};
use crate::record::Load as Held;
use serde::Deserialize;

/// What both schemas say of a test, each in its own words.
#[derive(Default)]
pub struct Facts {
    /// The level.
    pub level: LevelFacts,
    /// Model, hardware and engine.
    pub setup: Setup,
    /// The tool that sent the requests; inference-perf where nothing says, which writes reports without a scenario.
    pub generator: String,
    /// What its reader must be told.
    pub doubts: Vec<String>,
}

/// `scenario`, with the keys of both schemas.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Scenario {
    /// Schema 0.1.
    host: Option<Host>,
    /// Schema 0.1.
    platform: Option<Platform>,
    /// Schema 0.1.
    model: Option<Model>,
    /// Schema 0.2.
    stack: Option<Vec<Component>>,
    load: Option<Load>,
}

#[derive(Deserialize)]
struct Host {
    accelerator: Vec<Accelerator>,
}

#[derive(Deserialize)]
struct Platform {
    engine: Vec<Engine>,
}

#[derive(Deserialize)]
struct Engine {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    version: Text,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    quantization: Text,
}

#[derive(Deserialize)]
struct Component {
    standardized: Standardized,
}

#[derive(Deserialize)]
struct Standardized {
    #[serde(default)]
    kind: Text,
    #[serde(default)]
    tool: Text,
    #[serde(default)]
    tool_version: Text,
    #[serde(default)]
    replicas: Number,
    model: Option<Model>,
    accelerator: Option<Accelerator>,
}

#[derive(Deserialize)]
struct Accelerator {
    #[serde(default)]
    model: Text,
    #[serde(default)]
    count: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Load {
    /// Schema 0.1: the tool, and its arguments under its own names.
    name: Text,
    args: Option<Flat>,
    /// Schema 0.2.
    standardized: Option<StandardizedLoad>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StandardizedLoad {
    tool: Text,
    rate_qps: Number,
    concurrency: Number,
    input_seq_len: Option<Length>,
    output_seq_len: Option<Length>,
}

#[derive(Deserialize)]
struct Length {
    #[serde(default)]
    distribution: Text,
    #[serde(default)]
    value: Number,
}

impl Length {
    /// The length, where all requests have one.
    fn fixed(&self) -> Option<u64> {
        self.value.whole().filter(|tokens| *tokens > 0 && self.distribution.get() == Some("fixed"))
    }
}

impl Scenario {
    /// What it says.
    pub fn facts(&self) -> Facts {
        let load = self.load.as_ref();
        let standardized = load.and_then(|load| load.standardized.as_ref());
        let generator = standardized.and_then(|load| load.tool.get()).or_else(|| load?.name.get());
        Facts {
            level: standardized.map(level_02).or_else(|| Some(level_01(load?.args.as_ref()?))).unwrap_or_default(),
            setup: if self.stack.is_some() { self.setup_02() } else { self.setup_01() },
            generator: generator.unwrap_or("inference-perf").to_owned(),
            doubts: Vec::new(),
        }
    }

    fn setup_01(&self) -> Setup {
        let model = self.model.as_ref();
        let engine = self.platform.as_ref().and_then(|platform| platform.engine.first());
        let accelerators = self.host.as_ref().map(|host| &host.accelerator[..]).unwrap_or_default();
        let count = accelerators.iter().map(|accelerator| accelerator.count.whole()).sum::<Option<u64>>();
        Setup::default()
            .with(Property::Model, model.and_then(|model| model.name.get()))
            .with(Property::Precision, model.and_then(|model| model.quantization.get()))
            .with(Property::Gpu, one(accelerators.iter().map(|accelerator| accelerator.model.get())))
            .with(Property::GpuCount, count.filter(|count| *count > 0).map(|count| count.to_string()))
            .with(Property::Engine, engine.and_then(|engine| engine.name.get()))
            .with(Property::EngineVersion, engine.and_then(|engine| engine.version.get()))
    }

    fn setup_02(&self) -> Setup {
        let components = self.stack.iter().flatten().map(|component| &component.standardized);
        let engines: Vec<&Standardized> =
            components.filter(|component| component.kind.get() == Some("inference_engine")).collect();
        let Some(first) = engines.first() else { return Setup::default() };
        let accelerators = engines.iter().map(|engine| engine.accelerator.as_ref());
        // The count is that of one replica.
        let count = engines
            .iter()
            .map(|engine| Some(engine.accelerator.as_ref()?.count.whole()? * engine.replicas.whole().unwrap_or(1)));
        Setup::default()
            .with(Property::Model, one(engines.iter().map(|engine| engine.model.as_ref()?.name.get())))
            .with(Property::Gpu, one(accelerators.map(|accelerator| accelerator?.model.get())))
            .with(Property::GpuCount, count.sum::<Option<u64>>().filter(|count| *count > 0).map(|n| n.to_string()))
            .with(Property::Engine, first.tool.get())
            .with(Property::EngineVersion, first.tool_version.get())
    }
}

/// A rate that is sent is what is held constant; a concurrency beside it only caps it.
fn level_02(load: &StandardizedLoad) -> LevelFacts {
    let rate = load.rate_qps.value().filter(|rate| *rate > 0.0).map(Held::RequestRate);
    LevelFacts {
        load: rate.or_else(|| load.concurrency.whole().filter(|n| *n > 0).map(Held::Concurrency)),
        context: load.input_seq_len.as_ref().and_then(Length::fixed),
        output_tokens: load.output_seq_len.as_ref().and_then(Length::fixed),
        run: None,
    }
}

/// The arguments of inference-perf's and vLLM's load generators.
fn level_01(arguments: &Flat) -> LevelFacts {
    let rate =
        arguments.first(&["qps_values", "request_rate", "request-rate"], Flat::number).filter(|rate| *rate > 0.0);
    let concurrency = arguments.first(&["max_concurrency", "max-concurrency"], Flat::whole).filter(|n| *n > 0);
    let load = rate.map(Held::RequestRate).or(concurrency.map(Held::Concurrency));
    LevelFacts { load, ..LevelFacts::default() }
}

/// The value that all have in common.
fn one<'s>(mut values: impl Iterator<Item = Option<&'s str>>) -> Option<&'s str> {
    let first = values.next()??;
    values.all(|value| value == Some(first)).then_some(first)
}
