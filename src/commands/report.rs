//! `gristmill report`

use super::{assets, output, say, say_warnings};
use crate::cli::{self, ChartFormat, Format, Report};
use anyhow::Result;
use clap::ValueEnum;
use gristmill::config::{self, Config};
use gristmill::pipeline::{self, Request};
use gristmill::render::{ChartFiles, PageSize};
use std::collections::BTreeSet;

/// Reads the run, makes the report, writes OUT.
pub fn run(arguments: &Report) -> Result<()> {
    let out = &arguments.output;
    let before = output::written_before(out)?;
    let opened = arguments.run.open(Some(out))?;
    let mut assets = opened.assets.clone();
    assets.fonts.extend(assets::fallback_fonts(&arguments.fallback_font)?);
    if let Some(folder) = &arguments.templates {
        assets.templates = assets::templates(folder)?;
    }
    let formats = chosen(&arguments.format);
    let inputs = opened.inputs();
    let kept: Vec<String> = before.iter().filter(|path| !belongs_to(path, &formats)).cloned().collect();
    let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
    let made = pipeline::run(&Request {
        assets: &assets,
        page: page(arguments.page, &opened.config),
        charts: charts(&arguments.chart_format),
        kept_files: &kept,
        ..opened.request(&inputs, arguments.run.options(), &names)
    })?;
    say_warnings(&made.warnings);
    let files = made.value;
    let written: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let gone: Vec<String> =
        before.iter().filter(|path| belongs_to(path, &formats) && !written.contains(path.as_str())).cloned().collect();
    output::write(out, &files, &before, &gone)?;
    for file in &files {
        say(&out.join(&file.path).display().to_string());
    }
    Ok(())
}

/// The formats to write: all, or what was asked for with what belongs to it.
fn chosen(asked: &[Format]) -> Vec<Format> {
    let all = Format::value_variants().iter().copied();
    if asked.is_empty() {
        return all.collect();
    }
    let wanted = |format: Format| match format {
        // The list of files lies in report.json.
        Format::Json => true,
        // report.md shows them.
        Format::Charts => asked.contains(&Format::Charts) || asked.contains(&Format::Markdown),
        other => asked.contains(&other),
    };
    all.filter(|format| wanted(*format)).collect()
}

/// SVG is always among them: `report.md` shows it.
fn charts(asked: &[ChartFormat]) -> ChartFiles {
    if asked.contains(&ChartFormat::Png) { ChartFiles::SvgAndPng } else { ChartFiles::Svg }
}

/// Whether a file that was written before is one that these formats write anew.
fn belongs_to(path: &str, formats: &[Format]) -> bool {
    let format = match path {
        "report.html" => Format::Html,
        "report.pdf" => Format::Pdf,
        "report.md" => Format::Markdown,
        "report.json" => Format::Json,
        "cells.csv" => Format::Csv,
        _ => Format::Charts,
    };
    formats.contains(&format)
}

/// The page size asked for, else the configured one, else A4.
fn page(asked: Option<cli::Page>, config: &Config) -> PageSize {
    match (asked, config.report.page) {
        (Some(asked), _) => asked.into(),
        (None, Some(config::Page::Letter)) => PageSize::Letter,
        (None, Some(config::Page::A4) | None) => PageSize::A4,
    }
}
