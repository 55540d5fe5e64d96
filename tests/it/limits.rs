//! Input without bounds: each has its limit, its message, and a row in `docs/limits.md`.

use crate::run::{gristmill, root};
use flate2::Compression;
use flate2::write::GzEncoder;
use gristmill::cell::suite::MOST_CASES;
use gristmill::config::{Config, Limits};
use gristmill::error::{Result, Warned};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::limits::*;
use gristmill::record::PREVIEW;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const HEADER: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n";

fn read(input: &dyn Input) -> Result<Warned<Ingested>> {
    ingest(&[input], &Config::default(), &Options { lenient: false, threads: 2 })
}

fn message(input: &dyn Input) -> String {
    read(input).expect_err("beyond a limit").to_string()
}

/// A beginning, and then the same byte without end: what asks for all of it never returns.
struct Endless {
    begin: &'static str,
    byte: u8,
}

impl Input for Endless {
    fn name(&self) -> &str {
        "endless"
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.begin.as_bytes().chain(io::repeat(self.byte))))
    }

    fn size(&self) -> u64 {
        1 << 40
    }
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

/// A row per line of `docs/limits.md`: what is limited, and to how much.
fn rows() -> Vec<(&'static str, String)> {
    let mib = |bytes: u64| match bytes {
        ..1_073_741_824 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    };
    vec![
        ("files of a run", thousands(MOST_FILES)),
        ("levels of a run, with its repeats", thousands(MOST_LEVELS)),
        ("cells of a run", thousands(MOST_CELLS)),
        ("cases of a prompt suite", thousands(MOST_CASES)),
        ("a record: a line, or an object of an array", mib(LONGEST_RECORD as u64)),
        ("nesting of a value in a record", DEEPEST_VALUE.to_string()),
        ("what gzip expands to", format!("{} and {} times", mib(MOST_UNPACKED), thousands(MOST_EXPANSION as usize))),
        ("tokens of a request, requests in flight, requests per second", format!("10^{}", MOST_OF_A_COUNT.log10())),
        ("requests or tokens that a tool counted of a run", format!("10^{}", (MOST_OF_A_SUM as f64).log10())),
        ("a point in time", "the year 10,000".to_owned()),
        ("a request rate", "one request in 10 years, at least".to_owned()),
        ("draw of one GPU", format!("10^{} W", MOST_OF_A_DRAW.log10())),
        ("duration of a request", format!("{} years", LONGEST_S / (365.25 * 86_400.0))),
        ("a response of a prompt suite in the report", format!("{PREVIEW} characters")),
        ("a YAML document", mib(LARGEST_YAML as u64)),
        ("a page of engine metrics", mib(LARGEST_PAGE as u64)),
        ("`gristmill.toml`", mib(LARGEST_CONFIGURATION)),
        ("a template", mib(LARGEST_TEMPLATE)),
        ("lists, boxes and emphasis within each other in a template", DEEPEST_PROSE.to_string()),
        ("a font", mib(LARGEST_FONT)),
        ("a logo", mib(LARGEST_LOGO as u64)),
        ("elements of a logo in SVG, as often as references lead to them", thousands(MOST_LOGO_PARTS)),
        ("pixels of a logo in PNG", format!("{} million", MOST_LOGO_PIXELS / 1_000_000)),
        ("`report.json` in OUT or in a folder of the run", mib(LARGEST_LIST)),
    ]
}

#[test]
fn the_page_of_limits_is_that_of_the_code() {
    let page = fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let listed: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .map(|(what, rest)| (what, rest.split(" | ").next().unwrap().to_owned()))
        .skip(2)
        .collect();
    assert_eq!(listed, rows());
    for (key, most) in [("files", HIGHEST_MOST_FILES), ("cells", HIGHEST_MOST_CELLS)] {
        assert!(page.contains(&format!("| `limits.{key}`, up to {}: ", thousands(most))), "{key}");
    }
}

#[test]
fn a_record_without_end_is_an_error() {
    let told = message(&Endless { begin: HEADER, byte: b'1' });
    assert!(told.starts_with("endless:2: a record is longer than 16 MiB\nhint: "), "{told}");
    let begin = "{\"concurrency\":1,\"ttft_ms\":1,\"e2e_ms\":2,\"input_tokens\":3,\"output_tokens\":3}\n{\"prompt\":\"";
    let told = message(&Endless { begin, byte: b'1' });
    assert!(told.starts_with("endless:2: a record is longer than 16 MiB"), "{told}");
}

#[test]
fn a_compressed_file_that_expands_beyond_reason_is_an_error() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(HEADER.as_bytes()).unwrap();
    packed.write_all("1024,1,0,100,1100,1024,101\n".repeat(50_000).as_bytes()).unwrap();
    // What is read to its end is no bomb, however well it is packed; `src/ingest/stream.rs` tests the bounds themselves.
    let cells = read(&Memory::new("records.csv.gz", packed.finish().unwrap())).unwrap().value.cells;
    assert_eq!(cells[0].requests, Some(50_000));
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(HEADER.as_bytes()).unwrap();
    for _ in 0..40 {
        packed.write_all(&[b'1'; 1 << 20]).unwrap();
    }
    let told = message(&Memory::new("bomb.csv.gz", packed.finish().unwrap()));
    assert!(told.starts_with("bomb.csv.gz:2: a record is longer than 16 MiB"), "{told}");
}

