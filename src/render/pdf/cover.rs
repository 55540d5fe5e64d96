//! The title page: whatever its texts are like, it is one page and nothing on it overlaps.

use super::document::{Area, Draw, ElementId, Ink, Pen, Rgba, Role, Target};
use super::flow::Flow;
use super::lines::{LineBreaker, truncated};
use super::spans::Spans;
use super::style::{BODY, Column, EYEBROW, INK, MUTED, TINT, TextStyle, WHITE};
use crate::font::{Digits, Face};
use crate::report::{Cover, Highlight};

/// The baseline of the small line above the title.
const KICKER: f32 = 96.0;
/// The ground of the title is at least this high.
const LEAST_HERO: f32 = 430.0;
/// Between the title's ground and the highlights' heading.
const BELOW_HERO: f32 = 54.0;
/// Between the title and the line below it.
const TITLE_GAP: f32 = 7.0;
/// Between cards.
const GUTTER: f32 = 12.0;
/// The imprint ends here, from the page's foot.
const FOOT: f32 = 50.0;

/// How roomy the title's ground is set; the first way that fits is taken, and the last one fits whatever the texts are.
#[derive(Debug, Clone, Copy)]
struct Way {
    title: f32,
    title_lines: usize,
    subtitle: f32,
    subtitle_lines: usize,
    fact: f32,
    fact_lines: usize,
}

const WAYS: [Way; 6] = [
    Way { title: 40.0, title_lines: 2, subtitle: 15.0, subtitle_lines: 2, fact: 12.0, fact_lines: 2 },
    Way { title: 34.0, title_lines: 2, subtitle: 15.0, subtitle_lines: 2, fact: 12.0, fact_lines: 2 },
    Way { title: 29.0, title_lines: 3, subtitle: 14.0, subtitle_lines: 3, fact: 11.0, fact_lines: 2 },
    Way { title: 25.0, title_lines: 4, subtitle: 13.0, subtitle_lines: 3, fact: 10.5, fact_lines: 3 },
    Way { title: 21.0, title_lines: 6, subtitle: 12.0, subtitle_lines: 4, fact: 10.0, fact_lines: 3 },
    Way { title: 19.0, title_lines: 6, subtitle: 11.0, subtitle_lines: 3, fact: 9.5, fact_lines: 1 },
];

/// A text broken into lines.
struct Set {
    spans: Spans,
    style: TextStyle,
    lines: Vec<super::lines::Line>,
}

/// A fact's label and value.
type Fact = (String, Set);

/// The title's ground, set in one way.
struct Hero {
    title: Set,
    subtitle: Option<Set>,
    facts: Vec<Fact>,
    height: f32,
}

