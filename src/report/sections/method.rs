//! How the report was made, what was assumed, and how it should not be read.

use super::{Composition, Draft, LeftOut};
use crate::analysis::{CellFigures, PrefillSource, suite};
use crate::cell::Statistic;
use crate::cell::suite::Case;
use crate::config::{Config, Rule};
use crate::format;
use crate::ingest::cells::CELLS;
use crate::ingest::{HashKind, Source, together};
use crate::metric::{METRICS, Metric, MetricId};
use crate::record::PREVIEW;
use crate::report::cover::{engine, hardware, vram};
use crate::report::figure::{left, number, right};
use crate::report::templates::clean;
use crate::report::{Cell, Table};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View {
    version: &'static str,
    suite: Option<Suite>,
    definitions: Vec<Definition>,
    medians: Option<String>,
    /// Whether no request was sent.
    engine_alone: bool,
    throughput: bool,
    scaling: bool,
    power: bool,
    pue: bool,
    energy: bool,
    cost: bool,
    capacity: bool,
    rates: bool,
    intervals: bool,
    own_rule: bool,
    near: String,
    max_failure_rate: String,
    statistic: &'static str,
    repeats: bool,
    prefill_from_ttft: bool,
    success: bool,
    sources: bool,
    only_sha: bool,
    ignored: Option<String>,
    one_ignored: bool,
    parameters: bool,
    configuration: bool,
    skipped: Option<String>,
    skipped_reasons: bool,
    unknown_columns: Vec<Unknown>,
    left_out: Vec<String>,
    set_aside: Vec<SetAside>,
    from_names: bool,
    /// Files that give cells instead of requests.
    cells: Option<String>,
    warnings: Vec<String>,
    more_warnings: Option<String>,
    small: bool,
    all_small: bool,
}

/// What the definitions of a prompt suite depend on.
#[derive(Serialize)]
struct Suite {
    repeats: bool,
    ttft: bool,
    estimated: bool,
    far: bool,
    enough: bool,
    factor: String,
    deviations: String,
    most: String,
}

#[derive(Serialize)]
struct Definition {
    title: &'static str,
    definition: String,
}

/// Files that were recognised and not used, for one reason.
#[derive(Serialize)]
struct SetAside {
    files: String,
    format: String,
    reason: String,
}

#[derive(Serialize)]
struct Unknown {
    file: String,
    columns: String,
    one: bool,
}

/// Cells of fewer requests than this are said to be small.
const SMALL: u64 = 30;

/// More warnings than this are counted, not listed.
const MOST_WARNINGS: usize = 100;

