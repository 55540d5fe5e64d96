//! Where pages end: the breaks that cost the least over the whole document.
//!
//! Every way to fill a page from a row on has a price: a hole at its foot, charts much lower or higher than drawn, a table
//! parted from what belongs to it. The cheapest chain of pages is found as the shortest path (Knuth and Plass 1981 do it
//! for lines, Plass 1981 for pages). Where a figure would leave a hole, the paragraphs right behind it may move up before
//! it; it then begins the next page.

use super::row::{Keep, Row, Start};
use super::style::Sheet;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};

/// Charts may become this much lower, and this much higher, to fill a page.
pub(super) const CHARTS: Range<f32> = 0.8..1.4;

/// Price of a page: what can be told on fewer pages should be.
const PAGE: f32 = 0.15;
/// Price of charts as low as they may become, and as high.
const LOW_CHARTS: f32 = 0.03;
const HIGH_CHARTS: f32 = 0.05;
/// Price of parting rows that had better stay together, and of those that belong together.
const PREFERRED: f32 = 0.08;
const INSISTED: f32 = 0.8;
/// Price of parting what no page can hold.
const FORCED: f32 = 10.0;
/// Price of ending a page within a paragraph, and within a table.
const WITHIN: f32 = 0.01;
const WITHIN_TABLE: f32 = 0.04;
/// Price of a figure that stands behind words which follow it.
const MOVED: f32 = 0.02;
/// Price of a section that begins with less than this share of a page before it goes on.
const SHORT_START: (f32, f32) = (0.22, 0.3);
/// Price of a page that begins with less of a section than this height, in points: a line or two above the next title.
const TAIL: (f32, f32) = (60.0, 0.15);
/// Of a hole before a section, this much counts: a chapter may end early.
const CHAPTER: f32 = 0.5;
/// Price of a last page with less on it than this share.
const SHORT_END: (f32, f32) = (0.2, 0.1);

/// What stands on a page: places of rows, in order.
pub(super) type PageRows = Vec<usize>;

/// The pages of a document.
pub(super) fn pages(rows: &[Row], sheet: &Sheet) -> Vec<PageRows> {
    Breaker { rows, sheet, sections: section_ends(rows), best: BTreeMap::new() }.pages()
}

/// Where a page begins: the row, and a figure that waits to stand before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    row: usize,
    /// First row of the figure, and the row behind its last.
    waiting: (usize, usize),
}

/// No figure waits; behind every figure in the order of places, for a page may hold a figure and nothing else.
const NO_FIGURE: (usize, usize) = (usize::MAX, usize::MAX);

/// The cheapest way to a place: its price, and the place before it.
#[derive(Clone, Copy)]
struct Way {
    price: f32,
    from: Option<Place>,
}

struct Breaker<'r> {
    rows: &'r [Row],
    sheet: &'r Sheet,
    /// For each row, where its section ends.
    sections: Vec<usize>,
    best: BTreeMap<Place, Way>,
}

/// Rows on a page so far, charts at their own height.
#[derive(Clone, Copy)]
struct Filled {
    last: Option<usize>,
    /// End of the last row.
    y: f32,
    /// Height of the charts.
    elastic: f32,
    /// The last section that begins here: its first row, and where that stands.
    section: Option<(usize, f32)>,
}

