//! What the files of a run do not say themselves, or say wrongly: `[[file]]`.

use super::{Config, Problem};
use crate::context;
use crate::limits::is_rate;
use crate::record::Load;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

/// `[[file]]`: what holds for every file whose name matches. Of several that match, the last one that says something counts.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["match"]))]
pub struct FileRule {
    /// Name of the file below the run's folder, with `*` for any text and `?` for one character: `*conc8*.json`.
    #[serde(rename = "match")]
    pub matches: String,
    /// Requests held in flight.
    #[schemars(range(min = 1))]
    pub concurrency: Option<u64>,
    /// Requests sent per second.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub request_rate: Option<f64>,
    /// Input tokens that requests were built to have: `"32K"`.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub context: Option<String>,
    /// Output tokens that requests asked for.
    #[schemars(range(min = 1))]
    pub output_tokens: Option<u64>,
    /// `sweep`, or the id of a use case.
    pub scenario: Option<String>,
    /// Which repeat of its level it is.
    #[schemars(extend("type" = ["string", "integer", "null"]))]
    pub run: Option<String>,
    /// True: it is no part of the run.
    pub ignore: Option<bool>,
}

impl FileRule {
    /// The load it names.
    pub fn load(&self) -> Option<Load> {
        self.concurrency.map(Load::Concurrency).or(self.request_rate.map(Load::RequestRate))
    }

    /// Whether it says anything that records may say of themselves.
    pub fn overrules_records(&self) -> bool {
        self.load().is_some() || self.context.is_some() || self.scenario.is_some() || self.run.is_some()
    }

    /// The context it names, in tokens.
    pub fn context_tokens(&self) -> Option<u64> {
        self.context.as_deref().and_then(context::parse)
    }
}

impl Config {
    /// What is configured for a file, whatever its entries say together; `name` is its name below the run's folder.
    pub fn file_rule(&self, name: &str) -> FileRule {
        let mut all = FileRule { matches: name.to_owned(), ..FileRule::default() };
        for rule in self.file.iter().filter(|rule| WildMatch::new(&rule.matches).matches(name)) {
            let FileRule { matches: _, concurrency, request_rate, context, output_tokens, scenario, run, ignore } =
                rule.clone();
            if concurrency.or(request_rate.map(|_| 0)).is_some() {
                (all.concurrency, all.request_rate) = (concurrency, request_rate);
            }
            all.context = context.or(all.context);
            all.output_tokens = output_tokens.or(all.output_tokens);
            all.scenario = scenario.or(all.scenario);
            all.run = run.or(all.run);
            all.ignore = ignore.or(all.ignore);
        }
        all
    }
}

pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let of = |(nth, rule): (usize, &FileRule)| {
        let table = format!("file[{nth}]");
        problem(rule).map(|problem| problem.below(&table))
    };
    config.file.iter().enumerate().filter_map(of).collect()
}

fn problem(rule: &FileRule) -> Option<Problem> {
    if rule.matches.trim().is_empty() {
        let hint = "name the files below the run's folder, for example `match = \"*conc8*.json\"`";
        return Some(Problem::new("match", "expected the name of a file, with `*` for any text; found nothing", hint));
    }
    if rule.concurrency.is_some() && rule.request_rate.is_some() {
        let hint = "say what the load generator held constant";
        return Some(Problem::new("request_rate", "a file has a concurrency or a request rate, not both", hint));
    }
    let zero = [("concurrency", rule.concurrency), ("output_tokens", rule.output_tokens)];
    if let Some((key, _)) = zero.into_iter().find(|(_, value)| *value == Some(0)) {
        return Some(Problem::new(key, "expected at least 1, found 0", "leave the key out where it is not known"));
    }
    if let Some(rate) = rule.request_rate.filter(|rate| !is_rate(*rate)) {
        let message =
            format!("expected more than 0 requests per second, and one in ten years at least, found {rate:?}");
        return Some(Problem::new("request_rate", message, "leave the key out where it is not known"));
    }
    let context = rule.context.as_deref().filter(|_| rule.context_tokens().is_none())?;
    let message = format!("expected a number of input tokens, found `{context}`");
    Some(Problem::new("context", message, "write it as `\"32K\"`, `\"1M\"` or `\"1000\"`"))
}

#[cfg(test)]
mod tests {
    use crate::config::parse;

    #[test]
    fn of_several_entries_the_last_that_says_something_counts() {
        let text = r#"
            [[file]]
            match = "*.json"
            concurrency = 4
            context = 8192
            run = 2
            [[file]]
            match = "slow/c?.json"
            request_rate = 0.5
        "#;
        let config = parse(text, "gristmill.toml").unwrap();
        let rule = config.file_rule("slow/c1.json");
        assert_eq!((rule.concurrency, rule.request_rate, rule.context_tokens()), (None, Some(0.5), Some(8192)));
        assert_eq!(rule.run.as_deref(), Some("2"));
        assert_eq!(config.file_rule("a.json").concurrency, Some(4));
        assert_eq!(config.file_rule("a.csv").concurrency, None);
    }

    #[test]
    fn an_entry_that_cannot_stand_is_named_with_its_place() {
        let error = |entry: &str| parse(&format!("[[file]]\n{entry}"), "gristmill.toml").unwrap_err().to_string();
        let table = [
            ("concurrency = 4", "gristmill.toml:1:1: `file[0].match`: expected the name of a file"),
            (
                "match = \"a\"\nconcurrency = 4\nrequest_rate = 1.0",
                "gristmill.toml:4:16: `file[0].request_rate`: a file has",
            ),
            ("match = \"a\"\nconcurrency = 0", "gristmill.toml:3:15: `file[0].concurrency`: expected at least 1"),
            ("match = \"a\"\nrequest_rate = 0.0", "gristmill.toml:3:16: `file[0].request_rate`: expected more than 0"),
            ("match = \"a\"\ncontext = \"much\"", "gristmill.toml:3:11: `file[0].context`: expected a number"),
            ("match = \"a\"\nconcurency = 1", "gristmill.toml:3:1: `file[0].concurency`: nobody knows"),
        ];
        for (entry, expected) in table {
            let error = error(entry);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
