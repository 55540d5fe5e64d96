//! Tables that a person can check by hand: levels with their values, and the limit that follows.

use super::*;
use crate::analysis::use_cases::UseCase;
use crate::cell::{CellKey, Quantiles, Summary};
use crate::context::Context;
use crate::metric::MetricId;
use crate::record::SWEEP;

/// Concurrency or request rate, mean TTFT and mean speed of each level.
type Levels<'t, Load = u64> = &'t [(Load, f64, f64)];
/// What is shown, the levels, and what is told of them.
type Table<'t, Load = u64> = &'t [(&'t str, Levels<'t, Load>, &'t str)];

const MEANS: [Statistic; METRIC_COUNT] = [Statistic::Mean; METRIC_COUNT];

/// TTFT at most 10 s, at least 20 tok/s, at a context of 8K with 1024 output tokens.
fn chat() -> UseCase {
    UseCase {
        id: "chat".into(),
        name: "Chat".into(),
        context: Context::nominal(8192),
        output_tokens: Some(1024),
        max_ttft_s: Some(10.0),
        min_speed: Some(20.0),
        max_e2e_s: None,
        description: None,
    }
}

/// 100 successes in scenario `chat` with a mean TTFT and a mean speed, and nothing else.
fn level(load: Load, ttft_s: f64, speed: f64) -> Cell {
    let key = CellKey { scenario: "chat".into(), context: Some(Context::nominal(8192)), load };
    let mut cell =
        Cell { requests: Some(100), failed: Some(0), mean_output_tokens: Some(1024.0), ..Cell::unknown(key) };
    cell.metrics[MetricId::Ttft as usize] = Summary { n: 100, mean: Some(ttft_s), ..Summary::default() };
    cell.metrics[MetricId::GenerationSpeed as usize] = Summary { n: 100, mean: Some(speed), ..Summary::default() };
    cell
}

/// Levels of requests in flight.
fn levels(table: Levels) -> Vec<Cell> {
    table.iter().map(|(n, ttft_s, speed)| level(Load::Concurrency(*n), *ttft_s, *speed)).collect()
}

/// Levels of requests per second.
fn rates(table: Levels<f64>) -> Vec<Cell> {
    table.iter().map(|(rate, ttft_s, speed)| level(Load::RequestRate(*rate), *ttft_s, *speed)).collect()
}

fn judged(cells: &[Cell], config: &Config) -> (Capacity, Vec<String>) {
    let judged = judge(cells, &chat(), config, &MEANS);
    let warnings = judged.warnings.iter().map(ToString::to_string).collect();
    match judged.value {
        Outcome::Judged(capacity) => (capacity, warnings),
        Outcome::NotTested => panic!("not tested"),
    }
}

/// The whole verdict in one line: `6 tested by ttft, within 6 by ttft, 6..10, crossing 6.15`.
fn told(capacity: &Capacity) -> String {
    let by = |condition: Option<Condition>| condition.map_or("nothing".into(), |c| format!("{c:?}").to_lowercase());
    let end = |end: Option<f64>| end.map_or(String::new(), |level| level.to_string());
    let within = capacity.within.as_ref();
    format!(
        "{} {} by {}, within {}, {}..{}{}",
        capacity.limit.text,
        format!("{:?}", capacity.limit.kind).to_lowercase(),
        by(capacity.binding),
        within.map_or("none".into(), |bound| format!("{} by {}", bound.text, by(bound.binding))),
        end(capacity.bracket.0),
        end(capacity.bracket.1),
        capacity.crossing.map_or(String::new(), |at| format!(", crossing {}", (at * 1e6).round() / 1e6)),
    )
}

fn check(cells: &[Cell], config: &Config, expected: &str, name: &str) {
    assert_eq!(told(&judged(cells, config).0), expected, "{name}");
}

#[test]
fn limits_follow_the_five_rules() {
    #[rustfmt::skip]
    let table: Table = &[
        ("rule 1: nothing fails",
            &[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 9.0, 30.0)], "10+ open by nothing, within 10 by nothing, 10.."),
        ("a value that equals its threshold passes",
            &[(1, 1.0, 90.0), (10, 10.0, 20.0)], "10+ open by nothing, within 10 by nothing, 10.."),
        // (10 − 6) / (10.5 − 6) of the way from 5 to 8: 7.67, above 0.75 × 8.
        ("rule 2: a tested level on the threshold",
            &[(5, 6.0, 50.0), (8, 10.5, 40.0)], "8 tested by ttft, within ~7 by ttft, 5..8, crossing 7.666667"),
        ("rule 2: exactly 7 % past it is still on it",
            &[(7, 9.9, 50.0), (8, 10.7, 40.0)], "8 tested by ttft, within 7 by ttft, 7..8, crossing 7.125"),
        // Crossing 1 + 7 × 0.75 = 6.25, above 0.75 × 8; but 10.8 is 8 % past.
        ("rule 2 does not reach past 7 %",
            &[(1, 7.6, 50.0), (8, 10.8, 40.0)], "~6 estimated by ttft, within ~6 by ttft, 1..8, crossing 6.25"),
        // (10 − 9) / (10.6 − 9) × 90 + 10 = 66.25, below 0.75 × 100; at 66 the line is at 9.996.
        ("rule 2 needs a crossing near the level",
            &[(10, 9.0, 50.0), (100, 10.6, 40.0)], "~66 estimated by ttft, within ~66 by ttft, 10..100, crossing 66.25"),
        ("rule 2 without a level below: the smallest level is on the threshold",
            &[(1, 10.4, 50.0), (5, 30.0, 40.0)], "1 tested by ttft, within none, ..1"),
        ("rule 3: the smallest level fails",
            &[(2, 10.8, 50.0), (5, 30.0, 40.0)], "<2 unmet by ttft, within none, ..2"),
        ("rule 3 with one level",
            &[(1, 40.0, 5.0)], "<1 unmet by ttft, within none, ..1"),
        // 6 + 4 × 0.5 / 5.5.
        ("rule 4: less than a step above a tested level",
            &[(5, 6.0, 50.0), (6, 9.5, 45.0), (10, 15.0, 40.0)], "6 tested by ttft, within 6 by ttft, 6..10, crossing 6.363636"),
        ("rule 4: the tested level equals its threshold",
            &[(6, 10.0, 45.0), (10, 15.0, 40.0)], "6 tested by ttft, within 6 by ttft, 6..10, crossing 6"),
        // 25 + 42 × 2.695 / 8.295 = 38.6; at 39 the line is at 10.07, within 7 %.
        ("rule 5: rounded half up",
            &[(25, 7.305, 58.5), (67, 15.6, 21.0)], "~39 estimated by ttft, within ~38 by ttft, 25..67, crossing 38.64557"),
        // 2 + 8 × 1.8 / 3.2 = 6.5.
        ("rule 5: a half goes up",
            &[(2, 8.2, 58.5), (10, 11.4, 21.0)], "~7 estimated by ttft, within ~6 by ttft, 2..10, crossing 6.5"),
        // 1 + 2 × 9 / 10 = 2.8; 3 failed by more than 7 %, and 2 is the last whole number below it.
        ("rule 5: below the level that failed",
            &[(1, 1.0, 50.0), (3, 11.0, 40.0)], "~2 estimated by ttft, within ~2 by ttft, 1..3, crossing 2.8"),
        // 1 + 3 × 5.2 / 9.3 = 2.68; at 3 the line is at 11.0, 10 % past the threshold.
        ("rule 5: rounded down where the rounded level would miss by more than 7 %",
            &[(1, 4.8, 50.0), (4, 14.1, 40.0)], "~2 estimated by ttft, within ~2 by ttft, 1..4, crossing 2.677419"),
        ("a speed fails below its threshold",
            &[(1, 1.0, 60.0), (9, 2.0, 10.0)], "~7 estimated by generationspeed, within ~7 by generationspeed, 1..9, crossing 7.4"),
        // TTFT: 10 + 10 × 5 / 15 = 13.33; speed: 10 + 10 × 20 / 25 = 18.
        ("of two conditions the smaller limit binds",
            &[(10, 5.0, 40.0), (20, 20.0, 15.0)], "~13 estimated by ttft, within ~13 by ttft, 10..20, crossing 13.333333"),
        // Both 4, tested: TTFT crosses at 4.2, speed at 4.1.
        ("of equal limits the smaller crossing binds",
            &[(4, 9.0, 21.0), (6, 19.0, 1.0)], "4 tested by generationspeed, within 4 by generationspeed, 4..6, crossing 4.1"),
        ("of equal crossings TTFT binds before speed",
            &[(4, 9.0, 21.0), (6, 19.0, 11.0)], "4 tested by ttft, within 4 by ttft, 4..6, crossing 4.2"),
        ("a level that is not met binds before one on the threshold",
            &[(1, 10.1, 5.0)], "<1 unmet by generationspeed, within none, ..1"),
        // TTFT: crosses at 6.5 and 8 is on the threshold, so 8 and within 6; speed: crosses at 7.4, so 7 and within 7.
        ("limit and level within may be set by different conditions",
            &[(5, 9.4, 60.0), (8, 10.6, 10.0)], "~7 estimated by generationspeed, within ~6 by ttft, 5..8, crossing 7.4"),
        ("a series that dips back is judged at its first failure",
            &[(1, 1.0, 60.0), (4, 16.0, 50.0), (8, 6.0, 40.0)], "~2 estimated by ttft, within ~2 by ttft, 1..4, crossing 2.8"),
    ];
    for (name, cells, expected) in table {
        check(&levels(cells), &Config::default(), expected, name);
    }
}

#[test]
fn with_rule_within_that_level_replaces_the_limit() {
    let mut config = Config::default();
    config.capacity.rule = Rule::Within;
    #[rustfmt::skip]
    let table: Table = &[
        ("on the threshold is past it",
            &[(5, 6.0, 50.0), (8, 10.5, 40.0)], "~7 estimated by ttft, within ~7 by ttft, 5..8, crossing 7.666667"),
        ("rounded down",
            &[(25, 7.305, 58.5), (67, 15.6, 21.0)], "~38 estimated by ttft, within ~38 by ttft, 25..67, crossing 38.64557"),
        ("a tested level",
            &[(6, 9.5, 45.0), (10, 15.0, 40.0)], "6 tested by ttft, within 6 by ttft, 6..10, crossing 6.363636"),
        ("the smallest level is past it, however little",
            &[(1, 10.1, 50.0), (5, 30.0, 40.0)], "<1 unmet by ttft, within none, ..1"),
        ("an open limit stays open",
            &[(1, 1.0, 50.0), (5, 3.0, 40.0)], "5+ open by nothing, within 5 by nothing, 5.."),
    ];
    for (name, cells, expected) in table {
        check(&levels(cells), &config, expected, name);
    }
}

#[test]
fn request_rates_have_no_whole_steps() {
    #[rustfmt::skip]
    let table: Table<f64> = &[
        // 1 + 1 × 1 / 8 = 1.125: rule 4 would say 1.
        ("two significant digits",
            &[(1.0, 9.0, 50.0), (2.0, 17.0, 40.0)], "~1.1 estimated by ttft, within ~1.1 by ttft, 1..2, crossing 1.125"),
        // 2 + 2 × 3 / 8 = 2.75; at 2.8 the line is at 10.2.
        ("within is rounded down",
            &[(2.0, 7.0, 50.0), (4.0, 15.0, 40.0)], "~2.8 estimated by ttft, within ~2.7 by ttft, 2..4, crossing 2.75"),
        ("hundreds are rounded to tens",
            &[(100.0, 7.0, 50.0), (200.0, 15.0, 40.0)], "~140 estimated by ttft, within ~130 by ttft, 100..200, crossing 137.5"),
        // 1.255 is 1.3 to two digits, where the line is at 10.92, 9 % past; rounded down it would be 1.2.
        ("never below the level that passed",
            &[(1.25, 9.9, 50.0), (1.5, 15.0, 40.0)], "1.25 tested by ttft, within 1.25 by ttft, 1.25..1.5, crossing 1.254902"),
        ("on the threshold",
            &[(0.5, 7.0, 50.0), (1.5, 10.3, 40.0)], "1.5 tested by ttft, within ~1.4 by ttft, 0.5..1.5, crossing 1.409091"),
        ("open", &[(0.5, 7.0, 50.0), (1.5, 9.3, 40.0)], "1.5+ open by nothing, within 1.5 by nothing, 1.5.."),
        ("unmet", &[(0.5, 17.0, 50.0)], "<0.5 unmet by ttft, within none, ..0.5"),
    ];
    for (name, cells, expected) in table {
        check(&rates(cells), &Config::default(), expected, name);
    }
}

#[test]
fn failed_requests_fail_a_level() {
    let with_failures = |failed: &[u64]| {
        let mut cells = levels(&[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 9.0, 30.0)]);
        for (cell, failed) in cells.iter_mut().zip(failed) {
            cell.failed = Some(*failed);
        }
        cells
    };
    let config = Config::default();
    let open = "10+ open by nothing, within 10 by nothing, 10..";
    check(&with_failures(&[0, 0, 1]), &config, open, "one failure is no pattern");
    let limited = "5 tested by success, within 5 by success, 5..10, crossing 5";
    check(&with_failures(&[0, 0, 2]), &config, limited, "2 of 100 are more than 1 %");
    check(&with_failures(&[2, 0, 0]), &config, "<1 unmet by success, within none, ..1", "the smallest level");

    let mut many = with_failures(&[0, 0, 2]);
    many[2].requests = Some(200);
    check(&many, &config, open, "2 of 200 are no more than 1 %");

    let mut generous = Config::default();
    generous.capacity.max_failure_rate = 0.05;
    check(&with_failures(&[0, 0, 5]), &generous, open, "as configured");
}

