//! The metrics of a use case that are worth looking at, in charts and tables alike.

use super::threshold::ON_METRICS;
use super::{Capacity, Column, Condition, Level};
use crate::metric::{Better, MetricId};

/// A metric of a use case, held against its threshold where it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// What it is judged by.
    pub condition: Condition,
    /// The metric.
    pub metric: MetricId,
    /// In seconds or tok/s; none where the metric only stands beside another.
    pub threshold: Option<f64>,
}

impl Shown {
    /// The chosen statistic at a level, seconds or tok/s.
    pub fn at_level(&self, level: &Level) -> Option<f64> {
        level.value(self.condition)
    }

    /// The same in a column of the table.
    pub fn in_column(&self, column: &Column) -> Option<f64> {
        match self.condition {
            Condition::Success => None,
            Condition::Ttft => column.ttft_s,
            Condition::E2e => column.e2e_s,
            Condition::GenerationSpeed => column.generation_speed_tok_s,
        }
    }

    /// Which way is better.
    pub fn better(&self) -> Better {
        self.metric.metric().better
    }
}

impl Capacity {
    /// The metrics with a threshold and, beside a single latency, generation speed; each only where a level has it.
    pub fn shown(&self) -> Vec<Shown> {
        let all = ON_METRICS.map(|(condition, metric)| {
            let threshold = self.use_case.threshold(condition);
            Shown { condition, metric, threshold }
        });
        let alone = all.iter().filter(|shown| shown.threshold.is_some()).count() == 1;
        let wanted =
            |shown: &Shown| shown.threshold.is_some() || (alone && shown.condition == Condition::GenerationSpeed);
        let measured = |shown: &Shown| self.levels.iter().any(|level| shown.at_level(level).is_some());
        all.into_iter().filter(|shown| wanted(shown) && measured(shown)).collect()
    }
}
