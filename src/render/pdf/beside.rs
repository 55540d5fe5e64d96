//! A narrow table beside the words about it: two columns of numbers across a whole page are hard to read along.

use super::document::ElementId;
use super::flow::Flow;
use super::row::Row;
use super::style::Column;
use crate::report::{Block, Table};

/// Most columns and rows of such a table.
const COLUMNS: usize = 3;
const ROWS: usize = 12;
/// Share of the column that each of both takes.
const HALF: f32 = 0.47;
/// Words may be this much higher than the table beside them.
const TALLER: f32 = 1.25;

impl<'a> Flow<'a> {
    /// A narrow table at the head of some blocks with the paragraphs behind it, or one that ends them with the paragraph
    /// before it, beside each other; and how many blocks that are. None where they had better stand below each other.
    pub fn beside(&mut self, blocks: &'a [Block], column: Column, parent: Option<ElementId>) -> Option<(Row, usize)> {
        let left = Column { width: column.width * HALF, ..column };
        let right = Column { x: column.right() - left.width, ..left };
        match blocks {
            [Block::Table(table), rest @ ..] if self.is_narrow(table, left) => {
                let table = stacked(&self.table(table, false, left, parent));
                let mut words = Vec::new();
                let mut taken = 1;
                for paragraph in rest.iter().take_while(|block| matches!(block, Block::Paragraph(_))) {
                    let mut longer = words.clone();
                    longer.extend(self.block(paragraph, None, right, parent));
                    if stacked(&longer).height > table.height * TALLER {
                        break;
                    }
                    (words, taken) = (longer, taken + 1);
                }
                (taken > 1).then(|| (side_by_side(table, stacked(&words)), taken))
            }
            [paragraph @ Block::Paragraph(_), Block::Table(table), rest @ ..] if self.is_narrow(table, right) => {
                if matches!(rest.first(), Some(Block::Paragraph(_) | Block::Callout { .. })) {
                    return None;
                }
                let words = stacked(&self.block(paragraph, None, left, parent));
                let table = stacked(&self.table(table, false, right, parent));
                (words.height <= table.height * TALLER).then(|| (side_by_side(words, table), 2))
            }
            _ => None,
        }
    }

    fn is_narrow(&self, table: &Table, column: Column) -> bool {
        (2..=COLUMNS).contains(&table.columns.len())
            && table.rows.len() <= ROWS
            && self.natural_width(table, column) <= column.width
    }
}

/// Rows as one strip that no page parts.
fn stacked(rows: &[Row]) -> Row {
    let mut out = Row::default();
    for (at, row) in rows.iter().enumerate() {
        let gap = if at == 0 { 0.0 } else { rows[at - 1].after + row.before };
        out.draws.extend(row.draws.iter().map(|draw| draw.lowered(out.height + gap)));
        out.height += gap + row.height;
    }
    out.before = rows.first().map_or(0.0, |row| row.before);
    out
}

/// Two strips on one line, the first read first.
fn side_by_side(one: Row, other: Row) -> Row {
    let mut out = Row::new(one.height.max(other.height), one.draws);
    out.draws.extend(other.draws);
    out.before = one.before.max(other.before);
    out.after = 5.0;
    out
}
