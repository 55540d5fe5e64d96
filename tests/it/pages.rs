//! README and `docs/` under test: every command of a page runs, in order, and prints what the page says.
//!
//! A block of `console` holds commands after `$ ` with what they print; a line `…` there stands for any lines, within a line
//! for any text. A block of
//! `sh` holds commands of which a page shows no output. All blocks of one page share one folder, in which the bundled runs
//! lie as `runs/h200`, `runs/rtx` and `runs/nightly`, and one shell, so that a page can be followed from top to bottom. A block of `toml`
//! or `csv` that begins with a comment naming a file is that file from there on (of a table, what follows that line).
//!
//! `GRISTMILL_PAGES=update` writes what is printed now into the pages.

use crate::run::{RUNS, bundled, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that are not run here, and what runs them instead.
const ELSEWHERE: [(&str, &str); 2] =
    [("tests/run", "runs this test"), ("RUSTFLAGS=\"--remap-path-prefix=", "tests/reproducible builds with it")];

/// A block of code of a page.
struct Block {
    language: String,
    /// Lines of the page between which it stands.
    lines: std::ops::Range<usize>,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (at, line) in page.lines().enumerate() {
        match (&open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let text: Vec<_> = page.lines().skip(at + 1).take_while(|line| !line.starts_with("```")).collect();
                open = Some((at + 1, language.to_owned(), text.join("\n")));
            }
            (Some(_), Some("")) => {
                let (start, language, text) = open.take().unwrap();
                found.push(Block { language, lines: start..at, text });
            }
            _ => {}
        }
    }
    assert!(open.is_none(), "a block of code is never closed");
    found
}

/// A command and what the page says it prints; none in a block of `sh`.
struct Step {
    command: String,
    printed: Option<String>,
}

fn steps(block: &Block) -> Vec<Step> {
    if block.language == "sh" {
        return vec![Step { command: block.text.clone(), printed: None }];
    }
    let mut steps: Vec<Step> = Vec::new();
    for line in block.text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => steps.push(Step { command: command.to_owned(), printed: Some(String::new()) }),
            None => {
                let step = steps.last_mut().unwrap_or_else(|| panic!("a block of console begins with `$ `: {line}"));
                let printed = step.printed.as_mut().unwrap();
                printed.push_str(line);
                printed.push('\n');
            }
        }
    }
    steps
}

/// Whether a line is what a page says, in which `…` stands for any text: a size, a time.
fn line_fits(printed: &str, page: &str) -> bool {
    let Some((start, rest)) = page.split_once('…') else { return printed == page };
    let Some(printed) = printed.strip_prefix(start) else { return false };
    let mut ends = printed.char_indices().map(|(at, _)| at).chain([printed.len()]);
    ends.any(|at| line_fits(&printed[at..], rest))
}

/// Whether text is what a page says, in which `…` on a line of its own stands for any lines.
fn fits(printed: &str, page: &str) -> bool {
    fn from(printed: &[&str], page: &[&str]) -> bool {
        match page.split_first() {
            None => printed.is_empty(),
            Some((&"…", rest)) => (0..=printed.len()).any(|skipped| from(&printed[skipped..], rest)),
            Some((line, rest)) => {
                printed.first().is_some_and(|first| line_fits(first, line)) && from(&printed[1..], rest)
            }
        }
    }
    from(&printed.lines().collect::<Vec<_>>(), &page.lines().collect::<Vec<_>>())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A folder as a reader of the pages has it, with a `cargo` that runs the program that was built for the tests.
fn playground() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join(".tools");
    fs::create_dir(&tools).unwrap();
    let bin = PathBuf::from(env!("CARGO_BIN_EXE_gristmill"));
    let cargo = tools.join("cargo");
    let shim = format!(
        "#!/bin/sh\n[ \"$1 $2 $3\" = \"run --release --\" ] || exit 9\nshift 3\nexec '{}' \"$@\"\n",
        bin.display()
    );
    fs::write(&cargo, shim).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (run, name) in [RUNS[0], RUNS[1], RUNS[0]].iter().zip(["h200", "rtx", "nightly"]) {
        copy(&bundled(run), &folder.path().join("runs").join(name));
    }
    copy(&root().join("fixtures"), &folder.path().join("fixtures"));
    copy(&root().join("examples"), &folder.path().join("examples"));
    let path = format!("{}:{}:{}", tools.display(), bin.parent().unwrap().display(), std::env::var("PATH").unwrap());
    (folder, path)
}

