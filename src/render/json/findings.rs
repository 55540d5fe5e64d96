//! Findings in JSON: each value with the cell it was found in.

use super::level::{Keyed, Level};
use crate::analysis::{Analysis, At, PrefillSource, Span};
use crate::record::Load;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Findings<'d> {
    peak_throughput: Option<Throughput<'d>>,
    throughput_beyond_sweep: Option<Throughput<'d>>,
    throughput_at_largest_load: Vec<Speed<'d>>,
    single_load: Option<Keyed>,
    ttft_single: Option<Ends<Time<'d>>>,
    speed_single: Option<Ends<Speed<'d>>>,
    ttft_highest: Option<Time<'d>>,
    throughput_scaling: Option<Scaling<'d>>,
    saturation: Vec<Saturated<'d>>,
    success: Success,
    slowest_generation: Option<Speed<'d>>,
    generation_speed_basis: Option<&'static str>,
    longest_queue: Option<Time<'d>>,
    prefill_peaks: Vec<PrefillPeak<'d>>,
    itl_single_s: Option<f64>,
    itl_single: Option<Time<'d>>,
    itl_highest: Option<Time<'d>>,
    itl_is_per_chunk: bool,
    tokens_per_chunk: Option<f64>,
    efficiency_at_largest_load: Vec<Share<'d>>,
    peak_power: Option<Power<'d>>,
    energy_per_token_at_peak_j: Option<f64>,
    cost_per_million_tokens_at_peak: Option<f64>,
}

/// The cell a value was found in.
#[derive(Serialize)]
struct Cell<'d> {
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
    #[serde(flatten)]
    load: Keyed,
}

#[derive(Serialize)]
struct Speed<'d> {
    tok_s: f64,
    #[serde(flatten)]
    cell: Cell<'d>,
}

#[derive(Serialize)]
struct Time<'d> {
    s: f64,
    #[serde(flatten)]
    cell: Cell<'d>,
}

#[derive(Serialize)]
struct Share<'d> {
    share: f64,
    #[serde(flatten)]
    cell: Cell<'d>,
}

#[derive(Serialize)]
struct Throughput<'d> {
    tok_s: f64,
    scenario: &'d str,
    #[serde(flatten)]
    cell: Cell<'d>,
    tokens_per_hour: f64,
}

#[derive(Serialize)]
struct Power<'d> {
    w: f64,
    #[serde(flatten)]
    cell: Cell<'d>,
    cost_per_hour: Option<f64>,
}

#[derive(Serialize)]
struct Ends<T> {
    shortest: T,
    longest: T,
}

#[derive(Serialize)]
struct Scaling<'d> {
    ratio: f64,
    from: Level,
    to: Level,
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
}

#[derive(Serialize)]
struct Saturated<'d> {
    request_rate: f64,
    achieved_rate_req_s: f64,
    keeps_up_request_rate: Option<f64>,
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
}

#[derive(Serialize)]
struct Success {
    rate: Option<f64>,
    requests: u64,
    failed: u64,
    warmup: u64,
}

#[derive(Serialize)]
struct PrefillPeak<'d> {
    tok_s: f64,
    #[serde(flatten)]
    cell: Cell<'d>,
    source: Option<PrefillSource>,
    longest: Speed<'d>,
}

impl<'d> Findings<'d> {
    pub fn new(analysis: &'d Analysis) -> Self {
        let found = &analysis.findings;
        let peak = |peak: &'d crate::analysis::PrefillPeak| PrefillPeak {
            tok_s: peak.peak.value,
            cell: cell(&peak.peak),
            source: analysis.prefill_source,
            longest: speed(&peak.longest),
        };
        Self {
            peak_throughput: found.peak_throughput.as_ref().map(throughput),
            throughput_beyond_sweep: found.throughput_beyond_sweep.as_ref().map(throughput),
            throughput_at_largest_load: found.throughput_at_largest_load.iter().map(speed).collect(),
            single_load: found.single_load.map(Keyed::of),
            ttft_single: found.ttft_single.as_ref().map(|span| ends(span, time)),
            speed_single: found.speed_single.as_ref().map(|span| ends(span, speed)),
            ttft_highest: found.ttft_highest.as_ref().map(time),
            throughput_scaling: found.throughput_scaling.as_ref().map(|scaling| Scaling {
                ratio: scaling.ratio,
                from: Level::of(scaling.from),
                to: Level::of(scaling.to),
                context_tokens: scaling.context.as_ref().map(|context| context.tokens),
                context_label: scaling.context.as_ref().map(|context| context.label.as_str()),
            }),
            saturation: found.saturation.iter().map(saturated).collect(),
            success: Success {
                rate: found.success.rate,
                requests: found.success.requests,
                failed: found.success.failed,
                warmup: found.success.warmup,
            },
            slowest_generation: found.slowest_generation.as_ref().map(speed),
            generation_speed_basis: analysis.speed_basis,
            longest_queue: found.longest_queue.as_ref().map(time),
            prefill_peaks: found.prefill_peaks.iter().map(peak).collect(),
            itl_single_s: found.itl_single.as_ref().map(|at| at.value),
            itl_single: found.itl_single.as_ref().map(time),
            itl_highest: found.itl_highest.as_ref().map(time),
            itl_is_per_chunk: found.itl_is_per_chunk,
            tokens_per_chunk: found.tokens_per_chunk,
            efficiency_at_largest_load: found.efficiency_at_largest_load.iter().map(share).collect(),
            peak_power: found.peak_power.as_ref().map(|at| Power {
                w: at.value,
                cell: cell(at),
                cost_per_hour: found.peak_power_cost_per_hour,
            }),
            energy_per_token_at_peak_j: found.energy_per_token_at_peak_j,
            cost_per_million_tokens_at_peak: found.cost_per_million_at_peak,
        }
    }
}

fn cell(at: &At) -> Cell<'_> {
    let load: Load = at.load;
    Cell {
        context_tokens: at.context.as_ref().map(|context| context.tokens),
        context_label: at.context.as_ref().map(|context| context.label.as_str()),
        load: Keyed::of(load),
    }
}

fn saturated(saturation: &crate::analysis::Saturation) -> Saturated<'_> {
    Saturated {
        request_rate: saturation.offered,
        achieved_rate_req_s: saturation.achieved,
        keeps_up_request_rate: saturation.keeps_up,
        context_tokens: saturation.context.as_ref().map(|context| context.tokens),
        context_label: saturation.context.as_ref().map(|context| context.label.as_str()),
    }
}

fn speed(at: &At) -> Speed<'_> {
    Speed { tok_s: at.value, cell: cell(at) }
}

fn time(at: &At) -> Time<'_> {
    Time { s: at.value, cell: cell(at) }
}

fn share(at: &At) -> Share<'_> {
    Share { share: at.value, cell: cell(at) }
}

fn throughput(at: &At) -> Throughput<'_> {
    Throughput { tok_s: at.value, scenario: &at.scenario, cell: cell(at), tokens_per_hour: at.value * 3600.0 }
}

fn ends<'d, T>(span: &'d Span, value: fn(&'d At) -> T) -> Ends<T> {
    Ends { shortest: value(&span.shortest), longest: value(&span.longest) }
}
