//! Charts of any data are laid out without overlap and inside the picture.

use gristmill::chart::scene::{Anchor, Mark, Scene};
use gristmill::chart::{
    Axis, Bound, Chart, Form, LimitKind, LimitMark, Map, Quantity, RuleMark, Scale, Series, Side, draw, svg,
};
use gristmill::font::{Digits, Fonts};

/// Knuth's 64-bit linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn share(&mut self) -> f64 {
        self.below(1 << 24) as f64 / (1 << 24) as f64
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// From a millionth to a million, and sometimes zero or what no chart can show.
    fn value(&mut self) -> f64 {
        match self.below(60) {
            0 => 0.0,
            1 => f64::NAN,
            2 => f64::INFINITY,
            3 => 5.0,
            _ => libm::pow(10.0, 12.0 * self.share() - 6.0),
        }
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn levels(&mut self) -> (Vec<f64>, Quantity, Scale) {
        let count = self.pick(&[1, 2, 3, 7, 12, 30]);
        let (quantity, scale) = self.pick(&[
            (Quantity::Context, Scale::Log),
            (Quantity::Concurrency, Scale::Linear),
            (Quantity::RequestRate, Scale::Log),
        ]);
        let step = self.pick(&[1, 10, 128, 1024, 100_000]);
        let mut level = step;
        let mut levels = Vec::new();
        for _ in 0..count {
            levels.push(level as f64);
            level += step * (1 + self.below(4) * self.below(4));
        }
        (levels, quantity, scale)
    }

    fn chart(&mut self) -> Chart {
        const NAMES: [&str; 5] =
            ["1 request", "256K", "", "a name that is longer than anybody would expect", "Ünïcode ✓"];
        let (levels, quantity, scale) = self.levels();
        let is_capacity = self.coin();
        let narrow = self.coin();
        let middle = self.value();
        let lines = if is_capacity { 2 } else { 1 + self.below(8) };
        let quantities = [
            Quantity::Seconds,
            Quantity::Milliseconds,
            Quantity::TokensPerSecond,
            Quantity::WholeTokensPerSecond,
            Quantity::Percent,
            Quantity::Watts,
        ];
        let series = (0..lines).map(|at| {
            let points = levels.iter().filter(|_| self.below(8) > 0).collect::<Vec<_>>();
            let value =
                |random: &mut Self| if narrow { middle * (1.0 + 1e-3 * random.share()) } else { random.value() };
            Series {
                name: self.pick(&NAMES).to_owned(),
                subject: "10 concurrent requests".to_owned(),
                side: if is_capacity && at == 1 { Side::Right } else { Side::Left },
                points: points.into_iter().map(|x| (*x, value(self))).collect(),
                ..Series::default()
            }
        });
        let series = series.collect();
        let axis = |random: &mut Self| Axis {
            title: random.pick(&["Time to first token", "Speed (tok/s)"]).to_owned(),
            scale: random.pick(&[Scale::Linear, Scale::Log]),
            quantity: random.pick(&quantities),
            ..Axis::default()
        };
        let (y, right) = (axis(self), axis(self));
        let rule = |random: &mut Self, side| RuleMark {
            value: if narrow { middle } else { random.value() },
            side,
            series: is_capacity.then_some(usize::from(side == Side::Right)),
            label: "Speed floor 15 tok/s".to_owned(),
        };
        let rules = if self.coin() { vec![rule(self, Side::Left), rule(self, Side::Right)] } else { Vec::new() };
        let kinds = [LimitKind::Tested, LimitKind::Estimated, LimitKind::Open, LimitKind::Unmet];
        let limit = is_capacity.then(|| LimitMark {
            level: self.pick(&levels),
            label: "Capacity limit: ~39 requests".to_owned(),
            kind: self.pick(&kinds),
            bracket: None,
            interval: None,
        });
        Chart {
            id: "random".to_owned(),
            title: "Random".to_owned(),
            x: Axis { title: "Context (tokens)".to_owned(), scale, quantity, levels, labels: Vec::new() },
            y,
            right: is_capacity.then_some(right),
            series_title: if is_capacity { String::new() } else { "Concurrency".to_owned() },
            series,
            rules,
            limit,
            ..Chart::default()
        }
    }
}

/// A box around a text: left, top, right, bottom.
fn text_boxes(scene: &Scene, fonts: &Fonts) -> Vec<(String, [f32; 4])> {
    let text_box = |mark: &Mark| match mark {
        Mark::Text { at: (x, y), text, size, face, anchor, .. } => {
            let width = fonts.width(*face, Digits::Tabular, *size, text);
            let left = match anchor {
                Anchor::Start => *x,
                Anchor::Middle => x - width / 2.0,
                Anchor::End => x - width,
            };
            Some((text.clone(), [left, y - 0.73 * size, left + width, *y]))
        }
        _ => None,
    };
    scene.marks.iter().filter_map(text_box).collect()
}

