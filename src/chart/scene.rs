//! A vector picture in points: what every renderer of charts shows.

use crate::font::Face;

/// A colour by its role, so that each renderer and theme can choose the shade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paint {
    /// Text that carries the message.
    Ink,
    /// Text that supports it.
    Muted,
    /// Hairlines.
    Grid,
    /// Axis lines and ticks.
    Axis,
    /// The ground.
    Paper,
    /// Thresholds and what lies beyond a limit.
    Bad,
    /// The n-th series, counted from 0.
    Series(u8),
    /// The n-th of [`super::theme::SHADES`] shades of a map, counted from 0, the best.
    Heat(u8),
}

/// A colour and how much of it covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Its role.
    pub paint: Paint,
    /// 0 (nothing) to 1 (opaque).
    pub alpha: f32,
}

/// A stroke; lengths in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width.
    pub width: f32,
    /// Lengths of dashes and gaps; empty for a solid line.
    pub dash: Vec<f32>,
}

/// Where a text's position lies on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its start.
    Start,
    /// At its middle.
    Middle,
    /// At its end.
    End,
}

/// One mark of a picture. Coordinates in points from the top left.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A polyline or polygon.
    Path {
        /// Its corners.
        points: Vec<(f32, f32)>,
        /// Whether the last corner joins the first.
        closed: bool,
        /// Inside.
        fill: Option<Colour>,
        /// Outline.
        stroke: Option<Stroke>,
    },
    /// A disc or ring.
    Circle {
        /// Its centre.
        centre: (f32, f32),
        /// Its radius.
        radius: f32,
        /// Inside.
        fill: Option<Colour>,
        /// Outline.
        stroke: Option<Stroke>,
    },
    /// A line of text, with tabular digits.
    Text {
        /// Position of the anchor on the baseline.
        at: (f32, f32),
        /// What it says: data, not markup.
        text: String,
        /// Size in points.
        size: f32,
        /// Typeface.
        face: Face,
        /// Where `at` lies on it.
        anchor: Anchor,
        /// Its colour.
        colour: Colour,
        /// Whether a rim in the ground's colour keeps it readable on lines.
        halo: bool,
    },
    /// Begins a group; marks up to the matching [`Mark::End`] belong to it.
    Begin {
        /// What it holds: `axis`, `limit`, `rule`, `series` with its `points`, each `point` and `estimate`, and `label`.
        class: &'static str,
        /// What a reader sees on pointing at it; may be empty.
        title: String,
    },
    /// Ends a group.
    End,
}

/// A picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// Width in points.
    pub width: f32,
    /// Height in points.
    pub height: f32,
    /// In the order of drawing.
    pub marks: Vec<Mark>,
}
