//! What was served, on what, and how it was tested, property by property.

use super::Deployment;
use crate::analysis::Analysis;
use crate::cell::Statistic;
use crate::config::{Config, Rule};
use crate::format;
use crate::metric::{METRICS, MetricId};
use serde::Serialize;

/// What a property belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// The model.
    Model,
    /// What it runs on.
    Hardware,
    /// What serves it.
    Engine,
    /// How it was tested: where this differs, figures are unlike for that reason alone.
    Test,
    /// What power and hardware cost: where this differs, costs are unlike for that reason alone.
    Price,
    /// What was tested and when: where this differs, figures of the same cell are alike all the same.
    Scope,
}

/// Whether a property is the same throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Every deployment has the same value.
    Same,
    /// Two deployments have different values.
    Differ,
    /// Those whose value is known agree; of others it is not known.
    Unknown,
}

/// A property of the deployments or of their tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What it belongs to.
    pub area: Area,
    /// Stable key, as in `compare.json`.
    pub key: &'static str,
    /// As a reader is told.
    pub title: &'static str,
    /// Its value for each deployment, printed; none where it is not known.
    pub values: Vec<Option<String>>,
    /// Whether it is the same throughout.
    pub agreement: Agreement,
}

/// A property and how it is read off a deployment.
struct Property {
    area: Area,
    key: &'static str,
    title: &'static str,
    value: fn(&Deployment) -> Option<String>,
}

/// Every property, in the order of the table.
static PROPERTIES: &[Property] = &[
    Property { area: Area::Model, key: "model", title: "Model", value: |d| d.config.model.name.clone() },
    Property {
        area: Area::Model,
        key: "parameters",
        title: "Parameters",
        value: |d| d.config.model.parameters.clone(),
    },
    Property {
        area: Area::Model,
        key: "architecture",
        title: "Architecture",
        value: |d| d.config.model.architecture.clone(),
    },
    Property { area: Area::Model, key: "precision", title: "Precision", value: |d| d.config.model.precision.clone() },
    Property { area: Area::Hardware, key: "gpu", title: "GPU", value: |d| d.config.hardware.gpu.clone() },
    Property {
        area: Area::Hardware,
        key: "gpus",
        title: "Number of GPUs",
        value: |d| d.config.hardware.count.map(|count| format::thousands(f64::from(count))),
    },
    Property {
        area: Area::Hardware,
        key: "vram_gb",
        title: "GPU memory in all",
        value: |d| d.config.hardware.vram_gb.map(|gb| format!("{} GB", format::shortest(gb))),
    },
    Property { area: Area::Hardware, key: "driver", title: "Driver", value: |d| d.config.hardware.driver.clone() },
    Property { area: Area::Engine, key: "engine", title: "Engine", value: |d| d.config.engine.name.clone() },
    Property {
        area: Area::Engine,
        key: "engine_version",
        title: "Version",
        value: |d| d.config.engine.version.clone(),
    },
    Property { area: Area::Test, key: "load", title: "Load", value: |d| load(d.analysis) },
    Property {
        area: Area::Test,
        key: "output_tokens",
        title: "Output tokens",
        value: |d| d.analysis.sweep.output_tokens.map(|tokens| format::thousands(tokens as f64)),
    },
    Property { area: Area::Test, key: "output_came", title: "Output tokens that came", value: |d| came(d.analysis) },
    Property {
        area: Area::Test,
        key: "prompt_caching",
        title: "Prompt caching",
        value: |d| d.config.test.prompt_caching.map(|on| if on { "on" } else { "off" }.to_owned()),
    },
    Property {
        area: Area::Test,
        key: "speculative_decoding",
        title: "Speculative decoding",
        value: |d| speculation(d.config),
    },
    Property { area: Area::Test, key: "kv_cache", title: "KV cache", value: |d| d.config.test.kv_cache.clone() },
    Property { area: Area::Test, key: "kv_offload", title: "KV offload", value: |d| d.config.test.kv_offload.clone() },
    Property { area: Area::Test, key: "averages", title: "Averages", value: |d| averages(d.analysis) },
    Property {
        area: Area::Test,
        key: "speed_basis",
        title: "Basis of generation speed",
        value: |d| speed_basis(d.analysis),
    },
    Property { area: Area::Test, key: "limit_rule", title: "Rule for limits", value: |d| limit_rule(d) },
    Property {
        area: Area::Price,
        key: "gpu_hour",
        title: "Price of a GPU hour",
        value: |d| d.config.cost.gpu_hour.map(|price| format::price(price, &d.config.power.currency)),
    },
    Property {
        area: Area::Price,
        key: "price_per_kwh",
        title: "Price of a kWh",
        value: |d| d.config.power.price_per_kwh.map(|price| format::price(price, &d.config.power.currency)),
    },
    Property {
        area: Area::Price,
        key: "pue",
        title: "Power usage effectiveness",
        value: |d| d.config.power.price_per_kwh.map(|_| format::shortest(d.config.power.pue)),
    },
    Property { area: Area::Scope, key: "contexts", title: "Contexts", value: |d| contexts(d.analysis) },
    Property { area: Area::Scope, key: "loads", title: "Load levels", value: |d| levels(d.analysis) },
    Property { area: Area::Scope, key: "date", title: "Date", value: |d| d.date.map(format::date) },
];

