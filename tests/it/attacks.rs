//! Attacks through data, from the files of a run to every file of its report: nothing runs, nothing is fetched, nothing is
//! written or read elsewhere. What a browser makes of the page of [`run_of_attacks`] is in `tests/browser`.

use crate::run::gristmill;
use gristmill::config::Config;
use gristmill::ingest::{Input, Memory, Options, ingest};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Texts that are something else somewhere: markup, an address, a formula, a path, a control of a terminal or of a line.
pub const TEXTS: [&str; 14] = [
    "</title></style></script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1)) <javascript:alert(1)>",
    "[b](data:text/html;base64,PHNjcmlwdD4=)",
    "![c](http://127.0.0.1:9/track.png)",
    "<http://127.0.0.1:9/auto>",
    "=HYPERLINK(\"http://127.0.0.1:9/x\",\"y\")",
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "../../evil",
    "/etc/evil",
    "\u{202e}5.7 \u{2066}x",
    "a\u{1b}[2J\u{1b}]0;evil\u{7}\nerror: all is well",
];

/// A picture that asks for everything a picture can ask for.
const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 90 90" onload="alert(1)">
<script>alert(1)</script><script href="http://127.0.0.1:9/a.js"/>
<style>@import url(http://127.0.0.1:9/a.css); path { fill: url(http://127.0.0.1:9/b.svg#x) }</style>
<image href="http://127.0.0.1:9/c.png" width="9" height="9"/><image href="file:///etc/passwd" width="9" height="9"/>
<use xlink:href="http://127.0.0.1:9/d.svg#x"/><foreignObject><iframe src="http://127.0.0.1:9/e"/></foreignObject>
<a xlink:href="javascript:alert(1)"><path d="M0 0h90v90z" fill="#0b6e4f" onclick="alert(1)"/></a>
<animate attributeName="href" to="javascript:alert(1)"/></svg>"##;

/// A run whose every text is one of [`TEXTS`], with a logo of the same kind.
pub fn run_of_attacks(folder: &Path) -> PathBuf {
    let run = folder.join("run");
    fs::create_dir_all(&run).unwrap();
    let mut records = csv::Writer::from_path(run.join("records.csv")).unwrap();
    let header = [
        "scenario",
        "context_tokens",
        "concurrency",
        "start_s",
        "ttft_ms",
        "e2e_ms",
        "input_tokens",
        "output_tokens",
        "error",
    ];
    records.write_record(header).unwrap();
    for (at, text) in TEXTS.iter().enumerate() {
        for number in 0..4 {
            let start = (at * 100 + number * 10).to_string();
            let error = if number == 3 { *text } else { "" };
            let load = if number % 2 == 0 { "1" } else { "2" };
            records.write_record([text, "1024", load, &start, "100", "1100", "1024", "101", error]).unwrap();
        }
    }
    records.flush().unwrap();
    let text = |at: usize| format!("{:?}", TEXTS[at]).replace("\\u{202e}", "\\u202e").replace("\\u{2066}", "\\u2066");
    let mut configuration = format!(
        "title = {0}\n[model]\nname = {1}\norganization = {2}\nprecision = {3}\n[hardware]\ngpu = {4}\n[engine]\nname = {5}\n\
         [test]\nnotes = {6}\n[brand]\nname = {7}\ncontact = {1}\nlogo = \"logo.svg\"\nfooter = {4}\nlegal = {2}\n",
        text(0),
        text(1),
        text(2),
        text(3),
        text(4),
        text(12),
        text(6),
        text(0)
    );
    for at in 0..12 {
        configuration +=
            &format!("[[use_case]]\nid = \"case-{at}\"\nname = {}\ncontext = \"1K\"\nmax_ttft_s = 2\n", text(at));
    }
    fs::write(run.join("gristmill.toml"), configuration).unwrap();
    fs::write(run.join("logo.svg"), LOGO).unwrap();
    run
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn made(run: &Path, out: &Path) -> Output {
    let output = gristmill([Path::new("report"), run, Path::new("-o"), out]);
    assert!(output.status.success(), "{}", told(&output));
    output
}

/// Every file and folder below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// No file holds markup, an address or a control from a text of the run.
fn assert_harmless(files: &[PathBuf]) {
    let of = |kind: &str| {
        let files = files.iter().filter(|file| file.extension().is_some_and(|of| of == kind));
        files.map(|file| (file, String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned())).collect::<Vec<_>>()
    };
    for (file, text) in of("svg") {
        for piece in ["<script", "<img", "<a ", "\u{202e}", "\u{1b}"] {
            assert!(!text.contains(piece), "{}: {piece}", file.display());
        }
    }
    for (file, html) in of("html") {
        assert!(html.contains("Content-Security-Policy"), "{}", file.display());
        for piece in [
            "<script>alert",
            "<img src=x",
            "href=\"javascript",
            "href=\"data",
            "href=\"http://127",
            "src=\"http",
            "\u{202e}",
            "\u{1b}",
        ] {
            assert!(!html.contains(piece), "{}: {piece}", file.display());
        }
    }
    for (file, markdown) in of("md") {
        for piece in
            ["<script>", "<img src=x", "](javascript", "](data", "](http://127", "<http://127", "\u{202e}", "\u{1b}"]
        {
            let found = markdown.match_indices(piece).find(|(at, _)| !markdown[..*at].ends_with('\\'));
            let around = found.map(|(at, _)| markdown[at.saturating_sub(60)..].chars().take(100).collect::<String>());
            assert!(around.is_none(), "{}: {piece}: {around:?}", file.display());
        }
    }
    for (file, pdf) in of("pdf") {
        let text = std::process::Command::new("pdftotext").arg(file).arg("-").output().unwrap();
        let text = String::from_utf8(text.stdout).unwrap();
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{}", file.display());
        for piece in ["/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "127.0.0.1"] {
            assert!(!pdf.contains(piece), "{}: {piece}", file.display());
        }
    }
}

#[test]
fn no_file_of_a_report_carries_an_attack() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of_attacks(folder.path());
    let out = folder.path().join("deep/er/out");
    let before = below(folder.path()).len();
    let output = made(&run, &out);
    let files = below(&out);
    assert_eq!(below(folder.path()).len(), before + 3 + files.len(), "everything is written below OUT");
    for file in &files {
        let name = file.strip_prefix(&out).unwrap().to_str().unwrap();
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "/-.".contains(c)) && !name.contains(".."), "{name}");
    }
    assert_harmless(&files);
    assert!(!told(&output).contains('\u{1b}') && !told(&output).contains('\u{202e}'), "{}", told(&output));
}

