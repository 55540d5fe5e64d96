//! The layout model.

use super::super::document::{Area, DocModel, Draw, Ink, Part, Role, Target};
use super::super::flow::Flow;
use super::super::paginate::paginate;
use super::super::row::Keep;
use super::super::style::{Palette, Sheet};
use super::super::{lay_out, style};
use super::sample::*;
use crate::font::Fonts;
use crate::render::PageSize;
use crate::report::{Block, Cell, Cover, Report};
use crate::threads::Threads;

fn model(report: &Report, page: PageSize) -> DocModel {
    lay_out(report, &Fonts::load(), page, Palette::default(), &Threads::default())
}

/// The rectangle of a mark; text from its ascenders to its descenders.
fn area(ink: &Ink) -> Area {
    match ink {
        Ink::Text(run) => {
            let text: String = run.shaped.glyphs.iter().map(|glyph| run.shaped.text_of(glyph)).collect();
            let glyphs = run.shaped.glyphs.len() - text.ends_with(' ') as usize;
            let width: f32 = run.shaped.glyphs[..glyphs].iter().map(|glyph| glyph.advance + glyph.kern).sum();
            let width = width * run.size + run.tracking * glyphs as f32;
            Area { x: run.x, y: run.y - 0.75 * run.size, width, height: run.size }
        }
        Ink::Outline { .. } => unreachable!("only logos are outlines"),
        Ink::Box { area, .. } | Ink::Gradient { area, .. } | Ink::Image { area, .. } | Ink::Link { area, .. } => *area,
        Ink::Path { points, .. } => {
            let (xs, ys) = (points.iter().map(|p| p.0), points.iter().map(|p| p.1));
            let (left, top) = (xs.clone().fold(f32::INFINITY, f32::min), ys.clone().fold(f32::INFINITY, f32::min));
            let (right, bottom) = (xs.fold(0.0, f32::max), ys.fold(0.0, f32::max));
            Area { x: left, y: top, width: right - left, height: bottom - top }
        }
    }
}

fn texts(model: &DocModel, page: usize) -> Vec<String> {
    let text = |ink: &Ink| match ink {
        Ink::Text(run) => Some(run.shaped.glyphs.iter().map(|glyph| run.shaped.text_of(glyph)).collect()),
        _ => None,
    };
    model.pages[page].iter().filter_map(|draw| text(&draw.ink)).collect()
}

#[test]
fn nothing_leaves_the_column_or_the_page() {
    for page in [PageSize::A4, PageSize::Letter] {
        let sheet = Sheet::new(page);
        let model = model(&nasty(), page);
        for (at, draws) in model.pages.iter().enumerate().skip(1) {
            for draw in draws {
                let area = area(&draw.ink);
                let inside = area.x >= sheet.margin - 2.0
                    && area.x + area.width <= sheet.width - sheet.margin + 2.0
                    && area.y >= 30.0
                    && area.y + area.height <= sheet.height - 25.0;
                assert!(inside, "page {}: {:?} at {area:?}", at + 1, draw.ink);
                let furniture = draw.part == Part::Artifact;
                assert!(furniture || area.y + area.height <= sheet.bottom + 6.0, "page {}: {:?}", at + 1, draw.ink);
            }
        }
    }
}

#[test]
fn lines_of_text_never_lie_on_each_other() {
    let model = model(&nasty(), PageSize::A4);
    for (page, draws) in model.pages.iter().enumerate().skip(1) {
        // Labels of charts lie where the chart puts them.
        let text = draws.iter().filter(|draw| match draw.part {
            Part::Element(element) => model.elements.0[element].role != Role::Figure,
            Part::Artifact => true,
        });
        let areas: Vec<_> = text.filter(|draw| matches!(draw.ink, Ink::Text(_))).map(|draw| area(&draw.ink)).collect();
        for (at, one) in areas.iter().enumerate() {
            for other in &areas[at + 1..] {
                let apart = one.x + one.width <= other.x + 0.3
                    || other.x + other.width <= one.x + 0.3
                    || one.y + one.height <= other.y + 0.5
                    || other.y + other.height <= one.y + 0.5;
                assert!(apart, "page {}: {one:?} and {other:?}", page + 1);
            }
        }
    }
}

