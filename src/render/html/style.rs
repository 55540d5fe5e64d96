//! The page's style sheet, and the policy that allows it, the page's script and nothing else.

use super::data_url;
use crate::chart::theme;
use crate::colour::{Rgb, hex};
use crate::font::{Face, Fonts};
use crate::render::accent::Accent;
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

const REGULAR: &[u8] = include_bytes!("../../../fonts/Inter-Regular.woff2");
const SEMI_BOLD: &[u8] = include_bytes!("../../../fonts/Inter-SemiBold.woff2");

/// The whole style sheet: fonts, the page's own rules, and a brand's colour over them.
pub fn sheet(accent: Option<&str>, has_code: bool, rules: &str, fonts: &Fonts) -> String {
    let mut out = String::from("\n");
    // A brand's face goes by the name of the one whose place it takes, so that rules and charts need not know.
    out.push_str(&face("Inter", "400", REGULAR, fonts.own(Face::Regular)));
    // One face for everything bolder than text.
    out.push_str(&face("Inter", "500 900", SEMI_BOLD, fonts.own(Face::SemiBold)));
    // A page has little in a fixed-width face: the reader's own will do, unless the house has one.
    if let Some(own) = fonts.own(Face::Mono).filter(|_| has_code) {
        out.push_str(&embedded("JetBrains Mono", "400", &own_source(own)));
    }
    out.push_str(&schemes(&theme::light_declarations(), &theme::dark_declarations()));
    rules.lines().for_each(|line| out.extend([line.trim_start(), "\n"]));
    out.push_str(&accent.and_then(Accent::of).map(|accent| accent_rules(&accent)).unwrap_or_default());
    out
}

/// The content security policy of a page with this style sheet and this script: nothing else is applied or run, and
/// nothing is loaded or sent anywhere.
pub fn policy(sheet: &str, script: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; font-src data:; img-src data:; \
         base-uri 'none'; form-action 'none'",
        hash(sheet),
        hash(script),
    )
}

fn face(family: &str, weight: &str, bundled: &[u8], own: Option<&[u8]>) -> String {
    let bundled = || format!("url({}) format(\"woff2\")", data_url("font/woff2", bundled));
    embedded(family, weight, &own.map_or_else(bundled, own_source))
}

fn own_source(bytes: &[u8]) -> String {
    format!("url({})", data_url("font/sfnt", bytes))
}

fn embedded(family: &str, weight: &str, source: &str) -> String {
    format!("@font-face{{font-family:\"{family}\";font-weight:{weight};font-display:block;src:{source}}}\n")
}

/// Custom properties for light ground and paper, and for dark screens.
fn schemes(light: &str, dark: &str) -> String {
    format!(":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

fn accent_rules(accent: &Accent) -> String {
    let declare = |name: &str, colour: Rgb| format!("--gm-{name}:{}", hex(colour));
    let light = [
        declare("accent", accent.on_light),
        declare("cover-from", accent.cover_from),
        declare("cover-to", accent.cover_to),
        declare("cover-muted", accent.cover_muted),
    ];
    schemes(&light.join(";"), &declare("accent", accent.on_dark))
}
