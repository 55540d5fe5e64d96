//! Text to numbers, exactly, and how found text is quoted in messages.

use super::quick::decimal::Decimal;

/// A value as it stands in the file, not yet read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'r> {
    /// Nothing: an empty cell, `null`.
    Absent,
    /// A cell of a CSV file, which may be anything.
    Cell(&'r str),
    /// A JSON number or, where a number is not one of JSON's, the bare word in its place (`NaN`).
    Number(&'r str),
    /// A JSON string, unescaped.
    Text(&'r str),
    /// `true` or `false` in JSON.
    Bool(bool),
    /// A JSON array or object: `an array`, `an object`.
    Nested(&'static str),
}

impl Value<'_> {
    /// As a message says what was found.
    pub fn found(self) -> String {
        match self {
            Value::Absent => "nothing".to_owned(),
            Value::Cell(text) | Value::Number(text) => shown(text),
            Value::Text(text) => format!("the text {}", shown(text)),
            Value::Bool(value) => format!("`{value}`"),
            Value::Nested(what) => what.to_owned(),
        }
    }
}

/// Found text as a message quotes it: on one line, and no longer than a reader needs.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut characters = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let mut out: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        out.push('…');
    }
    format!("`{out}`")
}

/// A decimal number; `inf` and `nan` in any spelling are numbers here, for the caller to refuse.
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A number in a unit of which a second has 10^`exponent`, in seconds: the double nearest to what is written, so that 405.7 ms
/// and 0.4057 s are the same. `inf` and `nan` are numbers here, too.
pub fn seconds(text: &str, exponent: u32) -> Option<f64> {
    if exponent == 0 {
        return number(text);
    }
    let plain = Decimal::read(text.as_bytes(), 0).filter(|(_, end)| *end == text.len());
    if let Some(seconds) = plain.and_then(|(decimal, _)| decimal.seconds(exponent)) {
        return Some(seconds);
    }
    let number_of_units = number(text)?;
    if number_of_units == 0.0 || !number_of_units.is_finite() {
        return Some(number_of_units);
    }
    let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let power: i64 = power.parse().ok()?;
    number(&format!("{digits}e{}", power - i64::from(exponent)))
}

/// A whole number at or above 0, written `1024`, `1024.0` or `1e3`.
pub fn whole(text: &str) -> Option<u64> {
    if !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    // Beyond 2⁵³ a double may have lost the digits that would show that it was no whole number.
    let value = number(text)?;
    (value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&value)).then_some(value as u64)
}

/// `true`, `false`, `1` or `0` in any case.
pub fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "1.0" => Some(true),
        "0" | "0.0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A decimal number in a unit of which a second has 10^`exponent`, in whole picoseconds and without a double on the
/// way; what lies below a picosecond is rounded half away from 0. None where it is no finite decimal number, or so
/// large that no clock shows it.
pub fn picoseconds(text: &str, exponent: u32) -> Option<i128> {
    const DIGITS: usize = 30;
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (decimal, power) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], unsigned[at + 1..].parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let mut digits = whole.bytes().chain(fraction.bytes());
    if whole.len() + fraction.len() == 0 || !digits.clone().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let leading_zeros = digits.clone().take_while(|byte| *byte == b'0').count();
    let significant = whole.len() + fraction.len() - leading_zeros;
    let taken = significant.min(DIGITS);
    let mantissa =
        digits.by_ref().skip(leading_zeros).take(taken).fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    let dropped = i64::try_from(significant - taken).ok()?;
    let scale = i64::from(power) + 12 - i64::from(exponent) - i64::try_from(fraction.len()).ok()? + dropped;
    let value = match (mantissa, scale) {
        (0, _) => 0,
        (_, 0..) => mantissa.checked_mul(10_i128.checked_pow(u32::try_from(scale).ok()?)?)?,
        (_, -31..) => {
            let divisor = 10_i128.pow(u32::try_from(-scale).ok()?);
            (mantissa + divisor / 2) / divisor
        }
        _ => 0,
    };
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submission_times_keep_every_digit() {
        let table = [
            ("1768464005.000", 0, 1_768_464_005_000_000_000_000),
            ("1768464005.123456789012", 0, 1_768_464_005_123_456_789_012),
            ("1768464005.1234567890125", 0, 1_768_464_005_123_456_789_013),
            ("1768464005123", 3, 1_768_464_005_123_000_000_000),
            ("1768464005123456789", 9, 1_768_464_005_123_456_789_000),
            ("1.768464005e9", 0, 1_768_464_005_000_000_000_000),
            ("1768464005e-3", 0, 1_768_464_005_000_000_000),
            ("-0.5", 0, -500_000_000_000),
            ("+.5", 0, 500_000_000_000),
            ("5.", 0, 5_000_000_000_000),
            ("0.0000000000000000000000000000000000000000001", 0, 0),
            ("0e999", 0, 0),
            ("00000000000000000000000000000000000000001", 0, 1_000_000_000_000),
            ("1.00000000000000000000000000000000000000001", 0, 1_000_000_000_000),
        ];
        for (text, exponent, expected) in table {
            assert_eq!(picoseconds(text, exponent), Some(expected), "{text}");
        }
        for text in ["", "-", ".", "abc", "1.2.3", "1e", "1e40", "nan", "inf", "1_000", "0x10", "1e99999999999", "--1"]
        {
            assert_eq!(picoseconds(text, 0), None, "{text}");
        }
    }

    #[test]
    fn a_duration_is_the_nearest_double_to_what_is_written_in_any_unit() {
        for (ms, s) in [
            ("405.7", "0.4057"),
            ("4.057e2", "0.4057"),
            ("4057E-1", "0.4057"),
            ("+405.7", "0.4057"),
            ("-405.7", "-0.4057"),
            (".7", "0.0007"),
            ("7.", "0.007"),
            ("1e3", "1"),
            ("0", "0"),
            ("0e5", "0"),
            ("123456789012345678.9", "123456789012345.6789"),
            ("0.3000000000000000000001", "0.0003000000000000000000001"),
            ("1e-330", "0"),
            ("5e-324", "0"),
        ] {
            assert_eq!(seconds(ms, 3), number(s), "{ms}");
            assert_eq!(seconds(s, 0), number(s), "{s}");
        }
        assert_eq!((seconds("1e400", 3), seconds("-inf", 6)), (Some(f64::INFINITY), Some(f64::NEG_INFINITY)));
        assert!(seconds("nan", 3).is_some_and(f64::is_nan));
        for text in ["", "1,5", "5 s", "1e", "e3", "--1", "0x1", "1e3e3"] {
            assert_eq!(seconds(text, 3), None, "{text}");
        }
    }

    #[test]
    fn whole_numbers_may_be_written_as_decimals() {
        for (text, expected) in [("1024", 1024), ("1024.0", 1024), ("1e3", 1000), ("0", 0), ("007", 7), ("-0", 0)] {
            assert_eq!(whole(text), Some(expected), "{text}");
        }
        for text in ["1024.5", "-1", "", "nan", "inf", "1,024", "1e300", "32K"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn truth_is_written_in_any_case() {
        assert_eq!(truth("TRUE"), Some(true));
        assert_eq!(truth("False"), Some(false));
        assert_eq!((truth("1"), truth("0")), (Some(true), Some(false)));
        assert_eq!((truth("yes"), truth("")), (None, None));
    }

    #[test]
    fn found_text_is_quoted_on_one_line_and_cut() {
        assert_eq!(shown("a\nb"), "`a b`");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 63);
    }
}
