//! What holds of every run, on records made at random: what must not change a figure does not, and what must, does so the right way.

use crate::judge::{Outcome, judged};
use gristmill::analysis::Analysis;
use gristmill::analysis::capacity::{Capacity, Kind};
use gristmill::cell::Cell;
use gristmill::config::{self, Config};
use gristmill::ingest::{Input, Memory};
use gristmill::metric::{Better, METRICS};
use gristmill::pipeline::{self, Request};
use gristmill::record::Load;
use proptest::prelude::*;
use std::collections::BTreeMap;

const HEADER: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,error\n";
const CONTEXTS: [u64; 2] = [1024, 32768];
const LEVELS: [u64; 4] = [1, 2, 5, 12];

/// One request. Times are whole microseconds on a clock of its own, so that they can be doubled and halved without rounding.
#[derive(Debug, Clone)]
struct Sent {
    context: usize,
    level: usize,
    start_us: u64,
    ttft_us: u64,
    rest_us: u64,
    tokens: u64,
    failed: bool,
}

fn sent() -> impl Strategy<Value = Sent> {
    let failed = prop_oneof![9 => Just(false), 1 => Just(true)];
    (0..2_usize, 0..LEVELS.len(), 0..90_000_000_u64, 1..20_000_000_u64, 2..60_000_000_u64, 2..2000_u64, failed)
        .prop_map(|(context, level, start_us, ttft_us, rest_us, tokens, failed)| Sent {
            context,
            level,
            start_us,
            ttft_us,
            rest_us,
            tokens,
            failed,
        })
}

fn many() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(sent(), 1..60)
}

impl Sent {
    /// The row, with all times `times` as long.
    fn row(&self, times: f64) -> String {
        let (context, level) = (CONTEXTS[self.context], LEVELS[self.level]);
        let milliseconds = |us: u64| us as f64 * times / 1000.0;
        let (ttft, e2e) = (milliseconds(self.ttft_us), milliseconds(self.ttft_us + self.rest_us));
        let start_s = self.start_us as f64 * times / 1e6;
        match self.failed {
            true => format!("{context},{level},{start_s},,,,,timeout\n"),
            false => format!("{context},{level},{start_s},{ttft},{e2e},{context},{},\n", self.tokens),
        }
    }
}

impl Sent {
    /// The same request as a line of JSON.
    fn line(&self) -> String {
        let row = self.row(1.0);
        let keyed = HEADER.trim().split(',').zip(row.trim().split(','));
        // Every key is there, so that a file of failures alone is known as records.
        let fields = keyed.map(|(key, cell)| match (key, cell) {
            (_, "") => format!("\"{key}\":null"),
            ("error", _) => format!("\"{key}\":\"{cell}\""),
            _ => format!("\"{key}\":{cell}"),
        });
        format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","))
    }
}

fn file(name: &str, rows: &[Sent], times: f64) -> Memory {
    let rows: String = rows.iter().map(|sent| sent.row(times)).collect();
    Memory::new(name, format!("{HEADER}{rows}"))
}

fn use_cases(thresholds: &str) -> Config {
    let text = format!("[[use_case]]\nid = \"chat\"\nname = \"Chat\"\ncontext = \"1K\"\n{thresholds}\n");
    config::parse(&text, "gristmill.toml").unwrap()
}

/// The numbers of a run; none where nothing can be made of it.
fn analysis(files: &[Memory], config: &Config) -> Option<Analysis> {
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    Some(pipeline::prepare(&Request::new(&inputs, config)).ok()?.value.analysis)
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        (a, b) => a == b,
    }
}

/// The parts of some rows, every one with at least one; every second is JSON Lines.
fn parts(rows: &[Sent], cuts: &[usize]) -> Vec<Memory> {
    let mut files: BTreeMap<usize, Vec<Sent>> = BTreeMap::new();
    for (at, sent) in rows.iter().enumerate() {
        files.entry(cuts[at % cuts.len()]).or_default().push(sent.clone());
    }
    let part = |(number, rows): (usize, Vec<Sent>)| match number % 2 {
        0 => file(&format!("part-{number}.csv"), &rows, 1.0),
        _ => Memory::new(format!("part-{number}.jsonl"), rows.iter().map(Sent::line).collect::<String>()),
    };
    files.into_iter().map(part).collect()
}

