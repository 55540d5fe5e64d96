//! What else lies in a folder of AIPerf and says nothing of latency and throughput that its other files do not.

use crate::error::Result;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// A file that is recognised and set aside.
pub struct Beside {
    name: &'static str,
    /// Why nothing of it is used, as a clause.
    reason: &'static str,
    is: fn(&Head) -> bool,
}

/// `server_metrics_export.jsonl`, `.json` and `.csv`.
pub static SERVER_METRICS: Beside = Beside {
    name: "AIPerf server metrics",
    reason: "it holds what the server exported about itself, sampled rather than counted over the run",
    is: |head| {
        let has = |key| head.keys().contains(&key);
        head.text().trim_start().starts_with("# AIPerf Server Metrics")
            || (has("endpoint_url") && has("timestamp_ns") && has("metrics"))
            || (has("aiperf_version") && has("summary") && has("metrics"))
    },
};

/// `profile_export_aiperf_timeslices.json` and `.csv`.
pub static TIMESLICES: Beside = Beside {
    name: "AIPerf time slices",
    reason: "it repeats the figures of the summary, slice by slice",
    is: |head| head.keys().contains(&"timeslices") || head.header().starts_with(&["Timeslice"]),
};

/// `profile_export_raw.jsonl`.
pub static RAW: Beside = Beside {
    name: "AIPerf raw records",
    reason: "it holds requests and responses as they were sent; what was measured of them stands in `profile_export.jsonl`",
    is: |head| {
        let keys = head.keys();
        keys.contains(&"metadata") && keys.contains(&"start_perf_ns")
    },
};

/// `inputs.json`.
pub static INPUTS: Beside = Beside {
    name: "AIPerf or GenAI-Perf inputs",
    reason: "it holds the prompts that were sent and nothing that was measured",
    is: |head| head.keys() == ["data"] && head.text().contains("\"payload"),
};

impl Format for Beside {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognizes(&self, head: &Head) -> bool {
        (self.is)(head)
    }

    fn read(&self, _: &mut Stream, sink: &mut Sink) -> Result<()> {
        sink.set_aside(self.reason);
        Ok(())
    }
}
