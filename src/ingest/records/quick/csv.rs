//! Rows of a CSV file in their usual form.

use super::super::columns::{Column, Field};
use super::super::row::{Otherwise, Row};
use super::Records;
use super::decimal::Decimal;
use super::front::LevelInFront;
use super::numbers::Numbers;
use super::scan::{eight, find_either};
use super::steps::Step;
use crate::record::{Record, SWEEP};

/// Reads row after row of the same columns.
#[derive(Debug)]
pub struct Reader<'r> {
    steps: Vec<Step>,
    /// How many columns in front name the level.
    levels: usize,
    /// What stood in them, up to and with the last comma.
    front: LevelInFront,
    scenario: &'r str,
    numbers: Numbers,
    row: Row<'r>,
}

impl<'r> Reader<'r> {
    /// Of rows of these columns. `with_ids` says whether anyone wants to know the request ids.
    pub fn new(fields: &[Option<Field>], with_ids: bool) -> Self {
        let step = |field: &Option<Field>| match Step::of(*field) {
            Step::Words(Column::RequestId) if !with_ids => Step::Skip,
            step => step,
        };
        let names_level = |field: &Option<Field>| field.is_some_and(|field| field.column.names_level());
        // The last column has no comma behind it.
        let most = fields.len().saturating_sub(1);
        let levels = fields.iter().take_while(|field| names_level(field)).count().min(most);
        Self {
            steps: fields.iter().map(step).collect(),
            levels,
            front: LevelInFront::before(fields[levels..].iter().flatten().copied()),
            scenario: SWEEP,
            numbers: Numbers::of_fields(fields.iter().flatten().copied()),
            row: Row::default(),
        }
    }
}

impl<'r> Records<'r> for Reader<'r> {
    #[inline]
    fn next(&mut self, rows: &'r str) -> Option<(&Record<'r>, usize)> {
        let Self { steps, levels, front, scenario, numbers, row } = self;
        let mut cells = Cells { rows, scenario, numbers, row };
        let (last, steps) = steps.split_last()?;
        let (in_front, others) = steps.split_at_checked(*levels)?;
        let mut at = match front.length_in(rows.as_bytes()) {
            Some(length) => length,
            None => {
                front.forget();
                let at = cells.read(in_front, 0)?;
                front.note(&rows.as_bytes()[..at], cells.numbers, cells.row)?;
                at
            }
        };
        at = cells.read(others, at)?;
        at = cells.cell(*last, at)?;
        at += match rows.as_bytes().get(at..)? {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return None,
        };
        let mark = self.front.mark(&self.numbers, &mut self.row)?;
        self.row.set_numbers(&self.numbers)?;
        self.row.begin(self.scenario, mark);
        Some((self.row.judge(Otherwise::Unknown).ok()?, at))
    }
}

/// A row that is being read.
struct Cells<'c, 'r> {
    /// The row and what follows it.
    rows: &'r str,
    scenario: &'c mut &'r str,
    numbers: &'c mut Numbers,
    row: &'c mut Row<'r>,
}

