//! How fast each user's response is written.

use super::{Composition, Draft, LeftOut, SpanView, average, because};
use crate::format;
use crate::metric::MetricId;
use crate::report::figure::sweep_table;
use crate::report::words::{Band, SPEED, Spot};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    average: &'static str,
    /// `from mean TPOT`.
    basis: Option<&'static str>,
    /// Whether it follows from a tool's means, without a time per token that was printed.
    from_means: bool,
    /// Whether no request was sent.
    engine_alone: bool,
    single: Option<SpanView>,
    slowest: Spot,
    band: Band,
    one_cell: bool,
    unknown_at: Option<String>,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    let Some(slowest) = &analysis.findings.slowest_generation else {
        let reason = match analysis.findings.ttft_highest {
            Some(_) => "neither times per output token nor single requests are recorded",
            None => "no time to first token is recorded; responses that are not streamed have none",
        };
        let why = because(input, reason);
        left_out.note("Per-user generation speed", why);
        return None;
    };
    let id = MetricId::GenerationSpeed;
    let view = View {
        average: average(input, id),
        basis: analysis.speed_basis,
        from_means: super::follows_from_means(&analysis.cells),
        engine_alone: super::is_of_engine_alone(input),
        single: super::span(input, analysis.findings.speed_single.as_ref(), format::throughput),
        slowest: Spot::new(slowest, format::throughput),
        band: SPEED.band(slowest.value, format::throughput),
        one_cell: super::measured_cells(input, id) == 1,
        unknown_at: super::unknown_at(input, id),
    };
    let basis = analysis.speed_basis.map(|basis| format!(", {basis}")).unwrap_or_default();
    let title = format!("Generation speed per user (tok/s{basis})");
    let data = sweep_table(
        analysis,
        "generation-speed-data",
        &title,
        |v| format::fixed(v, 1),
        |cell| analysis.central(&cell.cell, id),
    );
    Some(Draft::new(&view).sweep_figure(input, "generation-speed", data))
}
