//! Keyward as an app author meets it.

mod administrators;
mod attacks;
mod docs;
mod journey;
mod pages;
