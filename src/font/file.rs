//! A typeface file, parsed.

use super::Face;
use crate::error::{Error, Place, Result};
use harfrust::{FontRef, Shaper, ShaperData};

/// A typeface file that a brand or a user brings along.
#[derive(Debug, Clone)]
pub struct FontFile {
    /// As messages call it.
    pub name: String,
    /// The file. Parsed faces borrow from it, so it lives as long as the program.
    pub bytes: &'static [u8],
    /// What it is for.
    pub place: FontPlace,
}

/// What a typeface file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontPlace {
    /// Set in the place of a bundled face.
    Instead(Face),
    /// Asked for characters that the others have not.
    Fallback,
}

/// A parsed file.
pub struct LoadedFace {
    /// PostScript name.
    pub name: String,
    /// The file.
    pub bytes: &'static [u8],
    /// The file, parsed.
    pub parsed: ttf_parser::Face<'static>,
    tables: FontRef<'static>,
    shaping: ShaperData,
    /// Height of capitals, em.
    pub cap_height: f32,
    /// Height above the baseline, em.
    pub ascent: f32,
    /// Depth below the baseline, em (negative).
    pub descent: f32,
}

impl LoadedFace {
    /// Parses a file; of a collection the first face.
    ///
    /// Errors: it is no font, or one without outlines.
    pub(super) fn parse(bytes: &'static [u8], file: &str) -> Result<Self> {
        let wrong = |found: &str| {
            Error::at(Place::file(file), format!("expected a TrueType or OpenType font, found {found}"))
                .hint("give a .ttf or .otf file; a .woff2 is one of these, compressed for browsers")
        };
        let parsed = ttf_parser::Face::parse(bytes, 0).map_err(|_| wrong(looks_like(bytes)))?;
        let tables = FontRef::from_index(bytes, 0).map_err(|_| wrong(looks_like(bytes)))?;
        if parsed.tables().glyf.is_none() && parsed.tables().cff.is_none() {
            return Err(wrong("a font without outlines, of pictures only"));
        }
        let units = f32::from(parsed.units_per_em());
        Ok(Self {
            name: postscript_name(&parsed).unwrap_or_else(|| ascii_name(file)),
            bytes,
            cap_height: parsed.capital_height().map_or(0.72, |height| f32::from(height) / units),
            ascent: f32::from(parsed.ascender()) / units,
            descent: f32::from(parsed.descender()) / units,
            shaping: ShaperData::new(&tables),
            parsed,
            tables,
        })
    }

    /// What shapes text in it.
    pub(super) fn shaper(&self) -> Shaper<'_> {
        self.shaping.shaper(&self.tables).build()
    }

    /// Whether it has a glyph for a character.
    pub fn has(&self, c: char) -> bool {
        self.parsed.glyph_index(c).is_some()
    }

    /// Whether it can show a piece of text; characters that only tell how others are shown need no glyph.
    pub(super) fn shows(&self, text: &str) -> bool {
        text.chars().all(|c| self.has(c) || is_invisible(c))
    }
}

/// Joiners and variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\n' | '\r')
}

fn postscript_name(parsed: &ttf_parser::Face) -> Option<String> {
    let names = parsed.names().into_iter();
    let name = names.filter(|name| name.name_id == 6).find_map(|name| name.to_string())?;
    Some(ascii_name(&name)).filter(|name| !name.is_empty())
}

/// A name as a PDF may carry it: letters, digits and hyphens.
fn ascii_name(text: &str) -> String {
    let stem = text.rsplit(['/', '\\']).next().unwrap_or(text);
    stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn looks_like(bytes: &[u8]) -> &'static str {
    match bytes.get(..4) {
        Some(b"wOF2") => "a WOFF2 file",
        Some(b"wOFF") => "a WOFF file",
        Some(b"\x01fcp") | Some(b"STAR") => "a bitmap font",
        _ if bytes.is_empty() => "an empty file",
        _ => "something else",
    }
}
