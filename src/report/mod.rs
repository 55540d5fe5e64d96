//! The report as data: sections of blocks, with every sentence written and every number printed.
//!
//! No HTML, no PDF, no Markdown tables: the renderers only lay out what stands here. Text is plain text; each renderer
//! escapes it at the one place where it enters its format.

mod alternative;
pub mod compare;
pub mod compose;
mod cover;
mod figure;
mod markdown;
mod reference;
pub mod sections;
mod slug;
pub mod suite;
mod summary;
pub mod templates;
mod words;

pub use compose::{Composition, Gap, Outline, compose, outline};
pub use cover::cover;
pub use reference::Reference;
pub use summary::summarize;
pub use templates::Templates;

use crate::chart::scene::Scene;
use crate::chart::{Chart, draw};
use crate::font::Fonts;
use crate::threads::Threads;

/// A finished report, ready to be laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Title, brand and what else stands outside the sections.
    pub cover: Cover,
    /// In reading order.
    pub sections: Vec<Section>,
}

/// Title page, running heads and document properties.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cover {
    /// Title of the report.
    pub title: String,
    /// Line below it.
    pub subtitle: Option<String>,
    /// Small line above the title: `Benchmark report`.
    pub kicker: String,
    /// What was tested on what, a label and a value each: organization, parameters, precision, GPU, VRAM, engine, …
    pub facts: Vec<(String, String)>,
    /// Heading above the highlights.
    pub highlights_title: String,
    /// Up to three numbers that stand out.
    pub highlights: Vec<Highlight>,
    /// `2026-02-06`, where known.
    pub date: Option<String>,
    /// The same as it is printed: `6 February 2026`.
    pub date_text: Option<String>,
    /// Whose report it is.
    pub brand: Option<String>,
    /// Its logo, where one was configured.
    pub logo: Option<crate::logo::Logo>,
    /// Address of the brand; only `http`, `https` and `mailto` come this far.
    pub website: Option<String>,
    /// Stands at the foot of the cover: what made it, from what.
    pub imprint: String,
    /// Stands in every footer.
    pub footer: String,
    /// The brand's small print.
    pub legal: Option<String>,
    /// Stands below the contents, where an interactive copy lives.
    pub contents_note: Vec<Inline>,
    /// BCP 47 language of the text: `en`.
    pub language: &'static str,
}

/// A number that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Highlight {
    /// The number, printed: `765.4`.
    pub value: String,
    /// What it is: `tok/s peak throughput`.
    pub label: String,
    /// Under which condition: `at 10 concurrent requests`.
    pub condition: String,
}

/// A section with a heading of the first level.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Stable id, for links: `executive-summary`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading of level 2 or 3.
    Heading {
        /// 2 or 3.
        level: u8,
        /// Unique in the report.
        id: String,
        /// What it says.
        content: Vec<Inline>,
    },
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A list; each item holds blocks.
    List {
        /// Number of the first item; none for bullets.
        start: Option<u64>,
        /// Its items.
        items: Vec<Vec<Block>>,
    },
    /// A table.
    Table(Table),
    /// A chart with caption, alternative text and data; boxed, being much larger than the rest.
    Figure(Box<Figure>),
    /// A box that stands out.
    Callout {
        /// What kind.
        kind: CalloutKind,
        /// What it says.
        blocks: Vec<Block>,
    },
    /// Text as it is, in a fixed-width face.
    Code(String),
}

/// What a callout is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalloutKind {
    /// Something that helps to read the rest.
    Note,
    /// A result.
    Tip,
    /// What the reader must not overlook.
    Important,
    /// What may mislead.
    Warning,
}

impl CalloutKind {
    /// As it stands above the callout.
    pub fn title(self) -> &'static str {
        match self {
            CalloutKind::Note => "Note",
            CalloutKind::Tip => "Result",
            CalloutKind::Important => "Important",
            CalloutKind::Warning => "Caution",
        }
    }
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Fixed-width text.
    Code(String),
    /// A link: `#id` into the report, or an address; no other scheme than http, https and mailto comes this far.
    Link {
        /// Where to.
        target: String,
        /// What it says.
        content: Vec<Inline>,
    },
    /// A line break within a paragraph.
    Break,
}

/// A table whose cells are printed already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Stable id: `key-findings`.
    pub id: String,
    /// Stands with the table for those who cannot see it, and as its caption where not empty.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the first cell of each row is a heading of that row.
    pub row_headings: bool,
}

/// A column's head.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// What it says.
    pub title: String,
    /// How its cells stand.
    pub align: Align,
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// At the right edge, for numbers.
    Right,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// What it says; `–` where nothing was measured.
    pub content: Vec<Inline>,
    /// The number at full precision, for sorting and copying; none for words and for what was not measured.
    pub value: Option<f64>,
    /// Whether it misses a threshold; said in words in `content` as well.
    pub exceeded: bool,
}

/// A chart with everything a reader needs to use it without seeing it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Counted through the report from 1.
    pub number: usize,
    /// The chart; `chart.id` names its file.
    pub chart: Chart,
    /// The chart, drawn; empty until the report is whole.
    pub scene: Scene,
    /// What it shows and what it averages over.
    pub caption: Vec<Inline>,
    /// Written from its data.
    pub alternative: String,
    /// Its numbers.
    pub data: Table,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Inline::Text(text.into())], ..Self::default() }
    }

    /// A number as printed, with its value.
    pub fn number(printed: impl Into<String>, value: f64) -> Self {
        Self { value: Some(value), ..Self::text(printed) }
    }

    /// Not measured.
    pub fn unknown() -> Self {
        Self::text("–")
    }
}

/// The words of running text without their markup.
pub fn plain_text(content: &[Inline]) -> String {
    let mut out = String::new();
    for inline in content {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { content: inner, .. } => {
                out.push_str(&plain_text(inner));
            }
            Inline::Break => out.push(' '),
        }
    }
    out
}

impl Report {
    /// The same with its charts drawn. Any number of threads draws the same.
    fn drawn(mut self, fonts: &Fonts, threads: &Threads) -> Self {
        fn place(blocks: &mut [Block], scenes: &mut impl Iterator<Item = Scene>) {
            for block in blocks {
                match block {
                    Block::Figure(figure) => figure.scene = scenes.next().expect("a scene for each figure"),
                    Block::Callout { blocks, .. } => place(blocks, scenes),
                    Block::List { items, .. } => items.iter_mut().for_each(|item| place(item, scenes)),
                    _ => {}
                }
            }
        }
        let charts: Vec<&Chart> = self.figures().into_iter().map(|figure| &figure.chart).collect();
        let mut scenes = threads.map(&charts, |chart| draw(chart, fonts)).into_iter();
        self.sections.iter_mut().for_each(|section| place(&mut section.blocks, &mut scenes));
        self
    }

    /// Every figure in reading order.
    pub fn figures(&self) -> Vec<&Figure> {
        fn walk<'r>(blocks: &'r [Block], out: &mut Vec<&'r Figure>) {
            for block in blocks {
                match block {
                    Block::Figure(figure) => out.push(figure),
                    Block::Callout { blocks, .. } => walk(blocks, out),
                    Block::List { items, .. } => items.iter().for_each(|item| walk(item, out)),
                    _ => {}
                }
            }
        }
        let mut out = Vec::new();
        for section in &self.sections {
            walk(&section.blocks, &mut out);
        }
        out
    }
}
