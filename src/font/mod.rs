//! Typefaces, bundled and brought along: shaping and widths.
//!
//! Charts and pages measure text with the same faces that the PDF embeds, so what fits here fits there. A piece of text
//! that its face cannot show is set in the next file that can: the bundled face behind a brand's own, then the fallbacks.

mod file;
mod runs;

pub use file::{FontFile, FontPlace, LoadedFace};

use crate::error::Result;
use harfrust::{Direction, Feature, Script, ShapeOptions, ShapePlan, Tag, UnicodeBuffer};
use runs::{VisualRun, visual_runs};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ttf_parser::GlyphId;

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
    (Face::Regular, "Inter-Regular", include_bytes!("../../fonts/Inter-Regular.ttf")),
    (Face::Medium, "Inter-Medium", include_bytes!("../../fonts/Inter-Medium.ttf")),
    (Face::SemiBold, "Inter-SemiBold", include_bytes!("../../fonts/Inter-SemiBold.ttf")),
    (Face::Bold, "Inter-Bold", include_bytes!("../../fonts/Inter-Bold.ttf")),
    (Face::Italic, "Inter-Italic", include_bytes!("../../fonts/Inter-Italic.ttf")),
    (Face::Display, "InterDisplay-Bold", include_bytes!("../../fonts/InterDisplay-Bold.ttf")),
    (Face::Mono, "JetBrainsMono-Regular", include_bytes!("../../fonts/JetBrainsMono-Regular.ttf")),
];

/// A glyph of a shaped line. Lengths in em.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// The file it is from: its place among [`Fonts`].
    pub font: usize,
    /// Its number in that file; 0 where no file has one for the text.
    pub id: u16,
    /// Its own advance.
    pub advance: f32,
    /// What kerning adds to it.
    pub kern: f32,
    /// How far from the line's own place it stands, to the right and up: marks above and below letters.
    pub shift: (f32, f32),
    /// The text it stands for, see [`Shaped::text_of`]; empty for all but the first glyph of a cluster.
    pub text: Range<u32>,
}

/// A shaped line of text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shaped {
    /// The line.
    pub text: Box<str>,
    /// In visual order.
    pub glyphs: Vec<Glyph>,
    /// Stretches that are read in another order than they stand in: names in scripts that run from right to left.
    pub turned: Vec<Turned>,
    /// Sum of advances and kerning, em.
    pub width: f32,
}

/// Glyphs that are read in another order than they stand in.
#[derive(Debug, Clone, PartialEq)]
pub struct Turned {
    /// Which glyphs of the line.
    pub glyphs: Range<usize>,
    /// The glyphs of each of its clusters, in the order in which they are read.
    pub read: Vec<Range<usize>>,
}

impl Shaped {
    /// The text that one of its glyphs stands for.
    pub fn text_of(&self, glyph: &Glyph) -> &str {
        &self.text[glyph.text.start as usize..glyph.text.end as usize]
    }

    /// The text as it is read.
    pub fn as_read(&self) -> String {
        let text = |range: Range<usize>| self.glyphs[range].iter().map(|glyph| self.text_of(glyph));
        let mut out = String::new();
        let mut at = 0;
        for turned in &self.turned {
            out.extend(text(at..turned.glyphs.start));
            turned.read.iter().for_each(|cluster| out.extend(text(cluster.clone())));
            at = turned.glyphs.end;
        }
        out.extend(text(at..self.glyphs.len()));
        out
    }
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

/// What a file does with text of one kind: worked out once, used for every line of that kind.
struct Plan {
    font: usize,
    digits: Digits,
    direction: Direction,
    script: Script,
    features: Vec<Feature>,
    plan: ShapePlan,
}

/// The typefaces of a report, parsed, with what was shaped so far.
pub struct Fonts {
    /// The bundled ones, each at the place of its [`Face`]; behind them those that were brought along.
    loaded: Vec<LoadedFace>,
    /// Where the file of each face stands.
    places: [usize; FILES.len()],
    /// Asked in this order for what a face has not.
    fallbacks: Vec<usize>,
    /// For each face, with proportional and with tabular digits.
    shaped: Vec<[Mutex<Shapes>; 2]>,
    plans: Mutex<Vec<Arc<Plan>>>,
    missing: Mutex<BTreeSet<char>>,
}

impl Fonts {
    /// Parses the bundled faces.
    pub fn load() -> Self {
        Self::with(&[]).expect("the bundled fonts parse: a test loads each")
    }

