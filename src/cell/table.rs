//! The columns of a table of cells: what `cells.csv` is written in, and read back from.
//!
//! Columns only ever join at the end, so that what reads the table by position goes on doing so.

use super::Statistic;
use crate::metric::{METRICS, Metric, MetricId};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// [`crate::record::SWEEP`] or the id of a use case.
    Scenario,
    /// Input tokens that requests were built to have, or the mean of mixed lengths.
    ContextTokens,
    /// Requests held in flight.
    Concurrency,
    /// Requests sent per second.
    RequestRate,
    /// Requests, warm-up left out.
    Requests,
    /// Failures among them.
    Failed,
    /// Warm-up requests beside them.
    Warmup,
    /// Output tokens per second.
    Throughput,
    /// First submission to last end of the successes, summed over the runs, seconds.
    Span,
    /// Mean draw of all GPUs, watts.
    Power,
    /// A figure of a metric.
    Metric(MetricId, Figure),
    /// What the prefill speed is computed from.
    PrefillSource,
    /// The context as a reader is told: it says whether lengths are mixed.
    ContextLabel,
    /// How often the cell was run.
    Runs,
    /// First submission and last end of each run, seconds.
    Windows,
    /// Latest submission, seconds: of the cell or of the run as a whole.
    LatestStart,
    /// Output tokens of the successes.
    OutputTokens,
    /// Output tokens that each request asked for.
    AskedOutputTokens,
    /// Mean output tokens of the successes.
    MeanOutputTokens,
    /// Mean input tokens of the successes.
    MeanInputTokens,
    /// Output tokens per streamed chunk.
    TokensPerChunk,
    /// Requests completed per second.
    AchievedRate,
    /// How often each reason for a failure was given.
    Failures,
}

/// What a column says of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Requests that have a value.
    N,
    /// Standard deviation.
    Sd,
    /// Mean or percentile; for speeds the percentiles are those of the slow tail.
    Statistic(Statistic),
    /// Mean of each run.
    RunMeans,
    /// Who computed it.
    Origin,
}

impl Column {
    /// Every column in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        use Column::*;
        let counts =
            [Scenario, ContextTokens, Concurrency, RequestRate, Requests, Failed, Warmup, Throughput, Span, Power];
        let more = [
            PrefillSource,
            ContextLabel,
            Runs,
            Windows,
            LatestStart,
            OutputTokens,
            AskedOutputTokens,
            MeanOutputTokens,
            MeanInputTokens,
            TokensPerChunk,
            AchievedRate,
            Failures,
        ];
        let figures = metrics().flat_map(|metric| {
            let percentiles = Statistic::percentiles(metric.better).map(|(_, statistic)| statistic);
            let statistics = [Statistic::Mean].into_iter().map(Figure::Statistic);
            let percentiles = percentiles.into_iter().map(Figure::Statistic);
            let figures = [Figure::N].into_iter().chain(statistics).chain([Figure::Sd]).chain(percentiles);
            figures.map(|figure| Metric(metric.id, figure))
        });
        let behind = metrics().flat_map(|metric| [Figure::Origin, Figure::RunMeans].map(|f| Metric(metric.id, f)));
        counts.into_iter().chain(figures).chain(more).chain(behind)
    }

    /// What it is called in the table's header, which is what `report.json` calls it.
    pub fn name(self) -> String {
        let name = match self {
            Column::Scenario => "scenario",
            Column::ContextTokens => "context_tokens",
            Column::Concurrency => "concurrency",
            Column::RequestRate => "request_rate",
            Column::Requests => "requests",
            Column::Failed => "failed",
            Column::Warmup => "warmup",
            Column::Throughput => "throughput_tok_s",
            Column::Span => "span_s",
            Column::Power => "power_w",
            Column::PrefillSource => "prefill_speed_source",
            Column::ContextLabel => "context_label",
            Column::Runs => "runs",
            Column::Windows => "windows",
            Column::LatestStart => "latest_start_s",
            Column::OutputTokens => "output_tokens",
            Column::AskedOutputTokens => "asked_output_tokens",
            Column::MeanOutputTokens => "mean_output_tokens",
            Column::MeanInputTokens => "mean_input_tokens",
            Column::TokensPerChunk => "tokens_per_chunk",
            Column::AchievedRate => "achieved_rate_req_s",
            Column::Failures => "failures",
            Column::Metric(id, figure) => {
                let metric = id.metric();
                let figure = match figure {
                    Figure::N => "n",
                    Figure::Sd => "sd",
                    Figure::Statistic(statistic) => name_of(statistic, metric),
                    Figure::RunMeans => "run_means",
                    Figure::Origin => "origin",
                };
                return format!("{}_{figure}", metric.key);
            }
        };
        name.to_owned()
    }

    /// Whether it says how many requests there were, of any kind.
    pub fn counts_requests(self) -> bool {
        matches!(self, Column::Requests | Column::Failed | Column::Warmup)
    }

    /// The column of that name.
    pub fn named(name: &str) -> Option<Self> {
        // Asked for every name in every file's first line: a run of many files would mostly write names.
        static NAMED: LazyLock<BTreeMap<String, Column>> =
            LazyLock::new(|| Column::all().map(|column| (column.name(), column)).collect());
        NAMED.get(name).copied()
    }
}

/// The metrics of the table, in their order: prefill speed stands once, from whichever source the run uses.
pub fn metrics() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| metric.id != MetricId::PrefillSpeedFromTtft)
}

fn name_of(statistic: Statistic, metric: &Metric) -> &'static str {
    let mut percentiles = Statistic::percentiles(metric.better).into_iter();
    percentiles.find(|(_, known)| *known == statistic).map_or("mean", |(name, _)| name)
}

/// What [`Column::PrefillSource`] calls each metric that prefill speed may be.
pub const PREFILL_SOURCES: [(&str, MetricId); 2] =
    [("engine", MetricId::PrefillSpeed), ("TTFT, queue included", MetricId::PrefillSpeedFromTtft)];

/// What stands in front of a text that a spreadsheet would take for a formula.
const GUARD: char = '\'';

/// Text from input as a spreadsheet may open it: what it would take for a formula gets an apostrophe.
pub fn guarded(text: &str) -> String {
    if is_formula(text) { format!("{GUARD}{text}") } else { text.to_owned() }
}

/// The text that [`guarded`] made this of.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix(GUARD).filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// Whether a spreadsheet would take a text for a formula, or it looks like one that is guarded.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        for column in Column::all() {
            assert_eq!(Column::named(&column.name()), Some(column));
        }
        assert_eq!(Column::named("generation_speed_tok_s_p99"), None, "the slow tail of a speed is p1");
        assert_eq!(Column::all().count(), 10 + 7 * 7 + 12 + 7 * 2);
    }

    #[test]
    fn no_text_becomes_a_formula_and_every_text_comes_back() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@a", "'@a"),
            ("-a", "'-a"),
            ("+a", "'+a"),
            ("\ta", "'\ta"),
            ("\ra", "'\ra"),
            ("a=1", "a=1"),
            ("'a", "'a"),
            ("'=a", "''=a"),
        ] {
            assert_eq!(guarded(text), expected);
            assert_eq!(unguarded(&guarded(text)), text);
        }
    }
}
