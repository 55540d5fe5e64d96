//! Figures to rows: a chart's scene as marks, with its caption.

use super::document::{Area, Draw, ElementId, Ink, Pen, Rgba, Role, TextRun};
use super::flow::{Flow, Setting};
use super::row::{Elastic, Row};
use super::spans::Spans;
use super::style::{CAPTION, Column};
use crate::chart;
use crate::chart::scene::{self, Anchor, Colour, Scene, Stroke};
use crate::chart::theme;
use crate::font::Digits;
use crate::report::{Figure, Inline};
use std::borrow::Cow;

/// Charts are drawn for a column of about this page's; they grow no further.
const LARGEST_SCALE: f32 = 1.05;

/// Height that charts are drawn in, in points: lower than on a screen, so that a page has room for a chart, its table and
/// what follows from both.
const PAPER_HEIGHT: f64 = 172.0;

/// Between a figure and its caption.
const GAP: f32 = 5.0;

impl Flow<'_> {
    /// A figure with its caption: one row, so that no page parts them.
    pub fn figure(&mut self, figure: &Figure, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        let element = self.elements.add(Role::Figure, parent);
        self.elements.0[element].alternative = Some(figure.alternative.clone());
        let caption = self.caption(figure, column, parent);
        let caption_height: f32 = caption.iter().map(|row| row.height).sum();
        let room = (self.sheet.body() - caption_height.min(self.sheet.body() / 2.0) - GAP).max(40.0);
        let drawn = self.on_paper(figure);
        let Scene { width, height, .. } = *drawn;
        let scale = (column.width / width.max(1.0)).min(LARGEST_SCALE).min(room / height.max(1.0));
        let mut row = Row::new(height * scale, self.scene(&drawn, (column.x, 0.0), scale, element));
        row.before = 11.0;
        row.floats = parent.is_none();
        row.elastic = Some(Elastic { draws: row.draws.len(), height: row.height, left: column.x });
        let mut y = row.height + GAP;
        let mut rest = Vec::new();
        for line in caption {
            if y + line.height <= self.sheet.body() {
                row.draws.extend(line.draws.iter().map(|draw| draw.lowered(y)));
                y += line.height;
            } else {
                rest.push(line);
            }
        }
        row.height = y;
        row.after = 3.0;
        let mut rows = vec![row];
        rows.extend(rest);
        rows
    }

    /// A chart as it is drawn for a page; what has no series, such as a map, stays as it is.
    fn on_paper<'f>(&self, figure: &'f Figure) -> Cow<'f, Scene> {
        if figure.chart.series.is_empty() {
            return Cow::Borrowed(&figure.scene);
        }
        Cow::Owned(chart::draw_at_height(&figure.chart, self.fonts, PAPER_HEIGHT))
    }

    fn caption(&mut self, figure: &Figure, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        let label = Inline::Strong(vec![Inline::Text(format!("Figure {}. ", figure.number))]);
        let content: Vec<_> = std::iter::once(label).chain(figure.caption.iter().cloned()).collect();
        let text: Spans = self.spans(&content, &CAPTION);
        self.text(&Setting { text: &text, style: &CAPTION, column, role: Role::Caption, parent })
    }

    /// The marks of a scene at a place and scale.
    fn scene(&self, scene: &Scene, (left, top): (f32, f32), scale: f32, element: ElementId) -> Vec<Draw> {
        let place = |(x, y): (f32, f32)| (left + x * scale, top + y * scale);
        let pen = |stroke: &Option<Stroke>| stroke.as_ref().map(|stroke| pen(stroke, scale));
        let ink = |mark: &scene::Mark| match mark {
            scene::Mark::Path { points, closed, fill, stroke } => Some(Ink::Path {
                points: points.iter().copied().map(place).collect(),
                closed: *closed,
                fill: fill.map(colour),
                stroke: pen(stroke),
            }),
            scene::Mark::Circle { centre, radius, fill, stroke } => {
                let ((x, y), radius) = (place(*centre), radius * scale);
                let area = Area { x: x - radius, y: y - radius, width: 2.0 * radius, height: 2.0 * radius };
                Some(Ink::Box { area, radius, fill: fill.map(colour), stroke: pen(stroke) })
            }
            scene::Mark::Text { at, text, size, face, anchor, colour: paint, halo } => {
                let text = super::spans::running(text);
                let (x, y) = place(*at);
                let size = size * scale;
                let width = self.fonts.width(*face, Digits::Tabular, size, &text);
                let shift = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => width / 2.0,
                    Anchor::End => width,
                };
                // The space keeps labels apart where they are read one after the other.
                let shaped = self.fonts.shape(*face, Digits::Tabular, &format!("{text} "));
                let (x, colour) = (x - shift, colour(*paint));
                Some(Ink::Text(TextRun { x, y, size, colour, shaped, tracking: 0.0, halo: *halo }))
            }
            scene::Mark::Begin { .. } | scene::Mark::End => None,
        };
        scene.marks.iter().filter_map(ink).map(|ink| Draw::of(element, ink)).collect()
    }
}

fn pen(stroke: &Stroke, scale: f32) -> Pen {
    let dash = stroke.dash.iter().map(|length| length * scale).collect();
    Pen { colour: colour(stroke.colour), width: stroke.width * scale, dash }
}

/// A chart's colour on paper.
fn colour(colour: Colour) -> Rgba {
    let (red, green, blue) = theme::rgb(colour.paint);
    Rgba { red, green, blue, alpha: colour.alpha }
}