#[test]
fn no_comparison_and_no_summary_carries_an_attack() {
    let folder = tempfile::tempdir().unwrap();
    let runs =
        ["a", "<script>alert(1)</script>"].map(|name| run_of_attacks(&folder.path().join(name.replace('/', ""))));
    let (out, readme) = (folder.path().join("out"), folder.path().join("summary/README.md"));
    let output =
        gristmill(["compare".as_ref(), runs[0].as_os_str(), runs[1].as_os_str(), "-o".as_ref(), out.as_os_str()]);
    assert!(output.status.success(), "{}", told(&output));
    let files = below(&out);
    let kinds = ["html", "md", "pdf"];
    let has = |kind: &&str| files.iter().any(|file| file.extension().is_some_and(|of| of == *kind));
    assert!(kinds.iter().all(has), "{files:?}");
    assert_harmless(&files);
    fs::create_dir(readme.parent().unwrap()).unwrap();
    let output = gristmill(["summary".as_ref(), runs[0].as_os_str()]);
    assert!(output.status.success(), "{}", told(&output));
    fs::write(&readme, &output.stdout).unwrap();
    assert_harmless(&[readme]);
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of_attacks(folder.path());
    let out = folder.path().join("out");
    made(&run, &out);
    let mut table = csv::Reader::from_path(out.join("cells.csv")).unwrap();
    let (mut rows, mut guarded) = (0, 0);
    for row in table.records() {
        let row = row.unwrap();
        rows += 1;
        for cell in row.iter().filter(|cell| cell.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            guarded += usize::from(cell.starts_with("'="));
        }
    }
    assert!(rows == 28 && guarded > 0, "{rows} rows, {guarded} formulas made harmless");
}

#[test]
#[cfg(unix)]
fn names_of_files_stay_within_their_line_of_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    let name = "a\nerror: all is well\u{1b}[2J\u{202e}.csv";
    let header = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n";
    fs::write(run.join(name), format!("{header}1024,1,0,\"\u{1b}[31m\nwarning: forged\",1100,1024,101\n")).unwrap();
    fs::write(run.join("b.csv"), format!("{header}1024,1,0,100,1100,1024,101\n")).unwrap();
    let out = folder.path().join("out");
    let words = |command: &str, more: &[&str]| {
        let mut all = vec![command.to_owned(), run.to_str().unwrap().to_owned()];
        all.extend(more.iter().map(|word| (*word).to_owned()));
        gristmill(all)
    };
    let to = out.to_str().unwrap();
    let outputs = [
        words("report", &["-o", to]),
        words("report", &["-o", to, "--lenient"]),
        words("check", &[]),
        words("init", &["-o", "-"]),
        words("summary", &["--lenient"]),
    ];
    for output in &outputs {
        for text in [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)) {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
            assert!(
                !text.lines().any(|line| line.starts_with("error: all is well") || line.starts_with("warning: forged")),
                "{text}"
            );
        }
    }
    assert!(told(&outputs[0]).contains("a\\nerror: all is well\\u{1b}[2J\\u{202e}.csv:2"), "{}", told(&outputs[0]));
}

