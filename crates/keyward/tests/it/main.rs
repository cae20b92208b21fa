//! Keyward as an app author meets it.

mod administrators;
mod journey;
