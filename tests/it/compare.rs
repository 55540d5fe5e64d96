//! `gristmill compare`: what it writes, what it says, and what it does not say.

use crate::pdf::tool;
use crate::run::{RUNS, bundled, gristmill};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Runs the command on these runs, with further arguments.
fn compare(runs: &[PathBuf], out: &Path, more: &[&str]) -> Output {
    let mut all: Vec<&std::ffi::OsStr> = vec!["compare".as_ref()];
    all.extend(runs.iter().map(|run| run.as_os_str()));
    all.extend(["-o".as_ref(), out.as_os_str()]);
    all.extend(more.iter().map(|argument| std::ffi::OsStr::new(*argument)));
    gristmill(all)
}

/// The same, which must succeed: Markdown and JSON.
fn compared(runs: &[PathBuf], more: &[&str]) -> (String, Value) {
    let out = tempfile::tempdir().unwrap();
    let output = compare(runs, out.path(), &[&["--format", "markdown"], more].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = fs::read(out.path().join("compare.json")).unwrap();
    (fs::read_to_string(out.path().join("compare.md")).unwrap(), serde_json::from_slice(&json).unwrap())
}

fn qwen() -> [PathBuf; 2] {
    RUNS.map(bundled)
}

/// A run with these records and configuration in a folder of this name.
pub fn run_of(parent: &Path, name: &str, records: &str, configuration: &str) -> PathBuf {
    let run = parent.join(name);
    fs::create_dir_all(&run).unwrap();
    fs::write(run.join("records.csv"), records).unwrap();
    fs::write(run.join("gristmill.toml"), configuration).unwrap();
    run
}

const HEAD: &str = "context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n";

/// Mean and standard error of a column of a bundled run's records, by a calculation of its own.
fn mean_and_error(run: &Path, column: &str, keep: impl Fn(&dyn Fn(&str) -> String) -> bool) -> (f64, f64, f64) {
    let mut reader = csv::Reader::from_path(run.join("records.csv")).unwrap();
    let heads = reader.headers().unwrap().clone();
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let field = |name: &str| record[heads.iter().position(|head| head == name).unwrap()].to_owned();
        if keep(&field) {
            values.push(field(column).parse::<f64>().unwrap());
        }
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt(), n)
}

#[test]
fn ratios_of_the_bundled_runs_are_those_of_their_records() {
    let runs = qwen();
    let (_, json) = compared(&runs, &[]);
    let cells = json["cells"].as_array().unwrap();
    let cell = cells
        .iter()
        .find(|cell| cell["scenario"] == "sweep" && cell["context_label"] == "32K" && cell["concurrency"] == 5)
        .unwrap();
    let found = &cell["deployments"][1]["ratios"]["ttft_s"];
    let of = |run: &Path| {
        mean_and_error(run, "ttft_ms", |field| {
            field("scenario") == "sweep" && field("context_tokens") == "32768" && field("concurrency") == "5"
        })
    };
    let ((a, error_a, n), (b, error_b, _)) = (of(&runs[0]), of(&runs[1]));
    assert!((found["ratio"].as_f64().unwrap() / (b / a) - 1.0).abs() < 1e-9);
    // With this many requests t lies between the normal quantile and 2 % more.
    let error = ((error_a / a).powi(2) + (error_b / b).powi(2)).sqrt();
    let half = (found["high"].as_f64().unwrap() / (b / a)).ln();
    assert!(n > 60.0 && half > 1.959 * error && half < 2.0 * error, "{half} for {error} over {n}");
    let low = (found["low"].as_f64().unwrap() / (b / a)).ln();
    assert!((low + half).abs() < 1e-9, "symmetric in the logarithm");
    assert_eq!((&found["holds_one"], &found["better"]), (&Value::Bool(false), &Value::Bool(false)));
    assert!(cell["deployments"][0]["ratios"].is_null(), "the base has none");
    let throughput =
        json["deployments"][1]["cells"][cell["deployments"][1]["cell"].as_u64().unwrap() as usize]["throughput_tok_s"]
            .as_f64()
            .unwrap();
    assert_eq!(cell["deployments"][1]["throughput_per_gpu_tok_s"].as_f64().unwrap(), throughput / 2.0);
}

