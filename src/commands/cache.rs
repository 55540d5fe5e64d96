//! The cache beside the output: what was read of each file of a run, for the next time.
//!
//! It lies in a hidden folder of OUT, which no reading of a folder goes into, and is safe to delete. Whether an entry still
//! holds is decided in the library ([`gristmill::ingest::cache`]); here it is only read and written. Nothing that goes wrong with
//! it is an error: the files are there to be read.

use super::input::OpenRun;
use super::output;
use crate::cli::Run;
use gristmill::ingest::cache::{Bytes, InMemory, Store};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder inside OUT.
const FOLDER: &str = ".gristmill-cache";

/// The file in it.
const FILE: &str = "cells";

/// First bytes of that file.
const MAGIC: &[u8] = b"gristmill cache\n";

/// Runs of fewer bytes are read at once, and leave no cache where nobody would look for one.
const WORTHWHILE: u64 = 4 << 20;

/// More than that is not kept: it would have to be read at once.
const LARGEST: usize = 256 << 20;

/// What a folder for things that can be made again is told by: backups leave it out (bford.info/cachedir), and git does.
const LABELS: [(&str, &str); 2] = [
    (
        "CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n\
         # What Gristmill read of each file of a run, so that the next time only files that changed are read.\n\
         # Safe to delete.\n",
    ),
    (".gitignore", "*\n"),
];

/// Entries by their keys.
type Entries = BTreeMap<String, Bytes>;

/// The cache of a run, and of the run that is shown beside it.
pub struct Cache {
    /// None where nothing is kept.
    folder: Option<PathBuf>,
    run: InMemory,
    reference: InMemory,
}

/// Whether a folder is marked as one for things that can be made again: there is nothing of a run in it.
pub fn is_cache(folder: &Path) -> bool {
    LABELS.first().is_some_and(|(label, _)| folder.join(label).is_file())
}

impl Run {
    /// What is kept of the run's files: in `out`, unless the command line says otherwise.
    pub fn cache(&self, out: Option<&Path>, opened: &OpenRun) -> Cache {
        let folder = self.cache.clone().or_else(|| out.map(|out| out.join(FOLDER)));
        let bytes: u64 = opened.inputs.iter().map(|input| input.size()).sum();
        Cache::open(folder.filter(|_| !self.no_cache && bytes >= WORTHWHILE))
    }
}

impl Cache {
    fn open(folder: Option<PathBuf>) -> Self {
        let found = folder.as_deref().and_then(|folder| decode(&fs::read(folder.join(FILE)).ok()?));
        let (run, reference) = found.unwrap_or_default();
        Self { folder, run: InMemory::with(run), reference: InMemory::with(reference) }
    }

    /// Of the run's files.
    pub fn of_run(&self) -> Option<&dyn Store> {
        self.folder.as_ref().map(|_| &self.run as &dyn Store)
    }

    /// Of the files of the run that is shown beside it.
    pub fn of_reference(&self) -> Option<&dyn Store> {
        self.folder.as_ref().map(|_| &self.reference as &dyn Store)
    }

    /// Writes what was of use, where that is not what lies there; a folder that cannot be written to has no cache.
    pub fn save(&self) {
        let Self { folder: Some(folder), run, reference } = self else { return };
        if run.has_changed() || reference.has_changed() {
            let _ = save(folder, run.used(), reference.used());
        }
    }
}

/// Replaces the file whole. It is not synced to disk: one that a crash cut short is told by its checksums.
fn save(folder: &Path, run: Entries, reference: Entries) -> std::io::Result<()> {
    if run.values().chain(reference.values()).map(|entry| entry.len()).sum::<usize>() > LARGEST {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    for (name, text) in LABELS {
        if !folder.join(name).exists() {
            fs::write(folder.join(name), text)?;
        }
    }
    output::sweep(folder, ".new-");
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    // Tells it from one that a killed run left.
    let _ = file.as_file().try_lock();
    file.write_all(&encode(run, reference))?;
    file.persist(folder.join(FILE)).map(drop).map_err(|error| error.error)
}

fn encode(run: Entries, reference: Entries) -> Vec<u8> {
    let content = postcard::to_allocvec(&(program(), run, reference)).unwrap_or_default();
    [MAGIC, &content].concat()
}

fn decode(bytes: &[u8]) -> Option<(Entries, Entries)> {
    let (by, run, reference): (String, Entries, Entries) = postcard::from_bytes(bytes.strip_prefix(MAGIC)?).ok()?;
    (by == program()).then_some((run, reference))
}

/// Tells this build of the program from others, which may read files otherwise.
fn program() -> String {
    let found = std::env::current_exe().and_then(fs::metadata);
    let changed =
        |found: Metadata| Some((found.len(), found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos()));
    let build = found.ok().and_then(changed);
    format!("{} {build:?}", env!("CARGO_PKG_VERSION"))
}

/// Seconds for which a file must have been left alone: within the tick of a file system's clock (two seconds at most) a second
/// write leaves its times as they are, and clocks of a network differ.
const QUIET_S: i64 = 10;

/// What tells from the outside that nobody wrote to a file since: its size, the times of its last change, to content or to
/// name and rights, and its place on the disk. A program can set the one time, but not the other. None where it changed just
/// now, or where the system keeps no such times.
#[cfg(unix)]
pub fn stamp(found: &Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let quiet = i64::try_from(now).ok()?.checked_sub(found.mtime().max(found.ctime()))?;
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    (quiet >= QUIET_S).then(|| format!("{} {times:?} {} {}", found.len(), found.ino(), found.dev()))
}

#[cfg(not(unix))]
pub fn stamp(_: &Metadata) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(keys: &[&str]) -> Entries {
        keys.iter().map(|key| (key.to_string(), key.as_bytes().repeat(100).into())).collect()
    }

    #[test]
    fn what_was_of_use_is_there_the_next_time_and_nothing_else() {
        let out = tempfile::tempdir().expect("a folder");
        let folder = out.path().join(FOLDER);
        save(&folder, entries(&["a", "b"]), entries(&["c"])).expect("saves");
        let cache = Cache::open(Some(folder.clone()));
        let run = cache.of_run().expect("a store");
        assert_eq!(run.get("a"), Some(b"a".repeat(100).into()));
        assert_eq!(run.get("c"), None, "the other run's");
        run.put("d", vec![1].into());
        cache.save();
        let cache = Cache::open(Some(folder.clone()));
        let run = cache.of_run().expect("a store");
        assert_eq!((run.get("a").is_some(), run.get("b"), run.get("d")), (true, None, Some(vec![1].into())));
        let names: Vec<_> =
            fs::read_dir(&folder).expect("reads").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[test]
    fn a_cache_that_is_cut_or_foreign_is_as_none() {
        let whole = encode(entries(&["a"]), entries(&[]));
        assert!(decode(&whole).is_some());
        assert!(decode(&whole[..whole.len() - 1]).is_none());
        assert!(decode(b"PK\x03\x04").is_none());
        let other =
            [MAGIC, &postcard::to_allocvec(&("0.0.1", entries(&["a"]), entries(&[]))).expect("encodes")].concat();
        assert!(decode(&other).is_none(), "another version's");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_changed_just_now_has_no_stamp() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(stamp(&file.as_file().metadata().expect("is there")), None);
        // This one's content is old, but its entry in the folder is not.
        file.as_file().set_modified(UNIX_EPOCH).expect("sets the time");
        assert_eq!(stamp(&file.as_file().metadata().expect("is there")), None);
        let old = fs::metadata(std::env::current_exe().expect("runs")).expect("is there");
        assert_eq!(stamp(&old), stamp(&old));
    }
}
