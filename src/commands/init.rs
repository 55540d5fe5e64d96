//! `gristmill init`

use super::tell;
use crate::cli::Init;
use anyhow::{Context, Result};
use gristmill::report::templates::BUILT_IN;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes what a user may start from.
pub fn run(arguments: &Init) -> Result<()> {
    arguments.templates.as_deref().map_or(Ok(()), templates)
}

/// Writes every built-in template that the folder does not have yet.
fn templates(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, source) in BUILT_IN {
        let path = folder.join(name);
        // Created, never replaced: what lies there is someone's work.
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                let text = format!("{}{source}", comment(name));
                file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
                tell(&path.display().to_string());
            }
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
        "css" => "/* The style sheet of report.html. Colours come as custom properties (--gm-…) set before it. */\n"
            .to_owned(),
        "html" => "{#- The page of report.html. What stands between double braces is escaped. -#}\n".to_owned(),
        _ => format!(
            "{{#- `{section}` of the report, in Markdown. {{{{ x }}}} prints a value, escaped; {{% if x %}} chooses by one.\n     \
             <!-- gm:table x -->, <!-- gm:figure x --> and <!-- gm:code x --> stand for what the numbers make.\n     \
             A name that does not exist stops the report with the list of those that do. -#}}\n"
        ),
    }
}
