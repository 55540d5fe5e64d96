//! The log of Zeus' `ZeusMonitor`: energy of named windows.

use crate::ingest::set_aside::SetAside;

/// A row per window with the energy of each GPU in joules.
pub static ZEUS: SetAside = SetAside {
    name: "energy windows (Zeus)",
    recognizes: |head| head.header().starts_with(&["start_time", "window_name", "elapsed_time"]),
    reason: "it holds energy over windows of its own, and no samples that could be cut to a cell",
};
