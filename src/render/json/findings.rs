//! Findings in JSON.

use crate::analysis::{self, Analysis, Span};
use crate::context::Context;
use crate::results::{
    At, Ends, Findings, Power, PrefillPeak, Saturated, Scaling, Share, Speed, Success, Throughput, Time,
};

pub(super) fn findings(analysis: &Analysis) -> Findings {
    let found = &analysis.findings;
    let peak = |peak: &analysis::PrefillPeak| PrefillPeak {
        tok_s: peak.peak.value,
        at: at(&peak.peak),
        source: analysis.prefill_source,
        longest: speed(&peak.longest),
    };
    Findings {
        peak_throughput: found.peak_throughput.as_ref().map(throughput),
        throughput_beyond_sweep: found.throughput_beyond_sweep.as_ref().map(throughput),
        throughput_at_largest_load: found.throughput_at_largest_load.iter().map(speed).collect(),
        single_load: found.single_load.map(Into::into),
        ttft_single: found.ttft_single.as_ref().map(|span| ends(span, time)),
        speed_single: found.speed_single.as_ref().map(|span| ends(span, speed)),
        ttft_highest: found.ttft_highest.as_ref().map(time),
        throughput_scaling: found.throughput_scaling.as_ref().map(scaling),
        saturation: found.saturation.iter().map(saturated).collect(),
        success: Success {
            rate: found.success.rate,
            requests: found.success.requests,
            failed: found.success.failed,
            warmup: found.success.warmup,
        },
        slowest_generation: found.slowest_generation.as_ref().map(speed),
        generation_speed_basis: analysis.speed_basis.map(str::to_owned),
        longest_queue: found.longest_queue.as_ref().map(time),
        prefill_peaks: found.prefill_peaks.iter().map(peak).collect(),
        itl_single_s: found.itl_single.as_ref().map(|at| at.value),
        itl_single: found.itl_single.as_ref().map(time),
        itl_highest: found.itl_highest.as_ref().map(time),
        itl_is_per_chunk: found.itl_is_per_chunk,
        tokens_per_chunk: found.tokens_per_chunk,
        efficiency_at_largest_load: found.efficiency_at_largest_load.iter().map(share).collect(),
        peak_power: found.peak_power.as_ref().map(|peak| Power {
            w: peak.value,
            at: at(peak),
            cost_per_hour: found.peak_power_cost_per_hour,
        }),
        energy_per_token_at_peak_j: found.energy_per_token_at_peak_j,
        cost_per_million_tokens_at_peak: found.cost_per_million_at_peak,
    }
}

fn at(at: &analysis::At) -> At {
    let (context_tokens, context_label) = context(at.context.as_ref());
    At { context_tokens, context_label, load: at.load.into() }
}

/// A context as its two keys.
fn context(context: Option<&Context>) -> (Option<u64>, Option<String>) {
    (context.map(|context| context.tokens), context.map(|context| context.label.clone()))
}

fn scaling(scaling: &analysis::Scaling) -> Scaling {
    let (context_tokens, context_label) = context(scaling.context.as_ref());
    Scaling { ratio: scaling.ratio, from: scaling.from.into(), to: scaling.to.into(), context_tokens, context_label }
}

fn saturated(saturation: &analysis::Saturation) -> Saturated {
    let (context_tokens, context_label) = context(saturation.context.as_ref());
    Saturated {
        request_rate: saturation.offered,
        achieved_rate_req_s: saturation.achieved,
        keeps_up_request_rate: saturation.keeps_up,
        context_tokens,
        context_label,
    }
}

fn speed(found: &analysis::At) -> Speed {
    Speed { tok_s: found.value, at: at(found) }
}

fn time(found: &analysis::At) -> Time {
    Time { s: found.value, at: at(found) }
}

fn share(found: &analysis::At) -> Share {
    Share { share: found.value, at: at(found) }
}

fn throughput(found: &analysis::At) -> Throughput {
    Throughput {
        tok_s: found.value,
        scenario: found.scenario.clone(),
        at: at(found),
        tokens_per_hour: found.value * 3600.0,
    }
}

fn ends<T>(span: &Span, value: fn(&analysis::At) -> T) -> Ends<T> {
    Ends { shortest: value(&span.shortest), longest: value(&span.longest) }
}
