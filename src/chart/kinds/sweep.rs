//! A value of the sweep's cells against one dimension of the grid, with a line per level of the other.

pub(super) use super::lens::Along;
use super::lens::Lens;
use crate::analysis::{Analysis, CellFigures, mean_interval};
use crate::cell::Statistic;
use crate::chart::{Axis, Chart, MOST_SERIES, Quantity, Scale, Series, calls_for_log};
use crate::context::Context;
use crate::format;
use crate::metric::MetricId;
use crate::record::Load;

/// A value of the sweep's cells, and how it is shown.
pub(super) struct Shown {
    pub id: &'static str,
    /// What the value is: `Time to first token`.
    pub subject: String,
    /// Stands behind it on the axis: `tok/s`.
    pub unit: String,
    pub quantity: Quantity,
    /// Which dimension lies along the horizontal axis, unless it has one level only.
    pub along: Along,
    /// Whether values that lie far apart are spaced by powers.
    pub may_be_log: bool,
    /// The metric whose mean the value is, where its interval is shown.
    pub metric: Option<MetricId>,
}

struct Point<'a> {
    context: Option<&'a Context>,
    load: Load,
    value: f64,
    interval: Option<(f64, f64)>,
}

/// The chart of a value; none where fewer than two cells have it, or, beside others, none.
pub(super) fn chart(
    analysis: &Analysis,
    lens: Lens,
    shown: Shown,
    value: impl Fn(&CellFigures) -> Option<f64>,
) -> Option<Chart> {
    let mut points: Vec<Point> = analysis
        .sweep_cells()
        .filter_map(|figures| {
            let value = value(figures).filter(|value| value.is_finite())?;
            let key = &figures.cell.key;
            let mean = shown.metric.filter(|id| analysis.central[*id as usize] == Statistic::Mean);
            let interval = mean.and_then(|id| mean_interval(figures.cell.metric(id)));
            Some(Point { context: key.context.as_ref(), load: key.load, value, interval })
        })
        .collect();
    let contexts = distinct(points.iter().map(|point| point.context));
    let loads = distinct(points.iter().map(|point| point.load));
    let along = lens.along(shown.along, contexts.len(), loads.len());
    points.retain(|point| lens.shows(along, point.context, point.load));
    let contexts = distinct(points.iter().map(|point| point.context));
    let loads = distinct(points.iter().map(|point| point.load));
    if along == Along::Contexts {
        // A cell of no known context has no place on this axis.
        points.retain(|point| point.context.is_some());
    }
    if points.len() < lens.fewest() {
        return None;
    }
    let values = points.iter().map(|point| point.value);
    let scale = if shown.may_be_log && calls_for_log(values) { Scale::Log } else { Scale::Linear };
    let unit = if shown.unit.is_empty() { String::new() } else { format!(" ({})", shown.unit) };
    let y = Axis { title: format!("{}{unit}", shown.subject), scale, quantity: shown.quantity, ..Axis::default() };
    let (x, title, (series, left_out)) = match along {
        Along::Contexts => (context_axis(&contexts), "context length", by_load(&points, &loads, lens)),
        Along::Loads => (load_axis(&loads), "load", by_context(&points, &contexts, lens)),
    };
    let title = match (along, loads.iter().all(|load| load.is_concurrency())) {
        (Along::Loads, true) => "concurrency",
        (Along::Loads, false) => "request rate",
        _ => title,
    };
    let series_title = match along {
        Along::Loads if series.iter().all(|series| series.name.is_empty()) => "",
        Along::Loads => "Context",
        Along::Contexts if loads.iter().all(|load| load.is_concurrency()) => "Concurrency",
        Along::Contexts => "Request rate",
    };
    Some(Chart {
        id: shown.id.to_owned(),
        title: format!("{} by {title}", shown.subject),
        x,
        y,
        series_title: series_title.to_owned(),
        series,
        left_out,
        ..Chart::default()
    })
}

/// `Median ` where the run's findings and charts use the metric's median for want of means.
pub(super) fn subject(analysis: &Analysis, metric: MetricId, name: &str) -> String {
    match analysis.central[metric as usize] {
        Statistic::P50 => {
            let mut letters = name.chars();
            let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
            format!("Median {first}{}", letters.as_str())
        }
        _ => name.to_owned(),
    }
}

fn by_load(points: &[Point], loads: &[Load], lens: Lens) -> (Vec<Series>, usize) {
    let (kept, left_out) = spread(loads, lens);
    let series = kept.into_iter().map(|load| Series {
        name: match load {
            Load::Concurrency(n) => format::counted(n, "request", "requests"),
            Load::RequestRate(rate) => format!("{} req/s", format::shortest(rate)),
        },
        subject: format::load(load),
        points: line(points.iter().filter(|p| p.load == load), tokens),
        band: band(points.iter().filter(|p| p.load == load), tokens),
        ..Series::default()
    });
    (series.collect(), left_out)
}

