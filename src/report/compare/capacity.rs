//! What each deployment can carry of each use case, and which carries most where the tests can tell.

use super::Compared;
use super::charts::{data, figures};
use super::summary::columns;
use crate::analysis::capacity::{Capacity, Condition, Kind};
use crate::analysis::compare::{Outcome, Standing};
use crate::chart::kinds::compare_capacity;
use crate::format;
use crate::report::cover::is_concurrency;
use crate::report::figure::left;
use crate::report::sections::Draft;
use crate::report::templates::clean;
use crate::report::{Cell, Inline, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    use_cases: Vec<UseCase>,
    unlike: Option<String>,
    unknown: bool,
    estimated: bool,
    open: bool,
    unmet: bool,
    intervals: bool,
}

#[derive(Serialize)]
struct UseCase {
    name: String,
    context: String,
    thresholds: String,
    /// `winner`, `tie`, `undecided`, `none`, `unlike`, `alone`.
    outcome: &'static str,
    leaders: String,
    limits: String,
    /// Deployments that were not judged, and whether two were.
    unjudged: Option<String>,
    one_unjudged: bool,
    two: bool,
    /// Whether some limit among those that cannot be told apart is open.
    open: bool,
    /// Numbers of its charts.
    charts: Vec<usize>,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let standings = &input.comparison.use_cases;
    if standings.is_empty() {
        return None;
    }
    let all =
        || (0..input.deployments.len()).flat_map(|at| standings.iter().filter_map(move |one| capacity(input, one, at)));
    let any = |kind: Kind| all().any(|capacity| capacity.limit.kind == kind);
    let mut charts = Vec::new();
    let use_cases = standings.iter().map(|standing| use_case(input, standing, &mut charts)).collect();
    let unlike = input.unlike();
    let view = View {
        use_cases,
        unknown: input.comparison.unlike().next().is_some() && unlike.is_empty(),
        unlike: (!unlike.is_empty()).then(|| format::list(&unlike)),
        estimated: any(Kind::Estimated),
        open: any(Kind::Open),
        unmet: any(Kind::Unmet),
        intervals: all().any(|capacity| capacity.limit.kind == Kind::Estimated && capacity.crossing_interval.is_some()),
    };
    Some(figures(Draft::new(&view).table(table(input)), charts))
}

/// Use cases of one outcome.
#[derive(Serialize)]
pub(super) struct Group {
    /// As in the template of the section: `winner`, `tie`, …
    outcome: &'static str,
    leaders: String,
    use_cases: String,
    several: bool,
    /// Deployments that were not judged by them, and whether two were.
    unjudged: Option<String>,
    two: bool,
}

/// Who carries more of what, those of one outcome together; without what only one was judged by.
pub(super) fn groups(input: &Compared) -> Vec<Group> {
    // An outcome with those that were not judged, and the names of its use cases.
    type Alike<'o> = (&'o Outcome, Vec<usize>);
    let mut groups: Vec<(Alike, Vec<String>)> = Vec::new();
    for standing in input.comparison.use_cases.iter().filter(|one| one.outcome != Outcome::Alone) {
        let name = standing.use_case.name.clone();
        let key = (&standing.outcome, unjudged(input, standing));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, names)) => names.push(name),
            None => groups.push((key, vec![name])),
        }
    }
    let group = |((outcome, unjudged), names): (Alike, Vec<String>)| {
        let (outcome, leaders) = told(outcome);
        Group {
            two: input.names.len() - unjudged.len() == 2,
            unjudged: (!unjudged.is_empty()).then(|| input.named(&unjudged)),
            outcome,
            leaders: input.named(&leaders),
            several: names.len() > 1,
            use_cases: format::list(&names),
        }
    };
    groups.into_iter().map(group).collect()
}

/// Deployments that a use case was not judged for.
fn unjudged(input: &Compared, standing: &Standing) -> Vec<usize> {
    let judged = |found: &Capacity| found.limit.kind != Kind::NotJudged;
    (0..input.names.len()).filter(|at| !capacity(input, standing, *at).is_some_and(judged)).collect()
}

/// An outcome as templates know it, and who leads.
fn told(outcome: &Outcome) -> (&'static str, Vec<usize>) {
    match outcome {
        Outcome::Winner(winner) => ("winner", vec![*winner]),
        Outcome::Tie(all) => ("tie", all.clone()),
        Outcome::Undecided(all) => ("undecided", all.clone()),
        Outcome::NoneMeetsIt => ("none", Vec::new()),
        Outcome::Unlike => ("unlike", Vec::new()),
        Outcome::Alone => ("alone", Vec::new()),
    }
}

/// The use case as a deployment was judged by it.
fn capacity<'c>(input: &Compared<'c>, standing: &Standing, at: usize) -> Option<&'c Capacity> {
    input.deployments[at].analysis.capacity.get(standing.at[at]?)
}

type Charts = Vec<(crate::chart::Chart, Table)>;

