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

/// How many shades a map has.
pub const SHADES: usize = 7;

/// Shades of a map from the best class to the worst. Each is further from the ground than the one before, so that they
/// stay in order for every eye and in grey print. Words on the first [`PALE`] are ink, on the others paper.
const HEAT: [(Rgb, Rgb); SHADES] = [
    ((0xe6, 0xf0, 0xf5), (0x14, 0x22, 0x2c)),
    ((0xf9, 0xe3, 0xa8), (0x3a, 0x2b, 0x14)),
    ((0xf5, 0xc7, 0x73), (0x5a, 0x3c, 0x14)),
    ((0xeb, 0xa2, 0x4c), (0x7d, 0x4a, 0x14)),
    ((0xb9, 0x4a, 0x10), (0xd9, 0x8b, 0x3f)),
    ((0x8a, 0x2d, 0x0c), (0xf3, 0xb8, 0x74)),
    ((0x52, 0x18, 0x0c), (0xfd, 0xe3, 0xc0)),
];

/// How many of a map's shades are nearer to the ground than to its opposite.
const PALE: u8 = 4;

/// The paint of words on a shade of a map.
pub fn on_heat(shade: u8) -> Paint {
    if shade < PALE { Paint::Ink } else { Paint::Paper }
}

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
        Paint::Heat(n) => format!("--gm-h{}", usize::from(n).min(SHADES - 1) + 1),
        role => format!("--gm-{}", ROLES.iter().find(|(known, ..)| *known == role).map_or("", |(_, name, ..)| name)),
    }
}

/// The shade as a CSS value that a page may override, with the light one as fallback: `var(--gm-ink,#1f2933)`.
pub fn css(paint: Paint) -> String {
    format!("var({},{})", property(paint), hex(rgb(paint)))
}

/// The same without the fallback, for a page that has a value for every property.
pub fn css_in_page(paint: Paint) -> String {
    format!("var({})", property(paint))
}

/// Declarations of every property on a dark ground, for a page's or picture's dark theme: `--gm-ink:#e6edf3;…`.
pub fn dark_declarations() -> String {
    declarations(dark)
}

/// Declarations of every property on a light ground, for a page that can switch back from dark.
pub fn light_declarations() -> String {
    declarations(rgb)
}

/// Every paint: the roles, the series, the shades of maps.
pub fn paints() -> impl Iterator<Item = Paint> {
    let series = (0..SERIES.len() as u8).map(Paint::Series);
    ROLES.iter().map(|(paint, ..)| *paint).chain(series).chain((0..SHADES as u8).map(Paint::Heat))
}

fn shades(paint: Paint) -> (Rgb, Rgb) {
    match paint {
        Paint::Series(n) => SERIES[usize::from(n) % SERIES.len()],
        Paint::Heat(n) => HEAT[usize::from(n).min(SHADES - 1)],
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
        let is_for_text = |paint: &Paint| !matches!(paint, Paint::Grid | Paint::Axis | Paint::Paper | Paint::Heat(_));
        for paint in paints().filter(is_for_text) {
            for shade in [rgb, dark] {
                let found = contrast(shade(paint), shade(Paint::Paper));
                assert!(found >= 4.5, "{paint:?}: {found}");
            }
        }
    }

    #[test]
    fn words_on_a_map_are_readable_and_its_shades_stay_in_order_in_grey() {
        for shade in [rgb, dark] {
            let mut last = 1.0;
            for n in 0..SHADES as u8 {
                let found = contrast(shade(Paint::Heat(n)), shade(on_heat(n)));
                assert!(found >= 4.5, "{n}: {found}");
                let from_ground = contrast(shade(Paint::Heat(n)), shade(Paint::Paper));
                assert!(from_ground > 1.08 * last, "{n}: {from_ground} after {last}");
                last = from_ground;
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
