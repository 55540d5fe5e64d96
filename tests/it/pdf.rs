//! `report.pdf` of the bundled runs, as other programs read it.

use crate::prose::report_of;
use crate::run::{RUNS, bundled};
use gristmill::font::Fonts;
use gristmill::render::{PageSize, pdf};
use gristmill::report::{Block, Report, plain_text};
use gristmill::threads::Threads;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The report of a bundled run.
fn report(run: &str) -> Report {
    let read = |file: &str| std::fs::read_to_string(bundled(run).join(file)).unwrap();
    report_of(&[("records.csv", &read("records.csv")), ("power.csv", &read("power.csv"))], &read("gristmill.toml"))
}

/// The report of a bundled run as a file of a test's own.
fn written(test: &str, run: &str, page: PageSize) -> PathBuf {
    let bytes = pdf::write(&report(run), &Fonts::load(), page, None, &Threads::default()).unwrap().value;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{run}-{page:?}.pdf"));
    std::fs::write(&file, bytes).unwrap();
    file
}

/// What a program prints about a file; it must have nothing to complain about.
pub fn tool(program: &str, arguments: &[&str], file: &Path) -> String {
    let mut command = Command::new(program);
    let arguments =
        arguments.iter().map(|argument| if *argument == "FILE" { file.as_os_str() } else { argument.as_ref() });
    let output = command.args(arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("{program} is needed for this test (qpdf, poppler-utils): {error}"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{program}: {complaints}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn headings(report: &Report) -> Vec<String> {
    let within = |blocks: &[Block]| -> Vec<String> {
        let heading = |block: &Block| match block {
            Block::Heading { content, .. } => Some(plain_text(content)),
            _ => None,
        };
        blocks.iter().filter_map(heading).collect()
    };
    report
        .sections
        .iter()
        .flat_map(|section| std::iter::once(section.title.clone()).chain(within(&section.blocks)))
        .collect()
}

#[test]
fn the_bundled_runs_are_sound_files_of_the_promised_size() {
    for (run, page) in RUNS.into_iter().flat_map(|run| [(run, PageSize::A4), (run, PageSize::Letter)]) {
        let file = written("sound", run, page);
        assert!(tool("qpdf", &["--check", "FILE"], &file).contains("No syntax or stream encoding errors"));
        let faces = tool("pdffonts", &["FILE"], &file);
        assert!(faces.lines().skip(2).all(|line| line.matches(" yes").count() == 3), "{faces}");
        let info = tool("pdfinfo", &["FILE"], &file);
        let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim();
        assert!((14..=20).contains(&pages.parse::<u32>().unwrap()), "{run}: {pages} pages");
        assert!(std::fs::metadata(&file).unwrap().len() < 200_000);
    }
}

#[test]
fn headings_are_tagged_in_the_order_of_the_report() {
    for run in RUNS {
        let report = report(run);
        let tree = tool("pdfinfo", &["-struct-text", "FILE"], &written("tagged", run, PageSize::A4));
        let mut rest = tree.as_str();
        for heading in headings(&report) {
            let mut lines = rest.match_indices("\n  H");
            let found = lines.find(|(at, _)| {
                let text: String = rest[at + 1..]
                    .lines()
                    .skip(1)
                    .take(3)
                    .flat_map(|line| line.trim().trim_matches('"').chars())
                    .collect();
                text.starts_with(heading.split_whitespace().next().unwrap())
            });
            let (at, _) = found.unwrap_or_else(|| panic!("{run}: no heading `{heading}` in its place"));
            rest = &rest[at + 1..];
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let [first, again] = [0, 1].map(|_| {
        let fonts = Fonts::load();
        pdf::write(&report(RUNS[0]), &fonts, PageSize::A4, Some("#7a0019"), &Threads::default()).unwrap().value
    });
    assert!(first == again);
}

#[test]
fn every_row_of_every_table_can_be_read_in_one_line() {
    for run in RUNS {
        let report = report(run);
        let text = tool("pdftotext", &["-layout", "FILE", "-"], &written("rows", run, PageSize::A4));
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let lines: Vec<String> = text.lines().map(squeezed).collect();
        for section in &report.sections {
            for block in &section.blocks {
                let Block::Table(table) = block else { continue };
                for row in &table.rows {
                    let printed: Vec<String> = row.iter().map(|cell| plain_text(&cell.content)).collect();
                    // Long words wrap within their column; short cells all stand on the first line of the row.
                    let short: Vec<String> =
                        printed.iter().filter(|cell| cell.len() <= 9).map(|cell| squeezed(cell)).collect();
                    let found = lines.iter().enumerate().any(|(at, line)| {
                        let mut rest = line.as_str();
                        // What rows have in common may stand above them instead.
                        let named = short.first().is_some_and(|name| lines[..at].contains(name));
                        let cells = if named && !line.contains(&short[0]) { &short[1..] } else { &short[..] };
                        cells.iter().all(|cell| match rest.find(cell.as_str()) {
                            Some(at) => {
                                rest = &rest[at + cell.len()..];
                                true
                            }
                            None => false,
                        })
                    });
                    assert!(found, "{run}: {printed:?}");
                }
            }
        }
    }
}

#[test]
fn the_head_of_a_table_that_goes_over_pages_is_repeated() {
    for run in RUNS {
        let report = report(run);
        let text = tool("pdftotext", &["-layout", "FILE", "-"], &written("heads", run, PageSize::A4));
        let tables = report.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        let longest = tables.max_by_key(|table| table.rows.len()).unwrap();
        let head: Vec<_> =
            longest.columns.iter().map(|column| column.title.as_str()).filter(|title| title.len() < 8).collect();
        let heads = text.lines().filter(|line| {
            let mut words = line.split_whitespace();
            head.iter().flat_map(|title| title.split_whitespace()).all(|word| words.any(|seen| seen == word))
        });
        let repeated = heads.count();
        assert!(longest.rows.len() < 25 || repeated >= 2, "{run}: {head:?} {repeated} times");
    }
}
