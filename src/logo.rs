//! A brand's logo: a picture from outside, reduced to what can be drawn.
//!
//! An SVG is parsed into plain shapes; scripts, links, text, raster images and anything that names another file do not
//! survive. A PNG is decoded, so that what is embedded is pixels and nothing else.

mod expansion;

use crate::error::{Error, Place, Result, Warned, Warning};
use crate::limits::{LARGEST_LOGO, MOST_LOGO_PARTS, MOST_LOGO_PIXELS};
use usvg::tiny_skia_path::PathSegment;
use usvg::{FillRule, ImageHrefResolver, Node, Options, Paint, Tree, WriteOptions};

/// A logo, ready to be drawn. Sizes in the picture's own units.
#[derive(Debug, Clone, PartialEq)]
pub struct Logo {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// What it shows.
    pub picture: Picture,
    /// The picture as a file that a page may embed as an image: re-written, never the bytes that came in.
    pub file: Vec<u8>,
    /// Media type of `file`.
    pub media_type: &'static str,
}

/// What a logo shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// In the order of drawing.
    Shapes(Vec<Shape>),
    /// Rows of red, green, blue and alpha, 8 bits each.
    Pixels {
        /// Pixels in a row.
        columns: u32,
        /// Rows.
        rows: u32,
        /// `4 × columns × rows` bytes.
        rgba: Vec<u8>,
    },
}

/// A filled or stroked path.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its outline.
    pub segments: Vec<Segment>,
    /// Inside.
    pub fill: Option<Tint>,
    /// Whether overlapping parts of the outline cut holes (even-odd) rather than add up (non-zero).
    pub even_odd: bool,
    /// Outline and its width.
    pub stroke: Option<(Tint, f32)>,
}

/// A piece of an outline, from the end of the one before. Coordinates from the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Begins anew at a point.
    Move((f32, f32)),
    /// A straight line to a point.
    Line((f32, f32)),
    /// A cubic Bézier curve: two control points and its end.
    Curve((f32, f32), (f32, f32), (f32, f32)),
    /// Back to where it began.
    Close,
}

/// A colour and how much of it covers, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tint {
    /// Red, green, blue.
    pub rgb: (u8, u8, u8),
    /// 0 (nothing) to 1 (opaque).
    pub alpha: f32,
}

/// Reads an SVG or PNG, recognised by its content. `file` is what messages call it.
///
/// Errors: neither of the two, damaged, larger than 2 MiB, 16 million pixels or 100,000 parts, nothing to draw. Warns where the
/// picture holds something that is not drawn.
pub fn read(bytes: &[u8], file: &str) -> Result<Warned<Logo>> {
    let place = || Place::file(file);
    if bytes.len() > LARGEST_LOGO {
        return Err(Error::at(place(), format!("the logo has {} bytes; at most {LARGEST_LOGO} are read", bytes.len()))
            .hint("save a smaller version of it"));
    }
    if bytes.starts_with(b"\x89PNG") {
        return png(bytes).map(Warned::clean).map_err(|why| {
            Error::at(place(), format!("the logo is no PNG that can be read: {why}"))
                .hint("save it again as PNG or SVG")
        });
    }
    let neither = |why: &str| {
        Error::at(place(), format!("expected a logo in SVG or PNG, found neither: {why}"))
            .hint("save the logo as SVG (text as outlines) or PNG")
    };
    let text = std::str::from_utf8(bytes).map_err(|_| neither("it is no text in UTF-8"))?;
    let document = expansion::parse(text).map_err(|why| match why {
        Some(why) => neither(&format!("no XML that can be read: {why}")),
        None => Error::at(
            place(),
            format!(
                "the logo has more than {MOST_LOGO_PARTS} parts once its references are followed, or is nested too deep"
            ),
        )
        .hint("save it with symbols, patterns and clippings turned into plain outlines, or as PNG"),
    })?;
    let tree = Tree::from_xmltree(&document, &options()).map_err(|why| neither(&why.to_string()))?;
    let farthest = FARTHEST * tree.size().width().max(tree.size().height());
    let mut drawing = Drawing { farthest, shapes: Vec::new(), left_out: Vec::new() };
    drawing.group(tree.root());
    if drawing.shapes.is_empty() {
        return Err(Error::at(place(), "the logo draws nothing")
            .hint("save it as SVG with text turned into outlines, or as PNG"));
    }
    if text.contains("<text") {
        drawing.left_out.push("text (turn it into outlines)");
    }
    if text.contains("<image") {
        drawing.left_out.push("raster images");
    }
    let mut warnings = Vec::new();
    if !drawing.left_out.is_empty() {
        drawing.left_out.sort_unstable();
        drawing.left_out.dedup();
        warnings.push(Warning::at(place(), format!("the logo is drawn without its {}", drawing.left_out.join(", "))));
    }
    let logo = Logo {
        width: tree.size().width(),
        height: tree.size().height(),
        picture: Picture::Shapes(drawing.shapes),
        file: tree.to_string(&WriteOptions::default()).into_bytes(),
        media_type: "image/svg+xml",
    };
    Ok(Warned { value: logo, warnings })
}

