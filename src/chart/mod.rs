//! Charts as data, and drawing them into a vector scene. No file paths, no wording of captions.
//!
//! A [`Chart`] is plain data over shared scales, compared with `==` in tests. [`draw()`] turns it into a [`scene::Scene`],
//! which SVG, HTML and PDF show alike. [`kinds`] makes the charts of a report from its numbers.

mod backend;
mod bars;
mod card;
mod draw;
mod frame;
pub mod kinds;
mod labels;
mod layout;
mod lines;
mod map;
mod placement;
pub mod png;
mod quantity;
pub mod scene;
pub mod svg;
pub mod theme;
mod ticks;

pub use card::card;
pub use draw::{draw, draw_at_height};
pub use frame::{Frame, Span};

use serde::Serialize;

/// Most lines that one chart shows; more would be a tangle.
pub const MOST_SERIES: usize = 8;

/// A chart as data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// Stem of its file: `ttft`, `capacity-general-chatbot`.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Left axis.
    pub y: Axis,
    /// Right axis, for series with another unit.
    pub right: Option<Axis>,
    /// Stands above the labels at the lines' ends: `Concurrency`, `Context`. Empty where lines are named in the picture.
    pub series_title: String,
    /// The lines, in the order of their colours.
    pub series: Vec<Series>,
    /// Lines of another run, behind those of this one.
    pub reference: Option<ReferenceLines>,
    /// Horizontal dashed thresholds.
    pub rules: Vec<RuleMark>,
    /// Vertical line at a capacity limit, with what lies beyond it shaded.
    pub limit: Option<LimitMark>,
    /// How its lines run.
    pub form: Form,
    /// A field per cell of the grid of `x.levels` and `y.levels`, instead of lines.
    pub map: Option<Map>,
    /// Named values, a bar each from the top down, instead of lines; `x` says what they are, `rules` stand across them.
    pub bars: Option<Bars>,
    /// Lines that were measured and are not shown, because more than [`MOST_SERIES`] would be a tangle.
    pub left_out: usize,
}

/// How the lines of a chart run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// From level to level of the horizontal axis; between two levels a value may be read off the line.
    #[default]
    Levels,
    /// From load to load, where both axes are measured; between two points nothing may be read off.
    Path,
}

/// Values over the grid of two axes' levels, in classes that thresholds part.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// A row per level of the vertical axis, a value per level of the horizontal one; none where not measured.
    pub values: Vec<Vec<Option<f64>>>,
    /// What the values are.
    pub quantity: Quantity,
    /// Whether more is better.
    pub more_is_better: bool,
    /// What the thresholds are called: `TTFT within`, `Speed of at least`.
    pub bounds_title: String,
    /// The thresholds, the hardest to meet first; at most [`MOST_BOUNDS`].
    pub bounds: Vec<Bound>,
}

/// Most bars of a chart; more are a table.
pub const MOST_BARS: usize = 50;

/// Named values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// What they are values of: `Case`.
    pub title: String,
    /// The bars, at most [`MOST_BARS`].
    pub bars: Vec<Bar>,
    /// What the darker beginning of a bar is: `until the first token`. Empty where none has one.
    pub part_title: String,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bar {
    /// Whose value it is.
    pub name: String,
    /// The value; none where there is none, which `note` explains.
    pub value: Option<f64>,
    /// How much of it is drawn apart, from its beginning on.
    pub part: Option<f64>,
    /// Whether it lies far off the others.
    pub stands_out: bool,
    /// Stands behind the bar: `failed`. May be empty.
    pub note: String,
}

/// Most thresholds of a map: there is a shade for each class.
pub const MOST_BOUNDS: usize = 6;

/// A threshold with all that ask for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bound {
    /// Its value.
    pub value: f64,
    /// As it is printed: `8 s`.
    pub label: String,
    /// The use cases that ask for it.
    pub names: Vec<String>,
}

impl Map {
    /// Whether a value meets a threshold.
    pub fn meets(&self, value: f64, bound: &Bound) -> bool {
        if self.more_is_better { value >= bound.value } else { value <= bound.value }
    }

