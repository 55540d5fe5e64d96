//! `gristmill init`

use super::{input, output, say, say_warnings, tell, threads};
use crate::cli::Init;
use anyhow::{Context, Result};
use gristmill::config::Limits;
use gristmill::error::Error;
use gristmill::ingest::{Input, Options};
use gristmill::report::templates::BUILT_IN;
use gristmill::starter::starter;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Writes what a user may start from.
pub fn run(arguments: &Init) -> Result<()> {
    match &arguments.templates {
        Some(folder) => templates(folder),
        None => configuration(arguments),
    }
}

/// Writes a configuration for a run, or prints it.
fn configuration(arguments: &Init) -> Result<()> {
    let target = match &arguments.output {
        Some(file) if file.as_os_str() == "-" => None,
        Some(file) => Some(file.clone()),
        None => input::configuration(&arguments.inputs),
    };
    // Told before the run is read, which may take long.
    if let Some(file) = target.as_ref().filter(|file| !arguments.force && fs::symlink_metadata(file).is_ok()) {
        return Err(there_already(file).into());
    }
    let (found, mut warnings) = input::find(&arguments.inputs, None, &Limits::default())?;
    let inputs: Vec<&dyn Input> = found.inputs.iter().map(AsRef::as_ref).collect();
    let made = starter(&inputs, &Options { lenient: true, threads: threads(None) })?.take(&mut warnings);
    say_warnings(&warnings);
    match target {
        None => say(made.trim_end_matches('\n')),
        Some(file) => {
            write(&file, &made, arguments.force)?;
            tell(&file.display().to_string());
        }
    }
    Ok(())
}

/// Writes the file; without `force` only where there is none, whoever else writes at that moment.
fn write(file: &Path, text: &str, force: bool) -> Result<()> {
    if force {
        return output::replace(file, text.as_bytes());
    }
    match output::create(file, text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(there_already(file).into()),
        written => written.with_context(|| format!("cannot write {}", file.display())),
    }
}

fn there_already(file: &Path) -> Error {
    Error::new(format!("{} is there already and stays as it is", file.display()))
        .hint("print a new one with `-o -` and take over what is missing, write it elsewhere with `-o FILE`, or replace it with `--force`")
}

/// Writes every built-in template that the folder does not have yet.
fn templates(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, source) in BUILT_IN {
        let path = folder.join(name);
        // Created, never replaced: what lies there is someone's work.
        match output::create(&path, format!("{}{source}", comment(name)).as_bytes()) {
            Ok(()) => tell(&path.display().to_string()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                tell(&format!("{} is there already and stays as it is", path.display()));
            }
            Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
        }
    }
    Ok(())
}

/// What stands above a template: what it makes and how it is written.
fn comment(name: &str) -> String {
    let (section, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    match extension {
        "css" => "/* The style sheet of report.html and compare.html. Colours come as custom properties (--gm-…) set before it. */\n"
            .to_owned(),
        "html" => "{#- The page of report.html and compare.html. What stands between double braces is escaped. -#}\n".to_owned(),
        _ => format!(
            "{{#- `{section}` of the report, in Markdown. {{{{ x }}}} prints a value, escaped; {{% if x %}} chooses by one.\n     \
             <!-- gm:table x -->, <!-- gm:figure x --> and <!-- gm:code x --> stand for what the numbers make.\n     \
             A name that does not exist stops the report with the list of those that do. -#}}\n"
        ),
    }
}
