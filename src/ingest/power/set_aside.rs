//! Files about power that hold no samples which could be joined to cells.

use crate::error::Result;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// A format that is known, and known to be of no use here: the user is told why.
pub struct SetAside {
    /// As reports and messages call it.
    pub name: &'static str,
    /// See [`Format::recognizes`].
    pub recognizes: fn(&Head) -> bool,
    /// A clause: `its readings have no time`.
    pub reason: &'static str,
}

impl Format for SetAside {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognizes(&self, head: &Head) -> bool {
        (self.recognizes)(head)
    }

    fn read(&self, _: &mut Stream, sink: &mut Sink) -> Result<()> {
        sink.set_aside(self.reason);
        Ok(())
    }
}
