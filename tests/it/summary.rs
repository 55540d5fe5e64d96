//! `gristmill summary`: printed, kept current in a file, checked.

use crate::run::{RUNS, bundled, gristmill};
use std::fs;
use std::path::Path;
use std::process::Output;

fn summary(arguments: &[&str]) -> Output {
    let run = bundled(RUNS[1]);
    let mut all = vec!["summary", run.to_str().unwrap()];
    all.extend(arguments);
    gristmill(all)
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_summary_reads_well_in_a_file_and_in_a_comment() {
    insta::assert_snapshot!("summary_file", stdout(&summary(&[])));
    insta::assert_snapshot!("summary_comment", stdout(&summary(&["--form", "comment", "--name", "nightly"])));
}

#[test]
fn a_file_is_brought_up_to_date_and_known_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let readme = folder.path().join("README.md");
    let (before, after) = ("# Mine\r\n\r\ntext  \r\n", "\r\nlast line without an end");
    let empty = format!("{before}<!-- gristmill:begin main -->\r\n<!-- gristmill:end -->{after}");
    fs::write(&readme, &empty).unwrap();
    let into = readme.to_str().unwrap();
    let chart = folder.path().join("docs/throughput.svg");
    let arguments = ["--into", into, "--chart", chart.to_str().unwrap()];

    let stale = summary(&[&arguments[..], &["--check"]].concat());
    assert_eq!(stale.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&stale.stderr).contains("(and 1 more) does not show"), "{stale:?}");
    assert_eq!(text(&readme), empty, "--check changes nothing");
    assert!(!chart.exists());

    assert_eq!(stdout(&summary(&arguments)).lines().count(), 2);
    let made = text(&readme);
    assert!(made.starts_with(before) && made.ends_with(&format!("<!-- gristmill:end -->{after}")), "{made}");
    assert!(made.contains("](docs/throughput.svg)"), "{made}");
    assert!(!made.replace("\r\n", "").contains('\n'), "line breaks are the file's");
    assert!(text(&chart).starts_with("<svg"));

    assert_eq!(stdout(&summary(&[&arguments[..], &["--check"]].concat())), "");
    assert_eq!(stdout(&summary(&arguments)), "", "nothing is left to write");
    assert_eq!(text(&readme), made);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_of_the_file_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file.md"), folder.path().join("link.md"));
    fs::write(&file, "<!-- gristmill:begin a -->\n<!-- gristmill:end -->\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&file, &link).unwrap();
    stdout(&summary(&["--into", link.to_str().unwrap()]));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(text(&file).contains("765.4"), "{}", text(&file));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_file_without_markers_is_told_what_to_add() {
    let folder = tempfile::tempdir().unwrap();
    let readme = folder.path().join("README.md");
    fs::write(&readme, "# Mine\n").unwrap();
    let output = summary(&["--into", readme.to_str().unwrap(), "--name", "main"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("<!-- gristmill:begin main -->\n<!-- gristmill:end -->"), "{said}");
    assert_eq!(text(&readme), "# Mine\n");
}
