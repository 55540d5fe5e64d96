//! What else lies in a folder of AIPerf and says nothing of latency and throughput that its other files do not.

use crate::ingest::set_aside::SetAside;

/// `server_metrics_export.jsonl`, `.json` and `.csv`.
pub static SERVER_METRICS: SetAside = SetAside {
    name: "AIPerf server metrics",
    reason: "it holds what the server exported about itself, sampled rather than counted over the run",
    recognizes: |head| {
        let has = |key| head.keys().contains(&key);
        head.text().trim_start().starts_with("# AIPerf Server Metrics")
            || (has("endpoint_url") && has("timestamp_ns") && has("metrics"))
            || (has("aiperf_version") && has("summary") && has("metrics"))
    },
};

/// `profile_export_aiperf_timeslices.json` and `.csv`.
pub static TIMESLICES: SetAside = SetAside {
    name: "AIPerf time slices",
    reason: "it repeats the figures of the summary, slice by slice",
    recognizes: |head| head.keys().contains(&"timeslices") || head.header().starts_with(&["Timeslice"]),
};

/// `profile_export_raw.jsonl`.
pub static RAW: SetAside = SetAside {
    name: "AIPerf raw records",
    reason: "it holds requests and responses as they were sent; what was measured of them stands in `profile_export.jsonl`",
    recognizes: |head| {
        let keys = head.keys();
        keys.contains(&"metadata") && keys.contains(&"start_perf_ns")
    },
};

/// `inputs.json`.
pub static INPUTS: SetAside = SetAside {
    name: "AIPerf or GenAI-Perf inputs",
    reason: "it holds the prompts that were sent and nothing that was measured",
    recognizes: |head| head.keys() == ["data"] && head.text().contains("\"payload"),
};

/// `profile_export.json` of GenAI-Perf.
pub static GENAI_PERF_RAW: SetAside = SetAside {
    name: "GenAI-Perf raw records",
    reason: "it has the times of chunks and the texts of responses, but no tokens; the summary beside it has what was measured",
    recognizes: |head| head.keys().contains(&"experiments") && !head.is_array(),
};
