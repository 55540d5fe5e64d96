//! `trtllm-bench throughput` and `latency` of TensorRT-LLM: the report of a run, and the list of its requests in a file beside it.

pub mod report;
pub mod requests;

use super::document::Tool;

const TOOL: Tool = Tool { name: "trtllm-bench", versions: "0.20 to 1.2" };

/// What the report of a run and the list of its requests have in common: users name both files, so the path without the words
/// that say which of the two it is (`conc8_report.json`, `conc8/request.json`).
fn kin(name: &str) -> String {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let words = file.split(['_', '-']).filter(|word| !["report", "request", "requests", "info"].contains(word));
    format!("{folder}/{}", words.collect::<Vec<_>>().join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_run_are_kin() {
        assert_eq!(kin("c8/report.json"), kin("c8/requests.json.gz"));
        assert_eq!(kin("conc8_report.json"), kin("conc8-request_info.json"));
        assert_ne!(kin("conc8_report.json"), kin("conc16_report.json"));
        assert_ne!(kin("c8/report.json"), kin("c16/report.json"));
    }
}
