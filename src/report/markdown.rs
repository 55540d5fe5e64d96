//! Markdown to blocks: what a prose template renders to becomes data again.
//!
//! Directives, HTML comments on lines of their own, bring in what is no prose: `<!-- gm:table NAME -->`,
//! `<!-- gm:code NAME -->`, and `<!-- gm:figure NAME -->` followed by one paragraph, its caption. All other HTML is dropped. Text from input cannot
//! produce a directive, because [`super::templates`] escapes whatever is interpolated.

use super::slug::Slugs;
use super::{Align, Block, CalloutKind, Cell, Column, Figure, Inline, Table, plain_text};
use crate::limits::DEEPEST_PROSE;
use pulldown_cmark::{Alignment, BlockQuoteKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;

/// Tables and figures that the directives of a template may name.
#[derive(Debug, Default)]
pub struct Inserts {
    /// By the name in the directive.
    pub tables: BTreeMap<String, Table>,
    /// By the name in the directive; numbers and captions are filled in on insertion.
    pub figures: BTreeMap<String, Figure>,
    /// Text as it is, by the name in the directive.
    pub codes: BTreeMap<String, String>,
}

/// What a template says: its heading of the first level, and the rest.
#[derive(Debug, Default, PartialEq)]
pub struct Parsed {
    /// The text of `# …`; empty without one.
    pub title: String,
    /// Everything else.
    pub blocks: Vec<Block>,
}

/// Reads a rendered template.
///
/// `figures_before` counts the figures of the report so far and is carried on. A directive whose table or figure does
/// not exist vanishes, with its caption; where only a table of a figure's name exists, the table stands in its place.
pub fn parse(markdown: &str, mut inserts: Inserts, slugs: &mut Slugs, figures_before: &mut usize) -> Parsed {
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM;
    let mut reader = Reader {
        events: shallow(Parser::new_ext(markdown, options)).into_iter().peekable(),
        inserts: &mut inserts,
        slugs,
        figures: figures_before,
        title: String::new(),
        caption_for: None,
    };
    let blocks = reader.blocks();
    Parsed { title: reader.title, blocks }
}

/// Events without the beginnings and ends of what is nested deeper than anyone reads: all that follows goes as deep as they do.
fn shallow<'m>(events: impl Iterator<Item = Event<'m>>) -> Vec<Event<'m>> {
    let mut open = 0;
    let stays = |event: &Event| match event {
        // An item goes with its list.
        Event::Start(Tag::Item) | Event::End(TagEnd::Item) => open <= DEEPEST_PROSE,
        Event::Start(tag) if nests(tag.to_end()) => {
            open += 1;
            open <= DEEPEST_PROSE
        }
        Event::End(end) if nests(*end) => {
            open -= 1;
            open < DEEPEST_PROSE
        }
        _ => true,
    };
    events.filter(stays).collect()
}

/// Whether it may hold others of its kind, and those others.
fn nests(tag: TagEnd) -> bool {
    use TagEnd::{BlockQuote, Emphasis, Image, Link, List, Strikethrough, Strong};
    matches!(tag, BlockQuote(_) | List(_) | Emphasis | Strong | Strikethrough | Link | Image)
}

struct Reader<'m, 'r> {
    events: std::iter::Peekable<std::vec::IntoIter<Event<'m>>>,
    inserts: &'r mut Inserts,
    slugs: &'r mut Slugs,
    figures: &'r mut usize,
    title: String,
    /// The directive whose caption comes next.
    caption_for: Option<String>,
}

impl Reader<'_, '_> {
    /// Blocks up to the end of what surrounds them; the end itself is consumed.
    fn blocks(&mut self) -> Vec<Block> {
        let mut out = Vec::new();
        while let Some(event) = self.events.peek() {
            // The items of a tight list hold text without a paragraph around it.
            if is_inline(event) {
                let content = self.inlines();
                self.paragraph(content, &mut out);
                continue;
            }
            match self.events.next() {
                Some(Event::Start(tag)) => self.block(tag, &mut out),
                Some(Event::End(_)) => break,
                _ => {}
            }
        }
        out
    }