/// Properties that are listed even where nobody says them: what is not known of a test is left open, not the same.
const LEFT_OPEN: [&str; 4] = ["output_tokens", "prompt_caching", "speculative_decoding", "kv_cache"];

/// Every property that is known of some deployment or left open by all, printed in the terms that hold now.
pub fn conditions(deployments: &[Deployment]) -> Vec<Condition> {
    let condition = |property: &Property| {
        let said = |deployment| (property.value)(deployment).map(|value| value.trim().to_owned());
        let values: Vec<_> = deployments.iter().map(|one| said(one).filter(|value| !value.is_empty())).collect();
        let open = LEFT_OPEN.contains(&property.key).then_some(Agreement::Unknown);
        let agreement = agreement(&values).or(open)?;
        Some(Condition { area: property.area, key: property.key, title: property.title, values, agreement })
    };
    PROPERTIES.iter().filter_map(condition).collect()
}

/// None where no value is known. Names that differ in their letters' case alone are the same.
fn agreement(values: &[Option<String>]) -> Option<Agreement> {
    let mut known = values.iter().flatten().map(|value| value.to_lowercase());
    let first = known.next()?;
    Some(match (known.all(|value| value == first), values.iter().all(Option::is_some)) {
        (false, _) => Agreement::Differ,
        (true, true) => Agreement::Same,
        (true, false) => Agreement::Unknown,
    })
}

/// Mean output tokens over the successes of the sweep: the number that was asked for where it is that to 2 %, else two digits
/// of it, which is as much as two tests can be expected to share.
fn came(analysis: &Analysis) -> Option<String> {
    let cells = analysis.sweep_cells().map(|figures| &figures.cell);
    let known = cells.filter_map(|cell| cell.mean_output_tokens.zip(cell.successes()));
    let (tokens, requests) =
        known.fold((0.0, 0.0), |(tokens, all), (mean, n)| (tokens + mean * n as f64, all + n as f64));
    let mean = Some(tokens / requests).filter(|mean| mean.is_finite() && *mean > 0.0)?;
    let asked =
        analysis.sweep.output_tokens.map(|asked| asked as f64).filter(|asked| (mean / asked - 1.0).abs() <= 0.02);
    let unit = libm::pow(10.0, (libm::log10(mean).floor() - 1.0).max(0.0));
    Some(format::thousands(asked.unwrap_or((mean / unit).round() * unit)))
}

/// What the load generator held constant in the sweep.
fn load(analysis: &Analysis) -> Option<String> {
    let first = analysis.sweep.loads.first()?;
    let kind = match (first.is_concurrency(), analysis.swept_request_rates()) {
        (true, None) => "requests in flight",
        (true, Some(_)) => "requests in flight, and request rates",
        (false, _) => "request rates",
    };
    Some(kind.to_owned())
}

