//! Context lengths and their labels.

use serde::Serialize;
use std::cmp::Ordering;

/// Contexts that benchmarks usually are built with, in tokens.
pub const STANDARD: [u64; 17] = [
    128,
    256,
    512,
    1 << 10,
    2 << 10,
    4 << 10,
    8 << 10,
    16 << 10,
    32 << 10,
    48 << 10,
    64 << 10,
    96 << 10,
    128 << 10,
    192 << 10,
    256 << 10,
    512 << 10,
    1 << 20,
];

/// Input tokens that the requests of a cell were built to have.
///
/// Two contexts are the same where their labels are: 1000 and 1024 are both `1K`. Ordered by tokens.
#[derive(Debug, Clone, Serialize)]
pub struct Context {
    /// Tokens: nominal, or the mean of a cell of mixed lengths.
    pub tokens: u64,
    /// As a reader is told: `32K`, `1M`, `100`, `~1.2K, mixed`.
    pub label: String,
    /// Whether the lengths of its requests lie far apart, so that it stands for no single length.
    pub mixed: bool,
}

impl Context {
    /// A nominal context.
    pub fn nominal(tokens: u64) -> Self {
        Self { tokens, label: label(tokens), mixed: false }
    }

    /// A cell whose requests have no common length, labelled by their mean.
    pub fn mixed(mean_tokens: f64) -> Self {
        let tokens = mean_tokens.round() as u64;
        let size = if mean_tokens < 1000.0 { format!("{tokens}") } else { format!("{:.1}K", mean_tokens / 1024.0) };
        Self { tokens, label: format!("~{size}, mixed"), mixed: true }
    }

    /// In a sentence, see [`noun`].
    pub fn noun(&self) -> String {
        noun(&self.label)
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

impl Eq for Context {}

impl PartialOrd for Context {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Context {
    fn cmp(&self, other: &Self) -> Ordering {
        // By what the label says: 1000 and 1024 are both `1K`, so the tokens alone would not be a total order.
        let rank = |context: &Self| parse(&context.label).unwrap_or(context.tokens);
        rank(self).cmp(&rank(other)).then_with(|| self.label.cmp(&other.label))
    }
}

/// `32K` for 32768, `1K` for 1024 and 1000, `1M` for 1048576; below 1000 the number itself.
pub fn label(tokens: u64) -> String {
    let standard = STANDARD.contains(&tokens);
    if tokens == 1 << 20 {
        "1M".to_owned()
    } else if standard && tokens >= 1024 {
        format!("{}K", tokens / 1024)
    } else if tokens >= 1000 && tokens.is_multiple_of(1000) {
        format!("{}K", tokens / 1000)
    } else if tokens >= 1024 && tokens.is_multiple_of(1024) {
        format!("{}K", tokens / 1024)
    } else {
        tokens.to_string()
    }
}

/// Reads a context as a person writes it: `32K` (32768), `1M`, `1000`, `8192`.
pub fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 1 << 10),
        (at, 'm' | 'M') => (&text[..at], 1 << 20),
        _ => (text, 1),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(unit).filter(|tokens| *tokens > 0)
}

/// A label in a sentence: `32K context`, `100-token context`, `mixed context (~1.2K tokens on average)`.
pub fn noun(label: &str) -> String {
    match label.split_once(", mixed") {
        Some((mean, _)) => format!("mixed context ({mean} tokens on average)"),
        None if label.bytes().all(|b| b.is_ascii_digit()) => format!("{label}-token context"),
        None => format!("{label} context"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_people_say() {
        let table = [
            (1024, "1K"),
            (1000, "1K"),
            (32768, "32K"),
            (32000, "32K"),
            (100_000, "100K"),
            (1 << 20, "1M"),
            (262_144, "256K"),
            (3072, "3K"),
            (512, "512"),
            (100, "100"),
            (1500, "1500"),
            (128_000, "128K"),
        ];
        for (tokens, expected) in table {
            assert_eq!(label(tokens), expected, "{tokens}");
        }
        assert_eq!(Context::mixed(1228.8).label, "~1.2K, mixed");
        assert_eq!(Context::nominal(1000), Context::nominal(1024));
    }

    #[test]
    fn contexts_are_read_as_people_write_them() {
        assert_eq!(parse("32K"), Some(32768));
        assert_eq!(parse(" 1m "), Some(1 << 20));
        assert_eq!(parse("1000"), Some(1000));
        assert_eq!(parse("0"), None);
        assert_eq!(parse("K"), None);
        assert_eq!(parse("32 tokens"), None);
    }

    #[test]
    fn a_context_reads_as_a_noun() {
        assert_eq!(Context::nominal(32768).noun(), "32K context");
        assert_eq!(Context::nominal(100).noun(), "100-token context");
        assert_eq!(Context::mixed(1228.8).noun(), "mixed context (~1.2K tokens on average)");
    }
}
