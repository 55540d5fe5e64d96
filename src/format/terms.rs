//! A house's marks within numbers.

use std::cell::Cell;

/// What numbers are printed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Before the decimals.
    pub decimal: char,
    /// Between groups of three digits.
    pub thousands: Option<char>,
}

impl Default for Terms {
    /// `20,304.5`
    fn default() -> Self {
        Self { decimal: '.', thousands: Some(',') }
    }
}

thread_local! {
    // Printing is asked for from everywhere a number meets a reader; marks handed through all of it would be in the
    // signature of every function. They hold on one thread, for the length of one call.
    static TERMS: Cell<Terms> = const { Cell::new(Terms { decimal: '.', thousands: Some(',') }) };
}

/// Does `work` on this thread with numbers printed in these terms.
pub fn in_terms<T>(terms: Terms, work: impl FnOnce() -> T) -> T {
    struct Before(Terms);
    impl Drop for Before {
        fn drop(&mut self) {
            TERMS.set(self.0);
        }
    }
    let _before = Before(TERMS.replace(terms));
    work()
}

/// The terms that hold now.
pub fn terms() -> Terms {
    TERMS.get()
}

/// A number as any program reads it, in the terms that hold now.
pub(super) fn localized(number: String) -> String {
    match terms().decimal {
        '.' => number,
        mark => number.replace('.', mark.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn terms_change_the_marks_and_nothing_else() {
        let german = Terms { decimal: ',', thousands: Some('.') };
        let printed =
            || (throughput(765.44), prefill_speed(20_304.2), latency(0.3984), money(0.083, "€"), success_rate(1000, 1));
        let expected = |speed: &str, prefill: &str, cost: &str, rate: &str| {
            (speed.to_owned(), prefill.to_owned(), "398 ms".to_owned(), cost.to_owned(), Some(rate.to_owned()))
        };
        assert_eq!(in_terms(german, printed), expected("765,4 tok/s", "20.304 tok/s", "€0,08", "99,9%"));
        assert_eq!(printed(), expected("765.4 tok/s", "20,304 tok/s", "€0.08", "99.9%"), "and only for the call");
        let none = Terms { thousands: None, ..Terms::default() };
        assert_eq!(in_terms(none, || thousands(1_234_567.0)), "1234567");
    }

    #[test]
    fn a_rate_past_a_thousand_is_still_decided_on_what_is_printed() {
        let german = Terms { decimal: ',', thousands: Some('.') };
        assert_eq!(in_terms(german, || latency(0.9996)), "1,0 s");
        assert_eq!(in_terms(german, || success_rate(100_000, 1)).as_deref(), Some("99,9%"));
    }
}
