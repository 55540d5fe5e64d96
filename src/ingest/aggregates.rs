//! Cells from what tools and engines computed, beside or instead of cells from requests.

use super::part::Part;
use crate::cell::aggregate::Aggregate;
use crate::cell::level::Placement;
use crate::cell::{Cell, CellKey, Origin, Statistic};
use crate::error::{Warned, Warning, one_line};
use crate::format;
use crate::metric::MetricId;
use std::collections::{BTreeMap, BTreeSet};

/// How far a tool's figure may lie from the same figure over its requests: what rounding to three digits costs.
const ROUNDING: f64 = 2e-3;

/// The metrics that tools and Gristmill define alike: each has one value per request.
const COMPARED: [MetricId; 3] = [MetricId::Ttft, MetricId::E2e, MetricId::Tpot];

/// A run whose level is decided.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'p> {
    /// File and place in it, as messages name it.
    pub name: &'p str,
    /// Its level.
    pub placement: &'p Placement,
    /// What its file says of it.
    pub part: &'p Part,
}

/// Everything that was computed over the runs of one cell.
#[derive(Default)]
struct Computed<'p> {
    by_tools: Vec<ByTool<'p>>,
    by_engines: Vec<Aggregate>,
    asked_output_tokens: Option<u64>,
}

/// What a tool computed over one run.
struct ByTool<'p> {
    name: &'p str,
    kin: Option<&'p str>,
    aggregate: Aggregate,
}

impl ByTool<'_> {
    /// Whether another file describes the same run: one of its kin, or one that prints the same figures.
    fn is_run_of(&self, other: &Self) -> bool {
        let kin = self.kin.is_some() && self.kin == other.kin && self.name != other.name;
        kin || self.aggregate.same_run(&other.aggregate)
    }
}

/// Adds to the cells that requests gave those of which only aggregates are known, ordered by key.
///
/// Where a cell has both, its requests count, and a tool's figure that differs beyond rounding is warned of. What an
/// engine's counters say of a cell fills in the metrics that nobody else measured. One run that several files describe
/// counts once.
pub fn join(mut cells: Vec<Cell>, placed: &[Placed]) -> Warned<Vec<Cell>> {
    let mut warnings = Vec::new();
    for (key, computed) in computed(placed, &mut warnings) {
        let known = cells.iter().position(|cell| cell.key == key);
        let upper_median = computed.by_tools.iter().any(|run| run.aggregate.upper_median);
        let (names, runs): (Vec<_>, Vec<_>) =
            computed.by_tools.into_iter().map(|run| (run.name, run.aggregate)).unzip();
        let tools = Cell::from_aggregates(key.clone(), runs);
        let engines = Cell::from_aggregates(key, computed.by_engines);
        let cell = match (known, tools) {
            (Some(at), Some(tools)) => {
                warnings.extend(differences(&cells[at], &tools, &names, upper_median));
                complete(&mut cells[at], tools);
                &mut cells[at]
            }
            (Some(at), None) => &mut cells[at],
            (None, tools) => {
                let Some(mut cell) = tools.or_else(|| engines.clone()) else { continue };
                cell.asked_output_tokens = computed.asked_output_tokens;
                cells.push(cell);
                cells.last_mut().expect("one was pushed")
            }
        };
        if let Some(engines) = engines {
            fill_in(cell, engines);
        }
    }
    cells.sort_by(|a, b| a.key.cmp(&b.key));
    warnings.extend(from_means(&cells));
    Warned { value: cells, warnings }
}

