//! Which tally a record belongs to, found without allocating.

use crate::context::Context;
use crate::limits::MOST_LEVELS;
use crate::record::{LevelMark, Load, Record};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The level that the requests of one run of a file belong to, where they do not say so themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// [`crate::record::SWEEP`], the id of a use case, or what the file calls it.
    pub scenario: String,
    /// Input tokens; none where nothing says.
    pub context: Option<Context>,
    /// What the load generator held constant.
    pub load: Load,
    /// Tells it from other runs of the same level.
    pub run: Option<String>,
    /// Output tokens that each request asked for.
    pub asked_output_tokens: Option<u64>,
}

/// Placements by the number of the file and of the part in it. Requests of a part that has none are left out.
pub type Placements = BTreeMap<(usize, usize), Placement>;

/// What distinguishes the tallies of the first reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
struct Level {
    scenario: usize,
    context: Option<u64>,
    /// The source's number and the part of it, where context or load are to be decided for each; else 0.
    source: (usize, usize),
    load: Option<Load>,
    run: Option<usize>,
}

/// A level in words, as it is told to others.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelName<'l> {
    /// The scenario of its records.
    pub scenario: &'l str,
    /// The context they name.
    pub context: Option<u64>,
    /// The source's number and the part of it, where they do not name both context and load; else 0.
    pub source: (usize, usize),
    /// The load they name.
    pub load: Option<Load>,
    /// The run they name.
    pub run: Option<&'l str>,
}

/// Every level seen so far, numbered from 0 in the order in which they were.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Levels {
    scenarios: Names,
    runs: Names,
    numbers: BTreeMap<Level, usize>,
    /// By their numbers.
    list: Vec<Level>,
    /// The records of a level usually follow one another.
    #[serde(skip)]
    last: Option<(Known, usize)>,
    /// The number of the last level that had a mark.
    #[serde(skip)]
    marked: (LevelMark, usize),
}

/// The name of a level, kept.
#[derive(Debug, Clone, Default)]
struct Known {
    scenario: String,
    context: Option<u64>,
    source: (usize, usize),
    load: Option<Load>,
    has_run: bool,
    run: String,
}

impl Known {
    /// Keeps another name, in the room of the one before: levels may alternate from record to record.
    fn keep(&mut self, name: &LevelName) {
        let kept = |mut text: String, new: &str| {
            text.clear();
            text.push_str(new);
            text
        };
        *self = Self {
            scenario: kept(std::mem::take(&mut self.scenario), name.scenario),
            context: name.context,
            source: name.source,
            load: name.load,
            has_run: name.run.is_some(),
            run: kept(std::mem::take(&mut self.run), name.run.unwrap_or_default()),
        };
    }

    fn is(&self, name: &LevelName) -> bool {
        self.context == name.context
            && self.load == name.load
            && self.source == name.source
            // Where there is no run, none is compared: an empty text costs more than a long one where comparing is masked.
            && self.has_run == name.run.is_some()
            && name.run.is_none_or(|run| self.run == run)
            && self.scenario == name.scenario
    }
}

impl Levels {
    /// The number of a record's level, given to it now where it is new.
    #[inline]
    pub fn number(&mut self, record: &Record, file: usize) -> usize {
        let (mark, number) = self.marked;
        if record.level_mark.is_same(mark) { number } else { self.number_compared(record, file) }
    }

    fn number_compared(&mut self, record: &Record, file: usize) -> usize {
        let name = LevelName {
            scenario: record.scenario,
            context: record.context,
            source: (file, record.part),
            load: record.load,
            run: record.run,
        };
        let number = match &self.last {
            Some((last, number)) if last.is(&name) => *number,
            _ => self.number_named(name),
        };
        self.marked = (record.level_mark, number);
        number
    }

    /// The same by name.
    pub fn number_named(&mut self, name: LevelName) -> usize {
        let number = self.look_up(&name);
        let (known, last) = self.last.get_or_insert_default();
        known.keep(&name);
        *last = number;
        number
    }

    fn look_up(&mut self, name: &LevelName) -> usize {
        if self.are_too_many() {
            // Nothing that is folded now will be shown.
            return MOST_LEVELS;
        }
        let undecided = name.context.is_none() || name.load.is_none();
        let level = Level {
            scenario: self.scenarios.number(name.scenario),
            context: name.context,
            source: if undecided { name.source } else { (0, 0) },
            load: name.load,
            run: name.run.map(|run| self.runs.number(run)),
        };
        *self.numbers.entry(level).or_insert_with(|| {
            self.list.push(level);
            self.list.len() - 1
        })
    }

