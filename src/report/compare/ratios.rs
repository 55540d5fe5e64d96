//! Each matched cell's figures over the base's, with how well the ratio is known.

use super::Compared;
use crate::analysis::compare::{MEASURES, Matched, Measure, SERVED, tally};
use crate::analysis::ratio::Ratio;
use crate::format;
use crate::metric::Better;
use crate::record::SWEEP;
use crate::report::figure::{context_cell, left, load_cell, load_title, right};
use crate::report::sections::Draft;
use crate::report::templates::clean;
use crate::report::{Cell, Inline, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    base: String,
    others: Vec<Other>,
    unlike: Option<String>,
    /// Whether some ratio has no interval.
    bare: bool,
    /// Whether some interval holds 1.
    undecided: bool,
    scenarios: bool,
}

#[derive(Serialize)]
struct Other {
    number: usize,
    name: String,
    cells: usize,
    /// The outcome of each measure in words.
    lines: Vec<String>,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let cells = &input.comparison.cells;
    let has_ratios = |at: &usize| cells.iter().any(|cell| cell.ratios[*at].iter().any(Option::is_some));
    let others: Vec<usize> = (1..input.names.len()).filter(has_ratios).collect();
    if others.is_empty() {
        return None;
    }
    let shown = || cells.iter().flat_map(|cell| &cell.ratios).flat_map(|ratios| ratios.iter().take(SERVED)).flatten();
    let unlike = input.unlike();
    let view = View {
        base: input.names[0].clone(),
        others: others.iter().enumerate().map(|(at, other)| self::other(input, at + 1, *other)).collect(),
        unlike: (!unlike.is_empty()).then(|| format::list(&unlike)),
        bare: shown().any(|ratio| ratio.interval.is_none()),
        undecided: shown().any(|ratio| ratio.holds_one() == Some(true)),
        scenarios: cells.iter().any(|cell| cell.key.scenario != SWEEP),
    };
    let mut draft = Draft::new(&view);
    for (at, other) in others.iter().enumerate() {
        draft = draft.table(table(input, at + 1, *other));
    }
    Some(draft)
}

/// How each figure of a deployment lies to the base's over all matched cells, in words.
pub(super) fn lines(input: &Compared, at: usize) -> Vec<String> {
    let served = MEASURES.iter().enumerate().take(SERVED);
    served.filter_map(|(place, measure)| line(input, at, place, measure)).collect()
}

fn other(input: &Compared, number: usize, at: usize) -> Other {
    let cells = &input.comparison.cells;
    Other {
        number,
        name: input.names[at].clone(),
        cells: cells.iter().filter(|cell| cell.ratios[at].iter().any(Option::is_some)).count(),
        lines: lines(input, at),
    }
}

/// `System throughput: of 28 cells, higher in 26, not to be told apart in 2 (0.99× to 1.45×)`
fn line(input: &Compared, at: usize, place: usize, measure: &Measure) -> Option<String> {
    let tally = tally(&input.comparison.cells, at, place);
    let (low, high) = tally.range?;
    let all = tally.cells();
    let (better, worse) = match measure.better {
        Better::Higher => ("higher", "lower"),
        Better::Lower => ("shorter", "longer"),
    };
    let counts = [
        (tally.better, better),
        (tally.worse, worse),
        (tally.undecided, "not to be told apart"),
        (tally.without_interval, "without an interval"),
    ];
    let mut told: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{word} in {n}")).collect();
    // Where no cell has an interval, which way all of them point is still worth a word.
    if tally.without_interval == all && (high < 0.995 || low > 1.005) {
        let is_worse = (high < 1.0) == matches!(measure.better, Better::Higher);
        told.push(format!("{} in each", if is_worse { worse } else { better }));
    }
    let (low, high) = (format::relation(low), format::relation(high));
    let range = if low == high { low } else { format!("{low} to {high}") };
    let cells = if all == 1 { "1 cell".to_owned() } else { format!("{all} cells") };
    Some(format!("{}: of {cells}, {} ({range})", measure.title, told.join(", ")))
}

