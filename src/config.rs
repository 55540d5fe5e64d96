//! `gristmill.toml`: what the records do not say. Every key is optional; unknown keys are errors.

mod entries;
mod files;
mod gate;
mod house;
mod limits;
mod parse;
mod power_columns;
mod problems;
mod record_columns;
mod use_cases;

#[cfg(test)]
mod tests;

pub use files::FileRule;
pub use gate::{Gate, GateLimits, MAX_REGRESS, percent};
pub use house::{BrandFonts, Layout, Numbers, Page, SECTION_IDS};
pub use limits::Limits;
pub use parse::parse;
pub use power_columns::{PowerColumns, TimeUnit, number as column_number};
pub use problems::Problem;
pub use record_columns::RecordColumns;
pub use use_cases::built_in;

use crate::cell::Statistic;
use crate::error::{Error, Result};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A whole configuration file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Config {
    /// Title of the report; default: the model's name, else the folder's.
    pub title: Option<String>,
    /// Line below the title; default: from the hardware.
    pub subtitle: Option<String>,
    /// `YYYY-MM-DD`; default: the UTC day of the latest submission on an epoch clock.
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
    /// The model that was served.
    pub model: Model,
    /// What it was served on.
    pub hardware: Hardware,
    /// What served it.
    pub engine: Engine,
    /// How it was tested.
    pub test: Test,
    /// Price of power, and how to read power logs.
    pub power: Power,
    /// Price of the hardware.
    pub cost: Cost,
    /// The rule for capacity limits.
    pub capacity: CapacityRule,
    /// What `gristmill check --against` lets pass.
    pub gate: Gate,
    /// Workloads with thresholds; each replaces the built-in one of the same id or adds one.
    pub use_case: Vec<UseCaseConfig>,
    /// What the files of the run do not say themselves.
    pub file: Vec<FileRule>,
    /// Which columns of home-made logs of requests hold what; of several that speak of a file the first counts.
    #[schemars(with = "OneOrMany<RecordColumns>")]
    pub columns: Vec<RecordColumns>,
    /// Another run that the charts of this one show beside it.
    pub reference: Reference,
    /// Which sections the report has, and on what pages.
    pub report: Layout,
    /// How numbers are printed.
    pub numbers: Numbers,
    /// Whose report it is.
    pub brand: Brand,
    /// How much of a run is taken in.
    pub limits: Limits,
}

impl Config {
    /// What decides how a file is read; all else is as if nothing were configured.
    pub fn of_reading(&self) -> Self {
        let Power { timezone, columns, .. } = self.power.clone();
        let power = Power { timezone, columns, ..Power::default() };
        Self { power, file: self.file.clone(), columns: self.columns.clone(), ..Self::default() }
    }

    /// The time zone of power logs that name none, from the bundled database or a fixed offset such as `+02:00`.
    ///
    /// The machine's own database is never asked: the same input gives the same bytes everywhere.
    pub fn timezone(&self) -> Result<TimeZone> {
        let name = self.power.timezone.as_str();
        timezone(name).ok_or_else(|| {
            Error::new(format!("`power.timezone`: expected a time zone, found `{name}`"))
                .hint("write it as `UTC`, `Europe/Berlin` or `+02:00`")
        })
    }
}

/// A time zone of the bundled database, or a fixed offset.
pub(crate) fn timezone(name: &str) -> Option<TimeZone> {
    let offset = || match jiff::fmt::temporal::DateTimeParser::new().parse_time_zone(name) {
        Ok(zone) if name.starts_with(['+', '-']) => Some(zone),
        _ => None,
    };
    TimeZoneDatabase::bundled().get(name).ok().or_else(offset)
}

/// A list of tables, of which a single one may stand without brackets of a list, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "OneOrMany{T}")]
#[allow(dead_code)] // only its schema is used
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// `[model]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Model {
    /// As it is called: `Qwen3-Coder-Next`.
    pub name: Option<String>,
    /// Who made it.
    pub organization: Option<String>,
    /// Its size, as it is written: `80B`.
    pub parameters: Option<String>,
    /// For example `Mixture-of-Experts`.
    pub architecture: Option<String>,
    /// Of the weights: `FP8`.
    pub precision: Option<String>,
}

/// `[hardware]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Hardware {
    /// Name of one GPU.
    pub gpu: Option<String>,
    /// How many of them; at least 1.
    #[schemars(range(min = 1))]
    pub count: Option<u32>,
    /// Memory of all GPUs together, GB.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub vram_gb: Option<f64>,
    /// Driver version.
    pub driver: Option<String>,
    /// Memory of one GPU in MiB, as the driver prints it.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub memory_mb: Option<f64>,
    /// Most memory that was in use, MiB.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub peak_memory_mb: Option<f64>,
}

