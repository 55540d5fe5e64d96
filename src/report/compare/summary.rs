//! Who is compared, what is unlike, and the key findings side by side.

use super::{Compared, capacity, within_a_sentence};
use crate::analysis::compare::{Agreement, Area};
use crate::format;
use crate::report::cover;
use crate::report::figure::left;
use crate::report::markdown::is_safe;
use crate::report::sections::{Draft, executive_summary};
use crate::report::templates::clean;
use crate::report::{Cell, Column, Inline, Table, plain_text};
use serde::Serialize;

#[derive(Serialize)]
struct View {
    count: usize,
    model: Option<String>,
    base: String,
    deployments: Vec<Deployment>,
    unlike: Vec<Unlike>,
    /// Conditions that are not known of every deployment, in words.
    unknown: Option<String>,
    one_unknown: bool,
    /// Conditions that all share, in words.
    alike: Option<String>,
    /// What was tested differs: contexts, levels.
    scope: Option<String>,
    /// Days of the tests, where they differ.
    dates: Option<String>,
    /// Facts of the model that all share.
    facts: String,
    one_model: bool,
    findings: bool,
    nothing_shared: bool,
    /// How the figures of each deployment but the base lie to the base's.
    ratios: Vec<Ratios>,
    capacity: Vec<capacity::Group>,
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Deployment {
    name: String,
    title: Option<String>,
    /// Facts of the model, where they are not those of all.
    facts: String,
    /// Engine, hardware, requests and date, as far as they are known.
    words: String,
    report_url: Option<String>,
}

/// A condition with its values: `1,024 for A; 128 for B`.
#[derive(Serialize)]
struct Unlike {
    title: String,
    values: String,
}

#[derive(Serialize)]
struct Note {
    name: String,
    text: String,
}

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    let comparison = input.comparison;
    let findings = findings(input);
    let of = |area: Area, agreement: Agreement| {
        comparison.conditions.iter().filter(move |one| one.area == area && one.agreement == agreement)
    };
    let titles =
        |agreement| -> Vec<String> { of(Area::Test, agreement).map(|one| within_a_sentence(one.title)).collect() };
    let unlike = |area: Area| {
        of(area, Agreement::Differ).map(|one| {
            let values = values_in_words(&one.values, input.names);
            (one.key, Unlike { title: one.title.to_owned(), values })
        })
    };
    let (dates, scope): (Vec<_>, Vec<_>) = unlike(Area::Scope).partition(|(key, _)| *key == "date");
    let scope: Vec<String> = scope.iter().map(|(_, one)| within_a_sentence(&one.title)).collect();
    let facts: Vec<String> = input.deployments.iter().map(executive_summary::model_facts).collect();
    let one_model = facts.iter().all(|other| *other == facts[0]) && input.shared(Area::Model, "model").is_some();
    let (unknown, alike) = (titles(Agreement::Unknown), titles(Agreement::Same));
    let view = View {
        count: input.names.len(),
        model: input.shared(Area::Model, "model").map(str::to_owned),
        base: input.names[0].clone(),
        deployments: (0..input.names.len()).map(|at| deployment(input, at, one_model)).collect(),
        facts: facts[0].clone(),
        one_model,
        dates: dates.into_iter().next().map(|(_, dates)| dates.values),
        unlike: unlike(Area::Test).map(|(_, one)| one).collect(),
        one_unknown: unknown.len() == 1,
        unknown: (!unknown.is_empty()).then(|| format::list(&unknown)),
        alike: (!alike.is_empty()).then(|| format::list(&alike)),
        scope: (!scope.is_empty()).then(|| format::list(&scope)),
        findings: !findings.rows.is_empty(),
        nothing_shared: comparison.cells.iter().all(|cell| cell.at.iter().flatten().count() < 2),
        ratios: (1..input.names.len()).map(|at| ratios(input, at)).filter(|one| !one.lines.is_empty()).collect(),
        capacity: capacity::groups(input),
        notes: notes(input),
    };
    Some(Draft::new(&view).table(findings))
}

#[derive(Serialize)]
struct Ratios {
    name: String,
    lines: Vec<String>,
}

fn ratios(input: &Compared, at: usize) -> Ratios {
    Ratios { name: input.names[at].clone(), lines: super::ratios::lines(input, at) }
}

