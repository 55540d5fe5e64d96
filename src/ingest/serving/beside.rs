//! What else lies in the folders of vLLM's and SGLang's benchmarks, and measures nothing that a report is made of.

use crate::ingest::set_aside::SetAside;

/// `*.pytorch.json`.
pub static PYTORCH: SetAside = SetAside {
    name: "vLLM results for PyTorch's dashboard",
    reason: "it repeats the figures of the result file beside it",
    recognizes: |head| {
        let keys = head.keys();
        head.is_array() && ["benchmark", "model", "metric"].iter().all(|key| keys.contains(key))
    },
};

/// `*.failure.json`.
pub static FAILURE: SetAside = SetAside {
    name: "vllm bench sweep failure",
    reason: "this combination of the sweep failed and measured nothing; the file says why",
    recognizes: |head| {
        let keys = head.keys();
        keys.contains(&"error_type") && (keys.contains(&"serve_overrides") || keys.contains(&"bench_overrides"))
    },
};

/// What `vllm bench throughput --output-json` writes.
pub static THROUGHPUT: SetAside = SetAside {
    name: "vllm bench throughput",
    reason: "it runs everything in one offline batch: there is no load and no latency, and its tokens per second count prompts too",
    recognizes: |head| {
        let keys = head.keys();
        ["elapsed_time", "total_num_tokens", "tokens_per_second"].iter().all(|key| keys.contains(key))
    },
};

/// What `vllm bench latency --output-json` writes.
pub static LATENCY: SetAside = SetAside {
    name: "vllm bench latency",
    reason: "it times whole batches, not requests, and names neither their size nor their tokens",
    recognizes: |head| {
        let keys = head.keys();
        ["avg_latency", "latencies", "percentiles"].iter().all(|key| keys.contains(key))
    },
};

/// What `/get_server_info` of SGLang or `/server_info` of vLLM answered.
pub static SERVER_INFO: SetAside = SetAside {
    name: "settings of a server",
    reason: "it holds how a server was started, and nothing that was measured",
    recognizes: |head| {
        let keys = head.keys();
        let has = |key: &str| keys.contains(&key);
        let measured = has("completed") || has("duration") || has("metrics");
        !measured && ((has("model_path") && has("tp_size")) || (has("vllm_config") && !has("results")))
    },
};

/// Descriptions and digests that people write beside the files of their tools.
pub static NOTES: SetAside = SetAside {
    name: "notes of the owner",
    reason: "its owner wrote it about the files of the tools beside it, which are what is read",
    recognizes: |head| {
        let keys = head.keys();
        let has = |key: &str| keys.contains(&key);
        let measured = has("completed") || has("request_throughput") || has("metrics");
        !head.is_array()
            && has("model")
            && !measured
            && ((has("server_config") && has("hardware")) || (has("served_name") && has("steps")))
    },
};
