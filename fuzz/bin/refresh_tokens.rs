//! `cargo fuzz run refresh_tokens`: see the target of this name.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_fuzz::refresh_tokens(data));

#[cfg(not(fuzzing))]
fn main() {}
