//! Blocks to HTML.

use super::{escape, quantity};
use crate::chart::svg;
use crate::render::text::safe_target;
use crate::report::{Align, Block, CalloutKind, Cell, Column, Figure, Inline, Report, Section, Table, plain_text};
use std::collections::BTreeSet;

/// Most columns of names beside which the style sheet aligns figures.
const MOST_NAMES: usize = 3;

/// Tables with more columns than these stand closer, and scroll rather than break their numbers on a phone.
const FEW: usize = 4;

/// Cells with more characters than these are sentences, which a close table must leave room for.
const WORDY: usize = 32;

/// The places that a link within the report can lead to.
pub fn ids(report: &Report) -> BTreeSet<String> {
    fn walk(blocks: &[Block], out: &mut BTreeSet<String>) {
        for block in blocks {
            match block {
                Block::Heading { id, .. } => drop(out.insert(id.clone())),
                Block::Callout { blocks, .. } => walk(blocks, out),
                Block::List { items, .. } => items.iter().for_each(|item| walk(item, out)),
                _ => {}
            }
        }
    }
    let mut out = BTreeSet::new();
    for section in &report.sections {
        out.insert(section.id.clone());
        walk(&section.blocks, &mut out);
    }
    out
}

/// Every section with its heading.
pub fn sections(sections: &[Section], ids: &BTreeSet<String>) -> String {
    let mut page = Page { ids, out: String::new(), in_table: false };
    for section in sections {
        page.open(&format!("<section id=\"{}\">\n<h2>", escape::text(&section.id)));
        page.text(&section.title);
        page.anchor(&section.id, &section.title);
        page.open("</h2>\n");
        page.blocks_after(&section.blocks, Some(&section.title));
        page.open("</section>\n");
    }
    page.out
}

/// Running text.
pub fn inlines(content: &[Inline], ids: &BTreeSet<String>) -> String {
    let mut page = Page { ids, out: String::new(), in_table: false };
    page.inlines(content);
    page.out
}

/// HTML as it is written. Only [`Page::open`] lets markup in.
struct Page<'p> {
    ids: &'p BTreeSet<String>,
    out: String,
    in_table: bool,
}

