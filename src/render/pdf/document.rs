//! The laid-out document: pages of draws, the structure behind them, the outline. Knows no PDF library.
//!
//! Lengths are points; x runs right and y runs down from the top left corner of the page.

use crate::colour::Rgb;
use crate::font::Shaped;
use crate::logo::Segment;
use std::sync::Arc;

/// A document whose every mark has its place.
#[derive(Debug, Default)]
pub(super) struct DocModel {
    /// Width and height of every page.
    pub size: (f32, f32),
    /// What viewers and libraries are told about it.
    pub properties: Properties,
    /// Marks of each page, in reading order.
    pub pages: Vec<Vec<Draw>>,
    /// The structure tree; [`Part::Element`] and [`Element::parent`] are places in it.
    pub elements: Elements,
    /// Bookmarks in reading order.
    pub outline: Vec<OutlineEntry>,
}

/// Properties of the document.
#[derive(Debug, Default)]
pub(super) struct Properties {
    /// Its title.
    pub title: String,
    /// Its second line.
    pub subject: String,
    /// Whose it is.
    pub author: String,
    /// BCP 47.
    pub language: String,
    /// Seconds since the Unix epoch.
    pub date: i64,
}

/// A mark on a page.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    /// What it belongs to.
    pub part: Part,
    /// What is drawn.
    pub ink: Ink,
}

/// What a mark belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Decoration or furniture of the page: not read aloud, not part of the text.
    Artifact,
    /// An element of the structure tree.
    Element(ElementId),
}

impl Part {
    /// The same among elements that stand behind so many others.
    pub fn moved(self, elements: usize) -> Self {
        match self {
            Self::Artifact => Self::Artifact,
            Self::Element(element) => Self::Element(element + elements),
        }
    }
}

/// A place in [`DocModel::elements`].
pub(super) type ElementId = usize;

/// What is drawn.
#[derive(Debug, Clone)]
pub(super) enum Ink {
    /// A line of text in one face.
    Text(TextRun),
    /// A rectangle.
    Box { area: Area, radius: f32, fill: Option<Rgba>, stroke: Option<Pen> },
    /// A polyline or polygon.
    Path { points: Vec<(f32, f32)>, closed: bool, fill: Option<Rgba>, stroke: Option<Pen> },
    /// A shape of straight and curved pieces.
    Outline { segments: Vec<Segment>, even_odd: bool, fill: Option<Rgba>, stroke: Option<Pen> },
    /// A picture.
    Image { area: Area, pixels: Arc<Pixels> },
    /// A rectangle whose colour runs from its top left to its bottom right corner.
    Gradient { area: Area, from: Rgba, to: Rgba },
    /// A place to click.
    Link { area: Area, target: Target, words: String },
}

/// A line of text in one face.
#[derive(Debug, Clone)]
pub(super) struct TextRun {
    /// Start of the baseline.
    pub x: f32,
    /// The baseline.
    pub y: f32,
    /// Size.
    pub size: f32,
    /// Colour.
    pub colour: Rgba,
    /// The glyphs.
    pub shaped: Arc<Shaped>,
    /// Added after each glyph.
    pub tracking: f32,
    /// Whether a white rim keeps it readable on lines.
    pub halo: bool,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// A colour of the sRGB space and how much of it covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rgba {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
    pub alpha: f32,
}

/// How a line is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pen {
    pub colour: Rgba,
    pub width: f32,
    /// Lengths of dashes and gaps; empty for a solid line.
    pub dash: Vec<f32>,
}

/// A picture of dots.
#[derive(Debug, PartialEq)]
pub(super) struct Pixels {
    pub columns: u32,
    pub rows: u32,
    /// Red, green, blue and alpha of each, rows from the top.
    pub rgba: Vec<u8>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    /// An address outside.
    Address(String),
    /// A section or heading of the report; becomes [`Target::Place`] once pages are known.
    Id(String),
    /// A page, counted from 0, and how far down.
    Place(usize, f32),
}

/// A bookmark.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutlineEntry {
    /// 1 for sections.
    pub level: u8,
    pub title: String,
    /// Counted from 0.
    pub page: usize,
    pub y: f32,
}

/// Elements of the structure tree.
#[derive(Debug, Default)]
pub(super) struct Elements(pub Vec<Element>);

