//! The summary that AIPerf and GenAI-Perf write as CSV: the figures of the one in JSON, with two decimals and without the
//! configuration.

use super::figures::Figures;
use super::{AIPERF, GENAI_PERF, kin};
use crate::error::{Place, Result};
use crate::ingest::csv::{Row, Rows, Split};
use crate::ingest::document::Tool;
use crate::ingest::format::{Format, Head};
use crate::ingest::part::Part;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What AIPerf or GenAI-Perf computed over a run, as a table. Its level stands in the summary in JSON, or in its name.
pub struct AiperfTable;

impl Format for AiperfTable {
    fn name(&self) -> &'static str {
        "AIPerf or GenAI-Perf summary (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.header().starts_with(&["Metric", "avg"])
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let place = || Place::file(file);
        let mut rows = Rows::new(stream);
        let mut table = Table::default();
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                return Err(AIPERF.error(place(), "expected a table as AIPerf writes it; found a row that is damaged"));
            };
            if row.get(0) == Some("Endpoint") {
                // Telemetry of the GPUs follows.
                break;
            }
            table.add(&row).map_err(|bad| {
                AIPERF.error(
                    place().line(row.line).column(bad.column as u64),
                    format!("expected a number, found `{}`", bad.found),
                )
            })?;
        }
        let (tool, figures) = (table.tool(), table.figures());
        if figures.lacks_latency() {
            return Err(tool.missing(place(), "Request Latency"));
        }
        let mut aggregate = figures.aggregate().map_err(|bad| bad.told(tool, place()))?;
        if !table.is_genai_perf {
            // What did not happen is not listed.
            let failed = figures.error_request_count.as_ref().and_then(|count| count.avg.whole()).unwrap_or(0);
            aggregate.failed = Some(failed);
            aggregate.requests = figures.successes().map(|successes| successes + failed);
        }
        aggregate.rounded = true;
        sink.part(Part { kin: Some(kin(file)), aggregate: Some(aggregate), ..Part::default() });
        Ok(())
    }
}

/// The rows so far, as the summary in JSON would have them.
#[derive(Default)]
struct Table {
    /// The statistics of the block that is being read.
    header: Vec<String>,
    metrics: Map<String, Value>,
    is_genai_perf: bool,
}

/// A cell that should hold a number.
struct BadCell {
    column: usize,
    found: String,
}

impl Table {
    fn add(&mut self, row: &Row) -> std::result::Result<(), BadCell> {
        let mut cells = row.cells();
        let Some(name) = cells.next() else { return Ok(()) };
        if name == "Metric" {
            let statistic = |cell: &str| if cell == "Value" { "avg".to_owned() } else { cell.to_owned() };
            self.header = cells.map(statistic).collect();
            let place = |name| self.header.iter().position(|statistic| statistic == name);
            // Only GenAI-Perf lists percentiles from the highest down.
            self.is_genai_perf |= place("p99").zip(place("p1")).is_some_and(|(p99, p1)| p99 < p1);
            return Ok(());
        }
        let (tag, unit) = tag_and_unit(name);
        let mut statistics = Map::from_iter([("unit".to_owned(), Value::from(unit))]);
        for (at, (statistic, cell)) in self.header.iter().zip(cells).enumerate() {
            let number = number(cell).ok_or_else(|| BadCell { column: at + 2, found: cell.to_owned() })?;
            statistics.insert(statistic.clone(), number);
        }
        self.metrics.insert(tag, Value::Object(statistics));
        Ok(())
    }

    fn tool(&self) -> &'static Tool {
        if self.is_genai_perf { &GENAI_PERF } else { &AIPERF }
    }

    fn figures(&self) -> Figures {
        Figures::deserialize(Value::Object(self.metrics.clone())).expect("every value is a number or null")
    }
}

/// `Time to First Token (ms)` is `time_to_first_token` in `ms`.
fn tag_and_unit(name: &str) -> (String, &str) {
    let (name, unit) = match name.rsplit_once(" (") {
        Some((name, unit)) => (name, unit.trim_end_matches(')')),
        None => (name, ""),
    };
    let tag = name.to_ascii_lowercase().replace(' ', "_");
    let tag = match tag.as_str() {
        "total_input_sequence_length" => "total_isl",
        "total_output_sequence_length" => "total_osl",
        "minimum_request_timestamp" => "min_request_timestamp",
        "maximum_response_timestamp" => "max_response_timestamp",
        other => other,
    };
    (tag.to_owned(), unit)
}

/// `1,234.56`; null where a cell is empty or says that there is no value; none where it is no number.
fn number(cell: &str) -> Option<Value> {
    match cell.replace(',', "").as_str() {
        "" | "N/A" => Some(Value::Null),
        digits => digits.parse::<f64>().ok().map(Value::from),
    }
}
