//! A report while it is read: requests are handed on one by one, everything else is small.

use super::TOOL;
use super::benchmark::{Around, Benchmark, Described};
use super::figures::Figures;
use super::requests::{Request, Status};
use super::strategy::Strategy;
use crate::error::{Error, Place};
use crate::ingest::logged::Log;
use crate::ingest::loose::{Number, Text};
use crate::ingest::records::columns::Column;
use crate::ingest::sink::Sink;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reasons for failures that are kept of one benchmark.
const REASONS: usize = 256;

const LOG: Log = Log { tool: &TOOL, key };

fn key(column: Column) -> &'static str {
    match column {
        Column::Ttft => "time_to_first_token_ms",
        Column::E2e => "request_latency",
        Column::InputTokens => "prompt_tokens",
        Column::OutputTokens => "output_tokens",
        Column::RequestId => "request_id",
        _ => "",
    }
}

/// Reads a report.
pub struct Report<'r, 's, 'c> {
    /// The file, as messages name it.
    pub name: &'r str,
    /// Takes requests and runs.
    pub sink: &'s mut Sink<'c>,
    /// Why the reading stopped: serde passes on texts only.
    pub refused: &'s mut Option<Error>,
}

/// What a report says of all its benchmarks, and these, their requests handed on already.
#[derive(Default)]
pub struct Read {
    pub around: Around,
    pub version: Text,
    pub benchmarks: Option<Vec<Benchmark>>,
}

impl<'de> DeserializeSeed<'de> for Report<'_, '_, '_> {
    type Value = Read;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Report<'_, '_, '_> {
    type Value = Read;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a report")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Read, A::Error> {
        let mut read = Read::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "args" => read.around.describe(&map.next_value::<Option<Described>>()?.unwrap_or_default()),
                "config" => {
                    let spec = map.next_value::<Option<Scenario>>()?.unwrap_or_default().spec;
                    read.around.describe(&spec.unwrap_or_default());
                }
                "metadata" => {
                    read.version = map.next_value::<Option<Metadata>>()?.unwrap_or_default().guidellm_version;
                }
                "benchmarks" => read.benchmarks = Some(map.next_value_seed(Benchmarks { report: &mut self })?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(read)
    }
}

impl Around {
    fn describe(&mut self, described: &Described) {
        (self.model, self.data) = (described.model(), described.data());
    }
}

/// From 0.4 on.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    guidellm_version: Text,
}

/// What a scenario file says, repeated in reports of 0.7 and later.
#[derive(Default, Deserialize)]
struct Scenario {
    spec: Option<Described>,
}

struct Benchmarks<'b, 'r, 's, 'c> {
    report: &'b mut Report<'r, 's, 'c>,
}

impl<'de> DeserializeSeed<'de> for Benchmarks<'_, '_, '_, '_> {
    type Value = Vec<Benchmark>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Benchmarks<'_, '_, '_, '_> {
    type Value = Vec<Benchmark>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of benchmarks")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut benchmarks = Vec::new();
        while let Some(benchmark) =
            list.next_element_seed(OneBenchmark { report: self.report, number: benchmarks.len() })?
        {
            benchmarks.push(benchmark);
        }
        Ok(benchmarks)
    }
}

struct OneBenchmark<'b, 'r, 's, 'c> {
    report: &'b mut Report<'r, 's, 'c>,
    number: usize,
}

/// `args` until 0.3, `config` from 0.4 on.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Configured {
    id_: crate::ingest::loose::Text,
    strategy: Option<Strategy>,
    backend: Option<Described>,
    requests: Option<Described>,
}

/// From 0.4 on: the part of the benchmark that is measured.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Scheduled {
    measure_start_time: Number,
    measure_end_time: Number,
}