pub(in crate::report) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let (analysis, ingested, config) = (input.analysis, input.ingested, input.config);
    let findings = &analysis.findings;
    let measured = |metric: &&Metric| analysis.cells.iter().any(|cell| cell.cell.metric(metric.id).is_measured());
    // Read from TTFT, prefill speed has a definition of its own; without, that definition says nothing here.
    let wanted = |metric: &&Metric| match metric.id {
        MetricId::PrefillSpeedFromTtft => analysis.prefill_source == Some(PrefillSource::Ttft),
        MetricId::PrefillSpeed => analysis.prefill_source == Some(PrefillSource::Engine),
        _ => true,
    };
    let medians: Vec<_> = METRICS
        .iter()
        .filter(|metric| analysis.central[metric.id as usize] == Statistic::P50)
        .filter(measured)
        .map(|metric| metric.title.to_owned())
        .collect();
    let unused = |source: &&Source| source.format.is_none() && source.set_aside.is_none();
    let ignored: Vec<_> = ingested.sources.iter().filter(unused).map(|source| source.name.clone()).collect();
    let gives_cells = |source: &&Source| source.format.as_deref() == Some(CELLS) && source.set_aside.is_none();
    let of_cells: Vec<_> = ingested.sources.iter().filter(gives_cells).map(|source| source.name.clone()).collect();
    let skipped: u64 = ingested.skipped.iter().map(|(_, n)| n).sum();
    let successes: Vec<_> = analysis.cells.iter().filter_map(|cell| cell.cell.successes()).filter(|n| *n > 0).collect();
    // Files that were set aside stand under what was left out, with the same words.
    let told_above = together::set_aside(&ingested.sources);
    let warnings: Vec<_> = input.warnings.iter().filter(|warning| !told_above.contains(warning)).collect();
    let mut parameters = parameters(config);
    parameters.rows.extend(
        input
            .reference
            .as_ref()
            .map(|reference| vec![Cell::text("Reference"), Cell { content: reference.linked(), ..Cell::default() }]),
    );
    let configuration = configuration(config);
    let sources = sources(input);
    let hashes = hashes(input);
    let statistic = analysis.capacity.first().map_or(config.capacity.statistic, |capacity| capacity.statistic);
    let view = View {
        version: env!("CARGO_PKG_VERSION"),
        suite: analysis.suite.as_ref().map(suite),
        definitions: METRICS
            .iter()
            .filter(measured)
            .filter(wanted)
            .map(|metric| Definition {
                title: metric.title,
                definition: definition(metric, &analysis.cells, analysis.speed_basis),
            })
            .collect(),
        medians: (!medians.is_empty()).then(|| format::list(&medians)),
        engine_alone: super::is_of_engine_alone(input),
        throughput: analysis.cells.iter().any(|cell| cell.cell.throughput_tok_s.is_some()),
        scaling: super::technical_analysis::scales(input),
        power: analysis.cells.iter().any(|cell| cell.power_w.is_some()),
        pue: config.power.price_per_kwh.is_some(),
        energy: analysis.cells.iter().any(|cell| cell.energy_per_token_j.is_some()),
        cost: analysis.cells.iter().any(|cell| cell.cost_per_million_tokens.is_some()),
        capacity: !analysis.capacity.is_empty(),
        rates: analysis.capacity.iter().any(|capacity| !crate::report::cover::is_concurrency(capacity)),
        intervals: analysis.capacity.iter().any(|capacity| capacity.crossing_interval.is_some()),
        own_rule: config.capacity.rule == Rule::Within,
        near: percent(config.capacity.near),
        max_failure_rate: percent(config.capacity.max_failure_rate),
        statistic: statistic.name(crate::metric::Better::Lower),
        repeats: analysis.cells.iter().any(|cell| cell.cell.runs > 1),
        prefill_from_ttft: analysis.prefill_source == Some(PrefillSource::Ttft),
        success: findings.success.requests > 0,
        only_sha: ingested.sources.iter().all(|source| source.hash_kind == HashKind::Sha256),
        sources: !sources.rows.is_empty(),
        one_ignored: ignored.len() == 1,
        ignored: (!ignored.is_empty()).then(|| format::list(&ignored)),
        parameters: !parameters.rows.is_empty(),
        configuration: !configuration.rows.is_empty(),
        skipped: (skipped > 0).then(|| format::counted(skipped, "bad record was", "bad records were")),
        skipped_reasons: skipped > 0,
        unknown_columns: ingested
            .unknown_columns
            .iter()
            .map(|(file, columns)| Unknown {
                file: file.clone(),
                columns: format::list(columns),
                one: columns.len() == 1,
            })
            .collect(),
        left_out: left_out.lines(),
        set_aside: set_aside(input),
        cells: (!of_cells.is_empty()).then(|| format::list(&of_cells)),
        from_names: ingested.sources.iter().any(|source| source.from_name.is_some()),
        warnings: warnings.iter().take(MOST_WARNINGS).map(ToString::to_string).collect(),
        more_warnings: (warnings.len() > MOST_WARNINGS)
            .then(|| format::counted((warnings.len() - MOST_WARNINGS) as u64, "more warning", "more warnings")),
        small: successes.iter().any(|n| *n < SMALL),
        all_small: !successes.is_empty() && successes.iter().all(|n| *n < SMALL),
    };
    let mut draft = Draft::new(&view).table(parameters).table(configuration).table(sources).table(skipped_table(input));
    draft.inserts.codes.insert("hashes".to_owned(), hashes);
    Some(draft)
}

fn suite(suite: &suite::Suite) -> Suite {
    let known = |value: fn(&Case) -> Option<f64>| suite.cases.iter().any(|figures| value(&figures.case).is_some());
    Suite {
        repeats: suite.repeats(),
        ttft: known(|case| case.ttft_s),
        estimated: known(|case| case.ttft_estimate_s),
        far: suite.far().next().is_some(),
        enough: suite.speeds.as_ref().is_some_and(|speeds| speeds.n >= suite::FEWEST),
        factor: format::shortest(suite::FAR_FACTOR),
        deviations: format::shortest(suite::FAR_DEVIATIONS),
        most: format::thousands(PREVIEW as f64),
    }
}