fn table(input: &Compared, number: usize, at: usize) -> Table {
    let cells: Vec<&Matched> =
        input.comparison.cells.iter().filter(|cell| cell.ratios[at].iter().any(Option::is_some)).collect();
    let scenarios = cells.iter().any(|cell| cell.key.scenario != SWEEP);
    let measured = |place: &usize| cells.iter().any(|cell| cell.ratios[at][*place].is_some());
    let places: Vec<usize> = (0..SERVED).filter(measured).collect();
    let mut columns = Vec::new();
    columns.extend(scenarios.then(|| left("Scenario")));
    columns.push(left("Context"));
    columns.push(right(load_title(cells.iter().map(|cell| cell.key.load))));
    columns.extend(places.iter().map(|place| right(MEASURES[*place].title)));
    let row = |cell: &&Matched| {
        let mut row = Vec::new();
        row.extend(scenarios.then(|| Cell::text(scenario(input, &cell.key.scenario))));
        row.push(context_cell(cell.key.context.as_ref()));
        row.push(load_cell(cell.key.load));
        row.extend(places.iter().map(|place| ratio(&MEASURES[*place], cell.ratios[at][*place])));
        row
    };
    Table {
        id: format!("ratios-{number}"),
        caption: format!("{} over {}", clean(&input.names[at]), clean(&input.names[0])),
        columns,
        rows: cells.iter().map(row).collect(),
        row_headings: true,
    }
}

/// A scenario as the base calls it.
fn scenario(input: &Compared, scenario: &str) -> String {
    crate::report::sections::executive_summary::scenario_name(&input.deployments[0], scenario)
}

/// A ratio with its interval: `1.32× (1.30–1.34)`, `~1.01× (0.98–1.04)`; strong where it is to the advantage of the
/// deployment beyond doubt.
pub(super) fn ratio(measure: &Measure, ratio: Option<Ratio>) -> Cell {
    let Some(ratio) = ratio else { return Cell::unknown() };
    let value = format::relation(ratio.value);
    let text = match (ratio.interval, ratio.holds_one()) {
        (Some((low, high)), holds) => {
            let mark = if holds == Some(true) { "~" } else { "" };
            let end = |end: f64| if holds == Some(true) { number(end) } else { apart_from_one(end) };
            format!("{mark}{value} ({}–{})", end(low), end(high))
        }
        (None, _) => value,
    };
    let content = vec![Inline::Text(text)];
    let wins = ratio.holds_one() == Some(false) && measure.is_better(ratio.value);
    let content = if wins { vec![Inline::Strong(content)] } else { content };
    Cell { content, value: Some(ratio.value), exceeded: false }
}

/// A ratio without its sign.
fn number(ratio: f64) -> String {
    format::relation(ratio).trim_end_matches('×').to_owned()
}

/// The same with as many decimals as keep it from printing as 1, which it is not: `0.998`.
fn apart_from_one(ratio: f64) -> String {
    let one = |decimals| format::fixed(ratio, decimals) == format::fixed(1.0, decimals);
    (3..=6).find(|decimals| one(2) && !one(*decimals)).map_or_else(|| number(ratio), |more| format::fixed(ratio, more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plain_text;

    #[test]
    fn what_is_printed_never_contradicts_whether_the_interval_holds_one() {
        let printed = |value, low, high, place: usize| {
            let cell = ratio(&MEASURES[place], Some(Ratio { value, interval: Some((low, high)) }));
            (plain_text(&cell.content), matches!(cell.content[0], Inline::Strong(_)))
        };
        assert_eq!(printed(1.32, 1.3, 1.34, 0), ("1.32× (1.30–1.34)".to_owned(), true));
        assert_eq!(printed(1.02, 0.9998, 1.04, 0), ("~1.02× (1.00–1.04)".to_owned(), false));
        assert_eq!(printed(0.98, 0.95, 0.9987, 2), ("0.98× (0.95–0.999)".to_owned(), true), "less TTFT is better");
        assert_eq!(printed(0.98, 0.95, 0.9987, 0), ("0.98× (0.95–0.999)".to_owned(), false));
        assert_eq!(ratio(&MEASURES[0], None), Cell::unknown());
    }
}