    fn block(&mut self, tag: Tag, out: &mut Vec<Block>) {
        match tag {
            Tag::Paragraph => {
                let content = self.content();
                self.paragraph(content, out);
            }
            Tag::Heading { level, .. } => {
                let content = self.content();
                let text = plain_text(&content);
                if level == HeadingLevel::H1 {
                    self.title = text;
                } else {
                    let level = if level == HeadingLevel::H2 { 2 } else { 3 };
                    out.push(Block::Heading { level, id: self.slugs.unique(&text), content });
                }
            }
            Tag::List(start) => {
                let mut items = Vec::new();
                while let Some(Event::Start(Tag::Item)) = self.events.next() {
                    items.push(self.blocks());
                }
                out.push(Block::List { start, items });
            }
            Tag::BlockQuote(kind) => {
                let blocks = self.blocks();
                out.push(Block::Callout { kind: callout(kind), blocks });
            }
            Tag::CodeBlock(_) => out.push(Block::Code(self.text_until_end().trim_end_matches('\n').to_owned())),
            Tag::HtmlBlock => {
                let html = self.text_until_end();
                html.lines().for_each(|line| self.directive(line, out));
            }
            Tag::Table(aligns) => {
                let table = self.table(&aligns);
                out.push(Block::Table(table));
            }
            _ => out.extend(self.blocks()),
        }
    }

    /// A paragraph, which may be the caption of the figure just named.
    fn paragraph(&mut self, content: Vec<Inline>, out: &mut Vec<Block>) {
        if content.is_empty() {
            return;
        }
        let Some(name) = self.caption_for.take() else {
            return out.push(Block::Paragraph(content));
        };
        if let Some(mut figure) = self.inserts.figures.remove(&name) {
            *self.figures += 1;
            figure.number = *self.figures;
            let note = std::mem::replace(&mut figure.caption, content);
            note.into_iter().for_each(|more| append(&mut figure.caption, more));
            if figure.chart.left_out > 0 {
                let lines = crate::format::counted(figure.chart.left_out as u64, "more line", "more lines");
                append(&mut figure.caption, Inline::Text(format!(" Not drawn, to keep it readable: {lines}.")));
            }
            out.push(Block::Figure(Box::new(figure)));
        } else if let Some(table) = self.inserts.tables.remove(&name) {
            out.push(Block::Table(table));
        }
    }

    fn directive(&mut self, line: &str, out: &mut Vec<Block>) {
        let Some(words) = line.trim().strip_prefix("<!-- gm:").and_then(|rest| rest.strip_suffix("-->")) else {
            return;
        };
        match words.split_whitespace().collect::<Vec<_>>()[..] {
            ["table", name] => out.extend(self.inserts.tables.remove(name).map(Block::Table)),
            ["code", name] => {
                let code = self.inserts.codes.remove(name).filter(|code| !code.is_empty());
                out.extend(code.map(Block::Code));
            }
            ["figure", name] => self.caption_for = Some(name.to_owned()),
            _ => {}
        }
    }

