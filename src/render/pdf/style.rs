//! One grid, one scale of type, one palette.

use super::document::Rgba;
use crate::font::{Digits, Face};
use crate::render::PageSize;
use crate::render::accent::Accent;

/// Where things stand on a page, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sheet {
    pub width: f32,
    pub height: f32,
    /// Left and right.
    pub margin: f32,
    /// First line of the body.
    pub top: f32,
    /// End of the body.
    pub bottom: f32,
}

impl Sheet {
    /// The grid of a page size.
    pub fn new(size: PageSize) -> Self {
        let (width, height) = match size {
            PageSize::A4 => (595.276, 841.89),
            PageSize::Letter => (612.0, 792.0),
        };
        Self { width, height, margin: 62.0, top: 69.0, bottom: height - 53.0 }
    }

    /// The column that text runs in.
    pub fn column(&self) -> Column {
        Column { x: self.margin, width: self.width - 2.0 * self.margin }
    }

    /// Height of the body.
    pub fn body(&self) -> f32 {
        self.bottom - self.top
    }
}

/// A column of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Column {
    pub x: f32,
    pub width: f32,
}

impl Column {
    /// The same column, indented on both sides.
    pub fn inset(self, left: f32, right: f32) -> Self {
        Self { x: self.x + left, width: (self.width - left - right).max(24.0) }
    }

    /// Its right edge.
    pub fn right(self) -> f32 {
        self.x + self.width
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextStyle {
    pub face: Face,
    pub size: f32,
    /// From baseline to baseline.
    pub leading: f32,
    pub colour: Rgba,
    pub digits: Digits,
}

impl TextStyle {
    const fn new(face: Face, size: f32, leading: f32, colour: Rgba) -> Self {
        Self { face, size, leading, colour, digits: Digits::Proportional }
    }

    /// The same with digits of one width.
    pub const fn tabular(self) -> Self {
        Self { digits: Digits::Tabular, ..self }
    }

    /// The same in another colour.
    pub const fn colour(self, colour: Rgba) -> Self {
        Self { colour, ..self }
    }

    /// The same at another size; the leading follows.
    pub fn sized(self, size: f32) -> Self {
        Self { size, leading: self.leading * size / self.size, ..self }
    }

    /// Where the baseline stands in a line of this style, from its top.
    pub fn baseline(&self) -> f32 {
        self.leading * 0.5 + self.size * 0.36
    }
}

/// Text that carries the message.
pub(super) const INK: Rgba = Rgba::hex(0x1f2933);
/// Text that supports it.
pub(super) const MUTED: Rgba = Rgba::hex(0x52606d);
/// Hairlines.
pub(super) const RULE: Rgba = Rgba::hex(0xd9dee4);
/// The line below a table's head.
pub(super) const STRONG_RULE: Rgba = Rgba::hex(0x9aa5b1);
/// Ground of a table's head.
pub(super) const HEAD: Rgba = Rgba::hex(0xeef2f7);
/// Ground of code.
pub(super) const CODE: Rgba = Rgba::hex(0xf1f4f8);
/// Ground of cards.
pub(super) const TINT: Rgba = Rgba::hex(0xf4f7fb);
/// Dots that lead to page numbers.
pub(super) const LEADER: Rgba = Rgba::hex(0xb8c2cc);
/// What misses a threshold.
pub(super) const BAD: Rgba = Rgba::hex(0xb42318);
/// The page.
pub(super) const WHITE: Rgba = Rgba::hex(0xffffff);

/// Title of a section.
pub(super) const H1: TextStyle = TextStyle::new(Face::Display, 22.0, 28.0, INK);
/// Title within a section.
pub(super) const H2: TextStyle = TextStyle::new(Face::Display, 14.5, 19.0, INK);
/// Title within that.
pub(super) const H3: TextStyle = TextStyle::new(Face::SemiBold, 11.0, 15.0, INK);
/// Running text.
pub(super) const BODY: TextStyle = TextStyle::new(Face::Regular, 9.6, 14.4, INK);
/// Below a figure.
pub(super) const CAPTION: TextStyle = TextStyle::new(Face::Regular, 8.4, 12.0, MUTED);
/// Preformatted text.
pub(super) const LISTING: TextStyle = TextStyle::new(Face::Mono, 8.2, 12.4, INK);
/// Cells of a table.
pub(super) const CELL: TextStyle = TextStyle::new(Face::Regular, 9.0, 12.6, INK).tabular();
/// Heads of a table's columns.
pub(super) const CELL_HEAD: TextStyle = TextStyle::new(Face::SemiBold, 8.2, 11.5, MUTED).tabular();
/// Running heads and feet.
pub(super) const FURNITURE: TextStyle = TextStyle::new(Face::Regular, 7.8, 10.0, MUTED).tabular();
/// A small title in capitals.
pub(super) const EYEBROW: TextStyle = TextStyle::new(Face::SemiBold, 9.0, 12.0, MUTED);
/// The title above a callout.
pub(super) const CALLOUT_TITLE: TextStyle = TextStyle::new(Face::Bold, 8.6, 14.0, INK);

/// Colours that a brand may choose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Palette {
    /// Links, rules below titles, numbers that stand out; dark enough to be read on white.
    pub accent: Rgba,
    /// Where the cover's ground begins.
    pub cover_from: Rgba,
    /// Where it ends; dark enough for white text.
    pub cover_to: Rgba,
    /// Labels on the cover's ground.
    pub cover_label: Rgba,
    /// Second line on the cover's ground.
    pub cover_text: Rgba,
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            accent: Rgba::hex(0x0b5cad),
            cover_from: Rgba::hex(0x081730),
            cover_to: Rgba::hex(0x0d5499),
            cover_label: Rgba::hex(0x9fd0ff),
            cover_text: Rgba::hex(0xd6e8fb),
        }
    }
}

impl Palette {
    /// The palette of a brand colour `#rrggbb`; the project's own where there is none or it is none.
    pub fn of_brand(accent: Option<&str>) -> Self {
        let Some(accent) = accent.and_then(Accent::of) else { return Self::default() };
        Self {
            accent: accent.on_light.into(),
            cover_from: accent.cover_from.into(),
            cover_to: accent.cover_to.into(),
            cover_label: accent.cover_muted.into(),
            cover_text: accent.cover_text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::{WHITE, contrast};

    fn contrast_on_white(colour: Rgba) -> f64 {
        contrast((colour.red, colour.green, colour.blue), WHITE)
    }

    #[test]
    fn every_text_colour_can_be_read_on_white() {
        for colour in [INK, MUTED, BAD, Palette::default().accent] {
            assert!(contrast_on_white(colour) >= 4.5, "{colour:?}");
        }
    }

    #[test]
    fn a_light_brand_colour_is_darkened_and_nonsense_is_ignored() {
        assert!(contrast_on_white(Palette::of_brand(Some("#ffee00")).accent) >= 4.5);
        assert_eq!(Palette::of_brand(Some("#7a0019")).accent, Rgba::hex(0x7a0019));
        assert_eq!(Palette::of_brand(Some("red")), Palette::default());
        assert_eq!(Palette::of_brand(None), Palette::default());
    }
}