    /// The bundled faces, and what a brand or a user brings along.
    ///
    /// Errors: a file that is no font with outlines.
    pub fn with(files: &[FontFile]) -> Result<Self> {
        let mut loaded = Vec::new();
        for (_, name, bytes) in FILES {
            loaded.push(LoadedFace::parse(bytes, name)?);
        }
        let mut places = std::array::from_fn(|place| place);
        let mut fallbacks = Vec::new();
        for file in files {
            match file.place {
                FontPlace::Instead(face) => places[face as usize] = loaded.len(),
                FontPlace::Fallback => fallbacks.push(loaded.len()),
            }
            loaded.push(LoadedFace::parse(file.bytes, &file.name)?);
        }
        let shaped = FILES.iter().map(|_| Default::default()).collect();
        Ok(Self { loaded, places, fallbacks, shaped, plans: Mutex::default(), missing: Mutex::default() })
    }

    /// The file that a face is set in.
    pub fn face(&self, face: Face) -> &LoadedFace {
        self.file(self.places[face as usize])
    }

    /// The file that a glyph is from, see [`Glyph::font`].
    pub fn file(&self, place: usize) -> &LoadedFace {
        &self.loaded[place]
    }

    /// The bytes of the file that stands in the place of a bundled face, where one does.
    pub fn own(&self, face: Face) -> Option<&'static [u8]> {
        let place = self.places[face as usize];
        (place != face as usize).then(|| self.loaded[place].bytes)
    }

    /// Shapes a line of text.
    pub fn shape(&self, face: Face, digits: Digits, text: &str) -> Arc<Shaped> {
        let cache = &self.shaped[face as usize][digits as usize];
        if let Some(shaped) = held(cache).get(text) {
            return Arc::clone(shaped);
        }
        // Nobody waits meanwhile: that two threads shape a line once each is rare, and both get the same.
        let shaped = Arc::new(self.shape_anew(face, digits, text));
        held(cache).insert(text.to_owned(), Arc::clone(&shaped));
        shaped
    }

    /// Width of a line of text at a size, in the unit of the size.
    pub fn width(&self, face: Face, digits: Digits, size: f32, text: &str) -> f32 {
        self.shape(face, digits, text).width * size
    }

    /// Characters that were shaped and that no file has; each was drawn as a box.
    pub fn missing(&self) -> Vec<char> {
        held(&self.missing).iter().copied().collect()
    }

    fn shape_anew(&self, face: Face, digits: Digits, text: &str) -> Shaped {
        let own = self.places[face as usize];
        let runs = if text.is_ascii() {
            // Every file has these, but for the odd symbol font that no one sets text in.
            vec![VisualRun { range: 0..text.len(), font: own, right_to_left: false, turned: false }]
        } else {
            visual_runs(text, |grapheme| self.file_for(face, grapheme))
        };
        let mut glyphs = Vec::with_capacity(text.len());
        let mut turned = Vec::new();
        for stretch in runs.chunk_by(|one, next| one.turned == next.turned) {
            let first = glyphs.len();
            let mut read: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
            for run in stretch {
                let before = glyphs.len();
                self.shape_run(run, digits, text, &mut glyphs);
                if run.turned {
                    let mut clusters = clusters_of(&glyphs, before);
                    if run.right_to_left {
                        clusters.reverse();
                    }
                    read.push((run.range.start, clusters));
                }
            }
            if stretch[0].turned {
                read.sort_by_key(|(start, _)| *start);
                let read = read.into_iter().flat_map(|(_, clusters)| clusters).collect();
                turned.push(Turned { glyphs: first..glyphs.len(), read });
            }
        }
        let width = glyphs.iter().map(|glyph| glyph.advance + glyph.kern).sum();
        Shaped { text: text.into(), glyphs, turned, width }
    }

    /// The first file that can show a piece of text; the face's own where none can.
    fn file_for(&self, face: Face, grapheme: &str) -> usize {
        let own = self.places[face as usize];
        let mut chain = [own, face as usize].into_iter().chain(self.fallbacks.iter().copied());
        chain.find(|place| self.loaded[*place].shows(grapheme)).unwrap_or(own)
    }