    /// The number of a level that was seen.
    pub fn find(&self, name: LevelName) -> Option<usize> {
        let undecided = name.context.is_none() || name.load.is_none();
        let level = Level {
            scenario: *self.scenarios.numbers.get(name.scenario)?,
            context: name.context,
            source: if undecided { name.source } else { (0, 0) },
            load: name.load,
            run: match name.run {
                Some(run) => Some(*self.runs.numbers.get(run)?),
                None => None,
            },
        };
        self.numbers.get(&level).copied()
    }

    /// How many levels were seen.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether there are more than [`MOST_LEVELS`].
    pub fn are_too_many(&self) -> bool {
        self.numbers.len() > MOST_LEVELS
    }

    /// Every level with its number.
    pub fn iter(&self) -> impl Iterator<Item = (LevelName<'_>, usize)> {
        self.numbers.iter().map(|(level, &number)| (self.named(level), number))
    }

    /// The level of a number.
    pub fn name(&self, number: usize) -> Option<LevelName<'_>> {
        self.list.get(number).map(|level| self.named(level))
    }

    fn named(&self, level: &Level) -> LevelName<'_> {
        LevelName {
            scenario: &self.scenarios.list[level.scenario],
            context: level.context,
            source: level.source,
            load: level.load,
            run: level.run.map(|run| self.runs.list[run].as_str()),
        }
    }
}

/// Strings, numbered in the order in which they were seen.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct Names {
    list: Vec<String>,
    numbers: BTreeMap<String, usize>,
    last: usize,
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if self.list.get(self.last).is_some_and(|last| last == name) {
            return self.last;
        }
        self.last = match self.numbers.get(name) {
            Some(&number) => number,
            None => {
                self.numbers.insert(name.to_owned(), self.list.len());
                self.list.push(name.to_owned());
                self.list.len() - 1
            }
        };
        self.last
    }
}

/// The name of a run, ordered as people count: the run without a name, then `run 2` before `run 10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunName(pub Option<String>);

impl PartialOrd for RunName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RunName {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => natural(a, b).then_with(|| a.cmp(b)),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }
    }
}

/// Compares digits as numbers and the rest character by character.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (digits_a, rest_a) = split_digits(a);
            let (digits_b, rest_b) = split_digits(b);
            match digits_a.len().cmp(&digits_b.len()).then_with(|| digits_a.cmp(digits_b)) {
                Ordering::Equal => (a, b) = (rest_a, rest_b),
                unequal => return unequal,
            }
        } else if x == y {
            (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
        } else {
            return x.cmp(&y);
        }
    }
}

/// The number a text starts with, without leading zeros, and what follows it.
fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_ordered_as_people_count() {
        let run = |name: &str| RunName(Some(name.into()));
        let mut runs = [run("run 10"), run("run 2"), run("b"), RunName(None), run("02"), run("2"), run("run")];
        runs.sort();
        let names: Vec<_> = runs.iter().map(|run| run.0.as_deref().unwrap_or("–")).collect();
        assert_eq!(names, ["–", "02", "2", "b", "run", "run 2", "run 10"]);
    }

    #[test]
    fn a_level_keeps_its_number() {
        let mut levels = Levels::default();
        let record = |context, concurrency, run| Record {
            context,
            load: Some(Load::Concurrency(concurrency)),
            run,
            ..Record::default()
        };
        assert_eq!(levels.number(&record(Some(1024), 1, None), 0), 0);
        assert_eq!(levels.number(&record(Some(1024), 2, None), 0), 1);
        assert_eq!(levels.number(&record(Some(1024), 1, None), 3), 0, "the file only counts without a context");
        assert_eq!(levels.number(&record(None, 1, None), 0), 2);
        assert_eq!(levels.number(&record(None, 1, None), 3), 3);
        assert_eq!(levels.number(&record(Some(1024), 1, Some("a")), 0), 4);
        assert_eq!(levels.number(&record(None, 1, None), 0), 2);
        let marked = |context, level_mark| Record { level_mark, ..record(Some(context), 1, None) };
        let (one, other) = (LevelMark::new(), LevelMark::new());
        assert_eq!([one, one, other].map(|mark| levels.number(&marked(1024, mark), 0)), [0, 0, 0]);
        assert_eq!(levels.number(&record(None, 1, None), 0), 2, "without a mark the level is compared");
        assert_eq!(levels.number(&marked(1024, other), 0), 0);
        let unsaid = |part| Record { context: Some(1024), load: None, part, ..Record::default() };
        assert_eq!(levels.number(&unsaid(0), 3), 5);
        assert_eq!(levels.number(&unsaid(1), 3), 6, "without a load the part counts");
    }
}
