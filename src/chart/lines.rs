//! The lines of a chart, their marks and their names.

use super::backend::{Canvas, Plot, Point, Type};
use super::labels::{dodge, width};
use super::layout::{KEY, Layout, NAME, NAME_GAP};
use super::placement::{Rect, Surroundings};
use super::scene::{Anchor, Paint};
use super::{Chart, Form, LimitKind, Side};
use crate::font::Face;

/// Between the middles of two labels at the lines' ends.
const NAME_PITCH: f64 = 11.0;
/// Dashes of a stretch that was not measured.
const READ_OFF: [f32; 2] = [5.0, 2.5];
/// Size of what stands at a point.
const MARK: f64 = 7.0;

/// The lines of a chart in points.
pub(super) struct Lines<'c> {
    chart: &'c Chart,
    layout: &'c Layout,
    plot: &'c Plot,
    /// Points of each series, in the order of the series.
    pub paths: Vec<Vec<Point>>,
    /// The same for the lines of a reference.
    reference: Vec<Vec<Point>>,
    radius: f64,
}

impl<'c> Lines<'c> {
    /// Places every tested point.
    pub fn of(chart: &'c Chart, layout: &'c Layout, plot: &'c Plot) -> Self {
        let path = |series: &super::Series| {
            series.points.iter().map(|point| place(layout, plot, series.side, *point)).collect::<Vec<_>>()
        };
        let paths: Vec<Vec<Point>> = chart.series.iter().map(path).collect();
        let reference = chart.lines().skip(chart.series.len()).map(path).collect();
        let mut steps: Vec<f64> =
            paths.iter().flat_map(|path| path.windows(2)).map(|pair| (pair[1].0 - pair[0].0).abs()).collect();
        steps.sort_by(f64::total_cmp);
        // Marks shrink where most would run into each other.
        let radius = steps.get(steps.len() / 2).map_or(2.7, |middle| (0.3 * middle).clamp(1.4, 2.7));
        Self { chart, layout, plot, paths, reference, radius }
    }

    /// Straight pieces of every line, for labels to keep clear of.
    pub fn pieces(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let all = self.paths.iter().chain(&self.reference);
        all.flat_map(|path| path.windows(2).map(|pair| (pair[0], pair[1])))
    }

