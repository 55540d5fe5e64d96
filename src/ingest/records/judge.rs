//! Whether the values of a measured success can be true together, whoever wrote them down.

use super::columns::Column;
use super::row::Complaint;
use crate::format::shortest;
use crate::limits::{LONGEST_S, is_on_a_clock};
use crate::record::Record;

/// Two clocks readings that were rounded apart (`ttft_ms`, `e2e_s`) may differ by that share.
const ROUNDING: f64 = 1e-12;

/// Why something cannot be: the reason to count it by, what was expected, and what to do.
pub type Doubt = (&'static str, &'static str, &'static str);

/// Why a finite number of seconds cannot be how long something took.
#[inline]
pub fn doubt_duration(seconds: f64) -> Option<Doubt> {
    match seconds {
        _ if seconds < 0.0 => Some((
            "negative duration",
            "a duration of at least 0",
            "clocks do not run backwards: check the one that took it",
        )),
        _ if seconds > LONGEST_S => {
            Some(("beyond reason", "less than ten years", "check the unit at the end of the column's name"))
        }
        _ => None,
    }
}

/// Whether a measured success has what it must, and nothing that [`possible`] could complain of: told of nearly every
/// record by a few comparisons.
#[inline]
pub fn is_plainly_possible(record: &Record) -> bool {
    let plain = |duration: Option<f64>| duration.is_none_or(|seconds| (0.0..=LONGEST_S).contains(&seconds));
    let (Some(e2e), Some(1..), Some(1..)) = (record.e2e_s, record.input_tokens, record.output_tokens) else {
        return false;
    };
    let others = plain(record.itl_s) & plain(record.queue_s) & plain(record.prefill_s);
    (0.0..=LONGEST_S).contains(&e2e) & record.ttft_s.is_none_or(|ttft| (0.0..=e2e).contains(&ttft)) & others
}

/// What holds of every measured success: it has an E2E, no TTFT beyond that, no impossible duration, and where its tokens
/// are known there is at least one.
pub fn possible(record: &Record) -> Result<(), Complaint> {
    let e2e = required(Column::E2e, "no E2E on a success", record.e2e_s)?;
    for (column, duration) in [
        (Column::E2e, record.e2e_s),
        (Column::Ttft, record.ttft_s),
        (Column::Itl, record.itl_s),
        (Column::Queue, record.queue_s),
        (Column::Prefill, record.prefill_s),
    ] {
        let Some(seconds) = duration else { continue };
        if let Some((reason, expected, hint)) = doubt_duration(seconds) {
            let message = format!("expected {expected}, found {} s", shortest(seconds));
            return Err(Complaint { column, reason, message, hint });
        }
    }
    for (column, tokens, reason) in [
        (Column::InputTokens, record.input_tokens, "zero input tokens on a success"),
        (Column::OutputTokens, record.output_tokens, "zero output tokens on a success"),
    ] {
        if tokens == Some(0) {
            let message = "expected at least 1 token on a successful request, found 0".to_owned();
            let hint = "say in `success` or `error` that the request failed";
            return Err(Complaint { column, reason, message, hint });
        }
    }
    match record.ttft_s {
        Some(ttft) if ttft > e2e * (1.0 + ROUNDING) => {
            let message =
                format!("expected a TTFT of at most the E2E of {} s, found {} s", shortest(e2e), shortest(ttft));
            let hint = "the first token cannot come after the response's end: check the units of both columns";
            Err(Complaint { column: Column::Ttft, reason: "TTFT above E2E", message, hint })
        }
        _ => Ok(()),
    }
}

/// Whether a clock can show when the request was sent. Records of Gristmill's own are asked that as they are read.
pub fn is_sent_at_a_time(record: &Record) -> Result<(), Complaint> {
    let Some(start_ps) = record.start_ps.filter(|start| !is_on_a_clock(*start)) else { return Ok(()) };
    let found = shortest(start_ps as f64 / 1e12);
    let message = format!("expected a time before the year 10,000, found {found} s since 1970");
    let hint = "check the clock of the load generator";
    Err(Complaint { column: Column::Start, reason: "beyond reason", message, hint })
}

/// What a measured success must say.
pub fn required<T>(column: Column, reason: &'static str, value: Option<T>) -> Result<T, Complaint> {
    value.ok_or_else(|| {
        let message = "a successful request must have it, found nothing".to_owned();
        let hint = "fill it in, or say in `success` or `error` that the request failed";
        Complaint { column, reason, message, hint }
    })
}
