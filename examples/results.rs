//! `report.json` read back: the throughput of every cell, and each use case's limit.

use gristmill::config::Config;
use gristmill::ingest::Memory;
use gristmill::pipeline::{Request, run};
use gristmill::results;

const RECORDS: &str = "\
context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens
32768,1,0.0,2400,9400,32768,1024
32768,4,20.0,6900,21400,32768,1024
";

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Usually a file that `gristmill report` wrote.
    let (records, config) = (Memory::new("records.csv", RECORDS), Config::default());
    let made = run(&Request { formats: &["json"], ..Request::new(&[&records], &config) })?.value;
    let text = std::str::from_utf8(&made[0].bytes)?;

    let results = results::parse(text, "report.json")?;
    for cell in &results.cells {
        // Not measured is `None`, never 0.
        let throughput = cell.throughput_tok_s.map_or("–".to_owned(), |tok_s| format!("{tok_s:.1} tok/s"));
        println!("{:?}: {throughput}", cell.load.load());
    }
    for capacity in &results.capacity {
        println!("{}: {} concurrent requests", capacity.name, capacity.limit.text);
    }
    Ok(())
}
