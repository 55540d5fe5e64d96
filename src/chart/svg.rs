//! A picture as SVG, to stand alone or in a page.

mod style;

use super::scene::{Mark, Paint, Scene};
use super::theme;
use crate::markup;
use std::fmt::Write;
use style::Style;

/// A file of its own, in the size it is drawn in: with its own ground, light or, where the reader's system is, dark.
pub fn standalone(scene: &Scene, title: &str, description: &str) -> String {
    let ground = format!(
        "<style>@media(prefers-color-scheme:dark){{svg{{{}}}}}</style>\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
        theme::dark_declarations(),
        theme::css(Paint::Paper)
    );
    let (width, height) = (number(scene.width), number(scene.height));
    let size = format!(" width=\"{width}pt\" height=\"{height}pt\" style=\"font-variant-numeric:tabular-nums\"");
    picture(scene, title, description, &size, &ground, theme::css)
}

/// A part of a page: follows the page's colours, see [`theme::property`], and lies on the page's ground. It has neither
/// ids nor styles of its own, which a page's policy may forbid; the page sets digits of one width for `.gm-chart`.
pub fn inline(scene: &Scene, title: &str, description: &str) -> String {
    picture(scene, title, description, " class=\"gm-chart\"", "", theme::css_in_page)
}

fn picture(
    scene: &Scene,
    title: &str,
    description: &str,
    attributes: &str,
    ground: &str,
    css: style::Naming,
) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\"{attributes} role=\"img\" \
         font-family=\"Inter,system-ui,sans-serif\">\
         <title>{}</title><desc>{}</desc>{ground}",
        number(scene.width),
        number(scene.height),
        escape(title),
        escape(description),
    );
    let styles = scene.marks.iter().map(|mark| style::of(mark, css)).collect();
    Writer { out: &mut out, marks: &scene.marks, styles, inherited: vec![Style::default()] }.write();
    out.push_str("</svg>\n");
    out
}

struct Writer<'o> {
    out: &'o mut String,
    marks: &'o [Mark],
    /// The style of each mark.
    styles: Vec<Style>,
    /// What the groups around have set, innermost last.
    inherited: Vec<Style>,
}

impl Writer<'_> {
    fn write(&mut self) {
        let mut at = 0;
        while at < self.marks.len() {
            match &self.marks[at..] {
                // A point: its title goes into its mark, without a group around it.
                [Mark::Begin { title, class: "point" | "estimate" }, _, Mark::End, ..] => {
                    self.element(at + 1..at + 2, Some(title));
                    at += 2;
                }
                [Mark::Begin { class, title }, ..] => self.begin(at, class, title),
                [Mark::End, ..] => {
                    self.inherited.pop();
                    self.out.push_str("</g>");
                }
                _ => {
                    let alike = (at + 1..self.marks.len()).take_while(|next| self.are_lines_alike(at, *next)).count();
                    self.element(at..at + 1 + alike, None);
                    at += alike;
                }
            }
            at += 1;
        }
    }

    /// Opens a group and sets on it what most of its marks share.
    fn begin(&mut self, at: usize, class: &str, title: &str) {
        let mut style = self.inherited.last().cloned().unwrap_or_default();
        let _ = write!(self.out, "<g class=\"gm-{class}\"");
        for (name, value) in style::shared(&self.styles[at + 1..self.end(at)]) {
            if style::set(&mut style, name, &value) {
                let _ = write!(self.out, " {name}=\"{value}\"");
            }
        }
        self.out.push('>');
        self.inherited.push(style);
        if !title.is_empty() {
            let _ = write!(self.out, "<title>{}</title>", escape(title));
        }
    }

    /// Where the group that begins at a mark ends.
    fn end(&self, begin: usize) -> usize {
        let mut depth = 0;
        for (at, mark) in self.marks.iter().enumerate().skip(begin) {
            match mark {
                Mark::Begin { .. } => depth += 1,
                Mark::End if depth == 1 => return at,
                Mark::End => depth -= 1,
                _ => {}
            }
        }
        self.marks.len()
    }

    /// Whether two marks are open lines of one style.
    fn are_lines_alike(&self, a: usize, b: usize) -> bool {
        let is_line = |at: usize| matches!(self.marks[at], Mark::Path { closed: false, fill: None, .. });
        is_line(a) && is_line(b) && self.styles[a] == self.styles[b]
    }

    /// One mark, or several lines of one style, as one element.
    fn element(&mut self, range: std::ops::Range<usize>, title: Option<&str>) {
        let (first, marks) = (range.start, &self.marks[range]);
        let Some(mark) = marks.first() else { return };
        let (tag, content) = match mark {
            Mark::Path { .. } => {
                self.out.push_str("<path d=\"");
                for mark in marks {
                    if let Mark::Path { points, closed, .. } = mark {
                        path(self.out, points, *closed);
                    }
                }
                ("path", None)
            }
            Mark::Circle { centre, radius, .. } => {
                self.out.push_str("<circle cx=\"");
                push_coordinate(self.out, centre.0);
                self.out.push_str("\" cy=\"");
                push_coordinate(self.out, centre.1);
                self.out.push_str("\" r=\"");
                push_number(self.out, *radius);
                ("circle", None)
            }
            Mark::Text { at, text, .. } => {
                self.out.push_str("<text x=\"");
                push_coordinate(self.out, at.0);
                self.out.push_str("\" y=\"");
                push_coordinate(self.out, at.1);
                ("text", Some(text))
            }
            Mark::Begin { .. } | Mark::End => return,
        };
        self.out.push('"');
        let inherited = self.inherited.last().map_or(&[][..], Vec::as_slice);
        for (name, value) in &self.styles[first] {
            if style::get(inherited, name) != value {
                let _ = write!(self.out, " {name}=\"{value}\"");
            }
        }
        match (title.filter(|title| !title.is_empty()), content) {
            (None, None) => self.out.push_str("/>"),
            (title, content) => {
                self.out.push('>');
                if let Some(title) = title {
                    let _ = write!(self.out, "<title>{}</title>", escape(title));
                }
                let _ = write!(self.out, "{}</{tag}>", content.map(|text| escape(text)).unwrap_or_default());
            }
        }
    }
}

