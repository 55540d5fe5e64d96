//! This run against an earlier `report.json`: what moved, and whether it may pass.
//!
//! A figure regressed where it is worse by more than its limit *and* beyond the noise: the 95 % interval of the ratio of
//! the two ([`crate::analysis::ratio`]) leaves out 1. Of a figure whose spread is not known the limit alone decides.
//! A capacity limit that fell is a regression, see [`CapacityMove`].
//!
//! ```
//! # use gristmill::{config::Config, ingest::Memory, pipeline::{Request, run}, results};
//! # let made = |e2e_ms: u64| {
//! #     let records = format!("context_tokens,concurrency,e2e_ms,input_tokens,output_tokens\n1024,1,{e2e_ms},1024,100\n");
//! #     let (records, config) = (Memory::new("records.csv", records), Config::default());
//! #     let made = run(&Request { formats: &["json"], ..Request::new(&[&records], &config) })?;
//! #     results::parse(std::str::from_utf8(&made.value[0].bytes).expect("JSON"), "report.json")
//! # };
//! # let (before, now) = (made(2000)?, made(2500)?);
//! let gate = gristmill::gate::compare(&before, &now, &gristmill::gate::Limits::default())?;
//! assert!(!gate.passed);
//! assert_eq!((gate.moves[0].figure, gate.moves[0].ratio), ("e2e", 1.25));
//! # Ok::<(), gristmill::error::Error>(())
//! ```

mod capacity;
mod conditions;
mod figures;
mod text;

pub use capacity::{CapacityMove, CapacityVerdict};
pub use conditions::Difference;
pub use figures::{FIGURES, Figure};
pub use text::text;

use crate::analysis::ratio::Ratio;
use crate::config::{self, MAX_REGRESS};
use crate::error::{Error, Result};
use crate::metric::Better;
use crate::results::{Cell, LoadLevel, Results};
use serde::Serialize;
use std::collections::BTreeMap;

/// How much worse a figure may be, as a share.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Of figures that have no limit of their own.
    pub all: f64,
    /// Of single figures, by name: those of [`FIGURES`], and `capacity`.
    pub each: BTreeMap<String, f64>,
}

impl Default for Limits {
    /// 5 %, and nothing for capacity limits.
    fn default() -> Self {
        Self { all: MAX_REGRESS, each: BTreeMap::new() }
    }
}

impl Limits {
    /// What is configured; what cannot be read is refused before, see [`crate::config::Config::problems`].
    pub fn configured(gate: &config::Gate) -> Self {
        let each = gate.limits.by_name().into_iter();
        Self {
            all: gate.max_regress.as_deref().and_then(config::percent).unwrap_or(MAX_REGRESS),
            each: each.filter_map(|(name, text)| Some((name.to_owned(), config::percent(text?)?))).collect(),
        }
    }

    /// The same with what was said on a command line: `5%`, or `ttft=10%`.
    ///
    /// Errors: no share in percent, a figure that nobody knows.
    pub fn with(mut self, said: &str) -> Result<Self> {
        let (name, share) = said.split_once('=').map_or((None, said), |(name, share)| (Some(name.trim()), share));
        let share = config::percent(share).ok_or_else(|| {
            Error::new(format!("expected a share in percent, found `{said}`")).hint("write it as `5%` or `ttft=10%`")
        })?;
        match name {
            None => self.all = share,
            Some(name) => {
                let known = FIGURES.iter().map(|figure| figure.name).chain(["capacity"]);
                let known: Vec<&str> = known.collect();
                if !known.contains(&name) {
                    let hint = format!("the figures are {}", known.join(", "));
                    return Err(Error::new(format!("no figure is called `{name}`")).hint(hint));
                }
                self.each.insert(name.to_owned(), share);
            }
        }
        Ok(self)
    }

    /// The limit of a figure.
    pub fn of(&self, name: &str) -> f64 {
        let all = if name == "capacity" { 0.0 } else { self.all };
        self.each.get(name).copied().unwrap_or(all)
    }
}

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Worse beyond its limit and beyond the noise; where the noise is not known, beyond its limit.
    Regressed,
    /// Worse beyond the noise, within its limit.
    Worse,
    /// Better beyond the noise; where the noise is not known, by more than the limit.
    Better,
    /// The data cannot tell the two apart; where the noise is not known, neither better nor worse by more than the limit.
    WithinNoise,
}

/// A cell, as it is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CellName {
    /// `sweep`, or the id of a use case.
    pub scenario: String,
    /// Its context as a reader is told.
    pub context_label: Option<String>,
    /// Its load.
    #[serde(flatten)]
    pub load: LoadLevel,
}

