//! What the report says of the sweep as a whole.

use super::saturation::saturation;
use super::scaling::throughput_scaling;
use super::{Analysis, At, CellFigures, Findings, PrefillPeak, Span, Success};
use crate::config::Config;
use crate::metric::MetricId;
use crate::record::Load;

/// Output tokens per chunk above which a gap between chunks is no time per token.
const TOKENS_PER_CHUNK: f64 = 1.2;

/// Computes the findings; everything else of the analysis but the capacity limits must stand already.
pub fn find(analysis: &Analysis, config: &Config) -> Findings {
    let cells: Vec<_> = analysis.sweep_cells().collect();
    let loads = &analysis.sweep.loads;
    let single_load = loads.first().copied();
    let at_single = under(&cells, single_load);
    let at_largest = under(&cells, loads.last().copied());
    let metric = |id| move |figures: &CellFigures| analysis.central(&figures.cell, id);
    let throughput = |figures: &CellFigures| figures.cell.throughput_tok_s;

    let peak = best_by(&cells, throughput, higher);
    let tokens_per_chunk = tokens_per_chunk(analysis);
    let peak_power = best_by(&cells, |figures| figures.power_w, higher);
    Findings {
        peak_throughput: at(peak),
        throughput_beyond_sweep: beyond_sweep(analysis, peak.map(|(_, peak)| peak)),
        throughput_at_largest_load: one_per_context(&at_largest, throughput),
        single_load,
        ttft_single: span(&at_single, metric(MetricId::Ttft)),
        speed_single: span(&at_single, metric(MetricId::GenerationSpeed)),
        ttft_highest: at(best_by(&cells, metric(MetricId::Ttft), higher)),
        throughput_scaling: analysis.sweep.contexts.first().and_then(|context| throughput_scaling(&cells, context)),
        saturation: saturation(&cells, &analysis.sweep.contexts),
        success: success(&analysis.cells),
        slowest_generation: at(best_by(&cells, metric(MetricId::GenerationSpeed), lower)),
        longest_queue: at(best_by(&cells, metric(MetricId::Queue), higher)),
        prefill_peaks: loads.iter().filter_map(|load| prefill_peak(analysis, &under(&cells, Some(*load)))).collect(),
        itl_single: one_per_context(&at_single, metric(MetricId::Itl)).into_iter().next(),
        itl_highest: at(best_by(&cells, metric(MetricId::Itl), higher)),
        efficiency_at_largest_load: one_per_context(&at_largest, |figures| figures.scaling_efficiency),
        peak_power: at(peak_power),
        peak_power_cost_per_hour: peak_power.and_then(|(figures, _)| figures.power_cost_per_hour),
        energy_per_token_at_peak_j: peak.and_then(|(figures, _)| figures.energy_per_token_j),
        cost_per_million_at_peak: peak.and_then(|(figures, _)| figures.cost_per_million_tokens),
        tokens_per_chunk,
        itl_is_per_chunk: tokens_per_chunk.is_some_and(|tokens| tokens > TOKENS_PER_CHUNK) || speculates(config),
    }
}

/// The cell with the best value, and the value. Of equals the first: cells stand in the order of their keys, so that is
/// the shorter context, then the lower load.
fn best_by<'c>(
    cells: &[&'c CellFigures],
    value: impl Fn(&CellFigures) -> Option<f64>,
    better: fn(f64, f64) -> bool,
) -> Option<(&'c CellFigures, f64)> {
    let mut best = None;
    for figures in cells {
        let Some(value) = value(figures) else { continue };
        if best.is_none_or(|(_, best)| better(value, best)) {
            best = Some((*figures, value));
        }
    }
    best
}

fn higher(a: f64, b: f64) -> bool {
    a > b
}

fn lower(a: f64, b: f64) -> bool {
    a < b
}

/// The value with the cell it was found in.
fn at(found: Option<(&CellFigures, f64)>) -> Option<At> {
    found.map(|(figures, value)| At {
        value,
        scenario: figures.cell.key.scenario.clone(),
        context: figures.cell.key.context.clone(),
        load: figures.cell.key.load,
    })
}

/// The cells under one load, by context.
fn under<'c>(cells: &[&'c CellFigures], load: Option<Load>) -> Vec<&'c CellFigures> {
    cells.iter().copied().filter(|figures| Some(figures.cell.key.load) == load).collect()
}

/// The value of each cell that has one; the cells are those under one load.
fn one_per_context(cells: &[&CellFigures], value: impl Fn(&CellFigures) -> Option<f64>) -> Vec<At> {
    cells.iter().filter_map(|figures| at(Some((figures, value(figures)?)))).collect()
}

