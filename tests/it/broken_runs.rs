//! Two runs that nothing tells apart: told loudly, whether they lie in two files or in one.

use crate::folder::{read_inputs, warnings};
use gristmill::check::check;
use gristmill::config::Config;
use gristmill::error::Warning;
use gristmill::ingest::{Input, Memory, Options};

const HEADER: &str = "context_tokens,concurrency,run,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n";
const DAY_S: u64 = 86_400;

/// Levels 1, 2 and 4, each held for 40 s after the other, from `start_s` on.
fn sweep(start_s: u64, run: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for (at, level) in [1, 2, 4].into_iter().enumerate() {
        for (second, _user) in (0..40).flat_map(|second| (0..level).map(move |user| (second, user))) {
            let start_s = start_s + 45 * at as u64 + second;
            rows.push(format!("1024,{level},{run},{start_s},100,1000,1024,10\n"));
        }
    }
    rows
}

fn file(name: &str, rows: &[String]) -> Memory {
    Memory::new(name, format!("{HEADER}{}", rows.concat()))
}

fn faults(files: &[Memory], config: &str) -> Vec<Warning> {
    let read = read_inputs(files, config).unwrap();
    for fault in &read.value.faults {
        assert!(read.warnings.contains(fault), "a report says it too");
    }
    read.value.faults
}

const FIRST: u64 = 1_770_372_000;

#[test]
fn two_deployments_in_one_folder_are_told_with_both_windows() {
    let files = [file("h100/records.csv", &sweep(FIRST, "")), file("h200/records.csv", &sweep(FIRST + 2 * DAY_S, ""))];
    let faults = faults(&files, "");
    insta::assert_snapshot!(faults.iter().map(|fault| format!("{fault}\n")).collect::<String>());

    let inputs: Vec<&dyn Input> = files.iter().map(|file| file as &dyn Input).collect();
    let checked = check(&inputs, &Config::default(), &Options::default(), "run", &[]);
    assert_eq!(checked.problems.len(), 1, "{:?}", checked.problems);
    assert_eq!(checked.problems[0].message, faults[0].message);
    assert!(!checked.warnings.contains(&faults[0]), "told once");
}

#[test]
fn a_run_that_was_appended_to_an_older_one_is_told() {
    let days = [FIRST, FIRST + DAY_S, FIRST + 2 * DAY_S, FIRST + 3 * DAY_S, FIRST + 4 * DAY_S];
    let rows: Vec<String> = days.iter().flat_map(|start| sweep(*start, "")).collect();
    insta::assert_snapshot!(faults(&[file("records.csv", &rows)], "")[0]);
}

#[test]
fn runs_on_clocks_of_their_own_are_told_by_too_many_requests_in_flight() {
    let files =
        [file("h100.csv", &sweep(0, "")), file("h200.csv", &sweep(0, "").iter().rev().cloned().collect::<Vec<_>>())];
    insta::assert_snapshot!(faults(&files, "")[0]);
    assert_eq!(faults(&[file("h100.csv", &sweep(0, "1")), file("h200.csv", &sweep(0, "2"))], ""), []);
    assert_eq!(faults(&files[..1], ""), []);
}

#[test]
fn repeats_of_levels_in_turn_are_told_too() {
    // Each level counts the time of the others between its repeats.
    let rows: Vec<String> = (0..3).flat_map(|repeat| sweep(FIRST + 180 * repeat, "")).collect();
    let told = faults(&[file("records.csv", &rows)], "");
    assert!(told[0].message.contains("3 cells (sweep, 1K, 1 concurrent request and so on)"), "{}", told[0]);
    let named: Vec<String> = (0..3).flat_map(|repeat| sweep(FIRST + 180 * repeat, &format!("{repeat}"))).collect();
    assert_eq!(faults(&[file("records.csv", &named)], ""), []);
}

#[test]
fn what_is_told_apart_is_no_fault() {
    let named = [file("a.csv", &sweep(FIRST, "1")), file("b.csv", &sweep(FIRST + DAY_S, "2"))];
    assert_eq!(faults(&named, ""), []);
    let configured = [file("a.csv", &sweep(FIRST, "")), file("b.csv", &sweep(FIRST + DAY_S, ""))];
    assert_eq!(faults(&configured, "[[file]]\nmatch = \"a.csv\"\nrun = \"a\"\n"), []);
}

