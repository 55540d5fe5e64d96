//! Files that people hand over by mistake or out of habit: told by what they are, with the way out.
//!
//! Nothing is read from them. They are looked for before every other format, since one that is not compressed shows the text within it.

use super::format::{Format, Head};
use super::sink::Sink;
use super::stream::Stream;
use crate::error::Result;
use crate::format;

/// A kind of file that holds no records as it is.
pub struct Foreign {
    name: &'static str,
    is: fn(&Head) -> bool,
    /// What to do instead: an imperative without a full stop.
    instead: &'static str,
}

const fn kind(name: &'static str, is: fn(&Head) -> bool, instead: &'static str) -> Foreign {
    Foreign { name, is, instead }
}

const SHEET: &str = "save the sheet that holds the requests as a CSV with commas, and name that";
const UNPACK: &str = "unpack it and name the file, or compress it with gzip, which is read as it is";
const ARCHIVE: &str = "unpack it and name the folder";
const DATABASE: &str = "export the table of requests as a CSV, and name that";
const PRINTED: &str = "name the files that the load generator wrote";

/// Every such kind; of several that claim a file the first counts.
pub static FOREIGN: &[Foreign] = &[
    kind("Excel workbook", |head| is_zip(head) && head.text().contains("xl/"), SHEET),
    kind("Excel workbook of before 2007", |head| head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), SHEET),
    kind("OpenDocument spreadsheet", |head| is_zip(head) && head.text().contains("opendocument.spreadsheet"), SHEET),
    kind("zip archive", is_zip, ARCHIVE),
    kind("tar archive", |head| head.has_at(257, b"ustar"), ARCHIVE),
    kind("7z archive", |head| head.starts_with(b"7z\xbc\xaf\x27\x1c"), ARCHIVE),
    kind("Zstandard-compressed file", |head| head.starts_with(b"\x28\xb5\x2f\xfd"), UNPACK),
    kind("xz-compressed file", |head| head.starts_with(b"\xfd7zXZ\0"), UNPACK),
    kind("bzip2-compressed file", |head| head.starts_with(b"BZh") && head.has_at(4, b"1AY&SY"), UNPACK),
    kind(
        "Parquet file",
        |head| head.starts_with(b"PAR1"),
        "export it as a CSV, for example with DuckDB's `COPY … TO 'records.csv'`",
    ),
    kind("Arrow file", |head| head.starts_with(b"ARROW1\0\0"), "export it as a CSV, for example with pandas' `to_csv`"),
    kind("SQLite database", |head| head.starts_with(b"SQLite format 3\0"), DATABASE),
    kind("DuckDB database", |head| head.has_at(8, b"DUCK"), DATABASE),
    kind("PDF document", |head| head.starts_with(b"%PDF-"), PRINTED),
    kind("HTML page", is_html, PRINTED),
    kind(
        "Gristmill report",
        is_report,
        "name the run that it was made of, or the folder of the report with its `cells.csv`; as a baseline it stands behind `--against`",
    ),
    kind(
        "CSV for a spreadsheet",
        is_marked_csv,
        "take out its first line, which only spreadsheets understand; `gristmill check` says what else its columns need",
    ),
    kind(
        "Git LFS pointer",
        |head| head.starts_with(b"version https://git-lfs"),
        "fetch the file itself with `git lfs pull`",
    ),
];

impl Format for Foreign {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognizes(&self, head: &Head) -> bool {
        (self.is)(head)
    }

    fn read(&self, _: &mut Stream, sink: &mut Sink) -> Result<()> {
        sink.set_aside(format!("nothing is read from it; {}", self.instead));
        Ok(())
    }
}

/// Who claims a file.
pub fn recognise(head: &Head) -> Option<&'static dyn Format> {
    FOREIGN.iter().find(|kind| kind.recognizes(head)).map(|kind| kind as &dyn Format)
}

/// Whether a format is one of these, by its name.
pub fn is_foreign(format: &str) -> bool {
    FOREIGN.iter().any(|kind| kind.name == format)
}

/// What to do instead of naming files of these formats, each kind of advice once; none where no format is one of these.
pub fn instead<'f>(formats: impl Iterator<Item = &'f str>) -> Option<String> {
    let mut advice: Vec<(Vec<String>, &str)> = Vec::new();
    for kind in formats.filter_map(|name| FOREIGN.iter().find(|kind| kind.name == name)) {
        match advice.iter_mut().find(|(_, instead)| *instead == kind.instead) {
            Some((names, _)) if names.iter().any(|name| name == kind.name) => {}
            Some((names, _)) => names.push(kind.name.to_owned()),
            None => advice.push((vec![kind.name.to_owned()], kind.instead)),
        }
    }
    match &advice[..] {
        [] => None,
        [(_, instead)] => Some((*instead).to_owned()),
        several => {
            let one = |(names, instead): &(Vec<String>, &str)| format!("{}: {instead}", format::list(names));
            Some(several.iter().map(one).collect::<Vec<_>>().join("; "))
        }
    }
}

fn is_zip(head: &Head) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

fn is_html(head: &Head) -> bool {
    let text = head.text().trim_start();
    let begins = |tag: &str| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    begins("<!doctype html") || begins("<html")
}

/// A `report.json`, which begins with the version that wrote it.
fn is_report(head: &Head) -> bool {
    head.keys().starts_with(&["gristmill", "schema", "run"])
}

/// `sep=;` in the first line tells Excel what stands between the cells.
fn is_marked_csv(head: &Head) -> bool {
    let first = head.text().lines().next().unwrap_or_default().trim().trim_matches('"');
    first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep=")) && first.chars().count() <= 5
}
