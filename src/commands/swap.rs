//! Replacing several files of a folder as one: the new ones wait beside the old until all of them are on disk, and a plan
//! among them lets the next run finish what was cut short.
//!
//! ```text
//! OUT/.gristmill-new/files/…     the new files, synced
//! OUT/.gristmill-new/plan.json   which of them go where, and which old files go: there once all of them are synced
//! OUT/.gristmill-new/lock        held by the process that writes
//! ```
//!
//! Without a plan nothing of OUT was touched, and what waits is waste. With one, every new file is either waiting or in its
//! place, so that moving those that wait ends in the new report, however often that is cut short.

use anyhow::{Context, Result};
use gristmill::error::Error;
use gristmill::render::OutputFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Where new files wait inside OUT.
const STAGING: &str = ".gristmill-new";
const FILES: &str = "files";
const PLAN: &str = "plan.json";
const LOCK: &str = "lock";

/// What is to be done once every new file is on disk.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    /// The files that wait, as they lie below OUT.
    replaced: Vec<String>,
    /// The files of an earlier run that are no longer made.
    removed: Vec<String>,
}

/// What a run that was cut short left in OUT.
#[derive(Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing: it is whole.
    Nothing,
    /// New files, of which none took its place: the report is still the old one.
    Waste,
    /// A report of which some files are new and some are old: these are not what they should be yet.
    Mixed(Vec<String>),
}

/// Replaces files of `out` and removes `gone`. Errors: another process writes there; anything the disk refuses.
pub fn write(out: &Path, files: &[OutputFile], gone: &[String]) -> Result<()> {
    resume(out)?;
    let staging = out.join(STAGING);
    fs::create_dir_all(&staging).with_context(|| format!("cannot make the folder {}", staging.display()))?;
    let lock = lock(out)?;
    let plan = Plan { replaced: files.iter().map(|file| file.path.clone()).collect(), removed: gone.to_vec() };
    let planned = stage(&staging, files).and_then(|()| probe(out, &plan)).and_then(|()| commit(&staging, &plan));
    if planned.is_err() {
        // What could not be finished must not stay; the first error is the one to tell.
        let _ = clear(&staging, lock);
        return planned;
    }
    finish(out, &staging, &plan).map_err(|error| cut_short(&error, out))?;
    clear(&staging, lock).with_context(|| format!("cannot remove {}", staging.display()))
}

/// Finishes what an earlier run into `out` began: true where files of two runs lay side by side.
pub fn resume(out: &Path) -> Result<bool> {
    let staging = out.join(STAGING);
    match fs::symlink_metadata(&staging) {
        Err(_) => return Ok(false),
        Ok(found) if found.is_dir() => {}
        // Ours is a folder; a link could lead anywhere.
        Ok(_) => {
            fs::remove_file(&staging).with_context(|| format!("cannot remove {}", staging.display()))?;
            return Ok(false);
        }
    }
    let lock = lock(out)?;
    let plan = planned(&staging);
    if let Some(plan) = &plan {
        finish(out, &staging, plan).map_err(|error| cut_short(&error, out))?;
    }
    clear(&staging, lock).with_context(|| format!("cannot remove {}", staging.display()))?;
    Ok(plan.is_some())
}

/// What lies in `out` of a run that was cut short, or that is writing now.
pub fn left(out: &Path) -> Left {
    let staging = out.join(STAGING);
    if !fs::symlink_metadata(&staging).is_ok_and(|found| found.is_dir()) {
        return Left::Nothing;
    }
    let Some(plan) = planned(&staging) else { return Left::Waste };
    let waiting = plan.replaced.iter().filter(|path| waits(&staging, path).is_some());
    let going = plan.removed.iter().filter(|path| out.join(path).exists());
    Left::Mixed(waiting.chain(going).cloned().collect())
}

/// The one who writes into OUT; the system lets go of it when a process ends, however that ends.
///
/// Errors: someone else has it. Where a file system knows no locks, everyone has it.
fn lock(out: &Path) -> Result<Option<File>> {
    let path = out.join(STAGING).join(LOCK);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => Err(Error::new(format!("another run is writing into {}", out.display()))
            .hint("wait until it is done, or choose another folder for -o")
            .into()),
    }
}

