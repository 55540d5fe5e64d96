//! Load levels: a number of requests in flight is a whole number, a request rate is none.

use crate::record::Load;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A level as a bare number. Which kind of load it is of stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Level {
    /// Requests in flight.
    Whole(u64),
    /// Requests per second.
    Decimal(f64),
}

/// What the load generator held constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LoadKind {
    /// Requests in flight.
    Concurrency,
    /// Requests sent per second.
    RequestRate,
}

/// A level under the key of its kind; the other key is null. Both are null where there is no level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct LoadLevel {
    /// Requests in flight.
    pub concurrency: Option<u64>,
    /// Requests sent per second.
    pub request_rate: Option<f64>,
}

impl Level {
    /// The number.
    pub fn value(self) -> f64 {
        match self {
            Level::Whole(number) => number as f64,
            Level::Decimal(number) => number,
        }
    }

    /// A number of a kind of load: whole for requests in flight.
    pub fn new(value: f64, kind: LoadKind) -> Self {
        match kind {
            LoadKind::Concurrency => Level::Whole(value as u64),
            LoadKind::RequestRate => Level::Decimal(value),
        }
    }
}

impl From<Load> for Level {
    fn from(load: Load) -> Self {
        Self::new(load.level(), load.into())
    }
}

impl From<Load> for LoadKind {
    fn from(load: Load) -> Self {
        if load.is_concurrency() { Self::Concurrency } else { Self::RequestRate }
    }
}

impl LoadLevel {
    /// A level that may not have been tested.
    pub fn new(value: f64, kind: LoadKind) -> Self {
        match kind {
            LoadKind::Concurrency => Self { concurrency: Some(value as u64), request_rate: None },
            LoadKind::RequestRate => Self { concurrency: None, request_rate: Some(value) },
        }
    }

    /// The same as one value; none where there is no level.
    pub fn load(self) -> Option<Load> {
        self.concurrency.map(Load::Concurrency).or(self.request_rate.map(Load::RequestRate))
    }
}

impl From<Load> for LoadLevel {
    fn from(load: Load) -> Self {
        Self::new(load.level(), load.into())
    }
}

impl JsonSchema for Level {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0 })
    }
}
