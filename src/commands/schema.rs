//! `gristmill schema`

use super::say;
use crate::cli::Schema;
use anyhow::Result;
use gristmill::schema::{self, SCHEMAS};

/// Prints a schema, or lists what there is one of.
pub fn run(arguments: &Schema) -> Result<()> {
    match arguments.schema {
        Some(schema) => say(schema::Schema::named(schema.name())?.text().trim_end()),
        None => SCHEMAS.iter().for_each(|schema| say(&format!("{:<14} {}", schema.name, schema.about))),
    }
    Ok(())
}
