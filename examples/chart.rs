//! A chart of one's own numbers as a standalone SVG, light and dark.

use gristmill::chart::{Axis, Chart, Quantity, Series, draw, svg};
use gristmill::font::Fonts;

pub(crate) fn main() {
    let axis = |title: &str, quantity| Axis { title: title.to_owned(), quantity, ..Axis::default() };
    let line = |name: &str, points: [(f64, f64); 3]| Series {
        name: name.to_owned(),
        points: points.to_vec(),
        ..Series::default()
    };
    let chart = Chart {
        id: "throughput".to_owned(),
        title: "System throughput by concurrency".to_owned(),
        x: Axis { levels: vec![1.0, 4.0, 8.0], ..axis("Concurrent requests", Quantity::Concurrency) },
        y: axis("System throughput (tok/s)", Quantity::TokensPerSecond),
        series_title: "Engine".to_owned(),
        series: vec![
            line("One", [(1.0, 120.0), (4.0, 380.0), (8.0, 610.0)]),
            line("Other", [(1.0, 125.0), (4.0, 400.0), (8.0, 590.0)]),
        ],
        ..Chart::default()
    };
    let scene = draw(&chart, &Fonts::load());
    println!("{}", svg::standalone(&scene, &chart.title, "Throughput of two engines at 1, 4 and 8 requests."));
}
