//! The contents: two levels with page numbers, dots that lead to them, and links.

use super::document::{Area, Draw, Ink, Pen, Role, Target};
use super::flow::{Flow, Setting};
use super::lines::LineBreaker;
use super::paginate::PlacedMark;
use super::row::Row;
use super::spans::{Spans, running};
use super::style::{BODY, H1, LEADER, MUTED, TextStyle};
use crate::font::{Digits, Face};
use crate::render::outline::outline;
use crate::report::{Inline, Report};

/// What the pages of the contents say about themselves: the title above them, and in the running head.
pub(super) const TITLE: &str = "Contents";

/// Room for the page number at the end of a line.
const NUMBER: f32 = 34.0;

/// Where the dots end, from the column's right edge.
const LEADER_END: f32 = 22.0;

/// Distances between lines, from the roomiest; the first that gets all onto one page is taken.
const LEADINGS: [f32; 4] = [19.0, 17.0, 15.5, 14.0];

/// A heading in the contents.
struct Entry {
    level: u8,
    title: String,
    id: String,
}

/// The contents before page numbers are known: how they go onto pages is decided by the headings alone.
pub(super) struct Contents<'a> {
    entries: Vec<Entry>,
    note: &'a [Inline],
    leading: f32,
    pages: usize,
}

impl<'a> Contents<'a> {
    /// The contents of a report.
    pub fn new(report: &'a Report, flow: &Flow) -> Self {
        let mut entries = Vec::new();
        for section in outline(report) {
            entries.push(Entry { level: 1, title: running(&section.title), id: section.id });
            let within = section.children.into_iter();
            entries.extend(within.map(|heading| Entry { level: 2, title: running(&heading.title), id: heading.id }));
        }
        let mut contents = Self { entries, note: &report.cover.contents_note, leading: LEADINGS[0], pages: 1 };
        for leading in LEADINGS {
            contents.leading = leading;
            contents.pages = contents.tops(flow).last().map_or(0, |(page, _)| *page) + 1;
            if contents.pages == 1 {
                break;
            }
        }
        contents
    }

    /// How many pages they take.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// Their marks; `first` is the page of the document that the body begins on.
    pub fn draws(&self, flow: &mut Flow, marks: &[PlacedMark], first: usize) -> Vec<Vec<Draw>> {
        let mut pages = vec![self.heading(flow)];
        let tops = self.tops(flow);
        let list = flow.elements.add(Role::Contents, None);
        for (entry, (page, top)) in self.entries.iter().zip(&tops) {
            pages.resize_with(pages.len().max(page + 1), Vec::new);
            let Some(placed) = marks.iter().find(|placed| placed.mark.id == entry.id) else { continue };
            let target = Target::Place(first + placed.page, placed.y);
            let item = flow.elements.add(Role::ContentsItem, Some(list));
            let link = flow.elements.add(Role::Link, Some(item));
            pages[*page].extend(self.entry(flow, entry, *top, (first + placed.page + 1, target), link));
        }
        if let Some((page, top)) = tops.get(self.entries.len()) {
            pages.resize_with(pages.len().max(page + 1), Vec::new);
            let note = self.note(flow);
            pages[*page].extend(note.iter().flat_map(|row| &row.draws).map(|draw| draw.lowered(*top)));
        }
        pages
    }

    /// Page and top of each entry, and of the note behind them where there is one.
    fn tops(&self, flow: &Flow) -> Vec<(usize, f32)> {
        let mut tops = Vec::new();
        let (mut page, mut y) = (0, flow.sheet.top + 58.0);
        for entry in &self.entries {
            let style = self.style(entry.level);
            let height = self.lines(flow, entry, &style).len().max(1) as f32 * self.leading;
            let before = if entry.level == 1 { self.leading * 0.4 } else { 0.0 };
            // A section's line is not the last of a page.
            let room = height + before + if entry.level == 1 { self.leading } else { 0.0 };
            if y + room > flow.sheet.bottom {
                (page, y) = (page + 1, flow.sheet.top);
            } else {
                y += before;
            }
            tops.push((page, y));
            y += height;
        }
        let text = flow.spans(self.note, &BODY);
        let lines = LineBreaker::new(flow.fonts, &text, &BODY).lines(flow.sheet.column().width);
        if !text.spans.is_empty() {
            let fits = y + 26.0 + lines.len() as f32 * BODY.leading <= flow.sheet.bottom;
            tops.push(if fits { (page, y + 26.0) } else { (page + 1, flow.sheet.top) });
        }
        tops
    }

