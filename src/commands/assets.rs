//! What a brand and a user bring along: logo, typefaces, templates.

use super::input::unreadable;
use anyhow::Result;
use gristmill::config::Config;
use gristmill::error::{Error, Place, Warning};
use gristmill::font::{Face, FontFile, FontPlace};
use gristmill::logo;
use gristmill::pipeline::Assets;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Fonts larger than this are a mistake: the largest collections of Chinese, Japanese and Korean have 20 MB.
const LARGEST_FONT: u64 = 64 << 20;

/// Templates larger than this are a mistake.
const LARGEST_TEMPLATE: usize = 1 << 20;

/// The files that the configuration names, as it names them.
pub fn files(config: &Config) -> Vec<&str> {
    fonts_of(config).into_iter().map(|(file, _)| file).chain(config.brand.logo.as_deref()).collect()
}

/// Reads what `[brand]` names, relative to the folder of the configuration file.
pub fn of_brand(config: &Config, folder: &Path, warnings: &mut Vec<Warning>) -> Result<Assets> {
    let mut assets = Assets::default();
    if let Some(file) = &config.brand.logo {
        let path = folder.join(file);
        let name = path.display().to_string();
        let bytes = fs::read(&path).map_err(|error| unreadable(&name, &error))?;
        assets.logo = Some(logo::read(&bytes, &name)?.take(warnings));
    }
    for (file, place) in fonts_of(config) {
        assets.fonts.push(font(&folder.join(file), place)?);
    }
    Ok(assets)
}

/// Reads the fonts of `--fallback-font`.
pub fn fallback_fonts(files: &[PathBuf]) -> Result<Vec<FontFile>> {
    files.iter().map(|file| font(file, FontPlace::Fallback)).collect()
}

/// Reads a folder of templates: every `.md`, `.html` and `.css` file that lies right in it, by name.
pub fn templates(folder: &Path) -> Result<BTreeMap<String, String>> {
    let shown = folder.display().to_string();
    let mut templates = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(&shown, &error))? {
        let path = entry.map_err(|error| unreadable(&shown, &error))?.path();
        let file = path.display().to_string();
        let is_template = path.extension().is_some_and(|ext| ["md", "html", "css"].iter().any(|known| ext == *known));
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_template && path.is_file())
        else {
            continue;
        };
        let bytes = fs::read(&path).map_err(|error| unreadable(&file, &error))?;
        if bytes.len() > LARGEST_TEMPLATE {
            let found = format!("expected a template of at most 1 MiB, found {} bytes", bytes.len());
            return Err(Error::at(Place::file(file), found).hint("move what is no template elsewhere").into());
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::at(Place::file(file), "expected UTF-8 text, found an invalid byte")
                .hint("save the template as UTF-8")
        })?;
        templates.insert(name.to_owned(), text.trim_start_matches('\u{feff}').to_owned());
    }
    if templates.is_empty() {
        return Err(Error::at(Place::file(shown), "expected templates (.md, .html, .css), found none")
            .hint("`gristmill init --templates DIR` writes the built-in ones into a folder")
            .into());
    }
    Ok(templates)
}

/// The fonts that the configuration names, with what each is for.
fn fonts_of(config: &Config) -> Vec<(&str, FontPlace)> {
    let fonts = &config.brand.fonts;
    // A weight that is not given takes the next one, so that no report mixes two families.
    let chosen = [
        (Face::Regular, fonts.regular.as_ref()),
        (Face::Medium, fonts.medium.as_ref().or(fonts.regular.as_ref())),
        (Face::SemiBold, fonts.semibold.as_ref().or(fonts.bold.as_ref())),
        (Face::Bold, fonts.bold.as_ref()),
        (Face::Italic, fonts.italic.as_ref().or(fonts.regular.as_ref())),
        (Face::Display, fonts.display.as_ref().or(fonts.bold.as_ref())),
        (Face::Mono, fonts.mono.as_ref()),
    ];
    let instead = chosen.into_iter().filter_map(|(face, file)| Some((file?.as_str(), FontPlace::Instead(face))));
    instead.chain(fonts.fallback.iter().map(|file| (file.as_str(), FontPlace::Fallback))).collect()
}

fn font(path: &Path, place: FontPlace) -> Result<FontFile> {
    let name = path.display().to_string();
    let size = fs::metadata(path).map_err(|error| unreadable(&name, &error))?.len();
    if size > LARGEST_FONT {
        let found = format!("expected a font of at most 64 MiB, found {size} bytes");
        return Err(Error::at(Place::file(name), found).hint("give the .ttf or .otf file of one face").into());
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
    // Faces borrow from their files until the program ends.
    Ok(FontFile { name, bytes: bytes.leak(), place })
}
