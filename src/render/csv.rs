//! `cells.csv`: a row per cell, for spreadsheets and scripts. Empty is unknown. Of a prompt suite `cases.csv` has a row per case.

use super::summaries::summaries;
use super::{Document, OutputFile, Renderer};
use crate::analysis::suite::{CaseFigures, Suite};
use crate::analysis::{Analysis, CellFigures, PrefillSource};
use crate::cell::{Statistic, Summary};
use crate::error::{Error, Result, Warned};
use crate::record::Load;
use crate::results::Metrics;

/// Writes `cells.csv`, and `cases.csv` for a prompt suite.
pub struct Csv;

impl Renderer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let bytes = cells_csv(document.analysis).map_err(|error| Error::new(format!("`cells.csv`: {error}")))?;
        let mut files = vec![OutputFile { path: "cells.csv".to_owned(), bytes }];
        if let Some(suite) = &document.analysis.suite {
            let bytes = cases_csv(suite).map_err(|error| Error::new(format!("`cases.csv`: {error}")))?;
            files.push(OutputFile { path: "cases.csv".to_owned(), bytes });
        }
        Ok(Warned::clean(files))
    }
}

/// The file: a header and a row per cell, in the order of the cells.
fn cells_csv(analysis: &Analysis) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header())?;
    for figures in &analysis.cells {
        writer.write_record(row(analysis, figures))?;
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
            text(&case.name),
            whole(Some(case.runs)),
            whole(Some(case.failed)),
            number(case.e2e_s),
            number(case.input_tokens),
            number(case.output_tokens),
            number(case.speed_tok_s),
            number(case.ttft_s),
            number(case.ttft_estimate_s),
            text(&reasons.join("; ")),
        ])?;
    }
    Ok(writer.into_inner()?)
}

fn header() -> Vec<String> {
    let mut header: Vec<_> = [
        "scenario",
        "context_tokens",
        "concurrency",
        "request_rate",
        "requests",
        "failed",
        "warmup",
        "throughput_tok_s",
        "span_s",
        "power_w",
    ]
    .map(str::to_owned)
    .into();
    for metric in Metrics::all() {
        let names = ["n", "mean", "sd"].into_iter().chain(Statistic::percentiles(metric.better).map(|(name, _)| name));
        header.extend(names.map(|name| format!("{}_{name}", metric.key)));
    }
    header.push("prefill_speed_source".to_owned());
    header
}

fn row(analysis: &Analysis, figures: &CellFigures) -> Vec<String> {
    let cell = &figures.cell;
    let (concurrency, request_rate) = match cell.key.load {
        Load::Concurrency(concurrency) => (Some(concurrency), None),
        Load::RequestRate(rate) => (None, Some(rate)),
    };
    let mut row = vec![
        text(&cell.key.scenario),
        whole(cell.key.context.as_ref().map(|context| context.tokens)),
        whole(concurrency),
        number(request_rate),
        whole(cell.requests),
        whole(cell.failed),
        whole(Some(cell.warmup)),
        number(cell.throughput_tok_s),
        number(cell.span_s),
        number(figures.power_w),
    ];
    for (metric, summary) in summaries(analysis, cell) {
        row.push(whole(summary.and_then(Summary::counted)));
        row.push(number(summary.and_then(|summary| summary.mean)));
        row.push(number(summary.and_then(|summary| summary.sd)));
        row.extend(
            Statistic::percentiles(metric.better).map(|(_, percentile)| {
                number(summary.and_then(|summary| summary.statistic(percentile, metric.better)))
            }),
        );
    }
    row.push(text(match analysis.prefill_source {
        Some(PrefillSource::Engine) => "engine",
        Some(PrefillSource::Ttft) => "TTFT, queue included",
        None => "",
    }));
    row
}

fn whole(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The shortest decimal that reads back as the same number.
fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map(|value| value.to_string()).unwrap_or_default()
}

/// Text from input as a spreadsheet may open it: what it would take for a formula gets an apostrophe.
fn text(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("{}{text}", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::testing::analysis;

    fn table(analysis: &Analysis) -> Vec<Vec<String>> {
        let bytes = cells_csv(analysis).expect("a table");
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
        assert_eq!(table[0].len(), 10 + 7 * 7 + 1);
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
        for (scenario, expected) in [
            ("=1+1", "'=1+1"),
            ("@a", "'@a"),
            ("-a", "'-a"),
            ("+a", "'+a"),
            ("\ta", "'\ta"),
            ("\ra", "'\ra"),
            ("a=1", "a=1"),
            ("a,\"b\"\nc", "a,\"b\"\nc"),
        ] {
            analysis.cells[0].cell.key.scenario = scenario.to_owned();
            assert_eq!(value(&table(&analysis), 1, "scenario"), expected);
        }
    }
}
