use super::*;
use crate::cell::{Statistic, Summary};
use crate::metric::{Better, METRIC_COUNT, METRICS, MetricId};
use crate::record::Load;

fn cells_of(records: &[Record]) -> Vec<Cell> {
    let mut counting = Counting::default();
    records.iter().for_each(|record| counting.add(record, 0));
    let mut picking = counting.decide(&Placements::new());
    records.iter().for_each(|record| picking.add(record, 0));
    let warned = picking.finish();
    assert_eq!(warned.warnings, []);
    warned.value
}

/// Both readings, in parts that are merged in some order.
fn cells_of_parts(parts: &[Vec<Record>], backwards: bool) -> Vec<Cell> {
    let mut counted: Vec<_> = parts
        .iter()
        .map(|part| {
            let mut counting = Counting::default();
            part.iter().for_each(|record| counting.add(record, 0));
            counting
        })
        .collect();
    if backwards {
        counted.reverse();
    }
    let all = counted.into_iter().reduce(|mut all, part| {
        all.merge(part);
        all
    });
    let decided = all.unwrap_or_default().decide(&Placements::new());
    let mut picked: Vec<_> = parts
        .iter()
        .map(|part| {
            let mut picking = decided.clone();
            part.iter().for_each(|record| picking.add(record, 0));
            picking
        })
        .collect();
    if backwards {
        picked.reverse();
    }
    let all = picked.into_iter().reduce(|mut all, part| {
        all.merge(part);
        all
    });
    all.unwrap_or(decided).finish().value
}

/// A small generator, so that the tests need no dependency (Knuth's constants).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        self.next() as f64 / (1u64 << 31) as f64
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.next() as usize % (at + 1));
        }
    }
}

fn some_records(random: &mut Random, n: usize) -> Vec<Record<'static>> {
    const ERRORS: [&str; 3] = ["timeout", "HTTP 503", "connection reset"];
    let mut records = Vec::new();
    for _ in 0..n {
        let success = !random.next().is_multiple_of(50);
        let ttft = 0.2 + random.share() * random.share() * 3.0;
        let concurrency = 1 + random.next() % 2;
        records.push(Record {
            context: (concurrency == 1).then_some(1024),
            load: Some(Load::Concurrency(concurrency)),
            run: (concurrency == 1).then_some(["run 2", "run 10"][random.next() as usize % 2]),
            start_ps: Some(1_768_464_005_000_000_000_000 + i128::from(random.next())),
            ttft_s: success.then_some(ttft),
            e2e_s: Some(ttft + 1.0 + random.share()),
            itl_s: success.then_some(0.007 + (random.next() % 100) as f64 * 1e-6),
            queue_s: success.then(|| if random.next().is_multiple_of(3) { 0.0 } else { random.share() }),
            input_tokens: Some(980 + random.next() % 60),
            output_tokens: Some(100 + random.next() % 10),
            output_chunks: Some(60),
            success,
            warmup: random.next().is_multiple_of(40),
            error: (!success).then(|| ERRORS[random.next() as usize % 3]),
            ..Record::default()
        });
    }
    records
}

/// What NumPy would say, one step after another.
fn naive(values: &[f64], percent: f64) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (n - 1.0) * percent;
    let (low, high) = (sorted[at as usize], sorted[(at.ceil() as usize).min(values.len() - 1)]);
    (mean, sd, low + (high - low) * at.fract())
}

fn close(ours: Option<f64>, theirs: f64) {
    let ours = ours.expect("a value");
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{ours} and {theirs}");
}

/// Every float of the cells as its bits, so that `==` means the same bytes.
fn exact(cells: &[Cell]) -> String {
    let floats = cells.iter().flat_map(|cell| {
        cell.metrics.iter().flat_map(|s| {
            let q = s.quantiles;
            let own = [s.mean, s.sd, q.p1, q.p5, q.p10, q.p50, q.p90, q.p95, q.p99];
            own.into_iter().flatten().chain(s.run_means.clone()).collect::<Vec<_>>()
        })
    });
    format!("{cells:?} {:?}", floats.map(f64::to_bits).collect::<Vec<_>>())
}

