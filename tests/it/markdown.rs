//! Markdown, read again by a Markdown parser.

use crate::sample::{self, NASTY, heading, paragraph, report_of, section, text};
use gristmill::render::markdown;
use gristmill::report::{Block, CalloutKind, Cell, Inline};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_MATH);

/// What a reader sees of each paragraph, heading and table cell after the heading `Start`.
fn texts(markdown: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = None;
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::TableCell | Tag::CodeBlock(_)) => {
                current = Some(String::new());
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::TableCell | TagEnd::CodeBlock) => {
                out.extend(current.take())
            }
            Event::Text(text) | Event::Code(text) => current.get_or_insert_default().push_str(&text),
            Event::HardBreak => current.get_or_insert_default().push('\n'),
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                let own = ["<!-- -->", "<br>", "<code>", "</code>", "<strong>", "</strong>", "<em>", "</em>"];
                let details = ["<details>", "</details>", "<summary>Figure 1 in numbers</summary>"];
                assert!(own.contains(&html) || details.contains(&html), "a text became markup: {html}");
            }
            Event::SoftBreak => panic!("a text broke its line"),
            _ => {}
        }
    }
    let start = out.iter().position(|text| text == "Start").map_or(0, |at| at + 1);
    out.split_off(start)
}

fn written(blocks: Vec<Block>) -> Vec<String> {
    texts(&markdown::report(&report_of(vec![section("start", "Start", blocks)])))
}

#[test]
fn a_text_survives_as_paragraph_heading_and_list_item() {
    for nasty in NASTY {
        let shown = written(vec![
            paragraph(nasty),
            heading(2, "h", nasty),
            Block::List { start: None, items: vec![vec![paragraph(nasty), paragraph(nasty)]] },
            Block::Callout { kind: CalloutKind::Note, blocks: vec![paragraph(nasty)] },
        ]);
        assert_eq!(shown, [*nasty; 5], "{nasty:?}");
    }
}

#[test]
fn a_text_survives_in_a_table_as_text_and_as_code() {
    for nasty in NASTY {
        let code = Cell { content: vec![Inline::Code((*nasty).to_owned())], ..Cell::default() };
        let table = sample::table("t", "", &[nasty, "x"], vec![vec![Cell::text(*nasty), code]]);
        assert_eq!(written(vec![Block::Table(table)]), [nasty, "x", nasty, nasty], "{nasty:?}");
    }
}

#[test]
fn a_text_survives_as_code_and_within_emphasis_and_links() {
    for nasty in NASTY {
        let inner = || vec![text(nasty)];
        for inline in [
            Inline::Code((*nasty).to_owned()),
            Inline::Strong(inner()),
            Inline::Emphasis(inner()),
            Inline::Strong(vec![Inline::Emphasis(inner())]),
            Inline::Emphasis(vec![Inline::Strong(inner())]),
            Inline::Link { target: "https://example.org".to_owned(), content: inner() },
        ] {
            for (before, after) in [("", ""), ("a ", " b"), ("a", "b"), ("(", ")"), ("*", "*"), ("!", "("), ("`", "`")]
            {
                let shown = written(vec![Block::Paragraph(vec![text(before), inline.clone(), text(after)])]);
                assert_eq!(shown, [format!("{before}{nasty}{after}")], "{inline:?}");
            }
        }
    }
}

#[test]
fn every_two_texts_survive_side_by_side_and_line_by_line() {
    for one in NASTY {
        for other in NASTY {
            let content = vec![text(one), text(other), Inline::Break, text(other), Inline::Strong(vec![text(one)])];
            let expected = format!("{one}{other}\n{other}{one}");
            assert_eq!(written(vec![Block::Paragraph(content)]), [expected], "{one:?} {other:?}");
        }
    }
}

#[test]
fn code_stands_as_it_is_whatever_fences_it_holds() {
    let code = "```\n| a |\n````\n  <b>\n\n# x\n";
    assert_eq!(written(vec![Block::Code(code.to_owned())]), [code]);
    let item = Block::List { start: Some(9), items: vec![vec![Block::Code(code.to_owned())]] };
    assert_eq!(written(vec![item]), [code]);
}

#[test]
fn links_within_the_report_lead_to_anchors_of_github() {
    let markdown = markdown::report(&sample::everything());
    assert!(markdown.contains("[Findings](#findings)"));
    assert!(markdown.contains("[Findings](#findings-1)"), "the second heading of that name");
    assert!(markdown.contains("See [a link](#method), [a link](https://example.org/?a=1&amp;b=2), but not a link\\\n"));
    for event in Parser::new_ext(&markdown, OPTIONS) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            assert!(dest_url.starts_with('#') || &*dest_url == "https://example.org/?a=1&b=2", "{dest_url}");
        }
    }
}

#[test]
fn a_figure_has_a_picture_a_caption_and_its_numbers() {
    let figure = Block::Figure(Box::new(sample::figure("ttft", "TTFT")));
    let markdown = markdown::report(&report_of(vec![section("s", "Start", vec![figure])]));
    let expected = "\
![TTFT: 1.7 s at 1 request, 13.1 s at 10.](charts/ttft.svg \"Average TTFT at 32K context.\")

_Figure 1. Average TTFT at **32K** context._

<details>
<summary>Figure 1 in numbers</summary>

| Requests | TTFT |
| :-- | --: |
| 1 | 1.7 s |
| 10 | 13.1 s (threshold exceeded) |

</details>";
    assert!(markdown.contains(expected), "{markdown}");
}

#[test]
fn lists_keep_their_shape() {
    let inner = Block::List { start: Some(3), items: vec![vec![paragraph("three")], vec![paragraph("four")]] };
    let outer = Block::List { start: None, items: vec![vec![paragraph("one"), inner], vec![paragraph("two")]] };
    let markdown = markdown::report(&report_of(vec![section("s", "Start", vec![outer.clone(), outer])]));
    let list = "- one\n  3. three\n  4. four\n- two";
    assert!(markdown.contains(&format!("## Start\n\n{list}\n\n<!-- -->\n\n{list}\n")), "{markdown}");
}

#[test]
fn everything_is_the_same_bytes_twice() {
    let report = sample::everything();
    assert_eq!(markdown::report(&report), markdown::report(&report));
}
