//! Numbers to sections of blocks.

use super::markdown::{Inserts, parse};
use super::sections::{Draft, Entry, LeftOut, SECTIONS};
use super::slug::Slugs;
use super::templates::{Templates, capital};
use super::{Block, Inline, Reference, Report, Section, cover, suite};
use crate::analysis::Analysis;
use crate::config::Config;
use crate::error::{Result, Warning};
use crate::font::Fonts;
use crate::ingest::Ingested;
use crate::logo::Logo;
use crate::threads::Threads;

/// Everything a report is written from.
pub struct Composition<'c> {
    /// The numbers.
    pub analysis: &'c Analysis,
    /// Where they came from.
    pub ingested: &'c Ingested,
    /// What was configured.
    pub config: &'c Config,
    /// The warnings of every stage, for the method section.
    pub warnings: &'c [Warning],
    /// Name of the run's folder: the title where nothing else is known.
    pub run_name: &'c str,
    /// The faces that charts are measured with.
    pub fonts: &'c Fonts,
    /// The brand's logo, read and checked; none without one.
    pub logo: Option<&'c Logo>,
    /// The prose.
    pub templates: &'c Templates,
    /// Another run, shown beside this one.
    pub reference: Option<&'c Reference<'c>>,
}

/// Writes the report: every section that has something to say, in order.
///
/// The same input gives the same report, with any number of threads. Errors: a template that was replaced names what does not
/// exist.
pub fn compose(input: &Composition, threads: &Threads) -> Result<Report> {
    let (sections, _) = sections(input)?;
    let report = Report { cover: cover::cover(input, contents_note(input)?), sections };
    Ok(report.drawn(input.fonts, threads))
}

/// Which sections a report has, and what it leaves out and why.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Outline {
    /// Titles in reading order.
    pub sections: Vec<String>,
    /// What is missing, those of one reason together.
    pub left_out: Vec<Gap>,
}

/// What a report leaves out for one reason.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Gap {
    /// Sections, or parts of them: `Queue wait`.
    pub what: Vec<String>,
    /// Why: a clause.
    pub why: String,
}

/// What [`compose`] would write, in short. Errors: those of [`compose`].
pub fn outline(input: &Composition) -> Result<Outline> {
    let (sections, left_out) = sections(input)?;
    let titles = sections.into_iter().map(|section| section.title).collect();
    let gap = |(why, what)| Gap { what, why };
    Ok(Outline { sections: titles, left_out: left_out.into_reasons().into_iter().map(gap).collect() })
}

/// The sections that have something to say, and what was left out.
fn sections(input: &Composition) -> Result<(Vec<Section>, LeftOut)> {
    let entries: &[Entry] = if input.analysis.suite.is_some() { suite::SECTIONS } else { SECTIONS };
    let mut slugs = Slugs::reserving(entries.iter().map(|section| section.id));
    let mut figures = 0;
    let mut left_out = LeftOut::default();
    let layout = &input.config.report;
    let mut drafts = Vec::new();
    // In the usual order first: the method section says what all others leave out.
    for entry in entries {
        if !layout.shows(entry.id) {
            left_out.note(&capital(&entry.id.replace('-', " ")), "not wanted in this report (`[report]`)");
        } else if let Some(draft) = (entry.draft)(input, &mut left_out) {
            drafts.push((entry, draft));
        }
    }
    drafts.sort_by_key(|(entry, _)| layout.place(entry.id));
    let mut sections = Vec::new();
    for (entry, Draft { view, inserts }) in drafts {
        let markdown = input.templates.render(&format!("{}.md", entry.id), &view)?;
        let parsed = parse(&markdown, inserts, &mut slugs, &mut figures);
        sections.push(Section { id: entry.id.to_owned(), title: parsed.title, blocks: parsed.blocks });
    }
    Ok((sections, left_out))
}

/// Where the interactive copy lives, if it does.
fn contents_note(input: &Composition) -> Result<Vec<Inline>> {
    let Some(url) = &input.config.brand.report_url else { return Ok(Vec::new()) };
    let mut view = tera::Context::new();
    view.insert("report_url", url);
    let markdown = input.templates.render("contents.md", &view)?;
    let parsed = parse(&markdown, Inserts::default(), &mut Slugs::default(), &mut 0);
    Ok(parsed
        .blocks
        .into_iter()
        .find_map(|block| match block {
            Block::Paragraph(content) => Some(content),
            _ => None,
        })
        .unwrap_or_default())
}