#[test]
fn a_level_where_everything_failed_is_no_open_limit() {
    let mut cells = levels(&[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 9.0, 30.0)]);
    cells[2].failed = Some(100);
    cells[2].metrics = Default::default();
    let (capacity, warnings) = judged(&cells, &Config::default());
    assert_eq!(told(&capacity), "5 tested by success, within 5 by success, 5..10, crossing 5");
    assert_eq!(capacity.levels[2].exceeded, [Condition::Success]);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn a_level_without_the_statistic_is_no_level() {
    let mut cells = levels(&[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 9.0, 30.0)]);
    cells[1].metrics[MetricId::GenerationSpeed as usize] = Summary::default();
    let (capacity, warnings) = judged(&cells, &Config::default());
    assert_eq!(capacity.unjudged, [(Load::Concurrency(5), Condition::GenerationSpeed)]);
    assert_eq!(capacity.levels.len(), 2);
    assert_eq!(
        warnings,
        ["use case `chat`: 5 concurrent requests cannot be judged: no mean of Generation speed is known (n = 0)"]
    );

    let mut config = Config::default();
    config.capacity.statistic = Statistic::P95;
    let (capacity, warnings) = judged(&cells, &config);
    assert_eq!(told(&capacity), "not judged notjudged by nothing, within none, ..");
    assert!(capacity.columns.is_empty() && capacity.levels.is_empty());
    assert_eq!(
        warnings,
        ["use case `chat`: 1, 5 and 10 concurrent requests cannot be judged: no p95 of TTFT is known (n = 100)"]
    );
}

