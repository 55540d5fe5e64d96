//! What was taken from others says under which licence, beside itself.
//!
//! Crates are the business of `deny.toml`, which tests/run holds them against, and of `notices.rs`.

use crate::run::root;
use std::fs;
use std::path::{Path, PathBuf};

/// Licences under which real result files may be passed on.
const OF_SAMPLES: [&str; 7] = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT"];

/// Every file below a folder, but for what is built or installed there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            match path.is_dir() {
                true if name.starts_with('.') || name == "node_modules" || name == "target" => {}
                true => pending.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// The licence of a typeface: `Noto-OFL.txt` of every file beside it whose name begins with `Noto`.
fn licence(font: &Path) -> Option<String> {
    let name = font.file_name()?.to_str()?;
    let beside = fs::read_dir(font.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let of = |path: &PathBuf| {
        let family = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix("-OFL.txt"));
        family.is_some_and(|family| name.starts_with(family))
    };
    fs::read_to_string(beside.into_iter().find(of)?).ok()
}

#[test]
fn every_typeface_lies_beside_its_licence() {
    let is_font = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ["ttf", "otf", "woff", "woff2"].map(Some).contains(&ending.to_str()))
    };
    let fonts: Vec<PathBuf> = files(&root()).into_iter().filter(is_font).collect();
    assert!(fonts.len() > 12, "{fonts:?}");
    for font in fonts {
        let text = licence(&font).unwrap_or_else(|| panic!("{}: no licence lies beside it", font.display()));
        assert!(text.contains("SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007"), "{}", font.display());
        assert!(text.contains("Copyright"), "{}: whose it is", font.display());
    }
}

#[test]
fn what_is_passed_on_carries_the_licences_of_its_typefaces_and_crates() {
    let container = fs::read_to_string(root().join("Containerfile")).unwrap();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let wheel = fs::read_to_string(root().join("pyproject.toml")).unwrap();
    for (package, text) in [("the Debian package", &manifest), ("the wheel", &wheel)] {
        assert!(text.contains(r#""fonts/*-OFL.txt""#) && text.contains(r#""THIRD-PARTY.txt""#), "{package}");
    }
    assert!(container.contains("THIRD-PARTY.txt"), "the container");
    let licences = files(&root().join("fonts")).into_iter().filter(|path| path.to_str().unwrap().ends_with("-OFL.txt"));
    for licence in licences {
        let name = licence.file_name().unwrap().to_str().unwrap();
        assert!(container.contains(&format!("fonts/{name}")), "{name} is missing in the container");
    }
}

/// The first code span of a table cell: `vllm/some-folder/`.
fn first_code(cell: &str) -> &str {
    cell.split('`').nth(1).unwrap_or_default()
}

#[test]
fn every_real_file_has_a_source_and_a_licence_that_lets_it_be_passed_on() {
    let samples = root().join("fixtures/samples");
    let readme = fs::read_to_string(samples.join("README.md")).unwrap();
    let table = readme.split("## File → source").nth(1).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<Vec<&str>> = rows.map(|line| line.split('|').map(str::trim).collect()).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in &rows {
        assert!(OF_SAMPLES.contains(&row[4]), "{}: `{}` is no licence that is known here", row[1], row[4]);
        assert!(row[3].contains('@') && row[3].contains('/'), "{}: `{}` is no source", row[1], row[3]);
    }
    for path in files(&samples) {
        let name = path.strip_prefix(&samples).unwrap().to_str().unwrap();
        let is_told = rows.iter().any(|row| name.starts_with(first_code(row[1]).split('{').next().unwrap()));
        assert!(is_told || name == "README.md", "{name}: no row of fixtures/samples/README.md names its source");
    }
}
