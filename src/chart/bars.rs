//! Named values, drawn: a bar each, with its name before it and its value behind it.

use super::backend::{Canvas, Plot, Type};
use super::labels::{shorten, width};
use super::layout::{TICK, TICK_GAP, WIDTH};
use super::lines::cap;
use super::scene::{Anchor, Paint, Scene};
use super::ticks::{Domain, Tick};
use super::{Bar, Bars, Chart};
use crate::font::{Face, Fonts};

/// Most room for a name.
const NAME_ROOM: f64 = 130.0;
/// Around the bars: above, below.
const AROUND: (f64, f64) = (24.0, 32.0);
/// Height of a row with few bars, and with many.
const ROW: (f64, f64) = (16.0, 11.0);
/// From here on rows are closer.
const MANY: usize = 20;
/// Share of a row that its bar takes.
const THICKNESS: f64 = 0.62;
/// Between a bar and what stands behind it.
const GAP: f64 = 4.0;
/// Viewers without the bundled face may set words wider.
const FOREIGN_FACE: f64 = 1.06;
const DASH: [f32; 2] = [4.0, 3.0];
/// How much of the colour a bar has behind its part.
const PALE: f64 = 0.45;

/// Draws bars; as high as their rows need.
pub(super) fn draw(chart: &Chart, bars: &Bars, fonts: &Fonts) -> Scene {
    let rows = bars.bars.len().max(1);
    let row = if rows <= MANY { ROW.0 } else { ROW.1 };
    let size = TICK.min(row - 2.5);
    let rules = chart.rules.iter().map(|rule| rule.value);
    let values: Vec<f64> =
        bars.bars.iter().filter_map(|bar| bar.value).chain(rules).filter(|value| value.is_finite()).collect();
    let (domain, ticks) = Domain::linear(&[(&values, chart.x.quantity)]).remove(0);
    let measure = |text: &str| FOREIGN_FACE * width(fonts, Face::Regular, size, text);
    let names: Vec<String> =
        bars.bars.iter().map(|bar| shorten(fonts, Face::Regular, size, &bar.name, NAME_ROOM)).collect();
    let left = TICK_GAP + names.iter().map(|name| measure(name)).fold(0.0, f64::max);
    let behind = |bar: &Bar| measure(&behind(chart, bar));
    // A short bar has room behind it within the plot; the longest decides the margin.
    let room = WIDTH - left;
    let right = bars
        .bars
        .iter()
        .map(|bar| {
            let share = bar.value.map_or(0.0, |value| domain.place(value));
            (GAP + behind(bar) - (1.0 - share) * (room - behind(bar)).max(0.0)).max(0.0)
        })
        .fold(TICK, f64::max);
    let canvas = Canvas::new(WIDTH, AROUND.0 + rows as f64 * row + AROUND.1, fonts);
    let plot = canvas.plot([AROUND.0, right.min(room / 2.0), AROUND.1, left]);
    let picture = Picture { chart, bars, canvas: &canvas, plot: &plot, domain, ticks, names, size };
    canvas.group("axis", "", || picture.draw_axis());
    picture.draw_bars();
    picture.draw_rules();
    picture.draw_values();
    canvas.finish()
}

/// What stands behind a bar.
fn behind(chart: &Chart, bar: &Bar) -> String {
    let value = bar.value.map(|value| chart.x.quantity.print(value));
    let note = Some(bar.note.clone()).filter(|note| !note.is_empty());
    value.into_iter().chain(note).collect::<Vec<_>>().join(", ")
}

struct Picture<'p> {
    chart: &'p Chart,
    bars: &'p Bars,
    canvas: &'p Canvas<'p>,
    plot: &'p Plot,
    domain: Domain,
    ticks: Vec<Tick>,
    names: Vec<String>,
    size: f64,
}

