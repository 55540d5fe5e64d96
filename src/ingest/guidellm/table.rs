//! `benchmarks.csv`: the figures of every benchmark, a row each. Until 0.3 it has one row of headings, from 0.4 on three.

use super::TOOL;
use super::benchmark::{Around, Benchmark, Described};
use super::figures::{ByStatus, Distribution, Figures, Metric, Percentiles};
use super::strategy::Strategy;
use crate::error::{Place, Result};
use crate::ingest::csv::{Row, Rows, Split};
use crate::ingest::format::{Format, Head};
use crate::ingest::loose::{Number, Text};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde::Deserialize;
use std::collections::BTreeMap;

/// GuideLLM's table.
pub struct GuideLlmTable;

impl Format for GuideLlmTable {
    fn name(&self) -> &'static str {
        "GuideLLM table (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let header = head.header();
        let three_rows = header.first() == Some(&"Run Info");
        three_rows || (header.starts_with(&["Type", "Run Id", "Id", "Name"]) && header.contains(&"Successful Requests"))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let mut rows = Rows::new(stream);
        let mut headings = Headings::default();
        let mut number = 0;
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                let message = "expected a table as GuideLLM writes it; found a row that is damaged";
                return Err(TOOL.error(Place::file(name), message));
            };
            if headings.take(&row) {
                continue;
            }
            let place = || Place::file(name).line(row.line);
            TOOL.whole_row(place(), row.cells().count(), headings.columns.len())?;
            let line = Line { headings: &headings, row: &row };
            let benchmark = line.benchmark(number).map_err(|key| TOOL.missing(place(), &key))?;
            benchmark.hand_on(&Around::default(), name, sink)?;
            number += 1;
        }
        if number == 0 {
            sink.set_aside("it holds no benchmark: none was completed");
        }
        Ok(())
    }
}

/// Where each column stands: by its heading or, where there are three rows of them, by `group|field|unit`.
#[derive(Default)]
struct Headings {
    rows: Vec<Vec<String>>,
    columns: BTreeMap<String, usize>,
}

impl Headings {
    /// Takes a row of headings; false where the row is one of figures.
    fn take(&mut self, row: &Row) -> bool {
        let wanted = if self.is_in_groups() { 3 } else { 1 };
        if self.rows.len() >= wanted {
            return false;
        }
        self.rows.push(row.cells().map(str::to_owned).collect());
        let wanted = if self.is_in_groups() { 3 } else { 1 };
        if self.rows.len() == wanted {
            let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
            let cell = |row: &Vec<String>, at: usize| row.get(at).map_or("", String::as_str).to_owned();
            for at in (0..width).rev() {
                let key: Vec<_> = self.rows.iter().map(|row| cell(row, at)).collect();
                self.columns.insert(key.join("|"), at);
            }
        }
        true
    }

    /// Whether this is the table of 0.4 and later.
    fn is_in_groups(&self) -> bool {
        self.rows.first().and_then(|row| row.first()).is_some_and(|first| first == "Run Info")
    }
}

/// A row of figures.
struct Line<'l, 'r> {
    headings: &'l Headings,
    row: &'l Row<'r>,
}

