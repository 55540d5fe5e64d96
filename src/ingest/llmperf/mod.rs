//! LLMPerf: a summary of each run, and the list of its requests in a file beside it.

pub mod requests;
pub mod summary;

use super::document::Tool;

const TOOL: Tool = Tool { name: "LLMPerf", versions: "of the result version 2023-08-31" };

/// What the summary of a run and the list of its requests have in common: the path without the words that tell them apart,
/// whether these end the file's name (`llama_550_150_summary.json`) or are folders (`summary/llama.json`).
fn kin(name: &str) -> String {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.strip_suffix(".json").unwrap_or(name);
    let words = |text: &&str| !["summary", "individual", "individual_responses"].contains(text);
    let parts: Vec<&str> = name.split('/').filter(words).collect();
    let path = parts.join("/");
    let path = path.strip_suffix("_summary").or(path.strip_suffix("_individual_responses")).unwrap_or(&path);
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_run_are_kin() {
        assert_eq!(kin("c5/llama_550_150_summary.json"), "c5/llama_550_150");
        assert_eq!(kin("c5/llama_550_150_individual_responses.json.gz"), "c5/llama_550_150");
        assert_eq!(kin("raw/individual/groq_70b.json"), kin("raw/summary/groq_70b.json"));
    }
}
