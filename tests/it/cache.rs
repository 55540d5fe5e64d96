//! The cache of what was read: with it and without it, whatever lies in it, the result is the same.

use crate::mutator::Random;
use crate::run::{gristmill, root};
use gristmill::config::{self, Config};
use gristmill::ingest::cache::{Bytes, InMemory, Store};
use gristmill::ingest::{Input, Memory, Options, ingest, ingest_with};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An input that counts how often it is opened.
struct Watched {
    file: Memory,
    stamp: Option<String>,
    opened: AtomicUsize,
}

impl Watched {
    fn new(name: &str, bytes: impl Into<Vec<u8>>, stamp: Option<String>) -> Self {
        Self { file: Memory::new(name, bytes.into()), stamp, opened: AtomicUsize::new(0) }
    }
}

impl Input for Watched {
    fn name(&self) -> &str {
        self.file.name()
    }
    fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.file.open()
    }
    fn size(&self) -> u64 {
        self.file.size()
    }
    fn stamp(&self) -> Option<String> {
        self.stamp.clone()
    }
}

fn inputs(files: &[Watched]) -> Vec<&dyn Input> {
    files.iter().map(|file| file as &dyn Input).collect()
}

/// The names of the files that were opened since this was last asked.
fn opened(files: &[Watched]) -> Vec<&str> {
    files.iter().filter(|file| file.opened.swap(0, Ordering::Relaxed) > 0).map(|file| file.file.name()).collect()
}

/// Every folder below with files in it.
fn folders(below: &Path) -> Vec<PathBuf> {
    let (mut found, mut pending) = (Vec::new(), vec![below.to_owned()]);
    while let Some(folder) = pending.pop() {
        let inside: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        pending.extend(inside.iter().filter(|path| path.is_dir()).cloned());
        if inside.iter().any(|path| path.is_file()) {
            found.push(folder);
        }
    }
    found.sort();
    found
}

#[test]
fn every_bundled_folder_is_read_alike_the_second_time_without_its_files() {
    let (mut known, mut read_again) = (0, Vec::new());
    for folder in
        ["samples", "runs", "inputs", "suites"].iter().flat_map(|name| folders(&root().join("fixtures").join(name)))
    {
        let text = fs::read_to_string(folder.join("gristmill.toml")).unwrap_or_default();
        let config = config::parse(&text, "gristmill.toml").unwrap_or_default();
        let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
        let paths = paths.filter(|path| !path.ends_with("gristmill.toml"));
        let file = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Watched::new(&name, fs::read(&path).unwrap(), Some("as ever".to_owned()))
        };
        let files: Vec<Watched> = paths.map(file).collect();
        // A folder of single files that are no run together is as many runs.
        let all = inputs(&files);
        let alone = all.iter().map(|input| vec![*input]);
        for (lenient, runs) in [(false, alone.collect::<Vec<_>>()), (true, vec![all.clone()])] {
            let options = Options { lenient, threads: 2 };
            for run in runs {
                let plain = ingest(&run, &config, &options);
                let store = InMemory::default();
                let shown = folder.display();
                assert_eq!(ingest_with(&run, &config, &options, Some(&store)), plain, "{shown}, cold");
                opened(&files);
                let store = InMemory::with(store.used());
                assert_eq!(ingest_with(&run, &config, &options, Some(&store)), plain, "{shown}, warm");
                if plain.is_ok() {
                    known += run.len();
                    read_again.extend(opened(&files).into_iter().map(str::to_owned));
                }
            }
        }
    }
    assert!(known > 300, "{known}");
    // Prompt suites and bad records.
    assert!(read_again.len() < known / 5, "{} of {known}: {read_again:?}", read_again.len());
}

const HEADER: &str =
    "context_tokens,concurrency,request_id,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,success,error,run\n";

/// Requests of one level; those of one context and concurrency are one cell, whichever file they lie in.
fn level(random: &mut Random, context: &str, concurrency: u64, from_s: f64, run: &str) -> String {
    let rows = 30 + random.below(120);
    let row = |nth: usize| {
        let (ttft, e2e) = (80.0 + random.below(4000) as f64 / 7.0, 900.0 + random.below(90_000) as f64 / 13.0);
        let start = from_s + nth as f64;
        match random.below(20) {
            0 => format!("{context},{concurrency},{nth},{start},,{e2e},1000,0,false,timeout,{run}\n"),
            _ => format!(
                "{context},{concurrency},{nth},{start},{ttft},{e2e},{},64,true,,{run}\n",
                990 + random.below(20)
            ),
        }
    };
    HEADER.to_owned() + &(0..rows).map(row).collect::<String>()
}

