//! Counts written down in one piece: most of them are small, and there are thousands in what is kept of a level.
//!
//! Seven bits of a count a byte, the lowest first; all bytes of a count but the last have their high bit set (LEB128).

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;

/// Bits of a count in a byte.
const BITS: u32 = 7;

/// Writes counts down.
pub fn serialize<S: Serializer>(counts: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
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

/// Reads counts. Errors: the bytes end within a count, or one of them is larger than any.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    struct AsBytes;
    impl Visitor<'_> for AsBytes {
        type Value = Vec<u64>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("packed counts")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u64>, E> {
            counts(bytes).ok_or_else(|| E::custom("bytes that are no packed counts"))
        }
    }
    deserializer.deserialize_bytes(AsBytes)
}

fn counts(bytes: &[u8]) -> Option<Vec<u64>> {
    let mut counts = Vec::with_capacity(bytes.len());
    let (mut count, mut shift) = (0, 0);
    for byte in bytes {
        let part = u64::from(byte & !(1 << BITS));
        if shift >= u64::BITS || part << shift >> shift != part {
            return None;
        }
        count |= part << shift;
        if byte >> BITS == 1 {
            shift += BITS;
        } else {
            counts.push(count);
            (count, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Kept(#[serde(with = "super")] Vec<u64>);

    #[test]
    fn counts_come_back_as_they_were() {
        for counts in [vec![], vec![0], vec![0, 1, 127, 128, 300, 16_383, 16_384, u64::MAX], vec![u64::MAX; 3]] {
            let bytes = postcard::to_allocvec(&Kept(counts.clone())).unwrap();
            assert_eq!(postcard::from_bytes::<Kept>(&bytes).unwrap(), Kept(counts));
        }
    }

    #[test]
    fn what_is_no_count_is_none() {
        assert_eq!(counts(&[1, 0x80]), None, "ends within a count");
        assert_eq!(counts(&[[0xff; 9].as_slice(), &[1]].concat()), Some(vec![u64::MAX]));
        assert_eq!(counts(&[[0xff; 9].as_slice(), &[2]].concat()), None, "one bit more");
        assert_eq!(counts(&[[0x80; 10].as_slice(), &[0]].concat()), None, "one byte more");
    }
}
