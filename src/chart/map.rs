//! A map, drawn: a field per cell of the grid, shaded by the thresholds it misses, with the thresholds as borders.

use super::backend::{Canvas, Plot, Type};
use super::labels::{shorten, width};
use super::layout::{TICK, TICK_GAP, WIDTH};
use super::lines::cap;
use super::scene::{Anchor, Paint, Scene};
use super::theme::{SHADES, on_heat};
use super::ticks::{Tick, thin};
use super::{Axis, Bound, Chart, Map};
use crate::font::{Face, Fonts};

/// Room for the thresholds on the right.
const KEY: f64 = 162.0;
/// Between the fields and the key's bar, and the bar's width.
const BAR: (f64, f64) = (14.0, 9.0);
/// Height of a class in the key: two lines of words.
const CLASS: f64 = 21.0;
/// Around the fields: above, below.
const AROUND: (f64, f64) = (22.0, 32.0);
/// Sizes that values are tried in.
const VALUE: [f64; 4] = [8.0, 7.25, 6.5, 5.75];
/// Size of the words beside the key.
const NAME: f64 = 7.25;
/// Viewers without the bundled face may set words wider.
const FOREIGN_FACE: f64 = 1.12;
/// Most room for the label of a level.
const LABEL: f64 = 64.0;

/// Draws a map; as high as its rows and its key need.
pub(super) fn draw(chart: &Chart, map: &Map, fonts: &Fonts) -> Scene {
    let rows = map.values.len().max(1) as f64;
    let row = if rows <= 6.0 { 22.0 } else { (180.0 / rows).clamp(9.0, 22.0) };
    let height = (rows * row).max(CLASS * (map.bounds.len() + 1) as f64);
    let levels = chart.y.levels.iter().map(|level| width(fonts, Face::Regular, TICK, &label(&chart.y, *level, fonts)));
    let left = TICK_GAP + levels.fold(0.0, f64::max);
    let canvas = Canvas::new(WIDTH, AROUND.0 + height + AROUND.1, fonts);
    let plot = canvas.plot([AROUND.0, KEY, AROUND.1, left]);
    let picture = Picture { chart, map, canvas: &canvas, plot: &plot };
    canvas.group("axis", "", || picture.draw_axes());
    picture.draw_fields();
    canvas.group("rule", "", || picture.draw_borders());
    canvas.group("label", "", || picture.draw_key());
    canvas.finish()
}

struct Picture<'p> {
    chart: &'p Chart,
    map: &'p Map,
    canvas: &'p Canvas<'p>,
    plot: &'p Plot,
}