#[test]
fn names_in_the_middle_of_a_message_stay_within_its_line_too() {
    const RECORDS: &str =
        "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n1024,1,0,100,1100,1024,101\n";
    let name = |number: u8| format!("{number}\nerror: forged.csv");
    let told = |contents: &[&str]| {
        let files: Vec<Memory> = (0..).zip(contents).map(|(at, text)| Memory::new(name(at), text)).collect();
        let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
        match ingest(&inputs, &Config::default(), &Options::default()) {
            Ok(read) => read.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join(""),
            Err(error) => error.to_string(),
        }
    };
    for contents in [&["x"][..], &["x", ""], &[RECORDS, RECORDS], &[RECORDS, "x", "y"]] {
        let told = told(contents);
        assert!(told.contains("\\nerror: forged") && !told.contains("\nerror: forged"), "{told}");
    }
}

#[test]
#[cfg(unix)]
fn links_in_a_run_lead_nowhere_unseen() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (run, elsewhere) = (folder.path().join("run"), folder.path().join("elsewhere"));
    fs::create_dir(&run).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let records =
        "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n1024,1,0,100,1100,1024,101\n";
    fs::write(run.join("records.csv"), records).unwrap();
    fs::write(elsewhere.join("more.csv"), records.replace("1024,1,0", "1024,2,10")).unwrap();
    symlink(&run, run.join("loop")).unwrap();
    symlink(&elsewhere, run.join("folder")).unwrap();
    symlink("/dev/zero", run.join("zero.csv")).unwrap();
    symlink("nowhere", run.join("gone.csv")).unwrap();
    let out = folder.path().join("out");
    let plain = told(&made(&run, &out));
    assert!(plain.contains("loop: a symbolic link to a folder was not followed"), "{plain}");
    assert!(plain.contains("folder: a symbolic link to a folder was not followed"), "{plain}");
    assert!(!plain.contains("outside the run"), "{plain}");
    assert_eq!(fs::read_to_string(out.join("cells.csv")).unwrap().lines().count(), 2);
    symlink(elsewhere.join("more.csv"), run.join("more.csv")).unwrap();
    symlink("records.csv", run.join("again.csv")).unwrap();
    fs::remove_file(run.join("again.csv")).unwrap();
    let led = told(&made(&run, &out));
    assert!(
        led.contains("more.csv: a symbolic link to a file outside the run was followed; what that holds is"),
        "{led}"
    );
    let method = fs::read_to_string(out.join("report.md")).unwrap();
    assert!(method.contains("outside the run was followed"), "the report says so too");
}

#[test]
#[cfg(unix)]
fn templates_take_in_nothing_from_outside_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (run, templates) = (run_of_attacks(folder.path()), folder.path().join("templates"));
    fs::create_dir_all(templates.join("inner")).unwrap();
    fs::write(folder.path().join("secret.md"), "TOP SECRET").unwrap();
    fs::write(templates.join("inner/part.md"), "TOP SECRET").unwrap();
    let secret = folder.path().join("secret.md");
    let out = folder.path().join("out");
    let report = || gristmill([Path::new("report"), &run, Path::new("-o"), &out, Path::new("--templates"), &templates]);
    for included in
        ["../secret.md", secret.to_str().unwrap(), "inner/part.md", "./../templates/../secret.md", "/etc/passwd"]
    {
        for words in ["{% include \"NAME\" %}", "{% extends \"NAME\" %}", "{% import \"NAME\" as x %}"] {
            fs::write(templates.join("contact.md"), format!("# Contact\n\n{}\n", words.replace("NAME", included)))
                .unwrap();
            let output = report();
            assert_eq!(output.status.code(), Some(1), "{included} {words}");
            assert!(!told(&output).contains("TOP SECRET") && !out.exists(), "{}", told(&output));
        }
    }
    fs::write(templates.join("contact.md"), "# Contact\n\n{% include \"link.md\" %}\n").unwrap();
    std::os::unix::fs::symlink("../secret.md", templates.join("link.md")).unwrap();
    let output = report();
    assert!(
        told(&output).contains("link.md: expected a template of this folder, found a link to a file outside it"),
        "{}",
        told(&output)
    );
}

#[test]
#[cfg(unix)]
fn what_a_configuration_names_is_a_file_with_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_of_attacks(folder.path());
    let out = folder.path().join("out");
    for (table, file) in [
        ("[brand]\nlogo = ", "/dev/zero"),
        ("[brand.fonts]\nregular = ", "/dev/zero"),
        ("[brand]\nlogo = ", "/"),
        ("[reference]\nrun = ", "/dev/zero"),
    ] {
        fs::write(run.join("gristmill.toml"), format!("{table}{file:?}\n")).unwrap();
        let output = gristmill([Path::new("report"), &run, Path::new("-o"), &out]);
        assert_eq!(output.status.code(), Some(1), "{table}{file}");
        assert!(told(&output).contains("expected") && told(&output).contains("found"), "{}", told(&output));
        assert!(!out.exists());
    }
}
