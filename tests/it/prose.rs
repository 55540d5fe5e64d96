//! What a report says of runs of every kind: read as a reader reads it, as plain text.

use gristmill::analysis::analyze;
use gristmill::config::Config;
use gristmill::font::Fonts;
use gristmill::ingest::{Input, Options, ingest};
use gristmill::report::{Block, Composition, Report, Table, Templates, compose, plain_text};
use std::fmt::Write;
use std::io::Read;

struct Memory {
    name: String,
    bytes: Vec<u8>,
}

impl Input for Memory {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(&self.bytes[..]))
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// The report of some files, by name and text.
pub fn report_of(files: &[(&str, &str)], configuration: &str) -> Report {
    let config: Config = toml::from_str(configuration).unwrap();
    let files: Vec<_> =
        files.iter().map(|(name, text)| Memory { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() }).collect();
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let mut warnings = Vec::new();
    let ingested = ingest(&inputs, &config, &Options { lenient: true, threads: 1 }).unwrap().take(&mut warnings);
    let analysis = analyze(ingested.cells.clone(), ingested.power_w.clone(), &config).take(&mut warnings);
    let input = Composition {
        analysis: &analysis,
        ingested: &ingested,
        config: &config,
        warnings: &warnings,
        run_name: "a-run",
        fonts: &Fonts::load(),
        logo: None,
        templates: &Templates::built_in().unwrap(),
    };
    compose(&input).unwrap()
}

/// A report as a reader reads it; a table's cells are parted by ` | `.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let cover = &report.cover;
    writeln!(out, "{} | {:?} | {:?}", cover.title, cover.subtitle, cover.date_text).unwrap();
    for (label, value) in &cover.facts {
        writeln!(out, "{label}: {value}").unwrap();
    }
    for highlight in &cover.highlights {
        writeln!(out, "* {} {} {}", highlight.value, highlight.label, highlight.condition).unwrap();
    }
    writeln!(out, "{}\n{}", cover.imprint, cover.footer).unwrap();
    for section in &report.sections {
        writeln!(out, "\n# {} (#{})", section.title, section.id).unwrap();
        blocks(&section.blocks, "", &mut out);
    }
    out
}

fn blocks(all: &[Block], indent: &str, out: &mut String) {
    for block in all {
        match block {
            Block::Heading { level, id, content } => {
                writeln!(out, "\n{indent}{} {} (#{id})", "#".repeat(usize::from(*level)), plain_text(content)).unwrap();
            }
            Block::Paragraph(content) => writeln!(out, "{indent}{}", plain_text(content)).unwrap(),
            Block::List { items, .. } => items.iter().for_each(|item| blocks(item, &format!("{indent}- "), out)),
            Block::Table(data) => table(data, indent, out),
            Block::Figure(figure) => {
                let caption = plain_text(&figure.caption);
                writeln!(out, "{indent}[Figure {}: {caption}\n{indent} {}]", figure.number, figure.alternative)
                    .unwrap();
            }
            Block::Callout { kind, blocks: inner } => {
                writeln!(out, "{indent}{}:", kind.title()).unwrap();
                blocks(inner, &format!("{indent}> "), out);
            }
            Block::Code(code) => writeln!(out, "{indent}```\n{code}\n```").unwrap(),
        }
    }
}

fn table(table: &Table, indent: &str, out: &mut String) {
    let heads: Vec<_> = table.columns.iter().map(|column| column.title.clone()).collect();
    writeln!(out, "{indent}[{}] {}", table.id, heads.join(" | ")).unwrap();
    for row in &table.rows {
        assert_eq!(row.len(), heads.len(), "a row of {} has as many cells as the table has columns", table.id);
        let cells: Vec<_> = row.iter().map(|cell| plain_text(&cell.content)).collect();
        writeln!(out, "{indent}  {}", cells.join(" | ")).unwrap();
    }
}

#[test]
fn fixture() {
    let root = crate::run::bundled(crate::run::RUNS[1]);
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (records, power) = (read("records.csv"), read("power.csv"));
    let report = report_of(&[("records.csv", &records), ("power.csv", &power)], &read("gristmill.toml"));
    std::fs::write("/tmp/prose.txt", text(&report)).unwrap();
}
