//! Capacity limits: the largest load at which a use case's thresholds hold.
//!
//! [`judge`] picks the levels of a use case (`levels`), reads a limit off each of its conditions (`limit`) and keeps
//! the smallest; `columns` prepares the table beside it.

mod columns;
mod interval;
mod levels;
mod limit;
mod shown;
mod steps;
mod threshold;

#[cfg(test)]
mod tests;

use super::use_cases::UseCase;
use crate::cell::{Cell, Statistic};
use crate::config::{Config, Rule};
use crate::error::{Warned, Warning};
use crate::metric::{METRIC_COUNT, MetricId};
use crate::record::Load;
pub(super) use interval::{RUNS, standard_error};
use limit::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use shown::Shown;
use steps::Steps;
use threshold::Threshold;

/// A threshold of a use case, or the share of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Failures above `max_failure_rate`, and at least 2.
    Success,
    /// TTFT above its maximum.
    Ttft,
    /// E2E above its maximum.
    E2e,
    /// Generation speed below its minimum.
    GenerationSpeed,
}

/// How a limit came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A level that was tested.
    Tested,
    /// Read off the line between two tested levels.
    Estimated,
    /// Every tested level passes: the limit lies at or above the largest.
    Open,
    /// The smallest tested level already fails.
    Unmet,
    /// No level could be judged.
    NotJudged,
}

/// What a use case can carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// The workload and its thresholds.
    pub use_case: UseCase,
    /// Statistic that was held against the thresholds; the median where it stands in for the mean of any of them.
    pub statistic: Statistic,
    /// The same per metric: a source may have a mean of one and only a median of another.
    pub statistics: [Statistic; METRIC_COUNT],
    /// What generation speed is computed from where that is not each request: `from mean TPOT`.
    pub speed_basis: Option<&'static str>,
    /// The levels that were judged, ascending by load.
    pub levels: Vec<Level>,
    /// Levels that could not be judged, with the condition whose statistic is unknown.
    pub unjudged: Vec<(Load, Condition)>,
    /// The verdict under the configured rule.
    pub limit: Limit,
    /// The largest level that stays within every threshold; none where there is none.
    pub within: Option<Bound>,
    /// The condition that set the limit; none where it is open or not judged.
    pub binding: Option<Condition>,
    /// Largest passing and smallest failing level of the binding condition: [N, –] where open, [–, N] where unmet.
    pub bracket: (Option<f64>, Option<f64>),
    /// Where the straight line crosses the threshold of the binding condition.
    pub crossing: Option<f64>,
    /// 95 % interval of the crossing, clamped to the bracket.
    pub crossing_interval: Option<(f64, f64)>,
    /// Smallest level, limit, largest level, each once, ascending.
    pub columns: Vec<Column>,
    /// Levels that pass although a smaller one fails, ascending.
    pub passing_above: Vec<Load>,
}

/// What became of a use case.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // made once per use case
pub enum Outcome {
    /// No cell belongs to it.
    NotTested,
    /// It has cells; its limit may still be [`Kind::NotJudged`].
    Judged(Capacity),
}

/// One level of a use case: a cell, as its conditions see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its load.
    pub load: Load,
    /// Scenario of the cell it was read from.
    pub scenario: String,
    /// The chosen statistic of TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// The chosen statistic of E2E, seconds.
    pub e2e_s: Option<f64>,
    /// The chosen statistic of generation speed, tok/s.
    pub generation_speed_tok_s: Option<f64>,
    /// Standard errors of these, where they are means, by metric; none where n or the spread is unknown.
    pub standard_errors: [Option<f64>; METRIC_COUNT],
    /// Requests and failures; none where the source does not say.
    pub requests: Option<u64>,
    /// Failures among them; none where the source does not say.
    pub failed: Option<u64>,
    /// Conditions that fail here.
    pub exceeded: Vec<Condition>,
}

