//! What of a power log falls to each cell.

use super::{Gpu, Log, Sample, time};
use crate::cell::{Cell, Window};
use crate::error::{Warned, Warning};
use crate::format;

/// Samples of a GPU without which a window says nothing.
const FEWEST: usize = 3;
/// Gap in a window, in usual steps of the GPU, from which on its power is unknown.
const WIDEST: f64 = 10.0;
/// A clock that shows less than this many seconds since 1970 (September 2001) is no epoch clock.
pub const EPOCH_FROM_S: i128 = 1_000_000_000;
/// How far clocks of two time zones are apart at most, with a margin.
const ZONES_PS: i128 = 27 * 3600 * 1_000_000_000_000;
/// Cells that a warning names one by one.
const NAMED: usize = 5;

/// What a log must be.
const WHOLE_TEST: &str = "the log must run without a pause from before the first request to behind the last";

/// Why a cell's power is unknown.
#[derive(Debug, Clone, PartialEq)]
enum Unknown {
    /// The records have no submission times, or not all.
    NoTimes,
    /// The submission times count from another moment than 1970.
    NoEpoch,
    /// A GPU has too few samples in the window.
    Few { gpu: String, samples: usize },
    /// A GPU has no samples for too long.
    Gap { gpu: String, seconds: f64, step: f64 },
    /// The log has no draw of a GPU at all.
    Silent { gpu: String },
}

/// The mean draw of all GPUs of the log in watts over the windows of each cell, in the order of `cells`.
///
/// Per GPU and window the trapezoid over the samples that lie inside the window, over the time between the first and the
/// last of them; summed over GPUs; over several windows the mean weighted by their spans. What is unknown stays so, with
/// a warning.
pub fn join(cells: &[Cell], log: &Log) -> Warned<Vec<Option<f64>>> {
    let gpus: Vec<Drawn> = log.gpus.iter().map(|(gpu, samples)| Drawn::new(gpu, samples)).collect();
    let outcomes: Vec<_> = cells.iter().map(|cell| cell_power(cell, &gpus)).collect();
    let warnings = warnings(cells, &outcomes, log);
    Warned { value: outcomes.into_iter().map(Result::ok).collect(), warnings }
}

/// A GPU's samples with its usual step.
struct Drawn<'l> {
    gpu: &'l Gpu,
    samples: &'l [Sample],
    /// Median time between two samples, seconds; 0 where there are fewer than two.
    step_s: f64,
}

impl<'l> Drawn<'l> {
    fn new(gpu: &'l Gpu, samples: &'l [Sample]) -> Self {
        let mut steps: Vec<i64> = samples.windows(2).map(|pair| pair[1].at_ns - pair[0].at_ns).collect();
        steps.sort_unstable();
        let middle = |at: usize| steps.get(at).copied().unwrap_or_default() as f64;
        let step_s = (middle(steps.len().saturating_sub(1) / 2) + middle(steps.len() / 2)) / 2.0 / 1e9;
        Self { gpu, samples, step_s }
    }

    /// Mean draw over the samples inside the window, watts.
    fn mean(&self, window: &Window) -> Result<f64, Unknown> {
        let gpu = || self.gpu.name();
        if self.samples.is_empty() {
            return Err(Unknown::Silent { gpu: gpu() });
        }
        let at_ps = |sample: &Sample| i128::from(sample.at_ns) * 1000;
        let from = self.samples.partition_point(|sample| at_ps(sample) < window.start_ps);
        let to = self.samples.partition_point(|sample| at_ps(sample) <= window.end_ps);
        let inside = &self.samples[from..to.max(from)];
        let [first, .., last] = inside else { return Err(Unknown::Few { gpu: gpu(), samples: inside.len() }) };
        if inside.len() < FEWEST || last.at_ns == first.at_ns {
            return Err(Unknown::Few { gpu: gpu(), samples: inside.len() });
        }
        let edges = [(at_ps(first) - window.start_ps) as f64 / 1e12, (window.end_ps - at_ps(last)) as f64 / 1e12];
        let steps = inside.windows(2).map(|pair| (pair[1].at_ns - pair[0].at_ns) as f64 / 1e9);
        let widest = steps.chain(edges).fold(0.0, f64::max);
        if widest > WIDEST * self.step_s {
            return Err(Unknown::Gap { gpu: gpu(), seconds: widest, step: self.step_s });
        }
        let joules: f64 = inside
            .windows(2)
            .map(|pair| (pair[0].watts + pair[1].watts) / 2.0 * ((pair[1].at_ns - pair[0].at_ns) as f64 / 1e9))
            .sum();
        Ok(joules / ((last.at_ns - first.at_ns) as f64 / 1e9))
    }
}