/// The same rows with request ids that are not repeated.
fn numbered(rows: &str, concurrency: u64) -> String {
    let number = format!(",{concurrency},");
    rows.lines().enumerate().map(|(nth, row)| row.replacen(&number, &format!("{number}{nth}-"), 1) + "\n").collect()
}

/// A file of one of several kinds.
fn made(kind: usize, random: &mut Random) -> Vec<u8> {
    let concurrency = 1 << random.below(3);
    let sample = |path: &str| fs::read(root().join("fixtures/inputs").join(path)).unwrap();
    match kind {
        0 => level(random, "1024", concurrency, 1e9, "").into_bytes(),
        1 => level(random, "", concurrency, 1e9, "").into_bytes(),
        2 => level(random, "1024", concurrency, 1e9, "second").into_bytes(),
        // Half an hour later: the run may have rested.
        3 => level(random, "1024", concurrency, 1e9 + 2e3, "").into_bytes(),
        4 => b"notes on the test\n".repeat(1 + random.below(3)),
        5 => Vec::new(),
        6 => sample("engine/vllm_1u_1k_start.txt"),
        _ => level(random, "32768", concurrency, 1e9, "").into_bytes(),
    }
}

#[test]
fn after_any_changes_the_result_is_that_of_the_files() {
    const CONFIGURATIONS: [&str; 4] = [
        "",
        "title = \"Another title\"\n[power]\nprice_per_kwh = 0.3",
        "[[file]]\nmatch = \"file-1*\"\ncontext = \"4K\"",
        "[[file]]\nmatch = \"file-2*\"\nignore = true",
    ];
    let mut random = Random::new("cache", 31);
    let (mut read, mut unchanged) = (0, 0);
    for round in 0..24 {
        // The second value tells a file's versions apart.
        let mut files: BTreeMap<String, (Vec<u8>, usize)> = BTreeMap::new();
        let mut kept: BTreeMap<String, Bytes> = BTreeMap::new();
        let mut config = Config::default();
        for version in 0..12 {
            let name = format!("file-{}.csv", random.below(24));
            let before = files.clone();
            match random.below(6) {
                0 => drop(files.remove(&name)),
                1 => {
                    let some = files.pop_first();
                    files.extend(some.map(|(_, (bytes, _))| (name, (bytes, version))));
                }
                2 => {
                    if let Some(entry) = kept.values_mut().next() {
                        let mut damaged = entry.to_vec();
                        damaged[random.below(entry.len())] ^= 1 << random.below(8);
                        *entry = damaged.into();
                    }
                }
                3 => config = config::parse(CONFIGURATIONS[random.below(4)], "gristmill.toml").unwrap(),
                _ => {
                    for number in 0..1 + random.below(8) {
                        let name = format!("file-{number}.csv");
                        files.insert(name, (made(random.below(8), &mut random), version));
                    }
                }
            }
            let with_stamps = round % 2 == 0;
            let watched = |(name, (bytes, version)): (&String, &(Vec<u8>, usize))| {
                Watched::new(name, bytes.clone(), with_stamps.then(|| version.to_string()))
            };
            let run: Vec<Watched> = files.iter().map(watched).collect();
            let options = Options { lenient: false, threads: 1 + random.below(3) };
            let plain = ingest(&inputs(&run), &config, &options);
            opened(&run);
            let store = InMemory::with(std::mem::take(&mut kept));
            let found = ingest_with(&inputs(&run), &config, &options, Some(&store));
            assert_eq!(found, plain, "round {round}, version {version}");
            if with_stamps && plain.is_ok() {
                read += opened(&run).len();
                unchanged += files.iter().filter(|file| before.get(file.0) == Some(file.1)).count();
            }
            kept = store.used();
        }
    }
    assert!(unchanged > 200, "{unchanged}");
    println!("{read} files read, {unchanged} were there before");
}

