//! Runs that several files describe under one name of the tool's own: the file that says most counts.

use super::part::Part;
use super::reading::FileReading;
use crate::error::{Warning, one_line};
use crate::format;
use std::collections::{BTreeMap, BTreeSet};

/// Marks every run that another file says in full, and says which files hold nothing else.
pub fn mark(files: &mut [FileReading]) -> Option<Warning> {
    let mut best: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for at in 0..files.len() {
        for number in 0..files[at].findings.parts.len() {
            let Some(id) = files[at].findings.parts[number].id.clone() else { continue };
            let Some(known) = best.get_mut(&id) else {
                best.insert(id, (at, number));
                continue;
            };
            let said = |(file, part): (usize, usize)| worth(&files[file].findings.parts[part]);
            let mut poorer = (at, number);
            if said(poorer) > said(*known) {
                std::mem::swap(known, &mut poorer);
            }
            files[poorer.0].findings.parts[poorer.1].left_out = true;
            repeated.insert(poorer.0);
        }
    }
    let first = repeated.first()?;
    let name = one_line(&files[*first].name);
    let all = format::counted(repeated.len() as u64, "file repeats", "files repeat");
    let which = if repeated.len() == 1 { name } else { format!("{name} and so on") };
    Some(Warning::new(format!("{all} what another file of the same run says in full ({which}); each run counts once")))
}

/// Requests before figures, figures in full before rounded ones; of equals the first file by name counts.
fn worth(part: &Part) -> (bool, Option<(bool, usize)>) {
    (!part.sampled, part.aggregate.as_ref().map(crate::cell::aggregate::Aggregate::richness))
}
