//! Power logs that are CSV: what their columns hold, and rows to samples.

use super::samples::{Samples, draw};
use super::time::{self, Clock};
use super::usual::{Places, Times};
use super::{Gpu, ToldBy};
use crate::error::{Error, Place, Result, Warning};
use crate::format::counted;
use crate::ingest::csv::{Row, Rows, Split};
use crate::ingest::format::Head;
use crate::ingest::records::value::shown;
use crate::ingest::sink::{Bad, Sink};
use crate::ingest::stream::Stream;

/// Lines that may stand before the header: what a shell or a tool says first.
const PREAMBLE: usize = 5;

/// A column of a log.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its place, counted from 0.
    pub at: usize,
    /// What the header calls it; empty without a header.
    pub name: String,
}

/// Where the columns of a log stand, and how they are read.
#[derive(Debug, Clone)]
pub struct Columns {
    /// When.
    pub time: Column,
    /// How it is written.
    pub clock: Clock,
    /// What to do where a time cannot be read.
    pub time_hint: &'static str,
    /// How much.
    pub draw: Column,
    /// How many watts 1 in that column is.
    pub watts: f64,
    /// Whose; default: GPUs are told apart by the order of their rows.
    pub gpu: Option<(ToldBy, usize)>,
    /// Name of the GPU's model, which helps to tell GPUs apart by the order of their rows.
    pub model: Option<usize>,
    /// How many cells every row has, where that is known.
    pub width: Option<usize>,
}

/// The columns that a header names; none where a row is no header of this log.
pub type ColumnsOf<'c> = dyn Fn(&[&str]) -> Option<Columns> + 'c;

/// What a row says: whose reading, when and how much; or nothing at all.
type Sample<'r> = Option<(&'r str, i64, Option<f64>)>;

/// Whether one of the first lines is a header, and no sample stands before it.
pub fn begins_with(head: &Head, is_header: impl Fn(&[&str]) -> bool) -> bool {
    let holds_time = |cells: &[&str]| cells.iter().any(|cell| time::civil(cell).is_some());
    head.rows().take(PREAMBLE).take_while(|cells| !holds_time(cells)).any(|cells| is_header(&cells))
}

/// Reads a log that has a header. Errors: it has none; those of [`read`].
pub fn read_with_header(stream: &mut Stream, sink: &mut Sink, columns_of: &ColumnsOf) -> Result<()> {
    let file = stream.name();
    let mut rows = Rows::new(stream);
    let columns = header(&mut rows, file, columns_of)?;
    read(&mut rows, file, columns, columns_of, sink)
}

fn header(rows: &mut Rows, file: &str, columns_of: &ColumnsOf) -> Result<Columns> {
    for _ in 0..PREAMBLE {
        let columns = match rows.next_row()? {
            None => break,
            Some(Split::Row(row)) => columns_of(&row.cells().collect::<Vec<_>>()),
            Some(_) => None,
        };
        if let Some(columns) = columns {
            return Ok(columns);
        }
    }
    let message = "expected the header of a power log: none of the first lines can be read as one";
    Err(Error::at(Place::file(file).line(1), message).hint("remove what stands before the header"))
}

/// Reads samples to the end of the file. A logger that was started again into the same file printed its header once
/// more: `columns_of` knows it. Errors: what is wrong with a row, unless lenient; GPUs that cannot be told apart.
pub fn read(rows: &mut Rows, file: &str, mut columns: Columns, columns_of: &ColumnsOf, sink: &mut Sink) -> Result<()> {
    let mut samples = Samples::default();
    let (mut times, mut places) = (Times::default(), Places::default());
    let mut empty = 0;
    while let Some(split) = rows.next_row()? {
        let row = match split {
            Split::Row(row) => row,
            Split::NotUtf8 { line, .. } | Split::BadQuote { line, .. } | Split::OpenQuote { line, .. } => {
                sink.bad(unreadable(Place::file(file).line(line)))?;
                continue;
            }
        };
        if columns.cut_short(&row) {
            sink.warn(cut_short(file, row.line));
            continue;
        }
        match columns.sample(&row, file, &mut times) {
            Ok(Some((id, at_ns, watts))) => {
                let place = places.of(id, |id| samples.place(columns.gpu_of(id)));
                samples.add_at(place, at_ns, watts);
            }
            Ok(None) => empty += 1,
            Err(bad) => match columns_of(&row.cells().collect::<Vec<_>>()) {
                Some(again) => (columns, times, places) = (again, Times::default(), Places::default()),
                None => sink.bad(bad)?,
            },
        }
    }
    if empty > 0 {
        let message = format!("{} neither a GPU nor a draw; left out", counted(empty, "row names", "rows name"));
        sink.warn(Warning::at(Place::file(file), message));
    }
    samples.finish(file, sink)
}