fn cell_power(cell: &Cell, gpus: &[Drawn]) -> Result<f64, Unknown> {
    if cell.span_s.is_none() || cell.windows.is_empty() {
        return Err(Unknown::NoTimes);
    }
    if cell.windows.iter().any(|window| window.start_ps < EPOCH_FROM_S * 1_000_000_000_000) {
        return Err(Unknown::NoEpoch);
    }
    let (mut joules, mut seconds) = (0.0, 0.0);
    for window in &cell.windows {
        let watts = gpus.iter().map(|gpu| gpu.mean(window)).sum::<Result<f64, Unknown>>()?;
        joules += watts * window.span_s();
        seconds += window.span_s();
    }
    Ok(joules / seconds)
}

fn warnings(cells: &[Cell], outcomes: &[Result<f64, Unknown>], log: &Log) -> Vec<Warning> {
    let unknown: Vec<(&Cell, &Unknown)> =
        cells.iter().zip(outcomes).filter_map(|(cell, outcome)| Some((cell, outcome.as_ref().err()?))).collect();
    let those = |is: fn(&Unknown) -> bool| unknown.iter().filter(|(_, why)| is(why)).copied().collect::<Vec<_>>();
    let no_times = those(|why| *why == Unknown::NoTimes);
    let no_epoch = those(|why| *why == Unknown::NoEpoch);
    let silent = those(|why| matches!(why, Unknown::Silent { .. }));
    let sparse = those(|why| matches!(why, Unknown::Few { .. } | Unknown::Gap { .. }));
    let mut sentences = Vec::new();
    if !no_times.is_empty() {
        let cells = which(&no_times, cells.len());
        sentences.push(format!("the power of {cells} is unknown: not every success has a submission time (`start_s`)"));
    }
    if !no_epoch.is_empty() {
        let cells = which(&no_epoch, cells.len());
        sentences.push(format!(
            "the power of {cells} is unknown: `start_s` does not count from the Unix epoch, so the power log cannot be \
             joined to it"
        ));
    }
    if let Some((_, Unknown::Silent { gpu })) = silent.first() {
        sentences.push(format!("power is unknown: the power log has no draw of {gpu}"));
    }
    match outside(cells, log) {
        Some(sentence) if !sparse.is_empty() => sentences.push(sentence),
        _ => sentences.extend(sparse_sentence(&sparse, cells.len())),
    }
    sentences.into_iter().map(Warning::new).collect()
}

/// That no cell lies within the log, where none does: most often a wrong time zone, or the log of another day.
fn outside(cells: &[Cell], log: &Log) -> Option<String> {
    let (first, last) = log.span_ns()?;
    let windows = || cells.iter().flat_map(|cell| &cell.windows);
    let start = windows().map(|window| window.start_ps).min()?;
    let end = windows().map(|window| window.end_ps).max()?;
    let apart_ps = (i128::from(first) * 1000 - end).max(start - i128::from(last) * 1000);
    let what_to_do = match apart_ps {
        ..=ZONES_PS => "if the log is in local time, set `power.timezone`",
        _ => "it is of another test: take the log that ran beside this one",
    };
    let printed = |ps: i128| time::print(i64::try_from(ps / 1000).unwrap_or_default());
    (apart_ps > 0).then(|| {
        format!(
            "power is unknown: the power log covers {} to {}, the requests {} to {}; {what_to_do}",
            time::print(first),
            time::print(last),
            printed(start),
            printed(end)
        )
    })
}

