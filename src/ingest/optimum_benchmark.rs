//! optimum-benchmark: batches that a script runs one after the other.

use super::set_aside::SetAside;

/// `benchmark.json` and `benchmark_report.json`.
pub static OPTIMUM_BENCHMARK: SetAside = SetAside {
    name: "optimum-benchmark report",
    reason: "it times whole batches in one process, and sends no requests: it has no load and no latency of a request",
    recognizes: |head| {
        let keys = head.keys();
        let whole = keys.contains(&"config") && keys.contains(&"report");
        let report = (keys.contains(&"prefill") || keys.contains(&"per_token")) && keys.contains(&"decode");
        !head.is_array() && (report || (whole && head.text().contains("optimum_benchmark")))
    },
};
