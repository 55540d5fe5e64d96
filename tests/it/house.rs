//! A report that is one's own: numbers, sections, templates, typefaces, small print.

use crate::run::{RUNS, bundled, gristmill, root};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder for one test, empty at first.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("house").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The report of a bundled run with a configuration of a test's own and further arguments.
fn run(folder: &Path, configuration: &str, arguments: &[&str]) -> Output {
    let own = folder.join("own.toml");
    fs::write(&own, configuration).unwrap();
    let (run, out) = (bundled(RUNS[0]), folder.join("out"));
    let fixed = ["report", run.to_str().unwrap(), "-o", out.to_str().unwrap(), "--config", own.to_str().unwrap()];
    gristmill(fixed.iter().chain(arguments))
}

fn made(folder: &Path, configuration: &str, arguments: &[&str]) -> String {
    let output = run(folder, configuration, arguments);
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join("out").join(file)).unwrap()
}

fn tool(program: &str, arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder.join("out"));
    let output = command.output().unwrap_or_else(|error| panic!("{program} (poppler-utils): {error}"));
    assert!(output.status.success(), "{program}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The titles of the sections of `report.md`.
fn titles(markdown: &str) -> Vec<&str> {
    let titles = markdown.lines().filter_map(|line| line.strip_prefix("## "));
    titles.filter(|title| !matches!(*title, "Contents" | "Highlights")).collect()
}

fn has_decimal_point(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(3).any(|three| three[0].is_ascii_digit() && three[1] == b'.' && three[2].is_ascii_digit())
}

#[test]
fn a_house_prints_numbers_in_its_own_terms_and_data_files_stay() {
    let (plain, own) = (folder("plain-terms"), folder("own-terms"));
    made(&plain, "", &[]);
    made(&own, "[numbers]\ndecimal = \",\"\nthousands = \" \"\n", &[]);
    let markdown = read(&own, "report.md");
    let left: Vec<_> =
        markdown.lines().filter(|line| has_decimal_point(line) && !line.contains("Gristmill 0.")).collect();
    assert!(left.is_empty(), "{left:#?}");
    assert!(markdown.contains("852,6 tok/s") && markdown.contains("24\u{202f}221 tok/s"));
    assert!(read(&own, "charts/prefill-speed.svg").contains("20\u{202f}000"));
    assert_eq!(read(&own, "cells.csv"), read(&plain, "cells.csv"));
    let json = |folder: &Path| {
        let mut json: Value = serde_json::from_str(&read(folder, "report.json")).unwrap();
        json.as_object_mut().unwrap().remove("configuration");
        json
    };
    assert_eq!(json(&own), json(&plain));
}

#[test]
fn sections_stand_in_the_order_asked_for_and_what_is_omitted_is_said() {
    let folder = folder("sections");
    let only = "[report]\nsections = [\"power-and-cost\", \"method\", \"executive-summary\", \"percentiles\"]\nomit = [\"percentiles\"]\npage = \"letter\"\n";
    made(&folder, only, &[]);
    let markdown = read(&folder, "report.md");
    assert_eq!(titles(&markdown), ["Power and cost", "Method", "Executive summary"]);
    assert!(markdown.contains("Percentiles"), "the method names what is not there");
    assert!(tool("pdfinfo", &["report.pdf"], &folder).contains("612 x 792 pts (letter)"));
    let wrong = run(&folder, "[report]\nomit = [\"percentile\"]\n", &[]);
    let message = said(&wrong);
    assert!(message.contains("own.toml:2:8") && message.contains("the nearest is `percentiles`"), "{message}");
}

#[test]
fn the_page_of_the_command_line_goes_before_that_of_the_configuration() {
    let folder = folder("page");
    made(&folder, "[report]\npage = \"letter\"\n", &["--page", "a4", "--format", "pdf"]);
    assert!(tool("pdfinfo", &["report.pdf"], &folder).contains("(A4)"));
}

#[test]
fn footer_and_small_print_stand_in_every_format() {
    let folder = folder("small-print");
    made(
        &folder,
        "[brand]\nname = \"Häuser\"\nfooter = \"For <you> only\"\nlegal = \"No *warranty* & no more.\"\n",
        &[],
    );
    let pdf = tool("pdftotext", &["report.pdf", "-"], &folder);
    assert!(pdf.matches("For <you> only").count() > 10 && pdf.contains("No *warranty* & no more."));
    let html = read(&folder, "report.html");
    assert!(html.contains("For &lt;you&gt; only") && html.contains("No *warranty* &amp; no more."));
    assert!(read(&folder, "report.md").contains("No \\*warranty\\* & no more."));
}

#[test]
fn the_built_in_templates_written_out_and_read_back_give_the_same_report() {
    let folder = folder("templates");
    let templates = folder.join("templates");
    let init = || gristmill(["init".as_ref(), "--templates".as_ref(), templates.as_os_str()]);
    let listed = String::from_utf8(init().stdout).unwrap();
    assert!(listed.contains("method.md") && listed.contains("report.html") && listed.contains("style.css"));
    made(&folder, "", &["--format", "markdown"]);
    let built_in = read(&folder, "report.md");
    made(&folder, "", &["--format", "markdown", "--templates", templates.to_str().unwrap()]);
    assert_eq!(read(&folder, "report.md"), built_in);
    fs::write(templates.join("contact.md"), "mine").unwrap();
    assert!(init().status.success());
    assert_eq!(fs::read_to_string(templates.join("contact.md")).unwrap(), "mine", "someone's work is not replaced");
}

#[test]
fn a_template_of_ones_own_takes_the_place_of_the_built_in_one_and_may_include_others() {
    let folder = folder("own-template");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("contact.md", "# Who we are\n\n{% include \"people.md\" %}\n");
    write("people.md", "Ask **{{ name }}**.\n");
    write("style.css", "body{outline:1px solid}");
    let templates = ["--templates", folder.to_str().unwrap()];
    made(&folder, "[brand]\nname = \"A*B\"\n", &templates);
    let markdown = read(&folder, "report.md");
    assert!(markdown.contains("## Who we are") && markdown.contains("Ask **A\\*B**."), "{markdown}");
    assert!(read(&folder, "report.html").contains("body{outline:1px solid}"));
}

#[test]
fn what_is_wrong_with_a_template_is_shown_where_it_stands() {
    let folder = folder("wrong-template");
    let wrong = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        let output = run(&folder, "[brand]\nname = \"B\"\n", &["--templates", folder.to_str().unwrap()]);
        fs::remove_file(folder.join(name)).unwrap();
        assert_eq!(output.status.code(), Some(1));
        said(&output)
    };
    let messages = [
        wrong("contact.md", "# Contact\n\nCall {{ nme }}.\n"),
        wrong("contact.md", "# Contact\n\n{% if name %}never closed\n"),
        wrong("contact.md", "# Contact\n\n{% include \"../method.md\" %}\n"),
        wrong("contact.md", "# Contact\n\n{{ name | shout }}\n"),
        wrong("contacts.md", "# Contact\n"),
        wrong("report.html", "<h1>{{ titel }}</h1>\n"),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

/// The fallback fonts of the fixtures, as arguments.
fn fallbacks() -> Vec<String> {
    let fonts = root().join("fixtures/fonts");
    ["NotoSansSC-subset.otf", "NotoSansHebrew-subset.ttf", "NotoSansArabic-subset.ttf"]
        .iter()
        .flat_map(|file| ["--fallback-font".to_owned(), fonts.join(file).to_str().unwrap().to_owned()])
        .collect()
}

const NAMES: &str = "[model]\nname = \"通义千问 נמוך\"\n[hardware]\ngpu = \"H200 نموذج لغوي\"\n\
    [engine]\nname = \"מודל שפה\"\n[[use_case]]\nid = \"general-chatbot\"\nname = \"深度求索\"\ncontext = \"32K\"\nmax_ttft_s = 8\n";

#[test]
fn names_in_any_script_are_set_in_fallback_fonts() {
    let folder = folder("fallback");
    let fallbacks = fallbacks();
    let arguments: Vec<&str> = fallbacks.iter().map(String::as_str).collect();
    let configuration = NAMES.replace(" נמוך", "");
    assert_eq!(made(&folder, &configuration, &arguments), "", "nothing is missing");
    let fonts = tool("pdffonts", &["report.pdf"], &folder);
    for name in ["NotoSansCJKsc-Regular", "NotoSansHebrew-Regular", "NotoSansArabic-Regular"] {
        assert!(fonts.lines().any(|line| line.contains(name) && line.matches(" yes").count() == 3), "{fonts}");
    }
    let text = tool("pdftotext", &["report.pdf", "-"], &folder);
    for name in ["通义千问", "深度求索", "מודל שפה", "نموذج لغوي"] {
        assert!(text.contains(name), "{name} can be searched");
    }
}

#[test]
fn without_a_fallback_font_the_missing_characters_are_named() {
    let folder = folder("no-fallback");
    let said = made(&folder, NAMES, &["--format", "pdf"]);
    assert!(said.contains("`מ` (U+05DE)") && said.contains("more") && said.contains("--fallback-font"), "{said}");
    let wrong = run(&folder, "", &["--fallback-font", "fonts/Inter-Regular.woff2"]);
    let message = String::from_utf8(wrong.stderr).unwrap();
    assert!(message.contains("found a WOFF2 file"), "{message}");
}

#[test]
fn the_gallery_of_brands_is_made_as_it_says() {
    for (brand, face) in
        [("harbour", "InterDisplay-Bold"), ("nordlicht", "InterDisplay-Bold"), ("meridian", "NotoSerif-Bold")]
    {
        let folder = folder(&format!("gallery-{brand}"));
        let own = root().join("examples/brands").join(brand).join("gristmill.toml");
        let (run, out) = (bundled(RUNS[0]), folder.join("out"));
        let output = gristmill([
            "report",
            run.to_str().unwrap(),
            "-o",
            out.to_str().unwrap(),
            "--config",
            own.to_str().unwrap(),
            "--format",
            "pdf",
        ]);
        assert_eq!(said(&output), "", "{brand}");
        assert!(tool("pdffonts", &["report.pdf"], &folder).contains(face), "{brand}");
        for page in ["cover.png", "page.png"] {
            assert!(own.with_file_name(page).is_file(), "examples/brands/draw makes {brand}/{page}");
        }
    }
}

#[test]
fn a_brands_typefaces_take_the_place_of_the_bundled_ones() {
    let folder = folder("fonts");
    let copy = |from: &str, to: &str| fs::copy(root().join("fonts").join(from), folder.join(to)).unwrap();
    copy("JetBrainsMono-Regular.ttf", "text.ttf");
    copy("Inter-Italic.ttf", "strong.ttf");
    let fonts = "[brand.fonts]\nregular = \"text.ttf\"\nbold = \"strong.ttf\"\n";
    made(&folder, fonts, &[]);
    let faces = tool("pdffonts", &["report.pdf"], &folder);
    assert!(!faces.contains("Inter-Regular") && !faces.contains("InterDisplay"), "{faces}");
    assert!(faces.contains("JetBrainsMono-Regular") && faces.contains("Inter-Italic"), "{faces}");
    assert!(read(&folder, "report.html").contains("data:font/sfnt;base64,"));
    let message = said(&run(&folder, "[brand.fonts]\nregular = \"text.ttf\"\n", &[]));
    assert!(message.contains("found no `bold`"), "{message}");
}
