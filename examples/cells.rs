//! Records in memory, summed up into cells.

use gristmill::config::Config;
use gristmill::error::Error;
use gristmill::format;
use gristmill::ingest::{Input, Memory, Options, ingest};
use gristmill::metric::MetricId;

const RECORDS: &str = "\
context_tokens,concurrency,start_s,ttft_ms,e2e_ms,input_tokens,output_tokens
1024,1,0.0,400,2400,1024,101
1024,1,3.0,420,2420,1024,101
1024,2,6.0,600,3100,1024,101
1024,2,6.0,620,3120,1024,101
";

pub(crate) fn main() -> Result<(), Error> {
    let records = Memory::new("records.csv", RECORDS);
    let inputs: [&dyn Input; 1] = [&records];
    let run = ingest(&inputs, &Config::default(), &Options::default())?;
    for warning in &run.warnings {
        println!("warning: {warning}");
    }
    for cell in &run.value.cells {
        // Not measured is `None`, never 0.
        let ttft = cell.metric(MetricId::Ttft).mean.map_or("–".to_owned(), format::latency);
        let throughput = cell.throughput_tok_s.map_or("–".to_owned(), format::throughput);
        println!("{}: TTFT {ttft}, system throughput {throughput}", format::load(cell.key.load));
    }
    Ok(())
}
