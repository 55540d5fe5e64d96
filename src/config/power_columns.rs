//! `[[power.columns]]`: which columns of a home-made power log hold what.

use super::Config;
use super::problems::Problem;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

/// One mapping: the power logs it speaks of, and their columns.
///
/// A column is called as the header calls it or, in a log without a header, by its number, counted from 1.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["file", "time"]))]
pub struct PowerColumns {
    /// The files, below the run folder or by their last part alone: `*` stands for any text, `?` for one character.
    pub file: String,
    /// When a sample was taken.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub time: String,
    /// What the column `time` counts in.
    pub time_unit: TimeUnit,
    /// The moment at which a log begins that shows the time since then; read in `power.timezone` unless it names its
    /// zone.
    pub start: Option<String>,
    /// What tells the GPUs apart; default: rows of one time are different GPUs, in their order.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub device: Option<String>,
    /// The draw in watts.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub watts: Option<String>,
    /// The draw in milliwatts, where the log has no watts.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub milliwatts: Option<String>,
}

/// What a column of times counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
pub enum TimeUnit {
    /// Dates with a time of day, in `power.timezone` unless they name their zone.
    #[default]
    #[serde(rename = "date-time")]
    DateTime,
    /// Seconds since 1970 or `start`.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds since then.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Microseconds since then.
    #[serde(rename = "us")]
    Microseconds,
    /// Nanoseconds since then.
    #[serde(rename = "ns")]
    Nanoseconds,
}

impl TimeUnit {
    /// The power of ten of them that makes a second, and what they are called; none for dates.
    pub fn counted(self) -> Option<(u32, &'static str)> {
        match self {
            Self::DateTime => None,
            Self::Seconds => Some((0, "seconds")),
            Self::Milliseconds => Some((3, "milliseconds")),
            Self::Microseconds => Some((6, "microseconds")),
            Self::Nanoseconds => Some((9, "nanoseconds")),
        }
    }
}

impl PowerColumns {
    /// Whether it speaks of a file: `name` is the file below the run folder, or its path.
    pub fn matches(&self, name: &str) -> bool {
        let pattern = WildMatch::new(&self.file);
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        pattern.matches(name) || pattern.matches(last)
    }

    /// Whether its columns are numbers: those of a file without a header.
    pub fn by_number(&self) -> bool {
        number(&self.time).is_some()
    }

    /// The moment `start` in nanoseconds since 1970; `None` inside where it is no time, outside where there is none.
    pub fn start_ns(&self, zone: &TimeZone) -> Option<Option<i64>> {
        let text = self.start.as_deref()?;
        let civil = || zone.to_timestamp(text.parse::<DateTime>().ok()?).ok();
        let start = text.parse::<Timestamp>().ok().or_else(civil);
        Some(start.and_then(|start| i64::try_from(start.as_nanosecond()).ok()))
    }

    /// Every column that is named, with its key.
    fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = [("device", &self.device), ("watts", &self.watts), ("milliwatts", &self.milliwatts)];
        let given = given.into_iter().filter_map(|(key, column)| Some((key, column.as_deref()?)));
        std::iter::once(("time", self.time.as_str())).chain(given)
    }

    fn problems(&self, zone: &TimeZone) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |key: &str, message: String, hint: &str| problems.push(Problem::new(key, message, hint));
        if self.file.is_empty() {
            problem("", "it names no file".into(), "say which power logs it is for: `file = \"power-*.csv\"`");
        }
        if self.time.is_empty() {
            problem("", "it names no column of times".into(), "give its name in the header: `time = \"timestamp\"`");
        }
        if self.watts.is_some() == self.milliwatts.is_some() {
            let hint = "give one of them the draw's name in the header: `watts = \"power_w\"`";
            problem("", "expected `watts` or `milliwatts`, one of the two".into(), hint);
        }
        for (key, column) in self.columns().filter(|(_, column)| number(column).is_some() != self.by_number()) {
            let message = format!("`{}` and `{column}` are a column's number and another one's name", self.time);
            problem(key, message, "name all of them or, in a file without a header, number all of them from 1");
        }
        match self.start_ns(zone) {
            Some(None) => problem(
                "start",
                format!("expected a date and a time of day, found `{}`", self.start.as_deref().unwrap_or_default()),
                "write it as `start = \"2026-01-15T08:00:00Z\"`",
            ),
            Some(_) if self.time_unit == TimeUnit::DateTime => problem(
                "start",
                "the column `time` holds dates, and needs no start".into(),
                "where it counts from the start on, set `time_unit` to `s`, `ms`, `us` or `ns`",
            ),
            _ => {}
        }
        problems
    }
}

/// The number of a column, counted from 1.
pub fn number(column: &str) -> Option<usize> {
    column.parse().ok().filter(|number| *number > 0)
}

/// What is wrong with the mappings, in their order.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let Ok(zone) = config.timezone() else { return Vec::new() };
    let mappings = config.power.columns.iter().enumerate();
    mappings
        .flat_map(|(nth, mapping)| {
            let table = format!("power.columns[{nth}]");
            mapping.problems(&zone).into_iter().map(move |problem| problem.below(&table))
        })
        .collect()
}
