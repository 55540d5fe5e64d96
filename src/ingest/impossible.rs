//! Figures in a tool's own summary that no run can have: they are left out, and told with their file.
//!
//! A summary is taken as it is printed, so a damaged digit would go on into the report. Where it makes a figure impossible
//! by itself, or beside the others, it is seen here.

use super::reading::FileReading;
use super::records::judge::doubt_duration;
use crate::cell::aggregate::Aggregate;
use crate::cell::{Origin, Quantiles, Summary, Window};
use crate::error::{Place, Warned, Warning};
use crate::format::shortest;
use crate::limits::{MOST_OF_A_SUM, is_on_a_clock, is_rate};
use crate::metric::{Better, METRICS, Metric, MetricId};

/// A picosecond, the finest time that is kept: nothing takes less and more than nothing.
const SHORTEST_S: f64 = 1e-12;
/// Tokens, requests or either per second that nothing reaches.
const MOST: f64 = 1e12;
/// Percentiles that a tool rounded or interpolated apart may fall by that share.
const ROUNDING: f64 = 1e-9;
/// Tools start and stop their clocks at other moments than they count: from this share on, it is no longer that.
const APART: f64 = 0.25;

/// Leaves out what cannot be, and gives one fault per file that names the first of such figures. Warns of rates that do not
/// follow from what they are printed beside.
pub fn leave_out(files: &mut [FileReading]) -> Warned<Vec<Warning>> {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    for file in files {
        let mut found = Vec::new();
        for part in &mut file.findings.parts {
            let place = Place::file(&file.name);
            let place = if part.place.is_empty() { place } else { place.path(&part.place) };
            let load = part.level.load.take_if(|load| !load.is_concurrency() && !is_rate(load.level()));
            found.extend(
                load.map(|load| (place.clone(), format!("a load of {:e} requests per second cannot be", load.level()))),
            );
            let Some(aggregate) = &mut part.aggregate else { continue };
            found.extend(of_aggregate(aggregate).into_iter().map(|figure| (place.clone(), figure)));
            let apart = against_the_rate(aggregate);
            warnings
                .extend(apart.map(|message| Warning::at(place, format!("{message}: check which of them is wrong"))));
        }
        let more = match found.len() {
            0 | 1 => String::new(),
            2 => " (another of its figures cannot be either)".to_owned(),
            all => format!(" ({} more of its figures cannot be either)", all - 1),
        };
        let Some((place, first)) = found.into_iter().next() else { continue };
        let message = format!(
            "{first}{more}; what cannot be is left out: the file looks damaged, so write it anew with its tool"
        );
        faults.push(Warning::at(place, message));
    }
    Warned { value: faults, warnings }
}

/// What of a run's figures was left out, in words.
fn of_aggregate(aggregate: &mut Aggregate) -> Vec<String> {
    let mut told = Vec::new();
    for metric in &METRICS {
        of_metric(metric, &mut aggregate.metrics[metric.id as usize], &mut told);
    }
    for (what, count) in [
        ("requests", &mut aggregate.requests),
        ("failed requests", &mut aggregate.failed),
        ("prompt tokens", &mut aggregate.input_tokens),
        ("output tokens", &mut aggregate.output_tokens),
    ] {
        if count.take_if(|count| *count > MOST_OF_A_SUM).is_some() {
            told.push(format!("more than 10^15 {what} cannot be"));
        }
    }
    let is_no_time = |window: &mut Window| !is_on_a_clock(window.start_ps) || !is_on_a_clock(window.end_ps);
    if aggregate.window.take_if(is_no_time).is_some() {
        told.push("a run beyond the year 10,000 cannot be".to_owned());
    }
    let tokens = aggregate.output_tokens;
    for (what, figure, zero_is_none) in [
        ("output tokens per second", &mut aggregate.throughput_tok_s, tokens.is_none_or(|tokens| tokens == 0)),
        ("completed requests per second", &mut aggregate.achieved_rate, true),
        ("mean prompt tokens", &mut aggregate.mean_input_tokens, true),
        ("mean output tokens", &mut aggregate.mean_output_tokens, true),
        ("output tokens per streamed chunk", &mut aggregate.tokens_per_chunk, true),
    ] {
        let Some(value) = *figure else { continue };
        if value > 0.0 && value <= MOST {
            continue;
        }
        *figure = None;
        if value != 0.0 || !zero_is_none {
            told.push(format!("{what}: {} cannot be", said(value)));
        }
    }
    if let Some(duration) = aggregate.duration_s.filter(|duration| !is_time(*duration, false)) {
        aggregate.duration_s = None;
        told.push(format!("a run of {} s cannot be", said(duration)));
    }
    if let Some((failed, requests)) = aggregate.failed.zip(aggregate.requests).filter(|(failed, all)| failed > all) {
        (aggregate.failed, aggregate.requests) = (None, None);
        told.push(format!("{failed} of {requests} requests failed, which cannot be"));
    }
    told
}

