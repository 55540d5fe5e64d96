//! What is said while a command works and when it is done: how much, in which colours, and a bar for work that lasts.
//!
//! Results go to standard output, all else to standard error. Colours and the bar are for people: where standard error
//! is no terminal there are none, and the bytes of a message are the same as ever.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use gristmill::error::visible;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Work that takes less is done before anyone wonders.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Bytes of the run's files that were read so far, by all readings together.
static READ: AtomicU64 = AtomicU64::new(0);

/// The first error of standard output.
static LOST: OnceLock<String> = OnceLock::new();

static TALK: OnceLock<Talk> = OnceLock::new();

/// How much is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Talk {
    /// Neither progress nor a list of what was written: warnings and errors alone.
    pub quiet: bool,
    /// How long each step took, too.
    pub verbose: bool,
}

/// Sets how much is said, once, before anything is.
pub fn talk(talk: Talk) {
    TALK.get_or_init(|| talk);
}

fn talking() -> Talk {
    TALK.get().copied().unwrap_or_default()
}

/// Prints a line of the result to standard output. A reader that went away (`| head`) is not an error.
pub fn say(line: &str) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => drop(LOST.set(error.to_string())),
        _ => {}
    }
}

/// Why a line of the result could not be printed, as to a file on a full disk; none while all were.
pub fn lost() -> Option<&'static str> {
    LOST.get().map(String::as_str)
}

/// Prints a line about what was written to standard output, unless nobody wants to know.
pub fn tell(line: &str) {
    if !talking().quiet {
        say(&visible(line));
    }
}

/// Prints a message to standard error: its first word, such as `warning`, in a colour of its own.
pub fn note(kind: &str, colour: AnsiColor, text: &str) {
    let style = Style::new().bold().fg_color(Some(colour.into()));
    let mut stderr = stderr();
    let _ = writeln!(stderr, "{style}{kind}{style:#}: {}", visible(text));
}

/// Standard error as far as it takes colours: none in a file, with `NO_COLOR`, or on a terminal that is dumb.
fn stderr() -> AutoStream<std::io::Stderr> {
    // Where `CI` is set, the choice made for us would colour a dumb terminal.
    let choice = if std::io::stderr().is_terminal() && !is_dumb() { ColorChoice::Auto } else { ColorChoice::Never };
    AutoStream::new(std::io::stderr(), choice)
}

/// Takes note of bytes that were read.
pub fn has_read(bytes: usize) {
    READ.fetch_add(bytes as u64, Ordering::Relaxed);
}

/// A step of the work; what it took is told when it is over, to those who asked.
pub struct Step {
    name: &'static str,
    begun: Instant,
    bar: Option<Bar>,
}

/// Begins a step: `writing`. Where it lasts, a sign of life says so.
pub fn step(name: &'static str) -> Step {
    begin(name, None)
}

/// Begins to read files of so many bytes. Where it lasts, a bar says how far it is.
pub fn reading(bytes: u64) -> Step {
    begin("reading", Some(bytes).filter(|bytes| *bytes > 0))
}

fn begin(name: &'static str, to_read: Option<u64>) -> Step {
    let shown = !talking().quiet && std::io::stderr().is_terminal() && !is_dumb();
    Step { name, begun: Instant::now(), bar: shown.then(|| Bar::start(name, to_read)) }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.stop();
        }
        if talking().verbose {
            note("time", AnsiColor::Cyan, &format!("{} took {} ms", self.name, self.begun.elapsed().as_millis()));
        }
    }
}

/// A terminal that cannot move its cursor.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// A bar that appears once the work has lasted for a while, and leaves nothing behind.
struct Bar {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Bar {
    fn start(name: &'static str, to_read: Option<u64>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let before = READ.load(Ordering::Relaxed);
        let thread = thread::spawn(move || show(name, to_read, before, &seen));
        Self { over, thread }
    }

    fn stop(self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // A bar that failed to draw is no reason to fail.
        let _ = self.thread.join();
    }
}

/// Draws until it is over; `before` is what had been read when the step began.
fn show(name: &'static str, to_read: Option<u64>, before: u64, over: &AtomicBool) {
    let begun = Instant::now();
    let is_over_by = |until: Duration| {
        while !over.load(Ordering::Relaxed) && begun.elapsed() < until {
            thread::park_timeout(until.saturating_sub(begun.elapsed()));
        }
        over.load(Ordering::Relaxed)
    };
    if is_over_by(PATIENCE) {
        return;
    }
    let bar = ProgressBar::with_draw_target(to_read, ProgressDrawTarget::stderr()).with_message(name);
    let template =
        if to_read.is_some() { "{msg} {bar:30} {percent:>3} %, {elapsed}" } else { "{msg} {spinner} {elapsed}" };
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    for tick in 1.. {
        let read = READ.load(Ordering::Relaxed).saturating_sub(before);
        // Most files are read once, others a second time: the bar then has as much again before it.
        bar.set_length(to_read.map_or(read, |all| if read > all + all / 50 { 2 * all } else { all }));
        bar.set_position(to_read.map_or(read, |all| read.min(2 * all)));
        bar.tick();
        if is_over_by(PATIENCE + TICK * tick) {
            break;
        }
    }
    bar.finish_and_clear();
}
