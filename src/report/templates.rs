//! The prose: one Markdown template per section, embedded, each replaceable by name.
//!
//! This is the one place where text enters Markdown: whatever a template interpolates is escaped.

use crate::error::{Error, Result};
pub use crate::markup::clean;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use tera::{Context, Kwargs, State, Tera};

/// The templates of every section, ready to render, and those of the page. Copies share them.
#[derive(Clone)]
pub struct Templates {
    tera: Arc<Tera>,
    /// Of the page and what it includes, by name.
    pages: Arc<BTreeMap<String, String>>,
    style: Arc<str>,
}

/// Name of the page's template.
pub const PAGE: &str = "report.html";

/// Name of the page's style sheet; it is no template, but it can be replaced like one.
const STYLE: &str = "style.css";

/// Every built-in template by its name.
pub static BUILT_IN: &[(&str, &str)] = &[
    ("capacity-analysis.md", include_str!("../../templates/prose/capacity-analysis.md")),
    ("compare-capacity.md", include_str!("../../templates/prose/compare-capacity.md")),
    ("compare-caption.md", include_str!("../../templates/prose/compare-caption.md")),
    ("compare-charts.md", include_str!("../../templates/prose/compare-charts.md")),
    ("compare-coverage.md", include_str!("../../templates/prose/compare-coverage.md")),
    ("compare-differences.md", include_str!("../../templates/prose/compare-differences.md")),
    ("compare-method.md", include_str!("../../templates/prose/compare-method.md")),
    ("compare-power.md", include_str!("../../templates/prose/compare-power.md")),
    ("compare-ratios.md", include_str!("../../templates/prose/compare-ratios.md")),
    ("compare-summary.md", include_str!("../../templates/prose/compare-summary.md")),
    ("contact.md", include_str!("../../templates/prose/contact.md")),
    ("contents.md", include_str!("../../templates/prose/contents.md")),
    ("executive-summary.md", include_str!("../../templates/prose/executive-summary.md")),
    ("method.md", include_str!("../../templates/prose/method.md")),
    ("per-user-generation-speed.md", include_str!("../../templates/prose/per-user-generation-speed.md")),
    ("percentiles.md", include_str!("../../templates/prose/percentiles.md")),
    ("power-and-cost.md", include_str!("../../templates/prose/power-and-cost.md")),
    ("request-rates.md", include_str!("../../templates/prose/request-rates.md")),
    ("suite-cases.md", include_str!("../../templates/prose/suite-cases.md")),
    ("suite-compact.md", include_str!("../../templates/prose/suite-compact.md")),
    ("suite-responses.md", include_str!("../../templates/prose/suite-responses.md")),
    ("suite-summary.md", include_str!("../../templates/prose/suite-summary.md")),
    ("suite-test.md", include_str!("../../templates/prose/suite-test.md")),
    ("summary.md", include_str!("../../templates/prose/summary.md")),
    ("system-throughput.md", include_str!("../../templates/prose/system-throughput.md")),
    ("technical-analysis.md", include_str!("../../templates/prose/technical-analysis.md")),
    ("time-to-first-token.md", include_str!("../../templates/prose/time-to-first-token.md")),
    ("use-case.md", include_str!("../../templates/prose/use-case.md")),
    ("use-case-guidance.md", include_str!("../../templates/prose/use-case-guidance.md")),
    (PAGE, include_str!("../../templates/report.html")),
    (STYLE, include_str!("../../templates/style.css")),
];

impl Templates {
    /// The built-in templates.
    pub fn built_in() -> Result<Self> {
        Self::with_overrides(BTreeMap::new())
    }

    /// The built-in templates with some of them replaced, by name: `method.md`. A template may include others of the
    /// set; one that is not built in must be included by another.
    ///
    /// Errors: a name that no template has; a template that cannot be parsed, with line and column.
    pub fn with_overrides(overrides: BTreeMap<String, String>) -> Result<Self> {
        // Parsed once in a program that makes many reports: a small report takes less time than that.
        static PARSED: LazyLock<Result<Templates>> = LazyLock::new(|| Templates::parsed(BTreeMap::new()));
        if overrides.is_empty() { PARSED.clone() } else { Self::parsed(overrides) }
    }

    fn parsed(overrides: BTreeMap<String, String>) -> Result<Self> {
        let mut sources: BTreeMap<String, String> =
            BUILT_IN.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect();
        sources.extend(overrides);
        unused(&sources)?;
        let style = sources.remove(STYLE).unwrap_or_default();
        let (prose, pages): (BTreeMap<_, _>, BTreeMap<_, _>) =
            sources.into_iter().partition(|(name, _)| name.ends_with(".md"));
        let mut tera = Tera::default();
        tera.autoescape_on([".md"]);
        tera.set_escape_fn(|text, out| out.write_all(escape(text).as_bytes()));
        tera.register_filter("capital", |text: &str, _: Kwargs, _: &State| capital(text));
        tera.add_raw_templates(&prose).map_err(|error| explain(&error))?;
        Ok(Self { tera: Arc::new(tera), pages: Arc::new(pages), style: style.into() })
    }

