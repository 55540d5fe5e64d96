//! The page, as far as it can be judged without a browser.

use crate::sample::{self, figure, paragraph, report_of, section};
use gristmill::config::Config;
use gristmill::font::Fonts;
use gristmill::render::html;
use gristmill::report::{Block, Cell, Report};

/// The page of a report made by hand, in a brand's colour.
pub fn page(report: &Report, accent: Option<&str>) -> String {
    let mut config = Config::default();
    config.brand.accent = accent.map(str::to_owned);
    html::page(report, &[], &config, &Fonts::load()).unwrap()
}

#[test]
fn the_page_is_the_same_bytes_twice_and_carries_all_it_needs() {
    let html = page(&sample::everything(), None);
    assert_eq!(html, page(&sample::everything(), None));
    for foreign in ["<script src", "<link", "src=\"http", "url(http", "@import", " style=\"", "javascript:alert(1)\""] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert_eq!(html.matches("<script").count(), 2, "the data and the script, whatever the texts say");
}

#[test]
fn a_number_keeps_every_digit_for_those_who_compute_with_it() {
    let table = sample::table(
        "t",
        "",
        &["Requests", "TTFT"],
        vec![vec![Cell::text("1"), Cell::number("0.1 s", 0.1 + 0.2)], vec![Cell::text("2"), Cell::unknown()]],
    );
    let page = page(&report_of(vec![section("s", "S", vec![Block::Table(table)])]), None);
    assert!(page.contains("<th scope=\"row\">1</th><td data-value=\"0.30000000000000004\">0.1 s</td>"));
    assert!(page.contains("<td>–</td>"), "what was not measured has no value");
}

#[test]
fn a_figure_says_in_words_what_it_shows() {
    let figure = Block::Figure(Box::new(figure("ttft", "A<B")));
    let page = page(&report_of(vec![section("s", "S", vec![figure])]), None);
    assert!(page.contains("<title>A&lt;B</title>") && page.contains("13.1 s at 10.</desc>"));
    let caption = "<a href=\"#figure-ttft\">Figure 1.</a> Average TTFT at <strong>32K</strong> context.</figcaption>";
    assert!(page.contains(caption));
    assert!(page.contains("<summary>Figure 1 in numbers</summary>"));
}

#[test]
fn a_page_brings_two_typefaces_and_leaves_the_fixed_width_one_to_the_reader() {
    let page = page(&report_of(vec![section("s", "S", vec![Block::Code("x".to_owned())])]), None);
    assert_eq!(page.matches("@font-face").count(), 2);
    assert!(page.contains("\"JetBrains Mono\", ui-monospace"), "what a house brings along goes by that name");
}

#[test]
fn a_brand_colour_is_a_colour_or_nothing() {
    let page = |accent| page(&report_of(vec![]), accent);
    assert!(page(Some("#0b6e4f")).contains("--gm-accent:#0b6e4f"));
    assert_eq!(page(Some("red;}</style>")), page(None));
}

#[test]
fn a_caption_that_the_heading_has_said_is_not_shown_again() {
    let table = |caption| Block::Table(sample::table("t", caption, &["a", "b"], vec![]));
    let blocks =
        vec![table("Power"), paragraph("words"), table("Power"), sample::heading(2, "h", "Cost"), table("Cost")];
    let page = page(&report_of(vec![section("power", "Power", blocks)]), None);
    assert_eq!(page.matches("<caption class=\"said\">").count(), 2);
    assert_eq!(page.matches("<caption>Power</caption>").count(), 1);
}
