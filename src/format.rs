//! How numbers are printed. The one place that rounds.
//!
//! Every function takes the unrounded value in SI units and gives what a reader sees. Ties round to even on the exact
//! binary value, as Rust's formatting does. A house's own marks ([`Terms`]) are put in here too.

mod terms;

pub use terms::{Terms, in_terms, terms};

use crate::record::Load;
use terms::localized;

/// Not measured.
pub const UNKNOWN: &str = "–";

/// A number that was printed before in everyone's terms, a level of load among them, in those that hold now: `~2,5`.
pub fn in_house(printed: &str) -> String {
    localized(printed.to_owned())
}

/// `value` with a fixed number of decimals; never `-0`.
pub fn fixed(value: f64, decimals: usize) -> String {
    localized(plain(value, decimals))
}

/// The same as any program reads it.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|b| matches!(b, b'0' | b'.')) => digits.to_owned(),
        _ => text,
    }
}

/// Whole number with thousands separated: `20,304`.
pub fn thousands(value: f64) -> String {
    let text = plain(value, 0);
    let between = terms().thousands;
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.extend(between);
        }
        out.push(digit);
    }
    out
}

/// Throughput and per-user speed in findings: `765.4 tok/s`.
pub fn throughput(tok_s: f64) -> String {
    format!("{} tok/s", fixed(tok_s, 1))
}

/// Speed in capacity tables: `97 tok/s`.
pub fn whole_speed(tok_s: f64) -> String {
    format!("{} tok/s", thousands(tok_s))
}

/// Prefill speed: `20,304 tok/s`.
pub fn prefill_speed(tok_s: f64) -> String {
    format!("{} tok/s", thousands(tok_s))
}

/// TTFT and queue wait in findings: below 1 s `398 ms`, else `19.9 s`.
///
/// Decided on the printed value, so that nothing prints as `1000 ms`.
pub fn latency(seconds: f64) -> String {
    if fixed(seconds * 1000.0, 0).len() <= 3 { milliseconds(seconds) } else { seconds_1(seconds) }
}

/// TTFT in capacity tables: `7.8 s`.
pub fn seconds_1(seconds: f64) -> String {
    format!("{} s", fixed(seconds, 1))
}

/// How long a run or a pause took: `41.0 s`, `25 min`, `47.9 h`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        _ if seconds < 120.0 => seconds_1(seconds),
        _ if seconds < 7200.0 => format!("{} min", fixed(seconds / 60.0, 0)),
        _ => format!("{} h", fixed(seconds / 3600.0, 1)),
    }
}

/// Times of a prompt suite: `12.34 s`.
pub fn seconds_2(seconds: f64) -> String {
    format!("{} s", fixed(seconds, 2))
}

/// E2E and ITL: `2125 ms`.
pub fn milliseconds(seconds: f64) -> String {
    format!("{} ms", fixed(seconds * 1000.0, 0))
}

/// Power: `830 W`.
pub fn watts(watts: f64) -> String {
    format!("{} W", thousands(watts))
}

/// An amount of money: `$0.08`.
pub fn money(amount: f64, currency: &str) -> String {
    format!("{currency}{}", fixed(amount, 2))
}

/// A price with at least two decimals and every one that was configured: `$0.10`, `€0.1234`.
pub fn price(price: f64, currency: &str) -> String {
    let shortest = shortest(price);
    let decimals = shortest.split_once(terms().decimal).map_or(0, |(_, decimals)| decimals.len());
    if decimals > 2 { format!("{currency}{shortest}") } else { money(price, currency) }
}

/// How many times as much: `6.3×`.
pub fn ratio(ratio: f64) -> String {
    format!("{}×", fixed(ratio, 1))
}

/// One figure over another, to three digits: `1.32×`, `12.5×`, `0.083×`.
pub fn relation(ratio: f64) -> String {
    let decimals = match ratio {
        r if r >= 99.95 => 0,
        r if r >= 9.995 => 1,
        r if r >= 0.0995 => 2,
        _ => 3,
    };
    format!("{}×", fixed(ratio, decimals))
}

/// Efficiency: `63%`.
pub fn percent(share: f64) -> String {
    format!("{}%", fixed(share * 100.0, 0))
}

/// Success rate: `99.9%`, and never `100.0%` where a request failed, nor `0.0%` where one succeeded.
pub fn success_rate(requests: u64, failed: u64) -> Option<String> {
    if requests == 0 {
        return None;
    }
    let share = (requests - failed) as f64 / requests as f64 * 100.0;
    let rounded = plain(share, 1);
    let shown = match rounded.as_str() {
        "100.0" if failed > 0 => "99.9".to_owned(),
        "0.0" if failed < requests => "0.1".to_owned(),
        _ => rounded,
    };
    Some(format!("{}%", localized(shown)))
}

