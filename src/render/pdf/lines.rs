//! Breaking running text into lines.
//!
//! Breaks stand where UAX #14 allows them, chosen over the whole paragraph so that lines come out evenly long (least sum
//! of squared slack, the last line free). A word wider than the column breaks anywhere rather than leave it.

use super::spans::{Span, Spans};
use super::style::TextStyle;
use crate::font::{Digits, Face, Fonts};
use unicode_linebreak::BreakOpportunity;
use unicode_segmentation::UnicodeSegmentation;

/// Code looks as large as the text around it at this share of its size.
const MONO_SCALE: f32 = 0.9;

/// Rounding of widths may add up to this much over a line, points.
const TOLERANCE: f32 = 0.2;

/// A line of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub runs: Vec<Run>,
    /// Without the space at its end.
    pub width: f32,
}

/// A stretch of one face on a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// From the line's start.
    pub x: f32,
    pub width: f32,
    pub size: f32,
    pub text: String,
    /// Place in [`Spans::spans`].
    pub span: usize,
}

/// Text between two possible breaks.
struct Piece {
    start: usize,
    end: usize,
    width: f32,
    /// Without white space at its end.
    trimmed: f32,
    /// A break must follow.
    ends_line: bool,
}

/// Measures and breaks text of one style.
pub(super) struct LineBreaker<'a> {
    fonts: &'a Fonts,
    spans: &'a [Span],
    size: f32,
    digits: Digits,
    full: String,
    /// Where each span begins in `full`.
    starts: Vec<usize>,
}

/// Size of a face in text of a size.
pub(super) fn size_of(face: Face, size: f32) -> f32 {
    if face == Face::Mono { size * MONO_SCALE } else { size }
}

impl<'a> LineBreaker<'a> {
    /// Prepares running text.
    pub fn new(fonts: &'a Fonts, spans: &'a Spans, style: &TextStyle) -> Self {
        let mut full = String::new();
        let mut starts = Vec::new();
        for span in &spans.spans {
            starts.push(full.len());
            full.push_str(&span.text);
        }
        // Text all of code is a listing: it has the size of its style.
        let size = if style.face == Face::Mono { style.size / MONO_SCALE } else { style.size };
        Self { fonts, spans: &spans.spans, size, digits: style.digits, full, starts }
    }

    /// Width on one line, and of the widest word.
    pub fn widths(&self) -> (f32, f32) {
        let pieces = self.pieces(f32::INFINITY);
        let (mut line, mut widest, mut word) = (0.0f32, 0.0f32, 0.0f32);
        for piece in &pieces {
            word = word.max(piece.trimmed);
            widest = widest.max(line + piece.trimmed);
            line = if piece.ends_line { 0.0 } else { line + piece.width };
        }
        (widest, word)
    }

    /// The lines in a column of a width.
    pub fn lines(&self, width: f32) -> Vec<Line> {
        if let Some(line) = self.only_line(width) {
            return vec![line];
        }
        let pieces = self.pieces(width);
        let mut lines = Vec::new();
        let mut first = 0;
        for last in best_breaks(&pieces, width + TOLERANCE) {
            lines.push(self.line(pieces[first].start, pieces[last].end));
            first = last + 1;
        }
        lines
    }

    /// The whole text, where it fits on one line: most cells of tables do.
    fn only_line(&self, width: f32) -> Option<Line> {
        /// Where letters as narrow as this, in em, would not fit, measuring the whole is a waste.
        const NARROW: f32 = 0.35;
        let may_fit = self.full.len() as f32 * NARROW * self.size <= width;
        if !may_fit || self.full.is_empty() || self.full.contains('\n') {
            return None;
        }
        Some(self.line(0, self.full.len())).filter(|line| line.width <= width + TOLERANCE)
    }

    /// The lines of a listing: cut behind the last blank that the column has room for, else where it ends. Blanks at the
    /// start of a line stay.
    pub fn cut(&self, width: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        let (mut from, mut behind_blank, mut rough) = (0, None, 0.0);
        for (at, grapheme) in self.full.grapheme_indices(true) {
            rough += self.measure(at, at + grapheme.len());
            let is_blank = grapheme.trim().is_empty();
            // Kerning makes the sum of characters a little less or more than the line: near the end, all is measured.
            if !is_blank && rough > 0.8 * width && at > from {
                let end = at + grapheme.len();
                if self.piece(from, end, false).trimmed > width {
                    let cut = behind_blank.take().unwrap_or(at);
                    lines.push(self.line(from, cut));
                    (from, rough) = (cut, self.measure(cut, end));
                }
            }
            let has_words = !self.full[from..at].trim().is_empty();
            if is_blank && has_words {
                behind_blank = Some(at + grapheme.len());
            }
        }
        lines.push(self.line(from, self.full.len()));
        lines
    }