/// `[engine]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Engine {
    /// For example `SGLang`.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// `[test]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Test {
    /// Output tokens that each request of the sweep asked for.
    #[schemars(range(min = 1))]
    pub output_tokens: Option<u64>,
    /// Whether the engine could reuse prompts it had read before.
    pub prompt_caching: Option<bool>,
    /// `none`, or `MTP`, `EAGLE`, …
    pub speculative_decoding: Option<String>,
    /// For example `full precision`.
    pub kv_cache: Option<String>,
    /// Where the KV cache may grow to beside the GPUs' memory: `none`, `DRAM`, …
    pub kv_offload: Option<String>,
    /// Prompt suites: how the suite was run.
    pub mode: Option<String>,
    /// Prompt suites: where the server was.
    pub api_url: Option<String>,
    /// Prompt suites: when it was run.
    pub time: Option<String>,
    /// Printed with the test parameters.
    pub notes: Option<String>,
}

/// `[power]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Power {
    /// Price of one kWh.
    #[schemars(range(min = 0))]
    pub price_per_kwh: Option<f64>,
    /// Sign that stands before amounts.
    pub currency: String,
    /// Time zone of power logs that name none: `UTC`, `Europe/Berlin`, `+02:00`.
    pub timezone: String,
    /// Power usage effectiveness: what the site draws per watt of the GPUs; at least 1.
    #[schemars(range(min = 1))]
    pub pue: f64,
    /// Which columns of home-made power logs hold what; of several that speak of a file the first counts.
    #[schemars(with = "OneOrMany<PowerColumns>")]
    pub columns: Vec<PowerColumns>,
}

impl Default for Power {
    fn default() -> Self {
        Self { price_per_kwh: None, currency: "$".into(), timezone: "UTC".into(), pue: 1.0, columns: Vec::new() }
    }
}

/// `[cost]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Cost {
    /// Price of one GPU for an hour.
    #[schemars(range(min = 0))]
    pub gpu_hour: Option<f64>,
}

/// Which level is called the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Where the line between the last passing and the first failing level crosses the threshold.
    #[default]
    Crossing,
    /// The largest level that stays within every threshold.
    Within,
}

/// `[capacity]`
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct CapacityRule {
    /// Which level is called the limit.
    pub rule: Rule,
    /// Which statistic of a cell is held against a threshold.
    pub statistic: Statistic,
    /// How far past its threshold a tested level may lie and still be called on it, as a share of the threshold.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub near: f64,
    /// Share of failed requests above which a level fails.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1))]
    pub max_failure_rate: f64,
}

impl Default for CapacityRule {
    fn default() -> Self {
        Self { rule: Rule::Crossing, statistic: Statistic::Mean, near: 0.07, max_failure_rate: 0.01 }
    }
}

/// `[[use_case]]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["id"]))]
pub struct UseCaseConfig {
    /// Stable id; the `scenario` of its own records.
    pub id: String,
    /// As the report calls it; default: the built-in name, else the id.
    pub name: Option<String>,
    /// Input tokens: `"32K"`, `"1M"`, `"1000"`; required unless built in.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub context: Option<String>,
    /// Output tokens of a request.
    #[schemars(range(min = 1))]
    pub output_tokens: Option<u64>,
    /// TTFT must not exceed it, seconds.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub max_ttft_s: Option<f64>,
    /// Generation speed must not fall below it, tok/s per user.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub min_speed: Option<f64>,
    /// E2E must not exceed it, seconds.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub max_e2e_s: Option<f64>,
    /// What the workload is.
    pub description: Option<String>,
}

/// `[reference]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Reference {
    /// The other run, relative to the configuration file; drawn thin and grey.
    pub run: Option<String>,
    /// As the charts call it: `without MTP`.
    pub name: Option<String>,
    /// Where its report lives.
    pub report_url: Option<String>,
}

/// `[brand]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Brand {
    /// Stands on the cover and in every footer.
    pub name: Option<String>,
    /// SVG or PNG file, relative to the configuration file.
    pub logo: Option<String>,
    /// Colour of headings and charts, `#rrggbb`; shades with enough contrast are made from it.
    #[schemars(regex(pattern = "^#[0-9A-Fa-f]{6}$"))]
    pub accent: Option<String>,
    /// Address of the brand.
    pub website: Option<String>,
    /// Where an interactive copy of the report lives.
    pub report_url: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Stands in every footer; default: the brand's name.
    pub footer: Option<String>,
    /// Small print: stands below what made the report, on the cover of the PDF and at the end of the other formats.
    pub legal: Option<String>,
    /// Typefaces in the place of the bundled ones.
    pub fonts: BrandFonts,
}