fn span(cells: &[&CellFigures], value: impl Fn(&CellFigures) -> Option<f64>) -> Option<Span> {
    let values = one_per_context(cells, value);
    Some(Span { shortest: values.first()?.clone(), longest: values.last()?.clone() })
}

/// The highest throughput outside the sweep, where it exceeds the sweep's peak.
fn beyond_sweep(analysis: &Analysis, peak: Option<f64>) -> Option<At> {
    let others: Vec<_> = analysis.cells.iter().filter(|figures| !figures.cell.key.is_sweep()).collect();
    let best = best_by(&others, |figures| figures.cell.throughput_tok_s, higher);
    at(best.filter(|(_, value)| peak.is_some_and(|peak| *value > peak)))
}

fn success(cells: &[CellFigures]) -> Success {
    // A rate over cells of which one of the two is unknown would be of other requests than it names.
    let counted: Vec<_> = cells.iter().filter_map(|figures| figures.cell.requests.zip(figures.cell.failed)).collect();
    let requests = counted.iter().map(|(requests, _)| requests).sum::<u64>();
    let failed = counted.iter().map(|(_, failed)| failed).sum::<u64>();
    Success {
        rate: (requests > 0).then(|| (requests - failed) as f64 / requests as f64),
        requests,
        failed,
        warmup: cells.iter().map(|figures| figures.cell.warmup).sum(),
    }
}

/// Peak and end of the prefill speed over the contexts of one load.
fn prefill_peak(analysis: &Analysis, cells: &[&CellFigures]) -> Option<PrefillPeak> {
    let speed = |figures: &CellFigures| analysis.prefill_speed(&figures.cell);
    Some(PrefillPeak { peak: at(best_by(cells, speed, higher))?, longest: span(cells, speed)?.longest })
}

/// Output tokens over chunks, both over the sweep's cells that count chunks; over all cells where there is no sweep, since
/// what ITL is called holds for the whole report.
fn tokens_per_chunk(analysis: &Analysis) -> Option<f64> {
    let swept = !analysis.sweep.loads.is_empty();
    let cells = analysis.cells.iter().map(|figures| &figures.cell).filter(|cell| cell.is_swept() || !swept);
    let (mut tokens, mut chunks) = (0.0, 0.0);
    for (cell_tokens, per_chunk) in cells.filter_map(|cell| cell.output_tokens.zip(cell.tokens_per_chunk)) {
        tokens += cell_tokens as f64;
        chunks += cell_tokens as f64 / per_chunk;
    }
    (chunks > 0.0).then(|| tokens / chunks)
}

/// Whether the configuration names a method of speculative decoding.
fn speculates(config: &Config) -> bool {
    let method = config.test.speculative_decoding.as_deref().unwrap_or_default().trim().to_lowercase();
    !matches!(method.as_str(), "" | "none" | "off")
}

#[cfg(test)]
mod tests {
    use super::super::analyze;
    use super::super::testing::{cell, figures, with};
    use super::*;
    use crate::cell::Cell;

