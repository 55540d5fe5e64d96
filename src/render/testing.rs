//! An analysis for the tests of the data files.

use crate::analysis::{Analysis, analyze};
use crate::cell::{Cell, CellKey, Quantiles, Summary};
use crate::config::Config;
use crate::context::Context;
use crate::metric::MetricId;
use crate::record::{Load, SWEEP};

/// Two cells of the sweep at 1K: one concurrent request, and 2.5 requests per second.
pub fn analysis() -> Analysis {
    let cell = |load| Cell {
        requests: Some(120),
        failed: Some(0),
        warmup: 3,
        span_s: Some(100.0),
        output_tokens: Some(12_150),
        throughput_tok_s: Some(121.5),
        mean_output_tokens: Some(128.0),
        ..Cell::unknown(CellKey { scenario: SWEEP.into(), context: Some(Context::nominal(1024)), load })
    };
    let mut first = cell(Load::Concurrency(1));
    let quantiles = Quantiles { p50: Some(0.397), p90: Some(0.43), ..Quantiles::default() };
    let ttft = Summary { n: 120, mean: Some(0.398), sd: Some(0.02), quantiles, ..Summary::default() };
    let quantiles = Quantiles { p50: Some(153.0), p10: Some(150.0), ..Quantiles::default() };
    let speed = Summary { n: 120, mean: Some(153.6), quantiles, ..Summary::default() };
    first.metrics[MetricId::Ttft as usize] = ttft;
    first.metrics[MetricId::GenerationSpeed as usize] = speed;
    first.metrics[MetricId::E2e as usize] = Summary { n: 120, mean: Some(1.9), ..Summary::default() };
    first.metrics[MetricId::PrefillSpeedFromTtft as usize] =
        Summary { n: 120, mean: Some(2600.0), ..Summary::default() };
    let cells = vec![first, cell(Load::RequestRate(2.5))];
    analyze(cells, vec![Some(480.2), None], &Config::default()).unwrap().value
}
