//! Thresholds of a use case: what passes, and by how much the rest misses.

use super::Condition;
use crate::analysis::use_cases::UseCase;
use crate::metric::{Better, MetricId};

/// What a decimal number may lose on its way into binary, relative. Far below the accuracy of any figure (1e-9), it
/// keeps a mean of 8.0 s that comes out as 8.000000000000002 from failing a threshold of 8 s.
const BINARY: f64 = 1e-12;

/// The conditions that look at a metric, in their order.
pub(super) const ON_METRICS: [(Condition, MetricId); 3] = [
    (Condition::Ttft, MetricId::Ttft),
    (Condition::E2e, MetricId::E2e),
    (Condition::GenerationSpeed, MetricId::GenerationSpeed),
];

/// A threshold on one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Threshold {
    pub condition: Condition,
    pub metric: MetricId,
    /// In the metric's unit; above 0.
    pub value: f64,
}

/// The thresholds of a use case, in the order of [`Condition`].
pub(super) fn thresholds(use_case: &UseCase) -> Vec<Threshold> {
    let present = |(condition, metric)| {
        let value = use_case.threshold(condition)?;
        Some(Threshold { condition, metric, value })
    };
    ON_METRICS.into_iter().filter_map(present).collect()
}

impl UseCase {
    /// The threshold of a condition, in its metric's unit; none where the use case has none.
    pub(super) fn threshold(&self, condition: Condition) -> Option<f64> {
        match condition {
            Condition::Success => None,
            Condition::Ttft => self.max_ttft_s,
            Condition::E2e => self.max_e2e_s,
            Condition::GenerationSpeed => self.min_speed,
        }
    }
}

impl Threshold {
    /// Whether `value` passes; one that equals the threshold does.
    pub fn passes(&self, value: f64) -> bool {
        match self.metric.metric().better {
            Better::Lower => value <= self.value * (1.0 + BINARY),
            Better::Higher => value >= self.value * (1.0 - BINARY),
        }
    }

    /// Whether `value` passes, or misses by no more than the share `near` of the threshold.
    pub fn nearly_passes(&self, value: f64, near: f64) -> bool {
        self.passes(value) || (value / self.value - 1.0).abs() <= near + BINARY
    }
}
