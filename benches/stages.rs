//! The stages of an everyday report: `cargo bench`, or `cargo bench -- ingest` for one of them.

use divan::{Bencher, black_box};
use gristmill::analysis::analyze;
use gristmill::chart;
use gristmill::config::{self, Config};
use gristmill::font::Fonts;
use gristmill::ingest::{Input, Memory, Options, ingest};
use gristmill::pipeline::{Prepared, Request, prepare};
use gristmill::render::{PageSize, pdf, renderer};
use gristmill::threads::Threads;

const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/runs/qwen3-coder-next-fp8-2x-rtx-pro-6000-blackwell");

/// One at a time: a stage's own work is measured, not how threads share it.
const ALONE: Options = Options { lenient: false, threads: 1 };

/// 4,300 records and a power log of 22,000 rows, in memory.
struct Run {
    files: Vec<Memory>,
    config: Config,
}

impl Run {
    fn of(names: &[&str]) -> Self {
        let read = |name: &str| std::fs::read(format!("{RUN}/{name}")).expect("it is part of the repository");
        let text = String::from_utf8(read("gristmill.toml")).expect("it is UTF-8");
        let files = names.iter().map(|name| Memory::new(*name, read(name))).collect();
        Self { files, config: config::parse(&text, "gristmill.toml").expect("it can stand") }
    }

    fn inputs(&self) -> Vec<&dyn Input> {
        self.files.iter().map(|file| file as &dyn Input).collect()
    }

    fn with_request<T>(&self, formats: &[&str], make: impl FnOnce(&Request) -> T) -> T {
        let inputs = self.inputs();
        make(&Request { options: ALONE, formats, ..Request::new(&inputs, &self.config) })
    }
}

fn everyday() -> Run {
    Run::of(&["power.csv", "records.csv"])
}

fn prepared() -> Prepared {
    everyday().with_request(&[], |request| prepare(request).expect("a good run").value)
}

fn main() {
    divan::main();
}

#[divan::bench(args = [&["records.csv"][..], &["power.csv", "records.csv"]])]
fn ingest_files(bencher: Bencher, names: &[&str]) {
    let run = Run::of(names);
    let inputs = run.inputs();
    bencher.bench(|| ingest(black_box(&inputs), &run.config, &ALONE).expect("a good run"));
}

#[divan::bench]
fn analysis(bencher: Bencher) {
    let prepared = prepared();
    let cells = || (prepared.ingested.cells.clone(), prepared.ingested.power_w.clone());
    bencher
        .with_inputs(cells)
        .bench_values(|(cells, power)| analyze(cells, power, &prepared.config).expect("a good run"));
}

#[divan::bench]
fn sections(bencher: Bencher) {
    let run = everyday();
    run.with_request(&[], |request| {
        let prepared = prepare(request).expect("a good run").value;
        bencher.bench(|| gristmill::report::compose(black_box(&prepared.composition(request, &[])), &Threads::new(1)));
    });
}

/// Every chart into its scene, with typefaces that have shaped nothing yet.
#[divan::bench]
fn charts(bencher: Bencher) {
    let prepared = prepared();
    let figures = prepared.report.figures();
    bencher.with_inputs(Fonts::load).bench_refs(|fonts| {
        figures.iter().map(|figure| chart::draw(black_box(&figure.chart), fonts).marks.len()).sum::<usize>()
    });
}

/// Pages without the file, with typefaces that have shaped nothing yet.
#[divan::bench]
fn layout(bencher: Bencher) {
    let prepared = prepared();
    bencher
        .with_inputs(Fonts::load)
        .bench_refs(|fonts| pdf::count_pages(black_box(&prepared.report), fonts, PageSize::A4));
}

/// Pages and the file.
#[divan::bench]
fn whole_pdf(bencher: Bencher) {
    let prepared = prepared();
    bencher.with_inputs(Fonts::load).bench_refs(|fonts| {
        pdf::write(black_box(&prepared.report), fonts, PageSize::A4, None, &Threads::default())
            .expect("it can be written")
    });
}

/// Every other format.
#[divan::bench(args = ["html", "markdown", "charts", "json", "csv"])]
fn render(bencher: Bencher, format: &str) {
    let run = everyday();
    run.with_request(&[format], |request| {
        let prepared = prepare(request).expect("a good run").value;
        let document = prepared.document(request, &[], &[]);
        let renderer = renderer(format).expect("it is a format");
        bencher.bench(|| renderer.render(black_box(&document)).expect("it can be rendered"));
    });
}
