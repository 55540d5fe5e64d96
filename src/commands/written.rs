//! The steps of a command that makes pages, and what it says of them in the end.

use super::{tell, terminal};
use anyhow::{Context, Result, bail};
use gristmill::format::counted;
use gristmill::render::OutputFile;
use std::path::{Path, PathBuf};

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
