//! Values to a judged record: the one place that says what a good record is.

use super::columns::{Column, Field};
use super::judge::{Doubt, doubt_duration, is_plainly_possible, possible, required};
use super::quick::numbers::Numbers;
use super::value::{self, Value, shown};
use crate::ingest::power::time;
use crate::ingest::sink::Sink;
pub(super) use crate::limits::MOST_OF_A_COUNT as MOST;
use crate::limits::{is_on_a_clock, is_rate};
use crate::record::{LevelMark, Load, PROMPT_SUITE, Record, SWEEP, preview_of};
use jiff::tz::TimeZone;

/// Why a record is bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The column at fault.
    pub column: Column,
    /// What is wrong, without the value.
    pub reason: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

/// Where the load of a record stands that does not say it itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Otherwise {
    /// Nowhere: it is bad.
    #[default]
    Unknown,
    /// In the configuration, for the whole file.
    Constant(Load),
    /// In what is decided for the file as a whole.
    ByPart,
}

impl Otherwise {
    /// For a file of Gristmill's own records, of which the configuration may name the load.
    pub fn configured(sink: &Sink) -> Self {
        sink.configured_load().map_or(Self::Unknown, Self::Constant)
    }
}

/// Collects the values of a record.
#[derive(Debug, Default)]
pub struct Row<'r> {
    record: Record<'r>,
    concurrency: Option<u64>,
    request_rate: Option<f64>,
    success: Option<bool>,
    /// The first value that only a measured success must not have: failures and warm-up often carry -1 or nonsense.
    doubtful: Option<Complaint>,
}

impl<'r> Row<'r> {
    /// Reads a value into its column.
    ///
    /// Errors: the wrong type, and a load or context that cannot be. What else is wrong with it is said by
    /// [`Row::finish`], which knows whether the request succeeded.
    pub fn set(&mut self, field: Field, value: Value<'r>) -> Result<(), Complaint> {
        if value == Value::Absent {
            return Ok(());
        }
        match field.column {
            Column::Scenario => self.record.scenario = text(field, value)?.unwrap_or(SWEEP),
            Column::Run => self.record.run = text(field, value)?,
            Column::RequestId => self.record.request_id = text(field, value)?,
            Column::Error => self.record.error = text(field, value)?,
            Column::Case => self.record.case = text(field, value)?,
            Column::Response => self.record.response = text(field, value)?.map(preview_of),
            Column::ContextTokens => self.record.context = Some(level(field, value)?),
            Column::Concurrency => self.concurrency = Some(level(field, value)?),
            Column::RequestRate => self.request_rate = Some(rate(field, value)?),
            Column::Success => self.success = Some(truth(field, value)?),
            Column::Warmup => self.record.warmup = truth(field, value)?,
            Column::Start => self.record.start_ps = self.start(field, value)?,
            Column::E2e => self.record.e2e_s = self.duration(field, value)?,
            Column::Ttft => self.record.ttft_s = self.duration(field, value)?,
            Column::Queue => self.record.queue_s = self.duration(field, value)?,
            Column::Prefill => self.record.prefill_s = self.duration(field, value)?,
            Column::Itl => self.record.itl_s = self.duration(field, value)?,
            Column::TtftEstimate => self.record.ttft_estimate_s = self.duration(field, value)?,
            Column::OutputChunks => self.record.output_chunks = self.count(field, value)?,
            Column::InputTokens => self.record.input_tokens = self.count(field, value)?,
            Column::OutputTokens => self.record.output_tokens = self.count(field, value)?,
        }
        Ok(())
    }

    /// Takes the plain numbers of the columns that may name the level, as [`Row::set_numbers`] those of the others.
    #[inline]
    pub fn set_level_numbers(&mut self, numbers: &Numbers) -> Option<()> {
        self.record.context = numbers.level(Column::ContextTokens)?;
        self.concurrency = numbers.level(Column::Concurrency)?;
        self.request_rate = match numbers.of(Column::RequestRate) {
            Some(rate) => Some(rate.value().filter(|rate| is_rate(*rate))?),
            None => None,
        };
        Some(())
    }