#[test]
fn one_changed_file_is_the_only_one_that_is_read() {
    let mut random = Random::new("cache", 5);
    let file = |number: u64, random: &mut Random, stamp: &str| {
        let bytes = level(random, "1024", number, 1e9, "");
        Watched::new(&format!("level-{number}.csv"), bytes, Some(stamp.to_owned()))
    };
    let mut run: Vec<Watched> = (1..9).map(|number| file(number, &mut random, "old")).collect();
    let store = InMemory::default();
    let options = Options { lenient: false, threads: 2 };
    let read = |run: &[Watched], store: &InMemory| {
        let (config, all) = (Config::default(), inputs(run));
        let found = ingest_with(&all, &config, &options, Some(store)).unwrap();
        let touched: Vec<String> = opened(run).into_iter().map(str::to_owned).collect();
        assert_eq!(found, ingest(&all, &config, &options).unwrap());
        opened(run);
        touched
    };
    assert_eq!(read(&run, &store).len(), 8);
    assert_eq!(read(&run, &store), [""; 0]);
    run[3] = file(4, &mut random, "new");
    assert_eq!(read(&run, &store), ["level-4.csv"]);
    assert_eq!(read(&run, &store), [""; 0]);
    run.remove(0);
    assert_eq!(read(&run, &store), [""; 0], "a file that is gone changes no other");
}

#[test]
fn a_file_that_is_read_in_blocks_is_kept_like_any_other() {
    let mut random = Random::new("cache", 10);
    let mut rows = String::new();
    while rows.len() < 5 << 20 {
        rows += level(&mut random, "1024", 1, 1e9, "").split_once('\n').unwrap().1;
    }
    let rows = numbered(&rows, 1);
    let large = || Watched::new("large.csv", format!("{HEADER}{rows}"), Some("old".to_owned()));
    let mut beside = |stamp: &str| {
        let bytes = level(&mut random, "1024", 1, 1e9, "").replace(",1,", ",1,beside-");
        Watched::new("small.csv", bytes, Some(stamp.to_owned()))
    };
    let store = InMemory::default();
    for run in [[large(), beside("1")], [large(), beside("2")]] {
        for (threads, again) in [(1, false), (3, true)] {
            let options = Options { lenient: false, threads };
            let plain = ingest(&inputs(&run), &Config::default(), &options).unwrap();
            assert!(plain.value.cells[0].requests > Some(10_000));
            opened(&run);
            let found = ingest_with(&inputs(&run), &Config::default(), &options, Some(&store)).unwrap();
            assert_eq!(found, plain, "{threads} threads");
            assert!(!again || opened(&run).is_empty());
        }
    }
}

#[test]
fn a_stamp_that_lies_is_found_out_where_the_file_is_read() {
    // Two files of one cell: when one of them changes, the other one is asked for other values and read again.
    let mut random = Random::new("cache", 6);
    let mut file =
        |name: &str, stamp: &str| Watched::new(name, level(&mut random, "1024", 1, 1e9, ""), Some(stamp.to_owned()));
    let (config, options) = (Config::default(), Options::default());
    let store = InMemory::default();
    let run = [file("a.csv", "1"), file("b.csv", "1")];
    ingest_with(&inputs(&run), &config, &options, Some(&store)).unwrap();
    let run = [file("a.csv", "1"), file("b.csv", "2")];
    let found = ingest_with(&inputs(&run), &config, &options, Some(&store)).unwrap();
    assert_eq!(found, ingest(&inputs(&run), &config, &options).unwrap());
}

#[test]
fn no_text_of_a_prompt_or_response_is_kept() {
    let store = InMemory::default();
    let line = |case: &str| {
        format!(
            r#"{{"case":"{case}","concurrency":1,"e2e_ms":100,"output_tokens":5,"input_tokens":9,"response":"SECRET answer"}}"#
        )
    };
    let suite = Memory::new("suite.jsonl", [line("SECRET question"), line("another")].join("\n"));
    let found = ingest_with(&[&suite], &Config::default(), &Options::default(), Some(&store)).unwrap();
    assert!(found.value.suite.is_some());
    let sweep = "context_tokens,concurrency,e2e_ms,input_tokens,output_tokens,prompt\n1024,2,100,9,5,SECRET question\n";
    let sweep = Memory::new("sweep.csv", sweep);
    ingest_with(&[&sweep], &Config::default(), &Options::default(), Some(&store)).unwrap();
    let kept = store.used();
    assert!(!kept.is_empty());
    for entry in kept.values() {
        assert!(!entry.windows(6).any(|text| text == b"SECRET"));
    }
}

