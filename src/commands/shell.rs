//! `gristmill completions` and `gristmill man`: what a shell and a manual need to know of the command line.

use super::{output, say, tell};
use crate::cli::{Cli, Completions, Man};
use anyhow::Result;
use clap::CommandFactory;

/// Prints the completions of a shell.
pub fn completions(arguments: &Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "gristmill", &mut script);
    say(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

/// Writes a page for the program and one for each command; an older page of the same name is replaced.
pub fn man(arguments: &Man) -> Result<()> {
    let mut command = Cli::command();
    // So that each page shows how its command is called: `gristmill report`.
    command.build();
    let mut pages = vec![(command.get_name().to_owned(), command.clone())];
    pages.extend(
        command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
            .map(|sub| (format!("gristmill-{}", sub.get_name()), sub.clone())),
    );
    for (name, command) in pages {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).title(&name).render(&mut page)?;
        let path = arguments.output.join(format!("{name}.1"));
        output::replace(&path, &page)?;
        tell(&path.display().to_string());
    }
    Ok(())
}
