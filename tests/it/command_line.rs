//! Files in, files out, exit status.

use crate::run::{RUNS, bundled, gristmill, report, root};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const RECORDS: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
    1024,1,0,100,1100,1024,101\n1024,2,10,150,1150,1024,101\n8192,1,20,300,1300,8192,101\n8192,2,30,400,1500,8192,101\n";

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// `gristmill report` with text on standard input.
fn piped(text: &[u8], out: &Path) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gristmill"))
        .args(["report", "-", "-o"])
        .arg(out)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_report_is_written_in_every_format_and_said_so() {
    let out = tempfile::tempdir().unwrap();
    let output = report(&bundled(RUNS[0]), out.path());
    assert_eq!(names(out.path()), ["cells.csv", "charts", "report.html", "report.json", "report.md", "report.pdf"]);
    let said = String::from_utf8_lossy(&output.stdout);
    let listed: serde_json::Value = serde_json::from_slice(&fs::read(out.path().join("report.json")).unwrap()).unwrap();
    let listed: Vec<_> = listed["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    let (charts, pages): (Vec<&str>, Vec<_>) = listed.iter().partition(|file| file.starts_with("charts/"));
    assert_eq!(said.lines().count(), pages.len() + 2, "a line for all charts, one for what was read: {said}");
    for file in pages {
        let size = fs::metadata(out.path().join(file)).unwrap().len();
        let line = said.lines().find(|line| line.contains(file)).unwrap();
        let size = if size < 1_000_000 { format!("{:.0} kB", size as f64 / 1e3) } else { "MB".to_owned() };
        assert!(line.ends_with(&size), "{line}");
    }
    assert!(said.contains(&format!("{} files", charts.len())), "{said}");
    assert!(charts.iter().all(|file| out.path().join(file).is_file()), "{said}");
    assert!(said.ends_with("5,290 requests in 36 cells\n"), "{said}");
    assert_eq!(stderr(&output), "", "a clean run says nothing else");
}

#[test]
fn a_page_can_be_sent_by_mail() {
    let out = tempfile::tempdir().unwrap();
    for run in RUNS {
        report(&bundled(run), out.path());
        let size = |name: &str| fs::metadata(out.path().join(name)).unwrap().len();
        assert!(size("report.html") <= 400 << 10, "{}", size("report.html"));
        assert!(size("report.pdf") <= 200 << 10, "{}", size("report.pdf"));
    }
}

#[test]
fn only_what_was_asked_for_is_written_and_the_rest_stays() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("notes.txt"), "mine").unwrap();
    let run = bundled(RUNS[0]);
    let run = run.to_str().unwrap();
    let to = out.path().to_str().unwrap();
    assert!(gristmill(["report", run, "-o", to, "--format", "markdown,pdf"]).status.success());
    assert_eq!(names(out.path()), ["charts", "notes.txt", "report.json", "report.md", "report.pdf"]);
    let markdown = fs::read(out.path().join("report.md")).unwrap();
    assert!(gristmill(["report", run, "-o", to, "--format", "csv"]).status.success());
    assert_eq!(names(out.path()), ["cells.csv", "charts", "notes.txt", "report.json", "report.md", "report.pdf"]);
    assert_eq!(fs::read(out.path().join("report.md")).unwrap(), markdown);
    assert!(gristmill(["report", run, "-o", to]).status.success(), "all listed files may be replaced");
    assert_eq!(fs::read_to_string(out.path().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_chart_that_is_no_longer_drawn_goes() {
    let out = tempfile::tempdir().unwrap();
    report(&bundled(RUNS[0]), out.path());
    assert!(out.path().join("charts/power.svg").is_file());
    let records = bundled(RUNS[0]).join("records.csv");
    report(&records, out.path());
    assert!(!out.path().join("charts/power.svg").exists(), "there is no power log beside a lone file");
    assert!(out.path().join("charts/ttft.svg").is_file());
}

#[test]
fn charts_come_as_png_beside_their_svg_where_that_was_asked_for() {
    let out = tempfile::tempdir().unwrap();
    let (run, to) = (bundled(RUNS[0]), out.path().to_str().unwrap());
    let asked = |format: &[&str]| {
        let words = ["report", run.to_str().unwrap(), "-o", to, "--format", "charts"];
        assert!(gristmill(words.iter().chain(format)).status.success());
        names(&out.path().join("charts"))
    };
    let with = asked(&["--chart-format", "png"]);
    assert!(with.contains(&"ttft.svg".to_owned()) && with.contains(&"ttft.png".to_owned()), "{with:?}");
    let file = fs::read(out.path().join("charts/ttft.png")).unwrap();
    let header = png::Decoder::new(&file[..]).read_info().unwrap().info().clone();
    assert_eq!((header.width, header.height), (1355, 742), "twice 508 × 278 points at 96 pixels an inch");
    let without = asked(&[]);
    assert!(without.iter().all(|name| name.ends_with(".svg")), "{without:?}");
}

#[test]
fn records_come_from_a_pipe_a_file_and_a_compressed_file_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.csv");
    fs::write(&path, RECORDS).unwrap();
    let packed = folder.path().join("packed.csv.gz");
    let mut encoder = flate2::write::GzEncoder::new(fs::File::create(&packed).unwrap(), flate2::Compression::default());
    encoder.write_all(RECORDS.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let cells = |out: &str| fs::read_to_string(folder.path().join(out).join("cells.csv")).unwrap();
    report(&path, &folder.path().join("file"));
    report(&packed, &folder.path().join("gz"));
    let output = piped(RECORDS.as_bytes(), &folder.path().join("pipe"));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(cells("file"), cells("pipe"));
    assert_eq!(cells("file"), cells("gz"));
    assert_eq!(cells("file").lines().count(), 5);
}

#[test]
fn what_lies_in_out_is_never_read_as_input() {
    let run = tempfile::tempdir().unwrap();
    fs::write(run.path().join("records.csv"), RECORDS).unwrap();
    let out = run.path().join("report");
    report(run.path(), &out);
    let first = fs::read(out.join("report.json")).unwrap();
    report(run.path(), &out);
    assert_eq!(first, fs::read(out.join("report.json")).unwrap());
}

#[test]
fn an_error_leaves_an_earlier_report_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let (run, out) = (folder.path().join("run.csv"), folder.path().join("out"));
    fs::write(&run, RECORDS).unwrap();
    report(&run, &out);
    let before = fs::read(out.join("report.html")).unwrap();
    fs::write(&run, RECORDS.replace(",150,", ",abc,")).unwrap();
    let output = gristmill([Path::new("report"), &run, Path::new("-o"), &out]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("run.csv:3:4"), "file, line and column: {}", stderr(&output));
    assert_eq!(fs::read(out.join("report.html")).unwrap(), before);
    assert_eq!(names(&out).len(), 6);
}

#[test]
fn bad_records_are_skipped_when_asked_and_the_report_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (run, out) = (folder.path().join("run.csv"), folder.path().join("out"));
    fs::write(&run, RECORDS.replace(",150,", ",abc,")).unwrap();
    let output = gristmill([Path::new("report"), &run, Path::new("-o"), &out, Path::new("--lenient")]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("1 bad record was skipped: 1 × wrong type"), "{}", stderr(&output));
    let markdown = fs::read_to_string(out.join("report.md")).unwrap();
    let method = &markdown[markdown.find("\n## Method").unwrap_or(0)..];
    assert!(method.contains("skipped"), "{method}");
}

