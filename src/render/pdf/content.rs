//! A page's content stream, written operator by operator.
//!
//! printpdf makes the file, its typefaces and its links; what a page shows is put down here, straight into bytes: an object
//! for every number and glyph would take longer than the page's layout. Operators and numbers are written as lopdf writes
//! them.

use super::document::Rgba;
use super::points::{Point, rounded};
use std::io::Write;

/// How the inside of a path is told and what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Filled.
    Fill,
    /// Filled, with rings that cut holes.
    FillEvenOdd,
    /// Its line is drawn.
    Stroke,
    /// Both.
    FillStroke,
    /// What follows is shown within it only.
    Clip,
}

/// A glyph to show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    /// Number in the embedded face.
    pub glyph: u16,
    /// The advance that a viewer adds, thousandths of an em.
    pub advance: i64,
    /// What is taken off behind it, thousandths of an em.
    pub offset: f32,
}

/// The stream of one page.
#[derive(Default)]
pub(super) struct Content {
    bytes: Vec<u8>,
    size: f32,
    /// Where the next glyphs stand, if that is not behind the last ones.
    place: Option<(f32, f32)>,
    line: Option<GlyphLine>,
}

/// Glyphs on one baseline, each moved to its place from where the last one left the pen: what is on a line stays one text
/// for viewers that let it be marked.
struct GlyphLine {
    from: (f32, f32),
    /// Thousandths of an em from the start.
    pen: f64,
    shown: Vec<u8>,
}