#[test]
fn percentiles_are_taken_from_the_slow_tail() {
    let mut cells = levels(&[(2, 1.0, 90.0), (10, 1.0, 90.0)]);
    for (cell, (p95, p5)) in cells.iter_mut().zip([(2.0, 40.0), (6.0, 15.0)]) {
        cell.metrics[MetricId::Ttft as usize].quantiles = Quantiles { p95: Some(p95), ..Default::default() };
        cell.metrics[MetricId::GenerationSpeed as usize].quantiles = Quantiles { p5: Some(p5), ..Default::default() };
        cell.metrics[MetricId::GenerationSpeed as usize].sd = Some(1.0);
    }
    let mut config = Config::default();
    config.capacity.statistic = Statistic::P95;
    let (capacity, _) = judged(&cells, &config);
    // 2 + 8 × 20 / 25
    assert_eq!(told(&capacity), "~8 estimated by generationspeed, within ~8 by generationspeed, 2..10, crossing 8.4");
    assert_eq!(capacity.statistic, Statistic::P95);
    assert_eq!(capacity.crossing_interval, None, "no standard error of a percentile is known");
}

#[test]
fn medians_stand_in_where_the_run_has_no_means() {
    let mut cells = levels(&[(2, 0.0, 90.0), (10, 0.0, 80.0)]);
    for (cell, p50) in cells.iter_mut().zip([8.0, 16.0]) {
        let quantiles = Quantiles { p50: Some(p50), ..Default::default() };
        cell.metrics[MetricId::Ttft as usize] = Summary { n: 100, sd: Some(1.0), quantiles, ..Summary::default() };
    }
    let mut central = MEANS;
    central[MetricId::Ttft as usize] = Statistic::P50;
    let judged = judge(&cells, &chat(), &Config::default(), &central);
    let Outcome::Judged(capacity) = judged.value else { panic!("not tested") };
    assert_eq!(told(&capacity), "~4 estimated by ttft, within ~4 by ttft, 2..10, crossing 4");
    assert_eq!(capacity.statistic, Statistic::P50);
    assert_eq!(capacity.crossing_interval, None);
    assert_eq!(capacity.columns[0].generation_speed_tok_s, Some(90.0), "of the speed there is a mean");
}