impl Page<'_> {
    /// Markup of our own, with every text in it escaped.
    fn open(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&escape::text(text));
    }

    /// Running text, where a number and its unit stay on one line; the narrow cells of a table need every break.
    fn words(&mut self, words: &str) {
        if self.in_table {
            return self.text(words);
        }
        for (piece, is_quantity) in quantity::pieces(words) {
            self.open(if is_quantity { "<span class=\"q\">" } else { "" });
            self.text(piece);
            self.open(if is_quantity { "</span>" } else { "" });
        }
    }

    /// A link to the heading that it stands in, for readers who pass on its address. Its sign comes from the style sheet.
    fn anchor(&mut self, id: &str, title: &str) {
        let (id, title) = (escape::text(id), escape::text(title));
        self.open(&format!("<a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to: {title}\"></a>"));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        self.blocks_after(blocks, None);
    }

    /// Blocks below a heading: a table that stands right below one of its own name need not show its caption.
    fn blocks_after(&mut self, blocks: &[Block], heading: Option<&str>) {
        let mut above = heading.map(str::to_owned);
        for block in blocks {
            self.block(block, above.as_deref());
            above = match block {
                Block::Heading { content, .. } => Some(plain_text(content)),
                _ => None,
            };
        }
    }

    fn block(&mut self, block: &Block, above: Option<&str>) {
        match block {
            Block::Heading { level, id, content } => {
                // The title of the report has level 1, its sections level 2.
                let level = (level + 1).clamp(3, 6);
                self.open(&format!("<h{level} id=\"{}\">", escape::text(id)));
                self.inlines(content);
                self.anchor(id, &plain_text(content));
                self.open(&format!("</h{level}>\n"));
            }
            Block::Paragraph(content) => {
                self.open("<p>");
                self.inlines(content);
                self.open("</p>\n");
            }
            Block::List { start, items } => self.list(*start, items),
            Block::Table(table) => self.table(table, above),
            Block::Figure(figure) => self.figure(figure),
            Block::Callout { kind, blocks } => {
                let class = match kind {
                    CalloutKind::Note => "note",
                    CalloutKind::Tip => "tip",
                    CalloutKind::Important => "important",
                    CalloutKind::Warning => "warning",
                };
                self.open(&format!("<div class=\"callout {class}\" role=\"note\">\n<p class=\"callout-title\">"));
                self.text(kind.title());
                self.open("</p>\n");
                self.blocks(blocks);
                self.open("</div>\n");
            }
            Block::Code(code) => self.open(&format!("<pre><code>{}</code></pre>\n", escape::block(code))),
        }
    }

    fn list(&mut self, start: Option<u64>, items: &[Vec<Block>]) {
        self.open(&match start {
            None => "<ul>\n".to_owned(),
            Some(1) => "<ol>\n".to_owned(),
            Some(start) => format!("<ol start=\"{start}\">\n"),
        });
        for item in items {
            self.open("<li>");
            // A single line needs no paragraph of its own.
            match item.split_first() {
                Some((Block::Paragraph(content), rest)) if !matches!(rest.first(), Some(Block::Paragraph(_))) => {
                    self.inlines(content);
                    self.blocks(rest);
                }
                _ => self.blocks(item),
            }
            self.open("</li>\n");
        }
        self.open(if start.is_some() { "</ol>\n" } else { "</ul>\n" });
    }

    /// A table in a box of its own, which scrolls where the page is too narrow, by keyboard as well.
    fn table(&mut self, table: &Table, above: Option<&str>) {
        let label = if table.caption.is_empty() { "Table" } else { &table.caption };
        let class = if table.columns.len() > FEW { "scroll many" } else { "scroll" };
        let label = escape::text(label);
        self.open(&format!("<div class=\"{class}\" role=\"group\" tabindex=\"0\" aria-label=\"{label}\">\n"));
        // Figures beside a few columns of names are aligned by the table's class, rather than each by its own.
        let names = table.columns.iter().take_while(|column| column.align == Align::Left).count();
        let figures = (1..=MOST_NAMES).contains(&names)
            && table.columns.len() > names
            && table.columns[names..].iter().all(|column| column.align == Align::Right);
        let class = if figures { format!(" class=\"figures-{names}\"") } else { String::new() };
        self.open(&format!("<table{class} data-table=\"{}\">\n", escape::text(&table.id)));
        if !table.caption.is_empty() {
            let class = if above == Some(table.caption.as_str()) { " class=\"said\"" } else { "" };
            self.open(&format!("<caption{class}>"));
            self.text(&table.caption);
            self.open("</caption>\n");
        }
        self.open("<thead>\n<tr>");
        for column in &table.columns {
            self.column(column, figures);
        }
        self.open("</tr>\n</thead>\n<tbody>\n");
        self.in_table = true;
        for row in &table.rows {
            self.open("<tr>");
            for (at, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
                self.cell(cell, column.align, figures, table.row_headings && at == 0);
            }
            self.open("</tr>\n");
        }
        self.in_table = false;
        self.open("</tbody>\n</table>\n</div>\n");
    }

    fn column(&mut self, column: &Column, aligned: bool) {
        if column.title.is_empty() {
            self.open("<td></td>");
            return;
        }
        let class = if column.align == Align::Right && !aligned { " class=\"right\"" } else { "" };
        self.open(&format!("<th scope=\"col\"{class}>"));
        self.text(&column.title);
        self.open("</th>");
    }

    fn cell(&mut self, cell: &Cell, align: Align, aligned: bool, heading: bool) {
        let wordy = align == Align::Left && plain_text(&cell.content).chars().count() > WORDY;
        let classes: Vec<_> =
            [(align == Align::Right && !aligned, "right"), (wordy, "words"), (cell.exceeded, "exceeded")]
                .into_iter()
                .filter_map(|(holds, class)| holds.then_some(class))
                .collect();
        let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
        // Rust prints the shortest digits that read back as the same number. Where the cell says just these, they stand once.
        let value = cell.value.filter(|v| v.is_finite()).map(|v| v.to_string());
        let value = match value {
            Some(value) if value == plain_text(&cell.content) => " data-value".to_owned(),
            Some(value) => format!(" data-value=\"{value}\""),
            None => String::new(),
        };
        let (tag, scope) = if heading { ("th", " scope=\"row\"") } else { ("td", "") };
        self.open(&format!("<{tag}{scope}{class}{value}>"));
        self.inlines(&cell.content);
        self.open(&format!("</{tag}>"));
    }

    /// The chart with its caption, and its numbers folded below.
    fn figure(&mut self, figure: &Figure) {
        let id = escape::text(&figure.chart.id);
        let title = escape::text(&figure.chart.title);
        self.open(&format!("<figure id=\"figure-{id}\" data-chart=\"{id}\">\n"));
        self.open(&format!("<div class=\"chart\" role=\"group\" tabindex=\"0\" aria-label=\"{title}\">\n"));
        self.open(&svg::inline(&figure.scene, &figure.chart.title, &figure.alternative));
        let number = figure.number;
        self.open(&format!("\n</div>\n<figcaption><a href=\"#figure-{id}\">Figure {number}.</a> "));
        self.inlines(&figure.caption);
        self.open("</figcaption>\n</figure>\n");
        self.open(&format!("<details class=\"numbers\" data-chart=\"{id}\">\n"));
        self.open(&format!("<summary>Figure {} in numbers</summary>\n", figure.number));
        self.table(&figure.data, Some(&figure.chart.title));
        self.open("</details>\n");
    }

    fn inlines(&mut self, content: &[Inline]) {
        for inline in content {
            match inline {
                Inline::Text(text) => self.words(text),
                Inline::Code(code) => {
                    self.open("<code>");
                    self.text(code);
                    self.open("</code>");
                }
                Inline::Strong(inner) => self.wrapped("strong", inner),
                Inline::Emphasis(inner) => self.wrapped("em", inner),
                Inline::Break => self.open("<br>\n"),
                Inline::Link { target, content } => self.link(target, content),
            }
        }
    }

    fn wrapped(&mut self, tag: &str, content: &[Inline]) {
        self.open(&format!("<{tag}>"));
        self.inlines(content);
        self.open(&format!("</{tag}>"));
    }

    /// A link, or its words alone where it leads nowhere.
    fn link(&mut self, target: &str, content: &[Inline]) {
        let rest = match target.strip_prefix('#') {
            Some(id) if self.ids.contains(id) => "",
            None if safe_target(target).is_some() => " rel=\"noopener noreferrer\"",
            _ => return self.inlines(content),
        };
        self.open(&format!("<a href=\"{}\"{rest}>", escape::text(target)));
        self.inlines(content);
        self.open("</a>");
    }
}
