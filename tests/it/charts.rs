//! Charts of any data are laid out without overlap and inside the picture.

use gristmill::chart::scene::{Anchor, Mark, Scene};
use gristmill::chart::{Axis, Chart, LimitKind, LimitMark, Quantity, RuleMark, Scale, Series, Side, draw, svg};
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
            left_out: 0,
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
