//! Finding a place for words among lines.

use super::backend::Point;
use super::scene::Anchor;

/// A rectangle; `top` is above `bottom`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    /// What a line of text covers, given the position of its anchor on the baseline.
    pub fn of_text((x, y): Point, anchor: Anchor, width: f64, size: f64) -> Self {
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        Self { left, top: y - 0.75 * size, right: left + width, bottom: y + 0.22 * size }
    }

    fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    fn holds(&self, other: &Rect) -> bool {
        self.left <= other.left && self.top <= other.top && other.right <= self.right && other.bottom <= self.bottom
    }

    fn overlaps(&self, other: &Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether a straight line between two points touches it (Liang and Barsky 1984).
    fn is_crossed(&self, (from, to): (Point, Point)) -> bool {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let sides = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for (direction, distance) in sides {
            if direction == 0.0 {
                if distance < 0.0 {
                    return false;
                }
            } else if direction < 0.0 {
                enters = enters.max(distance / direction);
            } else {
                leaves = leaves.min(distance / direction);
            }
        }
        enters <= leaves
    }
}

/// What a label must not lie on, or had better not.
pub(super) struct Surroundings {
    /// Where labels may lie.
    pub bounds: Rect,
    /// Lines; a label on one is harder to read.
    pub lines: Vec<(Point, Point)>,
    /// Texts and marks that must stay clear.
    pub texts: Vec<Rect>,
}

impl Surroundings {
    /// Takes the place that crosses the fewest lines, the earlier of equals; none where each covers a text.
    pub fn take(&mut self, places: &[(Point, Anchor)], width: f64, size: f64) -> Option<(Point, Anchor)> {
        let rects = places.iter().map(|(at, anchor)| Rect::of_text(*at, *anchor, width, size));
        let free = rects.enumerate().filter(|(_, rect)| self.is_free(rect));
        let (best, rect) = free.min_by_key(|(_, rect)| self.crossings(rect))?;
        self.texts.push(rect);
        Some(places[best])
    }

    /// Takes the first place that neither covers a text nor touches a line.
    pub fn take_clear(&mut self, places: &[(Point, Anchor)], width: f64, size: f64) -> Option<(Point, Anchor)> {
        let is_clear = |(at, anchor): &&(Point, Anchor)| {
            let rect = Rect::of_text(*at, *anchor, width, size);
            self.is_free(&rect) && self.crossings(&rect) == 0
        };
        let place = *places.iter().find(is_clear)?;
        self.texts.push(Rect::of_text(place.0, place.1, width, size));
        Some(place)
    }

    fn is_free(&self, rect: &Rect) -> bool {
        self.bounds.holds(rect) && !self.texts.iter().any(|text| text.grown(1.5).overlaps(rect))
    }

    fn crossings(&self, rect: &Rect) -> usize {
        let reach = rect.grown(2.5);
        self.lines.iter().filter(|line| reach.is_crossed(**line)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_takes_the_first_place_off_the_lines_and_never_covers_a_text() {
        let mut around = Surroundings {
            bounds: Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 },
            lines: vec![((0.0, 48.0), (60.0, 48.0))],
            texts: Vec::new(),
        };
        let places = [((5.0, 50.0), Anchor::Start), ((95.0, 50.0), Anchor::End), ((5.0, 90.0), Anchor::Start)];
        assert_eq!(around.take(&places, 30.0, 8.0), Some(places[1]));
        assert_eq!(around.take(&places, 30.0, 8.0), Some(places[2]), "the second place is taken");
        assert_eq!(around.take(&places, 30.0, 8.0), Some(places[0]), "better on a line than nowhere");
        assert_eq!(around.take(&places, 30.0, 8.0), None);
        assert_eq!(around.take_clear(&[((5.0, 49.0), Anchor::Start)], 10.0, 8.0), None, "on the line");
        assert_eq!(around.take_clear(&[((5.0, 20.0), Anchor::Start)], 10.0, 8.0), Some(((5.0, 20.0), Anchor::Start)));
        assert_eq!(around.take(&[((90.0, 50.0), Anchor::Start)], 30.0, 8.0), None, "outside");
    }
}
