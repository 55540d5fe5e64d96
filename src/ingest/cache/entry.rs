//! An entry: its layout, and the checksum that tells whether it is whole.

use super::{Bytes, findings};
use crate::cell::fold::Counting;
use crate::cell::fold::apart::Share;
use crate::ingest::fingerprint::Fingerprint;
use crate::ingest::format::Format;
use crate::ingest::reading::FileReading;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// To be raised with every change of what stands in an entry, or of what it means.
pub const LAYOUT: u32 = 5;

/// Bytes of the checksum in front.
const CHECKSUM: usize = blake3::OUT_LEN;

/// What is kept of one file. Its parts are written down each by itself: most of them go unchanged from one run to the next.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Entry {
    /// The file's stamp when it was read.
    pub stamp: Option<String>,
    /// The hash of its bytes.
    pub fingerprint: Fingerprint,
    /// Name of its format; none where nobody recognised it.
    format: Option<String>,
    empty: bool,
    in_blocks: bool,
    findings: Bytes,
    counting: Bytes,
    /// What the second reading looked for and found.
    share: Option<Bytes>,
}

impl Entry {
    /// What the first reading gave; none where something may not be kept.
    pub fn of(reading: &FileReading, counted: Counted, stamp: Option<String>) -> Option<Self> {
        Some(Self {
            stamp,
            fingerprint: reading.fingerprint.clone(),
            format: reading.format.map(str::to_owned),
            empty: reading.empty,
            in_blocks: reading.in_blocks,
            findings: findings::encode(&reading.findings)?.into(),
            counting: counted.0,
            share: None,
        })
    }

    /// Reads an entry that was put under a key; none where it is not whole.
    pub fn decode(key: &str, bytes: &[u8]) -> Option<Self> {
        let (found, content) = bytes.split_at_checked(CHECKSUM)?;
        (found == checksum(key, content)).then(|| decode(content)).flatten()
    }

    /// The bytes to put under a key.
    pub fn encode(&self, key: &str) -> Option<Vec<u8>> {
        let content = encode(self)?;
        Some([&checksum(key, &content)[..], &content].concat())
    }

    /// The format among those that a file of this name can have; none where it is not one of them, or not the only one of its
    /// name.
    pub fn format(&self, formats: &[&'static dyn Format]) -> Option<Option<&'static dyn Format>> {
        let Some(name) = self.format.as_deref() else { return Some(None) };
        let mut named = formats.iter().copied().filter(|format| format.name() == name);
        let first = named.next()?;
        named.next().is_none().then_some(Some(first))
    }

    /// The first reading, of a file of that name and format.
    pub fn reading(&self, name: &str, format: Option<&'static dyn Format>) -> Option<FileReading> {
        Some(FileReading {
            name: name.to_owned(),
            format: format.map(Format::name),
            empty: self.empty,
            fingerprint: self.fingerprint.clone(),
            findings: findings::decode(&self.findings)?,
            in_blocks: self.in_blocks,
        })
    }

    /// What its records were counted into.
    pub fn counting(&self) -> Option<Counting> {
        decode(&self.counting)
    }

    /// What the second reading looked for and found when it last went through the file.
    pub fn share(&self) -> Option<Share> {
        decode(self.share.as_deref()?)
    }

    /// Keeps what the second reading looked for and found.
    pub fn keep_share(&mut self, share: Vec<u8>) {
        self.share = Some(share.into());
    }
}

/// What the first reading counted, written down.
pub struct Counted(Bytes);

impl Counted {
    /// None where it holds texts that may not be kept.
    pub fn of(counting: &Counting) -> Option<Self> {
        if counting.holds_texts() {
            return None;
        }
        Some(Self(encode(counting)?.into()))
    }
}

fn checksum(key: &str, content: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = blake3::Hasher::new();
    // An entry under another file's key is none either.
    hash.update(key.as_bytes()).update(content);
    *hash.finalize().as_bytes()
}

pub(super) fn encode(value: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_allocvec(value).ok()
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(value)
}