    fn shape_run(&self, run: &VisualRun, digits: Digits, line: &str, glyphs: &mut Vec<Glyph>) {
        let loaded = self.file(run.font);
        let text = &line[run.range.clone()];
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(if run.right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
        let known = self.plan(run.font, digits, &buffer);
        let options = ShapeOptions::new().plan(Some(&known.plan)).features(&known.features);
        let output = loaded.shaper().shape(buffer, options);
        let (infos, positions) = (output.glyph_infos(), output.glyph_positions());
        let units = f32::from(loaded.parsed.units_per_em());
        let place = |at: usize| (run.range.start + at) as u32;
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        for (at, (info, position)) in infos.iter().zip(positions).enumerate() {
            let id = info.glyph_id as u16;
            let start = info.cluster as usize;
            let end = starts.get(starts.partition_point(|s| *s <= start)).copied().unwrap_or(text.len());
            let first = at == 0 || infos[at - 1].cluster != info.cluster;
            if id == 0 {
                held(&self.missing).extend(text[start..end].chars().filter(|c| !loaded.has(*c)));
            }
            let advance = f32::from(loaded.parsed.glyph_hor_advance(GlyphId(id)).unwrap_or(0)) / units;
            glyphs.push(Glyph {
                font: run.font,
                id,
                advance,
                kern: position.x_advance as f32 / units - advance,
                shift: (position.x_offset as f32 / units, position.y_offset as f32 / units),
                // A line of 4 GiB fits no page.
                text: if first { place(start)..place(end) } else { 0..0 },
            });
        }
    }

    fn plan(&self, font: usize, digits: Digits, buffer: &UnicodeBuffer) -> Arc<Plan> {
        let (direction, script) = (buffer.direction(), buffer.script());
        let mut plans = held(&self.plans);
        let same = |plan: &&Arc<Plan>| {
            (plan.font, plan.digits, plan.direction, plan.script) == (font, digits, direction, script)
        };
        if let Some(known) = plans.iter().find(same) {
            return Arc::clone(known);
        }
        let mut features = Vec::new();
        if font == self.places[Face::Mono as usize] {
            // Code shows what was typed: no ligatures.
            features.push(Feature::new(Tag::new(b"calt"), 0, ..));
        }
        if digits == Digits::Tabular {
            features.push(Feature::new(Tag::new(b"tnum"), 1, ..));
        }
        // Text of digits and marks alone belongs to no script.
        let known = (script != harfrust::script::UNKNOWN).then_some(script);
        let plan = ShapePlan::new(&self.loaded[font].shaper(), direction, known, None, &features);
        let plan = Arc::new(Plan { font, digits, direction, script, features, plan });
        plans.push(Arc::clone(&plan));
        plan
    }
}

/// What a lock guards. A poisoned lock only means that another thread panicked: what it guards is always whole.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The clusters from a glyph on, as they stand.
fn clusters_of(glyphs: &[Glyph], first: usize) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> =
        (first..glyphs.len()).filter(|at| *at == first || !glyphs[*at].text.is_empty()).collect();
    starts.push(glyphs.len());
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
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
    fn tabular_digits_leave_words_as_they_are() {
        let fonts = Fonts::load();
        for (face, _, _) in FILES {
            for words in ["Mixture-of-Experts (tested) at, or: below", "SHA-", "–"] {
                let width = |digits| fonts.width(face, digits, 10.0, words);
                assert_eq!(width(Digits::Tabular), width(Digits::Proportional), "{face:?}: {words}");
            }
        }
    }

    #[test]
    fn a_name_that_runs_from_right_to_left_is_known_as_it_is_read() {
        let fonts = Fonts::load();
        let shaped = fonts.shape(Face::Regular, Digits::Proportional, "by מודל 3, twice");
        let [turned] = &shaped.turned[..] else { panic!("one name: {:?}", shaped.turned) };
        let read: String =
            turned.read.iter().flat_map(|cluster| &shaped.glyphs[cluster.clone()]).map(|g| shaped.text_of(g)).collect();
        assert_eq!(read, "מודל 3");
        let stands: String = shaped.glyphs[turned.glyphs.clone()].iter().map(|glyph| shaped.text_of(glyph)).collect();
        assert_eq!(stands, "3 לדומ");
        assert_eq!(shaped.as_read(), "by מודל 3, twice");
        assert!(fonts.shape(Face::Regular, Digits::Proportional, "by name").turned.is_empty());
    }

    #[test]
    fn a_missing_character_keeps_its_text_and_is_named() {
        let fonts = Fonts::load();
        let shaped = fonts.shape(Face::Regular, Digits::Proportional, "a界b");
        assert_eq!(shaped.glyphs[1].id, 0);
        assert_eq!(shaped.text_of(&shaped.glyphs[1]), "界");
        assert_eq!(fonts.missing(), ['界']);
    }
}
