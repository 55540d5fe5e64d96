//! Outlines as a page takes them: y runs up from its foot, and curves are pairs of handles before their end.

use super::document::Area;
use crate::logo::Segment;

/// A point of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub x: f32,
    pub y: f32,
    /// Whether it only pulls a curve.
    pub handle: bool,
}

/// A thousandth of a point is finer than any printer.
pub(super) fn rounded(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

/// A point on a page of a height; `handle` where it only pulls a curve.
pub(super) fn point((x, y): (f32, f32), handle: bool, height: f32) -> Point {
    Point { x: rounded(x), y: rounded(height - y), handle }
}

/// The outline of a rectangle with rounded corners; a full radius makes a disc.
pub(super) fn rounded_box(area: Area, radius: f32, height: f32) -> Vec<Point> {
    /// How far a curve's handles stay from the corner to draw a quarter of a circle, in radii.
    const HANDLE: f32 = 1.0 - 0.552_284_8;
    let (left, top, right, bottom) = (area.x, area.y, area.x + area.width, area.y + area.height);
    if radius <= 0.0 {
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
            .map(|at| point(at, false, height))
            .to_vec();
    }
    let radius = radius.min(area.width / 2.0).min(area.height / 2.0);
    // Each corner, and the directions in which its curve comes and goes.
    let corners = [
        ((right, top), (-1.0, 0.0), (0.0, 1.0)),
        ((right, bottom), (0.0, -1.0), (-1.0, 0.0)),
        ((left, bottom), (1.0, 0.0), (0.0, -1.0)),
        ((left, top), (0.0, 1.0), (1.0, 0.0)),
    ];
    let disc = 2.0 * radius >= area.width.max(area.height);
    let mut outline = vec![point((left + radius, top), false, height)];
    for ((x, y), (from_x, from_y), (to_x, to_y)) in corners {
        let at = |dx: f32, dy: f32, share: f32| (x + dx * share * radius, y + dy * share * radius);
        if !disc {
            outline.push(point(at(from_x, from_y, 1.0), false, height));
        }
        outline.push(point(at(from_x, from_y, HANDLE), true, height));
        outline.push(point(at(to_x, to_y, HANDLE), true, height));
        outline.push(point(at(to_x, to_y, 1.0), false, height));
    }
    outline
}

/// The parts of an outline, and whether each is closed.
pub(super) fn rings(segments: &[Segment], height: f32) -> Vec<(Vec<Point>, bool)> {
    let mut rings: Vec<(Vec<Point>, bool)> = Vec::new();
    for segment in segments {
        if matches!(segment, Segment::Move(_)) || rings.is_empty() {
            rings.push((Vec::new(), false));
        }
        let Some((points, closed)) = rings.last_mut() else { continue };
        match *segment {
            Segment::Move(to) | Segment::Line(to) => points.push(point(to, false, height)),
            Segment::Curve(a, b, to) => {
                points.extend([(a, true), (b, true), (to, false)].map(|(at, handle)| point(at, handle, height)));
            }
            Segment::Close => *closed = true,
        }
    }
    rings.retain(|(points, _)| points.len() > 1);
    rings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_is_four_curves_and_a_card_has_straight_sides() {
        let area = Area { x: 10.0, y: 20.0, width: 6.0, height: 6.0 };
        let disc = rounded_box(area, 3.0, 100.0);
        assert_eq!((disc.len(), disc.iter().filter(|point| point.handle).count()), (13, 8));
        assert_eq!(disc[0], disc[12]);
        assert_eq!(disc[0], Point { x: 13.0, y: 80.0, handle: false });
        assert_eq!(rounded_box(area, 1.0, 100.0).len(), 17);
        assert_eq!(rounded_box(area, 0.0, 100.0).len(), 4);
    }
}
