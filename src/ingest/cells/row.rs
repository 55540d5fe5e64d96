//! A row to a cell, and whether its figures can be true together.

use super::GivenCell;
use super::fields::{Complaint, Fields, finite, moment};
use crate::cell::selection::carries;
use crate::cell::table::{Column, Figure, PREFILL_SOURCES, metrics, unguarded};
use crate::cell::{Cell, CellKey, Origin, Quantiles, Statistic, Summary, Window};
use crate::context::Context;
use crate::format::shortest;
use crate::ingest::records::value::shown;
use crate::limits::is_rate;
use crate::metric::{Better, METRIC_COUNT, Metric, MetricId};
use crate::record::{Load, SWEEP};
use std::collections::BTreeMap;

/// Figures that a database computed apart may differ by that share.
const ROUNDING: f64 = 1e-9;
/// Gristmill's own means are exact to 2⁻⁶⁴, which is less and shows in times of picoseconds.
const FINEST: f64 = 1e-18;

/// Moments are kept to that many seconds.
const PICOSECOND: f64 = 1e-12;

const CHECK: &str = "check the query that computed it";

/// The cell of a row.
pub fn read(fields: &Fields) -> Result<GivenCell, Complaint> {
    let scenario = fields.text(Column::Scenario).map_or(SWEEP, unguarded).to_owned();
    let key = CellKey { scenario, context: context(fields)?, load: load(fields)? };
    let (requests, failed) = counts(fields)?;
    let windows = windows(fields)?;
    let metrics = summaries(fields)?;
    let cell = Cell {
        requests,
        failed,
        warmup: fields.whole(Column::Warmup)?.unwrap_or(0),
        failures: failures(fields)?,
        runs: fields.positive(Column::Runs)?.unwrap_or((windows.len() as u64).max(1)),
        span_s: fields.amount(Column::Span)?.or_else(|| span_s(&windows)),
        windows,
        output_tokens: fields.positive(Column::OutputTokens)?,
        throughput_tok_s: fields.rate(Column::Throughput)?,
        achieved_rate: fields.amount(Column::AchievedRate)?,
        asked_output_tokens: fields.positive(Column::AskedOutputTokens)?,
        mean_output_tokens: fields.rate(Column::MeanOutputTokens)?,
        mean_input_tokens: fields.rate(Column::MeanInputTokens)?,
        tokens_per_chunk: fields.rate(Column::TokensPerChunk)?,
        metrics,
        ..Cell::unknown(key)
    };
    let cell = completed(cell);
    together(&cell)?;
    let said = [Column::Span, Column::Windows].into_iter().find(|column| fields.text(*column).is_some());
    long_enough(&cell, said.unwrap_or(Column::Span))?;
    let latest_start_ps = fields.moment(Column::LatestStart)?;
    let latest_window = cell.windows.iter().map(|window| window.start_ps).max();
    Ok(GivenCell { power_w: fields.amount(Column::Power)?, latest_start_ps: latest_start_ps.or(latest_window), cell })
}

/// What follows from the rest where the row does not say it.
fn completed(mut cell: Cell) -> Cell {
    let successes = cell.successes().filter(|n| *n > 0);
    let span = cell.span_s.filter(|span| *span > 0.0);
    let ratio = |amount: Option<u64>, per: Option<f64>| amount.zip(per).map(|(amount, per)| amount as f64 / per);
    cell.throughput_tok_s = cell.throughput_tok_s.or_else(|| ratio(cell.output_tokens, span));
    cell.achieved_rate = cell.achieved_rate.or_else(|| ratio(successes, span));
    cell.mean_output_tokens =
        cell.mean_output_tokens.or_else(|| ratio(cell.output_tokens, successes.map(|n| n as f64)));
    cell
}

