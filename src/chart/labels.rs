//! Labels that neither overlap nor run out of their place.

use crate::font::{Digits, Face, Fonts};
use unicode_segmentation::UnicodeSegmentation;

/// Moves positions as little as possible (least squares) until they lie at least `gap` apart, in order and within
/// `low..=high`. Where the place is too short for all, they start at `low`.
///
/// With z = y − i·gap the constraint is z ascending, so this is isotonic regression, solved by pooling adjacent violators
/// (Ayer et al. 1955).
pub(super) fn dodge(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, place) in order.iter().enumerate() {
        let mut pool = (wanted[*place] - rank as f64 * gap, 1);
        while let Some(&(mean, count)) = pools.last() {
            if mean <= pool.0 {
                break;
            }
            pools.pop();
            let both = count + pool.1;
            pool = ((mean * count as f64 + pool.0 * pool.1 as f64) / both as f64, both);
        }
        pools.push(pool);
    }
    let top = (high - wanted.len().saturating_sub(1) as f64 * gap).max(low);
    let shifted = pools.iter().flat_map(|(mean, count)| std::iter::repeat_n(mean.clamp(low, top), *count));
    let mut moved = vec![0.0; wanted.len()];
    for (rank, (place, shift)) in order.iter().zip(shifted).enumerate() {
        moved[*place] = shift + rank as f64 * gap;
    }
    moved
}

/// Width of a chart's text in points.
pub(super) fn width(fonts: &Fonts, face: Face, size: f64, text: &str) -> f64 {
    f64::from(fonts.width(face, Digits::Tabular, size as f32, text))
}

/// The text, or as much of its beginning as fits with `…` after it.
pub(super) fn shorten(fonts: &Fonts, face: Face, size: f64, text: &str, room: f64) -> String {
    if width(fonts, face, size, text) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        let longer = format!("{kept}{grapheme}…");
        if width(fonts, face, size, &longer) > room {
            break;
        }
        kept.push_str(grapheme);
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_by_as_little_as_possible() {
        assert_eq!(dodge(&[10.0, 50.0], 11.0, 0.0, 100.0), [10.0, 50.0], "far enough already");
        assert_eq!(dodge(&[50.0, 50.0], 10.0, 0.0, 100.0), [45.0, 55.0]);
        assert_eq!(dodge(&[52.0, 50.0, 48.0], 10.0, 0.0, 100.0), [60.0, 50.0, 40.0], "order kept");
        assert_eq!(dodge(&[99.0, 100.0], 10.0, 0.0, 100.0), [90.0, 100.0], "kept inside");
        assert_eq!(dodge(&[5.0, 5.0, 5.0], 10.0, 0.0, 5.0), [0.0, 10.0, 20.0], "no room");
        assert!(dodge(&[], 10.0, 0.0, 100.0).is_empty());
    }

    #[test]
    fn a_long_name_is_cut_between_characters_as_people_see_them() {
        let fonts = Fonts::load();
        assert_eq!(shorten(&fonts, Face::Regular, 8.0, "32K", 100.0), "32K");
        let cut = shorten(&fonts, Face::Regular, 8.0, "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}", 20.0);
        assert!(cut.ends_with("e\u{301}…"), "{cut}");
        assert!(width(&fonts, Face::Regular, 8.0, &cut) <= 20.0);
    }
}
