//! The command line's words: one definition feeds parser and help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use gristmill::render::PageSize;
use std::path::PathBuf;

/// Turns the raw output of LLM-inference benchmark runs into a finished report.
#[derive(Debug, Parser)]
#[command(name = "gristmill", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done, 1 the input was wrong or a check failed, 2 wrong usage.\n\
    Gristmill reads RUN, writes OUT, and opens no network connection.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Say nothing of progress and of what was written: warnings and errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say how long each step took, too
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn raw run logs into a report: HTML, PDF, Markdown, JSON, CSV and charts
    Report(Report),
    /// Show what was understood of a run and what is wrong with it; or compare it with an earlier report
    Check(Check),
    /// Write a commented gristmill.toml for a run, or the built-in templates to be changed
    Init(Init),
    /// Print a compact Markdown summary, or keep one current in a README
    Summary(Summary),
    /// Redraw the charts and say which changed
    Charts(Charts),
    /// Print the JSON Schema of `report.json`, of records or of `gristmill.toml`
    Schema(Schema),
    /// Put two to eight deployments side by side: what differs, ratios with intervals, who carries more
    Compare(Compare),
    /// Print completions for a shell
    Completions(Completions),
    /// Write the manual pages into a folder
    Man(Man),
}

/// What every command that reads a run is told.
#[derive(Debug, Args)]
pub struct Run {
    /// One run: a folder, one or more files, or `-` for records on standard input
    #[arg(value_name = "RUN", required = true)]
    pub inputs: Vec<PathBuf>,

    /// Configuration to use instead of the `gristmill.toml` in or beside RUN
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Skip bad records, count them by reason and say so in the report, instead of stopping at the first
    #[arg(long)]
    pub lenient: bool,

    /// Threads to use; any number gives the same bytes [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Folder for what was read of each file, so that the next time only files that changed are read; safe to delete
    /// [default: `.gristmill-cache` in the folder that is written to, where there is one]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache: Option<PathBuf>,

    /// Read every file, and keep nothing for the next time
    #[arg(long)]
    pub no_cache: bool,
}

/// What every command that makes pages is told of them.
#[derive(Debug, Args)]
pub struct Pages {
    /// Files of the charts, separated by commas: `png` adds to each SVG a PNG at twice its size
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', default_value = "svg")]
    pub chart_format: Vec<ChartFormat>,

    /// Size of the PDF's pages [default: `report.page` of the configuration, else a4]
    #[arg(long, value_enum)]
    pub page: Option<Page>,

    /// Folder of templates that take the place of the built-in ones of the same name; `gristmill init --templates` writes those
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,

    /// Font file for characters that the report's typefaces have not, such as Chinese or Arabic; may be given several times
    #[arg(long, value_name = "FILE")]
    pub fallback_font: Vec<PathBuf>,

    /// Show the result when it is done: the page in the browser, or the PDF where no page was asked for
    #[arg(long)]
    pub open: bool,
}

/// `gristmill report`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gristmill report runs/h200 -o out\n  \
    gristmill report records.csv power.csv -o out --format pdf --page letter\n  \
    zcat records.jsonl.gz | gristmill report - -o out --config gristmill.toml")]
pub struct Report {
    /// What to read.
    #[command(flatten)]
    pub run: Run,

    /// Folder to write to; only files that Gristmill wrote there before are replaced or removed
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,

    /// Formats to write, separated by commas [default: all]. `markdown` brings its charts along; `report.json` is
    /// always written, since it lists the files
    #[arg(short, long, value_name = "FORMAT", value_enum, value_delimiter = ',')]
    pub format: Vec<Format>,

    /// How its pages are made.
    #[command(flatten)]
    pub pages: Pages,
}

/// `gristmill init`
#[derive(Debug, Args)]
#[command(
    long_about = "Write a commented gristmill.toml for a run, or the built-in templates to be changed.\n\n\
    The configuration sets what the run's files say of the date, the model, the hardware, the engine and the test, and \
    leaves the rest open: each key with an example, commented out. A report with it has the same figures as one without.",
    after_help = "Examples:\n  \
    gristmill init runs/h200\n  \
    gristmill init records.csv -o -\n  \
    gristmill init --templates house && gristmill report runs/h200 -o out --templates house"
)]
pub struct Init {
    /// One run: a folder, one or more files, or `-` for records on standard input
    #[arg(value_name = "RUN", required_unless_present = "templates")]
    pub inputs: Vec<PathBuf>,

    /// File to write; `-` prints it [default: gristmill.toml in RUN's folder; printed for RUN `-`]
    #[arg(short, long, value_name = "FILE", requires = "inputs")]
    pub output: Option<PathBuf>,

    /// Replace a file that is there already
    #[arg(long, requires = "inputs")]
    pub force: bool,

    /// Write the built-in templates into this folder, each with what it may use; files that exist stay as they are
    #[arg(long, value_name = "DIR", conflicts_with = "inputs")]
    pub templates: Option<PathBuf>,
}

