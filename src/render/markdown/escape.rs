//! Text to Markdown: the one place where it enters the format.

use crate::render::text::printable;
use std::fmt::Write;

/// Escapes a run of text so that CommonMark, and GitHub with its extensions, show it as it is.
///
/// What only matters at the edges of a line is left to [`line()`], which sees whole lines. Mentions, issue numbers and
/// emoji names are looked up by GitHub after it has removed backslashes; an empty comment inside keeps them apart.
pub fn text(text: &str) -> String {
    escape(text, true)
}

/// The same for the description of an image, where a comment would be shown.
pub fn description(text: &str) -> String {
    edges(&escape(text, false))
}

/// The title of a link or an image, between double quotes.
pub fn title(text: &str) -> String {
    let mut out = String::from("\"");
    for c in printable(text).chars() {
        match c {
            '\n' => out.push(' '),
            '"' | '\\' | '&' | '<' | '`' | '|' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The target of a link, for use between parentheses.
pub fn target(target: &str) -> String {
    let mut out = String::new();
    for byte in target.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b':'
            | b'/'
            | b'?'
            | b'#'
            | b'@'
            | b'!'
            | b'$'
            | b'\''
            | b'+'
            | b','
            | b';'
            | b'='
            | b'%' => out.push(char::from(byte)),
            // `&copy` would be read as an entity.
            b'&' => out.push_str("&amp;"),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// Escapes what would make a finished line something else than text: list, heading and quote signs at its start, spaces
/// at its edges.
pub fn line(line: &str) -> String {
    let line = edges(line);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let ends_item_sign = |after: Option<&str>| after.is_some_and(|after| after.is_empty() || after.starts_with(' '));
    if digits > 0 && ends_item_sign(rest.strip_prefix(['.', ')'])) {
        return format!("{}\\{rest}", &line[..digits]);
    }
    let is_sign = line.strip_prefix(['-', '+']).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()));
    if is_sign || line.starts_with(['=', '>', ':']) { format!("\\{line}") } else { line }
}

/// The longest run of backticks in a text.
pub fn longest_backtick_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn escape(text: &str, comments: bool) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        if needs_backslash(c, before, after) {
            out.push('\\');
        }
        match c {
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            _ => out.push(c),
        }
        if comments && is_looked_up(c, after) {
            out.push_str("<!-- -->");
        }
    }
    out
}

/// Whether GitHub would make a link or a picture of what begins with this sign.
fn is_looked_up(sign: char, rest: &str) -> bool {
    match sign {
        '@' => rest.starts_with(|c: char| c.is_ascii_alphanumeric()),
        '#' => rest.starts_with(|c: char| c.is_ascii_digit()),
        ':' => {
            let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_+-".contains(b)).count();
            name > 0 && rest[name..].starts_with(':')
        }
        _ => false,
    }
}

fn needs_backslash(c: char, before: &str, after: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '#' => true,
        // Within a word it is no emphasis.
        '_' => {
            !(before.ends_with(|c: char| c.is_ascii_alphanumeric())
                && after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        }
        // These only mean something in front of a name or a sign, which may come with the next piece of the line.
        '<' | '&' => !after.starts_with(char::is_whitespace),
        '!' => after.starts_with('['),
        // Addresses are made links wherever they stand.
        ':' => after.starts_with("//"),
        '.' => before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"www"),
        _ => false,
    }
}

/// Spaces at the edges are dropped by every reader; written as an entity they stay.
fn edges(line: &str) -> String {
    let inner = line.trim_matches(' ');
    if inner.len() == line.len() {
        return line.to_owned();
    }
    let leading = line.len() - line.trim_start_matches(' ').len();
    let trailing = line.len() - leading - inner.len();
    format!("{}{inner}{}", "&#32;".repeat(leading), "&#32;".repeat(trailing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_readable() {
        for plain in [
            "TTFT (s): 7.8 s, 63% → 6.3×",
            "E2E < 2 s & speed > 15 tok/s",
            "tok_s",
            "a - b + c = d!",
            "1.7 s",
            "-5%",
            "user: x",
        ] {
            assert_eq!(text(plain), plain);
            assert_eq!(line(plain), plain);
        }
    }

    #[test]
    fn github_finds_nothing_to_look_up() {
        assert_eq!(text("@user #123 :smile:"), "@<!-- -->user \\#<!-- -->123 :<!-- -->smile:");
        assert_eq!(text("http://a.b www.a.b"), "http\\://a.b www\\.a.b");
    }

    #[test]
    fn a_line_stays_a_line_of_text() {
        assert_eq!(line("1. x"), "1\\. x");
        assert_eq!(line("- x"), "\\- x");
        assert_eq!(line("==="), "\\===");
        assert_eq!(line("  x "), "&#32;&#32;x&#32;");
    }

    #[test]
    fn a_target_cannot_end_its_link() {
        assert_eq!(target("https://a.example/a b)<x>?y=1&copy=2"), "https://a.example/a%20b%29%3Cx%3E?y=1&amp;copy=2");
    }
}
