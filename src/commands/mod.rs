//! The commands: the only part that touches files and the terminal.

mod assets;
mod cache;
mod charts;
mod check;
mod compare;
mod gate;
mod init;
mod input;
mod output;
mod pages;
mod report;
mod run;
mod schema;
mod shell;
mod summary;
mod swap;
mod terminal;
mod watch;

use crate::cli::{Cli, Command};
use anstyle::AnsiColor;
use anyhow::Result;
use gristmill::error::{Error, Warning};
use std::path::Path;
use terminal::{Talk, note, say, tell};

/// Does what the command line says.
pub fn run(cli: &Cli) -> Result<()> {
    terminal::talk(Talk { quiet: cli.quiet, verbose: cli.verbose });
    match &cli.command {
        Command::Report(arguments) => report::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Summary(arguments) => summary::run(arguments),
        Command::Charts(arguments) => charts::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Completions(arguments) => shell::completions(arguments),
        Command::Man(arguments) => shell::man(arguments),
    }?;
    match terminal::lost() {
        None => Ok(()),
        Some(why) => Err(Error::new(format!("standard output cannot be written: {why}"))
            .hint("make room where it goes, or send it elsewhere")
            .into()),
    }
}

/// Prints an error with its causes to standard error.
pub fn say_error(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        text.push_str(&format!("\n  because: {cause}"));
    }
    note("error", AnsiColor::Red, &text);
}

/// Finishes what an earlier run into OUT began, and says so.
fn resume(out: &Path) -> Result<()> {
    if swap::resume(out)? {
        let text = format!("an earlier run into {} was cut short; its last files took their places now", out.display());
        say_warnings(&[Warning::new(text)]);
    }
    Ok(())
}

/// Prints warnings to standard error.
fn say_warnings(warnings: &[Warning]) {
    for warning in warnings {
        note("warning", AnsiColor::Yellow, &warning.to_string());
    }
}

/// How many threads to use: as many as were asked for, else one per processor.
fn threads(asked: Option<u16>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, |n| n.get());
    asked.map_or_else(available, usize::from)
}