    /// What every mark covers.
    pub fn marks(&self) -> impl Iterator<Item = Rect> + '_ {
        let reach = self.radius;
        self.paths.iter().flatten().map(move |(x, y)| Rect {
            left: x - reach,
            top: y - reach,
            right: x + reach,
            bottom: y + reach,
        })
    }

    /// Draws the lines, later ones above earlier ones, each with a rim in the ground's colour.
    pub fn draw(&self, canvas: &Canvas) {
        self.draw_reference(canvas);
        for (at, (series, path)) in self.chart.series.iter().zip(&self.paths).enumerate() {
            if path.is_empty() {
                continue;
            }
            let paint = paint(at);
            canvas.group("series", series.subject.clone(), || {
                self.draw_band(canvas, at);
                if path.len() > 1 {
                    canvas.line(path, Paint::Paper, 3.6, &[]);
                    for (piece, is_measured) in self.stretches(at) {
                        canvas.line(&piece, paint, 1.7, if is_measured { &[] } else { &READ_OFF });
                    }
                }
                canvas.group("points", "", || {
                    for (point, at_point) in series.points.iter().zip(path) {
                        let title = self.chart.describe(series, *point);
                        canvas.group("point", title, || mark(canvas, at, *at_point, self.radius, false));
                    }
                });
                self.draw_estimate(canvas, at);
            });
        }
    }

    /// The lines of another run, behind all others.
    fn draw_reference(&self, canvas: &Canvas) {
        let Some(reference) = &self.chart.reference else { return };
        for ((like, series), path) in reference.lines.iter().zip(&self.reference) {
            if path.is_empty() {
                continue;
            }
            canvas.group("reference", series.subject.clone(), || {
                if path.len() > 1 {
                    canvas.line(path, Paint::Axis, 0.8, &[]);
                }
                for (point, at_point) in series.points.iter().zip(path) {
                    let title = self.chart.describe(series, *point);
                    let radius = 0.62 * self.radius;
                    canvas.group("point", title, || shape(canvas, *like, *at_point, radius, Paint::Axis, None));
                }
            });
        }
    }

    /// The line in stretches: solid between neighbouring tested levels, and not where a level between was not measured
    /// or where a limit was read off.
    fn stretches(&self, at: usize) -> Vec<(Vec<Point>, bool)> {
        let (points, path) = (&self.chart.series[at].points, &self.paths[at]);
        let mut stretches: Vec<(Vec<Point>, bool)> = Vec::new();
        for (pair, place) in points.windows(2).zip(path.windows(2)) {
            let is_measured = self.is_measured(pair[0].0, pair[1].0);
            match stretches.last_mut() {
                Some((piece, kind)) if *kind == is_measured => piece.push(place[1]),
                _ => stretches.push((place.to_vec(), is_measured)),
            }
        }
        stretches
    }

    fn is_measured(&self, from: f64, to: f64) -> bool {
        if self.chart.form == Form::Path {
            return true;
        }
        let is_skipped = self.chart.x.levels.iter().any(|level| from < *level && *level < to);
        let limit = self.chart.limit.as_ref().filter(|limit| limit.kind == LimitKind::Estimated);
        let is_bracket = limit.and_then(|limit| limit.bracket).is_some_and(|(low, high)| low <= from && to <= high);
        !is_skipped && !is_bracket
    }

    /// How well the means are known.
    fn draw_band(&self, canvas: &Canvas, at: usize) {
        let series = &self.chart.series[at];
        let clamped = |(x, y): (f64, f64)| {
            let (left, right) = self.plot.across();
            let (top, foot) = self.plot.down();
            (x.clamp(left, right), y.clamp(top, foot))
        };
        let end = |x: f64, y: f64| clamped(place(self.layout, self.plot, series.side, (x, y)));
        // Neighbouring points with a known interval share a band; one between unknown ones has none to join.
        let known = |point: &(f64, f64)| series.band.iter().find(|(x, ..)| *x == point.0);
        let mut runs: Vec<Vec<(Point, Point)>> = vec![Vec::new()];
        for point in &series.points {
            match (known(point), runs.last_mut()) {
                (Some((x, low, high)), Some(run)) => run.push((end(*x, *low), end(*x, *high))),
                _ => runs.push(Vec::new()),
            }
        }
        for run in runs.iter().filter(|run| run.len() > 1) {
            let lows = run.iter().map(|(low, _)| *low);
            let outline: Vec<Point> = lows.chain(run.iter().rev().map(|(_, high)| *high)).collect();
            canvas.group("band", "", || canvas.polygon(&outline, paint(at), 0.18, None));
        }
    }

    /// The hollow mark where a line meets an estimated limit.
    fn draw_estimate(&self, canvas: &Canvas, at: usize) {
        let Some(limit) = self.chart.limit.as_ref().filter(|limit| limit.kind == LimitKind::Estimated) else { return };
        let series = &self.chart.series[at];
        let Some(value) = between(&series.points, limit.level) else { return };
        let centre = place(self.layout, self.plot, series.side, (limit.level, value));
        let title = self.chart.describe_estimate(series, (limit.level, value));
        canvas.group("estimate", title, || mark(canvas, at, centre, self.radius + 0.4, true));
    }

    /// Names at the lines' ends, in a column to the right of the plot.
    pub fn name_beside(&self, canvas: &Canvas) {
        let (top, foot) = self.plot.down();
        let column = self.plot.across().1 + NAME_GAP;
        let (low, high) = (top - 4.0, foot);
        let room = ((high - low) / NAME_PITCH) as usize + 1;
        let named = |at: &usize| !self.layout.names[*at].is_empty() && !self.paths[*at].is_empty();
        let named: Vec<usize> = (0..self.paths.len()).filter(named).take(room).collect();
        let keyed = self.layout.reference.as_ref().filter(|_| named.len() < room);
        // The rightmost point, which in a path need not be the last.
        let end = |path: &Vec<Point>| path.iter().copied().reduce(|a, b| if b.0 >= a.0 { b } else { a });
        let ends: Vec<Point> = named.iter().filter_map(|at| end(&self.paths[*at])).collect();
        // A reference's name stands below the others.
        let wanted: Vec<f64> = ends.iter().map(|end| end.1).chain(keyed.map(|_| high)).collect();
        let places = dodge(&wanted, NAME_PITCH, low, high);
        for ((at, end), y) in named.iter().zip(&ends).zip(&places) {
            canvas.group("label", "", || {
                let from = end.0 + self.radius + 1.8;
                let is_far = column - from > 3.0 * NAME_GAP;
                if (y - end.1).abs() > 1.5 || is_far {
                    // Dotted where the line ends early, so that nobody takes it for a measured one.
                    let dash: &[f32] = if is_far { &[0.8, 2.4] } else { &[] };
                    canvas.line(&[(from, end.1), (column - 2.5, *y)], paint(*at), 0.5, dash);
                }
                let set =
                    Type { face: Face::SemiBold, size: NAME, paint: paint(*at), anchor: Anchor::Start, halo: false };
                canvas.text(&self.layout.names[*at], (column, y + cap(canvas, set) / 2.0), set);
            });
        }
        if let (Some(name), Some(y)) = (keyed, places.last()) {
            canvas.group("label", "", || {
                canvas.line(&[(column, *y), (column + KEY - 4.0, *y)], Paint::Axis, 0.8, &[]);
                let set =
                    Type { face: Face::Regular, size: NAME, paint: Paint::Muted, anchor: Anchor::Start, halo: false };
                canvas.text(name, (column + KEY, y + cap(canvas, set) / 2.0), set);
            });
        }
        if let Some(first) = places.iter().copied().reduce(f64::min) {
            let set = Type { face: Face::Regular, size: 7.5, paint: Paint::Muted, anchor: Anchor::Start, halo: false };
            canvas.text(&self.chart.series_title, (column, first - 9.0), set);
        }
    }

    /// Names within the picture, beside their lines.
    pub fn name_within(&self, canvas: &Canvas, around: &mut Surroundings) {
        for (at, path) in self.paths.iter().enumerate() {
            let name = &self.layout.names[at];
            let set = Type { face: Face::SemiBold, size: NAME, paint: paint(at), anchor: Anchor::End, halo: true };
            let width = width(canvas.fonts, set.face, set.size, name);
            let (above, below) = (-6.0, 6.0 + cap(canvas, set));
            let mut places = Vec::new();
            for (x, y) in along(path) {
                for shift in [above, below] {
                    places.extend([Anchor::End, Anchor::Middle, Anchor::Start].map(|anchor| ((x, y + shift), anchor)));
                }
            }
            if let Some((place, anchor)) = around.take(&places, width, NAME).filter(|_| !name.is_empty()) {
                canvas.group("label", "", || canvas.text(name, place, Type { anchor, ..set }));
            }
        }
        self.name_reference_within(canvas, around);
    }

    /// The reference's name within the picture, beside each of its lines.
    fn name_reference_within(&self, canvas: &Canvas, around: &mut Surroundings) {
        let Some(name) = &self.layout.reference else { return };
        let set = Type { face: Face::Regular, size: MARK, paint: Paint::Muted, anchor: Anchor::End, halo: true };
        let width = width(canvas.fonts, set.face, set.size, name);
        for path in &self.reference {
            let mut places = Vec::new();
            for (x, y) in along(path) {
                for shift in [-5.0, 5.0 + cap(canvas, set)] {
                    places.extend([Anchor::End, Anchor::Middle, Anchor::Start].map(|anchor| ((x, y + shift), anchor)));
                }
            }
            if let Some((place, anchor)) = around.take(&places, width, MARK) {
                canvas.group("label", "", || canvas.text(name, place, Type { anchor, ..set }));
            }
        }
    }
}

