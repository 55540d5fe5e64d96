//! Every cell's distribution, one table per metric.

use super::executive_summary::scenario_name;
use super::{Composition, Draft, LeftOut, all_failed};
use crate::cell::{Origin, Summary};
use crate::chart::{Series, kinds};
use crate::format;
use crate::metric::{Better, MetricId};
use crate::report::figure::{context_cell, left, load_cell, load_title, number, right};
use crate::report::templates::capital;
use crate::report::words::Print;
use crate::report::{Cell, Inline, Table};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    pairs: Vec<Pair>,
    from_tools: bool,
    from_engines: bool,
    gaps: bool,
    /// Whether a tool leaves percentiles out, for no fault of the sample.
    tool_gaps: bool,
    /// How far the highest percentile of TTFT lies above the median, at most.
    tail: Option<String>,
}

/// Metrics whose tables stand one behind the other: a paged document sets them as one.
#[derive(Serialize)]
struct Pair {
    heading: String,
    /// Of a speed what its percentiles mean: `10% of the requests are slower than p10 and 1% are slower than p1`.
    slow_tail: Option<String>,
    /// Numbers of their tables.
    tables: Vec<usize>,
}

/// A metric of the section: how it is called in a heading and above its table, and how its values are printed.
struct Shown {
    id: MetricId,
    name: &'static str,
    caption: &'static str,
    print: Print,
}

/// What the section shows, two by two.
const SHOWN: [[Shown; 2]; 2] = [
    [
        Shown { id: MetricId::Ttft, name: "time to first token", caption: "TTFT", print: format::latency },
        Shown {
            id: MetricId::GenerationSpeed,
            name: "generation speed",
            caption: "Generation speed",
            print: |value| format::fixed(value, 1),
        },
    ],
    [
        Shown { id: MetricId::E2e, name: "end-to-end time", caption: "E2E (ms)", print: whole_milliseconds },
        Shown { id: MetricId::Itl, name: "inter-token latency", caption: "ITL (ms)", print: whole_milliseconds },
    ],
];

/// Milliseconds below a head that names them.
fn whole_milliseconds(seconds: f64) -> String {
    format::fixed(seconds * 1000.0, 0)
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let measured = |id: MetricId| input.analysis.cells.iter().any(|cell| cell.cell.metric(id).is_measured());
    let numbered = SHOWN.iter().flatten().enumerate().map(|(at, shown)| (at + 1, shown));
    let shown: Vec<_> = numbered.filter(|(_, shown)| measured(shown.id)).collect();
    if shown.is_empty() {
        let why = if all_failed(input) { "no request succeeded" } else { "no request has a recorded time" };
        left_out.note("Percentiles", why);
        return None;
    }
    let summaries = || {
        input
            .analysis
            .cells
            .iter()
            .flat_map(|cell| shown.iter().map(|(_, shown)| cell.cell.metric(shown.id)))
            .filter(|summary| summary.is_measured())
    };
    if summaries()
        .all(|summary| tail(summary, Better::Lower) == [None; 4] && tail(summary, Better::Higher) == [None; 4])
    {
        left_out.note("Percentiles", "the source gives means alone");
        return None;
    }
    let view = View {
        pairs: SHOWN.iter().filter_map(|pair| of_pair(input, pair, &shown)).collect(),
        from_tools: summaries()
            .any(|summary| matches!(summary.origin, Origin::Tool | Origin::MeanTpot | Origin::Means)),
        from_engines: summaries().any(|summary| summary.origin == Origin::Engine),
        // Rounded up, so that nothing lies above it.
        tail: kinds::tail(input.analysis).map(|ratio| format::percent(((ratio - 1.0) * 100.0).ceil().max(1.0) / 100.0)),
        gaps: summaries().any(|summary| summary.origin == Origin::Records && lacks(summary)),
        tool_gaps: summaries().any(|summary| summary.origin != Origin::Records && lacks(summary)),
    };
    let levels = percentile_levels(input);
    let mut draft = Draft::new(&view).further_figure(input, "ttft-percentiles", levels);
    for (number, shown) in shown {
        draft = draft.table(table(input, shown, number));
    }
    Some(draft)
}

/// What the percentiles of a speed that some cell knows mean; none for other metrics, and where only medians are known.
fn slow_tail<'s>(id: MetricId, summaries: impl Iterator<Item = &'s Summary> + Clone) -> Option<String> {
    let known = |of: fn(&Summary) -> Option<f64>| summaries.clone().any(|summary| of(summary).is_some());
    let all = [
        (known(|summary| summary.quantiles.p10), "10%", "p10"),
        (known(|summary| summary.quantiles.p5), "5%", "p5"),
        (known(|summary| summary.quantiles.p1), "1%", "p1"),
    ];
    let shown = all.iter().filter(|(known, ..)| *known).enumerate();
    let phrases: Vec<String> = shown
        .map(|(at, (_, share, percentile))| {
            let of = if at == 0 { " of the requests" } else { "" };
            format!("{share}{of} are slower than {percentile}")
        })
        .collect();
    let told = match &phrases[..] {
        [first, second, third] => format!("{first}, {second}, and {third}"),
        others => format::list(others),
    };
    (id.metric().better == Better::Higher && !phrases.is_empty()).then_some(told)
}

/// A metric of every cell.
fn of_metric<'i>(input: &'i Composition<'_>, id: MetricId) -> impl Iterator<Item = &'i Summary> + Clone {
    input.analysis.cells.iter().map(move |figures| figures.cell.metric(id))
}

