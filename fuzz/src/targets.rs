//! A function for each fuzz target: what becomes of its bytes, and what must hold then. `tests/it/fuzzed.rs` runs them over
//! `fuzz/corpus`.
//!
//! An input of several files is a text that one can read and edit: the files stand one after the other with a record
//! separator (U+001E) between them, each with its name on the first line.

use crate::judge::{Outcome, judged, not_finite};
use gristmill::config::{self, Brand, Config, Layout};
use gristmill::error::Result;
use gristmill::font::{FontFile, FontPlace, Fonts};
use gristmill::ingest::{Ingested, Input, Memory, Options, ingest};
use gristmill::logo::{self, Logo, Picture, Segment};
use gristmill::markup::clean;
use gristmill::pipeline::{self, Prepared, Request};
use gristmill::render::{PageSize, html, markdown, pdf};
use gristmill::report::{Block, Composition, Inline, Report, Templates, compose};
use gristmill::threads::Threads;
use pulldown_cmark::{Event, Parser};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::LazyLock;

/// What a configuration is called.
const CONFIGURATION: &str = "gristmill.toml";

/// Stands between the parts of an input.
const SEPARATOR: u8 = 0x1e;

/// HTML that reports in Markdown hold.
const OWN_TAGS: [&str; 8] = ["<!-- -->", "<br>", "<strong>", "</strong>", "<em>", "</em>", "<code>", "</code>"];

/// Records beside what is no run alone: configurations and power logs.
const RECORDS: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
    1024,1,1770372000,100,1000,1024,100\n1024,1,1770372001,120,1100,1024,100\n1024,2,1770372003,150,1300,1024,100\n";

/// Own records in every form, with a configuration where `gristmill.toml` is among the files: read in one go, in pieces and
/// leniently they give the same, and the fast scan gives what the careful readers give.
pub fn records(data: &[u8]) {
    let (files, config) = files(data);
    hold(&files, &config, data);
    if let [file] = &files[..]
        && let Some(careful) = careful(file)
    {
        let read = |file: &Memory| ingest(&[file], &config, &Options::default()).ok().map(|read| read.value);
        let figures = |run: Ingested| (run.cells, run.suite, run.skipped, run.date);
        assert_eq!(read(file).map(figures), read(&careful).map(figures), "the fast scan reads something else");
    }
}

/// Files of every tool, one or several together.
pub fn formats(data: &[u8]) {
    let (files, config) = files(data);
    hold(&files, &config, data);
}

/// Pages of engine metrics, of which two that belong together by their names make a run.
pub fn pages(data: &[u8]) {
    let (files, config) = files(data);
    hold(&files, &config, data);
}

/// Power logs beside records.
pub fn power(data: &[u8]) {
    let (mut files, config) = files(data);
    files.push(Memory::new("records.csv", RECORDS));
    hold(&files, &config, data);
}

/// A configuration: an error at its place, or one that a run is reported with.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match config::parse(text, CONFIGURATION) {
        Ok(config) => hold(&[Memory::new("records.csv", RECORDS)], &config, data),
        Err(error) => assert!(error.place.is_some(), "an error without a place: {error}"),
    }
}

/// A template of one's own, and behind a separator the text that is put into it: nothing of the text becomes markup, and
/// nothing of either becomes a script.
pub fn prose(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == SEPARATOR).map(String::from_utf8_lossy);
    let (template, text) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let brand = Brand { name: Some(text.clone().into_owned()), ..Brand::default() };
    let plain = composed("{{ name }}", brand.clone(), None).expect("it names what there is");
    let said = clean(&text);
    let expected = if said.is_empty() { Vec::new() } else { vec![Block::Paragraph(vec![Inline::Text(said)])] };
    assert_eq!(plain.sections[0].blocks, expected, "text that is read as markup");
    let Ok(report) = composed(&template, brand, None) else { return };
    let page = html::page(&report, &[], &Config::default(), &TINY.fonts).expect("built-in templates");
    assert_eq!(page.matches("<script").count(), *OWN_SCRIPTS, "a script of the template's");
    for event in Parser::new_ext(&markdown::report(&report), pulldown_cmark::Options::ENABLE_TABLES) {
        if let Event::Html(html) | Event::InlineHtml(html) = event {
            assert!(OWN_TAGS.contains(&html.trim()), "{html} in the Markdown");
        }
    }
}

