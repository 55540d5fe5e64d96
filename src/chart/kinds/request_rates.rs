//! What a run with both kinds of load shows over its request rates.

use super::lens::Lens;
use super::sweep::Along;
use super::{generation_speed, throughput, ttft};
use crate::analysis::Analysis;
use crate::chart::Chart;

pub(super) const THROUGHPUT: &str = "rates-throughput";
pub(super) const TTFT: &str = "rates-ttft";
pub(super) const GENERATION_SPEED: &str = "rates-generation-speed";

pub(super) fn throughput(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    throughput::along(analysis.swept_request_rates()?, lens, THROUGHPUT, Along::Loads)
}

pub(super) fn ttft(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    ttft::along(analysis.swept_request_rates()?, lens, TTFT, Along::Loads)
}

pub(super) fn generation_speed(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    generation_speed::along(analysis.swept_request_rates()?, lens, GENERATION_SPEED, Along::Loads)
}
