//! A chart, drawn.

use super::backend::{Canvas, Plot, Point, Type};
use super::labels::{shorten, width};
use super::layout::{HEIGHT, Layout, TICK, TICK_GAP, WIDTH, tidy};
use super::lines::{Lines, cap, paint, place};
use super::placement::{Rect, Surroundings};
use super::scene::{Anchor, Paint, Scene};
use super::ticks::thin;
use super::{Axis, Chart, Form, LimitKind, LimitMark, RuleMark, Scale, Side};
use crate::font::{Face, Fonts};

const DASH: [f32; 2] = [4.0, 3.0];
const GAPS: [f32; 2] = [DASH[1], DASH[0]];
/// Size of a threshold's words.
const RULE: f64 = 7.5;

/// Draws a chart into a vector picture of 480 × 228 points; a map or bars are as high as their rows need.
///
/// Values that are no numbers are left out; what remains is laid out without overlap, whatever the data. Texts are
/// measured with tabular digits.
pub fn draw(chart: &Chart, fonts: &Fonts) -> Scene {
    draw_at_height(chart, fonts, HEIGHT)
}

/// The same in another height, in points, with type of the same size; a map or bars have the height of their rows all the
/// same.
pub fn draw_at_height(chart: &Chart, fonts: &Fonts, height: f64) -> Scene {
    if let Some(map) = &chart.map {
        return super::map::draw(chart, map, fonts);
    }
    if let Some(bars) = &chart.bars {
        return super::bars::draw(chart, bars, fonts);
    }
    let chart = &tidy(chart);
    let layout = &Layout::of(chart, fonts);
    let canvas = Canvas::new(WIDTH, height, fonts);
    let plot = &canvas.plot(layout.margins);
    let lines = Lines::of(chart, layout, plot);
    let picture = Picture { chart, layout, plot, canvas: &canvas };
    picture.draw_wash();
    canvas.group("axis", "", || picture.draw_axes());
    picture.draw_rules();
    if let Some(limit) = &chart.limit {
        picture.draw_limit(limit);
    }
    lines.draw(&canvas);
    let mut around = picture.surroundings(&lines);
    if chart.form == Form::Path {
        lines.name_ends(&canvas, &mut around);
    } else if chart.series_title.is_empty() {
        lines.name_within(&canvas, &mut around);
    } else {
        lines.name_beside(&canvas);
    }
    chart.rules.iter().for_each(|rule| picture.name_rule(rule, &mut around));
    lines.mark_points(&canvas, &mut around);
    canvas.finish()
}

struct Picture<'p> {
    chart: &'p Chart,
    layout: &'p Layout,
    plot: &'p Plot,
    canvas: &'p Canvas<'p>,
}