/// `gristmill check`
#[derive(Debug, Args)]
#[command(
    long_about = "Show what was understood of a run, what is wrong with it, and what a report would leave out.\n\n\
    Of each file: its format, what it gave, and what was taken from its name. A check does not stop at the first bad \
    record: it shows the first of each kind in each file and counts the rest. It writes no file.\n\n\
    With --against it compares the run with an earlier report instead. A figure regressed where it is worse by more than \
    its limit and the 95 % interval of the ratio leaves out 1; where no interval is known the limit alone decides. A \
    capacity limit that fell is a regression.",
    after_help = "Exit status: 0 no problem, 1 something would make figures wrong or a report impossible, or regressed, \
    2 wrong usage.\n\
    Results go to standard output, problems and warnings to standard error; with --json all of it to standard output.\n\n\
    Examples:\n  \
    gristmill check runs/h200\n  \
    gristmill check records.csv power.csv --json | jq '.problems'\n  \
    gristmill check runs/nightly --against baseline.json --max-regress 5%,ttft=10%"
)]
pub struct Check {
    /// One run: a folder, one or more files, or `-` for records on standard input
    #[arg(value_name = "RUN", required = true)]
    pub inputs: Vec<PathBuf>,

    /// Configuration to use instead of the `gristmill.toml` in or beside RUN
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Print the result as JSON; its keys are documented in the library's modules `check` and, with --against, `gate`
    #[arg(long)]
    pub json: bool,

    /// Compare with an earlier report, and exit with 1 on a regression: a `report.json`, or the folder that holds one.
    /// RUN may then be such a folder, too
    #[arg(long, value_name = "REPORT")]
    pub against: Option<PathBuf>,

    /// How much worse a figure may be: `5%` for all, `ttft=10%` for one; may be given several times, or separated by
    /// commas [default: `[gate]` of the configuration, else 5%]
    #[arg(long, value_name = "LIMIT", value_delimiter = ',', requires = "against", value_parser = limit)]
    pub max_regress: Vec<String>,
}

/// A limit that can be read; the library reads it again.
fn limit(said: &str) -> Result<String, String> {
    gristmill::gate::Limits::default().with(said).map(|_| said.to_owned()).map_err(|error| error.to_string())
}

/// `gristmill summary`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gristmill summary runs/h200\n  \
    gristmill summary runs/h200 --into README.md --chart docs/throughput.svg\n  \
    gristmill summary runs/h200 --into README.md --check\n  \
    gristmill summary runs/h200 --form job-summary >> \"$GITHUB_STEP_SUMMARY\"\n\n\
    A file says where its summary stands by two lines:\n  \
    <!-- gristmill:begin NAME -->\n  \
    <!-- gristmill:end -->")]
pub struct Summary {
    /// What to read.
    #[command(flatten)]
    pub run: Run,

    /// Put the summary between the markers of this file; everything else in it stays as it is
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,

    /// Which summary of the file: the NAME in its markers [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Change nothing; exit with 1 if the file is not current
    #[arg(long, requires = "into")]
    pub check: bool,

    /// Where the summary is shown
    #[arg(long, value_enum, default_value_t = Form::File)]
    pub form: Form,

    /// Draw the chart into this SVG file and show that [default: as Mermaid, which GitHub draws itself]
    #[arg(long, value_name = "FILE", conflicts_with = "no_chart")]
    pub chart: Option<PathBuf>,

    /// Show no chart
    #[arg(long)]
    pub no_chart: bool,
}

/// Where a summary is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// In a file of a repository
    File,
    /// In a comment on a pull request: a hidden first line to find it by, most of it folded
    Comment,
    /// On the page of a GitHub job
    JobSummary,
}

/// `gristmill charts`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gristmill charts runs/h200 -o docs/charts\n  \
    gristmill charts runs/h200 -o docs/charts --only 'ttft,capacity-*' --watch")]
pub struct Charts {
    /// What to read.
    #[command(flatten)]
    pub run: Run,

    /// Folder to draw into; a chart whose bytes would stay the same is not touched
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,

    /// Charts to redraw, separated by commas; `*` and `?` stand for any letters [default: all]
    #[arg(long, value_name = "CHART", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Redraw whenever the run changes, until stopped
    #[arg(long)]
    pub watch: bool,
}

/// `gristmill schema`
#[derive(Debug, Args)]
#[command(after_help = "Without a name it lists the schemas. Examples:\n  \
    gristmill schema configuration > gristmill.schema.json\n  \
    gristmill schema report | jq '.properties.findings'\n\n\
    An editor that knows TOML completes `gristmill.toml` by its first line:\n  \
    #:schema ./gristmill.schema.json")]
pub struct Schema {
    /// Which schema
    #[arg(value_enum)]
    pub schema: Option<SchemaName>,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// report.json: every figure of a report
    Report,
    /// A request in JSON or JSON Lines, or a list of them
    Records,
    /// gristmill.toml
    Configuration,
}

