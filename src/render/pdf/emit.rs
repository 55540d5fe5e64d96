//! The file: what its pages show and the resources they share.

use super::content::{Code, Content, Paint};
use super::document::{Area, DocModel, Draw, Ink, Part, Pen, Pixels, Rgba, Target, TextRun};
use super::embed::{EmbeddedFace, embed};
use super::points::{Point, point, rings, rounded, rounded_box};
use super::tags::Tags;
use crate::error::{Error, Result};
use crate::font::{Fonts, Glyph};
use crate::logo::Segment;
use crate::threads::Threads;
use printpdf::{
    Actions, BorderArray, Codepoint, ColorArray, Destination, ExtendedGraphicsState, ExtendedGraphicsStateId,
    GradientStop, LinkAnnotation, Mm, Op, PdfDocument, PdfFontHandle, PdfPage, PdfParseErrorSeverity, PdfSaveOptions,
    Pt, Rect, Shading, ShadingGeometry, ShadingId, TextItem,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Width of the white rim around text on lines.
const HALO: f32 = 2.5;

/// The bytes of a document.
pub(super) fn emit(model: &DocModel, fonts: &Fonts, threads: &Threads) -> Result<Vec<u8>> {
    let mut file = PdfDocument::new(&model.properties.title);
    let mut faces = BTreeMap::new();
    for (face, (embedded, font)) in embed(model, fonts, threads)? {
        file.resources.fonts.map.insert(embedded.id.clone(), font);
        faces.insert(face, embedded);
    }
    let mut tags = Tags::new(model);
    let mut shared = Shared { faces, alphas: BTreeSet::new(), shadings: Vec::new(), images: Vec::new() };
    let (width, height) = model.size;
    let mut contents = Vec::new();
    for (at, draws) in model.pages.iter().enumerate() {
        let mut page = PageWriter::new(height, at, &mut shared, &mut tags);
        draws.iter().for_each(|draw| page.draw(draw));
        let (content, mut ops) = page.finish();
        if at == 0 {
            ops.extend(shared.faces.values().flat_map(glyphs_of));
        }
        file.pages.push(PdfPage::new(Mm::from(Pt(width)), Mm::from(Pt(height)), ops));
        contents.push(content);
    }
    for alpha in std::mem::take(&mut shared.alphas) {
        let share = f32::from(alpha) / 1000.0;
        let state = ExtendedGraphicsState::default().with_current_fill_alpha(share).with_current_stroke_alpha(share);
        file.resources.extgstates.map.insert(alpha_id(alpha), state);
    }
    for (at, shading) in std::mem::take(&mut shared.shadings).into_iter().enumerate() {
        file.resources.shadings.map.insert(shading_id(at), shading);
    }
    let mut warnings = Vec::new();
    let written = file.to_lopdf_document(&PdfSaveOptions::default(), &mut warnings);
    if let Some(warning) = warnings.iter().find(|warning| warning.severity == PdfParseErrorSeverity::Error) {
        return Err(Error::new(format!("the PDF could not be written: {}", warning.msg)));
    }
    super::finish::finish(written, model, &tags, contents, &shared.images, threads)
        .map_err(|error| Error::new(format!("the PDF could not be finished: {error}")))
}

/// Operations that tell printpdf the glyphs of a face and their texts; no page shows them.
fn glyphs_of(face: &EmbeddedFace) -> [Op; 4] {
    let codes = face.used().map(|(glyph, text)| Codepoint::with_cid(glyph, 0.0, text.to_owned())).collect();
    [
        Op::StartTextSection,
        Op::SetFont { font: PdfFontHandle::External(face.id.clone()), size: Pt(1.0) },
        Op::ShowText { items: vec![TextItem::GlyphIds(codes)] },
        Op::EndTextSection,
    ]
}

/// What all pages share.
struct Shared {
    /// By the place of their file among the fonts.
    faces: BTreeMap<usize, EmbeddedFace>,
    /// Shares of cover, in thousandths.
    alphas: BTreeSet<u16>,
    shadings: Vec<Shading>,
    images: Vec<Arc<Pixels>>,
}

/// Writes one page.
struct PageWriter<'w, 'm> {
    content: Content,
    links: Vec<Op>,
    height: f32,
    page: usize,
    shared: &'w mut Shared,
    tags: &'w mut Tags<'m>,
    /// What the open marked content belongs to.
    open: Option<Part>,
    state: State,
}

/// What was last set on the page: the same again is not written again.
#[derive(Default)]
struct State {
    fill: Option<Rgba>,
    stroke: Option<Pen>,
    font: Option<(usize, f32)>,
    alpha: Option<u16>,
}

impl<'w, 'm> PageWriter<'w, 'm> {
    fn new(height: f32, page: usize, shared: &'w mut Shared, tags: &'w mut Tags<'m>) -> Self {
        Self {
            content: Content::default(),
            links: Vec::new(),
            height,
            page,
            shared,
            tags,
            open: None,
            state: State::default(),
        }
    }

    /// What the page shows, and its links.
    fn finish(mut self) -> (Vec<u8>, Vec<Op>) {
        self.close();
        (self.content.finish(), self.links)
    }

    fn draw(&mut self, draw: &Draw) {
        if let Ink::Link { area, target, words } = &draw.ink {
            self.link(*area, target, draw.part, words);
            return;
        }
        self.open(draw.part);
        match &draw.ink {
            Ink::Text(run) => {
                if let Part::Element(element) = draw.part {
                    self.tags.text(element, &run.shaped);
                }
                self.text(run);
            }
            Ink::Box { area, radius, fill, stroke } => {
                let points = rounded_box(*area, *radius, self.height);
                self.shape(points, true, *fill, stroke.as_ref());
            }
            Ink::Path { points, closed, fill, stroke } => {
                let points = points.iter().map(|at| point(*at, false, self.height)).collect();
                self.shape(points, *closed, *fill, stroke.as_ref());
            }
            Ink::Outline { segments, even_odd, fill, stroke } => {
                self.outline(segments, *even_odd, *fill, stroke.as_ref());
            }
            Ink::Image { area, pixels } => self.image(*area, pixels),
            Ink::Gradient { area, from, to } => self.gradient(*area, *from, *to),
            Ink::Link { .. } => {}
        }
    }

    /// Begins marked content, unless what is open belongs to the same part.
    fn open(&mut self, part: Part) {
        if self.open == Some(part) {
            return;
        }
        self.close();
        self.open = Some(part);
        match part {
            Part::Artifact => self.content.named("Artifact", "BMC"),
            Part::Element(element) => {
                let mark = self.tags.content(self.page, element);
                self.content.begin_marked(self.tags.role(element).name(), mark);
            }
        }
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.content.operator("EMC");
        }
    }

    fn text(&mut self, run: &TextRun) {
        if run.shaped.glyphs.is_empty() {
            return;
        }
        self.set_alpha(run.colour.alpha);
        self.set_fill(run.colour);
        self.content.operator("BT");
        let (x, y) = (rounded(run.x), rounded(self.height - run.y));
        if run.halo {
            // The rim first, so that it lies below every glyph.
            self.set_stroke(&Pen { colour: super::style::WHITE, width: HALO, dash: Vec::new() });
            self.content.place(x, y);
            self.content.operator("1 Tr");
            self.content.named("Artifact", "BMC");
            self.glyphs(run, false);
            self.content.operator("EMC");
            self.content.operator("0 Tr");
        }
        self.content.place(x, y);
        self.glyphs(run, true);
        self.content.operator("ET");
    }

    /// Shows glyphs from where the text matrix stands. A cluster whose glyphs alone would copy as another text carries
    /// its own.
    fn glyphs(&mut self, run: &TextRun, with_text: bool) {
        let mut owed = 0.0f32;
        let mut pen = 0.0f32;
        let mut plain = Vec::new();
        for cluster in clusters(&run.shaped.glyphs) {
            let font = cluster[0].font;
            if self.state.font != Some((font, run.size)) {
                self.show(&mut plain);
                self.content.font(&self.shared.faces[&font].id.0, run.size);
                self.state.font = Some((font, run.size));
            }
            let face = &self.shared.faces[&font];
            let mut code = |glyph: &Glyph| {
                let number = face.glyph(glyph.id);
                // What a viewer adds, less what is wanted; what rounding leaves over is carried to the next glyph.
                let wanted = (glyph.advance + glyph.kern) * 1000.0 + run.tracking * 1000.0 / run.size;
                let advance = face.advance(number);
                owed += advance as f32 - wanted;
                let offset = if owed.abs() < 1.0 { 0.0 } else { owed.round() };
                owed -= offset;
                Code { glyph: number, advance, offset }
            };
            let told = matches!(cluster, [glyph] if face.text(face.glyph(glyph.id)) == run.shaped.text_of(glyph));
            let shifted = cluster.iter().any(|glyph| glyph.shift != (0.0, 0.0));
            let start = pen;
            pen += cluster.iter().map(|glyph| (glyph.advance + glyph.kern) * run.size + run.tracking).sum::<f32>();
            if (told || !with_text) && !shifted {
                plain.extend(cluster.iter().map(&mut code));
                continue;
            }
            let mut codes: Vec<_> = cluster.iter().map(&mut code).collect();
            self.show(&mut plain);
            if with_text && !told {
                self.content.begin_actual_text(&utf16(run.shaped.text_of(&cluster[0])));
            }
            if shifted {
                self.shifted(run, cluster, codes, start);
                owed = 0.0;
            } else {
                self.show(&mut codes);
            }
            if with_text && !told {
                self.content.operator("EMC");
            }
        }
        self.show(&mut plain);
    }

    /// Shows each glyph of a cluster where it belongs, from `start` on the line, and goes on behind them.
    fn shifted(&mut self, run: &TextRun, cluster: &[Glyph], codes: Vec<Code>, start: f32) {
        let mut pen = run.x + start;
        let height = self.height;
        let place = |content: &mut Content, x: f32, up: f32| content.place(rounded(x), rounded(height - run.y + up));
        for (glyph, code) in cluster.iter().zip(codes) {
            place(&mut self.content, pen + glyph.shift.0 * run.size, glyph.shift.1 * run.size);
            self.content.show(&[Code { offset: 0.0, ..code }]);
            pen += (glyph.advance + glyph.kern) * run.size + run.tracking;
        }
        place(&mut self.content, pen, 0.0);
    }

    fn show(&mut self, codes: &mut Vec<Code>) {
        if !codes.is_empty() {
            self.content.show(codes);
            codes.clear();
        }
    }

    /// A shape of several rings; a ring that is only stroked may stay open.
    fn outline(&mut self, segments: &[Segment], even_odd: bool, fill: Option<Rgba>, stroke: Option<&Pen>) {
        let rings = rings(segments, self.height);
        if rings.is_empty() {
            return;
        }
        if let Some(colour) = fill {
            self.set_alpha(colour.alpha);
            self.set_fill(colour);
            let paint = if even_odd { Paint::FillEvenOdd } else { Paint::Fill };
            self.content.polygon(rings.iter().map(|(points, _)| &points[..]), paint);
        }
        for (points, is_closed) in rings {
            if let Some(pen) = stroke {
                self.set_alpha(pen.colour.alpha);
                self.set_stroke(pen);
                self.content.line(&points, is_closed);
            }
        }
    }

    /// A picture; its dots are put into the file when it is finished.
    fn image(&mut self, area: Area, pixels: &Arc<Pixels>) {
        let id = image_name(self.shared.images.len());
        self.shared.images.push(Arc::clone(pixels));
        self.set_alpha(1.0);
        let corner = [area.width, 0.0, 0.0, area.height, area.x, self.height - area.y - area.height].map(rounded);
        self.content.operator("q");
        self.content.numbers(&corner, "cm");
        self.content.operator("q");
        self.content.numbers(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], "cm");
        self.content.named(&id, "Do");
        self.content.operator("Q");
        self.content.operator("Q");
    }

    fn shape(&mut self, points: Vec<Point>, closed: bool, fill: Option<Rgba>, stroke: Option<&Pen>) {
        if points.len() < 2 || (fill.is_none() && stroke.is_none()) {
            return;
        }
        self.set_alpha(fill.map(|colour| colour.alpha).or(stroke.map(|pen| pen.colour.alpha)).unwrap_or(1.0));
        if let Some(colour) = fill {
            self.set_fill(colour);
        }
        if let Some(pen) = stroke {
            self.set_stroke(pen);
        }
        if !closed && fill.is_none() {
            self.content.line(&points, false);
            return;
        }
        let paint = match (fill, stroke) {
            (Some(_), Some(_)) => Paint::FillStroke,
            (Some(_), None) => Paint::Fill,
            (None, _) => Paint::Stroke,
        };
        self.content.polygon([&points[..]], paint);
    }

    fn gradient(&mut self, area: Area, from: Rgba, to: Rgba) {
        let stop = |offset: f32, colour: Rgba| {
            let share = |channel: u8| rounded(f32::from(channel) / 255.0);
            GradientStop { offset, color: [share(colour.red), share(colour.green), share(colour.blue)] }
        };
        let (top, bottom) = (self.height - area.y, self.height - area.y - area.height);
        let coords = [area.x, top, area.x + area.width, bottom].map(rounded);
        let id = shading_id(self.shared.shadings.len());
        self.shared.shadings.push(Shading {
            geometry: ShadingGeometry::Axial { coords },
            stops: vec![stop(0.0, from), stop(1.0, to)],
            extend: (true, true),
        });
        let points = rounded_box(area, 0.0, self.height);
        self.content.operator("q");
        self.content.polygon([&points[..]], Paint::Clip);
        self.content.named(&id.0, "sh");
        self.content.operator("Q");
    }

    fn link(&mut self, area: Area, target: &Target, part: Part, words: &str) {
        let actions = match target {
            Target::Address(address) => Actions::uri(address.clone()),
            // A little above the heading; pages count from 1 here.
            Target::Place(page, y) => {
                let top = Some(rounded(self.height - (y - 12.0).max(0.0)));
                Actions::go_to(Destination::Xyz { page: page + 1, left: Some(0.0), top, zoom: None })
            }
            Target::Id(_) => return,
        };
        let rect = Rect {
            x: Pt(rounded(area.x)),
            y: Pt(rounded(self.height - area.y - area.height)),
            width: Pt(rounded(area.width)),
            height: Pt(rounded(area.height)),
            mode: None,
            winding_order: None,
        };
        let (border, colour) = (Some(BorderArray::Solid([0.0; 3])), Some(ColorArray::Transparent));
        self.links.push(Op::LinkAnnotation { link: LinkAnnotation::new(rect, actions, border, colour, None) });
        self.tags.link(self.page, part, words);
    }

    fn set_alpha(&mut self, alpha: f32) {
        let thousandths = (alpha.clamp(0.0, 1.0) * 1000.0).round() as u16;
        if self.state.alpha.unwrap_or(1000) != thousandths {
            self.shared.alphas.insert(thousandths);
            self.content.named(&alpha_id(thousandths).0, "gs");
            self.state.alpha = Some(thousandths);
        }
    }

    fn set_fill(&mut self, colour: Rgba) {
        let colour = colour.alpha(1.0);
        if self.state.fill != Some(colour) {
            self.content.colour(colour, "rg");
            self.state.fill = Some(colour);
        }
    }

    fn set_stroke(&mut self, pen: &Pen) {
        let pen = Pen { colour: pen.colour.alpha(1.0), ..pen.clone() };
        let old = self.state.stroke.take();
        if old.as_ref().map(|old| old.colour) != Some(pen.colour) {
            self.content.colour(pen.colour, "RG");
        }
        if old.as_ref().map(|old| old.width) != Some(pen.width) {
            self.content.numbers(&[rounded(pen.width)], "w");
        }
        if old.is_none() {
            // Round joins.
            self.content.operator("1 j");
        }
        if old.as_ref().map(|old| &old.dash) != Some(&pen.dash) {
            // Round ends, but for dashes.
            self.content.operator(if pen.dash.is_empty() { "1 J" } else { "0 J" });
            self.content.dash(&pen.dash);
        }
        self.state.stroke = Some(pen);
    }
}

/// Glyphs that stand for one piece of text: the first one tells it.
fn clusters(glyphs: &[Glyph]) -> impl Iterator<Item = &[Glyph]> {
    glyphs.chunk_by(|one, next| next.text.is_empty() && next.font == one.font)
}

/// Text as UTF-16 with its byte order mark.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

/// Name of a picture among the file's resources.
pub(super) fn image_name(at: usize) -> String {
    format!("image{at}")
}

fn alpha_id(thousandths: u16) -> ExtendedGraphicsStateId {
    ExtendedGraphicsStateId(format!("alpha{thousandths}"))
}

fn shading_id(at: usize) -> ShadingId {
    ShadingId(format!("shade{at}"))
}
