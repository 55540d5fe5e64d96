//! What a report says of runs of every kind: read as a reader reads it, as plain text.

use gristmill::analysis::{Analysis, analyze};
use gristmill::config::Config;
use gristmill::font::Fonts;
use gristmill::ingest::{Input, Memory, Options, ingest};
use gristmill::report::{Block, Composition, Report, Table, Templates, compose, plain_text};
use gristmill::threads::Threads;
use std::fmt::Write;

/// The report of some files, by name and text.
pub fn report_of(files: &[(&str, &str)], configuration: &str) -> Report {
    composed(files, configuration).0
}

/// The same with the numbers and the configuration behind it.
pub fn composed(files: &[(&str, &str)], configuration: &str) -> (Report, Analysis, Config) {
    let config: Config = toml::from_str(configuration).unwrap();
    let files: Vec<_> = files.iter().map(|(name, text)| Memory::new(*name, text)).collect();
    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let mut warnings = Vec::new();
    let ingested = ingest(&inputs, &config, &Options { lenient: true, threads: 1 }).unwrap().take(&mut warnings);
    let analysis = analyze(ingested.cells.clone(), ingested.power_w.clone(), &config).unwrap().take(&mut warnings);
    let input = Composition {
        analysis: &analysis,
        ingested: &ingested,
        config: &config,
        warnings: &warnings,
        run_name: "a-run",
        fonts: &Fonts::load(),
        logo: None,
        templates: &Templates::built_in().unwrap(),
        reference: None,
    };
    let report = compose(&input, &Threads::default()).unwrap();
    (report, analysis, config)
}

/// A report as a reader reads it; a table's cells are parted by ` | `.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let cover = &report.cover;
    writeln!(out, "{}", cover.title).unwrap();
    if !cover.contents_note.is_empty() {
        writeln!(out, "{}", plain_text(&cover.contents_note)).unwrap();
    }
    for line in [&cover.subtitle, &cover.date_text].into_iter().flatten() {
        writeln!(out, "{line}").unwrap();
    }
    for (label, value) in &cover.facts {
        writeln!(out, "{label}: {value}").unwrap();
    }
    for highlight in &cover.highlights {
        writeln!(out, "* {} {} {}", highlight.value, highlight.label, highlight.condition).unwrap();
    }
    writeln!(out, "{}\n{}", cover.imprint, cover.footer).unwrap();
    for section in &report.sections {
        writeln!(out, "\n# {} (#{})", section.title, section.id).unwrap();
        blocks(&section.blocks, "", &mut out);
    }
    out.replace(concat!("Gristmill ", env!("CARGO_PKG_VERSION")), "Gristmill VERSION")
}

fn blocks(all: &[Block], indent: &str, out: &mut String) {
    for block in all {
        match block {
            Block::Heading { level, id, content } => {
                writeln!(out, "\n{indent}{} {} (#{id})", "#".repeat(usize::from(*level)), plain_text(content)).unwrap();
            }
            Block::Paragraph(content) => writeln!(out, "{indent}{}", plain_text(content)).unwrap(),
            Block::List { items, .. } => items.iter().for_each(|item| blocks(item, &format!("{indent}- "), out)),
            Block::Table(data) => table(data, indent, out),
            Block::Figure(figure) => {
                let caption = plain_text(&figure.caption);
                writeln!(out, "{indent}[Figure {}: {caption}\n{indent} {}]", figure.number, figure.alternative)
                    .unwrap();
            }
            Block::Callout { kind, blocks: inner } => {
                writeln!(out, "{indent}{}:", kind.title()).unwrap();
                blocks(inner, &format!("{indent}> "), out);
            }
            Block::Code(code) => writeln!(out, "{indent}```\n{code}\n```").unwrap(),
        }
    }
}