/// What was computed, by cell and each run once.
fn computed<'p>(placed: &[Placed<'p>], warnings: &mut Vec<Warning>) -> BTreeMap<CellKey, Computed<'p>> {
    let mut all: BTreeMap<CellKey, Computed> = BTreeMap::new();
    let mut repeated = Vec::new();
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Placed { name, placement, part } in placed {
        let Some(aggregate) = part.aggregate.clone() else { continue };
        let Placement { scenario, context, load, asked_output_tokens, .. } = (*placement).clone();
        let cell = all.entry(CellKey { scenario, context, load }).or_default();
        cell.asked_output_tokens = asked_output_tokens.or(cell.asked_output_tokens);
        if part.from_engine {
            cell.by_engines.push(aggregate);
            continue;
        }
        let mut run = ByTool { name, kin: part.kin.as_deref(), aggregate };
        let Some(known) = cell.by_tools.iter_mut().find(|known| known.is_run_of(&run)) else {
            cell.by_tools.push(run);
            continue;
        };
        if run.aggregate.richness() > known.aggregate.richness() {
            std::mem::swap(known, &mut run);
        }
        known.aggregate.complete(run.aggregate);
        if run.kin.is_some() && run.kin == known.kin {
            repeated.push(run.name);
        } else {
            told.entry(run.name).or_default().push(known.name);
        }
    }
    warnings.extend(told.iter().map(|(name, others)| told_again(name, others)));
    warnings.extend(repetition(&repeated));
    all
}

/// Says which runs of a file are those of other files too.
fn told_again(name: &str, others: &[&str]) -> Warning {
    let name = one_line(name);
    Warning::new(match others {
        [other] => format!("{name} describes the same run as {}, which says more; it counts once", one_line(other)),
        _ => {
            let runs = others.len();
            let first = one_line(others[0]);
            format!(
                "{name} describes {runs} runs that other files describe too ({first} and so on); each run counts once"
            )
        }
    })
}

/// Says which files only repeat what a file beside them says of the same run.
fn repetition(names: &[&str]) -> Option<Warning> {
    let names: BTreeSet<&str> = names.iter().copied().collect();
    let all = format::counted(names.len() as u64, "file repeats", "files repeat");
    let first = one_line(names.first()?);
    let which = if names.len() == 1 { first } else { format!("{first} and so on") };
    Some(Warning::new(format!("{all} what another file of the same run says in full ({which}); each run counts once")))
}

/// Says where the requests of a cell do not give what their tool computed.
///
/// Where the tool takes the upper of the two values in the middle (`upper_median`), its median is compared for an odd number
/// of values only: for an even one it is another quantity than the mean of the two.
fn differences(cell: &Cell, tools: &Cell, names: &[&str], upper_median: bool) -> Vec<Warning> {
    let place = format!(
        "{} at {}",
        format::list(&names.iter().map(|name| one_line(name)).collect::<Vec<_>>()),
        format::load(cell.key.load)
    );
    let mut warnings = Vec::new();
    if let (Some(tool), Some(counted)) = (tools.successes(), cell.successes())
        && tool != counted
    {
        warnings.push(Warning::new(format!(
            "{place}: the tool counts {}, the files hold {}; the report rests on those that the files hold",
            format::counted(tool, "success", "successes"),
            format::thousands(counted as f64),
        )));
        // Other requests have other means.
        return warnings;
    }
    for id in COMPARED {
        for statistic in [Statistic::Mean, Statistic::P50] {
            let metric = id.metric();
            let defined_alike = statistic == Statistic::Mean || !upper_median || cell.metric(id).n % 2 == 1;
            if tools.metric(id).origin != Origin::Tool || !defined_alike {
                continue;
            }
            let value = |cell: &Cell| cell.metric(id).statistic(statistic, metric.better);
            let (Some(tool), Some(computed)) = (value(tools), value(cell)) else { continue };
            if (tool - computed).abs() > ROUNDING * tool.abs().max(computed.abs()) {
                warnings.push(Warning::new(format!(
                    "{place}: the tool prints a {} {} of {}, its requests give {}; the report uses the requests",
                    statistic.name(metric.better),
                    metric.title,
                    format::milliseconds(tool),
                    format::milliseconds(computed),
                )));
            }
        }
    }
    warnings
}

/// Takes over what a tool computed from times that it did not write down with the same requests: how long they took together.
fn complete(cell: &mut Cell, tools: Cell) {
    if cell.span_s.is_none() && cell.runs == tools.runs && cell.successes() == tools.successes() {
        cell.span_s = tools.span_s;
        cell.throughput_tok_s = tools.throughput_tok_s;
        cell.achieved_rate = tools.achieved_rate;
    }
}

