//! What is said of runs that belong to no level.

use crate::error::{Error, Place};
use crate::format;
use crate::ingest::part::Part;
use std::collections::BTreeSet;

/// Why a file is left out whose requests were sent at once: a clause.
pub const AT_ONCE: &str = "all its requests were sent at once, so that no load was held constant";

/// What is said of a run whose load is not known.
const NO_LOAD: &str = "nothing says under which load this was measured: neither the file nor its name names a concurrency or a \
                       request rate";

/// Whether an error is that: one that a few words in the configuration put right.
pub fn lacks_load(error: &Error) -> bool {
    error.message.starts_with(NO_LOAD)
}

/// What is told of the runs, in order and at least one, whose load nothing says.
pub fn no_load(runs: &[(&str, &Part)]) -> Error {
    let (name, part) = runs[0];
    let place = Place { path: (!part.place.is_empty()).then(|| part.place.clone()), ..Place::file(name) };
    let files: BTreeSet<&str> = runs.iter().map(|(name, _)| *name).collect();
    let others = match files.len() as u64 - 1 {
        0 => String::new(),
        more => format!("; so is it with {}", format::counted(more, "more file", "more files")),
    };
    let each = if others.is_empty() { "" } else { ", one for each or with `*` for all" };
    Error::at(
        place,
        format!("{NO_LOAD}{others}"),
    )
    .hint(format!(
        "add to `gristmill.toml`: `[[file]]` with `match = \"{name}\"` and `concurrency = …` or `request_rate = …`{each}; \
         `ignore = true` leaves the file out"
    ))
}

/// What is told of runs whose requests were all sent at once, in order; none without one.
pub fn sent_at_once(runs: &[(&str, &Part)]) -> Option<Error> {
    let (name, part) = runs.first()?;
    let place = Place { path: (!part.place.is_empty()).then(|| part.place.clone()), ..Place::file(*name) };
    let others = match runs.len() as u64 - 1 {
        0 => String::new(),
        more => format!("; so is it with {}", format::counted(more, "more run", "more runs")),
    };
    let requests = part.aggregate.as_ref().and_then(|aggregate| aggregate.requests.or(aggregate.successes()));
    let many = requests.map_or("…".to_owned(), |requests| requests.to_string());
    let message = format!(
        "all requests were sent at once, without a request rate or a limit of what is in flight: no load was held constant{others}"
    );
    Some(Error::at(place, message).hint(format!(
        "`[[file]]` with `match = \"{name}\"` and `concurrency = {many}` in `gristmill.toml` takes it as a level of so many \
         requests"
    )))
}
