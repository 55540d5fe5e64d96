//! The bytes of an input: decompressed, and buffered so that a whole record is in sight.

use super::Input;
use super::fingerprint::{Content, Fingerprint, Stored};
use crate::error::{Error, Place, Result};
use crate::limits::{LONGEST_RECORD, MOST_EXPANSION, MOST_UNPACKED};
use flate2::read::MultiGzDecoder;
use std::io::{self, Chain, Cursor, ErrorKind, Read};
use std::ops::Range;

const BLOCK: usize = 256 << 10;
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How far gzip may expand: beyond both limits at once nobody means it.
#[derive(Debug, Clone, Copy)]
struct Expansion {
    bytes: u64,
    ratio: u64,
}

const REASONABLE: Expansion = Expansion { bytes: MOST_UNPACKED, ratio: MOST_EXPANSION };

/// A decompressed input, read through a buffer whose front is consumed record by record.
///
/// gzip is told by its first two bytes. A UTF-8 byte order mark is left out.
pub struct Stream<'i> {
    name: &'i str,
    decoder: Decoder<'i>,
    reasonable: Expansion,
    decoded: u64,
    /// Hashes what gzip unpacks to.
    content: Option<Box<Content>>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    line: u64,
}

impl<'i> Stream<'i> {
    /// Opens an input at its start. Errors: the input cannot be read or decompressed.
    pub fn open(input: &'i dyn Input) -> Result<Self> {
        Self::with_limit(input, REASONABLE)
    }

    fn with_limit(input: &'i dyn Input, reasonable: Expansion) -> Result<Self> {
        let name = input.name();
        let decoder = Decoder::open(input).map_err(|error| unreadable(name, &error))?;
        let buffer = vec![0; BLOCK];
        let (start, end, ended) = (0, 0, false);
        let content = matches!(decoder, Decoder::Gzip(_)).then(Box::default);
        let mut stream = Self { name, decoder, reasonable, decoded: 0, content, buffer, start, end, ended, line: 1 };
        while stream.end < UTF8_MARK.len() && stream.read_more()? {}
        if stream.unread().starts_with(UTF8_MARK) {
            stream.start = UTF8_MARK.len();
        }
        Ok(stream)
    }

    /// What stands in a part of a buffer, as if it were all of the input.
    pub fn over(name: &'i str, buffer: Vec<u8>, part: Range<usize>) -> Self {
        Self {
            name,
            decoder: Decoder::Nothing,
            reasonable: REASONABLE,
            decoded: 0,
            content: None,
            buffer,
            start: part.start,
            end: part.end,
            ended: true,
            line: 1,
        }
    }

    /// The buffer, to be used again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// As messages name the input.
    pub fn name(&self) -> &'i str {
        self.name
    }

    /// What was read and not consumed.
    pub fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Line of the first unread byte, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether nothing follows what is unread.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Steps over bytes that were dealt with, and the line breaks among them.
    pub fn consume(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.line += lines;
        debug_assert!(self.start <= self.end);
    }

    /// Reads on behind what is unread; false at the end.
    ///
    /// Errors: what is unread is longer than any record; the input cannot be read, or its gzip data are cut short,
    /// damaged, or expand beyond any reason.
    pub fn read_more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.make_room()?;
        // A long record is looked at again from its start: as much again as is there keeps that linear.
        let enough = if self.end < BLOCK { self.end + 1 } else { (2 * self.end).min(self.buffer.len()) };
        while self.end < enough && !self.ended {
            match self.decoder.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.decoding_error(&error)),
                Ok(read) => {
                    if let Some(content) = &mut self.content {
                        content.update(&self.buffer[self.end..self.end + read]);
                    }
                    self.end += read;
                    self.ended = read == 0;
                    self.decoded += read as u64;
                    self.refuse_bomb()?;
                }
            }
        }
        Ok(!self.ended)
    }

    /// Reads to the end and gives the hash of the stored bytes.
    pub fn finish(mut self) -> Result<Fingerprint> {
        while !self.ended {
            self.start = self.end;
            self.read_more()?;
        }
        let name = self.name;
        let stored = self.decoder.into_stored().map_err(|error| unreadable(name, &error))?;
        let fingerprint = stored.fingerprint();
        Ok(match self.content {
            Some(content) => Fingerprint { content: content.finish(), ..fingerprint },
            None => fingerprint,
        })
    }

    fn make_room(&mut self) -> Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end < self.buffer.len() {
            return Ok(());
        }
        if self.end >= LONGEST_RECORD {
            let place = Place::file(self.name).line(self.line);
            return Err(Error::at(place, format!("a record is longer than {} MiB", LONGEST_RECORD >> 20))
                .hint("look for a quote that is never closed, or for a file that is no log of requests"));
        }
        self.buffer.resize((self.buffer.len() * 2).min(LONGEST_RECORD), 0);
        Ok(())
    }

    fn refuse_bomb(&self) -> Result<()> {
        let Decoder::Gzip(gzip) = &self.decoder else { return Ok(()) };
        let stored = gzip.get_ref().get_ref().1.bytes;
        let limit = self.reasonable;
        if self.decoded <= limit.bytes || self.decoded / limit.ratio < stored.max(1) {
            return Ok(());
        }
        let message = format!(
            "{stored} compressed bytes have expanded to {} already, more than {} times as many",
            self.decoded, limit.ratio
        );
        Err(Error::at(Place::file(self.name), message)
            .hint("this is no log of requests; take the file out of the run, or unpack it where it is meant"))
    }

    fn decoding_error(&self, error: &io::Error) -> Error {
        let place = || Place::file(self.name);
        match (&self.decoder, error.kind()) {
            (Decoder::Gzip(_), ErrorKind::UnexpectedEof) => {
                Error::at(place(), "the gzip data end in the middle: the file is cut short")
                    .hint("copy or download it again; `gzip -t FILE` tells whether it is whole")
            }
            (Decoder::Gzip(_), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                Error::at(place(), format!("the gzip data are damaged ({error})"))
                    .hint("copy or download it again; `gzip -t FILE` tells whether it is whole")
            }
            _ => unreadable(self.name, error),
        }
    }
}