/// A figure of a cell, before and now.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// The cell.
    #[serde(flatten)]
    pub cell: CellName,
    /// Name of the figure, as `[gate.limits]` calls it.
    pub figure: &'static str,
    /// `mean`, or `p50` where one of the two has no mean; absent for what is one number of a cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<&'static str>,
    /// In the baseline, in the figure's unit.
    pub before: f64,
    /// In this run.
    pub now: f64,
    /// Now / before.
    pub ratio: f64,
    /// 95 % interval of the ratio; null where the spread of either is not known.
    pub interval: Option<(f64, f64)>,
    /// How much worse it is, as a share; below 0 where it is better.
    pub worse_by: f64,
    /// How much worse it may be.
    pub limit: f64,
    /// What became of it.
    pub verdict: Verdict,
}

/// A report, as it is named.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// Its title.
    pub title: String,
    /// `YYYY-MM-DD`; null where it is not known.
    pub date: Option<String>,
    /// Version of Gristmill that made it.
    pub gristmill: String,
}

/// What moved between a baseline and this run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gate {
    /// Gristmill's version.
    pub gristmill: &'static str,
    /// Version of this structure; it changes where a key changes its meaning or goes.
    pub schema: u32,
    /// Whether nothing regressed.
    pub passed: bool,
    /// The earlier report.
    pub baseline: Side,
    /// This run.
    pub now: Side,
    /// Conditions that are not alike: figures may differ because of them.
    pub differences: Vec<Difference>,
    /// How many cells both have.
    pub cells: usize,
    /// Every figure that both have: first what regressed, then what is worse, better, and within noise; of each, what moved
    /// most.
    pub moves: Vec<Move>,
    /// Every use case that both have.
    pub capacity: Vec<CapacityMove>,
    /// Cells of the baseline that this run has not.
    pub missing: Vec<CellName>,
    /// Cells of this run that the baseline has not.
    pub new: Vec<CellName>,
    /// Use cases whose limit only the baseline has.
    pub missing_use_cases: Vec<String>,
    /// Figures that the baseline has of a cell and this run has not.
    pub unmeasured: Vec<Unmeasured>,
    /// How many of the figures with an interval would lie on the worse side of noise by chance, were nothing changed.
    pub worse_by_chance: f64,
    /// How many figures are known less well than their limit: their 95 % interval reaches further than that to each side,
    /// so that a move of the limit may be missed, and one beyond it may be chance.
    pub coarse: usize,
}

/// A figure that only the baseline has.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Unmeasured {
    /// The cell.
    #[serde(flatten)]
    pub cell: CellName,
    /// Name of the figure.
    pub figure: &'static str,
}

impl Move {
    /// Whether the interval reaches further to each side than the limit.
    pub fn is_coarse(&self) -> bool {
        let wide = |(low, high): (f64, f64)| libm::log(high / low) / 2.0 > libm::log1p(self.limit);
        self.limit > 0.0 && self.interval.is_some_and(wide)
    }
}

impl Gate {
    /// Figures that became so, worst first.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(move |one| one.verdict == verdict)
    }

    /// Limits that regressed.
    pub fn fallen(&self) -> impl Iterator<Item = &CapacityMove> {
        self.capacity.iter().filter(|one| one.verdict == CapacityVerdict::Regressed)
    }
}

/// Holds a run against an earlier report.
///
/// Errors: the two have no cell in common, or no figure of one.
pub fn compare(before: &Results, now: &Results, limits: &Limits) -> Result<Gate> {
    let matched: Vec<(&Cell, &Cell)> =
        tested(now).filter_map(|cell| Some((counterpart(cell, before)?, cell))).collect();
    if matched.is_empty() {
        return Err(nothing_in_common(before, now));
    }
    let mut moves = Vec::new();
    let mut unmeasured = Vec::new();
    for (old, new) in &matched {
        for figure in FIGURES {
            match figure.ratio(old, new) {
                Some((ratio, pair)) => moves.push(moved(new, figure, ratio, pair, limits)),
                None if figure.is_known(old) && !figure.is_known(new) => {
                    unmeasured.push(Unmeasured { cell: name(new), figure: figure.name });
                }
                None => {}
            }
        }
    }
    if moves.is_empty() {
        let message = "the baseline and this run measured nothing in common";
        return Err(Error::new(message).hint("compare runs whose tools measure the same, or make a new baseline"));
    }
    moves.sort_by(order);
    let capacity = capacity::moves(before, now, limits.of("capacity"));
    let judged = |one: &&Move| one.interval.is_some();
    let regressed = moves.iter().any(|one| one.verdict == Verdict::Regressed)
        || capacity.iter().any(|one| one.verdict == CapacityVerdict::Regressed);
    Ok(Gate {
        gristmill: env!("CARGO_PKG_VERSION"),
        schema: 1,
        passed: !regressed,
        baseline: side(before),
        now: side(now),
        differences: conditions::differences(before, now, &matched),
        cells: matched.len(),
        coarse: moves.iter().filter(|one| one.is_coarse()).count(),
        worse_by_chance: moves.iter().filter(judged).count() as f64 * 0.025,
        moves,
        missing_use_cases: capacity::missing(before, now),
        capacity,
        missing: tested(before).filter(|cell| counterpart(cell, now).is_none()).map(name).collect(),
        new: tested(now).filter(|cell| counterpart(cell, before).is_none()).map(name).collect(),
        unmeasured,
    })
}

