//! Reports in a real browser: `tests/browser` looks at each through Chromium.

use crate::run::{RUNS, bundled, root};
use crate::{calculator, prose, sample};
use gristmill::font::Fonts;
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
        .expect("Node.js 18 or later must be installed as `node`");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A page of every kind of block, one of a bundled run beside its numbers, one of a prompt suite, and two of runs in which
/// everything is hostile that can be: texts put in, and files with a logo read by the program.
fn write_reports(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    write("everything.html", crate::html::page(&sample::everything(), Some("#ffd400")).as_bytes());
    let out = tempfile::tempdir().unwrap();
    let made = crate::run::report(&bundled(RUNS[1]), out.path());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for (kind, name) in [("report.html", "bundled.html"), ("report.json", "bundled.json")] {
        std::fs::copy(out.path().join(kind), folder.join(name)).unwrap();
    }
    let suite = tempfile::tempdir().unwrap();
    crate::run::report(&root().join("fixtures/suites/ten-prompts"), suite.path());
    std::fs::copy(suite.path().join("report.html"), folder.join("suite.html")).unwrap();
    let out = tempfile::tempdir().unwrap();
    let runs = RUNS.map(bundled);
    let made = crate::run::gristmill([
        "compare".as_ref(),
        runs[0].as_os_str(),
        runs[1].as_os_str(),
        "-o".as_ref(),
        out.path().as_os_str(),
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::copy(out.path().join("compare.html"), folder.join("compared.html")).unwrap();
    let (records, configuration) = hostile_run();
    write("hostile-compared.html", &hostile_comparison(&records, &configuration));
    let (report, analysis, mut config) = prose::composed(&[(HOSTILE, &records)], &configuration);
    config.brand.accent = Some(HOSTILE.to_owned());
    let page = html::page(&report, &analysis.capacity, &config, &Fonts::load()).unwrap();
    write("hostile.html", page.as_bytes());
    let attacked = tempfile::tempdir().unwrap();
    let run = crate::attacks::run_of_attacks(attacked.path());
    crate::run::report(&run, &attacked.path().join("out"));
    std::fs::copy(attacked.path().join("out/report.html"), folder.join("attacked.html")).unwrap();
    write("cases.json", serde_json::to_string(&calculator::cases()).unwrap().as_bytes());
}

/// The page of a comparison of hostile runs that have a reference of the same kind.
fn hostile_comparison(records: &str, configuration: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    // A brand's addresses are checked where a file is read, so it comes without them.
    let brand = configuration.find("[brand]").unwrap();
    let run = |name: &str, more: &str| {
        let configuration = format!("{more}{}", &configuration[..brand]);
        crate::compare::run_of(folder.path(), name, records, &configuration)
    };
    let runs = [run("<b>one", ""), run("two|", "date = \"2026-02-06\"\n")];
    let out = folder.path().join("out");
    let made = crate::run::gristmill([
        "compare".as_ref(),
        runs[0].as_os_str(),
        runs[1].as_os_str(),
        "-o".as_ref(),
        out.as_os_str(),
    ]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(out.join("compare.html")).unwrap()
}

const HOSTILE: &str = "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{7*7}}.csv";

/// Records and a configuration whose every text is markup.
fn hostile_run() -> (String, String) {
    let quoted = format!("\"{}\"", HOSTILE.replace('"', "\"\""));
    let mut records =
        "scenario,context_tokens,concurrency,request_id,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens,error\n"
            .to_owned();
    for at in 0..60 {
        let (concurrency, start) = (1 + at % 2, 1_768_000_000 + at);
        let scenario = ["sweep", "hostile", &quoted][at / 20];
        let error = if at % 10 == 0 { &quoted } else { "" };
        records += &format!("{scenario},1024,{concurrency},r{at},{start},400,5000,1024,100,{error}\n");
    }
    let text = format!("{HOSTILE:?}");
    let configuration = format!(
        "title = {text}\nsubtitle = {text}\n\
         [model]\nname = {text}\norganization = {text}\nparameters = {text}\narchitecture = {text}\nprecision = {text}\n\
         [hardware]\ngpu = {text}\n\
         [engine]\nname = {text}\n\
         [test]\nspeculative_decoding = {text}\nkv_cache = {text}\nnotes = {text}\n\
         [[use_case]]\nid = \"hostile\"\nname = {text}\ncontext = \"1K\"\nmax_ttft_s = 2\ndescription = {text}\n\
         [brand]\nname = {text}\nwebsite = \"javascript:alert(1)\"\nreport_url = \"javascript:alert(1)\"\ncontact = {text}\n"
    );
    (records, configuration)
}
