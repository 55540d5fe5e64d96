//! The configuration to start from, table by table.

use super::NAMED;
use super::page::Page;
use crate::analysis::Analysis;
use crate::analysis::use_cases::UseCase;
use crate::check::Guess;
use crate::context;
use crate::format::{self, counted};
use crate::ingest::part::Property;
use crate::ingest::{Ingested, Source};
use crate::record::SWEEP;
use std::collections::BTreeSet;
use toml::Value;

/// What is written down.
pub(super) struct Draft<'d> {
    /// What was read; none where nothing can be yet.
    pub ingested: Option<&'d Ingested>,
    /// Its numbers.
    pub analysis: Option<&'d Analysis>,
    /// What columns of logs may be that nobody recognises.
    pub guesses: &'d [Guess],
    /// Files that nothing says the load of.
    pub unplaced: &'d [String],
    /// GPUs that a power log shows, used or not.
    pub metered: Option<usize>,
}

impl Draft<'_> {
    /// The file.
    pub fn write(&self) -> String {
        let mut page = Page::default();
        self.head(&mut page);
        self.report(&mut page);
        self.deployment(&mut page);
        self.test(&mut page);
        self.prices(&mut page);
        if !self.is_suite() {
            self.capacity(&mut page);
        }
        page.table("brand");
        page.open("name", "\"Example Labs\"", "whose report it is: on the cover and in every footer");
        page.open("website", "\"https://example.com\"", "");
        page.open("contact", "\"benchmarks@example.com\"", "whom to ask");
        self.files(&mut page);
        page.finish()
    }

    fn is_suite(&self) -> bool {
        self.analysis.is_some_and(|analysis| analysis.suite.is_some())
    }

    fn sources(&self) -> &[Source] {
        self.ingested.map_or(&[], |ingested| &ingested.sources)
    }

    /// What the file is, and what was found.
    fn head(&self, page: &mut Page) {
        page.comment("gristmill.toml: what the files of this run do not say themselves.", "");
        page.gap();
        page.comment(
            "Every key may be left out. A key behind # sets nothing, and its value is an example: write what holds and take the \
             sign away. What is set below was found in the files. `gristmill check` shows what is understood of a run.",
            "",
        );
        let used: Vec<&Source> =
            self.sources().iter().filter(|source| source.format.is_some() && source.set_aside.is_none()).collect();
        if used.is_empty() {
            return;
        }
        page.gap();
        page.comment("Found:", "");
        for source in used.iter().take(NAMED) {
            page.item(&found(source));
        }
        if used.len() > NAMED {
            page.item(&format!("{} more files", used.len() - NAMED));
        }
        self.levels().iter().for_each(|line| page.item(line));
    }

    /// What was tested, a line for each kind of it.
    fn levels(&self) -> Vec<String> {
        let Some(analysis) = self.analysis else { return Vec::new() };
        if let Some(suite) = &analysis.suite {
            let runs = counted(suite.runs, "run", "runs");
            return vec![format!("a prompt suite of {}, {runs}", counted(suite.cases.len() as u64, "case", "cases"))];
        }
        let mut lines = Vec::new();
        let sweeps = [Some(analysis), analysis.swept_request_rates()];
        for sweep in
            sweeps.into_iter().flatten().map(|analysis| &analysis.sweep).filter(|sweep| !sweep.loads.is_empty())
        {
            let contexts: Vec<String> = sweep.contexts.iter().map(|context| context.label.clone()).collect();
            let at = match &contexts[..] {
                [] => String::new(),
                [only] => format!("context of {only} at "),
                several => format!("contexts of {} at ", format::list(several)),
            };
            lines.push(format!("sweep: {at}{}", format::loads(&sweep.loads)));
        }
        let scenarios: BTreeSet<&str> =
            analysis.cells.iter().map(|figures| figures.cell.key.scenario.as_str()).collect();
        for scenario in scenarios.into_iter().filter(|scenario| *scenario != SWEEP) {
            let of = analysis.cells.iter().filter(|figures| figures.cell.key.scenario == scenario);
            let loads: BTreeSet<_> = of.map(|figures| figures.cell.key.load).collect();
            let (together, rates): (Vec<_>, Vec<_>) = loads.into_iter().partition(|load| load.is_concurrency());
            let kinds = [together, rates].into_iter().filter(|loads| !loads.is_empty());
            let levels: Vec<String> = kinds.map(|loads| format::loads(&loads)).collect();
            lines.push(format!("scenario {scenario}: {}", format::list(&levels)));
        }
        lines
    }

    /// Title and date.
    fn report(&self, page: &mut Page) {
        page.blank();
        page.open("title", "\"Qwen3-Coder-Next\"", "of the report; default: the model's name, else the folder's");
        page.open("subtitle", "\"on 1× H200 SXM\"", "default: from the hardware");
        match self.ingested.and_then(|ingested| ingested.date.as_deref()) {
            Some(date) => page.set("date", &date.into(), "UTC day of the latest request"),
            None => page.open("date", "\"2026-02-06\"", "when it was tested; the files do not say"),
        }
    }

    /// Model, hardware and engine.
    fn deployment(&self, page: &mut Page) {
        page.table("model");
        self.property(page, "name", Property::Model, "\"Qwen3-Coder-Next\"", "");
        page.open("organization", "\"Qwen\"", "who made it");
        self.property(page, "parameters", Property::Parameters, "\"80B\"", "its size");
        page.open("architecture", "\"Mixture-of-Experts\"", "");
        self.property(page, "precision", Property::Precision, "\"FP8\"", "of the weights");
        page.table("hardware");
        self.property(page, "gpu", Property::Gpu, "\"H200 SXM\"", "name of one GPU");
        match self.known(Property::GpuCount).and_then(|count| count.parse::<i64>().ok()) {
            Some(count) => page.set("count", &Value::Integer(count), "as the files say"),
            None => match self.metered {
                Some(gpus) => {
                    page.open("count", &gpus.to_string(), "how many GPUs served it; the power log shows so many")
                }
                None => page.open("count", "1", "how many GPUs served it"),
            },
        }
        page.open("vram_gb", "141", "memory of all GPUs together, GB");
        page.open("driver", "\"580.126\"", "");
        page.open("memory_mb", "97887", "memory of one GPU, MiB, as the driver prints it");
        page.open("peak_memory_mb", "91000", "most memory that was in use, MiB");
        page.table("engine");
        self.property(page, "name", Property::Engine, "\"SGLang\"", "");
        self.property(page, "version", Property::EngineVersion, "\"0.5.4\"", "");
    }

    fn test(&self, page: &mut Page) {
        page.table("test");
        if self.is_suite() {
            page.open("mode", "\"streaming\"", "how the suite was run");
            page.open("api_url", "\"http://localhost:8000/v1\"", "where the server was");
            page.open("time", "\"2026-02-06 14:00\"", "when; default: the first submission, where its clock says");
        } else {
            match self.asked() {
                Some(tokens) => {
                    page.set("output_tokens", &Value::Integer(tokens), "that each request of the sweep asked for")
                }
                None => page.open("output_tokens", "1024", "that each request of the sweep asked for"),
            }
            page.open("prompt_caching", "false", "whether the engine could reuse prompts it had read before");
        }
        let about = "or \"none\"; of ITL and tokens per chunk it changes what is said";
        self.property(page, "speculative_decoding", Property::SpeculativeDecoding, "\"MTP\"", about);
        self.property(page, "kv_cache", Property::KvCache, "\"full precision\"", "");
        page.open("notes", "\"…\"", "printed with the test parameters");
    }

    /// Output tokens that all levels of the sweep asked for, where files say so or every response had that many.
    fn asked(&self) -> Option<i64> {
        let analysis = self.analysis?;
        let mut all = analysis.sweep_cells().map(|figures| {
            let cell = &figures.cell;
            cell.asked_output_tokens.map(|tokens| tokens as f64).or(cell.mean_output_tokens)
        });
        let first = all.next()??;
        let agree = all.all(|tokens| tokens == Some(first)) && first.fract() == 0.0 && first >= 1.0;
        agree.then_some(first as i64).filter(|tokens| analysis.sweep.output_tokens == u64::try_from(*tokens).ok())
    }

    /// Power and cost.
    fn prices(&self, page: &mut Page) {
        page.table("power");
        let logs: Vec<String> =
            self.sources().iter().filter(|source| is_power(source)).map(|source| source.name.clone()).collect();
        let covered = self.ingested.is_some_and(|ingested| ingested.power_w.iter().any(Option::is_some));
        match (logs.is_empty(), covered) {
            (true, _) => page.comment("No power log is among the files: nothing is said of power.", ""),
            (false, true) => page.comment(&format!("The draw comes from {}.", format::list(&logs)), ""),
            (false, false) => {
                let them = if logs.len() == 1 { "It covers" } else { "They cover" };
                page.comment(&format!("Found {}. {them} no level: see timezone.", format::list(&logs)), "");
            }
        }
        page.open("price_per_kwh", "0.10", "gives what the power costs");
        page.open("currency", "\"$\"", "stands before amounts");
        page.open("timezone", "\"UTC\"", "of power logs that name none: \"Europe/Berlin\", \"+02:00\"");
        page.open("pue", "1.0", "what the site draws per watt of the GPUs");
        page.table("cost");
        page.open("gpu_hour", "2.50", "price of one GPU for an hour; gives cost per million tokens");
    }

    /// The rule for limits, and the use cases.
    fn capacity(&self, page: &mut Page) {
        page.table("capacity");
        page.open("rule", "\"crossing\"", "or \"within\": the largest level within every threshold");
        page.open("statistic", "\"mean\"", "or \"p50\", \"p90\", \"p95\", \"p99\": what is held against thresholds");
        page.open("near", "0.07", "how far past its threshold a tested level may lie and still be the limit");
        page.open("max_failure_rate", "0.01", "share of failed requests above which a level fails");
        page.blank();
        let mut context = None;
        if let Some(analysis) = self.analysis {
            let names: Vec<String> = analysis.capacity.iter().map(|found| named(&found.use_case)).collect();
            if !names.is_empty() {
                page.comment(&format!("Use cases that these levels can judge: {}.", format::list(&names)), "");
            }
            let others: Vec<String> = analysis.not_tested.iter().map(named).collect();
            if !others.is_empty() {
                page.comment(&format!("Not tested by them: {}.", format::list(&others)), "");
            }
            context = analysis.sweep.contexts.iter().find(|context| context::parse(&context.label).is_some());
        }
        page.comment("One's own use case, or another threshold for one of these by its id:", "");
        let context = context.map_or("32K", |context| context.label.as_str());
        page.off("[[use_case]]");
        page.open("id", "\"support-bot\"", "");
        page.open("name", "\"Support Bot\"", "");
        page.open("context", &Value::from(context).to_string(), "input tokens");
        page.open("output_tokens", "1024", "");
        page.open("max_ttft_s", "3", "TTFT must not exceed it");
        page.open("min_speed", "20", "generation speed must not fall below it, tok/s per user");
        page.open("max_e2e_s", "30", "E2E must not exceed it");
    }

    /// What holds for whole files: levels from names, and columns that nobody knows.
    fn files(&self, page: &mut Page) {
        let from_name = self.sources().iter().find_map(|source| Some((source, source.from_name.as_ref()?)));
        if let Some((source, taken)) = from_name {
            page.blank();
            page.comment(&format!("Taken from the name of {}: {taken}. Where a name is wrong:", source.name), "");
            page.off("[[file]]");
            page.open("match", &Value::from(source.name.as_str()).to_string(), "* and ? stand for any letters");
            page.open("concurrency", "8", "or request_rate");
            page.open("context", "\"8K\"", "likewise output_tokens, scenario, run, ignore");
        }
        if !self.unplaced.is_empty() {
            page.blank();
            page.comment("Nothing says under which load these were measured. To have them read, fill it in:", "");
        }
        for file in self.unplaced {
            page.off("[[file]]");
            page.open("match", &Value::from(file.as_str()).to_string(), "");
            page.open("concurrency", "1", "requests in flight; or request_rate = 2.5, requests per second");
        }
        for (guess, others) in alike(self.guesses) {
            page.blank();
            page.comment(
                &format!(
                    "{} was not recognised. To have it read, check every line of this guess and set it:",
                    guess.file
                ),
                "",
            );
            if !others.is_empty() {
                let shown: Vec<String> = others.iter().take(NAMED).map(|other| (*other).to_owned()).collect();
                let more = others.len() - shown.len();
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                page.comment(
                    &format!(
                        "The same columns are in {}{more}: * and ? stand for any letters in file and match.",
                        shown.join(", ")
                    ),
                    "",
                );
            }
            page.off(&guess.toml);
        }
    }

    fn known(&self, property: Property) -> Option<&str> {
        self.ingested?.setup.get(property)
    }

    fn property(&self, page: &mut Page, key: &str, property: Property, example: &str, about: &str) {
        match self.known(property) {
            Some(value) => page.set(key, &value.into(), "as the files say"),
            None => page.open(key, example, about),
        }
    }
}

