//! Captchas that people solve: digits drawn and spoken. Nothing here decides.

mod font;
mod noise;
mod picture;
mod recording;

pub(crate) use font::Digits;
pub(crate) use picture::{SIZE, draw};
pub(crate) use recording::speak;
