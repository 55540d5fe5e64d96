//! Times of power logs.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

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
fn civil(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('/').map(|part| part.parse::<i16>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = time.trim().split_once('.').unwrap_or((time.trim(), ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if date.next().is_some() || clock.next().is_some() || fraction.len() > 9 {
        return None;
    }
    let nanosecond = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").parse().ok()? };
    DateTime::new(year, month.try_into().ok()?, day.try_into().ok()?, hour, minute, second, nanosecond).ok()
}

/// `2026-01-15 08:00:02 UTC`, as messages give a time.
pub fn print(at_ns: i64) -> String {
    let time = Timestamp::UNIX_EPOCH.checked_add(at_ns.nanoseconds()).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
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
}
