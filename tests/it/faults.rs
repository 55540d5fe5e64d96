//! Runs that are killed, disks that are full, folders that may not be written or go away: every file is whole, old or
//! new, the exit status tells, and the next run leaves no trace of the one that was cut short.

#[cfg(target_os = "linux")]
use crate::run::as_someone;
use crate::run::{gristmill, report};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const BIN: &str = env!("CARGO_BIN_EXE_gristmill");

const RECORDS: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
    1024,1,0,100,1100,1024,101\n1024,2,10,150,1150,1024,101\n8192,1,20,300,1300,8192,101\n8192,2,30,400,1500,8192,101\n";

/// Where new files wait while a run writes.
const STAGING: &str = ".gristmill-new";

type Files = BTreeMap<String, Vec<u8>>;

/// Two runs whose reports differ in every file, and the reports.
struct Scene {
    folder: tempfile::TempDir,
    old: Files,
    new: Files,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, records: &str| {
            let run = folder.path().join(name);
            fs::create_dir(&run).unwrap();
            fs::write(run.join("records.csv"), records).unwrap();
            let out = folder.path().join("first");
            report(&run, &out);
            let files = files(&out);
            fs::remove_dir_all(out).unwrap();
            files
        };
        let old = made("old", RECORDS);
        // Without first tokens some charts go.
        let without = RECORDS.lines().map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            [&cells[..3], &cells[4..]].concat().join(",") + "\n"
        });
        let new = made("new", &without.collect::<String>());
        assert!(old.keys().any(|path| !new.contains_key(path)), "some files go");
        Self { folder, old, new }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// Puts the old report into OUT.
    fn reset(&self) -> PathBuf {
        let out = self.out();
        let _ = fs::remove_dir_all(&out);
        for (path, bytes) in &self.old {
            fs::create_dir_all(out.join(path).parent().unwrap()).unwrap();
            fs::write(out.join(path), bytes).unwrap();
        }
        out
    }

    /// The words that make the new report in OUT.
    fn words(&self) -> [PathBuf; 4] {
        ["report".into(), self.folder.path().join("new"), "-o".into(), self.out()]
    }

    fn start(&self) -> Child {
        Command::new(BIN).args(self.words()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// What a run that ended anywhere left: every file is whole, and `check` says whether they are of two runs.
    fn judge(&self) -> &'static str {
        let out = self.out();
        let found = files(&out);
        let mut visible = found.clone();
        visible.retain(|path, _| !path.starts_with(STAGING));
        for (path, bytes) in &visible {
            let whole = [&self.old, &self.new].iter().any(|made| made.get(path) == Some(bytes));
            assert!(whole, "{path} is neither the old nor the new file");
        }
        let is_planned = found.contains_key(&format!("{STAGING}/plan.json"));
        let checked = gristmill(["check".as_ref(), out.as_os_str()]);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert_eq!(checked.status.code(), Some(i32::from(is_planned)), "{said}");
        assert_eq!(said.contains("holds files of two runs"), is_planned, "{said}");
        match (is_planned, visible == self.old, visible == self.new) {
            (true, _, _) => "within the swap",
            (false, _, true) => "after the swap",
            (false, true, false) if out.join(STAGING).exists() => "while writing",
            (false, true, false) => "before the first write",
            (false, false, false) => panic!("a mixture without a plan: {:?}", visible.keys()),
        }
    }

    /// The next run makes the new report and leaves nothing else.
    fn mend(&self) {
        report(&self.folder.path().join("new"), &self.out());
        assert!(files(&self.out()) == self.new, "{:?}", files(&self.out()).keys());
    }

    /// OUT holds the old report and nothing else.
    fn is_untouched(&self) {
        assert!(files(&self.out()) == self.old, "{:?}", files(&self.out()).keys());
    }
}

/// Every file below a folder, by its path.
fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            match path.is_dir() {
                true => pending.push(path),
                false => drop(found.insert(below, fs::read(path).unwrap())),
            }
        }
    }
    found
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Numbers that look random and are the same each time.
fn random(seed: &mut u64, below: Duration) -> Duration {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    below.mul_f64((*seed >> 33) as f64 / f64::from(1_u32 << 31))
}