    /// Takes the plain numbers of all other columns that hold numbers, and nothing where there is none; none where one of them
    /// may be wrong, so that [`Row::set`] has to judge it.
    #[inline]
    pub fn set_numbers(&mut self, numbers: &Numbers) -> Option<()> {
        let record = &mut self.record;
        record.start_ps = match numbers.of(Column::Start) {
            Some(start) => {
                Some(start.picoseconds(numbers.exponent(Column::Start)).filter(|start| is_on_a_clock(*start))?)
            }
            None => None,
        };
        record.e2e_s = numbers.duration(Column::E2e)?;
        record.ttft_s = numbers.duration(Column::Ttft)?;
        record.queue_s = numbers.duration(Column::Queue)?;
        record.prefill_s = numbers.duration(Column::Prefill)?;
        record.itl_s = numbers.duration(Column::Itl)?;
        record.ttft_estimate_s = numbers.duration(Column::TtftEstimate)?;
        record.output_chunks = numbers.count(Column::OutputChunks)?;
        record.input_tokens = numbers.count(Column::InputTokens)?;
        record.output_tokens = numbers.count(Column::OutputTokens)?;
        Some(())
    }

    /// Takes a text that is not empty, or a truth value in words; none where the column holds something else. The scenario is
    /// given to [`Row::begin`].
    #[inline]
    pub fn set_words(&mut self, column: Column, words: &'r str) -> Option<()> {
        let record = &mut self.record;
        match column {
            Column::Run => record.run = Some(words),
            Column::RequestId => record.request_id = Some(words),
            Column::Error => record.error = Some(words),
            Column::Case => record.case = Some(words),
            Column::Response => record.response = Some(preview_of(words)),
            Column::Success => self.success = Some(value::truth(words)?),
            Column::Warmup => record.warmup = value::truth(words)?,
            _ => return None,
        }
        Some(())
    }

    /// Takes a truth value; none where the column holds none.
    #[inline]
    pub fn set_truth(&mut self, column: Column, truth: bool) -> Option<()> {
        match column {
            Column::Success => self.success = Some(truth),
            Column::Warmup => self.record.warmup = truth,
            _ => return None,
        }
        Some(())
    }