impl<'r> Cells<'_, 'r> {
    /// Reads the cells of some columns, each with the comma behind it; gives the place behind the last comma.
    #[inline(always)]
    fn read(&mut self, steps: &[Step], mut at: usize) -> Option<usize> {
        for step in steps {
            at = self.cell(*step, at)?;
            if *self.rows.as_bytes().get(at)? != b',' {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Reads the cell at a place; gives its end. What stands there is for the caller to judge.
    #[inline(always)]
    fn cell(&mut self, step: Step, at: usize) -> Option<usize> {
        let bytes = self.rows.as_bytes();
        if let Step::Number(column) = step {
            // Where there is none, only the end of the cell may follow.
            let (decimal, end) = Decimal::read(bytes, at).unwrap_or((Decimal::NONE, at));
            self.numbers.store(column, decimal);
            return Some(end);
        }
        let first = *bytes.get(at)?;
        if ends_cell(first) {
            if let Step::Words(column) = step {
                self.unset(column);
            }
            return Some(at);
        }
        match step {
            Step::Words(column @ (Column::Success | Column::Warmup)) if starts_with_true(bytes, at) => {
                self.row.set_truth(column, true)?;
                Some(at + TRUE.len())
            }
            _ => {
                let (words, end) = if first == b'"' { quoted(self.rows, at)? } else { bare(self.rows, at)? };
                match step {
                    Step::Words(Column::Scenario) => *self.scenario = words,
                    Step::Words(column) => self.row.set_words(column, words)?,
                    _ => {}
                }
                Some(end)
            }
        }
    }

    fn unset(&mut self, column: Column) {
        match column {
            Column::Scenario => *self.scenario = SWEEP,
            _ => self.row.unset_words(column),
        }
    }
}

#[inline]
fn ends_cell(byte: u8) -> bool {
    matches!(byte, b',' | b'\n' | b'\r')
}

const TRUE: [u8; 4] = *b"true";

#[inline]
fn starts_with_true(bytes: &[u8], at: usize) -> bool {
    eight(bytes, at) as u32 == u32::from_le_bytes(TRUE)
}

/// A cell without quotes or blanks at its edges, and its end.
#[inline]
fn bare(rows: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = rows.as_bytes();
    let mut end = find_either(bytes, at, b',', b'\n')?;
    if bytes[end] == b'\n' && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    Some((plain(rows.get(at..end)?)?, end))
}

/// What stands between two quotes on one line, without quotes or blanks at its edges; and the end of the cell.
fn quoted(rows: &str, at: usize) -> Option<(&str, usize)> {
    let end = find_either(rows.as_bytes(), at + 1, b'"', b'\n')?;
    let is_over = rows.as_bytes()[end] == b'"' && matches!(rows.as_bytes().get(end + 1)?, b',' | b'\n' | b'\r');
    let cell = rows.get(at + 1..end).filter(|_| is_over)?;
    Some((plain(cell)?, end + 1))
}

#[inline]
fn plain(cell: &str) -> Option<&str> {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > b' ' && *byte != b'"');
    (is_plain(cell.as_bytes().first()) && is_plain(cell.as_bytes().last())).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{LevelMark, Load};

    fn fields(header: &str) -> Vec<Option<Field>> {
        header.split(',').map(Field::named).collect()
    }

    fn record<'r>(rows: &'r str, fields: &[Option<Field>]) -> Option<(Record<'r>, usize)> {
        // What an earlier row left behind must not be seen.
        let mut reader = Reader::new(fields, true);
        reader.next("x,7,7,7,7,7,false,old\n").expect("usual");
        reader.next(rows).map(|(record, length)| (record.clone(), length))
    }

    const HEADER: &str = "note,concurrency,e2e_ms,ttft_us,input_tokens,output_tokens,success,error";

    #[test]
    fn a_usual_row_is_read() {
        for ending in ["\n", "\r\n"] {
            let row = format!("a \"b\" ä,2,100.25,500,8,4,TRUE,{ending}next,");
            let (record, length) = record(&row, &fields(HEADER)).expect("usual");
            assert_eq!((record.e2e_s, record.ttft_s, record.output_tokens), (Some(0.10025), Some(0.0005), Some(4)));
            assert_eq!(&row[length..], "next,");
        }
        for error in ["timed out", "\"timed, out\"", "\"timed out\""] {
            let failed = format!("x,2,,,8,0,false,{error}\n");
            let (record, length) = record(&failed, &fields(HEADER)).expect("usual");
            assert_eq!((record.success, record.error), (false, Some(error.trim_matches('"'))));
            assert_eq!(length, failed.len());
        }
    }

    #[test]
    fn a_row_of_any_other_form_is_left_to_careful_reading() {
        for row in [
            "x,2,100,500,8,4,true,",
            "x,2,100,500,8,4,true\n",
            "x,2,100,500,8,4,true,,\n",
            "x,2,1e2,500,8,4,true,\n",
            "x,2,-1,500,8,4,true,\n",
            "x, 2,100,500,8,4,true,\n",
            "x,2,100,500,8,4,true ,\n",
            "\"x\" ,2,100,500,8,4,true,\n",
            "\" x\",2,100,500,8,4,true,\n",
            "\"x\"\"y\",2,100,500,8,4,true,\n",
            "\"x\ny\",2,100,500,8,4,true,\n",
            "\"\",2,100,500,8,4,true,\n",
            "x,\"2\",100,500,8,4,true,\n",
            "x,2,100,500,8.0,4,true,\n",
            "x,0,100,500,8,4,true,\n",
            "x,2,100,500000,8,4,true,\n",
            "\n",
            "",
            "x,2,100,500,8,4,yes,\n",
            "x,2,100,500,8,4,true,\r",
            "x,2,,500,8,4,true,\n",
        ] {
            assert_eq!(record(row, &fields(HEADER)), None, "{row:?}");
        }
    }

    #[test]
    fn columns_that_name_the_level_are_taken_over_only_where_they_are_the_same() {
        let columns = fields("scenario,context_tokens,concurrency,e2e_ms,input_tokens,output_tokens");
        let mut reader = Reader::new(&columns, true);
        let mut level = |row: &'static str| {
            let (record, length) = reader.next(row)?;
            assert_eq!(length, row.len());
            Some((record.scenario, record.context, record.load))
        };
        let of = |scenario, context, users| Some((scenario, context, Some(Load::Concurrency(users))));
        assert_eq!(level("chat,1024,2,100,8,4\n"), of("chat", Some(1024), 2));
        assert_eq!(level("chat,1024,2,200,8,4\n"), of("chat", Some(1024), 2));
        assert_eq!(level("chat,1024,20,200,8,4\n"), of("chat", Some(1024), 20));
        assert_eq!(level(",,20,200,8,4\n"), of(SWEEP, None, 20));
        assert_eq!(level("other,2048,x,200,8,4\n"), None, "read in part");
        assert_eq!(level(",,20,200,8,4\n"), of(SWEEP, None, 20));
    }

    #[test]
    fn rows_of_a_level_bear_one_mark_where_the_columns_in_front_tell_all_of_it() {
        let marks = |header: &str, rows: [&'static str; 3]| {
            let columns = fields(header);
            let mut reader = Reader::new(&columns, true);
            rows.map(|row| reader.next(row).expect("usual").0.level_mark)
        };
        let rest = "e2e_ms,input_tokens,output_tokens";
        let [one, same, other] = marks(&format!("concurrency,{rest}"), ["2,100,8,4\n", "2,200,8,4\n", "20,200,8,4\n"]);
        assert!(one.is_same(same) && !one.is_same(other) && !other.is_same(LevelMark::new()));
        for (header, rows) in [
            (format!("{rest},concurrency"), ["100,8,4,2\n", "100,8,4,2\n", "100,8,4,2\n"]),
            (format!("concurrency,{rest},run"), ["2,100,8,4,a\n", "2,100,8,4,b\n", "2,100,8,4,b\n"]),
            (format!("concurrency,{rest},case"), ["2,100,8,4,a\n", "2,100,8,4,\n", "2,100,8,4,\n"]),
        ] {
            let [one, two, three] = marks(&header, rows);
            assert!(!one.is_same(two) && !two.is_same(three), "{header}");
        }
    }

    #[test]
    fn the_load_is_read_wherever_its_column_stands() {
        let columns = fields("e2e_ms,concurrency,input_tokens,output_tokens,context_tokens");
        let mut reader = Reader::new(&columns, true);
        for (row, level) in
            [("100,2,8,4,1024\n", (2, 1024)), ("100,3,8,4,1024\n", (3, 1024)), ("100,3,8,4,8\n", (3, 8))]
        {
            let record = reader.next(row).expect("usual").0;
            assert_eq!((record.load, record.context), (Some(Load::Concurrency(level.0)), Some(level.1)));
        }
        assert_eq!(reader.next("100,0,8,4,8\n").map(|_| ()), None);
    }

    #[test]
    fn request_ids_that_nobody_wants_are_passed_over() {
        let mut reader = Reader::new(&fields("request_id,concurrency,e2e_ms,input_tokens,output_tokens"), false);
        let (record, _) = reader.next("a,2,100,8,4\n").expect("usual");
        assert_eq!((record.request_id, record.load), (None, Some(Load::Concurrency(2))));
    }
}
