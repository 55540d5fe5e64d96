//! Blocks between markers in a Markdown file: found, and replaced, with every other byte as it was.

use crate::error::{Error, Place, Result};
use pulldown_cmark::{Event, Options, Parser};
use std::ops::Range;

const BEGIN: &str = "<!-- gristmill:begin";
const END: &str = "<!-- gristmill:end -->";

/// A pair of markers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marked {
    name: String,
    /// Line of the first marker, from 1.
    line: u64,
    /// What stands between the two lines.
    inside: Range<usize>,
    /// How lines end in this place.
    line_break: &'static str,
}

/// The file with the block of a name replaced. Without a name the only block of the file is meant.
///
/// Markers stand on lines of their own; those in code are text. Line breaks inside the block are those of the file.
///
/// Errors: no such block, several, one within another, one that is not closed; each says what to add or change.
pub fn replace(text: &str, file: &str, name: Option<&str>, block: &str) -> Result<String> {
    let marked = find(text, file)?;
    let wanted = match name {
        Some(name) => marked.iter().find(|marked| marked.name == name),
        None if marked.len() > 1 => {
            let names: Vec<_> = marked.iter().map(|marked| format!("`{}`", marked.name)).collect();
            return Err(Error::at(
                Place::file(file),
                format!("holds {} summaries: {}", marked.len(), names.join(", ")),
            )
            .hint("say which one with --name"));
        }
        None => marked.first(),
    };
    let Some(wanted) = wanted else {
        let name = safe_name(name.unwrap_or("summary"));
        return Err(Error::at(Place::file(file), format!("has no place for the summary `{name}`"))
            .hint(format!("add these two lines where it is to stand:\n{BEGIN} {name} -->\n{END}")));
    };
    let block = block.trim_end_matches('\n').replace('\n', wanted.line_break);
    let br = wanted.line_break;
    // An empty line on either side: a comment ends with its line, what follows is Markdown again.
    Ok(format!("{}{br}{block}{br}{br}{}", &text[..wanted.inside.start], &text[wanted.inside.end..]))
}

/// A name as it can stand in a marker: what could end the comment becomes a hyphen.
pub fn safe_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "_.".contains(c) { c } else { '-' };
    let mut out: String = name.trim().chars().map(plain).collect();
    while out.contains("--") {
        out = out.replace("--", "-");
    }
    out.trim_matches('-').to_owned()
}

/// Every pair of markers, in order.
fn find(text: &str, file: &str) -> Result<Vec<Marked>> {
    let place = |at: usize| Place::file(file).line(1 + text[..at].matches('\n').count() as u64);
    let mut found: Vec<Marked> = Vec::new();
    let mut open: Option<Marked> = None;
    for line in marker_lines(text) {
        let words = text[line.clone()].trim();
        let at = line.start;
        if words == END {
            let Some(mut marked) = open.take() else {
                return Err(Error::at(place(at), format!("`{END}` ends nothing"))
                    .hint(format!("put `{BEGIN} NAME -->` above it, or remove it")));
            };
            marked.inside.end = at;
            found.push(marked);
            continue;
        }
        let name = words.trim_start_matches(BEGIN).trim_end_matches("-->").trim().to_owned();
        if let Some(open) = &open {
            return Err(Error::at(place(at), format!("begins within the summary that line {} begins", open.line))
                .hint(format!("put `{END}` before it")));
        }
        if let Some(first) = found.iter().find(|marked| marked.name == name) {
            return Err(Error::at(place(at), format!("a summary `{name}` begins in line {} already", first.line))
                .hint("give each its own name"));
        }
        let line_break = if text[line.clone()].ends_with("\r\n") { "\r\n" } else { "\n" };
        open = Some(Marked { name, line: place(at).line.unwrap_or(1), inside: line.end..line.end, line_break });
    }
    match open {
        Some(open) => {
            Err(Error::at(Place::file(file).line(open.line), format!("the summary `{}` has no end", open.name))
                .hint(format!("put `{END}` on a line of its own below it")))
        }
        None => Ok(found),
    }
}

/// Lines that hold a marker and nothing else, as Markdown's own rules see them: code is left out.
fn marker_lines(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM).into_offset_iter() {
        if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            continue;
        }
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
        let words = text[start..end].trim();
        let marks =
            words == END || (words.starts_with(BEGIN) && words.ends_with("-->") && words.matches("-->").count() == 1);
        if marks && out.last() != Some(&(start..end)) {
            out.push(start..end);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(text: &str, name: Option<&str>) -> std::result::Result<String, String> {
        replace(text, "README.md", name, "new\n\n| a |\n").map_err(|error| error.to_string())
    }

    #[test]
    fn everything_outside_the_markers_stays_byte_for_byte() {
        let cases = [
            (
                "# T\n<!-- gristmill:begin a -->\nold\n<!-- gristmill:end -->\nrest",
                "# T\n<!-- gristmill:begin a -->\n\nnew\n\n| a |\n\n<!-- gristmill:end -->\nrest",
            ),
            (
                "\u{feff}x\r\n\r\n<!-- gristmill:begin a -->\r\n<!-- gristmill:end -->",
                "\u{feff}x\r\n\r\n<!-- gristmill:begin a -->\r\n\r\nnew\r\n\r\n| a |\r\n\r\n<!-- gristmill:end -->",
            ),
            (
                "```\n<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n```\n\n<!-- gristmill:begin a -->\n<details>\n\nold\n\n</details>\n\n<!-- gristmill:end -->\n",
                "```\n<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n```\n\n<!-- gristmill:begin a -->\n\nnew\n\n| a |\n\n<!-- gristmill:end -->\n",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(put(before, Some("a")).as_deref(), Ok(after));
            assert_eq!(put(after, None).as_deref(), Ok(after), "the second time nothing changes");
        }
    }

    #[test]
    fn several_summaries_are_told_apart_by_name() {
        let text = "<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n\n<!-- gristmill:begin b -->\n<!-- gristmill:end -->\n";
        let made = put(text, Some("b")).expect("it is there");
        assert!(
            made.starts_with("<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n\n<!-- gristmill:begin b -->\n\nnew")
        );
        insta::assert_snapshot!(put(text, None).expect_err("which one?"), @r"
        README.md: holds 2 summaries: `a`, `b`
        hint: say which one with --name
        ");
    }

    #[test]
    fn what_is_wrong_with_the_markers_is_said_with_its_line() {
        let errors: Vec<_> = [
            "# T\n",
            "```\n<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n```\n",
            "x\n\n<!-- gristmill:begin a -->\n",
            "<!-- gristmill:end -->\n",
            "<!-- gristmill:begin a -->\n<!-- gristmill:begin b -->\n<!-- gristmill:end -->\n",
            "<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n",
        ]
        .iter()
        .map(|text| put(text, Some("a")).expect_err("refused"))
        .collect();
        insta::assert_snapshot!(errors.join("\n\n"));
    }

    #[test]
    fn a_name_cannot_end_its_comment() {
        assert_eq!(safe_name(" a --> b\n<x> "), "a-b-x");
        assert_eq!(safe_name("nightly-h200_1.2"), "nightly-h200_1.2");
    }
}
