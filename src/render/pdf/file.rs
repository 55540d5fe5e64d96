//! The bytes of the file: streams as they are, every other object packed into object streams, and where each stands.
//!
//! lopdf would write the same, but copies every object and writes it three times over.

use super::content::write_number;
use crate::threads::Threads;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use std::collections::BTreeMap;
use std::io::Write;

/// How many objects share a stream: larger ones are smaller in all, but two threads can pack two.
const MOST_IN_STREAM: usize = 1000;

/// Where an object stands.
#[derive(Clone, Copy)]
enum Place {
    /// From the start of the file.
    Byte(usize),
    /// In an object stream, at a place in it.
    Packed(u32, usize),
}

/// What becomes a stream of the file.
enum Piece<'f> {
    Objects(&'f [(u32, Packed<'f>)]),
    Stream(&'f Stream),
}

/// The file of a document and of objects that stand written beside it; streams are deflated.
pub(super) fn write(document: &Document, written: &Written, threads: &Threads) -> lopdf::Result<Vec<u8>> {
    let mut streams = Vec::new();
    let mut packed = Vec::new();
    for (id, object) in &document.objects {
        match object {
            Object::Stream(stream) => streams.push((*id, Piece::Stream(stream))),
            _ => packed.push((id.0, Packed::Object(object))),
        }
    }
    packed.extend(written.objects());
    let mut last = document.max_id;
    let mut places = BTreeMap::new();
    let mut pieces = Vec::new();
    for group in packed.chunks(MOST_IN_STREAM) {
        last += 1;
        places.extend(group.iter().enumerate().map(|(at, (id, _))| (*id, Place::Packed(last, at))));
        pieces.push(((last, 0), Piece::Objects(group)));
    }
    // Behind what takes longest.
    pieces.extend(streams);
    let made = threads.map_with(&pieces, Deflater::new, |deflater, (_, piece)| piece.stream(deflater));

    let mut bytes = format!("%PDF-{}\n%", document.version).into_bytes();
    // Bytes above 127 tell programs that pass it on that it is no text.
    bytes.extend(&document.binary_mark);
    bytes.push(b'\n');
    for ((id, _), stream) in pieces.iter().zip(made) {
        places.insert(id.0, Place::Byte(bytes.len()));
        write_indirect(&mut bytes, *id, &Object::Stream(stream?));
    }
    let start = bytes.len();
    last += 1;
    places.insert(last, Place::Byte(start));
    write_indirect(&mut bytes, (last, 0), &Object::Stream(cross_references(&document.trailer, &places, last)?));
    bytes.extend(format!("\nstartxref\n{start}\n%%EOF").as_bytes());
    Ok(bytes)
}

/// Deflates one stream after the other. What it works in is larger than most streams, so that it is not made anew for each.
struct Deflater(ZlibEncoder<Vec<u8>>);

impl Deflater {
    fn new() -> Self {
        // The best compression takes twice the time and saves one part in a hundred.
        Self(ZlibEncoder::new(Vec::new(), Compression::new(6)))
    }

    fn deflated(&mut self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        self.0.write_all(bytes)?;
        self.0.reset(Vec::new())
    }
}

/// Objects that stand written already: what there are thousands of takes much room as objects of lopdf.
#[derive(Default)]
pub(super) struct Written {
    bytes: Vec<u8>,
    /// Of each object its number, and where it ends.
    ends: Vec<(u32, usize)>,
}

impl Written {
    /// The next object, to be written by `write`.
    pub fn object(&mut self, id: ObjectId, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push((id.0, self.bytes.len()));
    }

    fn objects(&self) -> impl Iterator<Item = (u32, Packed<'_>)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (id, end))| (*id, Packed::Written(&self.bytes[start..*end])))
    }
}

/// What stands in an object stream.
#[derive(Clone, Copy)]
enum Packed<'f> {
    Object(&'f Object),
    Written(&'f [u8]),
}

impl Piece<'_> {
    fn stream(&self, deflater: &mut Deflater) -> lopdf::Result<Stream> {
        match self {
            Self::Objects(objects) => pack(objects, deflater),
            Self::Stream(stream) if stream.dict.has(b"Filter") => Ok((*stream).clone()),
            Self::Stream(stream) => {
                let mut header = stream.dict.clone();
                header.set("Filter", "FlateDecode");
                Ok(Stream::new(header, deflater.deflated(&stream.content)?))
            }
        }
    }
}

/// An object stream.
fn pack(objects: &[(u32, Packed)], deflater: &mut Deflater) -> lopdf::Result<Stream> {
    let (mut starts, mut written) = (Vec::new(), Vec::new());
    for (id, object) in objects {
        put(&mut starts, format_args!("{id} {} ", written.len()));
        match object {
            Packed::Object(object) => write_object(&mut written, object),
            Packed::Written(bytes) => written.extend(*bytes),
        }
        written.push(b' ');
    }
    let header = dictionary! {
        "Type" => "ObjStm",
        "N" => objects.len() as i64,
        "First" => starts.len() as i64,
        "Filter" => "FlateDecode",
    };
    starts.append(&mut written);
    Ok(Stream::new(header, deflater.deflated(&starts)?))
}

/// The stream that says where each object up to the last one stands, itself among them, and holds the trailer.
fn cross_references(trailer: &Dictionary, places: &BTreeMap<u32, Place>, last: u32) -> lopdf::Result<Stream> {
    let mut entries = Vec::new();
    for id in 0..=last {
        let (kind, first, second) = match places.get(&id) {
            Some(Place::Byte(at)) => (1, *at as u32, 0),
            Some(Place::Packed(container, at)) => (2, *container, *at as u16),
            // Free, for ever.
            None => (0, 0, u16::MAX),
        };
        entries.push(kind);
        entries.extend(first.to_be_bytes());
        entries.extend(second.to_be_bytes());
    }
    let mut header = trailer.clone();
    header.set("Type", "XRef");
    header.set("Size", i64::from(last) + 1);
    header.set("W", vec![1.into(), 4.into(), 2.into()]);
    header.set("Filter", "FlateDecode");
    Ok(Stream::new(header, Deflater::new().deflated(&entries)?))
}

