//! An input in memory.

use super::Input;
use std::io::{self, Read};

/// Bytes with a name: records that a program has already, or a test's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    name: String,
    bytes: Vec<u8>,
}

impl Memory {
    /// `name` is what messages and the report call it.
    pub fn new(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self { name: name.into(), bytes: bytes.as_ref().to_vec() }
    }

    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Input for Memory {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(self.bytes.as_slice()))
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }
}