/// `gristmill compare`
#[derive(Debug, Args)]
#[command(
    after_help = "The first RUN is the base of every ratio. Each run keeps its own gristmill.toml; brand, page size and number terms \
    of the comparison come from the first one's, or from --config.\n\n\
    Examples:\n  \
    gristmill compare runs/h200 runs/rtx-pro -o out\n  \
    gristmill compare runs/fp8 runs/fp4 runs/awq -o out --context 32K --concurrency 8\n  \
    gristmill compare runs/h200 runs/rtx-pro -o out --format html,pdf --config house.toml"
)]
pub struct Compare {
    /// Runs to compare, each a folder or a file; the first is the base
    #[arg(value_name = "RUN", required = true, num_args = 2..=8)]
    pub runs: Vec<PathBuf>,

    /// Folder to write to; only files that `gristmill compare` wrote there before are replaced or removed
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,

    /// Context at which charts along loads stand, such as 32K [default: the shortest that all were tested with]
    #[arg(long, value_name = "CONTEXT", value_parser = tokens)]
    pub context: Option<u64>,

    /// Requests in flight at which charts along contexts stand [default: the largest number that all were tested with]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub concurrency: Option<u64>,

    /// Request rate at which charts along contexts stand, for runs at rates
    #[arg(long, value_name = "R", conflicts_with = "concurrency")]
    pub request_rate: Option<f64>,

    /// Formats to write, separated by commas [default: all]. `markdown` brings its charts along; `compare.json` is
    /// always written, since it lists the files
    #[arg(short, long, value_name = "FORMAT", value_enum, value_delimiter = ',')]
    pub format: Vec<CompareFormat>,

    /// How its pages are made.
    #[command(flatten)]
    pub pages: Pages,

    /// Configuration whose title, brand, page size and number terms the comparison has; the runs keep their own
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Skip bad records, count them by reason and say so, instead of stopping at the first
    #[arg(long)]
    pub lenient: bool,

    /// Threads to use; any number gives the same bytes [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Reads a context as a person writes it.
fn tokens(text: &str) -> Result<u64, String> {
    gristmill::context::parse(text).ok_or_else(|| "expected a number of tokens, such as 32K or 1000".to_owned())
}

/// `gristmill completions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gristmill completions bash > ~/.local/share/bash-completion/completions/gristmill\n  \
    gristmill completions zsh > ~/.zfunc/_gristmill")]
pub struct Completions {
    /// Shell to complete in
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `gristmill man`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gristmill man -o ~/.local/share/man/man1")]
pub struct Man {
    /// Folder to write to: gristmill.1, and a page for each command
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// report.html: one self-contained page
    Html,
    /// report.pdf
    Pdf,
    /// report.md and its charts
    Markdown,
    /// report.json: every figure at full precision
    Json,
    /// cells.csv: a row per cell; of a prompt suite cases.csv too: a row per case
    Csv,
    /// charts/*.svg, and *.png with --chart-format png
    Charts,
}

/// Formats of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// compare.html: one self-contained page
    Html,
    /// compare.pdf
    Pdf,
    /// compare.md and its charts
    Markdown,
    /// compare.json: every figure at full precision
    Json,
    /// charts/*.svg, and *.png with --chart-format png
    Charts,
}

/// Formats of the charts' own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartFormat {
    /// charts/*.svg: always written, light and dark
    Svg,
    /// charts/*.png beside them, on a light ground
    Png,
}

/// Page sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// 210 × 297 mm
    A4,
    /// 8.5 × 11 in
    Letter,
}

impl Format {
    /// The renderer's name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Html => "html",
            Format::Pdf => "pdf",
            Format::Markdown => "markdown",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Charts => "charts",
        }
    }
}

impl From<CompareFormat> for Format {
    fn from(format: CompareFormat) -> Self {
        match format {
            CompareFormat::Html => Format::Html,
            CompareFormat::Pdf => Format::Pdf,
            CompareFormat::Markdown => Format::Markdown,
            CompareFormat::Json => Format::Json,
            CompareFormat::Charts => Format::Charts,
        }
    }
}

impl From<Page> for PageSize {
    fn from(page: Page) -> Self {
        match page {
            Page::A4 => PageSize::A4,
            Page::Letter => PageSize::Letter,
        }
    }
}

impl SchemaName {
    /// As the library calls it.
    pub fn name(self) -> &'static str {
        match self {
            SchemaName::Report => "report",
            SchemaName::Records => "records",
            SchemaName::Configuration => "configuration",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_format_has_a_renderer() {
        for format in Format::value_variants() {
            assert!(gristmill::render::renderer(format.name()).is_ok(), "{}", format.name());
        }
        assert_eq!(gristmill::render::RENDERERS.len(), Format::value_variants().len());
        let compared = CompareFormat::value_variants().iter().map(|format| Format::from(*format).name());
        let known = gristmill::pipeline::COMPARE_FORMATS;
        assert_eq!(compared.clone().count(), known.len());
        assert!(compared.clone().all(|format| known.contains(&format)));
    }

    #[test]
    fn every_schema_has_a_name_here() {
        let names: Vec<_> = SchemaName::value_variants().iter().map(|schema| schema.name()).collect();
        assert_eq!(names, gristmill::schema::SCHEMAS.iter().map(|schema| schema.name).collect::<Vec<_>>());
    }
}