#[test]
fn no_cover_overlaps_whatever_its_texts_are() {
    let long = "Evaluation of a very long model name with an Extraordinarily-Long-Hyphenated-Suffix ".repeat(3);
    let long = &long[..200];
    let mut covers: Vec<Cover> =
        [long, "Q", &"W".repeat(200), "模型 評価"].iter().map(|title| cover(title, 6, 3)).collect();
    covers.extend((0..10).map(|facts| cover(long, facts, facts % 4)));
    let mut worst = cover(long, 9, 3);
    worst.subtitle = Some(long.repeat(2));
    worst.facts.iter_mut().for_each(|fact| fact.1 = long.to_owned());
    worst.facts[0].0 = long.to_owned();
    worst.highlights.iter_mut().for_each(|h| (h.value, h.label, h.condition) = (long.into(), long.into(), long.into()));
    worst.imprint = long.repeat(4);
    worst.brand = Some(long.to_owned());
    worst.website = Some(format!("https://example.com/{}", "p".repeat(300)));
    covers.push(worst);
    for cover in covers {
        for page in [PageSize::A4, PageSize::Letter] {
            let sheet = Sheet::new(page);
            let model = model(&report(cover.clone(), vec![section("one", "One", vec![paragraph(1)])]), page);
            let texts: Vec<_> = model.pages[0].iter().filter(|draw| matches!(draw.ink, Ink::Text(_))).collect();
            for (at, draw) in texts.iter().enumerate() {
                let one = area(&draw.ink);
                assert!(one.x + one.width <= sheet.width - sheet.margin + 2.0, "{:?}", draw.ink);
                assert!(one.y > 20.0 && one.y + one.height < sheet.height - 20.0, "{:?}", draw.ink);
                for other in texts[at + 1..].iter().map(|draw| area(&draw.ink)) {
                    let apart = one.x + one.width <= other.x + 0.3
                        || other.x + other.width <= one.x + 0.3
                        || one.y + one.height <= other.y + 1.5
                        || other.y + other.height <= one.y + 1.5;
                    assert!(apart, "{:?} at {one:?} and {other:?}", draw.ink);
                }
            }
        }
    }
}

#[test]
fn no_page_ends_with_a_heading() {
    let sections = |count: usize| {
        (0..count).map(|at| {
            let id = format!("s{at}");
            section(
                &id,
                "A section",
                vec![paragraph(at % 7 + 1), heading(2, &format!("h{at}"), "A heading"), paragraph(3)],
            )
        })
    };
    let model = model(&report(cover("Q", 3, 1), sections(40).collect()), PageSize::A4);
    for draws in &model.pages {
        let mut parts = draws.iter().filter_map(|draw| match draw.part {
            Part::Element(element) => Some(model.elements.0[element].role),
            Part::Artifact => None,
        });
        assert!(!matches!(parts.next_back(), Some(Role::Heading(_))));
    }
}

#[test]
fn no_page_begins_or_ends_with_a_single_line_of_a_paragraph() {
    let fonts = Fonts::load();
    let report =
        report(cover("Q", 0, 0), vec![section("one", "One", (0..30).map(|at| paragraph(at % 5 + 1)).collect())]);
    let mut flow = Flow::new(&report, &fonts, Sheet::new(PageSize::A4), Palette::default());
    let rows = flow.section(&report.sections[0]);
    for block in rows.chunk_by(|a, b| a.block == b.block && a.block > 0).filter(|block| block.len() > 1) {
        assert_eq!((block[0].keep, block[block.len() - 2].keep), (Keep::Must, Keep::Must));
    }
}

