//! Blocks to Markdown.

use super::escape;
use super::inline::{Place, lines};
use crate::render::charts::path;
use crate::render::text;
use crate::report::{Align, Block, CalloutKind, Figure, Inline, Table, plain_text};

/// Blocks, an empty line between each two; no line break at the end.
pub fn blocks(blocks: &[Block], place: Place) -> String {
    blocks_below(None, blocks, place)
}

/// Blocks below a heading: a table right below one of its own name needs no caption.
pub fn blocks_below(heading: Option<&str>, blocks: &[Block], place: Place) -> String {
    let mut out = String::new();
    let mut after_list = false;
    let mut above = heading.map(str::to_owned);
    for block in blocks {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        let is_list = matches!(block, Block::List { .. });
        if is_list && after_list {
            // Without it the two would be one list.
            out.push_str("<!-- -->\n\n");
        }
        out.push_str(&self::block(block, above.as_deref(), place));
        after_list = is_list;
        above = match block {
            Block::Heading { content, .. } => Some(plain_text(content)),
            _ => None,
        };
    }
    out
}

fn block(block: &Block, above: Option<&str>, place: Place) -> String {
    match block {
        Block::Heading { level, content, .. } => heading(usize::from(*level) + 1, content, place),
        Block::Paragraph(content) => lines(content, place),
        Block::List { start, items } => list(*start, items, place),
        Block::Table(table) => captioned(table, above, place),
        Block::Figure(figure) => self::figure(figure, place),
        Block::Callout { kind, blocks } => callout(*kind, blocks, place),
        Block::Code(code) => fenced(code),
    }
}

/// A heading of a level; the report's title has level 1.
pub fn heading(level: usize, content: &[Inline], place: Place) -> String {
    format!("{} {}", "#".repeat(level), lines(content, place.on_one_line()))
}

fn list(start: Option<u64>, items: &[Vec<Block>], place: Place) -> String {
    let tight = is_tight(items);
    let mut out = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let marker = start.map_or_else(|| "- ".to_owned(), |start| format!("{}. ", start + at as u64));
        let mut written = blocks(item, place);
        if tight {
            written = written.replace("\n\n", "\n");
        }
        out.push(indented(&written, &marker, &" ".repeat(marker.len())));
    }
    out.join(if tight { "\n" } else { "\n\n" })
}

/// Whether no empty lines are needed: each item is a paragraph, with such a list below it at most.
fn is_tight(items: &[Vec<Block>]) -> bool {
    items.iter().all(|item| match item.as_slice() {
        [Block::Paragraph(_)] => true,
        [Block::Paragraph(_), Block::List { items, .. }] => is_tight(items),
        _ => false,
    })
}

fn callout(kind: CalloutKind, content: &[Block], place: Place) -> String {
    let name = match kind {
        CalloutKind::Note => "NOTE",
        CalloutKind::Tip => "TIP",
        CalloutKind::Important => "IMPORTANT",
        CalloutKind::Warning => "WARNING",
    };
    indented(&format!("[!{name}]\n{}", blocks(content, place)), "> ", "> ")
}

/// A table below its caption, where that is not what stands above it already.
fn captioned(table: &Table, above: Option<&str>, place: Place) -> String {
    let written = self::table(table, place);
    if table.caption.is_empty() || above == Some(&table.caption) {
        return written;
    }
    let caption = [Inline::Emphasis(vec![Inline::Text(table.caption.clone())])];
    format!("{}\n\n{written}", lines(&caption, place))
}

/// A table with its head and its alignment row.
pub fn table(table: &Table, place: Place) -> String {
    let place = place.on_one_line();
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let title = |title: &String| lines(&[Inline::Text(title.clone())], place);
    let rule = |align: Align| if align == Align::Right { "--:" } else { ":--" }.to_owned();
    let mut out = vec![
        row(table.columns.iter().map(|column| title(&column.title)).collect()),
        row(table.columns.iter().map(|column| rule(column.align)).collect()),
    ];
    out.extend(table.rows.iter().map(|cells| row(cells.iter().map(|cell| lines(&cell.content, place)).collect())));
    out.join("\n")
}

fn figure(figure: &Figure, place: Place) -> String {
    let caption: Vec<_> = std::iter::once(Inline::Text(format!("Figure {}. ", figure.number)))
        .chain(figure.caption.iter().cloned())
        .collect();
    format!(
        "![{}]({} {})\n\n{}\n\n<details>\n<summary>Figure {} in numbers</summary>\n\n{}\n\n</details>",
        escape::description(&figure.alternative),
        escape::target(&path(&figure.chart)),
        escape::title(&plain_text(&figure.caption)),
        lines(&[Inline::Emphasis(caption)], place),
        figure.number,
        captioned(&figure.data, Some(&figure.chart.title), place),
    )
}

/// Code between fences longer than any run of backticks in it.
fn fenced(code: &str) -> String {
    let code = text::lines(code);
    let fence = "`".repeat((escape::longest_backtick_run(&code) + 1).max(3));
    let end = if code.ends_with('\n') { "" } else { "\n" };
    format!("{fence}text\n{code}{end}{fence}")
}

/// Puts signs before the first line and before every other; an empty line gets no spaces at its end.
fn indented(text: &str, first: &str, other: &str) -> String {
    let mut out = Vec::new();
    for (at, line) in text.split('\n').enumerate() {
        let sign = if at == 0 { first } else { other };
        out.push(format!("{}{line}", if line.is_empty() { sign.trim_end() } else { sign }));
    }
    out.join("\n")
}
