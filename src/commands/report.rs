//! `gristmill report`

use super::pages::{self, working};
use super::{output, resume, say_warnings, terminal};
use crate::cli::{Format, Report};
use anyhow::Result;
use clap::ValueEnum;
use gristmill::analysis::Analysis;
use gristmill::format::counted;
use gristmill::pipeline::{self, Request};
use std::collections::BTreeSet;

/// Reads the run, makes the report, writes OUT.
pub fn run(arguments: &Report) -> Result<()> {
    let out = &arguments.output;
    resume(out)?;
    let before = output::written_before(out)?;
    let opened = arguments.run.open(Some(out))?;
    let assets = arguments.pages.assets(&opened.assets)?;
    let formats = chosen(&arguments.format);
    let inputs = opened.inputs();
    let kept: Vec<String> = before.iter().filter(|path| !belongs_to(path, &formats)).cloned().collect();
    let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
    let cache = arguments.run.cache(Some(out), &opened);
    let (made, told) =
        opened.with_reference(out, arguments.run.options(), cache.of_reference(), |reference| -> Result<_> {
            let request = Request {
                assets: &assets,
                page: arguments.pages.size(&opened.config),
                charts: arguments.pages.charts(),
                kept_files: &kept,
                reference,
                store: cache.of_run(),
                ..opened.request(&inputs, arguments.run.options(), &names)
            };
            let prepared = working(opened.reading(), || pipeline::prepare(&request))?;
            let told = told(&prepared.value.analysis);
            Ok((working(terminal::step("drawing"), || pipeline::render(prepared, &request))?, told))
        })??;
    say_warnings(&made.warnings);
    let files = made.value;
    let written: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let gone: Vec<String> =
        before.iter().filter(|path| belongs_to(path, &formats) && !written.contains(path.as_str())).cloned().collect();
    working(terminal::step("writing"), || output::write(out, &files, &before, &gone))?;
    cache.save();
    pages::say_written(out, &files, &told);
    if arguments.pages.open {
        pages::show(out, &files)?;
    }
    Ok(())
}

/// What a report tells of: `4,312 requests in 36 cells`. Where failures were not counted, the requests that succeeded; where
/// no request was, as in a test of the engine alone, the cells.
fn told(analysis: &Analysis) -> String {
    let cells = counted(analysis.cells.len() as u64, "cell", "cells");
    let requests = analysis.findings.success.requests;
    let succeeded: u64 = analysis.cells.iter().filter_map(|cell| cell.cell.successes()).sum();
    match (requests, succeeded) {
        (0, 0) => cells,
        (0, n) => format!("{} that succeeded in {cells}", counted(n, "request", "requests")),
        (n, _) => format!("{} in {cells}", counted(n, "request", "requests")),
    }
}

/// The formats to write: all, or what was asked for with what belongs to it.
fn chosen(asked: &[Format]) -> Vec<Format> {
    pick(Format::value_variants(), asked)
}

/// Of all formats those that were asked for, with what belongs to them; all where none was.
pub(super) fn pick(all: &[Format], asked: &[Format]) -> Vec<Format> {
    let all = all.iter().copied();
    if asked.is_empty() {
        return all.collect();
    }
    let wanted = |format: Format| match format {
        // The list of files lies in it.
        Format::Json => true,
        // The Markdown shows them.
        Format::Charts => asked.contains(&Format::Charts) || asked.contains(&Format::Markdown),
        other => asked.contains(&other),
    };
    all.filter(|format| wanted(*format)).collect()
}

/// Whether a file that was written before is one that these formats write anew.
pub(super) fn belongs_to(path: &str, formats: &[Format]) -> bool {
    let format = match path {
        "report.html" | "compare.html" => Format::Html,
        "report.pdf" | "compare.pdf" => Format::Pdf,
        "report.md" | "compare.md" => Format::Markdown,
        "report.json" | "compare.json" => Format::Json,
        "cells.csv" | "cases.csv" => Format::Csv,
        _ => Format::Charts,
    };
    formats.contains(&format)
}
