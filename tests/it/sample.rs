//! A report made by hand: every kind of block, and text that tries to be markup.

use gristmill::chart::scene::{Colour, Mark, Paint, Scene, Stroke};
use gristmill::chart::{Axis, Chart, Quantity, Scale, Series, Side};
use gristmill::report::{
    Align, Block, CalloutKind, Cell, Column, Cover, Figure, Highlight, Inline, Report, Section, Table,
};

/// Text that means something to Markdown, HTML, GitHub or a terminal.
pub const NASTY: &[&str] = &[
    "1. x",
    "12) y",
    "- x",
    "+",
    "* x",
    "#",
    "# x",
    "x #",
    "===",
    "=== ",
    "---",
    "- - -",
    "___",
    "> x",
    ">",
    "a|b",
    "|",
    "--|--",
    ":-:",
    "\\",
    "\\|",
    "a\\",
    "<script>alert(1)</script>",
    "</style>",
    "</textarea><img src=x onerror=alert(1)>",
    "<!-- x",
    "-->",
    "<!DOCTYPE x>",
    "<?php",
    "&amp;",
    "&#65;",
    "&",
    "AT&T",
    "`",
    "``` x",
    "~~~",
    "~~x~~",
    "~39",
    "**x**",
    "*_~",
    "__init__",
    "a_b_c",
    "_x_",
    "$x$ $$y$$",
    "[x](javascript:alert(1))",
    "![x](y)",
    "[x]: y",
    "[^1]",
    "[!NOTE]",
    "[ ] x",
    "!",
    "www.x.y",
    "http://x.y/z",
    "https://a_b.c/*d*",
    "a@b.example",
    "@user",
    "#123",
    ":smile:",
    "12:30:45",
    "😀 é 日本語 עברית",
    "   leading",
    "\ttab",
    "trailing  ",
    "two  spaces",
    "a\nb",
    "a\n\nb",
    "a\n- b",
    "\"quoted\" 'too'",
    "{{ x }} {% y %}",
    "^x^ ==y==",
    "x = \"y\"",
];

/// Plain words.
pub fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

/// A paragraph of plain words.
pub fn paragraph(words: &str) -> Block {
    Block::Paragraph(vec![text(words)])
}

/// A table of plain words.
pub fn table(id: &str, caption: &str, titles: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let column = |(at, title): (usize, &&str)| Column {
        title: (*title).to_owned(),
        align: if at == 0 { Align::Left } else { Align::Right },
    };
    Table {
        id: id.to_owned(),
        caption: caption.to_owned(),
        columns: titles.iter().enumerate().map(column).collect(),
        rows,
        row_headings: true,
    }
}

/// A report of these sections.
pub fn report_of(sections: Vec<Section>) -> Report {
    let cover = Cover {
        title: "Qwen3-Coder-Next".to_owned(),
        kicker: "Benchmark report".to_owned(),
        highlights_title: "Highlights".to_owned(),
        language: "en",
        ..Cover::default()
    };
    Report { cover, sections }
}

/// A section.
pub fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), blocks }
}

/// A heading.
pub fn heading(level: u8, id: &str, title: &str) -> Block {
    Block::Heading { level, id: id.to_owned(), content: vec![text(title)] }
}