impl Lines<'_> {
    /// Names of paths, each where its line ends: at the largest load.
    pub fn name_ends(&self, canvas: &Canvas, around: &mut Surroundings) {
        for (at, path) in self.paths.iter().enumerate() {
            let (name, Some(end)) = (&self.layout.names[at], path.last()) else { continue };
            let set = Type { face: Face::SemiBold, size: NAME, paint: paint(at), anchor: Anchor::End, halo: true };
            let width = width(canvas.fonts, set.face, set.size, name);
            let before = path.iter().rev().nth(1).unwrap_or(end);
            let mut places = around_point(*end, self.radius + 4.0, cap(canvas, set));
            // Onward from where the line came, where that is free.
            places.sort_by_key(|((x, _), anchor)| match anchor {
                Anchor::Middle => 1,
                _ => {
                    if (end.0 >= before.0) == (*x > end.0) {
                        0
                    } else {
                        2
                    }
                }
            });
            places.extend(around_point(*end, self.radius + 9.0, cap(canvas, set)));
            let free = around.take_clear(&places, width, NAME).or_else(|| {
                places.extend(along(path).into_iter().flat_map(|at| around_point(at, 6.0, cap(canvas, set))));
                // A long name over a gentle slope needs some distance.
                places.extend(along(path).into_iter().flat_map(|at| around_point(at, 10.0, cap(canvas, set))));
                around.take_clear(&places, width, NAME).or_else(|| around.take(&places, width, NAME))
            });
            if let Some((place, anchor)) = free.filter(|_| !name.is_empty()) {
                canvas.group("label", "", || canvas.text(name, place, Type { anchor, ..set }));
            }
        }
    }

    /// What stands at the points, as far as there is room: at the ends of a line in any case, between them only where it
    /// lies on nothing if there are many.
    pub fn mark_points(&self, canvas: &Canvas, around: &mut Surroundings) {
        /// More are thinned.
        const MANY: usize = 8;
        for (series, path) in self.chart.series.iter().zip(&self.paths) {
            let count = series.marks.len().min(path.len());
            let inner = 1..count.saturating_sub(1);
            let ends = [0, count.saturating_sub(1)];
            for at in ends.into_iter().take(count.min(2)).chain(inner) {
                let mark = &series.marks[at];
                let set =
                    Type { face: Face::Regular, size: MARK, paint: Paint::Muted, anchor: Anchor::Middle, halo: true };
                let width = width(canvas.fonts, set.face, MARK, mark);
                let places = around_point(path[at], self.radius + 3.0, cap(canvas, set));
                let many = count > MANY && !ends.contains(&at);
                let clear = around.take_clear(&places, width, MARK);
                if let Some((place, anchor)) =
                    clear.or_else(|| if many { None } else { around.take(&places, width, MARK) })
                {
                    canvas.group("label", "", || canvas.text(mark, place, Type { anchor, ..set }));
                }
            }
        }
    }
}