/// `none` in any case is `off`.
fn speculation(config: &Config) -> Option<String> {
    let name = config.test.speculative_decoding.as_deref()?.trim();
    Some(if name.eq_ignore_ascii_case("none") { "off".to_owned() } else { name.to_owned() })
}

/// Means, or the metrics of which the source has medians alone.
fn averages(analysis: &Analysis) -> Option<String> {
    let measured = |id: MetricId| analysis.cells.iter().any(|figures| figures.cell.metric(id).is_measured());
    let all = METRICS.iter().filter(|metric| measured(metric.id));
    let medians: Vec<String> = all
        .clone()
        .filter(|metric| analysis.central[metric.id as usize] == Statistic::P50)
        .map(|metric| metric.title.to_owned())
        .collect();
    match (all.count(), medians.len()) {
        (0, _) => None,
        (_, 0) => Some("means".to_owned()),
        (all, some) if all == some => Some("medians".to_owned()),
        _ => Some(format!("means; medians of {}", format::list(&medians))),
    }
}

fn speed_basis(analysis: &Analysis) -> Option<String> {
    let measured = |id: MetricId| analysis.cells.iter().any(|figures| figures.cell.metric(id).is_measured());
    measured(MetricId::GenerationSpeed).then(|| analysis.speed_basis.unwrap_or("of each request").to_owned())
}

/// What limits are judged by: the statistic, the rule, and its tolerances where they are not the usual ones.
fn limit_rule(deployment: &Deployment) -> Option<String> {
    let statistic = deployment.analysis.capacity.first()?.statistic;
    let rule = &deployment.config.capacity;
    let kind = match rule.rule {
        Rule::Crossing => "threshold reached",
        Rule::Within => "within the thresholds",
    };
    let name = statistic.name(crate::metric::Better::Lower);
    let usual = crate::config::CapacityRule::default();
    let mut parts = vec![format!("{name}, {kind}")];
    if rule.near != usual.near {
        parts.push(format!("near {}", format::shortest(rule.near)));
    }
    if rule.max_failure_rate != usual.max_failure_rate {
        parts.push(format!("failures up to {}", format::shortest(rule.max_failure_rate)));
    }
    Some(parts.join(", "))
}

fn contexts(analysis: &Analysis) -> Option<String> {
    let labels: Vec<_> = analysis.sweep.contexts.iter().map(|context| context.label.clone()).collect();
    (!labels.is_empty()).then(|| shortened(&labels))
}

fn levels(analysis: &Analysis) -> Option<String> {
    let unit = if analysis.sweep.loads.first()?.is_concurrency() { "" } else { " requests/s" };
    let labels: Vec<_> = analysis.sweep.loads.iter().map(|load| format::level(*load)).collect();
    Some(format!("{}{unit}", shortened(&labels)))
}

/// Many levels as a range.
fn shortened(labels: &[String]) -> String {
    const MOST_LISTED: usize = 12;
    match labels {
        [first, .., last] if labels.len() > MOST_LISTED => format!("{first} to {last} ({} levels)", labels.len()),
        _ => labels.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_value_is_no_difference_and_no_agreement() {
        let of = |values: &[Option<&str>]| agreement(&values.iter().map(|v| v.map(str::to_owned)).collect::<Vec<_>>());
        assert_eq!(of(&[None, None]), None);
        assert_eq!(of(&[Some("FP8"), Some("fp8")]), Some(Agreement::Same));
        assert_eq!(of(&[Some("FP8"), None]), Some(Agreement::Unknown));
        assert_eq!(of(&[Some("FP8"), None, Some("FP4")]), Some(Agreement::Differ));
    }

    #[test]
    fn what_no_test_says_is_left_open_and_not_the_same() {
        let config = Config::default();
        let analysis = crate::analysis::analyze(Vec::new(), Vec::new(), &config).expect("no cells").value;
        let silent = Deployment { analysis: &analysis, config: &config, date: None };
        let found = conditions(&[silent, silent]);
        let keys: Vec<_> = found.iter().map(|one| (one.key, one.agreement)).collect();
        assert_eq!(keys, LEFT_OPEN.map(|key| (key, Agreement::Unknown)));
    }
}
