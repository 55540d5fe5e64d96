//! The structure tree: what is a heading, a cell, a figure, and in which order it is read.

use super::document::{DocModel, Element, ElementId, Part, Role};
use crate::font::Shaped;
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

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

    /// Writes the tree into the file; returns its root.
    pub fn write(&self, file: &mut Document, pages: &[ObjectId]) -> lopdf::Result<ObjectId> {
        let root = file.new_object_id();
        let document = file.new_object_id();
        let ids: Vec<_> = self.elements.iter().map(|_| file.new_object_id()).collect();
        let annotations = self.annotations(file, pages)?;
        for (at, element) in self.elements.iter().enumerate().filter(|(at, _)| self.attached[*at]) {
            let parent = element.parent.map_or(document, |parent| ids[parent]);
            let kids = self.kids(at, pages, &ids, &annotations);
            file.set_object(ids[at], self.element(at, element, parent, kids, pages));
        }
        let top = self.top.iter().map(|element| Object::Reference(ids[*element])).collect();
        file.set_object(
            document,
            dictionary! { "Type" => "StructElem", "S" => "Document", "P" => root, "K" => Object::Array(top) },
        );
        let (numbers, next) = self.parent_tree(file, pages, &ids, &annotations)?;
        file.set_object(
            root,
            dictionary! {
                "Type" => "StructTreeRoot",
                "K" => vec![document.into()],
                "ParentTree" => dictionary! { "Nums" => numbers },
                "ParentTreeNextKey" => next,
            },
        );
        Ok(root)
    }

    fn element(
        &self,
        at: ElementId,
        element: &Element,
        parent: ObjectId,
        kids: Vec<Object>,
        pages: &[ObjectId],
    ) -> Dictionary {
        let mut written = dictionary! { "Type" => "StructElem", "S" => element.role.name(), "P" => parent, "K" => Object::Array(kids) };
        if let Some(page) = self.first_page(at) {
            written.set("Pg", pages[page]);
        }
        if let Some(alternative) = &element.alternative {
            written.set("Alt", super::finish::text(alternative));
        }
        let (words, turned) = &self.words[at];
        let has_only_words = self.kids[at].iter().all(|kid| matches!(kid, Kid::Content { .. }));
        if *turned && has_only_words && element.alternative.is_none() {
            written.set("ActualText", super::finish::text(words.trim_end()));
        }
        let mut attributes = dictionary! { "O" => "Table" };
        match element.role {
            Role::ColumnHeading => attributes.set("Scope", "Column"),
            Role::RowHeading => attributes.set("Scope", "Row"),
            _ => {}
        }
        if element.columns > 1 {
            attributes.set("ColSpan", element.columns as i64);
        }
        if attributes.len() > 1 {
            written.set("A", attributes);
        }
        written
    }

    fn kids(
        &self,
        element: ElementId,
        pages: &[ObjectId],
        ids: &[ObjectId],
        annotations: &[Vec<ObjectId>],
    ) -> Vec<Object> {
        let home = self.first_page(element);
        let kid = |kid: &Kid| match *kid {
            Kid::Content { page, mark } if Some(page) == home => Object::Integer(mark as i64),
            Kid::Content { page, mark } => {
                dictionary! { "Type" => "MCR", "Pg" => pages[page], "MCID" => mark as i64 }.into()
            }
            Kid::Element(element) => ids[element].into(),
            Kid::Annotation { page, at } => {
                dictionary! { "Type" => "OBJR", "Pg" => pages[page], "Obj" => annotations[page][at] }.into()
            }
        };
        self.kids[element].iter().map(kid).collect()
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
                annotation.set("Contents", super::finish::text(words));
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
    fn parent_tree(
        &self,
        file: &mut Document,
        pages: &[ObjectId],
        ids: &[ObjectId],
        annotations: &[Vec<ObjectId>],
    ) -> lopdf::Result<(Vec<Object>, i64)> {
        let mut numbers = Vec::new();
        let mut key = 0;
        for (page, marks) in pages.iter().zip(&self.marks) {
            let elements: Vec<Object> = marks.iter().map(|element| ids[*element].into()).collect();
            numbers.extend([Object::Integer(key), elements.into()]);
            let page = file.get_dictionary_mut(*page)?;
            page.set("StructParents", key);
            page.set("Tabs", "S");
            key += 1;
        }
        for (annotations, links) in annotations.iter().zip(&self.links) {
            for (annotation, (element, _)) in annotations.iter().zip(links) {
                let Some(element) = element else { continue };
                numbers.extend([Object::Integer(key), ids[*element].into()]);
                file.get_dictionary_mut(*annotation)?.set("StructParent", key);
                key += 1;
            }
        }
        Ok((numbers, key))
    }
}
