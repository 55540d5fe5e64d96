//! Blocks of the report to rows.

use super::document::{Area, Draw, ElementId, Elements, Ink, Pen, Rgba, Role, Target, TextRun};
use super::figure::PaperChart;
use super::lines::{Line, LineBreaker};
use super::row::{Elastic, Frame, Keep, Mark, Row, Start, frame_rows, keep_ends_together};
use super::spans::{SpanMaker, Spans};
use super::style::{self, BODY, CALLOUT_TITLE, Column, H1, H2, H3, LISTING, MUTED, Palette, Sheet, TextStyle};
use super::together::{announces, belongs_to_next, lead_in_of, leads_on};
use crate::font::{Digits, Face, Fonts};
use crate::report::{Block, CalloutKind, Inline, Report, Section, plain_text};
use crate::threads::Threads;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bullets and numbers stand in at least this much of the column.
const LIST_INDENT: f32 = 16.0;

/// Lays blocks out in a column and notes their structure.
pub(super) struct Flow<'a> {
    pub fonts: &'a Fonts,
    pub sheet: Sheet,
    pub palette: Palette,
    pub elements: Elements,
    /// Every id that a link may lead to.
    ids: Arc<BTreeSet<&'a str>>,
    /// Which section is laid out, counted from 1; 0 for what stands around them.
    section: usize,
    frames: usize,
    blocks: usize,
    /// Drawn once pages are known.
    pub charts: Vec<PaperChart<'a>>,
}

/// A text to be set as an element of its own.
pub(super) struct Setting<'a> {
    pub text: &'a Spans,
    pub style: &'a TextStyle,
    pub column: Column,
    pub role: Role,
    pub parent: Option<ElementId>,
}

impl<'a> Flow<'a> {
    /// Begins a report.
    pub fn new(report: &'a Report, fonts: &'a Fonts, sheet: Sheet, palette: Palette) -> Self {
        let mut ids = BTreeSet::new();
        for section in &report.sections {
            ids.insert(section.id.as_str());
            collect_ids(&section.blocks, &mut ids);
        }
        Self::of_section(0, Arc::new(ids), fonts, sheet, palette)
    }

    fn of_section(
        section: usize,
        ids: Arc<BTreeSet<&'a str>>,
        fonts: &'a Fonts,
        sheet: Sheet,
        palette: Palette,
    ) -> Self {
        let elements = Elements::default();
        Self { fonts, sheet, palette, elements, ids, section, frames: 0, blocks: 0, charts: Vec::new() }
    }

    /// The rows of all sections. Each is laid out on its own, and none knows of those before it.
    pub fn sections(&mut self, sections: &'a [Section], threads: &Threads) -> Vec<Row> {
        // The longest first, which is mostly one of the last: else all threads but one wait for it in the end.
        let mut numbered: Vec<_> = (1..).zip(sections).collect();
        numbered.sort_by_key(|(_, section)| Reverse(rows_of_tables(&section.blocks)));
        let Self { ids, fonts, sheet, palette, .. } = &*self;
        let mut laid_out = threads.map(&numbered, |(number, section)| {
            let mut flow = Self::of_section(*number, Arc::clone(ids), fonts, *sheet, *palette);
            let rows = flow.section(section);
            (*number, flow, rows)
        });
        laid_out.sort_by_key(|(number, ..)| *number);
        laid_out.into_iter().flat_map(|(_, flow, rows)| self.append(flow, rows)).collect()
    }

    /// Takes over what another flow laid out: its elements and charts stand behind these.
    fn append(&mut self, other: Self, mut rows: Vec<Row>) -> Vec<Row> {
        let (elements, charts) = (self.elements.0.len(), self.charts.len());
        self.elements.0.extend(other.elements.0.into_iter().map(|element| element.moved(elements)));
        self.charts.extend(other.charts.into_iter().map(|chart| chart.moved(elements)));
        for row in &mut rows {
            row.draws.iter_mut().for_each(|draw| draw.part = draw.part.moved(elements));
            row.elastic = row.elastic.map(|elastic| Elastic { chart: elastic.chart + charts, ..elastic });
        }
        rows
    }

    /// The rows of a section.
    pub fn section(&mut self, section: &'a Section) -> Vec<Row> {
        let column = self.sheet.column();
        let title = Spans::plain(&section.title, &H1);
        let mut rows = self.heading(1, &section.id, &title, column);
        rows.extend(self.blocks_below(Some(&section.title), &section.blocks, column, None));
        rows
    }

    /// The rows of blocks within an element.
    fn blocks(&mut self, blocks: &'a [Block], column: Column, parent: Option<ElementId>) -> Vec<Row> {
        self.blocks_below(None, blocks, column, parent)
    }

