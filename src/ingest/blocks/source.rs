//! The bytes of a file, cut into blocks that begin and end with a record.

use super::super::Input;
use super::super::fingerprint::LARGEST_SHA256;
use crate::limits::LONGEST_RECORD;
use sha2::{Digest, Sha256};
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const GZIP: &[u8] = b"\x1f\x8b";

/// A file, from which block after block is taken.
pub struct Source<'i> {
    reader: Box<dyn Read + Send + 'i>,
    whole: fn(&[u8]) -> Option<usize>,
    block: usize,
    /// What was read behind the last whole record.
    rest: Vec<u8>,
    /// Blocks taken so far.
    taken: usize,
    /// Bytes read so far, always a multiple of the block but for the last.
    pub bytes: u64,
    /// SHA-256 of them, where it is wanted: it cannot be worked out block by block.
    pub sha256: Option<Sha256>,
    ended: bool,
}

/// One block in its reader's buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Counted from 0.
    pub number: usize,
    /// Where its records stand.
    pub records: Range<usize>,
    /// Where the bytes stand that were read for it.
    pub fresh: Range<usize>,
    /// Place of these bytes in the file.
    pub offset: u64,
    /// How many were read at once: all but the last of them are so long.
    pub block: usize,
    /// Whether it holds a record longer than any.
    pub endless: bool,
}

impl<'i> Source<'i> {
    /// Opens a file; none where it is compressed.
    pub fn open(input: &'i dyn Input, whole: fn(&[u8]) -> Option<usize>, block: usize) -> io::Result<Option<Self>> {
        let mut magic = Vec::new();
        input.open()?.take(GZIP.len() as u64).read_to_end(&mut magic)?;
        if magic == GZIP {
            return Ok(None);
        }
        Ok(Some(Self {
            reader: input.open()?,
            whole,
            block,
            rest: Vec::new(),
            taken: 0,
            bytes: 0,
            sha256: (input.size() <= LARGEST_SHA256).then(Sha256::new),
            ended: false,
        }))
    }

    /// Puts the next block into a buffer; none at the end.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Piece>> {
        if self.ended {
            return Ok(None);
        }
        // Bytes of an earlier block may stay behind those of this one: filling the room with zeros first takes its time.
        let mut filled = self.rest.len();
        make_room(buffer, filled);
        buffer[..filled].copy_from_slice(&self.rest);
        let (fresh, offset) = (filled, self.bytes);
        let mut endless = false;
        let end = loop {
            filled = self.read_block(buffer, filled)?;
            if self.ended {
                break filled;
            }
            if let Some(end) = (self.whole)(&buffer[..filled]) {
                break end;
            }
            if filled >= LONGEST_RECORD {
                (endless, self.ended) = (true, true);
                break filled;
            }
        };
        self.rest.clear();
        self.rest.extend_from_slice(&buffer[end..filled]);
        let start = if offset == 0 && buffer[..filled].starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let number = self.taken;
        self.taken += 1;
        Ok(Some(Piece { number, records: start..end, fresh: fresh..filled, offset, block: self.block, endless }))
    }

    /// Reads a whole block, or what is left of the file, behind what fills the buffer; gives what then fills it.
    fn read_block(&mut self, buffer: &mut Vec<u8>, start: usize) -> io::Result<usize> {
        let end = start + self.block;
        make_room(buffer, end);
        let mut filled = start;
        while filled < end {
            match self.reader.read(&mut buffer[filled..end]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(&buffer[start..filled]);
        }
        self.bytes += (filled - start) as u64;
        Ok(filled)
    }
}

fn make_room(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
}
