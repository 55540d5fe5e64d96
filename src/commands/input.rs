//! What RUN stands for: its files, its configuration, its name.

use super::{assets, cache, output, terminal};
use anyhow::Result;
use gristmill::config::{self, Config, Limits};
use gristmill::error::{Error, Place, Warning, one_line};
use gristmill::ingest::Input;
use gristmill::limits::{HIGHEST_MOST_FILES, LARGEST_CONFIGURATION};
use gristmill::pipeline::Assets;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Name of the configuration file.
const CONFIG: &str = "gristmill.toml";

/// How much of a pipe is kept in memory before the rest goes to a temporary file.
const SPOOL_IN_MEMORY: usize = 64 << 20;

/// A run, opened.
pub struct OpenRun {
    /// Its files, in the order of their names.
    pub inputs: Vec<Box<dyn Input>>,
    /// What is configured for it.
    pub config: Config,
    /// The brand's logo and typefaces, where some are configured.
    pub assets: Assets,
    /// What it is called where nothing else names it.
    pub name: String,
    /// What the user must know about how it was opened.
    pub warnings: Vec<Warning>,
    /// The run that `[reference]` names.
    reference: Option<ReferencePath>,
}

/// Where another run lies that a configuration names.
struct ReferencePath {
    /// The configuration file.
    file: PathBuf,
    /// The other run.
    run: PathBuf,
    /// The folder of the run that it is to be shown beside.
    beside: Option<PathBuf>,
}

/// Finds the files of a run and reads its configuration: `config`, else the one in or beside it. Whatever lies in `out` is
/// no input.
pub fn open(run: &[PathBuf], config: Option<&Path>, out: Option<&Path>) -> Result<OpenRun> {
    let file = config.map(Path::to_owned).or_else(|| configuration(run).filter(|file| file.is_file()));
    let config = file.as_deref().map(read_config).transpose()?.unwrap_or_default();
    let (Found { inputs, name }, mut warnings) = find(run, out, &config.limits)?;
    let assets = match &file {
        Some(file) => assets::of_brand(&config, &parent(file), &mut warnings)?,
        None => Assets::default(),
    };
    // What a brand brings along beside the records is no record.
    let brought = assets::files(&config);
    let mut inputs: Vec<Box<dyn Input>> = inputs.into_iter().filter(|input| !brought.contains(&input.name())).collect();
    let folder = match run {
        [folder] if folder.is_dir() => Some(folder.clone()),
        _ => None,
    };
    let reference = file.zip(config.reference.run.as_ref()).map(|(file, run)| {
        let run = parent(&file).join(run);
        ReferencePath { file, run, beside: folder.clone() }
    });
    if let (Some(reference), Some(folder)) = (&reference, &folder) {
        leave_out(&mut inputs, folder, &reference.run);
    }
    Ok(OpenRun { inputs, config, assets, name, warnings, reference })
}

impl OpenRun {
    /// Opens the run that `[reference]` names, with the configuration that lies in or beside it; none without one. Whatever
    /// lies in `out` is no input. Errors: there is no such run, or it is this one.
    pub fn open_reference(&self, out: Option<&Path>) -> Result<Option<OpenRun>> {
        let Some(ReferencePath { file, run, beside }) = &self.reference else { return Ok(None) };
        let at = || Place::file(file.display().to_string()).path("reference.run");
        if !run.is_dir() && !run.is_file() {
            return Err(Error::at(
                at(),
                format!("expected another run, found no folder and no file at {}", run.display()),
            )
            .hint("give its folder or file as it lies from this configuration file")
            .into());
        }
        let resolved = |path: &Path| fs::canonicalize(path).ok();
        if beside.as_deref().is_some_and(|beside| resolved(beside) == resolved(run)) {
            return Err(Error::at(at(), "expected another run, found this one")
                .hint("name the run to compare with")
                .into());
        }
        let mut opened = open(std::slice::from_ref(run), None, out)?;
        if let Some(beside) = beside {
            leave_out(&mut opened.inputs, run, beside);
        }
        if opened.inputs.is_empty() {
            return Err(Error::at(at(), format!("expected another run, found no file in {}", run.display()))
                .hint("give its folder or file as it lies from this configuration file")
                .into());
        }
        Ok(Some(opened))
    }
}

