//! The charts of a report, made from its numbers.
//!
//! A new chart is a file here and an entry in [`KINDS`]. Capacity charts come one per use case: [`capacity()`].

mod capacity;
mod case_speed;
mod case_time;
mod compare;
mod generation_speed;
mod inter_token_latency;
mod lens;
mod map;
mod path;
mod power;
mod power_by_throughput;
mod prefill_speed;
mod queue_wait;
mod reference;
mod request_rates;
mod scaling_efficiency;
mod speed_map;
mod sweep;
mod throughput;
mod trade_off;
mod ttft;
mod ttft_map;
mod ttft_percentiles;

pub use capacity::capacity;
pub use compare::{Compared, compare, compare_capacity, compare_per_gpu};
pub use lens::{Along, Lens};
pub use map::judged;
pub use reference::{with_reference, with_reference_capacity};
pub use speed_map::speed_floors_hold;
pub use ttft_map::ttft_limits_hold;
pub use ttft_percentiles::tail;

use super::Chart;
use crate::analysis::Analysis;

/// A chart of the sweep, or of a prompt suite.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Stem of its file, and `id` of the chart: `ttft`.
    pub id: &'static str,
    /// The chart; none where nothing was measured for it, or a single point where several are needed.
    pub build: fn(&Analysis, Lens) -> Option<Chart>,
}

/// Every chart of the sweep, in the order of the report.
pub static KINDS: &[Kind] = &[
    Kind { id: ttft_map::ID, build: ttft_map::build },
    Kind { id: speed_map::ID, build: speed_map::build },
    Kind { id: throughput::ID, build: throughput::build },
    Kind { id: trade_off::ID, build: trade_off::build },
    Kind { id: generation_speed::ID, build: generation_speed::build },
    Kind { id: ttft::ID, build: ttft::build },
    Kind { id: request_rates::THROUGHPUT, build: request_rates::throughput },
    Kind { id: request_rates::TTFT, build: request_rates::ttft },
    Kind { id: request_rates::GENERATION_SPEED, build: request_rates::generation_speed },
    Kind { id: queue_wait::ID, build: queue_wait::build },
    Kind { id: prefill_speed::ID, build: prefill_speed::build },
    Kind { id: inter_token_latency::ID, build: inter_token_latency::build },
    Kind { id: scaling_efficiency::ID, build: scaling_efficiency::build },
    Kind { id: power::ID, build: power::build },
    Kind { id: power_by_throughput::ID, build: power_by_throughput::build },
    Kind { id: ttft_percentiles::ID, build: ttft_percentiles::build },
    Kind { id: case_speed::ID, build: case_speed::build },
    Kind { id: case_time::ID, build: case_time::build },
];