/// Both readings of records in that order, with room for so many rows on the shelf; and whether the second was needed.
fn with_room(most_rows: usize, records: &[Record]) -> (Vec<Cell>, bool) {
    let mut counting = Counting { shelf: Arc::new(Mutex::new(Shelf::with_room(most_rows))), ..Counting::default() };
    records.iter().for_each(|record| counting.add(record, 0));
    let mut picking = counting.decide(&Placements::new());
    let answered = picking.is_answered();
    if !answered {
        records.iter().for_each(|record| picking.add(record, 0));
    }
    let warned = picking.finish();
    assert_eq!(warned.warnings, []);
    (warned.value, answered)
}

#[test]
fn one_reading_gives_the_same_bits_as_two() {
    let mut random = Random(23);
    let mut records = some_records(&mut random, 9000);
    records.iter_mut().for_each(|record| record.run = None);
    records.iter_mut().enumerate().for_each(|(at, record)| {
        let level = 1 + at as u64 / 1000;
        (record.context, record.load) = (Some(1024), Some(Load::Concurrency(level)));
    });
    let (twice, answered) = with_room(0, &records);
    assert!(!answered && twice.len() == 9);
    for most_rows in [1200, 3000, 100_000] {
        let (once, answered) = with_room(most_rows, &records);
        assert!(answered, "levels follow one another, and there is room for one of them and more");
        assert_eq!(exact(&once), exact(&twice));
    }
    // A level that returns after it was over is looked at again, and so are those that come behind it.
    let (front, back) = records.split_at(500);
    let returning = [back, front].concat();
    let (cells, answered) = with_room(1200, &returning);
    assert!(!answered);
    assert_eq!(exact(&cells), exact(&twice));
    assert!(with_room(100_000, &returning).1, "it was not over");
    random.shuffle(&mut records);
    for most_rows in [1200, 3000, 100_000] {
        let (cells, answered) = with_room(most_rows, &records);
        assert_eq!(answered, most_rows > 9000);
        assert_eq!(exact(&cells), exact(&twice));
    }
}

#[test]
fn what_threads_read_of_a_level_comes_together() {
    let mut records = some_records(&mut Random(29), 8000);
    records.iter_mut().for_each(|record| record.run = None);
    records.sort_by_key(|record| record.load);
    let (expected, _) = with_room(0, &records);
    let mut counted = vec![Counting::default(); 3];
    for (nth, block) in records.chunks(700).enumerate() {
        block.iter().for_each(|record| counted[nth % 3].add(record, 0));
    }
    let mut all = counted.remove(1);
    counted.into_iter().for_each(|part| all.merge(part));
    let picking = all.decide(&Placements::new());
    assert!(picking.is_answered());
    assert_eq!(exact(&picking.finish().value), exact(&expected));
}

#[test]
fn any_order_and_any_split_give_the_same_bits() {
    let mut random = Random(7);
    let mut records = some_records(&mut random, 3000);
    let expected = cells_of(&records);
    assert_eq!(expected.len(), 2);
    assert_eq!(expected[0].runs, 2);
    for round in 0..12 {
        random.shuffle(&mut records);
        let size = 1 + random.next() as usize % 1500;
        let parts: Vec<_> = records.chunks(size).map(<[_]>::to_vec).collect();
        let cells = cells_of_parts(&parts, round % 2 == 0);
        assert_eq!(cells, expected);
        assert_eq!(exact(&cells), exact(&expected));
    }
}

