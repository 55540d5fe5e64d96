//! `compare.json`: every figure of a comparison at full precision. Unknown is `null`, never 0.
//!
//! | key | holds |
//! |---|---|
//! | `gristmill`, `schema` | version of the program, version of this shape |
//! | `deployments` | each with its `name` and the keys of its own `report.json` from `run` to `configuration`, and its `warnings` |
//! | `slice` | context and load at which the charts stand |
//! | `conditions` | a property each: `area`, `key`, `title`, `agreement` (`same`, `differ`, `unknown`), `values` by deployment |
//! | `cells` | every cell that some deployment has: its place, whether it is `shared` by all, and by deployment which of its `cells` it is, its throughput per GPU and, for all but the first, the `ratios` to the first |
//! | `use_cases` | by use case the `outcome` (`winner`, `tie`, `undecided`, `none_meets_it`, `unlike`, `alone`), the `leaders`, and the limit of each deployment |
//! | `files`, `warnings` | what was written together, and warnings that are no single deployment's |
//!
//! Lists by deployment have the order of `deployments`; a deployment elsewhere is named by its place there, from 0. A ratio is
//! the figure of the deployment over that of the first: `ratio`, `low` and `high` of its 95 % interval, whether that
//! `holds_one`, and whether the ratio is `better` for the deployment.

use super::figures;
use crate::analysis::Analysis;
use crate::analysis::capacity as found;
use crate::analysis::compare::{Agreement, Area, Comparison, MEASURES, Matched, Outcome, Standing};
use crate::analysis::ratio::Ratio;
use crate::config::Config;
use crate::error::{Error, Result, Warning};
use crate::ingest::{Ingested, Source};
use crate::report::Cover;
use crate::results::{self, LoadKind, LoadLevel, Results, SCHEMA};
use serde::Serialize;
use std::collections::BTreeMap;

/// A deployment of a comparison.
pub struct Deployment<'d> {
    /// What it is called.
    pub name: &'d str,
    /// The cover that a report of it would have.
    pub cover: &'d Cover,
    /// Its numbers.
    pub analysis: &'d Analysis,
    /// Where they came from.
    pub ingested: &'d Ingested,
    /// What was configured for it.
    pub config: &'d Config,
    /// Its warnings.
    pub warnings: &'d [Warning],
}

/// The file. `files` are the paths below OUT that are written together with it, itself among them.
pub fn compare_json(
    deployments: &[Deployment],
    comparison: &Comparison,
    warnings: &[Warning],
    files: &[String],
) -> Result<Vec<u8>> {
    let slice = &comparison.slice;
    let found: Vec<Results> =
        deployments.iter().map(|one| figures(one.cover, one.analysis, one.ingested, one.config)).collect();
    let whole = Whole {
        gristmill: env!("CARGO_PKG_VERSION"),
        schema: SCHEMA,
        deployments: deployments.iter().zip(&found).map(|(one, found)| Named::new(one, found)).collect(),
        slice: Slice {
            context_tokens: slice.context.as_ref().map(|context| context.tokens),
            context_label: slice.context.as_ref().map(|context| context.label.as_str()),
            load: slice.load.map(LoadLevel::from).unwrap_or_default(),
        },
        conditions: comparison
            .conditions
            .iter()
            .map(|one| Condition {
                area: one.area,
                key: one.key,
                title: one.title,
                agreement: one.agreement,
                values: &one.values,
            })
            .collect(),
        cells: comparison.cells.iter().map(|cell| self::cell(deployments, cell)).collect(),
        use_cases: comparison.use_cases.iter().map(|standing| use_case(deployments, standing)).collect(),
        files,
        warnings,
    };
    let json = serde_json::to_vec_pretty(&whole);
    let mut bytes = json.map_err(|error| Error::new(format!("`compare.json`: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Whole<'d> {
    gristmill: &'static str,
    schema: u64,
    deployments: Vec<Named<'d>>,
    slice: Slice<'d>,
    conditions: Vec<Condition<'d>>,
    cells: Vec<Cell<'d>>,
    use_cases: Vec<UseCase<'d>>,
    files: &'d [String],
    warnings: &'d [Warning],
}

/// A deployment with the keys of its own `report.json`.
#[derive(Serialize)]
struct Named<'d> {
    name: &'d str,
    run: &'d results::Run,
    sweep: &'d results::Sweep,
    cells: &'d [results::Cell],
    findings: &'d results::Findings,
    capacity: &'d [results::Capacity],
    not_tested: &'d [String],
    request_rates: Option<&'d results::RequestRates>,
    sources: &'d [Source],
    skipped: &'d [results::Skipped],
    unknown_columns: &'d BTreeMap<String, Vec<String>>,
    configuration: &'d Config,
    warnings: &'d [Warning],
}

impl<'d> Named<'d> {
    fn new(one: &'d Deployment, found: &'d Results) -> Self {
        Self {
            name: one.name,
            run: &found.run,
            sweep: &found.sweep,
            cells: &found.cells,
            findings: &found.findings,
            capacity: &found.capacity,
            not_tested: &found.not_tested,
            request_rates: found.request_rates.as_ref(),
            sources: &found.sources,
            skipped: &found.skipped,
            unknown_columns: &found.unknown_columns,
            configuration: &found.configuration,
            warnings: one.warnings,
        }
    }
}

#[derive(Serialize)]
struct Slice<'d> {
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
    #[serde(flatten)]
    load: LoadLevel,
}

#[derive(Serialize)]
struct Condition<'d> {
    area: Area,
    key: &'d str,
    title: &'d str,
    agreement: Agreement,
    values: &'d [Option<String>],
}

