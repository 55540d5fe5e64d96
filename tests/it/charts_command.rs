//! `gristmill charts`: what is redrawn, what is left alone, and what is said of it.

use crate::run::{RUNS, bundled, gristmill, report};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const RECORDS: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n\
    1024,1,0,100,1100,1024,101\n1024,2,10,150,1150,1024,101\n8192,1,20,300,1300,8192,101\n8192,2,30,400,1500,8192,101\n";

fn charts(run: &Path, to: &Path, more: &[&str]) -> Output {
    let mut all = vec!["charts", run.to_str().unwrap(), "-o", to.to_str().unwrap()];
    all.extend(more);
    gristmill(all)
}

/// What was said of each chart: `new ttft.svg`.
fn outcomes(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines()
        .map(|line| {
            let (what, path) = line.split_once(' ').unwrap();
            format!("{what} {}", Path::new(path.trim()).file_name().unwrap().to_str().unwrap())
        })
        .collect()
}

#[test]
fn only_what_changed_is_touched_and_each_chart_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let (run, to) = (folder.path().join("run.csv"), folder.path().join("charts"));
    fs::write(&run, RECORDS).unwrap();
    let first = outcomes(&charts(&run, &to, &[]));
    assert!(
        first.contains(&"new ttft.svg".to_owned()) && first.iter().all(|line| line.starts_with("new ")),
        "{first:?}"
    );
    let stamp = |name: &str| fs::metadata(to.join(name)).unwrap().modified().unwrap();
    let (ttft, throughput) = (stamp("ttft.svg"), stamp("throughput.svg"));

    // One answer comes later: its end moves the throughput, not the first token.
    fs::write(&run, RECORDS.replace("8192,2,30,400,1500", "8192,2,30,400,1700")).unwrap();
    let second = outcomes(&charts(&run, &to, &[]));
    assert!(second.contains(&"unchanged ttft.svg".to_owned()), "{second:?}");
    assert!(second.contains(&"changed throughput.svg".to_owned()), "{second:?}");
    assert_eq!(stamp("ttft.svg"), ttft);
    assert_ne!(stamp("throughput.svg"), throughput);

    // Without first tokens there is nothing to draw of them.
    let without: String = RECORDS
        .lines()
        .map(|line| {
            let cells: Vec<_> = line.split(',').collect();
            [&cells[..3], &cells[4..]].concat().join(",") + "\n"
        })
        .collect();
    fs::write(&run, without).unwrap();
    let third = outcomes(&charts(&run, &to, &[]));
    assert!(third.contains(&"gone ttft.svg".to_owned()), "{third:?}");
    assert!(!to.join("ttft.svg").exists());
}

#[test]
fn patterns_pick_charts_and_leave_the_others() {
    let to = tempfile::tempdir().unwrap();
    let run = bundled(RUNS[0]);
    let some = outcomes(&charts(&run, to.path(), &["--only", "ttft,capacity-g*"]));
    assert_eq!(some, ["new capacity-general-chatbot.svg", "new ttft.svg"]);
    assert_eq!(outcomes(&charts(&run, to.path(), &["--only", "power"])), ["new power.svg"]);
    assert!(to.path().join("ttft.svg").is_file());
    let unknown = charts(&run, to.path(), &["--only", "tttft"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("choose from capacity-"), "{unknown:?}");
}

#[test]
fn a_file_of_someone_else_stays_and_the_charts_of_a_report_do_not_count_as_one() {
    let out = tempfile::tempdir().unwrap();
    let run = bundled(RUNS[0]);
    report(&run, out.path());
    let to = out.path().join("charts");
    assert!(outcomes(&charts(&run, &to, &[])).iter().all(|line| line.starts_with("unchanged ")));
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("ttft.svg"), "mine").unwrap();
    let refused = charts(&run, foreign.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(fs::read_to_string(foreign.path().join("ttft.svg")).unwrap(), "mine");
    assert!(!foreign.path().join("throughput.svg").exists(), "nothing is written beside it");
}

#[test]
fn watching_redraws_once_for_writes_that_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (run, to) = (folder.path().join("run"), folder.path().join("charts"));
    fs::create_dir(&run).unwrap();
    let records = run.join("records.csv");
    fs::write(&records, RECORDS).unwrap();
    let said = folder.path().join("said");
    let mut child = Command::new(env!("CARGO_BIN_EXE_gristmill"))
        .args(["charts", run.to_str().unwrap(), "-o", to.to_str().unwrap(), "--only", "throughput", "--watch"])
        .stdout(fs::File::create(&said).unwrap())
        .stderr(fs::File::create(folder.path().join("errors")).unwrap())
        .spawn()
        .unwrap();
    let until = |what: &str| {
        let end = Instant::now() + Duration::from_secs(60);
        while !fs::read_to_string(&said).unwrap().contains(what) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let waits = || {
        let end = Instant::now() + Duration::from_secs(60);
        while !fs::read_to_string(folder.path().join("errors")).unwrap().contains("watching") && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(50));
        }
        // The first look is taken right after these words.
        std::thread::sleep(Duration::from_millis(500));
    };
    until("new");
    waits();
    for end in [1600, 1700, 1800] {
        fs::write(&records, RECORDS.replace("8192,2,30,400,1500", &format!("8192,2,30,400,{end}"))).unwrap();
    }
    until("changed");
    std::thread::sleep(Duration::from_millis(1200));
    child.kill().unwrap();
    child.wait().unwrap();
    let said = fs::read_to_string(&said).unwrap();
    let lines: Vec<_> = said.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["new", "changed"], "{said}");
}
