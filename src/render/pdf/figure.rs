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

/// Charts are drawn for a column of about this page's; they grow no further.
const LARGEST_SCALE: f32 = 1.05;

/// Height that charts are drawn in, in points: lower than on a screen, so that a page has room for a chart, its table and
/// what follows from both. A page that is too full or too empty has lower or higher ones.
const PAPER_HEIGHT: f32 = 166.0;

/// Between a figure and its caption.
const GAP: f32 = 5.0;

/// A chart that is drawn once its height is known.
pub(super) struct PaperChart<'a> {
    figure: &'a Figure,
    left: f32,
    scale: f32,
    element: ElementId,
}

impl PaperChart<'_> {
    /// The same among elements that stand behind so many others.
    pub fn moved(self, elements: usize) -> Self {
        Self { element: self.element + elements, ..self }
    }
}

impl<'a> Flow<'a> {
    /// A figure with its caption: one row, so that no page parts them.
    pub fn figure(&mut self, figure: &'a Figure, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        let element = self.elements.add(Role::Figure, parent);
        self.elements.0[element].alternative = Some(figure.alternative.clone());
        let caption = self.caption(figure, column, parent);
        let mut row = match figure.chart.series.is_empty() {
            true => self.rigid(figure, column, &caption, element),
            false => self.elastic(figure, column, element),
        };
        row.before = 11.0;
        row.floats = parent.is_none();
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

    /// A chart with lines: as high as the page will have room for.
    fn elastic(&mut self, figure: &'a Figure, column: Column, element: ElementId) -> Row {
        let scale = (column.width / figure.scene.width.max(1.0)).min(LARGEST_SCALE);
        let elastic = Elastic { chart: self.charts.len(), height: PAPER_HEIGHT * scale };
        self.charts.push(PaperChart { figure, left: column.x, scale, element });
        Row { elastic: Some(elastic), ..Row::new(elastic.height, Vec::new()) }
    }

    /// What has no lines, such as a map: as it is, at most as high as a page.
    fn rigid(&self, figure: &Figure, column: Column, caption: &[Row], element: ElementId) -> Row {
        let caption: f32 = caption.iter().map(|row| row.height).sum();
        let room = (self.sheet.body() - caption.min(self.sheet.body() / 2.0) - GAP).max(40.0);
        let Scene { width, height, .. } = figure.scene;
        let scale = (column.width / width.max(1.0)).min(LARGEST_SCALE).min(room / height.max(1.0));
        Row::new(height * scale, self.scene(&figure.scene, column.x, scale, element))
    }

    /// The marks of the n-th chart in a height.
    pub fn chart(&self, at: usize, height: f32) -> Vec<Draw> {
        let PaperChart { figure, left, scale, element } = &self.charts[at];
        let scene = chart::draw_at_height(&figure.chart, self.fonts, f64::from(height / scale));
        self.scene(&scene, *left, *scale, *element)
    }

    fn caption(&mut self, figure: &Figure, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        let label = Inline::Strong(vec![Inline::Text(format!("Figure {}. ", figure.number))]);
        let content: Vec<_> = std::iter::once(label).chain(figure.caption.iter().cloned()).collect();
        let text: Spans = self.spans(&content, &CAPTION);
        self.text(&Setting { text: &text, style: &CAPTION, column, role: Role::Caption, parent })
    }

    /// The marks of a scene at a place and scale.
    fn scene(&self, scene: &Scene, left: f32, scale: f32, element: ElementId) -> Vec<Draw> {
        let place = |(x, y): (f32, f32)| (left + x * scale, y * scale);
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
