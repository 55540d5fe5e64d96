//! `gristmill summary`

use super::{input, output, say, say_warnings, tell};
use crate::cli::{Form, Summary};
use anyhow::Result;
use gristmill::chart::{card, svg};
use gristmill::error::Error;
use gristmill::font::Fonts;
use gristmill::format::in_terms;
use gristmill::pipeline::{self, Request};
use gristmill::render::summary::{self, ChartAs, markers};
use gristmill::report::{Block, Figure, summarize};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Reads the run, then prints its summary or brings a file up to date.
pub fn run(arguments: &Summary) -> Result<()> {
    let opened = arguments.run.open(None)?;
    let inputs = opened.inputs();
    // A summary has no folder of its own to keep anything in.
    let cache = arguments.run.cache(None, &opened);
    let request = Request { store: cache.of_run(), ..opened.request(&inputs, arguments.run.options(), &[]) };
    let mut warnings = Vec::new();
    let reading = opened.reading();
    let prepared = pipeline::prepare(&request)?.take(&mut warnings);
    drop(reading);
    say_warnings(&warnings);
    let composition = prepared.composition(&request, &warnings);
    let blocks = in_terms(prepared.terms(), || summarize(&composition))?;
    cache.save();
    let name = arguments.name.as_deref();
    let chart = chart(arguments, &blocks, composition.fonts);
    let shown = match &chart {
        Some((_, target, _)) => ChartAs::Image(target),
        None if arguments.no_chart => ChartAs::None,
        None => ChartAs::Mermaid,
    };
    let text = summary::markdown(&blocks, name.unwrap_or("summary"), arguments.form.into(), shown);
    let mut wanted: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    match &arguments.into {
        Some(file) => {
            let before = input::read_text(file, "file")?;
            let after = markers::replace(&before, &file.display().to_string(), name, &text)?;
            wanted.push((file.clone(), after.into_bytes()));
        }
        None => say(text.trim_end_matches('\n')),
    }
    wanted.extend(chart.map(|(path, _, bytes)| (path, bytes)));
    let stale: Vec<_> = wanted.iter().filter(|(path, bytes)| fs::read(path).ok().as_ref() != Some(bytes)).collect();
    if arguments.check {
        return current(&stale);
    }
    for (path, bytes) in stale {
        output::replace(path, bytes)?;
        if arguments.into.is_some() {
            tell(&path.display().to_string());
        }
    }
    Ok(())
}

/// An error that names the files which are not what they should be.
fn current(stale: &[&(PathBuf, Vec<u8>)]) -> Result<()> {
    let Some((first, _)) = stale.first() else { return Ok(()) };
    let others = match stale.len() {
        1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    Err(Error::new(format!("{}{others} does not show what the run gives now", first.display()))
        .hint("run the same command without --check, and commit what it changes")
        .into())
}

/// Where the chart's file lies, how the text refers to it, and its bytes; none where no file was asked for.
fn chart(arguments: &Summary, blocks: &[Block], fonts: &Fonts) -> Option<(PathBuf, String, Vec<u8>)> {
    let path = arguments.chart.as_ref()?;
    let figure = blocks.iter().find_map(|block| match block {
        Block::Figure(figure) => Some(figure.as_ref()),
        _ => None,
    });
    let Figure { scene, chart, alternative, .. } = figure?;
    let beside = arguments.into.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let svg = svg::standalone(&card(scene, &chart.title, fonts), &chart.title, alternative);
    Some((path.clone(), relative(path, beside), svg.into_bytes()))
}

/// A path as it is seen from a folder, with `/`.
fn relative(path: &Path, folder: &Path) -> String {
    let parts = |path: &Path| -> Vec<String> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let normal = absolute.components().filter(|part| !matches!(part, Component::CurDir));
        normal.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (path, folder) = (parts(path), parts(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }));
    let shared = path.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - shared);
    up.chain(path[shared..].iter().cloned()).collect::<Vec<_>>().join("/")
}

impl From<Form> for summary::Form {
    fn from(form: Form) -> Self {
        match form {
            Form::File => Self::File,
            Form::Comment => Self::Comment,
            Form::JobSummary => Self::JobSummary,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_named_from_where_the_text_lies() {
        let cases = [
            ("charts/a.svg", "", "charts/a.svg"),
            ("docs/charts/a.svg", "docs", "charts/a.svg"),
            ("charts/a.svg", "docs/guide", "../../charts/a.svg"),
            ("./a.svg", ".", "a.svg"),
        ];
        for (path, folder, expected) in cases {
            assert_eq!(relative(Path::new(path), Path::new(folder)), expected, "{path} from {folder}");
        }
    }
}