fn corners(mark: &Mark) -> Vec<(f32, f32)> {
    match mark {
        Mark::Path { points, .. } => points.clone(),
        Mark::Circle { centre: (x, y), radius, .. } => vec![(x - radius, y - radius), (x + radius, y + radius)],
        _ => Vec::new(),
    }
}

#[test]
fn charts_of_any_data_stay_inside_and_their_texts_apart() {
    let fonts = Fonts::load();
    let mut random = Random(7);
    for round in 0..600 {
        let chart = random.chart();
        let scene = draw(&chart, &fonts);
        for (x, y) in scene.marks.iter().flat_map(corners) {
            assert!(
                (0.0..=scene.width).contains(&x) && (0.0..=scene.height).contains(&y),
                "{round}: {x} {y} {chart:#?}"
            );
        }
        let boxes = text_boxes(&scene, &fonts);
        for (at, (text, a)) in boxes.iter().enumerate() {
            assert!(a[0] >= -0.01 && a[1] >= 0.0, "{round}: {text} {a:?}");
            assert!(a[2] <= scene.width + 0.01 && a[3] <= scene.height, "{round}: {text} {a:?}");
            for (other, b) in &boxes[..at] {
                let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
                assert!(apart, "{round}: `{text}` {a:?} covers `{other}` {b:?} in {chart:#?}");
            }
        }
    }
}

/// The texts of a picture lie inside it and apart from each other.
fn assert_apart(what: &str, scene: &Scene, fonts: &Fonts) {
    let boxes = text_boxes(scene, fonts);
    for (at, (text, a)) in boxes.iter().enumerate() {
        assert!(a[0] >= -0.01 && a[1] >= 0.0, "{what}: `{text}` {a:?}");
        assert!(a[2] <= scene.width + 0.01 && a[3] <= scene.height, "{what}: `{text}` {a:?}");
        for (other, b) in &boxes[..at] {
            let apart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
            assert!(apart, "{what}: `{text}` {a:?} covers `{other}` {b:?}");
        }
    }
    for (x, y) in scene.marks.iter().flat_map(corners) {
        assert!((0.0..=scene.width).contains(&x) && (0.0..=scene.height).contains(&y), "{what}: {x} {y}");
    }
}

const LONG: &str = "a name that is longer than anybody would expect of a name";

/// Grids that are odd in one way each: contexts, loads, the value of a field, the name of a context.
type Odd = (&'static str, usize, usize, fn(usize, usize) -> Option<f64>, &'static str);

const ODD: [Odd; 9] = [
    ("usual", 7, 4, |x, y| Some((1 + x * y) as f64), ""),
    ("thirty levels", 7, 30, |x, y| Some((1 + x * y) as f64), ""),
    ("twelve contexts of thirty levels", 12, 30, |x, y| Some(0.3 * (1 + x * y) as f64), ""),
    ("two points", 2, 1, |x, _| Some(x as f64), ""),
    ("one point", 1, 1, |_, _| Some(3.0), ""),
    ("all values equal", 5, 5, |_, _| Some(2.5), ""),
    ("a huge range", 5, 5, |x, y| Some(libm::pow(10.0, (3 * x + y) as f64 - 8.0)), ""),
    ("gaps", 12, 12, |x, y| (x * y % 3 > 0).then_some(x as f64), "K"),
    ("long names", 12, 3, |x, y| Some((x + y) as f64), LONG),
];

fn odd_axes((_, contexts, loads, _, name): &Odd) -> (Axis, Axis) {
    let levels: Vec<f64> = (0..*contexts).map(|at| libm::pow(2.0, at as f64) * 1024.0).collect();
    let labels = if name.is_empty() { Vec::new() } else { levels.iter().map(|_| (*name).to_owned()).collect() };
    let x = Axis { title: LONG.to_owned(), scale: Scale::Log, quantity: Quantity::Context, levels, labels };
    let levels = (1..=*loads).map(|load| load as f64).collect();
    let title = "Concurrent requests".to_owned();
    (x, Axis { title, scale: Scale::Linear, quantity: Quantity::Concurrency, levels, labels: Vec::new() })
}

