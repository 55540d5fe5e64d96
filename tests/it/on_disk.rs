//! Files as inputs.

use gristmill::ingest::Input;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

/// A file, called by its name alone or as a test likes.
pub struct OnDisk {
    path: PathBuf,
    name: String,
}

impl OnDisk {
    pub fn new(path: PathBuf) -> Self {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        Self { path, name }
    }

    pub fn named(path: PathBuf, name: String) -> Self {
        Self { path, name }
    }
}

impl Input for OnDisk {
    fn name(&self) -> &str {
        &self.name
    }
    fn open(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(File::open(&self.path)?))
    }
    fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }
}