impl Flow<'_> {
    /// The marks of the title page.
    pub fn cover(&mut self, cover: &Cover) -> Vec<Draw> {
        let mut foot = self.foot(cover);
        let mut highlights = self.highlights(cover);
        let room = self.sheet.height - foot.1 - highlights.1 - BELOW_HERO;
        let hero = self.hero(cover, room);
        let mut draws = self.ground(hero.height);
        draws.extend(self.hero_draws(cover, &hero));
        let below = hero.height + BELOW_HERO;
        draws.extend(highlights.0.drain(..).map(|draw| draw.lowered(below)));
        let top = self.sheet.height - foot.1;
        draws.extend(foot.0.drain(..).map(|draw| draw.lowered(top)));
        draws
    }

    /// The first way to set the title's ground that fits into `room`.
    fn hero(&self, cover: &Cover, room: f32) -> Hero {
        let mut ways = WAYS.into_iter().map(|way| self.hero_in(cover, way));
        let mut last = None;
        for (hero, whole) in ways.by_ref() {
            if whole && hero.height <= room {
                return hero;
            }
            last = Some(hero);
        }
        last.expect("there are ways to set a title")
    }

    /// The title's ground set in a way, and whether all of its text is there.
    fn hero_in(&self, cover: &Cover, way: Way) -> (Hero, bool) {
        let width = self.sheet.column().width;
        let title_style =
            TextStyle { face: Face::Display, size: way.title, leading: way.title * 1.14, ..BODY.colour(WHITE) };
        let (title, mut whole) = self.set(&cover.title, title_style, width, way.title_lines);
        // A word cut in the middle is for titles that cannot be set otherwise.
        whole &= LineBreaker::new(self.fonts, &title.spans, &title_style).widths().1 <= width || way.title_lines > 4;
        let subtitle_style =
            TextStyle { size: way.subtitle, leading: way.subtitle * 1.32, ..BODY.colour(self.palette.cover_text) };
        let subtitle = cover.subtitle.as_ref().filter(|text| !text.is_empty()).map(|text| {
            let (set, fits) = self.set(text, subtitle_style, width, way.subtitle_lines);
            whole &= fits;
            set
        });
        let fact_style = TextStyle {
            face: Face::SemiBold,
            size: way.fact,
            leading: way.fact * 1.24,
            digits: Digits::Tabular,
            ..BODY.colour(WHITE)
        };
        let facts = cover.facts.iter().map(|(label, value)| {
            let (set, fits) = self.set(value, fact_style, width / 3.0 - 14.0, way.fact_lines);
            whole &= fits;
            (label.clone(), set)
        });
        let mut hero = Hero { title, subtitle, facts: facts.collect(), height: 0.0 };
        hero.height = (KICKER + 44.0 + hero.stack()).max(LEAST_HERO);
        (hero, whole)
    }

    /// A text in at most so many lines, and whether it is all there; the last line ends in `…` where it is not.
    fn set(&self, text: &str, style: TextStyle, width: f32, most: usize) -> (Set, bool) {
        let spans = Spans::plain(text, &style);
        let lines = LineBreaker::new(self.fonts, &spans, &style).lines(width);
        if lines.len() <= most {
            return (Set { spans, style, lines }, true);
        }
        let mut kept: String = lines[..most].iter().flat_map(|line| &line.runs).map(|run| run.text.as_str()).collect();
        while !kept.is_empty() {
            let spans = Spans::plain(&format!("{}…", kept.trim_end()), &style);
            let lines = LineBreaker::new(self.fonts, &spans, &style).lines(width);
            if lines.len() <= most {
                return (Set { spans, style, lines }, false);
            }
            kept.pop();
        }
        (Set { spans: Spans::default(), style, lines: Vec::new() }, false)
    }

    fn hero_draws(&mut self, cover: &Cover, hero: &Hero) -> Vec<Draw> {
        let column = self.sheet.column();
        let mut draws = Vec::new();
        let label = EYEBROW.colour(self.palette.cover_label);
        let kicker = match &cover.date_text {
            Some(date) => format!("{}  ·  {date}", cover.kicker),
            None => cover.kicker.clone(),
        };
        draws.extend(self.eyebrow(&kicker, &label, column, KICKER));
        let mut y = hero.height - hero.stack();
        draws.extend(self.set_draws(&hero.title, column.x, y));
        y += hero.title.height() + TITLE_GAP;
        if let Some(subtitle) = &hero.subtitle {
            draws.extend(self.set_draws(subtitle, column.x, y));
            y += subtitle.height();
        }
        y += 36.0;
        let label = TextStyle { face: Face::Medium, size: 8.0, leading: 11.0, ..label };
        for row in hero.facts.chunks(3) {
            for (at, (name, value)) in row.iter().enumerate() {
                let x = column.x + at as f32 * column.width / 3.0;
                let element = self.elements.add(Role::Paragraph, None);
                let name = truncated(self.fonts, &label, &super::spans::running(name), column.width / 3.0 - 14.0);
                draws.push(Draw::of(element, self.run(&format!("{name} "), &label, x, y + label.baseline())));
                draws.extend(self.set_lines(value, x, y + 13.0, element));
            }
            y += row_height(row);
        }
        draws
    }

    /// The title's ground with its ornament.
    fn ground(&self, height: f32) -> Vec<Draw> {
        let width = self.sheet.width;
        let area = Area { x: 0.0, y: 0.0, width, height };
        let mut draws =
            vec![Draw::artifact(Ink::Gradient { area, from: self.palette.cover_from, to: self.palette.cover_to })];
        for arc in 0..9u8 {
            let step = f32::from(arc);
            let point = |at: u8| {
                let t = f32::from(at) / 39.0;
                let x = width * 0.70 + step * 9.0 + t * width * 0.45;
                (x, -10.0 + step * 4.0 + (1.0 - (1.0 - t) * (1.0 - t)) * (210.0 - step * 13.0))
            };
            let points = (0..40).map(point).filter(|(x, y)| *x <= width && *y >= 0.0).collect();
            let pen = Pen { colour: WHITE.alpha(0.05 + 0.015 * step), width: 1.1, dash: Vec::new() };
            draws.push(Draw::artifact(Ink::Path { points, closed: false, fill: None, stroke: Some(pen) }));
        }
        draws
    }

    /// The highlights from their heading's top, and their height.
    fn highlights(&mut self, cover: &Cover) -> (Vec<Draw>, f32) {
        let shown = &cover.highlights[..cover.highlights.len().min(3)];
        if shown.is_empty() {
            return (Vec::new(), 0.0);
        }
        let column = self.sheet.column();
        let mut draws = self.eyebrow(&cover.highlights_title, &EYEBROW, column, 9.0);
        let top = 25.0;
        let width = (column.width - 2.0 * GUTTER) / 3.0;
        let labels: Vec<_> = shown.iter().map(|highlight| self.card_label(highlight, width)).collect();
        let lines = labels.iter().map(|set| set.lines.len()).max().unwrap_or(0).max(2);
        let height = 46.0 + lines as f32 * 12.5 + 13.0;
        for (at, (highlight, label)) in shown.iter().zip(&labels).enumerate() {
            let x = column.x + at as f32 * (width + GUTTER);
            draws.extend(self.card(highlight, label, Area { x, y: top, width, height }));
        }
        (draws, top + height)
    }

    fn card(&mut self, highlight: &Highlight, label: &Set, area: Area) -> Vec<Draw> {
        let pen = Pen { colour: Rgba::hex(0xdde6f1), width: 0.8, dash: Vec::new() };
        let inner = Column { x: area.x, width: area.width }.inset(14.0, 12.0);
        let value = super::spans::running(&highlight.value);
        let style = TextStyle { face: Face::Display, digits: Digits::Tabular, ..BODY.colour(self.palette.accent) };
        let width = self.fonts.width(style.face, style.digits, 1.0, &value);
        let style = style.sized((inner.width / width.max(0.01)).clamp(12.0, 25.0));
        let value = truncated(self.fonts, &style, &value, inner.width);
        let element = self.elements.add(Role::Paragraph, None);
        let mut draws = vec![
            Draw::artifact(Ink::Box { area, radius: 8.0, fill: Some(TINT), stroke: Some(pen) }),
            Draw::of(element, self.run(&format!("{value} "), &style, inner.x, area.y + 35.0)),
        ];
        draws.extend(self.set_lines(label, inner.x, area.y + 46.0, element));
        draws
    }

    fn card_label(&self, highlight: &Highlight, width: f32) -> Set {
        let style = TextStyle { size: 8.8, leading: 12.5, ..BODY.colour(MUTED) };
        let strong = TextStyle { face: Face::SemiBold, ..style.colour(INK) };
        let (mut set, _) = self.set(&format!("{} {}", highlight.label, highlight.condition), style, width - 26.0, 5);
        // The label's share of the text is set strong; what was cut off at the end concerns the condition first.
        let label = Spans::plain(&format!("{} ", highlight.label), &strong);
        let whole: String = set.spans.spans.iter().map(|span| span.text.as_str()).collect();
        let words = label.spans.iter().map(|span| span.text.len()).sum::<usize>();
        if whole.len() > words && whole.is_char_boundary(words) {
            let mut spans = label;
            spans.spans.extend(Spans::plain(&whole[words..], &style).spans);
            set.lines = LineBreaker::new(self.fonts, &spans, &style).lines(width - 26.0);
            set.lines.truncate(5);
            set.spans = spans;
        }
        set
    }

    /// Brand, address and imprint from the top, and their height to the page's foot.
    fn foot(&mut self, cover: &Cover) -> (Vec<Draw>, f32) {
        let column = self.sheet.column();
        let mut draws = Vec::new();
        let mut y = 16.0;
        if let Some(picture) = &cover.logo {
            let (marks, height) = super::logo::logo(picture, column.x, y);
            draws.extend(marks);
            y += height + 7.0;
        }
        let brand = TextStyle { face: Face::SemiBold, size: 11.0, leading: 15.0, ..BODY };
        if let Some(name) = cover.brand.as_ref().filter(|name| !name.is_empty()) {
            let (set, _) = self.set(name, brand, column.width, 2);
            draws.extend(self.set_draws(&set, column.x, y));
            y += set.height();
        }
        if let Some(website) = cover.website.as_ref().filter(|website| !website.is_empty()) {
            let style = TextStyle { size: 9.0, leading: 13.0, ..BODY.colour(self.palette.accent) };
            let shown = truncated(self.fonts, &style, &super::spans::running(website), column.width);
            let width = self.fonts.width(style.face, style.digits, style.size, &shown);
            let paragraph = self.elements.add(Role::Paragraph, None);
            let link = self.elements.add(Role::Link, Some(paragraph));
            let area = Area { x: column.x, y, width, height: style.leading };
            draws.push(Draw::of(link, self.run(&shown, &style, column.x, y + style.baseline())));
            let target = Target::Address(website.clone());
            draws.push(Draw::of(link, Ink::Link { area, target, words: website.clone() }));
            y += style.leading;
        }
        let style = TextStyle { size: 8.4, leading: 11.5, ..BODY.colour(MUTED).tabular() };
        let (imprint, _) = self.set(&cover.imprint, style, column.width, 4);
        if y > 16.0 {
            y += 6.0;
        }
        draws.extend(self.set_draws(&imprint, column.x, y));
        y += imprint.height();
        if let Some(legal) = &cover.legal {
            let (legal, _) = self.set(legal, style.sized(7.6), column.width, 5);
            draws.extend(self.set_draws(&legal, column.x, y + 5.0));
            y += legal.height() + 5.0;
        }
        (draws, y + FOOT)
    }

    /// A small title in spaced capitals.
    fn eyebrow(&mut self, text: &str, style: &TextStyle, column: Column, y: f32) -> Vec<Draw> {
        const TRACKING: f32 = 1.5;
        let text = super::spans::running(text).to_uppercase();
        if text.is_empty() {
            return Vec::new();
        }
        let room = column.width - text.chars().count() as f32 * TRACKING;
        let text = truncated(self.fonts, style, &text, room.max(40.0));
        let element = self.elements.add(Role::Paragraph, None);
        let mut ink = self.run(&text, style, column.x, y);
        if let Ink::Text(run) = &mut ink {
            run.tracking = TRACKING;
        }
        vec![Draw::of(element, ink)]
    }

    fn set_draws(&mut self, set: &Set, x: f32, y: f32) -> Vec<Draw> {
        let element = self.elements.add(Role::Paragraph, None);
        self.set_lines(set, x, y, element)
    }

    fn set_lines(&self, set: &Set, x: f32, top: f32, element: ElementId) -> Vec<Draw> {
        let mut draws = Vec::new();
        for (at, line) in set.lines.iter().enumerate() {
            let y = top + at as f32 * set.style.leading + set.style.baseline();
            draws.extend(self.line(line, &set.spans, &set.style, (x, y), (element, &[])));
        }
        draws
    }
}

impl Set {
    fn height(&self) -> f32 {
        self.lines.len() as f32 * self.style.leading
    }
}

impl Hero {
    /// Height of the title and what stands below it, to the end of the ground.
    fn stack(&self) -> f32 {
        let subtitle = self.subtitle.as_ref().map_or(0.0, Set::height);
        let facts: f32 = self.facts.chunks(3).map(row_height).sum();
        self.title.height() + TITLE_GAP + subtitle + 36.0 + facts + 26.0
    }
}

/// Height of a row of facts.
fn row_height(facts: &[Fact]) -> f32 {
    13.0 + facts.iter().map(|(_, value)| value.height()).fold(0.0, f32::max) + 16.0
}