impl Content {
    /// The finished stream.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.bytes
    }

    /// An operator that takes nothing.
    pub fn operator(&mut self, name: &str) {
        self.begin();
        self.bytes.extend(name.as_bytes());
    }

    /// An operator that takes numbers.
    pub fn numbers(&mut self, numbers: &[f32], name: &str) {
        self.begin();
        write_numbers(&mut self.bytes, numbers, name);
    }

    /// An operator that takes a name.
    pub fn named(&mut self, what: &str, name: &str) {
        self.begin();
        write(&mut self.bytes, format_args!("/{what} {name}"));
    }

    /// Fills (`rg`) or draws lines (`RG`) in a colour.
    pub fn colour(&mut self, colour: Rgba, name: &str) {
        self.numbers(&[colour.red, colour.green, colour.blue].map(|channel| rounded(f32::from(channel) / 255.0)), name);
    }

    /// Lengths of dashes and gaps.
    pub fn dash(&mut self, lengths: &[f32]) {
        self.begin();
        self.bytes.push(b'[');
        for (at, length) in lengths.iter().enumerate() {
            if at > 0 {
                self.bytes.push(b' ');
            }
            write_number(&mut self.bytes, rounded(*length));
        }
        self.bytes.extend(b"] 0 d");
    }

    /// Begins content of a structure element: its place among the page's marks.
    pub fn begin_marked(&mut self, role: &str, mark: usize) {
        self.begin();
        write(&mut self.bytes, format_args!("/{role} <</MCID {mark}>> BDC"));
    }

    /// Begins content that copies as another text, given as UTF-16.
    pub fn begin_actual_text(&mut self, utf16: &[u8]) {
        self.begin();
        self.bytes.extend(b"/Span <</ActualText<");
        utf16.iter().for_each(|byte| write_hexadecimal(&mut self.bytes, *byte));
        self.bytes.extend(b">>> BDC");
    }

    /// Chooses a typeface by its name among the resources.
    pub fn font(&mut self, name: &str, size: f32) {
        self.begin();
        write(&mut self.bytes, format_args!("/{name} "));
        write_numbers(&mut self.bytes, &[size], "Tf");
        self.size = size;
    }

    /// Where the next glyphs stand.
    pub fn place(&mut self, x: f32, y: f32) {
        self.flush_place();
        self.place = Some((x, y));
    }

    /// Shows glyphs.
    pub fn show(&mut self, codes: &[Code]) {
        if self.place.is_none() && self.line.is_none() {
            let mut shown = Vec::with_capacity(8 * codes.len());
            codes.iter().for_each(|code| write_code(&mut shown, *code));
            self.begin();
            self.write_shown(&shown);
            return;
        }
        if let Some(place) = self.place.take() {
            let mut line = match self.line.take() {
                Some(line) if line.from.1 == place.1 => line,
                other => {
                    self.write_line(other);
                    GlyphLine { from: place, pen: 0.0, shown: Vec::with_capacity(8 * codes.len()) }
                }
            };
            let wanted = (f64::from(place.0) - f64::from(line.from.0)) * 1000.0 / f64::from(self.size);
            let offset = (line.pen - wanted) as f32;
            if offset != 0.0 {
                write_offset(&mut line.shown, offset);
                line.pen -= f64::from(offset);
            }
            self.line = Some(line);
        }
        if let Some(line) = &mut self.line {
            for code in codes {
                write_code(&mut line.shown, *code);
                line.pen += code.advance as f64 - f64::from(code.offset);
            }
        }
    }

    /// A path of straight and curved pieces that is drawn as a line.
    pub fn line(&mut self, points: &[Point], closed: bool) {
        self.trace(points);
        if closed {
            self.operator("h");
        }
        self.operator("S");
    }

    /// A closed path of one or more rings.
    pub fn polygon<'p>(&mut self, rings: impl IntoIterator<Item = &'p [Point]>, paint: Paint) {
        rings.into_iter().for_each(|ring| self.trace(ring));
        self.operator("h");
        self.operator(match paint {
            Paint::Fill => "f",
            Paint::FillEvenOdd => "f*",
            Paint::Stroke => "S",
            Paint::FillStroke => "b",
            Paint::Clip => "W",
        });
        if paint == Paint::Clip {
            self.operator("n");
        }
    }

    fn trace(&mut self, points: &[Point]) {
        let [first, rest @ ..] = points else { return };
        self.numbers(&[first.x, first.y], "m");
        let mut rest = rest;
        while let [next, others @ ..] = rest {
            rest = match others {
                [second, end, behind @ ..] if next.handle && second.handle => {
                    self.numbers(&[next.x, next.y, second.x, second.y, end.x, end.y], "c");
                    behind
                }
                _ => {
                    self.numbers(&[next.x, next.y], "l");
                    others
                }
            };
        }
    }

    /// Writes what is still to be shown, and begins a line of the stream.
    fn begin(&mut self) {
        self.flush();
        self.begin_line();
    }

    fn begin_line(&mut self) {
        if !self.bytes.is_empty() {
            self.bytes.push(b'\n');
        }
    }

    fn flush(&mut self) {
        let line = self.line.take();
        self.write_line(line);
        self.flush_place();
    }

    fn flush_place(&mut self) {
        if let Some((x, y)) = self.place.take() {
            self.write_place(x, y);
        }
    }

    fn write_line(&mut self, line: Option<GlyphLine>) {
        let Some(line) = line else { return };
        self.write_place(line.from.0, line.from.1);
        self.begin_line();
        self.write_shown(&line.shown);
    }

    fn write_place(&mut self, x: f32, y: f32) {
        self.begin_line();
        write_numbers(&mut self.bytes, &[1.0, 0.0, 0.0, 1.0, x, y], "Tm");
    }

    fn write_shown(&mut self, shown: &[u8]) {
        self.bytes.push(b'[');
        // What stands first needs no blank before it.
        self.bytes.extend(shown.strip_prefix(b" ").unwrap_or(shown));
        self.bytes.extend(b"] TJ");
    }
}

fn write(bytes: &mut Vec<u8>, text: std::fmt::Arguments) {
    bytes.write_fmt(text).expect("memory takes every byte");
}

fn write_numbers(bytes: &mut Vec<u8>, numbers: &[f32], name: &str) {
    for number in numbers {
        write_number(bytes, *number);
        bytes.push(b' ');
    }
    bytes.extend(name.as_bytes());
}

fn write_code(bytes: &mut Vec<u8>, code: Code) {
    bytes.push(b'<');
    code.glyph.to_be_bytes().iter().for_each(|byte| write_hexadecimal(bytes, *byte));
    bytes.push(b'>');
    if code.offset != 0.0 {
        write_offset(bytes, code.offset);
    }
}

fn write_offset(bytes: &mut Vec<u8>, offset: f32) {
    bytes.push(b' ');
    write_number(bytes, offset);
}

