//! Charts as data, and drawing them into a vector scene. No file paths, no wording of captions.
//!
//! A [`Chart`] is plain data over shared scales, compared with `==` in tests. [`draw`] turns it into a [`scene::Scene`],
//! which SVG, HTML and PDF show alike.

pub mod scene;

/// A chart as data.
#[derive(Debug, Clone, PartialEq)]
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
    /// Stands above the labels at the lines' ends: `Concurrency`, `Context`.
    pub series_title: String,
    /// The lines, in the order of their colours.
    pub series: Vec<Series>,
    /// Horizontal dashed thresholds.
    pub rules: Vec<RuleMark>,
    /// Vertical line at a capacity limit, with what lies beyond it shaded.
    pub limit: Option<LimitMark>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// With the unit: `Time to first token (s)`.
    pub title: String,
    /// How values are spaced.
    pub scale: Scale,
    /// What its values are.
    pub quantity: Quantity,
    /// Levels that were tested; ticks stand at these. Empty: ticks are round numbers.
    pub levels: Vec<f64>,
}

/// How values are spaced along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly, from zero.
    Linear,
    /// By powers; only for values above 0.
    Log,
}

/// What a value is, so that ticks, tables and tooltips print it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Tokens of context: `32K`.
    Context,
    /// Requests in flight: `10`.
    Concurrency,
    /// Requests per second: `2.5`.
    RequestRate,
    /// Seconds: `398 ms`, `19.9 s`.
    Seconds,
    /// Tokens per second: `153.6`.
    TokensPerSecond,
    /// Share of 1: `63 %`.
    Percent,
    /// Watts: `830`.
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
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Stands at the line's end.
    pub name: String,
    /// Which axis it is read on.
    pub side: Side,
    /// Tested levels, ascending in x.
    pub points: Vec<(f64, f64)>,
}

/// A horizontal dashed threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleMark {
    /// Its value.
    pub value: f64,
    /// Which axis it is read on.
    pub side: Side,
    /// Stands on the line: `TTFT limit 8 s`.
    pub label: String,
}

/// A vertical line at a capacity limit.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitMark {
    /// Its level.
    pub level: f64,
    /// Stands above it: `Capacity limit: ~39 requests`.
    pub label: String,
    /// Whether it was read off the line between two tested levels: drawn dashed, with hollow marks.
    pub estimated: bool,
}