fn table(table: &Table, indent: &str, out: &mut String) {
    let heads: Vec<_> = table.columns.iter().map(|column| column.title.clone()).collect();
    writeln!(out, "{indent}[{}] {}", table.id, heads.join(" | ")).unwrap();
    for row in &table.rows {
        assert_eq!(row.len(), heads.len(), "a row of {} has as many cells as the table has columns", table.id);
        let cells: Vec<_> = row.iter().map(|cell| plain_text(&cell.content)).collect();
        writeln!(out, "{indent}  {}", cells.join(" | ")).unwrap();
    }
}

/// A made-up run: every cell of the grid with the same number of requests, times that grow with context and load.
struct Run {
    scenario: &'static str,
    contexts: &'static [u64],
    loads: &'static [&'static str],
    load: &'static str,
    requests: usize,
    output_tokens: u64,
    streamed: bool,
    queue: bool,
    start: bool,
    /// Every so many requests fail, for this reason; the first ones succeed.
    failing: Option<(usize, &'static str)>,
}

const RUN: Run = Run {
    scenario: "sweep",
    contexts: &[1024, 8192, 32768],
    loads: &["1", "2", "10"],
    load: "concurrency",
    requests: 10,
    output_tokens: 100,
    streamed: true,
    queue: true,
    start: true,
    failing: None,
};

const HEADER: &str = "scenario,context_tokens,concurrency,request_rate,start_s,queue_ms,prefill_ms,ttft_ms,e2e_ms,itl_ms,\
    input_tokens,output_tokens,error\n";

impl Run {
    /// The records without a header.
    fn rows(&self, since: u64) -> String {
        let mut out = String::new();
        let mut start = since as f64;
        for context in self.contexts {
            for load in self.loads {
                let level: f64 = load.parse().unwrap();
                let ttft = *context as f64 / 10.0 * (1.0 + level) + 50.0;
                let gap = 10.0 + level;
                let e2e = ttft + gap * (self.output_tokens as f64 - 1.0);
                for number in 1..=self.requests {
                    start += e2e / 1000.0 / level;
                    let [concurrency, rate] = if self.load == "concurrency" { [*load, ""] } else { ["", *load] };
                    let when = |on: bool, value: f64| if on { format!("{value:.3}") } else { String::new() };
                    let start = when(self.start, start);
                    write!(out, "{},{context},{concurrency},{rate},{start},", self.scenario).unwrap();
                    match self.failing.filter(|(every, _)| number % every == 0) {
                        Some((_, reason)) => writeln!(out, ",,,,,,,{reason}").unwrap(),
                        None => writeln!(
                            out,
                            "{},{},{},{e2e:.3},{},{context},{},",
                            when(self.queue, ttft * 0.3),
                            when(self.queue, ttft * 0.6),
                            when(self.streamed, ttft),
                            when(self.streamed, gap),
                            self.output_tokens
                        )
                        .unwrap(),
                    }
                }
            }
        }
        out
    }

    fn report(&self, configuration: &str) -> Report {
        report_of(&[("records.csv", &(HEADER.to_owned() + &self.rows(1_770_000_000)))], configuration)
    }
}

/// What no report says, whatever was measured.
const NEVER: [&str; 22] = [
    "{{",
    "}}",
    "{%",
    "None",
    "null",
    "NaN",
    "undefined",
    "1 requests",
    "1 concurrent requests",
    "1 records",
    "1 tokens",
    " .",
    " ,",
    "..",
    ",,",
    "()",
    ": .",
    "**",
    "<!--",
    "at .",
    "gm:",
    "1 GPUs",
];