#[test]
fn the_interval_of_the_crossing_comes_from_both_standard_errors() {
    let mut cells = levels(&[(4, 8.0, 90.0), (8, 12.0, 80.0)]);
    for (cell, sd) in cells.iter_mut().zip([3.0, 4.0]) {
        cell.metrics[MetricId::Ttft as usize].sd = Some(sd);
    }
    let interval = |cells: &[Cell]| judged(cells, &Config::default()).0.crossing_interval;
    // Standard errors 0.3 and 0.4 s, slope 1 s per request, crossing in the middle: half of each counts, 0.25 in all.
    let half = 1.959_963_984_540_054 * 0.25;
    let (low, high) = interval(&cells).expect("an interval");
    assert!((low - (6.0 - half)).abs() < 1e-9 && (high - (6.0 + half)).abs() < 1e-9, "{low} {high}");

    // Between three runs the spread is 1 s, its standard error 1/√3.
    for cell in &mut cells {
        let summary = &mut cell.metrics[MetricId::Ttft as usize];
        let mean = summary.mean.expect("set above");
        summary.run_means = vec![mean - 1.0, mean, mean + 1.0];
    }
    let half = 1.959_963_984_540_054 * (1.0_f64 / 6.0).sqrt();
    let (low, high) = interval(&cells).expect("an interval");
    assert!((low - (6.0 - half)).abs() < 1e-9 && (high - (6.0 + half)).abs() < 1e-9, "{low} {high}");

    cells[1].metrics[MetricId::Ttft as usize].run_means.clear();
    cells[1].metrics[MetricId::Ttft as usize].sd = None;
    assert_eq!(interval(&cells), None, "of one level nothing is known");
}

