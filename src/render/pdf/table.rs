//! Tables to rows: columns sized by what they hold, heads repeated on every page.

use super::columns::{Need, forced, widths};
use super::decimals::Decimals;
use super::document::{Area, Draw, ElementId, Role};
use super::flow::Flow;
use super::joined::{Group, Joined, Part};
use super::lines::{Line, LineBreaker};
use super::row::{Keep, Repeat, Row, keep_ends_together};
use super::spans::Spans;
use super::style::{BAD, CAPTION, CELL, CELL_HEAD, Column, HEAD, RULE, STRONG_RULE, TextStyle};
use crate::font::{Face, Fonts};
use crate::report::{Align, Cell, Table};
use std::cell::OnceCell;
use std::sync::Arc;

/// Ways to set a table, from the roomiest; the first that keeps every word whole is taken.
const SETTINGS: [Setting; 5] = [
    Setting::new(1.0, 8.0, 4.6),
    Setting::new(0.93, 6.0, 4.2),
    Setting::new(0.86, 4.5, 4.0),
    Setting::new(0.79, 3.5, 3.5),
    Setting::new(0.72, 2.5, 3.0),
];

/// Type as small as this is still easy to read: a table that would have tall rows is set down to it.
const EASY_SCALE: f32 = 0.9;

/// Tables of more rows than this are set closer: they are looked things up in, not read.
const LONG: usize = 12;

/// These, even closer.
const VERY_LONG: usize = 30;

/// Scale of their type, 7.5 points: nothing that is meant to be read is smaller.
const LOOKED_UP: f32 = 7.5 / CELL.size;

/// Smaller type than this, 7 points, is no longer read: the table is set in parts.
const READ: f32 = 7.0 / CELL.size;

/// Their lines stand this much closer than those of other tables.
const CLOSE: f32 = 0.88;

/// Tables up to this many rows are kept on one page where that leaves no hole.
const SHORT: usize = 12;

/// So many rows of a longer table stay together at its ends, and one more.
const FEW: usize = 2;

/// How large a table's type is and how much space its cells have.
#[derive(Debug, Clone, Copy)]
struct Setting {
    scale: f32,
    side: f32,
    above: f32,
    /// Distance of its lines, as a share of the usual one.
    leading: f32,
}

impl Setting {
    const fn new(scale: f32, side: f32, above: f32) -> Self {
        Self { scale, side, above, leading: 1.0 }
    }

    /// The ways to set a table of so many rows, from the roomiest.
    fn all(rows: usize) -> [Self; 5] {
        SETTINGS.map(|setting| match rows {
            rows if rows > VERY_LONG => {
                // Smaller than that only where words would be cut.
                let scale = if setting.side > SETTINGS[4].side { LOOKED_UP } else { setting.scale };
                Self { scale, above: 0.0, leading: CLOSE, ..setting }
            }
            rows if rows > LONG => Self { scale: setting.scale.min(0.93), above: setting.above * 0.55, ..setting },
            _ => setting,
        })
    }

    fn style(&self) -> TextStyle {
        let style = CELL.sized(CELL.size * self.scale);
        TextStyle { leading: style.leading * self.leading, ..style }
    }
}

/// Whether the heads of columns may take two lines to leave more room for the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heads {
    OneLine,
    MayWrap,
}

/// A cell, ready to be broken into lines.
struct Text {
    spans: Spans,
    style: TextStyle,
    align: Align,
    role: Role,
    widths: OnceCell<(f32, f32)>,
}

impl Text {
    /// Width on one line, and of the widest word; measured once, however many ways to set the table are tried.
    fn widths(&self, fonts: &Fonts) -> (f32, f32) {
        *self.widths.get_or_init(|| LineBreaker::new(fonts, &self.spans, &self.style).widths())
    }

