//! Charts of several deployments: one line each, in the order in which they were given.

use super::capacity::{axis, held, rule, series};
use super::lens::Lens;
use super::sweep::{load_axis, load_scale};
use super::{Kind, trade_off};
use crate::analysis::Analysis;
use crate::analysis::capacity::{Capacity, Condition};
use crate::analysis::compare::Slice;
use crate::chart::{Axis, Chart, Form, Quantity, RuleMark, Scale, Series, calls_for_log};
use crate::record::Load;

/// What stands above the names at the lines' ends.
const SERIES_TITLE: &str = "Deployment";

/// A chart of several deployments, and who has no line in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The chart.
    pub chart: Chart,
    /// What stands at the points of each line, also where the picture leaves it out for being said by another line; empty
    /// where the axis says it.
    pub marks: Vec<Vec<String>>,
    /// Places of the deployments of which nothing was measured there.
    pub missing: Vec<usize>,
    /// Places of those whose figure is another one than that of the axis: a median beside means, or from another source.
    pub unlike: Vec<usize>,
}

/// A chart of the sweep with a line per deployment; none where fewer than two have one. `names` stand at the lines.
pub fn compare(kind: &Kind, names: &[&str], analyses: &[&Analysis], slice: &Slice) -> Option<Compared> {
    let one = |analysis: &&Analysis| line(analysis, slice, |analysis, lens| (kind.build)(analysis, lens));
    beside(names, analyses.iter().map(one).collect(), slice)
}

/// The chart of one deployment. Where both axes are measured, loads of another kind than the others' do no harm.
fn line(analysis: &Analysis, slice: &Slice, build: impl Fn(&Analysis, Lens) -> Option<Chart>) -> Option<Chart> {
    if let Some(analysis) = slice.of(analysis) {
        return build(analysis, Lens::Line(slice));
    }
    let mut chart = build(analysis, Lens::Line(slice)).filter(|chart| chart.form == Form::Path)?;
    let unit = if slice.concurrency { "/s" } else { "" };
    for line in &mut chart.series {
        line.marks.iter_mut().for_each(|mark| mark.push_str(unit));
    }
    Some(chart)
}

/// Throughput per GPU against generation speed, a line per deployment whose number of GPUs is known.
pub fn compare_per_gpu(names: &[&str], analyses: &[(&Analysis, Option<u32>)], slice: &Slice) -> Option<Compared> {
    let one = |(analysis, gpus): &(&Analysis, Option<u32>)| {
        let gpus = (*gpus)?;
        line(analysis, slice, |analysis, lens| trade_off::per_gpu(analysis, lens, "trade-off-per-gpu", gpus))
    };
    beside(names, analyses.iter().map(one).collect(), slice)
}

/// A metric that a use case has a threshold on, with a line per deployment; none where fewer than two have one.
///
/// Deployments without the use case are none, those with levels of another kind of load have no line.
pub fn compare_capacity(names: &[&str], capacities: &[Option<&Capacity>], condition: Condition) -> Option<Chart> {
    let judged = capacities.iter().enumerate().filter_map(|(at, capacity)| {
        let shown = capacity.as_ref()?.shown().into_iter().find(|shown| shown.condition == condition)?;
        Some((at, (*capacity)?, held(shown)))
    });
    let judged: Vec<_> = judged.collect();
    let (_, first, metric) = judged.first()?;
    let concurrency = first.levels.first()?.load.is_concurrency();
    let alike: Vec<_> = judged
        .iter()
        .filter(|(_, capacity, _)| capacity.levels.iter().all(|level| level.load.is_concurrency() == concurrency))
        .collect();
    let mut loads: Vec<Load> =
        alike.iter().flat_map(|(_, capacity, _)| &capacity.levels).map(|level| level.load).collect();
    loads.sort();
    loads.dedup();
    let lines: Vec<Series> = alike
        .iter()
        .map(|(at, capacity, metric)| named(series(metric, capacity), names[*at]))
        .filter(|line| !line.points.is_empty())
        .collect();
    if lines.len() < 2 || loads.len() < 2 {
        return None;
    }
    let threshold = metric.shown.threshold?;
    let y = axis(first, &[metric]);
    let label = rule(metric, &crate::format::shortest(threshold));
    let (what, along) = (
        y.title.split(" (").next().unwrap_or_default().to_owned(),
        if concurrency { "concurrency" } else { "request rate" },
    );
    Some(Chart {
        id: format!("compare-{}-{}", first.use_case.id, id(condition)),
        title: format!("{}: {what} by {along}", first.use_case.name),
        x: Axis { scale: Scale::Linear, ..load_axis(&loads) },
        y,
        series_title: SERIES_TITLE.to_owned(),
        series: lines,
        rules: vec![RuleMark { value: threshold, label, ..RuleMark::default() }],
        ..Chart::default()
    })
}