fn of_metric(metric: &Metric, summary: &mut Summary, told: &mut Vec<String>) {
    let figures = [summary.mean].into_iter().chain(ascending(&summary.quantiles).map(|(_, value)| value)).flatten();
    // Tools print 0 for what they did not measure; a speed or a time per token is never 0.
    let may_be_zero = matches!(metric.id, MetricId::Ttft | MetricId::Queue);
    let unmeasured = !may_be_zero && metric.id != MetricId::E2e && figures.clone().all(|value| value == 0.0);
    if unmeasured {
        *summary = Summary::default();
        return;
    }
    if summary.n > MOST_OF_A_SUM {
        *summary = Summary::default();
        told.push(format!("{} of more than 10^15 requests cannot be", metric.title));
        return;
    }
    let before = told.len();
    let may_be_zero = may_be_zero || metric.id == MetricId::Itl;
    let is_possible = |value: f64| match metric.better {
        Better::Lower => is_time(value, may_be_zero),
        Better::Higher => value > 0.0 && value <= MOST,
    };
    let unit = if metric.better == Better::Lower { "s" } else { "tok/s" };
    let mut keep = |name: &str, figure: &mut Option<f64>, is_possible: &dyn Fn(f64) -> bool| {
        if let Some(value) = figure.take_if(|value| !is_possible(*value)) {
            told.push(format!("{} {name}: {} {unit} cannot be", metric.title, said(value)));
        }
    };
    keep("mean", &mut summary.mean, &is_possible);
    keep("standard deviation", &mut summary.sd, &|sd| (0.0..=MOST).contains(&sd));
    let Quantiles { p1, p5, p10, p50, p90, p95, p99 } = &mut summary.quantiles;
    for (name, figure) in [("p1", p1), ("p5", p5), ("p10", p10), ("p50", p50), ("p90", p90), ("p95", p95), ("p99", p99)]
    {
        keep(name, figure, &is_possible);
    }
    if let Some(sentence) = falling(metric, unit, &summary.quantiles) {
        summary.quantiles = Quantiles::default();
        told.push(sentence);
    }
    if summary.origin == Origin::Tool {
        told.extend(beside_the_mean(metric, unit, summary));
    }
    // What follows from a time per token was told of that.
    if summary.origin == Origin::MeanTpot {
        told.truncate(before);
    }
    if summary.mean.is_none() && summary.quantiles == Quantiles::default() {
        *summary = Summary::default();
    }
}

/// What the mean of values that are all at least 0 rules out. Leaves out what contradicts it, and the mean with it where
/// either may be wrong.
///
/// A share of about 1 − q of the values reaches the q-quantile, so that the mean is no less than 1 − q of it (half of that
/// where few values are interpolated); and a single value of n, the others 0, has a deviation of √n means, the largest there is.
fn beside_the_mean(metric: &Metric, unit: &str, summary: &mut Summary) -> Option<String> {
    let mean = summary.mean?;
    let largest_sd = mean * (summary.n as f64).sqrt() * (1.0 + ROUNDING);
    if let Some(sd) = summary.sd.take_if(|sd| summary.n > 1 && *sd > largest_sd) {
        let [sd, mean] = [sd, mean].map(shortest);
        return Some(format!(
            "{} standard deviation ({sd} {unit}) is too large for its mean ({mean} {unit})",
            metric.title
        ));
    }
    let shares = [0.99, 0.95, 0.9, 0.5, 0.1, 0.05, 0.01];
    let mut known =
        ascending(&summary.quantiles).zip(shares).filter_map(|((name, value), share)| Some((name, value?, share)));
    let (name, value, _) = known.find(|(_, value, share)| mean < share / 2.0 * value)?;
    (summary.mean, summary.quantiles) = (None, Quantiles::default());
    let [value, mean] = [value, mean].map(shortest);
    Some(format!(
        "{} mean ({mean} {unit}) is too small for its {name} ({value} {unit}), so that neither can be trusted",
        metric.title
    ))
}