/// How often a logo's longer side fits between it and what it draws, at most: a page's numbers have an end.
const FARTHEST: f32 = 10_000.0;

/// Nothing but the file itself is looked at.
fn options() -> Options<'static> {
    Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

/// Shapes as they are found, and what cannot be drawn.
struct Drawing {
    /// What no coordinate of it is beyond.
    farthest: f32,
    shapes: Vec<Shape>,
    left_out: Vec<&'static str>,
}

impl Drawing {
    fn group(&mut self, group: &usvg::Group) {
        if group.mask().is_some() {
            self.left_out.push("masks");
        }
        if group.clip_path().is_some() {
            self.left_out.push("clipping");
        }
        if !group.filters().is_empty() {
            self.left_out.push("filters");
        }
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group),
                Node::Path(path) if path.is_visible() => self.path(path),
                _ => {}
            }
        }
    }

    fn path(&mut self, path: &usvg::Path) {
        let transform = path.abs_transform();
        let Some(outline) = path.data().clone().transform(transform) else { return };
        let scale = (transform.sx * transform.sy - transform.kx * transform.ky).abs().sqrt();
        let fill = path.fill().map(|fill| self.tint(fill.paint(), fill.opacity().get()));
        let stroke = path
            .stroke()
            .map(|stroke| (self.tint(stroke.paint(), stroke.opacity().get()), stroke.width().get() * scale));
        let bounds = outline.bounds();
        let reach = [bounds.left(), bounds.right(), bounds.top(), bounds.bottom()].map(f32::abs);
        let width = stroke.as_ref().map_or(0.0, |(_, width)| *width);
        // Also where they are no numbers.
        if !reach.iter().chain([&width]).all(|reach| *reach <= self.farthest) {
            return self.left_out.push("shapes far outside of it");
        }
        self.shapes.push(Shape {
            segments: segments(&outline),
            fill,
            even_odd: path.fill().is_some_and(|fill| fill.rule() == FillRule::EvenOdd),
            stroke,
        });
    }

    /// One colour for a paint: a gradient is drawn in the mean of its stops.
    fn tint(&mut self, paint: &Paint, opacity: f32) -> Tint {
        let stops = match paint {
            Paint::Color(colour) => return Tint { rgb: (colour.red, colour.green, colour.blue), alpha: opacity },
            Paint::LinearGradient(gradient) => gradient.stops(),
            Paint::RadialGradient(gradient) => gradient.stops(),
            Paint::Pattern(_) => &[],
        };
        self.left_out.push("gradients and patterns in the PDF");
        let mean = |channel: fn(&usvg::Stop) -> u8| {
            let sum: u32 = stops.iter().map(|stop| u32::from(channel(stop))).sum();
            (sum / (stops.len() as u32).max(1)) as u8
        };
        Tint { rgb: (mean(|s| s.color().red), mean(|s| s.color().green), mean(|s| s.color().blue)), alpha: opacity }
    }
}

fn segments(outline: &usvg::tiny_skia_path::Path) -> Vec<Segment> {
    let mut last = (0.0, 0.0);
    let mut out = Vec::new();
    for segment in outline.segments() {
        out.push(match segment {
            PathSegment::MoveTo(p) => Segment::Move((p.x, p.y)),
            PathSegment::LineTo(p) => Segment::Line((p.x, p.y)),
            // A quadratic curve as a cubic one: control points two thirds of the way to its own.
            PathSegment::QuadTo(c, p) => {
                let towards = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
                let first = (towards(last.0, c.x), towards(last.1, c.y));
                Segment::Curve(first, (towards(p.x, c.x), towards(p.y, c.y)), (p.x, p.y))
            }
            PathSegment::CubicTo(a, b, p) => Segment::Curve((a.x, a.y), (b.x, b.y), (p.x, p.y)),
            PathSegment::Close => Segment::Close,
        });
        if let Some(Segment::Move(end) | Segment::Line(end) | Segment::Curve(_, _, end)) = out.last() {
            last = *end;
        }
    }
    out
}

