//! Several deployments side by side: how far their tests are alike, how their figures relate, and who carries more.
//!
//! The first deployment is the base of every ratio. Everything here names deployments by their place in the list that was
//! given, so that two of one name are never mixed up.

mod conditions;
mod matched;
mod measures;
mod slice;
mod standing;

pub use conditions::{Agreement, Area, Condition, conditions};
pub use matched::{Matched, Tally, tally};
pub use measures::{MEASURES, Measure, SERVED};
pub use slice::{Asked, Slice};
pub use standing::{Outcome, Standing};

use super::Analysis;
use crate::config::Config;
use crate::error::Result;

/// Fewest deployments that can be compared.
pub const FEWEST: usize = 2;

/// Most deployments that are compared: a chart has no more lines that can be told apart.
pub const MOST: usize = 8;

/// A deployment, as a comparison sees it.
#[derive(Debug, Clone, Copy)]
pub struct Deployment<'d> {
    /// Its numbers.
    pub analysis: &'d Analysis,
    /// What is known of it and of its test.
    pub config: &'d Config,
    /// Day of the test, `YYYY-MM-DD`.
    pub date: Option<&'d str>,
}

/// What comes out of putting deployments side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Where charts of one line per deployment stand.
    pub slice: Slice,
    /// What was configured and how it was tested, an entry per property that some deployment has a value of.
    pub conditions: Vec<Condition>,
    /// Every cell that some deployment has, in the order of their keys.
    pub cells: Vec<Matched>,
    /// One per use case that some deployment was tested for, in the order in which they are first met.
    pub use_cases: Vec<Standing>,
}

impl Comparison {
    /// Conditions of the test that make figures unlike where they differ: those that differ, and those that are not
    /// known of every deployment.
    pub fn unlike(&self) -> impl Iterator<Item = &Condition> {
        self.conditions
            .iter()
            .filter(|condition| condition.area == Area::Test && condition.agreement != Agreement::Same)
    }

    /// Whether some condition of the test is known to differ.
    pub fn differs(&self) -> bool {
        self.unlike().any(|condition| condition.agreement == Agreement::Differ)
    }
}

/// Compares deployments, at least [`FEWEST`] of them; `asked` says where their charts are to stand.
///
/// Errors: a context or a load that none of them was tested with.
pub fn compare(deployments: &[Deployment], asked: &Asked) -> Result<Comparison> {
    Ok(Comparison {
        slice: slice::slice(deployments, asked)?,
        conditions: conditions::conditions(deployments),
        cells: matched::matched(deployments),
        use_cases: standing::standings(deployments),
    })
}

#[cfg(test)]
mod tests;
