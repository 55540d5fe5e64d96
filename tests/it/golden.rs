//! How pages and charts look, against small pictures of them that someone has looked at.
//!
//! A change in looks fails here until it is approved: `GRISTMILL_GOLDEN=update cargo test --test it golden` writes the
//! pictures anew, and the pictures are part of the change. A failure names each picture and the share of it that
//! differs, and leaves what was drawn and where it differs below `target/tmp/golden`.

use crate::run::{RUNS, bundled, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Width of a chart's picture, pixels.
const CHART: usize = 480;
/// Dots an inch of a page's picture.
const PAGE: &str = "40";
/// How far a channel of a pixel may be off: the palette's coarsest step, and what another rasteriser does at edges.
const CLOSE: u8 = 72;
/// Share of a picture's pixels that may be further off. Charts are drawn by Gristmill itself and are the same everywhere;
/// pages are drawn by whichever poppler is installed.
const CHART_TOLERANCE: f64 = 0.002;
const PAGE_TOLERANCE: f64 = 0.015;

/// Rows of red, green and blue.
struct Image {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Image {
    fn read_png(path: &Path) -> Self {
        let mut decoder = png::Decoder::new(fs::File::open(path).unwrap());
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size()];
        let frame = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(frame.color_type, png::ColorType::Rgb, "{}", path.display());
        bytes.truncate(frame.buffer_size());
        Self { width: frame.width as usize, pixels: triples(&bytes) }
    }

    /// A binary pixmap as poppler writes it: `P6`, width, height, 255, then the pixels.
    fn read_pixmap(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let fields: Vec<&[u8]> = bytes.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
        assert_eq!(fields[0], b"P6", "{}", path.display());
        let width = std::str::from_utf8(fields[1]).unwrap().parse().unwrap();
        // Behind the height stands the largest value, then one blank.
        let body = fields[3].splitn(2, |byte| byte.is_ascii_whitespace()).nth(1).unwrap();
        Self { width, pixels: triples(body) }
    }

    fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    /// As wide as that; each pixel is the mean of those it covers.
    fn shrunk(&self, width: usize) -> Self {
        let height = (self.height() * width).div_ceil(self.width);
        let range = |at: usize, of: usize, to: usize| (at * of / to)..((at + 1) * of).div_ceil(to).min(of);
        let pixel = |x: usize, y: usize| {
            let mut sums = [0_usize; 3];
            let (across, down) = (range(x, self.width, width), range(y, self.height(), height));
            let count = across.len() * down.len();
            for row in down {
                for column in across.clone() {
                    for (sum, channel) in sums.iter_mut().zip(self.pixels[row * self.width + column]) {
                        *sum += usize::from(channel);
                    }
                }
            }
            sums.map(|sum| (sum / count) as u8)
        };
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        Self { width, pixels }
    }

    /// A file with a palette of 256 colours: three bits of red and green, two of blue.
    fn write(&self, path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = fs::File::create(path).unwrap();
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height() as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_compression(png::Compression::Best);
        let palette: Vec<u8> = (0..=255_u8).flat_map(shade).collect();
        encoder.set_palette(palette);
        let indices: Vec<u8> = self.pixels.iter().map(|pixel| index(*pixel)).collect();
        encoder.write_header().unwrap().write_image_data(&indices).unwrap();
    }

    /// The share of pixels that are not close, and a picture in which they are red and the rest is pale.
    fn difference(&self, approved: &Image) -> (f64, Image) {
        if (self.width, self.height()) != (approved.width, approved.height()) {
            return (1.0, Image { width: self.width, pixels: self.pixels.clone() });
        }
        let is_close = |a: &[u8; 3], b: &[u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= CLOSE);
        let off: Vec<bool> = self.pixels.iter().zip(&approved.pixels).map(|(a, b)| !is_close(a, b)).collect();
        let share = off.iter().filter(|off| **off).count() as f64 / off.len() as f64;
        let pale = |pixel: &[u8; 3]| pixel.map(|channel| 191 + channel / 4);
        let red = [0xc0, 0, 0];
        let pixels = self.pixels.iter().zip(off).map(|(pixel, off)| if off { red } else { pale(pixel) }).collect();
        (share, Image { width: self.width, pixels })
    }
}

fn triples(bytes: &[u8]) -> Vec<[u8; 3]> {
    bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

fn index([red, green, blue]: [u8; 3]) -> u8 {
    let bits = |channel: u8, most: u32| ((u32::from(channel) * most + 127) / 255) as u8;
    (bits(red, 7) << 5) | (bits(green, 7) << 2) | bits(blue, 3)
}

fn shade(index: u8) -> [u8; 3] {
    let full = |bits: u8, most: u32| (u32::from(bits) * 255 / most) as u8;
    [full(index >> 5, 7), full((index >> 2) & 7, 7), full(index & 3, 3)]
}

/// Every file of a folder with an extension, ordered.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|own| own == extension)).collect();
    found.sort();
    found
}

/// The pictures of a run's report: name, picture and tolerance.
fn pictures(run: &str) -> Vec<(String, Image, f64)> {
    let out = tempfile::tempdir().unwrap();
    let report = Command::new(env!("CARGO_BIN_EXE_gristmill"))
        .args(["report", "--format", "pdf,charts", "--chart-format", "png", "-o"])
        .args([out.path(), &bundled(run)])
        .output()
        .unwrap();
    assert!(report.status.success(), "{}", String::from_utf8_lossy(&report.stderr));
    let pages = Command::new("pdftoppm")
        .args(["-r", PAGE])
        .args([out.path().join("report.pdf"), out.path().join("page")])
        .status()
        .expect("pdftoppm, which tests/run installs");
    assert!(pages.success());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let charts = files(&out.path().join("charts"), "png").into_iter();
    let charts = charts.map(|path| (stem(&path), Image::read_png(&path).shrunk(CHART), CHART_TOLERANCE));
    let pages = files(out.path(), "ppm").into_iter();
    charts.chain(pages.map(|path| (stem(&path), Image::read_pixmap(&path), PAGE_TOLERANCE))).collect()
}

#[test]
fn golden_pages_and_charts_look_as_they_were_approved() {
    let update = std::env::var_os("GRISTMILL_GOLDEN").is_some_and(|value| value == "update");
    let shown = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    let mut problems = Vec::new();
    for run in RUNS {
        let folder = root().join("tests/golden").join(run);
        let pictures = pictures(run);
        assert!(pictures.len() > 20, "a report has pages and charts");
        if update && folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        let names: BTreeSet<String> = pictures.iter().map(|(name, ..)| format!("{name}.png")).collect();
        for gone in files(&folder, "png").iter().filter_map(|path| path.file_name()?.to_str()) {
            if !names.contains(gone) {
                problems.push(format!("{run}/{gone}: approved, and no longer drawn"));
            }
        }
        for (name, picture, tolerance) in pictures {
            let approved = folder.join(format!("{name}.png"));
            if update {
                picture.write(&approved);
                continue;
            }
            let leave =
                |kind: &str, picture: &Image| picture.write(&shown.join(run).join(format!("{name}.{kind}.png")));
            if !approved.exists() {
                leave("actual", &picture);
                problems.push(format!("{run}/{name}.png: new, and not approved"));
                continue;
            }
            let (share, difference) = picture.difference(&Image::read_png(&approved));
            if share > tolerance {
                leave("actual", &picture);
                leave("difference", &difference);
                let (share, tolerance) = (100.0 * share, 100.0 * tolerance);
                problems.push(format!("{run}/{name}.png: {share:.2}% of it differs, more than {tolerance}%"));
            }
        }
    }
    assert!(
        problems.is_empty(),
        "{}\nwhat was drawn and where it differs: {}\nto approve it: GRISTMILL_GOLDEN=update cargo test --test it golden",
        problems.join("\n"),
        shown.display()
    );
}

#[test]
fn golden_pictures_differ_where_a_pixel_is_far_off_and_not_by_their_palette() {
    let grey = |value: u8| [value; 3];
    let picture = Image { width: 4, pixels: (0..16).map(|at| grey(at * 16)).collect() };
    let kept = Image { width: 4, pixels: picture.pixels.iter().map(|pixel| shade(index(*pixel))).collect() };
    assert_eq!(picture.difference(&kept).0, 0.0, "the palette is no difference");
    let mut other = kept;
    other.pixels[5] = grey(255);
    let (share, shown) = picture.difference(&other);
    assert_eq!((share, shown.pixels[5]), (1.0 / 16.0, [0xc0, 0, 0]));
    let half = picture.shrunk(2);
    assert_eq!((half.width, half.height(), half.pixels[0]), (2, 2, grey(40)));
}
