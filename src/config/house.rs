//! What makes a report one's own: its sections, its pages, its numbers, its typefaces.

use super::{Config, Problem};
use crate::format::Terms;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Ids of the sections in their usual order; those of a report on a prompt suite begin with `suite-`, and the last two are
/// in every report.
pub const SECTION_IDS: [&str; 16] = [
    "executive-summary",
    "use-case-guidance",
    "system-throughput",
    "per-user-generation-speed",
    "time-to-first-token",
    "capacity-analysis",
    "request-rates",
    "technical-analysis",
    "power-and-cost",
    "percentiles",
    "suite-summary",
    "suite-test",
    "suite-cases",
    "suite-responses",
    "method",
    "contact",
];

/// `[report]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Layout {
    /// Size of the PDF's pages; the command line's `--page` goes before it.
    pub page: Option<Page>,
    /// The sections to write, by id, in this order; empty for all of them in their usual order.
    #[schemars(with = "Vec<SectionId>")]
    pub sections: Vec<String>,
    /// Sections to leave out, by id.
    #[schemars(with = "Vec<SectionId>")]
    pub omit: Vec<String>,
}

/// The id of a section, for the schema.
struct SectionId;

impl JsonSchema for SectionId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SectionId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": SECTION_IDS })
    }
}

/// Size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Page {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// `[numbers]`: how the report, its pages and its charts print numbers. Data files are not touched.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Numbers {
    /// Before the decimals: `.` or `,`.
    #[schemars(extend("enum" = [".", ","]))]
    pub decimal: String,
    /// Between groups of three digits: `,`, `.`, a space, an apostrophe, or nothing.
    pub thousands: String,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { decimal: ".".to_owned(), thousands: ",".to_owned() }
    }
}

/// `[brand.fonts]`: TrueType or OpenType files, relative to the configuration file. A weight that is not given takes
/// the next one: medium is set in regular, semibold and display in bold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct BrandFonts {
    /// Running text.
    pub regular: Option<String>,
    /// Labels.
    pub medium: Option<String>,
    /// Emphasis and table heads.
    pub semibold: Option<String>,
    /// Strong emphasis.
    pub bold: Option<String>,
    /// Emphasis in running text.
    pub italic: Option<String>,
    /// Titles.
    pub display: Option<String>,
    /// Code.
    pub mono: Option<String>,
    /// Asked in this order for characters that the other faces have not.
    pub fallback: Vec<String>,
}

impl Layout {
    /// Whether `sections` and `omit` ask for a section.
    pub fn shows(&self, id: &str) -> bool {
        (self.sections.is_empty() || self.sections.iter().any(|listed| listed == id))
            && !self.omit.iter().any(|omitted| omitted == id)
    }

    /// Where a section stands among the others.
    pub fn place(&self, id: &str) -> usize {
        let listed = self.sections.iter().position(|listed| listed == id);
        listed.or_else(|| SECTION_IDS.iter().position(|known| *known == id)).unwrap_or(usize::MAX)
    }
}

impl Numbers {
    /// What numbers are printed with; none where the keys cannot stand.
    pub fn terms(&self) -> Option<Terms> {
        let one = |text: &str| {
            let mut chars = text.chars();
            chars.next().filter(|_| chars.next().is_none())
        };
        let decimal = one(&self.decimal).filter(|c| matches!(c, '.' | ','))?;
        let thousands = match one(&self.thousands) {
            None if self.thousands.is_empty() => None,
            // No line ends within a number.
            Some(' ' | '\u{a0}' | '\u{202f}' | '\u{2009}') => Some('\u{202f}'),
            Some('\'' | '’') => Some('’'),
            Some(mark @ (',' | '.')) if mark != decimal => Some(mark),
            _ => return None,
        };
        Some(Terms { decimal, thousands })
    }
}

/// What cannot stand in the tables of this file.
pub(super) fn problems(config: &Config) -> Vec<Problem> {
    let mut problems = sections("report.sections", &config.report.sections);
    problems.extend(sections("report.omit", &config.report.omit));
    if config.numbers.terms().is_none() {
        let Numbers { decimal, thousands } = &config.numbers;
        problems.push(Problem::new(
            "numbers.decimal",
            format!(
                "expected two different marks, found `{decimal}` before decimals and `{thousands}` between thousands"
            ),
            "`decimal` is `.` or `,`; `thousands` is `,`, `.`, a space, an apostrophe or empty",
        ));
    }
    let fonts = &config.brand.fonts;
    let text = [&fonts.medium, &fonts.semibold, &fonts.italic, &fonts.display, &fonts.regular, &fonts.bold];
    if text.iter().any(|file| file.is_some()) && (fonts.regular.is_none() || fonts.bold.is_none()) {
        let missing = if fonts.regular.is_none() { "regular" } else { "bold" };
        problems.push(Problem::new(
            "brand.fonts",
            format!("expected at least `regular` and `bold`, found no `{missing}`"),
            "a report is set in one family: give the files of both weights",
        ));
    }
    problems
}

fn sections(path: &str, ids: &[String]) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for id in ids {
        let nearest = SECTION_IDS.iter().min_by_key(|known| strsim::damerau_levenshtein(known, id)).unwrap_or(&"");
        if !SECTION_IDS.contains(&id.as_str()) {
            let hint = format!("the nearest is `{nearest}`; the sections are {}", SECTION_IDS.join(", "));
            problems.push(Problem::new(path, format!("no section is called `{id}`"), hint));
        } else if !seen.insert(id) {
            problems.push(Problem::new(path, format!("`{id}` is named twice"), "name each section once"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_in_the_order_asked_for() {
        let layout = Layout {
            sections: vec!["method".into(), "executive-summary".into(), "percentiles".into()],
            omit: vec!["percentiles".into()],
            ..Layout::default()
        };
        let shown: Vec<_> = SECTION_IDS.into_iter().filter(|id| layout.shows(id)).collect();
        assert_eq!(shown, ["executive-summary", "method"]);
        assert!(layout.place("method") < layout.place("executive-summary"));
        assert!(SECTION_IDS.iter().all(|id| Layout::default().shows(id)));
    }

    #[test]
    fn a_number_never_has_one_mark_for_two_things() {
        let terms =
            |decimal: &str, thousands: &str| Numbers { decimal: decimal.into(), thousands: thousands.into() }.terms();
        assert_eq!(terms(",", " "), Some(Terms { decimal: ',', thousands: Some('\u{202f}') }));
        assert_eq!(terms(".", ""), Some(Terms { decimal: '.', thousands: None }));
        assert_eq!(terms(",", ","), None);
        assert_eq!(terms(".,", " "), None);
        assert_eq!(terms("x", ","), None);
    }
}
