//! A comparison as sections of blocks: what [`super::compose()`] is for one deployment, for several side by side.

mod capacity;
mod charts;
mod contact;
mod cover;
mod coverage;
mod differences;
mod method;
mod names;
mod power;
mod ratios;
mod summary;

pub use names::{Names, names};

use super::compose::Composition;
use super::markdown::parse;
use super::sections::Draft;
use super::slug::Slugs;
use super::templates::Templates;
use super::{Report, Section};
use crate::analysis::Analysis;
use crate::analysis::compare::{Area, Comparison};
use crate::config::Config;
use crate::error::{Result, Warning};
use crate::font::Fonts;
use crate::format;
use crate::logo::Logo;
use crate::threads::Threads;

/// Everything that a comparison is written from.
pub struct Compared<'c> {
    /// How the deployments relate.
    pub comparison: &'c Comparison,
    /// Each deployment, as a report of its own would be written from it; the first is the base.
    pub deployments: &'c [Composition<'c>],
    /// What each is called, see [`names()`].
    pub names: &'c [String],
    /// The same where there is little room.
    pub labels: &'c [String],
    /// Whose comparison it is, and how it prints its numbers.
    pub config: &'c Config,
    /// Its logo.
    pub logo: Option<&'c Logo>,
    /// Warnings that are no single deployment's.
    pub warnings: &'c [Warning],
    /// The faces that charts are measured with.
    pub fonts: &'c Fonts,
    /// The prose.
    pub templates: &'c Templates,
}

/// A section of a comparison.
struct Entry {
    /// Stable id; its template is `{id}.md`.
    id: &'static str,
    /// What it needs; none where it has nothing to say.
    draft: fn(&Compared) -> Option<Draft>,
}

/// Every section in reading order: what is unlike stands before the first figure.
static SECTIONS: &[Entry] = &[
    Entry { id: "compare-summary", draft: summary::draft },
    Entry { id: "compare-differences", draft: differences::draft },
    Entry { id: "compare-capacity", draft: capacity::draft },
    Entry { id: "compare-charts", draft: charts::draft },
    Entry { id: "compare-ratios", draft: ratios::draft },
    Entry { id: "compare-power", draft: power::draft },
    Entry { id: "compare-coverage", draft: coverage::draft },
    Entry { id: "compare-method", draft: method::draft },
    Entry { id: "contact", draft: contact::draft },
];

/// Writes the comparison. The same input gives the same report, with any number of threads.
///
/// Errors: a template that was replaced names what does not exist.
pub fn compose(input: &Compared, threads: &Threads) -> Result<Report> {
    let mut slugs = Slugs::reserving(SECTIONS.iter().map(|section| section.id));
    let mut figures = 0;
    let mut sections = Vec::new();
    for entry in SECTIONS {
        let Some(Draft { view, inserts }) = (entry.draft)(input) else { continue };
        let markdown = input.templates.render(&format!("{}.md", entry.id), &view)?;
        let parsed = parse(&markdown, inserts, &mut slugs, &mut figures);
        sections.push(Section { id: entry.id.to_owned(), title: parsed.title, blocks: parsed.blocks });
    }
    Ok(Report { cover: cover::cover(input), sections }.drawn(input.fonts, threads))
}

impl Compared<'_> {
    fn analyses(&self) -> Vec<&Analysis> {
        self.deployments.iter().map(|deployment| deployment.analysis).collect()
    }

    /// The names at the lines of charts.
    fn labels(&self) -> Vec<&str> {
        self.labels.iter().map(String::as_str).collect()
    }

    /// Some of the deployments, in words.
    fn named(&self, places: &[usize]) -> String {
        format::list(&places.iter().map(|at| self.names[*at].clone()).collect::<Vec<_>>())
    }

    /// Titles of the conditions of the test that differ, as they stand within a sentence; empty where none does.
    fn unlike(&self) -> Vec<String> {
        let differs =
            self.comparison.unlike().filter(|one| one.agreement == crate::analysis::compare::Agreement::Differ);
        differs.map(|one| within_a_sentence(one.title)).collect()
    }

    /// The value of a property that all share.
    fn shared(&self, area: Area, key: &str) -> Option<&str> {
        let found = self.comparison.conditions.iter().find(|one| one.area == area && one.key == key)?;
        let same = found.agreement == crate::analysis::compare::Agreement::Same;
        found.values.first()?.as_deref().filter(|_| same)
    }
}

/// A title with its first letter in lower case, unless it is an abbreviation: `output tokens`, `KV cache`.
fn within_a_sentence(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}
