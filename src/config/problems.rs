//! Values that a key cannot have although they have its type.

use super::{Config, files, gate, house, limits, power_columns, record_columns, use_cases};
use crate::error::{Error, Place};
use std::fmt::Display;

/// What is wrong with the value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key with its tables: `power.pue`, `use_case[0].context`; the table itself where a key is missing.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), hint: hint.into() }
    }

    /// The same problem, with its path counted from the table that holds this one.
    pub(super) fn below(mut self, table: &str) -> Self {
        self.path = if self.path.is_empty() { table.to_owned() } else { format!("{table}.{}", self.path) };
        self
    }

    /// The problem as an error at a place in the file; the path is added to it.
    pub fn error(self, place: Place) -> Error {
        Error::at(place.path(self.path), self.message).hint(self.hint)
    }
}

impl Config {
    /// Values that cannot stand, by table: negative prices, dates that do not exist, addresses of no known kind, …
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.date.as_deref().and_then(date));
        problems.extend(numbers(self));
        problems.extend(self.timezone().err().map(|error| {
            let message = format!("expected a time zone, found `{}`", self.power.timezone);
            Problem::new("power.timezone", message, error.hint.unwrap_or_default())
        }));
        problems.extend(power_columns::problems(self));
        problems.extend(record_columns::problems(self));
        problems.extend(use_cases::problems(self));
        problems.extend(gate::problems(self));
        problems.extend(files::problems(self));
        problems.extend(house::problems(self));
        problems.extend(limits::problems(self));
        problems.extend(addresses(self));
        problems.extend(self.brand.accent.as_deref().and_then(accent));
        problems.extend(reference(self));
        problems
    }
}

fn date(text: &str) -> Option<Problem> {
    let shape = text.len() == 10 && text.is_ascii();
    let exists = shape && text.parse::<jiff::civil::Date>().is_ok_and(|date| date.to_string() == text);
    (!exists).then(|| {
        let message = format!("expected a date, found `{text}`");
        Problem::new("date", message, "write it as year, month and day: `date = \"2026-02-06\"`")
    })
}

/// A name or an address of a run that is not named.
fn reference(config: &Config) -> Option<Problem> {
    let reference = &config.reference;
    let says = reference.name.is_some() || reference.report_url.is_some();
    let named = reference.run.as_deref().is_some_and(|run| !run.trim().is_empty());
    (!named && (says || reference.run.is_some())).then(|| {
        let message = "expected the folder or file of another run, found none";
        Problem::new("reference.run", message, "give it as it lies from this file: `run = \"../other-run\"`")
    })
}

/// Every number with the range it has to lie in.
fn numbers(config: &Config) -> Vec<Problem> {
    let (hardware, power, capacity) = (&config.hardware, &config.power, &config.capacity);
    let share = |value: &f64| (0.0..1.0).contains(value);
    let price = |value: &f64| *value >= 0.0;
    let size = |value: &f64| *value > 0.0;
    let count = hardware.count.map(f64::from);
    let output_tokens = config.test.output_tokens.map(|tokens| tokens as f64);
    [
        number("hardware.count", count, |value| *value >= 1.0, "at least 1", "count the GPUs"),
        number(
            "hardware.vram_gb",
            hardware.vram_gb,
            size,
            "more than 0",
            "give the memory of all GPUs together, in GB",
        ),
        number("hardware.memory_mb", hardware.memory_mb, size, "more than 0", "give the memory of one GPU, in MiB"),
        number(
            "hardware.peak_memory_mb",
            hardware.peak_memory_mb,
            size,
            "more than 0",
            "give the most memory that was in use, in MiB",
        ),
        number(
            "test.output_tokens",
            output_tokens,
            |value| *value >= 1.0,
            "at least 1",
            "give the output tokens that each request of the sweep asked for",
        ),
        number("power.price_per_kwh", power.price_per_kwh, price, "0 or more", "give the price of one kWh"),
        number(
            "power.pue",
            Some(power.pue),
            |value| *value >= 1.0,
            "1 or more",
            "a site draws at least what its GPUs draw; 1.0 leaves the rest of it out",
        ),
        number("cost.gpu_hour", config.cost.gpu_hour, price, "0 or more", "give the price of one GPU for an hour"),
        number("capacity.near", Some(capacity.near), share, "a share from 0 up to 1", "7 % is `near = 0.07`"),
        number(
            "capacity.max_failure_rate",
            Some(capacity.max_failure_rate),
            share,
            "a share from 0 up to 1",
            "1 % is `max_failure_rate = 0.01`",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn number(
    path: &str,
    value: Option<f64>,
    stands: impl Fn(&f64) -> bool,
    expected: impl Display,
    hint: &str,
) -> Option<Problem> {
    let bad = value.filter(|value| !(value.is_finite() && stands(value)))?;
    Some(Problem::new(path, format!("expected {expected}, found {bad}"), hint))
}

/// Addresses become links, so that no scheme that runs anything comes through.
fn addresses(config: &Config) -> Vec<Problem> {
    let web = [
        ("reference.report_url", &config.reference.report_url),
        ("brand.website", &config.brand.website),
        ("brand.report_url", &config.brand.report_url),
    ];
    let not_web = |(path, address): (&str, &Option<String>)| {
        let address = address.as_deref().filter(|address| !is_web(address))?;
        let message = format!("expected an address that starts with `https://` or `http://`, found `{address}`");
        Some(Problem::new(path, message, "write the whole address, for example `https://example.org`"))
    };
    let mut problems: Vec<_> = web.into_iter().filter_map(not_web).collect();
    problems.extend(config.brand.contact.as_deref().filter(|contact| !is_contact(contact)).map(|contact| {
        let message = format!("expected an e-mail address, a web address or text, found `{contact}`");
        Problem::new("brand.contact", message, "use `mailto:`, `https://` or `http://`, or write it as text")
    }));
    problems
}

fn is_web(address: &str) -> bool {
    let after = |scheme: &str| {
        let start = address.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &address[scheme.len()..])
    };
    let host = after("https://").or_else(|| after("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && !host.starts_with('/') && !address.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Text, or an address of a kind that only opens a mail or a page: a word and a colon right before more is a scheme.
fn is_contact(contact: &str) -> bool {
    let Some((scheme, rest)) = contact.split_once(':') else { return true };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        && !rest.starts_with(|c: char| c.is_whitespace());
    !is_scheme || scheme.eq_ignore_ascii_case("mailto") || is_web(contact)
}

fn accent(text: &str) -> Option<Problem> {
    crate::colour::parse(text).is_none().then(|| {
        let message = format!("expected a colour, found `{text}`");
        Problem::new("brand.accent", message, "write red, green and blue in hexadecimal: `accent = \"#0b6e4f\"`")
    })
}
