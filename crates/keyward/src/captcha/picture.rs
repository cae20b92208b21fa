//! Digits as a picture: turned, bent, crossed out, in a grey PNG.

use std::io::Write as _;

use ab_glyph_rasterizer::{Point as At, Rasterizer, point};
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::font::{Digits, Point};
use super::noise::Noise;

/// Width and height in pixels.
pub(crate) const SIZE: (u32, u32) = (260, 90);

/// Height of a letter's square, in pixels.
const EM: f32 = 58.0;

/// Draws them. The same noise gives the same picture.
pub(crate) fn draw(digits: &str, font: &Digits, seed: [u8; 32]) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let mut raster = Rasterizer::new(SIZE.0 as usize, SIZE.1 as usize);
    let bend = Bend::new(&mut noise);
    let mut left = noise.between(12.0, 20.0);
    for digit in digits.chars() {
        let Some(shape) = font.of(digit) else { continue };
        let turn = Turn::new(left, shape.advance, &mut noise);
        for outline in &shape.outlines {
            let points: Vec<At> = outline.iter().map(|at| bend.apply(turn.apply(*at))).collect();
            polygon(&mut raster, &points);
        }
        left += shape.advance * EM + noise.between(1.0, 6.0);
    }
    for _ in 0..4 {
        stroke(&mut raster, &mut noise);
    }
    png(&pixels(&raster, &mut noise))
}

/// Turns, sizes and places one digit.
struct Turn {
    centre: Point,
    middle: f32,
    size: f32,
    sin: f32,
    cos: f32,
}

impl Turn {
    fn new(left: f32, advance: f32, noise: &mut Noise) -> Self {
        let angle = noise.between(-0.35, 0.35);
        let size = EM * noise.between(0.85, 1.15);
        let centre = [left + advance * EM / 2.0, SIZE.1 as f32 / 2.0 + noise.between(-7.0, 7.0)];
        Self { centre, middle: advance / 2.0, size, sin: angle.sin(), cos: angle.cos() }
    }

    fn apply(&self, at: Point) -> Point {
        // Digits stand about 0.72 high; y goes down in a picture.
        let (x, y) = ((at[0] - self.middle) * self.size, (0.36 - at[1]) * self.size);
        [self.centre[0] + x * self.cos - y * self.sin, self.centre[1] + x * self.sin + y * self.cos]
    }
}

/// Bends everything by two waves.
struct Bend {
    across: [f32; 3],
    down: [f32; 3],
}

impl Bend {
    fn new(noise: &mut Noise) -> Self {
        let mut wave = |high, from, to| [high, noise.between(from, to), noise.between(0.0, 6.3)];
        Self { across: wave(3.0, 12.0, 20.0), down: wave(5.0, 22.0, 36.0) }
    }

    fn apply(&self, at: Point) -> At {
        let wave = |[high, long, shift]: [f32; 3], t: f32| high * (t / long + shift).sin();
        point(at[0] + wave(self.across, at[1]), at[1] + wave(self.down, at[0]))
    }
}

fn polygon(raster: &mut Rasterizer, points: &[At]) {
    for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
        raster.draw_line(*from, *to);
    }
}

/// A curve from edge to edge, where it crosses a digit the digit is cut.
fn stroke(raster: &mut Rasterizer, noise: &mut Noise) {
    let wide = noise.between(1.6, 3.0);
    let (middle, high) = (noise.between(22.0, 68.0), noise.between(6.0, 18.0));
    let (long, shift) = (noise.between(18.0, 45.0), noise.between(0.0, 6.3));
    let at = |x: f32, more: f32| point(x, middle + high * (x / long + shift).sin() + more);
    let steps = (0..=52u8).map(|n| f32::from(n) * 5.0);
    let mut points: Vec<At> = steps.clone().map(|x| at(x, 0.0)).collect();
    points.extend(steps.rev().map(|x| at(x, wide)));
    polygon(raster, &points);
}

/// Ink from 0 to 255, a row after the other.
fn pixels(raster: &Rasterizer, noise: &mut Noise) -> Vec<u8> {
    let mut pixels = vec![255; (SIZE.0 * SIZE.1) as usize];
    raster.for_each_pixel(|at, ink| {
        if let Some(pixel) = pixels.get_mut(at) {
            *pixel = (250.0 - ink.min(1.0) * 215.0) as u8;
        }
    });
    for pixel in &mut pixels {
        // Specks, light on dark and dark on light; black on white stays legible.
        if noise.byte() < 14 {
            *pixel = pixel.wrapping_add(noise.byte() / 2 + 64);
        }
    }
    pixels
}

/// A grey PNG of eight bits (ISO/IEC 15948).
fn png(pixels: &[u8]) -> Vec<u8> {
    let (width, height) = SIZE;
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 0, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &head);
    let mut rows = Vec::with_capacity(pixels.len() + height as usize);
    for row in pixels.chunks(width as usize) {
        // Each row as it is.
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let mut zipped = ZlibEncoder::new(vec![], Compression::fast());
    // Writing to memory cannot fail.
    let done = zipped.write_all(&rows).and_then(|()| zipped.finish());
    chunk(&mut file, b"IDAT", &done.unwrap_or_default());
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(0);
    let body = [kind.as_slice(), data].concat();
    let mut crc = Crc::new();
    crc.update(&body);
    file.extend(length.to_be_bytes());
    file.extend(body);
    file.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(png: &[u8]) -> Vec<u8> {
        use std::io::Read as _;
        let start = png.windows(4).position(|w| w == b"IDAT").unwrap() + 4;
        let mut rows = vec![];
        flate2::read::ZlibDecoder::new(&png[start..]).read_to_end(&mut rows).unwrap();
        rows.chunks(261).flat_map(|row| row[1..].to_vec()).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_does_not() {
        let font = Digits::own().unwrap();
        let one = draw("314159", &font, [1; 32]);
        assert_eq!(one, draw("314159", &font, [1; 32]));
        assert_ne!(one, draw("314159", &font, [2; 32]));
        assert_ne!(one, draw("314158", &font, [1; 32]));
        assert!(one.starts_with(b"\x89PNG") && one.len() < 24_000, "{}", one.len());
    }

    #[test]
    fn there_is_ink_where_digits_are_and_white_around_them() {
        let font = Digits::own().unwrap();
        for seed in 0..50 {
            let pixels = ink(&draw("888888", &font, [seed; 32]));
            assert_eq!(pixels.len(), 260 * 90);
            let dark = pixels.iter().filter(|ink| **ink < 90).count() as f32;
            let share = dark / pixels.len() as f32;
            assert!((0.10..0.45).contains(&share), "{seed}: {share}");
            let edge =
                pixels.chunks(260).filter(|row| row[..3].iter().all(|ink| *ink > 90)).count();
            assert!(edge > 60, "{seed}: nothing is cut off at the left: {edge}");
        }
    }
}