/// Each value once, with those that have it.
fn values_in_words(values: &[Option<String>], names: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (value, name) in values.iter().zip(names) {
        let value = value.as_deref().unwrap_or("not known");
        match groups.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(value)) {
            Some((_, all)) => all.push(name.clone()),
            None => groups.push((value, vec![name.clone()])),
        }
    }
    let group = |(value, names): &(&str, Vec<String>)| format!("{value} for {}", format::list(names));
    groups.iter().map(group).collect::<Vec<_>>().join("; ")
}

/// A deployment in a line; what all share of the model, and what its name says, is not said again.
fn deployment(input: &Compared, at: usize, one_model: bool) -> Deployment {
    let (one, name) = (&input.deployments[at], &input.names[at]);
    let success = &one.analysis.findings.success;
    let unsaid = |text: &String| !name.contains(clean(text).as_str());
    let title = cover::title(one);
    let facts = if one_model { String::new() } else { executive_summary::model_facts(one) };
    let engine = cover::engine(one.config).filter(unsaid);
    let hardware = cover::hardware(one.config).filter(unsaid);
    let served = match (engine, hardware) {
        (Some(engine), Some(hardware)) => Some(format!("{engine} on {hardware}")),
        (engine, hardware) => engine.or(hardware),
    };
    let failed = if success.failed > 0 {
        format!(" of which {} failed", format::thousands(success.failed as f64))
    } else {
        String::new()
    };
    let requests = (success.requests > 0).then(|| format::counted(success.requests, "request", "requests") + &failed);
    let date = one.config.date.clone().or_else(|| one.ingested.date.clone());
    let date = date.map(|date| format::date(&clean(&date)));
    let known = [Some(facts.clone()).filter(|facts| !facts.is_empty()), served, requests, date];
    let words = known.into_iter().flatten().collect::<Vec<_>>().join("; ");
    Deployment {
        name: name.clone(),
        title: Some(title).filter(|title| unsaid(title) && input.shared(Area::Model, "model") != Some(title)),
        facts,
        words: if words.is_empty() { "nothing more is known of it".to_owned() } else { words },
        report_url: one.config.brand.report_url.clone().filter(|url| is_safe(url)),
    }
}

/// What the testers say of their runs; what they say of several stands once.
fn notes(input: &Compared) -> Vec<Note> {
    let mut notes: Vec<(String, Vec<String>)> = Vec::new();
    for (one, name) in input.deployments.iter().zip(input.names) {
        let Some(text) = one.config.test.notes.as_deref().map(clean).filter(|text| !text.is_empty()) else { continue };
        match notes.iter_mut().find(|(known, _)| *known == text) {
            Some((_, names)) => names.push(name.clone()),
            None => notes.push((text, vec![name.clone()])),
        }
    }
    notes.into_iter().map(|(text, names)| Note { name: format::list(&names), text }).collect()
}

/// The key findings of each deployment, a column each; a finding that one does not have is unknown there.
fn findings(input: &Compared) -> Table {
    let all: Vec<Table> = input.deployments.iter().map(executive_summary::key_findings).collect();
    let mut names: Vec<String> = Vec::new();
    for row in all.iter().flat_map(|table| &table.rows) {
        let name = plain_text(&row[0].content);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // A use case that is one deployment's headline is looked up for the others too.
    let limits: Vec<Vec<Vec<Cell>>> = input
        .deployments
        .iter()
        .map(|one| one.analysis.capacity.iter().map(executive_summary::capacity_row).collect())
        .collect();
    let cell = |at: usize, name: &String| {
        let found = all[at].rows.iter().chain(&limits[at]).find(|row| plain_text(&row[0].content) == *name);
        let Some([_, value, condition]) = found.map(Vec::as_slice) else { return Cell::unknown() };
        let mut content = value.content.clone();
        content.push(Inline::Break);
        content.extend(condition.content.clone());
        Cell { content, ..value.clone() }
    };
    let row =
        |name: &String| std::iter::once(Cell::text(name)).chain((0..all.len()).map(|at| cell(at, name))).collect();
    Table {
        id: "key-findings".to_owned(),
        caption: "Key findings side by side".to_owned(),
        columns: std::iter::once(left("Finding")).chain(columns(input)).collect(),
        rows: names.iter().map(row).collect(),
        row_headings: true,
    }
}

/// A column per deployment, under its name.
pub(super) fn columns<'n>(input: &'n Compared) -> impl Iterator<Item = Column> + 'n {
    input.names.iter().map(|name| left(clean(name)))
}
