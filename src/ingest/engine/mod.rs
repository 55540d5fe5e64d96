//! Metric pages of vLLM and SGLang, saved before and after a load level: what the engine itself measured in between.
//!
//! A page is read like any other file ([`page`]); two that belong together by their names ([`pairs`]) give the run between
//! them ([`difference`]).

pub mod difference;
pub mod histogram;
pub mod page;
pub mod pairs;

use super::format::{Format, Head};
use super::sink::Sink;
use super::stream::Stream;
use crate::error::Result;
use page::Page;
use serde::{Deserialize, Serialize};

/// An engine that serves such pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum Engine {
    /// Metrics called `vllm:…`.
    Vllm,
    /// Metrics called `sglang:…`.
    Sglang,
}

impl Engine {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Vllm => "vLLM",
            Engine::Sglang => "SGLang",
        }
    }

    /// What its metrics' names begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Engine::Vllm => "vllm:",
            Engine::Sglang => "sglang:",
        }
    }

    /// The engine whose metrics stand in a text.
    fn of(text: &str) -> Option<Self> {
        let has = |engine: Engine| text.lines().any(|line| line.starts_with(engine.prefix()));
        [Engine::Vllm, Engine::Sglang].into_iter().find(|engine| has(*engine))
    }
}

/// A page in Prometheus' text format.
pub struct MetricPage;

impl Format for MetricPage {
    fn name(&self) -> &'static str {
        "engine metrics"
    }

    fn recognizes(&self, head: &Head) -> bool {
        Engine::of(head.text()).is_some()
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        sink.page(Page::read(stream)?);
        Ok(())
    }
}
