//! Text to HTML: the one place where it enters the format.

use crate::markup::escape;
use crate::render::text::{lines, printable};

/// Escapes running text, for use between tags and within a quoted attribute.
pub fn text(text: &str) -> String {
    escape(&printable(text))
}

/// Escapes a block of text that stands on its own.
pub fn block(text: &str) -> String {
    escape(&lines(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(text("</p><a href='x\">&amp;"), "&lt;/p&gt;&lt;a href=&#39;x&quot;&gt;&amp;amp;");
        assert_eq!(text("a\u{202e}\0b"), "a\u{fffd}\u{fffd}b");
    }
}
