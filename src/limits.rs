//! How much is taken in, at most. Beyond a limit there is an error that says so, never exhausted memory; each is far beyond what
//! benchmarks have. `docs/limits.md` lists them, and says which `[limits]` of `gristmill.toml` raises. Imports no stage.

/// Files of a run; a folder that holds more is a mistake, such as a home folder.
pub const MOST_FILES: usize = 10_000;

/// What `limits.files` may raise [`MOST_FILES`] to: what is read of each file is kept until the end, 17 KB of it.
pub const HIGHEST_MOST_FILES: usize = 50_000;

/// Levels of a run, those of its repeats counted apart: beyond them a column was taken for a level that is none, such as a
/// number of the request, and each takes memory for its percentiles.
pub const MOST_LEVELS: usize = 20_000;

/// Cells of a run: each is a row of many tables, and a report of more would have thousands of pages.
pub const MOST_CELLS: usize = 5000;

/// What `limits.cells` may raise [`MOST_CELLS`] to: a cell takes 110 KB while its report is made.
pub const HIGHEST_MOST_CELLS: usize = 10_000;

/// A record in bytes, such as a line: memory does not grow with it.
pub const LONGEST_RECORD: usize = 16 << 20;

/// Bytes that a gzip file may expand to, however few it has; one that is beyond [`MOST_EXPANSION`] too is refused.
pub const MOST_UNPACKED: u64 = 1 << 30;

/// How many times a gzip file may expand; one that is beyond [`MOST_UNPACKED`] too is refused.
pub const MOST_EXPANSION: u64 = 1000;

/// Nesting of a value in a record; no tool means more.
pub const DEEPEST_VALUE: usize = 64;

/// Tokens of a request, requests in flight, requests per second.
pub const MOST_OF_A_COUNT: f64 = 1e12;

/// Requests, or tokens of them, that a tool counted of one run: those of all cells together still fit into 64 bits.
pub const MOST_OF_A_SUM: u64 = 1_000_000_000_000_000;

/// The year 10,000 in picoseconds since 1970: no clock shows a later second.
const LATEST_PS: i128 = 253_402_300_800 * 1_000_000_000_000;

/// Whether a clock can show a point in time, in picoseconds since 1970.
pub fn is_on_a_clock(ps: i128) -> bool {
    (-LATEST_PS..=LATEST_PS).contains(&ps)
}

/// Watts that one GPU draws.
pub const MOST_OF_A_DRAW: f64 = 1e12;

/// Ten years in seconds: no request takes longer.
pub const LONGEST_S: f64 = 10.0 * 365.25 * 86_400.0;

/// Whether a load generator can have been told so many requests per second: one in ten years at least.
pub fn is_rate(rate: f64) -> bool {
    (1.0 / LONGEST_S..=MOST_OF_A_COUNT).contains(&rate)
}

/// A YAML document in bytes: its parser needs all of it at once.
pub const LARGEST_YAML: usize = 64 << 20;

/// A page of engine metrics in bytes; a server's page has a few hundred kilobytes.
pub const LARGEST_PAGE: usize = 64 << 20;

/// `gristmill.toml` in bytes.
pub const LARGEST_CONFIGURATION: u64 = 1 << 20;

/// A template in bytes.
pub const LARGEST_TEMPLATE: u64 = 1 << 20;

/// Lists, boxes and emphasis within each other in a template; deeper ones stand as the one around them.
pub const DEEPEST_PROSE: usize = 8;

/// A file of a font in bytes: the largest collections of Chinese, Japanese and Korean have 20 MB.
pub const LARGEST_FONT: u64 = 64 << 20;

/// A logo in bytes.
pub const LARGEST_LOGO: usize = 2 << 20;

/// Elements of a logo in SVG, each as often as references lead to it.
pub const MOST_LOGO_PARTS: usize = 100_000;

/// Pixels of a logo in PNG.
pub const MOST_LOGO_PIXELS: u64 = 16_000_000;

/// A `report.json` in bytes that is looked at for the files it lists.
pub const LARGEST_LIST: u64 = 256 << 20;
