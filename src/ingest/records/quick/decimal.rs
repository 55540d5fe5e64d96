//! Plain decimal numbers, eight digits at a time.

use super::scan::eight;

/// Digits that a number may have here: every whole number of so many is one that a double holds exactly.
const DIGITS: usize = 15;

/// Digits that a point in time may have here: every whole number of so many fits into 64 bits.
const LONG_DIGITS: usize = 18;

const TENS: [u64; 19] = {
    let mut tens = [1; 19];
    let mut at = 1;
    while at < tens.len() {
        tens[at] = 10 * tens[at - 1];
        at += 1;
    }
    tens
};

/// A number at or above 0 as it is written: `405.5` is 4055 with one digit behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    digits: u64,
    /// How many of them there are.
    length: usize,
    /// How many of them stand behind the point.
    behind: usize,
}

impl Decimal {
    /// The decimal number at a place, and where it ends; none where none stands there, or one of more than 18 digits.
    ///
    /// What follows it is for the caller to judge: in `1e3` it ends before the `e`.
    pub fn read(bytes: &[u8], at: usize) -> Option<(Self, usize)> {
        let (mut digits, length) = run(bytes, at)?;
        let mut end = at + length;
        let mut behind = 0;
        if bytes.get(end) == Some(&b'.') {
            let (more, count) = run(bytes, end + 1)?;
            if length + count > LONG_DIGITS {
                return None;
            }
            digits = digits * TENS[count] + more;
            behind = count;
            end += 1 + count;
        }
        Some((Self { digits, length: length + behind, behind }, end))
    }

    /// Whether JSON allows it: no zeros in front.
    pub fn is_json(self, bytes: &[u8], at: usize) -> bool {
        self.length - self.behind == 1 || bytes.get(at) != Some(&b'0')
    }

    /// The nearest double; none where that takes more than one rounding.
    pub fn value(self) -> Option<f64> {
        (self.length <= DIGITS).then(|| self.digits as f64 / TENS[self.behind] as f64)
    }

    /// The same, where it is written without a point.
    pub fn whole(self) -> Option<u64> {
        (self.behind == 0 && self.length <= DIGITS).then_some(self.digits)
    }

    /// In picoseconds, of a unit of which a second has 10^`exponent`; none where it is finer than that.
    pub fn picoseconds(self, exponent: u32) -> Option<i128> {
        let scale = 12_usize.checked_sub(exponent as usize)?.checked_sub(self.behind)?;
        Some(i128::from(self.digits) * i128::from(TENS[scale]))
    }
}

/// The digits at a place as a number, and how many there are: from 1 to 18.
fn run(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let (mut number, mut count) = up_to_eight(eight(bytes, at));
    let mut last = count;
    while last == 8 {
        let (more, next) = up_to_eight(eight(bytes, at + count));
        count += next;
        last = next;
        if count > LONG_DIGITS {
            return None;
        }
        number = number * TENS[next] + more;
    }
    (count > 0).then_some((number, count))
}

/// The number that the digits at the low end of a word are, and how many there are.
fn up_to_eight(word: u64) -> (u64, usize) {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let values = word ^ ZEROS;
    // A byte above 9 gets its high bit by the sum or has it; a carry only reaches bytes behind the first such.
    let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let count = others.trailing_zeros() as usize / 8;
    if count == 0 {
        return (0, 0);
    }
    // Pairs of digits, then fours, then eight; what lies behind the digits is shifted out, zeros come in front.
    let digits = values << (64 - 8 * count);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    const EVEN: u64 = 0x0000_00ff_0000_00ff;
    let upper = (pairs & EVEN).wrapping_mul(100 + (1_000_000 << 32));
    let lower = ((pairs >> 16) & EVEN).wrapping_mul(1 + (10_000 << 32));
    (upper.wrapping_add(lower) >> 32, count)
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
