//! A report with every kind of block and with the worst that input may hold.

use crate::chart::scene::Scene;
use crate::chart::{Axis, Chart, Quantity, Scale, Series};
use crate::report::{
    Align, Block, CalloutKind, Cell, Column, Cover, Figure, Highlight, Inline, Report, Section, Table,
};

/// A sentence of ordinary length.
pub const SENTENCE: &str =
    "A request waits for its turn, then its prompt is read, and only then the first token leaves the server. ";

pub fn text(words: &str) -> Vec<Inline> {
    vec![Inline::Text(words.to_owned())]
}

pub fn paragraph(sentences: usize) -> Block {
    Block::Paragraph(text(SENTENCE.repeat(sentences).trim_end()))
}

pub fn heading(level: u8, id: &str, words: &str) -> Block {
    Block::Heading { level, id: id.to_owned(), content: text(words) }
}

pub fn section(id: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { id: id.to_owned(), title: title.to_owned(), blocks }
}

/// A table whose first cells are `PREFIX 0`, `PREFIX 1`, …
pub fn table(prefix: &str, columns: usize, rows: usize) -> Block {
    let column = |at: usize| Column {
        title: if at == 0 { "Level".to_owned() } else { format!("p{} of TTFT", 50 + at) },
        align: if at == 0 { Align::Left } else { Align::Right },
    };
    let cell = |row: usize, at: usize| match at {
        0 => Cell::text(format!("{prefix} {row}")),
        _ if (row + at).is_multiple_of(11) => {
            Cell { exceeded: true, ..Cell::number("19.9 s (threshold exceeded)", 19.9) }
        }
        _ => Cell::number(format!("{}.{at:02} s", row * 7), 1.0),
    };
    Block::Table(Table {
        id: prefix.to_owned(),
        caption: String::new(),
        columns: (0..columns).map(column).collect(),
        rows: (0..rows).map(|row| (0..columns).map(|at| cell(row, at)).collect()).collect(),
        row_headings: true,
    })
}

pub fn figure(number: usize) -> Block {
    let axis = || Axis {
        title: "Seconds".into(),
        scale: Scale::Linear,
        quantity: Quantity::Seconds,
        levels: vec![],
        labels: vec![],
    };
    let points = (0..10u8).map(|at| (f64::from(at), f64::from(at * at))).collect();
    Block::Figure(Box::new(Figure {
        number,
        chart: Chart {
            id: format!("chart-{number}"),
            title: "Time to first token".into(),
            x: axis(),
            y: axis(),
            series: vec![Series { name: "1 request".into(), points, ..Series::default() }],
            ..Chart::default()
        },
        scene: Scene { width: 480.0, height: 228.0, marks: Vec::new() },
        caption: text("Mean time to first token, over all requests of a cell. Dashed: what most people accept."),
        alternative: format!("Chart {number}: time to first token rises from 0.4 s to 13 s."),
        data: Table::default(),
    }))
}

pub fn callout(blocks: Vec<Block>) -> Block {
    Block::Callout { kind: CalloutKind::Note, blocks }
}

pub fn cover(title: &str, facts: usize, highlights: usize) -> Cover {
    let highlight = |at: usize| Highlight {
        value: if at == 0 { "765.4".into() } else { format!("{at}00.0%") },
        label: "tok/s peak throughput".into(),
        condition: "at 10 concurrent requests".into(),
    };
    Cover {
        title: title.to_owned(),
        subtitle: Some("Performance analysis on 2× RTX Pro 6000 Blackwell".into()),
        kicker: "Benchmark report".into(),
        facts: (0..facts).map(|at| (format!("Fact {at}"), format!("{at}× RTX Pro 6000"))).collect(),
        highlights_title: "Highlights".into(),
        highlights: (0..highlights).map(highlight).collect(),
        date: Some("2026-02-06".into()),
        date_text: Some("6 February 2026".into()),
        brand: Some("Mill & Sons".into()),
        website: Some("https://example.com/reports".into()),
        imprint: "Made by Gristmill from records.csv".into(),
        footer: "Mill & Sons".into(),
        contents_note: vec![
            Inline::Text("An interactive copy lives at ".into()),
            Inline::Link { target: "https://example.com/copy".into(), content: text("example.com/copy") },
            Inline::Text(".".into()),
        ],
        language: "en",
        ..Cover::default()
    }
}

pub fn report(cover: Cover, sections: Vec<Section>) -> Report {
    Report { cover, sections }
}

/// Every kind of block, and what is hard about each.
pub fn nasty() -> Report {
    let inlines = vec![
        Inline::Text("Tested was ".into()),
        Inline::Strong(text("Qwen3|Coder*Next <script>alert(1)</script>")),
        Inline::Text(" with ".into()),
        Inline::Code("--max-num-seqs 1024".into()),
        Inline::Text("; see ".into()),
        Inline::Link { target: "#long-table".into(), content: text("the long table") },
        Inline::Text(", ".into()),
        Inline::Link { target: "#nowhere".into(), content: text("what is not there") },
        Inline::Text(" and ".into()),
        Inline::Link { target: "https://example.com/?a=1&b=(2)".into(), content: text("an address outside") },
        Inline::Emphasis(text(" first. ")),
        Inline::Break,
        Inline::Text("模型 → “quoted” – office, efficient; cafe\u{301} \u{a0}ﬁnal \\ & $x$ ☃".into()),
    ];
    let nested = Block::List {
        start: Some(9),
        items: vec![
            vec![paragraph(1)],
            vec![
                paragraph(2),
                Block::List {
                    start: None,
                    items: vec![vec![paragraph(1)], vec![paragraph(1), Block::Code("a\n  b".into())]],
                },
            ],
            vec![],
        ],
    };
    let mut long_cell = table("wordy", 3, 2);
    if let Block::Table(table) = &mut long_cell {
        table.caption = "A table whose cells are whole paragraphs".into();
        table.rows[1][1].content = text(&SENTENCE.repeat(30));
        table.rows[0][2].content = text(&"m".repeat(300));
        table.columns[1].align = Align::Left;
        table.columns[2].align = Align::Left;
    }
    report(
        cover("Qwen3-Coder-Next", 6, 3),
        vec![
            section(
                "summary",
                "Executive summary",
                vec![
                    Block::Paragraph(inlines),
                    paragraph(5),
                    heading(2, "findings", "Key findings"),
                    table("finding", 3, 6),
                    callout(vec![paragraph(2)]),
                    nested,
                ],
            ),
            section(
                "ttft",
                "Time to first token",
                vec![
                    paragraph(3),
                    figure(1),
                    heading(2, "notice", "What people notice"),
                    paragraph(8),
                    figure(2),
                    paragraph(4),
                ],
            ),
            section("empty", "Nothing to say", vec![]),
            section(
                "long-table",
                "All measurements",
                vec![
                    paragraph(1),
                    table("row", 5, 40),
                    heading(3, "wide", "Twelve columns"),
                    table("wide", 12, 14),
                    long_cell,
                ],
            ),
            section(
                "boxes",
                "Boxes and listings",
                vec![
                    Block::Callout { kind: CalloutKind::Warning, blocks: vec![paragraph(60)] },
                    callout(vec![Block::Code("nested { code }".into()), callout(vec![paragraph(1)])]),
                    Block::Paragraph(text(&format!("A word of 300 letters: {} ends.", "w".repeat(300)))),
                    Block::Code(format!("```\n# not a heading | <b>\n\tindented\n\n{}\n```", "0123456789 ".repeat(30))),
                    figure(3),
                ],
            ),
        ],
    )
}