#[test]
fn its_own_cells_count_before_the_sweeps() {
    let sweep = |n: u64, ttft_s: f64| {
        let mut cell = level(Load::Concurrency(n), ttft_s, 50.0);
        cell.key.scenario = SWEEP.into();
        cell
    };
    let scenarios = |cells: &[Cell], config: &Config| -> Vec<String> {
        judged(cells, config).0.levels.iter().map(|l| format!("{} {}", l.load.level(), l.scenario)).collect()
    };
    let mut cells = vec![sweep(1, 1.0), sweep(5, 2.0), level(Load::Concurrency(5), 3.0, 50.0)];
    assert_eq!(scenarios(&cells, &Config::default()), ["1 sweep", "5 chat"]);

    cells[0].mean_output_tokens = Some(1024.0 * 0.85);
    assert_eq!(scenarios(&cells, &Config::default()), ["1 sweep", "5 chat"], "15 % fewer output tokens are as many");
    cells[0].mean_output_tokens = Some(860.0);
    assert_eq!(scenarios(&cells, &Config::default()), ["5 chat"]);

    let mut config = Config::default();
    config.test.output_tokens = Some(1000);
    assert_eq!(scenarios(&cells, &config), ["1 sweep", "5 chat"], "what was asked for counts, not what came back");

    cells[0].requests = Some(0);
    assert_eq!(scenarios(&cells, &config), ["5 chat"], "warm-up alone");
    cells[0].requests = Some(100);
    cells[0].key.context = Some(Context::nominal(16384));
    assert_eq!(scenarios(&cells, &config), ["5 chat"], "another context");
    cells[2].key.context = Some(Context::nominal(16384));
    let (_, warnings) = judged(&cells, &config);
    assert_eq!(warnings, ["use case `chat`: 1 cell of its own at 16K left out, because its context is 8K"]);

    cells[1].key.context = None;
    let judged = judge(&cells, &chat(), &config, &MEANS);
    assert_eq!(judged.value, Outcome::NotTested);
}

