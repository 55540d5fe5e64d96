//! Cells in JSON.

use crate::analysis::{Analysis, CellFigures};
use crate::render::summaries::summaries;
use crate::results::{Cell, Metrics};

pub(super) fn cell(analysis: &Analysis, figures: &CellFigures) -> Cell {
    let cell = &figures.cell;
    let context = cell.key.context.as_ref();
    let summaries =
        summaries(analysis, cell).map(|(metric, summary)| (metric.id, summary.cloned().unwrap_or_default()));
    Cell {
        scenario: cell.key.scenario.clone(),
        context_tokens: context.map(|context| context.tokens),
        context_label: context.map(|context| context.label.clone()),
        load: cell.key.load.into(),
        requests: cell.requests,
        failed: cell.failed,
        warmup: cell.warmup,
        failures: cell.failures.clone(),
        runs: cell.runs,
        throughput_tok_s: cell.throughput_tok_s,
        scaling_efficiency: figures.scaling_efficiency,
        achieved_rate_req_s: cell.achieved_rate,
        span_s: cell.span_s,
        output_tokens: cell.output_tokens,
        asked_output_tokens: cell.asked_output_tokens,
        mean_output_tokens: cell.mean_output_tokens,
        mean_input_tokens: cell.mean_input_tokens,
        tokens_per_chunk: cell.tokens_per_chunk,
        power_w: figures.power_w,
        power_cost_per_hour: figures.power_cost_per_hour,
        energy_per_token_j: figures.energy_per_token_j,
        cost_per_million_tokens: figures.cost_per_million_tokens,
        metrics: Metrics::new(summaries, analysis.prefill_source),
    }
}