/// A limit or a level within as a number that is larger the more a deployment carries.
fn carried(capacity: &Capacity) -> (f64, f64) {
    let limit = match capacity.limit.kind {
        Kind::Open => f64::INFINITY,
        _ => capacity.limit.level.unwrap_or(f64::NEG_INFINITY),
    };
    (limit, capacity.within.as_ref().map_or(f64::NEG_INFINITY, |within| within.level))
}

fn chat(rows: &[Sent], config: &Config) -> Option<Capacity> {
    let found = analysis(&[file("records.csv", rows, 1.0)], config)?;
    found.capacity.into_iter().find(|capacity| capacity.use_case.id == "chat")
}

/// The value of a metric at a level, on the straight lines between the tested ones.
fn on_lines(
    capacity: &Capacity,
    level: f64,
    value: fn(&gristmill::analysis::capacity::Level) -> Option<f64>,
) -> Option<f64> {
    let points: Vec<(f64, f64)> =
        capacity.levels.iter().filter_map(|tested| Some((tested.load.level(), value(tested)?))).collect();
    let to = points.iter().position(|(at, _)| *at >= level)?;
    let (x1, y1) = points[to];
    let Some((x0, y0)) = to.checked_sub(1).map(|before| points[before]).filter(|_| x1 > level) else { return Some(y1) };
    Some(y0 + (level - x0) / (x1 - x0) * (y1 - y0))
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn order_and_division_into_files_never_matter(
        rows in many(),
        cuts in prop::collection::vec(0..4_usize, 1..20),
        seed in any::<prop::sample::Index>(),
    ) {
        let config = use_cases("max_ttft_s = 9\nmin_speed = 20");
        let whole = analysis(&[file("records.csv", &rows, 1.0)], &config);
        let mut turned = rows.clone();
        turned.rotate_left(seed.index(rows.len()));
        turned.reverse();
        prop_assert_eq!(&whole, &analysis(&[file("records.csv", &turned, 1.0)], &config));
        let mut files = parts(&turned, &cuts);
        prop_assert_eq!(&whole, &analysis(&files, &config));
        files.reverse();
        prop_assert_eq!(&whole, &analysis(&files, &config));
    }

    #[test]
    fn times_scale_latencies_and_speeds_scale_against_them(rows in many(), doublings in -3..4_i32) {
        let times = f64::from(doublings).exp2();
        let config = Config::default();
        let once = analysis(&[file("records.csv", &rows, 1.0)], &config);
        let scaled = analysis(&[file("records.csv", &rows, times)], &config);
        prop_assert_eq!(once.is_some(), scaled.is_some());
        let (Some(once), Some(scaled)) = (once, scaled) else { return Ok(()) };
        for (a, b) in once.cells.iter().zip(&scaled.cells) {
            let (a, b) = (&a.cell, &b.cell);
            prop_assert!(close(a.span_s.map(|span| span * times), b.span_s));
            prop_assert!(close(a.throughput_tok_s.map(|speed| speed / times), b.throughput_tok_s));
            for metric in &METRICS {
                let factor = if metric.better == Better::Lower { times } else { 1.0 / times };
                let (a, b) = (a.metric(metric.id), b.metric(metric.id));
                prop_assert_eq!(a.n, b.n);
                let q = [(a.mean, b.mean), (a.quantiles.p50, b.quantiles.p50), (a.quantiles.p90, b.quantiles.p90)];
                for (a, b) in q {
                    prop_assert!(close(a.map(|value| value * factor), b), "{} {a:?} {b:?}", metric.key);
                }
                // A deviation near 0 is what is left of rounding.
                let rounding = 1e-9 * b.mean.unwrap_or_default();
                let apart = a.sd.zip(b.sd).is_some_and(|(a, b)| (a * factor - b).abs() > rounding.max(1e-9 * b));
                prop_assert!(!apart, "{} {:?} {:?}", metric.key, a.sd, b.sd);
            }
        }
    }

    #[test]
    fn means_are_what_a_sum_by_hand_gives(rows in many()) {
        let Some(found) = analysis(&[file("records.csv", &rows, 1.0)], &Config::default()) else { return Ok(()) };
        for figures in &found.cells {
            let cell = &figures.cell;
            let sent: Vec<&Sent> = rows.iter().filter(|sent| is_of(sent, cell)).collect();
            let good: Vec<&Sent> = sent.iter().filter(|sent| !sent.failed).copied().collect();
            prop_assert_eq!((cell.requests, cell.failed), (Some(sent.len() as u64), Some((sent.len() - good.len()) as u64)));
            let mean = |value: fn(&Sent) -> f64| {
                (!good.is_empty()).then(|| good.iter().map(|sent| value(sent)).sum::<f64>() / good.len() as f64)
            };
            let found = [&cell.metrics[0], &cell.metrics[1], &cell.metrics[2]].map(|summary| summary.mean);
            let expected = [
                mean(|sent| sent.ttft_us as f64 / 1e6),
                mean(|sent| (sent.ttft_us + sent.rest_us) as f64 / 1e6),
                mean(|sent| (sent.tokens - 1) as f64 / (sent.rest_us as f64 / 1e6)),
            ];
            prop_assert!(found.into_iter().zip(expected).all(|(a, b)| close(a, b)), "{found:?} {expected:?}");
            let first = good.iter().map(|sent| sent.start_us).min();
            let last = good.iter().map(|sent| sent.start_us + sent.ttft_us + sent.rest_us).max();
            let span_s = first.zip(last).map(|(first, last)| (last - first) as f64 / 1e6);
            let tokens: u64 = good.iter().map(|sent| sent.tokens).sum();
            let throughput = span_s.map(|span| tokens as f64 / span);
            prop_assert!(close(throughput, cell.throughput_tok_s), "{throughput:?} {:?}", cell.throughput_tok_s);
        }
    }

    #[test]
    fn failures_never_improve_anything(rows in many(), more in prop::collection::vec(any::<prop::sample::Index>(), 1..12)) {
        let config = use_cases("max_ttft_s = 9\nmin_speed = 20");
        let mut worse = rows.clone();
        worse.extend(more.iter().map(|at| Sent { failed: true, ..rows[at.index(rows.len())].clone() }));
        let before = analysis(&[file("records.csv", &rows, 1.0)], &config);
        let after = analysis(&[file("records.csv", &worse, 1.0)], &config);
        prop_assert_eq!(before.is_some(), after.is_some());
        let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
        for (a, b) in before.cells.iter().zip(&after.cells) {
            prop_assert_eq!(&a.cell.metrics, &b.cell.metrics, "failures have no latency");
            prop_assert_eq!(a.cell.throughput_tok_s, b.cell.throughput_tok_s);
            prop_assert!(success_rate(&b.cell) <= success_rate(&a.cell));
        }
        for (a, b) in before.capacity.iter().zip(&after.capacity) {
            let ((limit, within), (limit_after, within_after)) = (carried(a), carried(b));
            prop_assert!(limit_after <= limit && within_after <= within, "{:?} {:?}", b.limit, a.limit);
        }
    }

    #[test]
    fn a_looser_threshold_never_lowers_a_limit(
        rows in many(),
        which in 0..3_usize,
        threshold in 0.01..80.0_f64,
        looser in 1.0..3.0_f64,
        statistic in 0..2_usize,
    ) {
        let config = |value: f64| {
            let key = ["max_ttft_s", "max_e2e_s", "min_speed"][which];
            let statistic = ["mean", "p50"][statistic];
            use_cases(&format!("{key} = {value:.9}\n[capacity]\nstatistic = \"{statistic}\""))
        };
        let strict = chat(&rows, &config(threshold));
        let loose = chat(&rows, &config(if which == 2 { threshold / looser } else { threshold * looser }));
        prop_assert_eq!(strict.is_some(), loose.is_some());
        let (Some(strict), Some(loose)) = (strict, loose) else { return Ok(()) };
        let ((limit, within), (limit_loose, within_loose)) = (carried(&strict), carried(&loose));
        prop_assert!(limit <= limit_loose, "{:?} {:?}", strict.limit, loose.limit);
        prop_assert!(within <= within_loose, "{:?} {:?}", strict.within, loose.within);
    }

    #[test]
    fn what_is_called_within_exceeds_no_threshold(
        rows in many(),
        ttft in 0.1..30.0_f64,
        e2e in 1.0..80.0_f64,
        speed in 1.0..100.0_f64,
    ) {
        let config = use_cases(&format!("max_ttft_s = {ttft:.6}\nmax_e2e_s = {e2e:.6}\nmin_speed = {speed:.6}"));
        let Some(capacity) = chat(&rows, &config) else { return Ok(()) };
        let Some(within) = &capacity.within else { return Ok(()) };
        let rounding = 1.0 + 1e-6;
        let at = |value| on_lines(&capacity, within.level, value);
        prop_assert!(at(|level| level.ttft_s).is_none_or(|found| found <= ttft * rounding), "{capacity:?}");
        prop_assert!(at(|level| level.e2e_s).is_none_or(|found| found <= e2e * rounding), "{capacity:?}");
        prop_assert!(at(|level| level.generation_speed_tok_s).is_none_or(|found| found * rounding >= speed), "{capacity:?}");
        let (limit, within) = carried(&capacity);
        prop_assert!(within <= limit);
    }
}

