//! What a brand and a user bring along: logo, typefaces, templates.

use super::input::unreadable;
use anyhow::Result;
use gristmill::config::Config;
use gristmill::error::{Error, Place, Warning};
use gristmill::font::{Face, FontFile, FontPlace};
use gristmill::limits::{LARGEST_FONT, LARGEST_LOGO, LARGEST_TEMPLATE};
use gristmill::logo;
use gristmill::pipeline::Assets;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
        let size = size(&path)?;
        if size > LARGEST_LOGO as u64 {
            let found = format!("the logo has {size} bytes; at most {LARGEST_LOGO} are read");
            return Err(Error::at(Place::file(name), found).hint("save a smaller version of it").into());
        }
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
    let root = fs::canonicalize(folder).map_err(|error| unreadable(&shown, &error))?;
    let mut templates = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(&shown, &error))? {
        let path = entry.map_err(|error| unreadable(&shown, &error))?.path();
        let file = path.display().to_string();
        let is_template = path.extension().is_some_and(|ext| ["md", "html", "css"].iter().any(|known| ext == *known));
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_template && path.is_file())
        else {
            continue;
        };
        let real = fs::canonicalize(&path).map_err(|error| unreadable(&file, &error))?;
        if !real.starts_with(&root) {
            return Err(Error::at(
                Place::file(file),
                "expected a template of this folder, found a link to a file outside it",
            )
            .hint("put a copy in its place")
            .into());
        }
        let size = fs::metadata(&path).map_err(|error| unreadable(&file, &error))?.len();
        if size > LARGEST_TEMPLATE {
            let found = format!("expected a template of at most {} MiB, found {size} bytes", LARGEST_TEMPLATE >> 20);
            return Err(Error::at(Place::file(file), found).hint("move what is no template elsewhere").into());
        }
        let bytes = fs::read(&path).map_err(|error| unreadable(&file, &error))?;
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

/// How large a file is that a configuration names. Errors: it is none; a device has no end, and a pipe may have no beginning.
fn size(path: &Path) -> Result<u64> {
    let name = path.display().to_string();
    let found = fs::metadata(path).map_err(|error| unreadable(&name, &error))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err(Error::at(Place::file(name), format!("expected a file, found {what}"))
            .hint("give the path of the file, from the folder of the configuration")
            .into());
    }
    Ok(found.len())
}

fn font(path: &Path, place: FontPlace) -> Result<FontFile> {
    let name = path.display().to_string();
    let size = size(path)?;
    if size > LARGEST_FONT {
        let found = format!("expected a font of at most {} MiB, found {size} bytes", LARGEST_FONT >> 20);
        return Err(Error::at(Place::file(name), found).hint("give the .ttf or .otf file of one face").into());
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&name, &error))?;
    // Faces borrow from their files until the program ends.
    Ok(FontFile { name, bytes: bytes.leak(), place })
}
