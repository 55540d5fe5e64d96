//! Hashes of files: of their bytes as stored, which reports name, and of what they unpack to, which tells copies.

use super::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Files up to that size are told by their SHA-256, larger ones by their BLAKE3.
pub(super) const LARGEST_SHA256: u64 = 64 << 20;

/// What a file is told by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum HashKind {
    /// SHA-256: up to 64 MiB.
    #[default]
    Sha256,
    /// BLAKE3: above.
    Blake3,
}

impl HashKind {
    /// As a reader is told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Blake3 => "BLAKE3",
        }
    }
}

/// What the stored bytes of a file were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Fingerprint {
    /// By the size of the file.
    pub hash_kind: HashKind,
    /// Lower-case hexadecimal.
    pub hash: String,
    /// How many bytes were read, as stored.
    pub bytes: u64,
    /// The hash of what they unpack to, of the kind that a plain file of that size has; without compression the same.
    pub content: String,
}

impl Fingerprint {
    /// Whether the bytes as stored were the same.
    pub fn is_of_same_bytes(&self, other: &Self) -> bool {
        (self.hash_kind, &self.hash, self.bytes) == (other.hash_kind, &other.hash, other.bytes)
    }
}

/// The bytes as stored, hashed as they pass.
pub(super) struct Stored<'i> {
    reader: Box<dyn Read + Send + 'i>,
    hash: Hash,
    /// How many have passed.
    pub bytes: u64,
}

enum Hash {
    Sha256(Sha256),
    Blake3(Box<blake3::Hasher>),
}

impl<'i> Stored<'i> {
    /// Opens an input at its start.
    pub fn open(input: &'i dyn Input) -> io::Result<Self> {
        let hash = match input.size() {
            0..=LARGEST_SHA256 => Hash::Sha256(Sha256::new()),
            _ => Hash::Blake3(Box::default()),
        };
        Ok(Self { reader: input.open()?, hash, bytes: 0 })
    }

    /// What the bytes read so far were.
    pub fn fingerprint(self) -> Fingerprint {
        let (hash_kind, hash) = match self.hash {
            Hash::Sha256(hash) => (HashKind::Sha256, hexadecimal(&hash.finalize())),
            Hash::Blake3(hash) => (HashKind::Blake3, hash.finalize().to_hex().to_string()),
        };
        Fingerprint { hash_kind, content: hash.clone(), hash, bytes: self.bytes }
    }
}

impl Read for Stored<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        match &mut self.hash {
            Hash::Sha256(hash) => hash.update(&into[..read]),
            Hash::Blake3(hash) => {
                hash.update(&into[..read]);
            }
        }
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The hash of unpacked bytes, whose size is not known before their end.
#[derive(Default)]
pub(super) struct Content {
    sha256: Sha256,
    blake3: blake3::Hasher,
    bytes: u64,
}

impl Content {
    pub fn update(&mut self, unpacked: &[u8]) {
        self.bytes += unpacked.len() as u64;
        self.blake3.update(unpacked);
        if self.bytes <= LARGEST_SHA256 {
            self.sha256.update(unpacked);
        }
    }

    /// As [`Fingerprint::content`] has it.
    pub fn finish(self) -> String {
        match self.bytes {
            0..=LARGEST_SHA256 => hexadecimal(&self.sha256.finalize()),
            _ => self.blake3.finalize().to_hex().to_string(),
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