/// Guesses of the same columns together: the first, and the names of the other files.
fn alike(guesses: &[Guess]) -> Vec<(&Guess, Vec<&str>)> {
    let columns = |guess: &Guess| {
        let lines = guess.toml.lines().filter(|line| !line.starts_with("file = ") && !line.starts_with("match = "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut groups: Vec<(&Guess, Vec<&str>)> = Vec::new();
    for guess in guesses {
        match groups.iter_mut().find(|(first, _)| columns(first) == columns(guess)) {
            Some((_, others)) => others.push(&guess.file),
            None => groups.push((guess, Vec::new())),
        }
    }
    groups
}

/// Whether a file is a power log that is read.
pub(super) fn is_power(source: &Source) -> bool {
    source.format.as_deref().is_some_and(|format| format.starts_with("power log")) && source.set_aside.is_none()
}

/// A file with what it gave: `records.csv: records (CSV), 5,290 requests`.
fn found(source: &Source) -> String {
    let format = source.format.as_deref().unwrap_or_default();
    let amount = match source.records {
        0 => String::new(),
        n if is_power(source) => format!(", {}", counted(n, "sample", "samples")),
        n => format!(", {}", counted(n, "request", "requests")),
    };
    format!("{}: {format}{amount}", source.name)
}

/// A use case with its context: `General Chatbot (32K)`.
fn named(use_case: &UseCase) -> String {
    format!("{} ({}, {})", use_case.id, use_case.name, use_case.context.label)
}