impl Picture<'_> {
    fn x(&self, value: f64) -> f64 {
        self.plot.at(self.domain.place(value), 0.0).0
    }

    /// Top and bottom of a bar.
    fn row(&self, at: usize) -> (f64, f64) {
        let (top, foot) = self.plot.down();
        let row = (foot - top) / self.bars.bars.len().max(1) as f64;
        let middle = top + (at as f64 + 0.5) * row;
        (middle - THICKNESS * row / 2.0, middle + THICKNESS * row / 2.0)
    }

    fn draw_axis(&self) {
        let ((left, right), (top, foot)) = (self.plot.across(), self.plot.down());
        let set = Type { face: Face::Regular, size: TICK, paint: Paint::Muted, anchor: Anchor::Middle, halo: false };
        for tick in &self.ticks {
            let x = self.x(tick.value);
            self.canvas.line(&[(x, top), (x, foot)], Paint::Grid, 0.6, &[]);
            self.canvas.text(&tick.label, (x, foot + 7.0 + cap(self.canvas, set)), set);
        }
        self.canvas.line(&[(left, top), (left, foot)], Paint::Axis, 0.8, &[]);
        let title = Type { face: Face::Medium, ..set };
        let mut words = self.chart.x.title.clone();
        if !self.bars.part_title.is_empty() {
            words.push_str(&format!("; the dark part: {}", self.bars.part_title));
        }
        let words = shorten(self.canvas.fonts, title.face, TICK, &words, right - left);
        self.canvas.text(&words, ((left + right) / 2.0, foot + 20.0 + cap(self.canvas, title)), title);
        let head = Type { anchor: Anchor::Start, ..title };
        self.canvas.text(&shorten(self.canvas.fonts, head.face, TICK, &self.bars.title, left), (0.0, 8.5), head);
        let name = Type { size: self.size, paint: Paint::Ink, anchor: Anchor::End, ..set };
        for (at, words) in self.names.iter().enumerate() {
            let (high, low) = self.row(at);
            self.canvas.text(words, (left - TICK_GAP, (high + low + cap(self.canvas, name)) / 2.0), name);
        }
    }

    fn draw_bars(&self) {
        let (left, _) = self.plot.across();
        self.canvas.group("points", "", || {
            for (at, bar) in self.bars.bars.iter().enumerate() {
                let (high, low) = self.row(at);
                let end = self.end(bar);
                self.canvas.group("point", self.chart.describe_bar(self.bars, bar), || {
                    let area = |from: f64, to: f64, paint: Paint, alpha: f64| {
                        let corners = [(from, high), (to, high), (to, low), (from, low)];
                        self.canvas.polygon(&corners, paint, alpha, None);
                    };
                    let paint = Paint::Series(u8::from(bar.stands_out));
                    let part = bar.part.map(|part| self.x(part).min(end));
                    area(left, end, paint, if self.bars.part_title.is_empty() { 1.0 } else { PALE });
                    if let Some(part) = part {
                        area(left, part, paint, 1.0);
                    }
                });
            }
        });
    }

    /// Where a bar ends; the start of the axis where it has no value.
    fn end(&self, bar: &Bar) -> f64 {
        bar.value.filter(|value| value.is_finite()).map_or(self.plot.across().0, |value| self.x(value))
    }

    /// What stands behind the bars, above the rules.
    fn draw_values(&self) {
        let words =
            Type { face: Face::Regular, size: self.size, paint: Paint::Muted, anchor: Anchor::Start, halo: true };
        self.canvas.group("label", "", || {
            for (at, bar) in self.bars.bars.iter().enumerate() {
                let (high, low) = self.row(at);
                let text = behind(self.chart, bar);
                let x =
                    self.clear_of_rules(self.end(bar) + GAP, width(self.canvas.fonts, words.face, self.size, &text));
                let text = shorten(self.canvas.fonts, words.face, self.size, &text, WIDTH - x);
                self.canvas.text(&text, (x, (high + low + cap(self.canvas, words)) / 2.0), words);
            }
        });
    }

    /// Where words that begin here lie on no rule: behind the rules that they would lie on, as long as there is room.
    fn clear_of_rules(&self, start: f64, length: f64) -> f64 {
        let mut rules: Vec<f64> = self.chart.rules.iter().map(|rule| self.x(rule.value)).collect();
        rules.sort_by(f64::total_cmp);
        let behind = rules.into_iter().fold(start, |x, rule| {
            let touched = x - GAP / 2.0 < rule && rule < x + length;
            if touched { rule + GAP } else { x }
        });
        if behind + length <= WIDTH { behind } else { start }
    }

    /// The rules across all bars, named above from the right to the left, each clear of the one before.
    fn draw_rules(&self) {
        let (top, foot) = self.plot.down();
        let set = Type { face: Face::SemiBold, size: 7.5, paint: Paint::Ink, anchor: Anchor::Start, halo: false };
        let mut rules: Vec<_> = self.chart.rules.iter().filter(|rule| rule.value.is_finite()).collect();
        rules.sort_by(|a, b| b.value.total_cmp(&a.value));
        let mut free = WIDTH;
        for (at, rule) in rules.iter().enumerate() {
            let x = self.x(rule.value);
            let words = shorten(self.canvas.fonts, set.face, set.size, &rule.label, WIDTH / 2.0);
            let length = FOREIGN_FACE * width(self.canvas.fonts, set.face, set.size, &words);
            let wanted = match (rules.len(), at) {
                (1, _) => x - length / 2.0,
                (_, 0) => x - 3.0,
                _ => x - length + 3.0,
            };
            let start = wanted.min(free - length).max(0.0);
            free = start - 8.0;
            self.canvas.group("rule", rule.label.clone(), || {
                self.canvas.line(&[(x, top - 4.0), (x, foot)], Paint::Ink, 0.9, &DASH);
                self.canvas.text(&words, (start, top - 7.0), set);
            });
        }
    }
}
