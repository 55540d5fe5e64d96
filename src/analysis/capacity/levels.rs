//! The levels of a use case: which cells they are, and what its conditions see in them.

use super::{Condition, Level, Threshold, standard_error};
use crate::analysis::use_cases::UseCase;
use crate::cell::{Cell, Statistic};
use crate::config::Config;
use crate::error::Warning;
use crate::format;
use crate::metric::{METRIC_COUNT, MetricId};

/// How far the output tokens of a sweep's cell may lie from the use case's, as a share of the latter.
const SAME_OUTPUT: f64 = 0.15;

impl Level {
    /// Holds a cell against the conditions; `Err` names the threshold whose statistic is unknown.
    ///
    /// A level whose requests failed is judged by that alone: it may have no statistic because nothing came back.
    pub(super) fn of(
        cell: &Cell,
        thresholds: &[Threshold],
        statistics: &[Statistic; METRIC_COUNT],
        max_failure_rate: f64,
    ) -> Result<Self, Threshold> {
        let failed = fails_too_often(cell, max_failure_rate);
        let mut exceeded: Vec<_> = failed.then_some(Condition::Success).into_iter().collect();
        for threshold in thresholds {
            match statistic(cell, threshold.metric, statistics) {
                Some(value) if threshold.passes(value) => {}
                Some(_) => exceeded.push(threshold.condition),
                None if failed => {}
                None => return Err(*threshold),
            }
        }
        Ok(Self {
            load: cell.key.load,
            scenario: cell.key.scenario.clone(),
            ttft_s: statistic(cell, MetricId::Ttft, statistics),
            e2e_s: statistic(cell, MetricId::E2e, statistics),
            generation_speed_tok_s: statistic(cell, MetricId::GenerationSpeed, statistics),
            standard_errors: standard_errors(cell, statistics),
            requests: cell.requests,
            failed: cell.failed,
            exceeded,
        })
    }

    /// The chosen statistic that a condition looks at; none for `success`.
    pub(super) fn value(&self, condition: Condition) -> Option<f64> {
        match condition {
            Condition::Success => None,
            Condition::Ttft => self.ttft_s,
            Condition::E2e => self.e2e_s,
            Condition::GenerationSpeed => self.generation_speed_tok_s,
        }
    }
}

/// Whether at least two requests failed, and more than the share that may; not where the source does not count them.
fn fails_too_often(cell: &Cell, max_failure_rate: f64) -> bool {
    let share = |(failed, requests): (u64, u64)| failed >= 2 && failed as f64 / requests as f64 > max_failure_rate;
    cell.failed.zip(cell.requests).is_some_and(share)
}

/// How well the means of the metrics are known; nothing of a statistic that is no mean.
fn standard_errors(cell: &Cell, statistics: &[Statistic; METRIC_COUNT]) -> [Option<f64>; METRIC_COUNT] {
    let mut errors = [None; METRIC_COUNT];
    for id in [MetricId::Ttft, MetricId::E2e, MetricId::GenerationSpeed] {
        if statistics[id as usize] == Statistic::Mean {
            errors[id as usize] = standard_error(cell.metric(id));
        }
    }
    errors
}

/// The chosen statistic of a metric, finite.
fn statistic(cell: &Cell, id: MetricId, statistics: &[Statistic; METRIC_COUNT]) -> Option<f64> {
    cell.metric(id).statistic(statistics[id as usize], id.metric().better).filter(|value| value.is_finite())
}

/// The cells of a use case, ascending by load and each load once: those of its own scenario at its context, and the
/// sweep's at its context with as many output tokens. Its own count where both have a load. See [`kinds_of_load`].
pub(super) fn candidates<'c>(
    cells: &'c [Cell],
    use_case: &UseCase,
    config: &Config,
    warnings: &mut Vec<Warning>,
) -> Vec<&'c Cell> {
    // A cell of warm-up requests alone tests nothing.
    let cells = || cells.iter().filter(|cell| !cell.is_warm_up_alone());
    let here = |cell: &&Cell| cell.key.context.as_ref() == Some(&use_case.context);
    let (mut chosen, elsewhere): (Vec<_>, Vec<_>) =
        cells().filter(|cell| cell.key.scenario == use_case.id).partition(here);
    warnings.extend(warn_of_other_contexts(&elsewhere, use_case));

    let sweep: Vec<_> = cells().filter(|cell| cell.key.is_sweep() && here(cell)).collect();
    let unknown =
        sweep.iter().filter(|cell| output_tokens(cell, config).is_none() && has_metrics(cell, use_case)).count();
    if let (Some(tokens), true) = (use_case.output_tokens, unknown > 0) {
        warnings.push(Warning::new(format!(
            "use case `{}`: {} of the sweep at {} left out: how many output tokens they asked for is not known, and \
             the use case has {tokens}; set `test.output_tokens`",
            use_case.id,
            format::counted(unknown as u64, "cell", "cells"),
            use_case.context.label,
        )));
    }
    chosen.extend(sweep.into_iter().filter(|cell| as_many_output_tokens(cell, use_case, config)));

    // The sort is stable: of one load the use case's own cell stays first.
    chosen.sort_by_key(|cell| cell.key.load);
    chosen.dedup_by_key(|cell| cell.key.load);
    chosen
}

