//! How fast each case of a prompt suite was answered.

use super::lens::Lens;
use crate::analysis::Analysis;
use crate::analysis::suite::{CaseFigures, Outcome};
use crate::chart::{Axis, Bar, Bars, Chart, MOST_BARS, Quantity, RuleMark};
use crate::format;
use crate::markup::clean;

pub(super) const ID: &str = "case-speed";

pub(super) fn build(analysis: &Analysis, lens: Lens) -> Option<Chart> {
    // A suite has no grid that another run's could be laid over.
    if !matches!(lens, Lens::Grid) {
        return None;
    }
    let suite = analysis.suite.as_ref()?;
    let speeds = suite.speeds.as_ref()?;
    let rule = |label: &str, value: f64| RuleMark {
        value,
        label: format!("{label} {}", format::throughput(value)),
        ..RuleMark::default()
    };
    let mut rules = vec![rule("average", speeds.mean)];
    if let Some(mean) = speeds.mean_without_far {
        rules.push(rule("without outliers", mean));
    }
    let title = "Speed of each case".to_owned();
    let bars = bars(analysis, |figures| (figures.case.speed_tok_s, None), "")?;
    Some(Chart { rules, ..chart(ID, title, "Speed (tok/s)", Quantity::TokensPerSecond, bars) })
}

/// A bar for each case; none where they are more than a picture can hold, or fewer than two have a value.
pub(super) fn bars(
    analysis: &Analysis,
    value: impl Fn(&CaseFigures) -> (Option<f64>, Option<f64>),
    part_title: &str,
) -> Option<Bars> {
    let cases = &analysis.suite.as_ref()?.cases;
    let bar = |figures: &CaseFigures| {
        let (value, part) = value(figures);
        Bar {
            name: clean(&figures.case.name),
            value,
            part,
            stands_out: figures.far.is_some(),
            note: note(figures).to_owned(),
        }
    };
    let bars: Vec<Bar> = cases.iter().map(bar).collect();
    let known = bars.iter().filter(|bar| bar.value.is_some()).count();
    let part_title = if bars.iter().any(|bar| bar.part.is_some()) { part_title } else { "" };
    let enough = known > 1 && bars.len() <= MOST_BARS;
    enough.then(|| Bars { title: "Case".to_owned(), bars, part_title: part_title.to_owned() })
}

fn note(figures: &CaseFigures) -> &'static str {
    match (figures.outcome, figures.far) {
        (Outcome::Failed, _) => "failed",
        (_, Some(_)) => "outlier",
        (Outcome::PartlyFailed, None) => "some runs failed",
        (Outcome::Succeeded, None) => "",
    }
}

pub(super) fn chart(id: &str, title: String, axis: &str, quantity: Quantity, bars: Bars) -> Chart {
    let x = Axis { title: axis.to_owned(), quantity, ..Axis::default() };
    Chart { id: id.to_owned(), title, x, bars: Some(bars), ..Chart::default() }
}
