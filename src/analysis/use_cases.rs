//! Workloads with thresholds: the built-in ones and those of `gristmill.toml`.

use crate::config::{self, Config, Problem, UseCaseConfig};
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

/// The built-in use cases with those of the configuration in their place or after them.
///
/// One that replaces a built-in use case keeps its name and context where it gives none, and none of its thresholds.
///
/// Errors: a use case without id or threshold, an unreadable or missing context, a threshold that is not above 0, two
/// of one id. [`config::parse`] has found these already, with their lines.
pub fn use_cases(config: &Config) -> Result<Vec<UseCase>> {
    let of_use_case = |problem: &Problem| problem.path.starts_with("use_case");
    if let Some(problem) = config.problems().into_iter().find(of_use_case) {
        return Err(Error::new(format!("`{}`: {}", problem.path, problem.message)).hint(problem.hint));
    }
    let mut all = config::built_in().to_vec();
    for configured in &config.use_case {
        match all.iter_mut().find(|built_in| built_in.id == configured.id) {
            Some(built_in) => {
                *built_in = UseCaseConfig {
                    name: configured.name.clone().or(built_in.name.take()),
                    context: configured.context.clone().or(built_in.context.take()),
                    ..configured.clone()
                }
            }
            None => all.push(configured.clone()),
        }
    }
    all.into_iter().map(UseCase::try_from).collect()
}

impl TryFrom<UseCaseConfig> for UseCase {
    type Error = Error;

    fn try_from(configured: UseCaseConfig) -> Result<Self> {
        let context = configured.context.as_deref().and_then(context::parse);
        let context = context.ok_or_else(|| Error::new(format!("the use case `{}` has no context", configured.id)))?;
        Ok(Self {
            name: configured.name.unwrap_or_else(|| configured.id.clone()),
            id: configured.id,
            context: Context::nominal(context),
            output_tokens: configured.output_tokens,
            max_ttft_s: configured.max_ttft_s,
            min_speed: configured.min_speed,
            max_e2e_s: configured.max_e2e_s,
            description: configured.description,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let config = config::parse(text, "gristmill.toml").expect("a configuration");
        let told = |use_case: &UseCase| {
            format!(
                "{} ({}) {} {:?}: {:?} {:?} {:?}",
                use_case.id,
                use_case.name,
                use_case.context.label,
                use_case.output_tokens,
                use_case.max_ttft_s,
                use_case.min_speed,
                use_case.max_e2e_s
            )
        };
        use_cases(&config).expect("use cases").iter().map(told).collect()
    }

    #[test]
    fn five_use_cases_need_no_configuration() {
        assert_eq!(
            told(""),
            [
                "code-completion (Code Completion) 1K Some(128): None None Some(2.0)",
                "short-form-chatbot (Short-form Chatbot) 8K Some(1024): Some(10.0) Some(10.0) None",
                "general-chatbot (General Chatbot) 32K Some(1024): Some(8.0) Some(15.0) None",
                "long-document-processing (Long Document Processing) 64K Some(1024): Some(12.0) Some(15.0) None",
                "automated-coding-assistant (Automated Coding Assistant) 96K Some(1024): Some(12.0) Some(20.0) None",
            ]
        );
    }

    #[test]
    fn a_configured_one_takes_the_place_of_the_built_in_one_or_stands_after_them() {
        let told = told(
            "[[use_case]]\nid = \"agents\"\ncontext = 1000\nmin_speed = 30\n\
             [[use_case]]\nid = \"general-chatbot\"\nmax_e2e_s = 2\n",
        );
        assert_eq!(told.len(), 6);
        assert_eq!(
            told[2], "general-chatbot (General Chatbot) 32K None: None None Some(2.0)",
            "no threshold taken over"
        );
        assert_eq!(told[5], "agents (agents) 1K None: None Some(30.0) None");
    }

    #[test]
    fn a_configuration_made_in_code_is_checked_too() {
        let use_case = vec![UseCaseConfig { id: "agents".into(), min_speed: Some(30.0), ..UseCaseConfig::default() }];
        let error = use_cases(&Config { use_case, ..Config::default() }).expect_err("no context");
        assert_eq!(
            error.to_string(),
            "`use_case[0]`: the use case `agents` has no context\nhint: say how many input tokens it has, for example \
             `context = \"32K\"`"
        );
    }
}
