//! Looking for bytes, eight at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight bytes from a place on, the first one lowest; zeros stand for what lies behind the end.
#[inline(always)]
pub fn eight(bytes: &[u8], at: usize) -> u64 {
    // Put so that one comparison is left of it where many places of the same bytes are looked at.
    if bytes.len() >= 8
        && at <= bytes.len() - 8
        && let Some(word) = bytes[at..].first_chunk::<8>()
    {
        return u64::from_le_bytes(*word);
    }
    last(bytes, at)
}

/// The same near the end, where there are fewer.
#[cold]
fn last(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

/// Bytes that others are expected to start with, made ready to be compared again and again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lead {
    length: usize,
    /// The first eight bytes, or what there is of them.
    first: u64,
    /// The last eight bytes and where they begin; they may overlap those in front of them.
    last: u64,
    last_at: usize,
    /// The bits of `first` and `last` that count.
    counts: u64,
    /// What stands between the first and the last, eight bytes each, but for what the last reach over.
    between: Box<[u64]>,
}

impl Lead {
    /// Of these bytes; a NUL that they end in is not told from the end of what is compared.
    pub fn new(lead: &[u8]) -> Self {
        let length = lead.len();
        let last_at = length.saturating_sub(8);
        let words = lead.as_chunks::<8>().0.iter().skip(1).map(|word| u64::from_le_bytes(*word));
        Self {
            length,
            first: eight(lead, 0),
            last: eight(lead, last_at),
            last_at,
            counts: if length < 8 { (1 << (8 * length)) - 1 } else { !0 },
            between: words.take(last_at.div_ceil(8).saturating_sub(1)).collect(),
        }
    }

    /// How many bytes these are.
    #[inline]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether they stand at a place.
    #[inline(always)]
    pub fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let differ = (eight(bytes, at) ^ self.first) | (eight(bytes, at + self.last_at) ^ self.last);
        differ & self.counts == 0 && (self.length <= 16 || self.continues_at(bytes, at + 8))
    }

    fn continues_at(&self, bytes: &[u8], at: usize) -> bool {
        self.between.iter().enumerate().all(|(number, word)| eight(bytes, at + 8 * number) == *word)
    }
}

/// The high bit of the first byte that equals `wanted`; bits above it may be wrong.
fn equal(word: u64, wanted: u8) -> u64 {
    let zeros = word ^ (ONES * u64::from(wanted));
    zeros.wrapping_sub(ONES) & !zeros & HIGH
}

/// Where the first of two bytes stands, at or behind a place.
#[inline]
pub fn find_either(bytes: &[u8], mut at: usize, one: u8, other: u8) -> Option<usize> {
    while at < bytes.len() {
        let word = eight(bytes, at);
        let found = equal(word, one) | equal(word, other);
        if found != 0 {
            let place = at + found.trailing_zeros() as usize / 8;
            return (place < bytes.len()).then_some(place);
        }
        at += 8;
    }
    None
}

/// Where the first quote, backslash or control character stands, at or behind a place.
#[inline]
pub fn find_special(bytes: &[u8], mut at: usize) -> Option<usize> {
    while at < bytes.len() {
        let word = eight(bytes, at);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = equal(word, b'"') | equal(word, b'\\') | control;
        if found != 0 {
            let place = at + found.trailing_zeros() as usize / 8;
            return (place < bytes.len()).then_some(place);
        }
        at += 8;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            for place in 0..length {
                let mut bytes = vec![b'\xff'; length];
                bytes[place] = b',';
                assert_eq!(find_either(&bytes, 0, b',', b'\n'), Some(place));
                assert_eq!(find_either(&bytes, place, b'\n', b','), Some(place));
                assert_eq!(find_either(&bytes, place + 1, b',', b'\n'), None);
                for special in [b'"', b'\\', b'\n', 0, 0x1f] {
                    bytes[place] = special;
                    assert_eq!(find_special(&bytes, 0), Some(place));
                    assert_eq!(find_special(&bytes, place + 1), None);
                }
            }
        }
    }

    #[test]
    fn a_lead_is_compared_to_its_last_byte() {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        for length in 0..=text.len() {
            let ready = Lead::new(&text[..length]);
            assert_eq!(ready.length(), length);
            assert!(ready.is_at(text, 0), "{length}");
            assert!(ready.is_at(&[b"__", &text[..length]].concat(), 2), "{length}");
            let shorter = &text[..length.saturating_sub(1)];
            assert!(length == 0 || !ready.is_at(shorter, 0), "{length}");
            for other in 0..length {
                let mut lead = text[..length].to_vec();
                lead[other] ^= 1;
                assert!(!Lead::new(&lead).is_at(text, 0), "{length} {other}");
            }
        }
    }

    #[test]
    fn what_is_nearly_special_is_not() {
        let text: Vec<u8> = (0x20..=0xff).filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
        assert_eq!(find_special(&text, 0), None);
    }
}