/// What holds for every report; gives its text.
fn well_written(report: &Report) -> String {
    let text = text(report);
    // `1 requests/s` is a unit, not a number of requests; `11 requests` ends like `1 requests`.
    let read = text
        .replace(" requests/s", "")
        .replace(['0', '2', '3', '4', '5', '6', '7', '8', '9'], "9")
        .replace("11 ", "99 ");
    for never in NEVER {
        assert!(!read.contains(&format!("\n{never}")) && !read.contains(&format!(" {never}")), "{never:?} in:\n{text}");
    }
    let mut ids = std::collections::BTreeSet::new();
    for section in &report.sections {
        assert!(!section.title.is_empty() && !section.blocks.is_empty(), "{} is empty", section.id);
        assert!(ids.insert(section.id.clone()), "{} twice", section.id);
        check(&section.blocks, &mut ids, &section.id);
    }
    text
}

fn check(blocks: &[Block], ids: &mut std::collections::BTreeSet<String>, section: &str) {
    for (at, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading { id, .. } => {
                assert!(ids.insert(id.clone()), "{id} twice");
                let next = blocks.get(at + 1);
                assert!(!matches!(next, None | Some(Block::Heading { .. })), "nothing below the heading {id}");
            }
            Block::Paragraph(content) => {
                let words = plain_text(content);
                assert!(!words.contains("  "), "two spaces in {words:?}");
                assert!(words.ends_with(['.', ':']) || section == "method", "no full stop: {words:?}");
                let first = words.chars().next().unwrap();
                assert!(!first.is_lowercase() || section == "method", "begins in lower case: {words:?}");
            }
            Block::List { items, .. } => items.iter().for_each(|item| check(item, ids, section)),
            Block::Callout { blocks, .. } => check(blocks, ids, section),
            Block::Table(table) => assert!(!table.rows.is_empty() && table.columns.len() <= 9, "{}", table.id),
            Block::Figure(figure) => {
                assert!(plain_text(&figure.caption).ends_with('.'));
                assert!(figure.alternative.ends_with('.') && !figure.data.rows.is_empty(), "{}", figure.alternative);
            }
            Block::Code(code) => assert!(!code.is_empty()),
        }
    }
}

fn sections(report: &Report) -> Vec<&str> {
    report.sections.iter().map(|section| section.id.as_str()).collect()
}

const TOLD: &str = r#"
model = { name = "Example-7B", precision = "FP8" }
hardware = { gpu = "Example GPU", count = 1 }
engine = { name = "vLLM" }
test = { prompt_caching = false, speculative_decoding = "MTP" }
"#;

#[test]
fn a_whole_sweep_reads_from_cover_to_method() {
    let text = well_written(&RUN.report(TOLD));
    insta::assert_snapshot!(text);
}