/// Runs a command as a reader would; gives what it prints, errors among it, and its exit status where that is not 0.
fn run(command: &str, folder: &Path, path: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; set -e; {command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("GITHUB_STEP_SUMMARY", folder.join("step-summary.md"))
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !output.status.success() {
        text.push_str(&format!("(exit status {})\n", output.status.code().unwrap_or(-1)));
    }
    text
}

/// A file that a block shows, by the comment in its first line.
fn shown_file(block: &Block) -> Option<&str> {
    let first = block.text.lines().next()?.strip_prefix("# ")?;
    (["toml", "csv"].contains(&block.language.as_str()) && first.contains('.') && !first.contains(' ')).then_some(first)
}

/// Follows a page; gives its text as it should be.
fn follow(page: &str, name: &str) -> String {
    let (folder, path) = playground();
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let mut moved: isize = 0;
    let shown = |command: &str| format!("$ {command}\n");
    for block in blocks(page) {
        if let Some(file) = shown_file(&block) {
            let target = folder.path().join(file);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            // A table has no comments.
            let text = if block.language == "csv" { block.text.split_once('\n').unwrap().1 } else { &block.text };
            fs::write(target, format!("{text}\n")).unwrap();
        }
        if block.language != "sh" && block.language != "console" {
            continue;
        }
        let mut now = String::new();
        for step in steps(&block) {
            if ELSEWHERE.iter().any(|(command, _)| step.command.starts_with(command)) {
                continue;
            }
            let printed = run(&step.command, folder.path(), &path);
            match step.printed {
                None => assert!(!printed.contains("(exit status "), "{name}: `{}`\n{printed}", step.command),
                Some(said) if fits(&printed, &said) => now.push_str(&(shown(&step.command) + &said)),
                Some(_) => now.push_str(&(shown(&step.command) + &printed)),
            }
        }
        if block.language == "console" {
            let range = (block.lines.start as isize + moved) as usize..(block.lines.end as isize + moved) as usize;
            let new: Vec<String> = now.lines().map(str::to_owned).collect();
            moved += new.len() as isize - range.len() as isize;
            lines.splice(range, new);
        }
    }
    lines.join("\n") + "\n"
}

/// The README and what lies in `docs/`.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    pages.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    pages
}

#[test]
fn every_command_of_the_pages_prints_what_they_say() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let now = follow(&page, &name);
        if now != page && std::env::var_os("GRISTMILL_PAGES").is_some_and(|mode| mode == "update") {
            fs::write(&path, &now).unwrap();
        } else {
            let line = now.lines().zip(page.lines()).position(|(now, said)| now != said).unwrap_or(0);
            let says = |text: &str| text.lines().skip(line).take(6).collect::<Vec<_>>().join("\n");
            assert!(
                now == page,
                "{name}:{}: the page says\n{}\nand the program\n{}\nLook at the difference; GRISTMILL_PAGES=update approves it.",
                line + 1,
                says(&page),
                says(&now)
            );
        }
    }
}

#[test]
fn every_configuration_that_a_page_shows_can_stand() {
    let mut shown = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        for block in blocks(&page).iter().filter(|block| block.language == "toml") {
            let name = format!("{}:{}", path.display(), block.lines.start);
            gristmill::config::parse(&block.text, &name).unwrap_or_else(|error| panic!("{error}"));
            shown += 1;
        }
    }
    assert!(shown >= 8, "{shown}");
}

/// Links between the pages, and to files of the repository.
#[test]
fn every_link_of_the_pages_leads_somewhere() {
    for path in pages().into_iter().chain(["ARCHITECTURE.md", "SECURITY.md"].map(|name| root().join(name))) {
        let page = fs::read_to_string(&path).unwrap();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            assert!(path.parent().unwrap().join(target).exists(), "{}: {link}", path.display());
        }
    }
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(fits("a\nb\nc\n", "a\n…\n") && fits("a\nb\nc\n", "…\nc\n") && fits("a\n", "a\n…\n"));
    assert!(fits("a 12 kB\n", "a … kB\n") && !fits("a 12 kB\n", "a … MB\n") && fits("1…2\n", "1…2\n"));
    assert!(!fits("a\nb\n", "a\n") && !fits("a\n", "b\n…\n") && !fits("", "a\n"));
}
