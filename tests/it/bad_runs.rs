//! Every kind of bad input through the whole program, onto a report that is there already: what a reader is told, and that an error
//! leaves that report as it is. `bad_input.rs` has the same and more of records; full disks and killed runs are in `faults.rs`.

#[cfg(target_os = "linux")]
use crate::run::as_someone;
use crate::run::{gristmill, report, root};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,error\n";

const DEEP: &str = "{\"concurrency\":1,\"ttft_ms\":1,\"e2e_ms\":2,\"input_tokens\":3,\"output_tokens\":4,\"extra\":";

/// What is wrong, and the fixture that shows it.
const FIXTURES: [(&str, &str); 26] = [
    ("empty file", "empty.csv"),
    ("header only", "header-only.csv"),
    ("missing required column", "missing-column.csv"),
    ("wrong type", "wrong-type.csv"),
    ("wrong type, JSON", "text-for-a-number.json"),
    ("NaN", "nan.json"),
    ("NaN, JSON Lines", "nan.jsonl"),
    ("infinity", "infinite.csv"),
    ("infinity, JSON Lines", "infinity.jsonl"),
    ("negative duration", "negative-duration.csv"),
    ("TTFT above E2E", "ttft-above-e2e.csv"),
    ("zero tokens", "zero-tokens.csv"),
    ("duplicated request ids", "duplicate-request-id.csv"),
    ("UTF-8 with byte order mark", "with-byte-order-mark.csv"),
    ("UTF-16", "utf-16.csv"),
    ("invalid UTF-8", "invalid-utf-8.csv"),
    ("CRLF", "with-crlf.csv"),
    ("quoted line breaks", "with-every-cell-quoted.csv"),
    ("a quote never closed", "open-quote.csv"),
    ("ragged row, short", "too-few-cells.csv"),
    ("ragged row, long", "too-many-cells.csv"),
    ("truncated last line", "truncated-last-line.csv"),
    ("truncated last line, JSON Lines", "truncated-last-line.jsonl"),
    ("truncated array", "truncated-array.json"),
    ("truncated gzip", "truncated-gzip.csv.gz"),
    ("damaged gzip", "damaged-gzip.csv.gz"),
];

/// OUT with a report in it.
struct Scene {
    folder: tempfile::TempDir,
    told: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        report(&root().join("fixtures/inputs/records/plain.csv"), &folder.path().join("kept"));
        Self { folder, told: String::new() }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Makes a report of a run into a folder that has one, and notes what is said.
    fn tell(&mut self, what: &str, run: &[&Path]) {
        self.tell_as(what, run, &[env!("CARGO_BIN_EXE_gristmill").into()], &root());
    }

    /// The same by a program, from a folder that whoever it is may stand in.
    fn tell_as(&mut self, what: &str, run: &[&Path], program: &[OsString], from: &Path) {
        let (kept, out) = (self.folder.path().join("kept"), self.folder.path().join("out"));
        let _ = fs::remove_dir_all(&out);
        copy(&kept, &out);
        let words = Command::new(&program[0])
            .args(&program[1..])
            .arg("report")
            .args(run)
            .arg("-o")
            .arg(&out)
            .current_dir(from)
            .output();
        let output = words.unwrap();
        let status = output.status.code();
        assert!(matches!(status, Some(0 | 1)), "{what}: {output:?}");
        if status == Some(1) {
            assert!(files(&out) == files(&kept), "{what}: the earlier report was touched");
        }
        let said = String::from_utf8(output.stderr).unwrap().replace(self.folder.path().to_str().unwrap(), "FOLDER");
        let outcome = if status == Some(0) { "a report\n" } else { "" };
        self.told += &format!("## {what}\n{outcome}{said}\n");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &there),
            false => assert!(fs::copy(&path, there).is_ok()),
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        match path.is_dir() {
            true => found.extend(files(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes))),
            false => drop(found.insert(name, fs::read(path).unwrap())),
        }
    }
    found
}

#[test]
#[cfg(target_os = "linux")]
fn every_bad_run_is_told_and_an_error_leaves_the_earlier_report() {
    let mut scene = Scene::new();
    for (what, name) in FIXTURES {
        scene.tell(what, &[&Path::new("fixtures/inputs/records").join(name)]);
    }
    let row = |level: u32, start: u32| format!("1024,{level},{start},100,1100,1024,101,\n");

    let deep = scene.file("deep.jsonl", format!("{DEEP}{}\n", "[".repeat(1_000_000)));
    scene.tell("JSON nested a million deep", &[&deep]);
    let long = scene.file("long.csv", HEADER);
    File::options().append(true).open(&long).unwrap().set_len(1 << 30).unwrap();
    scene.tell("one line of 1 GB", &[&long]);
    scene.tell("mixed models", &[Path::new("fixtures/samples/llama-bench/csv")]);
    let failed = format!("{HEADER}{}1024,2,9,,,,,timeout\n", row(1, 0));
    let failed = scene.file("failed.csv", failed);
    scene.tell("no successful request in a cell", &[&failed]);
    let all = scene.file("all-failed.csv", format!("{HEADER}1024,1,0,,,,,timeout\n1024,2,9,,,,,timeout\n"));
    scene.tell("no successful request at all", &[&all]);
    let seconds = [10, 20, 5, 30, 40];
    let log = seconds.map(|second| format!("1970/01/01 00:00:{second:02}.000, 100 W\n")).concat();
    let records: String = (0..5).map(|at| row(1, at * 9)).collect();
    scene.file("backwards/records.csv", format!("{HEADER}{records}"));
    let log = scene.file("backwards/power.csv", format!("timestamp, power.draw [W]\n{log}"));
    scene.tell("a clock that runs backwards", &[log.parent().unwrap()]);
    scene.tell("a directory where a file is expected", &[&failed, Path::new("fixtures/runs")]);
    scene.tell("nothing there", &[Path::new("no/such/run.csv")]);
    scene.tell("a pattern in quotes", &[Path::new("runs/*.csv")]);

    let someone = as_someone(scene.folder.path());
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let secret = scene.file("secret/records.csv", format!("{HEADER}{}", row(1, 0)));
    mode(&secret, 0o000);
    scene.tell_as("a file without permission", &[&secret], &someone, Path::new("/"));
    mode(secret.parent().unwrap(), 0o000);
    scene.tell_as("a folder without permission", &[secret.parent().unwrap()], &someone, Path::new("/"));
    mode(secret.parent().unwrap(), 0o755);

    insta::assert_snapshot!(scene.told);
}

/// A file that unpacks to a gibibyte: `cargo test --test it bad_runs -- --ignored`.
#[test]
#[ignore = "takes a minute"]
fn a_gzip_bomb_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.csv.gz");
    let mut packed = GzEncoder::new(File::create(&path).unwrap(), Compression::best());
    packed.write_all(HEADER.as_bytes()).unwrap();
    // Few line breaks: what is all alike expands most.
    let line = [&vec![b' '; 4 << 20][..], b"\n"].concat();
    for _ in 0..258 {
        packed.write_all(&line).unwrap();
    }
    packed.finish().unwrap();
    let output = gristmill(["check".as_ref(), path.as_os_str()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("have expanded to") && said.contains("more than 1000 times as many"), "{said}");
}
