//! Colours, progress, and what is said in the end: on a terminal, and in a file.

use crate::run::{RUNS, bundled, gristmill, root};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const BIN: &str = env!("CARGO_BIN_EXE_gristmill");

/// Runs the program on a terminal of its own; all that it shows is on standard output.
#[cfg(unix)]
fn on_a_terminal(arguments: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{BIN} {arguments}"), "/dev/null"]).env("TERM", "xterm");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).output().expect("`script` is part of every Debian");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file of so many records.
fn records(folder: &Path, count: usize) -> String {
    let path = folder.join("records.csv");
    let mut text = String::from("context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n");
    for at in 0..count {
        text.push_str(&format!("1024,1,{at},100,1100,1024,101\n"));
    }
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
#[cfg(unix)]
fn messages_have_colours_on_a_terminal_unless_someone_minds() {
    let red = "\u{1b}[1m\u{1b}[31merror\u{1b}[0m: ";
    assert!(on_a_terminal("check nowhere", &[]).contains(red));
    for variables in [&[("NO_COLOR", "1")][..], &[("TERM", "dumb")], &[("TERM", "dumb"), ("CI", "true")]] {
        let shown = on_a_terminal("check nowhere", variables);
        assert!(shown.starts_with("error: nowhere"), "{variables:?}: {shown:?}");
    }
    let (_, piped) = said(&gristmill(["check", "nowhere"]));
    assert!(piped.starts_with("error: nowhere"), "{piped:?}");
}

#[test]
#[cfg(unix)]
fn long_work_shows_a_bar_and_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("records.csv").display().to_string();
    let out = folder.path().join("out");
    let report = |options: &str| format!("report {run} -o {} --format csv {options}", out.display());
    // As many records as it takes: no machine is so fast that the last of these files is read in half a second.
    let mut shown = String::new();
    for count in [200_000, 800_000, 3_200_000, 12_800_000] {
        records(folder.path(), count);
        shown = on_a_terminal(&report(""), &[]);
        if shown.contains("reading ") {
            break;
        }
    }
    assert!(shown.contains("reading ") && shown.contains(" %, "), "{shown:?}");
    // The line is wiped before the next is written.
    assert!(shown.contains("\r\u{1b}[2K"), "{shown:?}");
    for quiet in [on_a_terminal(&report("--quiet"), &[]), on_a_terminal(&report(""), &[("TERM", "dumb")])] {
        assert!(!quiet.contains("reading"), "{quiet:?}");
    }
    let (_, piped) = said(&gristmill(report("").split(' ').filter(|word| !word.is_empty())));
    assert_eq!(piped, "", "nothing where standard error is no terminal");
}

#[test]
fn quiet_leaves_warnings_and_errors_and_verbose_adds_times() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    records(&run, 3);
    fs::write(run.join("notes.bin"), [0_u8, 1, 2]).unwrap();
    let out = folder.path().join("out");
    let words = |more: &'static str| {
        let (run, out) = (run.to_str().unwrap().to_owned(), out.to_str().unwrap().to_owned());
        said(&gristmill(["report".to_owned(), run, "-o".to_owned(), out, more.to_owned()]))
    };
    let (stdout, stderr) = words("--quiet");
    assert_eq!(stdout, "");
    assert!(stderr.starts_with("warning: notes.bin"), "{stderr}");
    let (stdout, stderr) = words("-v");
    assert!(stdout.ends_with("3 requests in 1 cell\n"), "{stdout}");
    for step in ["time: reading took ", "time: drawing took ", "time: writing took "] {
        assert!(stderr.contains(step), "{step}: {stderr}");
    }
}

#[test]
fn names_from_the_run_cannot_move_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let run = records(folder.path(), 3);
    let out = folder.path().join("a\u{1b}[2Jb");
    let (stdout, _) = said(&gristmill(["report", &run, "-o", out.to_str().unwrap(), "--format", "csv"]));
    assert!(stdout.contains("a\\u{1b}[2Jb") && !stdout.contains('\u{1b}'), "{stdout:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_report_is_opened_with_the_desktops_own_program() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let opened = folder.path().join("opened");
    let opener = folder.path().join("xdg-open");
    fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >'{}.part' && mv '{0}.part' '{0}'\n", opened.display()))
        .unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let out = folder.path().join("out");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let report = |formats: &str| {
        let arguments = ["--format", formats, "--open"];
        let run = bundled(RUNS[0]);
        let mut command = Command::new(BIN);
        command.arg("report").arg(&run).arg("-o").arg(&out).args(arguments).env("PATH", &path).current_dir(root());
        command.output().unwrap()
    };
    assert!(report("html,csv").status.success());
    // The program goes its own way: wait for what it does.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !opened.exists() && std::time::Instant::now() < end {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(fs::read_to_string(&opened).unwrap().trim(), out.join("report.html").to_str().unwrap());
    let (_, stderr) = said(&report("csv"));
    assert!(stderr.contains("there is no page to open"), "{stderr}");
}