    /// What it says.
    fn words(&self) -> String {
        self.spans.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// The cells of a table in one setting.
struct Texts {
    head: Vec<Text>,
    body: Vec<Vec<Text>>,
    /// How the numbers of each column stand below each other, where they do.
    decimals: Vec<Option<Decimals>>,
}

/// Where the columns of a table stand.
struct Grid {
    setting: Setting,
    column: Column,
    widths: Vec<f32>,
    /// How the numbers of each column stand below each other.
    decimals: Vec<Option<Decimals>>,
}

impl Flow<'_> {
    /// The rows of a table; `named` where its caption stands above it already.
    pub fn table(&mut self, table: &Table, named: bool, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        self.grouped(table, named, (&[], &[]), column, parent)
    }

    /// The rows of tables that were joined.
    pub fn joined_table(&mut self, joined: &Joined, column: Column, parent: Option<ElementId>) -> Vec<Row> {
        self.grouped(&joined.table, true, (&joined.groups, &joined.parts), column, parent)
    }

    fn grouped(
        &mut self,
        table: &Table,
        named: bool,
        (groups, parts): (&[Group], &[Part]),
        column: Column,
        parent: Option<ElementId>,
    ) -> Vec<Row> {
        if table.columns.is_empty() {
            return Vec::new();
        }
        let (grid, Texts { head, body, .. }) = self.fitted(table, column);
        let element = self.elements.add(Role::Table, parent);
        let mut out = self.table_caption(if named { "" } else { &table.caption }, column, element);
        let head_row = self.table_head(&head, groups, &grid, element);
        // The structure has the head once; on later pages it is decoration.
        let again = head_row.draws.iter().map(|draw| Draw::artifact(draw.ink.clone())).collect();
        let repeat = Arc::new(Repeat { height: head_row.height, draws: again });
        out.push(Row { before: if out.is_empty() { 10.0 } else { 2.0 }, keep: Keep::Must, ..head_row });
        let first = out.len();
        for (at, cells) in body.iter().enumerate() {
            if let Some(part) = parts.iter().find(|part| part.row == at) {
                out.push(self.part_title(&part.title, &cells[0].style, grid.column, grid.setting.side, element));
                if let Some(title) = out.last_mut() {
                    (title.repeat, title.keep) = (Some(Arc::clone(&repeat)), Keep::Must);
                }
            }
            let ruled = body.len() <= VERY_LONG || ends_group(table, at);
            out.extend(self.table_row(cells, &grid, element, &repeat, ruled));
        }
        keep_ends_together(&mut out[first..]);
        let count = out.len();
        if body.len() <= SHORT {
            out[..count - 1].iter_mut().for_each(|row| row.keep = row.keep.max(Keep::Prefer));
        } else {
            // A few rows of a long table alone on a page look lost.
            let few = (first..(first + FEW).min(count)).chain(count.saturating_sub(FEW).max(first)..count - 1);
            few.for_each(|row| out[row].keep = Keep::Must);
        }
        if let Some(last) = out.last_mut() {
            last.after = 5.0;
        }
        out
    }

    /// Whether a table can be set without cutting a word, in type of a size that can be read.
    pub fn can_be_read(&self, table: &Table, column: Column) -> bool {
        Setting::all(table.rows.len()).into_iter().filter(|setting| setting.scale >= READ).any(|setting| {
            let needs = self.needs(&self.texts(table, setting), setting, column, Heads::MayWrap);
            widths(&needs, column.width).is_some()
        })
    }

    /// How wide a table is in the roomiest setting, with every cell on one line.
    pub fn natural_width(&self, table: &Table, column: Column) -> f32 {
        let setting = Setting::all(table.rows.len())[0];
        let needs = self.needs(&self.texts(table, setting), setting, column, Heads::OneLine);
        needs.iter().map(|need| need.most).sum()
    }

    /// Whether a table can be set with every cell on one line, in type that is easy to look things up in.
    pub fn fits_easily(&self, table: &Table, column: Column) -> bool {
        Setting::all(table.rows.len()).into_iter().filter(|setting| setting.scale >= LOOKED_UP).any(|setting| {
            let needs = self.needs(&self.texts(table, setting), setting, column, Heads::OneLine);
            needs.iter().map(|need| need.most).sum::<f32>() <= column.width
        })
    }

    /// The columns of a table, and its cells in the setting that was found for it.
    fn fitted(&self, table: &Table, column: Column) -> (Grid, Texts) {
        let settings = Setting::all(table.rows.len());
        // Smaller type is better than a second line, down to a size that is still easy to read.
        for setting in settings.into_iter().filter(|setting| setting.scale >= EASY_SCALE) {
            let texts = self.texts(table, setting);
            let needs = self.needs(&texts, setting, column, Heads::OneLine);
            if needs.iter().map(|need| need.most).sum::<f32>() <= column.width
                && let Some(widths) = widths(&needs, column.width)
            {
                return (Grid { setting, column, widths, decimals: texts.decimals.clone() }, texts);
            }
        }
        for setting in settings {
            let texts = self.texts(table, setting);
            for heads in [Heads::OneLine, Heads::MayWrap] {
                let needs = self.needs(&texts, setting, column, heads);
                let Some(widths) = widths(&needs, column.width) else { continue };
                let grid = Grid { setting, column, widths, decimals: texts.decimals.clone() };
                // It is better than tall rows too.
                let small = setting.scale < EASY_SCALE && heads == Heads::MayWrap;
                if small || texts.body.iter().all(|row| self.tallest(row, &grid) <= 2) {
                    return (grid, texts);
                }
            }
        }
        let setting = settings[settings.len() - 1];
        let texts = self.texts(table, setting);
        let widths = forced(&self.needs(&texts, setting, column, Heads::MayWrap), column.width);
        // Where words are cut, numbers end at the column's edge.
        let decimals = vec![None; texts.head.len()];
        (Grid { setting, column, widths, decimals }, texts)
    }

    fn texts(&self, table: &Table, setting: Setting) -> Texts {
        let head = self.head_texts(table, setting);
        let body: Vec<_> = table.rows.iter().map(|row| self.row_texts(table, row, setting)).collect();
        let decimals_of = |at: usize| {
            if head[at].align != Align::Right {
                return None;
            }
            let cells: Vec<_> = body.iter().map(|row| (row[at].words(), &row[at].style)).collect();
            Decimals::of(cells.iter().map(|(words, style)| (words.as_str(), *style)), self.fonts)
        };
        let decimals = (0..head.len()).map(decimals_of).collect();
        Texts { head, body, decimals }
    }

    fn head_texts(&self, table: &Table, setting: Setting) -> Vec<Text> {
        let style = CELL_HEAD.sized((CELL_HEAD.size * setting.scale).max(CELL.size * setting.scale.min(LOOKED_UP)));
        let text = |column: &crate::report::Column| Text {
            spans: Spans::plain(&column.title, &style),
            style,
            align: column.align,
            role: Role::ColumnHeading,
            widths: OnceCell::new(),
        };
        table.columns.iter().map(text).collect()
    }

    fn row_texts(&self, table: &Table, row: &[Cell], setting: Setting) -> Vec<Text> {
        let unknown = Cell::unknown();
        let cells = row.iter().chain(std::iter::repeat(&unknown));
        let text = |(at, (column, cell)): (usize, (&crate::report::Column, &Cell))| {
            let heading = at == 0 && table.row_headings;
            let mut style = setting.style();
            if heading {
                style.face = Face::Medium;
            }
            if cell.exceeded {
                style = TextStyle { face: Face::SemiBold, colour: BAD, ..style };
            }
            let role = if heading { Role::RowHeading } else { Role::TableCell };
            let spans = self.spans(&cell.content, &style);
            Text { spans, style, align: column.align, role, widths: OnceCell::new() }
        };
        table.columns.iter().zip(cells).enumerate().map(text).collect()
    }

    fn needs(&self, texts: &Texts, setting: Setting, column: Column, heads: Heads) -> Vec<Need> {
        let Texts { head, body, decimals } = texts;
        let mut needs = vec![Need::default(); head.len()];
        for (need, text) in needs.iter_mut().zip(head) {
            let (line, word) = text.widths(self.fonts);
            let most = if heads == Heads::OneLine { line } else { word.max(0.6 * line) };
            *need = Need { least: word, most };
        }
        // A word as long as this is no word: it is cut rather than press all other columns.
        let widest = column.width * 0.35;
        for row in body {
            for (need, text) in needs.iter_mut().zip(row) {
                let (line, word) = text.widths(self.fonts);
                // A number in two lines cannot be compared with its neighbours, nor a short heading found.
                let whole = match (text.align, text.role) {
                    (Align::Right, _) => line <= 120.0,
                    (_, Role::RowHeading) => line <= 80.0,
                    _ => false,
                };
                let word = word.min(widest);
                need.least = need.least.max(if whole { line } else { word });
                need.most = need.most.max(line);
            }
        }
        for (need, decimals) in needs.iter_mut().zip(decimals) {
            let width = decimals.map_or(0.0, |decimals| decimals.width);
            *need = Need { least: need.least.max(width), most: need.most.max(width) };
        }
        // Half a point keeps rounding from breaking a cell that just fits.
        let pad = 2.0 * setting.side + 0.5;
        needs.iter().map(|need| Need { least: need.least + pad, most: need.most + pad }).collect()
    }

    fn table_caption(&mut self, caption: &str, column: Column, element: ElementId) -> Vec<Row> {
        let text = Spans::plain(caption, &CAPTION);
        if text.spans.is_empty() {
            return Vec::new();
        }
        let setting =
            super::flow::Setting { text: &text, style: &CAPTION, column, role: Role::Caption, parent: Some(element) };
        let mut rows = self.text(&setting);
        rows.iter_mut().for_each(|row| row.keep = Keep::Must);
        if let Some(first) = rows.first_mut() {
            first.before = 10.0;
        }
        if let Some(last) = rows.last_mut() {
            last.height += 2.0;
        }
        rows
    }

    fn table_head(&mut self, texts: &[Text], groups: &[Group], grid: &Grid, table: ElementId) -> Row {
        let lines = self.cell_lines(texts, grid);
        let tallest = lines.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let Column { x, width } = grid.column;
        let edges: Vec<f32> = (0..=grid.widths.len()).map(|at| x + grid.widths[..at].iter().sum::<f32>()).collect();
        let (titles, titled) = self.group_titles(groups, &edges, texts[0].style.size, table);
        let height = titled + tallest as f32 * texts[0].style.leading + 2.0 * grid.setting.above;
        let mut draws = vec![
            Draw::fill(Area { x, y: 0.0, width, height }, 0.0, HEAD),
            Draw::fill(Area { x, y: height - 0.5, width, height: 0.9 }, 0.0, STRONG_RULE),
        ];
        draws.extend(titles);
        let row = self.elements.add(Role::TableRow, Some(table));
        let elements: Vec<_> = texts.iter().map(|text| self.elements.add(text.role, Some(row))).collect();
        // Heads of different heights stand on one line: that of the cells below.
        for (at, cell) in lines.iter().enumerate() {
            let top = titled + grid.setting.above + (tallest - cell.len().max(1)) as f32 * texts[at].style.leading;
            draws.extend(self.cell(&texts[at], cell, grid, at, top, elements[at]));
        }
        Row::new(height, draws)
    }

    /// A row; one taller than half a page goes over several, as no page could hold it.
    fn table_row(
        &mut self,
        texts: &[Text],
        grid: &Grid,
        table: ElementId,
        repeat: &Arc<Repeat>,
        ruled: bool,
    ) -> Vec<Row> {
        let row = self.elements.add(Role::TableRow, Some(table));
        let elements: Vec<_> = texts.iter().map(|text| self.elements.add(text.role, Some(row))).collect();
        let lines = self.cell_lines(texts, grid);
        let tallest = lines.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let leading = texts[0].style.leading;
        let most = ((self.sheet.body() * 0.5) / leading).max(1.0) as usize;
        let Column { x, width } = grid.column;
        let mut out = Vec::new();
        for start in (0..tallest).step_by(most) {
            let count = most.min(tallest - start);
            let ends = start + count == tallest;
            let above = if start == 0 { grid.setting.above } else { 0.0 };
            let height = above + count as f32 * leading + if ends { grid.setting.above } else { 0.0 };
            let mut draws = Vec::new();
            for (at, cell) in lines.iter().enumerate() {
                let shown = &cell[start.min(cell.len())..(start + count).min(cell.len())];
                draws.extend(self.cell(&texts[at], shown, grid, at, above, elements[at]));
            }
            if ends && ruled {
                draws.push(Draw::fill(Area { x, y: height - 0.3, width, height: 0.6 }, 0.0, RULE));
            }
            out.push(Row { repeat: Some(Arc::clone(repeat)), ..Row::new(height, draws) });
        }
        out
    }

    /// How many lines the tallest cell of a row has.
    fn tallest(&self, texts: &[Text], grid: &Grid) -> usize {
        self.cell_lines(texts, grid).iter().map(Vec::len).max().unwrap_or(0).max(1)
    }

    fn cell_lines(&self, texts: &[Text], grid: &Grid) -> Vec<Vec<Line>> {
        let lines = |(text, width): (&Text, &f32)| {
            let inner = (width - 2.0 * grid.setting.side).max(1.0);
            LineBreaker::new(self.fonts, &text.spans, &text.style).lines(inner)
        };
        texts.iter().zip(&grid.widths).map(lines).collect()
    }

    fn cell(&mut self, text: &Text, lines: &[Line], grid: &Grid, at: usize, top: f32, element: ElementId) -> Vec<Draw> {
        let left = grid.column.x + grid.widths[..at].iter().sum::<f32>() + grid.setting.side;
        let right = left + grid.widths[at] - 2.0 * grid.setting.side;
        let decimals = grid.decimals[at].filter(|_| text.role != Role::ColumnHeading && lines.len() == 1);
        let short = decimals.map_or(0.0, |decimals| decimals.short_of(&text.words(), &text.style, self.fonts));
        let links = self.link_elements(&text.spans, element);
        let mut draws = Vec::new();
        for (place, line) in lines.iter().enumerate() {
            let x = if text.align == Align::Right { (right - line.width - short).max(left) } else { left };
            let y = top + place as f32 * text.style.leading + text.style.baseline();
            draws.extend(self.line(line, &text.spans, &text.style, (x, y), (element, &links)));
        }
        if draws.is_empty() {
            // An empty cell is still a cell of its row.
            draws.push(Draw::of(element, self.run(" ", &text.style, left, top + text.style.baseline())));
        }
        draws
    }
}

/// Whether a row is the last of those with the same names, up to the first number.
fn ends_group(table: &Table, at: usize) -> bool {
    let names = table.columns.iter().take_while(|column| column.align == Align::Left).count();
    let named = |at: usize| table.rows.get(at).map(|row| &row[..names.min(row.len())]);
    named(at) != named(at + 1)
}
