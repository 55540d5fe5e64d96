//! What plotters draws into: a backend that records a vector scene.
//!
//! Plotters counts whole pixels, so the picture is drawn on a canvas of [`UNITS`] pixels per point: coordinates are exact
//! to 0.01 pt and the same on every machine. A plotters style knows a colour and a width only; the colour carries a
//! [`Paint`]'s number, and a [`Pen`] beside the backend carries the dash, the rim and the halo.

use super::scene::{Anchor, Colour, Mark, Paint, Scene, Stroke};
use crate::font::{Face, Fonts};
use plotters::coord::types::RangedCoordf64;
use plotters::coord::{CoordTranslate, Shift};
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

/// Plotters pixels in a point.
const UNITS: f64 = 100.0;

/// A position in points from the top left.
pub(super) type Point = (f64, f64);

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub face: Face,
    pub size: f64,
    pub paint: Paint,
    pub anchor: Anchor,
    pub halo: bool,
}

/// A picture being drawn.
pub(super) struct Canvas<'f> {
    area: DrawingArea<Backend, Shift>,
    pen: Rc<RefCell<Pen>>,
    /// The typefaces that texts are measured in.
    pub fonts: &'f Fonts,
}

/// What a plotters style cannot say, and the marks so far.
#[derive(Default)]
struct Pen {
    dash: Vec<f32>,
    rim: Option<Stroke>,
    halo: bool,
    marks: Vec<Mark>,
}

struct Backend {
    size: (u32, u32),
    pen: Rc<RefCell<Pen>>,
}

impl<'f> Canvas<'f> {
    /// An empty picture; lengths in points.
    pub fn new(width: f64, height: f64, fonts: &'f Fonts) -> Self {
        let pen = Rc::new(RefCell::new(Pen::default()));
        let size = (pixels(width).unsigned_abs(), pixels(height).unsigned_abs());
        let area = Backend { size, pen: Rc::clone(&pen) }.into_drawing_area();
        Self { area, pen, fonts }
    }

    /// The area with margins taken off, over the unit square: plotters maps it to points.
    pub fn plot(&self, [top, right, bottom, left]: [f64; 4]) -> Plot {
        let chart = ChartBuilder::on(&self.area)
            .margin_top(pixels(top))
            .margin_right(pixels(right))
            .margin_bottom(pixels(bottom))
            .margin_left(pixels(left))
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)
            .expect("recording marks cannot fail");
        Plot(chart.as_coord_spec().clone())
    }

    /// A polyline.
    pub fn line(&self, points: &[Point], paint: Paint, width: f64, dash: &[f32]) {
        self.pen.borrow_mut().dash = dash.to_vec();
        let path: Vec<_> = points.iter().map(|p| coordinate(*p)).collect();
        let style = ShapeStyle { color: encode(paint, 1.0), filled: false, stroke_width: pixels(width).unsigned_abs() };
        self.put(&PathElement::new(path, style));
        self.pen.borrow_mut().dash.clear();
    }

    /// A filled polygon with an optional rim.
    pub fn polygon(&self, points: &[Point], paint: Paint, alpha: f64, rim: Option<(Paint, f64)>) {
        self.pen.borrow_mut().rim = rim.map(stroke);
        let corners: Vec<_> = points.iter().map(|p| coordinate(*p)).collect();
        self.put(&Polygon::new(corners, encode(paint, alpha).filled()));
        self.pen.borrow_mut().rim = None;
    }

    /// A disc with an optional rim.
    pub fn disc(&self, centre: Point, radius: f64, paint: Paint, rim: Option<(Paint, f64)>) {
        self.pen.borrow_mut().rim = rim.map(stroke);
        self.put(&Circle::new(coordinate(centre), pixels(radius), encode(paint, 1.0).filled()));
        self.pen.borrow_mut().rim = None;
    }

    /// A line of text; `at` lies on its baseline. Nothing for an empty one.
    pub fn text(&self, text: &str, at: Point, set: Type) {
        if text.is_empty() {
            return;
        }
        self.pen.borrow_mut().halo = set.halo;
        let horizontal = match set.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let mut style = TextStyle::from((family(set.face), set.size * UNITS).into_font());
        style.color = BackendColor { rgb: (number(set.paint), 0, 0), alpha: 1.0 };
        style.pos = Pos::new(horizontal, VPos::Bottom);
        self.put(&Text::new(text.to_owned(), coordinate(at), style));
    }

    /// A group of marks around what `draw` draws.
    pub fn group(&self, class: &'static str, title: impl Into<String>, draw: impl FnOnce()) {
        self.pen.borrow_mut().marks.push(Mark::Begin { class, title: title.into() });
        draw();
        self.pen.borrow_mut().marks.push(Mark::End);
    }

    /// The finished picture.
    pub fn finish(self) -> Scene {
        let (width, height) = self.area.dim_in_pixel();
        let marks = std::mem::take(&mut self.pen.borrow_mut().marks);
        Scene { width: points(width as i32), height: points(height as i32), marks }
    }

    fn put<'e, E>(&self, element: &'e E)
    where
        &'e E: PointCollection<'e, BackendCoord>,
        E: Drawable<Backend>,
    {
        self.area.draw(element).expect("recording marks cannot fail");
    }
}

