//! One test of `llama-bench`: a prompt that is read, or tokens that are written, behind a number of tokens in the cache.

use crate::cell::aggregate::Printed;
use crate::ingest::loose::Number;
use crate::ingest::part::{Property, Setup};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What one line of the output says. Columns come and go with the build: all but the figures are kept by name.
#[derive(Debug, Clone, Deserialize)]
pub struct Test {
    n_prompt: Number,
    n_gen: Number,
    /// Builds before [`FIRST_BUILD`] may have none.
    n_depth: Option<Number>,
    avg_ts: Number,
    #[serde(default)]
    stddev_ts: Number,
    /// One value per repetition; JSON only.
    #[serde(default)]
    samples_ts: Vec<Number>,
    #[serde(flatten)]
    settings: BTreeMap<String, Value>,
}

/// What a test times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reading a prompt (`pp512`).
    Prefill,
    /// Writing tokens (`tg128`).
    Generation,
    /// Both in one time (`pp512+tg128`), which is the speed of neither.
    Both,
}

/// The oldest build that is known: its files have every column.
const FIRST_BUILD: u64 = 6000;

/// Settings that make another deployment of it. `build_commit` and the processor are not among them: they tell files apart.
const SETTINGS: [&str; 15] = [
    "backends",
    "devices",
    "flash_attn",
    "main_gpu",
    "n_batch",
    "n_cpu_moe",
    "n_gpu_layers",
    "n_threads",
    "n_ubatch",
    "no_kv_offload",
    "split_mode",
    "tensor_split",
    "type_k",
    "type_v",
    "use_mmap",
];

impl Test {
    /// What it times.
    pub fn kind(&self) -> Kind {
        let positive = |number: Number| number.value().is_some_and(|value| value > 0.0);
        match (positive(self.n_prompt), positive(self.n_gen)) {
            (true, true) => Kind::Both,
            (_, true) => Kind::Generation,
            _ => Kind::Prefill,
        }
    }

    /// A column that a known build writes and that is not there, although figures would be put together wrongly without it:
    /// those of another depth, or of another model.
    pub fn lacks(&self) -> Option<&'static str> {
        let build = self.setting("build_number")?.parse::<u64>().ok()?;
        let lacks_model = !self.settings.contains_key("model_filename");
        let first = self.n_depth.is_none().then_some("n_depth").or(lacks_model.then_some("model_filename"));
        first.filter(|_| build >= FIRST_BUILD)
    }

    /// Tokens in the cache when it starts.
    pub fn depth(&self) -> u64 {
        self.n_depth.and_then(|depth| depth.whole()).unwrap_or(0)
    }

    /// Tokens of the prompt that it reads.
    pub fn prompt(&self) -> u64 {
        self.n_prompt.whole().unwrap_or(0)
    }

    /// Its speed in tokens per second over its repetitions; of how many, only JSON says. One repetition deviates by 0, which
    /// is no deviation.
    pub fn speed(&self) -> Printed {
        let n = self.samples_ts.len() as u64;
        let sd = self.stddev_ts.value().filter(|sd| n > 1 || (n == 0 && *sd > 0.0));
        Printed { n, mean: self.avg_ts.value().filter(|speed| *speed > 0.0), sd, ..Printed::default() }
    }

    /// A setting as it is written.
    fn setting(&self, name: &str) -> Option<String> {
        match self.settings.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            value => Some(value.to_string()),
        }
    }

    /// When it was run, in UTC.
    pub fn time(&self) -> Option<String> {
        self.setting("test_time")
    }

    /// The first setting in which another test of the same model differs, with both values; none where they are alike.
    pub fn differs(&self, other: &Self) -> Option<(&'static str, String, String)> {
        if self.setting("model_filename") != other.setting("model_filename") {
            return None;
        }
        let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
        let mut names = SETTINGS.into_iter();
        let name = names.find(|name| self.setting(name) != other.setting(name))?;
        Some((name, shown(self.setting(name)), shown(other.setting(name))))
    }

    /// What it says of model, GPU and engine.
    pub fn setup(&self) -> Setup {
        let model = self.setting("model_filename");
        let kind = self.setting("model_type").unwrap_or_default();
        let (parameters, precision) = parameters_and_precision(&kind);
        let gpus = self.setting("gpu_info").unwrap_or_default();
        let (gpu, count) = alike(&gpus);
        let cache = match (self.setting("type_k"), self.setting("type_v")) {
            (Some(keys), Some(values)) if keys != values => Some(format!("{keys} keys, {values} values")),
            (keys, _) => keys,
        };
        Setup::default()
            .with(Property::Model, model.as_deref().map(|model| model.strip_suffix(".gguf").unwrap_or(model)))
            .with(Property::Parameters, parameters)
            .with(Property::Precision, precision)
            .with(Property::Gpu, gpu)
            .with(Property::GpuCount, count.map(|count| count.to_string()))
            .with(Property::Engine, Some("llama.cpp"))
            .with(Property::EngineVersion, self.setting("build_number").map(|build| format!("b{build}")))
            .with(Property::KvCache, cache)
    }
}