/// The limit of a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// How it came about.
    pub kind: Kind,
    /// The number; none where unmet or not judged. For an open limit the largest level.
    pub level: Option<f64>,
    /// As printed: `6`, `~39`, `10+`, `<1`, `not judged`.
    pub text: String,
}

/// The largest level within every threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The number.
    pub level: f64,
    /// Whether it was read off a line rather than tested.
    pub estimated: bool,
    /// As printed: `6` or `~38`.
    pub text: String,
    /// The condition that keeps it from being larger; none where every level passes.
    pub binding: Option<Condition>,
}

/// A column of a use case's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The level.
    pub level: f64,
    /// Whether its values are read off straight lines between tested levels.
    pub estimated: bool,
    /// The chosen statistic of TTFT, seconds.
    pub ttft_s: Option<f64>,
    /// The chosen statistic of E2E, seconds.
    pub e2e_s: Option<f64>,
    /// The chosen statistic of generation speed, tok/s.
    pub generation_speed_tok_s: Option<f64>,
    /// Thresholds that the values miss.
    pub exceeded: Vec<Condition>,
}

/// Finds the limit of a use case: in requests in flight where any such level was tested, else in requests per second.
///
/// `central` says for each metric whether the run has means or only medians of it, see [`super::Analysis::central`].
/// Warns of cells that are left out, of levels that cannot be judged, and of levels that pass above one that fails.
pub fn judge(
    cells: &[Cell],
    use_case: &UseCase,
    config: &Config,
    central: &[Statistic; METRIC_COUNT],
) -> Warned<Outcome> {
    let mut warnings = Vec::new();
    let (main, _) = levels::kinds_of_load(levels::candidates(cells, use_case, config, &mut warnings));
    if main.is_empty() {
        return Warned { value: Outcome::NotTested, warnings };
    }
    let capacity = of_levels(main, use_case, config, central).take(&mut warnings);
    Warned { value: Outcome::Judged(capacity), warnings }
}

/// The limit in requests per second of a use case whose limit is one of requests in flight; none where it was not tested
/// with both. Warns as [`judge`] does, but not again of cells that are no levels of it.
pub fn judge_rates(
    cells: &[Cell],
    use_case: &UseCase,
    config: &Config,
    central: &[Statistic; METRIC_COUNT],
) -> Warned<Option<Capacity>> {
    let mut said_by_judge = Vec::new();
    let (_, rates) = levels::kinds_of_load(levels::candidates(cells, use_case, config, &mut said_by_judge));
    if rates.is_empty() {
        return Warned::clean(None);
    }
    let Warned { value, warnings } = of_levels(rates, use_case, config, central);
    Warned { value: Some(value), warnings }
}

/// Judges levels of one kind of load.
fn of_levels(
    candidates: Vec<&Cell>,
    use_case: &UseCase,
    config: &Config,
    central: &[Statistic; METRIC_COUNT],
) -> Warned<Capacity> {
    let mut warnings = Vec::new();
    let thresholds = threshold::thresholds(use_case);
    let statistics = statistics(config.capacity.statistic, central);
    let speed_basis = super::speed_basis(candidates.iter().copied(), statistics[MetricId::GenerationSpeed as usize]);
    let mut unjudged = Vec::new();
    let mut levels = Vec::new();
    for cell in candidates {
        match Level::of(cell, &thresholds, &statistics, config.capacity.max_failure_rate) {
            Ok(level) => levels.push(level),
            Err(threshold) => unjudged.push((cell, threshold)),
        }
    }
    warnings.extend(levels::cannot_judge(&unjudged, &thresholds, &statistics, use_case));
    let standing_in = |t: &Threshold| (statistics[t.metric as usize] == Statistic::P50).then_some(Statistic::P50);
    let mut capacity = Capacity {
        use_case: use_case.clone(),
        statistic: thresholds.iter().find_map(standing_in).unwrap_or(config.capacity.statistic),
        statistics,
        speed_basis,
        levels: Vec::new(),
        unjudged: unjudged.iter().map(|(cell, threshold)| (cell.key.load, threshold.condition)).collect(),
        limit: Limit { kind: Kind::NotJudged, level: None, text: "not judged".to_owned() },
        within: None,
        binding: None,
        bracket: (None, None),
        crossing: None,
        crossing_interval: None,
        columns: Vec::new(),
        passing_above: Vec::new(),
    };
    if let (Some(first), Some(last)) = (levels.first(), levels.last()) {
        let ends = (first.load.level(), last.load.level());
        let steps = Steps::of(first.load);
        capacity.decide(limit::verdicts(&thresholds, &levels, steps, config.capacity.near), ends, config);
        capacity.levels = levels;
        capacity.columns = columns::columns(&capacity.levels, &capacity.limit, &thresholds);
        capacity.passing_above = passing_above(&capacity.levels);
        warnings.extend(warn_of_passing_above(&capacity));
    }
    Warned { value: capacity, warnings }
}