/// Where the lines are drawn: the unit square, mapped to points.
pub(super) struct Plot(Cartesian2d<RangedCoordf64, RangedCoordf64>);

impl Plot {
    /// The point at shares of the width (from the left) and of the height (from the foot).
    pub fn at(&self, across: f64, up: f64) -> Point {
        let (x, y) = self.0.translate(&(across, up));
        (f64::from(x) / UNITS, f64::from(y) / UNITS)
    }

    /// Left edge, right edge.
    pub fn across(&self) -> (f64, f64) {
        (self.at(0.0, 0.0).0, self.at(1.0, 0.0).0)
    }

    /// Top edge, foot.
    pub fn down(&self) -> (f64, f64) {
        (self.at(0.0, 1.0).1, self.at(0.0, 0.0).1)
    }
}

type Recorded = Result<(), DrawingErrorKind<Infallible>>;

impl Backend {
    fn record(&self, mark: Mark) -> Recorded {
        self.pen.borrow_mut().marks.push(mark);
        Ok(())
    }

    fn path(&self, path: impl IntoIterator<Item = BackendCoord>, style: &impl BackendStyle) -> Recorded {
        let dash = self.pen.borrow().dash.clone();
        let stroke = Stroke { colour: decode(style.color()), width: points(style.stroke_width() as i32), dash };
        self.record(Mark::Path { points: corners(path), closed: false, fill: None, stroke: Some(stroke) })
    }

    fn area(&self, path: impl IntoIterator<Item = BackendCoord>, style: &impl BackendStyle) -> Recorded {
        let stroke = self.pen.borrow().rim.clone();
        self.record(Mark::Path { points: corners(path), closed: true, fill: Some(decode(style.color())), stroke })
    }
}

impl DrawingBackend for Backend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    /// A vector picture has no pixels; nothing here asks for one.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Recorded {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Recorded {
        self.path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        self.path(path, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Recorded {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)];
        if fill { self.area(corners, style) } else { self.path(corners.into_iter().chain([a]), style) }
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Recorded {
        let colour = decode(style.color());
        let outline = || Stroke { colour, width: points(style.stroke_width() as i32), dash: Vec::new() };
        let stroke = if fill { self.pen.borrow().rim.clone() } else { Some(outline()) };
        let centre = (points(at.0), points(at.1));
        self.record(Mark::Circle { centre, radius: points(radius as i32), fill: fill.then_some(colour), stroke })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        self.area(path, style)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Recorded {
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let halo = self.pen.borrow().halo;
        self.record(Mark::Text {
            at: (points(at.0), points(at.1)),
            text: text.to_owned(),
            size: (style.size() / UNITS) as f32,
            face: face(style.family().as_str()),
            anchor,
            colour: decode(style.color()),
            halo,
        })
    }

    /// Nothing here asks plotters to lay out text; [`Fonts`] measures it.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        _: &str,
        _: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((0, 0))
    }
}

/// Points to plotters pixels.
fn pixels(length: f64) -> i32 {
    (length * UNITS).round() as i32
}

fn points(pixels: i32) -> f32 {
    (f64::from(pixels) / UNITS) as f32
}

fn coordinate((x, y): Point) -> BackendCoord {
    (pixels(x), pixels(y))
}

fn corners(path: impl IntoIterator<Item = BackendCoord>) -> Vec<(f32, f32)> {
    path.into_iter().map(|(x, y)| (points(x), points(y))).collect()
}

fn stroke((paint, width): (Paint, f64)) -> Stroke {
    Stroke { colour: Colour { paint, alpha: 1.0 }, width: width as f32, dash: Vec::new() }
}

/// The faces that charts use, by the names that plotters knows them under.
const FAMILIES: [(Face, &str); 3] =
    [(Face::Regular, "regular"), (Face::Medium, "medium"), (Face::SemiBold, "semibold")];

fn family(face: Face) -> &'static str {
    FAMILIES.iter().find(|(known, _)| *known == face).map_or("regular", |(_, name)| name)
}

fn face(family: &str) -> Face {
    FAMILIES.iter().find(|(_, name)| *name == family).map_or(Face::Regular, |(face, _)| *face)
}

/// Roles other than series, by their number in a plotters colour.
const ROLES: [Paint; 6] = [Paint::Ink, Paint::Muted, Paint::Grid, Paint::Axis, Paint::Paper, Paint::Bad];

/// Where the shades of maps begin among those numbers.
const HEAT: u8 = 200;

fn number(paint: Paint) -> u8 {
    match paint {
        Paint::Series(n) => n.saturating_add(ROLES.len() as u8).min(HEAT - 1),
        Paint::Heat(n) => n.saturating_add(HEAT),
        role => ROLES.iter().position(|known| *known == role).unwrap_or(0) as u8,
    }
}

fn encode(paint: Paint, alpha: f64) -> RGBAColor {
    RGBAColor(number(paint), 0, 0, alpha)
}

fn decode(colour: BackendColor) -> Colour {
    let paint = match colour.rgb.0 {
        role if usize::from(role) < ROLES.len() => ROLES[usize::from(role)],
        heat if heat >= HEAT => Paint::Heat(heat - HEAT),
        series => Paint::Series(series - ROLES.len() as u8),
    };
    Colour { paint, alpha: colour.alpha as f32 }
}
