//! A picture on its own: in a README there is no caption beside it and no page around it.

use super::labels::{shorten, width};
use super::scene::{Anchor, Colour, Mark, Paint, Scene};
use crate::font::{Face, Fonts};

/// Around the picture, points; it has words up to its edges, which viewers without the bundled face set wider.
const MARGIN: f32 = 14.0;
/// Size of the title.
const TITLE: f32 = 10.5;
/// From the top to the picture below a title.
const HEAD: f32 = 36.0;

/// A chart's picture with its title and a margin around both.
pub fn card(scene: &Scene, title: &str, fonts: &Fonts) -> Scene {
    let head = if title.trim().is_empty() { MARGIN } else { HEAD };
    let mut out = Scene {
        width: scene.width + 2.0 * MARGIN,
        height: scene.height + head + MARGIN,
        marks: Vec::with_capacity(scene.marks.len() + 1),
    };
    if head > MARGIN {
        let room = f64::from(scene.width);
        let mut size = TITLE;
        // A long name makes the title smaller before it is cut.
        while size > 8.0 && width(fonts, Face::SemiBold, f64::from(size), title) > room {
            size -= 0.5;
        }
        out.marks.push(Mark::Text {
            at: (MARGIN, MARGIN + TITLE * 0.75),
            text: shorten(fonts, Face::SemiBold, f64::from(size), title, room),
            size,
            face: Face::SemiBold,
            anchor: Anchor::Start,
            colour: Colour { paint: Paint::Ink, alpha: 1.0 },
            halo: false,
        });
    }
    out.marks.extend(scene.marks.iter().map(|mark| moved(mark, (MARGIN, head))));
    out
}

fn moved(mark: &Mark, (right, down): (f32, f32)) -> Mark {
    // Sums of decimal fractions keep their digits few.
    let tidy = |value: f32| (value * 100.0).round() / 100.0;
    let shift = |(x, y): (f32, f32)| (tidy(x + right), tidy(y + down));
    let mut mark = mark.clone();
    match &mut mark {
        Mark::Path { points, .. } => points.iter_mut().for_each(|point| *point = shift(*point)),
        Mark::Circle { centre, .. } => *centre = shift(*centre),
        Mark::Text { at, .. } => *at = shift(*at),
        Mark::Begin { .. } | Mark::End => {}
    }
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_its_title_and_everything_else_moved() {
        let text = Mark::Text {
            at: (0.0, 8.5),
            text: "tok/s".to_owned(),
            size: 8.0,
            face: Face::Regular,
            anchor: Anchor::Start,
            colour: Colour { paint: Paint::Muted, alpha: 1.0 },
            halo: false,
        };
        let scene = Scene { width: 480.0, height: 228.0, marks: vec![text] };
        let fonts = Fonts::load();
        let card = card(&scene, "System throughput", &fonts);
        assert_eq!((card.width, card.height), (508.0, 278.0));
        let at = |mark: &Mark| match mark {
            Mark::Text { at, text, .. } => (text.clone(), *at),
            _ => unreachable!("it holds words alone"),
        };
        assert_eq!(at(&card.marks[0]).0, "System throughput");
        assert_eq!(at(&card.marks[1]), ("tok/s".to_owned(), (14.0, 44.5)));
        let untitled = super::card(&scene, " ", &fonts);
        assert_eq!((untitled.marks.len(), untitled.height), (1, 256.0));
        let long = super::card(&scene, &"A very long name ".repeat(20), &fonts);
        assert!(at(&long.marks[0]).0.ends_with('…'));
    }
}