/// Leaves out the files of a folder that belong to another run inside it.
fn leave_out(inputs: &mut Vec<Box<dyn Input>>, folder: &Path, inside: &Path) {
    let (Ok(folder), Ok(inside)) = (fs::canonicalize(folder), fs::canonicalize(inside)) else { return };
    if inside != folder && inside.starts_with(&folder) {
        inputs.retain(|input| !folder.join(input.name()).starts_with(&inside));
    }
}

/// The files of a run, before anything is known of its configuration.
pub struct Found {
    /// In the order of their names.
    pub inputs: Vec<Box<dyn Input>>,
    /// What the run is called where nothing else names it.
    pub name: String,
}

/// Finds the files of a run, and what the user must know of that. Whatever lies in `out` is no input.
pub fn find(run: &[PathBuf], out: Option<&Path>, limits: &Limits) -> Result<(Found, Vec<Warning>)> {
    let mut warnings = Vec::new();
    let (inputs, name) = match run {
        [only] if only.as_os_str() == "-" => {
            (vec![Box::new(Spool::read(io::stdin().lock())?) as Box<dyn Input>], "standard input".to_owned())
        }
        [folder] if folder.is_dir() => (walk(folder, out, limits, &mut warnings)?, folder_name(folder)),
        files => {
            let inputs = files.iter().map(|file| open_file(file)).collect::<Result<_>>()?;
            let stem = files.first().and_then(|first| first.file_stem());
            (inputs, stem.map_or_else(|| "run".to_owned(), |stem| stem.to_string_lossy().into_owned()))
        }
    };
    Ok((Found { inputs, name }, warnings))
}

/// Where the configuration of a run lies: in its folder, or beside its first file; none for standard input.
pub fn configuration(run: &[PathBuf]) -> Option<PathBuf> {
    run.first().filter(|first| first.as_os_str() != "-").map(|first| beside(first))
}

/// Reads a configuration.
pub fn read_config(file: &Path) -> Result<Config> {
    let size = fs::metadata(file).map_or(0, |found| found.len());
    if size > LARGEST_CONFIGURATION {
        let found =
            format!("expected a configuration of at most {} MiB, found {size} bytes", LARGEST_CONFIGURATION >> 20);
        return Err(Error::at(Place::file(file.display().to_string()), found)
            .hint("look whether that is the file you meant")
            .into());
    }
    let text = read_text(file, "configuration")?;
    Ok(config::parse(&text, &file.display().to_string())?)
}

/// A whole text file; `what` is what it is to the user.
pub fn read_text(file: &Path, what: &str) -> Result<String> {
    let name = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| unreadable(&name, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::at(Place::file(&name), format!("expected UTF-8 text, found an invalid byte at position {at}"))
            .hint(format!("save the {what} as UTF-8"))
            .into()
    })
}

/// Every regular file below a folder, sorted by path. Hidden files, the configuration, OUT, caches and the folders of other
/// reports are left out, and of a report in the folder itself everything but its cells; symbolic links to folders are not
/// followed, so that a loop cannot hold the walk, and those to files elsewhere are told.
pub fn paths(folder: &Path, out: Option<&Path>, limits: &Limits, warnings: &mut Vec<Warning>) -> Result<Vec<PathBuf>> {
    let out = out.and_then(|out| fs::canonicalize(out).ok());
    let root = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let leads_out = |path: &Path| fs::canonicalize(path).is_ok_and(|real| !real.starts_with(&root));
    let (mut found, mut outside) = (Vec::new(), BTreeSet::new());
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        let shown = directory.display().to_string();
        for entry in fs::read_dir(&directory).map_err(|error| unreadable(&shown, &error))? {
            let path = entry.map_err(|error| unreadable(&shown, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') || (name == CONFIG && directory == folder) {
                continue;
            }
            let kind = fs::symlink_metadata(&path).map_err(|error| unreadable(&path.display().to_string(), &error))?;
            if kind.is_dir() {
                if !output::is_report(&path)
                    && !cache::is_cache(&path)
                    && (out.is_none() || fs::canonicalize(&path).ok() != out)
                {
                    pending.push(path);
                }
            } else if kind.is_symlink() && path.is_dir() {
                warnings.push(Warning::at(
                    Place::file(path.display().to_string()),
                    "a symbolic link to a folder was not followed; name its files to read them",
                ));
            } else if path.is_file() {
                if kind.is_symlink() && leads_out(&path) {
                    outside.insert(path.clone());
                }
                found.push(path);
            }
            if found.len() > limits.files {
                return Err(too_many(folder, limits.files));
            }
        }
    }
    warnings.extend(led_out(&outside));
    // Another tool's report.json lists nothing of ours.
    let written = output::written_before(folder).unwrap_or_default();
    let is_ours = |path: &PathBuf| {
        let below = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
        below != output::CELLS && written.contains(&below)
    };
    found.retain(|path| !is_ours(path));
    found.sort();
    Ok(found)
}

