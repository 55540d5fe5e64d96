//! A brand's colour as shades that stay readable.

use crate::colour::{BLACK, Rgb, WHITE, contrast, mixed, parse, until};

/// The darkest ground that text stands on in a light page: the tint of a table's head.
const TINT: Rgb = (0xee, 0xf2, 0xf7);

/// The lightest one in a dark page.
const DARK_TINT: Rgb = (0x1f, 0x26, 0x30);

/// The shades of a colour that pages use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accent {
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
    /// The cover's second line, nearer to white.
    pub cover_text: Rgb,
}

impl Accent {
    /// The shades of `#rrggbb`; none where it is no such colour.
    ///
    /// Text reaches the contrast that WCAG 2.2 asks for at level AA, 4.5 to 1, on the tinted grounds too.
    pub fn of(colour: &str) -> Option<Self> {
        let colour = parse(colour)?;
        let readable_on = |ground: Rgb| move |shade: Rgb| contrast(shade, ground) >= 4.6;
        let cover_to = until(colour, BLACK, |shade| contrast(shade, WHITE) >= 6.0);
        let on_cover = |share: f64| until(mixed(colour, WHITE, share), WHITE, readable_on(cover_to));
        Some(Self {
            on_light: until(colour, BLACK, readable_on(TINT)),
            on_dark: until(colour, WHITE, readable_on(DARK_TINT)),
            cover_from: mixed(cover_to, (0x05, 0x0d, 0x1c), 0.82),
            cover_to,
            cover_muted: on_cover(0.55),
            cover_text: on_cover(0.86),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::colour::hex;

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let accent = Accent::of("#0b5cad").unwrap();
        assert_eq!(hex(accent.on_light), "#0b5cad");
        assert_eq!(hex(accent.cover_to), "#0b5cad");
    }

    #[test]
    fn any_colour_gives_readable_text() {
        for colour in ["#ffff00", "#ffffff", "#000000", "#0b6e4f", "#ff0000", "#808080"] {
            let accent = Accent::of(colour).unwrap();
            assert!(contrast(accent.on_light, WHITE) >= 4.5, "{colour}");
            assert!(contrast(accent.on_dark, (0x0d, 0x11, 0x17)) >= 4.5, "{colour}");
            for text in [WHITE, accent.cover_muted, accent.cover_text] {
                assert!(contrast(text, accent.cover_to) >= 4.5, "{colour}");
            }
        }
    }

    #[test]
    fn what_is_no_colour_changes_nothing() {
        assert_eq!(Accent::of("red"), None);
    }
}
