//! What the accelerators draw, and what that and their hire cost.

use super::{Composition, Draft, LeftOut};
use crate::format;
use crate::report::figure::{load_unit, pairs_table, sweep_table};
use crate::report::words::Spot;
use serde::Serialize;

#[derive(Serialize)]
struct View {
    peak: Option<Spot>,
    cost_per_hour: Option<String>,
    price: String,
    pue: Option<String>,
    energy: Option<String>,
    per_million: Option<String>,
    gpu_hour: Option<String>,
    gpus: Option<String>,
    throughput: Option<Spot>,
    several_cells: bool,
    /// `concurrent requests`
    load_unit: &'static str,
}

pub(super) fn draft(input: &Composition, left_out: &mut LeftOut) -> Option<Draft> {
    let analysis = input.analysis;
    let findings = &analysis.findings;
    let config = input.config;
    let currency = config.power.currency.as_str();
    if findings.peak_power.is_none() {
        let log =
            input.ingested.sources.iter().any(|source| source.format.as_deref().is_some_and(|f| f.contains("power")));
        let why = if log {
            "the power log has too few samples inside the times of the sweep's requests"
        } else {
            "the run has no power log"
        };
        left_out.note("Power", why);
    } else if config.power.price_per_kwh.is_none() {
        left_out.note("Cost of power", "no price is configured (power.price_per_kwh)");
    }
    if findings.cost_per_million_at_peak.is_none() {
        let why = match (config.cost.gpu_hour, &findings.peak_throughput) {
            (None, _) => "no price of the hardware is configured (cost.gpu_hour)",
            (_, None) => "no throughput is known",
            _ => "the number of GPUs or their draw is unknown",
        };
        left_out.note("Cost per million tokens", why);
    }
    if findings.peak_power.is_none() && findings.cost_per_million_at_peak.is_none() {
        return None;
    }
    let view = View {
        peak: findings.peak_power.as_ref().map(|at| Spot::new(at, format::watts)),
        cost_per_hour: findings.peak_power_cost_per_hour.map(|cost| format::money(cost, currency)),
        price: config.power.price_per_kwh.map(|price| format::price(price, currency)).unwrap_or_default(),
        pue: (config.power.pue != 1.0).then(|| format::shortest(config.power.pue)),
        energy: findings.energy_per_token_at_peak_j.map(|joules| format!("{} J", format::fixed(joules, 2))),
        per_million: findings.cost_per_million_at_peak.map(|cost| format::money(cost, currency)),
        gpu_hour: config.cost.gpu_hour.map(|price| format::price(price, currency)),
        gpus: config.hardware.count.map(|count| format::counted(u64::from(count), "GPU", "GPUs")),
        throughput: findings.peak_throughput.as_ref().map(|at| Spot::new(at, format::throughput)),
        load_unit: load_unit(analysis),
        several_cells: analysis.sweep_cells().filter(|cell| cell.power_w.is_some()).count() > 1,
    };
    let data = sweep_table(analysis, "power-data", "Power (W)", format::thousands, |cell| cell.power_w);
    let pairs = pairs_table(
        analysis,
        "power-by-throughput-data",
        ("Power (W)", format::thousands, |_, cell| cell.power_w),
        ("System throughput (tok/s)", |v| format::fixed(v, 1), |_, cell| cell.cell.throughput_tok_s),
    );
    let draft = Draft::new(&view).sweep_figure(input, "power", data);
    Some(draft.further_figure(input, "power-by-throughput", pairs))
}