fn sparse_sentence(sparse: &[(&Cell, &Unknown)], all: usize) -> Option<String> {
    let (_, why) = sparse.first()?;
    let why = match why {
        Unknown::Few { gpu, samples } => {
            let found = format::counted(*samples as u64, "sample", "samples");
            format!("{gpu} has {found} in its window, and {FEWEST} are needed")
        }
        Unknown::Gap { gpu, seconds, step } => format!(
            "{gpu} has no sample for {} s, more than {WIDEST:.0} of its usual steps of {} s",
            format::fixed(*seconds, 1),
            format::fixed(*step, 1)
        ),
        _ => return None,
    };
    let subject = which(sparse, all);
    let first = if sparse.len() > 1 { "in the first of them " } else { "" };
    Some(format!("the power of {subject} is unknown: {first}{why}; {WHOLE_TEST}"))
}

/// `1 of 56 cells (sweep, 32K, 2 concurrent requests)`.
fn which(unknown: &[(&Cell, &Unknown)], all: usize) -> String {
    let names: Vec<String> = unknown.iter().take(NAMED).map(|(cell, _)| name(cell)).collect();
    let more = unknown.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    let cells = format::counted(all as u64, "cell", "cells");
    if unknown.len() == all {
        return format!("all {cells}").replace("all 1 cell", "the only cell");
    }
    format!("{} of {cells} ({}{tail})", unknown.len(), names.join("; "))
}

fn name(cell: &Cell) -> String {
    let key = &cell.key;
    let context = key.context.as_ref().map_or(String::new(), |context| format!(", {}", context.label));
    format!("{}{context}, {}", key.scenario, format::load(key.load))
}

#[cfg(test)]
mod tests {
    use super::super::ToldBy;
    use super::*;
    use crate::cell::CellKey;
    use crate::context::Context;
    use crate::record::{Load, SWEEP};

    const START: i64 = 1_768_464_000;

    fn cell(concurrency: u64, windows: &[(f64, f64)]) -> Cell {
        let at = |s: f64| i128::from(START) * 1_000_000_000_000 + (s * 1e12) as i128;
        let windows: Vec<_> = windows.iter().map(|(a, b)| Window { start_ps: at(*a), end_ps: at(*b) }).collect();
        let key = CellKey {
            scenario: SWEEP.into(),
            context: Some(Context::nominal(1024)),
            load: Load::Concurrency(concurrency),
        };
        Cell {
            requests: Some(1),
            failed: Some(0),
            runs: windows.len().max(1) as u64,
            span_s: (!windows.is_empty()).then(|| windows.iter().map(Window::span_s).sum()),
            windows,
            ..Cell::unknown(key)
        }
    }

    fn log(gpus: &[&[(f64, f64)]]) -> Log {
        let gpu = |at: usize| Gpu { told_by: ToldBy::Index, id: format!("{at:>4}") };
        let sample =
            |(s, watts): &(f64, f64)| Sample { at_ns: START * 1_000_000_000 + (s * 1e9) as i64, watts: *watts };
        Log { gpus: gpus.iter().enumerate().map(|(at, s)| (gpu(at), s.iter().map(sample).collect())).collect() }
    }

    fn seconds(watts: impl Fn(f64) -> f64, until: usize) -> Vec<(f64, f64)> {
        (0..until).map(|s| (s as f64, watts(s as f64))).collect()
    }

