//! What `--out csv=` and `--out json=` write: a row or line per sample of a metric, durations in milliseconds.

use super::{TOOL, note};
use crate::error::{Place, Result};
use crate::ingest::csv::{Row, Rows, Split};
use crate::ingest::document::json_each;
use crate::ingest::format::{Format, Head};
use crate::ingest::logged::Log;
use crate::ingest::loose::{Number, Text};
use crate::ingest::part::{LevelFacts, Part};
use crate::ingest::power::time::parse;
use crate::ingest::records::columns::Column;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::record::{Load, Record};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeSet;

const LOG: Log = Log { tool: &TOOL, key: |column| if column == Column::E2e { "http_req_duration" } else { "" } };

/// One sample of a metric, as far as it is needed.
#[derive(Default)]
struct Sample<'s> {
    metric: &'s str,
    value: Option<f64>,
    /// When it was taken, nanoseconds of the Unix epoch: at the end of a request. None where only whole seconds are given.
    time_ns: Option<i64>,
    status: Option<&'s str>,
    expected: Option<&'s str>,
    error: Option<&'s str>,
    error_code: Option<&'s str>,
    group: Option<&'s str>,
}

/// What the samples so far say of the load.
#[derive(Default)]
struct Users(BTreeSet<u64>);

impl Users {
    /// The number of users, where it never changed.
    fn load(&self) -> Option<Load> {
        let mut users = self.0.iter().filter(|users| **users > 0);
        let only = users.next()?;
        users.next().is_none().then_some(Load::Concurrency(*only))
    }
}

impl Sample<'_> {
    fn put(&self, line: u64, place: impl Fn() -> Place, users: &mut Users, sink: &mut Sink) -> Result<()> {
        match self.metric {
            "vus" => users.0.extend(self.value.map(|users| users as u64)),
            // What the script does before and after the load is none of it.
            "http_req_duration"
                if !self.group.is_some_and(|group| group.contains("::setup") || group.contains("::teardown")) =>
            {
                let Some(milliseconds) = self.value else { return Err(TOOL.missing(place(), "value")) };
                LOG.hand_on(&self.record(milliseconds), line, place, sink)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn record(&self, milliseconds: f64) -> Record<'_> {
        let status = self.status.and_then(|status| status.parse::<u16>().ok());
        let success = match self.expected {
            Some(expected) => expected == "true",
            None => {
                self.error.or(self.error_code).is_none() && status.is_some_and(|status| (200..400).contains(&status))
            }
        };
        // The status of a response that never came is 0.
        let answered = self.status.filter(|status| *status != "0");
        let reason = self.error.or(answered).or(self.error_code).unwrap_or("unexpected response");
        Record {
            load: None,
            start_ps: self
                .time_ns
                .map(|end| (i128::from(end) * 1000).saturating_sub((milliseconds * 1e9).round() as i128)),
            e2e_s: Some(milliseconds / 1e3).filter(|_| success),
            success,
            error: (!success).then_some(reason),
            ..Record::default()
        }
    }
}

fn finish(users: &Users, file: &str, sink: &mut Sink) {
    sink.warn(note(file));
    sink.part(Part { level: LevelFacts { load: users.load(), ..LevelFacts::default() }, ..Part::default() });
}

/// Samples as CSV.
pub struct K6Csv;

impl Format for K6Csv {
    fn name(&self) -> &'static str {
        "k6 samples (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.header().starts_with(&["metric_name", "timestamp", "metric_value"])
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut rows = Rows::new(stream);
        let mut users = Users::default();
        let mut header: Vec<String> = Vec::new();
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                return Err(TOOL.error(Place::file(file), "expected rows as k6 writes them; found one that is damaged"));
            };
            if header.is_empty() {
                header = row.cells().map(str::to_owned).collect();
                continue;
            }
            let place = || Place::file(file).line(row.line);
            TOOL.whole_row(place(), row.cells().count(), header.len())?;
            sample(&header, &row).put(row.line, place, &mut users, sink)?;
        }
        finish(&users, file, sink);
        Ok(())
    }
}

fn sample<'r>(header: &[String], row: &Row<'r>) -> Sample<'r> {
    let cell = |column: &str| {
        let at = header.iter().position(|name| name == column)?;
        row.get(at).filter(|cell| !cell.is_empty())
    };
    Sample {
        metric: cell("metric_name").unwrap_or_default(),
        value: cell("metric_value").and_then(|value| value.parse().ok()),
        time_ns: cell("timestamp").and_then(time),
        status: cell("status"),
        expected: cell("expected_response"),
        error: cell("error"),
        error_code: cell("error_code"),
        group: cell("group"),
    }
}

/// `K6_CSV_TIME_FORMAT` decides: whole seconds, the default, are too coarse for the times of requests.
fn time(text: &str) -> Option<i64> {
    let Ok(count) = text.parse::<i64>() else { return parse(text, &TimeZone::UTC) };
    match text.len() {
        13 => count.checked_mul(1_000_000),
        16 => count.checked_mul(1000),
        19 => Some(count),
        _ => None,
    }
}

/// Samples as JSON Lines.
pub struct K6Json;

impl Format for K6Json {
    fn name(&self) -> &'static str {
        "k6 samples (JSON Lines)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        !head.is_array() && ["type", "data", "metric"].iter().all(|key| keys.contains(key))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut users = Users::default();
        json_each(stream, &TOOL, |line: Line, number| {
            let place = || Place::file(file).line(number);
            if line.kind.get() != Some("Point") {
                return Ok(());
            }
            let tags = line.data.tags.unwrap_or_default();
            let sample = Sample {
                metric: line.metric.get().unwrap_or_default(),
                value: line.data.value.value(),
                time_ns: line.data.time.get().and_then(|time| parse(time, &TimeZone::UTC)),
                status: tags.status.get(),
                expected: tags.expected_response.get(),
                error: tags.error.get(),
                error_code: tags.error_code.get(),
                group: tags.group.get(),
            };
            sample.put(number, place, &mut users, sink)
        })?;
        finish(&users, file, sink);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type", default)]
    kind: Text,
    #[serde(default)]
    metric: Text,
    data: Point,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Point {
    time: Text,
    value: Number,
    tags: Option<Tags>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tags {
    status: Text,
    expected_response: Text,
    error: Text,
    error_code: Text,
    group: Text,
}
