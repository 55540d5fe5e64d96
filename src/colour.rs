//! Colours, and whether text in them can be read.

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Paper.
pub const WHITE: Rgb = (0xff, 0xff, 0xff);

/// Its opposite.
pub const BLACK: Rgb = (0, 0, 0);

/// The colour of `#rrggbb`; none where the text is no such colour.
pub fn parse(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

/// `#1f2933`, or the short form where it says the same: `#fff`.
pub fn hex((red, green, blue): Rgb) -> String {
    if [red, green, blue].iter().all(|channel| channel >> 4 == channel & 15) {
        format!("#{:x}{:x}{:x}", red & 15, green & 15, blue & 15)
    } else {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A colour with a share of another, 0 to 1.
pub fn mixed(colour: Rgb, with: Rgb, share: f64) -> Rgb {
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    (mix(colour.0, with.0), mix(colour.1, with.1), mix(colour.2, with.2))
}

/// The nearest shade towards another colour that will do; that colour where none does.
pub fn until(colour: Rgb, towards: Rgb, will_do: impl Fn(Rgb) -> bool) -> Rgb {
    let shades = (0..=50).map(|step| mixed(colour, towards, f64::from(step) / 50.0));
    shades.into_iter().find(|shade| will_do(*shade)).unwrap_or(towards)
}

/// Contrast of two colours, 1 to 21, as WCAG 2.2 defines it.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of an sRGB colour, 0 to 1.
fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_has_the_highest_contrast() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_colour_reads_as_it_is_written() {
        assert_eq!(parse("#0b6e4f"), Some((0x0b, 0x6e, 0x4f)));
        assert_eq!(["#0b6e4f", "#ffffff"].map(|text| hex(parse(text).unwrap_or_default())), ["#0b6e4f", "#fff"]);
        for text in ["", "red", "#fff", "#12345g", "#0b5cad;}", "#é12345"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