#[test]
fn exit_statuses_tell_success_bad_input_and_wrong_usage_apart() {
    assert_eq!(gristmill(["--help"]).status.code(), Some(0));
    assert_eq!(gristmill(["--version"]).status.code(), Some(0));
    assert_eq!(gristmill(["report"]).status.code(), Some(2));
    assert_eq!(gristmill(["report", "x", "-o", "y", "--format", "docx"]).status.code(), Some(2));
    assert_eq!(gristmill(["report", "no such run", "-o", "/nowhere"]).status.code(), Some(1));
    let folders = gristmill(["report", "fixtures", "src", "-o", "/nowhere"]);
    assert_eq!(folders.status.code(), Some(1));
    assert!(stderr(&folders).contains("several folders are several runs"), "{}", stderr(&folders));
}

#[test]
fn a_folder_without_records_is_an_error_and_makes_no_output() {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().join("out");
    let output = gristmill([Path::new("report"), &root().join("fonts"), Path::new("-o"), &to]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!to.exists());
}

#[test]
fn a_logo_beside_the_records_is_shown_and_not_read_as_records() {
    let run = tempfile::tempdir().unwrap();
    fs::write(run.path().join("records.csv"), RECORDS).unwrap();
    let brand = "[brand]\nname = \"Example Labs\"\nlogo = \"logo.svg\"\n[cost]\ngpu_hour = 2\n[hardware]\ncount = 1\n";
    fs::write(run.path().join("gristmill.toml"), brand).unwrap();
    let logo =
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#0b6e4f"/></svg>"##;
    fs::write(run.path().join("logo.svg"), logo).unwrap();
    let out = tempfile::tempdir().unwrap();
    let output = report(run.path(), out.path());
    assert_eq!(stderr(&output), "", "nothing to warn of");
    let html = fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(html.contains("data:image/svg+xml;base64,"));
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let help = gristmill(["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let commands: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty() && *name != "help")
        })
        .collect();
    assert!(commands.contains(&"report") && commands.contains(&"man"), "{help}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = gristmill(["completions", shell]);
        let script = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(gristmill(["man", "-o", folder.path().to_str().unwrap()]).status.success());
    let mut pages: Vec<_> = commands.iter().map(|command| format!("gristmill-{command}.1")).collect();
    pages.push("gristmill.1".to_owned());
    pages.sort();
    assert_eq!(names(folder.path()), pages);
    let page = fs::read_to_string(folder.path().join("gristmill-report.1")).unwrap();
    assert!(page.contains(".TH gristmill-report 1") && page.contains("lenient"), "{page}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_inside_run_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (run, elsewhere) = (folder.path().join("run"), folder.path().join("elsewhere"));
    let row = |level: u32| format!("concurrency,ttft_ms,e2e_ms,input_tokens,output_tokens\n{level},10,90,1024,10\n");
    for (place, level) in [(&run, 1), (&elsewhere, 2)] {
        std::fs::create_dir(place).unwrap();
        std::fs::write(place.join("records.csv"), row(level)).unwrap();
    }
    symlink(&elsewhere, run.join("linked")).unwrap();
    symlink(&run, run.join("itself")).unwrap();
    let output = gristmill(["check".as_ref(), run.as_os_str()]);
    let (said, warned) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{warned}");
    assert!(said.contains("run: 1 file\n") && !said.contains("concurrency 2"), "{said}");
    assert!(warned.contains("linked") && warned.contains("itself"), "{warned}");
}
