//! `gristmill charts`

use super::{output, resume, say_warnings, tell};
use crate::cli::Charts;
use anyhow::{Context, Result};
use gristmill::error::Error;
use gristmill::pipeline::{self, Request};
use gristmill::render::OutputFile;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use wildmatch::WildMatch;

/// The file that lists the charts in a folder of charts.
const LIST: &str = "charts.json";

/// Redraws the charts, and says of each whether it changed; with `--watch`, again whenever the run does.
pub fn run(arguments: &Charts) -> Result<()> {
    redraw(arguments)?;
    if arguments.watch {
        return super::watch::watch(&arguments.run.inputs, &arguments.output, || redraw(arguments));
    }
    Ok(())
}

fn redraw(arguments: &Charts) -> Result<()> {
    let folder = &arguments.output;
    resume(folder)?;
    let before = drawn_before(folder)?;
    let opened = arguments.run.open(Some(folder))?;
    let inputs = opened.inputs();
    let reading = opened.reading();
    let cache = arguments.run.cache(Some(folder), &opened);
    let made = opened.with_reference(folder, arguments.run.options(), cache.of_reference(), |reference| {
        let store = cache.of_run();
        pipeline::run(&Request { reference, store, ..opened.request(&inputs, arguments.run.options(), &["charts"]) })
    })??;
    drop(reading);
    say_warnings(&made.warnings);
    let drawn: BTreeMap<String, Vec<u8>> = made.value.into_iter().map(|file| (name(&file), file.bytes)).collect();
    let wanted = Wanted::new(&arguments.only, drawn.keys().chain(&before))?;
    let list: BTreeSet<&String> =
        before.iter().filter(|name| !wanted.has(name)).chain(drawn.keys().filter(|name| wanted.has(name))).collect();
    let mut files = Vec::new();
    let mut outcome: Vec<(&str, &str)> = Vec::new();
    for (name, bytes) in drawn.iter().filter(|(name, _)| wanted.has(name)) {
        let found = fs::read(folder.join(name)).ok();
        let what = match &found {
            Some(found) if found == bytes => "unchanged",
            Some(_) => "changed",
            None => "new",
        };
        outcome.push((name, what));
        // A chart that is the same already is nobody's to overwrite, and its time stamp stays.
        if what != "unchanged" {
            files.push(OutputFile { path: name.clone(), bytes: bytes.clone() });
        }
    }
    let gone: Vec<String> =
        before.iter().filter(|name| wanted.has(name) && !drawn.contains_key(*name)).cloned().collect();
    outcome.extend(gone.iter().map(|name| (name.as_str(), "gone")));
    outcome.sort_unstable();
    let listed = self::list(&list);
    if fs::read(folder.join(LIST)).ok().as_ref() != Some(&listed) {
        files.push(OutputFile { path: LIST.to_owned(), bytes: listed });
    }
    let mut ours = before.clone();
    ours.insert(LIST.to_owned());
    if !files.is_empty() || !gone.is_empty() {
        output::write(folder, &files, &ours, &gone)?;
    }
    cache.save();
    for (name, what) in outcome {
        tell(&format!("{what:9}  {}", folder.join(name).display()));
    }
    Ok(())
}

/// Which charts are to be redrawn.
struct Wanted(Vec<WildMatch>);

impl Wanted {
    /// Errors: a pattern that fits no chart, with the charts there are.
    fn new<'n>(patterns: &[String], known: impl Iterator<Item = &'n String>) -> Result<Self> {
        let known: BTreeSet<&str> = known.map(|name| stem(name)).collect();
        for pattern in patterns {
            let matcher = WildMatch::new(pattern);
            if !known.iter().any(|name| matcher.matches(name)) {
                let known: Vec<_> = known.into_iter().collect();
                return Err(Error::new(format!("no chart of this run is called `{pattern}`"))
                    .hint(format!("choose from {}", known.join(", ")))
                    .into());
            }
        }
        Ok(Self(patterns.iter().map(|pattern| WildMatch::new(pattern)).collect()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(stem(name)))
    }
}

/// The id of a chart, from the name of its file.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The name of a chart's file without the folder that a report has for it.
fn name(file: &OutputFile) -> String {
    file.path.trim_start_matches("charts/").to_owned()
}

/// Charts that Gristmill drew into this folder before, as the list in it says, or the report that it belongs to.
///
/// Errors: a list that is none of Gristmill's.
fn drawn_before(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = output::listed(&folder.join(LIST))?;
    names.remove(LIST);
    let absolute = std::path::absolute(folder).with_context(|| format!("cannot find {}", folder.display()))?;
    if let (Some(parent), Some(own)) = (absolute.parent(), absolute.file_name()) {
        // Beside a report of someone else nothing is ours.
        let report = output::listed(&parent.join(output::MANIFEST)).unwrap_or_default();
        let prefix = format!("{}/", own.to_string_lossy());
        names.extend(report.iter().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned));
    }
    Ok(names)
}

/// The list of charts, as it lies beside them.
fn list(names: &BTreeSet<&String>) -> Vec<u8> {
    let listed = serde_json::json!({
        "gristmill": env!("CARGO_PKG_VERSION"),
        "files": names.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
    });
    format!("{listed:#}\n").into_bytes()
}