/// That the last sample lost its end.
pub fn cut_short(file: &str, line: u64) -> Warning {
    Warning::at(Place::file(file).line(line), "the last sample is cut short and was left out")
}

/// A row that is no sample of a log.
pub fn bad(reason: &'static str, place: Place, message: String, hint: &str) -> Bad {
    Bad { reason, error: Error::at(place, message).hint(hint) }
}

fn unreadable(place: Place) -> Bad {
    let message = "expected a row of a power log, found what is no CSV".to_owned();
    bad("unreadable row of a power log", place, message, "remove the line")
}

impl Columns {
    /// Columns that are read the plain way: watts, and rows of any width.
    pub fn new(time: Column, clock: Clock, draw: Column) -> Self {
        Self { time, clock, time_hint: "remove the line", draw, watts: 1.0, gpu: None, model: None, width: None }
    }

    fn cut_short(&self, row: &Row) -> bool {
        !row.terminated && row.width() < self.width.unwrap_or(self.time.at.max(self.draw.at) + 1)
    }

    /// What a row says; nothing where it names neither a GPU nor a draw, although it could.
    fn sample<'r>(&self, row: &Row<'r>, file: &str, times: &mut Times) -> std::result::Result<Sample<'r>, Bad> {
        let place = |at: usize| Place::file(file).line(row.line).column(at as u64 + 1);
        let named = |column: &Column| match column.name.as_str() {
            "" => place(column.at),
            name => place(column.at).path(name),
        };
        if let Some(width) = self.width.filter(|width| *width != row.width()) {
            let message = format!("expected {width} cells, as many as the header has, found {}", row.width());
            let place = place(row.width().min(width));
            return Err(bad("wrong number of cells in a power log", place, message, "remove the line"));
        }
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let time = cell(self.time.at);
        let at_ns = times.read(time, &self.clock).ok_or_else(|| {
            let message = format!("expected {}, found {}", self.clock.expected(), shown(time));
            bad("unreadable time in a power log", named(&self.time), message, self.time_hint)
        })?;
        let drawn = cell(self.draw.at);
        let watts = draw(drawn).ok_or_else(|| {
            let message = format!("expected watts such as `132.54 W`, or `[N/A]`, found {}", shown(drawn));
            bad("unreadable draw in a power log", named(&self.draw), message, "remove the line")
        })?;
        let Some(id) = self.id(cell) else {
            return match watts {
                None => Ok(None),
                Some(_) => {
                    let message = "the row has a draw, but names no GPU".to_owned();
                    Err(bad("a draw of no GPU", place(self.draw.at), message, "remove the line"))
                }
            };
        };
        Ok(Some((id, at_ns, watts.map(|draw| draw * self.watts))))
    }

    /// Whose the row is, as the log says it; none where the cell that should say it is empty.
    fn id<'r>(&self, cell: impl Fn(usize) -> &'r str) -> Option<&'r str> {
        match self.gpu {
            Some((_, at)) => Some(cell(at)).filter(|id| !id.is_empty()),
            None => Some(self.model.map_or("", cell)),
        }
    }

    /// The GPU that the log calls so.
    fn gpu_of(&self, id: &str) -> Gpu {
        Gpu::new(self.gpu.map_or(ToldBy::Order, |(told_by, _)| told_by), id)
    }
}