/// Writes every file where it waits, and syncs it to disk.
fn stage(staging: &Path, files: &[OutputFile]) -> Result<()> {
    for file in files {
        let path = staging.join(FILES).join(&file.path);
        make_folder_of(&path)?;
        written(&path, &file.bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Sees to it that every file can take its place, as far as that can be known before the first does.
fn probe(out: &Path, plan: &Plan) -> Result<()> {
    let mut folders = BTreeSet::new();
    for path in &plan.replaced {
        let target = out.join(path);
        if target.is_dir() {
            return Err(Error::new(format!("{} is a folder, expected a file", target.display()))
                .hint("choose another folder for -o, or move that one away")
                .into());
        }
        make_folder_of(&target)?;
        folders.insert(super::input::parent(&target));
    }
    for folder in folders {
        tempfile::tempfile_in(&folder).with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    }
    Ok(())
}

/// Puts the plan beside the files, whole or not at all: from here on the new report is what counts.
fn commit(staging: &Path, plan: &Plan) -> Result<()> {
    let path = staging.join(PLAN);
    let put = || -> io::Result<()> {
        for folder in folders(&staging.join(FILES), &plan.replaced) {
            sync_folder(&folder)?;
        }
        let part = staging.join("plan.part");
        written(&part, serde_json::to_string_pretty(plan)?.as_bytes())?;
        fs::rename(&part, &path)?;
        sync_folder(staging)
    };
    put().with_context(|| format!("cannot write {}", path.display()))
}

/// The plan, where there is one. What cannot be read as one is none of ours.
fn planned(staging: &Path) -> Option<Plan> {
    let plan: Plan = serde_json::from_slice(&fs::read(staging.join(PLAN)).ok()?).ok()?;
    plan.replaced.iter().chain(&plan.removed).all(|path| super::output::is_below(path)).then_some(plan)
}

/// A file that waits for its place; none where it took it. A link among the folders must not fetch a file from elsewhere.
fn waits(staging: &Path, path: &str) -> Option<PathBuf> {
    let waiting = staging.join(FILES).join(path);
    let real = fs::canonicalize(super::input::parent(&waiting)).ok()?;
    let is_inside = real.starts_with(fs::canonicalize(staging).ok()?);
    (is_inside && fs::symlink_metadata(&waiting).is_ok_and(|found| found.is_file())).then_some(waiting)
}

/// Moves every file that waits to its place and removes what is no longer made. It may be done again at any point.
fn finish(out: &Path, staging: &Path, plan: &Plan) -> Result<()> {
    for path in &plan.replaced {
        let target = out.join(path);
        if let Some(waiting) = waits(staging, path) {
            make_folder_of(&target)?;
            fs::rename(waiting, &target).with_context(|| format!("cannot replace {}", target.display()))?;
        }
    }
    for path in &plan.removed {
        let target = out.join(path);
        fs::remove_file(&target)
            .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
            .with_context(|| format!("cannot remove {}", target.display()))?;
    }
    for folder in folders(out, &plan.replaced) {
        sync_folder(&folder).with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    }
    Ok(())
}

/// Removes what waits. The plan goes first: without it the rest is waste.
fn clear(staging: &Path, lock: Option<File>) -> io::Result<()> {
    let gone = |removed: io::Result<()>| match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    gone(fs::remove_file(staging.join(PLAN)))?;
    for entry in fs::read_dir(staging)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name != LOCK {
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
            gone(if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) })?;
        }
    }
    // An open file keeps its folder on some systems.
    drop(lock);
    gone(fs::remove_file(staging.join(LOCK)))?;
    match fs::remove_dir(staging) {
        // Someone else began to write in this moment.
        Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
        removed => gone(removed),
    }
}

/// An error that came when some files were replaced already.
fn cut_short(error: &anyhow::Error, out: &Path) -> anyhow::Error {
    Error::new(format!("{error:#}: {} holds files of two runs now", out.display()))
        .hint("mend that and run the same command again: it first finishes what was begun")
        .into()
}

fn written(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder_of(path: &Path) -> Result<()> {
    let folder = super::input::parent(path);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))
}

/// The folders that files below a folder lie in, and the folder itself.
fn folders(below: &Path, files: &[String]) -> BTreeSet<PathBuf> {
    let of_files = files.iter().map(|path| super::input::parent(&below.join(path)));
    of_files.chain([below.to_owned()]).collect()
}

