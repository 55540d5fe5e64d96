//! NVIDIA AIPerf and its predecessor GenAI-Perf: requests, and what they computed over a run.
//!
//! One run is one folder: `profile_export.jsonl` holds the requests ([`requests`]), `profile_export_aiperf.json` the figures
//! and the configuration ([`summary`]), `profile_export_aiperf.csv` the figures alone, rounded ([`table`]). The level stands
//! in the second and holds for all of them. [`beside`] knows what else lies there.
//!
//! What they call `inter_token_latency` is (E2E − TTFT) / (output tokens − 1) of each request: the TPOT. The gaps between
//! chunks are `inter_chunk_latency`. Power that a summary sums up covers the time before and after the requests too, and
//! sums GPUs that two exporters report twice; it is not read. The samples beside it are.

pub mod beside;
mod figures;
mod input_config;
pub mod requests;
pub mod summary;
pub mod table;

use super::document::Tool;

const AIPERF: Tool = Tool { name: "AIPerf", versions: "0.3 to 0.13" };
const GENAI_PERF: Tool = Tool { name: "GenAI-Perf", versions: "0.0.16" };

/// What the files of one run have in common: their path without what tells them apart.
fn kin(name: &str) -> String {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let stem = [".jsonl", ".json", ".csv"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name);
    let stem = ["_aiperf", "_genai_perf"].iter().find_map(|tool| stem.strip_suffix(tool)).unwrap_or(stem);
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::kin;

    #[test]
    fn the_files_of_one_run_are_kin_and_those_of_two_are_not() {
        for file in ["profile_export.jsonl", "profile_export_aiperf.json", "profile_export_aiperf.csv.gz"] {
            assert_eq!(kin(&format!("conc4/{file}")), "conc4/profile_export", "{file}");
        }
        assert_eq!(kin("conc8/profile_export_genai_perf.json"), "conc8/profile_export");
    }
}
