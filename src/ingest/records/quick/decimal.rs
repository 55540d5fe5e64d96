//! Plain decimal numbers, eight digits at a time.

use super::scan::eight;

/// Digits that a number may have here: every whole number of so many is one that a double holds exactly.
const DIGITS: u8 = 15;

/// Digits that a point in time may have here: every whole number of so many fits into 64 bits.
const LONG_DIGITS: u32 = 18;

const TENS: [u64; 19] = {
    let mut tens = [1; 19];
    let mut at = 1;
    while at < tens.len() {
        tens[at] = 10 * tens[at - 1];
        at += 1;
    }
    tens
};

/// The powers of ten that doubles hold exactly.
const TENS_AS_DOUBLES: [f64; 23] = {
    let mut tens = [1.0; 23];
    let mut at = 1;
    while at < tens.len() {
        tens[at] = 10.0 * tens[at - 1];
        at += 1;
    }
    tens
};

/// A number at or above 0 as it is written: `405.5` is 4055 with one digit behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// Its digits, point left out.
    pub digits: u64,
    /// How many of them there are; 0 where there is no number.
    pub length: u8,
    /// How many of them stand behind the point.
    pub behind: u8,
}

impl Decimal {
    /// No number.
    pub const NONE: Self = Self { digits: 0, length: 0, behind: 0 };

    /// The decimal number at a place, and where it ends; none where none stands there, or one of more than 18 digits.
    ///
    /// What follows it is for the caller to judge: in `1e3` it ends before the `e`.
    // Inlined, so that the number stays in registers: written to memory part by part and read at once, it is waited for.
    #[inline(always)]
    pub fn read(bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let word = eight(bytes, at) ^ ZEROS;
        let others = others(word);
        if others == 0 {
            return Self::long(bytes, at);
        }
        let before = others.trailing_zeros() / 8;
        if before == 0 {
            return None;
        }
        if (word >> (8 * before)) as u8 != POINT {
            return Some((Self::new(number(word << (64 - 8 * before)), before, 0), at + before as usize));
        }
        let rest = others & (others - 1);
        if rest == 0 {
            return Self::with_fraction(number(word << (64 - 8 * before)), before, bytes, at + before as usize + 1);
        }
        // The number ends within the word: both its parts are read at once, without the point.
        let length = rest.trailing_zeros() / 8 - 1;
        if length == before {
            return None;
        }
        let low = (1 << (8 * before)) - 1;
        let joined = (word & low) | ((word >> 8) & !low);
        let digits = number(joined << (64 - 8 * length));
        Some((Self::new(digits, length, length - before), at + length as usize + 1))
    }

    #[inline(always)]
    fn new(digits: u64, length: u32, behind: u32) -> Self {
        Self { digits, length: length as u8, behind: behind as u8 }
    }

    /// A number that begins with eight digits.
    #[inline(always)]
    fn long(bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let word = eight(bytes, at + 8) ^ ZEROS;
        let more = others(word).trailing_zeros() / 8;
        let (digits, length) = match more {
            0 => (number(eight(bytes, at) ^ ZEROS), 8),
            1..8 => {
                let first = number(eight(bytes, at) ^ ZEROS);
                (first * TENS[more as usize] + number(word << (64 - 8 * more)), 8 + more)
            }
            _ => run(bytes, at)?,
        };
        let end = at + length as usize;
        if bytes.get(end) == Some(&b'.') {
            return Self::with_fraction(digits, length, bytes, end + 1);
        }
        Some((Self::new(digits, length, 0), end))
    }

    /// A number whose fraction begins at a place, behind `before` digits that are known.
    #[inline(always)]
    fn with_fraction(digits: u64, before: u32, bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let word = eight(bytes, at) ^ ZEROS;
        let mut behind = others(word).trailing_zeros() / 8;
        let fraction = match behind {
            0 => return None,
            1..8 => number(word << (64 - 8 * behind)),
            _ => {
                let (fraction, length) = run(bytes, at)?;
                behind = length;
                fraction
            }
        };
        if before + behind > LONG_DIGITS {
            return None;
        }
        Some((Self::new(digits * TENS[behind as usize] + fraction, before + behind, behind), at + behind as usize))
    }

    /// Whether JSON allows it: no zeros in front.
    pub fn is_json(self, bytes: &[u8], at: usize) -> bool {
        self.length - self.behind == 1 || bytes.get(at) != Some(&b'0')
    }

    /// The nearest double; none where that takes more than one rounding.
    #[inline]
    pub fn value(self) -> Option<f64> {
        self.seconds(0)
    }