/// A share as it was configured: `7%`, `0.5%`.
pub(super) fn percent(share: f64) -> String {
    format!("{}%", format::shortest((share * 1e8).round() / 1e6))
}

pub(in crate::report) fn pairs(id: &str, caption: &str, heads: [&str; 2], rows: Vec<(String, String)>) -> Table {
    Table {
        id: id.to_owned(),
        caption: caption.to_owned(),
        columns: heads.map(left).into(),
        rows: rows.into_iter().map(|(key, value)| vec![Cell::text(clean(&key)), Cell::text(clean(&value))]).collect(),
        row_headings: true,
    }
}

/// What was said of the test, in the words of the configuration.
fn parameters(config: &Config) -> Table {
    let (model, hardware_config, test) = (&config.model, &config.hardware, &config.test);
    let on_off = |on: bool| if on { "on" } else { "off" }.to_owned();
    let mebibytes = |mib: Option<f64>| mib.map(|mib| format!("{} MiB", format::thousands(mib)));
    let speculation = test
        .speculative_decoding
        .as_deref()
        .map(|name| if name.trim().eq_ignore_ascii_case("none") { "off".to_owned() } else { name.to_owned() });
    let rows = [
        ("Model", model.name.clone()),
        ("Organization", model.organization.clone()),
        ("Parameters", model.parameters.clone()),
        ("Architecture", model.architecture.clone()),
        ("Precision", model.precision.clone()),
        ("GPU", hardware(config)),
        ("VRAM", vram(config)),
        ("Driver", hardware_config.driver.clone()),
        ("Memory per GPU", mebibytes(hardware_config.memory_mb)),
        ("Most memory in use", mebibytes(hardware_config.peak_memory_mb)),
        ("Engine", engine(config)),
        ("Output tokens", test.output_tokens.map(|n| format::thousands(n as f64))),
        ("Prompt caching", test.prompt_caching.map(on_off)),
        ("Speculative decoding", speculation),
        ("KV cache", test.kv_cache.clone()),
        ("KV offload", test.kv_offload.clone()),
        ("Mode", test.mode.clone()),
        ("API URL", test.api_url.clone()),
        ("Time", test.time.clone()),
        ("Notes", test.notes.clone()),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value.filter(|value| !clean(value).is_empty())?)))
        .collect();
    pairs("test-parameters", "Test parameters", ["Parameter", "Value"], rows)
}

/// Every key that differs from its default, as it was read, without what the test parameters show already.
fn configuration(config: &Config) -> Table {
    let mut rows = Vec::new();
    let value = |config: &Config| serde_json::to_value(config).unwrap_or_default();
    let (set, default) = (value(config), value(&Config::default()));
    let sections = [
        "title",
        "subtitle",
        "date",
        "power",
        "cost",
        "capacity",
        "use_case",
        "reference",
        "brand",
        "report",
        "numbers",
    ];
    for name in sections {
        differences(name, &set[name], &default[name], &mut rows);
    }
    pairs("configuration", "Configuration that was set", ["Key", "Value"], rows)
}

fn differences(path: &str, set: &Value, default: &Value, rows: &mut Vec<(String, String)>) {
    match set {
        _ if set == default => {}
        Value::Object(map) => {
            for (key, value) in map {
                differences(&format!("{path}.{key}"), value, default.get(key).unwrap_or(&Value::Null), rows);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let name = item.get("id").and_then(Value::as_str).map_or_else(|| (at + 1).to_string(), str::to_owned);
                differences(&format!("{path}[{name}]"), item, &Value::Null, rows);
            }
        }
        Value::Null => {}
        Value::Number(number) if number.is_f64() => {
            // As it stands in the file, not as a house prints numbers.
            let written = || number.as_f64().map_or_else(String::new, format::shortest);
            rows.push((path.to_owned(), format::in_terms(format::Terms::default(), written)));
        }
        Value::String(text) => rows.push((path.to_owned(), text.clone())),
        other => rows.push((path.to_owned(), other.to_string())),
    }
}

