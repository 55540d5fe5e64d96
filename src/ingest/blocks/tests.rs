use super::super::HashKind;
use super::super::tests::Memory;
use super::super::{Input, Options, ingest, stream};
use super::*;
use crate::cell::fold::Counting;

const HEADER: &str = "concurrency,e2e_ms,ttft_ms,input_tokens,output_tokens,request_id,error\n";

fn rows(count: usize) -> String {
    let row = |at: usize| {
        let error = if at % 50 == 7 { "\"gave up, \"\"really\"\"\nafter a line\"" } else { "" };
        format!("{},{}.5,{}.25,100,10,r{at},{error}\n", at / 1000 + 1, at % 900 + 100, at % 90 + 1)
    };
    (0..count).map(row).collect()
}

fn recognised(input: &Memory) -> Recognised<'_> {
    Recognised::of(input, &Config::default()).expect("recognised")
}

fn in_blocks(block: usize, input: &Memory, threads: usize) -> (Result<Option<FileReading>>, u64) {
    let mut folds = vec![(Counting::default(), 0); threads];
    let add = |fold: &mut (Counting, u64), record: &Record| {
        fold.0.add(record, 0);
        fold.1 += 1;
    };
    let reading = read_by(block, &recognised(input), &Config::default(), None, &mut folds, add);
    (reading, folds.iter().map(|(_, records)| records).sum())
}

fn careful(input: &Memory) -> Result<FileReading> {
    read_file(&recognised(input), &Config::default(), false, None, &mut |_| {})
}

/// What a reading says, but for the way it took.
fn said(reading: Result<FileReading>) -> String {
    match reading {
        Ok(reading) => format!("{:?}", FileReading { in_blocks: false, ..reading }),
        Err(error) => error.to_string(),
    }
}

#[test]
fn blocks_of_any_size_say_what_reading_from_the_start_says() {
    let json = |at: usize| {
        let late = if at > 300 { ",\"sucess\":true,\"run\":\"a\"" } else { "" };
        format!(r#"{{"request_id":"r{at}","concurrency":2,"e2e_ms":{at}.5,"input_tokens":9,"output_tokens":3{late}}}"#)
    };
    let lines = (100..500).map(|at| json(at) + "\n").collect::<String>();
    let good = format!("{HEADER}{}", rows(400));
    let files = [
        good.clone(),
        format!("\u{feff}{good}"),
        good.replace('\n', "\r\n"),
        good.trim_end().to_owned(),
        format!("{good}1,2"),
        format!("{good}1,x,1,1,1,a,\n"),
        format!("{good}1,9,1,1,1,r3,\n"),
        format!("{good}1,9,1,1,1,\"open,\n{}", rows(20)),
        format!("{good}\n\n{}", rows(3).replace(",r", ",s")),
        format!("\n\n{good}"),
        lines.clone(),
        format!("{lines}{{\"concurrency\":2"),
        format!("{lines}{}\n", json(100)),
    ];
    for text in files {
        let input = Memory::new("a.csv", &text);
        let expected = said(careful(&input));
        for (block, threads) in [(1024, 1), (1024, 3), (4096, 2), (1 << 20, 2)] {
            let (reading, records) = in_blocks(block, &input, threads);
            let reading = reading.map(|reading| reading.expect("not compressed"));
            if let Ok(reading) = &reading {
                assert_eq!(records, reading.findings.records, "{block} {text:.300}");
            }
            assert_eq!(said(reading), expected, "{block} {}", &text[text.len() - 100..]);
        }
    }
}

#[test]
fn a_file_in_blocks_has_the_hash_of_the_whole() {
    let large = vec![b'\n'; (64 << 20) + 12_345];
    let input = Memory::new("a.csv", [HEADER.as_bytes(), &large].concat());
    let expected = stream::fingerprint(&input).expect("hashed");
    assert_eq!(expected.hash_kind, HashKind::Blake3);
    let (reading, _) = in_blocks(BLOCK, &input, 2);
    let reading = reading.expect("read").expect("in blocks");
    assert_eq!(reading.fingerprint, expected);
    assert!(reading.in_blocks);
}

#[test]
fn a_large_file_gives_the_same_cells_with_any_number_of_threads() {
    let input = Memory::new("a.csv", format!("{HEADER}{}", rows(150_000)));
    assert!(is_large(&recognised(&input)));
    let inputs: [&dyn Input; 1] = [&input];
    let run = |threads| ingest(&inputs, &Config::default(), &Options { lenient: false, threads }).expect("good");
    let one = run(1);
    assert_eq!(one.value.sources[0].records, 150_000);
    assert!(run(2) == one && run(7) == one);
    let lenient = ingest(&inputs, &Config::default(), &Options { lenient: true, threads: 2 }).expect("good");
    assert!(lenient == one, "read from its start");
}

#[test]
fn a_large_file_that_changes_between_the_readings_is_refused() {
    let text = format!("{HEADER}{}", rows(100_000));
    let input = Memory::new("a.csv", &text);
    let (first, _) = in_blocks(BLOCK, &input, 2);
    let first = first.expect("read").expect("in blocks");
    let changed = Memory::new("a.csv", text.replacen("100.5", "101.5", 1));
    let mut folds = [0_u64; 2];
    let add = |fold: &mut u64, _: &Record| *fold += 1;
    assert!(read(&recognised(&input), &Config::default(), Some(&first), &mut folds, add).is_ok());
    let error = read(&recognised(&changed), &Config::default(), Some(&first), &mut folds, add).expect_err("refused");
    assert!(error.to_string().starts_with("a.csv: changed while it was being read"), "{error}");
}