fn context(fields: &Fields) -> Result<Option<Context>, Complaint> {
    let Some(tokens) = fields.level(Column::ContextTokens)? else { return Ok(None) };
    let nominal = Context::nominal(tokens);
    let column = Column::ContextLabel;
    match fields.text(column).map(unguarded) {
        None => Ok(Some(nominal)),
        Some(label) if label == nominal.label => Ok(Some(nominal)),
        Some(label) if is_mixed(label) => Ok(Some(Context { tokens, label: label.to_owned(), mixed: true })),
        Some(label) => {
            let expected = format!("`{}`, or the mean of mixed lengths such as `~1.2K, mixed`", nominal.label);
            let hint = "leave it empty where all requests were built to have `context_tokens`";
            Err(Complaint::expected(column, "label of another context", &expected, &shown(label), hint))
        }
    }
}

/// Whether a label is one of [`Context::mixed`].
fn is_mixed(label: &str) -> bool {
    let mean = label.strip_prefix('~').and_then(|rest| rest.strip_suffix(", mixed"));
    let number = mean.map(|mean| mean.strip_suffix('K').unwrap_or(mean));
    number.is_some_and(|number| {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        digits && number.parse::<f64>().is_ok()
    })
}

fn load(fields: &Fields) -> Result<Load, Complaint> {
    let hint = "give what the load generator held constant";
    match (fields.level(Column::Concurrency)?, fields.rate(Column::RequestRate)?) {
        (Some(concurrency), None) => Ok(Load::Concurrency(concurrency)),
        (None, Some(rate)) if is_rate(rate) => Ok(Load::RequestRate(rate)),
        (None, Some(rate)) => {
            let (expected, found) = ("at least one request in ten years", format!("{rate:e}"));
            Err(Complaint::expected(
                Column::RequestRate,
                "beyond reason",
                expected,
                &found,
                "check what the column holds",
            ))
        }
        (None, None) => {
            Err(Complaint::expected(Column::Concurrency, "no load", "`concurrency` or `request_rate`", "neither", hint))
        }
        (Some(concurrency), Some(rate)) => {
            let found = format!("both ({concurrency} and {})", shortest(rate));
            Err(Complaint::expected(Column::RequestRate, "two loads", "`concurrency` or `request_rate`", &found, hint))
        }
    }
}

fn counts(fields: &Fields) -> Result<(Option<u64>, Option<u64>), Complaint> {
    let (requests, failed) = (fields.whole(Column::Requests)?, fields.whole(Column::Failed)?);
    match (requests, failed) {
        (Some(requests), Some(failed)) if failed > requests => {
            let expected = format!("at most the {requests} of `requests`");
            let hint = "`requests` counts successes and failures together, without warm-up";
            Err(Complaint::expected(
                Column::Failed,
                "more failures than requests",
                &expected,
                &failed.to_string(),
                hint,
            ))
        }
        counts => Ok(counts),
    }
}

fn failures(fields: &Fields) -> Result<BTreeMap<String, u64>, Complaint> {
    let column = Column::Failures;
    let Some(text) = fields.text(column) else { return Ok(BTreeMap::new()) };
    serde_json::from_str(text).map_err(|_| {
        let hint = "leave it empty where the reasons are not known";
        Complaint::expected(column, "wrong type", "a JSON object of counts by reason", &shown(text), hint)
    })
}

fn windows(fields: &Fields) -> Result<Vec<Window>, Complaint> {
    let column = Column::Windows;
    let window = |item: &str| {
        let hint = "give the first submission and the last end of each run, in seconds: `[1770377845.5/1770377905.25]`";
        let Some((start, end)) = item.split_once('/') else {
            return Err(Complaint::expected(
                column,
                "wrong type",
                "a start and an end with `/` between",
                &shown(item),
                hint,
            ));
        };
        let window = Window { start_ps: moment(column, start)?, end_ps: moment(column, end)? };
        if window.end_ps < window.start_ps {
            let expected = "an end at or after the start";
            return Err(Complaint::expected(column, "end before its start", expected, &shown(item), hint));
        }
        Ok(window)
    };
    fields.list(column).map(window).collect()
}

