//! Where the axes of a drawn chart lie, for a reader's pointer to be told what it points at.

use super::backend::Canvas;
use super::layout::{HEIGHT, Layout, WIDTH, tidy};
use super::ticks::Domain;
use super::{Chart, Scale};
use crate::font::Fonts;
use serde::Serialize;

/// Where the axes of a picture lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Frame {
    /// Left, top, right and bottom of the plot, points.
    #[serde(rename = "box")]
    pub plot: [f64; 4],
    /// Horizontal axis.
    pub x: Span,
    /// Left axis.
    pub y: Span,
    /// Right axis.
    pub right: Option<Span>,
}

/// The span of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// How values are spaced.
    pub scale: Scale,
    /// The value at the left end or the foot.
    pub low: f64,
    /// The value at the right end or the top.
    pub high: f64,
}

impl Frame {
    /// The axes of a chart as [`super::draw()`] draws them.
    pub fn of(chart: &Chart, fonts: &Fonts) -> Self {
        let layout = Layout::of(&tidy(chart), fonts);
        let plot = Canvas::new(WIDTH, HEIGHT, fonts).plot(layout.margins);
        let ((left, right), (top, bottom)) = (plot.across(), plot.down());
        Self {
            plot: [left, top, right, bottom],
            x: layout.x.span(),
            y: layout.left.0.span(),
            right: layout.right.map(|(domain, _)| domain.span()),
        }
    }
}

impl Domain {
    fn span(&self) -> Span {
        let (scale, low, high) = self.ends();
        Span { scale, low, high }
    }
}
