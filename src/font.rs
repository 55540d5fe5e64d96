//! The bundled typefaces: shaping and widths.
//!
//! Charts and pages measure text with the same faces that the PDF embeds, so what fits here fits there.

use rustybuzz::ttf_parser::{GlyphId, Tag};
use rustybuzz::{Direction, Feature, Script, ShapePlan, UnicodeBuffer};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A typeface of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Face {
    /// Running text.
    Regular,
    /// Labels.
    Medium,
    /// Emphasis and table heads.
    SemiBold,
    /// Strong emphasis.
    Bold,
    /// Emphasis in running text.
    Italic,
    /// Titles.
    Display,
    /// Code.
    Mono,
}

/// Every face, with its PostScript name and file.
const FILES: [(Face, &str, &[u8]); 7] = [
    (Face::Regular, "Inter-Regular", include_bytes!("../fonts/Inter-Regular.ttf")),
    (Face::Medium, "Inter-Medium", include_bytes!("../fonts/Inter-Medium.ttf")),
    (Face::SemiBold, "Inter-SemiBold", include_bytes!("../fonts/Inter-SemiBold.ttf")),
    (Face::Bold, "Inter-Bold", include_bytes!("../fonts/Inter-Bold.ttf")),
    (Face::Italic, "Inter-Italic", include_bytes!("../fonts/Inter-Italic.ttf")),
    (Face::Display, "InterDisplay-Bold", include_bytes!("../fonts/InterDisplay-Bold.ttf")),
    (Face::Mono, "JetBrainsMono-Regular", include_bytes!("../fonts/JetBrainsMono-Regular.ttf")),
];

/// A glyph of a shaped line. Lengths in em.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// Its number in the bundled file; 0 where the face has none for the text.
    pub id: u16,
    /// Its own advance.
    pub advance: f32,
    /// What kerning adds to it.
    pub kern: f32,
    /// The text it stands for; empty for all but the first glyph of a cluster.
    pub text: String,
}

/// A shaped line of text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shaped {
    /// In visual order.
    pub glyphs: Vec<Glyph>,
    /// Sum of advances and kerning, em.
    pub width: f32,
}

/// A parsed file.
pub struct LoadedFace {
    /// PostScript name.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The file, parsed.
    pub parsed: rustybuzz::Face<'static>,
    /// Height of capitals, em.
    pub cap_height: f32,
    /// Height above the baseline, em.
    pub ascent: f32,
    /// Depth below the baseline, em (negative).
    pub descent: f32,
}

/// How digits are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digits {
    /// As the face draws them: running text.
    Proportional,
    /// All of one width: tables, axes, page numbers.
    Tabular,
}

type Shapes = HashMap<String, Arc<Shaped>>;

/// What a face does with text of one kind: worked out once, used for every line of that kind.
struct Plan {
    face: Face,
    digits: Digits,
    direction: Direction,
    script: Script,
    plan: Arc<ShapePlan>,
}

/// The bundled typefaces, parsed, with what was shaped so far.
pub struct Fonts {
    faces: Vec<LoadedFace>,
    /// For each face, with proportional and with tabular digits.
    shaped: Vec<[Mutex<Shapes>; 2]>,
    plans: Mutex<Vec<Plan>>,
    missing: Mutex<BTreeSet<char>>,
}

impl Fonts {
    /// Parses the bundled faces.
    pub fn load() -> Self {
        let faces: Vec<_> = FILES.iter().map(|(_, name, bytes)| LoadedFace::parse(name, bytes)).collect();
        let shaped = faces.iter().map(|_| Default::default()).collect();
        Self { faces, shaped, plans: Mutex::default(), missing: Mutex::default() }
    }

    /// One face.
    pub fn face(&self, face: Face) -> &LoadedFace {
        &self.faces[face as usize]
    }

    /// Shapes a line of text.
    pub fn shape(&self, face: Face, digits: Digits, text: &str) -> Arc<Shaped> {
        // A poisoned lock only means that another thread panicked: the cache holds finished entries alone.
        let mut cache = self.shaped[face as usize][digits as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shaped) = cache.get(text) {
            return Arc::clone(shaped);
        }
        let shaped = Arc::new(self.shape_anew(face, digits, text));
        cache.insert(text.to_owned(), Arc::clone(&shaped));
        shaped
    }

