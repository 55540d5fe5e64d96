//! Which blocks are best read on one page.

use super::row::Keep;
use crate::report::{Block, CalloutKind, plain_text};

/// How many paragraphs stand between a heading and the figure or table they lead to: they are best read on one page.
pub(super) fn lead_in_of(blocks: &[Block]) -> usize {
    /// What is longer, in characters, is read for itself.
    const SHORT: usize = 800;
    let is_short = |block: &&Block| matches!(block, Block::Paragraph(content) if plain_text(content).len() < SHORT);
    let paragraphs = blocks.iter().take_while(is_short).count();
    match blocks.get(paragraphs) {
        Some(Block::Figure(_) | Block::Table(_)) if paragraphs <= 3 => paragraphs,
        _ => 0,
    }
}

/// How strongly a chart or a table holds on to what follows: a chart to its table, both to the result they give.
pub(super) fn belongs_to_next(block: &Block, rest: &[Block]) -> Option<Keep> {
    /// A longer table fills pages of its own.
    const SHORT: usize = 12;
    let is_short = |block: &Block| matches!(block, Block::Table(table) if table.rows.len() <= SHORT);
    match (block, rest) {
        (Block::Figure(_), [table, Block::Callout { .. }, ..]) if is_short(table) => Some(Keep::Insist),
        (Block::Figure(_), [table, ..]) if is_short(table) => Some(Keep::Prefer),
        (block, [Block::Callout { .. }, ..]) if is_short(block) || matches!(block, Block::Figure(_)) => {
            Some(Keep::Insist)
        }
        _ => None,
    }
}

/// Whether a box gives a result that the paragraph behind it goes on about.
pub(super) fn leads_on(block: &Block, next: Option<&Block>) -> bool {
    let is_result = matches!(block, Block::Callout { kind: CalloutKind::Tip | CalloutKind::Warning, .. });
    is_result && matches!(next, Some(Block::Paragraph(_)))
}

/// Whether a paragraph speaks of what follows it.
pub(super) fn announces(block: &Block) -> bool {
    matches!(block, Block::Paragraph(content) if plain_text(content).trim_end().ends_with(':'))
}