fn by_context(points: &[Point], contexts: &[Option<&Context>], lens: Lens) -> (Vec<Series>, usize) {
    let (kept, left_out) = spread(contexts, lens);
    let series = kept.into_iter().map(|context| Series {
        name: match context {
            Some(context) => context.label.clone(),
            None if contexts.len() > 1 => "unknown".to_owned(),
            None => String::new(),
        },
        subject: match context {
            Some(context) => context.noun(),
            None if contexts.len() > 1 => "unknown context".to_owned(),
            None => String::new(),
        },
        points: line(points.iter().filter(|p| p.context == context), level),
        band: band(points.iter().filter(|p| p.context == context), level),
        ..Series::default()
    });
    (series.collect(), left_out)
}

fn tokens(point: &Point) -> Option<f64> {
    point.context.map(|context| context.tokens as f64)
}

fn level(point: &Point) -> Option<f64> {
    Some(point.load.level())
}

fn band<'p>(points: impl Iterator<Item = &'p Point<'p>>, x: impl Fn(&Point) -> Option<f64>) -> Vec<(f64, f64, f64)> {
    let mut band: Vec<_> = points
        .filter_map(|point| {
            let (low, high) = point.interval?;
            Some((x(point)?, low, high))
        })
        .collect();
    band.sort_by(|a, b| a.0.total_cmp(&b.0));
    band
}

fn line<'p>(points: impl Iterator<Item = &'p Point<'p>>, x: impl Fn(&Point) -> Option<f64>) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = points.filter_map(|point| Some((x(point)?, point.value))).collect();
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    line
}

/// At most [`MOST_SERIES`], spread over the range with its ends, and how many are left out; all where another chart picks.
pub(super) fn spread<T: Copy>(all: &[T], lens: Lens) -> (Vec<T>, usize) {
    if all.len() <= MOST_SERIES || matches!(lens, Lens::Beside(_)) {
        return (all.to_vec(), 0);
    }
    let last = all.len() - 1;
    let place = |n: usize| (2 * n * last + MOST_SERIES - 1) / (2 * (MOST_SERIES - 1));
    ((0..MOST_SERIES).map(|n| all[place(n)]).collect(), all.len() - MOST_SERIES)
}

pub(super) fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.collect();
    all.sort();
    all.dedup();
    all
}

pub(super) fn context_axis(contexts: &[Option<&Context>]) -> Axis {
    let known: Vec<&Context> = contexts.iter().copied().flatten().collect();
    let is_plain = |context: &&Context| Quantity::Context.print(context.tokens as f64) == context.label;
    let labels = if known.iter().all(is_plain) { Vec::new() } else { known.iter().map(|c| c.label.clone()).collect() };
    Axis {
        title: "Context length (tokens)".to_owned(),
        scale: Scale::Log,
        quantity: Quantity::Context,
        levels: known.iter().map(|context| context.tokens as f64).collect(),
        labels,
    }
}

/// The axis of a load; also that of capacity charts, which are always linear because limits are read off straight lines.
pub(super) fn load_axis(loads: &[Load]) -> Axis {
    let levels: Vec<f64> = loads.iter().map(|load| load.level()).collect();
    let (title, quantity) = if loads.iter().all(|load| load.is_concurrency()) {
        ("Concurrent requests", Quantity::Concurrency)
    } else {
        ("Requests per second", Quantity::RequestRate)
    };
    Axis { title: title.to_owned(), scale: load_scale(&levels), quantity, levels, labels: Vec::new() }
}

/// Levels that double from one to the next would crowd at one end of a linear axis.
pub(super) fn load_scale(levels: &[f64]) -> Scale {
    let [first, .., last] = levels else { return Scale::Linear };
    if *first <= 0.0 || first >= last {
        return Scale::Linear;
    }
    let closest = |gap: fn(f64, f64) -> f64| {
        levels.windows(2).map(|pair| gap(pair[0], pair[1])).fold(f64::INFINITY, f64::min) / gap(*first, *last)
    };
    let (linear, log) = (closest(|a, b| b - a), closest(|a, b| libm::log2(b / a)));
    if linear < 0.04 && log > linear { Scale::Log } else { Scale::Linear }
}

/// Every value that a chart shows.
pub(super) fn values(chart: &Chart) -> impl Iterator<Item = f64> + '_ {
    chart.series.iter().flat_map(|series| &series.points).map(|(_, value)| *value)
}
