//! `report.html`, `compare.html`: one file that loads nothing, and that needs its script for nothing that is to be read.
//!
//! The page is `templates/report.html`, where everything that is not marked as HTML is escaped; the sections come from
//! `blocks`, which escapes every text by the same function.

mod blocks;
mod data;
mod escape;
mod quantity;
mod script;
mod style;

use data::Judged;
pub use data::use_case;

use super::outline::outline;
use super::text::safe_target;
use super::{Document, OutputFile, Renderer};
use crate::analysis::capacity::Capacity;
use crate::config::Config;
use crate::error::{Result, Warned};
use crate::font::Fonts;
use crate::report::templates::{PAGE, Templates, explain};
use crate::report::{Cover, Report};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::json;
use tera::{Context, Tera, Value};

/// Writes `report.html`.
pub struct Html;

impl Renderer for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, document: &Document) -> Result<Warned<Vec<OutputFile>>> {
        let rates = document.analysis.request_rates.as_ref().map(|rates| &rates.capacity[..]).unwrap_or_default();
        let judged = Judged { main: &document.analysis.capacity, rates };
        let page = page_in(document.report, &judged, document.config, document.templates, document.fonts)?;
        Ok(Warned::clean(vec![OutputFile { path: format!("{}.html", document.stem), bytes: page.into_bytes() }]))
    }
}

/// A whole report as a page: in a brand's colour where one is configured, its script given the charts, drawn with these
/// typefaces, and the use cases.
///
/// Errors: the template is at fault.
pub fn page(report: &Report, capacities: &[Capacity], config: &Config, fonts: &Fonts) -> Result<String> {
    let judged = Judged { main: capacities, rates: &[] };
    page_in(report, &judged, config, &Templates::built_in()?, fonts)
}

/// The same with a house's templates.
fn page_in(report: &Report, judged: &Judged, config: &Config, templates: &Templates, fonts: &Fonts) -> Result<String> {
    let ids = blocks::ids(report);
    let sections = blocks::sections(&report.sections, &ids);
    let note = blocks::inlines(&report.cover.contents_note, &ids);
    let accent = config.brand.accent.as_deref();
    let style = style::sheet(accent, sections.contains("<code"), templates.style(), fonts);

    let script = script::script();
    let data = data::block(report, judged, config, fonts);

    let mut context = Context::new();
    context.insert("cover", &cover(&report.cover));
    context.insert("title", &title(&report.cover));
    context.insert("description", &description(&report.cover));
    context.insert("generator", concat!("Gristmill ", env!("CARGO_PKG_VERSION")));
    context.insert("policy", &style::policy(&style, &script));
    context.insert("logo", &report.cover.logo.as_ref().map(|logo| data_url(logo.media_type, &logo.file)));
    context.insert("website", &report.cover.website.as_deref().and_then(safe_target));
    context.insert("contents", &outline(report));
    context.insert_value("contents_note", Value::safe_string(&note));
    context.insert_value("sections", Value::safe_string(&sections));
    context.insert_value("style", Value::safe_string(&style));
    context.insert_value("script", Value::safe_string(&script));
    context.insert_value("data", Value::safe_string(&data));

    let mut tera = Tera::default();
    tera.set_escape_fn(|text, out| out.write_all(escape::text(text).as_bytes()));
    tera.add_raw_templates(templates.pages())
        .and_then(|()| tera.render(PAGE, &context))
        .map_err(|error| explain(&error))
}

fn cover(cover: &Cover) -> serde_json::Value {
    let highlights: Vec<_> = cover
        .highlights
        .iter()
        .map(|h| json!({ "value": h.value, "label": h.label, "condition": h.condition }))
        .collect();
    json!({
        "language": cover.language,
        "kicker": cover.kicker,
        "title": cover.title,
        "subtitle": cover.subtitle,
        "facts": cover.facts,
        "highlights_title": cover.highlights_title,
        "highlights": highlights,
        "date": cover.date,
        "date_text": cover.date_text,
        "brand": cover.brand,
        "imprint": cover.imprint,
        "footer": cover.footer,
        "legal": cover.legal,
    })
}

/// As a tab or a bookmark shows it.
fn title(cover: &Cover) -> String {
    match &cover.subtitle {
        Some(subtitle) => format!("{} – {subtitle}", cover.title),
        None => cover.title.clone(),
    }
}

/// As a search engine or a preview shows it.
fn description(cover: &Cover) -> String {
    let highlights = cover.highlights.iter().map(|h| format!("{} {} {}", h.value, h.label, h.condition));
    let parts: Vec<_> = std::iter::once(title(cover)).chain(highlights).collect();
    parts.join("; ")
}

/// A file as an address that holds it.
fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes))
}
