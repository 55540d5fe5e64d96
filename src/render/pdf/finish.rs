//! What printpdf does not offer, done on the lopdf document it hands over: nested outline, structure tree, page labels,
//! properties, and an identity that depends on the content alone.

use super::document::{DocModel, OutlineEntry, Pixels};
use super::emit::{image_name, utf16};
use super::file::{Written, write};
use super::points::rounded;
use super::tags::Tags;
use crate::threads::Threads;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What made the file.
const CREATOR: &str = concat!("Gristmill ", env!("CARGO_PKG_VERSION"));

/// Finishes a file and returns its bytes.
pub(super) fn finish(
    mut file: Document,
    model: &DocModel,
    tags: &Tags,
    contents: Vec<Vec<u8>>,
    images: &[Arc<Pixels>],
    threads: &Threads,
) -> lopdf::Result<Vec<u8>> {
    file.version = "1.7".to_owned();
    let pages: Vec<_> = file.get_pages().into_values().collect();
    for (page, content) in pages.iter().zip(contents) {
        let stream = file.get_dictionary(*page)?.get(b"Contents")?.as_reference()?;
        file.set_object(stream, Stream::new(Dictionary::new(), content));
    }
    for (at, pixels) in images.iter().enumerate() {
        let image = image(&mut file, pixels);
        add_xobject(&mut file, &pages, &image_name(at), image)?;
    }
    let (width, height) = model.size;
    for page in &pages {
        let page = file.get_dictionary_mut(*page)?;
        page.set("MediaBox", vec![0.into(), 0.into(), width.into(), height.into()]);
        page.remove(b"TrimBox");
        page.remove(b"CropBox");
    }
    let outline = outline(&mut file, model, &pages);
    let mut written = Written::default();
    let structure = tags.write(&mut file, &mut written, &pages)?;
    properties(&mut file, model)?;
    let labels = dictionary! {
        "Nums" => vec![
            0.into(),
            dictionary! { "P" => text("Cover") }.into(),
            1.into(),
            dictionary! { "S" => "D", "St" => 2 }.into(),
        ],
    };
    let catalog = file.catalog_mut()?;
    catalog.set("Outlines", outline);
    catalog.set("PageMode", "UseOutlines");
    catalog.set("PageLayout", "SinglePage");
    catalog.set("Lang", Object::string_literal(model.properties.language.as_str()));
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    catalog.set("PageLabels", labels);
    catalog.set("StructTreeRoot", structure);
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    let identity = Object::String(NO_IDENTITY.to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![identity.clone(), identity]);
    let mut bytes = write(&file, &written, threads)?;
    identify(&mut bytes);
    Ok(bytes)
}

/// A picture as an object of the file: colours, and how much each dot covers where not all cover fully.
fn image(file: &mut Document, pixels: &Pixels) -> ObjectId {
    let stream = |space: &str, content: Vec<u8>| {
        let header = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => pixels.columns,
            "Height" => pixels.rows,
            "ColorSpace" => Object::Name(space.into()),
            "BitsPerComponent" => 8,
        };
        Stream::new(header, content)
    };
    let dots = pixels.rgba.as_chunks::<4>().0;
    let mut picture =
        stream("DeviceRGB", dots.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect());
    if dots.iter().any(|[.., alpha]| *alpha < 255) {
        let cover = stream("DeviceGray", dots.iter().map(|[.., alpha]| *alpha).collect());
        picture.dict.set("SMask", file.add_object(cover));
    }
    file.add_object(picture)
}

/// Puts an object among the resources, which all pages share.
fn add_xobject(file: &mut Document, pages: &[ObjectId], name: &str, object: ObjectId) -> lopdf::Result<()> {
    let Some(page) = pages.first() else { return Ok(()) };
    let resources = file.get_dictionary(*page)?.get(b"Resources")?.as_reference()?;
    let shared = file.get_dictionary(resources)?.get(b"XObject")?.as_reference()?;
    file.get_dictionary_mut(shared)?.set(name, object);
    Ok(())
}