fn use_case(input: &Compared, standing: &Standing, charts: &mut Charts) -> UseCase {
    let (outcome, leaders) = told(&standing.outcome);
    let unjudged = unjudged(input, standing);
    let limit = |at: usize| {
        let capacity = capacity(input, standing, at)?;
        Some(format!("{} for {}", limit_text(capacity), input.names[at]))
    };
    let limits: Vec<String> = (0..input.names.len()).filter_map(limit).collect();
    let is_open = |at: &usize| capacity(input, standing, *at).is_some_and(|found| found.limit.kind == Kind::Open);
    let first = charts.len();
    charts.extend(pictures(input, standing));
    UseCase {
        name: standing.use_case.name.clone(),
        context: standing.use_case.context.noun(),
        thresholds: crate::report::sections::use_case_guidance::limits(&standing.use_case),
        outcome,
        open: leaders.iter().any(is_open),
        leaders: input.named(&leaders),
        limits: format::list(&limits),
        two: input.names.len() - unjudged.len() == 2,
        one_unjudged: unjudged.len() == 1,
        unjudged: (!unjudged.is_empty()).then(|| input.named(&unjudged)),
        charts: (first + 1..=charts.len()).collect(),
    }
}

/// A limit as it is printed, with its interval where it is an estimate: `~8 (7.6–8.3)`.
fn limit_text(capacity: &Capacity) -> String {
    let unit = if is_concurrency(capacity) || capacity.limit.kind == Kind::NotJudged { "" } else { " requests/s" };
    let text = format!("{}{unit}", format::in_house(&capacity.limit.text));
    let estimated = capacity.limit.kind == Kind::Estimated;
    match capacity.crossing_interval.filter(|_| estimated) {
        Some((low, high)) => format!("{text} ({}–{})", load(low), load(high)),
        None => text,
    }
}

/// A load that was read off a line.
fn load(load: f64) -> String {
    let decimals = match load {
        load if load >= 99.95 => 0,
        load if load >= 0.995 => 1,
        _ => 2,
    };
    format::fixed(load, decimals)
}

/// Charts of the conditions that set a limit for some deployment; the first metric where no limit is set.
fn pictures(input: &Compared, standing: &Standing) -> Charts {
    // One threshold is not everybody's there.
    if standing.outcome == Outcome::Unlike {
        return Charts::new();
    }
    let capacities: Vec<Option<&Capacity>> = (0..input.names.len()).map(|at| capacity(input, standing, at)).collect();
    let all = [Condition::Ttft, Condition::E2e, Condition::GenerationSpeed];
    let binds = |condition: &&Condition| capacities.iter().flatten().any(|found| found.binding == Some(**condition));
    let binding: Vec<Condition> = all.iter().filter(binds).copied().collect();
    let wanted = if binding.is_empty() { all.to_vec() } else { binding };
    let labels = input.labels();
    let charts = wanted.iter().filter_map(|condition| compare_capacity(&labels, &capacities, *condition));
    let charts: Vec<_> = charts.map(|chart| (data(&chart, &[]), chart)).map(|(table, chart)| (chart, table)).collect();
    // Where nothing sets a limit, one picture of what is far from its threshold is enough.
    if capacities.iter().flatten().all(|found| found.binding.is_none()) {
        return charts.into_iter().take(1).collect();
    }
    charts
}

fn table(input: &Compared) -> Table {
    let row = |standing: &Standing| {
        let leads = |at: usize| matches!(&standing.outcome, Outcome::Winner(winner) if *winner == at);
        let cell = |at: usize| {
            let Some(found) = capacity(input, standing, at) else { return Cell::text("not tested") };
            let text = vec![Inline::Text(limit_text(found))];
            let content = if leads(at) { vec![Inline::Strong(text)] } else { text };
            Cell { content, value: found.limit.level, exceeded: false }
        };
        let name = vec![
            Inline::Text(clean(&standing.use_case.name)),
            Inline::Break,
            Inline::Text(clean(&standing.use_case.context.noun())),
        ];
        let verdict = match &standing.outcome {
            Outcome::Winner(winner) => input.names[*winner].clone(),
            Outcome::Tie(all) if all.len() == input.names.len() => "equal".to_owned(),
            Outcome::Tie(all) => format!("equal: {}", input.named(all)),
            Outcome::Undecided(all) if all.len() == input.names.len() => "not decided".to_owned(),
            Outcome::Undecided(all) => format!("not decided: {}", input.named(all)),
            Outcome::NoneMeetsIt => "none meets it".to_owned(),
            Outcome::Unlike => "judged unlike".to_owned(),
            Outcome::Alone => "–".to_owned(),
        };
        std::iter::once(Cell { content: name, ..Cell::default() })
            .chain((0..input.names.len()).map(cell))
            .chain([Cell::text(clean(&verdict))])
            .collect()
    };
    let most = if input.names.len() == 2 { "Carries more" } else { "Carries most" };
    let verdict = if input.comparison.differs() { format!("{most} (unlike tests)") } else { most.to_owned() };
    Table {
        id: "capacity".to_owned(),
        caption: "Capacity limits side by side".to_owned(),
        columns: std::iter::once(left("Use case")).chain(columns(input)).chain([left(verdict)]).collect(),
        rows: input.comparison.use_cases.iter().map(row).collect(),
        row_headings: true,
    }
}