#[test]
fn a_use_case_without_output_tokens_takes_all_of_the_sweep() {
    let mut cells = levels(&[(1, 1.0, 90.0), (5, 5.0, 50.0)]);
    for (cell, tokens) in cells.iter_mut().zip([Some(7.0), None]) {
        cell.key.scenario = SWEEP.into();
        cell.mean_output_tokens = tokens;
    }
    let any = UseCase { output_tokens: None, ..chat() };
    let Outcome::Judged(capacity) = judge(&cells, &any, &Config::default(), &MEANS).value else { panic!("not tested") };
    assert_eq!(capacity.levels.len(), 2);

    let judged = judge(&cells, &chat(), &Config::default(), &MEANS);
    assert_eq!(judged.value, Outcome::NotTested);
    assert!(judged.warnings[0].message.contains("set `test.output_tokens`"), "{:?}", judged.warnings);
}

#[test]
fn concurrencies_and_rates_are_not_mixed() {
    let mut cells = levels(&[(1, 1.0, 90.0), (5, 50.0, 50.0)]);
    cells.extend(rates(&[(0.5, 1.0, 90.0)]));
    let (capacity, warnings) = judged(&cells, &Config::default());
    assert_eq!(capacity.levels.len(), 2);
    assert_eq!(warnings, [""; 0]);
    let by_rate = judge_rates(&cells, &chat(), &Config::default(), &MEANS);
    let by_rate = by_rate.value.expect("a rate beside the concurrencies");
    assert_eq!((by_rate.levels.len(), by_rate.limit.text.as_str()), (1, "0.5+"));
}

#[test]
fn rates_alone_are_the_main_kind_and_nothing_stands_beside_them() {
    let cells = rates(&[(0.5, 1.0, 90.0), (1.0, 50.0, 50.0)]);
    assert_eq!(judged(&cells, &Config::default()).0.levels.len(), 2);
    assert_eq!(judge_rates(&cells, &chat(), &Config::default(), &MEANS), Warned::clean(None));
}

#[test]
fn a_level_that_passes_above_one_that_fails_is_named() {
    let cells = levels(&[(1, 1.0, 60.0), (4, 16.0, 50.0), (8, 6.0, 40.0), (9, 11.0, 40.0), (10, 9.0, 30.0)]);
    let (capacity, warnings) = judged(&cells, &Config::default());
    assert_eq!(capacity.passing_above, [Load::Concurrency(8), Load::Concurrency(10)]);
    assert_eq!(
        warnings,
        ["use case `chat`: each of the levels is within every threshold at 8, 10 although it is not at 4 concurrent \
             requests; the limit rests on the first level that fails"]
    );
}

#[test]
fn columns_are_the_smallest_level_the_limit_and_the_largest_level() {
    #[rustfmt::skip]
    let table: &[(Levels, &str)] = &[
        (&[(1, 1.0, 90.0), (5, 5.0, 50.0), (6, 9.0, 40.0), (10, 20.0, 30.0)], "1, 6, 10: ttft"),
        (&[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 10.2, 30.0)], "1, 5, 10: ttft"),
        (&[(1, 1.0, 90.0), (5, 5.0, 50.0), (10, 9.2, 30.0)], "1, 5, 10"),
        (&[(1, 9.0, 90.0), (5, 25.0, 50.0), (10, 59.2, 30.0)], "1, 10: ttft"),
        (&[(1, 19.0, 90.0), (5, 25.0, 50.0), (10, 59.2, 3.0)], "1: ttft, 10: ttft+speed"),
        (&[(1, 1.0, 90.0)], "1"),
        (&[(25, 7.305, 58.5), (67, 15.6, 21.0)], "25, ~39: ttft, 67: ttft"),
    ];
    for (cells, expected) in table {
        let (capacity, _) = judged(&levels(cells), &Config::default());
        let column = |column: &Column| {
            let name = |c: &Condition| if *c == Condition::Ttft { "ttft" } else { "speed" };
            let exceeded: Vec<_> = column.exceeded.iter().map(name).collect();
            let colon = if exceeded.is_empty() { "" } else { ": " };
            format!("{}{colon}{}", limit::text(column.level, column.estimated), exceeded.join("+"))
        };
        assert_eq!(capacity.columns.iter().map(column).collect::<Vec<_>>().join(", "), *expected);
    }
}