/// Decodes a PNG and writes its pixels anew.
fn png(bytes: &[u8]) -> std::result::Result<Logo, String> {
    let mut decoder = png::Decoder::new(bytes);
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|why| why.to_string())?;
    let (columns, rows) = (reader.info().width, reader.info().height);
    if u64::from(columns) * u64::from(rows) > MOST_LOGO_PIXELS {
        return Err(format!("it has {columns} × {rows} pixels; at most {MOST_LOGO_PIXELS} are read"));
    }
    let mut buffer = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut buffer).map_err(|why| why.to_string())?;
    buffer.truncate(frame.buffer_size());
    let rgba: Vec<u8> = match frame.color_type {
        png::ColorType::Rgba => buffer,
        png::ColorType::GrayscaleAlpha => buffer.chunks_exact(2).flat_map(|p| [p[0], p[0], p[0], p[1]]).collect(),
        png::ColorType::Rgb => buffer.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect(),
        other => return Err(format!("its colours ({other:?}) are not supported")),
    };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, columns, rows);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rgba));
    written.map_err(|why| why.to_string())?;
    Ok(Logo {
        width: columns as f32,
        height: rows as f32,
        picture: Picture::Pixels { columns, rows, rgba },
        file,
        media_type: "image/png",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">"#;

    #[test]
    fn an_svg_becomes_shapes() {
        let svg = format!(r##"{HEAD}<g transform="scale(2)"><path d="M0 0H10V5Z" fill="#0b6e4f"/></g></svg>"##);
        let logo = read(svg.as_bytes(), "logo.svg").expect("reads").value;
        assert_eq!((logo.width, logo.height), (40.0, 20.0));
        let Picture::Shapes(shapes) = logo.picture else { panic!("an SVG has shapes") };
        assert_eq!(shapes[0].fill, Some(Tint { rgb: (0x0b, 0x6e, 0x4f), alpha: 1.0 }));
        let corners =
            [Segment::Move((0.0, 0.0)), Segment::Line((20.0, 0.0)), Segment::Line((20.0, 10.0)), Segment::Close];
        assert_eq!(shapes[0].segments, corners);
    }

    #[test]
    fn nothing_active_or_foreign_survives() {
        let svg = format!(
            r##"{HEAD}<script>alert(1)</script><style>@import url(http://x.test/a.css);</style>
            <image xlink:href="file:///etc/passwd" width="9" height="9"/><image href="http://x.test/a.png" width="9" height="9"/>
            <a xlink:href="javascript:alert(1)"><path d="M0 0H10V5Z" onclick="alert(1)"/></a>
            <foreignObject><b>x</b></foreignObject></svg>"##
        );
        let warned = read(svg.as_bytes(), "logo.svg").expect("reads");
        let file = String::from_utf8(warned.value.file).expect("text");
        for foreign in ["script", "alert", "x.test", "passwd", "onclick", "import", "foreignObject", "href"] {
            assert!(!file.contains(foreign), "{foreign}: {file}");
        }
        assert!(warned.warnings[0].message.contains("raster images"), "{:?}", warned.warnings);
    }

    #[test]
    fn shapes_out_of_all_proportion_are_left_out_and_told() {
        let far = r#"<path d="M0 0L1e38 5Z"/><path d="M0 0H10" stroke="red" stroke-width="1e30"/>"#;
        let read = |shapes: &str| read(format!("{HEAD}{shapes}</svg>").as_bytes(), "logo.svg");
        let warned = read(&format!("{far}<path d=\"M-90 0H500V5Z\"/>")).expect("reads");
        let Picture::Shapes(shapes) = &warned.value.picture else { panic!("an SVG has shapes") };
        assert_eq!(shapes.len(), 1);
        assert!(warned.warnings[0].message.contains("shapes far outside of it"), "{:?}", warned.warnings);
        assert!(read(far).expect_err("nothing is left").message.contains("draws nothing"));
    }

    #[test]
    fn a_png_is_written_anew() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.add_text_chunk("Comment".into(), "<script>".into()).expect("added");
        let mut writer = encoder.write_header().expect("written");
        writer.write_image_data(&[1, 2, 3, 4, 5, 6]).expect("written");
        drop(writer);
        let logo = read(&bytes, "logo.png").expect("reads").value;
        let pixels = Picture::Pixels { columns: 2, rows: 1, rgba: vec![1, 2, 3, 255, 4, 5, 6, 255] };
        assert_eq!(logo.picture, pixels);
        assert!(!logo.file.windows(8).any(|part| part == b"<script>"));
    }

    #[test]
    fn what_is_no_picture_is_an_error_that_names_the_file() {
        for bytes in [&b"GIF89a"[..], b"<html></html>", b"", b"\x89PNG broken", HEAD.as_bytes()] {
            let error = read(bytes, "brand/logo.svg").expect_err("refused");
            assert!(error.to_string().starts_with("brand/logo.svg: "), "{error}");
            assert!(error.hint.is_some());
        }
        let empty = format!("{HEAD}</svg>");
        assert!(read(empty.as_bytes(), "x.svg").expect_err("refused").message.contains("draws nothing"));
    }
}
