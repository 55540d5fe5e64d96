//! A chart as Mermaid source: a picture that needs no file beside the text.

use crate::chart::{Chart, Quantity};
use crate::format;

/// The first line of a chart over its tested levels, or its bars; none where that is less than two points.
///
/// Mermaid's `xychart` knows no legend and spaces its levels evenly, so one line is drawn and the title names it. A bar
/// without a value is left out.
pub fn source(chart: &Chart) -> Option<String> {
    if let Some(bars) = &chart.bars {
        let known: Vec<_> = bars.bars.iter().filter_map(|bar| Some((bar.name.clone(), bar.value?))).collect();
        return plot("bar", &chart.title, &bars.title, chart.x.quantity, &known);
    }
    let series = chart.series.first()?;
    let quantity = series.quantity.unwrap_or(chart.axis(series.side).quantity);
    let title =
        if series.subject.is_empty() { chart.title.clone() } else { format!("{}, {}", chart.title, series.subject) };
    let points: Vec<_> = series.points.iter().map(|(x, y)| (chart.x.print(*x), *y)).collect();
    plot("line", &title, &chart.x.title, quantity, &points)
}

fn plot(kind: &str, title: &str, axis: &str, quantity: Quantity, points: &[(String, f64)]) -> Option<String> {
    if points.len() < 2 {
        return None;
    }
    // Numbers stand without their unit, which the axis tells.
    let (unit, factor) = match quantity {
        Quantity::Seconds | Quantity::Hundredths => ("s", 1.0),
        Quantity::Milliseconds => ("ms", 1e3),
        Quantity::TokensPerSecond | Quantity::WholeTokensPerSecond => ("tok/s", 1.0),
        Quantity::Percent => ("%", 100.0),
        Quantity::Watts => ("W", 1.0),
        Quantity::Context | Quantity::Concurrency | Quantity::RequestRate => ("", 1.0),
    };
    let names: Vec<_> = points.iter().map(|(name, _)| quoted(name)).collect();
    let values: Vec<_> = points.iter().map(|(_, y)| format::fixed(y * factor, 3)).collect();
    let top = points.iter().fold(0.0_f64, |top, (_, y)| top.max(y * factor));
    // A fifth above the highest point keeps it clear of the frame.
    let top = format::fixed((top * 1.2).max(f64::MIN_POSITIVE), if top < 10.0 { 3 } else { 0 });
    Some(format!(
        "```mermaid\nxychart-beta\n    title {}\n    x-axis {} [{}]\n    y-axis {} 0 --> {top}\n    {kind} [{}]\n```",
        quoted(title),
        quoted(axis),
        names.join(", "),
        quoted(unit),
        values.join(", "),
    ))
}

/// Text between double quotes, which Mermaid has no escape for.
fn quoted(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || " ,.:/()+-~×%".contains(c) { c } else { ' ' };
    format!("\"{}\"", text.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Axis, Bar, Bars, Series};

    #[test]
    fn the_first_line_is_drawn_over_its_levels() {
        let axis = |title: &str, quantity| Axis { title: title.into(), quantity, ..Axis::default() };
        let series = |subject: &str, points: &[(f64, f64)]| Series {
            subject: subject.into(),
            points: points.to_vec(),
            ..Series::default()
        };
        let chart = Chart {
            title: "System \"throughput\"\n```".into(),
            x: axis("Concurrent requests", Quantity::Concurrency),
            y: axis("tok/s", Quantity::TokensPerSecond),
            series: vec![series("1K context", &[(1.0, 121.5), (10.0, 765.4)]), series("2K context", &[])],
            ..Chart::default()
        };
        assert_eq!(
            source(&chart).expect("two points"),
            "```mermaid\nxychart-beta\n    title \"System  throughput     , 1K context\"\n    x-axis \"Concurrent requests\" [\"1\", \"10\"]\n    \
             y-axis \"tok/s\" 0 --> 918\n    line [121.500, 765.400]\n```"
        );
        assert_eq!(source(&Chart { series: vec![series("", &[(1.0, 1.0)])], ..chart }), None);
    }

    #[test]
    fn bars_are_drawn_as_bars_and_those_without_a_value_are_left_out() {
        let bar = |name: &str, value| Bar { name: name.into(), value, ..Bar::default() };
        let bars = vec![bar("a\"]", Some(10.0)), bar("failed", None), bar("b", Some(52.5))];
        let chart = Chart {
            title: "Speed".into(),
            x: Axis { quantity: Quantity::TokensPerSecond, ..Axis::default() },
            bars: Some(Bars { title: "Case".into(), bars, ..Bars::default() }),
            ..Chart::default()
        };
        assert_eq!(
            source(&chart).expect("two bars"),
            "```mermaid\nxychart-beta\n    title \"Speed\"\n    x-axis \"Case\" [\"a  \", \"b\"]\n    \
             y-axis \"tok/s\" 0 --> 63\n    bar [10.000, 52.500]\n```"
        );
    }
}