    /// The record.
    ///
    /// A request succeeded where `success` says so or, without it, where no error is given: an explicit `true` stands
    /// even beside an error text. Errors: no load or two; and on a measured success a value that cannot be, a missing
    /// E2E or token count, no tokens, or a TTFT above E2E.
    pub fn finish(self) -> Result<Record<'r>, Complaint> {
        self.finish_under(Otherwise::Unknown)
    }

    /// The same where the load may be said elsewhere.
    pub fn finish_under(mut self, otherwise: Otherwise) -> Result<Record<'r>, Complaint> {
        self.judge(otherwise)?;
        Ok(self.record)
    }

    /// Notes that a column of words or truth values holds nothing.
    #[inline]
    pub fn unset_words(&mut self, column: Column) {
        let record = &mut self.record;
        match column {
            Column::Run => record.run = None,
            Column::RequestId => record.request_id = None,
            Column::Error => record.error = None,
            Column::Case => record.case = None,
            Column::Response => record.response = None,
            Column::Success => self.success = None,
            Column::Warmup => record.warmup = false,
            _ => {}
        }
    }

    /// Sets what judging an earlier record may have changed, and the mark of the level.
    #[inline]
    pub fn begin(&mut self, scenario: &'r str, mark: LevelMark) {
        self.record.scenario = scenario;
        self.record.level_mark = mark;
        self.doubtful = None;
    }

    /// The record, where it stands: a fast scan fills the same row again and again. Errors: those of [`Row::finish`].
    #[inline]
    pub fn judge(&mut self, otherwise: Otherwise) -> Result<&Record<'r>, Complaint> {
        let record = &mut self.record;
        record.success = self.success.unwrap_or(record.error.is_none());
        let load = match (self.concurrency, self.request_rate) {
            (Some(concurrency), None) => Some(Load::Concurrency(concurrency)),
            (None, Some(rate)) => Some(Load::RequestRate(rate)),
            (None, None) if let Otherwise::Constant(load) = otherwise => Some(load),
            (None, None) if record.case.is_some() => {
                // Such a request belongs to no level of a sweep, unless it says so.
                if record.scenario == SWEEP {
                    record.scenario = PROMPT_SUITE;
                }
                Some(Load::Concurrency(1))
            }
            (None, None) if otherwise == Otherwise::ByPart => None,
            (None, None) => {
                let message = "expected `concurrency` or `request_rate`, found neither".to_owned();
                let hint = "say under which load the request was sent";
                return Err(Complaint { column: Column::Concurrency, reason: "no load", message, hint });
            }
            (Some(concurrency), Some(rate)) => {
                let message = format!(
                    "expected `concurrency` or `request_rate`, found both ({concurrency} and {})",
                    crate::format::shortest(rate)
                );
                let hint = "keep the one that the load generator held constant";
                return Err(Complaint { column: Column::RequestRate, reason: "two loads", message, hint });
            }
        };
        record.load = load;
        if record.success && !record.warmup {
            // Looked at in its place: it is large, and there is nearly never one.
            if self.doubtful.is_some()
                && let Some(doubtful) = self.doubtful.take()
            {
                return Err(doubtful);
            }
            complete(record)?;
        }
        Ok(record)
    }

    /// Reads a submission that is a date with a time of day.
    ///
    /// Errors: none such.
    pub fn set_date(&mut self, field: Field, value: Value<'r>, zone: &TimeZone) -> Result<(), Complaint> {
        let start_ns = match value {
            Value::Absent => return Ok(()),
            Value::Cell(text) | Value::Text(text) => time::parse(text, zone),
            _ => None,
        };
        self.record.start_ps = Some(
            i128::from(start_ns.ok_or_else(|| {
                let expected = "a date with a time of day such as `2026-01-15T08:00:02Z`";
                wrong_type(field, value, expected, "where it counts from 1970, map it as `start_s` or `start_ms`")
            })?) * 1000,
        );
        Ok(())
    }

    fn duration(&mut self, field: Field, value: Value) -> Result<Option<f64>, Complaint> {
        let seconds = seconds(field, value)?;
        let (reason, expected, hint) = match seconds {
            _ if !seconds.is_finite() => NOT_FINITE,
            _ => match doubt_duration(seconds) {
                Some(doubt) => doubt,
                None => return Ok(Some(seconds)),
            },
        };
        self.doubt(field, value, reason, expected, hint);
        Ok(None)
    }

    fn count(&mut self, field: Field, value: Value) -> Result<Option<u64>, Complaint> {
        let number = number(field, value)?;
        let (reason, expected, hint) = match number {
            _ if !number.is_finite() => NOT_FINITE,
            _ if number < 0.0 => ("negative count", "a count of at least 0", LEAVE_EMPTY),
            _ if number > MOST => ("beyond reason", "a count of at most 1e12", "check what the column holds"),
            _ => match whole(value) {
                Some(count) => return Ok(Some(count)),
                None => (
                    "not a whole number",
                    "a whole number",
                    "a request has whole tokens; a mean belongs into no record",
                ),
            },
        };
        self.doubt(field, value, reason, expected, hint);
        Ok(None)
    }

    fn start(&mut self, field: Field, value: Value) -> Result<Option<i128>, Complaint> {
        let number = number(field, value)?;
        let start = match value {
            Value::Cell(text) | Value::Number(text) => value::picoseconds(text, field.exponent),
            _ => None,
        };
        let (reason, expected, hint) = match start {
            _ if !number.is_finite() => NOT_FINITE,
            Some(start) if is_on_a_clock(start) => return Ok(Some(start)),
            _ => (
                "beyond reason",
                "a time before the year 10,000",
                "check the unit at the end of the column's name: milliseconds belong into `start_ms`",
            ),
        };
        self.doubt(field, value, reason, expected, hint);
        Ok(None)
    }

    fn doubt(&mut self, field: Field, value: Value, reason: &'static str, expected: &str, hint: &'static str) {
        self.doubtful.get_or_insert_with(|| complaint(field, value, reason, expected, hint));
    }
}

const LEAVE_EMPTY: &str = "leave it empty where it was not measured";
const NOT_FINITE: Doubt = ("not a finite number", "a finite number", LEAVE_EMPTY);