    fn style(&self, level: u8) -> TextStyle {
        let style = if level == 1 {
            TextStyle { face: Face::SemiBold, size: 10.3, ..BODY }
        } else {
            BODY.colour(MUTED).sized(9.6)
        };
        TextStyle { leading: self.leading, ..style }
    }

    fn indent(level: u8) -> f32 {
        if level == 1 { 0.0 } else { 16.0 }
    }

    fn lines(&self, flow: &Flow, entry: &Entry, style: &TextStyle) -> Vec<super::lines::Line> {
        let width = flow.sheet.column().inset(Self::indent(entry.level), NUMBER).width;
        LineBreaker::new(flow.fonts, &Spans::plain(&entry.title, style), style).lines(width)
    }

    fn heading(&self, flow: &mut Flow) -> Vec<Draw> {
        let column = flow.sheet.column();
        let text = Spans::plain(TITLE, &H1);
        let rows = flow.text(&Setting { text: &text, style: &H1, column, role: Role::Heading(1), parent: None });
        let top = flow.sheet.top;
        let mut draws: Vec<_> = rows.iter().flat_map(|row| &row.draws).map(|draw| draw.lowered(top)).collect();
        let bar = Area { x: column.x, y: top + H1.leading + 4.0, width: 34.0, height: 3.0 };
        draws.push(Draw::fill(bar, 1.5, flow.palette.accent));
        draws
    }

    fn entry(&self, flow: &Flow, entry: &Entry, top: f32, to: (usize, Target), link: usize) -> Vec<Draw> {
        let style = self.style(entry.level);
        let column = flow.sheet.column().inset(Self::indent(entry.level), 0.0);
        let text = Spans::plain(&entry.title, &style);
        let lines = self.lines(flow, entry, &style);
        let mut draws = Vec::new();
        let mut baseline = top + style.baseline();
        for (at, line) in lines.iter().enumerate() {
            baseline = top + at as f32 * self.leading + style.baseline();
            draws.extend(flow.line(line, &text, &style, (column.x, baseline), (link, &[])));
        }
        let height = lines.len().max(1) as f32 * self.leading;
        let digits = TextStyle { digits: Digits::Tabular, ..style };
        let (page, target) = to;
        let number = page.to_string();
        let width = flow.fonts.width(digits.face, digits.digits, digits.size, &number);
        // The space parts the number from the title where the line is copied.
        let space = flow.fonts.width(digits.face, digits.digits, digits.size, " ");
        let end = column.x + lines.last().map_or(0.0, |line| line.width);
        draws.push(Draw::of(link, flow.run(&format!(" {number}"), &digits, column.right() - width - space, baseline)));
        // Drawn from the right, so that the dots of all lines stand below each other.
        let points = vec![(column.right() - LEADER_END, baseline - 0.5), (end + 6.0, baseline - 0.5)];
        if points[0].0 > points[1].0 {
            let pen = Pen { colour: LEADER, width: 0.7, dash: vec![0.7, 2.6] };
            draws.push(Draw::artifact(Ink::Path { points, closed: false, fill: None, stroke: Some(pen) }));
        }
        let area = Area { x: column.x, y: top, width: column.width, height };
        draws.push(Draw::of(link, Ink::Link { area, target, words: format!("{}, page {page}", entry.title) }));
        draws
    }

    /// The note below the contents; each row of it knows its place below the first.
    fn note(&self, flow: &mut Flow) -> Vec<Row> {
        let column = flow.sheet.column();
        let text = flow.spans(self.note, &BODY);
        let setting = Setting { text: &text, style: &BODY, column, role: Role::Paragraph, parent: None };
        let mut rows = flow.text(&setting);
        for (at, row) in rows.iter_mut().enumerate() {
            row.draws = row.draws.iter().map(|draw| draw.lowered(at as f32 * BODY.leading)).collect();
        }
        rows
    }
}