/// A metric in both tables: until 0.3 by its name, from 0.4 on by group and field.
struct Column(&'static str, &'static str, &'static str);

const RATE: Column = Column("Requests per second", "Server Throughput", "Requests/Sec");
const LATENCY: Column = Column("Request latency", "Request Latency", "Sec");
const INPUT: Column = Column("Prompt token count", "Token Metrics", "Input Tokens");
const OUTPUT: Column = Column("Output token count", "Token Metrics", "Output Tokens");
const TTFT: Column = Column("Time to first token ms", "Time to First Token", "ms");
const TPOT: Column = Column("Inter token latency ms", "Inter Token Latency", "ms");
const CHUNKS: Column = Column("", "Streaming Iterations", "Count");
const PER_CHUNK: Column = Column("", "Token Streaming", "Iter Tokens/Iter");

impl Line<'_, '_> {
    /// The benchmark. Errors: the heading of a column that matters and is not there.
    fn benchmark(&self, number: usize) -> std::result::Result<Benchmark, String> {
        let grouped = self.headings.is_in_groups();
        let text = |old: &str, new: &str| self.cell(if grouped { new } else { old }).unwrap_or_default();
        let count = |status: &str| {
            let key = if grouped { format!("Request Counts|{status}|") } else { format!("{status} Requests") };
            self.cell(&key).map(number_of)
        };
        let totals =
            ByStatus { successful: count("Successful"), errored: count("Errored"), incomplete: count("Incomplete") };
        if totals.successes().is_none() {
            return Err(if grouped { "Request Counts / Successful".into() } else { "Successful Requests".into() });
        }
        let described = |text: &str| serde_json::from_str::<Described>(text).unwrap_or_default();
        let model = described(text("Worker", "Run Info|Backend|")).model();
        let data = described(text("Request Loader", "Run Info|Requests|")).data();
        Ok(Benchmark {
            number,
            id: Text::from(text("Id", "Benchmark|ID|")),
            strategy: Some(self.strategy(grouped)?),
            model,
            data,
            figures: Some(self.figures()?),
            totals: Some(totals),
            // Its times are local, without a zone.
            duration: number_of(text("Duration", "Timings|Duration|Sec")),
            rounded: true,
            ..Benchmark::default()
        })
    }

    /// The strategy: of the name, which may go without its number, and of the configuration beside it.
    fn strategy(&self, grouped: bool) -> std::result::Result<Strategy, String> {
        #[derive(Deserialize)]
        struct Arguments {
            strategy: Strategy,
        }
        #[derive(Deserialize)]
        struct Profile {
            completed_strategies: Vec<Strategy>,
        }
        let full = if grouped {
            let index = self.cell("Run Info|Run Index|").and_then(|index| index.parse::<usize>().ok()).unwrap_or(0);
            let profile = self.cell("Run Info|Profile|").and_then(|text| serde_json::from_str::<Profile>(text).ok());
            profile.and_then(|profile| profile.completed_strategies.into_iter().nth(index))
        } else {
            let arguments = self.cell("Args").and_then(|text| serde_json::from_str::<Arguments>(text).ok());
            arguments.map(|arguments| arguments.strategy)
        };
        let (key, told) = if grouped { ("Benchmark|Strategy|", "Benchmark / Strategy") } else { ("Name", "Name") };
        let named = Strategy::named(self.cell(key).ok_or(told)?);
        Ok(full.filter(|full| full.kind == named.kind).unwrap_or(named))
    }

    fn figures(&self) -> std::result::Result<Figures, String> {
        let latency = self.metric(&LATENCY);
        if latency.0.is_none()
            && self.headings.columns.keys().all(|key| !key.to_lowercase().contains("request latency"))
        {
            return Err(LATENCY.1.to_owned());
        }
        Ok(Figures {
            request_totals: None,
            requests_per_second: self.metric(&RATE),
            request_latency: latency,
            prompt_token_count: self.metric(&INPUT),
            output_token_count: self.metric(&OUTPUT),
            time_to_first_token_ms: self.metric(&TTFT),
            inter_token_latency_ms: self.metric(&TPOT),
            request_streaming_iterations_count: self.metric(&CHUNKS),
            iter_tokens_per_iteration: self.metric(&PER_CHUNK),
        })
    }

    /// A metric over the successes; none where its columns are missing, as they are where it has no value.
    fn metric(&self, Column(name, group, field): &Column) -> Metric {
        const LIST: &str = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]";
        let keys = if self.headings.is_in_groups() {
            ["Mean", "Median", "Std Dev", "Percentiles"].map(|of| format!("{group}|Successful {field}|{of}"))
        } else {
            ["mean", "median", "std dev", LIST].map(|of| format!("Successful {name} {of}"))
        };
        let [mean, median, std_dev, list] = keys.map(|key| self.cell(&key));
        let Some(mean) = mean else { return Metric::default() };
        let list: Vec<Number> =
            list.unwrap_or_default().trim_matches(['[', ']']).split(',').map(|value| number_of(value.trim())).collect();
        let at = |place: usize| list.get(place).copied().unwrap_or_default();
        Metric(Some(Distribution {
            mean: number_of(mean),
            median: number_of(median.unwrap_or_default()),
            std_dev: number_of(std_dev.unwrap_or_default()),
            min: at(0),
            percentiles: Percentiles { p01: at(2), p05: at(3), p10: at(4), p90: at(7), p95: at(8), p99: at(9) },
            ..Distribution::default()
        }))
    }

    fn cell(&self, key: &str) -> Option<&str> {
        self.row.get(*self.headings.columns.get(key)?).filter(|cell| !cell.is_empty())
    }
}

/// `12.5`; none for what is no number: `nan`, `None`.
fn number_of(cell: &str) -> Number {
    Number::from(cell.parse::<f64>().ok())
}
