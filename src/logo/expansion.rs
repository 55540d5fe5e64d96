//! How much an SVG has once all references in it are followed: symbols of symbols, patterns of patterns, clips within clips. A few
//! hundred bytes can ask for more than any machine holds, so that is counted before anything is drawn.

use crate::limits::MOST_LOGO_PARTS;
use std::collections::HashMap;
use usvg::roxmltree::{Document, Node, NodeId, ParsingOptions};

/// Elements and references within each other, at most: no picture needs more, and none may fill the stack.
const DEEPEST: usize = 500;

/// Bytes of an outline that weigh as much as an element.
const OUTLINE_BYTES: usize = 64;

/// Bytes of an outline that a point of it has, at least: a marker stands at each.
const POINT_BYTES: usize = 4;

/// What entities may grow to.
const MOST_ENTITY_BYTES: usize = 64 << 20;

/// Properties that hold for all that stands within an element.
const INHERITED: [&str; 6] = ["fill", "stroke", "marker", "marker-start", "marker-mid", "marker-end"];

/// Parses an SVG. Errors: it is none, as a clause; it has more parts than [`MOST_LOGO_PARTS`], which is none.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Option<String>> {
    if entity_bytes(text) > MOST_ENTITY_BYTES {
        return Err(None);
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: 4 * MOST_LOGO_PARTS as u32, ..Default::default() };
    let document = Document::parse_with_options(text, options).map_err(|why| Some(why.to_string()))?;
    match Expansion::of(&document).parts(document.root_element(), 0.0) <= MOST_LOGO_PARTS as f64 {
        true => Ok(document),
        false => Err(None),
    }
}

/// What the entities of a text grow to, at most: the parser follows up to 255 within each.
fn entity_bytes(text: &str) -> usize {
    let Some(declared) = text.find("<!ENTITY").map(|at| text[at..].find("]>").unwrap_or(text.len() - at)) else {
        return 0;
    };
    let plain = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"];
    let uses = text.match_indices('&').filter(|(at, _)| !plain.iter().any(|plain| text[*at..].starts_with(plain)));
    uses.count().saturating_mul(255).saturating_mul(declared)
}

/// A rule of a style sheet that refers to something: for whom, and to what by which property.
struct Rule<'d> {
    selectors: &'d str,
    references: Vec<(&'d str, &'d str)>,
}

struct Expansion<'d> {
    by_id: HashMap<&'d str, Node<'d, 'd>>,
    rules: Vec<Rule<'d>>,
    known: HashMap<NodeId, f64>,
    depth: usize,
}

impl<'d> Expansion<'d> {
    fn of(document: &'d Document<'d>) -> Self {
        let elements = || document.descendants().filter(Node::is_element);
        let styles = elements().filter(|node| node.tag_name().name() == "style");
        Self {
            by_id: elements().filter_map(|node| Some((node.attribute("id")?, node))).collect(),
            rules: styles.filter_map(|node| node.text()).flat_map(rules).collect(),
            known: HashMap::new(),
            depth: 0,
        }
    }

    /// The parts of an element, of all within it, and of all that these refer to. `painted` is what the paints and markers around it
    /// have, which every shape repeats.
    fn parts(&mut self, node: Node<'d, 'd>, mut painted: f64) -> f64 {
        self.depth += 1;
        if self.depth > DEEPEST {
            return f64::INFINITY;
        }
        let mut parts = 1.0;
        for (property, id) in self.references(node) {
            let target = self.target(id);
            match INHERITED.contains(&property) {
                true => painted += target,
                false => parts += target * (1.0 + painted),
            }
        }
        let outline = ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(str::len).sum::<usize>();
        parts += painted * (1 + outline / POINT_BYTES) as f64 + (outline / OUTLINE_BYTES) as f64;
        for child in node.children().filter(Node::is_element) {
            parts += self.parts(child, painted);
        }
        self.depth -= 1;
        parts
    }

    /// The parts of what an id stands for. A gradient, which refers to nothing but gradients, is part of the shape.
    fn target(&mut self, id: &str) -> f64 {
        let Some(node) = self.by_id.get(id).copied() else { return 0.0 };
        if node.tag_name().name().ends_with("Gradient") {
            return 0.0;
        }
        if let Some(known) = self.known.get(&node.id()) {
            return *known;
        }
        // A circle is not followed.
        self.known.insert(node.id(), 0.0);
        let parts = self.parts(node, 0.0);
        self.known.insert(node.id(), parts);
        parts
    }

    /// What an element refers to, by which property.
    fn references(&self, node: Node<'d, 'd>) -> Vec<(&'d str, &'d str)> {
        let mut found = Vec::new();
        for attribute in node.attributes() {
            match attribute.name() {
                "href" => found.extend(attribute.value().trim().strip_prefix('#').map(|id| ("href", id))),
                "style" => found.extend(declared(attribute.value())),
                name => found.extend(targets(attribute.value()).map(|id| (name, id))),
            }
        }
        let rules = self.rules.iter().filter(|rule| rule.selectors.split(',').any(|one| may_select(one, node)));
        found.extend(rules.flat_map(|rule| rule.references.iter().copied()));
        found
    }
}

