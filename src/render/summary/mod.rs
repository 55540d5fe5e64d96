//! The compact summary as Markdown, in the forms in which people show it.

pub mod markers;
mod mermaid;

use super::markdown::{Place, blocks, escape};
use crate::report::{Block, Figure, Inline, plain_text};
use std::collections::BTreeMap;

/// Where a summary is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In a file of a repository.
    File,
    /// In a comment on a pull request: found again by a hidden first line, with all but the key findings folded.
    Comment,
    /// On a job's page.
    JobSummary,
}

/// How the chart of a summary is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartAs<'c> {
    /// As an image at this relative path or address.
    Image(&'c str),
    /// As Mermaid source, which GitHub and GitLab draw: its first line alone.
    Mermaid,
    /// Not at all.
    None,
}

/// Everything but the key findings of a comment folds below these words.
const FOLDED: &str = "Capacity, chart and source";

/// A summary as Markdown that ends in a line break. `name` tells several summaries of one place apart.
pub fn markdown(summary: &[Block], name: &str, form: Form, chart: ChartAs) -> String {
    let anchors = BTreeMap::new();
    let place = Place { anchors: &anchors, one_line: false };
    let mut pieces: Vec<String> = Vec::new();
    for part in summary.chunk_by(|a, b| !is_figure(a) && !is_figure(b)) {
        match part {
            [Block::Figure(figure)] => pieces.extend(self::figure(figure, chart, place)),
            // Each table follows another, so each keeps its caption.
            blocks => pieces.push(blocks::blocks(blocks, place)),
        }
    }
    let body = pieces.join("\n\n");
    match form {
        Form::File | Form::JobSummary => body + "\n",
        Form::Comment => format!("{}\n{}\n", comment_mark(name), folded(&body)),
    }
}

/// The hidden line by which a program finds the comment that it is to bring up to date.
pub fn comment_mark(name: &str) -> String {
    format!("<!-- gristmill:summary {} -->", markers::safe_name(name))
}

fn is_figure(block: &Block) -> bool {
    matches!(block, Block::Figure(_))
}

/// The body with all that follows the first table folded.
fn folded(body: &str) -> String {
    let Some(table) = body.find("\n| ") else { return body.to_owned() };
    let Some(end) = body[table + 1..].find("\n\n").map(|at| table + 1 + at) else { return body.to_owned() };
    let (open, rest) = body.split_at(end);
    format!("{open}\n\n<details>\n<summary>{FOLDED}</summary>\n\n{}\n\n</details>", rest.trim_start())
}

fn figure(figure: &Figure, chart: ChartAs, place: Place) -> Option<String> {
    let caption = |words: &str| {
        let content = [Inline::Emphasis(vec![Inline::Text(words.to_owned())])];
        super::markdown::lines(&content, place)
    };
    match chart {
        ChartAs::Image(target) => Some(format!(
            "![{}]({})\n\n{}",
            escape::description(&figure.alternative),
            escape::target(target),
            caption(&plain_text(&figure.caption)),
        )),
        ChartAs::Mermaid => mermaid::source(&figure.chart),
        ChartAs::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Chart, Series};
    use crate::font::Fonts;
    use crate::report::{Align, Cell, Column, Table};

    fn sample() -> Vec<Block> {
        let words = |text: &str| Block::Paragraph(vec![Inline::Text(text.to_owned())]);
        let table = |caption: &str| {
            Block::Table(Table {
                caption: caption.to_owned(),
                columns: vec![Column { title: "a".into(), align: Align::Left }],
                rows: vec![vec![Cell::text("1")]],
                ..Table::default()
            })
        };
        let series =
            Series { subject: "1K context".into(), points: vec![(1.0, 121.5), (10.0, 765.4)], ..Series::default() };
        let chart = Chart {
            id: "throughput".into(),
            title: "System throughput".into(),
            series: vec![series],
            ..Chart::default()
        };
        let figure = Figure {
            number: 1,
            scene: crate::chart::draw(&chart, &Fonts::load()),
            chart,
            caption: vec![Inline::Text("Each point is a cell.".into())],
            alternative: "Rises".into(),
            data: Table::default(),
        };
        vec![words("Model"), table("First"), table("Second"), Block::Figure(Box::new(figure)), words("Made")]
    }

    #[test]
    fn a_file_shows_everything_and_a_chart_of_its_own() {
        let text = markdown(&sample(), "main", Form::File, ChartAs::Image("docs/a b.svg"));
        assert_eq!(
            text,
            "Model\n\n_First_\n\n| a |\n| :-- |\n| 1 |\n\n_Second_\n\n| a |\n| :-- |\n| 1 |\n\n\
             ![Rises](docs/a%20b.svg)\n\n_Each point is a cell._\n\nMade\n"
        );
    }

    #[test]
    fn a_comment_is_found_again_and_folds_all_but_the_first_table() {
        let text = markdown(&sample(), "nightly --> x", Form::Comment, ChartAs::None);
        assert!(text.starts_with("<!-- gristmill:summary nightly-x -->\nModel\n\n_First_\n\n| a |\n"), "{text}");
        let (open, folded) = text.split_once("<details>").expect("it folds");
        assert!(open.contains("First") && !open.contains("Second") && folded.contains("Second"), "{text}");
        assert!(text.ends_with("Made\n\n</details>\n"), "{text}");
    }
}