    fn table(&mut self, aligns: &[Alignment]) -> Table {
        let mut rows: Vec<Vec<Vec<Inline>>> = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => {
                    let content = self.content();
                    rows.last_mut().into_iter().for_each(|row| row.push(content.clone()));
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        let mut rows = rows.into_iter();
        let heads = rows.next().unwrap_or_default();
        let titles: Vec<_> = heads.iter().map(|head| plain_text(head)).collect();
        Table {
            id: self.slugs.unique(&format!("table {}", titles.first().map_or("", String::as_str))),
            caption: String::new(),
            columns: titles
                .into_iter()
                .zip(aligns)
                .map(|(title, align)| Column {
                    title,
                    align: if *align == Alignment::Right { Align::Right } else { Align::Left },
                })
                .collect(),
            rows: rows
                .map(|row| row.into_iter().map(|content| Cell { content, ..Cell::default() }).collect())
                .collect(),
            row_headings: true,
        }
    }

    /// Text up to the end of the block, as it is.
    fn text_until_end(&mut self) -> String {
        let mut out = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(text) | Event::Html(text) => out.push_str(&text),
                Event::End(_) => break,
                _ => {}
            }
        }
        out
    }

    /// Running text up to the end of its block; the end is consumed.
    fn content(&mut self) -> Vec<Inline> {
        let content = self.inlines();
        self.events.next();
        content
    }

    /// Running text up to what is none.
    fn inlines(&mut self) -> Vec<Inline> {
        let mut out = Vec::new();
        let mut spaced = true;
        self.run(&mut out, &mut spaced);
        trim_end(&mut out);
        out
    }

    /// `spaced`: whether the text so far ends in a space, so that the next one is left out.
    fn run(&mut self, out: &mut Vec<Inline>, spaced: &mut bool) {
        while self.events.peek().is_some_and(is_inline) {
            match self.events.next() {
                Some(Event::Text(text)) => push_text(out, &text, spaced),
                Some(Event::SoftBreak) => push_text(out, " ", spaced),
                Some(Event::HardBreak) => {
                    trim_end(out);
                    out.push(Inline::Break);
                    *spaced = true;
                }
                Some(Event::Code(text)) => {
                    out.push(Inline::Code(text.into_string()));
                    *spaced = false;
                }
                Some(Event::Start(tag)) => {
                    let mut inner = Vec::new();
                    self.run(&mut inner, spaced);
                    self.events.next();
                    match tag {
                        _ if inner.is_empty() => {}
                        Tag::Strong => out.push(Inline::Strong(inner)),
                        Tag::Emphasis => out.push(Inline::Emphasis(inner)),
                        Tag::Link { dest_url, .. } if is_safe(&dest_url) => {
                            out.push(Inline::Link { target: dest_url.into_string(), content: inner });
                        }
                        _ => inner.into_iter().for_each(|inline| append(out, inline)),
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a link may lead there: into the report, to a web page or to a mailbox.
pub fn is_safe(target: &str) -> bool {
    let lower = target.to_ascii_lowercase();
    ["#", "http://", "https://", "mailto:"].iter().any(|start| lower.starts_with(start))
        && !target.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => {
            matches!(tag, Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
        }
        Event::End(_) | Event::Rule | Event::Html(_) => false,
        _ => true,
    }
}

fn callout(kind: Option<BlockQuoteKind>) -> CalloutKind {
    match kind {
        None | Some(BlockQuoteKind::Note) => CalloutKind::Note,
        Some(BlockQuoteKind::Tip) => CalloutKind::Tip,
        Some(BlockQuoteKind::Important) => CalloutKind::Important,
        Some(BlockQuoteKind::Warning | BlockQuoteKind::Caution) => CalloutKind::Warning,
    }
}

/// Appends text with every run of white space as one space, as readers of Markdown do.
fn push_text(out: &mut Vec<Inline>, text: &str, spaced: &mut bool) {
    if !matches!(out.last(), Some(Inline::Text(_))) {
        out.push(Inline::Text(String::new()));
    }
    let Some(Inline::Text(last)) = out.last_mut() else { return };
    for c in text.chars() {
        let space = matches!(c, ' ' | '\n' | '\t' | '\r');
        if !(space && *spaced) {
            last.push(if space { ' ' } else { c });
        }
        *spaced = space;
    }
    if last.is_empty() {
        out.pop();
    }
}

/// Appends running text; two texts in a row become one.
fn append(out: &mut Vec<Inline>, inline: Inline) {
    match (out.last_mut(), inline) {
        (Some(Inline::Text(last)), Inline::Text(text)) => last.push_str(&text),
        (_, inline) => out.push(inline),
    }
}

fn trim_end(out: &mut Vec<Inline>) {
    if let Some(Inline::Text(last)) = out.last_mut() {
        last.truncate(last.trim_end().len());
        if last.is_empty() {
            out.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Inline::{Emphasis, Link, Strong, Text};

    fn read(markdown: &str) -> Parsed {
        parse(markdown, Inserts::default(), &mut Slugs::default(), &mut 0)
    }

    fn text(words: &str) -> Inline {
        Text(words.to_owned())
    }

    #[test]
    fn blocks_and_their_text_come_out_in_order() {
        let parsed =
            read("# Title\n\n## A  b & c\n\nOne\n  **two** *three*.\n\n- item\n- other\n\n> [!TIP]\n> Good.\n");
        assert_eq!(parsed.title, "Title");
        assert_eq!(
            parsed.blocks,
            [
                Block::Heading { level: 2, id: "a-b--c".into(), content: vec![text("A b & c")] },
                Block::Paragraph(vec![
                    text("One "),
                    Strong(vec![text("two")]),
                    text(" "),
                    Emphasis(vec![text("three")]),
                    text(".")
                ]),
                Block::List {
                    start: None,
                    items: vec![
                        vec![Block::Paragraph(vec![text("item")])],
                        vec![Block::Paragraph(vec![text("other")])]
                    ]
                },
                Block::Callout { kind: CalloutKind::Tip, blocks: vec![Block::Paragraph(vec![text("Good.")])] },
            ]
        );
    }

    #[test]
    fn html_is_dropped_and_only_safe_links_stay_links() {
        let parsed = read(
            "a <b>b</b> [c](javascript:1) [d](https://e.org) [f](#g) [h](data:text/html,x)\n\n<script>alert(1)</script>\n",
        );
        assert_eq!(
            parsed.blocks,
            [Block::Paragraph(vec![
                text("a b c "),
                Link { target: "https://e.org".into(), content: vec![text("d")] },
                text(" "),
                Link { target: "#g".into(), content: vec![text("f")] },
                text(" h"),
            ])]
        );
    }

    #[test]
    fn what_is_nested_without_end_stands_as_deep_as_anyone_reads() {
        fn depth(blocks: &[Block]) -> usize {
            let below = |block: &Block| match block {
                Block::List { items, .. } => 1 + items.iter().map(|item| depth(item)).max().unwrap_or(0),
                Block::Callout { blocks, .. } => 1 + depth(blocks),
                _ => 0,
            };
            blocks.iter().map(below).max().unwrap_or(0)
        }
        let deep = |sign: &str| read(&(sign.repeat(20_000) + "a\n\nb\n")).blocks;
        for sign in ["> ", "- "] {
            let blocks = deep(sign);
            assert_eq!(depth(&blocks), DEEPEST_PROSE, "{sign}");
            assert_eq!(blocks.last(), Some(&Block::Paragraph(vec![text("b")])), "{sign}");
        }
        let [Block::Paragraph(emphasis)] = &read(&("*a **b ".repeat(5000) + &"c** d* ".repeat(5000))).blocks[..] else {
            panic!("a paragraph")
        };
        assert!(plain_text(emphasis).starts_with("a b a b a b a b a b"));
    }

    #[test]
    fn a_directive_without_its_insert_vanishes_with_its_caption() {
        let parsed = read("Before.\n\n<!-- gm:figure none -->\nCaption.\n\n<!-- gm:table none -->\n\nAfter.\n");
        assert_eq!(parsed.blocks, ["Before.", "After."].map(|words| Block::Paragraph(vec![text(words)])));
    }

    #[test]
    fn a_table_stands_where_its_directive_names_it() {
        let table = Table { id: "t".into(), ..Table::default() };
        let inserts = Inserts { tables: [("t".to_owned(), table.clone())].into(), ..Inserts::default() };
        let parsed = parse("<!-- gm:table t -->\n\nAfter.\n", inserts, &mut Slugs::default(), &mut 0);
        assert_eq!(parsed.blocks[0], Block::Table(table));
    }

    #[test]
    fn tables_may_be_written_in_the_template() {
        let parsed = read("| a | b |\n| :-- | --: |\n| x | **1** |\n");
        let [Block::Table(table)] = &parsed.blocks[..] else { panic!("{parsed:?}") };
        assert_eq!(table.columns[1], Column { title: "b".into(), align: Align::Right });
        assert_eq!(table.rows[0][1].content, [Strong(vec![text("1")])]);
    }
}
