//! inference-perf: a report per stage of load, the list of its requests, and the configuration it ran with.

pub mod configuration;
pub mod lifecycle;
pub mod requests;

use super::document::Tool;
use super::set_aside::SetAside;
use crate::cell::aggregate::{Aggregate, Printed};
use crate::metric::MetricId;

const TOOL: Tool = Tool { name: "inference-perf", versions: "0.2 to 0.5" };

/// `validation.json`: what inference-perf thinks of its own reports.
pub static VALIDATION: SetAside = SetAside {
    name: "inference-perf validation",
    recognizes: |head| !head.is_array() && head.keys() == ["global", "reports"],
    reason: "it says whether the reports beside it are whole, and measures nothing",
};

/// What the files of one stage have in common: `reports/stage_3` for `reports/stage_3_lifecycle_metrics.json`; none where
/// a name has no stage.
pub fn stage(name: &str) -> Option<String> {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let behind = &file[file.find("stage_")? + "stage_".len()..];
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| format!("{folder}/stage_{}", &behind[..digits]))
}

/// How many times the printed time per output token the time that follows from E2E, TTFT and tokens may be: requests that
/// weigh by their tokens are no contradiction, half the time is.
const CONTRADICTION: f64 = 1.5;

/// Keeps a time per output token and the gaps between tokens. Where E2E, TTFT and output tokens, which are kept already,
/// contradict them, what follows from these is kept instead, and the contradiction given back in words.
///
/// Versions of inference-perf counted a special token with every chunk (its issue 564), so that both came out at half.
pub fn put_times_per_token(aggregate: &mut Aggregate, tpot: Printed, gaps: Option<Printed>) -> Option<String> {
    let contradiction =
        tpot.mean.zip(aggregate.tpot_from_means()).filter(|(printed, actual)| *actual > CONTRADICTION * printed);
    if let Some((printed, actual)) = contradiction {
        aggregate.set_tpot_from_means();
        return Some(format!(
            "prints a mean time per output token of {:.1} ms, which its own E2E, TTFT and output tokens contradict: they give \
             {:.1} ms, which the report uses. Versions of inference-perf that count a special token with every chunk print half \
             the time; its time between tokens is left out for the same reason",
            printed * 1000.0,
            actual * 1000.0
        ));
    }
    aggregate.set_tpot(tpot);
    // Pooled over all requests: how many gaps there were is not printed, and their deviation is none of requests.
    gaps.into_iter().for_each(|gaps| aggregate.set(MetricId::Itl, Printed { n: 0, sd: None, ..gaps }));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_stage_are_kin() {
        assert_eq!(stage("a/stage_12_lifecycle_metrics.json").as_deref(), Some("a/stage_12"));
        assert_eq!(stage("a/inference-perf.partial.stage_12.yaml"), stage("a/stage_12_lifecycle_metrics.json"));
        assert_eq!(stage("stage_x/summary_lifecycle_metrics.json"), None);
    }
}
