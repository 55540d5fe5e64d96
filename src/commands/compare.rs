//! `gristmill compare`

use super::pages::{self, working};
use super::{assets, input, output, report, resume, say_warnings, terminal, threads};
use crate::cli::{Compare, CompareFormat, Format};
use anyhow::Result;
use clap::ValueEnum;
use gristmill::analysis::compare::Asked;
use gristmill::config::Config;
use gristmill::error::{Error, Warning};
use gristmill::ingest::Options;
use gristmill::pipeline::{self, Assets, Comparing, Request};
use gristmill::record::Load;
use std::collections::BTreeSet;

/// Reads the runs, compares them, writes OUT.
pub fn run(arguments: &Compare) -> Result<()> {
    let out = &arguments.output;
    resume(out)?;
    let before = output::listed(&out.join(output::COMPARISON))?;
    let opened = arguments
        .runs
        .iter()
        .map(|run| input::open(std::slice::from_ref(run), None, Some(out)))
        .collect::<Result<Vec<_>>>()?;
    let labels: Vec<String> = arguments.runs.iter().map(|run| run.display().to_string()).collect();
    let mut warnings = Vec::new();
    let (config, assets) = house(arguments, &opened, &mut warnings)?;
    let assets = arguments.pages.assets(&assets)?;
    let asked: Vec<Format> = arguments.format.iter().copied().map(Format::from).collect();
    let all: Vec<Format> = CompareFormat::value_variants().iter().copied().map(Format::from).collect();
    let formats = report::pick(&all, &asked);
    let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
    let kept: Vec<String> = before.iter().filter(|path| !report::belongs_to(path, &formats)).cloned().collect();
    let options = || Options { lenient: arguments.lenient, threads: threads(arguments.threads) };
    let inputs: Vec<_> = opened.iter().map(|run| run.inputs()).collect();
    let runs: Vec<Request> =
        opened.iter().zip(&inputs).map(|(run, inputs)| run.request(inputs, options(), &[])).collect();
    let asked = asked_for(arguments)?;
    let bytes = inputs.iter().flatten().map(|input| input.size()).sum();
    let made = working(terminal::reading(bytes), || {
        pipeline::compare(&Comparing {
            runs: &runs,
            labels: &labels,
            config: &config,
            assets: &assets,
            asked: &asked,
            threads: threads(arguments.threads),
            formats: &names,
            page: arguments.pages.size(&config),
            charts: arguments.pages.charts(),
            kept_files: &kept,
        })
    })?;
    warnings.extend(made.warnings);
    say_warnings(&warnings);
    let written: BTreeSet<&str> = made.value.iter().map(|file| file.path.as_str()).collect();
    let gone: Vec<String> = before
        .iter()
        .filter(|path| report::belongs_to(path, &formats) && !written.contains(path.as_str()))
        .cloned()
        .collect();
    working(terminal::step("writing"), || output::write(out, &made.value, &before, &gone))?;
    pages::say_written(out, &made.value, &format!("{} deployments side by side", runs.len()));
    if arguments.pages.open {
        pages::show(out, &made.value)?;
    }
    Ok(())
}

/// Whose comparison it is: `--config`, else the first run, without its title, which is that of one deployment.
fn house(arguments: &Compare, opened: &[input::OpenRun], warnings: &mut Vec<Warning>) -> Result<(Config, Assets)> {
    match &arguments.config {
        Some(file) => {
            let config = input::read_config(file)?;
            let assets = assets::of_brand(&config, &input::parent(file), warnings)?;
            Ok((config, assets))
        }
        None => {
            let first = &opened[0];
            let config = Config { title: None, subtitle: None, ..first.config.clone() };
            Ok((config, first.assets.clone()))
        }
    }
}

fn asked_for(arguments: &Compare) -> Result<Asked> {
    let load = match (arguments.concurrency, arguments.request_rate) {
        (Some(concurrency), _) => Some(Load::Concurrency(concurrency)),
        (None, Some(rate)) if rate.is_finite() && rate > 0.0 => Some(Load::RequestRate(rate)),
        (None, Some(rate)) => {
            return Err(Error::new(format!(
                "`--request-rate`: expected more than 0 requests per second, found {rate}"
            ))
            .hint("give a rate that the runs were tested with")
            .into());
        }
        (None, None) => None,
    };
    Ok(Asked { context_tokens: arguments.context, load })
}
