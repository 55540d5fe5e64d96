//! The structure tree: what is a heading, a cell, a figure, and in which order it is read.

use super::document::{DocModel, Element, ElementId, Part, Role};
use super::file::{Written, put, write_object};
use super::finish::text;
use crate::font::Shaped;
use lopdf::{Document, Object, ObjectId};

/// A child of an element.
#[derive(Debug, Clone, Copy)]
enum Kid {
    /// A stretch of a page's content stream.
    Content {
        page: usize,
        mark: usize,
    },
    Element(ElementId),
    Annotation {
        page: usize,
        at: usize,
    },
}

/// What was written of each element, gathered while pages are written.
pub(super) struct Tags<'m> {
    elements: &'m [Element],
    kids: Vec<Vec<Kid>>,
    attached: Vec<bool>,
    /// For each element, its words as they are read, and whether they stand in another order: viewers expect glyphs in the
    /// order in which they stand, and turn names that run from right to left round when they copy them.
    words: Vec<(String, bool)>,
    /// Children of the document itself.
    top: Vec<ElementId>,
    /// For each page, the element of each of its marks.
    marks: Vec<Vec<ElementId>>,
    /// For each page, the element and words of each of its annotations.
    links: Vec<Vec<(Option<ElementId>, String)>>,
}

impl<'m> Tags<'m> {
    /// Of a document whose pages are still to be written.
    pub fn new(model: &'m DocModel) -> Self {
        let (elements, pages) = (&model.elements.0, model.pages.len());
        Self {
            elements,
            kids: vec![Vec::new(); elements.len()],
            attached: vec![false; elements.len()],
            words: vec![(String::new(), false); elements.len()],
            top: Vec::new(),
            marks: vec![Vec::new(); pages],
            links: vec![Vec::new(); pages],
        }
    }

    /// What an element is.
    pub fn role(&self, element: ElementId) -> Role {
        self.elements[element].role
    }

    /// Notes that content of an element follows on a page; returns the content's number there.
    pub fn content(&mut self, page: usize, element: ElementId) -> usize {
        let mark = self.marks[page].len();
        self.marks[page].push(element);
        self.attach(element);
        self.kids[element].push(Kid::Content { page, mark });
        mark
    }

    /// Notes words of an element.
    pub fn text(&mut self, element: ElementId, words: &Shaped) {
        let (known, turned) = &mut self.words[element];
        if words.turned.is_empty() {
            known.push_str(&words.text);
        } else {
            known.push_str(&words.as_read());
            *turned = true;
        }
    }

    /// Notes the next annotation of a page.
    pub fn link(&mut self, page: usize, part: Part, words: &str) {
        let at = self.links[page].len();
        let element = match part {
            Part::Element(element) => {
                self.attach(element);
                self.kids[element].push(Kid::Annotation { page, at });
                Some(element)
            }
            Part::Artifact => None,
        };
        self.links[page].push((element, words.to_owned()));
    }

    /// Makes an element a child of its parent when its first content appears: reading order is order of appearance.
    fn attach(&mut self, element: ElementId) {
        if std::mem::replace(&mut self.attached[element], true) {
            return;
        }
        match self.elements[element].parent {
            Some(parent) => {
                self.attach(parent);
                self.kids[parent].push(Kid::Element(element));
            }
            None => self.top.push(element),
        }
    }

    /// Writes the tree; returns its root.
    pub fn write(&self, file: &mut Document, written: &mut Written, pages: &[ObjectId]) -> lopdf::Result<ObjectId> {
        let root = file.new_object_id();
        let document = file.new_object_id();
        let ids: Vec<_> = self.elements.iter().map(|_| file.new_object_id()).collect();
        let annotations = self.annotations(file, pages)?;
        let places = Places { pages, ids: &ids, annotations: &annotations };
        for (at, element) in self.elements.iter().enumerate().filter(|(at, _)| self.attached[*at]) {
            let parent = element.parent.map_or(document, |parent| ids[parent]);
            written.object(ids[at], |bytes| self.element(bytes, at, element, parent, &places));
        }
        written.object(document, |bytes| {
            put(bytes, format_args!("<</Type/StructElem/S/Document/P {} 0 R/K[", root.0));
            self.top.iter().for_each(|element| put(bytes, format_args!(" {} 0 R", ids[*element].0)));
            bytes.extend(b"]>>");
        });
        let (numbers, next) = self.parent_tree(file, &places)?;
        written.object(root, |bytes| {
            put(bytes, format_args!("<</Type/StructTreeRoot/K[{} 0 R]/ParentTree<</Nums[", document.0));
            bytes.extend(numbers);
            put(bytes, format_args!("]>>/ParentTreeNextKey {next}>>"));
        });
        Ok(root)
    }

