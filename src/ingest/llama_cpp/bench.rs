//! `llama-bench -o csv`, `json`, `jsonl` and `sql`.

use super::levels;
use super::test::Test;
use crate::error::{Place, Result};
use crate::ingest::csv::{Rows, Split};
use crate::ingest::document::{Tool, json_each, json_list};
use crate::ingest::format::{Format, Head};
use crate::ingest::sink::Sink;
use crate::ingest::stream::Stream;
use serde_json::{Map, Value};

pub(super) const TOOL: Tool = Tool { name: "llama-bench", versions: "b6000 to b9010" };
const INSERT: &str = "INSERT INTO llama_bench (";

/// The output of `llama-bench` as JSON, an array or one object a line.
pub struct LlamaBenchJson;

impl Format for LlamaBenchJson {
    fn name(&self) -> &'static str {
        "llama-bench (JSON)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        are_tests(&head.keys())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let mut tests = Vec::new();
        while stream.unread().iter().all(u8::is_ascii_whitespace) && stream.read_more()? {}
        let each = |test: Test, _| {
            tests.push(test);
            Ok(())
        };
        if stream.unread().trim_ascii_start().starts_with(b"[") {
            json_list(stream, &TOOL, each)?;
        } else {
            json_each(stream, &TOOL, each)?;
        }
        levels::put(&tests, name, sink)
    }
}

/// The same as CSV, every cell in quotes.
pub struct LlamaBenchCsv;

impl Format for LlamaBenchCsv {
    fn name(&self) -> &'static str {
        "llama-bench (CSV)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        are_tests(&head.header())
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        let mut rows = Rows::new(stream);
        let mut names: Vec<String> = Vec::new();
        let mut tests = Vec::new();
        while let Some(split) = rows.next_row()? {
            let Split::Row(row) = split else {
                return Err(TOOL.error(Place::file(name), "a row is no CSV: a quote or a byte is out of place"));
            };
            let cells: Vec<&str> = row.cells().collect();
            // The header stands again where the tool was run again into the same file.
            if names.is_empty() || cells.contains(&"avg_ts") {
                names = cells.iter().map(|cell| (*cell).to_owned()).collect();
                continue;
            }
            tests.push(test(&names, &cells, Place::file(name).line(row.line))?);
        }
        levels::put(&tests, name, sink)
    }
}

/// The same as SQL statements.
pub struct LlamaBenchSql;

impl Format for LlamaBenchSql {
    fn name(&self) -> &'static str {
        "llama-bench (SQL)"
    }

    fn recognizes(&self, head: &Head) -> bool {
        head.text().contains("CREATE TABLE IF NOT EXISTS llama_bench") || head.text().trim_start().starts_with(INSERT)
    }

    fn read(&self, stream: &mut Stream, sink: &mut Sink) -> Result<()> {
        let name = stream.name();
        while stream.read_more()? {}
        let text = String::from_utf8_lossy(stream.unread()).into_owned();
        let mut tests = Vec::new();
        for (line, statement) in text.lines().enumerate().filter(|(_, line)| line.starts_with(INSERT)) {
            let place = Place::file(name).line(line as u64 + 1);
            let parsed = statement[INSERT.len()..].split_once(") VALUES (").and_then(|(names, values)| {
                Some((names, values.trim_end().strip_suffix(");")?.strip_prefix('\'')?.strip_suffix('\'')?))
            });
            let Some((names, values)) = parsed else {
                return Err(TOOL.error(place, "the statement has no list of names and list of quoted values"));
            };
            let names: Vec<String> = names.split(", ").map(str::to_owned).collect();
            tests.push(test(&names, &values.split("', '").collect::<Vec<_>>(), place)?);
        }
        levels::put(&tests, name, sink)
    }
}

fn are_tests(names: &[&str]) -> bool {
    ["avg_ts", "n_prompt", "n_gen"].iter().all(|name| names.contains(name))
}

