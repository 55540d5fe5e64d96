//! Text in HTML and XML.

/// Text as character data or a quoted attribute: nothing in it is markup.
///
/// What a format cannot hold at all, such as control characters, is replaced before.
pub fn escape(text: &str) -> String {
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
    use super::escape;

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(escape("</p><a href='x\">&amp;"), "&lt;/p&gt;&lt;a href=&#39;x&quot;&gt;&amp;amp;");
    }
}