#[test]
fn responses_that_were_not_streamed_have_no_ttft_and_no_speed() {
    let report = Run { streamed: false, queue: false, ..RUN }.report("");
    let text = well_written(&report);
    for missing in ["time-to-first-token", "per-user-generation-speed"] {
        assert!(!sections(&report).contains(&missing), "{missing}");
    }
    assert!(text.contains("Time to first token: no time to first token is recorded"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn failures_are_counted_and_their_reasons_shown() {
    let failing = Run { failing: Some((3, "timeout")), contexts: &[32768], ..RUN };
    let other = Run { failing: Some((2, "connection | reset")), contexts: &[8192], ..RUN };
    let rows = [HEADER, &failing.rows(1_770_000_000), &other.rows(1_770_100_000)].concat();
    let text = well_written(&report_of(&[("records.csv", &rows)], ""));
    assert!(text.contains("24 requests of 60 failed."), "{text}");
    assert!(text.contains("connection | reset | 15") && text.contains("timeout | 9"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_in_which_everything_failed_says_so() {
    let report = Run { failing: Some((1, "connection refused")), ..RUN }.report("");
    let text = well_written(&report);
    assert_eq!(sections(&report), ["executive-summary", "method"]);
    assert!(text.contains("All 90 requests failed, for one reason: connection refused."), "{text}");
    let one = Run { failing: Some((1, "boom")), contexts: &[1024], loads: &["1"], requests: 1, ..RUN };
    assert!(well_written(&one.report("")).contains("The only request failed, for one reason: boom."), "{text}");
}

#[test]
fn three_requests_make_a_report() {
    let text = well_written(&Run { contexts: &[1024], loads: &["1"], requests: 3, ..RUN }.report(""));
    assert!(text.contains("held 1 request in flight at a time"), "{text}");
    assert!(text.contains("fewer than 30 requests"), "{text}");
    well_written(&Run { contexts: &[1024], loads: &["1"], requests: 1, ..RUN }.report(""));
}

#[test]
fn one_context_or_one_load_level_is_no_span() {
    let text = well_written(&Run { contexts: &[32768], ..RUN }.report(""));
    assert!(!text.contains("→"), "{text}");
    let text = well_written(&Run { loads: &["5"], ..RUN }.report(""));
    assert!(text.contains("At 5 concurrent requests the mean TTFT"), "{text}");
    assert!(text.contains("A single request at a time was not tested"), "{text}");
}

#[test]
fn request_rates_are_named_as_rates() {
    let run = Run { loads: &["0.5", "1", "4"], load: "request_rate", ..RUN };
    let text = well_written(&run.report(TOLD));
    assert!(text.contains("sent 0.5, 1 and 4 requests per second"), "{text}");
    assert!(text.contains("A request rate counts") && !text.contains("A concurrent request"), "{text}");
}

#[test]
fn without_submission_times_there_is_no_throughput() {
    let report = Run { start: false, queue: false, ..RUN }.report("");
    let text = well_written(&report);
    assert!(!sections(&report).contains(&"system-throughput"));
    assert!(text.contains("System throughput: a throughput needs the time"), "{text}");
    assert!(text.contains("from TTFT, queue included"), "{text}");
}

#[test]
fn a_run_without_a_sweep_still_has_its_percentiles() {
    let report = Run { scenario: "my-own", ..RUN }.report("");
    let text = well_written(&report);
    assert!(sections(&report).contains(&"percentiles"), "{text}");
    assert!(text.contains("the run has no sweep"), "{text}");
    assert!(text.contains("\nRequests were sent for my-own."), "{text}");
}

#[test]
fn text_from_input_cannot_become_markup() {
    let nasty = "Qwen3|Coder*Next <script>alert(1)</script> [x](javascript:1) `code` — 1. # {{ x }} <!-- gm:table key-findings -->";
    let configuration = format!(
        "model = {{ name = '{nasty}', organization = '{nasty}' }}\n\
         test = {{ kv_cache = '{nasty}', notes = '{nasty}' }}\n\
         brand = {{ name = '{nasty}', contact = '{nasty}', website = 'javascript:a', report_url = 'javascript:a' }}\n"
    );
    let report = RUN.report(&configuration);
    let text = text(&report);
    assert_eq!(report.cover.title, nasty);
    assert_eq!(report.cover.website, None);
    assert!(text.contains(&format!("This report describes how {nasty} ({nasty}) performs.")), "{text}");
    assert!(!format!("{report:?}").contains("target: \"javascript"), "no link leads there");
    let contact = report.sections.iter().find(|section| section.id == "contact").unwrap();
    assert!(!format!("{:?}", contact.blocks).contains("Code("), "a backtick is no code");
}

#[test]
fn the_same_input_gives_the_same_report() {
    assert_eq!(RUN.report(TOLD), RUN.report(TOLD));
}

/// A bundled run, read as its folder would be.
fn bundled(name: &str) -> Report {
    let read = |file: &str| std::fs::read_to_string(crate::run::bundled(name).join(file)).unwrap();
    report_of(&[("records.csv", &read("records.csv")), ("power.csv", &read("power.csv"))], &read("gristmill.toml"))
}

#[test]
fn the_bundled_runs_read_well() {
    for name in crate::run::RUNS {
        let text = well_written(&bundled(name));
        assert!(text.contains("(threshold exceeded)"), "{text}");
    }
}

/// One workload at 1K context, with the thresholds given: TTFT is 255, 358 and 1176 ms at 1, 2 and 10 requests.
fn workload(thresholds: &str, run: Run) -> String {
    let case = format!(
        "[[use_case]]\nid = 'mine'\nname = 'Mine'\ncontext = '1K'\ndescription = 'What it is.'\n{thresholds}\n"
    );
    well_written(&Run { contexts: &[1024], ..run }.report(&case))
}

#[test]
fn a_limit_is_told_with_its_binding_condition_and_both_values() {
    let cases = [
        (
            "max_ttft_s = 1.4",
            "Capacity limit: 10+ concurrent requests. At 10 concurrent requests, the largest level tested, mean TTFT is 1.2 s, \
             well under the threshold of 1.4 s; mean generation speed is 50 tok/s.",
        ),
        (
            "max_ttft_s = 0.2\nmin_speed = 40",
            "Capacity limit: <1 concurrent request. Already at 1 concurrent request, the smallest level tested, mean TTFT is \
             0.3 s, well above the threshold of 0.2 s; mean generation speed is 91 tok/s, well above the threshold of 40 tok/s. \
             The TTFT threshold is what sets this limit.",
        ),
        (
            "min_speed = 52",
            "Capacity limit: 10 concurrent requests, set by generation speed. At 10 concurrent requests mean generation speed is \
             50 tok/s, just under the threshold of 52 tok/s. This level reaches its generation speed threshold rather than \
             staying within it.",
        ),
        (
            "max_ttft_s = 0.3",
            "Capacity limit: 1 concurrent request, set by TTFT. At 1 concurrent request mean TTFT is 0.3 s, right at the threshold \
             of 0.3 s; mean generation speed is 91 tok/s.",
        ),
        (
            "max_ttft_s = 0.768",
            "Capacity limit: ~6 concurrent requests, set by TTFT. At ~6 concurrent requests mean TTFT is ~0.8 s, right at the \
             threshold of 0.768 s; mean generation speed is ~67 tok/s.",
        ),
    ];
    for (thresholds, expected) in cases {
        let text = workload(thresholds, RUN);
        assert!(text.contains(expected), "{expected}\n\n{text}");
        assert!(text.contains("What it is."), "{text}");
    }
}

#[test]
fn too_many_failures_set_a_limit_of_their_own() {
    let good = Run { loads: &["1", "2"], contexts: &[1024], ..RUN };
    let bad = Run { loads: &["10"], contexts: &[1024], failing: Some((3, "timeout")), ..RUN };
    let rows = [HEADER, &good.rows(1_770_000_000), &bad.rows(1_770_100_000)].concat();
    let case = "[[use_case]]\nid = 'mine'\ncontext = '1K'\nmax_ttft_s = 60\n";
    let text = well_written(&report_of(&[("records.csv", &rows)], case));
    let expected = "At 10 concurrent requests, 3 of 10 requests failed; the most that is accepted is 1%.";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("Failed requests | 0 of 10 | 0 of 10 | 3 of 10 (threshold exceeded)"), "{text}");
    assert!(
        text.contains("Where failed requests set the limit, some of the requests beyond it get no answer."),
        "{text}"
    );
    assert!(!text.contains("still answers correctly"), "{text}");
}

#[test]
fn a_limit_within_every_threshold_is_the_only_one_there_is() {
    let text = workload("max_ttft_s = 1.1\n[capacity]\nrule = 'within'", Run { requests: 40, ..RUN });
    assert!(text.contains("The limit is the largest load that stays inside every threshold, as"), "{text}");
    for other in ["also the largest level", "Within |", "is called the limit itself"] {
        assert!(!text.contains(other), "{other}: {text}");
    }
}

#[test]
fn a_percentile_that_the_sample_cannot_carry_gives_no_verdict() {
    let case = "capacity = { statistic = 'p95' }\n[[use_case]]\nid = 'mine'\ncontext = '1K'\nmax_ttft_s = 60\n";
    let text = well_written(&Run { contexts: &[1024], ..RUN }.report(case));
    assert!(
        text.contains("At 1, 2 and 10 concurrent requests the p95 TTFT is unknown, so there is no verdict there."),
        "{text}"
    );
    let text = well_written(&Run { contexts: &[1024], requests: 130, ..RUN }.report(case));
    assert!(text.contains("p95 TTFT is 1.2 s"), "{text}");
}

#[test]
fn a_limit_may_be_a_request_rate() {
    let text = workload("max_ttft_s = 0.3", Run { loads: &["0.5", "1", "4"], load: "request_rate", ..RUN });
    assert!(text.contains("requests/s, set by TTFT"), "{text}");
}

#[test]
fn the_method_says_what_was_skipped_unknown_and_repeated() {
    let header = HEADER.replace(",error", ",run,colour,error");
    let once = |run: &str| {
        let rows = Run { contexts: &[1024], loads: &["1", "2"], ..RUN }.rows(1_770_000_000);
        rows.lines().map(|row| format!("{},{run},red,\n", row.trim_end_matches(','))).collect::<String>()
    };
    let mut rows = header + &once("a") + &once("b").replace("17700", "17800");
    writeln!(rows, "sweep,1024,1,,1770009000,,,5000,10,1,1024,100,a,red,").unwrap();
    let text = well_written(&report_of(&[("records.csv", &rows), ("notes.txt", "some words")], ""));
    assert!(text.contains("Load levels were run up to 2 times."), "{text}");
    assert!(text.contains("A column of records.csv that is not known: colour."), "{text}");
    assert!(text.contains("1 bad record was skipped, as was asked for."), "{text}");
    assert!(text.contains("Not recognised, and not used: notes.txt."), "{text}");
    assert!(text.contains("# Warnings"), "{text}");
}

#[test]
fn prompts_of_mixed_length_are_said_to_be_mixed() {
    let run = Run { contexts: &[700, 900, 1900], loads: &["1", "2"], ..RUN };
    // Without the context column each load level is one cell.
    let without = |row: &str| {
        let fields: Vec<_> = row.split(',').enumerate().filter(|(at, _)| *at != 1).map(|(_, field)| field).collect();
        fields.join(",") + "\n"
    };
    let rows: String = (HEADER.to_owned() + &run.rows(1_770_000_000)).lines().map(without).collect();
    let text = well_written(&report_of(&[("records.csv", &rows)], ""));
    assert!(text.contains("used prompts of mixed lengths (~1.1K tokens on average)"), "{text}");
    assert!(text.contains("mixed context (~1.1K tokens on average)"), "{text}");
}

#[test]
fn a_brand_is_named_where_it_is_looked_for() {
    let brand = "[brand]\nname = 'Example Labs'\ncontact = 'team@example.org'\nwebsite = 'https://example.org'\n\
        report_url = 'https://example.org/report'\n";
    let report = RUN.report(brand);
    let text = well_written(&report);
    assert_eq!(report.cover.footer, "Example Labs");
    assert_eq!(report.cover.brand.as_deref(), Some("Example Labs"));
    assert!(text.contains("An interactive copy of this report is at https://example.org/report."), "{text}");
    assert!(text.contains("This report was prepared by Example Labs."), "{text}");
    assert!(format!("{report:?}").contains("target: \"mailto:team@example.org\""), "the contact is a link");
}

#[test]
fn costs_are_told_where_their_prices_are_known() {
    let priced = "hardware = { gpu = 'Example GPU', count = 2 }\ncost = { gpu_hour = 2.5 }\n";
    let text = well_written(&RUN.report(priced));
    assert!(text.contains("a million output tokens cost $8.33."), "{text}");
    assert!(text.contains("This counts $2.50 per GPU and hour for 2 GPUs;"), "{text}");
}
