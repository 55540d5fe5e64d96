//! Cells that were computed elsewhere: `cells.csv`, or what a query over a warehouse of records gives.
//!
//! A row is a cell with everything that the records themselves would have given, under the names of
//! [`crate::cell::table`]; what a table leaves out is unknown.

mod fields;
pub mod gather;
mod row;

use super::csv::{self, Rows, Split};
use super::format::{Format, Head};
use super::records::columns::{Column as RecordColumn, Field};
use super::records::value::shown;
use super::sink::{Bad, Sink};
use super::stream::Stream;
use crate::cell::Cell;
use crate::cell::Statistic;
use crate::cell::table::{Column, Figure, metrics};
use crate::config::FileRule;
use crate::context::Context;
use crate::error::{Error, Place, Result, Warning};
use crate::record::PROMPT_SUITE;
use fields::{Complaint, Fields};
use std::collections::BTreeMap;

/// A cell as a table gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenCell {
    /// The cell.
    pub cell: Cell,
    /// Mean draw of all GPUs, watts.
    pub power_w: Option<f64>,
    /// Latest submission, picoseconds on the source's clock.
    pub latest_start_ps: Option<i128>,
}

/// What the format is called.
pub const CELLS: &str = "cells (CSV)";

/// Cells as CSV with a header.
pub struct CellsCsv;

impl Format for CellsCsv {
    fn name(&self) -> &'static str {
        CELLS
    }

    fn recognizes(&self, head: &Head) -> bool {
        let header = head.header();
        are_cells(header.iter().copied()) || other_separator(&header).is_some()
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let rule = sink.config.file_rule(file);
        let mut rows = Rows::new(stream);
        let mut header: Option<Header> = None;
        // Of each cell the line that it stands on.
        let mut lines: BTreeMap<_, u64> = BTreeMap::new();
        let mut given = Vec::new();
        while let Some(split) = rows.next_row()? {
            let row = match split {
                Split::Row(row) => row,
                broken => match unreadable(file, &broken) {
                    // Everything up to the end of the file stands within that quote, or is named wrongly.
                    bad if header.is_none() || matches!(broken, Split::OpenQuote { .. }) => return Err(bad.error),
                    bad => {
                        sink.bad(bad)?;
                        continue;
                    }
                },
            };
            let cells: Vec<&str> = row.cells().collect();
            let Some(header) = &header else {
                header = Some(Header::read(&cells, Place::file(file).line(row.line), sink)?);
                continue;
            };
            let place = Place::file(file).line(row.line);
            if cells.len() != header.columns.len() {
                sink.bad(header.ragged(cells.len(), place, row.terminated))?;
                continue;
            }
            if csv::repeats_header(cells.iter().copied(), &header.names) {
                sink.bad(csv::repeated_header(place))?;
                continue;
            }
            match row::read(&Fields::new(&header.columns, &cells)) {
                Err(complaint) => sink.bad(header.bad(complaint, place))?,
                Ok(found) => match lines.get(&found.cell.key) {
                    Some(first) => sink.bad(header.repeated(*first, place))?,
                    None => {
                        lines.insert(found.cell.key.clone(), row.line);
                        given.push(overruled(found, &rule));
                    }
                },
            }
        }
        if !given.is_empty() && given.iter().all(|given| given.cell.key.scenario == PROMPT_SUITE) {
            sink.set_aside("it sums up a prompt suite, whose cases only its records tell");
            return Ok(());
        }
        given.into_iter().for_each(|given| sink.cell(given));
        Ok(())
    }
}

/// Whether columns of these names are those of a table of cells: one of them is a figure of a metric, and none a time of
/// one request.
pub fn are_cells<'n>(names: impl IntoIterator<Item = &'n str> + Clone) -> bool {
    let is_figure = |name| matches!(Column::named(name), Some(Column::Metric(..)));
    let is_time =
        |name| Field::named(name).is_some_and(|field| matches!(field.column, RecordColumn::E2e | RecordColumn::Ttft));
    names.clone().into_iter().any(is_figure) && !names.into_iter().any(is_time)
}