    fn element(&self, bytes: &mut Vec<u8>, at: ElementId, element: &Element, parent: ObjectId, places: &Places) {
        put(bytes, format_args!("<</Type/StructElem/S/{}/P {} 0 R/K[", element.role.name(), parent.0));
        let home = self.first_page(at);
        self.kids[at].iter().for_each(|kid| write_kid(bytes, *kid, home, places));
        bytes.push(b']');
        if let Some(page) = home {
            put(bytes, format_args!("/Pg {} 0 R", places.pages[page].0));
        }
        if let Some(alternative) = &element.alternative {
            bytes.extend(b"/Alt");
            write_object(bytes, &text(alternative));
        }
        let (words, turned) = &self.words[at];
        let has_only_words = self.kids[at].iter().all(|kid| matches!(kid, Kid::Content { .. }));
        if *turned && has_only_words && element.alternative.is_none() {
            bytes.extend(b"/ActualText");
            write_object(bytes, &text(words.trim_end()));
        }
        let scope = match element.role {
            Role::ColumnHeading => "/Scope/Column",
            Role::RowHeading => "/Scope/Row",
            _ => "",
        };
        if !scope.is_empty() || element.columns > 1 {
            put(bytes, format_args!("/A<</O/Table{scope}"));
            if element.columns > 1 {
                put(bytes, format_args!("/ColSpan {}", element.columns));
            }
            bytes.extend(b">>");
        }
        bytes.extend(b">>");
    }

    fn first_page(&self, element: ElementId) -> Option<usize> {
        self.kids[element].iter().find_map(|kid| match kid {
            Kid::Content { page, .. } => Some(*page),
            _ => None,
        })
    }

    /// Makes every annotation an object of its own, with its words; returns them by page.
    fn annotations(&self, file: &mut Document, pages: &[ObjectId]) -> lopdf::Result<Vec<Vec<ObjectId>>> {
        let mut out = Vec::new();
        for (page, links) in pages.iter().zip(&self.links) {
            let written = file.get_dictionary(*page)?.get(b"Annots")?.as_array()?.clone();
            let mut ids = Vec::new();
            for (annotation, (_, words)) in written.into_iter().zip(links) {
                let Object::Dictionary(mut annotation) = annotation else { continue };
                annotation.set("Contents", text(words));
                // Printed, though not visible: what accessibility checkers ask of links.
                annotation.set("F", 4);
                ids.push(file.add_object(annotation));
            }
            let page = file.get_dictionary_mut(*page)?;
            if ids.is_empty() {
                page.remove(b"Annots");
            } else {
                page.set("Annots", ids.iter().map(|id| Object::Reference(*id)).collect::<Vec<_>>());
            }
            out.push(ids);
        }
        Ok(out)
    }

    /// From pages and annotations back to elements; the keys are set on both.
    fn parent_tree(&self, file: &mut Document, places: &Places) -> lopdf::Result<(Vec<u8>, i64)> {
        let mut numbers = Vec::new();
        let mut key = 0;
        let element = |numbers: &mut Vec<u8>, at: ElementId| put(numbers, format_args!(" {} 0 R", places.ids[at].0));
        for (page, marks) in places.pages.iter().zip(&self.marks) {
            put(&mut numbers, format_args!(" {key}["));
            marks.iter().for_each(|mark| element(&mut numbers, *mark));
            numbers.push(b']');
            let page = file.get_dictionary_mut(*page)?;
            page.set("StructParents", key);
            page.set("Tabs", "S");
            key += 1;
        }
        for (annotations, links) in places.annotations.iter().zip(&self.links) {
            for (annotation, (of, _)) in annotations.iter().zip(links) {
                let Some(of) = of else { continue };
                put(&mut numbers, format_args!(" {key}"));
                element(&mut numbers, *of);
                file.get_dictionary_mut(*annotation)?.set("StructParent", key);
                key += 1;
            }
        }
        Ok((numbers, key))
    }
}

/// Numbers of the objects that elements name.
struct Places<'p> {
    pages: &'p [ObjectId],
    /// By element.
    ids: &'p [ObjectId],
    /// By page.
    annotations: &'p [Vec<ObjectId>],
}

/// A child of an element whose first content stands on page `home`.
fn write_kid(bytes: &mut Vec<u8>, kid: Kid, home: Option<usize>, places: &Places) {
    match kid {
        Kid::Content { page, mark } if Some(page) == home => put(bytes, format_args!(" {mark}")),
        Kid::Content { page, mark } => {
            put(bytes, format_args!("<</Type/MCR/Pg {} 0 R/MCID {mark}>>", places.pages[page].0));
        }
        Kid::Element(element) => put(bytes, format_args!(" {} 0 R", places.ids[element].0)),
        Kid::Annotation { page, at } => {
            let (page, annotation) = (places.pages[page].0, places.annotations[page][at].0);
            put(bytes, format_args!("<</Type/OBJR/Pg {page} 0 R/Obj {annotation} 0 R>>"));
        }
    }
}
