//! CodeCarbon's `emissions.csv`: a row per project run.

use crate::ingest::set_aside::SetAside;

/// What CodeCarbon writes when a tracked program ends.
pub static CODE_CARBON: SetAside = SetAside {
    name: "emissions (CodeCarbon)",
    recognizes: |head| {
        let header = head.header();
        ["emissions_rate", "energy_consumed", "gpu_power"].iter().all(|name| header.contains(name))
    },
    reason: "it holds averages over whole runs of a program, partly estimated, and no samples over time",
};
