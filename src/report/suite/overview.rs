//! What came out of the suite.

use super::{far_names, name, names, rating, suite_of, summary_table};
use crate::analysis::suite::{FAR_DEVIATIONS, FAR_FACTOR, Side, Suite};
use crate::format;
use crate::report::figure::{left, right};
use crate::report::sections::{Draft, LeftOut};
use crate::report::{Cell, Composition, Table, cover};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    model: Option<String>,
    engine: Option<String>,
    hardware: Option<String>,
    cases: String,
    runs: Option<String>,
    warmup: Option<String>,
    nothing: bool,
    failed: Option<Failed>,
    rating: Option<Rating>,
    far: Option<Far>,
    notes: Option<String>,
}

#[derive(Serialize)]
struct Failed {
    names: String,
    one: bool,
    runs: Option<String>,
}

#[derive(Serialize)]
struct Rating {
    average: String,
    word: &'static str,
    edge: Option<String>,
    /// How the average without the cases far off is rated, where it has another word.
    without: Option<&'static str>,
}

#[derive(Serialize)]
struct Far {
    names: String,
    one: bool,
    slow: bool,
    ran_first: bool,
    speed: Option<String>,
    median: String,
    average: String,
    without: String,
    factor: String,
    deviations: String,
}

pub(super) fn draft(input: &Composition, _: &mut LeftOut) -> Option<Draft> {
    let suite = suite_of(input)?;
    let config = input.config;
    let view = View {
        model: config.model.name.clone(),
        engine: cover::engine(config),
        hardware: cover::hardware(config),
        cases: format::counted(suite.cases.len() as u64, "case", "cases"),
        runs: suite.repeats().then(|| format::counted(suite.runs, "run", "runs")),
        warmup: (suite.warmup > 0).then(|| format::counted(suite.warmup, "warm-up request", "warm-up requests")),
        nothing: suite.speeds.is_none(),
        failed: failed(suite),
        rating: self::rating_of(suite),
        far: far(suite),
        notes: config.test.notes.clone(),
    };
    Some(Draft::new(&view).table(summary_table(suite)).table(statistics(suite)).further_figure(
        input,
        "case-speed",
        speeds(suite),
    ))
}

fn failed(suite: &Suite) -> Option<Failed> {
    let failed = || suite.cases.iter().filter(|figures| figures.case.failed > 0);
    failed().next().is_some().then(|| Failed {
        one: failed().count() == 1,
        names: names(failed()),
        runs: suite
            .repeats()
            .then(|| format!("{} of {}", suite.failed_runs, format::counted(suite.runs, "run", "runs"))),
    })
}

fn rating_of(suite: &Suite) -> Option<Rating> {
    let speeds = suite.speeds.as_ref()?;
    let band = rating(speeds.mean);
    let without = speeds.mean_without_far.map(|mean| rating(mean).word);
    Some(Rating {
        average: format::throughput(speeds.mean),
        without: without.filter(|word| *word != band.word),
        word: band.word,
        edge: band.edge,
    })
}

fn far(suite: &Suite) -> Option<Far> {
    let all: Vec<_> = suite.far().collect();
    let first = all.first()?;
    let speeds = suite.speeds.as_ref()?;
    Some(Far {
        names: far_names(suite),
        one: all.len() == 1,
        slow: all.iter().all(|case| case.far == Some(Side::Slow)),
        ran_first: all.len() == 1 && suite.ran_first(first),
        speed: first.case.speed_tok_s.filter(|_| all.len() == 1).map(format::throughput),
        median: format::throughput(speeds.median),
        average: format::throughput(speeds.mean),
        without: speeds.mean_without_far.map(format::throughput)?,
        factor: format::shortest(FAR_FACTOR),
        deviations: format::shortest(FAR_DEVIATIONS),
    })
}

/// Fastest, slowest and median; with a single speed they say nothing.
fn statistics(suite: &Suite) -> Table {
    let mut table = Table {
        id: "speed-statistics".to_owned(),
        caption: "Speed statistics".to_owned(),
        columns: vec![left("Statistic"), right("Speed"), left("Case")],
        rows: Vec::new(),
        row_headings: true,
    };
    let Some(speeds) = suite.speeds.as_ref().filter(|speeds| speeds.n > 1) else { return table };
    let at = |title: &str, place: usize| {
        let case = &suite.cases[place];
        let speed = case.case.speed_tok_s.map(|value| Cell::number(format::throughput(value), value));
        vec![Cell::text(title), speed.unwrap_or_else(Cell::unknown), Cell::text(name(case))]
    };
    let median = Cell::number(format::throughput(speeds.median), speeds.median);
    table.rows = vec![
        at("Maximum", speeds.fastest),
        at("Minimum", speeds.slowest),
        vec![Cell::text("Median"), median, Cell::text(format!("of {}", format::counted(speeds.n, "case", "cases")))],
    ];
    table
}

/// The numbers of the chart.
fn speeds(suite: &Suite) -> Table {
    super::cases::values(suite, "case-speed", "Speed of each case", "Speed (tok/s)", super::speed, |case| {
        case.speed_tok_s
    })
}
