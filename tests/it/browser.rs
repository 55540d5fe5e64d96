//! Reports in a real browser: `tests/browser` looks at each through Chromium.

use crate::run::root;
use crate::sample;
use gristmill::render::html;
use std::path::Path;
use std::process::Command;

#[test]
fn reports_hold_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    write_reports(folder.path());
    let browser = root().join("tests/browser");
    assert!(
        browser.join("node_modules/playwright-core").is_dir(),
        "the packages of tests/browser are not installed: run `npm ci` there"
    );
    let output = Command::new("node")
        .args(["--test", "--test-reporter=spec"])
        .current_dir(&browser)
        .env("GRISTMILL_REPORTS", folder.path())
        .output()
        .expect("Node.js 20 or later must be installed as `node`");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn write_reports(folder: &Path) {
    let write = |name: &str, page: String| std::fs::write(folder.join(name), page).unwrap();
    write("everything.html", html::page(&sample::everything(), None).unwrap());
    write("branded.html", html::page(&sample::everything(), Some("#ffd400")).unwrap());
}