/// A test from its columns.
fn test(names: &[String], cells: &[&str], place: Place) -> Result<Test> {
    if names.len() != cells.len() {
        let message = format!("expected {} values, one for each name; found {}", names.len(), cells.len());
        return Err(TOOL.error(place, message));
    }
    let pairs = names.iter().zip(cells).map(|(name, cell)| (name.clone(), Value::String((*cell).to_owned())));
    serde_json::from_value(Value::Object(Map::from_iter(pairs))).map_err(|error| TOOL.error(place, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::ingest::Memory;
    use crate::ingest::part::Part;
    use crate::metric::MetricId;

    fn parts(format: &dyn Format, text: &str) -> Result<Vec<Part>> {
        let memory = Memory::new("bench", text);
        assert!(format.recognizes(&Head::read(&memory)?), "{text}");
        let config = Config::default();
        let mut fold = |_: &crate::record::Record| {};
        let mut sink = Sink::new(&config, false, &mut fold);
        format.read(&mut Stream::open(&memory)?, &mut sink)?;
        Ok(sink.finish().parts)
    }

    /// Context, prefill speed and generation speed of each part.
    fn speeds(parts: &[Part]) -> Vec<(u64, Option<f64>, Option<f64>)> {
        let speed = |part: &Part, id: MetricId| part.aggregate.as_ref().unwrap().metrics[id as usize].mean;
        let row = |part: &Part| {
            (part.level.context.unwrap(), speed(part, MetricId::PrefillSpeed), speed(part, MetricId::GenerationSpeed))
        };
        parts.iter().map(row).collect()
    }

    const CSV: &str = "build_commit,n_prompt,n_gen,n_depth,avg_ts,stddev_ts\n\"a\",\"512\",\"0\",\"0\",\"900.5\",\"1.5\"\n\
                       \"a\",\"0\",\"128\",\"0\",\"50\",\"0\"\n\"a\",\"512\",\"0\",\"4096\",\"700\",\"1\"\n";

    #[test]
    fn every_output_format_says_the_same() {
        let json = r#"{"n_prompt": 512, "n_gen": 0, "n_depth": 0, "avg_ts": 900.5, "stddev_ts": 1.5, "samples_ts": [901.0, 900.0]}
            {"n_prompt": 0, "n_gen": 128, "n_depth": 0, "avg_ts": 50, "stddev_ts": 0, "samples_ts": [50]}
            {"n_prompt": 512, "n_gen": 0, "n_depth": 4096, "avg_ts": 700, "stddev_ts": 1}"#;
        let array = format!("[{}]", json.replace("}\n", "},\n"));
        let columns = "n_prompt, n_gen, n_depth, avg_ts, stddev_ts";
        let insert = |values: &str| format!("{INSERT}{columns}) VALUES ({values});\n");
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS llama_bench (\n  n_prompt INTEGER\n);\n\n{}{}{}",
            insert("'512', '0', '0', '900.5', '1.5'"),
            insert("'0', '128', '0', '50', '0'"),
            insert("'512', '0', '4096', '700', '1'")
        );
        let expected = [(0, Some(900.5), Some(50.0)), (4096, Some(700.0), None)];
        let formats: [(&dyn Format, &str); 4] =
            [(&LlamaBenchCsv, CSV), (&LlamaBenchJson, json), (&LlamaBenchJson, &array), (&LlamaBenchSql, &sql)];
        for (format, text) in formats {
            assert_eq!(speeds(&parts(format, text).unwrap()), expected, "{}", format.name());
        }
        let repeated = parts(&LlamaBenchJson, json).unwrap();
        let prefill = &repeated[0].aggregate.as_ref().unwrap().metrics[MetricId::PrefillSpeed as usize];
        assert_eq!((prefill.n, prefill.sd), (2, Some(1.5)));
    }

    #[test]
    fn prompts_of_several_lengths_are_contexts_of_their_own() {
        let text = format!("{CSV}\"a\",\"2048\",\"0\",\"0\",\"800\",\"1\"\n");
        let expected =
            [(0, None, Some(50.0)), (512, Some(900.5), None), (2048, Some(800.0), None), (4608, Some(700.0), None)];
        assert_eq!(speeds(&parts(&LlamaBenchCsv, &text).unwrap()), expected);
    }

    #[test]
    fn a_test_that_was_run_again_is_another_run() {
        let (header, rows) = CSV.split_once('\n').unwrap();
        let again = parts(&LlamaBenchCsv, &format!("{header}\n{rows}{header}\n{rows}")).unwrap();
        let contexts: Vec<_> = again.iter().map(|part| part.level.context.unwrap()).collect();
        assert_eq!(contexts, [0, 0, 4096, 4096]);
    }

    #[test]
    fn damage_and_mixed_settings_are_told() {
        let told = |format: &dyn Format, text: &str| parts(format, text).unwrap_err().to_string();
        assert!(told(&LlamaBenchCsv, &format!("{CSV}\"a\",\"512\"\n")).starts_with("bench:5: expected 6 values"));
        let mixed = r#"{"n_prompt": 512, "n_gen": 0, "avg_ts": 9, "flash_attn": true}
            {"n_prompt": 512, "n_gen": 0, "avg_ts": 8, "flash_attn": false}"#;
        assert!(
            told(&LlamaBenchJson, mixed)
                .starts_with("bench: was run with `flash_attn` true and with false: one run is one deployment")
        );
        assert!(told(&LlamaBenchSql, &format!("{INSERT}n_prompt, n_gen, avg_ts) VA")).contains("no list of names"));
        let cell = CSV.replace("900.5", "fast");
        assert!(told(&LlamaBenchCsv, &cell).contains("invalid value: string \"fast\", expected a number"));
    }
}