/// A chart of one line.
pub fn figure(id: &str, title: &str) -> Figure {
    let axis =
        |title: &str, quantity| Axis { title: title.to_owned(), scale: Scale::Linear, quantity, ..Axis::default() };
    let chart = Chart {
        id: id.to_owned(),
        title: title.to_owned(),
        x: axis("Concurrent requests", Quantity::Concurrency),
        y: axis("Time to first token (s)", Quantity::Seconds),
        series_title: "Context".to_owned(),
        series: vec![Series {
            name: "32K".to_owned(),
            side: Side::Left,
            points: vec![(1.0, 1.7), (10.0, 13.1)],
            ..Series::default()
        }],
        ..Chart::default()
    };
    let stroke = Stroke { colour: Colour { paint: Paint::Series(0), alpha: 1.0 }, width: 1.7, dash: vec![] };
    let line =
        Mark::Path { points: vec![(40.0, 200.0), (440.0, 40.0)], closed: false, fill: None, stroke: Some(stroke) };
    let rows = vec![
        vec![Cell::text("1"), Cell::number("1.7 s", 1.712_345_678_9)],
        vec![Cell::text("10"), Cell { exceeded: true, ..Cell::number("13.1 s (threshold exceeded)", 13.1) }],
    ];
    Figure {
        number: 1,
        chart,
        scene: Scene { width: 480.0, height: 262.0, marks: vec![line] },
        caption: vec![text("Average TTFT at "), Inline::Strong(vec![text("32K")]), text(" context.")],
        alternative: format!("{title}: 1.7 s at 1 request, 13.1 s at 10."),
        data: table(&format!("{id}-data"), title, &["Requests", "TTFT"], rows),
    }
}

/// Every kind of block once, with the nasty texts in each.
pub fn everything() -> Report {
    let nasty = || NASTY.iter().map(|nasty| (*nasty).to_owned());
    let rows = nasty().map(|t| vec![Cell::text(t.clone()), Cell { content: vec![Inline::Code(t)], ..Cell::default() }]);
    let link = |target: &str| Inline::Link { target: target.to_owned(), content: vec![text("a link")] };
    let mut report = report_of(vec![
        section(
            "executive-summary",
            "Executive <b>summary</b>",
            vec![
                Block::Paragraph(vec![
                    text("See "),
                    link("#method"),
                    text(", "),
                    link("https://example.org/?a=1&b=2"),
                    text(", but not "),
                    link("javascript:alert(1)"),
                    Inline::Break,
                    Inline::Emphasis(vec![text("on the next line")]),
                    text(" with "),
                    Inline::Code("`code`".to_owned()),
                ]),
                heading(2, "findings", "Findings"),
                Block::List {
                    start: None,
                    items: vec![
                        vec![paragraph("one"), Block::List { start: Some(3), items: vec![vec![paragraph("three")]] }],
                        vec![paragraph("two")],
                    ],
                },
                Block::Figure(Box::new(figure("ttft", "TTFT by <concurrency>"))),
                Block::Callout {
                    kind: CalloutKind::Warning,
                    blocks: vec![paragraph("Careful."), Block::Code("x\n\ny".into())],
                },
            ],
        ),
        section(
            "method",
            "Method",
            vec![
                heading(2, "texts", "Findings"),
                Block::Table(table("nasty", "Texts that are data", &["As text", "As code"], rows.collect())),
                Block::List { start: Some(1), items: nasty().map(|t| vec![paragraph(&t)]).collect() },
                Block::Callout { kind: CalloutKind::Note, blocks: nasty().map(|t| paragraph(&t)).collect() },
                Block::Code(NASTY.join("\n")),
            ],
        ),
    ]);
    report.sections[1]
        .blocks
        .extend(nasty().enumerate().flat_map(|(at, t)| [heading(3, &format!("h{at}"), &t), paragraph(&t)]));
    let hostile = "</title></style><script>alert(1)</script>";
    report.cover.subtitle = Some(hostile.to_owned());
    report.cover.facts = vec![("Organization".to_owned(), hostile.to_owned()), ("Pipe|s".to_owned(), "a|b".to_owned())];
    report.cover.highlights = vec![Highlight {
        value: "765.4".to_owned(),
        label: "tok/s peak throughput".to_owned(),
        condition: "at 10 concurrent requests".to_owned(),
    }];
    report.cover.brand = Some(hostile.to_owned());
    report.cover.website = Some("javascript:alert(1)".to_owned());
    report.cover.imprint = format!("Made from {hostile}");
    report.cover.footer = hostile.to_owned();
    report
}