    /// In seconds, of a unit of which a second has 10^`exponent`: the nearest double; none where that takes more than one
    /// rounding.
    #[inline(always)]
    pub fn seconds(self, exponent: u32) -> Option<f64> {
        let tens = TENS_AS_DOUBLES.get(usize::from(self.behind) + exponent as usize)?;
        // A signed number of 64 bits is what processors convert.
        (self.length <= DIGITS).then(|| self.digits.cast_signed() as f64 / tens)
    }

    /// The whole number, where it is written without a point.
    #[inline]
    pub fn whole(self) -> Option<u64> {
        (self.behind == 0 && self.length <= DIGITS).then_some(self.digits)
    }

    /// In picoseconds, of a unit of which a second has 10^`exponent`; none where it is finer than that.
    #[inline]
    pub fn picoseconds(self, exponent: u32) -> Option<i128> {
        let scale = 12_usize.checked_sub(exponent as usize)?.checked_sub(self.behind.into())?;
        Some(i128::from(self.digits) * i128::from(TENS[scale]))
    }
}

/// The digits at a place as a number, and how many there are: from 1 to 18.
fn run(bytes: &[u8], mut at: usize) -> Option<(u64, u32)> {
    let (mut digits, mut length) = (0, 0);
    loop {
        let word = eight(bytes, at) ^ ZEROS;
        let count = others(word).trailing_zeros() / 8;
        length += count;
        if length > LONG_DIGITS {
            return None;
        }
        if count > 0 {
            digits = digits * TENS[count as usize] + number(word << (64 - 8 * count));
        }
        if count < 8 {
            return (length > 0).then_some((digits, length));
        }
        at += 8;
    }
}

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A point, as it stands in a word without the zeros.
const POINT: u8 = b'.' ^ b'0';

/// The high bit of each byte that is no digit, in a word without the zeros: right up to the first such byte and, where that
/// one is a point, up to the next.
#[inline]
fn others(word: u64) -> u64 {
    // A byte above 9 gets its high bit by the sum or has it; a carry only reaches bytes behind it, and a point has none.
    (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080
}

/// The number that eight digits are, the first one lowest; zeros may stand for those in front.
#[inline]
fn number(digits: u64) -> u64 {
    // Pairs of digits, then fours, then eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    const EVEN: u64 = 0x0000_00ff_0000_00ff;
    let upper = (pairs & EVEN).wrapping_mul(100 + (1_000_000 << 32));
    let lower = ((pairs >> 16) & EVEN).wrapping_mul(1 + (10_000 << 32));
    upper.wrapping_add(lower) >> 32
}

#[cfg(test)]
mod tests {
    use super::super::super::value;
    use super::*;

    #[test]
    fn a_number_is_the_one_that_careful_reading_gives() {
        let texts = [
            "0",
            "7",
            "42",
            "1024",
            "405.5",
            "0.001",
            "12345678",
            "123456789",
            "1234567.7654321",
            "00012.50",
            "1767226606.123456",
            "9007199254740993",
            "123456789012345",
            "999999999999999",
            "0.1",
            "0.30000000000001",
            "123456789012345678",
            "12345678.12345678",
            "1.0",
        ];
        for text in texts {
            for behind in ["", ",", "\n", "x", "\u{ff}", ",1234567890"] {
                let line = format!("{text}{behind}");
                let (decimal, end) = Decimal::read(line.as_bytes(), 0).expect(text);
                assert_eq!(end, text.len(), "{line}");
                if let Some(number) = decimal.value() {
                    assert_eq!(Some(number), value::number(text), "{line}");
                }
                for exponent in [0, 3, 6, 9] {
                    if let Some(seconds) = decimal.seconds(exponent) {
                        assert_eq!(Ok(seconds), format!("{text}e-{exponent}").parse(), "{line}");
                    }
                }
                if let Some(whole) = decimal.whole() {
                    assert_eq!(Some(whole), value::whole(text), "{line}");
                }
                for exponent in [0, 3, 6, 9] {
                    if let Some(time) = decimal.picoseconds(exponent) {
                        assert_eq!(Some(time), value::picoseconds(text, exponent), "{line}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_plain_number_is_left_to_careful_reading() {
        for text in ["", "-1", "+1", ".5", "5.", "nan", " 1", "1234567890123456789", "1234567890.123456789"] {
            assert_eq!(Decimal::read(text.as_bytes(), 0), None, "{text}");
        }
        let (decimal, end) = Decimal::read(b"1e3", 0).expect("begins with one");
        assert_eq!((decimal.whole(), end), (Some(1), 1), "and what follows is told");
        let long = Decimal::read(b"1234567890123456", 0).expect("a number").0;
        assert_eq!((long.value(), long.whole()), (None, None), "beyond what a double holds");
        assert!(!Decimal::read(b"007", 0).expect("a number").0.is_json(b"007", 0));
        assert!(Decimal::read(b"0.7", 0).expect("a number").0.is_json(b"0.7", 0));
    }
}