#[test]
fn the_head_of_a_long_table_stands_on_every_page_of_it_with_two_rows_or_more() {
    let report = report(cover("Q", 0, 0), vec![section("one", "One", vec![paragraph(20), table("row", 4, 90)])]);
    let model = model(&report, PageSize::A4);
    let mut rows = 0;
    for page in 2..model.pages.len() {
        let texts = texts(&model, page);
        let here = texts.iter().filter(|text| text.starts_with("row ")).count();
        if here > 0 {
            assert!(here >= 2, "page {}", page + 1);
            assert_eq!(texts.iter().filter(|text| text.as_str() == "Level").count(), 1, "page {}", page + 1);
        }
        rows += here;
    }
    assert_eq!(rows, 90);
}

#[test]
fn a_table_of_twelve_columns_fits_without_cutting_a_number() {
    let fonts = Fonts::load();
    let report = report(cover("Q", 0, 0), vec![section("one", "One", vec![table("4 × 32K", 12, 3)])]);
    let model = lay_out(&report, &fonts, PageSize::A4, Palette::default(), &Threads::default());
    let shown = texts(&model, 2);
    for row in 0..3 {
        for column in [2, 5, 7] {
            let number = format!("{}.{column:02} s", row * 7);
            assert!(shown.contains(&number) || (row + column) % 11 == 0, "{number} in {shown:?}");
        }
    }
}

#[test]
fn a_figure_is_never_parted_from_its_caption_and_text_fills_the_hole_before_it() {
    let blocks = vec![paragraph(38), figure(1), paragraph(3), paragraph(3), paragraph(3), paragraph(30)];
    let report = report(cover("Q", 0, 0), vec![section("one", "One", blocks)]);
    let fonts = Fonts::load();
    let sheet = Sheet::new(PageSize::A4);
    let mut flow = Flow::new(&report, &fonts, sheet, Palette::default());
    let rows = flow.section(&report.sections[0]);
    let body = paginate(&rows, &sheet, &|chart, height| flow.chart(chart, height), &Threads::default());
    for page in &body.pages[..body.pages.len() - 1] {
        let end = page.iter().map(|draw| area(&draw.ink)).map(|area| area.y + area.height).fold(0.0, f32::max);
        assert!(end > sheet.bottom - 0.12 * sheet.body(), "a page ends at {end}");
    }
    let pages_of = |wanted: Role| {
        let of = move |draw: &super::super::document::Draw, elements: &super::super::document::Elements| match draw.part
        {
            Part::Element(element) => elements.0[element].role == wanted,
            Part::Artifact => false,
        };
        let pages = body.pages.iter().enumerate();
        pages.filter(|(_, page)| page.iter().any(|draw| of(draw, &flow.elements))).map(|(at, _)| at).collect::<Vec<_>>()
    };
    assert_eq!(pages_of(Role::Figure).len(), 1);
    assert_eq!(pages_of(Role::Figure), pages_of(Role::Caption));
}

#[test]
fn a_table_never_stands_before_the_chart_it_belongs_to() {
    for paragraphs in 20..45 {
        let blocks = vec![paragraph(paragraphs), figure(1), table("row", 2, 3), paragraph(3)];
        let model = model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks)]), PageSize::A4);
        let roles = model.pages.iter().flatten().filter_map(|draw| match draw.part {
            Part::Element(element) => Some(model.elements.0[element].role),
            Part::Artifact => None,
        });
        let roles: Vec<_> = roles.filter(|role| [Role::Figure, Role::TableCell].contains(role)).collect();
        assert_eq!((roles.first(), roles.last()), (Some(&Role::Figure), Some(&Role::TableCell)), "{paragraphs}");
        assert!(roles.is_sorted_by_key(|role| *role == Role::TableCell), "{paragraphs}");
    }
}