#[test]
fn figures_agree_with_a_plain_calculation() {
    let records = some_records(&mut Random(11), 3000);
    for cell in cells_of(&records) {
        let successes: Vec<_> =
            records.iter().filter(|r| r.load == Some(cell.key.load) && r.success && !r.warmup).collect();
        for metric in &METRICS {
            let values: Vec<_> = successes.iter().filter_map(|r| (metric.value)(r)).collect();
            let summary = cell.metric(metric.id);
            assert_eq!(summary.n, values.len() as u64);
            if values.is_empty() {
                assert_eq!(*summary, Summary::default());
                continue;
            }
            for (statistic, percent) in
                [(Statistic::P50, 0.5), (Statistic::P90, 0.9), (Statistic::P95, 0.95), (Statistic::P99, 0.99)]
            {
                let percent = if metric.better == Better::Lower { percent } else { 1.0 - percent };
                let (mean, sd, percentile) = naive(&values, percent);
                close(summary.mean, mean);
                close(summary.sd, sd);
                close(summary.statistic(statistic, metric.better), percentile);
            }
        }
        let tokens: u64 = successes.iter().filter_map(|r| r.output_tokens).sum();
        assert_eq!(cell.output_tokens, Some(tokens));
        close(cell.throughput_tok_s, tokens as f64 / cell.span_s.expect("every success has its times"));
    }
}

#[test]
fn percentiles_appear_with_the_sample_that_can_carry_them() {
    for (n, shown) in [
        (1, [true, false, false, false]),
        (64, [true, true, false, false]),
        (130, [true, true, true, false]),
        (661, [true, true, true, false]),
        (662, [true; 4]),
    ] {
        let records: Vec<_> = (0..n)
            .map(|i| Record {
                context: Some(1024),
                ttft_s: Some(f64::from(i) + 1.0),
                e2e_s: Some(f64::from(i) + 2.0),
                output_tokens: Some(2),
                ..Record::default()
            })
            .collect();
        let cell = &cells_of(&records)[0];
        let q = cell.metric(MetricId::Ttft).quantiles;
        assert_eq!([q.p50, q.p90, q.p95, q.p99].map(|p| p.is_some()), shown, "{n}");
        assert_eq!((q.p1, q.p5, q.p10), (None, None, None));
        let q = cell.metric(MetricId::GenerationSpeed).quantiles;
        assert_eq!([q.p50, q.p10, q.p5, q.p1].map(|p| p.is_some()), shown, "{n}");
        assert_eq!((q.p90, q.p95, q.p99), (None, None, None));
        assert_eq!(cell.metric(MetricId::Ttft).sd.is_some(), n > 1);
    }
}

#[test]
fn percentiles_lie_on_the_line_between_order_statistics() {
    let records: Vec<_> =
        (1..=4).map(|i| Record { context: Some(1024), e2e_s: Some(f64::from(i * i)), ..Record::default() }).collect();
    let summary = cells_of(&records)[0].metric(MetricId::E2e).clone();
    assert_eq!(summary.mean, Some(7.5));
    assert_eq!(summary.quantiles.p50, Some(6.5), "halfway from 4 to 9");
}

#[test]
fn throughput_of_repeated_runs_leaves_out_the_time_between_them() {
    let record = |run, start_s: i128, e2e_s, output_tokens| Record {
        context: Some(1024),
        run: Some(run),
        start_ps: Some(start_s * 1_000_000_000_000),
        e2e_s: Some(e2e_s),
        output_tokens: Some(output_tokens),
        ..Record::default()
    };
    let cells = cells_of(&[record("2", 1000, 4.0, 300), record("1", 0, 2.0, 100), record("1", 1, 2.0, 100)]);
    assert_eq!(cells[0].runs, 2);
    assert_eq!(cells[0].span_s, Some(7.0));
    assert_eq!(cells[0].throughput_tok_s, Some(500.0 / 7.0));
    assert_eq!(cells[0].achieved_rate, Some(3.0 / 7.0));
    assert_eq!(cells[0].windows[0].end_ps, 3_000_000_000_000);
    assert_eq!(cells[0].metric(MetricId::E2e).run_means, [2.0, 4.0]);
}

