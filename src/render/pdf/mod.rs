//! The report as PDF: laid out here, written with printpdf, finished with lopdf.
//!
//! `lay_out` turns a report into a `DocModel`: pages of marks with their structure, all of it plain data that tests
//! look at. Only `emit`, `embed` and `finish` know a PDF library; `content` writes what a page shows. What a page says comes from the
//! report; only the words a paged document adds itself (`Contents`, `Figure 1.`, page numbers) stand here.

mod beside;
mod breaks;
mod columns;
mod content;
mod contents;
mod cover;
mod decimals;
mod document;
mod embed;
mod emit;
mod figure;
mod file;
mod finish;
mod flow;
mod furniture;
mod joined;
mod lines;
mod logo;
mod paginate;
mod points;
mod row;
mod spans;
mod split;
mod style;
mod table;
mod tags;
#[cfg(test)]
mod tests;
mod together;

use super::{Document, OutputFile, PageSize, Renderer};
use crate::error::{Result, Warned, Warning};
use crate::font::Fonts;
use crate::report::{Cover, Report};
use crate::threads::Threads;
use contents::Contents;
use document::{DocModel, Draw, Ink, OutlineEntry, Properties, Target};
use flow::Flow;
use furniture::{Furniture, section_of};
use paginate::{PlacedMark, paginate};
use row::Mark;
use style::{Palette, Sheet};

/// Pages before the contents.
const COVER_PAGES: usize = 1;

/// How many missing characters a warning names.
const NAMED: usize = 10;

/// Writes `report.pdf`.
pub struct Pdf;

impl Renderer for Pdf {
    fn name(&self) -> &'static str {
        "pdf"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let accent = document.config.brand.accent.as_deref();
        let written = write(document.report, document.fonts, document.page, accent, &document.threads)?;
        let files = vec![OutputFile { path: format!("{}.pdf", document.stem), bytes: written.value }];
        Ok(Warned { value: files, warnings: written.warnings })
    }
}

/// A report as the bytes of a PDF file; `accent` is a brand's colour, `#rrggbb`. Any number of threads gives the same.
///
/// # Errors
///
/// Where a typeface cannot be embedded or the file cannot be put together; neither depends on the report's text.
pub fn write(
    report: &Report,
    fonts: &Fonts,
    page: PageSize,
    accent: Option<&str>,
    threads: &Threads,
) -> Result<Warned<Vec<u8>>> {
    let model = lay_out(report, fonts, page, Palette::of_brand(accent), threads);
    let bytes = emit::emit(&model, fonts, threads)?;
    Ok(Warned { value: bytes, warnings: missing_characters(fonts).into_iter().collect() })
}

/// How many pages a report has: it is laid out, and no file is made of it.
pub fn count_pages(report: &Report, fonts: &Fonts, page: PageSize) -> usize {
    lay_out(report, fonts, page, Palette::default(), &Threads::default()).pages.len()
}

/// A report's pages.
fn lay_out(report: &Report, fonts: &Fonts, page: PageSize, palette: Palette, threads: &Threads) -> DocModel {
    let sheet = Sheet::new(page);
    let mut flow = Flow::new(report, fonts, sheet, palette);
    let cover = flow.cover(&report.cover);
    let rows = flow.sections(&report.sections, threads);
    let body = paginate(&rows, &sheet, &|chart, height| flow.chart(chart, height), threads);
    let contents = Contents::new(report, &flow);
    let first = COVER_PAGES + contents.pages();
    let mut pages = vec![cover];
    pages.extend(contents.draws(&mut flow, &body.marks, first));
    pages.extend(body.pages);
    for draw in pages.iter_mut().flatten() {
        resolve(draw, &body.marks, first);
    }
    let furniture = Furniture::new(&report.cover, fonts, sheet);
    let count = pages.len();
    for (at, page) in pages.iter_mut().enumerate().skip(COVER_PAGES) {
        let section = match at.checked_sub(first) {
            Some(body_page) => section_of(body_page, &body.marks, &sheet),
            None => contents::TITLE.to_owned(),
        };
        page.extend(furniture.draws(&section, at + 1, count));
    }
    DocModel {
        size: (sheet.width, sheet.height),
        properties: properties(&report.cover),
        pages,
        elements: flow.elements,
        outline: outline(&body.marks, first),
    }
}

/// Turns a link to an id into one to a page; what leads nowhere was set as plain text before.
fn resolve(draw: &mut Draw, marks: &[PlacedMark], first: usize) {
    let Ink::Link { target, .. } = &mut draw.ink else { return };
    if let Target::Id(id) = target
        && let Some(placed) = marks.iter().find(|placed| placed.mark.id == *id)
    {
        *target = Target::Place(first + placed.page, placed.y);
    }
}

fn outline(marks: &[PlacedMark], first: usize) -> Vec<OutlineEntry> {
    let heading = |placed: &PlacedMark| {
        let Mark { level, title, .. } = placed.mark.clone();
        OutlineEntry { level, title, page: first + placed.page, y: placed.y }
    };
    let contents = OutlineEntry { level: 1, title: contents::TITLE.to_owned(), page: COVER_PAGES, y: 0.0 };
    std::iter::once(contents).chain(marks.iter().map(heading)).collect()
}

fn properties(cover: &Cover) -> Properties {
    Properties {
        title: spans::running(&cover.title),
        subject: spans::running(cover.subtitle.as_deref().unwrap_or_default()),
        author: spans::running(cover.brand.as_deref().unwrap_or_default()),
        language: cover.language.to_owned(),
        date: cover.date.as_deref().and_then(midnight).unwrap_or(0),
    }
}

/// Seconds since the Unix epoch at the beginning of a day in UTC, written `2026-02-06`.
fn midnight(date: &str) -> Option<i64> {
    let date: jiff::civil::Date = date.parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

fn missing_characters(fonts: &Fonts) -> Option<Warning> {
    let missing = fonts.missing();
    let named: Vec<_> = missing.iter().take(NAMED).map(|c| format!("`{c}` (U+{:04X})", u32::from(*c))).collect();
    let rest = missing.len().saturating_sub(NAMED);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    (!missing.is_empty()).then(|| {
        Warning::new(format!(
            "no typeface has {}{more}: drawn as boxes in PDF and charts, though copying and searching work; give a font that \
             has them with `--fallback-font FILE`",
            named.join(", ")
        ))
    })
}
