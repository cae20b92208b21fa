//! Keyward as an app author meets it.

mod administrators;
mod docs;
mod journey;
mod pages;