#[test]
fn one_run_may_lie_in_many_files() {
    let rows = sweep(FIRST, "");
    let parts = |of: fn(usize, usize) -> usize| -> Vec<Memory> {
        let part = |number| {
            let all = rows.iter().enumerate();
            all.filter(|(at, _)| of(*at, rows.len()) == number).map(|(_, row)| row.clone()).collect::<Vec<_>>()
        };
        (0..3).map(|number| file(&format!("part-{number}.csv"), &part(number))).collect()
    };
    assert_eq!(faults(&parts(|at, _| at % 3), ""), [], "taken in turns");
    assert_eq!(faults(&parts(|at, all| at * 3 / all), ""), [], "one after the other");
    let per_level = |level: &str| -> Vec<String> {
        rows.iter().filter(|row| row.starts_with(&format!("1024,{level},"))).cloned().collect()
    };
    let files: Vec<Memory> = ["1", "2", "4"].map(|level| file(&format!("c{level}.csv"), &per_level(level))).into();
    assert_eq!(faults(&files, ""), [], "a file per level");
}

#[test]
fn a_slow_rate_leaves_pauses() {
    let rows: String = (0..60).map(|at| format!("1024,0.01,{},100,1000,1024,10\n", FIRST + 100 * at)).collect();
    let file = Memory::new(
        "records.csv",
        format!("context_tokens,request_rate,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n{rows}"),
    );
    let read = read_inputs(&[file], "").unwrap();
    assert_eq!(warnings(&read), Vec::<String>::new());
}

#[test]
fn records_of_several_runs_are_the_same_in_any_order() {
    let mut rows = [sweep(FIRST, ""), sweep(FIRST + DAY_S, "")].concat();
    let forwards = faults(&[file("records.csv", &rows)], "");
    rows.reverse();
    assert_eq!(faults(&[file("records.csv", &rows)], ""), forwards);
}

#[test]
fn requests_one_after_the_other_at_a_level_of_several_are_told() {
    let rows = |level: u64, step_ms: u64, count: u64| -> Vec<String> {
        let row = |at: u64| {
            format!("1024,{level},,{}.{:03},100,1000,1024,10\n", FIRST + at * step_ms / 1000, at * step_ms % 1000)
        };
        (0..count).map(row).collect()
    };
    let told = |rows: Vec<String>| warnings(&read_inputs(&[file("records.csv", &rows)], "").unwrap());
    insta::assert_snapshot!(told([rows(8, 1500, 40), rows(4, 1000, 40), rows(1, 1000, 40)].concat()).join("\n"));
    let days: Vec<String> = (0..3).flat_map(|day| sweep(FIRST + DAY_S * day, "")).collect();
    assert!(
        told(days).iter().all(|warning| !warning.contains("at most one request")),
        "runs far apart are another fault"
    );
    assert_eq!(told(rows(8, 125, 40)), [""; 0], "eight at once");
    assert_eq!(told(rows(2, 900, 40)), [""; 0], "some of them overlap");
    assert_eq!(told(rows(1, 1500, 40)), [""; 0], "one at a time is what the level says");
    assert_eq!(told(rows(64, 1000, 40)), [""; 0], "too few to fill the level");
}

#[test]
fn the_same_rows_twice_are_told_with_and_without_request_ids() {
    let rows = sweep(FIRST, "");
    let told = faults(&[file("records.csv", &[rows.clone(), rows.clone()].concat())], "");
    assert!(told[0].message.contains("had more requests in flight than the level says"), "{told:?}");
    let parts = [file("a.csv", &rows), file("b.csv", &rows[1..])];
    let told = faults(&parts, "");
    assert!(
        told[0].message.contains("had more requests in flight than the level says"),
        "files that overlap: {told:?}"
    );

    let header = HEADER.replace("context_tokens,", "request_id,context_tokens,");
    let with_ids: String = rows.iter().enumerate().map(|(at, row)| format!("id-{at},{row}")).collect();
    let twice = Memory::new("records.csv", format!("{header}{with_ids}{with_ids}"));
    let error = read_inputs(&[twice], "").unwrap_err();
    assert!(error.message.contains("is the request id of line 2 too"), "{error}");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("written twice")), "{error}");
}