    /// Context, concurrency, throughput, TTFT, generation speed.
    type Row = (&'static str, u64, f64, f64, f64);

    fn cells(rows: &[Row]) -> Vec<Cell> {
        let cells = rows.iter().map(|&(context, concurrency, throughput, ttft, speed)| {
            let cell = Cell { throughput_tok_s: Some(throughput), ..cell(context, Load::Concurrency(concurrency)) };
            with(with(cell, MetricId::Ttft, ttft), MetricId::GenerationSpeed, speed)
        });
        cells.collect()
    }

    fn findings(cells: Vec<Cell>, power_w: Vec<Option<f64>>, config: &Config) -> Findings {
        analyze(cells, power_w, config).unwrap().value.findings
    }

    fn place(at: &Option<At>) -> Option<(f64, String, f64)> {
        let at = at.as_ref()?;
        Some((at.value, at.context.as_ref()?.label.clone(), at.load.level()))
    }

    const ROWS: [Row; 4] = [
        ("1K", 2, 100.0, 0.4, 90.0),
        ("1K", 10, 400.0, 2.0, 30.0),
        ("32K", 2, 400.0, 2.0, 80.0),
        ("32K", 10, 200.0, 9.0, 30.0),
    ];

    #[test]
    fn of_equals_the_shorter_context_is_named() {
        let found = findings(cells(&ROWS), vec![None; 4], &Config::default());
        assert_eq!(place(&found.peak_throughput), Some((400.0, "1K".into(), 10.0)));
        assert_eq!(place(&found.slowest_generation), Some((30.0, "1K".into(), 10.0)));
        assert_eq!(place(&found.ttft_highest), Some((9.0, "32K".into(), 10.0)));
    }

    #[test]
    fn the_smallest_level_stands_in_for_a_single_request() {
        let found = findings(cells(&ROWS), vec![None; 4], &Config::default());
        assert_eq!(found.single_load, Some(Load::Concurrency(2)));
        let ttft = found.ttft_single.expect("measured");
        assert_eq!((ttft.shortest.value, ttft.longest.value), (0.4, 2.0));
        let largest: Vec<_> = found.throughput_at_largest_load.iter().map(|at| at.value).collect();
        assert_eq!(largest, [400.0, 200.0]);
        let efficiency: Vec<_> = found.efficiency_at_largest_load.iter().map(|at| at.value).collect();
        assert_eq!(efficiency, [0.8, 0.1]);
    }

    #[test]
    fn a_use_cases_own_run_counts_only_beyond_the_sweep() {
        let mut own = cells(&[("1K", 50, 399.0, 0.1, 500.0)]);
        own[0].key.scenario = "code-completion".into();
        own[0].failed = Some(1);
        let mut all = cells(&ROWS);
        all.extend(own);
        let found = findings(all.clone(), Vec::new(), &Config::default());
        assert_eq!(found.throughput_beyond_sweep, None);
        assert_eq!((found.success.rate, found.success.requests), (Some(0.98), 50));
        all[4].throughput_tok_s = Some(400.5);
        let found = findings(all, Vec::new(), &Config::default());
        assert_eq!(found.peak_throughput.map(|at| at.value), Some(400.0));
        assert_eq!(place(&found.throughput_beyond_sweep), Some((400.5, "1K".into(), 50.0)));
    }

    #[test]
    fn power_is_named_where_it_is_highest_and_priced_there() {
        let mut config = Config::default();
        config.power.price_per_kwh = Some(0.1);
        let found = findings(cells(&ROWS), vec![Some(500.0), Some(600.0), None, Some(600.0)], &config);
        assert_eq!(place(&found.peak_power), Some((600.0, "1K".into(), 10.0)));
        assert_eq!(found.peak_power_cost_per_hour, Some(0.6 * 0.1));
        assert_eq!(found.energy_per_token_at_peak_j, Some(1.5));
        assert_eq!(found.cost_per_million_at_peak, None, "no price of a GPU");
    }

    #[test]
    fn prefill_speed_peaks_and_falls_again() {
        let speeds = [("1K", 900.0), ("8K", 2000.0), ("32K", 1500.0)];
        let cells =
            speeds.map(|(context, speed)| with(cell(context, Load::Concurrency(1)), MetricId::PrefillSpeed, speed));
        let found = findings(cells.into(), Vec::new(), &Config::default());
        assert_eq!(found.prefill_peaks.len(), 1);
        assert_eq!((found.prefill_peaks[0].peak.value, found.prefill_peaks[0].longest.value), (2000.0, 1500.0));
    }

    #[test]
    fn a_chunk_gap_is_no_time_per_token_where_chunks_carry_more() {
        let chunked = |tokens, per_chunk| Cell {
            output_tokens: Some(tokens),
            tokens_per_chunk: Some(per_chunk),
            ..cell("1K", Load::Concurrency(1))
        };
        let found = findings(vec![chunked(100, 1.0), chunked(300, 3.0)], Vec::new(), &Config::default());
        assert_eq!((found.tokens_per_chunk, found.itl_is_per_chunk), (Some(2.0), true));
        let found = findings(vec![chunked(120, 1.2)], Vec::new(), &Config::default());
        assert!(!found.itl_is_per_chunk, "up to 1.2");
        for (method, expected) in [("MTP", true), ("None", false), ("off", false), ("", false)] {
            let mut config = Config::default();
            config.test.speculative_decoding = Some(method.into());
            assert_eq!(findings(Vec::new(), Vec::new(), &config).itl_is_per_chunk, expected, "{method}");
        }
    }

    #[test]
    fn a_missing_value_is_passed_over() {
        let mut list: Vec<_> = cells(&ROWS).into_iter().map(figures).collect();
        list[1].cell.throughput_tok_s = None;
        let all: Vec<_> = list.iter().collect();
        let best = best_by(&all, |figures| figures.cell.throughput_tok_s, higher);
        assert_eq!(best.map(|(figures, value)| (figures.cell.key.load, value)), Some((Load::Concurrency(2), 400.0)));
    }
}