/// Corners, each after the first relative to the one before.
fn path(out: &mut String, points: &[(f32, f32)], closed: bool) {
    // In tenths, so that rounding does not add up: a seventh of a pixel, which no one sees.
    let tenths = |(x, y): (f32, f32)| ((x * 10.0).round() as i64, (y * 10.0).round() as i64);
    let mut last = (0, 0);
    for (at, corner) in points.iter().map(|point| tenths(*point)).enumerate() {
        let (dx, dy) = (corner.0 - last.0, corner.1 - last.1);
        match (at, dx, dy) {
            (0, ..) => push_step(out, 'M', &[dx, dy]),
            (_, dx, 0) => push_step(out, 'h', &[dx]),
            (_, 0, dy) => push_step(out, 'v', &[dy]),
            _ => push_step(out, 'l', &[dx, dy]),
        }
        last = corner;
    }
    if closed {
        out.push('z');
    }
}

/// A step of a path by so many tenths; a minus needs no blank before it.
fn push_step(out: &mut String, command: char, tenths: &[i64]) {
    out.push(command);
    for (at, length) in tenths.iter().enumerate() {
        if at > 0 && *length >= 0 {
            out.push(' ');
        }
        push_number(out, *length as f32 / 10.0);
    }
}

/// A place, rounded to 0.1.
fn push_coordinate(out: &mut String, value: f32) {
    push_number(out, (value * 10.0).round() / 10.0);
}

/// Rounded to 0.01, without zeros that say nothing.
fn number(value: f32) -> String {
    let mut out = String::new();
    push_number(&mut out, value);
    out
}

/// The same behind other text.
fn push_number(out: &mut String, value: f32) {
    // A hundredth of a million is told from the next one, and times a hundred it is no longer than a double.
    if value.abs() < 1e6 {
        push_hundredths(out, (f64::from(value) * 100.0).round_ties_even() as i64);
    } else {
        out.push_str(&any_number(value));
    }
}

fn push_hundredths(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    let digit = |digit: u64| char::from(b'0' + (digit % 10) as u8);
    if whole > 0 || part == 0 {
        let places = whole.checked_ilog10().unwrap_or(0);
        (0..=places).rev().for_each(|place| out.push(digit(whole / 10_u64.pow(place))));
    }
    if part > 0 {
        out.extend(['.', digit(part / 10)]);
    }
    if part % 10 > 0 {
        out.push(digit(part));
    }
}