    /// The rows of blocks below a heading: a table that stands right below one of its own name needs no caption.
    fn blocks_below(
        &mut self,
        heading: Option<&str>,
        blocks: &'a [Block],
        column: Column,
        parent: Option<ElementId>,
    ) -> Vec<Row> {
        let mut out: Vec<Row> = Vec::new();
        let mut above = heading.map(str::to_owned);
        let mut lead_in = 0..0;
        let mut rest = blocks;
        while let [first, ..] = rest {
            let (mut rows, taken) = self.next_rows(rest, above.as_deref(), column, parent);
            let at = blocks.len() - rest.len();
            rest = &rest[taken..];
            let (last, next) = (&blocks[at + taken - 1], rest.first());
            if parent.is_none() {
                self.blocks += 1;
                let passes = taken == 1 && matches!(first, Block::Paragraph(_) | Block::List { .. });
                rows.iter_mut().for_each(|row| (row.block, row.passes) = (self.blocks, passes));
            }
            if above.is_some() {
                lead_in = at..at + lead_in_of(&blocks[at..]);
            }
            if lead_in.contains(&at) {
                rows.iter_mut().for_each(|row| row.keep = row.keep.max(Keep::Insist));
            }
            if let Some(keep) = belongs_to_next(last, rest) {
                rows.iter_mut().for_each(|row| row.keep = row.keep.max(keep));
            }
            if (leads_on(last, next) || announces(last))
                && let Some(end) = rows.last_mut()
            {
                end.keep = end.keep.max(Keep::Prefer);
            }
            above = match last {
                Block::Heading { content, .. } => Some(plain_text(content)),
                _ => None,
            };
            out.extend(rows);
        }
        out
    }

    /// The rows of the first block, or of those at the head that are set together; and how many blocks that are.
    fn next_rows(
        &mut self,
        blocks: &'a [Block],
        above: Option<&str>,
        column: Column,
        parent: Option<ElementId>,
    ) -> (Vec<Row>, usize) {
        if let Some(joined) = self.joined(blocks, column) {
            return (self.joined_table(&joined, column, parent), 2);
        }
        if let Some((row, taken)) = self.beside(blocks, column, parent) {
            return (vec![row], taken);
        }
        if let Block::Table(table) = &blocks[0]
            && let Some(parts) = self.split(table, column)
        {
            let named = above == Some(&table.caption);
            let parts = parts.iter().enumerate();
            return (parts.flat_map(|(at, part)| self.table(part, named && at == 0, column, parent)).collect(), 1);
        }
        (self.block(&blocks[0], above, column, parent), 1)
    }

    /// The rows of a block; `above` is the heading right above it.
    pub fn block(
        &mut self,
        block: &'a Block,
        above: Option<&str>,
        column: Column,
        parent: Option<ElementId>,
    ) -> Vec<Row> {
        match block {
            Block::Heading { level, id, content } => {
                let text = self.spans(content, if *level <= 2 { &H2 } else { &H3 });
                self.heading(*level, id, &text, column)
            }
            Block::Paragraph(content) => self.body(content, column, Role::Paragraph, parent),
            Block::List { start, items } => self.list(*start, items, column, parent),
            Block::Table(table) => self.table(table, above == Some(&table.caption), column, parent),
            Block::Figure(figure) => self.figure(figure, column, parent),
            Block::Callout { kind, blocks } => self.callout(*kind, blocks, column, parent),
            Block::Code(text) => self.code(text, column, parent),
        }
    }

    fn heading(&mut self, level: u8, id: &str, text: &Spans, column: Column) -> Vec<Row> {
        let (style, before) = match level {
            1 => (&H1, 28.0),
            2 => (&H2, 18.0),
            _ => (&H3, 13.0),
        };
        let role = Role::Heading(level);
        let mut rows = self.text(&Setting { text, style, column, role, parent: None });
        if rows.is_empty() {
            rows.push(Row::new(0.0, Vec::new()));
        }
        let words: String = text.spans.iter().map(|span| span.text.as_str()).collect();
        rows[0].before = before;
        rows[0].marks.push(Mark { id: id.to_owned(), level, title: words });
        rows[0].start = if level == 1 { Start::Section } else { Start::Heading };
        rows.iter_mut().for_each(|row| row.keep = Keep::Must);
        if level == 1
            && let Some(last) = rows.last_mut()
        {
            let bar = Area { x: column.x, y: last.height + 4.0, width: 34.0, height: 3.0 };
            last.draws.push(Draw::fill(bar, 1.5, self.palette.accent));
            last.height += 13.0;
        }
        rows
    }

