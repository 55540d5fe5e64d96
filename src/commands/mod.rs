//! The commands: the only part that touches files and the terminal.

mod input;
mod output;
mod report;

use crate::cli::{Cli, Command};
use anyhow::Result;
use gristmill::error::{Warning, visible};
use std::io::Write;

/// Does what the command line says.
pub fn run(cli: &Cli) -> Result<()> {
    match &cli.command {
        Command::Report(arguments) => report::run(arguments),
    }
}

/// Prints an error with its causes to standard error.
pub fn say_error(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        text.push_str(&format!("\n  because: {cause}"));
    }
    to_stderr(&text);
}

/// Prints warnings to standard error.
fn say_warnings(warnings: &[Warning]) {
    for warning in warnings {
        to_stderr(&format!("warning: {warning}"));
    }
}

/// Prints a line of the result to standard output. A reader that went away (`| head`) is not an error.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn to_stderr(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible(text));
}
