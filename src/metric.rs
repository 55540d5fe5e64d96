//! The metric table: what is measured per request, and how a cell's requests are summed up in it.
//!
//! Table columns, `cells.csv`, `report.json` and the definitions in the report's method section follow [`METRICS`].

use crate::record::Record;

/// Which way a metric gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Latencies: the slow tail is the high percentiles.
    Lower,
    /// Speeds: the slow tail is the low percentiles, so p10, p5 and p1 stand where latencies have p90, p95 and p99.
    Higher,
}

/// A per-request metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its place in [`METRICS`] and in every per-metric array.
    pub id: MetricId,
    /// Stable key with the unit, as in `report.json` and `cells.csv`.
    pub key: &'static str,
    /// As a reader is told.
    pub title: &'static str,
    /// Which way it gets better.
    pub better: Better,
    /// The definition, as the method section prints it.
    pub definition: &'static str,
    /// The value for one successful request; `None` where the source did not measure what it needs.
    pub value: fn(&Record) -> Option<f64>,
}

/// Names the metrics; the number is the position in [`METRICS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricId {
    /// Time to first token, seconds.
    Ttft,
    /// Submission to the end of the response, seconds.
    E2e,
    /// Tokens per second of one response after its first token.
    GenerationSpeed,
    /// Wait in the engine's queue, seconds.
    Queue,
    /// Prompt tokens per second of prefill, from the engine's prefill time.
    PrefillSpeed,
    /// Prompt tokens per second up to the first token, queue included.
    PrefillSpeedFromTtft,
    /// Mean gap between streamed chunks, seconds.
    Itl,
    /// Time per output token after the first, seconds.
    Tpot,
}

/// How many metrics there are: the length of every per-metric array.
pub const METRIC_COUNT: usize = METRICS.len();

/// Every per-request metric, in the order in which they are reported.
pub const METRICS: [Metric; 8] = [
    Metric {
        id: MetricId::Ttft,
        key: "ttft_s",
        title: "TTFT",
        better: Better::Lower,
        definition: "submission to the first non-empty token, as recorded",
        value: |r| r.ttft_s,
    },
    Metric {
        id: MetricId::E2e,
        key: "e2e_s",
        title: "E2E",
        better: Better::Lower,
        definition: "submission to the end of the response, as recorded",
        value: |r| r.e2e_s,
    },
    Metric {
        id: MetricId::GenerationSpeed,
        key: "generation_speed_tok_s",
        title: "Generation speed",
        better: Better::Higher,
        definition: "(output tokens − 1) / (E2E − TTFT), from 2 tokens on",
        value: |r| {
            let (tokens, time) = decode(r)?;
            Some(tokens / time)
        },
    },
    Metric {
        id: MetricId::Queue,
        key: "queue_s",
        title: "Queue wait",
        better: Better::Lower,
        definition: "wait in the engine's queue, as the engine measured it",
        value: |r| r.queue_s,
    },
    Metric {
        id: MetricId::PrefillSpeed,
        key: "prefill_speed_tok_s",
        title: "Prefill speed",
        better: Better::Higher,
        definition: "input tokens / the engine's prefill time",
        value: |r| per_second(r.input_tokens?, r.prefill_s?),
    },
    Metric {
        id: MetricId::PrefillSpeedFromTtft,
        key: "prefill_speed_from_ttft_tok_s",
        title: "Prefill speed (from TTFT, queue included)",
        better: Better::Higher,
        definition: "input tokens / TTFT, queue included, where no engine prefill time was recorded",
        value: |r| per_second(r.input_tokens?, r.ttft_s?),
    },
    Metric {
        id: MetricId::Itl,
        key: "itl_s",
        title: "ITL",
        better: Better::Lower,
        definition: "mean gap between the streamed chunks of a response, as recorded",
        value: |r| r.itl_s,
    },
    Metric {
        id: MetricId::Tpot,
        key: "tpot_s",
        title: "TPOT",
        better: Better::Lower,
        definition: "(E2E − TTFT) / (output tokens − 1), from 2 tokens on",
        value: |r| {
            let (tokens, time) = decode(r)?;
            Some(time / tokens)
        },
    },
];

/// What was measured of one successful request, in the order of [`METRICS`].
#[inline]
pub fn values(record: &Record) -> [Option<f64>; METRIC_COUNT] {
    std::array::from_fn(|place| (METRICS[place].value)(record))
}

impl MetricId {
    /// The table's entry.
    pub fn metric(self) -> &'static Metric {
        &METRICS[self as usize]
    }
}

/// Tokens after the first and the time they took; none without streaming, below 2 tokens, or where no time passed.
fn decode(r: &Record) -> Option<(f64, f64)> {
    let tokens = r.output_tokens?.checked_sub(1)?;
    let time = r.e2e_s? - r.ttft_s?;
    (tokens > 0 && time > 0.0).then_some((tokens as f64, time))
}

fn per_second(tokens: u64, seconds: f64) -> Option<f64> {
    (seconds > 0.0).then(|| tokens as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_stands_at_its_own_place() {
        for (place, metric) in METRICS.iter().enumerate() {
            assert_eq!(metric.id as usize, place, "{}", metric.key);
        }
    }

    #[test]
    fn generation_speed_counts_the_tokens_after_the_first() {
        let mut record = Record { e2e_s: Some(2.5), ttft_s: Some(0.5), output_tokens: Some(101), ..Record::default() };
        assert_eq!((MetricId::GenerationSpeed.metric().value)(&record), Some(50.0));
        assert_eq!((MetricId::Tpot.metric().value)(&record), Some(0.02));
        record.output_tokens = Some(1);
        assert_eq!((MetricId::GenerationSpeed.metric().value)(&record), None);
        record.output_tokens = Some(101);
        record.ttft_s = None;
        assert_eq!((MetricId::GenerationSpeed.metric().value)(&record), None, "not streamed");
    }
}
