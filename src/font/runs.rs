//! A line of text as stretches of one file and one direction, in the order in which they stand on the line.

use std::ops::Range;
use unicode_bidi::{BidiClass, Level, ParagraphBidiInfo, bidi_class};
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of one file and one direction.
#[derive(Debug, PartialEq)]
pub(super) struct VisualRun {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Place of the file.
    pub font: usize,
    pub right_to_left: bool,
    /// Whether it stands within words that read from right to left, as a number in a name does.
    pub turned: bool,
}

/// The stretches of a line from left to right. The line as a whole reads from left to right, as the report does; a name in
/// a right-to-left script stands in it as in an English sentence (UAX #9).
pub(super) fn visual_runs(text: &str, file_for: impl Fn(&str) -> usize) -> Vec<VisualRun> {
    let mut out = Vec::new();
    for (range, level) in directions(text) {
        let (right_to_left, turned) = (level % 2 == 1, level > 0);
        let before = out.len();
        for (at, grapheme) in text[range.clone()].grapheme_indices(true) {
            let (start, font) = (range.start + at, file_for(grapheme));
            let end = start + grapheme.len();
            match out[before..].last_mut() {
                Some(VisualRun { range, font: same, .. }) if *same == font => range.end = end,
                _ => out.push(VisualRun { range: start..end, font, right_to_left, turned }),
            }
        }
        if right_to_left {
            out[before..].reverse();
        }
    }
    out
}

/// Stretches of one direction from left to right, each with its embedding level: odd where it reads from right to left.
fn directions(text: &str) -> Vec<(Range<usize>, u8)> {
    let turns = |c: char| matches!(bidi_class(c), BidiClass::R | BidiClass::AL | BidiClass::AN);
    if !text.chars().any(turns) {
        return vec![(0..text.len(), 0)];
    }
    let info = ParagraphBidiInfo::new(text, Some(Level::ltr()));
    let (levels, runs) = info.visual_runs(0..text.len());
    runs.into_iter().map(|run| (run.clone(), levels[run.start].number())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, part: &str, font: usize, right_to_left: bool, turned: bool) -> VisualRun {
        let start = text.find(part).expect("it is there");
        VisualRun { range: start..start + part.len(), font, right_to_left, turned }
    }

    #[test]
    fn a_right_to_left_name_stands_in_its_sentence() {
        let text = "by מודל שפה 3, twice";
        let font = |grapheme: &str| usize::from(grapheme.chars().any(|c| c >= '\u{590}'));
        // Each word from another file than the space between them; the number stays behind the name, on its left.
        let expected = [
            run(text, "by ", 0, false, false),
            run(text, "3", 0, false, true),
            run(text, "שפה", 1, true, true),
            run(text, "מודל", 1, true, true),
        ];
        let runs = visual_runs(text, font);
        let words: Vec<_> = runs.iter().filter(|run| !text[run.range.clone()].trim().is_empty()).collect();
        assert_eq!(words[..4], expected.iter().collect::<Vec<_>>()[..]);
        assert_eq!(text[words[4].range.clone()].trim(), ", twice");
        let mut covered: Vec<_> = runs.iter().map(|run| run.range.clone()).collect();
        covered.sort_by_key(|range| range.start);
        assert_eq!(covered.iter().map(|range| &text[range.clone()]).collect::<String>(), text, "nothing is lost");
    }

    #[test]
    fn a_grapheme_is_never_parted() {
        let text = "e\u{301}界";
        let runs = visual_runs(text, |grapheme| grapheme.chars().count());
        assert_eq!(runs, [run(text, "e\u{301}", 2, false, false), run(text, "界", 1, false, false)]);
    }
}
