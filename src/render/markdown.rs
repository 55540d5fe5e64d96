//! `report.md`: Markdown as GitHub shows it, with the charts as files beside it.

pub(super) mod blocks;
pub(super) mod escape;
mod inline;
mod slug;

use super::outline::{Entry, outline};
use super::text::safe_target;
use super::{Document, OutputFile, Renderer};
use crate::error::{Result, Warned};
use crate::report::{Block, Cell, Column, Cover, Inline, Report, Table, plain_text};
pub(super) use inline::{Place, lines};
use std::collections::BTreeMap;

/// Writes `report.md`.
pub struct Markdown;

impl Renderer for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let bytes = report(document.report).into_bytes();
        Ok(Warned::clean(vec![OutputFile { path: format!("{}.md", document.stem), bytes }]))
    }
}

const CONTENTS: &str = "Contents";

/// A whole report as Markdown.
pub fn report(report: &Report) -> String {
    let anchors = anchors(report);
    let place = Place { anchors: &anchors, one_line: false };
    let mut parts = cover(&report.cover, place);
    parts.push(blocks::heading(2, &words(CONTENTS), place));
    parts.push(blocks::blocks(&[contents(outline(report))], place));
    parts.push(lines(&report.cover.contents_note, place));
    for section in &report.sections {
        parts.push(blocks::heading(2, &words(&section.title), place));
        parts.push(blocks::blocks_below(Some(&section.title), &section.blocks, place));
    }
    parts.push(foot(&report.cover, place));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n") + "\n"
}

/// Title, what was tested on what, and the numbers that stand out.
fn cover(cover: &Cover, place: Place) -> Vec<String> {
    let mut parts = vec![blocks::heading(1, &words(&cover.title), place)];
    let kicker = [Some(&cover.kicker), cover.date_text.as_ref(), cover.brand.as_ref()];
    let kicker: Vec<_> = kicker.into_iter().flatten().filter(|text| !text.is_empty()).map(String::as_str).collect();
    parts.extend(cover.subtitle.as_ref().map(|subtitle| lines(&[Inline::Strong(words(subtitle))], place)));
    parts.push(lines(&words(&kicker.join(" · ")), place));
    if !cover.facts.is_empty() {
        let columns =
            cover.facts.iter().map(|(label, _)| Column { title: label.clone(), ..Column::default() }).collect();
        let row = cover.facts.iter().map(|(_, value)| Cell::text(value)).collect();
        parts.push(blocks::table(&Table { columns, rows: vec![row], ..Table::default() }, place));
    }
    if !cover.highlights.is_empty() {
        parts.push(blocks::heading(2, &words(&cover.highlights_title), place));
        let columns = cover.highlights.iter().map(|h| Column { title: h.value.clone(), ..Column::default() }).collect();
        let cell = |label: &str, condition: &str| Cell {
            content: vec![Inline::Strong(words(label)), Inline::Break, Inline::Text(condition.to_owned())],
            ..Cell::default()
        };
        let row = cover.highlights.iter().map(|h| cell(&h.label, &h.condition)).collect();
        parts.push(blocks::table(&Table { columns, rows: vec![row], ..Table::default() }, place));
    }
    parts
}

/// The contents as a list of links.
fn contents(entries: Vec<Entry>) -> Block {
    let item = |entry: Entry| {
        let link = Inline::Link { target: format!("#{}", entry.id), content: words(&entry.title) };
        let mut item = vec![Block::Paragraph(vec![link])];
        if !entry.children.is_empty() {
            item.push(contents(entry.children));
        }
        item
    };
    Block::List { start: None, items: entries.into_iter().map(item).collect() }
}

/// What stands below the last section.
fn foot(cover: &Cover, place: Place) -> String {
    let imprint = lines(&words(&cover.imprint), place);
    let website = cover.website.as_deref().and_then(safe_target);
    let footer = match website {
        Some(target) => Inline::Link { target: target.to_owned(), content: words(&cover.footer) },
        None => Inline::Text(cover.footer.clone()),
    };
    let footer = if cover.footer.is_empty() { String::new() } else { lines(&[footer], place) };
    let legal = cover.legal.as_deref().map(|legal| lines(&words(legal), place)).unwrap_or_default();
    let parts: Vec<_> =
        ["---".to_owned(), imprint, legal, footer].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// The anchor on GitHub of every section and heading, by its id in the report.
///
/// Headings take their anchors in the order in which they are written, those of the cover first.
fn anchors(report: &Report) -> BTreeMap<String, String> {
    let mut slugs = slug::Slugs::default();
    let mut anchors = BTreeMap::new();
    slugs.next(&report.cover.title);
    if !report.cover.highlights.is_empty() {
        slugs.next(&report.cover.highlights_title);
    }
    slugs.next(CONTENTS);
    for section in &report.sections {
        anchors.insert(section.id.clone(), slugs.next(&section.title));
        heading_anchors(&section.blocks, &mut slugs, &mut anchors);
    }
    anchors
}

fn heading_anchors(blocks: &[Block], slugs: &mut slug::Slugs, anchors: &mut BTreeMap<String, String>) {
    for block in blocks {
        match block {
            Block::Heading { id, content, .. } => {
                anchors.insert(id.clone(), slugs.next(&plain_text(content)));
            }
            Block::Callout { blocks, .. } => heading_anchors(blocks, slugs, anchors),
            Block::List { items, .. } => items.iter().for_each(|item| heading_anchors(item, slugs, anchors)),
            _ => {}
        }
    }
}

fn words(text: &str) -> Vec<Inline> {
    vec![Inline::Text(text.to_owned())]
}
