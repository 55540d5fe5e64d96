//! Where ticks stand, what span an axis has, and which tick labels fit.

use super::{Axis, Quantity, Scale};

/// The span of an axis; places its values between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Domain {
    scale: Scale,
    low: f64,
    high: f64,
}

/// A tick of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub value: f64,
    pub label: String,
}

impl Domain {
    /// Where a value lies: 0 at the low end, 1 at the high end.
    pub fn place(&self, value: f64) -> f64 {
        let (low, high, value) = match self.scale {
            Scale::Linear => (self.low, self.high, value),
            Scale::Log => (libm::log2(self.low), libm::log2(self.high), libm::log2(value)),
        };
        (value - low) / (high - low)
    }

    /// How values are spaced, and those at the low and the high end.
    pub fn ends(&self) -> (Scale, f64, f64) {
        (self.scale, self.low, self.high)
    }

    /// Around the levels of a horizontal axis, with a little room on both sides.
    pub fn around(levels: &[f64], scale: Scale) -> Self {
        let (low, high) = span(levels);
        match scale {
            Scale::Log if low < high => {
                let room = libm::pow(high / low, 0.025);
                Self { scale, low: low / room, high: high * room }
            }
            Scale::Log => Self { scale, low: low / 2.0, high: high * 2.0 },
            Scale::Linear => {
                let room = if low < high { 0.035 * (high - low) } else { 0.5 * high.abs().max(1e-9) };
                Self { scale, low: low - room, high: high + room }
            }
        }
    }

    /// A vertical axis of powers with its ticks.
    pub fn log(values: &[f64], quantity: Quantity) -> (Self, Vec<Tick>) {
        let (low, high) = span(values);
        let room = libm::pow(high / low, 0.04).max(1.08);
        let domain = Self { scale: Scale::Log, low: low / room, high: high * room };
        let ticks = powers(domain.low, domain.high);
        let tick = |value: f64| Tick { value, label: quantity.tick(value, value, value) };
        (domain, ticks.into_iter().map(tick).collect())
    }

    /// Vertical axes from zero with round ticks; both have the same number of intervals, so that they share a grid.
    pub fn linear(axes: &[(&[f64], Quantity)]) -> Vec<(Self, Vec<Tick>)> {
        let spans: Vec<_> = axes.iter().map(|(values, _)| from_zero(values)).collect();
        let intervals = (4..=7)
            .min_by(|a, b| {
                let waste = |n: u32| -> f64 { spans.iter().map(|span| span.waste(n)).sum() };
                waste(*a).total_cmp(&waste(*b))
            })
            .unwrap_or(5);
        let axis = |(span, (_, quantity)): (&FromZero, &(&[f64], Quantity))| span.axis(intervals, *quantity);
        spans.iter().zip(axes).map(axis).collect()
    }

    /// Ticks of a horizontal axis: at its levels, else at round numbers within the span.
    pub fn across(&self, axis: &Axis) -> Vec<Tick> {
        if !axis.levels.is_empty() {
            return axis.levels.iter().map(|level| Tick { value: *level, label: axis.print(*level) }).collect();
        }
        match self.scale {
            Scale::Log => powers(self.low, self.high)
                .into_iter()
                .map(|value| Tick { value, label: axis.quantity.tick(value, value, value) })
                .collect(),
            Scale::Linear => {
                let step = round_up((self.high - self.low) / 8.0);
                let (first, last) = ((self.low / step).ceil(), (self.high / step).floor());
                multiples(first, last, step, axis.quantity)
            }
        }
    }
}

/// A linear axis that reaches from zero to its largest value, or from its smallest where that is below zero.
struct FromZero {
    low: f64,
    high: f64,
}

impl FromZero {
    fn step(&self, intervals: u32) -> f64 {
        round_up((self.high - self.low) / f64::from(intervals))
    }

    /// The share of the axis that no value needs, and something for many steps and for ones that are harder to read.
    fn waste(&self, intervals: u32) -> f64 {
        let step = self.step(intervals);
        let length = f64::from(intervals) * step;
        let is_plain = [1.0, 2.0, 4.0, 5.0].iter().any(|factor| is_power_of_ten(step / factor));
        let effort = 0.01 * f64::from(intervals) + if is_plain { 0.0 } else { 0.06 };
        (length - (self.high - self.low)) / length + effort
    }

