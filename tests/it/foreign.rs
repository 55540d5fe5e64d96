//! Files that people hand over by mistake: each is told by what it is, with the way out.

use crate::folder::{read_inputs, warnings};
use crate::run::{RUNS, bundled, gristmill, report};
use flate2::Compression;
use flate2::write::GzEncoder;
use gristmill::check::{check, text};
use gristmill::config::Config;
use gristmill::ingest::foreign::FOREIGN;
use gristmill::ingest::{Input, Memory, Options};
use std::fmt::Write as _;
use std::io::Write as _;

const RECORDS: &str = "concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n1,10,90,1024,10\n";

/// The beginning of a zip whose first entry has a name, with content that is not compressed.
fn zip(name: &str, content: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0".to_vec();
    bytes.extend((content.len() as u32).to_le_bytes().repeat(2));
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(name.bytes().chain(content.bytes()));
    bytes
}

/// A tar archive of one file.
fn tar(name: &str, content: &str) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    let size = format!("{:011o}", content.len());
    header[124..135].copy_from_slice(size.as_bytes());
    header[257..265].copy_from_slice(b"ustar\x0000");
    let padding = vec![0; 512 - content.len() % 512 + 1024];
    [&header[..], content.as_bytes(), &padding].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One of each kind; an archive and a table also in their compressed forms.
fn careless() -> Vec<Memory> {
    let behind = |mark: &[u8]| [mark, &[7; 600]].concat();
    let semicolons = RECORDS.replace(',', ";");
    [
        ("runs.xlsx", [zip("[Content_Types].xml", "<Types/>"), zip("xl/workbook.xml", "<workbook/>")].concat()),
        ("runs.xls", behind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
        ("runs.ods", zip("mimetype", "application/vnd.oasis.opendocument.spreadsheet")),
        ("runs.zip", zip("records.csv", RECORDS)),
        ("runs.tar", tar("records.csv", RECORDS)),
        ("runs.tar.gz", gzip(&tar("records.csv", RECORDS))),
        ("runs.7z", behind(b"7z\xbc\xaf\x27\x1c")),
        ("records.csv.zst", behind(b"\x28\xb5\x2f\xfd")),
        ("records.csv.xz", behind(b"\xfd7zXZ\0")),
        ("records.csv.bz2", behind(b"BZh91AY&SY")),
        ("records.parquet", behind(b"PAR1")),
        ("records.arrow", behind(b"ARROW1\0\0")),
        ("records.db", behind(b"SQLite format 3\0")),
        ("records.duckdb", behind(b"\0\0\0\0\0\0\0\0DUCK")),
        ("report.pdf", behind(b"%PDF-1.7\n")),
        ("download.html", b"\n<!doctype HTML>\n<title>Sign in</title>".to_vec()),
        ("report.json", br#"{"gristmill": "0.1.0", "schema": 1, "run": {}}"#.to_vec()),
        ("excel.csv", format!("\u{feff}sep=;\r\n{semicolons}").into_bytes()),
        ("pointer.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n".to_vec()),
    ]
    .map(|(name, bytes)| Memory::new(name, bytes))
    .into()
}

#[test]
fn each_alone_is_an_error_that_says_what_it_is_and_what_to_do() {
    let mut told = String::new();
    for file in careless() {
        writeln!(told, "{}\n", read_inputs(&[file], "").unwrap_err()).unwrap();
    }
    for kind in FOREIGN {
        let name = gristmill::ingest::format::Format::name(kind);
        assert!(told.contains(&format!("recognised as {name}, ")), "no test hands over a {name}");
    }
    insta::assert_snapshot!("each alone", told);
}

#[test]
fn beside_records_they_are_left_out_with_a_warning() {
    let mut files = careless();
    files.push(Memory::new("records.csv", RECORDS));
    let read = read_inputs(&files, "").unwrap();
    assert_eq!(read.value.cells[0].requests, Some(1));
    insta::assert_snapshot!("beside records", warnings(&read).join("\n"));
}

#[test]
fn several_without_records_are_told_with_each_way_out() {
    let mut files: Vec<Memory> =
        careless().into_iter().filter(|file| ["runs.xlsx", "runs.ods", "report.pdf"].contains(&file.name())).collect();
    files.push(Memory::new("notes.txt", "dear diary"));
    insta::assert_snapshot!("several", read_inputs(&files, "").unwrap_err());
}

#[test]
fn a_check_tells_them_too_and_guesses_no_mapping() {
    let files: Vec<Memory> =
        careless().into_iter().filter(|file| ["excel.csv", "runs.xlsx"].contains(&file.name())).collect();
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let found = check(&inputs, &Config::default(), &Options::default(), "run", &[]);
    assert_eq!(found.guesses.len(), 0);
    insta::assert_snapshot!("check", format!("{}\nerror: {}", text(&found), found.problems[0].error()));
    let alone = check(&inputs[..1], &Config::default(), &Options::default(), "run", &[]);
    assert_eq!(alone.problems.len(), 1, "{:?}", alone.problems);
}

#[test]
fn a_report_of_ours_is_told_and_an_earlier_report_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (out, run) = (folder.path().join("out"), bundled(RUNS[0]));
    report(&run, &out);
    let before = std::fs::read(out.join("report.html")).unwrap();
    for name in ["report.json", "report.html", "report.pdf"] {
        let output = gristmill(["report".as_ref(), out.join(name).as_os_str(), "-o".as_ref(), out.as_os_str()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("from which nothing is read\nhint: name the "), "{said}");
        assert!(before == std::fs::read(out.join("report.html")).unwrap(), "{name}");
    }
}

#[test]
fn a_file_that_only_resembles_one_is_read() {
    for records in [
        "<html,concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n1,1,10,90,1024,10\n".replacen("<html", "html", 1),
        "sep=x and more,concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n1,1,10,90,1024,10\n".to_owned(),
        "PKW,concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n1,1,10,90,1024,10\n".to_owned(),
        "BZh,concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n1,1,10,90,1024,10\n".to_owned(),
    ] {
        let read = read_inputs(&[Memory::new("records.csv", records.as_str())], "");
        assert!(read.is_ok(), "{records}{}", read.unwrap_err());
    }
}