    /// Text between possible breaks; none wider than `limit` unless it is a single character.
    fn pieces(&self, limit: f32) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for (end, kind) in unicode_linebreak::linebreaks(&self.full) {
            let ends_line = kind == BreakOpportunity::Mandatory;
            if !ends_line && is_number_and_unit(&self.full, end) {
                continue;
            }
            let piece = self.piece(start, end, ends_line);
            if piece.trimmed > limit {
                self.split(start, end, ends_line, limit, &mut pieces);
            } else {
                pieces.push(piece);
            }
            start = end;
        }
        pieces
    }

    fn piece(&self, start: usize, end: usize, ends_line: bool) -> Piece {
        let word_end = start + self.full[start..end].trim_end().len();
        let trimmed = self.measure(start, word_end);
        // White space is measured apart from its word: it kerns with none, and each word is shaped once.
        let width = trimmed + if word_end < end { self.measure(word_end, end) } else { 0.0 };
        Piece { start, end, width, trimmed, ends_line }
    }

    /// Splits a word that is too long where it reaches the limit.
    fn split(&self, start: usize, end: usize, ends_line: bool, limit: f32, pieces: &mut Vec<Piece>) {
        let mut from = start;
        let mut rough = 0.0;
        for (at, grapheme) in self.full[start..end].grapheme_indices(true) {
            let (at, end) = (start + at, start + at + grapheme.len());
            rough += self.measure(at, end);
            // Kerning makes the sum of characters a little less or more than the word: near the limit, all is measured.
            if rough > 0.8 * limit && at > from && self.piece(from, end, false).trimmed > limit {
                pieces.push(self.piece(from, at, false));
                (from, rough) = (at, self.measure(at, end));
            }
        }
        pieces.push(self.piece(from, end, ends_line));
    }

    fn measure(&self, start: usize, end: usize) -> f32 {
        self.runs(start, end).map(|(_, face, size, text)| self.fonts.width(face, self.digits, size, text)).sum()
    }

    /// The spans' shares of a stretch of text: place, face, size and text of each.
    fn runs(&self, start: usize, end: usize) -> impl Iterator<Item = (usize, Face, f32, &str)> {
        let first = self.starts.partition_point(|s| *s <= start).saturating_sub(1);
        (first..self.spans.len()).take_while(move |at| self.starts[*at] < end).filter_map(move |at| {
            let span_end = self.starts[at] + self.spans[at].text.len();
            let text = self.full[start.max(self.starts[at])..end.min(span_end)].trim_matches('\n');
            let face = self.spans[at].face;
            (!text.is_empty()).then(|| (at, face, size_of(face, self.size), text))
        })
    }

    /// A line, with one space at its end where the text has one there: words must not join when they are copied.
    fn line(&self, start: usize, end: usize) -> Line {
        let text = &self.full[start..end];
        let word_end = start + text.trim_end().len();
        let keep = text[word_end - start..].starts_with(' ') && !text.trim().is_empty();
        let mut parts: Vec<_> = self.runs(start, word_end + usize::from(keep)).collect();
        // A space that is a span of its own joins the word before it.
        let lone = keep && parts.len() > 1 && parts.pop_if(|(.., text)| *text == " ").is_some();
        let mut runs: Vec<Run> = Vec::with_capacity(parts.len());
        let mut x = 0.0;
        for (at, (span, face, size, part)) in parts.iter().copied().enumerate() {
            let last = keep && at + 1 == parts.len();
            let text = if last && lone { format!("{part} ") } else { part.to_owned() };
            // Shaped with its space, as it will be drawn, and measured without.
            let space = if last { self.fonts.width(face, self.digits, size, " ") } else { 0.0 };
            let width = self.fonts.width(face, self.digits, size, &text) - space;
            runs.push(Run { x, width, size, text, span });
            x += width;
        }
        Line { runs, width: x }
    }
}

/// Whether a break at `at` would part a number from its unit or cut the unit: `8 s`, `97 tok/s`.
fn is_number_and_unit(text: &str, at: usize) -> bool {
    let next = text[at..].split([' ', '\n']).next().unwrap_or_default().trim_end_matches(['.', ',', ';', ':', ')']);
    if text[..at].ends_with('/') {
        return (1..=2).contains(&next.chars().count());
    }
    let before = text[..at].trim_end_matches(' ');
    before.len() < at
        && before.ends_with(|c: char| c.is_ascii_digit())
        && matches!(next, "s" | "ms" | "tok/s" | "W" | "kW" | "GB" | "MB" | "KB" | "%" | "×")
}