#[test]
fn the_bundled_runs_are_told_apart_where_their_limits_are() {
    let (text, json) = compared(&qwen(), &[]);
    let outcomes: Vec<String> = json["use_cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {} {}", one["use_case"].as_str().unwrap(), one["outcome"].as_str().unwrap(), one["leaders"])
        })
        .collect();
    assert_eq!(
        outcomes,
        [
            "code-completion winner [0]",
            "short-form-chatbot winner [0]",
            "general-chatbot winner [0]",
            "long-document-processing winner [0]",
            "automated-coding-assistant tie [0,1]"
        ]
    );
    assert!(text.contains("| General Chatbot<br>32K context | **8** | 6 | 1× H200 SXM |"), "{text}");
    assert!(text.contains("Along context lengths it stands at **10 concurrent requests**, the largest load that all"));
    assert!(text.contains("Along loads it stands at **1K context**, the shortest that all were tested with"));
    assert!(text.contains("  - Generation speed: of 31 cells, lower in 31 (0.53× to 0.97×)"), "{text}");
    assert!(
        text.contains("- **1× H200 SXM** carries more of Code Completion, Short-form Chatbot, General Chatbot and")
    );
    // The trade-off is per GPU, and every chart that a report of one run has lines in stands here too.
    assert!(text.contains("charts/compare-trade-off-per-gpu.svg") && text.contains("charts/compare-queue-wait.svg"));
    assert!(text.contains("p90 of time to first token by concurrency at 1K context"), "{text}");
    let (text, _) = compared(&qwen(), &["--context", "32K", "--concurrency", "5"]);
    assert!(text.contains("**5 concurrent requests**, as was asked for"), "{text}");
    assert!(text.contains("Time to first token by context length at 5 concurrent requests"));
    assert!(text.contains("System throughput by concurrency at 32K context"));
}

#[test]
fn unlike_tests_are_pointed_out_before_the_first_figure_and_beside_every_winner() {
    let runs = [qwen().to_vec(), vec![bundled("glm-5.2-mxfp4-4x-mi355x")]].concat();
    let (text, json) = compared(&runs, &[]);
    let warned = text.find("**The tests are not alike.**").unwrap();
    assert!(warned < text.find("tok/s").unwrap(), "{text}");
    assert!(
        text.contains("- Speculative decoding: off for Qwen3-Coder-Next (1× H200 SXM) and Qwen3-Coder-Next (2× RTX")
    );
    assert!(text.contains("Not known of every deployment: prompt caching and KV cache"));
    assert!(text.contains("| Carries most (unlike tests) |"));
    assert!(text.contains("Under the unlike conditions named above:"));
    assert!(text.contains("and Long Document Processing. Not judged: GLM-5.2 MXFP4."), "{text}");
    let names: Vec<_> = json["deployments"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(
        names,
        ["Qwen3-Coder-Next (1× H200 SXM)", "Qwen3-Coder-Next (2× RTX Pro 6000 Blackwell)", "GLM-5.2 MXFP4"]
    );
    let came = json["conditions"].as_array().unwrap().iter().find(|one| one["key"] == "output_came").unwrap();
    assert_eq!((&came["values"][0], &came["agreement"]), (&"1,024".into(), &"differ".into()), "{came}");
    // An open limit of 10 against limits far above it.
    let chatbot = &json["use_cases"].as_array().unwrap()[1];
    assert_eq!((&chatbot["use_case"], &chatbot["outcome"]), (&"short-form-chatbot".into(), &"undecided".into()));
    assert_eq!(chatbot["limits"][2]["text"], "10+");
}

#[test]
fn a_run_beside_itself_has_ratios_of_one_and_no_winner() {
    let [run, _] = qwen();
    let (text, json) = compared(&[run.clone(), run], &[]);
    for cell in json["cells"].as_array().unwrap() {
        assert_eq!(cell["shared"], true);
        for (key, ratio) in cell["deployments"][1]["ratios"].as_object().unwrap() {
            if !ratio.is_null() {
                assert_eq!(ratio["ratio"], 1.0, "{key}");
                assert_ne!(ratio["holds_one"], false, "{key}");
            }
        }
    }
    assert!(json["use_cases"].as_array().unwrap().iter().all(|one| one["outcome"] != "winner"));
    assert!(text.contains("| \\~1.00× (") && !text.contains("carries more:") && !text.contains("**1.00×"), "{text}");
    assert!(!text.contains("> **The tests are not alike.**"));
    assert_eq!(json["deployments"][1]["name"], "Qwen3-Coder-Next (2)");
}

#[test]
fn runs_that_share_no_cell_say_so_and_have_no_ratio() {
    let runs = ["glm-5.2-mxfp4-4x-mi355x", "gemma-4-26b-a4b-nvfp4-dgx-spark"].map(bundled);
    let (text, json) = compared(&runs, &[]);
    assert!(text.contains("No cell was measured for more than one deployment"), "{text}");
    assert!(text.contains("- Load: requests in flight for GLM-5.2 MXFP4; request rates for Gemma 4"));
    assert!(!text.contains("## Ratios"));
    assert!(json["cells"].as_array().unwrap().iter().all(|cell| cell["shared"] == false));
    assert!(json["use_cases"].as_array().unwrap().iter().all(|one| one["outcome"] == "alone"));
}

#[test]
fn a_single_cell_stands_as_a_point_beside_a_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..40).map(|at| format!("1024,10,{at},{},{},1024,1024\n", 900 + at, 11_000 + 3 * at)).collect();
    let one = run_of(folder.path(), "one", &format!("{HEAD}{rows}"), "title = \"One cell\"\n");
    let (text, json) = compared(&[one, bundled(RUNS[0])], &[]);
    assert!(text.contains("Over the one cell that both have"), "{text}");
    assert_eq!(json["cells"].as_array().unwrap().iter().filter(|cell| cell["shared"] == true).count(), 1);
    assert!(
        text.contains("| 10 | 817.3 tok/s | 852.6 tok/s |"),
        "its throughput stands in the table of the chart: {text}"
    );
    assert!(text.contains("The number of GPUs is not known for One cell"));
}