/// A byte in two digits.
pub(super) fn write_hexadecimal(bytes: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    bytes.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

/// A number with the fewest digits that tell it from its neighbours, as `{}` prints it.
///
/// Nearly all are thousandths. Below 4096 neighbours lie closer than half of one, so that these digits and no fewer are
/// the ones that `{}` would find at greater expense.
pub(super) fn write_number(bytes: &mut Vec<u8>, number: f32) {
    const MOST: f32 = 4096.0;
    let thousandths = (f64::from(number) * 1000.0).round();
    let is_plain =
        number.abs() < MOST && (thousandths / 1000.0) as f32 == number && (number != 0.0 || number.is_sign_positive());
    if !is_plain {
        write(bytes, format_args!("{number}"));
        return;
    }
    if number < 0.0 {
        bytes.push(b'-');
    }
    // Below 4096 thousands, as was seen.
    let thousandths = thousandths.abs() as u32;
    let (whole, mut part) = (thousandths / 1000, thousandths % 1000);
    let mut place = 1000;
    while place > 1 && whole < place {
        place /= 10;
    }
    let mut rest = whole;
    while place > 0 {
        bytes.push(b'0' + (rest / place) as u8);
        rest %= place;
        place /= 10;
    }
    if part > 0 {
        bytes.push(b'.');
    }
    while part > 0 {
        bytes.push(b'0' + (part / 100) as u8);
        part = part % 100 * 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Content)) -> String {
        let mut content = Content::default();
        write(&mut content);
        String::from_utf8(content.finish()).expect("all of it is ASCII")
    }

    #[test]
    fn numbers_are_written_as_they_are_printed() {
        let check = |number: f32| {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            assert_eq!(String::from_utf8(bytes).expect("ASCII"), format!("{number}"));
        };
        for number in
            [0.0, -0.0, 1.0, -12.0, 0.001, 4095.999, 4096.001, 1e9, 1e-9, 0.1 + 0.2, f32::MAX, f32::MIN_POSITIVE]
        {
            check(number);
        }
        proptest!(|(thousandths in -5_000_000_i32..5_000_000, any in any::<f32>(), small in -5000.0_f32..5000.0)| {
            check(thousandths as f32 / 1000.0);
            check(any);
            check(small);
        });
    }

    #[test]
    fn glyphs_on_one_baseline_are_one_text_and_others_stand_apart() {
        let code = |glyph| Code { glyph, advance: 500, offset: 0.0 };
        let text = written(|content| {
            content.operator("BT");
            content.font("face0", 10.0);
            content.show(&[code(1), Code { offset: -20.0, ..code(2) }]);
            content.place(10.0, 20.0);
            content.show(&[code(3)]);
            content.show(&[code(4)]);
            content.place(25.5, 20.0);
            content.show(&[code(5)]);
            content.place(25.5, 21.0);
            content.show(&[code(6)]);
            content.operator("ET");
        });
        assert_eq!(
            text,
            "BT\n/face0 10 Tf\n[<0001><0002> -20] TJ\n1 0 0 1 10 20 Tm\n[<0003><0004> -550<0005>] TJ\n1 0 0 1 25.5 21 Tm\n\
             [<0006>] TJ\nET"
        );
    }

    #[test]
    fn paths_have_straight_and_curved_pieces() {
        let point = |x, handle| Point { x, y: 0.5, handle };
        let ring = [point(0.0, false), point(1.0, true), point(2.0, true), point(3.0, false), point(4.0, false)];
        let curve = "0 0.5 m\n1 0.5 2 0.5 3 0.5 c\n4 0.5 l\n";
        assert_eq!(written(|content| content.line(&ring, false)), format!("{curve}S"));
        assert_eq!(written(|content| content.line(&ring, true)), format!("{curve}h\nS"));
        assert_eq!(written(|content| content.polygon([&ring[..]], Paint::Clip)), format!("{curve}h\nW\nn"));
        assert_eq!(
            written(|content| content.polygon([&ring[..]; 2], Paint::FillEvenOdd)),
            format!("{curve}{curve}h\nf*")
        );
    }

    #[test]
    fn marks_name_what_they_belong_to() {
        let text = written(|content| {
            content.begin_marked("P", 7);
            content.begin_actual_text(&[0xfe, 0xff, 0, 0x41]);
            content.operator("EMC");
            content.dash(&[3.0, 1.5]);
            content.named("alpha500", "gs");
        });
        assert_eq!(text, "/P <</MCID 7>> BDC\n/Span <</ActualText<FEFF0041>>> BDC\nEMC\n[3 1.5] 0 d\n/alpha500 gs");
    }
}
