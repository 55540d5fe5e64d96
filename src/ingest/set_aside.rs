//! Files that are known and hold nothing a report could use.

use super::format::{Format, Head};
use super::sink::Sink;
use super::stream::Stream;
use crate::error::Result;

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