/// Waits without giving up the processor: sleeping is not fine enough.
fn until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !done() && Instant::now() < end {
        std::hint::spin_loop();
    }
}

/// Kills so many runs, a third of them anywhere, a third while they write, a third while they swap; how often each state
/// was found.
fn kill(times: u64) -> BTreeMap<&'static str, usize> {
    let scene = Scene::new();
    let out = scene.reset();
    let begun = Instant::now();
    let mut whole = scene.start();
    until(|| out.join(STAGING).exists());
    let writes = begun.elapsed();
    whole.wait().unwrap();
    let ends = begun.elapsed();
    let (mut seed, mut states) = (7, BTreeMap::new());
    for at in 0..times {
        scene.reset();
        let mut child = scene.start();
        let wait = match at % 3 {
            0 => random(&mut seed, ends),
            1 => {
                until(|| out.join(STAGING).exists() || child.try_wait().unwrap().is_some());
                random(&mut seed, (ends - writes) / 2)
            }
            _ => {
                until(|| out.join(STAGING).join("plan.json").exists() || child.try_wait().unwrap().is_some());
                random(&mut seed, Duration::from_micros(300))
            }
        };
        let from = Instant::now();
        until(|| from.elapsed() >= wait);
        child.kill().unwrap();
        child.wait().unwrap();
        *states.entry(scene.judge()).or_default() += 1;
        scene.mend();
    }
    states
}

#[test]
#[cfg(unix)]
fn a_run_that_is_killed_leaves_whole_files_and_the_next_one_finishes() {
    let states = kill(12);
    assert!(states.len() > 1, "{states:?}");
}

/// The same at 300 moments: `cargo test --test it faults -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
#[cfg(unix)]
fn runs_that_are_killed_at_300_moments_leave_whole_files() {
    println!("{:?}", kill(300));
}

#[test]
fn what_was_cut_short_is_told_by_check_and_by_the_next_run() {
    let scene = Scene::new();
    let out = scene.reset();
    // As a run leaves it that was killed behind its first two files.
    let waiting = out.join(STAGING).join("files");
    for (path, bytes) in scene.new.iter().skip(2) {
        fs::create_dir_all(waiting.join(path).parent().unwrap()).unwrap();
        fs::write(waiting.join(path), bytes).unwrap();
    }
    for (path, bytes) in scene.new.iter().take(2) {
        fs::write(out.join(path), bytes).unwrap();
    }
    let removed: Vec<_> = scene.old.keys().filter(|path| !scene.new.contains_key(*path)).collect();
    let plan = serde_json::json!({ "replaced": scene.new.keys().collect::<Vec<_>>(), "removed": removed });
    fs::write(out.join(STAGING).join("plan.json"), plan.to_string()).unwrap();
    assert_eq!(scene.judge(), "within the swap");
    let checked = gristmill(["check".as_ref(), out.as_os_str(), "--json".as_ref()]);
    let found: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(found["report"]["cut_short"], true);
    assert_eq!(found["report"]["unfinished"].as_array().unwrap().len(), scene.new.len() - 2 + removed.len());
    let run = scene.folder.path().join("new");
    let next = report(&run, &out);
    assert!(told(&next).contains("was cut short; its last files took their places now"), "{}", told(&next));
    assert!(files(&out) == scene.new);
    assert_eq!(told(&report(&run, &out)), "", "once is enough");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_earlier_report() {
    full_disks(5);
}

/// The same with the disk full at every few kilobytes.
#[test]
#[ignore = "takes minutes"]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_at_any_write_leaves_the_earlier_report() {
    full_disks(120);
}

