//! An object on a line of its own in its usual form.

use super::super::columns::{Column, Field};
use super::super::row::{Otherwise, Row};
use super::Records;
use super::decimal::Decimal;
use super::front::LevelInFront;
use super::numbers::Numbers;
use super::scan::{Lead, find_special};
use super::steps::Step;
use crate::record::{Record, SWEEP};

/// How a program writes its objects, learnt from one that was read carefully.
///
/// Programs write the keys of all objects in one order and with the same blanks. A key of the template may be missing from an
/// object; one that is not in the template, or out of order, sends the object to the careful reader.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Template(Vec<Entry>);

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    /// What stands before the value, from the end of the value before on: `{"ttft_ms":`, `, "e2e_ms": `.
    lead: Lead,
    field: Option<Field>,
    step: Step,
}

impl Template {
    /// The template of an object that was read and found good; an empty one where it is not written in the usual form.
    pub fn learn(object: &[u8]) -> Self {
        Self(entries(object).unwrap_or_default())
    }
}

/// Reads line after line of the same template.
#[derive(Debug)]
pub struct Reader<'t, 'r> {
    template: &'t Template,
    /// How many entries in front name the level.
    levels: usize,
    /// What stood in them, up to and with the key behind them.
    front: LevelInFront,
    scenario: &'r str,
    numbers: Numbers,
    row: Row<'r>,
}

impl<'t, 'r> Reader<'t, 'r> {
    /// Of lines of a template.
    pub fn new(template: &'t Template) -> Self {
        let fields = template.0.iter().filter_map(|entry| entry.field);
        let names_level = |entry: &&Entry| entry.field.is_some_and(|field| field.column.names_level());
        let levels = template.0.iter().take_while(names_level).count();
        let others = template.0.iter().skip(levels).filter_map(|entry| entry.field);
        Self {
            template,
            levels,
            front: LevelInFront::before(others),
            scenario: SWEEP,
            numbers: Numbers::of_fields(fields),
            row: Row::default(),
        }
    }
}

impl<'r> Records<'r> for Reader<'_, 'r> {
    #[inline]
    fn next(&mut self, lines: &'r str) -> Option<(&Record<'r>, usize)> {
        let bytes = lines.as_bytes();
        let entries = &self.template.0;
        let (mut at, others) = match self.front.length_in(bytes) {
            Some(length) => {
                let (level, others) = entries.get(self.levels..)?.split_first()?;
                (self.value(level.step, lines, length)?, others)
            }
            None => self.levels_and_next(lines)?,
        };
        for Entry { lead, step, .. } in others {
            if lead.is_at(bytes, at) {
                at = self.value(*step, lines, at + lead.length())?;
            } else {
                self.unset(*step);
            }
        }
        at += match bytes.get(at..)? {
            [b'}', b'\n', ..] => 2,
            [b'}', b'\r', b'\n', ..] => 3,
            _ => return None,
        };
        let mark = self.front.mark(&self.numbers, &mut self.row)?;
        self.row.set_numbers(&self.numbers)?;
        self.row.begin(self.scenario, mark);
        Some((self.row.judge(Otherwise::Unknown).ok()?, at))
    }
}

impl<'t, 'r> Reader<'t, 'r> {
    /// Reads the entries in front that name the level, and the one behind them; gives its end and the other entries.
    fn levels_and_next(&mut self, lines: &'r str) -> Option<(usize, &'t [Entry])> {
        self.front.forget();
        let (in_front, others) = self.template.0.split_at_checked(self.levels + 1)?;
        let mut at = 0;
        for (number, Entry { lead, step, .. }) in in_front.iter().enumerate() {
            if lead.is_at(lines.as_bytes(), at) {
                let value = at + lead.length();
                at = self.value(*step, lines, value)?;
                // From the object's start on, and up to where no other number can go on.
                if number == self.levels && number > 0 {
                    self.front.note(lines.as_bytes().get(..value)?, &self.numbers, &mut self.row)?;
                }
            } else if number == 0 {
                return None;
            } else {
                self.unset(*step);
            }
        }
        Some((at, others))
    }