/// The runs' spans together; none without a run that has one.
fn span_s(windows: &[Window]) -> Option<f64> {
    let span_ps: i128 = windows.iter().map(|window| window.end_ps - window.start_ps).sum();
    (!windows.is_empty()).then(|| span_ps as f64 / 1e12)
}

fn summaries(fields: &Fields) -> Result<[Summary; METRIC_COUNT], Complaint> {
    let mut all: [Summary; METRIC_COUNT] = Default::default();
    for metric in metrics() {
        let summary = summary(fields, metric)?;
        // Which of the two prefill speeds it is must be said, since every place that shows it says so too.
        let id = match metric.id {
            MetricId::PrefillSpeed if summary.is_measured() => prefill_source(fields)?,
            id => id,
        };
        all[id as usize] = summary;
    }
    Ok(all)
}

fn prefill_source(fields: &Fields) -> Result<MetricId, Complaint> {
    let found = fields.text(Column::PrefillSource);
    let known = PREFILL_SOURCES.into_iter().find(|(name, _)| Some(*name) == found);
    known.map(|(_, id)| id).ok_or_else(|| {
        let expected = "`engine` or `TTFT, queue included` beside a prefill speed";
        let hint = "say what the input tokens were divided by: the engine's own prefill time, or TTFT";
        let found = found.map_or_else(|| "nothing".to_owned(), shown);
        Complaint::expected(Column::PrefillSource, "no source of the prefill speed", expected, &found, hint)
    })
}

fn summary(fields: &Fields, metric: &'static Metric) -> Result<Summary, Complaint> {
    let column = |figure| Column::Metric(metric.id, figure);
    let value = |column| match metric.better {
        Better::Lower => fields.duration(column),
        Better::Higher => fields.rate(column),
    };
    let origin = origin(fields, column(Figure::Origin))?;
    let counted = fields.whole(column(Figure::N))?;
    let n = counted.unwrap_or(0);
    let mean = value(column(Figure::Statistic(Statistic::Mean)))?;
    let sd = fields.amount(column(Figure::Sd))?;
    let mut quantiles = Quantiles::default();
    let mut known = Vec::new();
    for (name, statistic) in Statistic::percentiles(metric.better) {
        let column = column(Figure::Statistic(statistic));
        let Some(percentile) = value(column)? else { continue };
        known.push((column, name, percentile));
        // A tool's own percentiles stay as it printed them; a database gives one for any number of values.
        let is_carried = origin != Origin::Records || percent(statistic) == 50 || carries(percent(statistic), n);
        if is_carried {
            *slot(&mut quantiles, name) = Some(percentile);
        }
    }
    in_order(metric.better, known)?;
    let run_means = fields.list(column(Figure::RunMeans));
    let run_means = run_means.map(|item| finite(column(Figure::RunMeans), item)).collect::<Result<Vec<_>, _>>()?;
    let summary = Summary { n, mean, sd: sd.filter(|_| n != 1), quantiles, run_means, origin };
    let has_figures = mean.is_some() || quantiles != Quantiles::default();
    if counted == Some(0) && has_figures {
        let hint = "leave the figures empty where no request has the value, and `n` where it is not known";
        return Err(Complaint::expected(
            column(Figure::N),
            "figures of no value",
            "at least 1 beside figures",
            "0",
            hint,
        ));
    }
    spread(&summary, column(Figure::Sd))?;
    Ok(summary)
}

fn origin(fields: &Fields, column: Column) -> Result<Origin, Complaint> {
    let Some(text) = fields.text(column) else { return Ok(Origin::Records) };
    Origin::ALL.into_iter().find(|origin| origin.name() == text).ok_or_else(|| {
        let names: Vec<_> = Origin::ALL.iter().map(|origin| format!("`{}`", origin.name())).collect();
        let expected = format!("one of {}", names.join(", "));
        let hint = "leave it empty where the figures were computed from requests";
        Complaint::expected(column, "unknown origin", &expected, &shown(text), hint)
    })
}

fn percent(statistic: Statistic) -> u64 {
    match statistic {
        Statistic::Mean | Statistic::P50 => 50,
        Statistic::P90 => 90,
        Statistic::P95 => 95,
        Statistic::P99 => 99,
    }
}

