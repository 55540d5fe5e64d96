//! A whole report from files: what `gristmill report` does, without writing to disk.

use gristmill::config;
use gristmill::ingest::{Input, Memory};
use gristmill::pipeline::{Request, run};

const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/runs/qwen3-coder-next-fp8-1x-h200-sxm");

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let read = |name: &str| Ok::<_, std::io::Error>(Memory::new(name, std::fs::read(format!("{RUN}/{name}"))?));
    let (records, power) = (read("records.csv")?, read("power.csv")?);
    let inputs: [&dyn Input; 2] = [&records, &power];
    let text = std::fs::read_to_string(format!("{RUN}/gristmill.toml"))?;
    let config = config::parse(&text, "gristmill.toml")?;
    let request =
        Request { run_name: "H200", formats: &["markdown", "charts", "pdf", "json"], ..Request::new(&inputs, &config) };
    for file in run(&request)?.value {
        println!("{:>7} bytes  {}", file.bytes.len(), file.path);
    }
    Ok(())
}
