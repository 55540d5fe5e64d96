//! A row of a CSV file in its usual form.

use super::super::columns::{Column, Field};
use super::super::row::Row;
use super::super::value::Value;
use super::decimal::Decimal;
use super::scan::find_either;
use crate::record::Record;

/// The record of the first row of `bytes`, and the length of the row with its line ending; none where the row has to be
/// read carefully: because of its form, because something may be wrong with it, or because its end is not in sight.
pub fn record<'r>(bytes: &'r [u8], fields: &[Option<Field>]) -> Option<(Record<'r>, usize)> {
    let mut row = Row::default();
    let mut at = 0;
    let last = fields.len().checked_sub(1)?;
    for (number, field) in fields.iter().enumerate() {
        let first = *bytes.get(at)?;
        let end = match field {
            _ if matches!(first, b',' | b'\n' | b'\r') => at,
            Some(field) if field.column.is_number() => {
                let (decimal, end) = Decimal::read(bytes, at)?;
                row.set_decimal(*field, decimal)?;
                end
            }
            field => {
                let (text, end) = text(bytes, at)?;
                if let Some(field) = field {
                    row.set(*field, Value::Cell(text)).ok()?;
                }
                end
            }
        };
        at = match bytes.get(end)? {
            b',' if number < last => end + 1,
            b'\n' if number == last => end + 1,
            b'\r' if number == last && bytes.get(end + 1) == Some(&b'\n') => end + 2,
            _ => return None,
        };
    }
    Some((row.finish().ok()?, at))
}

/// A cell without quotes or blanks at its edges, and its end.
fn text(bytes: &[u8], at: usize) -> Option<(&str, usize)> {
    let mut end = find_either(bytes, at, b',', b'\n')?;
    if bytes[end] == b'\n' && bytes[at..end].ends_with(b"\r") {
        end -= 1;
    }
    let cell = &bytes[at..end];
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > b' ' && *byte != b'"');
    if !plain(cell.first()) || !plain(cell.last()) {
        return None;
    }
    Some((std::str::from_utf8(cell).ok()?, end))
}

impl Column {
    /// Whether it holds a number, whatever its unit.
    pub fn is_number(self) -> bool {
        use Column::{Concurrency, ContextTokens, InputTokens, OutputChunks, OutputTokens, RequestRate};
        self.is_time()
            || matches!(self, ContextTokens | Concurrency | RequestRate | OutputChunks | InputTokens | OutputTokens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(header: &str) -> Vec<Option<Field>> {
        header.split(',').map(Field::named).collect()
    }

    const HEADER: &str = "note,concurrency,e2e_ms,ttft_us,input_tokens,output_tokens,success,error";

    #[test]
    fn a_usual_row_is_read() {
        for ending in ["\n", "\r\n"] {
            let row = format!("a \"b\" ä,2,100.25,500,8,4,TRUE,{ending}next,");
            let (record, length) = record(row.as_bytes(), &fields(HEADER)).expect("usual");
            assert_eq!((record.e2e_s, record.ttft_s, record.output_tokens), (Some(0.10025), Some(0.0005), Some(4)));
            assert_eq!(&row[length..], "next,");
        }
        let failed = b"x,2,,,8,0,false,timed out\n";
        let (record, _) = record(failed, &fields(HEADER)).expect("usual");
        assert_eq!((record.success, record.error), (false, Some("timed out")));
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
            "\"x\",2,100,500,8,4,true,\n",
            "x,2,100,500,8.0,4,true,\n",
            "x,0,100,500,8,4,true,\n",
            "x,2,100,500000,8,4,true,\n",
            "\n",
            "",
            "x,2,100,500,8,4,yes,\n",
            "x,2,100,500,8,4,true,\r",
            "x,2,,500,8,4,true,\n",
        ] {
            assert_eq!(record(row.as_bytes(), &fields(HEADER)), None, "{row:?}");
        }
        assert_eq!(record(b"\xff,2,100,500,8,4,true,\n", &fields(HEADER)), None);
    }
}
