//! The written file, as other programs read it.

use super::super::style::Palette;
use super::super::{emit, lay_out, write};
use super::sample::*;
use crate::font::Fonts;
use crate::logo::{Logo, Picture};
use crate::render::PageSize;
use crate::report::Report;
use crate::threads::Threads;
use std::process::Command;

/// What a program of the test set prints about a file, or why it could not.
fn tool(program: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), bytes).expect("and written");
    let mut command = Command::new(program);
    let arguments = arguments.iter().map(|argument| match *argument {
        "FILE" => file.path().as_os_str().to_owned(),
        other => other.into(),
    });
    let output = command.args(arguments).output();
    let output =
        output.unwrap_or_else(|error| panic!("{program} is needed for this test (qpdf, poppler-utils): {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn bytes() -> Vec<u8> {
    let fonts = Fonts::load();
    emit::emit(
        &lay_out(&nasty(), &fonts, PageSize::A4, Palette::default(), &Threads::default()),
        &fonts,
        &Threads::default(),
    )
    .expect("it can be written")
}

#[test]
fn a_checker_finds_nothing_wrong_and_every_face_is_an_embedded_subset_with_text() {
    let bytes = bytes();
    assert!(tool("qpdf", &["--check", "FILE"], &bytes).contains("No syntax or stream encoding errors"));
    let fonts = tool("pdffonts", &["FILE"], &bytes);
    assert!(fonts.lines().count() > 5);
    for line in fonts.lines().skip(2) {
        assert_eq!(line.matches(" yes").count(), 3, "{line}");
    }
}

#[test]
fn the_same_report_is_the_same_bytes_twice_in_one_process() {
    assert!(bytes() == bytes());
}

#[test]
fn the_identity_of_a_file_is_that_of_its_content() {
    let identity = |report: &Report| {
        let bytes =
            write(report, &Fonts::load(), PageSize::A4, None, &Threads::default()).expect("it can be written").value;
        let file = lopdf::Document::load_mem(&bytes).expect("it can be read");
        let ids = file.trailer.get(b"ID").and_then(lopdf::Object::as_array).expect("it has an identity").clone();
        assert_eq!(ids[0], ids[1]);
        ids[0].as_str().expect("a string").to_vec()
    };
    let one = report(cover("One", 0, 0), vec![]);
    let other = report(cover("Two", 0, 0), vec![]);
    assert_eq!(identity(&one).len(), 16);
    assert_eq!(identity(&one), identity(&one));
    assert!(identity(&one) != identity(&other) && !identity(&one).starts_with(b"\0gristmill"));
}

#[test]
fn properties_say_what_it_is_and_when_the_data_are_from() {
    let info = tool("pdfinfo", &["FILE"], &bytes());
    for line in [
        "Title:           Qwen3-Coder-Next",
        "Tagged:          yes",
        "PDF version:     1.7",
        "Page size:       595.276 x 841.89 pts (A4)",
    ] {
        assert!(info.contains(line), "{line} in {info}");
    }
    assert!(info.contains(concat!("Creator:         Gristmill ", env!("CARGO_PKG_VERSION"))), "{info}");
    assert!(info.contains("Feb  6 ") && info.contains("2026"), "{info}");
}

#[test]
fn structure_reads_as_the_page_does() {
    let tree = tool("pdfinfo", &["-struct-text", "FILE"], &bytes());
    let mut from = 0;
    for words in [
        "Contents",
        "Executive summary",
        "Key findings",
        "Time to first token",
        "What people notice",
        "Twelve columns",
        "Boxes and listings",
    ] {
        let heading = format!("\"{words}");
        let at = tree[from..].match_indices(&heading).find(|(at, _)| {
            let before = tree[from..from + at].trim_end();
            ["H1", "H2", "H3"].iter().any(|role| before.lines().last().is_some_and(|line| line.contains(role)))
                || before.ends_with("(block)")
        });
        let (at, _) = at.unwrap_or_else(|| panic!("{words} after the headings before it in\n{}", &tree[from..]));
        from += at + 1;
    }
    // Words do not join where a line ends.
    assert!(
        tree.contains("then its prompt is read, and only then the first token leaves the server. A request waits"),
        "{tree}"
    );
    assert!(tree.contains("Chart 1") || tree.contains("1 request"));
}

#[test]
fn every_row_of_a_table_is_one_line_of_text_in_reading_order() {
    let text = tool("pdftotext", &["-layout", "FILE", "-"], &bytes());
    let mut found = 0;
    for row in 0..40 {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("row {row} ")))
            .unwrap_or_else(|| panic!("row {row} in {text}"));
        let numbers: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        assert_eq!(numbers.len(), 5, "{line}");
        found += 1;
    }
    assert_eq!(found, 40);
}

