//! Result objects whose figures are flat keys (`mean_ttft_ms`): what the clients that descend from vLLM's
//! `benchmark_serving.py`, and the tools that sum them up, have in common.

use super::loose::{Gaps, Number, Text};
use crate::cell::Quantiles;
use crate::cell::aggregate::Printed;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Keys that are kept of one object; a dump of a server's settings has hundreds.
const MOST_KEYS: usize = 4096;
/// Longest text that is kept; a longer one is a prompt or a response.
const LONGEST_TEXT: usize = 512;
/// Nesting that is looked into.
const DEEPEST: usize = 6;

/// One object: its numbers and short texts by key, those of nested objects under `outer.inner`, and the per-request lists
/// of a detailed file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flat {
    values: BTreeMap<String, Scalar>,
    /// One entry per request, failed ones included.
    pub lists: Lists,
}

/// The per-request lists of a detailed file, each as long as the others or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// Prompt tokens.
    pub input_lens: Vec<Number>,
    /// Output tokens.
    pub output_lens: Vec<Number>,
    /// TTFT, seconds; 0 where the request failed.
    pub ttfts: Vec<Number>,
    /// Gaps between chunks, seconds.
    pub itls: Vec<Gaps>,
    /// E2E, seconds.
    pub latencies: Vec<Number>,
    /// Submission, seconds on a clock of the client's own.
    pub start_times: Vec<Number>,
    /// Why a request failed; empty where it did not, or where the server gave no reason.
    pub errors: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq)]
enum Scalar {
    Number(f64),
    Text(String),
    Bool(bool),
}

/// How a tool names the keys of its statistics.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    /// What stands before the name of the statistic: `metrics.`.
    pub prefix: &'static str,
    /// What stands behind the name of the metric: `_ms`.
    pub suffix: &'static str,
    /// How many of the file's units a second has.
    pub per_second: f64,
}

impl Flat {
    /// The cells of a table's row by their columns; empty ones are none.
    pub fn of_cells<'c>(cells: impl Iterator<Item = (&'c str, &'c str)>) -> Self {
        let cells = cells.filter(|(_, cell)| !cell.is_empty() && cell.len() <= LONGEST_TEXT).take(MOST_KEYS);
        let values =
            cells.map(|(column, cell)| (column.trim_end_matches(':').to_owned(), Scalar::Text(cell.to_owned())));
        Self { values: values.collect(), lists: Lists::default() }
    }

    /// A number; also one that was written as text.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.any_number(key).filter(|value| value.is_finite())
    }

    fn any_number(&self, key: &str) -> Option<f64> {
        match self.values.get(key)? {
            Scalar::Number(value) => Some(*value),
            Scalar::Text(text) => text.trim().parse().ok(),
            Scalar::Bool(_) => None,
        }
    }

    /// A whole number from 0 on.
    pub fn whole(&self, key: &str) -> Option<u64> {
        self.number(key)
            .filter(|value| value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(value))
            .map(|v| v as u64)
    }

    /// Whether a number stands for «without a limit».
    pub fn is_infinite(&self, key: &str) -> bool {
        self.any_number(key).is_some_and(f64::is_infinite)
    }

    /// A text that is not blank; numbers and truth values as they are written.
    pub fn text(&self, key: &str) -> Option<String> {
        let text = match self.values.get(key)? {
            Scalar::Number(value) => value.to_string(),
            Scalar::Text(text) => text.trim().to_owned(),
            Scalar::Bool(value) => value.to_string(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The first of several keys that has a value.
    pub fn first<T>(&self, keys: &[&str], get: impl Fn(&Self, &str) -> Option<T>) -> Option<T> {
        keys.iter().find_map(|key| get(self, key))
    }

    /// The percentiles that stand below a path: `latency.ttft.p50` to `latency.ttft.p99`.
    pub fn quantiles(&self, path: &str) -> Quantiles {
        let value = |percentile: &str| self.number(&format!("{path}.{percentile}"));
        Quantiles { p50: value("p50"), p90: value("p90"), p95: value("p95"), p99: value("p99"), ..Quantiles::default() }
    }

    /// What is printed of a metric, in seconds: `mean_ttft_ms`, `median_…`, `std_…`, `p99_…`.
    ///
    /// The deviations of these tools are NumPy's, over n; here they are over n − 1, so that an unknown n leaves none.
    pub fn printed(&self, metric: &str, n: u64, naming: Naming) -> Printed {
        let value = |statistic: &str| self.number(&format!("{}{statistic}_{metric}{}", naming.prefix, naming.suffix));
        let quantiles = Quantiles {
            p1: value("p1"),
            p5: value("p5"),
            p10: value("p10"),
            p50: value("median").or_else(|| value("p50")),
            p90: value("p90"),
            p95: value("p95"),
            p99: value("p99"),
        };
        Printed { n, mean: value("mean"), sd: value("std"), quantiles }.of_sample().over(naming.per_second)
    }
}

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut flat = Flat::default();
        deserializer.deserialize_map(Object { flat: &mut flat, path: "", depth: 0 })?;
        Ok(flat)
    }
}

