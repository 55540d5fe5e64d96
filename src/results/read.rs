//! A `report.json`, read back.

use super::{Results, SCHEMA};
use crate::error::{Error, Place, Result};
use serde::Deserialize;

/// What to do with a file that is none.
const WHERE_FROM: &str = "give the `report.json` of a folder that `gristmill report` wrote";

/// What every version of the file holds.
#[derive(Deserialize)]
struct Head {
    gristmill: String,
    schema: u64,
}

/// Reads a `report.json`. `file` is what messages call it. Keys that nobody knows are left out: a newer version may write
/// more of them.
///
/// Errors: what is no JSON, or JSON of another kind; another number in `schema`; a key that is missing or of another type.
pub fn parse(text: &str, file: &str) -> Result<Results> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = match serde_json::from_str::<Head>(text) {
        Ok(head) => head,
        Err(error) if error.is_data() => {
            let message = "expected a `report.json` that Gristmill wrote, found JSON of another kind";
            return Err(Error::at(Place::file(file), message).hint(WHERE_FROM));
        }
        Err(error) => {
            let message = format!("expected a `report.json`, found what is no JSON: {}", without_place(&error));
            return Err(Error::at(place(file, &error), message).hint(WHERE_FROM));
        }
    };
    if head.schema != SCHEMA {
        let message = format!("expected schema {SCHEMA}, found schema {} of Gristmill {}", head.schema, head.gristmill);
        let here = env!("CARGO_PKG_VERSION");
        let hint = format!("make that report again with this version ({here}), or read it with the one that wrote it");
        return Err(Error::at(Place::file(file).path("schema"), message).hint(hint));
    }
    serde_json::from_str(text).map_err(|error| {
        let message = format!("not the `report.json` of a report: {}", without_place(&error));
        let here = env!("CARGO_PKG_VERSION");
        let hint = match head.gristmill.as_str() {
            version if version == here => WHERE_FROM.to_owned(),
            version => format!("{WHERE_FROM}; this one is of Gristmill {version}, and this program is {here}"),
        };
        Error::at(place(file, &error), message).hint(hint)
    })
}

fn place(file: &str, error: &serde_json::Error) -> Place {
    let place = Place::file(file);
    if error.line() == 0 { place } else { place.line(error.line() as u64).column(error.column() as u64) }
}

/// The message without the place that it ends in.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&end).unwrap_or(&message).to_owned()
}