/// The rules of a style sheet that refer to something.
fn rules(sheet: &str) -> impl Iterator<Item = Rule<'_>> {
    sheet.split('}').filter_map(|rule| {
        let (selectors, declarations) = rule.rsplit_once('{')?;
        let references: Vec<_> = declared(declarations).collect();
        let selectors = selectors.rsplit(['{', ';', '/']).next().unwrap_or_default();
        (!references.is_empty()).then_some(Rule { selectors, references })
    })
}

/// What declarations refer to, by property.
fn declared(declarations: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = declarations.split(';').filter_map(|declaration| declaration.split_once(':'));
    pairs.flat_map(|(property, value)| targets(value).map(move |id| (property.trim(), id)))
}

/// The ids in `url(#id)`, `url('#id')`.
fn targets(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).filter_map(|rest| {
        let id = rest.split(')').next()?.trim().trim_matches(['"', '\'']);
        id.trim().strip_prefix('#')
    })
}

/// Whether a selector can mean an element, going by its last part alone: what stands before that only means fewer.
fn may_select(selector: &str, node: Node) -> bool {
    let last = selector.split([' ', '\n', '\t', '\r', '>', '+', '~']).rfind(|part| !part.is_empty());
    let plain = last.unwrap_or_default().split([':', '[']).next().unwrap_or_default();
    let classes = node.attribute("class").unwrap_or_default();
    let mut start = 0;
    let ends = plain.match_indices(['.', '#']).map(|(at, _)| at).chain([plain.len()]);
    let mut pieces = ends.map(|end| &plain[std::mem::replace(&mut start, end)..end]);
    pieces.all(|piece| match (piece.strip_prefix('.'), piece.strip_prefix('#')) {
        (Some(class), _) => classes.split_whitespace().any(|own| own == class),
        (_, Some(id)) => node.attribute("id") == Some(id),
        _ => piece.is_empty() || piece == "*" || piece == node.tag_name().name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "<path d=\"M0 0H10V5Z\"/>";

    /// Elements of a kind, each with shapes that refer to the one before, and a shape that refers to the last.
    fn chain(kind: &str, levels: usize, reference: impl Fn(usize) -> String) -> String {
        let mut text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><{kind} id=\"a0\">{PATH}</{kind}>");
        for level in 1..levels {
            let shape = format!("<path d=\"M0 0L1 1L2 2\" {}/>", reference(level - 1));
            text += &format!("<{kind} id=\"a{level}\">{}</{kind}>", shape.repeat(8));
        }
        text + &format!("<path d=\"M0 0L1 1L2 2\" {}/></svg>", reference(levels - 1))
    }

    fn is_too_much(text: &str) -> bool {
        matches!(parse(text), Err(None))
    }

    #[test]
    fn references_within_references_are_counted_as_often_as_they_are_followed() {
        let by = |property: &'static str| move |level: usize| format!("{property}=\"url(#a{level})\"");
        for (kind, property) in
            [("clipPath", "clip-path"), ("mask", "mask"), ("pattern", "fill"), ("marker", "marker-mid")]
        {
            assert!(!is_too_much(&chain(kind, 3, by(property))), "{kind}");
            assert!(is_too_much(&chain(kind, 12, by(property))), "{kind}");
        }
        let in_style = chain("pattern", 12, |level| format!("style=\"stroke: url('#a{level}')\""));
        let rules: String =
            (0..12).map(|level| format!("g > path.b{level}:hover {{ fill: url(#a{level}) }}\n")).collect();
        let by_rule = chain("pattern", 12, |level| format!("class=\"x b{level}\""));
        let by_rule = by_rule.replacen('>', &format!("><style>/* x */{rules}</style>"), 1);
        assert!(is_too_much(&in_style) && is_too_much(&by_rule));
        let symbols = chain("g", 12, |_| String::new()).replace("<path d=\"M0 0L1 1L2 2\" />", "<use href=\"#a0\"/>");
        assert!(!is_too_much(&symbols));
    }

    #[test]
    fn a_marker_stands_at_every_point() {
        let long = |points: usize| "L1 1".repeat(points);
        let text = |within: usize, along: usize| {
            let (within, along) = (long(within), long(along));
            format!(
                "<svg><marker id=\"m\"><path d=\"M0 0{within}\"/></marker><path d=\"M0 0{along}\" marker-mid=\"url(#m)\"/></svg>"
            )
        };
        assert!(!is_too_much(&text(20, 200)) && is_too_much(&text(2000, 20_000)));
    }

    #[test]
    fn entities_and_depth_have_bounds_and_circles_are_not_followed() {
        let entity = |uses: usize| {
            let all = "&a;".repeat(uses);
            format!("<!DOCTYPE svg [<!ENTITY a \"{}\">]><svg>{all}</svg>", PATH.repeat(200))
        };
        assert!(!is_too_much(&entity(10)) && is_too_much(&entity(1000)));
        assert!(is_too_much(&format!("<svg>{}{}</svg>", "<g>".repeat(600), "</g>".repeat(600))));
        assert!(!is_too_much("<svg><g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#a\"/></g></svg>"));
        assert!(matches!(parse("<svg>"), Err(Some(_))));
    }
}