/// What every measured success must say of itself.
#[inline]
fn complete(record: &Record) -> Result<(), Complaint> {
    if is_plainly_possible(record) {
        return Ok(());
    }
    required(Column::E2e, "no E2E on a success", record.e2e_s)?;
    required(Column::InputTokens, "no input tokens on a success", record.input_tokens)?;
    required(Column::OutputTokens, "no output tokens on a success", record.output_tokens)?;
    possible(record)
}

fn text<'r>(field: Field, value: Value<'r>) -> Result<Option<&'r str>, Complaint> {
    match value {
        Value::Cell(text) | Value::Number(text) | Value::Text(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Value::Absent => Ok(None),
        Value::Bool(_) | Value::Nested(_) => Err(wrong_type(field, value, "text", "write it as one string")),
    }
}

fn truth(field: Field, value: Value) -> Result<bool, Complaint> {
    let truth = match value {
        Value::Bool(truth) => Some(truth),
        Value::Cell(text) | Value::Number(text) | Value::Text(text) => value::truth(text),
        Value::Absent | Value::Nested(_) => None,
    };
    truth.ok_or_else(|| wrong_type(field, value, "`true`, `false`, `1` or `0`", "write one of them"))
}

/// A concurrency or a context: part of the cell's name, so it must be right on failures too.
fn level(field: Field, value: Value) -> Result<u64, Complaint> {
    let number = number(field, value)?;
    if !number.is_finite() {
        let (reason, expected, _) = NOT_FINITE;
        return Err(complaint(field, value, reason, expected, "write the number that the test was run with"));
    }
    match whole(value) {
        Some(level) if level > 0 && number <= MOST => Ok(level),
        Some(0) => Err(complaint(
            field,
            value,
            zero_reason(field),
            "at least 1",
            "write the number that the test was run with",
        )),
        Some(_) => Err(complaint(field, value, "beyond reason", "at most 1e12", "check what the column holds")),
        None => Err(complaint(
            field,
            value,
            "not a whole number",
            "a whole number of at least 1",
            "write the number that the test was run with",
        )),
    }
}

fn zero_reason(field: Field) -> &'static str {
    if field.column == Column::Concurrency { "zero concurrency" } else { "zero context" }
}

fn rate(field: Field, value: Value) -> Result<f64, Complaint> {
    let rate = number(field, value)?;
    let hint = "write the requests per second that were offered; without a limit, give `concurrency` instead";
    if !rate.is_finite() {
        return Err(complaint(field, value, NOT_FINITE.0, NOT_FINITE.1, hint));
    }
    if rate <= 0.0 {
        return Err(complaint(field, value, "request rate not above 0", "a rate above 0", hint));
    }
    if rate > MOST {
        return Err(complaint(field, value, "beyond reason", "at most 1e12", "check what the column holds"));
    }
    if !is_rate(rate) {
        let expected = "at least one request in ten years";
        return Err(complaint(field, value, "beyond reason", expected, "check what the column holds"));
    }
    Ok(rate)
}

fn number(field: Field, value: Value) -> Result<f64, Complaint> {
    read_number(field, value, value::number)
}

/// A number of the field's unit in seconds.
fn seconds(field: Field, value: Value) -> Result<f64, Complaint> {
    read_number(field, value, |text| value::seconds(text, field.exponent))
}

fn read_number(field: Field, value: Value, read: impl Fn(&str) -> Option<f64>) -> Result<f64, Complaint> {
    let found = match value {
        Value::Cell(text) | Value::Number(text) => read(text),
        _ => None,
    };
    found.ok_or_else(|| wrong_type(field, value, "a number", number_hint(value)))
}

fn number_hint(value: Value) -> &'static str {
    let (Value::Cell(text) | Value::Number(text) | Value::Text(text)) = value else { return LEAVE_EMPTY };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.as_bytes() {
        _ if digits == 0 => LEAVE_EMPTY,
        _ if value::number(text).is_some() => "write the number without quotes",
        _ if text.contains(',') => "write numbers with a decimal point and without separators",
        [.., b'k' | b'K' | b'm' | b'M'] => "write the number in full: 32K is 32768",
        [.., last] if last.is_ascii_alphabetic() => {
            "write the number alone; the unit stands at the end of the column's name"
        }
        _ => LEAVE_EMPTY,
    }
}