    /// How many of the thresholds a value misses.
    pub fn class(&self, value: f64) -> usize {
        self.bounds.iter().filter(|bound| !self.meets(value, bound)).count()
    }
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What it measures: `Time to first token`, `System throughput (tok/s)`. The scale is added when it is drawn.
    pub title: String,
    /// How values are spaced.
    pub scale: Scale,
    /// What its values are.
    pub quantity: Quantity,
    /// Levels that were tested; ticks stand at these. Empty: ticks are round numbers.
    pub levels: Vec<f64>,
    /// What stands at each of `levels`, where that is more than the printed number: `~1.2K, mixed`. Empty or as long
    /// as `levels`.
    pub labels: Vec<String>,
}

/// How values are spaced along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Evenly; a vertical axis starts from zero.
    #[default]
    Linear,
    /// By powers; only for values above 0.
    Log,
}

/// What a value is, so that ticks, tables and tooltips print it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Tokens of context: `32K`.
    #[default]
    Context,
    /// Requests in flight: `10`.
    Concurrency,
    /// Requests per second: `2.5`.
    RequestRate,
    /// Seconds: `398 ms`, `19.9 s`.
    Seconds,
    /// Seconds, told in whole milliseconds: `2125 ms`.
    Milliseconds,
    /// Seconds, told in hundredths: `12.34 s`.
    Hundredths,
    /// Tokens per second: `153.6 tok/s`.
    TokensPerSecond,
    /// Tokens per second, told whole: `20,304 tok/s`.
    WholeTokensPerSecond,
    /// Share of 1: `63%`.
    Percent,
    /// Watts: `830 W`.
    Watts,
}

/// Which vertical axis a series belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The left axis.
    #[default]
    Left,
    /// The right axis.
    Right,
}

/// A line with a mark at every tested level.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Stands at the line's end: `10 requests`, `32K`; empty where there is nothing to tell apart.
    pub name: String,
    /// The same in a sentence, for tooltips: `10 concurrent requests`, `32K context`.
    pub subject: String,
    /// Which axis it is read on.
    pub side: Side,
    /// What its values are, where that differs from its axis.
    pub quantity: Option<Quantity>,
    /// Tested levels, ascending in x; in a [`Form::Path`], by load.
    pub points: Vec<(f64, f64)>,
    /// 95 % intervals of the mean: x, low end, high end; where they are known.
    pub band: Vec<(f64, f64, f64)>,
    /// What a reader is told of each point, where its axes do not say it all. Empty or as long as `points`.
    pub notes: Vec<String>,
    /// Stands at each point: the load, where no axis shows it. Empty or as long as `points`.
    pub marks: Vec<String>,
}

/// Lines of another run, drawn thin and grey, each with the marks of the line that it is to be held against.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReferenceLines {
    /// What the other run is called: `without MTP`.
    pub name: String,
    /// Each with the place of its counterpart among the chart's series.
    pub lines: Vec<(usize, Series)>,
}

/// A horizontal dashed threshold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleMark {
    /// Its value.
    pub value: f64,
    /// Which axis it is read on.
    pub side: Side,
    /// The series it is a threshold of, in whose colour it is drawn; none for one that holds for all.
    pub series: Option<usize>,
    /// Stands on the line: `TTFT limit 8 s`.
    pub label: String,
}

/// A vertical line at a capacity limit.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitMark {
    /// Its level; the smallest tested one where unmet.
    pub level: f64,
    /// Stands above it: `Capacity limit: ~39 requests`.
    pub label: String,
    /// How it is drawn.
    pub kind: LimitKind,
    /// The tested levels on both sides of an estimate: lines between them are read off, not measured.
    pub bracket: Option<(f64, f64)>,
    /// 95 % interval of where the threshold is crossed.
    pub interval: Option<(f64, f64)>,
}

/// How a capacity limit is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// A tested level: a solid line.
    Tested,
    /// Read off the lines between two tested levels: a dashed line, with hollow marks where it meets them.
    Estimated,
    /// No tested level fails: words and no line, for the limit lies somewhere beyond the picture.
    Open,
    /// Every tested level fails: words and no line; the whole picture lies beyond the limit.
    Unmet,
}