    fn axis(&self, intervals: u32, quantity: Quantity) -> (Domain, Vec<Tick>) {
        let step = self.step(intervals);
        let first = (self.low / step).floor();
        let last = (first + f64::from(intervals)).max((self.high / step - 1e-9).ceil());
        let domain = Domain { scale: Scale::Linear, low: first * step, high: last * step };
        (domain, multiples(first, last, step, quantity))
    }
}

/// Which labels of ticks stand, given their centres and widths in ascending order: the first and the last always, the
/// others as far as they leave `gap` between them.
///
/// Where not all fit and the ticks are evenly spaced, round multiples stay; else the roundest first.
pub(super) fn thin(ticks: &[Tick], centres: &[f64], widths: &[f64], gap: f64, quantity: Quantity) -> Vec<bool> {
    let clear = |a: usize, b: usize| (centres[a] - centres[b]).abs() >= (widths[a] + widths[b]) / 2.0 + gap;
    let Some(last) = ticks.len().checked_sub(1) else { return Vec::new() };
    if (1..ticks.len()).all(|at| clear(at - 1, at)) {
        return vec![true; ticks.len()];
    }
    let mut shown = vec![false; ticks.len()];
    shown[0] = true;
    shown[last] |= clear(0, last);
    let ends = shown.clone();
    let free = |at: usize, shown: &[bool]| (0..ticks.len()).all(|other| !shown[other] || clear(at, other));
    if let Some(step) = even_step(ticks) {
        for factor in [2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0] {
            let is_round = |at: &usize| is_multiple(ticks[*at].value, factor * step) && free(*at, &ends);
            let round: Vec<usize> = (0..ticks.len()).filter(is_round).collect();
            if round.windows(2).all(|pair| clear(pair[0], pair[1])) {
                round.into_iter().for_each(|at| shown[at] = true);
                return shown;
            }
        }
    }
    let mut order: Vec<usize> = (0..ticks.len()).collect();
    order.sort_by_key(|at| (roughness(ticks[*at].value, quantity), *at));
    for at in order {
        if !shown[at] && free(at, &shown) {
            shown[at] = true;
        }
    }
    shown
}

/// The common distance of neighbouring ticks.
fn even_step(ticks: &[Tick]) -> Option<f64> {
    let step = ticks.get(1)?.value - ticks[0].value;
    let even = |pair: &[Tick]| ((pair[1].value - pair[0].value) - step).abs() <= 1e-9 * step;
    (step > 0.0 && ticks.windows(2).all(even)).then_some(step)
}

fn is_multiple(value: f64, step: f64) -> bool {
    let times = value / step;
    (times - times.round()).abs() <= 1e-6
}

/// How far a number is from round: powers of two among contexts, few significant digits elsewhere.
fn roughness(value: f64, quantity: Quantity) -> usize {
    if quantity == Quantity::Context {
        let exponent = libm::log2(value);
        return usize::from(exponent != exponent.round());
    }
    let digits = format!("{value:e}");
    digits.split('e').next().map_or(0, str::len)
}

fn span(values: &[f64]) -> (f64, f64) {
    let ends = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    if ends.0 <= ends.1 { ends } else { (1.0, 1.0) }
}

fn from_zero(values: &[f64]) -> FromZero {
    let (low, high) = span(values);
    let (low, high) = (low.min(0.0), high.max(0.0));
    FromZero { low, high: if low < high { high } else { 1.0 } }
}

