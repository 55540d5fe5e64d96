//! How many concurrent requests fit within a threshold of one's own.

use gristmill::analysis::analyze;
use gristmill::config::{Config, UseCaseConfig};
use gristmill::error::Error;
use gristmill::ingest::{Input, Memory, Options, ingest};

pub(crate) fn main() -> Result<(), Error> {
    let mut records = String::from("context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens\n");
    for (concurrency, ttft_ms) in [(1, 500), (4, 1500), (8, 3500)] {
        records += &format!("16384,{concurrency},{concurrency}0,{ttft_ms},{},16384,201\n", ttft_ms + 4000);
    }
    let support_bot = UseCaseConfig {
        id: "support-bot".to_owned(),
        context: Some("16K".to_owned()),
        max_ttft_s: Some(3.0),
        min_speed: Some(20.0),
        ..UseCaseConfig::default()
    };
    let config = Config { use_case: vec![support_bot], ..Config::default() };
    let source = Memory::new("records.csv", records);
    let inputs: [&dyn Input; 1] = [&source];
    let run = ingest(&inputs, &config, &Options::default())?.value;
    for capacity in &analyze(run.cells, run.power_w, &config)?.value.capacity {
        println!("{}: {} concurrent requests", capacity.use_case.name, capacity.limit.text);
    }
    Ok(())
}
