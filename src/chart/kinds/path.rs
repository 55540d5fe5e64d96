//! Two measured values against each other, a line per context from load to load.

use super::lens::{Along, Lens};
use super::sweep::{distinct, spread};
use crate::analysis::{Analysis, CellFigures};
use crate::chart::{Axis, Chart, Form, Quantity, Series};
use crate::context::Context;
use crate::format;
use crate::record::Load;

/// A value along an axis.
pub(super) struct Measured<'m> {
    /// Title of its axis.
    pub title: String,
    pub quantity: Quantity,
    /// Stands behind the printed value in tooltips: ` per user`.
    pub after: &'static str,
    pub value: &'m dyn Fn(&Analysis, &CellFigures) -> Option<f64>,
}

/// Context, load, and the values across and up.
type Point<'a> = (Option<&'a Context>, Load, f64, f64);

fn of<'p>(points: &'p [Point<'p>], context: Option<&'p Context>) -> impl Iterator<Item = &'p Point<'p>> {
    points.iter().filter(move |point| point.0 == context)
}

/// The chart of two values; none where no context has both at two loads, or, beside others, at any.
pub(super) fn chart(analysis: &Analysis, lens: Lens, id: &str, title: &str, x: Measured, y: Measured) -> Option<Chart> {
    let points: Vec<Point> = analysis
        .sweep_cells()
        .filter_map(|figures| {
            let both = ((x.value)(analysis, figures)?, (y.value)(analysis, figures)?);
            let key = &figures.cell.key;
            if !lens.shows(Along::Loads, key.context.as_ref(), key.load) {
                return None;
            }
            (both.0.is_finite() && both.1.is_finite()).then_some((key.context.as_ref(), key.load, both.0, both.1))
        })
        .collect();
    let contexts =
        distinct(points.iter().map(|point| point.0).filter(|context| of(&points, *context).count() >= lens.fewest()));
    let (kept, left_out) = spread(&contexts, lens);
    let series: Vec<Series> = kept
        .iter()
        .enumerate()
        .map(|(at, context)| {
            let named = context.map(|context| context.noun()).unwrap_or_default();
            let note = |(_, load, across, up): &Point| {
                let place = [named.as_str(), &format::load(*load)]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(", ");
                let value = |of: &Measured, value: f64| format!("{}{}", of.quantity.print(value), of.after);
                format!("{place}: {}, {}", value(&y, *up), value(&x, *across))
            };
            Series {
                name: context.map(|context| context.label.clone()).unwrap_or_default(),
                subject: named.clone(),
                points: of(&points, *context).map(|point| (point.2, point.3)).collect(),
                notes: of(&points, *context).map(note).collect(),
                // The loads come in the same order on every line; once is enough.
                marks: if at == 0 {
                    of(&points, *context).map(|point| format::level(point.1)).collect()
                } else {
                    Vec::new()
                },
                ..Series::default()
            }
        })
        .collect();
    if series.is_empty() {
        return None;
    }
    let axis = |of: &Measured| Axis { title: of.title.clone(), quantity: of.quantity, ..Axis::default() };
    let series_title = if series.iter().all(|series| series.name.is_empty()) { "" } else { "Context" };
    Some(Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        x: axis(&x),
        y: axis(&y),
        series_title: series_title.to_owned(),
        series,
        form: Form::Path,
        left_out,
        ..Chart::default()
    })
}