/// The separator of a header that has the columns of cells but for the commas.
fn other_separator(header: &[&str]) -> Option<(char, &'static str)> {
    let [line] = header else { return None };
    let names = |separator: char| line.split(separator).map(|cell| cell.trim().trim_matches('"'));
    [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find(|(separator, _)| line.contains(*separator) && are_cells(names(*separator)))
}

/// A cell with what the configuration says of the level of its file, which counts.
fn overruled(mut given: GivenCell, rule: &FileRule) -> GivenCell {
    let key = &mut given.cell.key;
    key.scenario = rule.scenario.clone().unwrap_or(std::mem::take(&mut key.scenario));
    key.context = rule.context_tokens().map(Context::nominal).or(key.context.take());
    key.load = rule.load().unwrap_or(key.load);
    given.cell.asked_output_tokens = rule.output_tokens.or(given.cell.asked_output_tokens);
    given
}

/// The columns of a file.
struct Header {
    names: Vec<String>,
    columns: Vec<Option<Column>>,
}

impl Header {
    /// Errors: another separator than commas, a column that stands twice, no column for the load.
    fn read(names: &[&str], place: Place, sink: &mut Sink) -> Result<Self> {
        if let Some((separator, called)) = other_separator(names) {
            let message = format!("expected columns separated by commas, found {called} (`{separator}`)");
            return Err(Error::at(place, message).hint("export it again with commas and decimal points"));
        }
        let columns: Vec<_> = names.iter().map(|name| Column::named(name)).collect();
        for (at, column) in columns.iter().enumerate().filter(|(_, column)| column.is_some()) {
            if let Some(first) = columns[..at].iter().position(|other| other == column) {
                let message = format!("stands a second time; column {} is the first", first + 1);
                let place = place.column(at as u64 + 1).path(names[at]);
                return Err(Error::at(place, message).hint("keep one of the two columns"));
            }
        }
        if !columns.iter().flatten().any(|column| matches!(column, Column::Concurrency | Column::RequestRate)) {
            let message =
                "no column `concurrency` or `request_rate`; a cell must say under which load its requests were sent";
            let shown: Vec<_> = names.iter().take(SHOWN).map(|name| shown(name)).collect();
            let more = if names.len() > SHOWN { " and more" } else { "" };
            return Err(Error::at(place, message).hint(format!("the columns are {}{more}", shown.join(", "))));
        }
        for (at, name) in names.iter().enumerate().filter(|(at, _)| columns[*at].is_none()) {
            sink.unknown(name);
            if let Some(known) = misspelt(name, &columns) {
                let place = place.clone().column(at as u64 + 1).path(*name);
                sink.warn(Warning::at(place, format!("is no known column and was left out; `{known}` is one")));
            }
        }
        for metric in metrics() {
            let has = |figure| columns.contains(&Some(Column::Metric(metric.id, figure)));
            let tail = Statistic::percentiles(metric.better).into_iter().skip(1);
            let tail: Vec<_> =
                tail.filter(|(_, known)| has(Figure::Statistic(*known))).map(|(name, _)| name.to_owned()).collect();
            if !tail.is_empty() && !has(Figure::N) && !has(Figure::Origin) {
                let [tail, n] = [crate::format::list(&tail), Column::Metric(metric.id, Figure::N).name()];
                let message = format!(
                    "without `{n}` nobody knows whether the sample carries {tail} of {}; left out",
                    metric.title
                );
                sink.warn(Warning::at(Place::file(&place.file), message));
            }
        }
        Ok(Self { names: names.iter().map(|name| (*name).to_owned()).collect(), columns })
    }

    fn bad(&self, complaint: Complaint, place: Place) -> Bad {
        let Complaint { column, reason, message, hint } = complaint;
        let at = self.columns.iter().position(|known| *known == Some(column));
        let place = match at {
            Some(at) => place.column(at as u64 + 1).path(&self.names[at]),
            None => place.path(column.name()),
        };
        Bad { reason, error: Error::at(place, message).hint(hint) }
    }

    fn repeated(&self, first: u64, place: Place) -> Bad {
        let message = format!("is the cell of line {first} once more: the same scenario, context and load");
        let hint = "a cell is one row: group the records by scenario, context and load; contexts are the same where their \
                    labels are (1000 and 1024 are both `1K`)";
        Bad { reason: "cell given twice", error: Error::at(place, message).hint(hint) }
    }

    fn ragged(&self, found: usize, place: Place, terminated: bool) -> Bad {
        let expected = self.columns.len();
        let place = place.column(found.min(expected) as u64 + 1);
        let count = crate::format::counted(found as u64, "cell", "cells");
        let (message, hint) = if found < expected && !terminated {
            let message = format!("the last row ends after {count} of {expected}: the file looks cut short");
            (message, "copy it again, or remove the row")
        } else {
            let message = format!("expected {expected} cells, as many as the header has, found {found}");
            (message, "put text that holds commas into double quotes")
        };
        Bad { reason: "wrong number of cells", error: Error::at(place, message).hint(hint) }
    }
}

/// Columns that an error lists.
const SHOWN: usize = 12;

/// The column that a name nobody knows is nearly the name of, among those that are missing; close misses only.
fn misspelt(name: &str, present: &[Option<Column>]) -> Option<String> {
    const ALIKE: f64 = 0.85;
    let absent = Column::all().filter(|column| !present.contains(&Some(*column)));
    // The figures of one metric have names that are alike, and so have those of another statistic.
    let last = |name: &str| name.rsplit_once('_').map(|(_, last)| last.to_lowercase());
    let near = |known: &String| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), known) >= ALIKE;
    let is_same_figure = |column: &Column| {
        !matches!(column, Column::Metric(_, Figure::Statistic(_))) || last(name) == last(&column.name())
    };
    absent.filter(is_same_figure).map(Column::name).find(near)
}

