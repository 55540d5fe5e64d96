use super::entry::{Counted, Entry, LAYOUT};
use super::*;
use crate::cell::fold::Counting;
use crate::config::parse;
use crate::error::{Place, Warning};
use crate::ingest::fingerprint::Fingerprint;
use crate::ingest::format::FORMATS;
use crate::ingest::part::{Part, Property, Setup};
use crate::ingest::reading::FileReading;
use crate::ingest::sink::{Findings, REMEMBERED};
use crate::record::{Load, Record};
use crate::threads::Threads;

fn counting() -> Counting {
    let mut counting = Counting::default();
    for nth in 1..200_u64 {
        counting.add_alone(&Record {
            load: Some(Load::Concurrency(1 + nth % 2)),
            context: (nth % 3 > 0).then_some(1024),
            start_ps: Some(i128::from(nth) * 1_000_000_000_000),
            e2e_s: Some(nth as f64 / 7.0),
            ttft_s: Some(0.01),
            input_tokens: Some(1000),
            output_tokens: Some(nth),
            success: nth % 10 > 0,
            error: (nth % 10 == 0).then_some("timeout"),
            ..Record::default()
        });
    }
    counting.settle(&Threads::default());
    counting
}

fn findings() -> Findings {
    Findings {
        records: 199,
        version: Some("0.11".into()),
        unknown: ["colour".to_owned()].into(),
        warnings: vec![Warning::at(Place::file("a.json").line(3).path("x"), "is odd"), Warning::new("is odd too")],
        latest_start_ps: Some(-5),
        parts: vec![Part { place: "line 2".into(), ..Part::default() }],
        setup: Setup::default().with(Property::Model, Some("m")),
        zero_times: 7,
        ..Findings::default()
    }
}

fn reading() -> FileReading {
    let fingerprint = Fingerprint { hash: "ab".into(), content: "ab".into(), bytes: 9, ..Fingerprint::default() };
    let format = Some("records (CSV)");
    FileReading { name: "a.csv".into(), format, empty: false, fingerprint, findings: findings(), in_blocks: true }
}

fn entry() -> Entry {
    Entry::of(&reading(), Counted::of(&counting()).unwrap(), Some("stamp".into())).unwrap()
}

#[test]
fn an_entry_gives_back_what_was_read() {
    let entry = Entry::decode("key", &entry().encode("key").unwrap()).unwrap();
    assert_eq!(entry.stamp.as_deref(), Some("stamp"));
    let format = entry.format(FORMATS).unwrap();
    let found = entry.reading("a.csv", format).unwrap();
    assert_eq!(format!("{found:?}"), format!("{:?}", reading()), "every field that it has");
    // What was last looked up is no part of it.
    let mut counted = Counting::default();
    counted.merge_file(counting(), 0);
    let mut recalled = Counting::default();
    recalled.merge_file(entry.counting().unwrap(), 0);
    assert_eq!(format!("{recalled:?}"), format!("{counted:?}"));
    assert!(entry.share().is_none());
}

#[test]
fn an_entry_with_any_bit_changed_or_under_another_key_is_none() {
    let bytes = entry().encode("key").unwrap();
    assert!(Entry::decode("other", &bytes).is_none());
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(Entry::decode("key", &damaged).is_none(), "byte {at}");
        assert!(Entry::decode("key", &bytes[..at]).is_none(), "cut at {at}");
    }
}

/// Where this fails because something of an entry changed, raise [`LAYOUT`] and write the new hash here.
#[test]
fn the_layout_is_the_one_that_has_this_number() {
    let hash = blake3::hash(&entry().encode("key").unwrap()).to_hex();
    assert_eq!((LAYOUT, &hash[..16]), (5, "3a7007e5ef56583d"));
}

#[test]
fn bad_records_are_told_from_the_file_alone() {
    let findings = Findings { skipped: [("no number", REMEMBERED)].into(), ..findings() };
    assert!(Entry::of(&FileReading { findings, ..reading() }, Counted::of(&counting()).unwrap(), None).is_none());
}

#[test]
fn a_key_goes_by_all_that_a_reading_is_shown() {
    let of = |name: &str, text: &str, lenient| {
        let config = parse(text, "gristmill.toml").unwrap();
        Keys::new(&config.of_reading(), &Options { lenient, threads: 1 }).of(name)
    };
    let plain = of("a.csv", "", false);
    assert_eq!(of("a.csv", "title = \"A\"\n[power]\nprice_per_kwh = 1\n[model]\nname = \"m\"", false), plain);
    assert_ne!(of("b.csv", "", false), plain);
    assert_ne!(of("a.csv", "", true), plain);
    for text in [
        "[power]\ntimezone = \"Europe/Berlin\"",
        "[[file]]\nmatch = \"*\"\nrun = 2",
        "[columns]\nfile = \"*\"\ne2e_s = \"e\"\ninput_tokens = \"i\"\noutput_tokens = \"o\"",
    ] {
        assert_ne!(of("a.csv", text, false), plain, "{text}");
    }
}