/// Splits `qwen3moe 30B.A3B Q4_K - Medium` into its size and its quantization.
fn parameters_and_precision(kind: &str) -> (Option<&str>, Option<&str>) {
    const PRECISIONS: [&str; 7] = ["Q", "IQ", "TQ", "F", "BF", "MXFP", "all F"];
    let is_precision = |text: &str| {
        PRECISIONS
            .iter()
            .any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
    };
    let mut starts = kind.match_indices(' ').map(|(at, _)| at + 1);
    let Some(at) = starts.find(|at| is_precision(&kind[*at..])) else { return (None, None) };
    let size = kind[..at].trim_end().rsplit(' ').next();
    (size.filter(|size| size.starts_with(|c: char| c.is_ascii_digit())), Some(&kind[at..]))
}

/// The GPUs of `A, A`: their name and how many, where all have one name; else the list as it is.
fn alike(gpus: &str) -> (Option<&str>, Option<usize>) {
    let names: Vec<&str> = gpus.split(", ").filter(|name| !name.is_empty()).collect();
    match names[..] {
        [] => (None, None),
        [first, ..] if names.iter().all(|name| *name == first) => (Some(first), Some(names.len())),
        _ => (Some(gpus), Some(names.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(more: &str) -> Test {
        let text =
            format!(r#"{{"n_prompt": 512, "n_gen": "0", "avg_ts": 1472.0, "stddev_ts": 0, "n_batch": 2048 {more}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_setup_is_read_from_what_people_know_it_by() {
        let setup = test(
            r#", "model_filename": "/m/Qwen3-Coder-30B.gguf", "model_type": "qwen3moe 30B.A3B Q4_K - Medium", "build_number": 9010,
            "gpu_info": "RTX 4090, RTX 4090", "type_k": "f16", "type_v": "q8_0""#,
        )
        .setup();
        let said: Vec<_> = setup.iter().map(|(property, value)| format!("{}={value}", property.key())).collect();
        assert_eq!(
            said,
            [
                "model.name=Qwen3-Coder-30B",
                "model.parameters=30B.A3B",
                "model.precision=Q4_K - Medium",
                "hardware.gpu=RTX 4090",
                "hardware.count=2",
                "engine.name=llama.cpp",
                "engine.version=b9010",
                "test.kv_cache=f16 keys, q8_0 values"
            ]
        );
        assert_eq!(parameters_and_precision("gpt-oss 20B F16"), (Some("20B"), Some("F16")));
        assert_eq!(parameters_and_precision("llama"), (None, None));
        assert_eq!(alike("RTX 4090, RTX 3090"), (Some("RTX 4090, RTX 3090"), Some(2)));
    }

    #[test]
    fn one_repetition_has_no_deviation() {
        assert_eq!((test("").speed().n, test("").speed().sd), (0, None));
        let repeated: Test =
            serde_json::from_str(r#"{"n_prompt": 0, "n_gen": 8, "avg_ts": 2, "stddev_ts": 0, "samples_ts": [2, 2]}"#)
                .unwrap();
        assert_eq!((repeated.kind(), repeated.speed().n, repeated.speed().sd), (Kind::Generation, 2, Some(0.0)));
    }

    #[test]
    fn another_setting_is_another_deployment() {
        let differs = test(r#", "flash_attn": true"#).differs(&test(r#", "flash_attn": false"#));
        assert_eq!(differs, Some(("flash_attn", "true".to_owned(), "false".to_owned())));
        assert_eq!(test(r#", "build_commit": "a""#).differs(&test(r#", "build_commit": "b""#)), None);
    }
}
