//! [`Findings`] as they are written down.

use super::entry;
use crate::error::{Place, Warning};
use crate::ingest::engine::page::Page;
use crate::ingest::part::{Part, Setup};
use crate::ingest::power::Log;
use crate::ingest::sink::Findings;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What of them can be kept; the rest is empty.
#[derive(Deserialize, Serialize)]
struct Kept<'f> {
    records: u64,
    version: Cow<'f, Option<String>>,
    unknown: Cow<'f, BTreeSet<String>>,
    warnings: Vec<Said>,
    latest_start_ps: Option<i128>,
    parts: Cow<'f, [Part]>,
    setup: Cow<'f, Setup>,
    set_aside: Cow<'f, Option<String>>,
    page: Cow<'f, Option<Page>>,
    power: Cow<'f, Option<Log>>,
    zero_times: u64,
}

/// A warning, with every field of its place written down: in JSON it leaves out what is not known.
#[derive(Deserialize, Serialize)]
struct Said {
    place: Option<At>,
    message: String,
}

/// File, line, column and path.
type At = (String, Option<u64>, Option<u64>, Option<String>);

/// None where bad records were skipped, since what was wrong with them is told from the file alone, and of a table of cells,
/// which is read as quickly as it would be looked up.
pub(super) fn encode(findings: &Findings) -> Option<Vec<u8>> {
    // Every field is named, so that a new one is not forgotten here. What the configuration overruled is told among the warnings.
    let Findings {
        records,
        skipped,
        remembered,
        version,
        unknown,
        overruled: _,
        warnings,
        latest_start_ps,
        parts,
        setup,
        set_aside,
        page,
        power,
        zero_times,
        cells,
    } = findings;
    if !skipped.is_empty() || !remembered.is_empty() || !cells.is_empty() {
        return None;
    }
    entry::encode(&Kept {
        records: *records,
        version: Cow::Borrowed(version),
        unknown: Cow::Borrowed(unknown),
        warnings: warnings.iter().map(Said::of).collect(),
        latest_start_ps: *latest_start_ps,
        parts: Cow::Borrowed(parts),
        setup: Cow::Borrowed(setup),
        set_aside: Cow::Borrowed(set_aside),
        page: Cow::Borrowed(page),
        power: Cow::Borrowed(power),
        zero_times: *zero_times,
    })
}

pub(super) fn decode(bytes: &[u8]) -> Option<Findings> {
    let kept: Kept = entry::decode(bytes)?;
    Some(Findings {
        records: kept.records,
        version: kept.version.into_owned(),
        unknown: kept.unknown.into_owned(),
        warnings: kept.warnings.into_iter().map(Said::warning).collect(),
        latest_start_ps: kept.latest_start_ps,
        parts: kept.parts.into_owned(),
        setup: kept.setup.into_owned(),
        set_aside: kept.set_aside.into_owned(),
        page: kept.page.into_owned(),
        power: kept.power.into_owned(),
        zero_times: kept.zero_times,
        ..Findings::default()
    })
}

impl Said {
    fn of(warning: &Warning) -> Self {
        let place = warning.place.clone();
        let place = place.map(|Place { file, line, column, path }| (file, line, column, path));
        Self { place, message: warning.message.clone() }
    }

    fn warning(self) -> Warning {
        let place = self.place.map(|(file, line, column, path)| Place { file, line, column, path });
        Warning { place, message: self.message }
    }
}