fn write_indirect(bytes: &mut Vec<u8>, id: ObjectId, object: &Object) {
    put(bytes, format_args!("{} {} obj\n", id.0, id.1));
    write_object(bytes, object);
    bytes.extend(b"\nendobj\n");
}

/// An object as it stands in the file.
pub(super) fn write_object(bytes: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => bytes.extend(b"null"),
        Object::Boolean(true) => bytes.extend(b"true"),
        Object::Boolean(false) => bytes.extend(b"false"),
        Object::Integer(number) => put(bytes, format_args!("{number}")),
        Object::Real(number) => write_number(bytes, *number),
        Object::Name(name) => write_name(bytes, name),
        Object::String(text, StringFormat::Literal) => write_literal(bytes, text),
        Object::String(text, StringFormat::Hexadecimal) => {
            bytes.push(b'<');
            text.iter().for_each(|byte| super::content::write_hexadecimal(bytes, *byte));
            bytes.push(b'>');
        }
        Object::Array(items) => {
            bytes.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    separate(bytes, item);
                }
                write_object(bytes, item);
            }
            bytes.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(bytes, dictionary),
        Object::Stream(stream) => {
            write_dictionary(bytes, &stream.dict);
            bytes.extend(b"stream\n");
            bytes.extend(&stream.content);
            bytes.extend(b"\nendstream");
        }
        Object::Reference((id, generation)) => put(bytes, format_args!("{id} {generation} R")),
    }
}

fn write_dictionary(bytes: &mut Vec<u8>, dictionary: &Dictionary) {
    bytes.extend(b"<<");
    for (key, value) in dictionary {
        write_name(bytes, key);
        separate(bytes, value);
        write_object(bytes, value);
    }
    bytes.extend(b">>");
}

/// A blank before what no mark of its own begins.
fn separate(bytes: &mut Vec<u8>, next: &Object) {
    let begins_itself = matches!(next, Object::Name(_) | Object::String(..) | Object::Array(_) | Object::Dictionary(_));
    if !begins_itself {
        bytes.push(b' ');
    }
}

fn write_name(bytes: &mut Vec<u8>, name: &[u8]) {
    bytes.push(b'/');
    for byte in name {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(byte) {
            bytes.push(*byte);
        } else {
            bytes.push(b'#');
            super::content::write_hexadecimal(bytes, *byte);
        }
    }
}

fn write_literal(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.push(b'(');
    for byte in text {
        match byte {
            // A bare line end would be read as another one.
            b'\r' => bytes.extend(b"\\r"),
            b'(' | b')' | b'\\' => bytes.extend([b'\\', *byte]),
            _ => bytes.push(*byte),
        }
    }
    bytes.push(b')');
}

/// Text that is to stand in the file as it is.
pub(super) fn put(bytes: &mut Vec<u8>, text: std::fmt::Arguments) {
    bytes.write_fmt(text).expect("memory takes every byte");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_object_reads_back_as_it_was() {
        let mut document = Document::with_version("1.7");
        let literal = |text: &[u8]| Object::String(text.to_vec(), StringFormat::Literal);
        let everything = dictionary! {
            "Nothing" => Object::Null,
            "Flags" => vec![true.into(), false.into()],
            "Numbers" => vec![0.into(), (-7).into(), Object::Real(0.25), Object::Real(-1234.5)],
            "A name (odd)#" => Object::Name(b"with a blank/and more".to_vec()),
            "Texts" => vec![literal(b"plain"), literal(b"(a\\b)) \r\n"), literal(b"")],
            "Bytes" => Object::String(vec![0, 0xfe, 0xff], StringFormat::Hexadecimal),
            "Within" => dictionary! { "Empty" => Vec::<Object>::new() },
        };
        let whole = document.add_object(everything.clone());
        let unused = document.new_object_id();
        let stream = document.add_object(Stream::new(dictionary! { "Kind" => "Bytes" }, b"a\0b\nendstream".to_vec()));
        let others: Vec<_> = (0..5000).map(|number| document.add_object(Object::Integer(number))).collect();
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Whole" => whole, "Stream" => stream });
        document.trailer.set("Root", catalog);

        let mut written = Written::default();
        let [one, other] = [document.new_object_id(), document.new_object_id()];
        written.object(one, |bytes| put(bytes, format_args!("[{} 0 R]", other.0)));
        written.object(other, |bytes| write_object(bytes, &everything.clone().into()));
        let bytes = write(&document, &written, &Threads::new(1)).expect("it can be written");
        assert!(bytes == write(&document, &written, &Threads::new(3)).expect("it can be written"));
        let read = Document::load_mem(&bytes).expect("it can be read");
        assert_eq!(read.get_dictionary(whole).expect("it is there"), &everything);
        let stream = read.get_object(stream).expect("it is there").as_stream().expect("a stream");
        assert_eq!(stream.decompressed_content().expect("it was deflated"), b"a\0b\nendstream");
        assert_eq!(read.get_object(others[4321]).expect("it is there"), &Object::Integer(4321));
        assert!(read.get_object(unused).is_err());
        assert_eq!(read.get_dictionary(other).expect("it is there"), &everything);
        assert!(read.get_object(one).expect("it is there").as_array().is_ok());
    }
}
