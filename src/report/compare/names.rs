//! What deployments are called beside each other.

use crate::report::compose::Composition;
use crate::report::cover::{engine, hardware, title};
use crate::report::templates::clean;
use std::collections::BTreeSet;

/// Names of one beginning up to this many letters look alike where charts cut them.
const TELLING: usize = 16;

/// What each deployment is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// In sentences and tables; no two alike.
    pub full: Vec<String>,
    /// In charts, where there is little room; no two begin alike.
    pub short: Vec<String>,
}

/// The title of each deployment. Of those that share a title, what tells them apart stands behind it or, where all share it, in
/// its place: hardware, engine, precision, speculative decoding, KV cache or the folder, else a number.
pub fn names(deployments: &[Composition]) -> Names {
    let titles: Vec<String> = deployments.iter().map(title).collect();
    let one_title = titles.iter().all(|other| *other == titles[0]);
    let (mut full, mut short) = (titles.clone(), titles.clone());
    for title in titles.iter().collect::<BTreeSet<_>>() {
        let group: Vec<usize> = (0..titles.len()).filter(|at| titles[*at] == *title).collect();
        if group.len() < 2 {
            continue;
        }
        if let Some(details) = details(deployments, &group) {
            for (at, detail) in group.iter().zip(details) {
                full[*at] = if one_title { detail.clone() } else { format!("{title} ({detail})") };
                short[*at] = detail;
            }
        }
    }
    Names { full: numbered(full), short: apart(short) }
}

/// The first property that is known of all and the same for none.
fn details(deployments: &[Composition], group: &[usize]) -> Option<Vec<String>> {
    let properties: [fn(&Composition) -> Option<String>; 6] = [
        |input| hardware(input.config),
        |input| engine(input.config),
        |input| input.config.model.precision.clone(),
        |input| speculation(input),
        |input| Some(format!("KV cache {}", input.config.test.kv_cache.as_ref()?)),
        |input| Some(input.run_name.to_owned()),
    ];
    properties.iter().find_map(|property| {
        let said = |at: &usize| property(&deployments[*at]).map(|text| clean(&text)).filter(|text| !text.is_empty());
        let all = group.iter().map(said).collect::<Option<Vec<_>>>()?;
        (all.iter().collect::<BTreeSet<_>>().len() == all.len()).then_some(all)
    })
}

fn speculation(input: &Composition) -> Option<String> {
    let name = input.config.test.speculative_decoding.as_deref()?.trim();
    Some(if name.eq_ignore_ascii_case("none") { "no speculative decoding".to_owned() } else { name.to_owned() })
}

/// Names that are taken get a number behind them.
fn numbered(names: Vec<String>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let unique = |name: String| {
        let numbers = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name} ({n})")));
        let free = numbers.into_iter().find(|one| !taken.contains(one)).expect("numbers do not end");
        taken.insert(free.clone());
        free
    };
    names.into_iter().map(unique).collect()
}

/// Names with a number before each where two begin alike.
fn apart(names: Vec<String>) -> Vec<String> {
    let beginning = |name: &String| name.chars().take(TELLING).collect::<String>();
    let apart = names.iter().map(beginning).collect::<BTreeSet<_>>().len() == names.len();
    let label = |(at, name): (usize, String)| if apart { name } else { format!("{}: {name}", at + 1) };
    names.into_iter().enumerate().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_numbered_and_those_that_begin_alike_too_in_charts() {
        let given = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(numbered(given(&["a", "a", "b", "a (2)"])), ["a", "a (2)", "b", "a (2) (2)"]);
        assert_eq!(apart(given(&["a", "b"])), ["a", "b"]);
        let long = given(&["Qwen3-Coder-Next FP8", "Qwen3-Coder-Next FP4"]);
        assert_eq!(apart(long), ["1: Qwen3-Coder-Next FP8", "2: Qwen3-Coder-Next FP4"]);
    }
}
