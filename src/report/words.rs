//! Words chosen by numbers. Everything here is decided on unrounded values.

use crate::analysis::At;
use crate::context::Context;
use crate::format;
use crate::metric::Better;
use crate::record::Load;
use serde::Serialize;

/// How a value is printed.
pub type Print = fn(f64) -> String;

/// A value found in a cell, in words.
#[derive(Debug, Clone, Serialize)]
pub struct Spot {
    /// Printed with its unit.
    pub value: String,
    /// `10 concurrent requests`.
    pub load: String,
    /// `1K context`, where it has one.
    pub context: Option<String>,
    /// Both: `1K context and 10 concurrent requests`.
    pub place: String,
    /// Both, as a table has them: `10 concurrent requests, 1K context`.
    pub condition: String,
}

impl Spot {
    /// Prints a value and names its cell.
    pub fn new(at: &At, print: Print) -> Self {
        let load = format::load(at.load);
        let context = at.context.as_ref().map(Context::noun);
        let join = |between: &str, first: &Option<String>, last: &str| match first {
            Some(first) => format!("{first}{between}{last}"),
            None => last.to_owned(),
        };
        let condition = context.as_ref().map_or_else(|| load.clone(), |context| format!("{load}, {context}"));
        Self { value: print(at.value), place: join(" and ", &context, &load), condition, load, context }
    }
}

/// A level that need not have been tested: `6 concurrent requests`, `~1 concurrent request`, `2.5 requests/s`.
pub fn level(text: &str, concurrency: bool) -> String {
    let one = matches!(text, "1" | "~1" | "<1");
    let text = format::in_house(text);
    match (concurrency, one) {
        (true, true) => format!("{text} concurrent request"),
        (true, false) => format!("{text} concurrent requests"),
        (false, true) => format!("{text} request/s"),
        (false, false) => format!("{text} requests/s"),
    }
}

/// What stands for a single request: `For a single request`, or the level that was run in its place: `At 5 concurrent
/// requests`.
pub fn single(load: Load) -> String {
    match load {
        Load::Concurrency(1) => "For a single request".to_owned(),
        other => format!("At {}", format::load(other)),
    }
}

/// How far a value lies from a threshold: `right at` where both print alike, else `just` within 7 %, `well` beyond.
pub fn distance(value: f64, threshold: f64, print: Print) -> &'static str {
    let near = (value / threshold - 1.0).abs() <= 0.07;
    match (print(value) == print(threshold), near, value < threshold) {
        (true, ..) => "right at",
        (_, true, true) => "just under",
        (_, true, false) => "just above",
        (_, false, true) => "well under",
        (_, false, false) => "well above",
    }
}

/// A scale of words: each with the value at which it ends, best first; the last has no end.
pub struct Scale {
    bands: &'static [(f64, &'static str)],
    last: &'static str,
    better: Better,
}

/// How a generation speed in tok/s reads.
pub static SPEED: Scale =
    Scale { bands: &[(50.0, "very fast"), (25.0, "fast"), (15.0, "acceptable")], last: "slow", better: Better::Higher };

/// How a TTFT in seconds feels.
pub static TTFT: Scale = Scale {
    bands: &[(0.5, "instant"), (2.0, "responsive"), (5.0, "noticeable"), (10.0, "slow")],
    last: "frustrating",
    better: Better::Lower,
};

/// How an ITL in seconds looks.
pub static ITL: Scale =
    Scale { bands: &[(0.05, "imperceptible"), (0.1, "noticeable")], last: "plainly visible", better: Better::Lower };

/// A value's place on a scale.
#[derive(Debug, Clone, Serialize)]
pub struct Band {
    /// The band's word.
    pub word: &'static str,
    /// Set where the printed value falls into another band than the value itself: the edge, printed.
    pub edge: Option<String>,
}

impl Scale {
    /// A scale whose bands are given best first, and the word behind the last of them.
    pub const fn new(bands: &'static [(f64, &'static str)], last: &'static str, better: Better) -> Self {
        Self { bands, last, better }
    }

    /// The band of a value; one on an edge belongs to the better band.
    pub fn band(&self, value: f64, print: Print) -> Band {
        let reaches = |edge: f64| match self.better {
            Better::Lower => value <= edge,
            Better::Higher => value >= edge,
        };
        let word = self.bands.iter().find(|(edge, _)| reaches(*edge)).map_or(self.last, |(_, word)| word);
        let edge =
            self.bands.iter().map(|(edge, _)| *edge).find(|edge| print(*edge) == print(value) && !reaches(*edge));
        Band { word, edge: edge.map(print) }
    }
}

/// `MTP` and the like with what they stand for; other names as they are.
pub fn speculative_decoding(name: &str) -> String {
    let spelt = match name.trim().to_ascii_lowercase().as_str() {
        "mtp" => "multi-token prediction (MTP)",
        "eagle" => "EAGLE (extrapolation algorithm for greater language-model efficiency)",
        "eagle2" | "eagle-2" => "EAGLE-2 (extrapolation algorithm for greater language-model efficiency)",
        "eagle3" | "eagle-3" => "EAGLE-3 (extrapolation algorithm for greater language-model efficiency)",
        "ngram" | "n-gram" => "n-gram lookup",
        "medusa" => "Medusa (additional decoding heads)",
        _ => return name.trim().to_owned(),
    };
    spelt.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{latency, seconds_1, throughput};

    #[test]
    fn the_words_for_a_distance_never_contradict_what_is_printed() {
        assert_eq!(distance(11.98, 12.0, seconds_1), "right at");
        assert_eq!(distance(12.04, 12.0, seconds_1), "right at");
        assert_eq!(distance(11.7, 12.0, seconds_1), "just under");
        assert_eq!(distance(8.2, 8.0, seconds_1), "just above");
        assert_eq!(distance(5.1, 12.0, seconds_1), "well under");
        assert_eq!(distance(97.0, 15.0, throughput), "well above");
    }

    #[test]
    fn a_value_on_an_edge_belongs_to_the_better_band() {
        let speed = |value| SPEED.band(value, throughput).word;
        assert_eq!([50.0, 49.9, 25.0, 15.0, 14.9].map(speed), ["very fast", "fast", "fast", "acceptable", "slow"]);
        let ttft = |value| TTFT.band(value, latency).word;
        assert_eq!(
            [0.5, 2.0, 5.0, 10.0, 10.1].map(ttft),
            ["instant", "responsive", "noticeable", "slow", "frustrating"]
        );
        assert_eq!(SPEED.band(24.96, throughput).edge.as_deref(), Some("25.0 tok/s"), "prints as 25.0 and is not fast");
        assert_eq!(SPEED.band(25.04, throughput).edge, None);
    }

    #[test]
    fn one_request_is_singular() {
        assert_eq!(level("1", true), "1 concurrent request");
        assert_eq!(level("~39", true), "~39 concurrent requests");
        assert_eq!(level("2.5", false), "2.5 requests/s");
        assert_eq!(level("~1", false), "~1 request/s");
    }
}