/// A condition in the name of a file.
fn id(condition: Condition) -> &'static str {
    match condition {
        Condition::Success => "success",
        Condition::Ttft => "ttft",
        Condition::E2e => "e2e",
        Condition::GenerationSpeed => "generation-speed",
    }
}

/// The lines of charts of one line each in one picture; of figures that differ, those that most have.
fn beside(names: &[&str], charts: Vec<Option<Chart>>, slice: &Slice) -> Option<Compared> {
    let missing = charts.iter().enumerate().filter(|(_, chart)| chart.is_none()).map(|(at, _)| at).collect();
    let charts: Vec<(usize, Chart)> =
        charts.into_iter().enumerate().filter_map(|(at, chart)| Some((at, chart?))).collect();
    let like = |(_, chart): &(usize, Chart)| (chart.x.title.clone(), chart.y.title.clone());
    let most =
        charts.iter().map(like).rev().max_by_key(|one| charts.iter().filter(|other| like(other) == *one).count())?;
    let (alike, unlike): (Vec<_>, Vec<_>) = charts.into_iter().partition(|chart| like(chart) == most);
    let [(_, first), _, ..] = &alike[..] else { return None };
    let mut joined = Chart {
        id: format!("compare-{}", first.id),
        title: format!("{}{}", first.title, place(first, slice)),
        series_title: SERIES_TITLE.to_owned(),
        series: Vec::new(),
        rules: Vec::new(),
        ..first.clone()
    };
    let mut marks: Vec<Vec<String>> = Vec::new();
    for (at, chart) in alike {
        joined.x = union(&joined.x, &chart.x);
        for rule in chart.rules {
            if !joined.rules.contains(&rule) {
                joined.rules.push(rule);
            }
        }
        for line in chart.series {
            let mut line = named(line, names[at]);
            marks.push(line.marks.clone());
            // Loads that come in the same order on every line need not be drawn twice.
            if marks.len() > 1 && marks[0] == line.marks {
                line.marks = Vec::new();
            }
            joined.series.push(line);
        }
    }
    let values = || joined.series.iter().flat_map(|line| &line.points).map(|(_, y)| *y);
    if joined.y.scale == Scale::Log && !calls_for_log(values()) {
        joined.y.scale = Scale::Linear;
    }
    Some(Compared { chart: joined, marks, missing, unlike: unlike.into_iter().map(|(at, _)| at).collect() })
}

/// Where a chart of one line per deployment stands: ` at 32K context`.
fn place(chart: &Chart, slice: &Slice) -> String {
    match (chart.form, chart.x.quantity) {
        (Form::Levels, Quantity::Context) => slice.load.map(crate::format::load),
        _ => slice.context.as_ref().map(crate::context::Context::noun),
    }
    .map(|place| format!(" at {place}"))
    .unwrap_or_default()
}

/// A line under a deployment's name.
fn named(line: Series, name: &str) -> Series {
    let notes = line.notes.iter().map(|note| format!("{name}, {note}")).collect();
    Series { name: name.to_owned(), subject: name.to_owned(), notes, side: crate::chart::Side::Left, ..line }
}

