//! Filling pages with rows.
//!
//! Rows go down the page in order. Where a figure does not fit, the paragraphs right behind it move up to fill the page
//! and the figure begins the next one; tables, boxes and headings stay behind it. The figures of a page shrink together
//! where that keeps a hole from the page's end.

use super::document::{Area, Draw, Ink};
use super::row::{Frame, Keep, Mark, Repeat, Row, Start};
use super::style::Sheet;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// A section begins a new page where less than this share of the page is left and not all of it fits.
const SECTION_ROOM: f32 = 0.25;

/// A hole of more than this share of the page is worse than parting what had better stay together.
const HOLE: f32 = 0.12;

/// The same where a section begins: a page may end early before it, and its lead-in is read with what it leads to.
const SECTION_HOLE: f32 = 0.34;

/// Figures may shrink to this to fit a page.
const LEAST_SCALE: f32 = 0.8;

/// A hole of more than this share lets figures shrink, and paragraphs move up before one that does not fit.
const SMALL_HOLE: f32 = 0.06;

/// The body of a document, page by page.
pub(super) struct Pages {
    pub pages: Vec<Vec<Draw>>,
    pub marks: Vec<PlacedMark>,
}

/// A mark and where it came to stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedMark {
    pub mark: Mark,
    /// Counted from 0, the first page of the body.
    pub page: usize,
    /// Top of its row.
    pub y: f32,
}

/// Fills pages with rows.
pub(super) fn paginate(rows: &[Row], sheet: &Sheet) -> Pages {
    let mut filler = Filler {
        rows,
        sheet,
        pages: vec![Vec::new()],
        y: sheet.top,
        after: 0.0,
        elastic: 0.0,
        waiting: None,
        parted: 0,
    };
    filler.fill();
    filler.finish()
}

/// A row or a repeated head at its place, figures at their own size.
enum Slot {
    Row { row: usize, y: f32 },
    Repeat { repeat: Rc<Repeat>, y: f32 },
}

struct Filler<'a> {
    rows: &'a [Row],
    sheet: &'a Sheet,
    pages: Vec<Vec<Slot>>,
    /// End of the last row, figures at their own size: beyond the page's end by what they are to shrink.
    y: f32,
    /// Space that row wants below it.
    after: f32,
    /// Height of the page's figures.
    elastic: f32,
    /// A figure that did not fit, to begin the next page.
    waiting: Option<Range<usize>>,
    /// End of rows that wished to stay together and could not: up to it, wishes no longer count.
    parted: usize,
}

