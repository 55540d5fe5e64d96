//! Filling pages with rows, at the breaks that [`super::breaks`] chose.

use super::breaks::{self, CHARTS, gap};
use super::document::{Area, Draw, Ink};
use super::row::{ChartDrawer, Frame, Mark, Row};
use super::style::Sheet;
use crate::threads::Threads;
use std::collections::BTreeMap;
use std::sync::Arc;

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

/// A row at its place on a page, with its height there.
struct Slot<'r> {
    row: &'r Row,
    y: f32,
    height: f32,
}

/// Fills pages with rows; `chart` draws one of the flow's charts in a height.
pub(super) fn paginate(rows: &[Row], sheet: &Sheet, chart: &ChartDrawer, threads: &Threads) -> Pages {
    let plan: Vec<_> = breaks::pages(rows, sheet).into_iter().enumerate().collect();
    let filled = threads.map(&plan, |(page, places)| {
        let (page, last) = (*page, page + 1 == plan.len());
        let mut marks = Vec::new();
        let (slots, scale) = placed(places.iter().map(|at| &rows[*at]), sheet, last);
        let mut draws = frames(&slots);
        for (at, Slot { row, y, .. }) in slots.iter().enumerate() {
            if let (0, Some(repeat)) = (at, &row.repeat) {
                draws.extend(repeat.draws.iter().map(|draw| draw.lowered(y - repeat.height)));
            }
            draws.extend(row.draws_at(*y, scale, chart));
            marks.extend(row.marks.iter().map(|mark| PlacedMark { mark: mark.clone(), page, y: *y }));
        }
        (draws, marks)
    });
    let (pages, marks): (Vec<_>, Vec<Vec<_>>) = filled.into_iter().unzip();
    Pages { pages, marks: marks.into_iter().flatten().collect() }
}

/// The rows of a page at their places, and the scale of its charts' heights: as low as they must be, as high as the page
/// has room for.
fn placed<'r>(rows: impl Iterator<Item = &'r Row>, sheet: &Sheet, last: bool) -> (Vec<Slot<'r>>, f32) {
    let rows: Vec<&Row> = rows.collect();
    let before = |at: usize| at.checked_sub(1).map(|at| rows[at]);
    let natural: f32 = rows.iter().enumerate().map(|(at, row)| gap(before(at), row) + row.height).sum();
    let end = sheet.top + natural + rows.last().map_or(0.0, |row| row.pads());
    let elastic: f32 = rows.iter().map(|row| row.elastic_height()).sum();
    let room = sheet.bottom - end;
    let scale = match elastic > 0.0 && !(last && room > 0.0) {
        true => (1.0 + room / elastic).clamp(CHARTS.start, CHARTS.end),
        false => 1.0,
    };
    let mut y = sheet.top;
    let mut slots = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        y += gap(before(at), row);
        let height = row.height + row.elastic_height() * (scale - 1.0);
        slots.push(Slot { row, y, height });
        y += height;
    }
    (slots, scale)
}

/// The boxes around the rows of a page, outer ones first.
fn frames(slots: &[Slot]) -> Vec<Draw> {
    // Each by its depth and number, with its upper and lower edge.
    type Extent = (Arc<Frame>, f32, f32);
    let mut extents: BTreeMap<(usize, (usize, usize)), Extent> = BTreeMap::new();
    for (at, Slot { row, y, height }) in slots.iter().enumerate() {
        let head = row.repeat.as_ref().filter(|_| at == 0).map_or(0.0, |repeat| repeat.height);
        for (depth, frame) in row.frames.iter().enumerate() {
            let pads: f32 = row.frames[depth..].iter().map(|frame| frame.pad).sum();
            let (above, below) = (y - head - pads, y + height + pads);
            let extent = extents.entry((depth, frame.id)).or_insert_with(|| (Arc::clone(frame), above, below));
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
