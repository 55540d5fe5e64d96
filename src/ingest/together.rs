//! Warnings that several files of a run share, each said once.

use super::Source;
use super::reading::FileReading;
use crate::error::{Place, Warning, one_line};
use crate::format;
use std::collections::BTreeMap;

/// Files that were recognised and set aside: one warning for those of one format and reason.
pub(crate) fn set_aside(files: &[Source]) -> Vec<Warning> {
    let mut groups: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for file in files {
        if let (Some(format), Some(reason)) = (file.format.as_deref(), file.set_aside.as_deref()) {
            groups.entry((format, reason)).or_default().push(&file.name);
        }
    }
    let warning = |((format, reason), names): ((&str, &str), Vec<&str>)| match &names[..] {
        [name] => Warning::at(Place::file(*name), format!("recognised as {format} and set aside: {reason}")),
        names => Warning::new(format!("{} were recognised as {format} and set aside: {reason}", which(names, "files"))),
    };
    groups.into_iter().map(warning).collect()
}

/// Files in which no format was recognised, all of them by name.
pub(super) fn not_recognised(files: &[FileReading]) -> Option<Warning> {
    let unknown = |file: &&FileReading| file.format.is_none() && !file.empty && file.findings.set_aside.is_none();
    let names: Vec<_> = files.iter().filter(unknown).map(|file| file.name.clone()).collect();
    match &names[..] {
        [] => None,
        [name] => Some(Warning::at(Place::file(name), "no format was recognised in it; it was left out")),
        names => {
            let names: Vec<_> = names.iter().map(|name| one_line(name)).collect();
            Some(Warning::new(format!("no format was recognised in {}; they were left out", format::list(&names))))
        }
    }
}

/// What the formats warn of. Where files say the same with other figures, the first of them speaks for all.
pub(super) fn alike(files: &[FileReading]) -> Vec<Warning> {
    let mut said: Vec<(String, Warning, Vec<&str>)> = Vec::new();
    for file in files {
        for warning in &file.findings.warnings {
            let shape = shape(&warning.message);
            match said.iter_mut().find(|(known, _, names)| *known == shape && !names.contains(&file.name.as_str())) {
                Some((.., names)) => names.push(&file.name),
                None => said.push((shape, warning.clone(), vec![&file.name])),
            }
        }
    }
    let warning = |(_, mut warning, names): (String, Warning, Vec<&str>)| {
        let more = match &names[1..] {
            [] => String::new(),
            [name] => format!("; so is it with {}, which has figures of its own", one_line(name)),
            others => format!("; so is it with {}, which have figures of their own", which(others, "more files")),
        };
        warning.message += &more;
        warning
    };
    said.into_iter().map(warning).collect()
}

/// A message without its figures.
fn shape(message: &str) -> String {
    message.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect()
}

/// `2 files (a.json and so on)`.
fn which(names: &[&str], files: &str) -> String {
    let first = one_line(names.first().copied().unwrap_or_default());
    format!("{} {files} ({first} and so on)", names.len())
}
