//! A mapping to start from, for a file that nobody recognises: guessed from its header, and never used by itself.

use crate::ingest::Input;
use crate::ingest::format::Head;
use crate::ingest::power::time;
use crate::ingest::records::value::number;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// A guess of what the columns of a file hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guess {
    /// The file that nobody recognises.
    pub file: String,
    /// Lines for `gristmill.toml`.
    pub toml: String,
}

/// What a column may be called, without case, marks and unit. Of several columns that fit a field the first counts.
const CALLED: [(&str, &[&str]); 15] = [
    ("scenario", &["scenario", "workload", "usecase"]),
    ("context_tokens", &["contexttokens", "context", "contextlength", "ctx", "isl"]),
    ("concurrency", &["concurrency", "concurrent", "users", "numusers", "parallel", "maxconcurrency", "clients"]),
    ("request_rate", &["requestrate", "rate", "qps", "rps"]),
    ("request_id", &["requestid", "reqid", "id", "uuid"]),
    (
        "start",
        &[
            "start",
            "starttime",
            "timestamp",
            "time",
            "sent",
            "sentat",
            "submitted",
            "senttime",
            "submittedat",
            "requeststart",
            "ts",
            "startedat",
            "createdat",
        ],
    ),
    (
        "e2e",
        &[
            "e2e",
            "e2el",
            "latency",
            "totaltime",
            "duration",
            "elapsed",
            "responsetime",
            "endtoendlatency",
            "e2elatency",
            "totallatency",
            "requestlatency",
        ],
    ),
    ("ttft", &["ttft", "timetofirsttoken", "first", "firsttoken", "firsttokenlatency", "firsttokentime"]),
    ("queue", &["queue", "queuetime", "queuewait", "waittime"]),
    ("prefill", &["prefill", "prefilltime"]),
    ("itl", &["itl", "intertokenlatency", "meanitl"]),
    (
        "input_tokens",
        &[
            "inputtokens",
            "input",
            "prompt",
            "prompttokens",
            "promptlen",
            "inputlen",
            "promptlength",
            "ntokensin",
            "tokensin",
            "numinputtokens",
            "numprompttokens",
        ],
    ),
    (
        "output_tokens",
        &[
            "outputtokens",
            "output",
            "completion",
            "completiontokens",
            "generatedtokens",
            "outputlen",
            "tokensout",
            "ntokensout",
            "numoutputtokens",
            "outputlength",
            "newtokens",
        ],
    ),
    ("success", &["success", "ok", "succeeded", "status", "statuscode"]),
    ("error", &["error", "errormessage", "exception"]),
];
const TIMES: [&str; 6] = ["start", "e2e", "ttft", "queue", "prefill", "itl"];
const UNITS: [(&str, &str); 8] = [
    ("milliseconds", "ms"),
    ("seconds", "s"),
    ("millis", "ms"),
    ("secs", "s"),
    ("ms", "ms"),
    ("us", "us"),
    ("ns", "ns"),
    ("s", "s"),
];

/// The guess for a file, where its header gives rise to one: at least a time and tokens are guessed.
///
/// A file that cannot be read gives none; that was told elsewhere.
pub fn guess(input: &dyn Input) -> Option<Guess> {
    let head = Head::read(input).ok()?;
    let Seen { list, columns, separator } = columns(&head);
    let mut found: Vec<(String, String, bool)> = Vec::new();
    for (field, names) in CALLED {
        // A column `prompt` may hold the prompt itself.
        let holds = |example: &str| !field.ends_with("put_tokens") || number(example).is_some();
        let called = |name: &str| names.contains(&plain(name, TIMES.contains(&field)).0.as_str());
        let Some((name, example)) = columns.iter().find(|(name, example)| called(name) && holds(example)) else {
            continue;
        };
        let (key, sure) = if TIMES.contains(&field) { timed(field, name, example) } else { (field.to_owned(), true) };
        found.push((key, name.clone(), sure));
    }
    let has = |stem: &str| found.iter().any(|(key, ..)| key.starts_with(stem));
    if !(has("e2e") || has("ttft")) || !(has("input_tokens") || has("output_tokens")) {
        return None;
    }
    let mut toml = String::from("[[columns]]                  # a guess from the header: check every line\n");
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let _ = writeln!(toml, "file = {}", text(input.name()));
    if let Some(list) = &list {
        let _ = writeln!(toml, "list = {}", text(list));
    }
    if separator == ';' && columns.iter().any(|(_, example)| is_decimal_comma(example)) {
        let _ = writeln!(toml, "decimal = \",\"");
    }
    for (key, name, sure) in &found {
        let note = if *sure { "" } else { "    # the unit is a guess from the values" };
        let _ = writeln!(toml, "{key} = {}{note}", text(name));
    }
    if found.iter().any(|(key, name, _)| key == "start" && without_zone(example_of(&columns, name))) {
        let _ = writeln!(
            toml,
            "timezone = \"UTC\"    # of the dates, which name no zone: such as \"Europe/Berlin\" where the host's clock was local"
        );
    }
    for (stem, line) in [("e2e", "e2e_s"), ("input_tokens", "input_tokens"), ("output_tokens", "output_tokens")] {
        if !has(stem) {
            let _ = writeln!(toml, "{line} = \"…\"    # required; no column looks like it");
        }
    }
    if let Some((_, status, _)) = found.iter().find(|(key, ..)| key == "success") {
        let example = example_of(&columns, status);
        if !["true", "false", "1", "0", ""].contains(&example.to_ascii_lowercase().as_str()) {
            let _ = writeln!(toml, "success_is = {}", text(example));
        }
    }
    if !has("concurrency") && !has("request_rate") {
        let _ = write!(
            toml,
            "\n[[file]]                     # the load, which no column names\nmatch = {}\nconcurrency = 1             # or request_rate\n",
            text(input.name())
        );
    }
    Some(Guess { file: input.name().to_owned(), toml })
}

