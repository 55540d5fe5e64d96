//! The clients that descend from vLLM's `benchmark_serving.py`: one object a run, and with `--save-detailed` one entry per
//! request in lists beside it.

pub mod beside;
pub mod inferencex;
pub mod sglang;
pub mod sweep;
pub mod vllm;

use super::flat::{Flat, Lists};
use super::loose::Number;
use super::sink::Sink;
use crate::cell::Window;
use crate::cell::aggregate::Aggregate;
use crate::error::{Place, Result, Warning};
use crate::limits::is_on_a_clock;
use crate::metric::MetricId;
use crate::record::{Load, Record};

/// What the load generator held constant: the rate at which it sent, else the requests it kept in flight.
fn load(flat: &Flat) -> Option<Load> {
    let rate = flat.number("request_rate").filter(|rate| *rate > 0.0).map(Load::RequestRate);
    rate.or_else(|| flat.whole("max_concurrency").filter(|n| *n > 0).map(Load::Concurrency))
}

/// Whether neither a rate nor a number in flight held requests back: «as fast as possible», the default of these clients.
fn at_once(flat: &Flat) -> bool {
    flat.is_infinite("request_rate") && load(flat).is_none()
}

/// Counts, tokens, duration and throughput, under the keys that all of these clients share.
fn counts(flat: &Flat) -> Aggregate {
    let completed = flat.whole("completed");
    let sent = flat.whole("num_prompts");
    let listed = || (!flat.lists.errors.is_empty()).then(|| listed_failures(flat));
    let failed = flat.whole("failed").or_else(|| sent?.checked_sub(completed?)).or_else(listed);
    let lengths = (0..flat.lists.input_lens.len()).filter(|at| success(&flat.lists, *at));
    let lengths: Vec<f64> = lengths.filter_map(|at| flat.lists.input_lens[at].value()).collect();
    Aggregate {
        requests: completed.zip(failed).map(|(completed, failed)| completed + failed),
        failed,
        duration_s: flat.number("duration").filter(|duration| *duration > 0.0),
        window: window(flat),
        input_tokens: flat.whole("total_input_tokens"),
        output_tokens: flat.whole("total_output_tokens"),
        throughput_tok_s: flat.number("output_throughput").filter(|_| completed != Some(0)),
        achieved_rate: flat.number("request_throughput"),
        input_tokens_sd: deviation(&lengths),
        ..Aggregate::default()
    }
}

/// Failures among the requests that a file lists.
fn listed_failures(flat: &Flat) -> u64 {
    (0..flat.lists.errors.len()).filter(|at| !success(&flat.lists, *at)).count() as u64
}

/// First submission to last end on the Unix clock, where the client writes it.
fn window(flat: &Flat) -> Option<Window> {
    let at = |key| flat.number(key).map(|seconds| (seconds * 1e12) as i128);
    let (start_ps, end_ps) = (at("benchmark_start_time_unix")?, at("benchmark_end_time_unix")?);
    (end_ps >= start_ps).then_some(Window { start_ps, end_ps })
}

fn deviation(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt())
}

/// Whether a file holds its requests one by one; lengths alone do not time them.
fn is_detailed(flat: &Flat) -> bool {
    !flat.lists.ttfts.is_empty() || !flat.lists.latencies.is_empty()
}

/// Whether the request at a place of the lists succeeded: it brought tokens, or neither a reason nor a silence.
fn success(lists: &Lists, at: usize) -> bool {
    let tokens = lists.output_lens.get(at).and_then(|tokens| tokens.value());
    let failed = lists.errors.get(at).is_some_and(|error| error.get().is_some());
    let answered = positive(&lists.ttfts, at).is_some() || positive(&lists.latencies, at).is_some();
    !failed && (tokens.is_some_and(|tokens| tokens > 0.0) || answered)
}

/// Of what Python prints of an exception, its last line: the others say where in the client it was noticed.
fn reason(error: &str) -> &str {
    let is_traceback = error.starts_with("Traceback");
    error.lines().rev().find(|line| !line.trim().is_empty()).filter(|_| is_traceback).unwrap_or(error)
}

fn positive(list: &[Number], at: usize) -> Option<f64> {
    list.get(at).and_then(|number| number.value()).filter(|value| *value > 0.0)
}

/// Hands the requests of a detailed file on. The lists are in seconds, whatever the aggregates beside them are in.
fn records(flat: &Flat, part: usize, line: u64, file: &str, sink: &mut Sink) -> Result<()> {
    let lists = &flat.lists;
    let requests = lists.ttfts.len().max(lists.latencies.len());
    let mut never_shown = 0;
    for at in 0..requests {
        let place = || Place::file(file).line(line).path(format!("ttfts[{at}]"));
        let success = success(lists, at);
        let gaps = lists.itls.get(at).copied();
        let e2e_s = positive(&lists.latencies, at).or_else(|| Some(positive(&lists.ttfts, at)? + gaps?.sum));
        let output_tokens = lists.output_lens.get(at).and_then(|tokens| tokens.whole());
        // Without streaming these clients give the end of the response as its first token.
        let streamed = gaps.is_none_or(|gaps| gaps.count > 0) || output_tokens.is_none_or(|tokens| tokens < 2);
        let said =
            lists.start_times.get(at).and_then(|start| start.value()).map(|start| (start * 1e12).round() as i128);
        let start_ps = said.filter(|start| is_on_a_clock(*start));
        never_shown += usize::from(start_ps != said);
        let record = Record {
            load: None,
            part,
            start_ps,
            e2e_s: e2e_s.filter(|_| success),
            ttft_s: positive(&lists.ttfts, at).filter(|_| success && streamed),
            itl_s: gaps.and_then(|gaps| gaps.mean()).filter(|_| success),
            output_chunks: gaps.filter(|gaps| success && gaps.count > 0).map(|gaps| gaps.count + 1),
            input_tokens: lists.input_lens.get(at).and_then(|tokens| tokens.whole()),
            output_tokens: output_tokens.filter(|_| success),
            success,
            error: lists.errors.get(at).and_then(|error| error.get()).map(reason),
            ..Record::default()
        };
        sink.record(&record, line, place)?;
    }
    if never_shown > 0 {
        let message =
            format!("`start_times`: {never_shown} of {requests} are no time before the year 10,000; they are left out");
        sink.warn(Warning::at(Place::file(file).line(line), message));
    }
    Ok(())
}

/// Keeps the latencies that a client prints; where nothing succeeded it prints zeros, which measure nothing.
fn latencies(aggregate: &mut Aggregate, flat: &Flat, names: [(MetricId, &str); 4], naming: super::flat::Naming) {
    let n = match flat.whole("completed") {
        Some(0) => return,
        completed => completed.unwrap_or(0),
    };
    for (id, name) in names {
        let printed = flat.printed(name, n, naming);
        match id {
            MetricId::Itl => aggregate.set(id, printed.pooled()),
            MetricId::Tpot => aggregate.set_tpot(printed),
            _ => aggregate.set(id, printed),
        }
    }
}