/// As [`number`] is meant, for every number.
fn any_number(value: f32) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text.strip_prefix("-0").or(text.strip_prefix('0')) {
        Some("") => "0".to_owned(),
        Some(decimals) if decimals.starts_with('.') => format!("{}{decimals}", if value < 0.0 { "-" } else { "" }),
        _ => text.to_owned(),
    }
}

/// Text as XML character data or attribute value; a character that XML cannot hold, or that reorders the line around it,
/// becomes U+FFFD.
fn escape(text: &str) -> String {
    let held = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        c if markup::is_reordering(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    markup::escape(&text.chars().map(held).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Anchor, Colour};
    use super::*;
    use crate::font::Face;

    fn scene(marks: Vec<Mark>) -> Scene {
        Scene { width: 480.0, height: 262.0, marks }
    }

    fn dot(paint: Paint) -> Mark {
        let fill = Some(Colour { paint, alpha: 1.0 });
        Mark::Circle { centre: (1.0, 2.004), radius: 2.7, fill, stroke: None }
    }

    #[test]
    fn text_from_the_data_cannot_become_markup() {
        let text = Mark::Text {
            at: (0.0, 0.0),
            text: "</text><script>\u{0}\"&".to_owned(),
            size: 8.0,
            face: Face::Regular,
            anchor: Anchor::Start,
            colour: Colour { paint: Paint::Ink, alpha: 1.0 },
            halo: false,
        };
        let found = inline(&scene(vec![text]), "<b>", "a\u{b}b\nc");
        assert!(found.contains("<title>&lt;b&gt;</title><desc>a\u{fffd}b c</desc>"), "{found}");
        assert!(found.contains(">&lt;/text&gt;&lt;script&gt;\u{fffd}&quot;&amp;</text>"), "{found}");
    }

    #[test]
    fn a_group_says_once_what_its_marks_share_and_each_mark_what_differs() {
        let begin = |class, title: &str| Mark::Begin { class, title: title.to_owned() };
        let marks = vec![
            begin("points", ""),
            begin("point", "one"),
            dot(Paint::Ink),
            Mark::End,
            begin("point", "two"),
            dot(Paint::Ink),
            Mark::End,
            dot(Paint::Bad),
            Mark::End,
            dot(Paint::Bad),
        ];
        let found = inline(&scene(marks), "", "");
        let body = found.split_once("</desc>").map(|(_, body)| body);
        assert_eq!(
            body,
            Some(
                "<g class=\"gm-points\" fill=\"var(--gm-ink)\">\
                 <circle cx=\"1\" cy=\"2\" r=\"2.7\"><title>one</title></circle>\
                 <circle cx=\"1\" cy=\"2\" r=\"2.7\"><title>two</title></circle>\
                 <circle cx=\"1\" cy=\"2\" r=\"2.7\" fill=\"var(--gm-bad)\"/></g>\
                 <circle cx=\"1\" cy=\"2\" r=\"2.7\" fill=\"var(--gm-bad)\"/></svg>\n"
            )
        );
    }

    #[test]
    fn numbers_are_as_they_are_printed_but_for_zeros_that_say_nothing() {
        proptest::proptest!(|(any in proptest::num::f32::NORMAL, thousandths in -2_000_000_i32..2_000_000, eighths in -9_999_i16..9_999)| {
            for value in [any, thousandths as f32 / 1000.0, f32::from(eighths) / 8.0] {
                assert_eq!(number(value), any_number(value), "{value}");
            }
        });
        assert_eq!([0.0, -0.0, -0.004, 0.125, 0.375, 100.0].map(number), ["0", "0", "0", ".12", ".38", "100"]);
    }

    #[test]
    fn paths_are_relative_and_exact_to_a_hundredth() {
        let mut out = String::new();
        path(&mut out, &[(0.1, 0.2), (0.3, 0.2), (0.3, 10.0), (1.0, 1.004)], true);
        assert_eq!(out, "M.1 .2h.2v9.8l.7-9z");
    }

    #[test]
    fn a_file_has_its_own_ground_and_a_dark_theme_and_a_part_of_a_page_has_neither() {
        let (file, part) = (standalone(&scene(Vec::new()), "", ""), inline(&scene(Vec::new()), "", ""));
        assert!(file.contains("prefers-color-scheme:dark") && file.contains("<rect"));
        assert!(!part.contains("<style") && !part.contains("<rect"));
        for found in [file, part] {
            assert!(!found.contains("id=") && !found.contains("href") && found.contains("role=\"img\""));
        }
    }
}
