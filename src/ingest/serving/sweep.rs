//! `summary.csv` of `vllm bench sweep serve`: the keys of the result files as columns, a row per run.

use super::vllm::{TOOL, no_level, read_run};
use crate::error::{Error, Place, Result};
use crate::ingest::csv::{Rows, Split};
use crate::ingest::flat::Flat;
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;

/// The settings of the server in the name of a sweep's folder: `--max_num_seqs=4` of
/// `SERVE--max_num_seqs=4-BENCH--max_concurrency=2`. None for other names.
fn server_settings(name: &str) -> Option<&str> {
    let folders = name.rsplit('/').skip(1);
    folders
        .filter_map(|folder| folder.strip_prefix("SERVE-")?.split_once("-BENCH-"))
        .map(|(settings, _)| settings)
        .next()
}

/// A sweep over settings of the server measures several deployments. `names` are those of files that hold requests.
///
/// Errors: two of them were measured with different settings.
pub fn refuse_two_servers<'n>(names: impl Iterator<Item = &'n str>) -> Result<()> {
    let mut served = names.filter_map(|name| Some((name, server_settings(name)?)));
    let Some((first, one)) = served.next() else { return Ok(()) };
    let Some((name, other)) = served.find(|(_, other)| *other != one) else { return Ok(()) };
    let message = format!("was served with `{other}`, {first} with `{one}`: one run is one deployment");
    Err(Error::at(Place::file(name), message)
        .hint("make a report of the folders of each setting of the server, or compare them with `gristmill compare`"))
}

/// The table of a sweep. The result files beside it hold the same runs, which then count once.
pub struct SweepTable;

impl Format for SweepTable {
    fn name(&self) -> &'static str {
        "vllm bench sweep summary (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        let header = head.header();
        ["run_number", "request_throughput", "total_input_tokens"].iter().all(|column| header.contains(column))
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let file = stream.name();
        let mut rows = Rows::new(stream);
        let mut header: Vec<String> = Vec::new();
        let mut parts = 0;
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                let message = "expected a table as vllm bench sweep writes it; found a row that is damaged";
                return Err(TOOL.error(Place::file(file), message));
            };
            if header.is_empty() {
                header = row.cells().map(str::to_owned).collect();
                continue;
            }
            TOOL.whole_row(Place::file(file).line(row.line), row.cells().count(), header.len())?;
            let run = Flat::of_cells(header.iter().map(String::as_str).zip(row.cells()));
            if no_level(&run).is_some() {
                continue;
            }
            read_run(&run, parts, format!("line {}", row.line), row.line, file, sink)?;
            parts += 1;
        }
        if parts == 0 {
            sink.set_aside("it holds no run of a sweep");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_sweep_names_the_settings_of_its_server() {
        let name = "20260301_101500/SERVE--max_num_seqs=4-BENCH--max_concurrency=2-num_prompts=8/run=0.json";
        assert_eq!(server_settings(name), Some("-max_num_seqs=4"));
        assert_eq!(server_settings("20260301_101500/summary.csv"), None);
        assert_eq!(refuse_two_servers([name, "summary.csv", name].into_iter()), Ok(()));
        let other = "SERVE--max_num_seqs=8-BENCH--max_concurrency=2/run=0.json";
        let error = refuse_two_servers([name, other].into_iter()).unwrap_err().to_string();
        assert!(error.contains("was served with `-max_num_seqs=8`"), "{error}");
    }
}