#[test]
fn values_at_an_estimated_limit_are_read_off_the_lines() {
    let (capacity, _) = judged(&levels(&[(25, 7.305, 58.5), (67, 15.6, 21.0)]), &Config::default());
    let column = &capacity.columns[1];
    assert!((column.ttft_s.expect("a line") - 10.07).abs() < 1e-9, "7.305 + 8.295 / 3");
    assert!((column.generation_speed_tok_s.expect("a line") - 46.0).abs() < 1e-9, "58.5 − 37.5 / 3");
    assert_eq!(column.e2e_s, None);
}

/// Numbers from 0 up to 1, the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Levels with gaps and with values that now and then dip back.
    fn cells(&mut self, whole: bool) -> Vec<Cell> {
        let (mut load, mut ttft_s, mut speed) = (0.0, 0.5, 80.0);
        let count = 1 + (self.next() * 6.0) as usize;
        let mut next_level = || {
            load += 1.0 + (self.next() * 12.0).floor();
            ttft_s = f64::max(0.1, ttft_s + self.next() * 6.0 - 1.0);
            speed = f64::max(1.0, speed - self.next() * 25.0 + 4.0);
            let load = if whole { Load::Concurrency(load as u64) } else { Load::RequestRate(load / 8.0) };
            level(load, ttft_s, speed)
        };
        (0..count).map(|_| next_level()).collect()
    }
}

fn judge_with(cells: &[Cell], use_case: &UseCase) -> Capacity {
    match judge(cells, use_case, &Config::default(), &MEANS).value {
        Outcome::Judged(capacity) => capacity,
        Outcome::NotTested => panic!("not tested"),
    }
}

#[test]
fn a_looser_threshold_never_lowers_a_limit() {
    let mut numbers = Numbers(7);
    for turn in 0..2000 {
        let cells = numbers.cells(turn % 2 == 0);
        let (mut limit, mut within) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for step in 0..60 {
            let looser = UseCase { max_ttft_s: Some(0.5 + f64::from(step) * 0.3), ..chat() };
            let capacity = judge_with(&cells, &looser);
            let next = capacity.limit.level.unwrap_or(f64::NEG_INFINITY);
            let next_within = capacity.within.map_or(f64::NEG_INFINITY, |bound| bound.level);
            assert!(next >= limit && next_within >= within, "turn {turn}, step {step}: {}", capacity.limit.text);
            assert!(capacity.limit.level.is_none() || next_within <= next, "turn {turn}, step {step}");
            (limit, within) = (next, next_within);
        }
    }
}

#[test]
fn the_level_within_exceeds_no_threshold_and_the_limit_by_no_more_than_near() {
    let mut numbers = Numbers(11);
    let mut estimated = 0;
    for turn in 0..4000 {
        let cells = numbers.cells(turn % 2 == 0);
        let capacity = judge_with(&cells, &chat());
        let thresholds = threshold::thresholds(&chat());
        let value = |level: f64, condition: Condition| {
            let above = capacity.levels.partition_point(|l| l.load.level() < level);
            let hi = &capacity.levels[above];
            if hi.load.level() == level {
                return hi.value(condition).expect("set");
            }
            let lo = &capacity.levels[above - 1];
            let share = (level - lo.load.level()) / (hi.load.level() - lo.load.level());
            let (from, to) = (lo.value(condition).expect("set"), hi.value(condition).expect("set"));
            from + share * (to - from)
        };
        for threshold in &thresholds {
            if let Some(bound) = &capacity.within {
                assert!(threshold.nearly_passes(value(bound.level, threshold.condition), 1e-9), "turn {turn}");
                estimated += usize::from(bound.estimated);
            }
            if let Some(level) = capacity.limit.level {
                assert!(threshold.nearly_passes(value(level, threshold.condition), 0.07), "turn {turn}");
            }
        }
    }
    assert!(estimated > 500, "the generator leaves the rules untried: {estimated}");
}
