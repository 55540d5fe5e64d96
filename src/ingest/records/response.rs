//! Responses in JSON: no more of them is unescaped than a preview needs.

use crate::record::PREVIEW;

/// The beginning of a string that stands in JSON: as many characters as a preview of a response is made from. Half a pair of
/// surrogates, as programs leave it that cut a response themselves, becomes U+FFFD.
pub fn beginning(raw: &str) -> String {
    const MOST: usize = PREVIEW + 1;
    let mut units: Vec<u16> = Vec::new();
    let mut characters = raw.chars().skip(1);
    while units.len() < 2 * MOST {
        let character = match characters.next() {
            None | Some('"') => break,
            Some('\\') => match characters.next() {
                Some('u') => {
                    let digits: String = characters.by_ref().take(4).collect();
                    units.extend(u16::from_str_radix(&digits, 16));
                    continue;
                }
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(other) => other,
                None => break,
            },
            Some(other) => other,
        };
        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    }
    let characters = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
    characters.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn the_beginning_is_what_a_reader_of_json_has() {
        for text in ["", "a\tb/\"\\ é 🚀 \u{8}\u{c}\r\n", "שלום\u{301}"] {
            assert_eq!(beginning(&serde_json::to_string(text).expect("text")), text);
        }
        assert_eq!(beginning(r#""\u00e9\/\ud83d\ude80 \ud83d|\ude80""#), "é/🚀 \u{fffd}|\u{fffd}");
        let long = "🚀\n".repeat(1000);
        let begun = beginning(&serde_json::to_string(&long).expect("text"));
        assert_eq!((begun.chars().count(), long.starts_with(&begun)), (301, true));
    }
}