    fn body(&mut self, content: &[Inline], column: Column, role: Role, parent: Option<ElementId>) -> Vec<Row> {
        let text = self.spans(content, &BODY);
        let mut rows = self.text(&Setting { text: &text, style: &BODY, column, role, parent });
        if let Some(first) = rows.first_mut() {
            first.before = 7.0;
        }
        rows
    }

    fn list(
        &mut self,
        start: Option<u64>,
        items: &'a [Vec<Block>],
        column: Column,
        parent: Option<ElementId>,
    ) -> Vec<Row> {
        let list = self.elements.add(Role::List, parent);
        let label =
            |at: usize| start.map_or("• ".to_owned(), |number| format!("{}. ", number.saturating_add(at as u64)));
        let (face, colour) = match start {
            Some(_) => (Face::SemiBold, MUTED),
            None => (Face::Bold, self.palette.accent),
        };
        let style = TextStyle { face, colour, digits: Digits::Tabular, ..BODY };
        let longest = label(items.len().saturating_sub(1));
        let indent = (3.0 + self.fonts.width(style.face, style.digits, style.size, &longest)).max(LIST_INDENT);
        let mut out = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let item_element = self.elements.add(Role::ListItem, Some(list));
            let label_element = self.elements.add(Role::Label, Some(item_element));
            let body = self.elements.add(Role::ListBody, Some(item_element));
            let mut rows = self.blocks(item, column.inset(indent, 0.0), Some(body));
            let Some(first) = rows.first_mut() else { continue };
            first.set_before(if at == 0 { 7.0 } else { 3.5 });
            let label = self.run(&label(at), &style, column.x + 3.0, BODY.baseline());
            first.draws.insert(0, Draw::of(label_element, label));
            out.extend(rows);
        }
        out
    }

    fn callout(
        &mut self,
        kind: CalloutKind,
        blocks: &'a [Block],
        column: Column,
        parent: Option<ElementId>,
    ) -> Vec<Row> {
        /// Longer ones may be cut by a page wherever their text may.
        const SHORT: usize = 14;
        let (ink, ground) = callout_colours(kind);
        let division = self.elements.add(Role::Division, parent);
        let inner = column.inset(16.0, 16.0);
        let title = Spans::plain(kind.title(), &CALLOUT_TITLE.colour(ink));
        let setting = Setting {
            text: &title,
            style: &CALLOUT_TITLE,
            column: inner,
            role: Role::Paragraph,
            parent: Some(division),
        };
        let mut rows = self.text(&setting);
        rows.iter_mut().for_each(|row| row.keep = Keep::Must);
        let mut body = self.blocks(blocks, inner, Some(division));
        if let Some(first) = body.first_mut() {
            first.set_before(1.0);
        }
        rows.extend(body);
        let count = rows.len();
        if count <= SHORT {
            rows.iter_mut().take(count - 1).for_each(|row| row.keep = row.keep.max(Keep::Prefer));
        }
        self.frames += 1;
        let frame = Frame {
            id: (self.section, self.frames),
            x: column.x,
            width: column.width,
            pad: 9.0,
            fill: ground,
            bar: Some(ink),
        };
        frame_rows(&mut rows, &Arc::new(frame), 10.0);
        rows
    }

    fn code(&mut self, text: &str, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        let element = self.elements.add(Role::Code, parent);
        let inner = column.inset(10.0, 10.0);
        let mut rows = Vec::new();
        for line in crate::render::text::lines(text).lines() {
            let spans = Spans::plain(&line.replace('\t', "    "), &LISTING);
            for line in LineBreaker::new(self.fonts, &spans, &LISTING).cut(inner.width) {
                let draws = self.line(&line, &spans, &LISTING, (inner.x, LISTING.baseline()), (element, &[]));
                rows.push(Row::new(LISTING.leading, draws));
            }
            if let Some(end) = rows.last_mut() {
                let x = inner.x + end.draws.iter().map(ink_width).sum::<f32>();
                end.draws.push(Draw::of(element, self.run(" ", &LISTING, x, LISTING.baseline())));
            }
        }
        keep_ends_together(&mut rows);
        self.frames += 1;
        let frame = Frame {
            id: (self.section, self.frames),
            x: column.x,
            width: column.width,
            pad: 7.0,
            fill: style::CODE,
            bar: None,
        };
        frame_rows(&mut rows, &Arc::new(frame), 8.0);
        rows
    }

    /// A text's lines as rows of an element of its own.
    pub fn text(&mut self, setting: &Setting) -> Vec<Row> {
        let Setting { text, style, column, role, parent } = setting;
        let lines = LineBreaker::new(self.fonts, text, style).lines(column.width);
        let element = self.elements.add(*role, *parent);
        let links = self.link_elements(text, element);
        let mut rows: Vec<_> = lines
            .iter()
            .map(|line| {
                let at = (column.x, style.baseline());
                Row::new(style.leading, self.line(line, text, style, at, (element, &links)))
            })
            .collect();
        keep_ends_together(&mut rows);
        rows
    }

    /// An element for each link of a text.
    pub fn link_elements(&mut self, text: &Spans, parent: ElementId) -> Vec<ElementId> {
        text.links.iter().map(|_| self.elements.add(Role::Link, Some(parent))).collect()
    }

    /// The marks of a line that begins at a place; `elements` are the text's own and those of its links.
    pub fn line(
        &self,
        line: &Line,
        text: &Spans,
        style: &TextStyle,
        (left, baseline): (f32, f32),
        (element, links): (ElementId, &[ElementId]),
    ) -> Vec<Draw> {
        let mut draws = Vec::new();
        for run in &line.runs {
            let span = &text.spans[run.span];
            let x = left + run.x;
            if span.code {
                let ground =
                    Area { x: x - 1.5, y: baseline - run.size * 0.96, width: run.width + 3.0, height: run.size * 1.3 };
                draws.push(Draw::fill(ground, 2.0, style::CODE));
            }
            let run_style = TextStyle { face: span.face, size: run.size, colour: span.colour, ..*style };
            let ink = self.run(&run.text, &run_style, x, baseline);
            let Some(link) = span.link else {
                draws.push(Draw::of(element, ink));
                continue;
            };
            draws.push(Draw::of(links[link], ink));
            let y = baseline + 1.8;
            let pen = Pen { colour: self.palette.accent.alpha(0.45), width: 0.5, dash: Vec::new() };
            let points = vec![(x, y), (x + run.width, y)];
            draws.push(Draw::artifact(Ink::Path { points, closed: false, fill: None, stroke: Some(pen) }));
            let words = text.links[link].words.clone();
            let target = match text.links[link].target.strip_prefix('#') {
                Some(id) => Target::Id(id.to_owned()),
                None => Target::Address(text.links[link].target.clone()),
            };
            let area = Area { x, y: baseline - style.size * 0.95, width: run.width, height: style.size * 1.3 };
            draws.push(Draw::of(links[link], Ink::Link { area, target, words }));
        }
        draws
    }

    /// A line of text in one face.
    pub fn run(&self, text: &str, style: &TextStyle, x: f32, y: f32) -> Ink {
        let shaped = self.fonts.shape(style.face, style.digits, text);
        let TextStyle { size, colour, .. } = *style;
        Ink::Text(TextRun { x, y, size, colour, shaped, tracking: 0.0, halo: false })
    }

    /// Inlines in a style, with links only to what there is.
    pub fn spans(&self, content: &[Inline], style: &TextStyle) -> Spans {
        SpanMaker { palette: &self.palette, knows: &|id| self.ids.contains(id) }.spans(content, style)
    }
}

