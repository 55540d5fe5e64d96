//! What a run with both kinds of load shows over its request rates.

use super::sweep::Along;
use super::{generation_speed, throughput, ttft};
use crate::analysis::Analysis;
use crate::chart::Chart;

pub(super) const THROUGHPUT: &str = "rates-throughput";
pub(super) const TTFT: &str = "rates-ttft";
pub(super) const GENERATION_SPEED: &str = "rates-generation-speed";

pub(super) fn throughput(analysis: &Analysis) -> Option<Chart> {
    throughput::along(analysis.swept_request_rates()?, THROUGHPUT, Along::Loads)
}

pub(super) fn ttft(analysis: &Analysis) -> Option<Chart> {
    ttft::along(analysis.swept_request_rates()?, TTFT, Along::Loads)
}

pub(super) fn generation_speed(analysis: &Analysis) -> Option<Chart> {
    generation_speed::along(analysis.swept_request_rates()?, GENERATION_SPEED, Along::Loads)
}
