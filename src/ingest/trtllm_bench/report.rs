//! The file of `--report_json`. Requests that failed are in its figures like all others: it does not say how many did.

use super::{TOOL, kin};
use crate::cell::Quantiles;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::error::{Place, Result};
use crate::ingest::document::json;
use crate::ingest::flat::Flat;
use crate::ingest::format::{Format, Head};
use crate::ingest::part::{Part, Property, Setup};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use crate::metric::MetricId;

/// The report of a run.
pub struct TrtllmReport;

impl Format for TrtllmReport {
    fn name(&self) -> &'static str {
        "trtllm-bench report"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let keys = head.keys();
        !head.is_array() && ["engine", "world_info", "request_info"].iter().all(|key| keys.contains(key))
    }

    /// The load is not in it: `avg_num_concurrent_requests` is what was reached, and `max_batch_size` what the engine allows.
    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let report: Flat = json(stream, &TOOL)?;
        let aggregate = aggregate(&report, name)?;
        sink.version(report.text("engine.version"));
        sink.part(Part { kin: Some(kin(name)), setup: setup(&report), aggregate: Some(aggregate), ..Part::default() });
        Ok(())
    }
}

fn aggregate(report: &Flat, file: &str) -> Result<Aggregate> {
    let figure = |key: &str| report.number(key).ok_or_else(|| TOOL.missing(Place::file(file), key));
    let requests = figure("request_info.num_requests")?;
    let duration_ms = figure("performance.total_latency_ms")?;
    let mean_output = figure("request_info.avg_output_length")?;
    let n = requests as u64;
    let mut aggregate = Aggregate {
        requests: Some(n),
        duration_s: Some(duration_ms / 1e3).filter(|seconds| *seconds > 0.0),
        throughput_tok_s: Some(figure("performance.system_output_throughput_tok_s")?),
        achieved_rate: report.number("performance.request_throughput_req_s"),
        output_tokens: Some((mean_output * requests).round() as u64),
        mean_input_tokens: report.number("request_info.avg_input_length"),
        mean_output_tokens: Some(mean_output),
        // Its percentiles are `sorted[int(n * p)]`.
        upper_median: true,
        ..Aggregate::default()
    };
    aggregate.set(MetricId::E2e, percentiles(report, "performance.request_latency_percentiles_ms", n));
    aggregate.set(MetricId::Ttft, percentiles(report, "streaming_metrics.ttft_percentiles", n));
    // A response of one token has 0 for its time per further token.
    if mean_output >= 2.0 {
        let tpot = percentiles(report, "streaming_metrics.tpot_percentiles", n);
        aggregate.set(MetricId::GenerationSpeed, speed(report, tpot));
        aggregate.set_tpot(tpot);
    }
    Ok(aggregate)
}

/// The statistics of a metric, in seconds; the file has them in milliseconds.
fn percentiles(report: &Flat, path: &str, n: u64) -> Printed {
    let mean = report.number(&format!("{path}.average"));
    Printed { n, mean, sd: None, quantiles: report.quantiles(path) }.over(1e3)
}

/// Speeds are averaged over requests by the tool itself; their slow tail is the inverse of the slow tail of the times.
fn speed(report: &Flat, tpot: Printed) -> Printed {
    let value = |statistic: &str| report.number(&format!("streaming_metrics.gen_tps_percentiles.{statistic}"));
    let inverse = |time: Option<f64>| time.filter(|time| *time > 0.0).map(|time| 1.0 / time);
    let mean = report.number("streaming_metrics.token_output_speed_tok_s").or_else(|| value("average"));
    if mean.is_none() {
        return Printed::default();
    }
    let slow = tpot.quantiles;
    let quantiles = Quantiles {
        p1: inverse(slow.p99),
        p5: inverse(slow.p95),
        p10: inverse(slow.p90),
        p50: value("p50"),
        p90: value("p90"),
        p95: value("p95"),
        p99: value("p99"),
    };
    Printed { n: tpot.n, mean, sd: None, quantiles }
}

fn setup(report: &Flat) -> Setup {
    let precision = report.first(&["engine.quantization", "engine.dtype"], Flat::text);
    let kv_cache = report.text("engine.kv_cache_dtype").filter(|dtype| !dtype.eq_ignore_ascii_case("auto"));
    Setup::default()
        .with(Property::Model, report.text("engine.model"))
        .with(Property::Precision, precision)
        .with(Property::Gpu, report.text("machine.name"))
        .with(Property::GpuCount, report.text("world_info.world_size"))
        .with(Property::Engine, Some("TensorRT-LLM"))
        .with(Property::EngineVersion, report.text("engine.version"))
        .with(Property::SpeculativeDecoding, report.text("decoding_stats.mode"))
        .with(Property::KvCache, kv_cache)
}