/// The first value of a column.
fn example_of<'c>(columns: &'c [(String, String)], column: &str) -> &'c str {
    columns.iter().find(|(name, _)| name == column).map_or("", |(_, example)| example)
}

/// Whether a date means another moment in another zone.
fn without_zone(date: &str) -> bool {
    let at = |hours: i8| time::parse(date, &TimeZone::fixed(jiff::tz::offset(hours)));
    at(0) != at(1)
}

/// What the beginning of a file shows.
struct Seen {
    /// The key of the list that holds the records, where that stands in an object.
    list: Option<String>,
    /// Names of the columns or paths of the keys, each with the first value.
    columns: Vec<(String, String)>,
    /// What stands between the cells of a table.
    separator: char,
}

fn columns(head: &Head) -> Seen {
    let text = head.text().trim_start();
    if !text.starts_with(['{', '[']) {
        return table(text);
    }
    let own = values(text.strip_prefix('[').unwrap_or(text));
    let is_time = |name: &str| {
        let name = plain(name, true).0;
        CALLED.iter().any(|(field, names)| ["e2e", "ttft"].contains(field) && names.contains(&name.as_str()))
    };
    // A record may hold lists itself.
    match list_of_objects(text).filter(|_| !own.iter().any(|(name, _)| is_time(name))) {
        Some((key, first)) => Seen { list: Some(key), columns: values(first), separator: ',' },
        None => Seen { list: None, columns: own, separator: ',' },
    }
}

/// What the object at the beginning of a text holds; nothing where it is cut off.
fn values(text: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    if let Some(Ok(value)) = serde_json::Deserializer::from_str(text).into_iter::<Value>().next() {
        flatten("", &value, &mut values);
    }
    values
}

/// The columns of a table, separated by what its header has most of.
fn table(text: &str) -> Seen {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (header, first) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let count = |separator: &char| header.matches(*separator).count();
    // Of equals the last is taken, so commas come last.
    let separator = ['|', '\t', ';', ','].into_iter().max_by_key(count).unwrap_or(',');
    let cells = |line: &str| -> Vec<String> {
        line.split(separator).map(|cell| cell.trim().trim_matches('"').trim().to_owned()).collect()
    };
    let first = cells(first).into_iter().chain(std::iter::repeat(String::new()));
    Seen { list: None, columns: cells(header).into_iter().zip(first).collect(), separator }
}

