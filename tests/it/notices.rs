//! `THIRD-PARTY.txt`: the licences of everything that is built into the program, which every package carries.

use crate::generated::current;
use crate::run::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The platform of the packages. Elsewhere a few crates are others.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// How files are called that hold a licence or name who holds it.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// Crates that bring no text, and where theirs is: their repositories were looked up.
const ELSEWHERE: [(&str, Text); 3] = [
    ("alloc-stdlib", Text::Of("alloc-no-stdlib")),
    ("pathfinder_geometry", Text::Apache),
    ("pathfinder_simd", Text::Apache),
];

#[derive(Clone, Copy)]
enum Text {
    /// That of a crate of the same repository.
    Of(&'static str),
    /// The Apache License, one of those they let choose.
    Apache,
}

const ABOUT: &str = "\
Third-party software in Gristmill
=================================

The program is built from the crates below, each under its own licence. Their texts follow, each once, with the crates that bring
it; where a crate lets choose between the MIT licence and another, that of the MIT licence. Typefaces are bundled under the SIL Open Font License, whose texts
lie beside this file as *-OFL.txt.

Beside them it holds parts of the Rust standard library (MIT OR Apache-2.0, https://github.com/rust-lang/rust), and, where it is
linked statically, of the GNU C Library (LGPL-2.1-or-later, https://sourceware.org/glibc/): to link it with another version, build
it from its source, which has no other condition.

This file is of a program for x86-64 Linux; programs for other systems have a few crates more or less. It is made from Cargo.lock:
`GRISTMILL_DOCS=update cargo test --test it notices` writes it anew.

";

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The crates that end up in the program: no tests, no build scripts, no macros.
fn linked(metadata: &Value) -> Vec<&Value> {
    let by_id = |list: &'static str, of: &'static str| -> BTreeMap<&str, &Value> {
        let all = if list == "nodes" { &metadata["resolve"][list] } else { &metadata[list] };
        all.as_array().unwrap().iter().map(|entry| (text(entry, of), entry)).collect()
    };
    let (packages, nodes) = (by_id("packages", "id"), by_id("nodes", "id"));
    let is_macro = |package: &Value| {
        let targets = package["targets"].as_array().into_iter().flatten();
        targets.flat_map(|target| target["kind"].as_array().into_iter().flatten()).any(|kind| kind == "proc-macro")
    };
    let own = text(&metadata["resolve"], "root");
    let (mut pending, mut seen) = (vec![own], BTreeSet::new());
    while let Some(id) = pending.pop() {
        if is_macro(packages[id]) || !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().into_iter().flatten() {
            let mut kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
            if kinds.any(|kind| kind["kind"].is_null()) {
                pending.push(text(dependency, "pkg"));
            }
        }
    }
    let mut crates: Vec<&Value> = seen.into_iter().filter(|id| *id != own).map(|id| packages[id]).collect();
    crates.sort_by_key(|package| (text(package, "name"), text(package, "version")));
    crates
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, into) } else { into.push(path) }
    }
}

/// A text without what editors leave behind, so that one text is one.
fn tidy(path: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).replace('\u{feff}', "");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

/// What a crate brings of licences and notices.
fn brought(package: &Value) -> Vec<String> {
    let folder = Path::new(text(package, "manifest_path")).parent().unwrap();
    let mut files = Vec::new();
    files_below(folder, &mut files);
    let is_source =
        |path: &Path| path.extension().is_some_and(|kind| ["rs", "py", "c", "h"].iter().any(|of| kind == *of));
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
        let named = package["license_file"].as_str().is_some_and(|named| folder.join(named) == *path);
        named || !is_source(path) && NAMES.iter().any(|begin| name.starts_with(begin))
    });
    files.sort();
    let mut texts: Vec<String> = files.iter().map(|path| tidy(path)).filter(|text| !text.is_empty()).collect();
    let is_mit = |text: &String| text.contains("Permission is hereby granted, free of charge");
    let is_apache = |text: &String| text.contains("Apache License") && text.contains("TERMS AND CONDITIONS");
    let chooses = [" OR ", "/"].iter().any(|or| self::text(package, "license").contains(or));
    if chooses && texts.iter().any(is_mit) {
        texts.retain(|text| is_mit(text) || !is_apache(text));
    }
    texts
}

fn notices(metadata: &Value) -> String {
    let crates = linked(metadata);
    let mut out = ABOUT.to_owned();
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for package in &crates {
        let name = text(package, "name");
        let title = format!("{name} {}", text(package, "version"));
        writeln!(out, "{title}: {}, {}", text(package, "license"), text(package, "repository")).unwrap();
        let mut found = brought(package);
        if found.is_empty() {
            let (_, elsewhere) = ELSEWHERE
                .iter()
                .find(|(known, _)| *known == name)
                .unwrap_or_else(|| panic!("{title} brings no licence: look it up, and add it to ELSEWHERE"));
            found = match elsewhere {
                Text::Of(other) => brought(crates.iter().find(|package| text(package, "name") == *other).unwrap()),
                Text::Apache => vec![tidy(&root().join("LICENSE-APACHE"))],
            };
        }
        for text in found {
            match texts.iter_mut().find(|(known, _)| known.split_whitespace().eq(text.split_whitespace())) {
                Some((_, users)) if users.last() == Some(&title) => {}
                Some((_, users)) => users.push(title.clone()),
                None => texts.push((text, vec![title.clone()])),
            }
        }
    }
    for (text, users) in texts {
        writeln!(out, "\n{}\n{}\n\n{text}", "-".repeat(78), users.join("\n")).unwrap();
    }
    out
}

#[test]
fn the_licences_of_what_is_built_in_are_all_there() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version=1", "--filter-platform", PLATFORM])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    current("THIRD-PARTY.txt", &notices(&serde_json::from_slice(&output.stdout).unwrap()));
}
