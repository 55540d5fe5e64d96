//! Which page was saved before a level, and which after it.

use super::difference::difference;
use super::page::Page;
use crate::error::{Place, Result, Warned, Warning};
use crate::ingest::part::Part;
use std::collections::BTreeMap;

/// How the names of pages end.
const BEFORE: [&str; 3] = ["start", "before", "pre"];
const AFTER: [&str; 3] = ["end", "after", "post"];

/// The pages that stand on the two sides of a run, by number of file.
#[derive(Debug, Default)]
struct Sides {
    before: Option<usize>,
    after: Option<usize>,
}

/// The runs between the pages of a folder, each with the number of the file that was saved after it.
///
/// Warns of pages whose name does not say on which side they stand, and of those without the other side. Errors: a counter
/// went down between two pages.
pub fn runs(pages: &[(usize, &str, &Page)]) -> Result<Warned<Vec<(usize, Part)>>> {
    let mut warned = Warned::clean(Vec::new());
    let mut sides: BTreeMap<&str, Sides> = BTreeMap::new();
    for (at, (_, name, _)) in pages.iter().enumerate() {
        match side(name) {
            Some((stem, true)) => sides.entry(stem).or_default().after = Some(at),
            Some((stem, false)) => sides.entry(stem).or_default().before = Some(at),
            None => warned.warnings.push(Warning::at(
                Place::file(*name),
                "a page of engine metrics whose name does not end in `_start` or `_end` was left out: only the difference \
                 of two pages tells of a run",
            )),
        }
    }
    for Sides { before, after } in sides.into_values() {
        match (before, after) {
            (Some(before), Some(after)) => {
                let ((_, before_name, before), (file, after_name, after)) = (pages[before], pages[after]);
                let part = difference((before_name, before), (after_name, after))?.take(&mut warned.warnings);
                warned.value.push((file, part));
            }
            (alone, other) => {
                let name = alone.or(other).map_or("", |at| pages[at].1);
                let missing = if alone.is_some() { "after" } else { "before" };
                warned.warnings.push(Warning::at(
                    Place::file(name),
                    format!("a page of engine metrics without the one saved {missing} the run was left out"),
                ));
            }
        }
    }
    Ok(warned)
}

/// The name without what tells its side, and whether that is the side after the run.
fn side(name: &str) -> Option<(&str, bool)> {
    let file = name.strip_suffix(".gz").unwrap_or(name);
    let dot = file.rfind('.').filter(|dot| !file[*dot..].contains('/')).unwrap_or(file.len());
    let stem = &file[..dot];
    let ends = |words: [&str; 3]| {
        words.into_iter().find_map(|word| {
            let rest = stem.strip_suffix(word)?;
            (rest.is_empty() || rest.ends_with(['_', '-', '.', '/'])).then(|| rest.trim_end_matches(['_', '-', '.']))
        })
    };
    ends(BEFORE).map(|stem| (stem, false)).or_else(|| ends(AFTER).map(|stem| (stem, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_is_told_by_the_end_of_the_name() {
        for (name, expected) in [
            ("quick_1u_32k_start.txt", Some(("quick_1u_32k", false))),
            ("quick_1u_32k_end.txt.gz", Some(("quick_1u_32k", true))),
            ("c8/before.prom", Some(("c8/", false))),
            ("c8/metrics-after", Some(("c8/metrics", true))),
            ("weekend.txt", None),
            ("metrics.txt", None),
        ] {
            assert_eq!(side(name), expected, "{name}");
        }
    }
}