/// For each line, the place of its last piece: the breaks with the least sum of squared slack.
fn best_breaks(pieces: &[Piece], width: f32) -> Vec<usize> {
    /// Each line costs a little, so that fewer lines win over slightly evener ones.
    const LINE: f32 = 0.02;
    /// A last line of a word or two looks lost.
    const LONELY: f32 = 0.08;
    // cost[n]: of the best breaks of the first n pieces; from[n]: where the last of those lines begins.
    let mut cost = vec![f32::INFINITY; pieces.len() + 1];
    let mut from = vec![0; pieces.len() + 1];
    cost[0] = 0.0;
    for end in 1..=pieces.len() {
        let last = &pieces[end - 1];
        let mut before = 0.0;
        for start in (0..end).rev() {
            if start + 1 < end {
                if pieces[start].ends_line {
                    break;
                }
                before += pieces[start].width;
            }
            let line = before + last.trimmed;
            if line > width && start + 1 < end {
                break;
            }
            let slack = ((width - line) / width).max(0.0);
            let free = last.ends_line || end == pieces.len();
            let price = match free {
                true if slack > 0.85 => LONELY,
                true => 0.0,
                false => slack * slack,
            };
            let total = cost[start] + price + LINE;
            if total < cost[end] {
                (cost[end], from[end]) = (total, start);
            }
        }
    }
    let mut breaks = Vec::new();
    let mut end = pieces.len();
    while end > 0 {
        breaks.push(end - 1);
        end = from[end];
    }
    breaks.reverse();
    breaks
}

/// Text on one line: cut with `…` where it is wider than the column.
pub(super) fn truncated(fonts: &Fonts, style: &TextStyle, text: &str, width: f32) -> String {
    let measure = |text: &str| fonts.width(style.face, style.digits, style.size, text);
    if measure(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if measure(&format!("{kept}{grapheme}…")) > width {
            break;
        }
        kept.push_str(grapheme);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::style::BODY;
    use super::*;

    fn broken(text: &str, width: f32) -> Vec<Line> {
        LineBreaker::new(&Fonts::load(), &Spans::plain(text, &BODY), &BODY).lines(width)
    }

    fn words(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.runs.iter().map(|run| run.text.as_str()).collect()).collect()
    }

    #[test]
    fn nothing_is_lost_and_no_line_is_too_wide() {
        let text = "The first token waits for the queue and for the prefill, then tokens stream one by one. ".repeat(7);
        for width in [90.0, 217.0, 471.0] {
            let lines = broken(text.trim_end(), width);
            assert!(lines.iter().all(|line| line.width <= width + 2.0 * TOLERANCE));
            assert_eq!(words(&lines).concat(), text.trim_end());
        }
    }

    #[test]
    fn a_word_of_300_characters_breaks_anywhere_and_copies_as_one_word() {
        let word = "m".repeat(300);
        let lines = broken(&format!("A {word} end"), 200.0);
        assert!(lines.iter().all(|line| line.width <= 200.0 + 2.0 * TOLERANCE));
        assert_eq!(words(&lines).concat(), format!("A {word} end"));
    }

    #[test]
    fn the_space_at_a_lines_end_is_kept_for_copying_and_takes_no_room() {
        let fonts = Fonts::load();
        let mut spans = Spans::plain("wide enough to break ", &BODY);
        spans.spans[0].text = "wide enough to".into();
        spans.spans.push(Span { face: Face::Bold, text: " ".into(), ..spans.spans[0].clone() });
        spans.spans.push(Span { text: "break".into(), ..spans.spans[0].clone() });
        let width = fonts.width(BODY.face, BODY.digits, BODY.size, "wide enough to");
        let lines = LineBreaker::new(&fonts, &spans, &BODY).lines(width);
        assert_eq!(words(&lines), ["wide enough to ", "break"]);
        assert!((lines[0].width - width).abs() < 0.01);
        let lines = LineBreaker::new(&fonts, &spans, &BODY).lines(2.0 * width);
        assert_eq!((words(&lines), lines[0].runs.len()), (vec!["wide enough to break".to_owned()], 3));
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert!(is_number_and_unit("after 8 s.", 8));
        assert!(!is_number_and_unit("after 8 seconds", 8));
        assert!(!is_number_and_unit("8s s", 3));
        assert!(is_number_and_unit("97 tok/s, more", 7));
        assert!(!is_number_and_unit("charts/ttft.svg", 7));
    }

    #[test]
    fn a_break_asked_for_is_made() {
        let mut spans = Spans::plain("one", &BODY);
        spans.spans[0].text.push_str("\ntwo");
        let lines = LineBreaker::new(&Fonts::load(), &spans, &BODY).lines(300.0);
        assert_eq!(words(&lines), ["one", "two"]);
    }

    #[test]
    fn long_text_on_one_line_ends_in_an_ellipsis() {
        let fonts = Fonts::load();
        assert_eq!(truncated(&fonts, &BODY, "short", 100.0), "short");
        let cut = truncated(&fonts, &BODY, &"long ".repeat(50), 100.0);
        assert!(cut.ends_with('…') && fonts.width(BODY.face, BODY.digits, BODY.size, &cut) <= 100.0);
    }
}