fn too_many(folder: &Path, most: usize) -> anyhow::Error {
    let message = format!("expected the files of one run, found more than {most}");
    let mut hint = "give the folder of one run, or name its files; `cat` joins files of records".to_owned();
    if most < HIGHEST_MOST_FILES {
        hint += &format!("; `limits.files` in gristmill.toml takes up to {HIGHEST_MOST_FILES}");
    }
    Error::at(Place::file(folder.display().to_string()), message).hint(hint).into()
}

/// What is told of links that lead out of the run: whoever made them chose what is read.
fn led_out(links: &BTreeSet<PathBuf>) -> Option<Warning> {
    let others = match links.len() {
        ..=1 => String::new(),
        n => format!(", and so {} more", n - 1),
    };
    let message =
        format!("a symbolic link to a file outside the run was followed{others}; what that holds is in the report");
    Some(Warning::at(Place::file(links.first()?.display().to_string()), message))
}

/// The same, opened; each is called as it lies below the folder.
fn walk(
    folder: &Path,
    out: Option<&Path>,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Box<dyn Input>>> {
    paths(folder, out, limits, warnings)?
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            FileInput::open(path, below)
        })
        .collect()
}

fn open_file(path: &Path) -> Result<Box<dyn Input>> {
    let shown = path.display().to_string();
    if path.as_os_str() == "-" {
        return Err(Error::new("`-` stands alone: standard input cannot be joined with files")
            .hint("give either `-` or the files")
            .into());
    }
    if path.is_dir() {
        return Err(Error::at(Place::file(shown), "expected a file, found a folder")
            .hint("a run is one folder or one or more files; several folders are several runs")
            .into());
    }
    FileInput::open(path.to_owned(), shown)
}

/// Where the configuration of a folder or a file would lie.
pub fn beside(input: &Path) -> PathBuf {
    if input.is_dir() { input.join(CONFIG) } else { parent(input).join(CONFIG) }
}

/// The folder that a file lies in.
pub fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn folder_name(folder: &Path) -> String {
    let named = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let resolved = || fs::canonicalize(folder).ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    named.or_else(resolved).unwrap_or_else(|| "run".to_owned())
}

/// Why a file cannot be read, and what to do.
pub fn unreadable(name: &str, error: &io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotFound if name.contains(['*', '?', '[']) => {
            "check the path; a pattern is expanded by the shell: leave out the quotes around it"
        }
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "ask for permission to read it, or copy it to where you may",
        _ => "check that it can be read",
    };
    Error::at(Place::file(name), format!("cannot be read: {error}")).hint(hint)
}

/// A file on disk.
struct FileInput {
    path: PathBuf,
    name: String,
    size: u64,
    /// When it was last written to, where the system says.
    modified: Option<SystemTime>,
    stamp: Option<String>,
}

