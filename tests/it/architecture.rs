//! The arrows of ARCHITECTURE.md, and what the repository may not hold.

use crate::run::root;
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether a file holds the unit tests of the files beside it.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The code of a file without comments and without its unit tests, which stand last and may use any stage.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_stage_knows_only_those_before_it() {
    let forbidden = [
        ("ingest", &["analysis", "chart", "report", "results", "render", "pipeline", "check"][..]),
        ("cell", &["ingest", "analysis", "chart", "report", "results", "render", "pipeline", "check"]),
        ("analysis", &["report", "results", "render", "chart", "pipeline", "check"]),
        ("chart", &["ingest", "report", "results", "render", "pipeline", "check"]),
        ("report", &["results", "render", "pipeline", "check"]),
        ("results", &["chart", "report", "render", "pipeline", "check"]),
        ("render", &["pipeline", "check"]),
        ("check", &["render", "pipeline", "starter"]),
        ("starter", &["chart", "report", "render", "pipeline"]),
        ("gate", &["ingest", "chart", "report", "render", "pipeline", "check"]),
    ];
    let vocabulary = [
        "colour.rs",
        "context.rs",
        "error.rs",
        "format.rs",
        "limits.rs",
        "markup.rs",
        "metric.rs",
        "record.rs",
        "threads.rs",
    ];
    let stages = &["ingest", "cell", "analysis", "chart", "report", "results", "render", "pipeline", "check"][..];
    let rules = forbidden.into_iter().chain(vocabulary.into_iter().map(|file| (file, stages)));
    for (place, stages) in rules {
        let files = sources(&root().join("src").join(place));
        assert!(!files.is_empty(), "{place}");
        for file in files {
            for stage in stages {
                assert!(!code(&file).contains(&format!("crate::{stage}")), "{} uses {stage}", file.display());
            }
        }
    }
}

#[test]
fn only_the_commands_touch_files_clock_and_environment() {
    let commands = [root().join("src/commands"), root().join("src/main.rs")];
    for file in sources(&root().join("src")) {
        if commands.iter().any(|place| file.starts_with(place)) {
            continue;
        }
        for forbidden in ["std::fs", "std::env", "SystemTime", "Instant::now", "println!", "eprintln!", "stdout()"] {
            assert!(!code(&file).contains(forbidden), "{} uses {forbidden}", file.display());
        }
    }
}

/// What SECURITY.md promises; the desktop's browser is `report --open`.
#[test]
fn no_code_opens_a_connection_or_runs_a_program_but_the_desktops_browser() {
    for file in sources(&root().join("src")) {
        let code = code(&file);
        for forbidden in ["std::net", "TcpStream", "UdpSocket", "UnixStream", "process::Command", "Command::new"] {
            assert!(!code.contains(forbidden), "{} uses {forbidden}", file.display());
        }
        let opens = code.contains("open::that") || code.contains("open::commands");
        assert!(!opens || file.starts_with(root().join("src/commands")), "{} opens a program", file.display());
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for client in ["reqwest", "hyper", "ureq", "rustls", "openssl", "native-tls", "curl"] {
        assert!(!lock.contains(&format!("name = \"{client}\"\n")), "{client} would open connections");
    }
}
