//! Doing something again whenever the files of a run change.
//!
//! Files are looked at again and again rather than reported by the system: that works on every system and on shared
//! folders of a network, and a run has few files.

use super::terminal::note;
use super::{input, say_error};
use anstyle::AnsiColor;
use anyhow::Result;
use gristmill::config::Limits;
use gristmill::limits::HIGHEST_MOST_FILES;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// When each file of a run was last written, and its size.
type Seen = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Calls `again` after each change in the run, until the process ends. What lies in `out` is no input.
///
/// A benchmark writes its files in pieces: changes that follow each other closely count as one, for `again` is called
/// once two looks in a row see the same. An error of `again` is told; the next change may mend it.
pub fn watch(inputs: &[PathBuf], out: &Path, mut again: impl FnMut() -> Result<()>) -> Result<()> {
    note("note", AnsiColor::Cyan, "watching for changes; stop with Ctrl-C");
    let mut done = look(inputs, out);
    let mut before = done.clone();
    loop {
        sleep(PAUSE);
        let now = look(inputs, out);
        if now == before && now != done {
            done = now.clone();
            if let Err(error) = again() {
                say_error(&error);
            }
        }
        before = now;
    }
}

/// What the run's files look like; one that cannot be read is left out, for it may be there at the next look.
fn look(inputs: &[PathBuf], out: &Path) -> Seen {
    // Whether there are too many is told when the run is read.
    let most = Limits { files: HIGHEST_MOST_FILES, ..Limits::default() };
    let mut files = Vec::new();
    for input in inputs {
        match input.is_dir() {
            true => files.extend(input::paths(input, Some(out), &most, &mut Vec::new()).unwrap_or_default()),
            false => files.push(input.clone()),
        }
    }
    // The configuration is no input, but decides what is drawn.
    files.extend(inputs.iter().map(|input| input::beside(input)));
    let seen = |path: PathBuf| {
        let found = fs::metadata(&path).ok()?;
        Some((path, (found.modified().ok(), found.len())))
    };
    files.into_iter().filter_map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_a_longer_and_a_missing_file_are_seen_and_our_own_are_not() {
        let run = tempfile::tempdir().expect("a folder");
        let (inputs, out) = ([run.path().to_owned()], run.path().join("charts"));
        let now = || look(&inputs, &out);
        let empty = now();
        fs::write(run.path().join("a.csv"), "1").expect("written");
        let first = now();
        assert_ne!(first, empty);
        fs::write(run.path().join("a.csv"), "12").expect("written");
        let longer = now();
        assert_ne!(longer, first);
        fs::create_dir(&out).expect("made");
        fs::write(out.join("ttft.svg"), "x").expect("written");
        assert_eq!(now(), longer);
        fs::write(run.path().join("gristmill.toml"), "").expect("written");
        assert_ne!(now(), longer, "the configuration counts");
        fs::remove_file(run.path().join("gristmill.toml")).expect("removed");
        fs::remove_file(run.path().join("a.csv")).expect("removed");
        assert_eq!(now(), empty);
    }
}