/// The next of 1, 2, 2.5, 4 and 5 times a power of ten.
fn round_up(step: f64) -> f64 {
    let power = ten_to(libm::floor(libm::log10(step)));
    let found = [1.0, 2.0, 2.5, 4.0, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    found.unwrap_or(10.0) * power
}

fn is_power_of_ten(value: f64) -> bool {
    (value / ten_to(libm::round(libm::log10(value))) - 1.0).abs() < 1e-9
}

fn ten_to(exponent: f64) -> f64 {
    // Powers above 1 are exact; the reciprocal is the nearest double of the others.
    if exponent < 0.0 { 1.0 / libm::pow(10.0, -exponent) } else { libm::pow(10.0, exponent) }
}

fn multiples(first: f64, last: f64, step: f64, quantity: Quantity) -> Vec<Tick> {
    let largest = first.abs().max(last.abs()) * step;
    let count = (last - first).round() as usize;
    let tick = |value: f64| Tick { value, label: quantity.tick(value, step, largest) };
    (0..=count).map(|n| tick((first + n as f64) * step)).collect()
}

/// Ticks of an axis of powers: 1, 2 and 5 times powers of ten, fewer where the span is long, round steps where it is
/// short.
fn powers(low: f64, high: f64) -> Vec<f64> {
    const MOST: usize = 9;
    let (first, last) = (libm::floor(libm::log10(low)) as i32, libm::ceil(libm::log10(high)) as i32);
    let within = |factors: &[f64], every: usize| -> Vec<f64> {
        (first..=last)
            .step_by(every)
            .flat_map(|exponent| factors.iter().map(move |factor| factor * ten_to(f64::from(exponent))))
            .filter(|value| (low..=high).contains(value))
            .collect()
    };
    let dense = within(&[1.0, 2.0, 5.0], 1);
    if dense.len() < 3 {
        let step = round_up((high - low) / 5.0);
        let count = (high / step).floor() - (low / step).ceil();
        return (0..=count as usize).map(|n| ((low / step).ceil() + n as f64) * step).collect();
    }
    if dense.len() <= MOST {
        return dense;
    }
    let thirds = within(&[1.0, 3.0], 1);
    if thirds.len() <= MOST {
        return thirds;
    }
    (1..).map(|every| within(&[1.0], every)).find(|ticks| ticks.len() <= MOST).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &(Domain, Vec<Tick>)) -> Vec<&str> {
        axis.1.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_axes_start_at_zero_end_round_and_share_their_grid() {
        let axes = Domain::linear(&[(&[13.1, 1.7], Quantity::Seconds), (&[144.0, 79.0], Quantity::TokensPerSecond)]);
        assert_eq!(labels(&axes[0]).len(), labels(&axes[1]).len());
        assert_eq!(labels(&axes[1]).first(), Some(&"0"));
        let alone = Domain::linear(&[(&[765.4], Quantity::TokensPerSecond)]);
        assert_eq!(labels(&alone[0]), ["0", "200", "400", "600", "800"]);
        let nothing = Domain::linear(&[(&[0.0, 0.0], Quantity::Seconds)]);
        assert_eq!(nothing[0].0.place(0.0), 0.0);
    }

    #[test]
    fn axes_of_powers_have_a_handful_of_ticks_at_any_span() {
        let ticks = |low, high| labels(&Domain::log(&[low, high], Quantity::Seconds)).len();
        let axis = Domain::log(&[0.398, 168.0], Quantity::Seconds);
        assert_eq!(labels(&axis), ["500 ms", "1 s", "2 s", "5 s", "10 s", "20 s", "50 s", "100 s", "200 s"]);
        for (low, high) in [(1e-6, 1e6), (1.0, 1.0), (9.0, 11.0), (0.3, 40.0), (3.0, 3000.0)] {
            assert!((2..=10).contains(&ticks(low, high)), "{low}..{high}: {}", ticks(low, high));
        }
    }

    fn thinned(values: &[f64], quantity: Quantity, room: f64) -> Vec<String> {
        let axis = Axis { levels: values.to_vec(), quantity, ..Axis::default() };
        let scale = if quantity == Quantity::Context { Scale::Log } else { Scale::Linear };
        let domain = Domain::around(values, scale);
        let ticks = domain.across(&axis);
        let centres: Vec<f64> = values.iter().map(|v| domain.place(*v) * room).collect();
        let widths: Vec<f64> = ticks.iter().map(|tick| 5.0 * tick.label.len() as f64).collect();
        let shown = thin(&ticks, &centres, &widths, 5.0, quantity);
        ticks.into_iter().zip(shown).filter(|(_, shown)| *shown).map(|(tick, _)| tick.label).collect()
    }

    #[test]
    fn labels_that_collide_give_way_to_rounder_ones() {
        let contexts: Vec<f64> = [1, 8, 32, 64, 96, 128, 256].iter().map(|k| f64::from(k * 1024)).collect();
        assert_eq!(thinned(&contexts, Quantity::Context, 350.0), ["1K", "8K", "32K", "64K", "128K", "256K"]);
        let levels: Vec<f64> = (1..=30).map(f64::from).collect();
        let even: Vec<String> = std::iter::once(1).chain((1..=15).map(|n| 2 * n)).map(|n| n.to_string()).collect();
        assert_eq!(thinned(&levels, Quantity::Concurrency, 390.0), even);
        assert_eq!(thinned(&levels, Quantity::Concurrency, 12.0), ["1"], "no room for a second");
    }
}