fn unreadable(file: &str, split: &Split) -> Bad {
    let file = Place::file(file);
    let (reason, place, message, hint) = match split {
        Split::NotUtf8 { line, column, byte } => (
            "invalid UTF-8",
            file.line(*line).column(*column),
            format!("expected UTF-8, found the byte 0x{byte:02x}, which is none"),
            "convert the file, for example with `iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW`",
        ),
        Split::BadQuote { line, cell } => (
            "misplaced quote",
            file.line(*line).column(*cell as u64),
            "found text between a closing quote and the next comma".to_owned(),
            "double each quote within a quoted cell",
        ),
        Split::OpenQuote { line, cell, .. } => (
            "cut short",
            file.line(*line).column(*cell as u64),
            "a quote is opened here and never closed".to_owned(),
            "copy the file again, or close the quote",
        ),
        Split::Row(_) => unreachable!("rows that can be split are read"),
    };
    Bad { reason, error: Error::at(place, message).hint(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_from_records_and_from_what_tools_write() {
        assert!(are_cells(["concurrency", "ttft_s_mean"]));
        assert!(are_cells(["ttft_s_p99"]), "the load that is missing is told");
        assert!(!are_cells(["concurrency", "e2e_ms", "ttft_s_mean"]), "a record with a column of one's own");
        assert!(!are_cells(["concurrency", "throughput_tok_s", "mean_ttft_ms"]));
        assert_eq!(other_separator(&["concurrency;ttft_s_mean"]), Some((';', "semicolons")));
        assert_eq!(other_separator(&["ttft_s_mean"]), None);
    }

    #[test]
    fn a_near_miss_is_told_of_a_column_that_is_missing() {
        let load = [Some(Column::Concurrency)];
        assert_eq!(misspelt("through_put_tok_s", &load).as_deref(), Some("throughput_tok_s"));
        assert_eq!(misspelt("concurency", &load), None, "it is there");
        assert_eq!(misspelt("ttft_s_p98", &load), None, "a percentile of one's own");
    }
}