/// That what was counted, over the time that it took, is not the rate that is printed beside both. Tools differ in when
/// they start and stop their clocks, so the rate stays as it is printed.
fn against_the_rate(aggregate: &Aggregate) -> Option<String> {
    let seconds = aggregate.duration_s?;
    let apart = |counted: Option<u64>, rate: Option<f64>, what: &str| {
        let (counted, rate) = counted.zip(rate)?;
        let expected = counted as f64 / seconds;
        let message = || {
            let [rate, seconds] = [rate, seconds].map(shortest);
            format!("prints {rate} {what} per second, but {counted} in {seconds} s are {}", shortest(expected))
        };
        ((rate - expected).abs() > APART * expected.max(rate)).then(message)
    };
    apart(aggregate.output_tokens, aggregate.throughput_tok_s, "output tokens")
        .or_else(|| apart(aggregate.successes(), aggregate.achieved_rate, "completed requests"))
}

/// A figure as a message shows it; a product of large ones may be none that can be written.
fn said(value: f64) -> String {
    match value {
        f64::INFINITY => "more than any number".to_owned(),
        f64::NEG_INFINITY => "less than any number".to_owned(),
        _ => shortest(value),
    }
}

/// Seconds that something can take.
fn is_time(seconds: f64, may_be_zero: bool) -> bool {
    let long_enough = seconds >= SHORTEST_S || (may_be_zero && seconds == 0.0);
    long_enough && doubt_duration(seconds).is_none()
}

/// That a percentile lies below a smaller one; which of the two is wrong nobody knows.
fn falling(metric: &Metric, unit: &str, quantiles: &Quantiles) -> Option<String> {
    let known: Vec<_> = ascending(quantiles).filter_map(|(name, value)| Some((name, value?))).collect();
    let pair = known.windows(2).find(|pair| pair[1].1 < pair[0].1 * (1.0 - ROUNDING))?;
    let [(low, below), (high, above)] = [pair[0], pair[1]];
    let [below, above] = [below, above].map(shortest);
    Some(format!(
        "{} {high} ({above} {unit}) lies below its {low} ({below} {unit}), so that no percentile of it can be trusted",
        metric.title
    ))
}

