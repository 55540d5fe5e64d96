//! Requests as tools log them: judged as records are, and told by the tool's own keys where they cannot be.

use super::document::Tool;
use super::records::columns::Column;
use super::records::judge::{is_sent_at_a_time, possible};
use super::sink::{Bad, Sink};
use crate::error::{Place, Result};
use crate::record::Record;

/// How a tool logs its requests.
#[derive(Debug, Clone, Copy)]
pub struct Log {
    /// Who logged them.
    pub tool: &'static Tool,
    /// The tool's key below a request for what a record calls so; empty where it has none.
    pub key: fn(Column) -> &'static str,
}

impl Log {
    /// Hands a request on that ends in `line`, or gives it to the sink as a bad one where a measured success cannot be what
    /// it says. Tokens may be unknown: not every tool counts them.
    ///
    /// Errors: a bad request or a repeated one, in a strict reading; `place` is asked for then only.
    pub fn hand_on(self, record: &Record, line: u64, place: impl FnOnce() -> Place, sink: &mut Sink) -> Result<()> {
        let sent = is_sent_at_a_time(record);
        let judged = match record.success && !record.warmup {
            true => sent.and_then(|()| possible(record)),
            // Nothing is measured of it, whatever its clock says.
            false if sent.is_err() => return sink.record(&Record { start_ps: None, ..record.clone() }, line, place),
            false => Ok(()),
        };
        let Err(complaint) = judged else { return sink.record(record, line, place) };
        let mut place = place();
        let key = (self.key)(complaint.column);
        if !key.is_empty() {
            place.path = Some(place.path.map_or_else(|| key.to_owned(), |path| format!("{path}.{key}")));
        }
        sink.bad(Bad { reason: complaint.reason, error: self.tool.error(place, complaint.message) })
    }
}