fn is_of(sent: &Sent, cell: &Cell) -> bool {
    cell.key.load == Load::Concurrency(LEVELS[sent.level])
        && cell.key.context.as_ref().is_some_and(|context| context.tokens == CONTEXTS[sent.context])
}

fn success_rate(cell: &Cell) -> f64 {
    let (requests, failed) = cell.requests.zip(cell.failed).unwrap();
    (requests - failed) as f64 / requests as f64
}

/// Cells of a record in usual and in extreme forms: near zero, near a year, a clock that steps back, 10¹² tokens.
fn stressed() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "0",
        "0.000000000001",
        "1770372000",
        "1770371990.5",
        "31557600",
        "9999999999",
        "-3",
        "",
    ]);
    let ttft = prop::sample::select(vec!["", "0", "0.000000001", "0.001", "100", "31557000000"]);
    let rest_ms = prop::sample::select(vec!["0.000000001", "0.001", "900", "31557600000"]);
    let input = prop::sample::select(vec!["1", "1024", "1000000000000"]);
    let output = prop::sample::select(vec!["1", "2", "128", "1000000000000"]);
    let level = prop::sample::select(vec!["1", "2", "5", "1000000"]);
    let context = prop::sample::select(vec!["1", "1024", "32768", "1000000000000"]);
    (context, level, start, ttft, rest_ms, input, output, 0..4_u8).prop_map(
        |(context, level, start, ttft, e2e, input, output, failed)| match failed {
            0 => format!("{context},{level},{start},,,,,timeout\n"),
            _ => format!("{context},{level},{start},{ttft},{e2e},{input},{output},\n"),
        },
    )
}

