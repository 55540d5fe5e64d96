//! What the page's script is given: the charts and the use cases as numbers. `templates/script/types.js` says what each
//! part is called there.

use crate::analysis::capacity::{Capacity, Condition, Kind, Level};
use crate::chart::scene::Mark;
use crate::chart::{self, Chart, Form, Frame, Side, svg};
use crate::config::{Config, Rule};
use crate::font::Fonts;
use crate::metric::MetricId;
use crate::report::{Figure, Report};
use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Map, Value, json};
use std::io::Write;

/// The use cases of a report: by requests in flight or, where those were not tested, by request rate; and by request rate
/// where both were.
pub struct Judged<'j> {
    pub main: &'j [Capacity],
    pub rates: &'j [Capacity],
}

/// The block of data in a page, for a `script` element: no text in it can end that element.
pub fn block(report: &Report, judged: &Judged, config: &Config, fonts: &Fonts) -> String {
    let figures = report.figures();
    let charts: Map<String, Value> = figures
        .iter()
        // A map has no lines: its fields keep their titles.
        .filter(|figure| figure.chart.series.iter().any(|series| !series.points.is_empty()))
        .map(|figure| (figure.chart.id.clone(), lines(figure, fonts)))
        .collect();
    let alternates: Map<String, Value> = figures
        .iter()
        .filter(|figure| charts.contains_key(&figure.chart.id) && figure.chart.form == Form::Levels)
        .filter_map(|figure| Some((figure.chart.id.clone(), alternate(&figure.chart.alternate()?, fonts))))
        .collect();
    let main = judged.main.iter().map(|capacity| ("", capacity));
    let all = main.chain(judged.rates.iter().map(|capacity| ("rates-", capacity)));
    let use_cases: Map<String, Value> = all
        .filter(|(_, capacity)| capacity.limit.kind != Kind::NotJudged)
        .map(|(prefix, capacity)| (format!("{prefix}capacity-{}", capacity.use_case.id), use_case(capacity, config)))
        .filter(|(id, _)| charts.contains_key(id))
        .collect();
    // In JSON these stand in texts alone, where the escape means the same.
    let alternates = compressed(&Value::Object(alternates).to_string());
    json!({ "charts": charts, "use_cases": use_cases, "alternates": alternates }).to_string().replace('<', "\\u003c")
}

fn lines(figure: &Figure, fonts: &Fonts) -> Value {
    let chart = &figure.chart;
    let mut levels: Vec<f64> = chart.series.iter().flat_map(|series| &series.points).map(|(x, _)| *x).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    // Between the points of a path nothing may be read off: each is read for itself.
    let is_path = chart.form == Form::Path;
    if is_path {
        levels.clear();
    }
    let labels: Vec<String> = levels.iter().map(|level| chart.x.print(*level)).collect();
    let series: Vec<Value> = chart
        .series
        .iter()
        .map(|series| {
            json!({
                "name": series.name,
                "right": series.side == Side::Right && chart.right.is_some(),
                "quantity": series.quantity.unwrap_or(chart.axis(series.side).quantity),
                "points": series.points,
            })
        })
        .collect();
    json!({
        "quantity": chart.x.quantity,
        "levels": levels,
        "labels": labels,
        "series": series,
        "frame": Frame::of(chart, fonts),
        "alternate": !is_path && chart.alternate().is_some(),
    })
}

/// The chart on the other scale, without the words that the script takes from the picture in the page.
fn alternate(chart: &Chart, fonts: &Fonts) -> Value {
    let mut scene = chart::draw(chart, fonts);
    for mark in &mut scene.marks {
        if let Mark::Begin { title, .. } = mark {
            title.clear();
        }
    }
    json!({ "frame": Frame::of(chart, fonts), "picture": svg::inline(&scene, "", "") })
}

/// Deflated (zlib), in base64: few readers ask for the other scale, and every one pays for it. Together the pictures
/// take half of what they take one by one.
fn compressed(text: &str) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let deflated = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    BASE64_STANDARD.encode(deflated.expect("writing to memory cannot fail"))
}

/// A use case with its levels, so that the page can judge it by other thresholds.
pub fn use_case(capacity: &Capacity, config: &Config) -> Value {
    let metrics = [
        ("ttft", MetricId::Ttft, capacity.use_case.max_ttft_s),
        ("e2e", MetricId::E2e, capacity.use_case.max_e2e_s),
        ("generation_speed", MetricId::GenerationSpeed, capacity.use_case.min_speed),
    ];
    let level = |level: &Level| {
        json!({
            "level": level.load.level(),
            "failed": level.exceeded.contains(&Condition::Success),
            "ttft": level.ttft_s,
            "e2e": level.e2e_s,
            "generation_speed": level.generation_speed_tok_s,
            // Of what was read off a line to judge by, how well it is known.
            "errors": metrics.iter().filter_map(|(id, metric, _)| {
                Some(((*id).to_owned(), json!(level.standard_errors[*metric as usize]?)))
            }).collect::<Map<_, _>>(),
        })
    };
    let named = |(id, metric, _): &(&str, MetricId, _)| {
        let statistic = capacity.statistics[*metric as usize].name(metric.metric().better);
        ((*id).to_owned(), json!(statistic))
    };
    let held = metrics.iter().filter_map(|(id, _, threshold)| Some(((*id).to_owned(), json!((*threshold)?))));
    json!({
        "levels": capacity.levels.iter().map(level).collect::<Vec<_>>(),
        "thresholds": held.collect::<Map<_, _>>(),
        "names": metrics.iter().map(named).collect::<Map<_, _>>(),
        "rules": {
            "whole": capacity.levels.first().is_some_and(|level| level.load.is_concurrency()),
            "near": config.capacity.near,
            "rule": if config.capacity.rule == Rule::Within { "within" } else { "crossing" },
        },
    })
}
