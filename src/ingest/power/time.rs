//! Times of power logs.

use super::join::EPOCH_FROM_S;
use crate::ingest::records::value::picoseconds;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// How a log writes its times.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Dates with a time of day, in this zone where they name none.
    Dates(TimeZone),
    /// Such dates, or seconds since 1970.
    DatesOrSeconds(TimeZone),
    /// Numbers of which 10^`exponent` make a second, since `since_ns` or, without it, since 1970.
    Counted {
        /// Power of ten.
        exponent: u32,
        /// What the unit is called: `seconds`.
        unit: &'static str,
        /// Where they count from, nanoseconds since 1970.
        since_ns: Option<i64>,
    },
}

impl Clock {
    /// A time in nanoseconds since the Unix epoch; none where it is none of this clock.
    pub fn read(&self, text: &str) -> Option<i64> {
        match self {
            Self::Dates(zone) => parse(text, zone),
            Self::DatesOrSeconds(zone) => counted(text, 0, None).or_else(|| parse(text, zone)),
            Self::Counted { exponent, since_ns, .. } => counted(text, *exponent, *since_ns),
        }
    }

    /// What a message says was expected: `a time such as …`.
    pub fn expected(&self) -> String {
        match self {
            Self::Dates(_) => "a time such as `2026/01/15 08:00:02.000`".to_owned(),
            Self::DatesOrSeconds(_) => "seconds since 1970, or a time such as `2026-01-15T08:00:02`".to_owned(),
            Self::Counted { unit, since_ns: None, .. } => format!("{unit} since 1970"),
            Self::Counted { unit, since_ns: Some(_), .. } => format!("{unit} since the start of the log"),
        }
    }
}

/// A number of units since a moment or since 1970, where a number too small for a clock of our days is none.
fn counted(text: &str, exponent: u32, since_ns: Option<i64>) -> Option<i64> {
    let ns = i64::try_from(picoseconds(text, exponent)?.div_euclid(1000)).ok()?;
    match since_ns {
        Some(since) => since.checked_add(ns),
        None => (i128::from(ns) >= EPOCH_FROM_S * 1_000_000_000).then_some(ns),
    }
}

/// Reads `2026/01/15 08:00:02.000` in the log's zone, or a time that names its zone itself
/// (`2025-09-08T17:26:50+08:00`); nanoseconds since the Unix epoch.
///
/// Of an hour that a zone has twice, the first is taken.
pub fn parse(text: &str, zone: &TimeZone) -> Option<i64> {
    let time = match civil(text) {
        Some(civil) => zone.to_timestamp(civil).ok()?,
        None => text.parse::<Timestamp>().ok().or_else(|| {
            let civil = text.parse::<DateTime>().ok().filter(|_| text.len() > 10)?;
            zone.to_timestamp(civil).ok()
        })?,
    };
    i64::try_from(time.as_nanosecond()).ok()
}

/// `YYYY/MM/DD HH:MM:SS` with any number of decimals, as nvidia-smi prints it.
pub fn civil(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('/').map(|part| part.parse::<i16>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = time.trim().split_once('.').unwrap_or((time.trim(), ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if date.next().is_some() || clock.next().is_some() || fraction.len() > 9 {
        return None;
    }
    let unit = 10_i32.pow(9 - fraction.len() as u32);
    let nanosecond = if fraction.is_empty() { 0 } else { fraction.parse::<i32>().ok()? * unit };
    DateTime::new(year, month.try_into().ok()?, day.try_into().ok()?, hour, minute, second, nanosecond).ok()
}

/// `2026-01-15 08:00:02 UTC`, as messages give a time.
pub fn print(at_ns: i64) -> String {
    let time = Timestamp::UNIX_EPOCH.checked_add(at_ns.nanoseconds()).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// From one time to another, the day told once where it is the same: `2026-02-06 10:00:00 to 10:04:10 UTC`.
pub fn print_span(first_ns: i64, last_ns: i64) -> String {
    let (first, last) = (print(first_ns), print(last_ns));
    let last = match (first.split_once(' '), last.split_once(' ')) {
        (Some((day, _)), Some((same, rest))) if day == same => rest,
        _ => &last,
    };
    format!("{} to {last}", first.trim_end_matches(" UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_the_zone_of_the_log_unless_it_names_one() {
        let utc = TimeZone::UTC;
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(parse("2026/01/15 08:00:02.250", &utc), Some(1_768_464_002_250_000_000));
        assert_eq!(parse("2026/01/15 09:00:02.250", &berlin), Some(1_768_464_002_250_000_000));
        assert_eq!(parse("2026-01-15T09:00:02.25+01:00", &utc), Some(1_768_464_002_250_000_000));
        assert_eq!(parse("2026-01-15 08:00:02.25", &utc), Some(1_768_464_002_250_000_000));
        assert_eq!(parse("2026/01/15 08:00:02", &utc), Some(1_768_464_002_000_000_000));
        for text in
            ["", "08:00", "2026/13/15 08:00:02", "2026/01/15", "2026/01/15 25:00:00", "2026-01-15", "1768464002"]
        {
            assert_eq!(parse(text, &utc), None, "{text}");
        }
        assert_eq!(print(1_768_464_002_250_000_000), "2026-01-15 08:00:02 UTC");
    }

    #[test]
    fn numbers_keep_every_digit_and_a_wrong_unit_is_no_time() {
        let clock = |exponent, since_ns| Clock::Counted { exponent, unit: "", since_ns };
        assert_eq!(clock(9, None).read("1762551530946074466"), Some(1_762_551_530_946_074_466));
        assert_eq!(clock(0, None).read("1754586812"), Some(1_754_586_812_000_000_000));
        assert_eq!(clock(3, None).read("1754586812250.5"), Some(1_754_586_812_250_500_000));
        for (exponent, text) in [(0, "1754586812000"), (3, "1754586812"), (9, "1754586812000"), (0, "10"), (0, "-1")] {
            assert_eq!(clock(exponent, None).read(text), None, "{text} in 10^-{exponent} s");
        }
        let start = 1_768_464_000_000_000_000;
        assert_eq!(clock(0, Some(start)).read("10"), Some(start + 10_000_000_000));
        assert_eq!(clock(0, Some(start)).read("-0.5"), Some(start - 500_000_000));
        let either = Clock::DatesOrSeconds(TimeZone::UTC);
        assert_eq!(either.read("1768464000"), Some(start));
        assert_eq!(either.read("2026-01-15T08:00:00.000"), Some(start));
    }
}
