//! `[limits]`: how much of a run is taken in, where more can be meant.

use super::{Config, Problem};
use crate::limits::{HIGHEST_MOST_CELLS, HIGHEST_MOST_FILES, MOST_CELLS, MOST_FILES};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[limits]`: how much of a run is taken in; [limits.md](limits.md) has all limits, and why no others are here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Limits {
    /// Files of a run.
    #[schemars(range(min = 1, max = HIGHEST_MOST_FILES))]
    pub files: usize,
    /// Cells of a run.
    #[schemars(range(min = 1, max = HIGHEST_MOST_CELLS))]
    pub cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: MOST_FILES, cells: MOST_CELLS }
    }
}

pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let Limits { files, cells } = config.limits;
    let all = [("limits.files", files, HIGHEST_MOST_FILES), ("limits.cells", cells, HIGHEST_MOST_CELLS)];
    let bad = all.into_iter().filter(|(_, value, most)| !(1..=*most).contains(value));
    bad.map(|(path, value, most)| {
        let message = format!("expected a number from 1 to {most}, found {value}");
        Problem::new(path, message, "make several runs of what is more; docs/limits.md says why")
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn a_limit_may_be_raised_as_far_as_is_safe() {
        let found = parse("[limits]\nfiles = 50000\ncells = 10000", "gristmill.toml").expect("stands");
        assert_eq!(found.limits, Limits { files: HIGHEST_MOST_FILES, cells: HIGHEST_MOST_CELLS });
        for (key, value) in [("files", 50_001), ("files", 0), ("cells", 10_001), ("cells", 0)] {
            let error =
                parse(&format!("[limits]\n{key} = {value}"), "gristmill.toml").expect_err("refused").to_string();
            let expected = format!("gristmill.toml:2:9: `limits.{key}`: expected a number from 1 to");
            assert!(error.starts_with(&expected), "{error}");
        }
        let misspelt = parse("[limits]\nfile = 9", "gristmill.toml").expect_err("refused").to_string();
        assert!(misspelt.contains("nobody knows this key\nhint: ") && misspelt.contains("files"), "{misspelt}");
    }
}
