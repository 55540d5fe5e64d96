//! The brand's logo as marks of the cover.

use super::document::{Area, Draw, Ink, Pen, Pixels, Rgba, mapped};
use crate::logo::{Logo, Picture, Tint};
use std::sync::Arc;

/// It is at most so wide and high, and never larger than it was drawn.
const LARGEST: (f32, f32) = (150.0, 34.0);

/// The marks of a logo whose top left corner stands at a place, and its height. It is decoration: the brand's name stands
/// beside it as text.
pub(super) fn logo(logo: &Logo, left: f32, top: f32) -> (Vec<Draw>, f32) {
    if !(logo.width > 0.0 && logo.height > 0.0) {
        return (Vec::new(), 0.0);
    }
    let scale = (LARGEST.0 / logo.width).min(LARGEST.1 / logo.height);
    let area = Area { x: left, y: top, width: logo.width * scale, height: logo.height * scale };
    let draws = match &logo.picture {
        Picture::Shapes(shapes) => shapes
            .iter()
            .map(|shape| {
                let place = |(x, y): (f32, f32)| (left + x * scale, top + y * scale);
                let pen =
                    |(tint, width): &(Tint, f32)| Pen { colour: colour(tint), width: width * scale, dash: Vec::new() };
                Draw::artifact(Ink::Outline {
                    segments: shape.segments.iter().map(|segment| mapped(segment, &place)).collect(),
                    even_odd: shape.even_odd,
                    fill: shape.fill.as_ref().map(colour),
                    stroke: shape.stroke.as_ref().map(pen),
                })
            })
            .collect(),
        Picture::Pixels { columns, rows, rgba } => {
            let pixels = Pixels { columns: *columns, rows: *rows, rgba: rgba.clone() };
            vec![Draw::artifact(Ink::Image { area, pixels: Arc::new(pixels) })]
        }
    };
    (draws, area.height)
}

fn colour(tint: &Tint) -> Rgba {
    let (red, green, blue) = tint.rgb;
    Rgba { red, green, blue, alpha: tint.alpha }
}