fn ascending(q: &Quantiles) -> impl Iterator<Item = (&'static str, Option<f64>)> + Clone + use<> {
    [("p1", q.p1), ("p5", q.p5), ("p10", q.p10), ("p50", q.p50), ("p90", q.p90), ("p95", q.p95), ("p99", q.p99)]
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::aggregate::Printed;

    fn printed(mean: f64, [p50, p90, p99]: [f64; 3]) -> Printed {
        let quantiles = Quantiles { p50: Some(p50), p90: Some(p90), p99: Some(p99), ..Quantiles::default() };
        Printed { n: 100, mean: Some(mean), sd: Some(0.1), quantiles }
    }

    fn left(id: MetricId, printed: Printed) -> (Summary, Vec<String>) {
        let mut aggregate = Aggregate::default();
        aggregate.set(id, printed);
        let told = of_aggregate(&mut aggregate);
        (aggregate.metrics[id as usize].clone(), told)
    }

    #[test]
    fn percentiles_that_fall_are_left_out_together() {
        let (ttft, told) = left(MetricId::Ttft, printed(0.5, [0.4, 0.9, 0.8]));
        assert_eq!((ttft.mean, ttft.quantiles), (Some(0.5), Quantiles::default()));
        assert_eq!(told, ["TTFT p99 (0.8 s) lies below its p90 (0.9 s), so that no percentile of it can be trusted"]);
        let equal = printed(0.5, [0.4, 0.9, 0.9 * (1.0 - 1e-12)]);
        assert_eq!(left(MetricId::Ttft, equal).1, Vec::<String>::new(), "the last digit is rounding");
    }

    #[test]
    fn times_and_speeds_that_nothing_has_are_left_out_one_by_one() {
        for impossible in [-0.5, 0.0, 1e-320, 1e10, f64::INFINITY, f64::NAN] {
            let (e2e, told) = left(MetricId::E2e, printed(impossible, [0.4, 0.8, 0.9]));
            assert_eq!((e2e.mean, e2e.quantiles.p50, told.len()), (None, Some(0.4), 1), "{impossible}");
        }
        let (speed, told) = left(MetricId::GenerationSpeed, printed(-3.0, [10.0, 20.0, 30.0]));
        assert_eq!(
            (speed.mean, told.as_slice()),
            (None, ["Generation speed mean: -3 tok/s cannot be".to_owned()].as_slice())
        );
    }

    #[test]
    fn zero_is_a_wait_but_no_time_per_token() {
        let (queue, told) = left(MetricId::Queue, Printed { sd: Some(0.0), ..printed(0.0, [0.0, 0.0, 0.0]) });
        assert_eq!((queue.mean, told.len()), (Some(0.0), 0));
        let (tpot, told) = left(MetricId::Tpot, printed(0.0, [0.0, 0.0, 0.0]));
        assert_eq!((tpot, told.len()), (Summary::default(), 0), "a tool's word for not measured");
    }

    #[test]
    fn a_mean_rules_out_what_lies_too_far_from_it() {
        let (ttft, told) = left(MetricId::Ttft, printed(0.05, [0.4, 0.8, 0.9]));
        assert_eq!(ttft, Summary::default());
        assert_eq!(told, ["TTFT mean (0.05 s) is too small for its p50 (0.4 s), so that neither can be trusted"]);
        let (ttft, told) = left(MetricId::Ttft, Printed { sd: Some(5.1), ..printed(0.5, [0.4, 0.8, 0.9]) });
        assert_eq!((ttft.mean, ttft.sd, told.len()), (Some(0.5), None, 1));
        // One request of two took all the time: nothing is wrong with that.
        let quantiles = Quantiles { p50: Some(1.0), p90: Some(1.8), p99: Some(1.98), ..Quantiles::default() };
        let two = Printed { n: 2, mean: Some(1.0), sd: Some(2f64.sqrt()), quantiles };
        assert_eq!(left(MetricId::Ttft, two).1, Vec::<String>::new());
    }

    #[test]
    fn a_rate_that_does_not_follow_from_its_count_is_told_and_kept() {
        let run = |rate| Aggregate {
            output_tokens: Some(1000),
            duration_s: Some(10.0),
            throughput_tok_s: Some(rate),
            ..Aggregate::default()
        };
        let said = "prints 10 output tokens per second, but 1000 in 10 s are 100";
        assert_eq!(against_the_rate(&run(10.0)).as_deref(), Some(said));
        assert_eq!(against_the_rate(&run(90.0)), None, "tools differ in when they start their clocks");
    }

    #[test]
    fn counts_and_rates_that_cannot_be_are_left_out() {
        let mut aggregate = Aggregate {
            requests: Some(10),
            failed: Some(11),
            duration_s: Some(-1.0),
            throughput_tok_s: Some(-5.0),
            achieved_rate: Some(f64::INFINITY),
            output_tokens: Some(100),
            ..Aggregate::default()
        };
        assert_eq!(of_aggregate(&mut aggregate).len(), 4);
        assert_eq!(aggregate, Aggregate { output_tokens: Some(100), ..Aggregate::default() });
    }

    #[test]
    fn counts_and_times_beyond_reason_are_left_out() {
        let far = Window { start_ps: 0, end_ps: i128::MAX };
        let mut aggregate = Aggregate {
            requests: Some(u64::MAX),
            output_tokens: Some(MOST_OF_A_SUM),
            throughput_tok_s: Some(f64::INFINITY),
            window: Some(far),
            ..Aggregate::default()
        };
        aggregate.metrics[MetricId::Ttft as usize] = Summary { n: u64::MAX, mean: Some(1.0), ..Summary::default() };
        let told = of_aggregate(&mut aggregate);
        assert_eq!(
            told,
            [
                "TTFT of more than 10^15 requests cannot be",
                "more than 10^15 requests cannot be",
                "a run beyond the year 10,000 cannot be",
                "output tokens per second: more than any number cannot be",
            ]
        );
        assert_eq!(aggregate, Aggregate { output_tokens: Some(MOST_OF_A_SUM), ..Aggregate::default() });
    }
}
