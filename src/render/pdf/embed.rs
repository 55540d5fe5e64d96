//! Typefaces in the file: only the glyphs that are used, and what text each stands for.

use super::document::{DocModel, Ink};
use crate::error::{Error, Result};
use crate::font::{Fonts, LoadedFace};
use crate::threads::Threads;
use printpdf::{FontId, FontMetrics, ParsedFont, PdfFont};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;
use ttf_parser::GlyphId;

/// A face as it is embedded.
pub(super) struct EmbeddedFace {
    /// Its name among the file's resources: fixed, so that the same report gives the same bytes.
    pub id: FontId,
    glyphs: GlyphRemapper,
    /// By the embedded face's glyph number: the advance a viewer adds, thousandths of an em.
    advances: Vec<i64>,
    /// By the embedded face's glyph number: the text a viewer copies.
    texts: Vec<String>,
    /// Whether a missing character is shown.
    shows_missing: bool,
}

/// Text of a glyph that stands for different ones, or for none: where it is used, the text itself stands beside it.
const NO_TEXT: &str = "\u{fffd}";

impl EmbeddedFace {
    /// Number of a glyph in the embedded face.
    pub fn glyph(&self, id: u16) -> u16 {
        self.glyphs.get(id).unwrap_or(0)
    }

    /// The advance a viewer adds after a glyph of the embedded face, thousandths of an em.
    pub fn advance(&self, glyph: u16) -> i64 {
        self.advances.get(usize::from(glyph)).copied().unwrap_or(0)
    }

    /// Every glyph that is shown, with the text that a viewer copies for it.
    pub fn used(&self) -> impl Iterator<Item = (u16, &str)> {
        let numbered = (0..).zip(self.texts.iter().map(String::as_str));
        numbered.skip(usize::from(!self.shows_missing))
    }

    /// The text that a viewer copies for a glyph of the embedded face.
    pub fn text(&self, glyph: u16) -> &str {
        self.texts.get(usize::from(glyph)).map_or(NO_TEXT, String::as_str)
    }
}

/// The files a document uses, by their place among its fonts, and their programs.
pub(super) fn embed(
    model: &DocModel,
    fonts: &Fonts,
    threads: &Threads,
) -> Result<BTreeMap<usize, (EmbeddedFace, PdfFont)>> {
    let mut used: BTreeMap<usize, EmbeddedFace> = BTreeMap::new();
    for draw in model.pages.iter().flatten() {
        let Ink::Text(run) = &draw.ink else { continue };
        for glyph in &run.shaped.glyphs {
            let face = used.entry(glyph.font).or_insert_with(|| EmbeddedFace {
                id: FontId(format!("face{}", glyph.font)),
                glyphs: GlyphRemapper::new(),
                advances: Vec::new(),
                // Glyph 0 is the box that stands for every missing character; it is always there.
                texts: vec![NO_TEXT.to_owned()],
                shows_missing: false,
            });
            face.shows_missing |= glyph.id == 0;
            // Numbers are given in turn, so a glyph met for the first time is the one behind the last.
            if usize::from(face.glyphs.remap(glyph.id)) == face.texts.len() {
                let text = if glyph.text.is_empty() { NO_TEXT } else { run.shaped.text_of(glyph) };
                face.texts.push(text.to_owned());
            }
        }
    }
    let used: Vec<_> = used.into_iter().collect();
    let programs = threads.map(&used, |(face, embedded)| program(&embedded.glyphs, *face, fonts.file(*face)));
    used.into_iter()
        .zip(programs)
        .map(|((face, mut embedded), program)| {
            let (font, advances) = program?;
            embedded.advances = advances;
            Ok((face, (embedded, font)))
        })
        .collect()
}

/// The program of a file's glyphs that are shown, and the advance of each.
fn program(glyphs: &GlyphRemapper, face: usize, loaded: &LoadedFace) -> Result<(PdfFont, Vec<i64>)> {
    let bytes = subsetter::subset(loaded.bytes, 0, glyphs)
        .map_err(|error| Error::new(format!("the typeface {} could not be embedded: {error}", loaded.name)))?;
    let units = loaded.parsed.units_per_em();
    let mut widths = BTreeMap::new();
    let mut advances = Vec::new();
    for (number, id) in (0..).zip(glyphs.remapped_gids()) {
        let advance = loaded.parsed.glyph_hor_advance(GlyphId(id)).unwrap_or(0);
        widths.insert(number, advance);
        // Cut off as printpdf writes it: the rest is made up for where text is shown.
        advances.push((f32::from(advance) * 1000.0 / f32::from(units)) as i64);
    }
    let scaled = |share: f32| (share * f32::from(units)) as i16;
    let metrics = FontMetrics { ascent: scaled(loaded.ascent), descent: scaled(loaded.descent) };
    let name = format!("{}+{}", subset_tag(face), loaded.name);
    let mut font = ParsedFont::with_glyph_data(bytes, 0, Some(name), BTreeMap::new(), widths, units, metrics);
    let bounds = loaded.parsed.global_bounding_box();
    let described = &mut font.pdf_font_metrics;
    (described.x_min, described.y_min) = (bounds.x_min, bounds.y_min);
    (described.x_max, described.y_max) = (bounds.x_max, bounds.y_max);
    described.us_weight_class = loaded.parsed.weight().to_number();
    Ok((PdfFont::new(font), advances))
}

/// Six capitals before the name of a subset: a different tag for each face.
fn subset_tag(face: usize) -> String {
    let letter = |at: usize| char::from(b'A' + ((face * 7 + at * 3 + face / 26) % 26) as u8);
    (0..6).map(letter).collect()
}
