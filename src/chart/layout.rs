//! What a chart needs before it can be drawn: spans, ticks and margins.

use super::labels::{shorten, width};
use super::ticks::{Domain, Tick};
use super::{Axis, Chart, Form, Scale, Series, Side};
use crate::font::{Face, Fonts};

/// Width of every picture, points.
pub(super) const WIDTH: f64 = 480.0;
/// Height of every picture, points.
pub(super) const HEIGHT: f64 = 228.0;
/// Size of tick labels and axis titles.
pub(super) const TICK: f64 = 8.0;
/// Size of the labels at the lines' ends.
pub(super) const NAME: f64 = 8.5;
/// Between an axis and its tick labels.
pub(super) const TICK_GAP: f64 = 6.0;
/// Between the plot and the labels at the lines' ends.
pub(super) const NAME_GAP: f64 = 10.0;

/// Length of the piece of line before a reference's name, with the gap behind it.
pub(super) const KEY: f64 = 14.0;

/// Most room that a label at a line's end takes.
const NAME_ROOM: f64 = 132.0;
/// Viewers without the bundled face may set names a little wider.
const FOREIGN_FACE: f64 = 1.06;

/// Spans, ticks and margins of a chart.
pub(super) struct Layout {
    pub x: Domain,
    pub x_ticks: Vec<Tick>,
    pub left: (Domain, Vec<Tick>),
    pub right: Option<(Domain, Vec<Tick>)>,
    /// Names of the series, short enough for their place.
    pub names: Vec<String>,
    /// Name of the run that a reference's lines belong to, short enough likewise; none without such lines.
    pub reference: Option<String>,
    /// Around the plot: top, right, bottom, left.
    pub margins: [f64; 4],
}

impl Layout {
    /// Lays out a tidied chart.
    pub fn of(chart: &Chart, fonts: &Fonts) -> Self {
        let levels = across(chart);
        let x = Domain::around(&levels, chart.x.scale);
        let x_ticks = x.across(&chart.x);
        let (left, right) = vertical(chart);
        // One of the names within a picture says what all of them are, where there is room for that.
        let fits = |text: &str| !text.is_empty() && width(fonts, Face::SemiBold, NAME, text) <= NAME_ROOM;
        let named = |(at, series): (usize, &Series)| match chart.form {
            Form::Path if at == 0 && fits(&series.subject) => series.subject.clone(),
            _ => series.name.clone(),
        };
        let names = chart.series.iter().enumerate().map(named);
        let names: Vec<String> = names.map(|name| shorten(fonts, Face::SemiBold, NAME, &name, NAME_ROOM)).collect();
        let shortened =
            |reference: &super::ReferenceLines| shorten(fonts, Face::Regular, NAME, &reference.name, NAME_ROOM - KEY);
        let reference = chart.reference.as_ref().filter(|reference| !reference.lines.is_empty()).map(shortened);
        let widest = |ticks: &[Tick]| {
            ticks.iter().map(|tick| width(fonts, Face::Regular, TICK, &tick.label)).fold(0.0, f64::max)
        };
        let last_tick = x_ticks.last().map_or(0.0, |tick| width(fonts, Face::Regular, TICK, &tick.label) / 2.0);
        let beside = match &right {
            Some((_, ticks)) => TICK_GAP + widest(ticks),
            // A path is named where it ends, which is seldom at the right edge.
            None if chart.series_title.is_empty() || chart.form == Form::Path => 0.0,
            None => {
                let title = width(fonts, Face::Regular, 7.5, &chart.series_title);
                let name = |name: &String| width(fonts, Face::SemiBold, NAME, name);
                let reference = reference.iter().map(|name| KEY + width(fonts, Face::Regular, NAME, name));
                NAME_GAP + FOREIGN_FACE * names.iter().map(name).chain(reference).fold(title, f64::max)
            }
        };
        let top = if chart.limit.is_some() { 32.0 } else { 24.0 };
        let margins = [top, beside.max(last_tick) + 1.0, 32.0, TICK_GAP + widest(&left.1)];
        Self { x, x_ticks, left, right, names, reference, margins }
    }

    /// Span and ticks of a vertical axis.
    pub fn vertical(&self, side: Side) -> &(Domain, Vec<Tick>) {
        match side {
            Side::Left => &self.left,
            Side::Right => self.right.as_ref().unwrap_or(&self.left),
        }
    }
}