#[derive(Serialize)]
struct Cell<'d> {
    scenario: &'d str,
    context_tokens: Option<u64>,
    context_label: Option<&'d str>,
    #[serde(flatten)]
    load: LoadLevel,
    shared: bool,
    deployments: Vec<Seen>,
}

/// A cell as one deployment has it.
#[derive(Serialize)]
struct Seen {
    cell: Option<usize>,
    throughput_per_gpu_tok_s: Option<f64>,
    ratios: Option<BTreeMap<&'static str, Option<Known>>>,
}

#[derive(Serialize)]
struct Known {
    ratio: f64,
    low: Option<f64>,
    high: Option<f64>,
    holds_one: Option<bool>,
    better: bool,
}

fn cell<'d>(deployments: &[Deployment], cell: &'d Matched) -> Cell<'d> {
    let context = cell.key.context.as_ref();
    let ratio = |(measure, ratio): (&crate::analysis::compare::Measure, &Option<Ratio>)| {
        let known = ratio.map(|ratio| Known {
            ratio: ratio.value,
            low: ratio.interval.map(|(low, _)| low),
            high: ratio.interval.map(|(_, high)| high),
            holds_one: ratio.holds_one(),
            better: measure.is_better(ratio.value),
        });
        (measure.key, known)
    };
    let seen = |((one, at), ratios): ((&Deployment, &Option<usize>), &Vec<Option<Ratio>>)| Seen {
        cell: *at,
        throughput_per_gpu_tok_s: at.and_then(|at| {
            let gpus = one.config.hardware.count?;
            Some(one.analysis.cells.get(at)?.cell.throughput_tok_s? / f64::from(gpus))
        }),
        ratios: (!ratios.is_empty()).then(|| MEASURES.iter().zip(ratios).map(ratio).collect()),
    };
    Cell {
        scenario: &cell.key.scenario,
        context_tokens: context.map(|context| context.tokens),
        context_label: context.map(|context| context.label.as_str()),
        load: cell.key.load.into(),
        shared: cell.is_shared(),
        deployments: deployments.iter().zip(&cell.at).zip(&cell.ratios).map(seen).collect(),
    }
}

#[derive(Serialize)]
struct UseCase<'d> {
    use_case: &'d str,
    name: &'d str,
    context_tokens: u64,
    context_label: &'d str,
    outcome: &'static str,
    leaders: Vec<usize>,
    limits: Vec<Option<Limit<'d>>>,
}

#[derive(Serialize)]
struct Limit<'d> {
    text: &'d str,
    load: Option<LoadKind>,
    level: Option<f64>,
    kind: found::Kind,
    crossing_interval: Option<(f64, f64)>,
    bracket: (Option<f64>, Option<f64>),
}

fn use_case<'d>(deployments: &'d [Deployment], standing: &'d Standing) -> UseCase<'d> {
    let (outcome, leaders) = match &standing.outcome {
        Outcome::Winner(winner) => ("winner", vec![*winner]),
        Outcome::Tie(all) => ("tie", all.clone()),
        Outcome::Undecided(all) => ("undecided", all.clone()),
        Outcome::NoneMeetsIt => ("none_meets_it", Vec::new()),
        Outcome::Unlike => ("unlike", Vec::new()),
        Outcome::Alone => ("alone", Vec::new()),
    };
    let limit = |(one, at): (&'d Deployment, &Option<usize>)| {
        let found = one.analysis.capacity.get((*at)?)?;
        Some(Limit {
            text: &found.limit.text,
            load: found.levels.first().map(|level| level.load.into()),
            level: found.limit.level,
            kind: found.limit.kind,
            crossing_interval: found.crossing_interval,
            bracket: found.bracket,
        })
    };
    let case = &standing.use_case;
    UseCase {
        use_case: &case.id,
        name: &case.name,
        context_tokens: case.context.tokens,
        context_label: &case.context.label,
        outcome,
        leaders,
        limits: deployments.iter().zip(&standing.at).map(limit).collect(),
    }
}
