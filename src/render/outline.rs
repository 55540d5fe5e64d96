//! The contents of a report in two levels.

use crate::report::{Block, Report, plain_text};

/// A section, or a heading within one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Where it leads.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Headings of level 2 below a section; empty for these.
    pub children: Vec<Entry>,
}

/// Every section with its headings of level 2.
pub fn outline(report: &Report) -> Vec<Entry> {
    let children = |blocks: &[Block]| {
        blocks
            .iter()
            .filter_map(|block| match block {
                Block::Heading { level: 2, id, content } => {
                    Some(Entry { id: id.clone(), title: plain_text(content), children: Vec::new() })
                }
                _ => None,
            })
            .collect()
    };
    report
        .sections
        .iter()
        .map(|section| Entry {
            id: section.id.clone(),
            title: section.title.clone(),
            children: children(&section.blocks),
        })
        .collect()
}
