//! Text in HTML and XML, and text on one line.

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

/// Text as it may be shown anywhere: white space as single spaces, and nothing that could reorder or hide a line.
pub fn clean(text: &str) -> String {
    let visible = text.chars().filter(|c| {
        let hides = matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}') || is_reordering(*c);
        !hides && (!c.is_control() || c.is_whitespace())
    });
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character is a control that reorders the line of text around it.
pub fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn a_text_cannot_leave_its_place() {
        assert_eq!(escape("</p><a href='x\">&amp;"), "&lt;/p&gt;&lt;a href=&#39;x&quot;&gt;&amp;amp;");
    }
}