/// An element of the structure tree. Its order among its siblings is that of the first mark drawn for it.
#[derive(Debug, PartialEq)]
pub(super) struct Element {
    pub role: Role,
    /// None below the document itself.
    pub parent: Option<ElementId>,
    /// Stands for what cannot be read: the alternative text of a figure.
    pub alternative: Option<String>,
    /// How many columns of its table a cell spans.
    pub columns: usize,
}

impl Element {
    /// The same behind so many others.
    pub fn moved(self, elements: usize) -> Self {
        Self { parent: self.parent.map(|parent| parent + elements), ..self }
    }
}

/// What an element is; named as the PDF specification's standard structure types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Heading(u8),
    Paragraph,
    List,
    ListItem,
    Label,
    ListBody,
    Table,
    TableRow,
    ColumnHeading,
    RowHeading,
    TableCell,
    Figure,
    Caption,
    Code,
    Division,
    Link,
    Contents,
    ContentsItem,
}

impl Role {
    /// Name of the standard structure type.
    pub fn name(self) -> &'static str {
        match self {
            Role::Heading(1) => "H1",
            Role::Heading(2) => "H2",
            Role::Heading(_) => "H3",
            Role::Paragraph => "P",
            Role::List => "L",
            Role::ListItem => "LI",
            Role::Label => "Lbl",
            Role::ListBody => "LBody",
            Role::Table => "Table",
            Role::TableRow => "TR",
            Role::ColumnHeading | Role::RowHeading => "TH",
            Role::TableCell => "TD",
            Role::Figure => "Figure",
            Role::Caption => "Caption",
            Role::Code => "Code",
            Role::Division => "Div",
            Role::Link => "Link",
            Role::Contents => "TOC",
            Role::ContentsItem => "TOCI",
        }
    }
}

impl Elements {
    /// A new element.
    pub fn add(&mut self, role: Role, parent: Option<ElementId>) -> ElementId {
        self.0.push(Element { role, parent, alternative: None, columns: 1 });
        self.0.len() - 1
    }
}

impl Rgba {
    /// An opaque colour, written `0xrrggbb`.
    pub const fn hex(code: u32) -> Self {
        Self { red: (code >> 16) as u8, green: (code >> 8) as u8, blue: code as u8, alpha: 1.0 }
    }

    /// The same colour, covering less.
    pub const fn alpha(self, alpha: f32) -> Self {
        Self { alpha, ..self }
    }
}

impl From<Rgb> for Rgba {
    fn from((red, green, blue): Rgb) -> Self {
        Self { red, green, blue, alpha: 1.0 }
    }
}

impl Draw {
    /// A mark of an element.
    pub fn of(element: ElementId, ink: Ink) -> Self {
        Self { part: Part::Element(element), ink }
    }

    /// A mark that is no part of the text.
    pub fn artifact(ink: Ink) -> Self {
        Self { part: Part::Artifact, ink }
    }

    /// A filled rectangle that is no part of the text.
    pub fn fill(area: Area, radius: f32, colour: Rgba) -> Self {
        Self::artifact(Ink::Box { area, radius, fill: Some(colour), stroke: None })
    }

    /// The same mark, further down.
    pub fn lowered(&self, by: f32) -> Self {
        let mut draw = self.clone();
        match &mut draw.ink {
            Ink::Text(run) => run.y += by,
            Ink::Box { area, .. } | Ink::Gradient { area, .. } | Ink::Image { area, .. } | Ink::Link { area, .. } => {
                area.y += by;
            }
            Ink::Outline { segments, .. } => {
                segments.iter_mut().for_each(|segment| *segment = mapped(segment, &|(x, y)| (x, y + by)));
            }
            Ink::Path { points, .. } => points.iter_mut().for_each(|point| point.1 += by),
        }
        draw
    }
}

/// A piece of an outline with its points elsewhere.
pub(super) fn mapped(segment: &Segment, place: &dyn Fn((f32, f32)) -> (f32, f32)) -> Segment {
    match *segment {
        Segment::Move(to) => Segment::Move(place(to)),
        Segment::Line(to) => Segment::Line(place(to)),
        Segment::Curve(a, b, to) => Segment::Curve(place(a), place(b), place(to)),
        Segment::Close => Segment::Close,
    }
}