#[test]
fn cells_of_too_few_requests_for_an_interval_still_say_which_way_they_point() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, slower: u64| {
        let row = |level: u64| format!("1024,{level},0,{},{},1024,101\n", 100 * slower, 2100 * slower);
        let rows: String = [1, 2].map(row).concat();
        run_of(folder.path(), name, &format!("{HEAD}{rows}"), &format!("title = \"{name}\"\n"))
    };
    let (text, _) = compared(&[run("fast", 1), run("slow", 2)], &[]);
    assert!(text.contains("Generation speed: of 2 cells, without an interval in 2, lower in each (0.50×)"), "{text}");
    assert!(text.contains("TTFT: of 2 cells, without an interval in 2, longer in each (2.00×)"), "{text}");
}

#[test]
fn a_kv_cache_that_may_grow_elsewhere_is_an_unlike_test_to_comparison_and_gate() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, offload: &str| {
        let rows = format!("{HEAD}1024,1,0,100,2100,1024,101\n");
        run_of(folder.path(), name, &rows, &format!("title = \"{name}\"\n[test]\nkv_offload = \"{offload}\"\n"))
    };
    let runs = [run("within", "none"), run("beyond", "DRAM")];
    let (text, _) = compared(&runs, &[]);
    assert!(text.contains("- KV offload: none for within; DRAM for beyond"), "{text}");
    let out = folder.path().join("out");
    crate::run::report(&runs[0], &out);
    let gate = gristmill(["check".as_ref(), runs[1].as_os_str(), "--against".as_ref(), out.as_os_str()]);
    let told = String::from_utf8(gate.stdout).unwrap();
    assert!(told.lines().any(|line| ["KV offload", "none", "DRAM"].iter().all(|word| line.contains(word))), "{told}");
}