fn slot<'q>(quantiles: &'q mut Quantiles, name: &str) -> &'q mut Option<f64> {
    match name {
        "p1" => &mut quantiles.p1,
        "p5" => &mut quantiles.p5,
        "p10" => &mut quantiles.p10,
        "p50" => &mut quantiles.p50,
        "p90" => &mut quantiles.p90,
        "p95" => &mut quantiles.p95,
        _ => &mut quantiles.p99,
    }
}

/// No percentile lies below a smaller one; `known` begins with the median.
fn in_order(better: Better, mut known: Vec<(Column, &str, f64)>) -> Result<(), Complaint> {
    if better == Better::Higher {
        known.reverse();
    }
    for pair in known.windows(2) {
        let [(_, low, below), (column, _, above)] = [pair[0], pair[1]];
        if above < below * (1.0 - ROUNDING) {
            let expected = format!("at least the {low} of {}", shortest(below));
            return Err(Complaint::expected(column, "percentiles out of order", &expected, &shortest(above), CHECK));
        }
    }
    Ok(())
}

/// A single value of n, the others 0, has a deviation of √n means, the largest there is.
fn spread(summary: &Summary, column: Column) -> Result<(), Complaint> {
    let (Some(mean), Some(sd), 2..) = (summary.mean, summary.sd, summary.n) else { return Ok(()) };
    let most = (mean + FINEST) * (summary.n as f64).sqrt();
    if sd <= most * (1.0 + ROUNDING) {
        return Ok(());
    }
    let expected = format!("at most {}, √n times the mean", shortest(most));
    Err(Complaint::expected(column, "deviation too large for its mean", &expected, &shortest(sd), CHECK))
}

/// The time from the first submission to the last end holds each request whole. Tools time their runs otherwise.
fn long_enough(cell: &Cell, column: Column) -> Result<(), Complaint> {
    let e2e = cell.metric(MetricId::E2e);
    let (Some(span), Some(mean), Origin::Records) = (cell.span_s, e2e.mean, e2e.origin) else { return Ok(()) };
    if span >= mean * (1.0 - ROUNDING) - PICOSECOND {
        return Ok(());
    }
    let expected = format!("at least the mean E2E of {} s", shortest(mean));
    let found = format!("a span of {} s", shortest(span));
    let hint = "the span of a cell goes from the first submission to the last end, in seconds, summed over its runs";
    Err(Complaint::expected(column, "span shorter than its requests", &expected, &found, hint))
}

/// What the figures of one cell say of each other.
fn together(cell: &Cell) -> Result<(), Complaint> {
    let successes = cell.requests.zip(cell.failed).map(|(requests, failed)| requests - failed);
    for metric in metrics().filter(|metric| metric.id != MetricId::PrefillSpeed) {
        let summary = cell.metric(metric.id);
        if let Some(successes) = successes.filter(|successes| summary.n > *successes) {
            let column = Column::Metric(metric.id, Figure::N);
            let expected = format!("at most the {successes} requests that succeeded");
            let hint = "figures are over the successes alone, without failures and warm-up";
            return Err(Complaint::expected(
                column,
                "more values than successes",
                &expected,
                &summary.n.to_string(),
                hint,
            ));
        }
    }
    let (ttft, e2e) = (cell.metric(MetricId::Ttft), cell.metric(MetricId::E2e));
    match (ttft.mean, e2e.mean) {
        (Some(first), Some(end)) if ttft.n == e2e.n && first > end * (1.0 + ROUNDING) + FINEST => {
            let column = Column::Metric(MetricId::Ttft, Figure::Statistic(Statistic::Mean));
            let expected = format!("a TTFT of at most the E2E of {} s", shortest(end));
            let hint = "the first token cannot come after the response's end: check the units of both";
            Err(Complaint::expected(column, "TTFT above E2E", &expected, &format!("{} s", shortest(first)), hint))
        }
        _ => Ok(()),
    }
}