fn whole(value: Value) -> Option<u64> {
    match value {
        Value::Cell(text) | Value::Number(text) => value::whole(text),
        _ => None,
    }
}

fn wrong_type(field: Field, value: Value, expected: &str, hint: &'static str) -> Complaint {
    complaint(field, value, "wrong type", expected, hint)
}

fn complaint(field: Field, value: Value, reason: &'static str, expected: &str, hint: &'static str) -> Complaint {
    let message = match value {
        Value::Cell(text) | Value::Number(text) => format!("expected {expected}, found {}", shown(text)),
        other => format!("expected {expected}, found {}", other.found()),
    };
    Complaint { column: field.column, reason, message, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record<'r>(cells: &[(&str, &'r str)]) -> Result<Record<'r>, Complaint> {
        let mut row = Row::default();
        for (name, cell) in cells {
            let value = if cell.is_empty() { Value::Absent } else { Value::Cell(cell) };
            row.set(Field::named(name).unwrap(), value)?;
        }
        row.finish()
    }

    const GOOD: [(&str, &str); 4] =
        [("concurrency", "2"), ("e2e_ms", "100"), ("input_tokens", "8"), ("output_tokens", "4")];

    fn with<'r>(more: &[(&'static str, &'r str)]) -> Result<Record<'r>, Complaint> {
        let kept = GOOD.iter().filter(|(name, _)| !more.iter().any(|(other, _)| name == other));
        record(&kept.chain(more).copied().collect::<Vec<_>>())
    }

    #[test]
    fn a_record_needs_little_and_the_rest_is_default() {
        let record = with(&[]).unwrap();
        let expected = Record {
            load: Some(Load::Concurrency(2)),
            e2e_s: Some(0.1),
            input_tokens: Some(8),
            output_tokens: Some(4),
            ..Record::default()
        };
        assert_eq!(record, expected);
    }

    #[test]
    fn the_suffix_of_a_column_is_its_unit() {
        for (name, cell) in [("e2e_s", "0.1"), ("e2e_us", "1e5"), ("e2e_ns", "100000000")] {
            let record = record(&[("concurrency", "2"), (name, cell), ("input_tokens", "8"), ("output_tokens", "4")]);
            assert_eq!(record.unwrap().e2e_s, Some(0.1), "{name}");
        }
    }

    #[test]
    fn success_is_what_the_column_says_and_else_the_absence_of_an_error() {
        assert!(with(&[("error", "")]).unwrap().success);
        assert!(!with(&[("error", "timeout")]).unwrap().success);
        assert!(with(&[("error", "retried once"), ("success", "true")]).unwrap().success);
        assert!(!with(&[("success", "0")]).unwrap().success);
    }

    #[test]
    fn failures_and_warm_up_are_not_judged_beyond_the_type_of_their_values() {
        for more in [("success", "false"), ("warmup", "1")] {
            let values = [more, ("e2e_ms", "-1"), ("ttft_ms", "nan"), ("output_tokens", "0"), ("input_tokens", "")];
            let record = with(&values).unwrap();
            assert_eq!((record.e2e_s, record.ttft_s, record.output_tokens), (None, None, Some(0)));
        }
        assert_eq!(with(&[("success", "false"), ("e2e_ms", "soon")]).unwrap_err().reason, "wrong type");
        assert_eq!(with(&[("success", "false"), ("concurrency", "0")]).unwrap_err().reason, "zero concurrency");
    }

    #[test]
    fn a_case_without_a_load_was_run_by_one_user() {
        let case = [("case", "sql-01"), ("e2e_ms", "100"), ("input_tokens", "8"), ("output_tokens", "4")];
        assert_eq!(record(&case).unwrap().load, Some(Load::Concurrency(1)));
    }

    #[test]
    fn times_that_were_rounded_apart_are_not_held_against_a_record() {
        assert!(with(&[("e2e_s", "1.0001"), ("ttft_ms", "1000.1")]).is_ok());
        assert_eq!(with(&[("e2e_s", "1"), ("ttft_ms", "1001")]).unwrap_err().reason, "TTFT above E2E");
    }
}
