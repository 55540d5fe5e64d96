//! Writing OUT: what is ours to replace there, and single files that are replaced whole or not at all.

use super::swap;
use anyhow::{Context, Result};
use gristmill::error::Error;
use gristmill::limits::LARGEST_LIST;
use gristmill::render::OutputFile;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path};

/// The file that lists what Gristmill wrote.
pub const MANIFEST: &str = "report.json";

/// The one file of a report that is an input too.
pub const CELLS: &str = "cells.csv";

/// The file that lists what a comparison wrote.
pub const COMPARISON: &str = "compare.json";

/// Whether a folder holds a report or a comparison that Gristmill wrote, or half of one.
pub fn is_report(folder: &Path) -> bool {
    // Another tool's report.json is none of ours.
    [MANIFEST, COMPARISON].iter().any(|list| listed(&folder.join(list)).is_ok_and(|files| files.contains(*list)))
        || matches!(swap::left(folder), swap::Left::Mixed(_))
}

/// Files that an earlier run wrote to OUT, as its `report.json` lists them; empty where there is none.
///
/// Errors: a `report.json` that is none of Gristmill's.
pub fn written_before(out: &Path) -> Result<BTreeSet<String>> {
    listed(&out.join(MANIFEST))
}

/// Files that one of Gristmill's lists names, each below its folder; empty where there is no such list.
///
/// Errors: a file of that name that is none of Gristmill's.
pub fn listed(path: &Path) -> Result<BTreeSet<String>> {
    let Ok(size) = fs::metadata(path).map(|found| found.len()) else { return Ok(BTreeSet::new()) };
    let Ok(bytes) = (if size > LARGEST_LIST { Ok(Vec::new()) } else { fs::read(path) }) else {
        return Ok(BTreeSet::new());
    };
    let Ok(List { files, .. }) = serde_json::from_slice(&bytes) else {
        return Err(Error::new(format!("{} was not written by Gristmill, so it is not replaced", path.display()))
            .hint("choose another folder for -o, or move that file away")
            .into());
    };
    Ok(files.iter().filter_map(|file| file.as_str()).filter(|file| is_below(file)).map(str::to_owned).collect())
}

/// What tells one of Gristmill's lists, and what it names; of the rest, which is long, nothing is kept.
#[derive(Deserialize)]
struct List {
    #[serde(rename = "gristmill")]
    _version: IgnoredAny,
    files: Vec<serde_json::Value>,
}

/// Whether a path from a list stays inside OUT: that file may have come from anywhere.
pub fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Writes files to OUT and removes `gone`; nothing else in OUT is touched.
///
/// Errors: a file of the same name that Gristmill did not write; anything the disk refuses. Until every new file is
/// on disk, the old ones stay as they are.
pub fn write(out: &Path, files: &[OutputFile], before: &BTreeSet<String>, gone: &[String]) -> Result<()> {
    if let Some(foreign) = files.iter().find(|file| !before.contains(&file.path) && out.join(&file.path).exists()) {
        let path = out.join(&foreign.path);
        return Err(Error::new(format!(
            "{} exists and was not written by Gristmill, so it is not replaced",
            path.display()
        ))
        .hint("choose another folder for -o, or move that file away")
        .into());
    }
    if out.exists() && !out.is_dir() {
        return Err(Error::new(format!("{} is a file, not a folder", out.display())).hint("choose another -o").into());
    }
    swap::write(out, files, gone)
}

/// Replaces a single file, whole or not at all; a symbolic link goes on pointing to it, and its permissions stay.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = super::input::parent(&target);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    put(&target, bytes, true).with_context(|| format!("cannot write {}", target.display()))
}

/// Writes a single file, whole or not at all, where there is none. Errors: one of that name, of the kind `AlreadyExists`.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, false)
}

