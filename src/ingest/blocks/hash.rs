//! Hashes of blocks, and the hash of the file that follows from them.

use super::super::fingerprint::{Fingerprint, HashKind, hexadecimal};
use super::source::{Piece, Source};
use blake3::hazmat::{ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use sha2::Digest;

/// Hashes of the blocks that one thread saw.
#[derive(Debug, Default)]
pub struct Hashes {
    /// Whether they are wanted: the file is told by its BLAKE3.
    wanted: bool,
    blocks: Vec<BlockHash>,
}

#[derive(Debug)]
struct BlockHash {
    offset: u64,
    /// Of the subtree of BLAKE3 that the block is.
    subtree: ChainingValue,
}

impl Hashes {
    /// No block yet.
    pub fn new(wanted: bool) -> Self {
        Self { wanted, blocks: Vec::new() }
    }

    /// Hashes what was read for a block.
    pub fn add(&mut self, piece: &Piece, buffer: &[u8]) {
        if !self.wanted {
            return;
        }
        let mut offset = piece.offset;
        for bytes in buffer[piece.fresh.clone()].chunks(piece.block) {
            let subtree = blake3::Hasher::new().set_input_offset(offset).update(bytes).finalize_non_root();
            self.blocks.push(BlockHash { offset, subtree });
            offset += bytes.len() as u64;
        }
    }

    /// Adds what another thread saw.
    pub fn merge(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
    }

    /// What the file's bytes were.
    pub fn finish(mut self, source: Source) -> Fingerprint {
        self.blocks.sort_by_key(|block| block.offset);
        let (hash_kind, hash) = match source.sha256 {
            Some(sha256) => (HashKind::Sha256, hexadecimal(&sha256.finalize())),
            None => (HashKind::Blake3, self.blake3()),
        };
        Fingerprint { hash_kind, content: hash.clone(), hash, bytes: source.bytes }
    }

    fn blake3(&self) -> String {
        match &self.blocks[..] {
            // A file in one block, or cut short: it is read again.
            [] | [_] => String::new(),
            blocks => {
                let (left, right) = blocks.split_at(left(blocks.len()));
                merge_subtrees_root(&tree(left), &tree(right), Mode::Hash).to_hex().to_string()
            }
        }
    }
}

fn tree(blocks: &[BlockHash]) -> ChainingValue {
    match blocks {
        [only] => only.subtree,
        _ => {
            let (left, right) = blocks.split_at(left(blocks.len()));
            merge_subtrees_non_root(&tree(left), &tree(right), Mode::Hash)
        }
    }
}

/// Blocks in the left subtree: the largest power of two below all.
fn left(blocks: usize) -> usize {
    1 << (blocks - 1).ilog2()
}