#[test]
fn the_same_runs_give_the_same_bytes_in_files_that_are_sound() {
    let made = |threads: &str| {
        let out = tempfile::tempdir().unwrap();
        let output = compare(&qwen(), out.path(), &["--threads", threads, "--chart-format", "png"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "no character is missing from the typefaces");
        out
    };
    let (first, second) = (made("1"), made("2"));
    let listed: Value = serde_json::from_slice(&fs::read(first.path().join("compare.json")).unwrap()).unwrap();
    let files: Vec<&str> = listed["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    for expected in ["compare.html", "compare.json", "compare.md", "compare.pdf", "charts/compare-ttft.png"] {
        assert!(files.contains(&expected), "{files:?}");
    }
    for file in files {
        let bytes = |out: &tempfile::TempDir| fs::read(out.path().join(file)).unwrap();
        assert!(bytes(&first) == bytes(&second), "{file} differs");
    }
    let pdf = first.path().join("compare.pdf");
    assert!(tool("qpdf", &["--check", "FILE"], &pdf).contains("No syntax or stream encoding errors"));
    assert!(fs::metadata(&pdf).unwrap().len() < 200_000);
    assert!(fs::metadata(first.path().join("compare.html")).unwrap().len() < 400_000);
}

#[test]
fn only_files_of_an_earlier_comparison_are_replaced_or_removed() {
    let out = tempfile::tempdir().unwrap();
    let report = gristmill(["report".as_ref(), qwen()[0].as_os_str(), "-o".as_ref(), out.path().as_os_str()]);
    assert!(report.status.success());
    let runs = [qwen()[0].clone(), bundled("glm-5.2-mxfp4-4x-mi355x")];
    assert!(compare(&qwen(), out.path(), &[]).status.success(), "a report and a comparison may share a folder");
    assert!(out.path().join("charts/compare-queue-wait.svg").is_file());
    assert!(compare(&runs, out.path(), &[]).status.success());
    assert!(!out.path().join("charts/compare-queue-wait.svg").exists(), "gone with the comparison that had it");
    assert!(out.path().join("charts/queue-wait.svg").is_file() && out.path().join("report.md").is_file());
    // A format that was not asked for stays, and stays listed.
    assert!(compare(&runs, out.path(), &["--format", "pdf"]).status.success());
    let listed: Value = serde_json::from_slice(&fs::read(out.path().join("compare.json")).unwrap()).unwrap();
    assert!(listed["files"].as_array().unwrap().contains(&"compare.html".into()));

    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("compare.md"), "mine").unwrap();
    let refused = compare(&qwen(), foreign.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(fs::read_to_string(foreign.path().join("compare.md")).unwrap(), "mine");
    assert!(!foreign.path().join("compare.html").exists(), "nothing is written beside it");
}

#[test]
fn wrong_use_is_told_with_what_there_is() {
    let out = tempfile::tempdir().unwrap();
    let told = |runs: &[PathBuf], more: &[&str]| {
        let output = compare(runs, out.path(), more);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, error) = told(&qwen(), &["--context", "2K"]);
    assert_eq!(status, Some(1));
    assert_eq!(
        error,
        "error: no deployment was tested with 2K context\nhint: tested were 1K, 8K, 32K, 64K, 96K, 128K and 256K\n"
    );
    let (status, error) = told(&qwen(), &["--concurrency", "3"]);
    assert_eq!(status, Some(1));
    assert!(error.contains("hint: tested were 1, 2, 5 and 10 concurrent requests"), "{error}");
    assert_eq!(told(&qwen()[..1], &[]).0, Some(2), "one run is no comparison");
    let nine: Vec<PathBuf> = std::iter::repeat_n(qwen()[0].clone(), 9).collect();
    assert_eq!(told(&nine, &[]).0, Some(2), "nine lines cannot be told apart");
    let folder = tempfile::tempdir().unwrap();
    let broken = run_of(folder.path(), "broken", &format!("{HEAD}1024,1,0,-5,900,1024,64\n"), "");
    let (status, error) = told(&[qwen()[0].clone(), broken.clone()], &[]);
    assert_eq!(status, Some(1));
    assert!(error.starts_with(&format!("error: {}: records.csv:2:", broken.display())), "{error}");
}

#[test]
fn a_house_of_ones_own_gives_title_brand_and_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let house = folder.path().join("house.toml");
    fs::write(
        &house,
        "title = \"Which server?\"\n[brand]\nname = \"Example Labs\"\n[numbers]\ndecimal = \",\"\nthousands = \" \"\n",
    )
    .unwrap();
    let (text, json) = compared(&qwen(), &["--config", house.to_str().unwrap()]);
    assert!(text.starts_with("# Which server?\n") && text.contains("Example Labs"), "{text}");
    assert!(text.contains("0,80× (0,79–0,81)"), "{text}");
    let price = json["conditions"].as_array().unwrap().iter().find(|one| one["key"] == "price_per_kwh").unwrap();
    assert_eq!(price["values"][0], "$0.10", "programs read the usual marks");
}
