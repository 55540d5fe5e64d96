//! Numbers with their units, which no line may part.

const UNITS: [&str; 7] = ["s", "ms", "tok/s", "W", "J", "GB", "kWh"];

/// The pieces of a text in order, each with whether it is a number with its unit.
pub fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(space) = rest[from..].find(' ').map(|at| at + from) {
        let number = rest[..space].len() - rest[..space].trim_end_matches(is_of_number).len();
        let unit = unit(&rest[space + 1..]);
        if rest[..space].ends_with(|c: char| c.is_ascii_digit()) && unit > 0 {
            out.push((&rest[..space - number], false));
            out.push((&rest[space - number..=space + unit], true));
            rest = &rest[space + unit + 1..];
            from = 0;
        } else {
            from = space + 1;
        }
    }
    out.push((rest, false));
    out.retain(|(piece, _)| !piece.is_empty());
    out
}

/// Length of the unit that a text begins with.
fn unit(text: &str) -> usize {
    let ends = |unit: &str| !text[unit.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '/');
    UNITS.iter().filter(|unit| text.starts_with(**unit) && ends(unit)).map(|unit| unit.len()).max().unwrap_or(0)
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_units() {
        let parted = [("TTFT is ", false), ("~9.9 s", true), (", at most ", false), ("15 tok/s", true)];
        assert_eq!(pieces("TTFT is ~9.9 s, at most 15 tok/s"), parted);
        assert_eq!(pieces("500 ms–2 s"), [("500 ms", true), ("–", false), ("2 s", true)]);
    }

    #[test]
    fn other_words_are_left_alone() {
        for text in ["10 requests", "5 so far", "a s", "12 s/x", "", " ", "é 1 é"] {
            assert!(pieces(text).iter().all(|(_, quantity)| !quantity), "{text}");
            assert_eq!(pieces(text).iter().map(|(piece, _)| *piece).collect::<String>(), text);
        }
    }
}
