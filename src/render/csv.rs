//! `cells.csv`: a row per cell, for spreadsheets and scripts. Empty is unknown. Of a prompt suite `cases.csv` has a row per case.

use super::{Document, OutputFile, Renderer};
use crate::analysis::suite::{CaseFigures, Suite};
use crate::analysis::{Analysis, CellFigures};
use crate::cell::Summary;
use crate::cell::table::{Column, Figure, PREFILL_SOURCES, guarded};
use crate::error::{Error, Result, Warned};
use crate::metric::MetricId;
use crate::record::Load;

/// Picoseconds of a second.
const SECOND_PS: u128 = 1_000_000_000_000;

/// Writes `cells.csv`, and `cases.csv` for a prompt suite.
pub struct Csv;

impl Renderer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let bytes = cells_csv(document.analysis, document.ingested.latest_start_ps)
            .map_err(|error| Error::new(format!("`cells.csv`: {error}")))?;
        let mut files = vec![OutputFile { path: "cells.csv".to_owned(), bytes }];
        if let Some(suite) = &document.analysis.suite {
            let bytes = cases_csv(suite).map_err(|error| Error::new(format!("`cases.csv`: {error}")))?;
            files.push(OutputFile { path: "cases.csv".to_owned(), bytes });
        }
        Ok(Warned::clean(files))
    }
}

/// The file: a header and a row per cell, in the order of the cells.
fn cells_csv(
    analysis: &Analysis,
    latest_start_ps: Option<i128>,
) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(Column::all().map(Column::name))?;
    for figures in &analysis.cells {
        writer.write_record(Column::all().map(|column| value(analysis, latest_start_ps, figures, column)))?;
    }
    Ok(writer.into_inner()?)
}

/// A header and a row per case, in the order of the report. Figures are means over the runs that succeeded.
fn cases_csv(suite: &Suite) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "case",
        "runs",
        "failed",
        "e2e_s",
        "input_tokens",
        "output_tokens",
        "speed_tok_s",
        "ttft_s",
        "ttft_est_s",
        "error",
    ])?;
    for CaseFigures { case, .. } in &suite.cases {
        let reasons: Vec<&str> = case.failures.keys().map(String::as_str).filter(|reason| !reason.is_empty()).collect();
        writer.write_record([
            guarded(&case.name),
            whole(Some(case.runs)),
            whole(Some(case.failed)),
            number(case.e2e_s),
            number(case.input_tokens),
            number(case.output_tokens),
            number(case.speed_tok_s),
            number(case.ttft_s),
            number(case.ttft_estimate_s),
            guarded(&reasons.join("; ")),
        ])?;
    }
    Ok(writer.into_inner()?)
}

/// What stands in a column of a cell's row.
fn value(analysis: &Analysis, latest_start_ps: Option<i128>, figures: &CellFigures, column: Column) -> String {
    let cell = &figures.cell;
    let (concurrency, request_rate) = match cell.key.load {
        Load::Concurrency(concurrency) => (Some(concurrency), None),
        Load::RequestRate(rate) => (None, Some(rate)),
    };
    let context = cell.key.context.as_ref();
    match column {
        Column::Scenario => guarded(&cell.key.scenario),
        Column::ContextTokens => whole(context.map(|context| context.tokens)),
        Column::Concurrency => whole(concurrency),
        Column::RequestRate => number(request_rate),
        Column::Requests => whole(cell.requests),
        Column::Failed => whole(cell.failed),
        Column::Warmup => whole(Some(cell.warmup)),
        Column::Throughput => number(cell.throughput_tok_s),
        Column::Span => number(cell.span_s),
        Column::Power => number(figures.power_w),
        Column::Metric(MetricId::PrefillSpeed, figure) => {
            analysis.prefill(cell).map(|summary| figure_of(summary, MetricId::PrefillSpeed, figure)).unwrap_or_default()
        }
        Column::Metric(id, figure) => figure_of(cell.metric(id), id, figure),
        Column::PrefillSource => analysis
            .prefill_source
            .and_then(|source| PREFILL_SOURCES.into_iter().find(|(_, id)| *id == source.metric()))
            .map_or_else(String::new, |(name, _)| name.to_owned()),
        Column::ContextLabel => context.map(|context| guarded(&context.label)).unwrap_or_default(),
        Column::Runs => whole(Some(cell.runs)),
        Column::Windows => list(cell.windows.iter().map(|window| {
            let [start, end] = [window.start_ps, window.end_ps].map(seconds);
            format!("{start}/{end}")
        })),
        Column::LatestStart => latest_start_ps.map(seconds).unwrap_or_default(),
        Column::OutputTokens => whole(cell.output_tokens),
        Column::AskedOutputTokens => whole(cell.asked_output_tokens),
        Column::MeanOutputTokens => number(cell.mean_output_tokens),
        Column::MeanInputTokens => number(cell.mean_input_tokens),
        Column::TokensPerChunk => number(cell.tokens_per_chunk),
        Column::AchievedRate => number(cell.achieved_rate),
        Column::Failures if cell.failures.is_empty() => String::new(),
        // An object of numbers by text is always JSON.
        Column::Failures => serde_json::to_string(&cell.failures).unwrap_or_default(),
    }
}