/// A logo: what is left of it is shapes with places that are numbers, and a file that leads nowhere.
pub fn logo(data: &[u8]) {
    let logo = match logo::read(data, "logo.svg") {
        Ok(read) => read.value,
        Err(error) => return assert!(error.place.is_some(), "an error without a place: {error}"),
    };
    assert!(logo.width.is_finite() && logo.height.is_finite(), "{} x {}", logo.width, logo.height);
    if let Picture::Shapes(shapes) = &logo.picture {
        for point in shapes.iter().flat_map(|shape| &shape.segments).flat_map(points) {
            assert!(point.0.is_finite() && point.1.is_finite(), "{point:?}");
        }
        let file = String::from_utf8(logo.file.clone()).expect("SVG is text");
        for foreign in ["<script", "<image", "<foreignObject", "javascript:", "url(h", "url(f", "onload"] {
            assert!(!file.contains(foreign), "{foreign} in {file}");
        }
        for target in file.split("href=\"").skip(1) {
            assert!(target.starts_with('#'), "a link to outside in {file}");
        }
    }
    let brand = Brand { name: Some("Brand".to_owned()), ..Brand::default() };
    drawn(&composed("", brand, Some(&logo)).expect("an empty template"), &Fonts::load());
}

/// Markdown as the pages of a PDF, in the bundled typefaces and in those of other scripts. Its first line stands on the cover too.
pub fn layout(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let first = text.lines().next().map(str::to_owned);
    let brand = Brand { name: first.clone(), footer: first.clone(), legal: first, ..Brand::default() };
    let Ok(report) = composed(&format!("{{% raw %}}{text}{{% endraw %}}"), brand, None) else { return };
    let fonts = Fonts::with(&SCRIPTS).expect("fonts of the fixtures");
    // Writing the file takes longer than laying it out.
    match data.len() % 4 {
        0 => drawn(&report, &fonts),
        _ => assert!(pdf::count_pages(&report, &fonts, PageSize::A4) >= 2, "a cover and a page"),
    }
}

/// Typefaces for what the bundled ones have not.
static SCRIPTS: LazyLock<Vec<FontFile>> = LazyLock::new(|| {
    let arabic = include_bytes!("../../fixtures/fonts/NotoSansArabic-subset.ttf").as_slice();
    let hebrew = include_bytes!("../../fixtures/fonts/NotoSansHebrew-subset.ttf").as_slice();
    let chinese = include_bytes!("../../fixtures/fonts/NotoSansSC-subset.otf").as_slice();
    let font = |(name, bytes): (&str, _)| FontFile { name: name.to_owned(), bytes, place: FontPlace::Fallback };
    [("arabic.ttf", arabic), ("hebrew.ttf", hebrew), ("chinese.otf", chinese)].map(font).into()
});

/// A run from whose numbers reports are composed.
static TINY: LazyLock<Prepared> = LazyLock::new(|| {
    let records = Memory::new("records.csv", RECORDS);
    pipeline::prepare(&Request::new(&[&records], &Config::default())).expect("a run").value
});

/// Scripts of a page whose sections have none.
static OWN_SCRIPTS: LazyLock<usize> = LazyLock::new(|| {
    let report = composed("", Brand { name: Some("Brand".to_owned()), ..Brand::default() }, None).expect("a report");
    html::page(&report, &[], &Config::default(), &TINY.fonts).expect("built-in templates").matches("<script").count()
});

/// The files of an input and their configuration. Of several of a name the first counts, as in a folder.
fn files(data: &[u8]) -> (Vec<Memory>, Config) {
    let mut files: BTreeMap<String, &[u8]> = BTreeMap::new();
    for part in data.split(|byte| *byte == SEPARATOR) {
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let name = String::from_utf8_lossy(&part[..end]);
        let name = if name.is_empty() { "file" } else { &name };
        files.entry(name.to_owned()).or_insert(part.get(end + 1..).unwrap_or_default());
    }
    let configuration = files.remove(CONFIGURATION).map(String::from_utf8_lossy);
    let config = configuration.and_then(|text| config::parse(&text, CONFIGURATION).ok()).unwrap_or_default();
    (files.into_iter().map(|(name, bytes)| Memory::new(name, bytes)).collect(), config)
}