fn ink_width(draw: &Draw) -> f32 {
    match &draw.ink {
        Ink::Text(run) => run.shaped.width * run.size,
        _ => 0.0,
    }
}

/// Colours of a callout: its title and bar, and its ground.
fn callout_colours(kind: CalloutKind) -> (Rgba, Rgba) {
    match kind {
        CalloutKind::Note => (Rgba::hex(0x0b5cad), Rgba::hex(0xf0f6fd)),
        CalloutKind::Tip => (Rgba::hex(0x057a55), Rgba::hex(0xeffaf5)),
        CalloutKind::Important => (Rgba::hex(0x5b3cc4), Rgba::hex(0xf5f3ff)),
        CalloutKind::Warning => (Rgba::hex(0xb54708), Rgba::hex(0xfff6ed)),
    }
}

/// How many rows the tables of a section have: what laying it out mostly takes its time for.
fn rows_of_tables(blocks: &[Block]) -> usize {
    let rows = |block: &Block| if let Block::Table(table) = block { table.rows.len() } else { 0 };
    blocks.iter().map(rows).sum()
}

fn collect_ids<'r>(blocks: &'r [Block], ids: &mut BTreeSet<&'r str>) {
    for block in blocks {
        match block {
            Block::Heading { id, .. } => drop(ids.insert(id)),
            Block::List { items, .. } => items.iter().for_each(|item| collect_ids(item, ids)),
            Block::Callout { blocks, .. } => collect_ids(blocks, ids),
            Block::Paragraph(_) | Block::Table(_) | Block::Figure(_) | Block::Code(_) => {}
        }
    }
}
