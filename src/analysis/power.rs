//! What the power costs, and what a token costs.

use crate::cell::Cell;
use crate::config::Config;
use crate::error::Warning;

/// What a cell's power draw and throughput come to. Unknown is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Costs {
    /// W / 1000 × price per kWh × PUE, per hour.
    pub power_per_hour: Option<f64>,
    /// W / throughput, joules per output token.
    pub energy_per_token_j: Option<f64>,
    /// (GPU-hour price × GPUs + power per hour) / (tokens per hour / 1,000,000).
    pub per_million_tokens: Option<f64>,
}

/// The costs of a cell that drew `power_w` watts. `metered` is whether the run's power was measured at all: a run
/// without any has the price of its GPUs alone, but where others were measured, a cell without power is unknown.
pub fn costs(cell: &Cell, power_w: Option<f64>, metered: bool, config: &Config) -> Costs {
    let throughput = cell.throughput_tok_s.filter(|throughput| *throughput > 0.0);
    let power_per_hour = power_cost_per_hour(power_w, config);
    let paid_per_hour = if metered && config.power.price_per_kwh.is_some() { power_per_hour } else { Some(0.0) };
    Costs {
        power_per_hour,
        energy_per_token_j: power_w.zip(throughput).map(|(watts, throughput)| watts / throughput),
        per_million_tokens: gpus_per_hour(config)
            .zip(paid_per_hour)
            .zip(throughput)
            .map(|((gpus, power), throughput)| (gpus + power) / (throughput * 3600.0 / 1e6)),
    }
}

/// Price of a draw in watts over an hour.
fn power_cost_per_hour(power_w: Option<f64>, config: &Config) -> Option<f64> {
    Some(power_w? / 1000.0 * config.power.price_per_kwh? * config.power.pue)
}

/// Price of all GPUs for an hour.
fn gpus_per_hour(config: &Config) -> Option<f64> {
    Some(config.cost.gpu_hour? * f64::from(config.hardware.count?))
}

/// What keeps the configured prices from giving a cost per million tokens, or a whole one.
pub fn warnings(metered: bool, config: &Config) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if config.cost.gpu_hour.is_none() {
        return warnings;
    }
    if config.hardware.count.is_none() {
        warnings.push(Warning::new(
            "`cost.gpu_hour` is set but `hardware.count` is not: the cost per million tokens is unknown",
        ));
    } else if config.power.price_per_kwh.is_some() && !metered {
        warnings
            .push(Warning::new("no power was measured: the cost per million tokens holds the price of the GPUs alone"));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::super::testing::cell;
    use super::*;
    use crate::record::Load;

    fn config() -> Config {
        let mut config = Config::default();
        config.power.price_per_kwh = Some(0.25);
        config.power.pue = 2.0;
        config.cost.gpu_hour = Some(1.75);
        config.hardware.count = Some(2);
        config
    }

    #[test]
    fn costs_follow_from_power_and_throughput() {
        let mut cell = cell("1K", Load::Concurrency(1));
        cell.throughput_tok_s = Some(250.0);
        let costs = costs(&cell, Some(1000.0), true, &config());
        assert_eq!(costs.power_per_hour, Some(0.5));
        assert_eq!(costs.energy_per_token_j, Some(4.0));
        let per_million = costs.per_million_tokens.expect("all of it is known");
        assert!((per_million - 4.0 / 0.9).abs() < 1e-12, "{per_million}: 3.50 + 0.50 an hour for 0.9 million tokens");
    }

    #[test]
    fn a_cost_with_an_unknown_part_is_unknown() {
        let mut cell = cell("1K", Load::Concurrency(1));
        cell.throughput_tok_s = Some(250.0);
        assert_eq!(costs(&cell, None, true, &config()), Costs::default());
        assert!(costs(&cell, None, false, &config()).per_million_tokens.is_some(), "no power log: the GPUs alone");
        let mut without_count = config();
        without_count.hardware.count = None;
        assert_eq!(costs(&cell, Some(1000.0), true, &without_count).per_million_tokens, None);
        cell.throughput_tok_s = None;
        assert_eq!(costs(&cell, Some(1000.0), true, &config()).energy_per_token_j, None);
    }

    #[test]
    fn a_price_that_leads_nowhere_is_warned_of() {
        assert!(warnings(true, &config()).is_empty());
        assert_eq!(warnings(false, &config()).len(), 1);
        let mut without_count = config();
        without_count.hardware.count = None;
        assert_eq!(warnings(true, &without_count).len(), 1);
        assert!(warnings(false, &Config::default()).is_empty());
    }
}