#[test]
fn the_opening_of_a_section_stands_on_the_page_of_the_table_it_leads_to() {
    for paragraphs in 1..60 {
        let one = section("one", "One", vec![paragraph(paragraphs)]);
        let two = section("two", "Two", vec![paragraph(2), table("row", 2, 3)]);
        let model = model(&report(cover("Q", 0, 0), vec![one, two]), PageSize::A4);
        let heading = model.outline.iter().find(|entry| entry.title == "Two").expect("it is in the outline");
        let rows = texts(&model, heading.page).iter().filter(|text| text.starts_with("row ")).count();
        assert_eq!(rows, 3, "behind {paragraphs}");
    }
}

#[test]
fn links_lead_to_where_their_heading_stands() {
    let model = model(&nasty(), PageSize::A4);
    let entry = model.outline.iter().find(|entry| entry.title == "All measurements").expect("it is in the outline");
    let links = model.pages.iter().flatten().filter_map(|draw| match &draw.ink {
        Ink::Link { target, words, .. } => Some((words.as_str(), target)),
        _ => None,
    });
    let links: Vec<_> = links.collect();
    assert!(links.contains(&("the long table", &Target::Place(entry.page, entry.y))));
    assert!(links.iter().all(|(words, target)| *words != "what is not there" && !matches!(target, Target::Id(_))));
}

#[test]
fn contents_lead_to_headings_even_where_a_table_or_chart_has_the_same_id() {
    let blocks = vec![table("speed", 2, 90), heading(2, "speed", "Speed"), paragraph(2)];
    let model = model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks)]), PageSize::A4);
    let target = |page: usize| {
        model.pages[page].iter().find_map(|draw| match &draw.ink {
            Ink::Link { target: Target::Place(page, _), words, .. } if words.starts_with("Speed,") => Some(*page),
            _ => None,
        })
    };
    let heading = model.outline.iter().find(|entry| entry.title == "Speed").expect("it is in the outline");
    assert!(heading.page > 2);
    assert_eq!(target(1), Some(heading.page));
}

#[test]
fn a_chart_is_drawn_lower_or_higher_rather_than_leave_a_hole() {
    let chart = |paragraphs: usize| {
        let blocks = vec![paragraph(paragraphs), figure(1), paragraph(2)];
        let next = section("two", "Two", vec![paragraph(40)]);
        let model = model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks), next]), PageSize::A4);
        (model.pages.len(), chart_height(&model), size_of_ticks(&model))
    };
    let all: Vec<_> = (20..34).map(chart).collect();
    let (lowest, highest) = all.iter().fold((f32::MAX, 0.0f32), |(low, high), (_, h, _)| (low.min(*h), high.max(*h)));
    assert!(lowest < 0.95 * highest, "{lowest} to {highest}");
    assert!(all.iter().all(|(_, _, size)| (size - all[0].2).abs() < 0.01), "type keeps its size");
}

/// From the first mark of the report's chart to its last.
fn chart_height(model: &DocModel) -> f32 {
    let figure = |draw: &&Draw| match draw.part {
        Part::Element(element) => model.elements.0[element].role == Role::Figure,
        Part::Artifact => false,
    };
    let areas: Vec<_> = model.pages.iter().flatten().filter(figure).map(|draw| area(&draw.ink)).collect();
    let top = areas.iter().map(|area| area.y).fold(f32::MAX, f32::min);
    areas.iter().map(|area| area.y + area.height).fold(0.0, f32::max) - top
}

fn size_of_ticks(model: &DocModel) -> f32 {
    let tick = model.pages.iter().flatten().find_map(|draw| match (&draw.ink, draw.part) {
        (Ink::Text(run), Part::Element(element)) if model.elements.0[element].role == Role::Figure => Some(run.size),
        _ => None,
    });
    tick.expect("the chart has ticks")
}