/// The cells that test something: not those of warm-up requests alone.
fn tested(results: &Results) -> impl Iterator<Item = &Cell> {
    results.cells.iter().filter(|cell| cell.requests != Some(0))
}

/// The cell of the other report that stands for the same.
fn counterpart<'r>(cell: &Cell, other: &'r Results) -> Option<&'r Cell> {
    tested(other).find(|one| one.scenario == cell.scenario && one.load == cell.load && same_context(one, cell))
}

/// Contexts are the same where their labels are. That of mixed lengths is a mean, which moves a little from run to run.
fn same_context(a: &Cell, b: &Cell) -> bool {
    let mixed = |cell: &Cell| cell.context_label.as_deref().is_some_and(|label| label.ends_with(", mixed"));
    let near = |a: u64, b: u64| a.abs_diff(b) as f64 <= 0.05 * a.max(b) as f64;
    a.context_label == b.context_label
        || (mixed(a) && mixed(b) && a.context_tokens.zip(b.context_tokens).is_some_and(|(a, b)| near(a, b)))
}

fn moved(cell: &Cell, figure: &'static Figure, ratio: Ratio, (before, now): (f64, f64), limits: &Limits) -> Move {
    let worse_by = match figure.better {
        Better::Lower => ratio.value - 1.0,
        Better::Higher => 1.0 - ratio.value,
    };
    let limit = limits.of(figure.name);
    let verdict = match ratio.holds_one() {
        Some(true) => Verdict::WithinNoise,
        _ if worse_by > limit => Verdict::Regressed,
        Some(false) if worse_by > 0.0 => Verdict::Worse,
        Some(false) => Verdict::Better,
        None if -worse_by > limit => Verdict::Better,
        None => Verdict::WithinNoise,
    };
    let Ratio { value: ratio, interval } = ratio;
    let statistic = figure.statistic_of(cell, now);
    Move { cell: name(cell), figure: figure.name, statistic, before, now, ratio, interval, worse_by, limit, verdict }
}

/// By verdict, then by how many times as good or bad it is: a time that doubled moved as much as a speed that halved. What
/// differs by a rounding keeps its order.
fn order(a: &Move, b: &Move) -> std::cmp::Ordering {
    let moved = |one: &Move| match one.ratio {
        0.0 => i64::MAX,
        ratio => (libm::log(ratio).abs() * 1e6).round() as i64,
    };
    a.verdict.cmp(&b.verdict).then(moved(b).cmp(&moved(a)))
}

fn name(cell: &Cell) -> CellName {
    CellName { scenario: cell.scenario.clone(), context_label: cell.context_label.clone(), load: cell.load }
}

fn side(results: &Results) -> Side {
    Side { title: results.run.title.clone(), date: results.run.date.clone(), gristmill: results.gristmill.clone() }
}

fn nothing_in_common(before: &Results, now: &Results) -> Error {
    let cells = |results: &Results| {
        const NAMED: usize = 6;
        let names: Vec<String> = tested(results).map(|cell| text::cell(&name(cell))).collect();
        match names.len() {
            0 => "none".to_owned(),
            n if n <= NAMED => names.join(", "),
            n => format!("{} and {} more", names[..NAMED].join(", "), n - NAMED),
        }
    };
    let message = format!(
        "no cell of the baseline is one of this run: the baseline has {}, the run has {}",
        cells(before),
        cells(now)
    );
    Error::new(message).hint("compare runs of the same contexts and loads, or make a new baseline")
}