/// What of a pair was measured; none where nothing was.
fn of_pair(input: &Composition, pair: &[Shown; 2], shown: &[(usize, &Shown)]) -> Option<Pair> {
    let here: Vec<_> = shown.iter().filter(|(_, shown)| pair.iter().any(|one| one.id == shown.id)).collect();
    let names: Vec<_> = here.iter().map(|(_, shown)| named(input, shown.id, shown.name).to_owned()).collect();
    (!here.is_empty()).then(|| Pair {
        heading: capital(&format::list(&names)),
        slow_tail: here.iter().find_map(|(_, shown)| slow_tail(shown.id, of_metric(input, shown.id))),
        tables: here.iter().map(|(number, _)| *number).collect(),
    })
}

/// Whether a percentile that a table shows is not known, whichever tail is the slow one.
fn lacks(summary: &Summary) -> bool {
    tail(summary, Better::Lower).contains(&None) && tail(summary, Better::Higher).contains(&None)
}

/// The numbers of the chart, which has the levels along its axis.
fn percentile_levels(input: &Composition) -> Table {
    let Some(chart) = kinds::build("ttft-percentiles", input.analysis) else { return Table::default() };
    let at = |series: &Series, level: f64| series.points.iter().find(|(x, _)| *x == level).map(|(_, value)| *value);
    let row = |level: &f64| {
        let values = chart.series.iter().map(|series| number(at(series, *level), format::latency));
        std::iter::once(Cell::number(chart.x.print(*level), *level)).chain(values).collect()
    };
    Table {
        id: "ttft-percentiles-data".to_owned(),
        caption: chart.title.clone(),
        columns: std::iter::once(left(&chart.x.title)).chain(chart.series.iter().map(|s| right(&s.name))).collect(),
        rows: chart.x.levels.iter().map(row).collect(),
        row_headings: true,
    }
}

/// What a metric is called here: a gap between chunks that carry several tokens is no inter-token latency.
fn named(input: &Composition, id: MetricId, name: &'static str) -> &'static str {
    match id {
        MetricId::Itl if input.analysis.findings.itl_is_per_chunk => "time between chunks",
        _ => name,
    }
}

/// p50 and the slow tail.
fn tail(summary: &Summary, better: Better) -> [Option<f64>; 4] {
    let q = &summary.quantiles;
    match better {
        Better::Lower => [q.p50, q.p90, q.p95, q.p99],
        Better::Higher => [q.p50, q.p10, q.p5, q.p1],
    }
}

fn table(input: &Composition, shown: &Shown, at: usize) -> Table {
    let (id, print) = (shown.id, shown.print);
    let better = id.metric().better;
    let cells: Vec<_> =
        input.analysis.cells.iter().map(|figures| &figures.cell).filter(|cell| cell.metric(id).is_measured()).collect();
    let scenarios = cells.iter().any(|cell| cell.key.scenario != cells[0].key.scenario);
    let percentiles = match better {
        Better::Lower => ["p50", "p90", "p95", "p99"],
        Better::Higher => ["p50", "p10", "p5", "p1"],
    };
    let mut columns = Vec::new();
    columns.extend(scenarios.then(|| left("Scenario")));
    columns.extend([
        left("Context"),
        right(load_title(cells.iter().map(|cell| cell.key.load))),
        right("n"),
        right("mean"),
    ]);
    columns.extend(percentiles.map(right));
    let rows = cells
        .iter()
        .map(|cell| {
            let summary = cell.metric(id);
            let mark = |value: Option<f64>| match (number(value, print), summary.origin) {
                (cell, Origin::Records) => cell,
                (cell, _) if value.is_none() => cell,
                (cell, Origin::Tool | Origin::MeanTpot | Origin::Means) => with_mark(cell, "†"),
                (cell, Origin::Engine) => with_mark(cell, "‡"),
            };
            let mut row = Vec::new();
            row.extend(scenarios.then(|| Cell::text(scenario_name(input, &cell.key.scenario))));
            row.extend([context_cell(cell.key.context.as_ref()), load_cell(cell.key.load)]);
            row.push(number(summary.counted().map(|n| n as f64), format::thousands));
            row.push(mark(summary.mean));
            row.extend(tail(summary, better).map(mark));
            row
        })
        .collect();
    let unit = match (better, input.analysis.speed_basis) {
        (Better::Lower, _) => String::new(),
        (Better::Higher, None) => " (tok/s)".to_owned(),
        (Better::Higher, Some(basis)) => format!(" (tok/s, {basis})"),
    };
    let caption = match id {
        MetricId::Itl if input.analysis.findings.itl_is_per_chunk => "Time between chunks (ms)".to_owned(),
        _ => format!("{}{unit}", shown.caption),
    };
    let table = Table { id: format!("percentiles-{at}"), caption, columns, rows, row_headings: true };
    without_empty_columns(table)
}

/// The table without the columns in which nothing is known.
fn without_empty_columns(mut table: Table) -> Table {
    let known: Vec<_> = (0..table.columns.len())
        .map(|at| table.rows.iter().any(|row| row[at].content != [Inline::Text("–".to_owned())]))
        .collect();
    let mut keep = known.iter();
    table.columns.retain(|_| keep.next() == Some(&true));
    for row in &mut table.rows {
        let mut keep = known.iter();
        row.retain(|_| keep.next() == Some(&true));
    }
    table
}

/// Marks a value that was not computed from requests.
fn with_mark(mut cell: Cell, mark: &str) -> Cell {
    cell.content.push(Inline::Text(mark.to_owned()));
    cell
}
