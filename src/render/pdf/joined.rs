//! Tables over the same cells, one behind the other, as one: what names the cells stands once.

use super::document::{Area, Draw, ElementId, Role};
use super::flow::Flow;
use super::lines::truncated;
use super::row::Row;
use super::spans::running;
use super::style::{CELL_HEAD, Column, STRONG_RULE, TextStyle};
use crate::font::Face;
use crate::report::{Align, Block, Inline, Table, plain_text};
use std::ops::Range;

/// Shorter tables are read one by one.
const LONG: usize = 12;

/// Space at both ends of the line below a group's title.
const INSET: f32 = 2.5;

/// Space above the name of a part.
const ABOVE: f32 = 3.0;

/// Columns that came from one table, below its caption.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub title: String,
    pub columns: Range<usize>,
}

/// Rows from one on that have a name in common: it stands above them instead of in each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub row: usize,
    pub title: Vec<Inline>,
}

/// Tables as one.
pub(super) struct Joined {
    pub table: Table,
    pub groups: Vec<Group>,
    pub parts: Vec<Part>,
}

impl Joined {
    /// Two tables as one, where their first columns say the same in every row and they go on differently.
    pub fn of(one: &Table, other: &Table) -> Option<Self> {
        let same = |at: usize| {
            let cells = |table: &Table| table.rows.iter().map(|row| row.get(at).cloned()).collect::<Vec<_>>();
            one.columns[at] == other.columns[at] && cells(one) == cells(other)
        };
        let most = one.columns.len().min(other.columns.len());
        let keys = (0..most).take_while(|at| one.rows.len() == other.rows.len() && same(*at)).count();
        let captioned = !one.caption.is_empty() && !other.caption.is_empty();
        if keys == 0 || keys == most || one.rows.len() <= LONG || !captioned || one.row_headings != other.row_headings {
            return None;
        }
        let mut table = one.clone();
        table.caption = String::new();
        table.columns.extend_from_slice(&other.columns[keys..]);
        for (row, more) in table.rows.iter_mut().zip(&other.rows) {
            row.extend_from_slice(more.get(keys..).unwrap_or_default());
        }
        let parts = if keys > 1 { take_parts(&mut table) } else { Vec::new() };
        let gone = usize::from(!parts.is_empty());
        let (keys, parted) = (keys - gone, one.columns.len() - gone);
        let groups = vec![
            Group { title: one.caption.clone(), columns: keys..parted },
            Group { title: other.caption.clone(), columns: parted..table.columns.len() },
        ];
        Some(Self { table, groups, parts })
    }
}

/// Takes the first column out of a table where it says the same for rows on end: what it says, for each such stretch.
fn take_parts(table: &mut Table) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (row, cells) in table.rows.iter().enumerate() {
        let title = cells.first().map(|cell| cell.content.clone()).unwrap_or_default();
        if parts.last().is_none_or(|part| part.title != title) {
            parts.push(Part { row, title });
        }
    }
    let names = table.columns.iter().take_while(|column| column.align == Align::Left).count();
    if names < 2 || 3 * parts.len() > table.rows.len() {
        return Vec::new();
    }
    table.columns.remove(0);
    table.rows.iter_mut().for_each(|row| drop(row.remove(0)));
    parts
}

impl Flow<'_> {
    /// The table at the head of some blocks joined with the one behind it, where both fit beside each other.
    pub fn joined(&self, blocks: &[Block], column: Column) -> Option<Joined> {
        let [Block::Table(one), Block::Table(other), ..] = blocks else { return None };
        Joined::of(one, other).filter(|joined| self.fits_easily(&joined.table, column))
    }

    /// The name above rows that have it in common; `like` is how their cells are set.
    pub fn part_title(
        &mut self,
        title: &[Inline],
        like: &TextStyle,
        column: Column,
        side: f32,
        table: ElementId,
    ) -> Row {
        let style = TextStyle { face: Face::SemiBold, ..*like };
        let row = self.elements.add(Role::TableRow, Some(table));
        let element = self.elements.add(Role::RowHeading, Some(row));
        let title = truncated(self.fonts, &style, &running(&plain_text(title)), column.width - 2.0 * side);
        let run = self.run(&title, &style, column.x + side, ABOVE + style.baseline());
        Row::new(ABOVE + style.leading, vec![Draw::of(element, run)])
    }

    /// The titles of groups above the heads of their columns, given the edges of all columns; and their height.
    pub fn group_titles(&mut self, groups: &[Group], edges: &[f32], size: f32, table: ElementId) -> (Vec<Draw>, f32) {
        if groups.is_empty() {
            return (Vec::new(), 0.0);
        }
        let style: TextStyle = CELL_HEAD.sized(size);
        let height = style.leading + 4.0;
        let row = self.elements.add(Role::TableRow, Some(table));
        let names = self.elements.add(Role::TableCell, Some(row));
        self.elements.0[names].columns = groups[0].columns.start;
        let mut draws = vec![Draw::of(names, self.run(" ", &style, edges[0], style.baseline()))];
        for Group { title, columns } in groups {
            let element = self.elements.add(Role::ColumnHeading, Some(row));
            self.elements.0[element].columns = columns.len();
            let (left, right) = (edges[columns.start] + INSET, edges[columns.end] - INSET);
            let title = truncated(self.fonts, &style, &running(title), right - left);
            let width = self.fonts.width(style.face, style.digits, style.size, &title);
            let run = self.run(&title, &style, (right - width).max(left), 2.5 + style.baseline());
            draws.push(Draw::of(element, run));
            let rule = Area { x: left, y: height - 0.6, width: right - left, height: 0.6 };
            draws.push(Draw::fill(rule, 0.0, STRONG_RULE));
        }
        (draws, height)
    }
}
