//! What the rows of a log usually share: a minute, and a few GPUs. Both are looked up once, not with every row.

use super::time::Clock;

/// A minute in nanoseconds, but for its last one.
const MINUTE_NS: i64 = 59_999_999_999;

/// Beginning of a time up to its seconds: `2026/01/15 08:00:`.
const FORM: &[u8; 17] = b"0000/00/00 00:00:";

/// GPUs whose place is remembered; a log of more looks for each in the ordinary way.
const MOST: usize = 64;

/// Times of a log, row after row: what [`Clock::read`] reads, at less expense.
///
/// Rows of one query share a time. Within a minute that runs evenly in the log's zone, as all of our days do, a time is the
/// minute's start and its seconds; whatever is not written as nvidia-smi writes it is left to the clock.
#[derive(Default)]
pub struct Times {
    text: String,
    at_ns: Option<i64>,
    /// Beginning of the last minute, and its start; none where it does not run evenly.
    minute: String,
    start_ns: Option<i64>,
}

impl Times {
    /// A time in nanoseconds since the Unix epoch; none where it is none of this clock, which is the same for all.
    pub fn read(&mut self, text: &str, clock: &Clock) -> Option<i64> {
        if self.text != text {
            self.at_ns = self.within_minute(text, clock).or_else(|| clock.read(text));
            text.clone_into(&mut self.text);
        }
        self.at_ns
    }

    fn within_minute(&mut self, text: &str, clock: &Clock) -> Option<i64> {
        if !matches!(clock, Clock::Dates(_)) {
            return None;
        }
        let (minute, seconds) = text.split_at_checked(FORM.len())?;
        let seconds_ns = seconds_ns(seconds.as_bytes())?;
        if self.minute != minute {
            let has_form =
                minute.bytes().zip(FORM).all(|(c, form)| if *form == b'0' { c.is_ascii_digit() } else { c == *form });
            if !has_form {
                return None;
            }
            let (first, last) = (format!("{minute}00"), format!("{minute}59.999999999"));
            let start_ns = clock.read(&first);
            self.start_ns = start_ns.filter(|start| clock.read(&last) == start.checked_add(MINUTE_NS));
            minute.clone_into(&mut self.minute);
        }
        self.start_ns?.checked_add(seconds_ns)
    }
}

/// `02.250` in nanoseconds; none where it is written in another way.
fn seconds_ns(text: &[u8]) -> Option<i64> {
    let [tens @ b'0'..=b'5', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    let seconds = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    let decimals = match rest {
        [] => rest,
        [b'.', decimals @ ..] if (1..=9).contains(&decimals.len()) => decimals,
        _ => return None,
    };
    let mut ns = seconds;
    for place in 0..9 {
        let digit = decimals.get(place).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        ns = ns * 10 + i64::from(digit - b'0');
    }
    Some(ns)
}

/// Places of GPUs by what the log calls them.
#[derive(Default)]
pub struct Places {
    known: Vec<(String, usize)>,
}

impl Places {
    /// The place of a GPU; `find` finds it the first time.
    pub fn of(&mut self, id: &str, find: impl FnOnce(&str) -> usize) -> usize {
        if let Some((_, place)) = self.known.iter().find(|(known, _)| known == id) {
            return *place;
        }
        let place = find(id);
        if self.known.len() < MOST {
            self.known.push((id.to_owned(), place));
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    /// Parts of times, usual ones and others; zones with and without odd changes of their clocks.
    fn times() -> impl Strategy<Value = (&'static str, Vec<String>)> {
        let zone = prop::sample::select(&["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Monrovia"][..]);
        let date = prop::sample::select(
            &["2026/01/15 ", "2026/03/29 ", "2026/10/25 ", "1972/01/07 ", "2026/02/30 ", "2026-01-15T", "2026/1/5 "][..],
        );
        let minute = prop::sample::select(&["08:00:", "02:30:", "00:44:", "00:00:", "24:00:", "8:0:", "02:60:"][..]);
        let seconds = prop::sample::select(
            &["00", "29.5", "30", "59.999999999", "60", "1", "05.", "05.1234567890", "+5", "05.2x"][..],
        );
        let time = (date, minute, seconds).prop_map(|(date, minute, seconds)| format!("{date}{minute}{seconds}"));
        (zone, prop::collection::vec(time, 1..12))
    }

    #[test]
    fn times_are_read_as_the_clock_reads_them() {
        proptest!(|((zone, texts) in times())| {
            let clock = Clock::Dates(TimeZone::get(zone).expect("it is bundled"));
            let mut times = Times::default();
            for text in texts {
                prop_assert_eq!(times.read(&text, &clock), clock.read(&text), "{}", text);
            }
        });
    }

    #[test]
    fn a_minute_that_is_cut_by_its_zone_is_left_to_the_clock() {
        // Liberia set its clocks on by 44 minutes and 30 seconds at the beginning of 7 January 1972.
        let clock = Clock::Dates(TimeZone::get("Africa/Monrovia").expect("it is bundled"));
        let mut times = Times::default();
        for text in ["1972/01/07 00:44:10", "1972/01/07 00:44:29", "1972/01/07 00:44:31", "1972/01/07 00:45:00"] {
            assert_eq!(times.read(text, &clock), clock.read(text), "{text}");
        }
    }

    #[test]
    fn a_log_of_many_gpus_finds_each_of_them() {
        let mut places = Places::default();
        for turn in 0..2 {
            for at in 0..2 * MOST {
                assert_eq!(places.of(&at.to_string(), |id| id.parse().expect("a number")), at, "turn {turn}");
            }
        }
    }
}