impl Axis {
    /// What stands at a value of this axis: the label of a tested level, else the printed value.
    pub fn print(&self, value: f64) -> String {
        let level = self.levels.iter().position(|level| *level == value);
        level.and_then(|at| self.labels.get(at)).cloned().unwrap_or_else(|| self.quantity.print(value))
    }
}

impl Chart {
    /// The same chart with powers along its vertical axes where values were evenly spaced, and the other way round; none
    /// where a value is not above 0.
    pub fn alternate(&self) -> Option<Self> {
        let rules = self.rules.iter().map(|rule| rule.value);
        let values: Vec<f64> = self.lines().flat_map(|series| &series.points).map(|(_, y)| *y).chain(rules).collect();
        if values.is_empty() || values.iter().any(|value| *value <= 0.0 || !value.is_finite()) {
            return None;
        }
        let mut other = self.clone();
        for axis in std::iter::once(&mut other.y).chain(&mut other.right) {
            axis.scale = match axis.scale {
                Scale::Linear => Scale::Log,
                Scale::Log => Scale::Linear,
            };
        }
        Some(other)
    }

    /// Every line, those of a reference last.
    pub fn lines(&self) -> impl Iterator<Item = &Series> {
        let reference = self.reference.iter().flat_map(|reference| &reference.lines).map(|(_, line)| line);
        self.series.iter().chain(reference)
    }

    /// The axis that a side's values are read on.
    pub fn axis(&self, side: Side) -> &Axis {
        match side {
            Side::Left => &self.y,
            Side::Right => self.right.as_ref().unwrap_or(&self.y),
        }
    }

    /// What a reader is told of a tested point: `1K context, 10 concurrent requests: 765.4 tok/s`.
    pub fn describe(&self, series: &Series, point: (f64, f64)) -> String {
        self.tell(series, point, "")
    }

    /// The same for a point that was read off the line between two tested ones: `~39 concurrent requests: ~7.9 s`.
    pub fn describe_estimate(&self, series: &Series, point: (f64, f64)) -> String {
        self.tell(series, point, "~")
    }

    /// The same for a field of a map: `32K context, 10 concurrent requests: 13.1 s`.
    pub fn describe_field(&self, map: &Map, row: usize, column: usize, value: f64) -> String {
        let level = |axis: &Axis, at: usize| {
            axis.levels.get(at).map(|level| axis.quantity.phrase(&axis.print(*level))).unwrap_or_default()
        };
        format!("{}, {}: {}", level(&self.x, column), level(&self.y, row), map.quantity.print(value))
    }

    /// The same for a bar: `sql-01: 58.3 tok/s`.
    pub fn describe_bar(&self, bars: &Bars, bar: &Bar) -> String {
        let value = bar.value.map(|value| self.x.quantity.print(value));
        let part = bar.part.map(|part| format!("{} {}", self.x.quantity.print(part), bars.part_title));
        let note = Some(bar.note.clone()).filter(|note| !note.is_empty());
        let parts: Vec<String> = [value, part, note].into_iter().flatten().collect();
        format!("{}: {}", bar.name, parts.join(", "))
    }

    fn tell(&self, series: &Series, (x, y): (f64, f64), mark: &str) -> String {
        let at = series.points.iter().position(|point| *point == (x, y));
        if let Some(note) = at.and_then(|at| series.notes.get(at)) {
            return note.clone();
        }
        let value = series.quantity.unwrap_or(self.axis(series.side).quantity).print(y);
        let level = self.x.quantity.phrase(&self.x.print(x));
        let level = if level.is_empty() { level } else { format!("{mark}{level}") };
        let mut parts = [series.subject.as_str(), level.as_str()];
        if self.x.quantity == Quantity::Context {
            parts.reverse();
        }
        let place: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}: {mark}{value}", place.join(", "))
    }
}

/// Whether values call for a logarithmic axis: all above 0, and the largest more than 20 times the smallest.
pub fn calls_for_log(values: impl IntoIterator<Item = f64>) -> bool {
    let (low, high) = values.into_iter().fold((f64::INFINITY, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    low > 0.0 && high > 20.0 * low
}
