//! Text to HTML: the one place where it enters the format.

use crate::render::text::{lines, printable};

/// Escapes running text, for use between tags and within a quoted attribute.
pub fn text(text: &str) -> String {
    escape(&printable(text))
}

/// Escapes a block of text that stands on its own.
pub fn block(text: &str) -> String {
    escape(&lines(text))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
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
