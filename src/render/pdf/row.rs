//! Rows: what pages are filled with, from top to bottom.

use super::document::{Draw, Rgba};
use std::sync::Arc;

/// A strip across the column that no page break may cut.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub height: f32,
    /// Space above it, unless it begins a page.
    pub before: f32,
    /// Space below it, unless it ends a page.
    pub after: f32,
    /// How strongly it holds on to the next row.
    pub keep: Keep,
    /// Its marks; y counts from its own top.
    pub draws: Vec<Draw>,
    /// Repeated above it where it begins a page: the head of a table.
    pub repeat: Option<Arc<Repeat>>,
    /// Headings that begin here.
    pub marks: Vec<Mark>,
    /// Boxes around it, from the outermost.
    pub frames: Vec<Arc<Frame>>,
    /// What kind of break may stand before it.
    pub start: Start,
    /// Which block of its section it belongs to.
    pub block: usize,
    /// Whether paragraphs behind it may move before it to fill a page.
    pub floats: bool,
    /// Whether it may move before a figure that begins the next page.
    pub passes: bool,
    /// The chart at its top, drawn once its height on the page is known.
    pub elastic: Option<Elastic>,
}

/// Draws one of the flow's charts in a height.
pub(super) type ChartDrawer<'d> = dyn Fn(usize, f32) -> Vec<Draw> + Sync + 'd;

/// A chart at the top of a row: lower or higher as the page has room.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Elastic {
    /// Its place among the flow's charts.
    pub chart: usize,
    /// The height it is drawn in where nothing speaks against it.
    pub height: f32,
}

/// How strongly a row holds on to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Keep {
    /// A page may end here.
    #[default]
    No,
    /// A page may end here only where that avoids a hole.
    Prefer,
    /// A page may end here only where nothing else is possible but half empty pages.
    Insist,
    /// A page may not end here.
    Must,
}

/// Whether something begins with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Start {
    /// Nothing of weight.
    #[default]
    Text,
    /// A heading below a section's.
    Heading,
    /// A section: begins a page where little is left of one.
    Section,
}

/// What is repeated at the top of a page: decoration, which belongs to no element.
#[derive(Debug)]
pub(super) struct Repeat {
    pub height: f32,
    pub draws: Vec<Draw>,
}

/// A heading that links, contents and outline lead to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// Unique in the report.
    pub id: String,
    /// 1 for sections.
    pub level: u8,
    pub title: String,
}

/// A box around rows; drawn once on each page that has some of them.
#[derive(Debug, PartialEq)]
pub(super) struct Frame {
    /// Tells boxes of one look apart: its section, and which box of that it is.
    pub id: (usize, usize),
    pub x: f32,
    pub width: f32,
    /// Between its edge and its rows, above and below.
    pub pad: f32,
    pub fill: Rgba,
    /// Colour of a bar along its left side.
    pub bar: Option<Rgba>,
}

impl Row {
    /// A row of marks.
    pub fn new(height: f32, draws: Vec<Draw>) -> Self {
        Self { height, draws, ..Self::default() }
    }

    /// What the boxes around it need above and below it.
    pub fn pads(&self) -> f32 {
        self.frames.iter().map(|frame| frame.pad).sum()
    }

    /// The height of its chart.
    pub fn elastic_height(&self) -> f32 {
        self.elastic.map_or(0.0, |elastic| elastic.height)
    }

    /// Its marks at a place on the page, where its chart has a height of this scale; `chart` draws it.
    pub fn draws_at(&self, y: f32, scale: f32, chart: &ChartDrawer) -> Vec<Draw> {
        let Some(elastic) = self.elastic else {
            return self.draws.iter().map(|draw| draw.lowered(y)).collect();
        };
        let height = elastic.height * scale;
        let drawn = chart(elastic.chart, height).into_iter().map(|draw| draw.lowered(y));
        drawn.chain(self.draws.iter().map(|draw| draw.lowered(y + height - elastic.height))).collect()
    }

    /// The same row with this much space above it and its boxes.
    pub fn set_before(&mut self, space: f32) {
        self.before = space + self.pads();
    }
}

/// Holds lines of one text together: never one line alone at the end or the start of a page.
pub(super) fn keep_ends_together(rows: &mut [Row]) {
    let count = rows.len();
    for (at, row) in rows.iter_mut().enumerate() {
        let last = at + 1 == count;
        if !last && (count <= 3 || at == 0 || at + 2 == count) {
            row.keep = Keep::Must;
        }
    }
}

/// Puts rows into a box, with a margin around it.
pub(super) fn frame_rows(rows: &mut [Row], frame: &Arc<Frame>, margin: f32) {
    for row in rows.iter_mut() {
        row.frames.insert(0, Arc::clone(frame));
        row.floats = false;
    }
    if let Some(first) = rows.first_mut() {
        first.set_before(margin);
    }
    if let Some(last) = rows.last_mut() {
        last.after += frame.pad;
    }
}
