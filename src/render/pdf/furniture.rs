//! Running heads and feet.

use super::document::{Area, Draw, Ink, TextRun};
use super::lines::truncated;
use super::paginate::PlacedMark;
use super::spans::running;
use super::style::{FURNITURE, RULE, Sheet, TextStyle};
use crate::font::{Face, Fonts};
use crate::report::Cover;

/// What stands at the head and foot of every page but the cover.
pub(super) struct Furniture<'a> {
    fonts: &'a Fonts,
    sheet: Sheet,
    head: String,
    foot: String,
}

impl<'a> Furniture<'a> {
    /// Of a report.
    pub fn new(cover: &Cover, fonts: &'a Fonts, sheet: Sheet) -> Self {
        let head = match &cover.subtitle {
            Some(subtitle) => format!("{} · {subtitle}", cover.title),
            None => cover.title.clone(),
        };
        Self { fonts, sheet, head: running(&head), foot: running(&cover.footer) }
    }

    /// The head and foot of a page; pages count from 1.
    pub fn draws(&self, section: &str, page: usize, pages: usize) -> Vec<Draw> {
        let column = self.sheet.column();
        let strong = TextStyle { face: Face::Medium, ..FURNITURE };
        let (above, below) = (44.0, self.sheet.height - 34.0);
        let section = truncated(self.fonts, &FURNITURE, &running(section), column.width * 0.45);
        let head = truncated(self.fonts, &strong, &self.head, column.width - self.width(&section) - 24.0);
        let foot = truncated(self.fonts, &FURNITURE, &self.foot, column.width * 0.8);
        let number = format!("{page} / {pages}");
        let rule = Area { x: column.x, y: 52.0, width: column.width, height: 0.6 };
        vec![
            self.text(&head, &strong, column.x, above),
            self.text(&section, &FURNITURE, column.right() - self.width(&section), above),
            Draw::fill(rule, 0.0, RULE),
            self.text(&foot, &FURNITURE, column.x, below),
            self.text(&number, &FURNITURE, column.right() - self.width(&number), below),
        ]
    }

    fn width(&self, text: &str) -> f32 {
        self.fonts.width(FURNITURE.face, FURNITURE.digits, FURNITURE.size, text)
    }

    fn text(&self, text: &str, style: &TextStyle, x: f32, y: f32) -> Draw {
        let shaped = self.fonts.shape(style.face, style.digits, text);
        let TextStyle { size, colour, .. } = *style;
        Draw::artifact(Ink::Text(TextRun { x, y, size, colour, shaped, tracking: 0.0, halo: false }))
    }
}

/// The section that a page of the body belongs to: one that begins in its upper half, else the one that was begun before.
pub(super) fn section_of(page: usize, marks: &[PlacedMark], sheet: &Sheet) -> String {
    let half = sheet.top + sheet.body() / 2.0;
    let mut sections = marks.iter().filter(|placed| placed.mark.level == 1);
    let begun = |placed: &&PlacedMark| placed.page < page || (placed.page == page && placed.y < half);
    sections
        .clone()
        .rfind(begun)
        .or_else(|| sections.next())
        .map(|placed| placed.mark.title.clone())
        .unwrap_or_default()
}
