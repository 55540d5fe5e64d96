//! Writing OUT: each file is replaced whole or not at all, and all are written before the first is replaced.

use anyhow::{Context, Result, bail};
use gristmill::error::Error;
use gristmill::render::OutputFile;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

/// The file that lists what Gristmill wrote.
pub const MANIFEST: &str = "report.json";

/// The one file of a report that is an input too.
pub const CELLS: &str = "cells.csv";

/// The file that lists what a comparison wrote.
pub const COMPARISON: &str = "compare.json";

/// Where new files wait inside OUT until all of them are written.
const STAGING: &str = ".gristmill-new";

/// Whether a folder holds a report or a comparison that Gristmill wrote.
pub fn is_report(folder: &Path) -> bool {
    // Another tool's report.json is none of ours.
    [MANIFEST, COMPARISON].iter().any(|list| listed(&folder.join(list)).is_ok_and(|files| files.contains(*list)))
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
    let Ok(bytes) = fs::read(path) else { return Ok(BTreeSet::new()) };
    let listed = serde_json::from_slice::<serde_json::Value>(&bytes).ok().and_then(|report| {
        report.get("gristmill")?;
        let files = report.get("files")?.as_array()?.iter();
        Some(files.filter_map(|file| file.as_str()).filter(|file| is_below(file)).map(str::to_owned).collect())
    });
    let Some(listed) = listed else {
        return Err(Error::new(format!("{} was not written by Gristmill, so it is not replaced", path.display()))
            .hint("choose another folder for -o, or move that file away")
            .into());
    };
    Ok(listed)
}

/// Whether a path from a `report.json` stays inside OUT: that file may have come from anywhere.
fn is_below(path: &str) -> bool {
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
    let staging = out.join(STAGING);
    let staged = stage(&staging, files);
    if staged.is_err() {
        // What could not be finished must not stay; the first error is the one to tell.
        let _ = fs::remove_dir_all(&staging);
    }
    staged?;
    swap(out, &staging, files)?;
    for path in gone {
        match fs::remove_file(out.join(path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                bail!("cannot remove {}: {error}", out.join(path).display())
            }
            _ => {}
        }
    }
    fs::remove_dir_all(&staging).with_context(|| format!("cannot remove {}", staging.display()))
}

/// Replaces a single file, whole or not at all; a symbolic link goes on pointing to it, and its permissions stay.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = super::input::parent(&target);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".gristmill-").tempfile_in(&folder)?;
        file.write_all(bytes)?;
        match fs::metadata(&target) {
            Ok(found) => file.as_file().set_permissions(found.permissions())?,
            Err(_) => readable(file.as_file())?,
        }
        file.as_file().sync_all()?;
        file.persist(&target).map(drop).map_err(|error| error.error)
    };
    write().with_context(|| format!("cannot write {}", target.display()))
}

/// A temporary file is its owner's alone; what takes its place is for everyone to read.
#[cfg(unix)]
fn readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> std::io::Result<()> {
    Ok(())
}

/// Writes every file into the staging folder and syncs it to disk.
fn stage(staging: &Path, files: &[OutputFile]) -> Result<()> {
    if staging.exists() {
        fs::remove_dir_all(staging).with_context(|| format!("cannot remove {}", staging.display()))?;
    }
    for file in files {
        let path = staging.join(&file.path);
        let folder = parent(&path);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let write = || -> std::io::Result<()> {
            let mut target = File::create(&path)?;
            target.write_all(&file.bytes)?;
            target.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Puts the staged files in their places.
fn swap(out: &Path, staging: &Path, files: &[OutputFile]) -> Result<()> {
    for file in files {
        let target = out.join(&file.path);
        let folder = parent(&target);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        fs::rename(staging.join(&file.path), &target)
            .with_context(|| format!("cannot replace {}", target.display()))?;
    }
    Ok(())
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
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
        assert!(!out.join(STAGING).exists());
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
