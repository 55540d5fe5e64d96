//! How the suite was run, and on what.

use super::suite_of;
use crate::analysis::suite::Suite;
use crate::format;
use crate::ingest::power::join::EPOCH_FROM_S;
use crate::report::sections::{Draft, LeftOut, method};
use crate::report::templates::clean;
use crate::report::{Composition, Table, cover};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    parameters: bool,
    gpu: bool,
    repeats: bool,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let suite = suite_of(input)?;
    let (parameters, gpu) = (parameters(input, suite), gpu(input));
    if gpu.rows.is_empty() {
        left_out.note("GPU", "`[hardware]` says nothing of it");
    }
    let view = View { parameters: !parameters.rows.is_empty(), gpu: !gpu.rows.is_empty(), repeats: suite.repeats() };
    Some(Draft::new(&view).table(parameters).table(gpu))
}

/// A row for each that is known.
fn rows<const N: usize>(rows: [(&str, Option<String>); N]) -> Vec<(String, String)> {
    let said =
        |(key, value): (&str, Option<String>)| Some((key.to_owned(), value.filter(|value| !clean(value).is_empty())?));
    rows.into_iter().filter_map(said).collect()
}

fn parameters(input: &Composition, suite: &Suite) -> Table {
    let (config, test) = (input.config, &input.config.test);
    let date = config.date.clone().or_else(|| input.ingested.date.clone()).map(|date| format::date(&date));
    let cases = suite.cases.len() as f64;
    let runs = suite.repeats().then(|| format::thousands(suite.runs as f64));
    let rows = rows([
        ("Time", test.time.clone().or_else(|| begun(suite)).or(date)),
        ("Model", config.model.name.clone()),
        ("Engine", cover::engine(config)),
        ("API URL", test.api_url.clone()),
        ("Number of cases", Some(format::thousands(cases))),
        ("Runs of all cases", runs),
        ("Mode", test.mode.clone()),
    ]);
    method::pairs("suite-test", "Test information", ["Parameter", "Value"], rows)
}

fn gpu(input: &Composition) -> Table {
    let (config, hardware) = (input.config, &input.config.hardware);
    let mebibytes = |mib: Option<f64>| mib.map(|mib| format!("{} MiB", format::thousands(mib)));
    let rows = rows([
        ("Model", cover::hardware(config)),
        ("Memory", mebibytes(hardware.memory_mb).or_else(|| cover::vram(config))),
        ("Driver", hardware.driver.clone()),
        ("Peak memory", mebibytes(hardware.peak_memory_mb)),
    ]);
    method::pairs("suite-gpu", "GPU", ["Property", "Value"], rows)
}

/// When the first case was sent, where the clock is an epoch: `2026-02-06 14:03:12 UTC`.
fn begun(suite: &Suite) -> Option<String> {
    let seconds = suite.cases.iter().filter_map(|case| case.case.start_ps).min()?.div_euclid(1_000_000_000_000);
    let time = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    (seconds >= EPOCH_FROM_S).then(|| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}
