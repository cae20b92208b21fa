//! Keyward as an app author meets it.

mod journey;