    /// The template of the page and those it may include, by name.
    pub fn pages(&self) -> &BTreeMap<String, String> {
        &self.pages
    }

    /// The page's style sheet.
    pub fn style(&self) -> &str {
        &self.style
    }

    /// Renders a template to Markdown.
    ///
    /// Errors: the template names something that does not exist, with line and column.
    pub fn render(&self, name: &str, view: &Context) -> Result<String> {
        self.tera.render(name, view).map_err(|error| explain(&error))
    }
}

/// Errors: a template that is not built in and that no other template names.
fn unused(sources: &BTreeMap<String, String>) -> Result<()> {
    let named = |name: &str| {
        let quoted = [format!("\"{name}\""), format!("'{name}'"), format!("`{name}`")];
        sources.iter().any(|(other, source)| other != name && quoted.iter().any(|quoted| source.contains(quoted)))
    };
    let is_built_in = |name: &str| BUILT_IN.iter().any(|(built_in, _)| *built_in == name);
    let Some(name) = sources.keys().find(|name| !is_built_in(name) && !named(name)) else { return Ok(()) };
    let nearest = BUILT_IN.iter().map(|(known, _)| *known).min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let known: Vec<_> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    Err(Error::new(format!("no template is called `{name}`, and none includes it")).hint(format!(
        "the nearest is `{}`; the templates are {}",
        nearest.unwrap_or_default(),
        known.join(", ")
    )))
}

/// Cause, template and line, as Tera tells them.
pub fn explain(error: &tera::Error) -> Error {
    let message = error.to_string();
    let message = message.trim_end().trim_start_matches("error: ");
    Error::new(format!("template: {message}")).hint("compare it with the built-in template of this name")
}

/// Text as Markdown that reads as this text and nothing else: a backslash before each piece of ASCII punctuation.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in clean(text).chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text with its first letter in upper case, the rest as it is; a percentile keeps its name: `p95 TTFT`.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    if matches!(text.as_bytes(), [b'p', b'0'..=b'9', ..]) {
        return text.to_owned();
    }
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::markdown::{Inserts, parse};
    use crate::report::slug::Slugs;
    use crate::report::{Block, Inline};

    /// A template of one's own in the place of a small one.
    fn rendered(template: &str, key: &str, value: &str) -> Vec<Block> {
        let templates = Templates::with_overrides([("contact.md".to_owned(), template.to_owned())].into()).unwrap();
        let mut view = Context::new();
        view.insert(key.to_owned(), value);
        let markdown = templates.render("contact.md", &view).unwrap();
        parse(&markdown, Inserts::default(), &mut Slugs::default(), &mut 0).blocks
    }

    #[test]
    fn text_from_input_reads_as_itself_wherever_it_stands() {
        let nasty =
            "Qwen3|Coder*Next <script>alert(1)</script> [x](javascript:1) `code` ~~a~~ &amp; <!-- gm:table t -->";
        let starts =
            ["1. one", "- two", "# three", "=== four", "> five", "+ six", "---", "    seven", "a\n\nb\n===", "|x|"];
        for value in starts.into_iter().chain([nasty]) {
            assert_eq!(
                rendered("{{ x }}", "x", value),
                [Block::Paragraph(vec![Inline::Text(clean(value))])],
                "{value}"
            );
            let Block::Table(table) = &rendered("| h |\n| --- |\n| {{ x }} |\n", "x", value)[0] else { panic!() };
            assert_eq!(table.rows[0][0].content, [Inline::Text(clean(value))], "{value}");
        }
    }

    #[test]
    fn an_address_in_a_link_stays_whole_and_a_bad_one_is_no_link() {
        let link = |target: &str| rendered("[there](<{{ x }}>)", "x", target);
        let address = "https://example.org/a_b?c=(d)&e=*";
        let there = vec![Inline::Text("there".into())];
        assert_eq!(
            link(address),
            [Block::Paragraph(vec![Inline::Link { target: address.into(), content: there.clone() }])]
        );
        assert_eq!(link("javascript:alert(1)"), [Block::Paragraph(there)]);
    }

    #[test]
    fn control_and_reordering_characters_never_reach_a_report() {
        assert_eq!(clean("a\u{202e}b\u{1b}[31m\tc\r\n d"), "ab[31m c d");
    }

    #[test]
    fn an_error_in_a_template_names_it_and_the_line() {
        let broken = Templates::with_overrides([("method.md".to_owned(), "# A\n\n{{ }}\n".to_owned())].into());
        let message = broken.err().unwrap().to_string();
        assert!(message.contains("method.md:3"), "{message}");
        let unknown = Templates::with_overrides([("metod.md".to_owned(), String::new())].into()).err().unwrap();
        assert!(unknown.to_string().contains("no template is called `metod.md`"), "{unknown}");
        assert!(unknown.to_string().contains("the nearest is `method.md`"), "{unknown}");
    }
}
