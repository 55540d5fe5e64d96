//! What the commands that make pages do alike: what pages are made with, the steps, and what is said of them in the end.

use super::{assets, tell, terminal};
use crate::cli::{ChartFormat, Pages};
use anyhow::{Context, Result, bail};
use gristmill::config::{self, Config};
use gristmill::format::counted;
use gristmill::pipeline::Assets;
use gristmill::render::{ChartFiles, OutputFile, PageSize};
use std::path::{Path, PathBuf};

impl Pages {
    /// What a house brings along, with the fonts and templates of the command line.
    pub fn assets(&self, house: &Assets) -> Result<Assets> {
        let mut brought = house.clone();
        brought.fonts.extend(assets::fallback_fonts(&self.fallback_font)?);
        if let Some(folder) = &self.templates {
            brought.templates = assets::templates(folder)?;
        }
        Ok(brought)
    }

    /// The page size asked for, else the configured one, else A4.
    pub fn size(&self, config: &Config) -> PageSize {
        match (self.page, config.report.page) {
            (Some(asked), _) => asked.into(),
            (None, Some(config::Page::Letter)) => PageSize::Letter,
            (None, Some(config::Page::A4) | None) => PageSize::A4,
        }
    }

    /// SVG is always among them: `report.md` shows it.
    pub fn charts(&self) -> ChartFiles {
        if self.chart_format.contains(&ChartFormat::Png) { ChartFiles::SvgAndPng } else { ChartFiles::Svg }
    }
}

/// Does a step's work.
pub fn working<T>(_step: terminal::Step, work: impl FnOnce() -> T) -> T {
    work()
}

/// Says what was written: a line per file, one for all charts, and one for what they tell of.
pub fn say_written(out: &Path, files: &[OutputFile], what: &str) {
    let (charts, pages): (Vec<&OutputFile>, Vec<_>) = files.iter().partition(|file| file.path.starts_with("charts/"));
    let mut lines: Vec<(PathBuf, String)> =
        pages.iter().map(|file| (out.join(&file.path), size(file.bytes.len()))).collect();
    if !charts.is_empty() {
        let bytes = charts.iter().map(|file| file.bytes.len()).sum();
        let count = counted(charts.len() as u64, "file", "files");
        lines.push((out.join("charts"), format!("{}  {count}", size(bytes))));
    }
    let width = lines.iter().map(|(path, _)| path.display().to_string().chars().count()).max().unwrap_or(0);
    for (path, size) in lines {
        tell(&format!("{:width$}  {size}", path.display().to_string()));
    }
    tell(what);
}

/// A size as people say it.
fn size(bytes: usize) -> String {
    match bytes {
        ..1_000 => format!("{bytes:>4} B "),
        1_000..1_000_000 => format!("{:>4.0} kB", bytes as f64 / 1e3),
        _ => format!("{:>4.1} MB", bytes as f64 / 1e6),
    }
}

/// Shows the report in the desktop's own program.
pub fn show(out: &Path, files: &[OutputFile]) -> Result<()> {
    let page = |kind: &str| files.iter().find(|file| file.path.ends_with(kind) && !file.path.contains('/'));
    let Some(page) = [".html", ".pdf", ".md"].into_iter().find_map(page) else {
        bail!("there is no page to open: `--format` asks for data alone");
    };
    let path = out.join(&page.path);
    open::that_detached(&path).with_context(|| format!("cannot open {}; it is written", path.display()))
}