    /// Width of a line of text at a size, in the unit of the size.
    pub fn width(&self, face: Face, digits: Digits, size: f32, text: &str) -> f32 {
        self.shape(face, digits, text).width * size
    }

    /// Characters that were shaped and that no bundled face has; each was drawn as a box.
    pub fn missing(&self) -> Vec<char> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    fn shape_anew(&self, face: Face, digits: Digits, text: &str) -> Shaped {
        let loaded = self.face(face);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let plan = self.plan(face, digits, &buffer);
        let output = rustybuzz::shape_with_plan(&loaded.parsed, &plan, buffer);
        let (infos, positions) = (output.glyph_infos(), output.glyph_positions());
        let units = loaded.parsed.units_per_em() as f32;
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut glyphs = Vec::with_capacity(infos.len());
        for (at, (info, position)) in infos.iter().zip(positions).enumerate() {
            let id = info.glyph_id as u16;
            let start = info.cluster as usize;
            let end = starts.get(starts.partition_point(|s| *s <= start)).copied().unwrap_or(text.len());
            let first = at == 0 || infos[at - 1].cluster != info.cluster;
            if id == 0 {
                let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                missing.extend(text[start..end].chars());
            }
            let advance = f32::from(loaded.parsed.glyph_hor_advance(GlyphId(id)).unwrap_or(0)) / units;
            glyphs.push(Glyph {
                id,
                advance,
                kern: position.x_advance as f32 / units - advance,
                text: if first { text[start..end].to_owned() } else { String::new() },
            });
        }
        let width = glyphs.iter().map(|glyph| glyph.advance + glyph.kern).sum();
        Shaped { glyphs, width }
    }

    fn plan(&self, face: Face, digits: Digits, buffer: &UnicodeBuffer) -> Arc<ShapePlan> {
        let (direction, script) = (buffer.direction(), buffer.script());
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |plan: &&Plan| (plan.face, plan.digits, plan.direction, plan.script) == (face, digits, direction, script);
        if let Some(known) = plans.iter().find(same) {
            return Arc::clone(&known.plan);
        }
        let mut features = Vec::new();
        if face == Face::Mono {
            // Code shows what was typed: no ligatures.
            features.push(Feature::new(Tag::from_bytes(b"calt"), 0, ..));
        }
        if digits == Digits::Tabular {
            features.push(Feature::new(Tag::from_bytes(b"tnum"), 1, ..));
        }
        // Text of digits and marks alone belongs to no script.
        let known = (script != rustybuzz::script::UNKNOWN).then_some(script);
        let plan = Arc::new(ShapePlan::new(&self.face(face).parsed, direction, known, None, &features));
        plans.push(Plan { face, digits, direction, script, plan: Arc::clone(&plan) });
        plan
    }
}

impl LoadedFace {
    fn parse(name: &'static str, bytes: &'static [u8]) -> Self {
        let parsed = rustybuzz::Face::from_slice(bytes, 0).expect("the bundled fonts parse: a test loads each");
        let units = parsed.units_per_em() as f32;
        Self {
            name,
            bytes,
            cap_height: parsed.capital_height().map_or(0.72, |height| f32::from(height) / units),
            ascent: f32::from(parsed.ascender()) / units,
            descent: f32::from(parsed.descender()) / units,
            parsed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_stands_at_its_own_place_and_parses() {
        let fonts = Fonts::load();
        for (place, (face, name, _)) in FILES.iter().enumerate() {
            assert_eq!(*face as usize, place);
            assert_eq!(fonts.face(*face).name, *name);
        }
    }

    #[test]
    fn tabular_digits_share_one_width() {
        let fonts = Fonts::load();
        let width = |digits, text| fonts.width(Face::Regular, digits, 10.0, text);
        assert_eq!(width(Digits::Tabular, "111"), width(Digits::Tabular, "808"));
        assert!(width(Digits::Proportional, "111") < width(Digits::Proportional, "808"));
    }

    #[test]
    fn a_missing_character_keeps_its_text_and_is_named() {
        let fonts = Fonts::load();
        let shaped = fonts.shape(Face::Regular, Digits::Proportional, "a界b");
        assert_eq!(shaped.glyphs[1].id, 0);
        assert_eq!(shaped.glyphs[1].text, "界");
        assert_eq!(fonts.missing(), ['界']);
    }
}