/// Writes beside a file and moves that into its place.
fn put(target: &Path, bytes: &[u8], replaces: bool) -> io::Result<()> {
    let folder = super::input::parent(target);
    let prefix = format!(".gristmill-{}-", target.file_name().unwrap_or_default().to_string_lossy());
    sweep(&folder, &prefix);
    let mut file = for_everyone(&mut tempfile::Builder::new()).prefix(&prefix).tempfile_in(&folder)?;
    // Who is at work is told from who was killed by the lock, which a file system need not have.
    let _ = file.as_file().try_lock();
    file.write_all(bytes)?;
    if let Ok(found) = fs::metadata(target) {
        file.as_file().set_permissions(found.permissions())?;
    }
    file.as_file().sync_all()?;
    let put = if replaces { file.persist(target) } else { file.persist_noclobber(target) };
    put.map(drop).map_err(|error| error.error)
}

/// Removes what a process that was killed left in a folder: files that begin with `prefix` and that nobody has locked.
pub fn sweep(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let ours = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    for entry in ours.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
        if File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            // What cannot be removed stays: it is in nobody's way.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A temporary file is its owner's alone; what takes its place is for everyone whom the user lets read new files.
#[cfg(unix)]
fn for_everyone<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn for_everyone<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> OutputFile {
        OutputFile { path: path.into(), bytes: text.into() }
    }

    fn manifest(files: &str) -> OutputFile {
        file(MANIFEST, &format!(r#"{{"gristmill":"0.1.0","files":[{files}]}}"#))
    }

    #[test]
    fn only_listed_files_are_replaced_or_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let first = [manifest(r#""report.json","charts/a.svg","../escape","/etc/passwd""#), file("charts/a.svg", "1")];
        write(&out, &first, &BTreeSet::new(), &[]).expect("writes");
        fs::write(out.join("notes.txt"), "mine").expect("written");
        let before = written_before(&out).expect("listed");
        assert_eq!(before.iter().collect::<Vec<_>>(), ["charts/a.svg", "report.json"], "nothing outside OUT");
        let second = [manifest(""), file("charts/b.svg", "2")];
        write(&out, &second, &before, &["charts/a.svg".into()]).expect("writes");
        assert!(!out.join("charts/a.svg").exists());
        assert_eq!(fs::read_to_string(out.join("charts/b.svg")).expect("reads"), "2");
        assert_eq!(fs::read_to_string(out.join("notes.txt")).expect("reads"), "mine");
        assert_eq!(swap::left(&out), swap::Left::Nothing);
    }

    #[test]
    fn what_a_killed_process_left_beside_a_file_goes_when_it_is_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in [".gristmill-a.md-1fgh2k", ".gristmill-a.md-busy", ".gristmill-b.md-1fgh2k", "a.md"] {
            fs::write(at(name), "half").expect("written");
        }
        let busy = File::open(at(".gristmill-a.md-busy")).expect("opens");
        busy.try_lock().expect("locks");
        replace(&at("a.md"), b"whole").expect("writes");
        let mut left: Vec<_> = fs::read_dir(folder.path()).expect("lists").flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [".gristmill-a.md-busy", ".gristmill-b.md-1fgh2k", "a.md"]);
        assert_eq!(fs::read_to_string(at("a.md")).expect("reads"), "whole");
        assert_eq!(create(&at("a.md"), b"again").expect_err("refused").kind(), io::ErrorKind::AlreadyExists);
        create(&at("c.md"), b"new").expect("writes");
        assert_eq!(fs::read_to_string(at("c.md")).expect("reads"), "new");
    }

    #[test]
    fn a_file_that_someone_else_wrote_stays() {
        let out = tempfile::tempdir().expect("a folder");
        fs::write(out.path().join("report.md"), "mine").expect("written");
        let error = write(out.path(), &[file("report.md", "ours")], &BTreeSet::new(), &[]).expect_err("refused");
        assert!(error.to_string().contains("was not written by Gristmill"), "{error}");
        assert_eq!(fs::read_to_string(out.path().join("report.md")).expect("reads"), "mine");
        fs::write(out.path().join(MANIFEST), "{}").expect("written");
        assert!(written_before(out.path()).is_err());
    }
}
