//! The built-in use cases, written as configuration, and what a configured one must hold.

use super::problems::Problem;
use super::{Config, UseCaseConfig};
use crate::context;
use crate::record::SWEEP;

/// The use cases that need no configuration, in the order of the report.
pub fn built_in() -> [UseCaseConfig; 5] {
    let use_case = |id: &str, name: &str, context: &str, output_tokens| UseCaseConfig {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        context: Some(context.to_owned()),
        output_tokens: Some(output_tokens),
        ..UseCaseConfig::default()
    };
    let chat = |max_ttft_s, min_speed, use_case| UseCaseConfig {
        max_ttft_s: Some(max_ttft_s),
        min_speed: Some(min_speed),
        ..use_case
    };
    [
        UseCaseConfig { max_e2e_s: Some(2.0), ..use_case("code-completion", "Code Completion", "1K", 128) },
        chat(10.0, 10.0, use_case("short-form-chatbot", "Short-form Chatbot", "8K", 1024)),
        chat(8.0, 15.0, use_case("general-chatbot", "General Chatbot", "32K", 1024)),
        chat(12.0, 15.0, use_case("long-document-processing", "Long Document Processing", "64K", 1024)),
        chat(12.0, 20.0, use_case("automated-coding-assistant", "Automated Coding Assistant", "96K", 1024)),
    ]
}

/// What is wrong with the configured use cases, in their order.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (nth, use_case) in config.use_case.iter().enumerate() {
        let mut found = values(use_case);
        if config.use_case[..nth].iter().any(|earlier| earlier.id == use_case.id) {
            let message = format!("the use case `{}` stands here a second time", use_case.id);
            found.push(Problem::new("id", message, "merge the two, or give one of them another id"));
        }
        found.extend(missing(use_case));
        problems.extend(found.into_iter().map(|problem| problem.below(&format!("use_case[{nth}]"))));
    }
    problems
}

/// Values that cannot stand.
fn values(use_case: &UseCaseConfig) -> Vec<Problem> {
    let mut problems: Vec<_> = id(&use_case.id).into_iter().collect();
    if let Some(text) = use_case.context.as_deref().filter(|text| context::parse(text).is_none()) {
        let message = format!("expected a number of input tokens, found `{text}`");
        problems.push(Problem::new("context", message, "write it as `\"32K\"`, `\"1M\"` or `32768`"));
    }
    if use_case.output_tokens == Some(0) {
        let hint = "leave it out where every cell of the sweep at this context counts";
        problems.push(Problem::new("output_tokens", "expected at least 1, found 0", hint));
    }
    let thresholds =
        [("max_ttft_s", use_case.max_ttft_s), ("min_speed", use_case.min_speed), ("max_e2e_s", use_case.max_e2e_s)];
    for (key, value) in thresholds {
        let bad = value.filter(|value| !(value.is_finite() && *value > 0.0));
        problems.extend(bad.map(|value| {
            let message = format!("expected a threshold above 0, found {value}");
            Problem::new(key, message, "leave the key out where there is no such threshold")
        }));
    }
    problems
}

/// The id is the scenario of its own records, whatever that is called.
fn id(id: &str) -> Option<Problem> {
    let message = if id.trim().is_empty() {
        "a use case needs an id".to_owned()
    } else if id == SWEEP {
        format!("`{SWEEP}` is the scenario of the context × concurrency grid, not of a use case")
    } else if id.trim() != id || id.contains(char::is_control) {
        format!("expected an id without control characters and spaces around it, found `{id}`")
    } else {
        return None;
    };
    Some(Problem::new("id", message, "use the scenario of its records, for example `id = \"general-chatbot\"`"))
}

/// Keys that cannot be done without.
fn missing(use_case: &UseCaseConfig) -> Option<Problem> {
    let id = &use_case.id;
    if use_case.context.is_none() && built_in().iter().all(|built_in| built_in.id != *id) {
        let hint = "say how many input tokens it has, for example `context = \"32K\"`";
        return Some(Problem::new("", format!("the use case `{id}` has no context"), hint));
    }
    let thresholds = [use_case.max_ttft_s, use_case.min_speed, use_case.max_e2e_s];
    thresholds.iter().all(Option::is_none).then(|| {
        let hint = "give it at least one of `max_ttft_s`, `min_speed` and `max_e2e_s`; those of a built-in use case \
                    are not taken over";
        Problem::new("", format!("the use case `{id}` has no threshold"), hint)
    })
}
