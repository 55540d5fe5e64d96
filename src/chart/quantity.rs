//! How a chart's values print: in full for tooltips, short for ticks.

use super::Quantity;
use crate::{context, format};

impl Quantity {
    /// A value as tables and tooltips say it, with its unit: `398 ms`, `765.4 tok/s`, `32K`.
    pub fn print(self, value: f64) -> String {
        match self {
            Quantity::Context => tokens(value),
            Quantity::Concurrency => format::thousands(value),
            Quantity::RequestRate => format::shortest(value),
            Quantity::Seconds => format::latency(value),
            Quantity::Milliseconds => format::milliseconds(value),
            Quantity::Hundredths => format::seconds_2(value),
            Quantity::TokensPerSecond => format::throughput(value),
            Quantity::WholeTokensPerSecond => format::prefill_speed(value),
            Quantity::Percent => format::percent(value),
            Quantity::Watts => format::watts(value),
        }
    }

    /// A printed level in a sentence: `32K context`, `10 concurrent requests`, `2.5 requests/s`.
    pub(super) fn phrase(self, printed: &str) -> String {
        match self {
            Quantity::Context if printed.is_empty() => String::new(),
            Quantity::Context => context::noun(printed),
            Quantity::Concurrency if printed == "1" => "1 concurrent request".to_owned(),
            Quantity::Concurrency => format!("{printed} concurrent requests"),
            Quantity::RequestRate if printed == "1" => "1 request/s".to_owned(),
            Quantity::RequestRate => format!("{printed} requests/s"),
            _ => printed.to_owned(),
        }
    }

    /// What ticks at multiples of `step` up to `largest` say. Times share the unit that suits the largest.
    pub(super) fn tick(self, value: f64, step: f64, largest: f64) -> String {
        match self {
            Quantity::Seconds | Quantity::Milliseconds | Quantity::Hundredths => time(value, step, largest),
            Quantity::Percent => format!("{}%", number(value * 100.0, step * 100.0)),
            Quantity::Context => tokens(value),
            _ => number(value, step),
        }
    }
}

fn tokens(value: f64) -> String {
    // `as` saturates, and no context comes near its ends.
    if value >= 1.0 { context::label(value.round() as u64) } else { format::shortest(value) }
}

fn time(value: f64, step: f64, largest: f64) -> String {
    let (factor, unit) = match largest {
        l if l >= 1.0 => (1.0, "s"),
        l if l >= 1e-3 => (1e3, "ms"),
        _ => (1e6, "µs"),
    };
    format!("{} {unit}", number(value * factor, step * factor))
}

/// A number with as many decimals as its step has: `0.25`, `20,000`, `1.5M`.
fn number(value: f64, step: f64) -> String {
    let (value, step, unit) = match value.abs().max(step.abs()) {
        size if size >= 1e10 => (value / 1e9, step / 1e9, "G"),
        size if size >= 1e7 => (value / 1e6, step / 1e6, "M"),
        _ => (value, step, ""),
    };
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = match decimals(step) {
        0 => format::thousands(value),
        decimals => format::fixed(value, decimals),
    };
    format!("{text}{unit}")
}

/// Decimals that tell multiples of `step` apart.
fn decimals(step: f64) -> usize {
    let mut scaled = step.abs();
    for decimals in 0..9 {
        if (scaled - scaled.round()).abs() <= 1e-6 * scaled {
            return decimals;
        }
        scaled *= 10.0;
    }
    9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_carry_the_decimals_of_their_step_and_one_unit() {
        let ticks = |quantity: Quantity, step: f64, n: u32| -> Vec<String> {
            (0..n).map(|i| quantity.tick(f64::from(i) * step, step, f64::from(n - 1) * step)).collect()
        };
        assert_eq!(ticks(Quantity::Seconds, 0.25, 4), ["0 ms", "250 ms", "500 ms", "750 ms"]);
        assert_eq!(ticks(Quantity::Seconds, 0.5, 4), ["0 s", "0.5 s", "1.0 s", "1.5 s"]);
        assert_eq!(ticks(Quantity::Percent, 0.25, 3), ["0%", "25%", "50%"]);
        assert_eq!(ticks(Quantity::TokensPerSecond, 5000.0, 3), ["0", "5,000", "10,000"]);
        assert_eq!(ticks(Quantity::Seconds, 2e-6, 3), ["0 µs", "2 µs", "4 µs"]);
        assert_eq!(Quantity::TokensPerSecond.tick(2.5e7, 5e6, 2.5e7), "25M");
    }

    #[test]
    fn levels_read_as_a_person_says_them() {
        assert_eq!(Quantity::Concurrency.phrase("1"), "1 concurrent request");
        assert_eq!(Quantity::RequestRate.phrase("1"), "1 request/s");
        assert_eq!(Quantity::Context.phrase(&Quantity::Context.print(32768.0)), "32K context");
    }
}