impl Picture<'_> {
    /// Grid, axes, ticks and titles.
    fn draw_axes(&self) {
        let (left, right) = self.plot.across();
        for tick in &self.layout.left.1 {
            let y = self.height(Side::Left, tick.value);
            self.canvas.line(&[(left, y), (right, y)], Paint::Grid, 0.6, &[]);
        }
        self.draw_vertical(Side::Left, left - TICK_GAP, Anchor::End);
        if self.chart.right.is_some() {
            self.draw_vertical(Side::Right, right + TICK_GAP, Anchor::Start);
        }
        self.draw_horizontal();
        self.draw_titles();
    }

    fn draw_vertical(&self, side: Side, x: f64, anchor: Anchor) {
        let set = Type { face: Face::Regular, size: TICK, paint: self.axis_paint(side), anchor, halo: false };
        for tick in &self.layout.vertical(side).1 {
            let y = self.height(side, tick.value);
            self.canvas.text(&tick.label, (x, y + cap(self.canvas, set) / 2.0), set);
        }
    }

    fn draw_horizontal(&self) {
        let (left, right) = self.plot.across();
        let (_, foot) = self.plot.down();
        self.canvas.line(&[(left, foot), (right, foot)], Paint::Axis, 0.8, &[]);
        let ticks = &self.layout.x_ticks;
        let centres: Vec<f64> = ticks.iter().map(|tick| self.plot.at(self.layout.x.place(tick.value), 0.0).0).collect();
        let set = Type { face: Face::Regular, size: TICK, paint: Paint::Muted, anchor: Anchor::Middle, halo: false };
        let widths: Vec<f64> = ticks.iter().map(|tick| width(self.canvas.fonts, set.face, TICK, &tick.label)).collect();
        let shown = thin(ticks, &centres, &widths, 5.0, self.chart.x.quantity);
        for (x, shown) in centres.iter().zip(&shown) {
            let length = if *shown { 3.5 } else { 2.2 };
            self.canvas.line(&[(*x, foot), (*x, foot + length)], Paint::Axis, 0.8, &[]);
        }
        for ((tick, x), _) in ticks.iter().zip(&centres).zip(shown).filter(|(_, shown)| *shown) {
            self.canvas.text(&tick.label, (*x, foot + 7.0 + cap(self.canvas, set)), set);
        }
        let title = Type { face: Face::Medium, ..set };
        let words = shorten(self.canvas.fonts, title.face, TICK, &with_scale(&self.chart.x), right - left);
        self.canvas.text(&words, ((left + right) / 2.0, foot + 20.0 + cap(self.canvas, title)), title);
    }

    /// Titles of the vertical axes, lying above them.
    fn draw_titles(&self) {
        let (_, right) = self.plot.across();
        let both = self.chart.right.is_some();
        let face = if both { Face::SemiBold } else { Face::Medium };
        let room = if both { WIDTH / 2.0 - 5.0 } else { right };
        let title = |axis: &Axis, side: Side, x: f64, anchor: Anchor| {
            let words = shorten(self.canvas.fonts, face, TICK, &with_scale(axis), room);
            let set = Type { face, size: TICK, paint: self.axis_paint(side), anchor, halo: false };
            self.canvas.text(&words, (x, 8.5), set);
        };
        title(&self.chart.y, Side::Left, 0.0, Anchor::Start);
        if let Some(axis) = &self.chart.right {
            title(axis, Side::Right, WIDTH, Anchor::End);
        }
    }

    /// What lies beyond the limit.
    fn draw_wash(&self) {
        let Some(limit) = self.chart.limit.as_ref().filter(|limit| limit.kind != LimitKind::Open) else { return };
        let ((left, right), (top, foot)) = (self.plot.across(), self.plot.down());
        let from = if limit.kind == LimitKind::Unmet { left } else { self.limit_x(limit) };
        let corners = [(from, top), (right, top), (right, foot), (from, foot)];
        self.canvas.group("limit", "", || self.canvas.polygon(&corners, Paint::Bad, 0.06, None));
    }

    /// The limit's line with its words above the plot.
    fn draw_limit(&self, limit: &LimitMark) {
        let ((left, right), (top, foot)) = (self.plot.across(), self.plot.down());
        let set = Type { face: Face::SemiBold, size: TICK, paint: Paint::Ink, anchor: Anchor::Start, halo: false };
        let words = shorten(self.canvas.fonts, set.face, TICK, &limit.label, right - left);
        let length = width(self.canvas.fonts, set.face, TICK, &words);
        let x = self.limit_x(limit);
        let start = match limit.kind {
            LimitKind::Tested | LimitKind::Estimated => x - length / 2.0,
            LimitKind::Open => right - length,
            LimitKind::Unmet => left,
        };
        self.canvas.group("limit", limit.label.clone(), || {
            match limit.kind {
                LimitKind::Tested => self.canvas.line(&[(x, top), (x, foot)], Paint::Ink, 0.9, &[]),
                LimitKind::Estimated => {
                    self.canvas.line(&[(x, top), (x, foot)], Paint::Ink, 0.9, &[1.5, 2.5]);
                    self.draw_interval(limit, top);
                }
                LimitKind::Open | LimitKind::Unmet => {}
            }
            self.canvas.text(&words, (start.clamp(left, (right - length).max(left)), top - 5.5), set);
        });
    }

    /// How well an estimate is known: a bar with caps across the limit's line.
    fn draw_interval(&self, limit: &LimitMark, y: f64) {
        let Some((low, high)) = limit.interval.filter(|(low, high)| low.is_finite() && high.is_finite()) else {
            return;
        };
        let at = |level: f64| self.plot.at(self.layout.x.place(level).clamp(0.0, 1.0), 0.0).0;
        let (from, to) = (at(low), at(high));
        // Narrower than this it is a blot.
        if to - from < 5.0 {
            return;
        }
        let y = y + 5.0;
        self.canvas.line(&[(from, y), (to, y)], Paint::Ink, 0.9, &[]);
        for x in [from, to] {
            self.canvas.line(&[(x, y - 2.0), (x, y + 2.0)], Paint::Ink, 0.9, &[]);
        }
    }

    fn draw_rules(&self) {
        let (left, right) = self.plot.across();
        let mut last = f64::NEG_INFINITY;
        for rule in &self.chart.rules {
            let y = self.height(rule.side, rule.value);
            // A second rule at the same height goes into the gaps of the first, so that both are seen.
            let (start, dash) = if (y - last).abs() < 1.0 { (left + f64::from(DASH[0]), GAPS) } else { (left, DASH) };
            last = y;
            let line = [(start, y), (right, y)];
            self.canvas.group("rule", rule.label.clone(), || self.canvas.line(&line, rule_paint(rule), 1.0, &dash));
        }
    }

    /// The rule's words, above or below it where they cross the fewest lines.
    fn name_rule(&self, rule: &RuleMark, around: &mut Surroundings) {
        let set = Type { face: Face::SemiBold, size: RULE, paint: rule_paint(rule), anchor: Anchor::Start, halo: true };
        let (left, right) = self.plot.across();
        let words = shorten(self.canvas.fonts, set.face, RULE, &rule.label, right - left - 8.0);
        let length = width(self.canvas.fonts, set.face, RULE, &words);
        let y = self.height(rule.side, rule.value);
        let (above, below) = (y - 4.4, y + 3.8 + cap(self.canvas, set));
        let (first, last) = (left + 4.0, right - 4.0 - length);
        let stops = [0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.875, 0.375, 0.625];
        let places: Vec<(Point, Anchor)> = [above, below]
            .iter()
            .flat_map(|y| stops.map(|share| ((first + share * (last - first), *y), Anchor::Start)))
            .collect();
        if let Some((at, _)) = around.take(&places, length, RULE) {
            self.canvas.group("label", "", || self.canvas.text(&words, at, set));
        }
    }

    /// What words in the picture have to keep clear of.
    fn surroundings(&self, lines: &Lines) -> Surroundings {
        let ((left, right), (top, bottom)) = (self.plot.across(), self.plot.down());
        let rules = self.chart.rules.iter().map(|rule| {
            let y = self.height(rule.side, rule.value);
            ((left, y), (right, y))
        });
        let limit = self.chart.limit.iter().map(|limit| self.limit_x(limit)).map(|x| ((x, top), (x, bottom)));
        Surroundings {
            bounds: Rect { left, top: top - 3.0, right, bottom },
            lines: lines.pieces().chain(rules).chain(limit).collect(),
            texts: lines.marks().collect(),
        }
    }

    fn height(&self, side: Side, value: f64) -> f64 {
        self.plot.at(0.0, self.layout.vertical(side).0.place(value)).1
    }

    fn limit_x(&self, limit: &LimitMark) -> f64 {
        place(self.layout, self.plot, Side::Left, (limit.level, 1.0)).0
    }

    /// With two axes, each has the colour of its line, where it has one line.
    fn axis_paint(&self, side: Side) -> Paint {
        let mut own = self.chart.series.iter().enumerate().filter(|(_, series)| series.side == side);
        match (self.chart.right.is_some(), own.next(), own.next()) {
            (true, Some((at, _)), None) => paint(at),
            _ => Paint::Muted,
        }
    }
}

fn rule_paint(rule: &RuleMark) -> Paint {
    rule.series.map_or(Paint::Bad, paint)
}

/// An axis' title, with a word on its scale where that is not the usual one.
fn with_scale(axis: &Axis) -> String {
    match (axis.scale, axis.title.strip_suffix(')')) {
        (Scale::Linear, _) => axis.title.clone(),
        (Scale::Log, Some(open)) => format!("{open}, log scale)"),
        (Scale::Log, None) => format!("{} (log scale)", axis.title),
    }
}