fn figure_of(summary: &Summary, id: MetricId, figure: Figure) -> String {
    match figure {
        Figure::N => whole(summary.counted()),
        Figure::Sd => number(summary.sd),
        Figure::Statistic(statistic) => number(summary.statistic(statistic, id.metric().better)),
        Figure::RunMeans => list(summary.run_means.iter().map(|mean| mean.to_string())),
        Figure::Origin if summary.is_measured() => summary.origin.name().to_owned(),
        Figure::Origin => String::new(),
    }
}

fn whole(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The shortest decimal that reads back as the same number.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// Picoseconds as seconds, with every digit that they have.
fn seconds(ps: i128) -> String {
    let (whole, fraction) = (ps.unsigned_abs() / SECOND_PS, ps.unsigned_abs() % SECOND_PS);
    let decimals = format!("{fraction:012}");
    let decimals = decimals.trim_end_matches('0');
    let (sign, point) = (if ps < 0 { "-" } else { "" }, if decimals.is_empty() { "" } else { "." });
    format!("{sign}{whole}{point}{decimals}")
}

/// `[a, b]`; nothing where there is none.
fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { String::new() } else { format!("[{}]", items.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Window;
    use crate::render::testing::analysis;

    fn table(analysis: &Analysis) -> Vec<Vec<String>> {
        let bytes = cells_csv(analysis, Some(12_000_000_000_000)).expect("a table");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    fn value(table: &[Vec<String>], row: usize, column: &str) -> String {
        let at = table[0].iter().position(|name| name == column).expect(column);
        table[row][at].clone()
    }

    #[test]
    fn a_row_holds_what_is_known_and_nothing_for_what_is_not() {
        let table = table(&analysis());
        assert_eq!(table[0].len(), Column::all().count());
        assert_eq!(value(&table, 1, "scenario"), "sweep");
        assert_eq!(value(&table, 1, "concurrency"), "1");
        assert_eq!(value(&table, 1, "ttft_s_mean"), "0.398");
        assert_eq!(value(&table, 1, "ttft_s_n"), "120");
        assert_eq!(value(&table, 1, "ttft_s_p99"), "", "not computed");
        assert_eq!(value(&table, 1, "generation_speed_tok_s_p10"), "150", "the slow tail");
        assert_eq!(value(&table, 1, "prefill_speed_tok_s_mean"), "2600");
        assert_eq!(value(&table, 1, "prefill_speed_source"), "TTFT, queue included");
        assert_eq!(value(&table, 2, "concurrency"), "");
        assert_eq!(value(&table, 2, "request_rate"), "2.5");
        assert!(table[0].contains(&"generation_speed_tok_s_p1".to_owned()));
        assert!(!table[0].contains(&"generation_speed_tok_s_p99".to_owned()));
    }

    #[test]
    fn no_text_becomes_a_formula() {
        let mut analysis = analysis();
        for (scenario, expected) in [("=1+1", "'=1+1"), ("a,\"b\"\nc", "a,\"b\"\nc")] {
            analysis.cells[0].cell.key.scenario = scenario.to_owned();
            assert_eq!(value(&table(&analysis), 1, "scenario"), expected);
        }
    }

    #[test]
    fn moments_keep_every_digit_and_lists_their_order() {
        let mut analysis = analysis();
        let cell = &mut analysis.cells[0].cell;
        let window = |start_ps, end_ps| Window { start_ps, end_ps };
        cell.windows = vec![window(1_770_377_845_123_456_789_012, 1_770_377_846_500_000_000_000), window(-1, 0)];
        cell.metrics[MetricId::Ttft as usize].run_means = vec![0.4, 0.1 + 0.2];
        cell.failures = [("said \"no\"".to_owned(), 2)].into();
        let table = table(&analysis);
        let windows = "[1770377845.123456789012/1770377846.5, -0.000000000001/0]";
        assert_eq!(value(&table, 1, "windows"), windows);
        assert_eq!(value(&table, 1, "ttft_s_run_means"), "[0.4, 0.30000000000000004]");
        assert_eq!(value(&table, 1, "ttft_s_origin"), "records");
        assert_eq!(value(&table, 1, "failures"), r#"{"said \"no\"":2}"#);
        assert_eq!(value(&table, 1, "latest_start_s"), "12");
        assert_eq!((value(&table, 2, "windows"), value(&table, 2, "ttft_s_origin")), (String::new(), String::new()));
    }
}