/// The chart of an id, where the data can carry it.
pub fn build(id: &str, analysis: &Analysis) -> Option<Chart> {
    KINDS.iter().find(|kind| kind.id == id).and_then(|kind| (kind.build)(analysis, Lens::Grid))
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, LimitKind, LimitMark, Quantity, RuleMark, Scale, Series, Side};
    use super::*;
    use crate::analysis::capacity::{Capacity, Kind as LimitIs, Level, Limit};
    use crate::analysis::use_cases::UseCase;
    use crate::analysis::{CellFigures, Findings, PrefillSource, Success, Sweep};
    use crate::cell::{Cell, CellKey, Statistic, Summary};
    use crate::context::Context;
    use crate::metric::{METRIC_COUNT, MetricId};
    use crate::record::{Load, SWEEP};

    pub(super) const K: f64 = 1024.0;

    /// A sweep's cell in which everything that charts show follows from one number.
    fn cell(context: Option<u64>, load: Load, value: f64) -> CellFigures {
        let key = CellKey { scenario: SWEEP.to_owned(), context: context.map(Context::nominal), load };
        let summary = Summary { n: 10, mean: Some(value), ..Summary::default() };
        CellFigures {
            cell: Cell {
                requests: Some(10),
                failed: Some(0),
                throughput_tok_s: Some(100.0 * value),
                metrics: std::array::from_fn(|_| summary.clone()),
                ..Cell::unknown(key)
            },
            scaling_efficiency: None,
            power_w: None,
            power_cost_per_hour: None,
            energy_per_token_j: None,
            cost_per_million_tokens: None,
        }
    }

    fn analysis(cells: Vec<CellFigures>) -> Analysis {
        let mut loads: Vec<Load> = cells.iter().map(|figures| figures.cell.key.load).collect();
        loads.sort();
        loads.dedup();
        Analysis {
            cells,
            sweep: Sweep { loads, ..Sweep::default() },
            central: [Statistic::Mean; METRIC_COUNT],
            prefill_source: Some(PrefillSource::Ttft),
            speed_basis: None,
            findings: Findings {
                peak_throughput: None,
                throughput_beyond_sweep: None,
                throughput_at_largest_load: Vec::new(),
                single_load: None,
                ttft_single: None,
                speed_single: None,
                ttft_highest: None,
                throughput_scaling: None,
                saturation: Vec::new(),
                success: Success { rate: None, requests: 0, failed: 0, warmup: 0 },
                slowest_generation: None,
                longest_queue: None,
                prefill_peaks: Vec::new(),
                itl_single: None,
                itl_highest: None,
                efficiency_at_largest_load: Vec::new(),
                peak_power: None,
                peak_power_cost_per_hour: None,
                energy_per_token_at_peak_j: None,
                cost_per_million_at_peak: None,
                tokens_per_chunk: None,
                itl_is_per_chunk: false,
            },
            capacity: Vec::new(),
            not_tested: Vec::new(),
            request_rates: None,
            suite: None,
        }
    }

    pub(super) fn grid(contexts: &[u64], loads: &[u64], value: impl Fn(u64, u64) -> f64) -> Analysis {
        let cells = contexts.iter().flat_map(|context| {
            loads.iter().map(|load| cell(Some(*context), Load::Concurrency(*load), value(*context, *load)))
        });
        analysis(cells.collect())
    }

    #[test]
    fn ttft_stands_over_context_with_a_line_per_concurrency() {
        let found = build("ttft", &grid(&[1024, 32768], &[1, 10], |context, load| (context * load) as f64 / 8192.0));
        let line = |name: &str, subject: &str, points: [(f64, f64); 2]| Series {
            name: name.to_owned(),
            subject: subject.to_owned(),
            points: points.to_vec(),
            ..Series::default()
        };
        let expected = Chart {
            id: "ttft".to_owned(),
            title: "Time to first token by context length".to_owned(),
            x: Axis {
                title: "Context length (tokens)".to_owned(),
                scale: Scale::Log,
                quantity: Quantity::Context,
                levels: vec![K, 32.0 * K],
                labels: Vec::new(),
            },
            y: Axis {
                title: "Time to first token".to_owned(),
                scale: Scale::Log,
                quantity: Quantity::Seconds,
                ..Axis::default()
            },
            right: None,
            series_title: "Concurrency".to_owned(),
            series: vec![
                line("1 request", "1 concurrent request", [(K, 0.125), (32.0 * K, 4.0)]),
                line("10 requests", "10 concurrent requests", [(K, 1.25), (32.0 * K, 40.0)]),
            ],
            rules: vec![RuleMark { value: 10.0, label: "10 s: many users give up".to_owned(), ..RuleMark::default() }],
            ..Chart::default()
        };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn a_dimension_with_one_level_gives_way_to_the_other() {
        let one_context = build("ttft", &grid(&[1024], &[1, 2, 4], |_, load| load as f64)).expect("three points");
        assert_eq!(one_context.x.quantity, Quantity::Concurrency);
        assert_eq!((one_context.series.len(), one_context.series[0].name.as_str()), (1, "1K"));
        let one_load = build("throughput", &grid(&[1024, 2048], &[8], |_, _| 1.0)).expect("two points");
        assert_eq!(one_load.x.quantity, Quantity::Context);
        assert_eq!(one_load.series[0].points, [(K, 100.0), (2.0 * K, 100.0)]);
        assert_eq!(build("ttft", &grid(&[1024], &[1], |_, _| 1.0)), None, "a single point is no chart");
        assert_eq!(build("power", &grid(&[1024, 2048], &[1], |_, _| 1.0)), None, "nothing was measured");
    }

    #[test]
    fn without_a_context_there_is_one_line_without_a_name() {
        let cells = [0.5, 2.5].map(|rate| cell(None, Load::RequestRate(rate), rate));
        let chart = build("queue-wait", &analysis(cells.to_vec())).expect("two points");
        assert_eq!(chart.x.title, "Requests per second");
        assert_eq!((chart.series_title.as_str(), chart.series[0].name.as_str()), ("", ""));
        assert_eq!(chart.describe(&chart.series[0], (2.5, 2.5)), "2.5 requests/s: 2.5 s");
    }

    #[test]
    fn more_lines_than_eight_are_thinned_to_eight_that_span_the_range() {
        let loads: Vec<u64> = (1..=30).collect();
        let chart = build("generation-speed", &grid(&[1024, 2048], &loads, |_, load| load as f64)).expect("a grid");
        let names: Vec<_> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "1 request",
                "5 requests",
                "9 requests",
                "13 requests",
                "18 requests",
                "22 requests",
                "26 requests",
                "30 requests"
            ]
        );
        assert_eq!(chart.left_out, 22);
    }

    #[test]
    fn a_zero_among_widely_spread_waits_keeps_the_axis_linear() {
        let waits = |zero: f64| {
            grid(&[1024, 2048], &[1, 2], move |context, load| if context * load == 1024 { zero } else { 50.0 })
        };
        let scale = |zero| build("queue-wait", &waits(zero)).map(|chart| chart.y.scale);
        assert_eq!(scale(0.0), Some(Scale::Linear));
        assert_eq!(scale(0.01), Some(Scale::Log));
        assert_eq!(scale(10.0), Some(Scale::Linear), "close together");
    }

    #[test]
    fn titles_say_what_the_numbers_are() {
        let mut analysis = grid(&[1024, 2048], &[1, 2], |_, load| load as f64);
        analysis.findings.itl_is_per_chunk = true;
        analysis.central[MetricId::Itl as usize] = Statistic::P50;
        for figures in &mut analysis.cells {
            figures.cell.metrics[MetricId::Itl as usize].quantiles.p50 = Some(0.007);
        }
        let title = |id| build(id, &analysis).map(|chart| chart.y.title);
        assert_eq!(title("inter-token-latency").as_deref(), Some("Median time between chunks"));
        assert_eq!(
            title("prefill-speed").as_deref(),
            Some("Prefill speed (tok/s per user, from TTFT, queue included)")
        );
    }

    fn chatbot(kind: LimitIs, level: Option<f64>, text: &str) -> Capacity {
        let at = |load, ttft, speed| Level {
            load: Load::Concurrency(load),
            scenario: SWEEP.to_owned(),
            ttft_s: Some(ttft),
            e2e_s: Some(9.0),
            generation_speed_tok_s: Some(speed),
            standard_errors: [None; METRIC_COUNT],
            requests: Some(10),
            failed: Some(0),
            exceeded: Vec::new(),
        };
        Capacity {
            use_case: UseCase {
                id: "general-chatbot".to_owned(),
                name: "General Chatbot".to_owned(),
                context: Context::nominal(32768),
                output_tokens: Some(1024),
                max_ttft_s: Some(8.0),
                min_speed: Some(15.0),
                max_e2e_s: None,
                description: None,
            },
            statistic: Statistic::Mean,
            statistics: [crate::cell::Statistic::Mean; crate::metric::METRIC_COUNT],
            speed_basis: None,
            levels: vec![at(1, 1.7, 144.0), at(10, 13.1, 79.0)],
            unjudged: Vec::new(),
            limit: Limit { kind, level, text: text.to_owned() },
            within: None,
            binding: None,
            bracket: (None, None),
            crossing: None,
            crossing_interval: None,
            columns: Vec::new(),
            passing_above: Vec::new(),
        }
    }

    #[test]
    fn a_capacity_chart_has_an_axis_and_a_threshold_per_metric_and_the_limit() {
        let chart = capacity(&chatbot(LimitIs::Estimated, Some(6.0), "~6")).expect("two levels");
        assert_eq!(chart.id, "capacity-general-chatbot");
        assert_eq!(chart.title, "General Chatbot: TTFT and generation speed by concurrency");
        assert_eq!(
            (chart.y.title.as_str(), chart.right.map(|axis| axis.title)),
            ("TTFT", Some("Generation speed (tok/s)".to_owned()))
        );
        assert_eq!(chart.series[0].points, [(1.0, 1.7), (10.0, 13.1)]);
        assert_eq!(
            chart.rules,
            [
                RuleMark { value: 8.0, side: Side::Left, series: Some(0), label: "TTFT limit 8 s".to_owned() },
                RuleMark { value: 15.0, side: Side::Right, series: Some(1), label: "Speed floor 15 tok/s".to_owned() },
            ]
        );
        let label = "Capacity limit: ~6 requests".to_owned();
        assert_eq!(
            chart.limit,
            Some(LimitMark { level: 6.0, label, kind: LimitKind::Estimated, bracket: None, interval: None })
        );
    }

    #[test]
    fn a_limit_below_the_smallest_level_is_drawn_there_in_words() {
        let limit = capacity(&chatbot(LimitIs::Unmet, None, "<1")).and_then(|chart| chart.limit);
        let label = "Capacity limit: <1 request".to_owned();
        assert_eq!(limit, Some(LimitMark { level: 1.0, label, kind: LimitKind::Unmet, bracket: None, interval: None }));
    }

    #[test]
    fn beside_a_single_latency_stands_generation_speed_where_it_was_measured() {
        let mut completion = chatbot(LimitIs::Open, Some(10.0), "10+");
        completion.use_case.max_ttft_s = None;
        completion.use_case.min_speed = None;
        completion.use_case.max_e2e_s = Some(2.0);
        completion.statistic = Statistic::P95;
        completion.statistics = [Statistic::P95; crate::metric::METRIC_COUNT];
        let names = |case: &Capacity| -> Vec<String> {
            capacity(case).expect("two levels").series.into_iter().map(|series| series.name).collect()
        };
        assert_eq!(names(&completion), ["p95 E2E", "p5 generation speed"]);
        completion.levels.iter_mut().for_each(|level| level.generation_speed_tok_s = None);
        assert_eq!(names(&completion), ["p95 E2E"]);
        completion.levels.truncate(1);
        assert_eq!(capacity(&completion), None, "a single level is no chart");
    }
}