/// A metric's definition in this run; a speed that a tool's time per token gave has another than the table's.
fn definition(metric: &Metric, cells: &[CellFigures], speed_basis: Option<&'static str>) -> String {
    match (metric.id, speed_basis) {
        (MetricId::GenerationSpeed, None) if cells.iter().any(|cell| super::without_requests(&cell.cell)) => {
            "output tokens / the time of writing them, in a test that the engine ran by itself, without requests"
                .to_owned()
        }
        (MetricId::GenerationSpeed, Some("from the engine's totals")) => {
            "output tokens / time spent on decoding, both over all requests between two pages of engine metrics"
                .to_owned()
        }
        (MetricId::GenerationSpeed, Some(basis)) if super::follows_from_means(cells) => {
            format!("1 / TPOT ({basis}), where single requests are not known")
        }
        (MetricId::Tpot, Some(_)) if super::follows_from_means(cells) => {
            "(mean E2E − mean TTFT) / (mean output tokens − 1), where the tool prints no TPOT: requests weigh by their tokens"
                .to_owned()
        }
        (MetricId::GenerationSpeed, Some(basis)) => {
            format!("1 / TPOT as the tool printed it ({basis}), where single requests are not known")
        }
        _ => metric.definition.to_owned(),
    }
}

/// Files that were recognised and set aside, those of one format and reason together.
fn set_aside(input: &Composition) -> Vec<SetAside> {
    const NAMED: usize = 4;
    let mut groups: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for source in &input.ingested.sources {
        let Some(reason) = &source.set_aside else { continue };
        let format = source.format.as_deref().unwrap_or_default();
        groups.entry((format, reason)).or_default().push(clean(&source.name));
    }
    let line = |((format, reason), mut names): ((&str, &str), Vec<String>)| {
        if names.len() > NAMED {
            let more = names.len() - NAMED + 1;
            names.truncate(NAMED - 1);
            names.push(format!("{more} more"));
        }
        SetAside { files: format::list(&names), format: format.to_owned(), reason: clean(reason) }
    };
    groups.into_iter().map(line).collect()
}

/// Whether a file was recognised and not set aside.
pub(in crate::report) fn is_used(source: &Source) -> bool {
    source.format.is_some() && source.set_aside.is_none()
}

pub(in crate::report) fn sources(input: &Composition) -> Table {
    let read = input
        .ingested
        .sources
        .iter()
        .filter(|source| is_used(source))
        .filter_map(|source| Some((source, source.format.as_ref()?)));
    let named = input.ingested.sources.iter().any(|source| source.from_name.is_some());
    let mut columns = vec![left("File"), left("Format"), right("Records"), right("Bytes")];
    columns.extend(named.then(|| left("From its name")));
    Table {
        id: "sources".to_owned(),
        caption: "Files the report was made from".to_owned(),
        columns,
        rows: read
            .map(|(source, format)| {
                let mut row = vec![
                    Cell::text(clean(&source.name)),
                    Cell::text(clean(format)),
                    number(Some(source.records as f64).filter(|records| *records > 0.0), format::thousands),
                    Cell::number(format::thousands(source.bytes as f64), source.bytes as f64),
                ];
                row.extend(named.then(|| Cell::text(clean(source.from_name.as_deref().unwrap_or("–")))));
                row
            })
            .collect(),
        row_headings: true,
    }
}

/// Hash and name of every file that the report was made from, as `sha256sum` prints them; another function is named.
pub(in crate::report) fn hashes(input: &Composition) -> String {
    let lines = input.ingested.sources.iter().filter(|source| is_used(source)).map(|source| {
        let kind = if source.hash_kind == HashKind::Sha256 {
            String::new()
        } else {
            format!("  ({})", source.hash_kind.name())
        };
        format!("{}  {}{kind}", source.hash, clean(&source.name))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn skipped_table(input: &Composition) -> Table {
    Table {
        id: "skipped".to_owned(),
        caption: "Skipped records by reason".to_owned(),
        columns: vec![left("Reason"), right("Records")],
        rows: input
            .ingested
            .skipped
            .iter()
            .map(|(reason, n)| vec![Cell::text(clean(reason)), Cell::number(format::thousands(*n as f64), *n as f64)])
            .collect(),
        row_headings: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_the_default_is_listed() {
        let mut config = Config::default();
        assert!(configuration(&config).rows.is_empty());
        config.power.pue = 2.0;
        config.power.price_per_kwh = Some(0.1);
        let text: Vec<_> = configuration(&config)
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| crate::report::plain_text(&cell.content)).collect::<Vec<_>>().join(" = "))
            .collect();
        assert_eq!(text, ["power.price_per_kwh = 0.1", "power.pue = 2"]);
    }

    #[test]
    fn a_share_prints_as_it_was_configured() {
        assert_eq!([0.07, 0.01, 0.005, 0.0].map(percent), ["7%", "1%", "0.5%", "0%"]);
    }
}
