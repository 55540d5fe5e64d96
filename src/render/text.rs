//! What every text format asks of a text before it lets it in.

use crate::markup::is_reordering;
use std::borrow::Cow;

/// `text` without characters that change what stands around it: control characters other than tab and line feed, and
/// the controls that reorder a line of text, become U+FFFD; a carriage return becomes a line feed.
///
/// A model called `\u{202e}5.7` could otherwise turn the figures behind it round.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_control(c) || is_reordering(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(lines(text).chars().map(|c| if is_reordering(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

/// The same for a block of text that stands on its own, as a response does: there the reordering controls may stay, for
/// they reach no further than the block.
pub fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().map(|c| if is_control(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The target of a link if it may be followed: a place in the report, or an address under http, https or mailto.
pub fn safe_target(target: &str) -> Option<&str> {
    let safe = ["#", "http://", "https://", "mailto:"].iter().any(|start| {
        target.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)) && target.len() > start.len()
    });
    safe.then_some(target)
}

fn is_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_cannot_reach_the_page() {
        assert_eq!(printable("a\0b\u{1b}[1m\u{202e}c\td\r\ne"), "a\u{fffd}b\u{fffd}[1m\u{fffd}c\td\ne");
        assert_eq!(lines("שלום\u{202e}\r\0"), "שלום\u{202e}\n\u{fffd}");
    }

    #[test]
    fn only_harmless_schemes_are_followed() {
        for target in ["#method", "http://a.example", "HTTPS://a.example", "mailto:a@b.example"] {
            assert_eq!(safe_target(target), Some(target));
        }
        for target in ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//a.example", "", "#", "http:", "é"]
        {
            assert_eq!(safe_target(target), None, "{target}");
        }
    }
}
