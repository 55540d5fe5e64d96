//! A brand's colour as shades that stay readable.

use std::fmt;

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

const WHITE: Rgb = Rgb(255, 255, 255);
const BLACK: Rgb = Rgb(0, 0, 0);

/// The shades of a colour that the page uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    /// For text on light ground.
    pub on_light: Rgb,
    /// For text on dark ground.
    pub on_dark: Rgb,
    /// Where the cover's ground begins.
    pub cover_from: Rgb,
    /// Where it ends; white text stands on it.
    pub cover_to: Rgb,
    /// Small print on the cover.
    pub cover_muted: Rgb,
}

impl Accent {
    /// The shades of `#rrggbb`; none where it is no such colour.
    ///
    /// Text reaches the contrast that WCAG 2.2 asks for at level AA, 4.5 to 1, on the tinted grounds too.
    pub fn of(colour: &str) -> Option<Self> {
        let colour = Rgb::parse(colour)?;
        let cover_to = colour.until(BLACK, |c| contrast(c, WHITE) >= 6.0);
        Some(Self {
            on_light: colour.until(BLACK, |c| contrast(c, Rgb(0xee, 0xf2, 0xf7)) >= 4.6),
            on_dark: colour.until(WHITE, |c| contrast(c, Rgb(0x1f, 0x26, 0x30)) >= 4.6),
            cover_from: cover_to.mixed(Rgb(0x05, 0x0d, 0x1c), 0.82),
            cover_to,
            cover_muted: colour.mixed(WHITE, 0.55).until(WHITE, |c| contrast(c, cover_to) >= 4.6),
        })
    }
}

impl Rgb {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// The colour with a share of another, 0 to 1.
    fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The nearest shade towards another colour that will do; that colour where none does.
    fn until(self, other: Self, will_do: impl Fn(Self) -> bool) -> Self {
        (0..=50).map(|step| self.mixed(other, f64::from(step) / 50.0)).find(|c| will_do(*c)).unwrap_or(other)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Contrast of two colours, 1 to 21, as WCAG 2.2 defines it.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of an sRGB colour, 0 to 1.
fn luminance(colour: Rgb) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { libm::pow((part + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
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
    fn a_readable_colour_stays_as_it_is() {
        let accent = Accent::of("#0b5cad").unwrap();
        assert_eq!(accent.on_light.to_string(), "#0b5cad");
        assert_eq!(accent.cover_to.to_string(), "#0b5cad");
    }

    #[test]
    fn any_colour_gives_readable_text() {
        for colour in ["#ffff00", "#ffffff", "#000000", "#0b6e4f", "#ff0000", "#808080"] {
            let accent = Accent::of(colour).unwrap();
            assert!(contrast(accent.on_light, WHITE) >= 4.5, "{colour}");
            assert!(contrast(accent.on_dark, Rgb(0x0d, 0x11, 0x17)) >= 4.5, "{colour}");
            assert!(contrast(WHITE, accent.cover_to) >= 4.5, "{colour}");
            assert!(contrast(accent.cover_muted, accent.cover_to) >= 4.5, "{colour}");
        }
    }

    #[test]
    fn what_is_no_colour_changes_nothing() {
        for text in ["", "red", "#fff", "#12345g", "#0b5cad;}", "#é12345"] {
            assert_eq!(Accent::of(text), None, "{text}");
        }
    }
}