/// Output tokens that the cell's test asked for, else their mean.
fn output_tokens(cell: &Cell, config: &Config) -> Option<f64> {
    let asked = config.test.output_tokens.or(cell.asked_output_tokens);
    asked.map(|tokens| tokens as f64).or(cell.mean_output_tokens)
}

/// Whether a cell has every metric that the use case sets a threshold for; else no number of output tokens makes it a level.
fn has_metrics(cell: &Cell, use_case: &UseCase) -> bool {
    let wanted = [
        (MetricId::Ttft, use_case.max_ttft_s),
        (MetricId::E2e, use_case.max_e2e_s),
        (MetricId::GenerationSpeed, use_case.min_speed),
    ];
    wanted.into_iter().all(|(id, threshold)| threshold.is_none() || cell.metric(id).is_measured())
}

fn as_many_output_tokens(cell: &Cell, use_case: &UseCase, config: &Config) -> bool {
    let Some(wanted) = use_case.output_tokens else { return true };
    let distance = |tokens: f64| (tokens / wanted as f64 - 1.0).abs();
    output_tokens(cell, config).is_some_and(|tokens| distance(tokens) <= SAME_OUTPUT + 1e-9)
}

/// The levels of the main kind of load, and the request rates beside them: one axis cannot hold both. Requests in flight
/// are the main kind where there are any; else the rates are, and nothing stands beside them.
pub(super) fn kinds_of_load(cells: Vec<&Cell>) -> (Vec<&Cell>, Vec<&Cell>) {
    let (concurrencies, rates): (Vec<_>, Vec<_>) = cells.into_iter().partition(|cell| cell.key.load.is_concurrency());
    if concurrencies.is_empty() { (rates, Vec::new()) } else { (concurrencies, rates) }
}

fn warn_of_other_contexts(cells: &[&Cell], use_case: &UseCase) -> Option<Warning> {
    let mut labels: Vec<_> = cells
        .iter()
        .map(|cell| cell.key.context.as_ref().map_or("an unknown context", |context| context.label.as_str()))
        .collect();
    labels.dedup();
    (!labels.is_empty()).then(|| {
        Warning::new(format!(
            "use case `{}`: {} of its own at {} left out, because its context is {}",
            use_case.id,
            format::counted(cells.len() as u64, "cell", "cells"),
            labels.join(", "),
            use_case.context.label,
        ))
    })
}

/// Says which cells are no levels of the use case, and what they lack: a warning for each threshold.
pub(super) fn cannot_judge(
    unjudged: &[(&Cell, Threshold)],
    thresholds: &[Threshold],
    statistics: &[Statistic; METRIC_COUNT],
    use_case: &UseCase,
) -> Vec<Warning> {
    let warning = |threshold: &Threshold| {
        let lacking = unjudged.iter().filter(|(_, lacks)| lacks.condition == threshold.condition);
        let cells: Vec<&Cell> = lacking.map(|(cell, _)| *cell).collect();
        let counts: Option<Vec<u64>> = cells.iter().map(|cell| cell.metric(threshold.metric).counted()).collect();
        let n = match counts.map(|counts| (counts.iter().min().copied(), counts.iter().max().copied())) {
            Some((Some(fewest), most)) if most == Some(fewest) => fewest.to_string(),
            Some((Some(fewest), Some(most))) => format!("{fewest} to {most}"),
            Some(_) => return None,
            None => "not known".to_owned(),
        };
        let loads: Vec<_> = cells.iter().map(|cell| cell.key.load).collect();
        let metric = threshold.metric.metric();
        Some(Warning::new(format!(
            "use case `{}`: {} cannot be judged: no {} of {} is known (n = {n})",
            use_case.id,
            format::loads(&loads),
            statistics[threshold.metric as usize].name(metric.better),
            metric.title,
        )))
    };
    thresholds.iter().filter_map(warning).collect()
}
