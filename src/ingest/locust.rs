//! Locust: `NAME_stats.csv`, a row per endpoint and one for all of them, times in milliseconds.

use super::csv::{Row, Rows, Split};
use super::document::Tool;
use super::format::{Format, Head};
use super::part::Part;
use super::set_aside::SetAside;
use super::sink::Sink;
use super::stream::Stream;
use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result, Warning};
use crate::metric::MetricId;
use std::collections::BTreeMap;

const TOOL: Tool = Tool { name: "Locust", versions: "1.0 to 2.40" };

/// `NAME_stats_history.csv`.
pub static HISTORY: SetAside = SetAside {
    name: "Locust history",
    reason: "it repeats, second by second, what `…_stats.csv` has for the whole run",
    recognizes: |head| head.header().starts_with(&["Timestamp", "User Count"]),
};

/// `NAME_failures.csv` and `NAME_exceptions.csv`.
pub static FAILURES: SetAside = SetAside {
    name: "Locust failures",
    reason: "it lists what went wrong; how many requests failed stands in `…_stats.csv`",
    recognizes: |head| {
        let header = head.header();
        header == ["Method", "Name", "Error", "Occurrences"] || header.starts_with(&["Count", "Message", "Traceback"])
    },
};

/// The statistics of a run. How many users there were is not in it.
pub struct LocustStats;

impl Format for LocustStats {
    fn name(&self) -> &'static str {
        "Locust statistics"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.header().starts_with(&["Type", "Name", "Request Count"])
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let place = || Place::file(file);
        let mut rows = Rows::new(stream);
        let mut header: Vec<String> = Vec::new();
        let mut endpoints = 0;
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                return Err(TOOL.error(place(), "expected a table as Locust writes it; found a row that is damaged"));
            };
            if header.is_empty() {
                header = row.cells().map(str::to_owned).collect();
                continue;
            }
            if row.get(1) != Some("Aggregated") {
                endpoints += 1;
                continue;
            }
            TOOL.whole_row(place().line(row.line), row.cells().count(), header.len())?;
            let cells = Cells::of(&header, &row);
            let aggregate = cells.aggregate(|| place().line(row.line))?;
            notes(&aggregate, endpoints, place, sink);
            sink.part(Part { aggregate: Some(aggregate), ..Part::default() });
            return Ok(());
        }
        Err(TOOL.error(place(), "expected a row `Aggregated` at the end of the table, as Locust writes it; found none"))
    }
}

/// What a reader must know of these figures.
fn notes(aggregate: &Aggregate, endpoints: usize, place: impl Fn() -> Place, sink: &mut Sink) {
    let mut note = |message: String| sink.warn(Warning::at(place(), message));
    note("Locust counts no tokens and times no first token; its response time of a streamed response may end with the headers, \
          unless the test reads the whole response itself"
        .to_owned());
    if endpoints > 1 {
        note(format!("the row `Aggregated` mixes {endpoints} endpoints"));
    }
    if aggregate.failed.is_some_and(|failed| failed > 0) {
        note("its response times count failed requests too, and are left out".to_owned());
    }
}

/// The cells of one row by their column.
struct Cells<'r>(BTreeMap<&'r str, &'r str>);

impl<'r> Cells<'r> {
    fn of(header: &'r [String], row: &Row<'r>) -> Self {
        Self(header.iter().map(String::as_str).zip(row.cells()).collect())
    }

    /// A number; none where the column is missing or `N/A`.
    fn number(&self, column: &str) -> Option<f64> {
        self.0.get(column)?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    fn aggregate(&self, place: impl Fn() -> Place) -> Result<Aggregate> {
        let needed = |column: &str| self.number(column).ok_or_else(|| TOOL.missing(place(), column));
        let (requests, failed) = (needed("Request Count")?, needed("Failure Count")?);
        let mean = needed("Average Response Time")?;
        let rate = self.number("Requests/s").filter(|rate| *rate > 0.0);
        let failures = self.number("Failures/s").unwrap_or(0.0);
        let mut aggregate = Aggregate {
            requests: Some(requests as u64),
            failed: Some(failed as u64),
            duration_s: rate.map(|rate| requests / rate).filter(|seconds| *seconds > 0.0),
            achieved_rate: rate.map(|rate| rate - failures),
            ..Aggregate::default()
        };
        // Locust files the times of failures with the others.
        if failed == 0.0 && requests > 0.0 {
            let quantiles = Quantiles {
                p50: self.number("50%").or_else(|| self.number("Median Response Time")),
                p90: self.number("90%"),
                p95: self.number("95%"),
                p99: self.number("99%"),
                ..Quantiles::default()
            };
            let printed = Printed { n: requests as u64, mean: Some(mean), sd: None, quantiles };
            aggregate.set(MetricId::E2e, printed.over(1e3));
        }
        Ok(aggregate)
    }
}