#[test]
fn throughput_is_unknown_where_a_success_lacks_its_times() {
    let record = Record {
        context: Some(1024),
        start_ps: Some(0),
        e2e_s: Some(1.0),
        output_tokens: Some(5),
        ..Record::default()
    };
    let cells = cells_of(&[record.clone(), Record { start_ps: None, ..record.clone() }]);
    assert_eq!((cells[0].span_s, cells[0].throughput_tok_s), (None, None));
    assert_eq!(cells[0].output_tokens, Some(10));
    let failure = Record { success: false, start_ps: None, e2e_s: None, output_tokens: None, ..record.clone() };
    let cells = cells_of(&[record, failure]);
    assert_eq!(cells[0].throughput_tok_s, Some(5.0), "failures do not count");
    assert_eq!(cells[0].failures[""], 1);
}

#[test]
fn a_cell_without_success_has_counts_and_nothing_else() {
    let cells = cells_of(&[Record { success: false, e2e_s: Some(9.0), input_tokens: Some(1000), ..Record::default() }]);
    assert_eq!((cells[0].requests, cells[0].failed), (Some(1), Some(1)));
    assert_eq!(cells[0].key.context, Some(Context::nominal(1024)));
    assert_eq!((cells[0].output_tokens, cells[0].throughput_tok_s, cells[0].mean_output_tokens), (None, None, None));
    assert_eq!(cells[0].metrics, <[Summary; METRIC_COUNT]>::default());
}

#[test]
fn contexts_with_one_label_are_one_cell_with_the_standard_length() {
    let record = Record { e2e_s: Some(1.0), output_tokens: Some(5), ..Record::default() };
    let cells = cells_of(&[
        Record { context: Some(1000), ..record.clone() },
        Record { context: Some(1024), ..record.clone() },
        Record { input_tokens: Some(1010), ..record.clone() },
        Record { scenario: "code-completion", context: Some(1024), ..record },
    ]);
    assert_eq!(cells.len(), 2);
    assert_eq!(cells[0].requests, Some(3));
    assert_eq!(cells[0].key.context.as_ref().map(|c| c.tokens), Some(1024));
    assert_eq!(cells[1].key.scenario, "code-completion");
}

#[test]
fn a_context_is_decided_for_each_file_and_load() {
    let record = |concurrency, tokens| Record {
        load: Some(Load::Concurrency(concurrency)),
        input_tokens: Some(tokens),
        e2e_s: Some(1.0),
        output_tokens: Some(5),
        ..Record::default()
    };
    let files = [vec![record(1, 1000), record(2, 8000)], vec![record(1, 30_000), record(2, 8200), record(2, 8100)]];
    let mut counting = Counting::default();
    let each = || files.iter().enumerate().flat_map(|(file, records)| records.iter().map(move |r| (r, file)));
    each().for_each(|(record, file)| counting.add(record, file));
    let mut picking = counting.decide(&Placements::new());
    each().for_each(|(record, file)| picking.add(record, file));
    let cells = picking.finish().value;
    let labels: Vec<_> = cells.iter().map(|c| (c.key.context.clone().map(|c| c.label), c.requests)).collect();
    assert_eq!(labels, [(Some("1K".into()), Some(1)), (Some("8K".into()), Some(3)), (Some("32K".into()), Some(1))]);
}

#[test]
fn records_that_change_between_the_readings_are_warned_of() {
    let record = Record { context: Some(1024), e2e_s: Some(1.0), output_tokens: Some(5), ..Record::default() };
    // Several runs of a level are looked at together, which only a second reading can.
    let mut counting = Counting::default();
    counting.add(&record, 0);
    counting.add(&Record { run: Some("2"), ..record.clone() }, 0);
    let mut picking = counting.decide(&Placements::new());
    picking.add(&record, 0);
    picking.add(&Record { e2e_s: Some(1.5), run: Some("2"), ..record }, 0);
    let warned = picking.finish();
    assert_eq!(warned.warnings.len(), 1);
    let summary = warned.value[0].metric(MetricId::E2e);
    assert_eq!((summary.n, summary.mean, summary.quantiles.p50, summary.sd), (2, Some(1.0), None, None));
}