/// An axis with the levels of both; a level that both label alike stands once.
fn union(a: &Axis, b: &Axis) -> Axis {
    let labelled =
        |axis: &Axis| -> Vec<(f64, String)> { axis.levels.iter().map(|level| (*level, axis.print(*level))).collect() };
    let mut levels = labelled(a);
    for (level, label) in labelled(b) {
        if !levels.iter().any(|(known, _)| *known == level) {
            levels.push((level, label));
        }
    }
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let plain = levels.iter().all(|(level, label)| a.quantity.print(*level) == *label);
    let values: Vec<f64> = levels.iter().map(|(level, _)| *level).collect();
    let scale = if a.quantity == Quantity::Context { a.scale } else { load_scale(&values) };
    Axis {
        scale: if a.levels.is_empty() { a.scale } else { scale },
        labels: if plain { Vec::new() } else { levels.into_iter().map(|(_, label)| label).collect() },
        levels: values,
        ..a.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::super::KINDS;
    use super::super::tests::grid;
    use super::*;
    use crate::cell::Statistic;
    use crate::context::Context;
    use crate::metric::MetricId;

    /// A slice at 32K context and 4 requests in flight, of grids with several levels of both.
    fn slice() -> Slice {
        Slice {
            context: Some(Context::nominal(32768)),
            load: Some(Load::Concurrency(4)),
            several_contexts: true,
            several_loads: true,
            concurrency: true,
            chosen_context: false,
            chosen_load: false,
        }
    }

    fn kind(id: &str) -> &'static Kind {
        KINDS.iter().find(|kind| kind.id == id).expect("a kind")
    }

    #[test]
    fn several_deployments_have_a_line_each_over_the_levels_of_all() {
        let a = grid(&[1024, 32768], &[1, 4], |context, load| (context * load) as f64 / 1024.0);
        let b = grid(&[32768], &[2, 4, 8], |_, load| load as f64);
        let both = [&a, &b];
        let found = compare(kind("throughput"), &["first", "second"], &both, &slice()).expect("two lines").chart;
        assert_eq!((found.id.as_str(), found.series_title.as_str()), ("compare-throughput", "Deployment"));
        assert_eq!(found.title, "System throughput by concurrency at 32K context");
        assert_eq!(found.x.levels, [1.0, 2.0, 4.0, 8.0]);
        let points: Vec<_> = found.series.iter().map(|line| (line.name.as_str(), line.points.len())).collect();
        assert_eq!(points, [("first", 2), ("second", 3)]);
        assert_eq!(found.describe(&found.series[1], (8.0, 800.0)), "second, 8 concurrent requests: 800.0 tok/s");
        // Along contexts one of them has a single point, which stands all the same.
        let found = compare(kind("ttft"), &["first", "second"], &both, &slice()).expect("two lines").chart;
        assert_eq!(found.title, "Time to first token by context length at 4 concurrent requests");
        assert_eq!((found.series[0].points.len(), found.series[1].points.len()), (2, 1));
        assert_eq!(compare(kind("ttft"), &["alone"], &[&a], &slice()), None, "one line is no comparison");
    }

    #[test]
    fn a_median_is_not_drawn_beside_means_and_a_deployment_without_gpus_not_per_gpu() {
        let run = || grid(&[1024, 32768], &[1, 4], |context, load| (context * load) as f64 / 1024.0);
        let mut median = run();
        median.central[MetricId::Ttft as usize] = Statistic::P50;
        for figures in &mut median.cells {
            figures.cell.metrics[MetricId::Ttft as usize].quantiles.p50 = Some(0.3);
        }
        let names = ["a", "b", "c"];
        let found = compare(kind("ttft"), &names, &[&median, &run(), &run()], &slice()).expect("two lines");
        let lines: Vec<_> = found.chart.series.iter().map(|line| line.name.as_str()).collect();
        assert_eq!((lines, found.unlike, found.missing), (vec!["b", "c"], vec![0], vec![]));
        let (a, b, c) = (run(), run(), run());
        let found = compare_per_gpu(&names, &[(&a, Some(1)), (&b, None), (&c, Some(4))], &slice()).expect("two lines");
        assert_eq!(found.missing, [1]);
        let first = |line: usize| found.chart.series[line].points[0];
        assert_eq!((first(0).0, first(0).1 / 4.0), first(1), "the same speed, a quarter of the throughput per GPU");
        assert!(found.chart.series[1].notes[0].ends_with("800.0 tok/s per GPU, 32.0 tok/s per user"));
    }
}
