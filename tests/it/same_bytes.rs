//! The same input gives the same bytes in every format.

use crate::run::{RUNS, bundled, root};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A report of a run made under an environment and with further arguments.
fn made(run: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let out = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_gristmill"))
        .arg("report")
        .arg(run)
        .arg("-o")
        .arg(out.path())
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    files(out.path())
}

fn assert_same(what: &str, left: &BTreeMap<PathBuf, Vec<u8>>, right: &BTreeMap<PathBuf, Vec<u8>>) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{what}");
    for (path, bytes) in left {
        assert!(bytes == &right[path], "{what}: {} differs", path.display());
    }
}

#[test]
fn a_report_depends_on_nothing_but_its_run() {
    let run = bundled(RUNS[1]);
    let first = made(&run, &[], &["--threads", "1"]);
    assert!(first.len() > 12, "{:?}", first.keys());
    assert_same("a second time", &first, &made(&run, &[], &["--threads", "1"]));
    assert_same("two threads", &first, &made(&run, &[], &["--threads", "2"]));
    assert_same("five threads", &first, &made(&run, &[], &["--threads", "5"]));
    let elsewhere = [("TZ", "Asia/Kathmandu"), ("LC_ALL", "de_DE.UTF-8"), ("LANG", "ar_EG.UTF-8")];
    assert_same("another time zone and locale", &first, &made(&run, &elsewhere, &[]));
    let pictures = |threads: &str| made(&run, &[], &["--chart-format", "png", "--threads", threads]);
    assert_same("pictures", &pictures("1"), &pictures("2"));
    assert_same("SOURCE_DATE_EPOCH", &first, &made(&run, &[("SOURCE_DATE_EPOCH", "1")], &[]));

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("another name");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&run).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
    }
    assert_same("another folder", &first, &made(&copy, &[], &[]));
}

/// libfaketime, which shows a program another time.
#[cfg(target_os = "linux")]
fn other_times() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let library = |folder: PathBuf| folder.join("faketime/libfaketime.so.1");
    folders.map(library).find(|path| path.exists()).expect("libfaketime is installed: tests/run does it")
}

#[cfg(target_os = "linux")]
#[test]
fn the_clock_does_not_show_in_a_report() {
    let library = other_times();
    let at = |time: &'static str| [("LD_PRELOAD", library.to_str().unwrap()), ("FAKETIME", time)];
    let past = at("@2001-02-03 04:05:06");
    let shown = Command::new("date").arg("+%Y").envs(past).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&shown.stdout).trim(), "2001", "the library works");
    let run = bundled(RUNS[1]);
    let now = made(&run, &[], &[]);
    assert_same("in the past", &now, &made(&run, &past, &[]));
    assert_same("in the future", &now, &made(&run, &at("@2037-12-31 23:59:59"), &[]));
    assert_same("a fast clock", &now, &made(&run, &at("+0 x1000"), &[]));
}

#[test]
fn order_and_splitting_of_the_records_change_nothing_but_the_list_of_sources() {
    let run = bundled(RUNS[0]);
    let records = fs::read_to_string(run.join("records.csv")).unwrap();
    let (header, body) = records.split_once('\n').unwrap();
    let mut rows: Vec<&str> = body.lines().collect();
    // A fixed shuffle: multiplication by a number prime to the length.
    let length = rows.len();
    let shuffled: Vec<&str> = (0..length).map(|at| rows[at * 7919 % length]).collect();
    assert_ne!(rows, shuffled);
    rows = shuffled;
    let folder = tempfile::tempdir().unwrap();
    for (part, name) in rows.chunks(length.div_ceil(3)).zip(["c.csv", "a.csv", "b.csv"]) {
        fs::write(folder.path().join(name), format!("{header}\n{}\n", part.join("\n"))).unwrap();
    }
    for name in ["power.csv", "gristmill.toml"] {
        fs::copy(run.join(name), folder.path().join(name)).unwrap();
    }
    let (whole, split) = (made(&run, &[], &[]), made(folder.path(), &[], &[]));
    assert!(whole[Path::new("cells.csv")] == split[Path::new("cells.csv")], "cells.csv differs");
    for (path, bytes) in whole.iter().filter(|(path, _)| path.starts_with("charts")) {
        assert!(bytes == &split[path], "{} differs", path.display());
    }
    let figures = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let report: serde_json::Value = serde_json::from_slice(&files[Path::new("report.json")]).unwrap();
        [report["cells"].clone(), report["findings"].clone(), report["capacity"].clone()]
    };
    assert_eq!(figures(&whole), figures(&split));
}