#[test]
fn levels_that_are_none_are_an_error_before_they_fill_the_memory() {
    let records = |count: usize| {
        let mut text = HEADER.to_owned();
        for at in 0..count {
            writeln!(text, "1024,{},{at},100,1100,1024,101", at + 1).unwrap();
        }
        Memory::new("a.csv", text)
    };
    assert_eq!(read(&records(MOST_CELLS)).unwrap().value.cells.len(), MOST_CELLS);
    let cells = message(&records(MOST_CELLS + 1));
    assert!(
        cells.starts_with("expected the cells of a benchmark, found more than 5000\nhint: look whether a column")
            && cells.ends_with("; `limits.cells` in gristmill.toml takes up to 10000"),
        "{cells}"
    );
    let config = |cells: usize| Config { limits: Limits { cells, ..Limits::default() }, ..Config::default() };
    let within = |most, count| {
        ingest(&[&records(count)], &config(most), &Options { lenient: false, threads: 2 })
            .map(|read| read.value.cells.len())
    };
    assert_eq!(within(6000, 6000), Ok(6000));
    assert!(within(9, 10).unwrap_err().to_string().contains("found more than 9"));
    let most = within(HIGHEST_MOST_CELLS, HIGHEST_MOST_CELLS + 1).unwrap_err().to_string();
    assert!(!most.contains("limits.cells"), "nothing is left to raise: {most}");
    let levels = message(&records(MOST_LEVELS + 100));
    assert!(
        levels
            .starts_with("expected the levels (scenario, context, load and run) of a benchmark, found more than 20000"),
        "{levels}"
    );
}

#[test]
fn what_is_declared_takes_no_memory() {
    for (tokens, input) in [(1_000_000_000_u64, 1_000_000_000_u64), (1_000_000_000_000, 1)] {
        let text = format!("{HEADER}1024,1,0,100,1100,{input},{tokens}\n");
        let cells = read(&Memory::new("a.csv", text)).unwrap().value.cells;
        assert_eq!(cells.len(), 1, "{tokens}");
    }
    let text = format!("{HEADER}1024,1,0,100,1100,1024,1000000000001\n");
    assert!(message(&Memory::new("a.csv", text)).contains("a count of at most 1e12"));
}

#[test]
fn a_rate_that_nothing_can_follow_from_is_no_load() {
    let records = HEADER.replace("concurrency", "request_rate");
    let row = message(&Memory::new("a.csv", format!("{records}1024,1e-320,0,100,1100,1024,101\n")));
    assert!(
        row.starts_with("a.csv:2:2: `request_rate`: expected at least one request in ten years, found `1e-320`"),
        "{row}"
    );
    let line = "{\"request_rate\":1e-320,\"ttft_ms\":1,\"e2e_ms\":2,\"input_tokens\":3,\"output_tokens\":3}\n";
    assert!(message(&Memory::new("a.jsonl", line)).contains("expected at least one request in ten years"));
    let rule = gristmill::config::parse("[[file]]\nmatch = \"*\"\nrequest_rate = 1e-320\n", "gristmill.toml");
    assert!(rule.unwrap_err().to_string().contains("one in ten years at least, found 1e-320"));
    let tool = root().join("fixtures/samples/vllm/dgx-spark-gemma4-26b-nvfp4-rate-sweep/11-rate-sweep-0.5.json");
    let text = fs::read_to_string(tool).unwrap().replace("\"request_rate\": 0.5", "\"request_rate\": 1e-320");
    let told = message(&Memory::new("a.json", &text));
    assert!(text.contains("1e-320") && told.contains("a.json"), "{told}");
    let named = read(&Memory::new("vllm-0.5qps-gemma.json", &text)).unwrap();
    let said =
        |warning: &gristmill::error::Warning| warning.to_string().contains("a load of 1e-320 requests per second");
    assert!(named.warnings.iter().any(said), "{:?}", named.warnings);
    assert_eq!(named.value.cells[0].key.load.level(), 0.5, "as the name says");
}

/// Files below a folder, in the order of their names.
#[test]
fn starts_that_no_clock_shows_are_left_out_of_a_tools_requests() {
    let file = root().join("fixtures/inputs/tools/vllm-detailed-newest/c2.json");
    let text = fs::read_to_string(file).unwrap();
    let warnings = |text: &str| {
        let read = read(&Memory::new("c2.json", text.as_bytes())).unwrap();
        read.warnings.iter().map(ToString::to_string).filter(|told| told.contains("start_times")).collect::<Vec<_>>()
    };
    assert_eq!(warnings(&text), [""; 0]);
    assert!(text.contains("1234.75"));
    let told = warnings(&text.replace("1234.75", "1e300"));
    assert_eq!(told, ["c2.json:1: `start_times`: 1 of 7 are no time before the year 10,000; they are left out"]);
}

