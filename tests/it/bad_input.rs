//! What every file of `fixtures/inputs/records` gives: an error that helps, or cells.
//!
//! Each file is named after what it shows; a new one only needs its snapshot.

use crate::on_disk::OnDisk;
use crate::run::root;
use gristmill::config::Config;
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Options, ingest};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn records() -> PathBuf {
    root().join("fixtures/inputs/records")
}

/// Every fixture, ordered by name.
fn fixtures() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(records()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read(paths: &[&Path], lenient: bool) -> Result<Warned<Ingested>> {
    let files: Vec<OnDisk> = paths.iter().map(|path| OnDisk::new(path.to_path_buf())).collect();
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    ingest(&inputs, &Config::default(), &Options { lenient, threads: 2 })
}

fn told(outcome: &Result<Warned<Ingested>>) -> String {
    let Warned { value, warnings } = match outcome {
        Err(error) => return format!("error: {error}\n"),
        Ok(warned) => warned,
    };
    let mut out = String::new();
    for warning in warnings {
        writeln!(out, "warning: {warning}").unwrap();
    }
    for source in &value.sources {
        let format = source.format.as_deref().unwrap_or("not recognised");
        writeln!(out, "{}: {format}, {} records", source.name, source.records).unwrap();
    }
    for (file, columns) in &value.unknown_columns {
        writeln!(out, "{file}: unknown columns {columns:?}").unwrap();
    }
    for cell in &value.cells {
        let (n, mean) = (cell.metrics[0].n, cell.metrics[0].mean);
        writeln!(out, "{} requests, {} failed; TTFT of {n}: {mean:?} s", cell.requests.unwrap(), cell.failed.unwrap())
            .unwrap();
    }
    out
}

#[test]
fn every_bad_record_is_told_with_its_place_and_what_to_do() {
    for path in fixtures() {
        let strict = told(&read(&[&path], false));
        let lenient = told(&read(&[&path], true));
        let lenient = if lenient == strict { "the same\n".to_owned() } else { lenient };
        let name = path.file_name().unwrap().to_str().unwrap();
        let settings = snapshots();
        settings.bind(|| insta::assert_snapshot!(name, format!("{strict}\n--lenient\n{lenient}")));
    }
}

/// One file of snapshots per fixture, called like it.
fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots/bad_input");
    settings
}

#[test]
fn the_same_records_give_the_same_cells_in_every_form() {
    let plain = read(&[&records().join("plain.csv")], false).unwrap().value;
    let mut forms = 0;
    for path in fixtures() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("with") || name.starts_with("as-") {
            let read = read(&[&path], false).unwrap_or_else(|error| panic!("{error}")).value;
            assert_eq!(read.cells, plain.cells, "{name}");
            assert_eq!(read.date, plain.date, "{name}");
            forms += 1;
        }
    }
    assert!(forms > 10, "{forms}");
}

#[test]
fn a_folder_without_records_is_told_what_was_looked_at() {
    let not_records = records().join("not-records.json");
    let paths = [not_records.as_path(), &records().join("empty.csv"), &records().join("header-only.csv")];
    let told = [read(&paths, false), read(&[], false)].map(|outcome| outcome.unwrap_err().to_string()).join("\n\n");
    snapshots().bind(|| insta::assert_snapshot!("no records at all", told));
}

#[test]
fn a_directory_and_a_missing_file_are_told_as_what_they_are() {
    let directory = read(&[&records()], false).unwrap_err().to_string();
    assert!(directory.starts_with("records: cannot be read: "), "{directory}");
    assert!(directory.ends_with("hint: name a file, or the folder as the whole run"), "{directory}");
    let missing = read(&[&records().join("none.csv")], false).unwrap_err().to_string();
    assert!(missing.starts_with("none.csv: cannot be read: "), "{missing}");
}