    fn sentences(joined: &Warned<Vec<Option<f64>>>) -> Vec<String> {
        joined.warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_mean_is_the_trapezoid_over_the_samples_inside_the_window() {
        // 100 W at 1 s, 200 W at 2 s, 400 W at 4 s: (150 × 1 + 300 × 2) / 3 = 250 W; those at 0 s and 5 s are outside.
        let samples = [(0.0, 999.0), (1.0, 100.0), (2.0, 200.0), (4.0, 400.0), (5.0, 999.0)];
        let joined = join(&[cell(1, &[(0.5, 4.5)])], &log(&[&samples]));
        assert_eq!(joined, Warned::clean(vec![Some(250.0)]));
    }

    #[test]
    fn gpus_add_up_and_a_window_ends_with_a_sample_on_its_edge() {
        let (a, b) = (seconds(|_| 100.0, 10), seconds(|s| 50.0 + s, 10));
        let joined = join(&[cell(1, &[(2.0, 4.0)])], &log(&[&a, &b]));
        assert_eq!(joined.value, [Some(100.0 + 53.0)]);
    }

    #[test]
    fn runs_count_by_their_spans() {
        let samples = seconds(|s| if s < 10.0 { 100.0 } else { 400.0 }, 40);
        let joined = join(&[cell(1, &[(0.0, 5.0), (20.0, 30.0)])], &log(&[&samples]));
        assert_eq!(joined.value, [Some((100.0 * 5.0 + 400.0 * 10.0) / 15.0)]);
    }

    #[test]
    fn too_few_samples_or_a_gap_leave_the_power_unknown() {
        let mut samples = seconds(|_| 100.0, 100);
        samples.retain(|(s, _)| !(50.0..=61.0).contains(s));
        let cells =
            [cell(1, &[(0.0, 1.5)]), cell(2, &[(10.0, 20.0)]), cell(3, &[(40.0, 70.0)]), cell(4, &[(40.0, 58.0)])];
        let joined = join(&cells, &log(&[&samples]));
        assert_eq!(joined.value, [None, Some(100.0), None, Some(100.0)], "the last one's edge is 9 steps away");
        assert_eq!(
            sentences(&joined),
            [
                "the power of 2 of 4 cells (sweep, 1K, 1 concurrent request; sweep, 1K, 3 concurrent requests) is unknown: \
              in the first of them GPU 0 has 2 samples in its window, and 3 are needed; the log must run without \
              a pause from before the first request to behind the last"
            ]
        );
        let joined = join(&cells[2..], &log(&[&samples]));
        assert_eq!(
            sentences(&joined),
            [
                "the power of 1 of 2 cells (sweep, 1K, 3 concurrent requests) is unknown: GPU 0 has no sample for 13.0 s, \
              more than 10 of its usual steps of 1.0 s; the log must run without \
              a pause from before the first request to behind the last"
            ]
        );
    }

    #[test]
    fn a_log_of_another_time_is_said_to_be_one_once() {
        let samples = seconds(|_| 100.0, 100);
        let joined = join(&[cell(1, &[(3600.0, 3610.0)]), cell(2, &[(3620.0, 3700.0)])], &log(&[&samples]));
        assert_eq!(joined.value, [None, None]);
        let days_apart = join(&[cell(1, &[(300_000.0, 300_010.0)])], &log(&[&samples]));
        let before = join(&[cell(1, &[(-300_000.0, -299_990.0)])], &log(&[&samples]));
        for told in [sentences(&days_apart), sentences(&before)] {
            assert!(told[0].ends_with("; it is of another test: take the log that ran beside this one"), "{told:?}");
        }
        assert_eq!(
            sentences(&joined),
            [
                "power is unknown: the power log covers 2026-01-15 08:00:00 UTC to 2026-01-15 08:01:39 UTC, the requests \
              2026-01-15 09:00:00 UTC to 2026-01-15 09:01:40 UTC; if the log is in local time, set `power.timezone`"
            ]
        );
    }

    #[test]
    fn records_without_epoch_times_have_no_power() {
        let samples = seconds(|_| 100.0, 10);
        let mut monotonic = cell(2, &[(0.0, 9.0)]);
        monotonic.windows = vec![Window { start_ps: 5_000_000_000_000, end_ps: 9_000_000_000_000 }];
        let joined = join(&[cell(1, &[]), monotonic, cell(3, &[(0.0, 9.0)])], &log(&[&samples]));
        assert_eq!(joined.value, [None, None, Some(100.0)]);
        assert_eq!(
            sentences(&joined),
            [
                "the power of 1 of 3 cells (sweep, 1K, 1 concurrent request) is unknown: not every success has a \
                 submission time (`start_s`)",
                "the power of 1 of 3 cells (sweep, 1K, 2 concurrent requests) is unknown: `start_s` does not count from \
                 the Unix epoch, so the power log cannot be joined to it",
            ]
        );
    }

    #[test]
    fn a_gpu_without_any_sample_makes_every_sum_unknown() {
        let samples = seconds(|_| 100.0, 10);
        let joined = join(&[cell(1, &[(0.0, 9.0)])], &log(&[&samples, &[]]));
        assert_eq!(joined.value, [None]);
        assert_eq!(sentences(&joined), ["power is unknown: the power log has no draw of GPU 1"]);
    }
}