/// The hash of an input that no format reads.
pub fn fingerprint(input: &dyn Input) -> Result<Fingerprint> {
    let unreadable = |error| unreadable(input.name(), &error);
    let mut stored = Stored::open(input).map_err(unreadable)?;
    io::copy(&mut stored, &mut io::sink()).map_err(unreadable)?;
    Ok(stored.fingerprint())
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::PermissionDenied => "allow reading it, for example with `chmod +r`",
        ErrorKind::IsADirectory => "name a file, or the folder as the whole run",
        ErrorKind::NotFound => "check the path",
        _ => "check that the disk and the file are readable",
    };
    Error::at(Place::file(name), format!("cannot be read: {error}")).hint(hint)
}

/// The bytes as stored, with the first two put back after a look at them.
type Peeked<'i> = Chain<Cursor<Vec<u8>>, Stored<'i>>;

enum Decoder<'i> {
    /// Everything is in the buffer.
    Nothing,
    Plain(Peeked<'i>),
    Gzip(Box<MultiGzDecoder<Peeked<'i>>>),
}

impl<'i> Decoder<'i> {
    fn open(input: &'i dyn Input) -> io::Result<Self> {
        let mut stored = Stored::open(input)?;
        let mut magic = Vec::with_capacity(2);
        stored.by_ref().take(2).read_to_end(&mut magic)?;
        let gzip = magic == [0x1f, 0x8b];
        let peeked = Cursor::new(magic).chain(stored);
        Ok(if gzip { Self::Gzip(Box::new(MultiGzDecoder::new(peeked))) } else { Self::Plain(peeked) })
    }

    fn into_stored(self) -> io::Result<Stored<'i>> {
        let peeked = match self {
            Self::Plain(peeked) => peeked,
            Self::Gzip(gzip) => gzip.into_inner(),
            Self::Nothing => unreachable!("a part of an input has no hash of its own"),
        };
        let (_, mut stored) = peeked.into_inner();
        io::copy(&mut stored, &mut io::sink())?;
        Ok(stored)
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Nothing => Ok(0),
            Self::Plain(reader) => reader.read(into),
            Self::Gzip(reader) => reader.read(into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Memory, gzip};
    use super::*;

    fn text(input: &dyn Input) -> Result<String> {
        let mut stream = Stream::open(input)?;
        while stream.read_more()? {}
        Ok(String::from_utf8(stream.unread().to_vec()).expect("the tests use UTF-8"))
    }

    #[test]
    fn gzip_reads_as_if_it_were_not_compressed_and_is_hashed_as_stored() {
        let plain = Memory::new("a.csv", b"a,b\n1,2\n");
        let packed = Memory::new("a.csv", gzip(b"a,b\n1,2\n"));
        assert_eq!(text(&plain), text(&packed));
        let hash = Stream::open(&packed).and_then(Stream::finish).unwrap();
        let stored = Fingerprint { content: hash.hash.clone(), ..hash.clone() };
        assert_eq!(stored, fingerprint(&packed).unwrap());
        assert_eq!(hash.bytes, packed.size());
        assert_ne!(hash.hash, fingerprint(&plain).unwrap().hash);
        assert_eq!(hash.content, fingerprint(&plain).unwrap().hash);
        assert_eq!(
            fingerprint(&Memory::new("abc", b"abc")).unwrap().hash,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        assert_eq!(text(&Memory::new("a", b"\xef\xbb\xbfa,b")).unwrap(), "a,b");
        assert_eq!(text(&Memory::new("a", gzip(b"\xef\xbb\xbfa,b"))).unwrap(), "a,b");
        assert_eq!(text(&Memory::new("a", b"a")).unwrap(), "a", "shorter than the mark");
    }

    #[test]
    fn truncated_and_damaged_gzip_are_told_apart() {
        let whole = gzip(&b"1,2,3\n".repeat(1000));
        let truncated = text(&Memory::new("a.gz", &whole[..whole.len() / 2])).unwrap_err();
        assert_eq!(truncated.message, "the gzip data end in the middle: the file is cut short");
        let mut damaged = whole.clone();
        let checksum = damaged.len() - 6;
        damaged[checksum] ^= 0xff;
        let damaged = text(&Memory::new("a.gz", &damaged)).unwrap_err();
        assert!(damaged.message.starts_with("the gzip data are damaged"), "{damaged}");
    }

    #[test]
    fn gzip_that_expands_beyond_reason_is_refused_only_where_both_limits_are_passed() {
        let bomb = Memory::new("bomb.gz", gzip(&vec![b'\n'; 1 << 20]));
        let read = |bytes, ratio| {
            let mut stream = Stream::with_limit(&bomb, Expansion { bytes, ratio })?;
            while stream.read_more()? {
                stream.consume(stream.unread().len(), 0);
            }
            Ok::<_, Error>(())
        };
        assert!(read(1 << 30, 100).is_ok(), "few bytes");
        assert!(read(1 << 10, 100_000).is_ok(), "small ratio");
        assert!(read(1 << 10, 100).unwrap_err().message.contains("more than 100 times as many"));
    }

    #[test]
    fn a_record_without_end_is_refused_at_16_mib() {
        let endless = Memory::new("endless.csv", vec![b'a'; LONGEST_RECORD + 1]);
        assert_eq!(text(&endless).unwrap_err().message, "a record is longer than 16 MiB");
    }
}