fn below(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { below(&path, into) } else { into.push(path) }
    }
}

/// A value nested beyond any stack, as the first and as the last of every JSON and YAML file of the fixtures.
#[test]
fn values_nested_without_end_overflow_no_stack() {
    const DEEP: usize = 100_000;
    let mut files = Vec::new();
    below(&root().join("fixtures/inputs"), &mut files);
    let mut tried = 0;
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(start) = text.find('{').filter(|_| name.contains(".json")) else { continue };
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("\"deep\":{}1{},", open.repeat(DEEP), close.repeat(DEEP));
            let first = format!("{}{{{nested}{}", &text[..start], &text[start + 1..]);
            let unclosed = format!("{}{{\"deep\":{}", &text[..start], open.repeat(DEEP));
            let second = text.find(':').map(|at| format!("{}:{}", &text[..at], open.repeat(DEEP)));
            for text in [Some(first), Some(unclosed), second].into_iter().flatten() {
                // Whatever is said of it: this thread's stack is as small as any.
                let _ = read(&Memory::new(name, text));
                tried += 1;
            }
        }
    }
    for text in [
        "[".repeat(DEEP),
        format!("a:\n{}", (0..2000).map(|at| format!("{}b:\n", " ".repeat(at + 1))).collect::<String>()),
    ] {
        let _ = read(&Memory::new("deep.yaml", text));
    }
    assert!(tried > 100, "{tried}");
    let folder = tempfile::tempdir().unwrap();
    let (run, own) = (folder.path().join("a.csv"), folder.path().join("own.toml"));
    fs::write(&run, HEADER).unwrap();
    fs::write(&own, format!("a = {}", "[".repeat(DEEP))).unwrap();
    let output = gristmill(["check".as_ref(), run.as_os_str(), "--config".as_ref(), own.as_os_str()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("own.toml:1:"), "{output:?}");
    fs::write(folder.path().join("report.json"), "[".repeat(DEEP)).unwrap();
    let output = gristmill(["check".as_ref(), run.as_os_str(), "--against".as_ref(), folder.path().as_os_str()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn files_without_number_and_files_without_measure_are_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let said = |words: &[&str]| {
        let output = gristmill(words);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let many = folder.path().join("many");
    fs::create_dir(&many).unwrap();
    for at in 0..=MOST_FILES {
        fs::File::create(many.join(at.to_string())).unwrap();
    }
    let told = said(&["check", many.to_str().unwrap()]);
    assert!(
        told.contains("many: expected the files of one run, found more than 10000\nhint: give the folder of one run")
            && told.contains("`limits.files` in gristmill.toml takes up to 50000"),
        "{told}"
    );
    fs::write(many.join("gristmill.toml"), "[limits]\nfiles = 20000\n").unwrap();
    let told = said(&["check", many.to_str().unwrap()]);
    assert!(!told.contains("found more than"), "{told}");
    // Files with holes: as large as they say, and empty on disk.
    let large = |name: &str, size: u64| {
        let path = folder.path().join(name);
        fs::File::create(&path).unwrap().set_len(size).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = folder.path().join("a.csv");
    fs::write(&run, format!("{HEADER}1024,1,0,100,1100,1024,101\n")).unwrap();
    let (run, out) = (run.to_str().unwrap(), folder.path().join("out"));
    let report = |more: &[&str]| said(&[&["report", run, "-o", out.to_str().unwrap()], more].concat());
    let told = report(&["--config", &large("large.toml", LARGEST_CONFIGURATION + 1)]);
    assert!(told.contains("large.toml: expected a configuration of at most 1 MiB, found 1048577 bytes"), "{told}");
    let told = report(&["--fallback-font", &large("large.ttf", LARGEST_FONT + 1)]);
    assert!(told.contains("large.ttf: expected a font of at most 64 MiB"), "{told}");
    large("large.svg", LARGEST_LOGO as u64 + 1);
    let own = folder.path().join("own.toml");
    fs::write(&own, "[brand]\nlogo = \"large.svg\"\n").unwrap();
    let told = report(&["--config", own.to_str().unwrap()]);
    assert!(told.contains("the logo has 2097153 bytes; at most 2097152 are read"), "{told}");
    let templates = folder.path().join("templates");
    fs::create_dir(&templates).unwrap();
    large("templates/contact.md", LARGEST_TEMPLATE + 1);
    let told = report(&["--templates", templates.to_str().unwrap()]);
    assert!(told.contains("contact.md: expected a template of at most 1 MiB"), "{told}");
    fs::create_dir(&out).unwrap();
    large("out/report.json", LARGEST_LIST + 1);
    assert!(report(&[]).contains("was not written by Gristmill"));
}