/// One object, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMany {
    /// An object.
    One(Box<Flat>),
    /// The objects of a list.
    Many(Vec<Flat>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object with the figures of a run, or a list of them")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany, A::Error> {
                let mut flat = Flat::default();
                Object { flat: &mut flat, path: "", depth: 0 }.visit_map(map)?;
                Ok(OneOrMany::One(Box::new(flat)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut many = Vec::new();
                while let Some(flat) = list.next_element()? {
                    many.push(flat);
                }
                Ok(OneOrMany::Many(many))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Reads the keys of one object.
struct Object<'f> {
    flat: &'f mut Flat,
    path: &'f str,
    depth: usize,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with the figures of a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let lists = &mut self.flat.lists;
            match (self.depth, key.as_str()) {
                (0, "input_lens") => lists.input_lens = map.next_value()?,
                (0, "output_lens") => lists.output_lens = map.next_value()?,
                (0, "ttfts") => lists.ttfts = map.next_value()?,
                (0, "itls") => lists.itls = map.next_value()?,
                (0, "latencies") => lists.latencies = map.next_value()?,
                (0, "start_times") => lists.start_times = map.next_value()?,
                (0, "errors") => lists.errors = map.next_value()?,
                // The fork writes `request_goodput:`.
                _ => {
                    let path = format!("{}{}", self.path, key.trim_end_matches(':'));
                    map.next_value_seed(Value { flat: self.flat, path, depth: self.depth })?;
                }
            }
        }
        Ok(())
    }
}

/// Keeps a value under its path; reads over lists.
struct Value<'f> {
    flat: &'f mut Flat,
    path: String,
    depth: usize,
}

impl Value<'_> {
    fn keep(self, scalar: Scalar) {
        if self.flat.values.len() < MOST_KEYS {
            self.flat.values.insert(self.path, scalar);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.keep(Scalar::Bool(value));
        Ok(())
    }
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.keep(Scalar::Number(value));
        Ok(())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.visit_f64(value as f64)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.visit_f64(value as f64)
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.len() <= LONGEST_TEXT {
            self.keep(Scalar::Text(text.to_owned()));
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let path = format!("{}.", self.path);
        Object { flat: self.flat, path: &path, depth: self.depth + 1 }.visit_map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_nested_keys_are_found_and_lists_and_long_texts_are_not_held() {
        let text = format!(
            r#"{{"a": 1.5, "b": "4", "request_goodput:": null, "rate": "inf", "on": false, "prompt": "{}", "list": [{{"x": 1}}],
                "inner": {{"deep": {{"tp": 8}}}}, "itls": [[0.1, 0.3], []], "errors": ["", "refused"]}}"#,
            "x".repeat(600)
        );
        let flat: Flat = serde_json::from_str(&text).unwrap();
        assert_eq!((flat.number("a"), flat.whole("b"), flat.whole("a")), (Some(1.5), Some(4), None));
        assert_eq!((flat.number("rate"), flat.is_infinite("rate")), (None, true));
        assert_eq!((flat.whole("inner.deep.tp"), flat.text("on").as_deref()), (Some(8), Some("false")));
        assert_eq!((flat.text("prompt"), flat.text("list")), (None, None));
        assert_eq!(flat.lists.itls[0].mean(), Some(0.2));
        assert_eq!(flat.lists.errors[1].get(), Some("refused"));
    }

    #[test]
    fn statistics_come_in_seconds_and_deviations_over_n_less_one() {
        let flat: Flat = serde_json::from_str(
            r#"{"mean_ttft_ms": 398, "std_ttft_ms": 30, "median_ttft_ms": 397, "p99_ttft_ms": 500}"#,
        )
        .unwrap();
        let naming = Naming { prefix: "", suffix: "_ms", per_second: 1000.0 };
        let printed = flat.printed("ttft", 10, naming);
        assert_eq!((printed.mean, printed.quantiles.p50, printed.quantiles.p99), (Some(0.398), Some(0.397), Some(0.5)));
        assert!((printed.sd.unwrap() - 0.03 * (10.0_f64 / 9.0).sqrt()).abs() < 1e-15);
        assert_eq!(flat.printed("ttft", 0, naming).sd, None, "of how many is not known");
        assert_eq!(flat.printed("tpot", 10, naming).mean, None);
    }
}