#[test]
fn text_copies_as_it_was_written_whatever_its_glyphs_are() {
    let text = tool("pdftotext", &["FILE", "-"], &bytes());
    for words in ["模型 → “quoted” – office, efficient; café", "Qwen3|Coder*Next <script>alert(1)</script>", "☃"]
    {
        let found = text.replace("e\u{301}", "é").replace('\n', " ");
        assert!(found.contains(words), "{words} in {found}");
    }
}

#[test]
fn what_no_typeface_has_is_named() {
    let warned =
        write(&nasty(), &Fonts::load(), PageSize::Letter, None, &Threads::default()).expect("it can be written");
    assert!(warned.warnings[0].message.contains("`模` (U+6A21)"), "{}", warned.warnings[0].message);
}

#[test]
fn a_report_without_anything_is_still_a_file() {
    let empty = report(Default::default(), vec![]);
    let warned = write(&empty, &Fonts::load(), PageSize::A4, None, &Threads::default()).expect("it can be written");
    assert!(warned.warnings.is_empty());
    tool("qpdf", &["--check", "FILE"], &warned.value);
}

#[test]
fn a_logo_of_either_kind_stands_on_the_cover() {
    let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><circle cx="20" cy="20" r="18" fill="#0b6e4f"/>
        <path fill-rule="evenodd" d="M50 5h60v30h-60z M60 12h40v16h-40z" fill="#7a0019" fill-opacity="0.7"/></svg>"##;
    let drawn = crate::logo::read(svg, "logo.svg").expect("it is an SVG").value;
    let rgba = (0..200u8).flat_map(|at| [at, 90, 90, at]).collect();
    let dots =
        Logo { picture: Picture::Pixels { columns: 20, rows: 10, rgba }, width: 20.0, height: 10.0, ..drawn.clone() };
    for (logo, images) in [(drawn, 0), (dots, 2)] {
        let cover = crate::report::Cover { logo: Some(logo), ..cover("Q", 6, 3) };
        let bytes = write(&report(cover, vec![]), &Fonts::load(), PageSize::A4, None, &Threads::default())
            .expect("it can be written")
            .value;
        assert!(tool("qpdf", &["--check", "FILE"], &bytes).contains("No syntax"));
        // A picture of dots is one image and its cover another.
        assert_eq!(tool("pdfimages", &["-list", "FILE"], &bytes).lines().skip(2).count(), images);
    }
}

#[test]
fn a_name_that_runs_from_right_to_left_is_told_as_it_is_read() {
    let name = "מודל שפה 3";
    let blocks = vec![crate::report::Block::Paragraph(text(&format!("Tested was {name}, twice.")))];
    let report = report(cover("Q", 0, 0), vec![section("one", "One", blocks)]);
    let bytes =
        write(&report, &Fonts::load(), PageSize::A4, None, &Threads::default()).expect("it can be written").value;
    let file = lopdf::Document::load_mem(&bytes).expect("it can be read");
    let told: Vec<String> = file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok()?.get(b"ActualText").ok()?.as_str().ok())
        .map(|bytes| {
            let units: Vec<u16> = bytes[2..].as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            String::from_utf16(&units).expect("it is UTF-16")
        })
        .collect();
    assert_eq!(told, [format!("Tested was {name}, twice.")]);
    // Other programs turn what stands in visual order themselves.
    let shown = tool("pdftotext", &["FILE", "-"], &bytes);
    assert!(["מודל", "שפה"].iter().all(|word| shown.contains(word)), "{shown}");
}