/// Says of how many cells the time per output token is not what a tool printed.
fn from_means(cells: &[Cell]) -> Option<Warning> {
    let levels = cells.iter().filter(|cell| cell.metric(MetricId::Tpot).origin == Origin::Means).count() as u64;
    let message = format!(
        "TPOT and generation speed of {} follow from the means of E2E, TTFT and output tokens, in which requests weigh by their \
         tokens: the tool prints no mean time per output token after the first",
        format::counted(levels, "level", "levels")
    );
    (levels > 0).then(|| Warning::new(message))
}

/// Takes from `engines` every metric that `cell` does not have.
fn fill_in(cell: &mut Cell, engines: Cell) {
    for (own, more) in cell.metrics.iter_mut().zip(engines.metrics) {
        if !own.is_measured() {
            *own = more;
        }
    }
    cell.throughput_tok_s = cell.throughput_tok_s.or(engines.throughput_tok_s);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Summary;
    use crate::cell::aggregate::Printed;
    use crate::context::Context;
    use crate::record::{Load, SWEEP};

    fn placement(concurrency: u64) -> Placement {
        Placement {
            scenario: SWEEP.into(),
            context: Some(Context::nominal(1024)),
            load: Load::Concurrency(concurrency),
            run: None,
            asked_output_tokens: Some(128),
        }
    }

    fn part(ttft_s: f64, from_engine: bool) -> Part {
        let mut aggregate = Aggregate { requests: Some(100), failed: Some(0), ..Aggregate::default() };
        let printed = |mean| Printed { n: 100, mean: Some(mean), sd: Some(0.1), ..Printed::default() };
        aggregate.set(MetricId::Ttft, printed(ttft_s));
        aggregate.set(MetricId::E2e, printed(ttft_s + 1.0));
        if from_engine {
            aggregate.set(MetricId::Queue, printed(0.05));
        }
        Part { aggregate: Some(aggregate), from_engine, ..Part::default() }
    }

    fn joined(cells: Vec<Cell>, parts: &[(&str, Part)]) -> Warned<Vec<Cell>> {
        let placement = placement(4);
        let placed: Vec<_> = parts.iter().map(|(name, part)| Placed { name, placement: &placement, part }).collect();
        join(cells, &placed)
    }

    fn from_requests() -> Cell {
        let Placement { scenario, context, load, .. } = placement(4);
        let mut cell =
            Cell::from_aggregates(CellKey { scenario, context, load }, vec![part(0.5, false).aggregate.unwrap()])
                .unwrap();
        cell.metrics.iter_mut().for_each(|summary| summary.origin = Origin::Records);
        cell
    }

    #[test]
    fn one_run_in_two_files_counts_once_and_two_runs_are_merged() {
        let found = joined(Vec::new(), &[("a.json", part(0.5, false)), ("b.json", part(0.5004, false))]);
        assert_eq!((found.value.len(), found.value[0].requests, found.value[0].runs), (1, Some(100), 1));
        assert_eq!(found.value[0].asked_output_tokens, Some(128));
        assert_eq!(
            found.warnings[0].to_string(),
            "b.json describes the same run as a.json, which says more; it counts once"
        );

        let found = joined(Vec::new(), &[("a.json", part(0.5, false)), ("b.json", part(0.7, false))]);
        assert_eq!((found.value[0].requests, found.value[0].runs, found.warnings.len()), (Some(200), 2, 0));
    }

    #[test]
    fn of_files_of_one_kin_the_one_in_full_digits_counts() {
        let of_kin = |ttft_s, rounded| {
            let mut part = Part { kin: Some("run".into()), ..part(ttft_s, false) };
            part.aggregate.as_mut().unwrap().rounded = rounded;
            part
        };
        let found = joined(Vec::new(), &[("run.csv", of_kin(0.5, true)), ("run.json", of_kin(0.504, false))]);
        assert_eq!((found.value[0].runs, found.value[0].metric(MetricId::Ttft).mean), (1, Some(0.504)));
        assert_eq!(
            found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["1 file repeats what another file of the same run says in full (run.csv); each run counts once"]
        );
    }

    #[test]
    fn requests_win_and_are_checked_by_what_their_tool_printed() {
        let found = joined(vec![from_requests()], &[("a.json", part(0.5004, false))]);
        assert_eq!(found, Warned::clean(vec![from_requests()]));

        let found = joined(vec![from_requests()], &[("a.json", part(0.7, false))]);
        assert_eq!(found.value, [from_requests()]);
        assert_eq!(
            found.warnings[0].to_string(),
            "a.json at 4 concurrent requests: the tool prints a mean TTFT of 700 ms, its requests give 500 ms; the report uses the requests"
        );
        let fewer = Cell { requests: Some(10), ..from_requests() };
        let found = joined(vec![fewer], &[("a.json", part(0.7, false))]);
        assert_eq!(
            found.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "a.json at 4 concurrent requests: the tool counts 100 successes, the files hold 10; the report rests on those that the files hold"
            ]
        );
    }

    #[test]
    fn a_median_that_is_defined_otherwise_is_compared_only_where_both_definitions_agree() {
        let with_median = |requests: u64, p50: f64, upper_median: bool| {
            let mut part = part(0.5, false);
            let aggregate = part.aggregate.as_mut().unwrap();
            (aggregate.requests, aggregate.upper_median) = (Some(requests), upper_median);
            let ttft = &mut aggregate.metrics[MetricId::Ttft as usize];
            (ttft.n, ttft.quantiles.p50) = (requests, Some(p50));
            part
        };
        let warnings = |requests: u64, upper_median: bool| {
            let Placement { scenario, context, load, .. } = placement(4);
            let key = CellKey { scenario, context, load };
            let exact = with_median(requests, 0.5, false).aggregate.unwrap();
            let mut cell = Cell::from_aggregates(key, vec![exact]).unwrap();
            cell.metrics.iter_mut().for_each(|summary| summary.origin = Origin::Records);
            joined(vec![cell], &[("a.json", with_median(requests, 0.52, upper_median))]).warnings.len()
        };
        assert_eq!((warnings(100, true), warnings(101, true)), (0, 1));
        assert_eq!((warnings(100, false), warnings(101, false)), (1, 1));
    }

    #[test]
    fn requests_without_times_take_over_how_long_they_took_together() {
        let mut timed = part(0.5, false);
        let aggregate = timed.aggregate.as_mut().unwrap();
        (aggregate.duration_s, aggregate.output_tokens) = (Some(20.0), Some(4000));
        let found = joined(vec![from_requests()], &[("a.json", timed.clone())]);
        assert_eq!((found.value[0].span_s, found.value[0].throughput_tok_s), (Some(20.0), Some(200.0)));
        let fewer = Cell { requests: Some(10), ..from_requests() };
        assert_eq!(joined(vec![fewer], &[("a.json", timed)]).value[0].throughput_tok_s, None, "other requests");
    }

    #[test]
    fn a_speed_that_no_tool_printed_is_said_to_follow_from_means() {
        let mut only_means = part(0.5, false);
        let aggregate = only_means.aggregate.as_mut().unwrap();
        aggregate.mean_output_tokens = Some(101.0);
        aggregate.set_tpot_from_means();
        let found = joined(Vec::new(), &[("a.json", only_means.clone())]);
        assert_eq!(found.value[0].metric(MetricId::GenerationSpeed).mean, Some(100.0));
        assert!(
            found.warnings[0].to_string().starts_with("TPOT and generation speed of 1 level follow from the means")
        );
        let mut measured = from_requests();
        measured.metrics[MetricId::Tpot as usize] = Summary { n: 100, mean: Some(0.02), ..Summary::default() };
        assert_eq!(joined(vec![measured], &[("a.json", only_means)]).warnings, [], "nothing that a tool printed");
    }

    #[test]
    fn an_engine_fills_in_what_the_client_could_not_see() {
        let found = joined(vec![from_requests()], &[("start.txt", part(0.3, true))]);
        let cell = &found.value[0];
        assert_eq!((cell.metric(MetricId::Ttft).mean, cell.metric(MetricId::Queue).mean), (Some(0.5), Some(0.05)));
        assert_eq!(found.warnings, []);
        let alone = joined(Vec::new(), &[("start.txt", part(0.3, true))]);
        assert_eq!(alone.value[0].metric(MetricId::Ttft).mean, Some(0.3));
    }
}
