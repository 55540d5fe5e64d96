//! Lines of another run beside those of a chart.

use super::lens::{Along, Lens};
use super::{KINDS, capacity};
use crate::analysis::Analysis;
use crate::analysis::capacity::Capacity;
use crate::chart::{Chart, Form, Quantity, ReferenceLines, Series};

/// Puts another run's lines behind those of a chart of the sweep: those of the same context or load, at the levels that the
/// chart has. None where it has no such figure, or another one: a median in place of a mean.
pub fn with_reference(chart: Chart, kind: &str, reference: &Analysis, name: &str) -> Chart {
    let along = match (chart.form, chart.x.quantity) {
        (Form::Levels, Quantity::Context) => Along::Contexts,
        _ => Along::Loads,
    };
    let kind = KINDS.iter().find(|one| one.id == kind);
    let other = kind.and_then(|kind| (kind.build)(reference, Lens::Beside(along)));
    let alike = other.filter(|other| other.title == chart.title && other.y.title == chart.y.title);
    behind(chart, alike, name)
}

/// The same for the chart of a use case.
pub fn with_reference_capacity(chart: Chart, reference: &Analysis, id: &str, name: &str) -> Chart {
    let rates = reference.request_rates.iter().flat_map(|rates| &rates.capacity);
    let of_use_case = |other: &&Capacity| other.use_case.id == id;
    let all = reference.capacity.iter().chain(rates).filter(of_use_case).filter_map(capacity);
    let alike = all.into_iter().find(|other| other.x.title == chart.x.title);
    behind(chart, alike, name)
}

fn behind(mut chart: Chart, other: Option<Chart>, name: &str) -> Chart {
    let Some(other) = other else { return chart };
    // What is drawn beside measured levels is measured at them.
    let is_shared = |x: f64| {
        let label = other.x.print(x);
        chart.form == Form::Path || chart.x.levels.iter().any(|level| *level == x || chart.x.print(*level) == label)
    };
    let counterpart = |(at, own): (usize, &Series)| {
        let found = other.series.iter().find(|line| line.name == own.name && line.quantity == own.quantity)?;
        let kept: Vec<bool> = found.points.iter().map(|(x, _)| is_shared(*x)).collect();
        let mut line = found.clone();
        let mut keep = kept.iter();
        line.points.retain(|_| *keep.next().unwrap_or(&false));
        line.subject =
            [line.subject.as_str(), name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        line.notes = line.notes.iter().map(|note| format!("{note} ({name})")).collect();
        (line.band, line.marks, line.side) = (Vec::new(), Vec::new(), own.side);
        (!line.points.is_empty()).then_some((at, line))
    };
    let lines: Vec<_> = chart.series.iter().enumerate().filter_map(counterpart).collect();
    chart.reference = (!lines.is_empty()).then(|| ReferenceLines { name: name.to_owned(), lines });
    chart
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::super::tests::{K, grid};
    use super::*;
    use crate::cell::Statistic;
    use crate::metric::MetricId;

    #[test]
    fn a_reference_has_the_lines_and_levels_that_the_chart_has() {
        let own = grid(&[1024, 32768], &[1, 4], |context, load| (context * load) as f64 / 1024.0);
        let other = grid(&[1024, 2048, 32768], &[4, 16], |context, _| context as f64 / 1024.0);
        let chart = build("ttft", &own).expect("a grid");
        let found = with_reference(chart.clone(), "ttft", &other, "before").reference.expect("4 requests are in both");
        let [(place, line)] = &found.lines[..] else { panic!("one line: {:?}", found.lines) };
        assert_eq!(
            (*place, line.name.as_str(), line.subject.as_str()),
            (1, "4 requests", "4 concurrent requests, before")
        );
        assert_eq!(line.points, [(K, 1.0), (32.0 * K, 32.0)], "2K was not tested in the run itself");
        let mut median = other.clone();
        median.central[MetricId::Ttft as usize] = Statistic::P50;
        for figures in &mut median.cells {
            figures.cell.metrics[MetricId::Ttft as usize].quantiles.p50 = Some(0.3);
        }
        assert_eq!(with_reference(chart, "ttft", &median, "before").reference, None, "a median is another figure");
    }
}
