//! Load levels in JSON: a number of requests in flight is a whole number, a request rate is none.

use crate::record::Load;
use serde::{Serialize, Serializer};

/// A level as a bare number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    value: f64,
    whole: bool,
}

impl Level {
    pub fn of(load: Load) -> Self {
        Self { value: load.level(), whole: load.is_concurrency() }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.whole { serializer.serialize_u64(self.value as u64) } else { serializer.serialize_f64(self.value) }
    }
}

/// The kind of a load, as the key that its levels stand under.
pub(super) fn kind(load: Load) -> &'static str {
    if load.is_concurrency() { "concurrency" } else { "request_rate" }
}

/// A level under the key of its kind; the other key is null.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Keyed {
    concurrency: Option<Level>,
    request_rate: Option<f64>,
}

impl Keyed {
    pub fn of(load: Load) -> Self {
        Self::new(load.level(), load.is_concurrency())
    }

    /// A level that may not have been tested, of a use case whose levels are of one kind.
    pub fn new(value: f64, whole: bool) -> Self {
        match whole {
            true => Self { concurrency: Some(Level { value, whole }), request_rate: None },
            false => Self { concurrency: None, request_rate: Some(value) },
        }
    }
}

/// Levels of a use case, all of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels {
    pub whole: bool,
}

impl Levels {
    pub fn bare(self, value: f64) -> Level {
        Level { value, whole: self.whole }
    }

    pub fn keyed(self, value: Option<f64>) -> Keyed {
        value.map_or_else(Keyed::default, |value| Keyed::new(value, self.whole))
    }
}
