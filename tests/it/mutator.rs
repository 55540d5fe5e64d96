//! Damage done to files, the same every time: cut off, bytes replaced, lines doubled, dropped or swapped, values emptied or made odd.

use std::fmt;
use std::ops::Range;

/// SplitMix64: the same numbers on every machine, from a seed.
pub struct Random(u64);

impl Random {
    /// A stream of its own for every name and number.
    pub fn new(name: &str, number: u64) -> Self {
        let seed = name
            .bytes()
            .fold(number ^ 0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(seed)
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    /// One of several, none of none.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }
}

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    CutOff,
    Flip(Class),
    DoubleLine,
    DropLine,
    SwapLines,
    EmptyValue,
    OddNumber,
}

/// Bytes that are flipped alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Digit,
    Quote,
    Comma,
    Brace,
    LineBreak,
    Letter,
}

pub const CLASSES: [Class; 6] =
    [Class::Digit, Class::Quote, Class::Comma, Class::Brace, Class::LineBreak, Class::Letter];

/// Damage to lines and values; cuts and flips are counted apart.
pub const EDITS: [Damage; 5] =
    [Damage::DoubleLine, Damage::DropLine, Damage::SwapLines, Damage::EmptyValue, Damage::OddNumber];

impl Class {
    fn holds(self, byte: u8) -> bool {
        match self {
            Class::Digit => byte.is_ascii_digit(),
            Class::Quote => matches!(byte, b'"' | b'\''),
            Class::Comma => matches!(byte, b',' | b';' | b':'),
            Class::Brace => matches!(byte, b'{' | b'}' | b'[' | b']' | b'(' | b')'),
            Class::LineBreak => matches!(byte, b'\n' | b'\r'),
            Class::Letter => byte.is_ascii_alphabetic(),
        }
    }
}

/// What may stand in a byte's place: every class, and bytes that no text holds.
const BYTES: &[u8] = b"0189\",:;{}[]\n\r aeEnN-+._/\\\t\0\x7f\x80\xff";

/// What may stand in a number's place.
const NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "-1e-9",
    "1e-320",
    "1e-12",
    "1e12",
    "1e15",
    "1e300",
    "1e308",
    "1e400",
    "9007199254740993",
    "18446744073709551616",
    "99999999999999999999999999",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "null",
    "\"1\"",
];

/// A damaged file, with what was done where.
pub struct Damaged {
    pub how: Damage,
    pub bytes: Vec<u8>,
    pub what: String,
}

/// Damages a file; none where it has nothing of the kind.
pub fn damage(bytes: &[u8], how: Damage, random: &mut Random) -> Option<Damaged> {
    let replaced = |range: Range<usize>, with: &[u8]| {
        let place = format!("{} by {}", Shown(&bytes[range.clone()]), Shown(with));
        let bytes = [&bytes[..range.start], with, &bytes[range.end..]].concat();
        (bytes, format!("at byte {}: {place}", range.start))
    };
    let (bytes, what) = match how {
        Damage::CutOff => {
            let end = random.below(bytes.len().max(1));
            (bytes[..end].to_vec(), format!("behind {end} bytes"))
        }
        Damage::Flip(class) => {
            let places: Vec<usize> = (0..bytes.len()).filter(|at| class.holds(bytes[*at])).collect();
            let at = *random.of(&places)?;
            // Half of them stay in their class: those are the ones that no grammar sees.
            let near: Vec<u8> = (0..=127).filter(|byte| class.holds(*byte)).collect();
            let from = if random.below(2) == 0 { &near } else { BYTES };
            let with = *random.of(from)?;
            replaced(at..at + 1, &[with])
        }
        Damage::DoubleLine => {
            let line = random.of(&lines(bytes))?.clone();
            replaced(line.end..line.end, &bytes[line])
        }
        Damage::DropLine => {
            let line = random.of(&lines(bytes))?.clone();
            replaced(line, b"")
        }
        Damage::SwapLines => {
            let lines = lines(bytes);
            let (a, b) = (random.of(&lines)?, random.of(&lines)?);
            let (a, b) = if a.start < b.start { (a, b) } else { (b, a) };
            let with = match a == b {
                true => bytes[a.clone()].to_vec(),
                false => [&bytes[b.clone()], &bytes[a.end..b.start], &bytes[a.clone()]].concat(),
            };
            replaced(a.start..b.end, &with)
        }
        Damage::EmptyValue => replaced(random.of(&values(bytes))?.clone(), b""),
        Damage::OddNumber => replaced(random.of(&numbers(bytes))?.clone(), random.of(&NUMBERS)?.as_bytes()),
    };
    Some(Damaged { how, bytes, what: format!("{how:?} {what}") })
}

/// Bytes as a failing test shows them: all where they are few.
struct Shown<'b>(&'b [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0[..self.0.len().min(60)]))
    }
}

/// Lines with their line breaks.
fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut line = |all: &[u8]| {
        let range = start..start + all.len();
        start = range.end;
        range
    };
    bytes.split_inclusive(|byte| *byte == b'\n').map(&mut line).collect()
}

/// What stands between commas, colons, brackets and line breaks.
fn values(bytes: &[u8]) -> Vec<Range<usize>> {
    runs(bytes, |byte| !matches!(byte, b',' | b':' | b';' | b'\n' | b'\r' | b'{' | b'}' | b'[' | b']'))
}

/// What is written as a number, in quotes or not.
fn numbers(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut all = runs(bytes, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_'));
    all.retain(|range| std::str::from_utf8(&bytes[range.clone()]).is_ok_and(|text| text.parse::<f64>().is_ok()));
    all
}

fn runs(bytes: &[u8], inside: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = None;
    for at in 0..=bytes.len() {
        match (start, bytes.get(at).is_some_and(|byte| inside(*byte))) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                all.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    all
}
