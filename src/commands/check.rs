//! `gristmill check`

use super::swap::{self, Left};
use super::{gate, input, output, say, say_error, say_warnings, threads};
use crate::cli::Check;
use anyhow::Result;
use gristmill::check::{check, text};
use gristmill::error::{Error, Warning};
use gristmill::format::counted;
use gristmill::ingest::Options;
use std::path::Path;

/// Looks through the run and prints what was found. Problems are an error in the end, so that the exit status tells.
pub fn run(arguments: &Check) -> Result<()> {
    if let Some(baseline) = &arguments.against {
        return gate::run(arguments, baseline);
    }
    if let [folder] = arguments.inputs.as_slice()
        && output::is_report(folder)
    {
        return report(folder, arguments.json);
    }
    let opened = input::open(&arguments.inputs, arguments.config.as_deref(), None)?;
    let inputs = opened.inputs();
    let options = Options { lenient: true, threads: threads(None) };
    let reading = opened.reading();
    let checked = check(&inputs, &opened.config, &options, &opened.name, &opened.warnings);
    drop(reading);
    if arguments.json {
        say(&serde_json::to_string_pretty(&checked)?);
    } else {
        say(text(&checked).trim_end());
        for problem in &checked.problems {
            say_error(&problem.error().into());
        }
        say_warnings(&checked.warnings);
    }
    opened.open_reference(None)?;
    match checked.problems.len() {
        0 => Ok(()),
        n => {
            Err(Error::new(format!("the run does not pass the check: {}", counted(n as u64, "problem", "problems")))
                .into())
        }
    }
}

/// A folder that Gristmill wrote: whether all of its files are there, and of one run.
fn report(folder: &Path, json: bool) -> Result<()> {
    let mut files = output::written_before(folder)?;
    files.extend(output::listed(&folder.join(output::COMPARISON))?);
    let gone: Vec<&String> = files.iter().filter(|file| !folder.join(file).is_file()).collect();
    let left = swap::left(folder);
    let unfinished = match &left {
        Left::Mixed(paths) => paths.as_slice(),
        Left::Nothing | Left::Waste => &[],
    };
    let shown = folder.display();
    if json {
        let found = serde_json::json!({
            "gristmill": env!("CARGO_PKG_VERSION"),
            "report": { "files": files, "gone": gone, "cut_short": matches!(left, Left::Mixed(_)), "unfinished": unfinished },
        });
        say(&serde_json::to_string_pretty(&found)?);
    } else {
        say(&format!("{shown} is a report that Gristmill wrote: {}.", counted(files.len() as u64, "file", "files")));
        for file in &gone {
            say_error(&Error::new(format!("{} is gone", folder.join(file).display())).into());
        }
        for file in unfinished {
            say_error(&Error::new(format!("{} is not what it should be yet", folder.join(file).display())).into());
        }
        if left == Left::Waste {
            say_warnings(&[Warning::new(format!(
                "a run into {shown} is at work or was cut short before it replaced anything; the next one clears that away"
            ))]);
        }
    }
    match (&left, gone.len()) {
        (Left::Mixed(_), _) => Err(Error::new(format!(
            "{shown} holds files of two runs: the last one into it was cut short"
        ))
        .hint("run `gristmill report` (or `charts`, or `compare`) into it again: that first finishes what was begun")
        .into()),
        (_, 0) => Ok(()),
        (_, n) => Err(Error::new(format!("{shown} lacks {} that it lists", counted(n as u64, "file", "files")))
            .hint("make it again with `gristmill report` or `gristmill compare`")
            .into()),
    }
}
