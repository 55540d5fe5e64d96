//! Running text as spans: stretches of one face, colour and link.

use super::document::Rgba;
use super::style::{Palette, TextStyle};
use crate::font::Face;
use crate::render::text::printable;
use crate::report::Inline;

/// A stretch of text of one face, colour and link.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub text: String,
    pub face: Face,
    pub colour: Rgba,
    /// Set on a ground of its own.
    pub code: bool,
    /// Place in [`Spans::links`].
    pub link: Option<usize>,
}

/// Running text, ready to be broken into lines. A `\n` in a span is a line break the text asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spans {
    pub spans: Vec<Span>,
    pub links: Vec<LinkText>,
}

/// A link within running text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinkText {
    pub target: String,
    pub words: String,
}

/// Turns inlines into spans.
pub(super) struct SpanMaker<'a> {
    pub palette: &'a Palette,
    /// Whether a `#id` exists; links elsewhere are set as plain text.
    pub knows: &'a dyn Fn(&str) -> bool,
}

/// What surrounds an inline.
#[derive(Clone, Copy)]
struct Around {
    face: Face,
    colour: Rgba,
    link: Option<usize>,
}

impl SpanMaker<'_> {
    /// Inlines in a style.
    pub fn spans(&self, content: &[Inline], style: &TextStyle) -> Spans {
        let mut out = Spans::default();
        self.walk(content, Around { face: style.face, colour: style.colour, link: None }, &mut out);
        out
    }

    fn walk(&self, content: &[Inline], around: Around, out: &mut Spans) {
        for inline in content {
            match inline {
                Inline::Text(text) => out.push(running(text), around, false),
                Inline::Code(text) => out.push(running(text), Around { face: Face::Mono, ..around }, true),
                Inline::Break => out.push("\n".to_owned(), around, false),
                Inline::Strong(inner) => self.walk(inner, Around { face: stronger(around.face), ..around }, out),
                Inline::Emphasis(inner) => self.walk(inner, Around { face: emphatic(around.face), ..around }, out),
                Inline::Link { target, content } => {
                    if target.strip_prefix('#').is_some_and(|id| !(self.knows)(id)) {
                        self.walk(content, around, out);
                        continue;
                    }
                    out.links.push(LinkText { target: target.clone(), words: crate::report::plain_text(content) });
                    let link = Some(out.links.len() - 1);
                    self.walk(content, Around { link, colour: self.palette.accent, ..around }, out);
                }
            }
        }
    }
}

impl Spans {
    /// Plain text in a style.
    pub fn plain(text: &str, style: &TextStyle) -> Self {
        let mut out = Self::default();
        out.push(running(text), Around { face: style.face, colour: style.colour, link: None }, false);
        out
    }

    fn push(&mut self, text: String, around: Around, code: bool) {
        if text.is_empty() {
            return;
        }
        let Around { face, colour, link } = around;
        match self.spans.last_mut() {
            Some(last) if (last.face, last.code, last.link) == (face, code, link) && last.colour == colour => {
                last.text.push_str(&text);
            }
            _ => self.spans.push(Span { text, face, colour, code, link }),
        }
    }
}

fn stronger(face: Face) -> Face {
    match face {
        Face::Regular | Face::Italic | Face::Medium => Face::SemiBold,
        Face::SemiBold => Face::Bold,
        other => other,
    }
}

fn emphatic(face: Face) -> Face {
    match face {
        Face::Regular | Face::Medium => Face::Italic,
        other => other,
    }
}

/// Text as running text shows it: on one line, without characters that move the pen or turn the line round.
pub(super) fn running(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::super::style::BODY;
    use super::*;

    fn spans(content: &[Inline]) -> Spans {
        SpanMaker { palette: &Palette::default(), knows: &|id| id == "here" }.spans(content, &BODY)
    }

    #[test]
    fn a_link_to_nowhere_is_plain_text() {
        let link = |target: &str| Inline::Link { target: target.into(), content: vec![Inline::Text("there".into())] };
        assert_eq!(spans(&[link("#nowhere")]), Spans::plain("there", &BODY));
        assert_eq!(spans(&[link("#here")]).links[0].words, "there");
        assert_eq!(spans(&[link("https://example.com")]).spans[0].link, Some(0));
    }

    #[test]
    fn neighbours_of_one_kind_become_one_span_and_control_characters_spaces() {
        let text = spans(&[Inline::Text("a\tb".into()), Inline::Text("c\r\n".into())]);
        assert_eq!(text, Spans::plain("a bc ", &BODY));
    }
}
