//! The fast scan against the careful one: awkward files written at random give the same cells, or the same message.

use gristmill::config::Config;
use gristmill::ingest::{Input, Memory, Options, ingest};
use proptest::prelude::*;

/// A column with what may stand in it: usual forms first, then every other.
const COLUMNS: [(&str, &[&str]); 15] = [
    ("concurrency", &["4", "16", "4.0", "1e1", "004", " 4", "0", "x", "1234567890123456789", "-4"]),
    (
        "e2e_ms",
        &["900", "1000.125", "123456.7890123", "9e2", "+900", "900.", "1234.123456789012345", "nan", "-1", "1e400"],
    ),
    ("ttft_us", &["500", "20000.5", ".5", "0", "000500", "5e2", "900000000", "5_0"]),
    ("input_tokens", &["1024", "1000", "1024.0", "1e3", "99999999999999999999", "1000000000001"]),
    ("output_tokens", &["17", "128", "1", "128.0", "0", "1.5"]),
    (
        "start_s",
        &["1767226606.123456", "12", "1767226606.123456789012", "1.7e9", "-5", "99999999999999", "0.0000000000001"],
    ),
    ("context_tokens", &["1024", "8192", "8192.0", "0"]),
    ("itl_ms", &["9.5", "10", "9.123456789123456789", "inf"]),
    ("scenario", &["sweep", "chat ä", "say \"hi\"", "a,b", "a\nb", " sweep ", "\\", "\t", "\u{1}"]),
    ("error", &["timeout", "HTTP 429, later", "\"quoted\"", "line\nbreak", "ü\\u00fc", "5\" disk"]),
    ("success", &["true", "false", "1", "0", "TRUE", "yes"]),
    ("note", &["", "x", "1.50", "\"", "a\rb", "null", "[1]"]),
    ("case", &["a", "b ü", "a,b", " a ", "say \"hi\""]),
    ("run", &["a", "2", " a", "b,c"]),
    ("response", &["hello", "wörld 👩‍👩‍👧‍👦", "two\nlines", "a \"quoted\" one", "\\n"]),
];

/// Places of the columns that name a row's level: load generators mostly write them first.
const LEVEL: [usize; 4] = [0, 6, 8, 13];

/// How often each form is drawn: files have to be good now and then.
fn form(column: usize) -> impl Strategy<Value = Option<&'static str>> {
    let forms = COLUMNS[column].1;
    prop_oneof![
        2 => Just(None),
        20 => (0..2.min(forms.len())).prop_map(move |at| Some(forms[at])),
        1 => (0..forms.len()).prop_map(move |at| Some(forms[at])),
    ]
}

#[derive(Debug, Clone)]
struct Table {
    order: Vec<usize>,
    rows: Vec<Vec<Option<&'static str>>>,
    crlf: bool,
    quoted: bool,
    spaced: bool,
    cut: usize,
}

fn table() -> impl Strategy<Value = Table> {
    let row = (0..COLUMNS.len()).map(form).collect::<Vec<_>>();
    let order = Just((0..COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle();
    let rows = prop::collection::vec(row, 1..12);
    (
        order,
        6..=COLUMNS.len(),
        rows,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop_oneof![9 => Just(0_usize), 1 => 1..20_usize],
        any::<bool>(),
    )
        .prop_map(|(order, kept, rows, crlf, quoted, spaced, cut, level_first)| {
            // The five columns that a record needs always stand there.
            let mut order: Vec<usize> = order.into_iter().filter(|column| *column < kept.max(5)).collect();
            if level_first {
                order.sort_by_key(|column| !LEVEL.contains(column));
            }
            Table { order, rows, crlf, quoted, spaced, cut }
        })
}

impl Table {
    fn csv(&self) -> String {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let header: Vec<_> = self.order.iter().map(|column| COLUMNS[*column].0).collect();
        let mut text = header.join(",") + end;
        for row in &self.rows {
            let cells: Vec<_> = self.order.iter().map(|column| self.cell(row[*column].unwrap_or_default())).collect();
            text += &cells.join(if self.spaced { ", " } else { "," });
            text += end;
        }
        self.shortened(text)
    }

    fn cell(&self, text: &str) -> String {
        if self.quoted || text.contains([',', '\n', '\r']) || text.starts_with('"') {
            return format!("\"{}\"", text.replace('"', "\"\""));
        }
        text.to_owned()
    }

    fn json_lines(&self) -> String {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let (colon, comma) = if self.spaced { (": ", ", ") } else { (":", ",") };
        let mut text = String::new();
        for row in &self.rows {
            let member = |column: &usize| {
                let (key, text) = (COLUMNS[*column].0, row[*column]);
                let value = match text {
                    None if self.quoted => return None,
                    None => "null".to_owned(),
                    Some(text) if *column >= 8 && *column != 10 => serde_json::to_string(text).expect("text"),
                    Some(text) => text.to_owned(),
                };
                Some(format!("\"{key}\"{colon}{value}"))
            };
            let members: Vec<_> = self.order.iter().filter_map(member).collect();
            text += &format!("{{{}}}{end}", members.join(comma));
        }
        self.shortened(text)
    }

    fn shortened(&self, mut text: String) -> String {
        let mut length = text.len().saturating_sub(self.cut);
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        text.truncate(length);
        text
    }
}

fn cells(name: &str, text: &str, lenient: bool) -> String {
    let input = Memory::new(name, text);
    let inputs: [&dyn Input; 1] = [&input];
    match ingest(&inputs, &Config::default(), &Options { lenient, threads: 1 }) {
        Ok(ingested) => {
            let run = ingested.value;
            format!("{:?} {:?} {:?} {:?}", run.cells, run.suite, run.skipped, run.date)
        }
        Err(error) => error.to_string(),
    }
}

/// The same file in a form that the fast scan leaves to the careful one: every cell in quotes and blanks, or a blank before
/// each object. Columns stay where they are, lines too.
fn careful_csv(text: &str) -> String {
    // A cell of white space before the line ending stays a cell; a leading blank alone sends the row the careful way.
    let mut careful = String::new();
    let mut quoted = false;
    let mut at_start = true;
    for character in text.chars() {
        if at_start && !quoted {
            careful.push(' ');
        }
        quoted ^= character == '"';
        at_start = character == '\n';
        careful.push(character);
    }
    careful
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_gives_the_same_cells_and_messages_on_both_ways(table in table(), lenient in any::<bool>()) {
        let text = table.csv();
        prop_assume!(!text.contains("5\" disk") || table.quoted);
        prop_assert_eq!(cells("a.csv", &text, lenient), cells("a.csv", &careful_csv(&text), lenient), "{}", text);
    }

    #[test]
    fn json_lines_give_the_same_cells_and_messages_on_both_ways(table in table(), lenient in any::<bool>()) {
        let text = table.json_lines();
        // A blank before the object's end, where no message's place can move.
        let careful = text.replace("}\r\n", " }\r\n").replace("}\n", " }\n");
        prop_assert_eq!(cells("a.jsonl", &text, lenient), cells("a.jsonl", &careful, lenient), "{}", text);
    }
}