impl FileInput {
    /// Looks at the file at once, so that a wrong path is told before any work is done.
    fn open(path: PathBuf, name: String) -> Result<Box<dyn Input>> {
        // A name with a line break would read as two lines of a message, the second of them anyone's.
        let name = one_line(&name);
        let file = File::open(&path).map_err(|error| unreadable(&name, &error))?;
        let found = file.metadata().map_err(|error| unreadable(&name, &error))?;
        let modified = found.modified().ok();
        Ok(Box::new(Self { path, name, size: found.len(), modified, stamp: cache::stamp(&found) }))
    }
}

impl Input for FileInput {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(Counted(File::open(&self.path)?)))
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn stamp(&self) -> Option<String> {
        self.stamp.clone()
    }

    fn is_unchanged(&self) -> bool {
        // One that is gone was read all the same.
        fs::metadata(&self.path).is_ok_and(|found| (found.len(), found.modified().ok()) == (self.size, self.modified))
            || !self.path.exists()
    }
}

/// A file whose bytes count for the progress bar.
struct Counted(File);

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        terminal::has_read(read);
        Ok(read)
    }
}

/// Standard input, kept so that it can be read twice: in memory while it is small, else in a temporary file that has
/// no name and goes with the process.
enum Spool {
    Memory(Vec<u8>),
    Disk(File, u64),
}

impl Spool {
    fn read(mut pipe: impl Read) -> Result<Self> {
        let failed = |error: io::Error| unreadable("standard input", &error);
        let mut start = Vec::new();
        pipe.by_ref().take(SPOOL_IN_MEMORY as u64).read_to_end(&mut start).map_err(failed)?;
        if start.len() < SPOOL_IN_MEMORY {
            return Ok(Spool::Memory(start));
        }
        let mut file = tempfile::tempfile().map_err(failed)?;
        file.write_all(&start).map_err(failed)?;
        drop(start);
        io::copy(&mut BufReader::with_capacity(1 << 20, pipe), &mut file).map_err(failed)?;
        let size = file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Spool::Disk(file, size))
    }
}

impl Input for Spool {
    fn name(&self) -> &str {
        "standard input"
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        match self {
            Spool::Memory(bytes) => Ok(Box::new(Cursor::new(bytes.as_slice()))),
            Spool::Disk(file, _) => Ok(Box::new(Positioned { file, at: 0 })),
        }
    }

    fn size(&self) -> u64 {
        match self {
            Spool::Memory(bytes) => bytes.len() as u64,
            Spool::Disk(_, size) => *size,
        }
    }
}

/// Reads a shared file from its start without moving anyone else's position in it.
struct Positioned<'f> {
    file: &'f File,
    at: u64,
}

impl Read for Positioned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.at)?;
        self.at += read as u64;
        terminal::has_read(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(input: &dyn Input) -> Vec<u8> {
        let mut bytes = Vec::new();
        input.open().expect("opens").read_to_end(&mut bytes).expect("reads");
        bytes
    }

    #[test]
    fn a_pipe_can_be_read_twice_in_memory_and_from_disk() {
        for size in [3, SPOOL_IN_MEMORY + 5] {
            let sent: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let spool = Spool::read(sent.as_slice()).expect("spools");
            assert_eq!(matches!(spool, Spool::Disk(..)), size > SPOOL_IN_MEMORY);
            assert_eq!(spool.size(), size as u64);
            assert!(content(&spool) == sent && content(&spool) == sent);
        }
    }

    #[test]
    fn a_folder_gives_its_files_in_order_and_never_its_own_output() {
        let run = tempfile::tempdir().expect("a folder");
        for file in [
            "b.csv",
            "a.csv",
            CONFIG,
            ".hidden",
            "sub/c.csv",
            "out/report.json",
            "out/charts/ttft.svg",
            "kept/CACHEDIR.TAG",
        ] {
            let path = run.path().join(file);
            fs::create_dir_all(path.parent().expect("below the run")).expect("made");
            fs::write(path, "x").expect("written");
        }
        let mut warnings = Vec::new();
        let inputs = walk(run.path(), Some(&run.path().join("out")), &Limits::default(), &mut warnings).expect("walks");
        let names: Vec<_> = inputs.iter().map(|input| input.name()).collect();
        assert_eq!(names, ["a.csv", "b.csv", "sub/c.csv"]);
        assert!(warnings.is_empty());
    }
}
