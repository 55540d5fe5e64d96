//! A picture as PNG: for documents and sites that take no SVG.
//!
//! The scene's own marks and the outlines of the bundled typefaces are filled by tiny-skia, whose arithmetic without
//! SIMD is the same on every machine.

use super::scene::{Anchor, Colour, Mark, Paint, Scene, Stroke};
use crate::colour::Rgb;
use crate::font::{Digits, Face, Fonts};
use tiny_skia::{FillRule, LineJoin, PathBuilder, Pixmap, StrokeDash, Transform};
use ttf_parser::{GlyphId, OutlineBuilder};

/// Pixels of a file per point: twice those that a browser gives the SVG of the same chart (96 / 72 each point).
pub const PIXELS_PER_POINT: f32 = 2.0 * 96.0 / 72.0;

/// Width of the rim that keeps words on lines readable, in points; the SVG has the same.
const HALO: f32 = 3.0;

/// The picture on a ground of its own, in the shades of a theme ([`super::theme::rgb`], [`super::theme::dark`]).
///
/// The file says how many pixels an inch has, so that it is as wide on a page as the SVG. The same scene gives the same
/// bytes.
pub fn encode(scene: &Scene, fonts: &Fonts, shade: fn(Paint) -> Rgb, pixels_per_point: f32) -> Vec<u8> {
    let size = |length: f32| (length * pixels_per_point).ceil().max(1.0) as u32;
    let (width, height) = (size(scene.width), size(scene.height));
    let ground = Colour { paint: Paint::Paper, alpha: 1.0 };
    let mut pixels = Pixmap::new(width, height).expect("a chart has a width and a height");
    let scale = Transform::from_scale(pixels_per_point, pixels_per_point);
    let mut drawing = Drawing { pixels: &mut pixels, fonts, shade, scale };
    drawing.pixels.fill(drawing.tint(ground));
    scene.marks.iter().for_each(|mark| drawing.mark(mark));
    // The ground is opaque, so every pixel is.
    let rgb: Vec<u8> = pixels.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    file(width, height, &rgb, pixels_per_point)
}

fn file(width: u32, height: u32, rgb: &[u8], pixels_per_point: f32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Best);
    encoder.set_adaptive_filter(png::AdaptiveFilterType::Adaptive);
    let per_metre = (f64::from(pixels_per_point) * 72.0 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(rgb)?;
        writer.finish()
    });
    written.expect("memory takes every byte, and the picture has as many as its size says");
    out
}

struct Drawing<'d> {
    pixels: &'d mut Pixmap,
    fonts: &'d Fonts,
    shade: fn(Paint) -> Rgb,
    scale: Transform,
}