/// Runs on so many small disks, from one that holds little more than the earlier report to one that nearly suffices.
#[cfg(target_os = "linux")]
fn full_disks(times: usize) {
    let mut alone = Command::new("unshare");
    alone.args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]);
    if !alone.output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no small disk can be mounted here");
        return;
    }
    let scene = Scene::new();
    scene.reset();
    let pages = |files: &Files| files.values().map(|bytes| bytes.len().div_ceil(4096)).sum::<usize>();
    let (old, new) = (pages(&scene.old), pages(&scene.new));
    let script = "mkdir -p \"$1/disk\" && mount -t tmpfs -o size=$(($2 * 4))k none \"$1/disk\" && cp -r \"$1/out\" \"$1/disk/\" || exit 9\n\
        \"$3\" report \"$1/new\" -o \"$1/disk/out\"; status=$?\n\
        rm -r \"$1/out\" && cp -r \"$1/disk/out\" \"$1/out\" && exit $status";
    for at in 0..times {
        let size = old + 1 + new * at / times;
        let output = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
            .args([scene.folder.path().as_os_str(), size.to_string().as_ref(), BIN.as_ref()])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{size} pages: {}", told(&output));
        assert!(told(&output).contains("No space left on device"), "{}", told(&output));
        assert!(told(&output).starts_with("error: cannot "), "{}", told(&output));
        scene.is_untouched();
    }
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_grow_is_an_error_and_leaves_the_earlier_report() {
    let scene = Scene::new();
    scene.reset();
    let words = scene.words();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$@\"", "sh", BIN])
        .args(&words)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("File too large"), "{}", told(&output));
    scene.is_untouched();
}

#[test]
#[cfg(target_os = "linux")]
fn folders_that_may_not_be_written_are_named_before_anything_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let scene = Scene::new();
    let program = as_someone(scene.folder.path());
    for (open, shut) in [(vec![], vec!["", "charts"]), (vec![""], vec!["charts"])] {
        let out = scene.reset();
        open.iter().for_each(|path| mode(&out.join(path), 0o777));
        shut.iter().for_each(|path| mode(&out.join(path), 0o555));
        let output = Command::new(&program[0]).args(&program[1..]).args(scene.words()).output().unwrap();
        ["", "charts"].iter().for_each(|path| mode(&out.join(path), 0o755));
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains("Permission denied"), "{}", told(&output));
        scene.is_untouched();
    }
}

#[test]
fn a_folder_that_is_removed_meanwhile_costs_the_report_and_nothing_else() {
    let scene = Scene::new();
    let out = scene.reset();
    let mut child = Command::new(BIN).args(scene.words()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        let _ = fs::remove_dir_all(&out);
    }
    let output = child.wait_with_output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", told(&output));
    assert!(!told(&output).contains("panicked"), "{}", told(&output));
    scene.mend();
}

#[test]
fn a_run_that_grows_while_it_is_read_is_an_error_and_leaves_the_earlier_report() {
    let scene = Scene::new();
    scene.reset();
    let records = scene.folder.path().join("new/records.csv");
    let (header, rows) = RECORDS.split_once('\n').unwrap();
    fs::write(&records, format!("{header}\n{}", rows.repeat(10_000))).unwrap();
    let mut child = Command::new(BIN).args(scene.words()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut grows = fs::OpenOptions::new().append(true).open(&records).unwrap();
    while child.try_wait().unwrap().is_none() {
        grows.write_all(rows.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_micros(500));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("records.csv: changed while it was being read"), "{}", told(&output));
    scene.is_untouched();
}

#[test]
#[cfg(target_os = "linux")]
fn a_reader_that_went_away_is_no_error_and_a_result_that_is_lost_is_one() {
    let scene = Scene::new();
    let run = scene.folder.path().join("new");
    let summary = |stdout: Stdio| {
        Command::new(BIN).arg("summary").arg(&run).stdout(stdout).stderr(Stdio::piped()).output().unwrap()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let gone = summary(writer.into());
    assert!(gone.status.success(), "{}", told(&gone));
    let full = summary(fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    assert_eq!(full.status.code(), Some(1));
    assert!(told(&full).starts_with("error: standard output cannot be written: No space left"), "{}", told(&full));
    let words = scene.words();
    let closed = Command::new("sh").args(["-c", "exec \"$@\" >&-", "sh", BIN]).args(&words).output().unwrap();
    assert!(closed.status.success() && told(&closed).is_empty(), "{}", told(&closed));
    assert!(files(&scene.out()) == scene.new);
}
