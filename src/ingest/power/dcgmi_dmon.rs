//! `dcgmi dmon -e 155`: a table of text without times.

use crate::ingest::set_aside::SetAside;

/// What dcgmi prints, line by line as it is measured.
pub static DCGMI_DMON: SetAside = SetAside {
    name: "GPU monitor (dcgmi dmon)",
    recognizes: |head| {
        let first = head.text().lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let names = first.trim().strip_prefix('#').unwrap_or_default();
        names.split_whitespace().next() == Some("Entity")
    },
    reason: "its rows have no time: a draw cannot be joined to a cell",
};
