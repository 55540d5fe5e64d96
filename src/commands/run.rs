//! What every command that reads a run does alike.

use super::input::{self, OpenRun};
use super::{terminal, threads};
use crate::cli::Run;
use anyhow::Result;
use gristmill::ingest::cache::Store;
use gristmill::ingest::{Input, Options};
use gristmill::pipeline::Request;
use std::path::Path;

impl Run {
    /// Opens it. Whatever lies in `out` is no input.
    pub fn open(&self, out: Option<&Path>) -> Result<OpenRun> {
        input::open(&self.inputs, self.config.as_deref(), out)
    }

    /// What the reader may do.
    pub fn options(&self) -> Options {
        Options { lenient: self.lenient, threads: threads(self.threads) }
    }
}

impl OpenRun {
    /// Its files, as the pipeline takes them.
    pub fn inputs(&self) -> Vec<&dyn Input> {
        self.inputs.iter().map(AsRef::as_ref).collect()
    }

    /// Begins to read it.
    pub fn reading(&self) -> terminal::Step {
        terminal::reading(self.inputs.iter().map(|input| input.size()).sum())
    }

    /// What is asked of the pipeline: A4 pages, and no files of an earlier run.
    pub fn request<'r>(&'r self, inputs: &'r [&'r dyn Input], options: Options, formats: &'r [&'r str]) -> Request<'r> {
        Request {
            assets: &self.assets,
            run_name: &self.name,
            options,
            formats,
            warnings: &self.warnings,
            ..Request::new(inputs, &self.config)
        }
    }

    /// Asks the pipeline with the run that `[reference]` names, where one is named; `store` has what was read of its files before. Errors: those of
    /// [`Self::open_reference`].
    pub fn with_reference<T>(
        &self,
        out: &Path,
        options: Options,
        store: Option<&dyn Store>,
        ask: impl FnOnce(Option<&Request>) -> T,
    ) -> Result<T> {
        let Some(reference) = self.open_reference(Some(out))? else { return Ok(ask(None)) };
        let inputs = reference.inputs();
        Ok(ask(Some(&Request { store, ..reference.request(&inputs, options, &[]) })))
    }
}