impl<'de> DeserializeSeed<'de> for OneBenchmark<'_, '_, '_, '_> {
    type Value = Benchmark;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Benchmark, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneBenchmark<'_, '_, '_, '_> {
    type Value = Benchmark;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a benchmark")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Benchmark, A::Error> {
        let mut benchmark = Benchmark { number: self.number, ..Benchmark::default() };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id_" => benchmark.id = map.next_value()?,
                "args" | "config" => benchmark.configure(map.next_value::<Option<Configured>>()?.unwrap_or_default()),
                "worker" => benchmark.model = map.next_value::<Option<Described>>()?.unwrap_or_default().model(),
                "request_loader" => benchmark.data = map.next_value::<Option<Described>>()?.unwrap_or_default().data(),
                "metrics" => benchmark.figures = map.next_value::<Option<Figures>>()?,
                "request_totals" => benchmark.totals = map.next_value()?,
                "scheduler_metrics" => {
                    let times = map.next_value::<Option<Scheduled>>()?.unwrap_or_default();
                    benchmark.measured = times.measure_start_time.value().zip(times.measure_end_time.value());
                }
                "start_time" => benchmark.start_time = map.next_value()?,
                "end_time" => benchmark.end_time = map.next_value()?,
                "duration" => benchmark.duration = map.next_value()?,
                "requests" => map.next_value_seed(Requests { report: self.report, benchmark: &mut benchmark })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(benchmark)
    }
}

impl Benchmark {
    fn configure(&mut self, configured: Configured) {
        if configured.id_.get().is_some() {
            self.id = configured.id_;
        }
        self.strategy = configured.strategy;
        if let Some(backend) = configured.backend {
            self.model = backend.model();
        }
        if let Some(requests) = configured.requests {
            self.data = requests.data();
        }
    }
}

struct Requests<'b, 'r, 's, 'c> {
    report: &'b mut Report<'r, 's, 'c>,
    benchmark: &'b mut Benchmark,
}

impl<'de> DeserializeSeed<'de> for Requests<'_, '_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Requests<'_, '_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("lists of requests")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { report, benchmark } = self;
        while let Some(key) = map.next_key::<String>()? {
            let status = match key.as_str() {
                "successful" => Status::Successful,
                "errored" => Status::Errored,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            map.next_value_seed(List { report, benchmark, status })?;
        }
        Ok(())
    }
}

struct List<'b, 'r, 's, 'c> {
    report: &'b mut Report<'r, 's, 'c>,
    benchmark: &'b mut Benchmark,
    status: Status,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of requests")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(request) = list.next_element::<Request>()? {
            if let Err(error) = self.take(&request, index) {
                *self.report.refused = Some(error);
                return Err(A::Error::custom("refused"));
            }
            index += 1;
        }
        Ok(())
    }
}

impl List<'_, '_, '_, '_> {
    fn take(&mut self, request: &Request, index: u64) -> Result<(), Error> {
        let Self { report, benchmark, status } = self;
        let list = if *status == Status::Successful { "successful" } else { "errored" };
        let path = || format!("benchmarks[{}].requests.{list}[{index}]", benchmark.number);
        let place = || Place::file(report.name).path(path());
        if *status == Status::Successful && (request.start().is_none() || request.end().is_none()) {
            let key = if request.start().is_none() { "start_time" } else { "end_time" };
            return Err(TOOL.missing(place(), key));
        }
        let warmup = benchmark.is_warmup(request.start(), request.end());
        let record = request.record(benchmark.number, *status, warmup);
        LOG.hand_on(&record, index + 1, place, report.sink)?;
        let held = &mut benchmark.held;
        match status {
            _ if warmup => held.warmup += 1,
            Status::Successful => held.successes += 1,
            Status::Errored => {
                held.failures += 1;
                if let Some(reason) = request.error()
                    && (held.reasons.len() < REASONS || held.reasons.contains_key(reason))
                {
                    *held.reasons.entry(reason.to_owned()).or_default() += 1;
                }
            }
        }
        Ok(())
    }
}