impl Picture<'_> {
    fn rows(&self) -> usize {
        self.map.values.len().max(1)
    }

    fn columns(&self) -> usize {
        self.chart.x.levels.len().max(1)
    }

    /// Left, top, right and bottom of a field.
    fn field(&self, row: usize, column: usize) -> [f64; 4] {
        let share = |at: usize, all: usize| at as f64 / all as f64;
        let (left, bottom) = self.plot.at(share(column, self.columns()), share(row, self.rows()));
        let (right, top) = self.plot.at(share(column + 1, self.columns()), share(row + 1, self.rows()));
        [left, top, right, bottom]
    }

    fn value(&self, row: usize, column: usize) -> Option<f64> {
        self.map.values.get(row)?.get(column).copied()?.filter(|value| value.is_finite())
    }

    /// Every field: row, column and value.
    fn fields(&self) -> impl Iterator<Item = (usize, usize, Option<f64>)> + '_ {
        (0..self.rows())
            .flat_map(move |row| (0..self.columns()).map(move |column| (row, column, self.value(row, column))))
    }

    fn draw_axes(&self) {
        let plain = Type { face: Face::Regular, size: TICK, paint: Paint::Muted, anchor: Anchor::End, halo: false };
        let title = Type { face: Face::Medium, anchor: Anchor::Start, ..plain };
        let ((left, right), (_, foot)) = (self.plot.across(), self.plot.down());
        let fonts = self.canvas.fonts;
        let (x, y) = (&self.chart.x, &self.chart.y);
        let name = |axis: &Axis, room: f64| shorten(fonts, title.face, TICK, &axis.title, room);
        self.canvas.text(&name(y, right - 8.0), (0.0, 8.5), title);

        let rows: Vec<Tick> = ticks(y, fonts);
        let middles: Vec<f64> = (0..rows.len()).map(|row| middle(self.field(row, 0)).1).collect();
        // Rows run upwards; labels that collide are thinned as along a line.
        let down: Vec<f64> = middles.iter().map(|y| -y).collect();
        let shown = thin(&rows, &down, &vec![TICK; rows.len()], 1.0, y.quantity);
        for ((tick, y), _) in rows.iter().zip(&middles).zip(shown).filter(|(_, shown)| *shown) {
            self.canvas.text(&tick.label, (left - TICK_GAP, y + cap(self.canvas, plain) / 2.0), plain);
        }

        let centred = Type { anchor: Anchor::Middle, ..plain };
        let columns: Vec<Tick> = ticks(x, fonts);
        let widths: Vec<f64> = columns.iter().map(|tick| width(fonts, plain.face, TICK, &tick.label)).collect();
        let centre = |at: usize| {
            let half = widths[at] / 2.0;
            middle(self.field(0, at)).0.clamp(half, (right - half).max(half))
        };
        let centres: Vec<f64> = (0..columns.len()).map(centre).collect();
        let shown = thin(&columns, &centres, &widths, 4.0, x.quantity);
        for ((tick, x), _) in columns.iter().zip(&centres).zip(shown).filter(|(_, shown)| *shown) {
            self.canvas.text(&tick.label, (*x, foot + 6.0 + cap(self.canvas, plain)), centred);
        }
        let under = Type { face: Face::Medium, ..centred };
        let at = ((left + right) / 2.0, foot + 19.0 + cap(self.canvas, under));
        self.canvas.text(&name(x, right - left), at, under);
    }

    fn draw_fields(&self) {
        let size = self.size_of_values();
        self.canvas.group("points", "", || {
            for (row, column, value) in self.fields() {
                let [left, top, right, bottom] = self.field(row, column);
                let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
                let Some(value) = value else { continue };
                let paint = Paint::Heat(self.shade(self.map.class(value)));
                let rim = Some((Paint::Paper, 0.7));
                let title = self.chart.describe_field(self.map, row, column, value);
                self.canvas.group("point", title, || self.canvas.polygon(&corners, paint, 1.0, rim));
            }
        });
        let Some(size) = size else { return };
        for (row, column, value) in self.fields() {
            let (x, y) = middle(self.field(row, column));
            let (words, paint) = match value {
                Some(value) => (self.printed(value), on_heat(self.shade(self.map.class(value)))),
                None => ("–".to_owned(), Paint::Muted),
            };
            let set = Type { face: Face::Regular, size, paint, anchor: Anchor::Middle, halo: false };
            self.canvas.text(&words, (x, y + cap(self.canvas, set) / 2.0), set);
        }
    }

    /// The largest size in which every value fits its field; none where they are too many.
    fn size_of_values(&self) -> Option<f64> {
        let [left, top, right, bottom] = self.field(0, 0);
        let fits = |size: f64, text: &str| {
            width(self.canvas.fonts, Face::Regular, size, text) + 3.0 <= right - left && size + 1.5 <= bottom - top
        };
        let printed: Vec<String> = self.fields().filter_map(|(.., value)| Some(self.printed(value?))).collect();
        VALUE.into_iter().find(|size| printed.iter().all(|text| fits(*size, text)))
    }

    fn printed(&self, value: f64) -> String {
        let text = self.map.quantity.print(value);
        text.strip_suffix(" tok/s").map(str::to_owned).unwrap_or(text)
    }

    /// Where neighbours lie in different classes, a threshold runs between them.
    fn draw_borders(&self) {
        let class = |row, column| self.value(row, column).map(|value| self.map.class(value));
        let differ = |a: Option<usize>, b: Option<usize>| matches!((a, b), (Some(a), Some(b)) if a != b);
        for (row, column, _) in self.fields() {
            let [left, top, right, bottom] = self.field(row, column);
            let here = class(row, column);
            if column + 1 < self.columns() && differ(here, class(row, column + 1)) {
                self.canvas.line(&[(right, top), (right, bottom)], Paint::Ink, 1.3, &[]);
            }
            if row + 1 < self.rows() && differ(here, class(row + 1, column)) {
                self.canvas.line(&[(left, top), (right, top)], Paint::Ink, 1.3, &[]);
            }
        }
    }

    /// The classes from the best down, with the thresholds that part them.
    fn draw_key(&self) {
        let fonts = self.canvas.fonts;
        let ((_, right), (top, foot)) = (self.plot.across(), self.plot.down());
        let (left, bar) = (right + BAR.0, BAR.1);
        let classes = self.map.bounds.len() + 1;
        let edge = |class: usize| top + (foot - top) * class as f64 / classes as f64;
        for class in 0..classes {
            let (high, low) = (edge(class), edge(class + 1));
            let corners = [(left, high), (left + bar, high), (left + bar, low), (left, low)];
            self.canvas.polygon(&corners, Paint::Heat(self.shade(class)), 1.0, Some((Paint::Paper, 0.7)));
        }
        let words = left + bar + 6.0;
        let room = (WIDTH - words) / FOREIGN_FACE;
        let head = Type { face: Face::Regular, size: NAME, paint: Paint::Muted, anchor: Anchor::Start, halo: false };
        let title = shorten(fonts, head.face, NAME, &self.map.bounds_title, WIDTH - left);
        self.canvas.text(&title, (left, 8.5), head);
        for (at, bound) in self.map.bounds.iter().enumerate() {
            let y = edge(at + 1);
            self.canvas.line(&[(left, y), (left + bar + 3.5, y)], Paint::Ink, 1.3, &[]);
            let strong = Type { face: Face::SemiBold, paint: Paint::Ink, ..head };
            let label = shorten(fonts, strong.face, NAME, &bound.label, room);
            self.canvas.text(&label, (words, y - 2.0), strong);
            self.canvas.text(&names(bound, fonts, room), (words, y + 2.0 + cap(self.canvas, head)), head);
        }
    }

    /// Spread over the palette, so that two classes are as far apart as their number allows.
    fn shade(&self, class: usize) -> u8 {
        let last = self.map.bounds.len().max(1);
        (class.min(last) * (SHADES - 1) / last) as u8
    }
}

/// The use cases of a threshold, as far as they fit: the first, and how many more.
fn names(bound: &Bound, fonts: &Fonts, room: f64) -> String {
    let all = bound.names.join(", ");
    let fits = |text: &str| width(fonts, Face::Regular, NAME, text) <= room;
    match &bound.names[..] {
        [first, rest @ ..] if !rest.is_empty() && !fits(&all) => {
            let more = format!(" + {}", rest.len());
            let taken = width(fonts, Face::Regular, NAME, &more);
            format!("{}{more}", shorten(fonts, Face::Regular, NAME, first, room - taken))
        }
        _ => shorten(fonts, Face::Regular, NAME, &all, room),
    }
}

fn ticks(axis: &Axis, fonts: &Fonts) -> Vec<Tick> {
    axis.levels.iter().map(|level| Tick { value: *level, label: label(axis, *level, fonts) }).collect()
}

fn label(axis: &Axis, level: f64, fonts: &Fonts) -> String {
    shorten(fonts, Face::Regular, TICK, &axis.print(level), LABEL)
}

fn middle([left, top, right, bottom]: [f64; 4]) -> (f64, f64) {
    ((left + right) / 2.0, (top + bottom) / 2.0)
}
