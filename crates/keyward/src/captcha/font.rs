//! The ten digits of a TrueType font, as polygons.

use keyward_core::Error;
use read_fonts::tables::glyf::{CurvePoint, Glyph, SimpleGlyph};
use read_fonts::{FontRef, TableProvider as _};

/// The digits of Open Sans Bold, which is under the Apache License 2.0; see
/// `data/captcha/README.md`.
const OWN: &[u8] = include_bytes!("../../data/captcha/digits.ttf");

/// Straight pieces of each curve.
const PIECES: u8 = 6;
/// Points of a digit's outline, at most.
const MAX_POINTS: usize = 4_000;

/// A point in the square of a letter, one unit high, its y going up.
pub(super) type Point = [f32; 2];

/// One digit.
#[derive(Debug)]
pub(super) struct Shape {
    /// Closed outlines.
    pub(super) outlines: Vec<Vec<Point>>,
    /// How far the next one stands.
    pub(super) advance: f32,
}

/// The ten digits.
#[derive(Debug)]
pub(crate) struct Digits(Vec<Shape>);

impl Digits {
    /// Those that are built in.
    pub(crate) fn own() -> Result<Self, Error> {
        Self::read(OWN)
    }

    /// Those of a TrueType font.
    ///
    /// # Errors
    /// It is none, or has no outline of its own for each digit.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let font = FontRef::new(bytes).map_err(|cause| Error::because(WHAT, cause.to_string()))?;
        let shapes: Option<Vec<Shape>> = ('0'..='9').map(|digit| shape(&font, digit)).collect();
        shapes.map(Self).ok_or_else(|| Error::because(WHAT, "it lacks the outline of a digit"))
    }

    /// One of them; anything else is a zero.
    pub(super) fn of(&self, digit: char) -> Option<&Shape> {
        self.0.get(digit.to_digit(10).unwrap_or(0) as usize)
    }
}

const WHAT: &str = "read the font of the captchas";

fn shape(font: &FontRef<'_>, digit: char) -> Option<Shape> {
    let id = font.cmap().ok()?.map_codepoint(digit)?;
    let em = f32::from(font.head().ok()?.units_per_em()).max(1.0);
    let glyph = font.loca(None).ok()?.get_glyf(id, &font.glyf().ok()?).ok()??;
    let Glyph::Simple(glyph) = glyph else { return None };
    let advance = f32::from(font.hmtx().ok()?.advance(id)?) / em;
    let outlines = contours(&glyph)?.iter().map(|points| outline(points, em)).collect();
    Some(Shape { outlines, advance })
}

/// The points of each closed outline.
fn contours(glyph: &SimpleGlyph<'_>) -> Option<Vec<Vec<CurvePoint>>> {
    let all: Vec<CurvePoint> = glyph.points().take(MAX_POINTS).collect();
    let mut start = 0;
    let mut contours = vec![];
    for end in glyph.end_pts_of_contours() {
        let end = usize::from(end.get()) + 1;
        contours.push(all.get(start..end)?.to_vec());
        start = end;
    }
    (!contours.is_empty() && contours.iter().all(|points| points.len() > 2)).then_some(contours)
}

/// Lines along an outline whose curves are quadratic. Between two points off the curve
/// lies one on it (the TrueType reference manual, *Digitizing letterform designs*).
fn outline(points: &[CurvePoint], em: f32) -> Vec<Point> {
    let at = |point: &CurvePoint| [f32::from(point.x) / em, f32::from(point.y) / em];
    let mut full: Vec<(Point, bool)> = vec![];
    for (point, next) in points.iter().zip(points.iter().cycle().skip(1)) {
        full.push((at(point), point.on_curve));
        if !point.on_curve && !next.on_curve {
            full.push((middle(at(point), at(next)), true));
        }
    }
    let first = full.iter().position(|(_, on)| *on).unwrap_or(0);
    full.rotate_left(first);
    let mut lines: Vec<Point> = vec![];
    let mut bend = None;
    for (point, on) in full.iter().chain(full.first()) {
        match (bend, on, lines.last().copied()) {
            (_, false, _) => bend = Some(*point),
            (Some(by), true, Some(from)) => {
                lines.extend((1..=PIECES).map(|n| along(from, by, *point, n)));
                bend = None;
            }
            _ => lines.push(*point),
        }
    }
    lines
}

fn middle(a: Point, b: Point) -> Point {
    [f32::midpoint(a[0], b[0]), f32::midpoint(a[1], b[1])]
}

/// The `n`th point of a quadratic curve.
fn along(from: Point, by: Point, to: Point, n: u8) -> Point {
    let t = f32::from(n) / f32::from(PIECES);
    let mix =
        |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
    [mix(from[0], by[0], to[0]), mix(from[1], by[1], to[1])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_font_has_ten_digits_of_a_sensible_size() {
        let digits = Digits::own().unwrap();
        for digit in '0'..='9' {
            let shape = digits.of(digit).unwrap();
            let points: Vec<Point> = shape.outlines.concat();
            assert!(points.len() > 5 && (0.3..0.9).contains(&shape.advance), "{digit}");
            assert!(points.iter().flatten().all(|at| (-0.3..1.2).contains(at)), "{digit}");
        }
        let rings = |digit| digits.of(digit).unwrap().outlines.len();
        assert_eq!((rings('1'), rings('0'), rings('8')), (1, 2, 3));
    }

    #[test]
    fn what_is_no_font_is_refused() {
        for bytes in [&b""[..], b"\0\x01\0\0", &OWN[..200], &[0xff; 3_000]] {
            Digits::read(bytes).unwrap_err();
        }
    }

    #[test]
    fn a_font_that_was_cut_or_bent_anywhere_does_not_panic() {
        for at in 0..OWN.len() {
            let _ = Digits::read(&OWN[..at]);
            let mut bent = OWN.to_vec();
            bent[at] ^= 0xff;
            let _ = Digits::read(&bent);
        }
    }
}