impl Drawing<'_> {
    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Path { points, closed, fill, stroke } => {
                let mut path = PathBuilder::new();
                for (at, (x, y)) in points.iter().enumerate() {
                    if at == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
                }
                if *closed {
                    path.close();
                }
                self.shape(path, *fill, stroke.as_ref());
            }
            Mark::Circle { centre: (x, y), radius, fill, stroke } => {
                let mut path = PathBuilder::new();
                path.push_circle(*x, *y, *radius);
                self.shape(path, *fill, stroke.as_ref());
            }
            Mark::Text { at, text, size, face, anchor, colour, halo } => {
                let outline = self.words(*at, text, *size, *face, *anchor);
                if *halo {
                    let colour = Colour { paint: Paint::Paper, alpha: 1.0 };
                    let rim = Stroke { colour, width: HALO, dash: Vec::new() };
                    self.shape(outline.clone(), None, Some(&rim));
                }
                self.shape(outline, Some(*colour), None);
            }
            Mark::Begin { .. } | Mark::End => {}
        }
    }

    /// The outlines of a line of text.
    fn words(&self, (x, y): (f32, f32), text: &str, size: f32, face: Face, anchor: Anchor) -> PathBuilder {
        let shaped = self.fonts.shape(face, Digits::Tabular, text);
        let width = shaped.width * size;
        let mut pen = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        let mut path = PathBuilder::new();
        for glyph in &shaped.glyphs {
            let parsed = &self.fonts.file(glyph.font).parsed;
            let em = size / f32::from(parsed.units_per_em());
            let (left, baseline) = (pen + glyph.shift.0 * size, y - glyph.shift.1 * size);
            parsed.outline_glyph(GlyphId(glyph.id), &mut Outline { path: &mut path, left, baseline, em });
            pen += (glyph.advance + glyph.kern) * size;
        }
        path
    }

    fn shape(&mut self, path: PathBuilder, fill: Option<Colour>, stroke: Option<&Stroke>) {
        // No path: nothing to draw, as with words of spaces alone.
        let Some(path) = path.finish() else { return };
        if let Some(colour) = fill {
            self.pixels.fill_path(&path, &self.paint(colour), FillRule::Winding, self.scale, None);
        }
        if let Some(stroke) = stroke {
            let dash = if stroke.dash.is_empty() { None } else { StrokeDash::new(stroke.dash.clone(), 0.0) };
            let width = stroke.width;
            let pen = tiny_skia::Stroke { width, dash, line_join: LineJoin::Round, ..tiny_skia::Stroke::default() };
            self.pixels.stroke_path(&path, &self.paint(stroke.colour), &pen, self.scale, None);
        }
    }

    fn paint(&self, colour: Colour) -> tiny_skia::Paint<'static> {
        let mut paint = tiny_skia::Paint { anti_alias: true, ..tiny_skia::Paint::default() };
        paint.set_color(self.tint(colour));
        paint
    }

    fn tint(&self, colour: Colour) -> tiny_skia::Color {
        let (red, green, blue) = (self.shade)(colour.paint);
        tiny_skia::Color::from_rgba8(red, green, blue, (colour.alpha * 255.0).round() as u8)
    }
}

/// A glyph's outline at its place in the picture; a typeface counts upwards from the baseline.
struct Outline<'p> {
    path: &'p mut PathBuilder,
    left: f32,
    baseline: f32,
    em: f32,
}

impl Outline<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + x * self.em, self.baseline - y * self.em)
    }
}

impl OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::theme;
    use super::*;

    /// The pixels of a picture of 20 × 10 points, one pixel each.
    fn pixels(marks: Vec<Mark>, shade: fn(Paint) -> Rgb) -> Vec<[u8; 3]> {
        let file = encode(&Scene { width: 20.0, height: 10.0, marks }, &Fonts::load(), shade, 1.0);
        let mut reader = png::Decoder::new(&file[..]).read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size()];
        reader.next_frame(&mut bytes).expect("a frame");
        bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    fn ink() -> Option<Colour> {
        Some(Colour { paint: Paint::Ink, alpha: 1.0 })
    }

    #[test]
    fn a_filled_square_has_its_shade_inside_and_the_ground_outside() {
        let points = vec![(5.0, 2.0), (10.0, 2.0), (10.0, 8.0), (5.0, 8.0)];
        let square = vec![Mark::Path { points, closed: true, fill: ink(), stroke: None }];
        for shade in [theme::rgb, theme::dark] {
            let found = pixels(square.clone(), shade);
            let of = |paint| <[u8; 3]>::from(shade(paint));
            assert_eq!((found[20 * 4 + 7], found[20 * 4 + 12]), (of(Paint::Ink), of(Paint::Paper)));
        }
    }

    #[test]
    fn words_stand_where_their_anchor_says() {
        let inked = |anchor| {
            let words = Mark::Text {
                at: (10.0, 9.0),
                text: "I".to_owned(),
                size: 10.0,
                face: Face::Bold,
                anchor,
                colour: ink().expect("a colour"),
                halo: false,
            };
            let found = pixels(vec![words], theme::rgb);
            let row = &found[20 * 5..20 * 6];
            (0..20).filter(|x| row[*x][0] < 128).collect::<Vec<_>>()
        };
        let (start, middle, end) = (inked(Anchor::Start), inked(Anchor::Middle), inked(Anchor::End));
        assert!(!start.is_empty() && !middle.is_empty() && !end.is_empty());
        assert!(start[0] >= 10 && end.iter().all(|x| *x < 10), "{start:?} {middle:?} {end:?}");
        assert!((9..=10).contains(&middle[0]), "{middle:?}");
    }
}