#[test]
fn a_store_that_is_no_store_changes_nothing() {
    struct Nonsense;
    impl Store for Nonsense {
        fn get(&self, key: &str) -> Option<Bytes> {
            Some(key.repeat(20).into_bytes().into())
        }
        fn put(&self, _: &str, _: Bytes) {}
    }
    let run = Memory::new("a.csv", level(&mut Random::new("cache", 7), "1024", 1, 1e9, ""));
    let (config, options) = (Config::default(), Options::default());
    assert_eq!(ingest_with(&[&run], &config, &options, Some(&Nonsense)), ingest(&[&run], &config, &options));
}

/// The files of a folder with their bytes, but for those of hidden folders.
fn shown(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_hidden = |path: &Path| path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    let mut found = BTreeMap::new();
    for inside in folders(folder) {
        for path in fs::read_dir(inside).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let below = path.strip_prefix(folder).unwrap().to_owned();
            if !is_hidden(&below) {
                found.insert(below, fs::read(&path).unwrap());
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn succeed(arguments: &[&str]) -> String {
    let output = gristmill(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_commands_give_the_same_bytes_whatever_lies_in_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    let mut random = Random::new("cache", 8);
    // A column that no one knows makes the run long enough to be worth a cache.
    let note = "x".repeat(1000);
    let header = HEADER.replace('\n', ",note\n");
    let mut level = |number: u64| {
        let mut rows = String::new();
        for _ in 0..5 {
            rows += level(&mut random, "1024", number, 1e9, "").split_once('\n').unwrap().1;
        }
        header.clone() + &numbered(&rows, number).replace('\n', &format!(",{note}\n"))
    };
    for number in 1..13 {
        fs::write(run.join(format!("{number}.csv")), level(number)).unwrap();
    }
    assert!(fs::read_dir(&run).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum::<u64>() > 4 << 20);
    // OUT inside RUN: what lies there is no input.
    let out = run.join("out");
    let (run, out) = (run.to_str().unwrap(), out.to_str().unwrap());
    let cells = Path::new(out).join(".gristmill-cache/cells");
    let make = |more: &[&str]| {
        let said = succeed(&[&["report", run, "-o", out], more].concat());
        (said, shown(Path::new(out)))
    };
    let plain = make(&["--no-cache"]);
    assert!(!cells.exists());
    assert_eq!(make(&[]), plain, "cold");
    let kept = fs::read(&cells).unwrap();
    assert_eq!(make(&[]), plain, "warm");
    assert_eq!(make(&["--threads", "1"]), plain);
    for damage in [&b""[..], b"not a cache", &kept[..kept.len() / 2], &[&kept[..], b"more"].concat()] {
        fs::write(&cells, damage).unwrap();
        assert_eq!(make(&[]), plain, "damaged");
    }
    let mut flipped = fs::read(&cells).unwrap();
    for at in (0..flipped.len()).step_by(flipped.len() / 40) {
        flipped[at] ^= 4;
    }
    fs::write(&cells, flipped).unwrap();
    assert_eq!(make(&[]), plain, "flipped");
    fs::write(Path::new(run).join("3.csv"), level(3)).unwrap();
    let warm = make(&[]);
    assert_ne!(warm.1, plain.1);
    assert_eq!(warm, make(&["--no-cache"]), "one file changed");
    assert!(cells.exists(), "what `--no-cache` leaves alone stays");

    // A folder that nothing can be kept in.
    fs::remove_dir_all(cells.parent().unwrap()).unwrap();
    fs::write(cells.parent().unwrap(), "a file").unwrap();
    assert_eq!(make(&[]), warm);
    // Elsewhere, and by other commands.
    let elsewhere = folder.path().join("elsewhere");
    let cache = elsewhere.to_str().unwrap();
    let first = gristmill(["summary", run, "--cache", cache]);
    assert!(first.status.success() && elsewhere.join("cells").exists());
    assert_eq!(gristmill(["summary", run, "--cache", cache]).stdout, first.stdout);
    assert_eq!(gristmill(["summary", run]).stdout, first.stdout);
    let charts = folder.path().join("charts");
    succeed(&["charts", run, "-o", charts.to_str().unwrap(), "--cache", cache]);
    let drawn = shown(&charts);
    succeed(&["charts", run, "-o", charts.to_str().unwrap()]);
    assert_eq!(shown(&charts), drawn);
}

#[test]
fn a_small_run_leaves_no_cache() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.csv");
    fs::write(&run, level(&mut Random::new("cache", 9), "1024", 1, 1e9, "")).unwrap();
    let out = folder.path().join("charts");
    succeed(&["charts", run.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(!out.join(".gristmill-cache").exists());
}