/// The chart without what cannot be drawn: values that are no numbers, and powers where a value is not above 0.
pub(super) fn tidy(chart: &Chart) -> Chart {
    // Beyond these no measured value comes; arithmetic on the rest stays finite.
    let is_drawable = |value: f64| value.abs() < 1e15 && (value == 0.0 || value.abs() > 1e-12);
    let mut tidy = chart.clone();
    let reference = tidy.reference.iter_mut().flat_map(|reference| &mut reference.lines).map(|(_, line)| line);
    for series in tidy.series.iter_mut().chain(reference) {
        let known: Vec<bool> = series.points.iter().map(|(x, y)| is_drawable(*x) && is_drawable(*y)).collect();
        keep(&mut series.points, &known);
        keep(&mut series.notes, &known);
        keep(&mut series.marks, &known);
        series.band.retain(|(x, low, high)| [*x, *low, *high].into_iter().all(is_drawable) && low <= high);
    }
    tidy.rules.retain(|rule| is_drawable(rule.value));
    tidy.limit = tidy.limit.filter(|limit| is_drawable(limit.level));
    if across(&tidy).iter().any(|x| *x <= 0.0) {
        tidy.x.scale = Scale::Linear;
    }
    // An axis of powers has no place for an interval that reaches to zero.
    let scales = [Side::Left, Side::Right].map(|side| tidy.axis(side).scale);
    for series in &mut tidy.series {
        let scale = scales[usize::from(series.side == Side::Right)];
        series.band.retain(|(_, low, _)| scale == Scale::Linear || *low > 0.0);
    }
    let above_zero = |side| values(&tidy, side).iter().all(|y| *y > 0.0);
    let (left, right) = (above_zero(Side::Left), above_zero(Side::Right));
    let demote = |axis: &mut Axis, keep: bool| axis.scale = if keep { axis.scale } else { Scale::Linear };
    demote(&mut tidy.y, left);
    if let Some(axis) = &mut tidy.right {
        demote(axis, right);
    }
    tidy
}

/// Keeps what is kept of the points.
fn keep<T>(values: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    values.retain(|_| kept.next().copied().unwrap_or(false));
}

/// Every value that the horizontal axis must show.
fn across(chart: &Chart) -> Vec<f64> {
    let points = chart.lines().flat_map(|series| &series.points).map(|(x, _)| *x);
    let limit = chart.limit.iter().map(|limit| limit.level);
    // A path between two measured values is read from zero, like every other.
    let zero = (chart.form == Form::Path && chart.x.scale == Scale::Linear).then_some(0.0);
    points.chain(limit).chain(chart.x.levels.iter().copied()).chain(zero).collect()
}

/// Every value that a vertical axis must show.
fn values(chart: &Chart, side: Side) -> Vec<f64> {
    let on = |found: Side| chart.right.is_none() || found == side;
    let series = chart.lines().filter(|series| on(series.side));
    let rules = chart.rules.iter().filter(|rule| on(rule.side)).map(|rule| rule.value);
    let shown = |series: &Series| {
        let bands = series.band.iter().flat_map(|(_, low, high)| [*low, *high]);
        series.points.iter().map(|(_, y)| *y).chain(bands).collect::<Vec<_>>()
    };
    series.flat_map(shown).chain(rules).collect()
}

type Vertical = (Domain, Vec<Tick>);

fn vertical(chart: &Chart) -> (Vertical, Option<Vertical>) {
    let values = |side| values(chart, side);
    let one = |axis: &Axis, values: &[f64]| match axis.scale {
        Scale::Log if !values.is_empty() => Domain::log(values, axis.quantity),
        _ => Domain::linear(&[(values, axis.quantity)]).remove(0),
    };
    let left = values(Side::Left);
    let Some(axis) = &chart.right else { return (one(&chart.y, &left), None) };
    let right = values(Side::Right);
    if chart.y.scale == Scale::Linear && axis.scale == Scale::Linear {
        let mut axes = Domain::linear(&[(&left, chart.y.quantity), (&right, axis.quantity)]);
        let second = axes.pop();
        (axes.remove(0), second)
    } else {
        (one(&chart.y, &left), Some(one(axis, &right)))
    }
}
