//! Home-made logs of requests: CSV or JSON whose columns `[[columns]]` names.

use super::csv::read_csv;
use super::json::Objects;
use super::json_array::read_array;
use super::json_lines::read_all;
use super::names::{Names, mapping};
use super::row::Otherwise;
use crate::config::Config;
use crate::error::{Error, Place, Result, Warning};
use crate::ingest::format::{Format, Head};
use crate::ingest::part::Part;
use crate::ingest::power;
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// A CSV, JSON array or JSON Lines that the configuration says holds requests.
pub struct Mapped;

/// The formats that a file can have: where the configuration speaks of it, that alone.
pub fn formats(config: &Config, name: &str) -> &'static [&'static dyn Format] {
    static MAPPED: &[&dyn Format] = &[&Mapped];
    if mapping(config, name).is_some() { MAPPED } else { power::mapped::formats(config, name) }
}

/// A warning for each mapping that speaks of none of these files.
pub fn unmatched<'n>(config: &Config, names: impl Iterator<Item = &'n str> + Clone) -> Vec<Warning> {
    let mappings = config.columns.iter().enumerate();
    let unused = mappings.filter(|(_, mapping)| !names.clone().any(|name| mapping.matches(name)));
    unused
        .map(|(nth, mapping)| {
            Warning::new(format!("no file is called `{}`, of which `columns[{nth}]` speaks", mapping.file))
        })
        .collect()
}

/// A warning for each file of which `[[power.columns]]` speaks too, which then says nothing.
pub fn contested<'n>(config: &Config, names: impl Iterator<Item = &'n str>) -> Vec<Warning> {
    let both = names.filter_map(|name| Some((name, mapping(config, name)?.0, power::mapped::mapping(config, name)?.0)));
    both.map(|(name, requests, power)| {
        let message = format!(
            "`columns[{requests}]` and `power.columns[{power}]` both speak of it; it was read as requests. Narrow the `file` of one \
             of them"
        );
        Warning::at(Place::file(name), message)
    })
    .collect()
}

impl Format for Mapped {
    fn name(&self) -> &'static str {
        "requests (configured columns)"
    }

    /// Whatever it holds: the configuration says so.
    fn recognizes(&self, _: &Head) -> bool {
        true
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let names = Names::of(sink.config, file);
        let otherwise = match sink.configured_load() {
            _ if names.hold_load() => Otherwise::Unknown,
            Some(load) => Otherwise::Constant(load),
            None if names.hold_level() => {
                let message = "its columns say a context, scenario or run, and nothing says a load";
                return Err(Error::at(Place::file(file), message).hint(format!(
                    "map a column to `concurrency` or `request_rate`, or add `[[file]]` with `match = \"{file}\"` and one of them"
                )));
            }
            None => Otherwise::ByPart,
        };
        while stream.unread().iter().all(u8::is_ascii_whitespace) && stream.read_more()? {}
        match stream.unread().trim_ascii_start().first() {
            Some(b'[') => read_array(stream, sink, names, otherwise)?,
            Some(b'{') if names.list().is_some() => read_array(stream, sink, names, otherwise)?,
            Some(b'{') => read_all(Objects::named(names, otherwise), stream, sink)?,
            _ => read_csv(stream, sink, names, otherwise)?,
        }
        if otherwise == Otherwise::ByPart {
            sink.part(Part::default());
        }
        Ok(())
    }
}