/// Holds what must hold of any run; `data` is all that stands in it.
fn hold(files: &[Memory], config: &Config, data: &[u8]) {
    if files.is_empty() {
        return; // the error that there is no file names none
    }
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let pieces: Vec<InPieces> = files.iter().map(InPieces).collect();
    let pieces: Vec<&dyn Input> = pieces.iter().map(|file| file as &dyn Input).collect();
    let read = |inputs: &[&dyn Input], lenient| {
        let read = ingest(inputs, config, &Options { lenient, threads: 1 });
        read.map(|read| (read.value, read.warnings)).map_err(|error| error.to_string())
    };
    let whole = read(&inputs, false);
    // One of these for every input: reading is most of the work.
    match data.len() % 3 {
        0 => assert_eq!(whole, read(&pieces, false), "in pieces it reads as something else"),
        1 if whole.is_ok() => assert_eq!(whole, read(&inputs, true), "leniently it reads as something else"),
        _ => {
            if let Ok((run, _)) = read(&inputs, true) {
                assert_eq!(not_finite(&format!("{:?}", run.cells)), None, "no number in the cells");
            }
        }
    }
    if let Outcome::Wrong(what) = judged(&inputs, config, &String::from_utf8_lossy(data), None) {
        panic!("{what}");
    }
}

/// A file of which every reading gives a few bytes.
struct InPieces<'f>(&'f Memory);

impl Input for InPieces<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(Piecewise(self.0.bytes(), 1 + self.0.bytes().len() % 61)))
    }

    fn size(&self) -> u64 {
        self.0.size()
    }
}

/// What is left, and how much of it a reading gives.
struct Piecewise<'f>(&'f [u8], usize);

impl Read for Piecewise<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

/// The same records in a form that the fast scan leaves to the careful readers; none where the two are not comparable.
fn careful(file: &Memory) -> Option<Memory> {
    // Whether NULs stand at odd places tells UTF-16: a blank in front would make another file of it.
    let text = std::str::from_utf8(file.bytes()).ok().filter(|text| !text.contains('\0'))?;
    let careful = match text.starts_with('{') {
        true => text.replace("}\r\n", " }\r\n").replace("}\n", " }\n"),
        // A blank within quotes is text, one on an empty line makes it a row, and a mark behind it is none.
        false if text.contains(['"', '\u{feff}']) || text.lines().any(str::is_empty) => return None,
        false => text.split_inclusive('\n').map(|line| format!(" {line}")).collect(),
    };
    Some(Memory::new(file.name(), careful))
}

/// A report whose only section is written by a template. Errors: the template cannot be rendered.
fn composed(template: &str, brand: Brand, logo: Option<&Logo>) -> Result<Report> {
    let templates = Templates::with_overrides([("contact.md".to_owned(), template.to_owned())].into())?;
    let title = brand.name.clone();
    let report = Layout { sections: vec!["contact".to_owned()], ..Layout::default() };
    let config = Config { title, brand, report, ..Config::default() };
    let composition = Composition {
        analysis: &TINY.analysis,
        ingested: &TINY.ingested,
        config: &config,
        warnings: &[],
        run_name: "run",
        fonts: &TINY.fonts,
        logo,
        templates: &templates,
        reference: None,
    };
    compose(&composition, &Threads::new(1))
}

/// Makes the PDF of a report, and looks for what is no number in it.
fn drawn(report: &Report, fonts: &Fonts) {
    let bytes = pdf::write(report, fonts, PageSize::A4, None, &Threads::new(1))
        .expect("no text keeps a PDF from being written")
        .value;
    let file = lopdf::Document::load_mem(&bytes).expect("a PDF");
    for page in file.page_iter() {
        let content = file.get_page_content(page);
        for word in content.split(|byte| byte.is_ascii_whitespace()) {
            assert!(!matches!(word, b"NaN" | b"inf" | b"-inf"), "{}", String::from_utf8_lossy(&content));
        }
    }
}

fn points(segment: &Segment) -> Vec<(f32, f32)> {
    match *segment {
        Segment::Move(end) | Segment::Line(end) => vec![end],
        Segment::Curve(first, second, end) => vec![first, second, end],
        Segment::Close => Vec::new(),
    }
}
