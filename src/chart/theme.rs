//! The shade of each [`Paint`], on a light and on a dark ground.
//!
//! The palette follows Okabe and Ito, which readers with a colour deficiency can tell apart, darkened (on light) and
//! lightened (on dark) until even small text in it has a contrast of 4.5 to the ground. Colour is never the only cue:
//! each series has its own marker too.

use super::scene::Paint;
use crate::colour::{Rgb, hex};

/// Roles, their names and their shades on a light and on a dark ground.
const ROLES: [(Paint, &str, Rgb, Rgb); 6] = [
    (Paint::Ink, "ink", (0x1f, 0x29, 0x33), (0xe6, 0xed, 0xf3)),
    (Paint::Muted, "muted", (0x52, 0x60, 0x6d), (0x9a, 0xa5, 0xb1)),
    (Paint::Grid, "grid", (0xe4, 0xe7, 0xeb), (0x2d, 0x33, 0x3b)),
    (Paint::Axis, "axis", (0x9a, 0xa5, 0xb1), (0x61, 0x6e, 0x7c)),
    (Paint::Paper, "paper", (0xff, 0xff, 0xff), (0x0d, 0x11, 0x17)),
    (Paint::Bad, "bad", (0xb4, 0x23, 0x18), (0xff, 0x7b, 0x72)),
];

/// Series in order: blue, orange, green, pink, ink, purple, teal, vermilion. Further series start over.
const SERIES: [(Rgb, Rgb); 8] = [
    ((0x00, 0x72, 0xb2), (0x58, 0xa6, 0xe0)),
    ((0xa3, 0x5f, 0x00), (0xf0, 0xb4, 0x29)),
    ((0x00, 0x7a, 0x59), (0x3c, 0xcf, 0x9f)),
    ((0xc2, 0x34, 0x7c), (0xf0, 0x7c, 0xae)),
    ((0x3e, 0x4c, 0x59), (0xcb, 0xd2, 0xd9)),
    ((0x6f, 0x4f, 0xb5), (0xb7, 0x9c, 0xff)),
    ((0x00, 0x78, 0x8c), (0x5f, 0xd0, 0xe0)),
    ((0x8c, 0x2d, 0x04), (0xff, 0x9a, 0x5c)),
];

/// The shade on a light ground: of PDF pages, and the default of SVG.
pub fn rgb(paint: Paint) -> Rgb {
    shades(paint).0
}

/// The shade on a dark ground.
pub fn dark(paint: Paint) -> Rgb {
    shades(paint).1
}

/// Name of the CSS custom property that holds the shade: `--gm-ink`, `--gm-s1`.
pub fn property(paint: Paint) -> String {
    match paint {
        Paint::Series(n) => format!("--gm-s{}", usize::from(n) % SERIES.len() + 1),
        role => format!("--gm-{}", ROLES.iter().find(|(known, ..)| *known == role).map_or("", |(_, name, ..)| name)),
    }
}

/// The shade as a CSS value that a page may override, with the light one as fallback: `var(--gm-ink,#1f2933)`.
pub fn css(paint: Paint) -> String {
    format!("var({},{})", property(paint), hex(rgb(paint)))
}

/// Declarations of every property on a dark ground, for a page's or picture's dark theme: `--gm-ink:#e6edf3;…`.
pub fn dark_declarations() -> String {
    declarations(dark)
}

/// Declarations of every property on a light ground, for a page that can switch back from dark.
pub fn light_declarations() -> String {
    declarations(rgb)
}

/// Every paint: the roles, then the series.
pub fn paints() -> impl Iterator<Item = Paint> {
    ROLES.iter().map(|(paint, ..)| *paint).chain((0..SERIES.len() as u8).map(Paint::Series))
}

fn shades(paint: Paint) -> (Rgb, Rgb) {
    match paint {
        Paint::Series(n) => SERIES[usize::from(n) % SERIES.len()],
        role => ROLES
            .iter()
            .find(|(known, ..)| *known == role)
            .map(|(_, _, light, dark)| (*light, *dark))
            .expect("every paint but the series stands among the roles"),
    }
}

fn declarations(shade: fn(Paint) -> Rgb) -> String {
    paints().map(|paint| format!("{}:{};", property(paint), hex(shade(paint)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::contrast;

    #[test]
    fn every_text_colour_is_readable_on_both_grounds() {
        for paint in paints().filter(|paint| !matches!(paint, Paint::Grid | Paint::Axis | Paint::Paper)) {
            for shade in [rgb, dark] {
                let found = contrast(shade(paint), shade(Paint::Paper));
                assert!(found >= 4.5, "{paint:?}: {found}");
            }
        }
    }

    #[test]
    fn a_page_can_override_each_shade_by_its_name() {
        assert_eq!(css(Paint::Ink), "var(--gm-ink,#1f2933)");
        assert_eq!(css(Paint::Paper), "var(--gm-paper,#fff)");
        assert_eq!(property(Paint::Series(8)), "--gm-s1");
        assert!(dark_declarations().starts_with("--gm-ink:#e6edf3;"));
    }
}