/// `cells.csv` of a run and its numbers; none where nothing can be made of it.
fn table(file: &Memory) -> Option<(Memory, Analysis)> {
    let (inputs, config) = ([file as &dyn Input], Config::default());
    let request = Request { formats: &["csv"], ..Request::new(&inputs, &config) };
    let prepared = pipeline::prepare(&request).ok()?;
    let analysis = prepared.value.analysis.clone();
    let bytes = pipeline::render(prepared, &request).unwrap().value.remove(0).bytes;
    Some((Memory::new("cells.csv", bytes), analysis))
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn cells_that_were_written_give_every_number_again(rows in many(), extremes in prop::collection::vec(stressed(), 1..12)) {
        let extremes = Memory::new("records.csv", format!("{HEADER}{}", extremes.concat()));
        for (table, expected) in [file("records.csv", &rows, 1.0), extremes].iter().filter_map(table) {
            let inputs = [&table as &dyn Input];
            let config = Config::default();
            let found = pipeline::prepare(&Request::new(&inputs, &config)).map_err(|error| error.to_string());
            let found = found.map_err(TestCaseError::fail)?.value.analysis;
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn numbers_under_stress_give_figures_that_can_be_or_an_error_with_its_place(rows in prop::collection::vec(stressed(), 1..12)) {
        let file = Memory::new("records.csv", format!("{HEADER}{}", rows.concat()));
        for config in [Config::default(), use_cases("max_ttft_s = 9\nmin_speed = 20")] {
            if let Outcome::Wrong(what) = judged(&[&file], &config, "", None) {
                prop_assert!(false, "{what}");
            }
        }
    }
}

#[test]
fn a_run_of_failures_alone_has_no_figure() {
    let rows =
        [("1", "1"), ("1", "2"), ("32768", "1")].map(|(context, level)| format!("{context},{level},5,,,,,timeout\n"));
    let found =
        analysis(&[Memory::new("records.csv", format!("{HEADER}{}", rows.concat()))], &Config::default()).unwrap();
    for figures in &found.cells {
        let cell = &figures.cell;
        assert_eq!((cell.requests, cell.failed), (Some(1), Some(1)));
        assert_eq!((cell.throughput_tok_s, cell.span_s, figures.scaling_efficiency), (None, None, None));
        assert!(cell.metrics.iter().all(|summary| !summary.is_measured()));
    }
}
