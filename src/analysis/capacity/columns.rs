//! The columns of a use case's table: smallest level, limit, largest level.

use super::limit::Line;
use super::{Column, Condition, Kind, Level, Limit, Threshold};

/// Each column once, ascending. Where the limit is the largest level or open, the largest level below it stands in the
/// middle; a limit that is no tested level is read off the straight lines between its neighbours.
pub(super) fn columns(levels: &[Level], limit: &Limit, thresholds: &[Threshold]) -> Vec<Column> {
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else { return Vec::new() };
    let largest = last.load.level();
    let mut columns = vec![tested(first), tested(last)];
    match limit.level {
        Some(level) if limit.kind == Kind::Open || level == largest => {
            columns.extend(levels.iter().rev().nth(1).map(tested));
        }
        Some(level) => columns.push(at(level, levels, thresholds)),
        None => {}
    }
    columns.sort_by(|a, b| a.level.total_cmp(&b.level));
    columns.dedup_by(|a, b| a.level == b.level);
    columns
}

fn tested(level: &Level) -> Column {
    Column {
        level: level.load.level(),
        estimated: false,
        ttft_s: level.ttft_s,
        e2e_s: level.e2e_s,
        generation_speed_tok_s: level.generation_speed_tok_s,
        exceeded: level.exceeded.clone(),
    }
}

/// The tested level, or what the straight lines say between the two around it.
fn at(level: f64, levels: &[Level], thresholds: &[Threshold]) -> Column {
    let above = levels.partition_point(|tested| tested.load.level() < level);
    let hi = &levels[above];
    if hi.load.level() == level {
        return tested(hi);
    }
    let lo = &levels[above - 1];
    let read = |condition: Condition| {
        let line = Line { from: (lo.load.level(), lo.value(condition)?), to: (hi.load.level(), hi.value(condition)?) };
        Some(line.at(level))
    };
    let missed = |threshold: &&Threshold| read(threshold.condition).is_some_and(|value| !threshold.passes(value));
    Column {
        level,
        estimated: true,
        ttft_s: read(Condition::Ttft),
        e2e_s: read(Condition::E2e),
        generation_speed_tok_s: read(Condition::GenerationSpeed),
        exceeded: thresholds.iter().filter(missed).map(|threshold| threshold.condition).collect(),
    }
}