    /// Reads the value at a place into its column; gives its end. What stands there is for the caller to judge.
    #[inline(always)]
    fn value(&mut self, step: Step, lines: &'r str, at: usize) -> Option<usize> {
        let bytes = lines.as_bytes();
        if let Step::Number(column) = step {
            // A number in quotes, such as `"100.25"`, is one to nobody.
            let Some((decimal, end)) = Decimal::read(bytes, at) else { return self.null(step, bytes, at) };
            self.numbers.store(column, decimal);
            return decimal.is_json(bytes, at).then_some(end);
        }
        match bytes.get(at)? {
            b'"' => {
                let end = find_special(bytes, at + 1).filter(|end| bytes[*end] == b'"')?;
                if let Step::Words(column) = step {
                    self.words(column, lines.get(at + 1..end)?)?;
                }
                Some(end + 1)
            }
            b't' if bytes[at..].first_chunk() == Some(b"true") => self.truth(step, true).map(|()| at + 4),
            b'f' if bytes[at..].first_chunk() == Some(b"false") => self.truth(step, false).map(|()| at + 5),
            b'0'..=b'9' => {
                let (decimal, end) = Decimal::read(bytes, at)?;
                if let Step::Words(column) = step {
                    self.words(column, lines.get(at..end)?)?;
                }
                decimal.is_json(bytes, at).then_some(end)
            }
            _ => self.null(step, bytes, at),
        }
    }

    fn null(&mut self, step: Step, bytes: &[u8], at: usize) -> Option<usize> {
        let is_null = bytes.get(at..)?.first_chunk() == Some(b"null");
        is_null.then(|| {
            self.unset(step);
            at + 4
        })
    }

    fn words(&mut self, column: Column, words: &'r str) -> Option<()> {
        match column {
            _ if words.is_empty() => self.unset_words(column),
            Column::Scenario => self.scenario = words,
            _ => self.row.set_words(column, words)?,
        }
        Some(())
    }

    fn truth(&mut self, step: Step, truth: bool) -> Option<()> {
        let Step::Words(column) = step else { return Some(()) };
        self.row.set_truth(column, truth)
    }

    fn unset(&mut self, step: Step) {
        match step {
            Step::Number(column) => self.numbers.store(column, Decimal::NONE),
            Step::Words(column) => self.unset_words(column),
            Step::Skip => {}
        }
    }

    fn unset_words(&mut self, column: Column) {
        match column {
            Column::Scenario => self.scenario = SWEEP,
            _ => self.row.unset_words(column),
        }
    }
}

/// The keys of an object in their order; none where one of them is escaped or one of the values nested.
fn entries(object: &[u8]) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let (mut start, mut at) = (0, 0);
    if object.first() != Some(&b'{') {
        return None;
    }
    loop {
        let key = after_blanks(object, at + 1)?;
        let end = find_special(object, key + 1).filter(|end| object[*end] == b'"' && object[key] == b'"')?;
        let colon = after_blanks(object, end + 1).filter(|colon| object[*colon] == b':')?;
        let value = after_blanks(object, colon + 1)?;
        let name = std::str::from_utf8(&object[key + 1..end]).ok()?;
        let field = Field::named(name);
        entries.push(Entry { lead: Lead::new(&object[start..value]), field, step: Step::of(field) });
        start = match object[value] {
            b'"' => find_special(object, value + 1).filter(|end| object[*end] == b'"')? + 1,
            b'{' | b'[' => return None,
            _ => value + object[value..].iter().position(|byte| matches!(byte, b',' | b'}' | b' '))?,
        };
        at = after_blanks(object, start)?;
        match object[at] {
            b',' => {}
            b'}' => return Some(entries),
            _ => return None,
        }
    }
}