/// A string that may hold any character.
pub(super) fn text(words: &str) -> Object {
    if words.is_ascii() {
        return Object::string_literal(words);
    }
    Object::String(utf16(words), StringFormat::Hexadecimal)
}

/// Nested bookmarks: sections are shown, what is within them unfolds.
fn outline(file: &mut Document, model: &DocModel, pages: &[ObjectId]) -> ObjectId {
    let entries = &model.outline;
    let root = file.new_object_id();
    let ids: Vec<_> = entries.iter().map(|_| file.new_object_id()).collect();
    let parents: Vec<_> = (0..entries.len()).map(|at| parent(entries, at)).collect();
    let kids = |of: Option<usize>| -> Vec<usize> { (0..entries.len()).filter(|at| parents[*at] == of).collect() };
    for (at, entry) in entries.iter().enumerate() {
        let top = rounded(model.size.1 - (entry.y - 12.0).max(0.0));
        let mut written = dictionary! {
            "Title" => text(&entry.title),
            "Parent" => parents[at].map_or(root, |parent| ids[parent]),
            "Dest" => vec![pages[entry.page].into(), "XYZ".into(), 0.into(), top.into(), Object::Null],
        };
        let siblings = kids(parents[at]);
        let place = siblings.iter().position(|sibling| *sibling == at).unwrap_or(0);
        if place > 0 {
            written.set("Prev", ids[siblings[place - 1]]);
        }
        if let Some(next) = siblings.get(place + 1) {
            written.set("Next", ids[*next]);
        }
        if let [first, .., last] | [first @ last] = kids(Some(at))[..] {
            written.set("First", ids[first]);
            written.set("Last", ids[last]);
            written.set("Count", -(kids(Some(at)).len() as i64));
        }
        file.set_object(ids[at], written);
    }
    let mut written = dictionary! { "Type" => "Outlines" };
    let top = kids(None);
    if let (Some(first), Some(last)) = (top.first(), top.last()) {
        written.set("First", ids[*first]);
        written.set("Last", ids[*last]);
        written.set("Count", top.len() as i64);
    }
    file.set_object(root, written);
    root
}

/// The nearest entry before one that stands above it.
fn parent(entries: &[OutlineEntry], at: usize) -> Option<usize> {
    (0..at).rev().find(|before| entries[*before].level < entries[at].level)
}

fn properties(file: &mut Document, model: &DocModel) -> lopdf::Result<()> {
    let properties = &model.properties;
    let date = Object::string_literal(pdf_date(properties.date));
    let mut info = dictionary! {
        "Title" => text(&properties.title),
        "Creator" => text(CREATOR),
        "Producer" => text(CREATOR),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    };
    for (key, value) in [("Author", &properties.author), ("Subject", &properties.subject)] {
        if !value.is_empty() {
            info.set(key, text(value));
        }
    }
    let id = file.trailer.get(b"Info")?.as_reference()?;
    file.set_object(id, info);
    Ok(())
}

/// `D:20260206000000Z`
fn pdf_date(seconds: i64) -> String {
    let instant = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    instant.to_zoned(jiff::tz::TimeZone::UTC).strftime("D:%Y%m%d%H%M%SZ").to_string()
}

/// What stands in the file for its identity while that is not known: as long as the identity.
const NO_IDENTITY: [u8; 16] = *b"\0gristmill id\0\0\0";

/// Gives the file its identity, a hash of its bytes: the same for the same content, whenever and wherever it was made.
fn identify(bytes: &mut [u8]) {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into_bytes();
    let identity = hex(&Sha256::digest(&*bytes)[..16]);
    let unknown = hex(&NO_IDENTITY);
    // It stands twice in the trailer, which comes last.
    let mut end = bytes.len();
    for _ in 0..2 {
        let Some(at) = bytes[..end].windows(unknown.len()).rposition(|part| part.eq_ignore_ascii_case(&unknown)) else {
            return;
        };
        bytes[at..at + identity.len()].copy_from_slice(&identity);
        end = at;
    }
}
