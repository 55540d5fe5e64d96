//! The examples run: each is a module here, so that it is compiled and called as it stands.

#[path = "../../examples/capacity.rs"]
mod capacity;
#[path = "../../examples/cells.rs"]
mod cells;
#[path = "../../examples/chart.rs"]
mod chart;
#[path = "../../examples/report.rs"]
mod report;
#[path = "../../examples/results.rs"]
mod results;

use crate::run::root;
use std::fs;

#[test]
fn every_example_runs() {
    capacity::main().unwrap();
    cells::main().unwrap();
    chart::main();
    report::main().unwrap();
    results::main().unwrap();
}

#[test]
fn every_example_is_short_and_called_here() {
    let here = include_str!("examples.rs");
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(here.contains(&format!("{name}::main()")), "{name} is not run");
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 40, "{name} has {lines} lines");
    }
}