/// Places for words of a height around a point, this far from it.
fn around_point((x, y): Point, far: f64, cap: f64) -> Vec<(Point, Anchor)> {
    let (above, middle, below) = (y - far, y + cap / 2.0, y + far + cap);
    let corner = 0.6 * far;
    vec![
        ((x, above), Anchor::Middle),
        ((x + far, middle), Anchor::Start),
        ((x, below), Anchor::Middle),
        ((x - far, middle), Anchor::End),
        ((x + corner, y - corner), Anchor::Start),
        ((x + corner, y + corner + cap), Anchor::Start),
        ((x - corner, y - corner), Anchor::End),
        ((x - corner, y + corner + cap), Anchor::End),
    ]
}

/// Places along a line from its end: its points and, between, the middles of its pieces.
fn along(path: &[Point]) -> Vec<Point> {
    let mut places: Vec<Point> = path.last().copied().into_iter().collect();
    for pair in path.windows(2).rev() {
        places.push(((pair[0].0 + pair[1].0) / 2.0, (pair[0].1 + pair[1].1) / 2.0));
        places.push(pair[0]);
    }
    places
}

/// The colour of the n-th series.
pub(super) fn paint(series: usize) -> Paint {
    Paint::Series((series % 8) as u8)
}

/// Height of capitals, points.
pub(super) fn cap(canvas: &Canvas, set: Type) -> f64 {
    f64::from(canvas.fonts.face(set.face).cap_height) * set.size
}

/// Where a value lies in the picture.
pub(super) fn place(layout: &Layout, plot: &Plot, side: Side, (x, y): (f64, f64)) -> Point {
    plot.at(layout.x.place(x), layout.vertical(side).0.place(y))
}

/// The value on the straight line between the neighbours of `x`; none outside.
fn between(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let pair = points.windows(2).find(|pair| pair[0].0 <= x && x <= pair[1].0)?;
    let ((from, low), (to, high)) = (pair[0], pair[1]);
    (from < to).then(|| low + (high - low) * (x - from) / (to - from))
}

/// Corners of a mark of radius 1; none for a disc. All have about the same area.
const SHAPES: [&[Point]; 8] = [
    &[],
    &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    &[(0.0, -1.3), (1.25, 0.9), (-1.25, 0.9)],
    &[(0.0, 1.3), (1.25, -0.9), (-1.25, -0.9)],
    &[
        (-0.55, -1.3),
        (0.55, -1.3),
        (0.55, -0.55),
        (1.3, -0.55),
        (1.3, 0.55),
        (0.55, 0.55),
        (0.55, 1.3),
        (-0.55, 1.3),
        (-0.55, 0.55),
        (-1.3, 0.55),
        (-1.3, -0.55),
        (-0.55, -0.55),
    ],
    &[(-0.9, -1.25), (1.3, 0.0), (-0.9, 1.25)],
    &[(-0.65, -1.4), (0.65, -1.4), (0.65, 1.4), (-0.65, 1.4)],
];

/// The mark of the n-th series; its shape tells lines apart where colours cannot.
fn mark(canvas: &Canvas, series: usize, (x, y): Point, radius: f64, hollow: bool) {
    let colour = paint(series);
    let (fill, rim) = if hollow { (Paint::Paper, (colour, 1.3)) } else { (colour, (Paint::Paper, 0.45 * radius)) };
    shape(canvas, series, (x, y), radius, fill, Some(rim));
}

/// The shape of the n-th series' marks.
fn shape(canvas: &Canvas, series: usize, (x, y): Point, radius: f64, fill: Paint, rim: Option<(Paint, f64)>) {
    let corners = SHAPES[series % SHAPES.len()];
    if corners.is_empty() {
        canvas.disc((x, y), radius, fill, rim);
    } else {
        let corners: Vec<Point> = corners.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect();
        canvas.polygon(&corners, fill, 1.0, rim);
    }
}
