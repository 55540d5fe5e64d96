//! Numbers of a column below each other by their decimals.

use super::style::TextStyle;
use crate::font::Fonts;
use crate::format::{UNKNOWN, terms};

/// Where the cells of a column have more than this behind their whole numbers, in em, words stand there: they end at the
/// column's edge.
const MOST: f32 = 4.0;

/// How the numbers of a column stand below each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decimals {
    /// Width of the longest whole number with all that stands behind one.
    pub width: f32,
    /// Width of the most that stands behind a whole number.
    pub behind: f32,
}

impl Decimals {
    /// Of the cells of a column, each with its style; none where they are no numbers, or stand right without help.
    pub fn of<'c>(cells: impl Iterator<Item = (&'c str, &'c TextStyle)>, fonts: &Fonts) -> Option<Self> {
        let (mut before, mut behind, mut least) = (0.0f32, 0.0f32, f32::INFINITY);
        let mut em = 0.0f32;
        for (text, style) in cells {
            let rest = rest(text, style, fonts)?;
            let width = fonts.width(style.face, style.digits, style.size, text);
            before = before.max(width - rest);
            behind = behind.max(rest);
            least = least.min(rest);
            em = em.max(style.size);
        }
        let uneven = behind - least > 0.1;
        (uneven && behind <= MOST * em).then_some(Self { width: before + behind, behind })
    }

    /// How far a cell ends before the column's edge.
    pub fn short_of(self, text: &str, style: &TextStyle, fonts: &Fonts) -> f32 {
        rest(text, style, fonts).map_or(0.0, |rest| (self.behind - rest).max(0.0))
    }
}

/// Width of what stands behind a whole number; none where the text is no number.
fn rest(text: &str, style: &TextStyle, fonts: &Fonts) -> Option<f32> {
    let width = |text: &str| fonts.width(style.face, style.digits, style.size, text);
    let whole = whole(text)?;
    Some(width(text) - width(whole))
}

/// The whole number that a text begins with, with its sign: `~20,304` of `~20,304.5 tok/s`.
fn whole(text: &str) -> Option<&str> {
    if text == UNKNOWN {
        return Some(text);
    }
    let marks = terms();
    let start = text.find(|c: char| c.is_ascii_digit())?;
    if text[..start].chars().count() > 3 || text[..start].contains(|c: char| c.is_alphabetic() || c.is_whitespace()) {
        return None;
    }
    let is_digit = |c: char| c.is_ascii_digit();
    let mut end = start;
    for (at, c) in text[start..].char_indices() {
        let next = text[start + at + c.len_utf8()..].starts_with(is_digit);
        if !(is_digit(c) || (Some(c) == marks.thousands && next)) {
            break;
        }
        end = start + at + c.len_utf8();
    }
    let behind = text[end..].strip_prefix(marks.decimal).unwrap_or(&text[end..]);
    // A second number: a range, a sentence.
    (!behind.trim_start_matches(is_digit).contains(is_digit)).then_some(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::super::style::CELL;
    use super::*;
    use crate::format::{Terms, in_terms};

    #[test]
    fn a_whole_number_is_told_from_what_stands_behind_it() {
        assert_eq!(whole("20,304.5 tok/s"), Some("20,304"));
        assert_eq!(whole("~48"), Some("~48"));
        assert_eq!(whole("€0.08"), Some("€0"));
        assert_eq!(whole("379 ms"), Some("379"));
        assert_eq!(whole("–"), Some("–"));
        assert_eq!(whole("379 ms → 20.4 s"), None);
        assert_eq!(whole("at 10"), None);
        let german = Terms { decimal: ',', thousands: Some('.') };
        assert_eq!(in_terms(german, || whole("20.304,5 tok/s")), Some("20.304"));
    }

    #[test]
    fn decimals_stand_below_each_other() {
        let fonts = Fonts::load();
        let of = |cells: &[&str]| Decimals::of(cells.iter().map(|text| (*text, &CELL)), &fonts);
        let cells = ["379 ms", "20.4 s", "–", "7 ms"];
        let decimals = of(&cells).expect("they differ");
        let width = |text: &str| fonts.width(CELL.face, CELL.digits, CELL.size, text);
        for (text, whole) in cells.iter().zip(["379", "20", "–", "7"]) {
            let start = -decimals.short_of(text, &CELL, &fonts) - width(text);
            assert!((start + width(whole) + decimals.behind).abs() < 0.01, "{text}");
        }
        assert_eq!(of(&["1.5 s", "20.4 s"]), None, "tabular digits do it alone");
        assert_eq!(of(&["8.2 s (threshold exceeded)", "1.4 s"]), None);
        assert_eq!(of(&["8.2 s", "fast"]), None);
    }
}
