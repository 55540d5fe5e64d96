//! Workloads with thresholds: the built-in ones and those of `gristmill.toml`.

use crate::config::{Config, UseCaseConfig};
use crate::context::{self, Context};
use crate::error::{Error, Result};

/// A workload with thresholds.
#[derive(Debug, Clone, PartialEq)]
pub struct UseCase {
    /// Stable id; the scenario of its own cells.
    pub id: String,
    /// As the report calls it.
    pub name: String,
    /// Input tokens.
    pub context: Context,
    /// Output tokens of a request; where none, all of the sweep's cells at its context are its levels.
    pub output_tokens: Option<u64>,
    /// TTFT must not exceed it, seconds.
    pub max_ttft_s: Option<f64>,
    /// Generation speed must not fall below it, tok/s per user.
    pub min_speed: Option<f64>,
    /// E2E must not exceed it, seconds.
    pub max_e2e_s: Option<f64>,
    /// What the workload is, where the configuration says.
    pub description: Option<String>,
}

/// A use case that needs no configuration.
struct BuiltIn {
    id: &'static str,
    name: &'static str,
    context: u64,
    output_tokens: u64,
    max_ttft_s: Option<f64>,
    min_speed: Option<f64>,
    max_e2e_s: Option<f64>,
}

const BUILT_IN: [BuiltIn; 5] = [
    BuiltIn {
        id: "code-completion",
        name: "Code Completion",
        context: 1 << 10,
        output_tokens: 128,
        max_ttft_s: None,
        min_speed: None,
        max_e2e_s: Some(2.0),
    },
    BuiltIn {
        id: "short-form-chatbot",
        name: "Short-form Chatbot",
        context: 8 << 10,
        output_tokens: 1024,
        max_ttft_s: Some(10.0),
        min_speed: Some(10.0),
        max_e2e_s: None,
    },
    BuiltIn {
        id: "general-chatbot",
        name: "General Chatbot",
        context: 32 << 10,
        output_tokens: 1024,
        max_ttft_s: Some(8.0),
        min_speed: Some(15.0),
        max_e2e_s: None,
    },
    BuiltIn {
        id: "long-document-processing",
        name: "Long Document Processing",
        context: 64 << 10,
        output_tokens: 1024,
        max_ttft_s: Some(12.0),
        min_speed: Some(15.0),
        max_e2e_s: None,
    },
    BuiltIn {
        id: "automated-coding-assistant",
        name: "Automated Coding Assistant",
        context: 96 << 10,
        output_tokens: 1024,
        max_ttft_s: Some(12.0),
        min_speed: Some(20.0),
        max_e2e_s: None,
    },
];

impl From<&BuiltIn> for UseCase {
    fn from(built_in: &BuiltIn) -> Self {
        Self {
            id: built_in.id.to_owned(),
            name: built_in.name.to_owned(),
            context: Context::nominal(built_in.context),
            output_tokens: Some(built_in.output_tokens),
            max_ttft_s: built_in.max_ttft_s,
            min_speed: built_in.min_speed,
            max_e2e_s: built_in.max_e2e_s,
            description: None,
        }
    }
}

/// The built-in use cases with those of the configuration in their place or after them.
///
/// One that replaces a built-in use case keeps its name and context where it gives none, and none of its thresholds.
///
/// Errors: a use case without id or threshold, an unreadable or missing context, a threshold that is not above 0, two
/// of one id.
pub fn use_cases(config: &Config) -> Result<Vec<UseCase>> {
    let mut use_cases: Vec<_> = BUILT_IN.iter().map(UseCase::from).collect();
    for (nth, configured) in config.use_case.iter().enumerate() {
        if config.use_case[..nth].iter().any(|earlier| earlier.id == configured.id) {
            return Err(error(configured, format!("the use case `{}` stands here a second time", configured.id))
                .hint("merge the two, or give one of them another id"));
        }
        let place = use_cases.iter().position(|use_case| use_case.id == configured.id);
        let use_case = use_case(configured, place.map(|place| &use_cases[place]))?;
        match place {
            Some(place) => use_cases[place] = use_case,
            None => use_cases.push(use_case),
        }
    }
    Ok(use_cases)
}

/// A configured use case, in the place of a built-in one or beside them.
fn use_case(configured: &UseCaseConfig, built_in: Option<&UseCase>) -> Result<UseCase> {
    if let Some(problem) = configured.problems().into_iter().next() {
        let mut error = error(configured, format!("`{}`: {}", problem.key, problem.message));
        error.hint = Some(problem.hint);
        return Err(error);
    }
    let context = match (&configured.context, built_in) {
        (Some(text), _) => context::parse(text).map(Context::nominal),
        (None, built_in) => built_in.map(|built_in| built_in.context.clone()),
    };
    let context = context.ok_or_else(|| {
        error(configured, format!("the use case `{}` has no context", configured.id))
            .hint("say how many input tokens it has, for example `context = \"32K\"`")
    })?;
    if configured.max_ttft_s.or(configured.min_speed).or(configured.max_e2e_s).is_none() {
        return Err(error(configured, format!("the use case `{}` has no threshold", configured.id)).hint(
            "give it at least one of `max_ttft_s`, `min_speed` and `max_e2e_s`; those of a built-in use case are not \
             taken over",
        ));
    }
    Ok(UseCase {
        id: configured.id.clone(),
        name: configured
            .name
            .clone()
            .or_else(|| built_in.map(|built_in| built_in.name.clone()))
            .unwrap_or_else(|| configured.id.clone()),
        context,
        output_tokens: configured.output_tokens,
        max_ttft_s: configured.max_ttft_s,
        min_speed: configured.min_speed,
        max_e2e_s: configured.max_e2e_s,
        description: configured.description.clone(),
    })
}

fn error(configured: &UseCaseConfig, message: String) -> Error {
    Error { place: configured.place.clone(), message, hint: None }
}
