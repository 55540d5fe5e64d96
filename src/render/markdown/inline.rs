//! Running text to Markdown.

use super::escape;
use crate::render::text::{printable, safe_target};
use crate::report::Inline;
use std::collections::BTreeMap;

/// Where a line stands, and where its links may lead.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    /// Anchors of the report's ids.
    pub anchors: &'p BTreeMap<String, String>,
    /// Within a table or a heading, which end with the line.
    pub one_line: bool,
}

impl<'p> Place<'p> {
    /// The same place, within a table or a heading.
    pub fn on_one_line(self) -> Self {
        Self { one_line: true, ..self }
    }
}

/// Running text as a paragraph, a heading or a table cell.
pub fn lines(content: &[Inline], place: Place) -> String {
    let content = trim_breaks(content);
    let written = pieces(content, place);
    if place.one_line {
        return escape::line(&written);
    }
    written.split("\\\n").map(escape::line).collect::<Vec<_>>().join("\\\n")
}

fn pieces(content: &[Inline], place: Place) -> String {
    let content = joined(content);
    // Written once: what stands within depends on nothing around it.
    let within: Vec<String> = content.iter().map(|inline| within(inline, place)).collect();
    let mut rest = String::new();
    // From the end, because emphasis depends on what follows it.
    for (at, inline) in content.iter().enumerate().rev() {
        let before = at.checked_sub(1).map(|at| piece(&content[at], &within[at], None, "", place)).unwrap_or_default();
        let written = piece(inline, &within[at], before.chars().next_back(), &rest, place);
        rest.insert_str(0, &written);
    }
    rest
}

/// What stands within emphasis or a link.
fn within(inline: &Inline, place: Place) -> String {
    match inline {
        Inline::Strong(content) | Inline::Emphasis(content) | Inline::Link { content, .. } => pieces(content, place),
        Inline::Text(_) | Inline::Code(_) | Inline::Break => String::new(),
    }
}

fn piece(inline: &Inline, within: &str, before: Option<char>, after: &str, place: Place) -> String {
    match inline {
        // Together with a link it would be a picture.
        Inline::Text(text) if text.ends_with('!') && after.starts_with('[') => {
            format!("{}\\!", escape::text(&text[..text.len() - 1]))
        }
        Inline::Text(text) => escape::text(text),
        Inline::Code(code) => self::code(code, before, after, place),
        Inline::Strong(_) => emphasis("**", "strong", within, before, after),
        Inline::Emphasis(_) => emphasis("_", "em", within, before, after),
        Inline::Break if place.one_line => "<br>".to_owned(),
        Inline::Break => "\\\n".to_owned(),
        Inline::Link { target, .. } => match self::target(target, place) {
            Some(target) => format!("[{within}]({target})"),
            None => within.to_owned(),
        },
    }
}

/// The target as Markdown has it: a place in the report by its anchor on GitHub, or an address.
fn target(target: &str, place: Place) -> Option<String> {
    match target.strip_prefix('#') {
        Some(id) => place.anchors.get(id).map(|anchor| format!("#{anchor}")),
        None => safe_target(target).map(escape::target),
    }
}

/// Emphasis by signs where Markdown's rules recognise them between these neighbours, else by tags.
fn emphasis(sign: &str, tag: &str, inner: &str, before: Option<char>, after: &str) -> String {
    let own = |c: char| sign.contains(c);
    let apart = |c: Option<char>| c.is_none_or(|c| !own(c) && (c.is_whitespace() || c.is_ascii_punctuation()));
    let solid = |c: Option<char>| c.is_some_and(|c| !own(c) && !c.is_whitespace());
    let recognised = apart(before)
        && apart(after.chars().next())
        && solid(inner.chars().next())
        && solid(inner.chars().next_back())
        && !inner.contains("\\\n");
    if inner.is_empty() {
        String::new()
    } else if recognised {
        format!("{sign}{inner}{sign}")
    } else {
        format!("<{tag}>{inner}</{tag}>")
    }
}

/// A code span, or the tag where a span could not hold the text: a table splits at `|` even within code, and a span has
/// no line breaks.
fn code(code: &str, before: Option<char>, after: &str, place: Place) -> String {
    let code = printable(code);
    let breaks_out = code.contains(['\n', '\t']) || (place.one_line && code.contains(['|', '\\']));
    if code.is_empty() {
        return String::new();
    }
    if breaks_out || before == Some('`') || after.starts_with('`') || code.trim_matches(' ').is_empty() {
        return format!("<code>{}</code>", escape::text(&code));
    }
    let fence = "`".repeat(escape::longest_backtick_run(&code) + 1);
    let padded = code.starts_with(['`', ' ']) || code.ends_with(['`', ' ']);
    let space = if padded { " " } else { "" };
    format!("{fence}{space}{code}{space}{fence}")
}

/// Neighbouring texts as one, so that nothing grows together unseen where they meet.
fn joined(content: &[Inline]) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    for inline in content {
        match (out.last_mut(), inline) {
            (Some(Inline::Text(text)), Inline::Text(more)) => text.push_str(more),
            _ => out.push(inline.clone()),
        }
    }
    out
}

/// Breaks at the edges say nothing, and at the end of a paragraph would be a backslash.
fn trim_breaks(mut content: &[Inline]) -> &[Inline] {
    while let [Inline::Break, rest @ ..] | [rest @ .., Inline::Break] = content {
        content = rest;
    }
    content
}