#[test]
fn maps_of_odd_grids_are_laid_out_without_overlap() {
    let fonts = Fonts::load();
    for odd in ODD {
        for (bounds, name) in [(0, "a"), (1, "x"), (3, LONG), (6, LONG)] {
            let (x, y) = odd_axes(&odd);
            let values = (0..odd.2).map(|row| (0..odd.1).map(|column| odd.3(column, row)).collect()).collect();
            let bound = |at: usize| Bound {
                value: 2.0 * at as f64,
                label: format!("{} tok/s", 2 * at),
                names: vec![name.to_owned(); 1 + at % 3],
            };
            let bounds: Vec<Bound> = (0..bounds).map(bound).collect();
            let quantity = Quantity::Seconds;
            let bounds_title = "TTFT within the limit of".to_owned();
            let map = Map { values, quantity, more_is_better: false, bounds_title, bounds };
            let chart = Chart { x, y, map: Some(map), ..Chart::default() };
            assert_apart(&format!("{} {name}", odd.0), &draw(&chart, &fonts), &fonts);
        }
    }
}

#[test]
fn lines_and_paths_of_odd_grids_are_laid_out_without_overlap() {
    let fonts = Fonts::load();
    for odd in ODD {
        for form in [Form::Levels, Form::Path] {
            let (x, y) = odd_axes(&odd);
            let series = (0..odd.1.min(8)).map(|at| {
                let known: Vec<(f64, f64)> =
                    (0..odd.2).filter_map(|row| Some((y.levels[row], odd.3(at, row)?))).collect();
                let points: Vec<(f64, f64)> = match form {
                    Form::Levels => known.clone(),
                    Form::Path => known.iter().map(|(level, value)| (100.0 / level, *value)).collect(),
                };
                Series {
                    name: x.print(x.levels[at]),
                    band: points.iter().map(|(x, y)| (*x, 0.9 * y, 1.1 * y)).collect(),
                    marks: known.iter().map(|(level, _)| level.to_string()).collect(),
                    points,
                    ..Series::default()
                }
            });
            let series = series.collect();
            let across = if form == Form::Levels { y.clone() } else { Axis { levels: Vec::new(), ..y.clone() } };
            let up = Axis { title: "TTFT".to_owned(), quantity: Quantity::Seconds, ..Axis::default() };
            let series_title = "Context".to_owned();
            let chart = Chart { x: across, y: up, series, series_title, form, ..Chart::default() };
            assert_apart(&format!("{} {form:?}", odd.0), &draw(&chart, &fonts), &fonts);
        }
    }
}

#[test]
fn what_was_not_measured_is_dashed() {
    let line = |points: Vec<(f64, f64)>| Chart {
        x: Axis { quantity: Quantity::Concurrency, levels: vec![1.0, 2.0, 5.0], ..Axis::default() },
        series: vec![Series { points, ..Series::default() }],
        ..Chart::default()
    };
    let dashed = |chart: &Chart| {
        let is_dashed =
            |mark: &&Mark| matches!(mark, Mark::Path { stroke: Some(stroke), .. } if !stroke.dash.is_empty());
        draw(chart, &Fonts::load()).marks.iter().filter(is_dashed).count()
    };
    assert_eq!(dashed(&line(vec![(1.0, 1.0), (2.0, 2.0), (5.0, 3.0)])), 0);
    assert_eq!(dashed(&line(vec![(1.0, 1.0), (5.0, 3.0)])), 1, "2 was not measured");
}

#[test]
fn the_same_chart_gives_the_same_bytes() {
    let fonts = Fonts::load();
    let chart = Random(11).chart();
    let once = svg::standalone(&draw(&chart, &fonts), "Title", "Description");
    assert_eq!(once, svg::standalone(&draw(&chart, &Fonts::load()), "Title", "Description"));
}

#[test]
fn every_tested_point_says_what_it_is() {
    let chart = Chart {
        x: Axis { quantity: Quantity::Context, scale: Scale::Log, levels: vec![1024.0, 8192.0], ..Axis::default() },
        y: Axis { quantity: Quantity::TokensPerSecond, ..Axis::default() },
        series: vec![Series {
            subject: "10 concurrent requests".to_owned(),
            points: vec![(1024.0, 765.44), (8192.0, 500.0)],
            ..Series::default()
        }],
        ..Chart::default()
    };
    let titles: Vec<_> = draw(&chart, &Fonts::load())
        .marks
        .into_iter()
        .filter_map(|mark| match mark {
            Mark::Begin { class: "point", title } => Some(title),
            _ => None,
        })
        .collect();
    assert_eq!(titles[0], "1K context, 10 concurrent requests: 765.4 tok/s");
    assert_eq!(titles.len(), 2);
}
