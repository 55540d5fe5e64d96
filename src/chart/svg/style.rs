//! The attributes of a mark's look, and what a group of marks shares.

use super::number;
use crate::chart::scene::{Anchor, Colour, Mark, Paint, Stroke};
use crate::font::Face;
use std::borrow::Cow;

/// Attributes with their values. A mark names every attribute that matters to it.
pub(super) type Style = Vec<(&'static str, Value)>;
type Value = Cow<'static, str>;

/// What an attribute is where nobody set it.
fn initial(attribute: &str) -> &'static str {
    match attribute {
        "fill" => "#000",
        "stroke" | "stroke-dasharray" => "none",
        "stroke-width" | "fill-opacity" | "stroke-opacity" => "1",
        "stroke-linejoin" => "miter",
        "stroke-linecap" => "butt",
        "text-anchor" => "start",
        "font-weight" => "400",
        "font-style" | "paint-order" => "normal",
        _ => "",
    }
}

/// What an attribute is.
pub(super) fn get<'s>(style: &'s [(&'static str, Value)], name: &str) -> &'s str {
    style.iter().find(|(known, _)| *known == name).map_or(initial(name), |(_, value)| value)
}

/// Sets an attribute; false where it has that value already.
pub(super) fn set(style: &mut Style, name: &'static str, value: &Value) -> bool {
    match style.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) if known == value => false,
        Some((_, known)) => {
            *known = value.clone();
            true
        }
        None if initial(name) == value => false,
        None => {
            style.push((name, value.clone()));
            true
        }
    }
}

/// The most frequent value of each attribute among the marks of a group, where it saves bytes to set it once.
pub(super) fn shared(marks: &[Style]) -> Style {
    let mut counts: Vec<(&'static str, Value, usize)> = Vec::new();
    for (name, value) in marks.iter().flatten() {
        match counts.iter_mut().find(|(n, v, _)| n == name && v == value) {
            Some((_, _, count)) => *count += 1,
            None => counts.push((name, value.clone(), 1)),
        }
    }
    let mut most: Vec<(&'static str, Value, usize)> = Vec::new();
    for (name, value, count) in counts.into_iter().filter(|(_, _, count)| *count > 1) {
        match most.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, _, known)) if *known >= count => {}
            Some(entry) => *entry = (name, value, count),
            None => most.push((name, value, count)),
        }
    }
    most.into_iter().map(|(name, value, _)| (name, value)).collect()
}

/// How a paint is named: in a file of its own by its shade too, in a page, which has a value for every property, without.
pub(super) type Naming = fn(Paint) -> String;

/// Every attribute that matters to a mark.
pub(super) fn of(mark: &Mark, css: Naming) -> Style {
    match mark {
        Mark::Path { fill, stroke, .. } | Mark::Circle { fill, stroke, .. } => shape_style(*fill, stroke.as_ref(), css),
        Mark::Text { size, face, anchor, colour, halo, .. } => {
            let mut style = paint_style("fill", *colour, css);
            style.push(("font-size", number(*size).into()));
            style.push(("font-weight", weight(*face).into()));
            style.push(("font-style", if *face == Face::Italic { "italic" } else { "normal" }.into()));
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            style.push(("text-anchor", anchor.into()));
            if *halo {
                style.push(("stroke", css(Paint::Paper).into()));
                style.push(("stroke-width", "3".into()));
                style.push(("stroke-linejoin", "round".into()));
                style.push(("stroke-dasharray", "none".into()));
                style.push(("paint-order", "stroke".into()));
            } else {
                style.push(("stroke", "none".into()));
            }
            style
        }
        Mark::Begin { .. } | Mark::End => Style::new(),
    }
}

fn shape_style(fill: Option<Colour>, stroke: Option<&Stroke>, css: Naming) -> Style {
    let none = |attribute| vec![(attribute, "none".into())];
    let mut style = fill.map_or_else(|| none("fill"), |colour| paint_style("fill", colour, css));
    let Some(stroke) = stroke else {
        style.extend(none("stroke"));
        return style;
    };
    style.extend(paint_style("stroke", stroke.colour, css));
    style.push(("stroke-width", number(stroke.width).into()));
    style.push(("stroke-linejoin", "round".into()));
    let dash: Vec<_> = stroke.dash.iter().map(|length| number(*length)).collect();
    style.push(("stroke-dasharray", if dash.is_empty() { "none".into() } else { dash.join(" ").into() }));
    style
}

fn paint_style(attribute: &'static str, colour: Colour, css: Naming) -> Style {
    let opacity = if attribute == "fill" { "fill-opacity" } else { "stroke-opacity" };
    let alpha = if colour.alpha == 1.0 { "1".into() } else { number(colour.alpha).into() };
    vec![(attribute, css(colour.paint).into()), (opacity, alpha)]
}

fn weight(face: Face) -> &'static str {
    match face {
        Face::Regular | Face::Italic | Face::Mono => "400",
        Face::Medium => "500",
        Face::SemiBold => "600",
        Face::Bold | Face::Display => "700",
    }
}
