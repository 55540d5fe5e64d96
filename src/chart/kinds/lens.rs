//! What of a run's grid a chart looks at.

use crate::analysis::compare::Slice;
use crate::context::Context;
use crate::record::Load;

/// Which dimension lies along the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// Contexts: a line per load.
    Contexts,
    /// Loads: a line per context.
    Loads,
}

/// What of a run's grid a chart looks at.
#[derive(Debug, Clone, Copy)]
pub enum Lens<'l> {
    /// All of it, with at most [`crate::chart::MOST_SERIES`] lines: a report of this run alone.
    Grid,
    /// Every line along the dimension that the chart of another run lies along.
    Beside(Along),
    /// One line: at a load where the chart lies along contexts, at a context where it lies along loads.
    Line(&'l Slice),
}

impl Lens<'_> {
    /// The dimension that a chart lies along which would rather lie along `wanted`.
    pub(super) fn along(self, wanted: Along, contexts: usize, loads: usize) -> Along {
        let (contexts, loads) = match self {
            Lens::Beside(along) => return along,
            Lens::Line(slice) if slice.load.is_none() => return Along::Loads,
            Lens::Line(slice) => (slice.several_contexts, slice.several_loads),
            Lens::Grid => (contexts > 1, loads > 1),
        };
        match wanted {
            Along::Contexts if !contexts => Along::Loads,
            Along::Loads if !loads => Along::Contexts,
            along => along,
        }
    }

    /// Whether a cell of this context and load belongs to the picture.
    pub(super) fn shows(self, along: Along, context: Option<&Context>, load: Load) -> bool {
        match (self, along) {
            (Lens::Line(slice), Along::Contexts) => slice.load == Some(load),
            (Lens::Line(slice), Along::Loads) => slice.context.as_ref() == context,
            _ => true,
        }
    }

    /// Fewest points that make a picture: beside others a single one tells something.
    pub(super) fn fewest(self) -> usize {
        if matches!(self, Lens::Grid) { 2 } else { 1 }
    }
}