/// A table of so many rows over the same cells in two scenarios.
fn cells(caption: &str, rows: usize) -> Block {
    let Block::Table(mut table) = table("cell", 4, rows) else { unreachable!("it is a table") };
    table.caption = caption.to_owned();
    table.columns.insert(0, crate::report::Column { title: "Scenario".to_owned(), ..Default::default() });
    for (at, row) in table.rows.iter_mut().enumerate() {
        row.insert(0, Cell::text(if 2 * at < rows { "Sweep" } else { "Chat" }));
        row[2] = Cell::number(at.to_string(), at as f64);
        row[3] = Cell::number(format!("{caption} {at}"), 1.0);
    }
    Block::Table(table)
}

#[test]
fn tables_over_the_same_cells_are_set_as_one_with_the_names_once() {
    let shown = |blocks: Vec<Block>| {
        texts(&model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks)]), PageSize::A4), 2)
    };
    let both = shown(vec![cells("A", 20), cells("B", 20)]);
    let count = |words: &str| both.iter().filter(|text| text.trim() == words).count();
    assert_eq!(["A", "B", "Sweep", "Chat", "cell 3", "A 3", "B 3"].map(count), [1; 7], "{both:?}");
    assert_eq!(count("Scenario"), 0, "the names stand above their rows");
    let line = |words: &str| both.iter().position(|text| text.trim() == words);
    assert_eq!(line("B 3"), line("A 3").map(|at| at + 2), "on one line: {both:?}");
    let apart = shown(vec![cells("A", 20), cells("B", 21)]);
    assert_eq!(apart.iter().filter(|text| text.trim() == "cell 3").count(), 2, "not the same cells");
}

#[test]
fn a_table_of_too_many_columns_is_set_in_parts_that_can_be_read() {
    let blocks = vec![table("row", 24, 3)];
    let model = model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks)]), PageSize::A4);
    let shown = texts(&model, 2);
    let count = |words: &str| shown.iter().filter(|text| text.trim() == words).count();
    assert!(count("row 1") >= 2, "each part names its rows: {shown:?}");
    assert_eq!(count("7.05 s"), 1, "each number stands once");
    let smallest = model.pages[2].iter().filter_map(|draw| match (&draw.ink, draw.part) {
        (Ink::Text(run), Part::Element(element)) if model.elements.0[element].role == Role::TableCell => Some(run.size),
        _ => None,
    });
    assert!(smallest.fold(f32::MAX, f32::min) >= 7.0);
}

#[test]
fn a_narrow_table_stands_beside_the_words_about_it() {
    let blocks = vec![table("row", 2, 5), paragraph(1), paragraph(1)];
    let model = model(&report(cover("Q", 0, 0), vec![section("one", "One", blocks)]), PageSize::A4);
    let (mut table, mut words) = (Vec::new(), Vec::new());
    for draw in &model.pages[2] {
        let (Ink::Text(_), Part::Element(element)) = (&draw.ink, draw.part) else { continue };
        match model.elements.0[element].role {
            Role::TableCell | Role::RowHeading => table.push(area(&draw.ink)),
            Role::Paragraph => words.push(area(&draw.ink)),
            _ => {}
        }
    }
    let right = table.iter().map(|area| area.x + area.width).fold(0.0, f32::max);
    assert!(words.iter().all(|area| area.x > right), "words begin right of {right}");
    let bottom = table.iter().map(|area| area.y).fold(0.0, f32::max);
    assert!(words.iter().any(|area| area.y < bottom));
}

#[test]
fn furniture_is_cut_to_its_place() {
    let long = "A title that goes on and on ".repeat(8);
    let report = report(cover(&long, 0, 0), vec![section("one", &long, vec![paragraph(2)])]);
    let shown = texts(&model(&report, PageSize::A4), 2);
    assert!(shown.iter().filter(|text| text.ends_with('…')).count() >= 2);
    assert!(shown.contains(&"3 / 3".to_owned()));
}

#[test]
fn the_grid_leaves_room_for_type() {
    assert!(Sheet::new(PageSize::Letter).body() > 40.0 * style::BODY.leading);
}