impl Capacity {
    /// Keeps the smallest limit over the conditions and the smallest level within, each with what it rests on.
    fn decide(&mut self, verdicts: Vec<Verdict>, (smallest, largest): (f64, f64), config: &Config) {
        let Some(crossing) = verdicts.iter().min_by(|a, b| a.limit_order(b)) else { return };
        let Some(within) = verdicts.iter().min_by(|a, b| a.within_order(b)) else { return };
        self.within = within.within.map(|level| Bound {
            level,
            estimated: within.is_estimated(level),
            text: limit::text(level, within.is_estimated(level)),
            binding: (within.kind != Kind::Open).then_some(within.condition),
        });
        let (binding, level) = match config.capacity.rule {
            Rule::Crossing => (crossing, crossing.level),
            Rule::Within => (within, within.within),
        };
        self.limit = match level {
            _ if binding.kind == Kind::Open => {
                Limit { kind: Kind::Open, level: Some(largest), text: format!("{}+", limit::text(largest, false)) }
            }
            Some(level) => {
                let estimated = binding.is_estimated(level);
                let kind = if estimated { Kind::Estimated } else { Kind::Tested };
                Limit { kind, level: Some(level), text: limit::text(level, estimated) }
            }
            None => Limit { kind: Kind::Unmet, level: None, text: format!("<{}", limit::text(smallest, false)) },
        };
        self.binding = (binding.kind != Kind::Open).then_some(binding.condition);
        self.bracket = binding.bracket;
        self.crossing = binding.crossing;
        self.crossing_interval = binding.crossing_interval;
    }
}

/// The statistic of each metric: the configured one, with the median in place of a mean that the run does not have.
fn statistics(configured: Statistic, central: &[Statistic; METRIC_COUNT]) -> [Statistic; METRIC_COUNT] {
    match configured {
        Statistic::Mean => *central,
        percentile => [percentile; METRIC_COUNT],
    }
}

/// Levels that pass although a smaller one fails.
fn passing_above(levels: &[Level]) -> Vec<Load> {
    let after_first_failure = levels.iter().skip_while(|level| level.exceeded.is_empty());
    after_first_failure.filter(|level| level.exceeded.is_empty()).map(|level| level.load).collect()
}

fn warn_of_passing_above(capacity: &Capacity) -> Option<Warning> {
    let failing = capacity.levels.iter().find(|level| !level.exceeded.is_empty())?;
    let passing: Vec<_> = capacity.passing_above.iter().map(|load| crate::format::level(*load)).collect();
    (!passing.is_empty()).then(|| {
        Warning::new(format!(
            "use case `{}`: {} is within every threshold at {} although it is not at {}; the limit rests on the first \
             level that fails",
            capacity.use_case.id,
            if passing.len() == 1 { "the level" } else { "each of the levels" },
            passing.join(", "),
            crate::format::load(failing.load),
        ))
    })
}