/// `1,5`, but not `1,500 ms` or a list.
fn is_decimal_comma(cell: &str) -> bool {
    cell.split_once(',').is_some_and(|(whole, decimals)| {
        [whole, decimals].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// The first list of objects that is the value of a key of the object a text begins with: its key, and the text from its
/// first element on.
fn list_of_objects(text: &str) -> Option<(String, &str)> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut string = 0..0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' if quoted => (quoted, string.end) = (false, at),
            b'"' => (quoted, string) = (true, at + 1..at + 1),
            _ if quoted => {}
            b'[' if depth == 1 && text[at + 1..].trim_start().starts_with('{') => {
                return Some((text[string].to_owned(), text[at + 1..].trim_start()));
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn flatten(path: &str, value: &Value, paths: &mut Vec<(String, String)>) {
    match value {
        Value::Object(keys) => {
            for (key, value) in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, value, paths);
            }
        }
        Value::String(text) => paths.push((path.to_owned(), text.clone())),
        Value::Array(_) => {}
        other => paths.push((path.to_owned(), other.to_string())),
    }
}

/// The last part of a name in small letters and digits alone; of a time without its unit, which is given beside it.
fn plain(name: &str, timed: bool) -> (String, Option<&'static str>) {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words: Vec<String> =
        last.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let unit = words.last().and_then(|word| UNITS.iter().find(|(name, _)| name == word));
    match unit {
        Some((_, unit)) if timed && words.len() > 1 => (words[..words.len() - 1].concat(), Some(unit)),
        _ => (words.concat(), None),
    }
}

/// The key of a time: from the unit of its name, else from its value.
fn timed(field: &str, name: &str, example: &str) -> (String, bool) {
    let value = number(example);
    match (plain(name, true).1, value) {
        (Some(unit), _) => (format!("{field}_{unit}"), true),
        (None, None) if field == "start" && time::parse(example, &TimeZone::UTC).is_some() => (field.to_owned(), true),
        (None, Some(at)) if field == "start" => {
            let unit = match at {
                _ if at > 1e17 => "ns",
                _ if at > 1e14 => "us",
                _ if at > 1e11 => "ms",
                _ => "s",
            };
            (format!("start_{unit}"), false)
        }
        // No request takes a tenth of an hour as a rule, and none a few milliseconds.
        (None, Some(long)) if long >= 200.0 => (format!("{field}_ms"), false),
        _ => (format!("{field}_s"), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::ingest::Memory;

    fn toml(text: &str) -> Option<String> {
        guess(&Memory::new("my log.csv", text)).map(|guess| guess.toml)
    }

    #[test]
    fn a_guess_is_a_configuration_that_can_stand() {
        let csv = "Request ID,Sent At,Latency (ms),TTFT (ms),prompt_tokens,completion_tokens,status\n1,2026-01-15 08:00:02,900,120,100,64,ok\n";
        let json = r#"[{"ts": 1768464002.5, "latency": 1.5, "usage": {"prompt_tokens": 5, "completion_tokens": 9}, "users": 4}]"#;
        for text in [csv, json] {
            let toml = toml(text).unwrap();
            parse(&toml, "gristmill.toml").unwrap_or_else(|error| panic!("{error}\n{toml}"));
        }
        let guessed = toml(csv).unwrap();
        for line in [
            "start = \"Sent At\"",
            "timezone = \"UTC\"    # of the dates",
            "e2e_ms = \"Latency (ms)\"",
            "success_is = \"ok\"",
            "concurrency = 1",
        ] {
            assert!(guessed.contains(line), "{guessed}");
        }
        let guessed = toml(json).unwrap();
        for line in
            ["start_s = \"ts\"    # the unit", "input_tokens = \"usage.prompt_tokens\"", "concurrency = \"users\""]
        {
            assert!(guessed.contains(line), "{guessed}");
        }
    }

    #[test]
    fn a_column_of_prompts_is_no_count_of_their_tokens() {
        let csv = |prompt: &str| format!("sent,latency,prompt,completion\n0,0.5,{prompt},100\n");
        assert!(toml(&csv("17")).unwrap().contains("input_tokens = \"prompt\""));
        assert!(toml(&csv("Why?")).unwrap().contains("input_tokens = \"…\""));
    }

    #[test]
    fn a_zone_is_asked_for_where_dates_name_none() {
        let csv = |start: &str| format!("start,latency_s,prompt_tokens,users\n{start},0.5,100,4\n");
        for (start, asked) in [
            ("2026-01-15 08:00:02", true),
            ("2026/01/15 08:00:02.5", true),
            ("2026-01-15T08:00:02Z", false),
            ("2026-01-15T08:00:02+08:00", false),
            ("1768464002.5", false),
        ] {
            assert_eq!(toml(&csv(start)).unwrap().contains("timezone"), asked, "{start}");
        }
    }

    #[test]
    fn lists_in_objects_and_other_separators_are_guessed() {
        let json =
            r#"{"run": {"tags": ["a"]}, "results": [{"latency_ms": 9, "prompt_tokens": 5, "completion_tokens": 4}]}"#;
        let guessed = toml(json).unwrap();
        assert!(guessed.contains("list = \"results\"\n") && guessed.contains("e2e_ms = \"latency_ms\""), "{guessed}");
        let lines = "{\"latency_ms\": 9, \"prompt_tokens\": 5, \"calls\": [{}]}\n";
        assert!(!toml(lines).unwrap().contains("list"), "the list belongs to the record");
        let semicolons = toml("latency_s;prompt_tokens;completion_tokens\n1,5;100;64\n").unwrap();
        assert!(semicolons.contains("decimal = \",\"\n"), "{semicolons}");
        for text in [&guessed, &semicolons] {
            parse(text, "gristmill.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
        }
        assert!(toml("latency_s\tprompt_tokens\n1.5\t100\n").is_some());
    }

    #[test]
    fn nothing_is_guessed_where_no_request_shows() {
        for text in ["", "dear diary", "a,b\n1,2\n", "timestamp,gpu,power\n1,2,3\n", "[1, 2]", "{"] {
            assert_eq!(toml(text), None, "{text}");
        }
    }
}
