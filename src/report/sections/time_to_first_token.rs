//! How long a user waits for a response to begin.

use super::{Composition, Draft, LeftOut, SpanView, average, because};
use crate::format;
use crate::metric::MetricId;
use crate::report::figure::sweep_table;
use crate::report::words::{Band, Spot, TTFT};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    average: &'static str,
    single: Option<SpanView>,
    single_band: Option<Band>,
    highest: Spot,
    band: Band,
    one_cell: bool,
    unknown_at: Option<String>,
    caching: Option<bool>,
    queue_section: bool,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    let findings = &analysis.findings;
    let Some(highest) = &findings.ttft_highest else {
        let why = because(input, "no time to first token is recorded; responses that are not streamed have none");
        left_out.note("Time to first token", why);
        return None;
    };
    if input.config.test.prompt_caching.is_none() {
        left_out.note("Prompt caching", "the run does not say whether it was on (test.prompt_caching)");
    }
    let id = MetricId::Ttft;
    let view = View {
        average: average(input, id),
        single: super::span(input, findings.ttft_single.as_ref(), format::latency),
        single_band: findings.ttft_single.as_ref().map(|span| TTFT.band(span.shortest.value, format::latency)),
        highest: Spot::new(highest, format::latency),
        band: TTFT.band(highest.value, format::latency),
        one_cell: super::measured_cells(input, id) == 1,
        unknown_at: super::unknown_at(input, id),
        caching: input.config.test.prompt_caching,
        queue_section: findings.longest_queue.is_some(),
    };
    let data = sweep_table(analysis, "ttft-data", "Time to first token", format::latency, |cell| {
        analysis.central(&cell.cell, id)
    });
    Some(Draft::new(&view).sweep_figure(input, "ttft", data))
}