impl Filler<'_> {
    fn fill(&mut self) {
        let mut at = 0;
        while at < self.rows.len() {
            if !self.rows[at].passes {
                self.place_waiting();
            }
            if self.rows[at].start == Start::Section && !self.has_room_for_section(at) {
                self.new_page();
            }
            at = self.place_next(at);
        }
        self.place_waiting();
    }

    /// Whether the section that begins at a row may begin on this page: all of it fits, or a good part.
    fn has_room_for_section(&self, at: usize) -> bool {
        let next = self.rows[at + 1..].iter().position(|row| row.start == Start::Section);
        let end = next.map_or(self.rows.len(), |rows| at + 1 + rows);
        self.room() >= SECTION_ROOM * self.sheet.body() || self.end_of(at..end) <= self.sheet.bottom
    }

    /// Places the rows from `at` that hold together, or makes room for them; returns where to go on.
    fn place_next(&mut self, at: usize) -> usize {
        let least = if at < self.parted { Keep::Must } else { Keep::Prefer };
        let wished = self.chain(at, least);
        if self.fits(wished.clone()) && (self.waiting.is_none() || self.rows[wished.clone()].iter().all(|r| r.passes)) {
            self.place(wished.clone());
            return wished.end;
        }
        if self.waiting.is_some() {
            self.place_waiting();
            return at;
        }
        let held = self.chain(at, Keep::Must);
        let hole = if self.rows[at].start == Start::Section { SECTION_HOLE } else { HOLE };
        if self.fits(held.clone()) && held.end < wished.end && self.room() > hole * self.sheet.body() {
            self.parted = wished.end;
            self.place(held.clone());
            return held.end;
        }
        if self.at_top() {
            // Taller than a page: rows go where they fit, one by one.
            self.place(held.clone());
            return held.end;
        }
        if self.rows[at].floats && self.room() > SMALL_HOLE * self.sheet.body() {
            self.waiting = Some(held.clone());
            return held.end;
        }
        self.new_page();
        at
    }

    fn place_waiting(&mut self) {
        if let Some(figure) = self.waiting.take() {
            self.new_page();
            self.place(figure);
        }
    }

    /// The rows from `at` on that hold on to each other at least so strongly. While a figure waits, a block moves up only
    /// as a whole: the figure must not come to stand within it.
    fn chain(&self, at: usize, least: Keep) -> Range<usize> {
        let block = self.rows[at].block;
        let mut end = at + 1;
        while end < self.rows.len() {
            let held = self.rows[end - 1].keep >= least || (self.waiting.is_some() && self.rows[end].block == block);
            if !held {
                break;
            }
            end += 1;
        }
        at..end
    }

    fn room(&self) -> f32 {
        if self.at_top() { self.sheet.body() } else { self.sheet.bottom - self.y }
    }

    fn at_top(&self) -> bool {
        self.pages.last().is_none_or(Vec::is_empty)
    }

    /// Whether rows fit on the rest of the page: as they are, or with smaller figures where the page had a hole else.
    fn fits(&self, range: Range<usize>) -> bool {
        let missing = self.end_of(range.clone()) - self.sheet.bottom;
        let own: f32 = self.rows[range].iter().map(Row::elastic_height).sum();
        let hole = own > 0.0 || self.room() > SMALL_HOLE * self.sheet.body();
        let gain = if hole { (self.elastic + own) * (1.0 - LEAST_SCALE) } else { self.gained() };
        missing <= gain + 0.01
    }

    /// By how much the page's figures are to shrink already.
    fn gained(&self) -> f32 {
        (self.y - self.sheet.bottom).max(0.0)
    }

    /// Where rows would end on this page, figures at their own size.
    fn end_of(&self, range: Range<usize>) -> f32 {
        let mut y = self.y;
        for at in range.clone() {
            let row = &self.rows[at];
            y += match at == range.start {
                true if self.at_top() => row.pads() + row.repeat.as_ref().map_or(0.0, |repeat| repeat.height),
                true => self.after + row.before,
                false => self.rows[at - 1].after + row.before,
            };
            y += row.height;
        }
        y + self.rows[range].last().map_or(0.0, Row::pads)
    }

    fn place(&mut self, range: Range<usize>) {
        let whole = self.fits(range.clone());
        for at in range {
            if !whole && !self.at_top() && self.end_of(at..at + 1) > self.sheet.bottom + 0.1 {
                self.new_page();
            }
            let row = &self.rows[at];
            if self.at_top() {
                self.y += row.pads();
                if let Some(repeat) = &row.repeat {
                    let slot = Slot::Repeat { repeat: Rc::clone(repeat), y: self.y };
                    self.y += repeat.height;
                    self.page().push(slot);
                }
            } else {
                self.y += self.after + row.before;
            }
            let y = self.y;
            self.page().push(Slot::Row { row: at, y });
            self.y += row.height;
            self.after = row.after;
            self.elastic += row.elastic_height();
        }
    }

    fn page(&mut self) -> &mut Vec<Slot> {
        if self.pages.is_empty() {
            self.pages.push(Vec::new());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn new_page(&mut self) {
        if !self.at_top() {
            self.pages.push(Vec::new());
            (self.y, self.after, self.elastic) = (self.sheet.top, 0.0, 0.0);
        }
    }

    fn finish(self) -> Pages {
        let mut marks = Vec::new();
        let mut pages = Vec::new();
        for (page, slots) in self.pages.iter().enumerate() {
            let (slots, scale) = shrunk(slots, self.rows, self.sheet);
            let mut draws = frames(&slots, self.rows);
            for slot in &slots {
                match slot {
                    Slot::Repeat { repeat, y } => draws.extend(repeat.draws.iter().map(|draw| draw.lowered(*y))),
                    Slot::Row { row, y } => {
                        let row = &self.rows[*row];
                        draws.extend(row.draws_at(*y, scale));
                        marks.extend(row.marks.iter().map(|mark| PlacedMark { mark: mark.clone(), page, y: *y }));
                    }
                }
            }
            pages.push(draws);
        }
        Pages { pages, marks }
    }
}

/// A page with its figures as small as they must be, and their scale.
fn shrunk(slots: &[Slot], rows: &[Row], sheet: &Sheet) -> (Vec<Slot>, f32) {
    let of = |slot: &Slot| match slot {
        Slot::Row { row, .. } => rows[*row].elastic_height(),
        Slot::Repeat { .. } => 0.0,
    };
    let elastic: f32 = slots.iter().map(of).sum();
    let end = slots.last().map_or(0.0, |slot| match slot {
        Slot::Row { row, y } => y + rows[*row].height + rows[*row].pads(),
        Slot::Repeat { repeat, y } => y + repeat.height,
    });
    let missing = (end - sheet.bottom).max(0.0);
    let scale = if elastic > 0.0 { (1.0 - missing / elastic).max(LEAST_SCALE) } else { 1.0 };
    let mut risen = 0.0;
    let raise = |slot: &Slot| {
        let at = |y: f32| y - risen;
        let raised = match slot {
            Slot::Row { row, y } => Slot::Row { row: *row, y: at(*y) },
            Slot::Repeat { repeat, y } => Slot::Repeat { repeat: Rc::clone(repeat), y: at(*y) },
        };
        risen += of(slot) * (1.0 - scale);
        raised
    };
    (slots.iter().map(raise).collect(), scale)
}

/// The boxes around the rows of a page, outer ones first.
fn frames(slots: &[Slot], rows: &[Row]) -> Vec<Draw> {
    let mut extents: BTreeMap<(usize, usize), (Rc<Frame>, f32, f32)> = BTreeMap::new();
    let mut head = None;
    for slot in slots {
        let (row, y) = match slot {
            Slot::Repeat { y, .. } => {
                head = Some(*y);
                continue;
            }
            Slot::Row { row, y } => (&rows[*row], *y),
        };
        let top = head.take().unwrap_or(y);
        for (depth, frame) in row.frames.iter().enumerate() {
            let pads: f32 = row.frames[depth..].iter().map(|frame| frame.pad).sum();
            let (above, below) = (top - pads, y + row.height + pads);
            let extent = extents.entry((depth, frame.id)).or_insert_with(|| (Rc::clone(frame), above, below));
            extent.1 = extent.1.min(above);
            extent.2 = extent.2.max(below);
        }
    }
    extents.into_values().flat_map(|(frame, top, bottom)| frame_draws(&frame, top, bottom)).collect()
}

fn frame_draws(frame: &Frame, top: f32, bottom: f32) -> Vec<Draw> {
    let area = Area { x: frame.x, y: top, width: frame.width, height: bottom - top };
    let mut draws = vec![Draw::fill(area, 4.0, frame.fill)];
    if let Some(colour) = frame.bar {
        let fill = Some(colour);
        draws.push(Draw::artifact(Ink::Box { area: Area { width: 3.5, ..area }, radius: 1.7, fill, stroke: None }));
    }
    draws
}