/// Makes the names in a folder last. Not every file system can, and not everyone may open a folder.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|opened| opened.sync_all()) {
        Err(error) => {
            let cannot = [ErrorKind::InvalidInput, ErrorKind::Unsupported, ErrorKind::PermissionDenied];
            if cannot.contains(&error.kind()) { Ok(()) } else { Err(error) }
        }
        Ok(()) => Ok(()),
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["a.html", "charts/b.svg", "charts/c.svg", "report.json"];

    /// A folder in which a run was cut short after so many of its files had taken their places.
    fn cut_after(moved: usize) -> tempfile::TempDir {
        let out = tempfile::tempdir().expect("a folder");
        let files = |text: &str| NAMES.map(|path| OutputFile { path: path.into(), bytes: text.into() });
        write(out.path(), &files("old"), &[]).expect("writes");
        fs::write(out.path().join("charts/gone.svg"), "old").expect("written");
        let staging = out.path().join(STAGING);
        let plan = Plan { replaced: NAMES.map(str::to_owned).to_vec(), removed: vec!["charts/gone.svg".to_owned()] };
        stage(&staging, &files("new")).expect("stages");
        commit(&staging, &plan).expect("commits");
        for name in &NAMES[..moved] {
            fs::rename(staging.join(FILES).join(name), out.path().join(name)).expect("moves");
        }
        out
    }

    fn texts(out: &Path) -> Vec<String> {
        NAMES.iter().map(|name| fs::read_to_string(out.join(name)).expect("reads")).collect()
    }

    #[test]
    fn a_swap_that_was_cut_short_anywhere_is_named_and_finished() {
        for moved in 0..=NAMES.len() {
            let out = cut_after(moved);
            let out = out.path();
            assert!(matches!(left(out), Left::Mixed(paths) if paths.len() == NAMES.len() - moved + 1));
            assert!(resume(out).expect("resumes"));
            assert_eq!(texts(out), ["new"; 4], "cut after {moved}");
            assert!(!out.join("charts/gone.svg").exists() && !out.join(STAGING).exists());
            assert_eq!(left(out), Left::Nothing);
            assert!(!resume(out).expect("resumes"), "there is nothing left to do");
        }
    }

    #[test]
    fn without_a_plan_what_waits_is_waste() {
        for plan in [None, Some(""), Some("{}"), Some(r#"{"replaced":["../a.html"],"removed":[]}"#)] {
            let out = cut_after(0);
            let (out, file) = (out.path(), out.path().join(STAGING).join(PLAN));
            plan.map_or_else(|| fs::remove_file(&file), |plan| fs::write(&file, plan)).expect("changed");
            assert_eq!(left(out), Left::Waste, "{plan:?}");
            assert!(!resume(out).expect("resumes"));
            assert_eq!(texts(out), ["old"; 4]);
            assert!(!out.join(STAGING).exists());
        }
    }

    #[test]
    fn nobody_writes_where_someone_writes() {
        let out = cut_after(1);
        let held = lock(out.path()).expect("locks");
        for refused in [resume(out.path()).map(drop), write(out.path(), &[], &[])] {
            assert!(refused.expect_err("refused").to_string().contains("another run is writing into"));
        }
        drop(held);
        assert!(resume(out.path()).expect("resumes"));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_in_place_of_what_waits_fetches_nothing() {
        use std::os::unix::fs::symlink;
        let elsewhere = tempfile::tempdir().expect("a folder");
        fs::write(elsewhere.path().join("b.svg"), "secret").expect("written");
        let out = cut_after(0);
        let folder = out.path().join(STAGING).join(FILES).join("charts");
        fs::remove_dir_all(&folder).expect("removed");
        symlink(elsewhere.path(), &folder).expect("linked");
        assert!(resume(out.path()).expect("resumes"));
        assert_eq!(texts(out.path()), ["new", "old", "old", "new"]);
        assert!(elsewhere.path().join("b.svg").exists());
        symlink(elsewhere.path(), out.path().join(STAGING)).expect("linked");
        assert!(!resume(out.path()).expect("resumes"));
        assert!(elsewhere.path().join("b.svg").exists() && !out.path().join(STAGING).exists());
    }
}
