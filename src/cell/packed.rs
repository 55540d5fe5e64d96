//! Counts that are kept between runs: written down in one piece, and unpacked once someone looks at them.
//!
//! Most of them are small, there are thousands in what is kept of a level, and of a level whose order statistics are known nobody
//! looks at them again. Seven bits of a count a byte, the lowest first; all bytes of a count but the last have their high bit
//! set (LEB128).

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// Bits of a count in a byte.
const BITS: u32 = 7;

/// Counts in a row.
#[derive(Clone, Default)]
pub struct Counts {
    /// As they were written down, until one of them changes; nothing where they were not read back.
    packed: Vec<u8>,
    /// Once someone looked at them.
    open: OnceLock<Vec<u64>>,
}

impl Counts {
    /// To be looked at.
    #[inline]
    pub fn look(&self) -> &[u64] {
        self.open.get_or_init(|| unpacked(&self.packed).collect())
    }

    /// To be changed.
    #[inline]
    pub fn open(&mut self) -> &mut Vec<u64> {
        self.look();
        if !self.packed.is_empty() {
            self.packed = Vec::new();
        }
        self.open.get_mut().expect("looked at above")
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty() && self.look().is_empty()
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.look().fmt(f)
    }
}

impl From<Vec<u64>> for Counts {
    fn from(counts: Vec<u64>) -> Self {
        Self { packed: Vec::new(), open: OnceLock::from(counts) }
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.packed.is_empty() {
            return serializer.serialize_bytes(&self.packed);
        }
        let counts = self.look();
        let mut bytes = Vec::with_capacity(2 * counts.len());
        for count in counts {
            let mut rest = *count;
            while rest >= 1 << BITS {
                bytes.push(rest as u8 | 1 << BITS);
                rest >>= BITS;
            }
            bytes.push(rest as u8);
        }
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Counts {
    /// Errors: the bytes end within a count, or one of them is larger than any.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsBytes;
        impl Visitor<'_> for AsBytes {
            type Value = Counts;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("packed counts")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Counts, E> {
                if !are_counts(bytes) {
                    return Err(E::custom("bytes that are no packed counts"));
                }
                Ok(Counts { packed: bytes.to_vec(), open: OnceLock::new() })
            }
        }
        deserializer.deserialize_bytes(AsBytes)
    }
}

/// Whether bytes are whole counts, each of which 64 bits hold.
fn are_counts(bytes: &[u8]) -> bool {
    /// Bytes of the largest count, whose last one holds the highest of its bits.
    const LONGEST: usize = u64::BITS.div_ceil(BITS) as usize;
    bytes.split_inclusive(is_last).all(|count| {
        let fits = count.len() < LONGEST || (count.len() == LONGEST && count[LONGEST - 1] <= 1);
        fits && count.last().is_some_and(is_last)
    })
}

fn is_last(byte: &u8) -> bool {
    byte >> BITS == 0
}

/// The counts in bytes that are such.
fn unpacked(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let count = |bytes: &[u8]| bytes.iter().rev().fold(0, |count, byte| count << BITS | u64::from(byte & !(1 << BITS)));
    bytes.split_inclusive(is_last).map(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Counts> {
        let length = u8::try_from(bytes.len()).expect("short");
        postcard::from_bytes(&[&[length], bytes].concat()).ok()
    }

    #[test]
    fn counts_come_back_as_they_were() {
        for counts in [vec![], vec![0], vec![0, 1, 127, 128, 300, 16_383, 16_384, u64::MAX], vec![u64::MAX; 3]] {
            let bytes = postcard::to_allocvec(&Counts::from(counts.clone())).unwrap();
            let mut read: Counts = postcard::from_bytes(&bytes).unwrap();
            assert_eq!(read.is_empty(), counts.is_empty());
            assert_eq!(postcard::to_allocvec(&read).unwrap(), bytes, "before anyone looks at them");
            assert_eq!(read.look(), counts);
            read.open().push(1);
            assert_eq!(read.look(), [&counts[..], &[1]].concat());
            let bytes = postcard::to_allocvec(&read).unwrap();
            assert_eq!(postcard::from_bytes::<Counts>(&bytes).unwrap().look(), read.look(), "as they are now");
        }
    }

    #[test]
    fn what_is_no_count_is_none() {
        let counts = |bytes: &[u8]| read(bytes).map(|counts| counts.look().to_vec());
        assert_eq!(counts(&[1, 0x80]), None, "ends within a count");
        assert_eq!(counts(&[[0xff; 9].as_slice(), &[1]].concat()), Some(vec![u64::MAX]));
        assert_eq!(counts(&[[0xff; 9].as_slice(), &[2]].concat()), None, "one bit more");
        assert_eq!(counts(&[[0x80; 10].as_slice(), &[0]].concat()), None, "one byte more");
    }
}