/// How many requests: `850`, `4.3K`, `10.0M`.
pub fn count(requests: u64) -> String {
    match requests {
        0..1_000 => requests.to_string(),
        1_000..999_950 => format!("{}K", fixed(requests as f64 / 1e3, 1)),
        _ => format!("{}M", fixed(requests as f64 / 1e6, 1)),
    }
}

/// Tokens per hour: `2.8 million`, `95 thousand`.
pub fn large(value: f64) -> String {
    if value >= 999.5e6 {
        format!("{} billion", fixed(value / 1e9, 1))
    } else if value >= 999_500.0 {
        format!("{} million", fixed(value / 1e6, 1))
    } else if value >= 10_000.0 {
        format!("{} thousand", fixed(value / 1e3, 0))
    } else {
        thousands(value)
    }
}

/// A number as short as it can be without losing a digit of what was configured: `8`, `2.5`.
pub fn shortest(value: f64) -> String {
    let text = format!("{value}");
    if text == "-0" { "0".to_owned() } else { localized(text) }
}

/// A load level: `10` or, for a rate, `2.5`.
pub fn level(load: Load) -> String {
    match load {
        Load::Concurrency(n) => n.to_string(),
        Load::RequestRate(rate) => shortest(rate),
    }
}

/// A load as a reader is told: `1 concurrent request`, `10 concurrent requests`, `2.5 requests/s`.
pub fn load(load: Load) -> String {
    match load {
        Load::Concurrency(1) => "1 concurrent request".to_owned(),
        Load::Concurrency(n) => format!("{} concurrent requests", thousands(n as f64)),
        Load::RequestRate(1.0) => "1 request/s".to_owned(),
        Load::RequestRate(rate) => format!("{} requests/s", shortest(rate)),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Load levels in one phrase: `1, 2 and 10 concurrent requests`, `0.5 and 2 requests/s`.
pub fn loads(levels: &[Load]) -> String {
    match levels {
        [] => String::new(),
        [only] => load(*only),
        [first, ..] => {
            let unit = if first.is_concurrency() { "concurrent requests" } else { "requests/s" };
            format!("{} {unit}", list(&levels.iter().map(|one| level(*one)).collect::<Vec<_>>()))
        }
    }
}

/// `1 request`, `3 requests`.
pub fn counted(n: u64, singular: &str, plural: &str) -> String {
    if n == 1 { format!("1 {singular}") } else { format!("{} {plural}", thousands(n as f64)) }
}

/// `6 February 2026` for `2026-02-06`; the text itself where it is no such date.
pub fn date(iso: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<_> = iso.split('-').collect();
    let [year, month, day] = parts[..] else { return iso.to_owned() };
    match (month.parse::<usize>(), day.parse::<u32>()) {
        (Ok(month @ 1..=12), Ok(day)) => format!("{day} {} {year}", MONTHS[month - 1]),
        _ => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_the_specification_says() {
        assert_eq!(throughput(765.44), "765.4 tok/s");
        assert_eq!(latency(0.3984), "398 ms");
        assert_eq!(latency(0.9996), "1.0 s", "never 1000 ms");
        assert_eq!(latency(19.94), "19.9 s");
        assert_eq!(milliseconds(2.1252), "2125 ms");
        assert_eq!(prefill_speed(20_304.2), "20,304 tok/s");
        assert_eq!(ratio(6.299), "6.3×");
        assert_eq!([1.324, 12.51, 0.0834, 0.999, 250.2].map(relation), ["1.32×", "12.5×", "0.083×", "1.00×", "250×"]);
        assert_eq!(count(4312), "4.3K");
        assert_eq!(count(850), "850");
        assert_eq!(count(999_999), "1.0M");
        assert_eq!(large(2_755_440.0), "2.8 million");
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(money(0.083, "$"), "$0.08");
        assert_eq!(date("2026-02-06"), "6 February 2026");
        assert_eq!(load(Load::Concurrency(1)), "1 concurrent request");
        assert_eq!(load(Load::RequestRate(1.0)), "1 request/s");
        assert_eq!(loads(&[Load::Concurrency(1), Load::Concurrency(2)]), "1 and 2 concurrent requests");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn a_price_keeps_every_digit_that_was_configured() {
        assert_eq!(price(0.1, "$"), "$0.10");
        assert_eq!(price(0.1234, "€"), "€0.1234");
        assert_eq!(price(2.0, "$"), "$2.00");
        let german = Terms { decimal: ',', thousands: None };
        assert_eq!(in_terms(german, || (price(0.1234, "€"), price(0.5, "€"))), ("€0,1234".into(), "€0,50".into()));
    }

    #[test]
    fn a_success_rate_never_hides_a_failure() {
        assert_eq!(success_rate(100_000, 1).as_deref(), Some("99.9%"));
        assert_eq!(success_rate(100_000, 99_999).as_deref(), Some("0.1%"));
        assert_eq!(success_rate(3, 0).as_deref(), Some("100.0%"));
        assert_eq!(success_rate(5, 5).as_deref(), Some("0.0%"));
        assert_eq!(success_rate(0, 0), None);
    }
}
