//! `cargo fuzz run import_json`: see the target of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::import_json(data));

#[cfg(not(fuzzing))]
fn main() {}