impl Breaker<'_> {
    fn pages(mut self) -> Vec<PageRows> {
        let mut place = Place { row: 0, waiting: NO_FIGURE };
        let end = Place { row: self.rows.len(), waiting: NO_FIGURE };
        self.best.insert(place, Way { price: 0.0, from: None });
        // Every way leads to a later place, so the best way to each is known when it is left.
        while place != end {
            self.leave(place);
            let later = self.best.range((Bound::Excluded(place), Bound::Unbounded)).next();
            place = later.map_or(end, |(place, _)| *place);
        }
        let mut pages = Vec::new();
        while let Some(Way { from: Some(from), .. }) = self.best.get(&place) {
            pages.push(rows_between(*from, place));
            place = *from;
        }
        pages.reverse();
        pages
    }

    /// Tries every page that begins at a place.
    fn leave(&mut self, from: Place) {
        let mut page = self.begun(from);
        let mut found = false;
        for row in from.row..=self.rows.len() {
            if page.last.is_some() {
                found |= self.end(from, page, Place { row, waiting: NO_FIGURE }, 0.0);
                if self.rows.get(row).is_some_and(|row| row.floats) {
                    self.move_up(from, page, row);
                }
            }
            if row == self.rows.len() || !self.fits(self.added(page, row)) {
                break;
            }
            page = self.added(page, row);
        }
        if !found {
            self.force(from);
        }
    }

    /// A page with the figure that waited for it.
    fn begun(&self, from: Place) -> Filled {
        let empty = Filled { last: None, y: self.sheet.top, elastic: 0.0, section: None };
        (from.waiting.0..from.waiting.1).fold(empty, |page, row| self.added(page, row))
    }

    /// Tries pages on which the paragraphs behind a figure stand before it.
    fn move_up(&mut self, from: Place, mut page: Filled, figure: usize) {
        let end = (figure..self.rows.len()).find(|row| self.rows[*row].keep < Keep::Must);
        let waiting = (figure, end.map_or(self.rows.len(), |end| end + 1));
        if !self.fits(self.begun(Place { row: waiting.1, waiting })) {
            return;
        }
        let mut row = waiting.1;
        while self.rows.get(row).is_some_and(|row| row.passes) {
            let block = self.rows[row].block;
            while self.rows.get(row).is_some_and(|row| row.block == block) {
                page = self.added(page, row);
                row += 1;
            }
            if !self.fits(page) {
                return;
            }
            self.end(from, page, Place { row, waiting }, MOVED);
        }
    }

    /// As much on a page as can stand on it, where nothing that holds together does.
    fn force(&mut self, from: Place) {
        let mut page = self.begun(from);
        let mut row = from.row;
        while row < self.rows.len() && (page.last.is_none() || self.fits(self.added(page, row))) {
            page = self.added(page, row);
            row += 1;
        }
        let price = self.best[&from].price + FORCED;
        self.reach(from, Place { row, waiting: NO_FIGURE }, price);
    }

    /// Ends a page before a place; whether it may end there.
    fn end(&mut self, from: Place, page: Filled, to: Place, more: f32) -> bool {
        let Some(last) = page.last.map(|last| &self.rows[last]) else { return false };
        let next = self.rows.get(to.row).filter(|_| to.waiting == NO_FIGURE);
        let is_end = to == Place { row: self.rows.len(), waiting: NO_FIGURE };
        let parted = match last.keep {
            _ if is_end => 0.0,
            Keep::Must if to.waiting == NO_FIGURE => return false,
            Keep::Must | Keep::Insist => INSISTED,
            Keep::Prefer => PREFERRED,
            Keep::No if next.is_some_and(|next| next.repeat.is_some()) => WITHIN_TABLE,
            Keep::No if next.is_some_and(|next| next.block == last.block && next.start == Start::Text) => WITHIN,
            Keep::No => 0.0,
        };
        let is_short = |(first, top): (usize, f32)| {
            to.row < self.sections[first] && page.y - top < SHORT_START.0 * self.sheet.body()
        };
        let low = if page.section.is_some_and(is_short) { SHORT_START.1 } else { 0.0 };
        let tail = if next.is_some_and(|_| self.is_tail(to.row)) { TAIL.1 } else { 0.0 };
        let chapter = next.is_some_and(|next| next.start == Start::Section);
        let Some(look) = self.look(page, is_end, chapter) else { return false };
        self.reach(from, to, self.best[&from].price + PAGE + parted + low + tail + look + more);
        true
    }

    fn reach(&mut self, from: Place, to: Place, price: f32) {
        if self.best.get(&to).is_none_or(|way| price < way.price) {
            self.best.insert(to, Way { price, from: Some(from) });
        }
    }

    /// Price of a page's look: of its hole, or of charts that are lower or higher than they were drawn for; none where it
    /// is too full.
    fn look(&self, page: Filled, is_end: bool, chapter: bool) -> Option<f32> {
        let body = self.sheet.body();
        let room = self.sheet.bottom - self.bottom(page);
        if room < 0.0 {
            let missing = -room - 0.01;
            let most = page.elastic * (1.0 - CHARTS.start);
            return (missing <= most).then(|| LOW_CHARTS * (missing.max(0.0) / most.max(1.0)).powi(2));
        }
        if is_end {
            return Some(if body - room < SHORT_END.0 * body { SHORT_END.1 } else { 0.0 });
        }
        let most = page.elastic * (CHARTS.end - 1.0);
        let grown = room.min(most);
        let hole = (room - grown) / body;
        let height = if most > 0.0 { HIGH_CHARTS * (grown / most).powi(2) } else { 0.0 };
        Some(height + hole * hole * if chapter { CHAPTER } else { 1.0 })
    }

    /// Whether little of a section is left from a row on.
    fn is_tail(&self, row: usize) -> bool {
        let mut left = 0.0;
        let rest = &self.rows[row..self.sections[row]];
        rest[0].start != Start::Section
            && rest.iter().all(|row| {
                left += row.before + row.height;
                left < TAIL.0
            })
    }

    fn fits(&self, page: Filled) -> bool {
        self.bottom(page) - page.elastic * (1.0 - CHARTS.start) <= self.sheet.bottom + 0.01
    }

    /// Where the page's rows end, with the boxes around the last one.
    fn bottom(&self, page: Filled) -> f32 {
        page.y + page.last.map_or(0.0, |last| self.rows[last].pads())
    }

    /// The page with one more row.
    fn added(&self, page: Filled, at: usize) -> Filled {
        let row = &self.rows[at];
        let top = page.y + gap(page.last.map(|last| &self.rows[last]), row);
        Filled {
            last: Some(at),
            y: top + row.height,
            elastic: page.elastic + row.elastic_height(),
            section: if row.start == Start::Section { Some((at, top)) } else { page.section },
        }
    }
}

/// The rows of a page that begins at one place and ends before another.
fn rows_between(from: Place, to: Place) -> PageRows {
    let waited = from.waiting.0..from.waiting.1;
    let left = to.waiting.0..to.waiting.1;
    waited.chain((from.row..to.row).filter(|row| !left.contains(row))).collect()
}

/// Space above a row: below the one before it, or at the top of a page with the head that is repeated there.
pub(super) fn gap(before: Option<&Row>, row: &Row) -> f32 {
    match before {
        None => row.pads() + row.repeat.as_ref().map_or(0.0, |repeat| repeat.height),
        Some(before) => before.after + row.before,
    }
}

/// For each row, the place behind the last row of its section.
fn section_ends(rows: &[Row]) -> Vec<usize> {
    let mut ends = vec![rows.len(); rows.len()];
    for at in (0..rows.len()).rev() {
        let next = if at + 1 == rows.len() { rows.len() } else { ends[at + 1] };
        ends[at] = if rows.get(at + 1).is_some_and(|row| row.start == Start::Section) { at + 1 } else { next };
    }
    ends
}
