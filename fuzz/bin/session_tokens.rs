//! `cargo fuzz run session_tokens`: see the target of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::session_tokens(data));

#[cfg(not(fuzzing))]
fn main() {}