fn after_blanks(object: &[u8], at: usize) -> Option<usize> {
    object.get(at..)?.iter().position(|byte| !matches!(byte, b' ' | b'\t')).map(|blanks| at + blanks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Load;

    const LINE: &str =
        r#"{"id": "a","concurrency": 2, "e2e_ms":100.25, "ttft_ms": null,"input_tokens":8,"output_tokens":4,"x":true}"#;

    fn read(line: &str) -> Option<Record<'_>> {
        let template = Template::learn(LINE.as_bytes());
        Reader::new(&template).next(line).map(|(record, length)| {
            assert_eq!(length, line.find('\n').expect("a line") + 1);
            record.clone()
        })
    }

    #[test]
    fn an_object_written_like_the_one_before_is_read() {
        let twice = format!("{LINE}\nnext");
        let record = read(&twice).expect("the same object");
        assert_eq!((record.e2e_s, record.ttft_s, record.output_tokens), (Some(0.10025), None, Some(4)));
        let record = read(
            "{\"id\": \"ä\",\"concurrency\": 7, \"e2e_ms\":3, \"ttft_ms\": 1,\"input_tokens\":8,\"output_tokens\":4}\r\n",
        );
        assert_eq!(record.expect("a key less").ttft_s, Some(0.001));
    }

    #[test]
    fn an_object_of_any_other_form_is_left_to_careful_reading() {
        let other = |from: &str, to: &str| format!("{}\n", LINE.replacen(from, to, 1));
        for line in [
            LINE.to_owned(),
            other("\"a\"", "\"a\\n\""),
            other("\"a\"", "\"a\tb\""),
            other("2,", "2 ,"),
            other(": 2", ":2"),
            other("100.25", "1e2"),
            other("100.25", "-1"),
            other("100.25", "0100.25"),
            other("100.25", "\"100.25\""),
            other("100.25", "100."),
            other("8", "8.0"),
            other("8", "[8]"),
            other("true}", "true} "),
            other("true}", "tru}"),
            other("\"x\":true", "\"e2e_ms\":1"),
            other("\"id\": \"a\",", ""),
            other("2,", "0,"),
            other("{", " {"),
        ] {
            assert_eq!(read(&line), None, "{line}");
        }
    }

    #[test]
    fn keys_that_name_the_level_are_taken_over_only_where_they_are_the_same() {
        let object =
            |level: &str, e2e: &str| format!("{{{level}\"e2e_ms\":{e2e},\"input_tokens\":8,\"output_tokens\":4}}\n");
        let full = |scenario: &str, context: &str, users: &str| {
            format!("\"scenario\":\"{scenario}\",\"context_tokens\":{context},\"concurrency\":{users},")
        };
        let template = Template::learn(object(&full("chat", "1024", "2"), "1").as_bytes());
        let lines = [
            (object(&full("chat", "1024", "2"), "100"), Some(("chat", Some(1024), 2))),
            (object(&full("chat", "1024", "2"), "200"), Some(("chat", Some(1024), 2))),
            (object(&full("chat", "1024", "20"), "200"), Some(("chat", Some(1024), 20))),
            (object(&full("chat", "1024", "2"), "200"), Some(("chat", Some(1024), 2))),
            (object("\"scenario\":\"chat\",\"concurrency\":2,", "5"), Some(("chat", None, 2))),
            (object("\"scenario\":\"chat\",\"concurrency\":2,", "6"), Some(("chat", None, 2))),
            (object(&full("other", "2048", "x"), "7"), None),
            (object(&full("chat", "2048", "2"), "-1"), None),
            (object(&full("chat", "1024", "2"), "9"), Some(("chat", Some(1024), 2))),
            (object(&full("chat", "2048", "2"), "9"), Some(("chat", Some(2048), 2))),
        ];
        let mut reader = Reader::new(&template);
        for (line, expected) in &lines {
            let found = reader.next(line).map(|(record, length)| {
                assert_eq!(length, line.len());
                (record.scenario, record.context, record.load)
            });
            let expected =
                expected.map(|(scenario, context, users)| (scenario, context, Some(Load::Concurrency(users))));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn objects_of_a_level_bear_one_mark_where_the_keys_in_front_tell_all_of_it() {
        let rest = "\"e2e_ms\":100,\"input_tokens\":8,\"output_tokens\":4";
        let marks = |objects: [String; 3]| {
            let lines = objects.map(|object| format!("{{{object}}}\n"));
            let template = Template::learn(lines[0].as_bytes());
            let mut reader = Reader::new(&template);
            let [one, two, three] = &lines;
            [one, two, three].map(|line| reader.next(line).expect("usual").0.level_mark)
        };
        let of = |level: &str| format!("{level},{rest}");
        let [one, same, other] = marks(["\"concurrency\":2", "\"concurrency\":2", "\"concurrency\":3"].map(of));
        assert!(one.is_same(same) && !one.is_same(other));
        for behind in ["\"concurrency\":2", "\"concurrency\":2,\"run\":\"a\"", "\"concurrency\":2,\"case\":\"a\""] {
            let [one, two, _] = marks([(); 3].map(|()| format!("{rest},{behind}")));
            assert!(!one.is_same(two), "{behind}");
        }
    }

    #[test]
    fn an_object_that_is_not_flat_teaches_nothing() {
        for object in ["{}", "{\"a\":[1]}", "{\"a\\n\":1}", "[1]", "{\"a\"", "{\"a\":1", " {\"a\":1}", ""] {
            assert_eq!(Template::learn(object.as_bytes()), Template::default(), "{object}");
        }
    }
}
